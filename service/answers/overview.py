"""The collection as a whole: what there is and what is new, and the list of its documents."""

import numpy as np

from corpus.model import FINDABLE
from indexer.vector_index import distinct
from service.contract.labels import label
from service.contract.overview_shapes import DOCUMENT_FACETS, DocumentsAnswer, DocumentsRequest, Overview
from service.contract.requests import LISTS
from service.contract.responses import FacetValue
from service.contract.values import UNKNOWN
from service.memory.document_rows import Chosen, count_by_facet, count_by_force, count_documents, documents_listed
from service.memory.facets import Columns, Ids
from service.memory.snapshot import Snapshot

NEWEST = 5  # documents that are shown as new


def overview(seen: Snapshot) -> Overview:
    """What there is, what is to be looked into, and what was published last."""
    columns, register, tables = seen.held.columns, seen.held.register, seen.held.generation.tables
    lists = register.records.lists.counts(np.ones(len(register.records.ids), dtype=np.bool_))
    answer = Overview(
        documents=count_documents(tables, {}),
        kinds=_counted(seen, "document_kind", {}),
        years=_counted(seen, "year", {}),
        forces=len(count_by_force(tables)),
        results=seen.held.generation.manifest.counts["folds"],
        findings=[row for kind in FINDABLE if (row := _findings(columns, kind)).count],
        latest=_latest(columns),
        records=len(register.records.ids),
        lists=[FacetValue(value=name, label=label(name), count=lists[name]) for name in LISTS if name in lists],
        heard=register.newest.isoformat() if register.newest else None,
        newest=documents_listed(tables, {}, 0, NEWEST, dated=True),
    )
    return seen.shown(answer)


def documents(seen: Snapshot, request: DocumentsRequest) -> DocumentsAnswer:
    """A page of the documents that pass the filters, the newest first."""
    tables, first = seen.held.generation.tables, (request.page - 1) * request.page_size
    chosen = {name: request.chosen(name) for name in DOCUMENT_FACETS}
    answer = DocumentsAnswer(
        total=count_documents(tables, chosen),
        page=request.page,
        page_size=request.page_size,
        results=documents_listed(tables, chosen, first, request.page_size),
        facets={name: _counted(seen, name, chosen) for name in DOCUMENT_FACETS},
    )
    return seen.shown(answer)


def _counted(seen: Snapshot, facet: str, chosen: Chosen) -> list[FacetValue]:
    counts = count_by_facet(seen.held.generation.tables, facet, chosen)
    rows = [FacetValue(value=v, label=seen.value_label(facet, v), count=n) for v, n in counts.items()]
    if facet == "year":
        return sorted(rows, key=lambda row: (row.value != UNKNOWN, row.value), reverse=True)
    return sorted(rows, key=lambda row: (row.value == UNKNOWN, -row.count, row.label))


def _total(columns: Columns, ids: Ids) -> int:
    """The total of a search that lists these passages: those that say the same counted once."""
    others = ids[~columns.alone[ids]]
    return len(ids) - len(others) + len(distinct(columns.fold[others]))


def _findings(columns: Columns, kind: str) -> FacetValue:
    ids = columns.facets["finding"].having([kind])
    return FacetValue(value=kind, label=label(kind), count=_total(columns, ids))


def _latest(columns: Columns) -> FacetValue | None:
    """The findings of the latest year that has any."""
    ids = columns.facets["finding"].having(FINDABLE)
    years = columns.years[ids]
    latest = int(years.max(initial=-1))
    if latest < 0:
        return None
    return FacetValue(value=str(latest), label=str(latest), count=_total(columns, ids[years == latest]))
