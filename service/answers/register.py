"""The register as a table: every record with where it stood on a day, filtered, counted, and in lists to look into."""

import datetime
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from corpus.closure import SIGNALS
from corpus.standing import MISMATCHES
from service.answers.outcomes import echo_record, standing_record
from service.contract.filters import UNKNOWN
from service.contract.register_responses import RegisterResponse, RegisterRow
from service.contract.responses import FacetValue
from service.memory.finding_index import Item, Register

NOTHING = "none"  # the value of a record whose comments say nothing of closure
LISTS = (*MISMATCHES, "overdue", "stalled", "copied")
REGISTER_FACETS = ("force", "status", "signal", "list", "year")
REGISTER_VALUES: Mapping[str, Sequence[str]] = {"signal": (*SIGNALS, NOTHING), "list": LISTS}


@dataclass(frozen=True, slots=True)
class RegisterRequest:
    """Which records: any of the values of a facet, and all of the facets; on the day `as_of`, else the newest."""

    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    as_of: datetime.date | None = None
    page: int = 1
    page_size: int = 50


def rows(register: Register, as_of: datetime.date | None) -> list[RegisterRow]:
    """Every record of the register that was known on a day, the latest published first; without one, of all.

    Each then stands as on the day up to which its own source is known.
    """
    day = as_of.isoformat() if as_of else "9"
    known = [item for item in register.records() if as_of is None or (item.document["date"] or "9") <= day]
    found = [_row(register, item, as_of) for item in known]
    return sorted(found, key=lambda row: (row["document"]["date"] or "", row["register_number"] or ""), reverse=True)


def _row(register: Register, item: Item, as_of: datetime.date | None) -> RegisterRow:
    stalled = item.stood(as_of).stalled
    return {
        **standing_record(item, as_of),
        "finding_id": item.key,
        "kind": item.kind,
        "number": item.number,
        "register_number": item.register_number,
        "text": item.text,
        "addressees": list(item.addressees),
        "document": item.document,
        "stalled": echo_record(stalled, item, register) if stalled else None,
        "notes": list(item.notes),
    }


def values_of(row: RegisterRow, facet: str) -> list[str]:
    """The values that a record has of a facet: one, or of forces and lists any number."""
    if facet == "list":
        lists = [mismatch["kind"] for mismatch in row["mismatches"]]
        lists += ["overdue"] if row["overdue"] else []
        return lists + ([row["stalled"]["kind"]] if row["stalled"] else [])
    if facet == "force":
        return row["document"]["forces"] or [UNKNOWN]
    one = {
        "status": row["status"],
        "signal": row["closure_signal"] or NOTHING,
        "year": (row["document"]["date"] or "")[:4] or None,
    }
    return [one[facet] or UNKNOWN]


def chosen_rows(
    all_rows: Sequence[RegisterRow], chosen: Mapping[str, Sequence[str]], without: str | None = None
) -> list[RegisterRow]:
    """The records that pass the filters, or all of them but that of the facet `without`."""
    wanted = [(name, set(values)) for name, values in chosen.items() if values and name != without]
    return [row for row in all_rows if all(not values.isdisjoint(values_of(row, name)) for name, values in wanted)]


def listed(
    all_rows: Sequence[RegisterRow],
    request: RegisterRequest,
    as_of: datetime.date | None,
    label: Callable[[str, str], str],
) -> RegisterResponse:
    """One page of the records that pass the filters, with the counts of every facet."""
    passing = chosen_rows(all_rows, request.chosen)
    first = (request.page - 1) * request.page_size
    return {
        "as_of": as_of.isoformat() if as_of else None,
        "total": len(passing),
        "page": request.page,
        "page_size": request.page_size,
        "results": passing[first : first + request.page_size],
        "facets": {name: _counted(all_rows, request, name, label) for name in REGISTER_FACETS},
    }


def _counted(
    all_rows: Sequence[RegisterRow], request: RegisterRequest, name: str, label: Callable[[str, str], str]
) -> list[FacetValue]:
    counts = Counter(value for row in chosen_rows(all_rows, request.chosen, name) for value in values_of(row, name))
    chosen = dict.fromkeys(request.chosen.get(name, ()), 0)
    found: list[FacetValue] = [
        {"value": v, "label": label(name, v), "count": n} for v, n in {**chosen, **counts}.items()
    ]
    if name == "year":
        return sorted(found, key=lambda row: (row["value"] != UNKNOWN, row["value"]), reverse=True)
    if name == "list":
        return sorted(found, key=lambda row: LISTS.index(row["value"]))
    return sorted(found, key=lambda row: (row["value"] in (UNKNOWN, NOTHING), -row["count"], row["label"]))
