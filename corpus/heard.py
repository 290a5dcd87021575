"""The day up to which each source is known: no record is overdue, or open, for longer than its own source was heard."""

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from corpus.dates import last_day
from corpus.model import Document


@dataclass(frozen=True, slots=True)
class Entries:
    """What of a document tells the day that it was last heard of; `newest` is that of its own entries."""

    sources: tuple[str, ...]
    is_record: bool
    date: str | None
    newest: datetime.date | None


def entries_of(document: Document, until: datetime.date) -> Entries:
    """What of a document has a part in `heard`; what is dated after `until` has none."""
    sources = (document.source, *document.other_sources)
    return Entries(
        sources, document.kind == "register_record", document.date, max(_days(document, until), default=None)
    )


def heard(entries: Iterable[Entries]) -> list[str | None]:
    """The day that the file of each document was last heard of, ISO 8601: that of the newest entry in it.

    A record is known as far as any of its file, by an entry or by a day that is stated. Where there is none at all, it
    was last heard of on its own date; what is no record is known as far as its own entries.
    """
    found = list(entries)
    by_source: dict[str, datetime.date] = {}
    for own in found:
        if len(own.sources) == 1 and own.newest:  # the entries of a merged one are not all of one file
            by_source[own.sources[0]] = max(own.newest, by_source.get(own.sources[0], own.newest))
    return [_heard(own, by_source) for own in found]


def _heard(own: Entries, by_source: dict[str, datetime.date]) -> str | None:
    days = [own.newest] if own.newest else []
    if own.is_record:
        days += [by_source[source] for source in own.sources if source in by_source]
        days = days or [last_day(date) for date in (own.date,) if date]
    return max(days).isoformat() if days else None


def _days(document: Document, until: datetime.date) -> Iterator[datetime.date]:
    """The days of its entries and of the statuses that its findings print, and the one that is stated."""
    dates = [document.heard, *(event.date for event in document.events)]
    dates += [finding.status_date for finding in document.findings]
    return (day for date in dates if date and (day := last_day(date)) <= until)
