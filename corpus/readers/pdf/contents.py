"""Contents lists, which pages need and a text does not: entries that end in the numbers of their pages, rising."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from corpus.readers.pdf.paragraphs import Paragraph

_TITLE = re.compile(r"(?:table of )?contents(?: page)?|index", re.I)
_NUMBER = r"(\d{1,4}|[ivxl]{1,6})"
_PAGE = re.compile(rf"(?P<words>.*?)(?P<leader>(?:[\s\t]*[.…·_]){{3,}})?[\s\t]*\b{_NUMBER}$", re.S)
_WRAPPED = 2  # paragraphs of an entry before the one with its number
_FEW, _ENTRY_WORDS = 3, 25
_LETTERS = re.compile(r"[\W_\d]+")


class _Entry(NamedTuple):
    words: str
    number: int
    leader: bool


def without_contents(paragraphs: Sequence[Paragraph]) -> list[Paragraph]:
    """`paragraphs` without contents lists and their titles, wherever they stand."""
    entries = [_entry(paragraph) for paragraph in paragraphs]
    begun = {_plain(paragraph.text)[:60] for paragraph, entry in zip(paragraphs, entries, strict=True) if not entry}
    dropped: set[int] = set()
    for start, end in _stretches(paragraphs, entries):
        title = start - 1 if start and _TITLE.fullmatch(paragraphs[start - 1].text.strip()) else None
        listed = [entry for entry in entries[start:end] if entry]
        if _is_contents(listed, title is not None, begun):
            dropped.update(range(start if title is None else title, end))
    return [paragraph for at, paragraph in enumerate(paragraphs) if at not in dropped]


def _entry(paragraph: Paragraph) -> _Entry | None:
    text = paragraph.text.strip()
    match = _PAGE.fullmatch(text)
    if not match or text.count(" ") > _ENTRY_WORDS + 40 * bool(match["leader"]) or not match["words"].strip():
        return None
    digits = match[3]
    leader = bool(match["leader"])
    if not digits.isdigit():
        return _Entry(match["words"], 0, leader) if leader or paragraph.row else None
    return _Entry(match["words"], int(digits), leader)


def _stretches(paragraphs: Sequence[Paragraph], entries: Sequence[_Entry | None]) -> Iterator[tuple[int, int]]:
    """Stretches of entries whose numbers do not fall, with the first lines of wrapped entries between them."""
    start = end = -1  # of the open stretch
    last = 0
    for at, entry in enumerate(entries):
        if entry is None:
            if start >= 0 and (at - end >= _WRAPPED or not _wraps(paragraphs[at])):
                yield start, end
                start = -1
            continue
        if start >= 0 and entry.number < last:
            yield start, end
            start = -1
        if start < 0:
            start = at
        end, last = at + 1, entry.number
    if start >= 0:
        yield start, end


def _wraps(paragraph: Paragraph) -> bool:
    """Whether it may be the first line of an entry, or the title of a part without a page."""
    return paragraph.text.count(" ") < _ENTRY_WORDS and paragraph.text[-1] not in ".;:"


def _is_contents(entries: Sequence[_Entry], titled: bool, begun: set[str]) -> bool:
    """Whether entries that rise are a contents list: it says so, has leaders, or its entries head the text."""
    if len(entries) < _FEW:
        return titled and bool(entries)
    leaders = sum(entry.leader for entry in entries)
    heading = sum(_plain(entry.words)[:60] in begun for entry in entries)
    return titled or 2 * leaders >= len(entries) or 2 * heading >= len(entries)


def _plain(text: str) -> str:
    """The letters of a heading, without its number."""
    return _LETTERS.sub("", text.casefold())
