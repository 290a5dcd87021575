"""Which tables of a page hold data, row by row, and which only lay text out."""

from collections.abc import Collection
from dataclasses import dataclass, field

from selectolax.lexbor import LexborNode

from corpus.readers.html.tree import BLOCKS, HEADINGS, collapse, events

_CELL_BLOCKS = 12  # a cell with more paragraphs or items than this is a column of a page
_CELLS = frozenset(("td", "th", "dt", "dd", "caption"))
_PARTED = frozenset(("ul", "ol", "dl", "pre", "table")) | HEADINGS.keys()


@dataclass(slots=True)
class _Grid:
    """An open table or definition list, and its rows so far."""

    node: LexborNode
    flows: bool = False  # what it holds is text laid out, not data
    rows: list[list[str]] = field(default_factory=list)
    cell: list[str] | None = None
    blocks: int = 0  # in the open cell
    heading: bool = False  # one is open
    headed: bool = False  # the open cell has a heading
    plain: bool = False  # the open cell has text besides


def grids_of(root: LexborNode, dropped: Collection[int]) -> dict[int, list[str]]:
    """Lines of each table and definition list that holds data (`mem_id` of the node); others are not in it."""
    found: dict[int, list[str]] = {}
    open_grids: list[_Grid] = []
    for node, entering in events(root, dropped):
        tag = node.tag or ""
        if tag in ("table", "dl"):
            if not entering:
                _close(open_grids.pop(), found)
                continue
            if open_grids:
                open_grids[-1].flows = True
            open_grids.append(_Grid(node, flows=node.attributes.get("role") in ("presentation", "none")))
        elif open_grids:
            (_enter if entering else _leave)(open_grids[-1], node, tag)
    return found


def _enter(grid: _Grid, node: LexborNode, tag: str) -> None:
    if tag == "-text":
        _write(grid, node.text_content or "")
    elif tag in _CELLS:
        if not grid.rows or tag == "caption" or (tag == "dt" and len(grid.rows[-1]) > 1):
            grid.rows.append([])
        grid.cell, grid.blocks, grid.headed, grid.plain = [], 0, False, False
    elif tag == "tr":
        grid.rows.append([])
    elif tag in BLOCKS or tag == "br":
        _write(grid, " ")
        grid.blocks += tag in ("p", "li", "div")
        grid.heading = tag in HEADINGS
        in_definition = grid.node.tag == "dl" and grid.cell is not None
        grid.flows = grid.flows or grid.blocks > _CELL_BLOCKS or (in_definition and (tag in _PARTED or grid.blocks > 1))


def _leave(grid: _Grid, node: LexborNode, tag: str) -> None:
    if tag in _CELLS:
        if grid.rows:
            grid.rows[-1].append(collapse("".join(grid.cell or ())))
            grid.rows += [[]] if tag == "caption" else []
        grid.cell = None
        grid.flows = grid.flows or (grid.headed and grid.plain)
    elif tag in HEADINGS:
        grid.heading = False
    if tag in BLOCKS:
        _write(grid, " ")


def _write(grid: _Grid, text: str) -> None:
    if grid.cell is None:
        grid.rows += [[collapse(text)], []] if text.strip() else []
        return
    grid.cell.append(text)
    if text.strip():
        grid.headed, grid.plain = grid.headed or grid.heading, grid.plain or not grid.heading


def _close(grid: _Grid, found: dict[int, list[str]]) -> None:
    widest = max((sum(1 for cell in row if cell.strip()) for row in grid.rows), default=0)
    if widest > 1 and not grid.flows:
        found[grid.node.mem_id] = ["\t".join(row) for row in grid.rows if not row or any(cell.strip() for cell in row)]
