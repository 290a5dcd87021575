"""The lines of a document's pages in reading order; table rows are put together from the lines of their cells."""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from functools import reduce
from itertools import pairwise
from typing import NamedTuple

from corpus.readers.pdf.bullets import BULLET, is_bullet, is_sign, shown, signs_of
from corpus.readers.pdf.edges import furniture
from corpus.readers.pdf.page_layout import GAP, LARGE, Habits, Page, Run, regions_of
from corpus.readers.pdf.raised import told

Row = list[Run]


class Line(NamedTuple):
    """A line of a column that reaches from `low` to `high`, or a table row, whose cells are lists of lines.

    `first` is the right edge of its first word. `fresh`: the first line of its column or stretch of the page.
    `page` counts from 0.
    """

    text: str
    left: float
    top: float
    right: float
    bottom: float
    first: float
    size: float
    bold: bool
    page: int
    low: float
    high: float
    fresh: bool = False
    cells: tuple[tuple[str, ...], ...] = ()


_NUMBER = re.compile(r"\[\d{1,3}\]|\(?(?:\d{1,3}(?:\.\d{1,3}){0,3}|[a-z]|[ivx]{1,5})[.)]?", re.I)
_GO_ON = re.compile(  # words after which a sentence goes on, whatever the next line begins with
    "a|about|after|among|an|and|are|as|at|before|between|but|by|during|every|for|from|in|into|is|its|nearly|no|of|on|"
    "only|or|our|over|since|some|than|that|the|their|these|this|to|under|until|was|were|which|with|within",
    re.I,
)
_FAR = 4  # heights of a line between a marker and its words at most
_LOOK_BACK = 40  # rows of a table that its columns are worked out from while it is gone through
_WRAPPED = 6  # lines that a cell may have below the last row in which another cell goes on


def lines_of(pages: Sequence[Page], habits: Habits) -> list[Line]:
    """All lines of the document, without what recurs at the edges of its pages."""
    dropped = furniture(pages, habits)
    layers = [
        (at, [run for number, run in enumerate(runs) if layer or (at, number) not in dropped])
        for at, page in enumerate(pages)
        for layer, runs in enumerate(page.layers)
    ]
    lines: list[Line] = []
    for (at, _), regions in zip(layers, regions_of([runs for _, runs in layers], habits), strict=True):
        for region in regions:
            found = _lines(_uncentred([_joined(row) for row in region], habits), at, habits)
            lines += [found[0]._replace(fresh=True), *found[1:]]
    return _with_bullets(_with_margins(lines))


def _joined(row: Row) -> Row:
    """A row whose neighbouring runs are one: what stands close, and a list marker with what follows it."""
    joined: Row = []
    for run in row:
        before = joined[-1] if joined else None
        gap = run.left - before.right if before else 0.0
        high = run.bottom - run.top
        if before and len(joined) == 1 and _marks(row, gap, high):
            bullet = before.symbol or is_bullet(before.text)
            joined[-1] = _pair(before._replace(text=BULLET) if bullet else before, run, " ")
        elif before and gap < GAP * high:
            joined[-1] = _pair(*told(before, run), "" if -0.3 < gap / high < 0.08 else " ")
        else:
            joined.append(run)
    return joined


def _marks(row: Row, gap: float, high: float) -> bool:
    """Whether a row begins with a list marker, and not with the first cell of a table row."""
    first = row[0]
    numbered = _NUMBER.fullmatch(first.text) and len(row) == 2 and row[1].text[0].isalpha()
    lettered = first.text.isalpha() and len(row) > 2
    marked = numbered or ((first.symbol or is_sign(first.text)) and not lettered)
    return bool(marked) and gap < _FAR * high


def _pair(one: Run, other: Run, glue: str) -> Run:
    """Two runs as one, whose place and print are those of the longer: a bullet or a raised number is set otherwise."""
    main = max(one, other, key=lambda run: len(run.text))
    place = (one.left, main.top, other.right, main.bottom, one.first)
    return Run(one.text + glue + other.text, *place, main.size, one.bold and other.bold)


def _uncentred(rows: Sequence[Row], habits: Habits) -> list[Row]:
    """Rows in which a cell that stands beside two lines, lower than the first of them, is level with the first."""
    put: list[Row] = []
    for row in rows:
        one, cell = put[-2:] if len(put) > 1 else ([], [])
        if len(one) == len(cell) == len(row) == 1 and _beside(one[0], cell[0], row[0], habits):
            put[-2:] = [[*one, *cell], row]
        elif len(cell) == 1 and len(row) == 2 and _beside(cell[0], row[1], row[0], habits) and row[0].text[0].islower():
            put[-1:] = [[*cell, row[1]], row[:1]]
        else:
            put.append(row)
    return put


