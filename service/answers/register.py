"""The register as a table: every record with where it stood on a day, filtered, counted, and in lists to look into."""

import datetime
from collections import Counter
from collections.abc import Sequence

from service.answers.outcomes import echo_record, standing_record
from service.contract.register_responses import RegisterResponse, RegisterRow
from service.contract.requests import LISTS, NOTHING, REGISTER_FACETS, RegisterListRequest, RegisterRequest
from service.contract.responses import FacetValue
from service.contract.values import UNKNOWN
from service.memory.finding_index import Item, Register
from service.memory.snapshot import Snapshot


def register(seen: Snapshot, request: RegisterRequest) -> RegisterResponse:
    """One page of the records that pass the filters, with the counts of every facet."""
    rows = rows_of(seen.held.register, request.as_of)
    passing = chosen_rows(rows, request)
    first = (request.page - 1) * request.page_size
    as_of = request.as_of or seen.held.register.newest
    answer = RegisterResponse(
        as_of=as_of.isoformat() if as_of else None,
        total=len(passing),
        page=request.page,
        page_size=request.page_size,
        results=passing[first : first + request.page_size],
        facets={name: _counted(seen, rows, request, name) for name in REGISTER_FACETS},
    )
    return seen.shown(answer)


def register_rows(seen: Snapshot, request: RegisterListRequest) -> list[RegisterRow]:
    """All records of the register that pass the filters, whatever the page."""
    return [seen.shown(row) for row in chosen_rows(rows_of(seen.held.register, request.as_of), request)]


def rows_of(register: Register, as_of: datetime.date | None) -> list[RegisterRow]:
    """Every record of the register that was known on a day, the latest published first; without one, of all.

    Each then stands as on the day up to which its own source is known.
    """
    rows = [_row(register, item, as_of) for item in register.records() if item.known(as_of)]
    return sorted(rows, key=lambda row: (row.document.date or "", row.register_number or ""), reverse=True)


def _row(register: Register, item: Item, as_of: datetime.date | None) -> RegisterRow:
    stalled = item.stood(as_of).stalled
    return RegisterRow(
        **dict(standing_record(item, as_of)),
        finding_id=item.key,
        kind=item.kind,
        number=item.number,
        register_number=item.register_number,
        text=item.text,
        addressees=list(item.addressees),
        document=item.document,
        stalled=echo_record(stalled, item, register) if stalled else None,
        notes=list(item.notes),
    )


def values_of(row: RegisterRow, facet: str) -> list[str]:
    """The values that a record has of a facet: one, or of forces and lists any number."""
    if facet == "list":
        lists = [mismatch.kind for mismatch in row.mismatches]
        lists += ["overdue"] if row.overdue else []
        return lists + ([row.stalled.kind] if row.stalled else [])
    if facet == "force":
        return row.document.forces or [UNKNOWN]
    one = {
        "status": row.status,
        "signal": row.closure_signal or NOTHING,
        "year": (row.document.date or "")[:4] or None,
    }
    return [one[facet] or UNKNOWN]


def chosen_rows(
    rows: Sequence[RegisterRow], request: RegisterListRequest, without: str | None = None
) -> list[RegisterRow]:
    """The records that pass the filters, or all of them but that of the facet `without`."""
    wanted = [(name, set(own)) for name in REGISTER_FACETS if (own := request.chosen(name)) and name != without]
    return [row for row in rows if all(not values.isdisjoint(values_of(row, name)) for name, values in wanted)]


def _counted(seen: Snapshot, rows: Sequence[RegisterRow], request: RegisterListRequest, name: str) -> list[FacetValue]:
    counts = Counter(value for row in chosen_rows(rows, request, name) for value in values_of(row, name))
    both = {**dict.fromkeys(request.chosen(name), 0), **counts}
    found = [FacetValue(value=v, label=seen.value_label(name, v), count=n) for v, n in both.items()]
    if name == "year":
        return sorted(found, key=lambda row: (row.value != UNKNOWN, row.value), reverse=True)
    if name == "list":
        return sorted(found, key=lambda row: LISTS.index(row.value))
    return sorted(found, key=lambda row: (row.value in (UNKNOWN, NOTHING), -row.count, row.label))
