"""Printed pages as words with places: what most of a document keeps to, and the columns of a page in their order.

Places are in points, from the top left corner of the page. Nothing here knows PDF.
"""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from statistics import median
from typing import NamedTuple

GAP = 0.6  # heights of a line: a gap this wide may part cells or columns; between words it is rare
LARGE = 1.08  # of the body's size: headings are larger
_EDGES = 16  # left edges of a page that are looked at
_GUTTER = 7.0  # points between two columns at least


class Run(NamedTuple):
    """Words on one line without a wide gap between them. `first` is the right edge of the first word.

    `size` is that of the font, `rounded`; the box is somewhat higher. `symbol`: it is a sign from a font of signs.
    """

    text: str
    left: float
    top: float
    right: float
    bottom: float
    first: float
    size: float
    bold: bool
    symbol: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """A page's runs in the order of the file: those of its main direction, then those that stand sideways.

    `drawn`: there is something on the page, though it need not be text. `aslant` are words that stand neither
    upright nor at a right angle. `annotated`: comments or filled form fields lie on it.
    """

    layers: tuple[tuple[Run, ...], ...]
    width: float
    height: float
    drawn: bool
    aslant: tuple[str, ...] = ()
    annotated: bool = False


@dataclass(frozen=True, slots=True)
class Habits:
    """What most of a document keeps to: size and weight of its body, the step from line to line by size."""

    size: float
    bold: bool
    steps: dict[float, float]

    def stands_out(self, size: float, bold: bool) -> bool:
        """Whether a print is larger or bolder than the body's, as that of headings is."""
        return size > LARGE * self.size or (bold and not self.bold and size > 0.97 * self.size)

    def step(self, size: float) -> float:
        """Usual distance of two lines of a paragraph."""
        return self.steps.get(size, 1.4 * size)


def rounded(size: float) -> float:
    """`size` to half a point: what differs by less is the same."""
    return round(2 * size) / 2


def habits_of(pages: Sequence[Page]) -> Habits:
    """Habits of the document that `pages` make."""
    looks: Counter[tuple[float, bool]] = Counter()
    steps: dict[float, Counter[float]] = defaultdict(Counter)
    for runs in (page.layers[0] for page in pages if page.layers):
        for run in runs:
            looks[run.size, run.bold] += len(run.text)
        for above, below in pairwise(runs):
            step = below.bottom - above.bottom
            if above.size == below.size and abs(below.left - above.left) < 1 and 0.8 < step / (below.size or 1) < 2.5:
                steps[below.size][rounded(step)] += 1
    size, bold = max(looks, key=lambda look: (looks[look], look), default=(10.0, False))
    usual = {size: min(s for s, n in seen.items() if 2 * n >= max(seen.values())) for size, seen in steps.items()}
    return Habits(size, bold, usual)


def rows_of(runs: Iterable[Run]) -> list[list[Run]]:
    """`runs` that stand side by side, from the top, each row from the left."""
    rows: list[list[Run]] = []
    centre = high = 0.0
    for run in sorted(runs, key=lambda run: run.top + run.bottom):
        middle, own = (run.top + run.bottom) / 2, run.bottom - run.top
        if rows and middle - centre < 0.45 * min(high, own):
            rows[-1].append(run)
            if own > high:
                centre, high = middle, own
        else:
            rows.append([run])
            centre, high = middle, own
    for row in rows:
        row.sort(key=lambda run: run.left)
    return rows


Region = list[list[Run]]  # rows of a stretch of one column


class _Slice(NamedTuple):
    """Rows between two that reach over several columns, or between gaps across the page; by column."""

    kind: str  # "whole", "columns", "side" (one column only), "unsure"
    rows: Region
    columns: list[list[Run]]


def regions_of(pages: Sequence[Sequence[Run]], habits: Habits) -> list[list[Region]]:
    """For each page the rows of each stretch of one column, in the order in which they are read."""
    found = [_gutters(runs, ()) if len(runs) > 7 else [] for runs in pages]
    slices = [_slices(runs, gutters, habits, ()) for runs, gutters in zip(pages, found, strict=True)]
    usual = _usual(found, slices)
    if usual:
        found = [_gutters(runs, usual) if len(runs) > 7 else [] for runs in pages]
        slices = [_slices(runs, gutters, habits, usual) for runs, gutters in zip(pages, found, strict=True)]
    return [_ordered(page, habits) for page in slices]


