"""Forces side by side: the records of each by where they stand, findings by year, and what is of no known force."""

from collections.abc import Mapping

import numpy as np

from service.answers.lookups import forces
from service.contract.register_responses import ForceCounts, ForcesTable, YearCount
from service.contract.responses import ForceRecord
from service.contract.values import UNKNOWN
from service.memory.document_rows import documents_without_force
from service.memory.record_columns import Mask, Records
from service.memory.snapshot import Snapshot


def forces_table(seen: Snapshot) -> ForcesTable:
    """Every force with its records counted, each as far as its own source is known."""
    records = seen.held.register.records
    without = documents_without_force(seen.held.generation.tables)
    bare = ForceRecord(slug=UNKNOWN, name=seen.value_label("force", UNKNOWN), documents=len(without))
    manifest = seen.held.generation.manifest
    whole = ForceRecord(slug="", name="All, each once", documents=manifest.counts["documents"])
    return seen.shown(
        ForcesTable(
            forces=[_counts(force, records, records.forces.has([force.slug])) for force in forces(seen).forces],
            not_known=_counts(bare, records, records.forces.has([UNKNOWN])),
            total=_counts(whole, records, np.ones(len(records.ids), dtype=np.bool_)),
            years=years_of(seen.held.register.years()),
            without_force=without,
        )
    )


def years_of(counted: Mapping[str, int]) -> list[YearCount]:
    """The findings that documents of each year make, the earliest year first, and those of no known year, "", last."""
    known = [int(year) for year in counted if year]
    years = [str(year) for year in range(min(known), max(known) + 1)] if known else []
    rows = [YearCount(year=year, findings=counted.get(year, 0)) for year in years]
    return [*rows, *([YearCount(year=UNKNOWN, findings=counted[""])] if counted.get("") else [])]


def _counts(force: ForceRecord, records: Records, own: Mask) -> ForceCounts:
    closed, total = int(records.closed[own].sum()), int(own.sum())
    return ForceCounts(
        **dict(force),
        records=total,
        open=total - closed,
        overdue=int(records.overdue[own].sum()),
        no_status=int((records.status.codes[own] < 0).sum()),
        closed=closed,
    )
