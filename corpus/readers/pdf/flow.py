"""What is on printed pages as one text: paragraphs on a line each, headings by their print, words made whole."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import reduce
from itertools import chain

from corpus.dates import iso_date
from corpus.model import Heading
from corpus.readers.pdf.contents import without_contents
from corpus.readers.pdf.edges import address_of
from corpus.readers.pdf.hyphens import SOFT, Hyphens
from corpus.readers.pdf.page_layout import LARGE, Habits, Page, habits_of
from corpus.readers.pdf.paragraphs import Paragraph, paragraphs_of
from corpus.readers.pdf.printed_lines import Line, lines_of
from corpus.readers.reading import Text

_CAPTION = re.compile(r"(?:figure|table|chart|graph|map|box|source|note)\b[\s\d.]*[:.\d]", re.I)
_HEADING_WORDS, _QUESTION_WORDS = 25, 40
_DASHES = "•–—*-"
_NOTE_NUMBER = re.compile(r"(\d{1,3})\s?(?=[^\W\d]|[‘“(\[])")
_UNRAISED = re.compile(r"(?<=[^\W\d_]{2}[.,;:!?”’)])\d{1,3}(?=\s|$)")  # "matter.3": a word, a stop, a number
_MISSED = 9  # notes that may not have been told as such between two
# What may stand behind the stop of a sentence: the number of a paragraph or a note, in brackets or bare.
_BEHIND = re.compile(r"\s*(?:\([^()]{1,40}\)|\[[^\[\]]{1,40}\]|(?<=[.;])\d{1,3}|[\"'”’)])+$")
_TAIL = 120  # characters at the end of a sentence that such may take
_REFERENCE = re.compile(r"(?<=\S)\[\d{1,3}(?:[,–-]\d{1,3})*\](?=\s|$)")
_TWO_SENTENCES = re.compile(r"[a-z]{3}[.!] +[“‘]?[A-Z]")
_MODAL = re.compile(r"\b(?:should|must|shall|has to|have to|needs? to)\b")
_ASKS = re.compile(r"(?:how|what|when|where|which|who|why|does|do|is|are)\b", re.I)


def text_of(pages: Sequence[Page]) -> Text:
    """The text of `pages`, its headings, and where each page starts."""
    habits = habits_of(pages)
    lines = lines_of(pages, habits)
    hyphens = Hyphens(list(chain.from_iterable(map(_texts, lines))))
    paragraphs = without_contents(paragraphs_of([_spelled(line, hyphens) for line in lines], habits))
    _number_notes(paragraphs)
    _mark_headings(paragraphs, habits)
    _nest(paragraphs)
    text, headings, starts = _written(paragraphs, len(pages), hyphens)
    address = address_of(pages)
    return Text(text, headings, starts, {"url": address} if address else {})


def _texts(line: Line) -> Iterator[str]:
    yield from chain.from_iterable(line.cells) if line.cells else (line.text,)


def _spelled(line: Line, hyphens: Hyphens) -> Line:
    """`line` with its soft hyphens resolved, but for one at its end."""
    if SOFT not in line.text:
        return line
    cells = tuple(tuple(map(hyphens.spelled, cell)) for cell in line.cells)
    return line._replace(text=hyphens.spelled(line.text), cells=cells)


def _number_notes(paragraphs: Sequence[Paragraph]) -> None:
    """Set the numbers of notes in brackets, and those that refer to them, where print has not told them already."""
    last, notes = 0, set()
    for paragraph in paragraphs:
        first = paragraph.lines[0]
        number = _NOTE_NUMBER.match(first.text) if paragraph.note else None
        if number and (int(number[1]) == 1 or last < int(number[1]) <= last + _MISSED):
            last = int(number[1])
            notes.add(number[1])
            paragraph.lines[0] = first._replace(text=f"[{last}] {first.text[number.end() :]}")
    for paragraph in paragraphs if notes else ():
        if not paragraph.row:
            paragraph.lines[:] = [line._replace(text=_referring(line.text, notes)) for line in paragraph.lines]


def _referring(text: str, notes: set[str]) -> str:
    return _UNRAISED.sub(lambda number: f"[{number[0]}]" if number[0] in notes else number[0], text)


def _mark_headings(paragraphs: Sequence[Paragraph], habits: Habits) -> None:
    """Give headings their levels by the rank of their print. Of a title page only the title is one.

    Lines that are bold and no larger than the body tell no levels; alone they are left to the parsers.
    """
    body = next((at for at, paragraph in enumerate(paragraphs) if _is_body(paragraph, habits)), len(paragraphs))
    front = [paragraph for paragraph in paragraphs[:body] if _is_heading(paragraph, habits)]
    headings = [paragraph for paragraph in paragraphs[body:] if _is_heading(paragraph, habits)]
    used = {_print(paragraph) for paragraph in headings}
    used |= {
        _print(paragraph)
        for paragraph in front[-1:]
        if paragraph is paragraphs[body - 1] and not iso_date(paragraph.text)
    }
    title = min(front, key=_print, default=None)
    headings += [paragraph for paragraph in front if paragraph is title or _print(paragraph) in used]
    if not any(_is_large(paragraph, habits) for paragraph in headings if paragraph is not title):
        headings = [title] if title and _is_large(title, habits) else []
    ranks = sorted({_print(paragraph) for paragraph in headings})
    for paragraph in headings:
        paragraph.level = min(ranks.index(_print(paragraph)) + 1, 6)
        paragraph.marker = ""


def _print(paragraph: Paragraph) -> tuple[float, bool]:
    """How a heading is set; the more it stands out the less this is."""
    line = paragraph.lines[0]
    return -line.size, not line.bold


def _is_large(paragraph: Paragraph, habits: Habits) -> bool:
    return paragraph.lines[0].size > LARGE * habits.size


def _is_heading(paragraph: Paragraph, habits: Habits) -> bool:
    line, text = paragraph.lines[0], paragraph.text
    if paragraph.row or paragraph.note or not habits.stands_out(line.size, line.bold):
        return False
    if not any(map(str.isalpha, text)) or _CAPTION.match(text) or paragraph.marker[:1] in (*_DASHES, "o"):
        return False
    if text[-1] == ":" and not _is_large(paragraph, habits):
        return False
    words = _QUESTION_WORDS if text[-1] == "?" else _HEADING_WORDS
    return text.count(" ") < words and not _is_sentence(text[len(paragraph.marker) :])


def _is_sentence(text: str) -> bool:
    """Whether words are a sentence, or an item of a list, however they are printed."""
    bare = text[:-_TAIL] + _BEHIND.sub("", text[-_TAIL:])
    ends = re.search(r"(?:[.;,]|; (?:and|or))$", bare or text)
    asks = _MODAL.search(text) and text.count(" ") >= 5 and text[-1] != "?" and not _ASKS.match(text)
    goes_on = text[0].islower() and text.count(" ") >= 5
    return bool(ends or asks or goes_on or _TWO_SENTENCES.search(text))


def _is_body(paragraph: Paragraph, habits: Habits) -> bool:
    """Whether the text proper has begun, of which headings are headings."""
    long = len(paragraph.lines) > 1 or paragraph.text.count(" ") >= 16 or paragraph.text[-1] == "."
    return not _is_heading(paragraph, habits) and not paragraph.row and (long or bool(paragraph.marker))


def _nest(paragraphs: Sequence[Paragraph]) -> None:
    """Give list items their depth by the indent of their markers; a paragraph between them starts anew."""
    lefts: list[float] = []
    for paragraph in paragraphs:
        if not paragraph.marker:
            lefts = lefts if paragraph.note else []
            continue
        line = paragraph.lines[0]
        left = line.left - line.low
        while lefts and lefts[-1] > left - 0.5 * line.size:
            lefts.pop()
        paragraph.depth = len(lefts)
        lefts.append(left)


def _written(
    paragraphs: Sequence[Paragraph], count: int, hyphens: Hyphens
) -> tuple[str, tuple[Heading, ...], tuple[int, ...]]:
    """The paragraphs one below the other, with a blank line between all but items, rows and lines set close."""
    parts: list[str] = []
    length = 0
    headings: list[Heading] = []
    starts: dict[int, int] = {}
    before: Paragraph | None = None
    for paragraph in paragraphs:
        text, pages = _line(paragraph, hyphens)
        glue = "" if before is None else "\n" if _adjoin(before, paragraph) else "\n\n"
        length += len(glue)
        headings += [Heading(length, paragraph.level)] if paragraph.level else []
        for page, offset in pages:
            starts.setdefault(page, length + offset)
        length += len(text)
        parts += [glue, text]
        before = paragraph
    return "".join(parts) + "\n", tuple(headings), _page_starts(starts, count, length)


def _page_starts(starts: Mapping[int, int], count: int, length: int) -> tuple[int, ...]:
    """Where each of `count` pages starts: one without text where the next one does."""
    pages = [length] * count
    for page in reversed(range(count)):
        pages[page] = min(starts.get(page, length), *pages[page + 1 : page + 2], length)
    return (0, *pages[1:])


def _adjoin(before: Paragraph, paragraph: Paragraph) -> bool:
    """Whether no blank line parts the two."""
    if before.level or paragraph.level or before.note != paragraph.note:
        return False
    if before.row or paragraph.row:
        return before.row and paragraph.row
    if before.marker or paragraph.marker:
        return bool(before.marker and paragraph.marker)
    return paragraph.tight and len(before.lines) == len(paragraph.lines) == 1


def _line(paragraph: Paragraph, hyphens: Hyphens) -> tuple[str, list[tuple[int, int]]]:
    """The paragraph on one line, and (page, offset) for each page that it begins or goes on upon."""
    first = paragraph.lines[0]
    if paragraph.row:
        cells = (reduce(hyphens.join, cell) if cell else "" for cell in first.cells)
        return "\t".join(cells).replace(SOFT, "-"), [(first.page, 0)]
    start = "   " * paragraph.depth + _shown(paragraph) if paragraph.marker else ""
    text = start + first.text[len(paragraph.marker) :]
    pages = [(first.page, 0)]
    for line in paragraph.lines[1:]:
        text = hyphens.join(text, line.text)
        if line.page != pages[-1][0]:
            pages.append((line.page, len(text) - len(line.text)))
    text = text.replace(SOFT, "-")
    return _REFERENCE.sub("", text) if paragraph.level else text, pages


def _shown(paragraph: Paragraph) -> str:
    """The marker as parsers know it: "- " for every bullet and dash, whatever it looked like."""
    marker = paragraph.marker.strip()
    return ("-" if marker in (*_DASHES, "o") else marker) + " "