def _usual(found: Sequence[Sequence[float]], slices: Sequence[Sequence[_Slice]]) -> list[float]:
    """The gutters that many pages with columns of prose share; there are two sets where margins are mirrored."""
    pages = [gutters for gutters, page in zip(found, slices, strict=True) if any(s.kind == "columns" for s in page)]
    counts = Counter(round(gutter) for gutters in pages for gutter in gutters)
    return [float(place) for place, count in counts.items() if count >= max(2, 0.3 * len(found))]


def _ordered(slices: Sequence[_Slice], habits: Habits) -> list[Region]:
    regions: list[Region] = []
    whole: Region = []
    for kind, group in _groups(slices, habits):
        if kind == "columns" and not _is_table(group, habits):
            regions += [whole] if whole else []
            whole = []
            columns = zip(*(part.columns for part in group), strict=True)
            regions += [rows_of(run for part in column for run in part) for column in columns if any(column)]
        else:
            whole += [row for part in group for row in part.rows]
    return regions + ([whole] if whole else [])


def _gutters(runs: Sequence[Run], usual: Sequence[float]) -> list[float]:
    """Edges at which several runs begin, with others that end before, as those of columns; `usual` ones first."""
    low, high = min(run.left for run in runs), max(run.right for run in runs)
    least = 0.15 * (high - low)  # width of a column
    lefts = sorted(run.left for run in runs)
    edges: list[list[float]] = []  # places that begin within two points of one another
    for left in lefts[bisect_right(lefts, low + least) : bisect_right(lefts, high - least)]:
        if edges and left - edges[-1][0] < 2:
            edges[-1].append(left)
        else:
            edges.append([left])
    most = sorted((edge for edge in edges if len(edge) >= 3), key=len)[-_EDGES:]
    ranked = sorted((_rank(edge, runs, usual), edge[0], len(edge)) for edge in most)
    gutters: list[float] = []
    for _, place, count in ranked:
        ended = sum(1 for run in runs if run.right < place - _GUTTER)
        within = sum(1 for run in runs if place - _GUTTER <= run.right < place + 1)
        if ended < 3 or 10 * within > count or any(abs(place - at) < least for at in gutters):
            continue
        inside = [run for run in runs if _crosses(run, place) and not any(_crosses(run, at) for at in gutters)]
        if 3 * len(inside) <= count or (not gutters and len(inside) <= 4 * count):
            gutters.append(place)
    return sorted(gutters)


def _rank(edge: Sequence[float], runs: Sequence[Run], usual: Sequence[float]) -> tuple[bool, int]:
    known = any(abs(edge[0] - place) < 2 for place in usual)
    return not known, sum(1 for run in runs if _crosses(run, edge[0])) - len(edge)


def _crosses(run: Run, gutter: float) -> bool:
    return run.left < gutter - 1 < run.right - 2


def _slices(runs: Sequence[Run], gutters: Sequence[float], habits: Habits, usual: Sequence[float]) -> list[_Slice]:
    """The rows of a page cut where a row crosses a gutter, and where a gap goes across the page."""
    parts: list[tuple[bool, Region]] = []
    bottom = 0.0
    rows = rows_of(runs)
    if not gutters:
        return [_Slice("whole", rows, [])]
    for row in rows:
        wide = any(_crosses(run, gutter) for run in row for gutter in gutters)
        high = max(run.bottom - run.top for run in row)
        gap = min(run.top for run in row) - bottom
        apart = gap > habits.step(row[0].size) - 0.75 * high
        if not parts or wide != parts[-1][0] or apart:
            parts.append((wide, []))
        parts[-1][1].append(row)
        bottom = max(bottom, *(run.bottom for run in row))
    columns = _by_column([row for wide, part in parts if not wide for row in part], gutters)
    widths = [
        max(run.right for run in column) - min(run.left for run in column) if column else 0.0 for column in columns
    ]
    known = all(any(abs(gutter - place) < 2 for place in usual) for gutter in gutters)
    return [_slice(wide, part, gutters, widths, known) for wide, part in parts]