def _beside(one: Run, cell: Run, other: Run, habits: Habits) -> bool:
    """Whether `cell` stands at the right of two lines that belong together, `one` and `other`, and begins no higher."""
    alike = one.size == other.size and one.bold == other.bold and abs(one.left - other.left) < 2 * one.size
    close = 0 < other.bottom - one.bottom <= 1.2 * habits.step(one.size)
    between = cell.top > one.top + 1 and cell.bottom < other.bottom + 1
    return alike and close and between and cell.left > max(one.right, other.right)


def _lines(rows: Sequence[Row], page: int, habits: Habits) -> list[Line]:
    """The lines of one region."""
    low, high = min(row[0].left for row in rows), max(row[-1].right for row in rows)
    rows = [_stretched(rows, at, low) for at in range(len(rows))]
    lines: list[Line] = []
    at = 0
    while at < len(rows):
        end = at + 1
        if len(rows[at]) > 1:
            end = _table_end(rows, at)
            table = _table(rows[at:end], page, low, high)
            if len(table) == 1:
                table = _headed(rows[at:end], page, habits) or _side_by_side(rows[at:end], page) or table
            lines += table
        else:
            lines.append(Line(*rows[at][0][:8], page, low, high))
        at = end
    return lines


def _stretched(rows: Sequence[Row], at: int, low: float) -> Row:
    """A line of prose whose words came apart, by justification or typed spaces, as one run again.

    Then it stands by itself, and the line above or below goes across its gaps.
    """
    row = rows[at]
    around = [*rows[max(at - 1, 0) : at], *rows[at + 1 : at + 2]]
    if len(row) == 1 or any(len(other) > 1 for other in around):
        return row
    size = row[0].bottom - row[0].top
    close = all(right.left - left.right < 2.5 * size for left, right in pairwise(row))
    across = [
        other
        for (other,) in around
        if abs(other.bottom - row[0].bottom) < 1.7 * size and other.left < row[0].right and other.right > row[-1].left
    ]
    if not (close and across and row[0].left - low < size):
        return row
    return [_whole(row)]


def _whole(row: Row) -> Run:
    return reduce(lambda one, other: _pair(one, other, " "), row)


def unfinished(text: str) -> bool:
    """Whether the last word of a line says that its sentence goes on."""
    return _GO_ON.fullmatch(text, text.rfind(" ") + 1) is not None


def _by_column(rows: Sequence[Row]) -> tuple[list[tuple[float, float]], list[Row]]:
    """The columns of a table, and the runs in each of them."""
    columns = _columns(rows)
    runs: list[Row] = [[] for _ in columns]
    for row in rows:
        for run in row:
            runs[_place(run, columns)].append(run)
    return columns, runs


def _headed(rows: Sequence[Row], page: int, habits: Habits) -> list[Line]:
    """A heading in large print and what stands beside it, its grade perhaps, below one another."""
    _, (heading, *cells) = _by_column(rows)
    large = all(run.size > LARGE * habits.size for row in rows for run in row)
    if not (large and heading and len(cells) == 1 and len(cells[0]) == 1 and cells[0][0].text[0].isalpha()):
        return []
    low, high = heading[0].left, max(run.right for row in rows for run in row)
    lines = [Line(*run[:8], page, low, high) for run in heading]
    return lines + [_row([cell], [(low, high)], page, low, high) for cell in cells if cell]


def _side_by_side(rows: Sequence[Row], page: int) -> list[Line]:
    """The lines of columns a few lines high, which a sentence that goes on from one to the next tells from a table."""
    columns, runs = _by_column(rows)
    for left, right in pairwise(runs):
        if not (left and right and unfinished(left[-1].text) and right[0].text[0].islower()):
            return []
    found: list[Line] = []
    for (low, high), column in zip(columns, runs, strict=True):
        first, *rest = (Line(*run[:8], page, low, high) for run in column)
        found += [first._replace(fresh=True), *rest]
    return found


def _table_end(rows: Sequence[Row], start: int) -> int:
    """Index behind the last row of the table that begins at `start`, wrapped lines of its cells among them."""
    end = start + 1
    columns = _columns(rows[start:end])
    usual = 0.0
    for at in range(start + 1, len(rows)):
        above, row = rows[at - 1], rows[at]
        size = row[0].bottom - row[0].top
        gap = row[0].top - above[0].bottom
        limit = 1.5 * size if not usual and len(row) > 1 else max(1.5 * usual, size)
        if gap > limit or at - end > _WRAPPED:
            break
        wraps = (
            gap < 0.5 * usual or row[0].left > columns[1][0] - size or (gap < 0.5 * size and row[0].text[0].islower())
        )
        usual = max(usual, gap)
        if len(row) > 1:
            wider = _columns(rows[max(start, at - _LOOK_BACK) : at + 1])
            if len(wider) < 2:
                break
            columns, end = wider, at + 1
        elif not _inside(row[0], columns) or row[0].bold > _is_bold(above, _place(row[0], columns), columns):
            break
        elif at == end and wraps:
            end = at + 1
    return end


