"""The day up to which each source is known: no record is overdue, or open, for longer than its own source was heard."""

import datetime
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace

from corpus.dates import last_day
from corpus.model import Document


def with_heard(documents: Sequence[Document], until: datetime.date) -> list[Document]:
    """`documents`, each with the day that its file was last heard of: the newest entry in it, none after `until`.

    A record is known as far as any of its file, by an entry or by a day that is stated. Where there is none at all, it
    was last heard of on its own date; what is no record is known as far as its own entries. May be done again.
    """
    by_source: dict[str, list[datetime.date]] = defaultdict(list)
    for document in documents:
        if not document.other_sources:  # the entries of a merged one are not all of one file
            by_source[document.source] += _days(document, until)
    return [replace(document, heard=_heard(document, by_source, until)) for document in documents]


def _heard(document: Document, by_source: dict[str, list[datetime.date]], until: datetime.date) -> str | None:
    days = [*_days(document, until)]
    if document.kind == "register_record":
        days += [day for source in (document.source, *document.other_sources) for day in by_source.get(source, ())]
        days = days or [last_day(document.date) for _ in (1,) if document.date]
    return max(days).isoformat() if days else None


def _days(document: Document, until: datetime.date) -> Iterator[datetime.date]:
    """The days of its entries and of the statuses that its findings print, and the one that is stated."""
    dates = [document.heard, *(event.date for event in document.events)]
    dates += [finding.status_date for finding in document.findings]
    return (day for date in dates if date and (day := last_day(date)) <= until)
