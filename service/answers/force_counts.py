"""Forces side by side: the records of each by where they stand, findings by year, and what is of no known force."""

from collections import Counter
from collections.abc import Iterable, Sequence

from service.answers.lookups import forces
from service.answers.register import Record, records_of
from service.contract.register_responses import ForceCounts, ForcesTable, YearCount
from service.contract.responses import ForceRecord
from service.contract.values import UNKNOWN
from service.memory.document_rows import documents_without_force
from service.memory.finding_index import Item
from service.memory.snapshot import Snapshot


def forces_table(seen: Snapshot) -> ForcesTable:
    """Every force with its records counted, each as far as its own source is known."""
    records = records_of(seen.held, None)
    by_force: dict[str, list[Record]] = {}
    for one in records:
        for slug in one.item.document.forces or [UNKNOWN]:
            by_force.setdefault(slug, []).append(one)
    without = documents_without_force(seen.held.generation.tables)
    bare = ForceRecord(slug=UNKNOWN, name=seen.value_label("force", UNKNOWN), documents=len(without))
    manifest = seen.held.generation.manifest
    whole = ForceRecord(slug="", name="All, each once", documents=manifest.counts["documents"])
    return seen.shown(
        ForcesTable(
            forces=[_counts(force, by_force.get(force.slug, ())) for force in forces(seen).forces],
            not_known=_counts(bare, by_force.get(UNKNOWN, ())),
            total=_counts(whole, records),
            years=years_of(seen.held.register.items),
            without_force=without,
        )
    )


def years_of(items: Iterable[Item]) -> list[YearCount]:
    """The findings that documents of each year make, the earliest year first, and those of no known year last.

    Of a record of the register what it asks for counts, and no quotation.
    """
    made = [item for item in items if (item.main or not item.tracked) and not item.quoted]
    counted = Counter((item.document.date or "")[:4] or UNKNOWN for item in made)
    known = [int(year) for year in counted if year != UNKNOWN]
    years = [str(year) for year in range(min(known), max(known) + 1)] if known else []
    rows = [YearCount(year=year, findings=counted[year]) for year in years]
    return [*rows, *([YearCount(year=UNKNOWN, findings=counted[UNKNOWN])] if counted[UNKNOWN] else [])]


def _counts(force: ForceRecord, records: Sequence[Record]) -> ForceCounts:
    closed = sum(one.stood.closed for one in records)
    return ForceCounts(
        **dict(force),
        records=len(records),
        open=len(records) - closed,
        overdue=sum(one.overdue for one in records),
        no_status=sum(one.stood.status is None for one in records),
        closed=closed,
    )