def _is_bold(row: Row, at: int, columns: Sequence[tuple[float, float]]) -> bool:
    """Whether the cell `at` of a row is bold, or all of it is where that cell is empty."""
    cell = [run for run in row if _place(run, columns) == at]
    return all(run.bold for run in cell or row)


def _columns(rows: Sequence[Row]) -> list[tuple[float, float]]:
    """Left and right edges of the columns that most rows show; two that no row fills both are one."""
    counts = Counter(len(row) for row in rows if len(row) > 1)
    usual = max(counts, key=lambda count: (counts[count], count))
    columns: list[tuple[float, float]] = []
    for run in sorted((run for row in rows if len(row) >= usual for run in row), key=lambda run: run.left):
        if columns and run.left < columns[-1][1]:
            columns[-1] = (columns[-1][0], max(columns[-1][1], run.right))
        else:
            columns.append((run.left, run.right))
    at = 0
    while at + 1 < len(columns) > 2:
        both = any({at, at + 1} <= {_place(run, columns) for run in row} for row in rows)
        if both:
            at += 1
        else:
            columns[at : at + 2] = [(columns[at][0], columns[at + 1][1])]
    return columns


def _place(run: Run, columns: Sequence[tuple[float, float]]) -> int:
    """Column of a run: the one it shares most with, else the nearest."""
    return max(range(len(columns)), key=lambda at: min(run.right, columns[at][1]) - max(run.left, columns[at][0]))


def _inside(run: Run, columns: Sequence[tuple[float, float]]) -> bool:
    """Whether `run` may be a further line of a cell: it crosses into no other column."""
    at = _place(run, columns)
    size = run.bottom - run.top
    before = columns[at - 1][1] if at else columns[0][0] - size
    behind = columns[at + 1][0] if at + 1 < len(columns) else columns[-1][1] + size
    return before <= run.left and run.right <= behind - 0.3 * size


def _table(rows: Sequence[Row], page: int, low: float, high: float) -> list[Line]:
    """One line for each table row: its own first row, and the rows in which its cells go on."""
    columns = _columns(rows)
    steps = [below[0].bottom - above[0].bottom for above, below in pairwise(rows)]
    apart = 1.15 * min(steps, default=0)
    places = [{_place(run, columns) for run in row} for row in rows]
    close = [False, *(step <= apart for step in steps)]
    halves = [
        near and len(filled) < len(columns) and (0 not in filled or row[0].text[0].islower())
        for row, near, filled in zip(rows, close, places, strict=True)
    ]
    wrapped = not all(close[1:]) and (2 * sum(close) < len(rows) - 1 or any(halves))
    table: list[list[Row]] = []
    for row, near, filled in zip(rows, close, places, strict=True):
        lower = all(run.text[0].islower() for run in row)
        if near and (wrapped or lower or (len(row) == 1 and 0 not in filled)):
            table[-1].append(row)
        else:
            table.append([row])
    return [_row(row, columns, page, low, high) for row in table]


def _row(rows: Sequence[Row], columns: Sequence[tuple[float, float]], page: int, low: float, high: float) -> Line:
    cells: list[list[str]] = [[] for _ in columns]
    for row in rows:
        parts: dict[int, list[str]] = defaultdict(list)
        for run in row:
            parts[_place(run, columns)].append(run.text)
        for at, texts in parts.items():
            cells[at].append(" ".join(texts))
    runs = [run for row in rows for run in row]
    first, last = runs[0], runs[-1]
    text = "\t".join(" ".join(cell) for cell in cells)
    bold, size = all(run.bold for run in runs), first.size
    place = (first.left, first.top, max(run.right for run in runs), last.bottom, first.first)
    return Line(text, *place, size, bold, page, low, high, False, tuple(tuple(cell) for cell in cells))


def _with_bullets(lines: Sequence[Line]) -> list[Line]:
    """Lines with the same sign for all bullets, whatever they look like."""
    signs = signs_of([line.text for line in lines if not line.cells])
    return [line if line.cells else line._replace(text=shown(line.text, signs)) for line in lines]


def _with_margins(lines: Sequence[Line]) -> list[Line]:
    """Lines with the margins of their columns as the whole document shows them, not only a few short lines."""
    rights: dict[float, list[float]] = defaultdict(list)
    for line in lines:
        if not line.cells:
            rights[round(line.low)].append(line.right)
    edges = {low: sorted(places)[int(0.97 * (len(places) - 1))] for low, places in rights.items()}
    counted = sorted(edges, key=lambda low: -len(rights[low]))
    margins: dict[tuple[float, float], tuple[float, float]] = {}
    for low, high in {(line.low, line.high) for line in lines}:
        own = edges.get(round(low), high)
        best = next((at for at in counted if low - 80 < at < low + 3 and edges[at] > own - 5), round(low))
        margins[low, high] = (min(low, best), edges.get(best, high))
    pairs = (margins[line.low, line.high] for line in lines)
    return [line._replace(low=low, high=high) for line, (low, high) in zip(lines, pairs, strict=True)]