def _by_column(rows: Region, gutters: Sequence[float]) -> list[list[Run]]:
    columns: list[list[Run]] = [[] for _ in range(len(gutters) + 1)]
    for row in rows:
        for run in row:
            columns[bisect_right(gutters, run.left + 1)].append(run)
    return columns


def _slice(wide: bool, rows: Region, gutters: Sequence[float], widths: Sequence[float], known: bool) -> _Slice:
    """A slice and what it is: prose fills the width of its columns, the cells of a table do not.

    `known`: the document has its columns here, so that a table that fits into one stands in it.
    """
    columns = _by_column(rows, gutters)
    filled = [(column, width) for column, width in zip(columns, widths, strict=True) if column]
    prose = [
        median(run.right - run.left for run in column) > 0.6 * width and median(len(run.text) for run in column) > 15
        for column, width in filled
        if len(column) >= 3
    ]
    if wide:
        return _Slice("whole", rows, columns)
    if len(filled) == 1:
        return _Slice("side", rows, columns)
    beside = [row for row in rows if row[0].left < gutters[0] - 1 < row[-1].left]
    level = sum(1 for row in beside if _level(row))
    if sum(prose) >= 2 or known or (any(prose) and (_apart(filled) or 2 * level < len(beside))):
        return _Slice("columns", rows, columns)
    return _Slice("whole" if not any(prose) and 2 * level > len(rows) > 2 else "unsure", rows, columns)


def _apart(columns: Sequence[tuple[list[Run], float]]) -> bool:
    """Whether lines of one column begin something where another is amid a sentence, as cells of a table never do."""
    amid: set[int] = set()
    begun: list[float] = []
    for column, width in columns:
        for above, run in pairwise(column):
            full = above.right - above.left > 0.85 * width
            near = run.top - above.bottom < run.bottom - run.top
            if near and full and run.text[0].islower():
                amid |= {round(run.bottom), round(run.bottom) + 1}
            elif near and not full:
                begun.append(run.bottom)
    return sum(round(bottom) in amid or round(bottom) + 1 in amid for bottom in begun) >= 2


def _groups(slices: Sequence[_Slice], habits: Habits) -> Iterator[tuple[str, list[_Slice]]]:
    """Slices that are read together: column by column, or row by row."""
    beside = [at for at, part in enumerate(slices) if part.kind in ("columns", "unsure")]

    def goes_across(at: int) -> bool:
        """Whether slice `at` parts what is above from what is below, as a heading does although it is short."""
        part = slices[at]
        if part.kind != "side" or not part.columns[0] or not beside or not beside[0] < at < beside[-1]:
            return part.kind == "whole"
        return all(habits.stands_out(run.size, run.bold) for row in part.rows for run in row)

    for whole, stretch in groupby(range(len(slices)), key=goes_across):
        places = list(stretch)
        group = [slices[at] for at in places]
        if whole or all(part.kind != "columns" for part in group):
            yield "whole", group
            continue
        first = next(at for at, part in enumerate(group) if part.kind != "side" or not part.columns[0])
        last = max(at for at, part in enumerate(group) if part.kind != "side" or len(part.rows) > 1) + 1
        if places[-1] == len(slices) - 1:
            last = len(group)
        yield "whole", group[:first]  # the end of what goes across the page above
        yield "columns", group[first:last]
        yield "whole", group[last:]  # a heading of what follows across the page


def _is_table(group: Sequence[_Slice], habits: Habits) -> bool:
    """Whether cells of wrapped prose stand side by side: each slice begins level, and has no gaps inside."""
    filled = [[column for column in part.columns if column] for part in group]
    level = all(len(columns) > 1 and _level([column[0] for column in columns]) for columns in filled)
    gaps = [
        below.bottom - above.bottom > 1.2 * habits.step(below.size)
        for columns in filled
        for column in columns
        for above, below in pairwise(column)
    ]
    return len(group) >= 3 and level and 2 * sum(gaps) < len(group)


def _level(row: Sequence[Run]) -> bool:
    """Whether runs stand on one line, not only about so."""
    return max(run.bottom for run in row) - min(run.bottom for run in row) < 2
