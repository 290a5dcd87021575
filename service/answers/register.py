"""The register as a table: every record with where it stood on a day, filtered, counted, and in lists to look into."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass

from corpus.standing import Entry, Standing, last_said
from service.answers.outcomes import echo_kind, echo_record, is_overdue, said_of, standing_fields
from service.answers.register_listing import Listing, found_items, listing
from service.answers.register_order import ordered
from service.contract.register_responses import RegisterResponse, RegisterRow
from service.contract.requests import LISTS, NOTHING, REGISTER_FACETS, RegisterListRequest, RegisterRequest
from service.contract.responses import FacetValue, ThemeTag
from service.contract.values import OPEN, UNKNOWN
from service.memory.finding_index import Item
from service.memory.opened import Opened
from service.memory.record_columns import Places
from service.memory.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Record:
    """A record of the register with where it stood, and the kind of echo that its last comment is, if any.

    `said` is the last comment up to then, `themes` are those of what is asked for.
    """

    item: Item
    stood: Standing
    overdue: bool
    echo: str | None
    said: Entry | None
    themes: tuple[ThemeTag, ...]


def register(seen: Snapshot, request: RegisterRequest) -> RegisterResponse:
    """One page of the records that pass the filters, with the counts of every facet."""
    found = listing(seen.held, request)
    passing = ordered(seen, found, request.sort)
    first = (request.page - 1) * request.page_size
    as_of = request.as_of or seen.held.register.newest
    answer = RegisterResponse(
        as_of=as_of.isoformat() if as_of else None,
        total=len(passing),
        page=request.page,
        page_size=request.page_size,
        results=list(_rows(seen, found, passing[first : first + request.page_size], request.as_of)),
        facets={name: _counted(seen, found, request, name) for name in REGISTER_FACETS},
    )
    return seen.shown(answer)


def register_rows(seen: Snapshot, request: RegisterListRequest) -> Iterator[RegisterRow]:
    """All records of the register that pass the filters, whatever the page, made as they are asked for."""
    found = listing(seen.held, request)
    return (seen.shown(row) for row in _rows(seen, found, ordered(seen, found, request.sort), request.as_of))


def _rows(seen: Snapshot, found: Listing, places: Places, as_of: datetime.date | None) -> Iterator[RegisterRow]:
    items = found_items(seen.held, found, places)
    return (row_of(seen, record_of(item, seen.held, as_of), as_of) for item in items)


def record_of(item: Item, held: Opened, as_of: datetime.date | None) -> Record:
    """One finding with where it stood on a day, or without one as far as its own source is known."""
    stood = item.stood(as_of)
    echo = echo_kind(stood.stalled, item, held.register) if stood.stalled else None
    said = last_said(item.entries, stood.as_of)
    return Record(item, stood, is_overdue(item, as_of, stood), echo, said, held.tags.of_finding(item.id))


def row_of(seen: Snapshot, record: Record, as_of: datetime.date | None) -> RegisterRow:
    """A record as the register shows it."""
    item, stalled = record.item, record.stood.stalled
    return RegisterRow(
        **standing_fields(item, as_of, record.stood),
        finding_id=item.key,
        kind=item.kind,
        number=item.number,
        register_number=item.register_number,
        text=item.text,
        addressees=list(item.addressees),
        document=item.document,
        stalled=echo_record(stalled, item, seen.held.register) if stalled else None,
        notes=list(item.notes),
        last_comment=said_of(record.said) if record.said else None,
        themes=list(record.themes),
    )


def _counted(seen: Snapshot, listed: Listing, request: RegisterListRequest, name: str) -> list[FacetValue]:
    counts = listed.facets[name].counts(listed.passing(without=name))
    both = {**dict.fromkeys(request.chosen(name), 0), **counts}
    found = [FacetValue(value=v, label=seen.value_label(name, v), count=n) for v, n in both.items()]
    if name == "year":
        return sorted(found, key=lambda row: (row.value != UNKNOWN, row.value), reverse=True)
    if name == "list":
        return sorted(found, key=lambda row: LISTS.index(row.value))
    last = (UNKNOWN, NOTHING)
    return sorted(found, key=lambda row: (row.value != OPEN, row.value in last, -row.count, row.label))
