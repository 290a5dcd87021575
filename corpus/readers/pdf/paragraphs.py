"""Lines of printed pages to paragraphs: by their distances, indents, print, and by what would have fitted on a line."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from corpus.parsers.lines import marker_of
from corpus.readers.pdf.page_layout import Habits
from corpus.readers.pdf.printed_lines import Line, unfinished

_END = re.compile(r"[.!?:;…][\"'”’)\]]*$")
_SENTENCE_END = re.compile(r"[.!?:…][\"'”’)\]]*$")
_BULLET = re.compile(r"•\s*(?=\S)")
_NUMBERED = re.compile(r"\d{1,3}(?:\.\d{1,3})+\.?\s+\S")  # "3.12 The force": a numbered paragraph
_NOTE = re.compile(r"\[(\d{1,3})\]\s?(?=\S)|(\d{1,3})\s?(?=[^\W\d]|[‘“(\[])|[*†‡]\s?(?=\S)")
_PAGE = re.compile(r"\d{1,4}$|[ivxl]{1,6}$")
_LEADER, _LEADERS = ".…·_", 3  # signs that lead to the number of a page, and how many there are at least
_LABEL = re.compile(r"[A-Z][A-Z ()/-]{3,40}:")  # "FORCE CONTACT:"
_SMALL = 0.93  # of the body's size: footnotes are smaller


class Entry(NamedTuple):
    """A line of a contents list; `page` is 0 for a roman number. `leader`: a row of dots leads to it."""

    words: str
    page: int
    leader: bool


@dataclass(slots=True, eq=False)
class Paragraph:
    """Lines that are one paragraph, list item, heading or table row. `marker` is that of an item.

    `tight`: no gap stands before it. `note`: small print at the foot of a page. `level` is that of a heading,
    `depth` that of an item among items.
    """

    lines: list[Line]
    marker: str = ""
    tight: bool = False
    note: bool = False
    level: int = 0
    depth: int = 0

    @property
    def row(self) -> bool:
        """Whether it is the row of a table."""
        return bool(self.lines[0].cells)

    @property
    def text(self) -> str:
        """Its words, as the lines have them."""
        return " ".join(line.text for line in self.lines)


def paragraphs_of(lines: Sequence[Line], habits: Habits) -> list[Paragraph]:
    """The paragraphs of a document; one that goes on in the next column or on the next page is one."""
    paragraphs: list[Paragraph] = []
    for line in _measured(lines, habits):
        above = paragraphs[-1].lines if paragraphs else None
        if above and not _starts(above, line, habits):
            above.append(line)
        else:
            tight = above is not None and not line.fresh and _near(above[-1], line, habits)
            paragraphs.append(Paragraph([line], marker(line), tight))
    _mark_notes(paragraphs, habits)
    return _rejoined(paragraphs)


def _measured(lines: Sequence[Line], habits: Habits) -> Iterator[Line]:
    """Lines whose right margin is that of their block, where it is set narrower than its column (a quotation)."""
    block: list[Line] = []
    for line in lines:
        above = block[-1] if block else None
        if above and (line.fresh or line.cells or not _near(above, line, habits) or abs(line.left - above.left) > 1):
            yield from _narrowed(block)
            block = []
        block.append(line)
    yield from _narrowed(block)


def _narrowed(block: list[Line]) -> list[Line]:
    if len(block) < 3:
        return block
    rights = [line.right for line in block[:-1]]
    widest, size = max(rights), block[0].size
    prose = 2 * sum(line.text[0].islower() for line in block[1:]) >= len(block) - 1
    reaching = sum(right > widest - 3.5 * size for right in rights)
    if not prose or 5 * reaching < 3 * len(block) or sum(len(line.text) for line in block) < 25 * len(block):
        return block
    return [line._replace(high=min(line.high, max(widest, line.right))) for line in block]


def _near(above: Line, line: Line, habits: Habits) -> bool:
    """Whether `line` stands under `above` as the next line of a paragraph does."""
    step = line.bottom - above.bottom
    usual = habits.step(line.size)
    if line.size != habits.size:
        usual = min(usual, 1.6 * line.size)  # of headings there are too few to know
    alike = abs(above.size - line.size) <= 0.06 * line.size and line.left < above.right and above.left < line.right
    return alike and 0.5 * line.size < step <= 1.2 * usual


def _full(above: Line, line: Line) -> bool:
    """Whether the first word of `line` would not have fitted on the line `above`."""
    before, behind = above.left - above.low, above.high - above.right
    middle = above.low + above.high
    centred = before > line.size and all(abs(each.left + each.right - middle) < 4 for each in (above, line))
    broken = above.text[-1] == "-" and line.text[0].islower()
    return broken or line.first - line.left + 0.3 * line.size > (before + behind if centred else behind)


def _starts(lines: Sequence[Line], line: Line, habits: Habits) -> bool:
    """Whether `line` starts a paragraph, and does not go on with the open one."""
    above = lines[-1]
    if line.fresh or line.cells or above.cells or not _near(above, line, habits):
        return True
    if (entry := entry_of(above.text)) and entry.leader:
        return True
    full, lower, ended = _full(above, line), line.text[0].islower(), bool(_END.search(above.text))
    runs_on = full and lower and not ended
    if above.bold != line.bold and not runs_on:
        return True
    goes_on = full or above.text[-1] == "," or unfinished(above.text)
    if _is_marked(lines, line, ended or not goes_on, habits):
        return True
    if _hangs(lines, line, habits):
        return False
    if _is_turned(lines, line, ended):
        return not runs_on
    short = line.size <= habits.size and above.right - above.left < 0.45 * (above.high - above.low)
    return not goes_on and (ended or not lower or short)


def entry_of(text: str) -> Entry | None:
    """What a line of a contents list says, None where the text does not end in a number of its own."""
    page = _PAGE.search(text[-6:])
    head = text[: len(text) - len(page[0])] if page else ""
    words = head.rstrip(" \t" + _LEADER)
    if not page or not words or head == words:
        return None
    leader = sum(map(head[len(words) :].count, _LEADER)) + head[len(words) :].count("…") * _LEADERS >= _LEADERS
    return Entry(words, int(page[0]) if page[0].isdecimal() else 0, leader)


def _is_marked(lines: Sequence[Line], line: Line, parted: bool, habits: Habits) -> bool:
    """Whether `line` begins with the marker of a list item, or the number of a paragraph or note, and means it."""
    if _BULLET.match(line.text) or _LABEL.match(line.text):
        return True
    first = lines[0]
    if note := _note_number(line, habits):
        return note == "*" or note.startswith("[") or _next(_note_number(first, habits), note)
    mark = marker(line)
    shifted = abs(line.left - lines[-1].left) > 0.5 * line.size
    sibling = bool(mark) and _next(marker(first), mark) and abs(line.left - first.left) < 0.5 * line.size
    return bool(mark or _NUMBERED.match(line.text)) and (parted or shifted or sibling)


def _note_number(line: Line, habits: Habits) -> str:
    """How a line begins as footnotes do: "[3]" for a raised number; in small print a number, or "*" for a sign."""
    match = _NOTE.match(line.text)
    if not match:
        return ""
    if match[1]:
        return f"[{match[1]}]"
    return (match[2] or "*") if line.size < _SMALL * habits.size else ""


def _next(one: str, other: str) -> bool:
    """Whether `other` is the marker that follows `one` in a list, as far as numbers tell."""
    first, second = re.search(r"\d+", one), re.search(r"\d+", other)
    if first and second:
        return int(second[0]) == int(first[0]) + 1
    return bool(one) and not first and not second


def _hangs(lines: Sequence[Line], line: Line, habits: Habits) -> bool:
    """Whether `line` stands under the words of an item whose marker hangs out to the left."""
    first = lines[0]
    if not (marker(first) or _NUMBERED.match(first.text) or _note_number(first, habits)):
        return False
    if len(lines) > 1:
        return line.left - first.left > 0.5 * line.size and abs(line.left - lines[1].left) < 0.3 * line.size
    return 0.2 * line.size < line.left - first.first < 4 * line.size


def _is_turned(lines: Sequence[Line], line: Line, ended: bool) -> bool:
    """Whether the left edge of `line` says that it starts a paragraph: an indent, or the end of a hanging one."""
    first, above = lines[0], lines[-1]
    shift = (line.left - above.left) / line.size
    if marker(first) or _NUMBERED.match(first.text):
        return (shift < -0.5 and ended) if len(lines) == 1 else abs(shift) > 0.5
    if abs(shift) < 0.7 or abs(above.left + above.right - line.left - line.right) < 3:
        return False  # level, or both centred
    return len(lines) > 1 or (shift > 0 and ended)


def marker(line: Line) -> str:
    """The list marker at the start of `line`, with the spaces behind it."""
    word = line.text.split(" ", 1)[0]
    if line.cells or (word.isalpha() and word != "o"):
        return ""  # as most lines
    bullet = _BULLET.match(line.text)
    length = bullet.end() if bullet else marker_of(" " + line.text)[1] - 1  # "o" is a marker only if indented
    return line.text[: max(length, 0)]


def _mark_notes(paragraphs: Sequence[Paragraph], habits: Habits) -> None:
    """Mark the small print, and what begins with a raised number, that ends a column below other text."""
    below = True
    pending: list[Paragraph] = []
    for paragraph in reversed(paragraphs):
        first = paragraph.lines[0]
        small = not paragraph.row and (
            first.size < _SMALL * habits.size or (first.text[:1] == "[" and bool(_NOTE.match(first.text)))
        )
        if below and small:
            pending.append(paragraph)
        else:
            below = False
            for note in pending:
                note.note = True
            pending = []
        if first.fresh:
            below, pending = True, []


def _rejoined(paragraphs: Sequence[Paragraph]) -> list[Paragraph]:
    """Paragraphs whole again that a column's end cut in two; a table's head that each page repeats stands once."""
    joined: list[Paragraph] = []
    for paragraph in paragraphs:
        before = next((other for other in reversed(joined) if not other.note), None)
        if not paragraph.lines[0].fresh or before is None:
            joined.append(paragraph)
        elif _goes_on(before, paragraph):
            before.lines += paragraph.lines
        elif not (paragraph.row and joined[-1].row and _head(joined) == paragraph.text):
            joined.append(paragraph)
    return joined


def _head(paragraphs: Sequence[Paragraph]) -> str:
    """The first row of the table with which `paragraphs` end."""
    rows = len(paragraphs)
    while rows and paragraphs[rows - 1].row:
        rows -= 1
    return paragraphs[rows].text


def _goes_on(before: Paragraph, paragraph: Paragraph) -> bool:
    above, line = before.lines[-1], paragraph.lines[0]
    alike = above.bold == line.bold and abs(above.size - line.size) <= 0.06 * line.size
    if before.row or paragraph.row or paragraph.marker or not alike:
        return False
    shift = abs((above.left - above.low) - (line.left - line.low)) / line.size
    if _SENTENCE_END.search(above.text):
        reaching = [each for each in before.lines[-2:] if abs(each.high - each.right) < 1]
        return len(reaching) == 2 and shift < 0.5  # justified, so that it is hardly the last line of a paragraph
    if line.text[0].islower() and above.text[-1] != ";":
        return True
    if unfinished(above.text) and not line.bold:
        return True
    level = shift < 0.5 or line.left - line.low < 0.8 * line.size
    label = _LABEL.match(line.text) or (len(paragraph.lines) == 1 and not _SENTENCE_END.search(line.text))
    return _full(above, line) and level and not label and before.text.count(" ") >= 7
