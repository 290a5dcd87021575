"""Which tables of a page hold data, row by row, and which only lay text out."""

from collections.abc import Collection
from dataclasses import dataclass, field

from selectolax.lexbor import LexborNode

from corpus.readers.html.tree import BLOCKS, HEADINGS, collapse, events, words_in

_CELL_BLOCKS = 12  # a cell with more paragraphs or items than this is a column of a page
_CELLS = frozenset(("td", "th", "dt", "dd", "caption"))
_PARTED = frozenset(("ul", "ol", "dl", "pre", "table")) | HEADINGS.keys()


_COLUMN = 60  # a single row with a cell of more words than this, and no head, is columns of a page
_GROUPS = frozenset(("thead", "tbody", "tfoot"))
_REPEATED = 1_000_000  # characters that cells over several rows may add to a table
_WIDEST = 200  # columns of a table in which cells may go over several rows


@dataclass(frozen=True, slots=True)
class Grid:
    """A table of data: its captions, and its rows with tabs between the cells. A cell over several rows is in each."""

    captions: tuple[str, ...]
    rows: tuple[str, ...]


@dataclass(slots=True)
class _Table:
    """An open table or definition list, and its rows so far."""

    node: LexborNode
    flows: bool = False  # what it holds is text laid out, not data
    captions: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    carried: dict[int, tuple[str, int]] = field(default_factory=dict)  # column -> cell from above, rows left of it
    repeated: int = 0
    cell: list[str] | None = None
    blocks: int = 0  # in the open cell
    longest: int = 0  # words of a cell
    heads: bool = False  # a cell is the head of a row or column
    heading: bool = False  # one is open
    headed: bool = False  # the open cell has a heading
    plain: bool = False  # the open cell has text besides


def grids_of(root: LexborNode, dropped: Collection[int]) -> dict[int, Grid]:
    """Each table and definition list that holds data (`mem_id` of the node); others are not in it."""
    found: dict[int, Grid] = {}
    tables: list[_Table] = []
    for node, entering in events(root, dropped):
        tag = node.tag or ""
        if tag in ("table", "dl"):
            if not entering:
                _close(tables.pop(), found)
                continue
            if tables:
                tables[-1].flows = True
            tables.append(_Table(node, flows=node.attributes.get("role") in ("presentation", "none")))
        elif tables:
            (_enter if entering else _leave)(tables[-1], node, tag)
    return found


def _enter(table: _Table, node: LexborNode, tag: str) -> None:
    if tag == "-text":
        _write(table, words_in(node))
    elif tag in _CELLS:
        _open_cell(table, tag)
    elif tag == "tr":
        table.rows.append([])
    elif tag in _GROUPS:
        table.carried.clear()
    elif tag in BLOCKS or tag == "br":
        _write(table, " ")
        table.blocks += tag in ("p", "li", "div")
        table.heading = tag in HEADINGS
        in_definition = table.node.tag == "dl" and table.cell is not None
        table.flows |= table.blocks > _CELL_BLOCKS or (in_definition and (tag in _PARTED or table.blocks > 1))


def _open_cell(table: _Table, tag: str) -> None:
    if not table.rows or (tag == "dt" and len(table.rows[-1]) > 1):
        table.rows.append([])
    if tag in ("td", "th"):
        _fill(table)
        table.heads |= tag == "th"
    table.cell, table.blocks, table.headed, table.plain = [], 0, False, False


def _leave(table: _Table, node: LexborNode, tag: str) -> None:
    if tag in _CELLS:
        text = collapse("".join(table.cell or ()))
        table.cell = None
        if tag == "caption":
            table.captions += [text] if text else []
        elif table.rows:
            _close_cell(table, node, text)
        table.flows |= table.headed and table.plain
    elif tag == "tr" and table.rows:
        if any(table.rows[-1]):
            _fill(table)
        table.carried = {column: (text, more - 1) for column, (text, more) in table.carried.items() if more > 1}
    elif tag in HEADINGS:
        table.heading = False
    if tag in BLOCKS:
        _write(table, " ")


def _close_cell(table: _Table, node: LexborNode, text: str) -> None:
    """Put the cell into its row, with empty ones for further columns that it covers, and keep it for further rows."""
    row = table.rows[-1]
    row.append(text)
    table.longest = max(table.longest, len(text.split()))
    if not node.attributes:
        return
    columns, rows = (_span(node, name) for name in ("colspan", "rowspan"))
    cells = [text, *[""] * (columns - 1)]
    row += cells[1:]
    if rows > 1 and len(row) <= _WIDEST:
        first = len(row) - columns
        # One more than the rows below: the row in which it stands counts down as well.
        table.carried.update({first + at: (cell, rows) for at, cell in enumerate(cells)})


def _fill(table: _Table) -> None:
    """Put cells from above into the open row, as far as the next column is covered by one."""
    row = table.rows[-1]
    while len(row) in table.carried:
        text, _ = table.carried[len(row)]
        table.repeated += len(text) + 1
        row.append(text)
        if table.repeated > _REPEATED:
            table.carried.clear()


def _span(node: LexborNode, name: str) -> int:
    """How many columns or rows a cell covers; 0 rows are all to the end of their group."""
    given = node.attributes.get(name) or "1"
    number = int(given) if given.isascii() and given.isdigit() and len(given) < 6 else 1
    if name == "colspan":
        return min(max(number, 1), 100)
    return number or 65_534


def _write(table: _Table, text: str) -> None:
    if table.cell is None:
        table.rows += [[collapse(text)], []] if text.strip() else []
        return
    table.cell.append(text)
    if text.strip():
        table.headed, table.plain = table.headed or table.heading, table.plain or not table.heading


def _close(table: _Table, found: dict[int, Grid]) -> None:
    filled = [sum(1 for cell in row if cell.strip()) for row in table.rows]
    several = sum(1 for cells in filled if cells > 1)
    laid_out = table.node.tag == "table" and several == 1 and not table.heads and table.longest > _COLUMN
    if several and not table.flows and not laid_out:
        rows = tuple(_row(row, cells) for row, cells in zip(table.rows, filled, strict=True) if cells or not row)
        found[table.node.mem_id] = Grid(tuple(table.captions), rows)


def _row(row: list[str], filled: int) -> str:
    """The cells with tabs between them; what stands alone in its row is a line."""
    return "\t".join(row) if filled > 1 else "\t".join(row).rstrip("\t")
