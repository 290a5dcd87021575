"""Updates of a tracker as entries of a record: one in a cell, in each of several columns, or several in one cell."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from corpus.dates import MONTH, last_day
from corpus.readers.export.days import ANY_DAY, due_of

_DATED = rf"(?:{ANY_DAY}|{MONTH}\.?[ '-]{{1,2}}(?:(?:19|20)\d\d|\d\d)(?!\d))"
_BEFORE = (
    r"(?:^|(?<=\n)|(?<=[.;!?”\"'])[ \t]+)[ \t]*[\[(*•-]{0,2}[ \t]*"
    rf"(?:(?i:updated?|position|as)(?: (?i:at|on|of|as at))? )?(?i:({_DATED}))[\])*]{{0,2}}"
)
_MARK = r"[ \t]*[:–—][ \t]*|[ \t]+-[ \t]+"
# An entry starts where a line or a sentence does, with its day and a mark after it …
_MARKED = re.compile(rf"{_BEFORE}(?:{_MARK})")
# … or its day on a line of its own, or a capital after it.
_STARTS = re.compile(rf"{_BEFORE}(?:{_MARK}|[ \t]*\n|[ \t]+(?=[A-Z“\"]))")


@dataclass(frozen=True, slots=True)
class Entry:
    """A status or comment of a record. `date` is ISO, a day or month; None where the tracker does not say.

    `word` is the status as printed, `status` the one of the register's five that it comes to; `row` the row's number.
    """

    date: str | None
    text: str = ""
    word: str = ""
    status: str | None = None
    row: int = 0


def split(text: str, day: str | None) -> list[tuple[str | None, str]]:
    """(date, text) of the entries in a cell; one with `day`, that of its row or column, where it holds no dated ones.

    Where the row has a day of its own, the cell has to hold several, each with a mark after it and none of them later.
    """
    starts = [(m, date) for m in (_MARKED if day else _STARTS).finditer(text) if (date := due_of(m[1]))]
    days = {date for _, date in starts}
    leads = bool(starts) and not text[: starts[0][0].start()].strip()
    several = len(days) > 1
    if not (several and max(days) <= day if day else several or leads):
        return [(day, text)]
    ends = [*(match.start() for match, _ in starts[1:]), len(text)]
    entries: list[tuple[str | None, str]] = [
        (date, text[match.end() : end].strip()) for (match, date), end in zip(starts, ends, strict=True)
    ]
    before = text[: starts[0][0].start()].strip()
    return [*([(None, before)] if before else []), *((date, said) for date, said in entries if said)]


def in_order(entries: Sequence[Entry], newest_first: bool) -> Iterator[Entry]:
    """The dated entries by day, the oldest first; those of one day as they stand, or the other way round."""
    dated = [entry for entry in entries if entry.date]
    rows = sorted(dated, key=lambda entry: -entry.row) if newest_first else dated
    return iter(sorted(rows, key=lambda entry: last_day(entry.date or "")))
