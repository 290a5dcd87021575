"""Contents lists, which pages need and a text does not: entries that end in the numbers of their pages, rising."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence

from corpus.readers.pdf.paragraphs import Entry, Paragraph, entry_of

_TITLE = re.compile(r"(?:table of )?contents(?: page)?", re.I)
_WRAPPED = 2  # paragraphs of an entry before the one with its number
_FEW, _WORDS, _HEAD = 3, 40, 60
_NO_LETTERS = re.compile(r"[\W_\d]+")


def without_contents(paragraphs: Sequence[Paragraph]) -> list[Paragraph]:
    """`paragraphs` without contents lists and their titles, wherever they stand."""
    entries = [_entry(paragraph) for paragraph in paragraphs]
    if sum(map(bool, entries)) < _FEW:
        return list(paragraphs)
    heads: dict[str, set[int]] = defaultdict(set)  # the pages on which a paragraph of these words stands
    for paragraph, entry in zip(paragraphs, entries, strict=True):
        if not entry:
            heads[_plain(paragraph.text)].add(paragraph.lines[0].page)
    dropped: set[int] = set()
    for start, end in _stretches(paragraphs, entries):
        titled = start > 0 and _TITLE.fullmatch(paragraphs[start - 1].text.strip()) is not None
        if _is_contents([entry for entry in entries[start:end] if entry], titled, heads):
            dropped.update(range(start - titled, end))
    return [paragraph for at, paragraph in enumerate(paragraphs) if at not in dropped]


def _entry(paragraph: Paragraph) -> Entry | None:
    if paragraph.marker[:1] == "•" or len(paragraph.lines) > _WRAPPED + 1:
        return None
    entry = entry_of(paragraph.text.strip())
    if entry is None or entry.words.count(" ") > _WORDS or not any(map(str.isalpha, entry.words)):
        return None
    return entry if entry.page or entry.leader or paragraph.row else None


def _stretches(paragraphs: Sequence[Paragraph], entries: Sequence[Entry | None]) -> Iterator[tuple[int, int]]:
    """Stretches of entries whose pages do not fall, with the first lines of wrapped entries between them."""
    start = end = last = 0  # of the open stretch, none while they are equal
    for at, entry in enumerate(entries):
        if entry is None:
            if end > start and (at - end >= _WRAPPED or not _wraps(paragraphs[at])):
                yield start, end
                start = end
        elif end > start and entry.page >= last:
            end, last = at + 1, entry.page
        else:
            if end > start:
                yield start, end
            start, end, last = at, at + 1, entry.page
    if end > start:
        yield start, end


def _wraps(paragraph: Paragraph) -> bool:
    """Whether it may be the first line of an entry, or the title of a part without a page."""
    return paragraph.text.count(" ") < _WORDS and paragraph.text[-1] not in ".;:"


def _is_contents(entries: Sequence[Entry], titled: bool, heads: Mapping[str, set[int]]) -> bool:
    """Whether entries that rise are a contents list: it says so, has leaders, or its words stand on those pages."""
    leaders = sum(entry.leader for entry in entries)
    # Printed numbers and pages of the file differ by the same everywhere, as figures of a table do not.
    shifts = Counter(page - entry.page for entry in entries for page in heads.get(_plain(entry.words), ()))
    found = max(shifts.values(), default=0)
    enough = titled or 2 * leaders >= len(entries) or 2 * found >= len(entries)
    return enough and len(entries) >= (2 if titled else _FEW)


def _plain(text: str) -> str:
    """The letters with which a heading begins, without its number."""
    return _NO_LETTERS.sub("", text[: 2 * _HEAD].casefold())[:_HEAD]
