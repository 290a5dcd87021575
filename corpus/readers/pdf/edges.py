"""What pages repeat at their upper and lower edges: running headers, footers, page numbers."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import chain, pairwise, product, takewhile
from typing import NamedTuple

from corpus.dates import find_date
from corpus.readers.pdf.page_layout import Habits, Page, rows_of

EDGE = 0.12  # part of a page's height in which running lines stand, above and below
_LINES = 3  # running lines at one edge
_COVER = 100  # words that a title page has at most
_NUMBER = re.compile(r"[-–|\s]*(?:page\s*)?(?:\d{1,4}|[ivxl]{1,6})(?:\s*(?:of|/|\|)\s*\d{1,4})?[-–|\s]*", re.I)
_PRINTED = re.compile(r"\d{1,2}[/.]\d{1,2}[/.]\d{2,4},? \d{1,2}:\d\d\b.*|((?:https?|file)://\S+)(?: \d+/\d+)?")


class _Edge(NamedTuple):
    """A line at the upper or lower edge of page `page`, made of its runs of the indexes `runs`."""

    page: int
    upper: bool
    runs: tuple[int, ...]
    text: str
    middle: float
    size: float


_Kind = tuple[bool, str, bool]  # at the upper edge; the words, digits aside; in no larger print than the body


def furniture(pages: Sequence[Page], habits: Habits) -> frozenset[tuple[int, int]]:
    """(page, index of the run) of all that recurs at page edges, but for title and date on the first page."""
    edges = [list(_edges(at, page)) for at, page in enumerate(pages)]
    groups: dict[_Kind, list[_Edge]] = defaultdict(list)
    for edge in chain.from_iterable(edges):
        groups[_kind(edge, habits)].append(edge)
    filled = sum(1 for page in pages if page.layers)
    recurring = {key for key, group in groups.items() if _recurs(group, filled, habits)}

    def drops(edge: _Edge) -> bool:
        known = _kind(edge, habits) in recurring or _PRINTED.fullmatch(edge.text) is not None
        return known or (filled == 1 and edge.upper and edge.size < habits.size)

    dropped: list[_Edge] = []
    for upper, page in product((True, False), edges):
        from_edge = [edge for edge in page if edge.upper == upper][:: 1 if upper else -1]
        running = list(takewhile(drops, from_edge))  # nothing else stands between them and the edge
        while running and not _is_apart(running[-1], pages[running[-1].page], habits):
            running.pop()
        dropped += running
    kept = [edge for edge in dropped if not edge.page and _opens(edge, pages[0], habits)]
    return frozenset((edge.page, run) for edge in dropped if edge not in kept for run in edge.runs)


def _is_apart(edge: _Edge, page: Page, habits: Habits) -> bool:
    """Whether a line is set off from the text by its print or a gap, as "Recommendation 3" above its text is not."""
    if edge.size < habits.size or _NUMBER.fullmatch(edge.text) or _PRINTED.fullmatch(edge.text):
        return True
    own = [page.layers[0][at] for at in edge.runs]
    if edge.upper:
        return all(not 0 <= run.top - max(o.bottom for o in own) < habits.step(habits.size) for run in page.layers[0])
    return all(not 0 <= min(o.top for o in own) - run.bottom < habits.step(habits.size) for run in page.layers[0])


def _kind(edge: _Edge, habits: Habits) -> _Kind:
    """What lines that recur have in common; a title in large print stands apart from the header that repeats it."""
    return edge.upper, re.sub(r"\d+", "0", edge.text.casefold()), edge.size <= 1.05 * habits.size


def address_of(pages: Sequence[Page]) -> str | None:
    """The address of a web page that a browser printed: it stands at the foot of each page."""
    address = _address(0, pages[0])
    if not address or not address.startswith("http") or address.endswith(("…", "...")):
        return None
    return address if all(_address(at, page) == address for at, page in enumerate(pages)) else None


def _address(at: int, page: Page) -> str | None:
    printed = (_PRINTED.fullmatch(edge.text) for edge in _edges(at, page) if not edge.upper)
    return next((match[1] for match in printed if match and match[1]), None)


def _edges(at: int, page: Page) -> Iterator[_Edge]:
    """The first and last few lines of a page, as far as they stand near its edges."""
    if not page.layers:
        return
    zone = EDGE * page.height
    bottom = page.height - zone
    number = {id(run): at for at, run in enumerate(page.layers[0]) if run.bottom < zone or run.top > bottom}
    rows = rows_of(run for run in page.layers[0] if id(run) in number)
    upper = [row for row in rows if row[0].bottom < zone]
    lower = [row for row in rows if row[0].top > bottom]
    for rows, top in ((upper[:_LINES], True), (lower[-_LINES:], False)):
        for row in rows:
            text = " ".join(run.text for run in row)
            size = max(run.size for run in row)
            yield _Edge(at, top, tuple(number[id(run)] for run in row), text, row[0].bottom, size)


def _recurs(edges: Sequence[_Edge], count: int, habits: Habits) -> bool:
    """Whether lines that are the same but for digits are no text: on most pages, each second, or a chapter's."""
    pages = sorted({edge.page for edge in edges})
    if _NUMBER.fullmatch(edges[0].text):
        return len(pages) > 1 or "page" in edges[0].text.lower() or edges[0].text.strip("-–| ") == str(pages[0] + 1)
    if len(pages) < 2 or not _counted(edges):
        return False
    plain = edges[0].size <= 1.05 * habits.size
    level = max(edge.middle for edge in edges) - min(edge.middle for edge in edges) < 4
    if len(pages) == 2:
        return level and (edges[0].size < habits.size or (plain and count <= 4))
    each_second = len(pages) > 2 and len({page % 2 for page in pages}) == 1 and 5 * len(pages) >= 2 * count
    chapter = plain and level and all(below - above <= 2 for above, below in pairwise(pages))
    return 2 * len(pages) >= count or each_second or chapter


def _counted(edges: Sequence[_Edge]) -> bool:
    """Whether each number in the lines stays the same or goes up with the pages."""
    numbers = [(edge.page, [int(digits) for digits in re.findall(r"\d{1,9}", edge.text)]) for edge in edges]
    for at in range(min(len(values) for _, values in numbers)):
        same = {values[at] for _, values in numbers}
        rising = {values[at] - page for page, values in numbers}
        if len(same) > 1 and len(rising) > 1 + len(numbers) // 5:
            return False
    return True


def _opens(edge: _Edge, page: Page, habits: Habits) -> bool:
    """Whether a running line stays on the first page, since nothing else there states the title or the date."""
    if _NUMBER.fullmatch(edge.text) or _PRINTED.fullmatch(edge.text):
        return False
    others = [run for at, run in enumerate(page.layers[0]) if at not in edge.runs]
    cover = sum(run.text.count(" ") + 1 for run in others) < _COVER
    if edge.text.casefold() in " ".join(run.text for run in others).casefold():
        return False
    titled = any(run.size > edge.size and habits.stands_out(run.size, run.bold) for run in others)
    return (edge.upper or cover) and (not titled or find_date(edge.text) is not None)
