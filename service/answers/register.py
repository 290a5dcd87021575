"""The register as a table: every record with where it stood on a day, filtered, counted, and in lists to look into."""

import datetime
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from corpus.dates import last_day
from corpus.standing import Entry, Standing
from service.answers.outcomes import echo_kind, echo_record, is_overdue, said_of, standing_fields
from service.answers.register_order import ordered
from service.contract.register_responses import RegisterResponse, RegisterRow
from service.contract.requests import LISTS, NOTHING, REGISTER_FACETS, RegisterListRequest, RegisterRequest
from service.contract.responses import FacetValue, ThemeTag
from service.contract.values import OPEN, UNKNOWN
from service.memory.finding_index import Item
from service.memory.opened import Opened
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
    records = records_of(seen.held, request.as_of)
    passing = ordered(seen, chosen_records(records, request), request.sort)
    first = (request.page - 1) * request.page_size
    as_of = request.as_of or seen.held.register.newest
    answer = RegisterResponse(
        as_of=as_of.isoformat() if as_of else None,
        total=len(passing),
        page=request.page,
        page_size=request.page_size,
        results=[row_of(seen, record, request.as_of) for record in passing[first : first + request.page_size]],
        facets={name: _counted(seen, records, request, name) for name in REGISTER_FACETS},
    )
    return seen.shown(answer)


def register_rows(seen: Snapshot, request: RegisterListRequest) -> Iterator[RegisterRow]:
    """All records of the register that pass the filters, whatever the page, made as they are asked for."""
    records = records_of(seen.held, request.as_of)
    passing = ordered(seen, chosen_records(records, request), request.sort)
    return (seen.shown(row_of(seen, record, request.as_of)) for record in passing)


def records_of(held: Opened, as_of: datetime.date | None) -> list[Record]:
    """Every record of the register that was known on a day, the latest published first; without one, of all.

    Each then stands as on the day up to which its own source is known.
    """
    known = sorted(
        sorted((item for item in held.register.records() if item.known(as_of)), key=lambda item: item.key),
        key=lambda item: (item.document.date or "", item.register_number or ""),
        reverse=True,
    )
    return [record_of(item, held, as_of) for item in known]


def record_of(item: Item, held: Opened, as_of: datetime.date | None) -> Record:
    """One finding with where it stood on a day, or without one as far as its own source is known."""
    stood = item.stood(as_of)
    echo = echo_kind(stood.stalled, item, held.register) if stood.stalled else None
    said = _last_said(item, stood.as_of)
    return Record(item, stood, is_overdue(item, as_of, stood), echo, said, held.tags.of_finding(item.id))


def _said_by(item: Item, day: datetime.date) -> list[Entry]:
    """The comments that were there on a day and say anything."""
    own = (entry for entry in item.entries if entry.kind == "comment" and last_day(entry.date) <= day)
    return [entry for entry in own if entry.text.strip()]


def _last_said(item: Item, day: datetime.date) -> Entry | None:
    """The last comment that was there on a day; of one day, the last in the record."""
    said = _said_by(item, day)
    return max(enumerate(said), key=lambda one: (last_day(one[1].date), one[0]))[1] if said else None


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


def values_of(record: Record, facet: str) -> list[str]:
    """The values that a record has of a facet: one, or of forces, themes and lists any number; and whether it is open.

    A record that is not closed has the status "open" besides its own.
    """
    document, stood = record.item.document, record.stood
    if facet == "list":
        return [*stood.mismatches, *(["overdue"] if record.overdue else []), *([record.echo] if record.echo else [])]
    if facet == "force":
        return document.forces or [UNKNOWN]
    if facet == "theme":
        return [tag.theme for tag in record.themes] or [UNKNOWN]
    if facet == "status":  # a document may print "open" itself
        return list(dict.fromkeys([*([] if stood.closed else [OPEN]), stood.status or UNKNOWN]))
    one = {
        "signal": stood.signal.says if stood.signal else NOTHING,
        "owner": record.item.owner_on(stood.as_of),
        "year": (document.date or "")[:4] or None,
    }
    return [one[facet] or UNKNOWN]


def chosen_records(records: Sequence[Record], request: RegisterListRequest, without: str | None = None) -> list[Record]:
    """The records that pass the filters, or all of them but that of the facet `without`."""
    words = request.words
    if words:
        records = [one for one in records if holds(one, words)]
    wanted = [(name, set(own)) for name in REGISTER_FACETS if (own := request.chosen(name)) and name != without]
    return [one for one in records if all(not values.isdisjoint(values_of(one, name)) for name, values in wanted)]


def holds(record: Record, words: Sequence[str]) -> bool:
    """Whether all of the words, in small letters, stand in a record: as they are, or within longer ones."""
    item, day = record.item, record.stood.as_of
    said = [entry.text for entry in _said_by(item, day)]
    texts = (item.text, item.document.title, item.register_number, item.number, item.owner_on(day), *said)
    whole = "\n".join(text for text in texts if text).casefold()
    return all(word in whole for word in words)


def _counted(seen: Snapshot, records: Sequence[Record], request: RegisterListRequest, name: str) -> list[FacetValue]:
    counts = Counter(value for one in chosen_records(records, request, name) for value in values_of(one, name))
    both = {**dict.fromkeys(request.chosen(name), 0), **counts}
    found = [FacetValue(value=v, label=seen.value_label(name, v), count=n) for v, n in both.items()]
    if name == "year":
        return sorted(found, key=lambda row: (row.value != UNKNOWN, row.value), reverse=True)
    if name == "list":
        return sorted(found, key=lambda row: LISTS.index(row.value))
    last = (UNKNOWN, NOTHING)
    return sorted(found, key=lambda row: (row.value != OPEN, row.value in last, -row.count, row.label))
