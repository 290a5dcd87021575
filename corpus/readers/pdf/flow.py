"""What is on printed pages as one text: paragraphs on a line each, headings by their print, words made whole."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import reduce
from itertools import chain

from corpus.dates import iso_date
from corpus.model import Heading
from corpus.readers.pdf.edges import address_of
from corpus.readers.pdf.layout import LARGE, Habits, Page, habits_of
from corpus.readers.pdf.lines import Line, lines_of
from corpus.readers.pdf.paragraphs import Paragraph, paragraphs_of
from corpus.readers.reading import Text

_LETTERS = r"[^\W\d_]+"
_FIRST = re.compile(_LETTERS)
_BROKEN = re.compile(rf"(?<![^\W\d_])({_LETTERS})-$")
_WORD = re.compile(rf"{_LETTERS}(?:-{_LETTERS})*")
_FIRST_PART = re.compile(  # words with which compounds begin, and whole words seldom do
    "cross|first|front|full|half|hard|high|law|long|low|many|much|multi|non|second|self|semi|short|single|six|ten|"
    "third|three|two|well|year"
)
_HANGING = ("and", "or", "to")  # "pre- and post-"
_CAPTION = re.compile(r"(?:figure|table|chart|graph|map|box|source|note)\b[\s\d.]*[:.\d]", re.I)
_HEADING_WORDS, _QUESTION_WORDS = 25, 40
_DOT = re.compile("[•·▪●■□➢➤►▶‣⁃∙❖✓✔✗\uf020-\uf0ff]")


def text_of(pages: Sequence[Page]) -> Text:
    """The text of `pages`, its headings, and where each page starts."""
    habits = habits_of(pages)
    lines = lines_of(pages, habits)
    paragraphs = paragraphs_of(lines, habits)
    _mark_headings(paragraphs, habits)
    _nest(paragraphs)
    text, headings, starts = _written(paragraphs, len(pages), _Hyphens(lines))
    address = address_of(pages)
    return Text(text, headings, starts, {"url": address} if address else {})


class _Hyphens:
    """Whether a hyphen at a line's end belongs to the word: as the same document writes it elsewhere."""

    def __init__(self, lines: Sequence[Line]) -> None:
        texts = list(chain.from_iterable(map(_texts, lines)))
        broken = [at for at, text in enumerate(texts[:-1]) if text[-1:] == "-" and texts[at + 1][:1].islower()]
        self._words = _words(texts) if broken else Counter[str]()
        self._divides = 25 * len(broken) > len(texts)  # words are divided at the ends of many lines
        self._divides = self._divides or any(self._whole(texts[at], texts[at + 1]) for at in broken)

    def join(self, above: str, below: str) -> str:
        """`above` and `below` as one line."""
        if above[-1:] != "-" or not above[-2:-1].isalnum():
            return f"{above} {below}"
        follows = _FIRST.match(below)
        if follows and follows[0] in _HANGING:
            return f"{above} {below}"
        return (above[:-1] if self._divided(above, below) else above) + below

    def _divided(self, above: str, below: str) -> bool:
        one, other = _halves(above, below)
        if len(one) < 2 or not other or (other[0].isupper() and not one.isupper()):
            return False
        if self._whole(above, below):
            return True
        if self._words[f"{one}-{other}".casefold()]:
            return False
        known = self._words[one.casefold()] or _FIRST_PART.fullmatch(one.casefold())
        other_known = self._words[other.casefold()]
        return not (known and other_known) and (self._divides or not (known or other_known))

    def _whole(self, above: str, below: str) -> bool:
        """Whether the word is written whole elsewhere, more often than with a hyphen."""
        one, other = _halves(above, below)
        return self._words[(one + other).casefold()] > self._words[f"{one}-{other}".casefold()]


def _halves(above: str, below: str) -> tuple[str, str]:
    broken, follows = _BROKEN.search(above), _FIRST.match(below)
    return broken[1] if broken else "", follows[0] if follows else ""


def _words(texts: Iterable[str]) -> Counter[str]:
    """How often each word stands inside a line; halves of words at the ends of lines are none."""
    words: Counter[str] = Counter()
    broken = False
    for text in texts:
        found = _WORD.findall(text.casefold())[1 if broken else 0 :]
        broken = text[-1:] == "-"
        words.update(found[:-1] if broken else found)
        words.update(part for word in found if "-" in word for part in word.split("-"))
    return words


def _texts(line: Line) -> Iterator[str]:
    yield from chain.from_iterable(line.cells) if line.cells else (line.text,)


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
    if not any(map(str.isalpha, text)) or _CAPTION.match(text) or _DOT.match(paragraph.marker):
        return False
    if text[-1] in (".;," if _is_large(paragraph, habits) else ".;,:"):
        return False
    return text.count(" ") < (_QUESTION_WORDS if text[-1] == "?" else _HEADING_WORDS)


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
    paragraphs: Sequence[Paragraph], count: int, hyphens: _Hyphens
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


def _line(paragraph: Paragraph, hyphens: _Hyphens) -> tuple[str, list[tuple[int, int]]]:
    """The paragraph on one line, and (page, offset) for each page that it begins or goes on upon."""
    first = paragraph.lines[0]
    if paragraph.row:
        return "\t".join(reduce(hyphens.join, cell) if cell else "" for cell in first.cells), [(first.page, 0)]
    start = "   " * paragraph.depth + _shown(paragraph) if paragraph.marker else ""
    text = start + first.text[len(paragraph.marker) :]
    pages = [(first.page, 0)]
    for line in paragraph.lines[1:]:
        text = hyphens.join(text, line.text)
        if line.page != pages[-1][0]:
            pages.append((line.page, len(text) - len(line.text)))
    return text, pages


def _shown(paragraph: Paragraph) -> str:
    """The marker as parsers know it."""
    marker = _DOT.sub("•", paragraph.marker.strip())
    return ("◦" if marker in "○o" else marker) + " "
