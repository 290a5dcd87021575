"""The collection as a whole: what there is and what is new, and the list of its documents."""

from collections import Counter
from collections.abc import Sequence

from corpus.model import FINDABLE
from service.answers.register import records_of, values_of
from service.contract.labels import label
from service.contract.overview_shapes import DOCUMENT_FACETS, DocumentsAnswer, DocumentsRequest, Overview
from service.contract.requests import LISTS, Filters
from service.contract.responses import FacetValue, HitDocument
from service.contract.values import UNKNOWN
from service.memory.document_rows import documents_listed
from service.memory.facets import Columns
from service.memory.snapshot import Snapshot

NEWEST = 5  # documents that are shown as new


def overview(seen: Snapshot) -> Overview:
    """What there is, what is to be looked into, and what was published last."""
    columns, register = seen.held.columns, seen.held.register
    listed = documents_listed(seen.held.generation.tables)
    records = records_of(seen.held, None)
    lists = Counter(value for one in records for value in values_of(one, "list"))
    answer = Overview(
        documents=len(listed),
        kinds=_counted(seen, listed, "document_kind"),
        years=_counted(seen, listed, "year"),
        forces=len({force for one in listed for force in one.forces}),
        results=_total(columns, Filters()),
        findings=[row for kind in FINDABLE if (row := _findings(columns, kind)).count],
        latest=_latest(columns),
        records=len(records),
        lists=[FacetValue(value=name, label=label(name), count=lists[name]) for name in LISTS if lists[name]],
        heard=register.newest.isoformat() if register.newest else None,
        newest=[one for one in listed if one.date][:NEWEST],
    )
    return seen.shown(answer)


def documents(seen: Snapshot, request: DocumentsRequest) -> DocumentsAnswer:
    """A page of the documents that pass the filters, the newest first."""
    listed = documents_listed(seen.held.generation.tables)
    passing = _chosen(listed, request)
    first = (request.page - 1) * request.page_size
    answer = DocumentsAnswer(
        total=len(passing),
        page=request.page,
        page_size=request.page_size,
        results=passing[first : first + request.page_size],
        facets={name: _counted(seen, _chosen(listed, request, name), name) for name in DOCUMENT_FACETS},
    )
    return seen.shown(answer)


def _values(document: HitDocument, facet: str) -> list[str]:
    if facet == "force":
        return document.forces or [UNKNOWN]
    return [document.kind if facet == "document_kind" else (document.date or "")[:4] or UNKNOWN]


def _chosen(listed: Sequence[HitDocument], request: DocumentsRequest, without: str | None = None) -> list[HitDocument]:
    wanted = [(name, set(request.chosen(name))) for name in DOCUMENT_FACETS if request.chosen(name) and name != without]
    return [one for one in listed if all(not own.isdisjoint(_values(one, name)) for name, own in wanted)]


def _counted(seen: Snapshot, listed: Sequence[HitDocument], facet: str) -> list[FacetValue]:
    counts = Counter(value for one in listed for value in _values(one, facet))
    rows = [FacetValue(value=v, label=seen.value_label(facet, v), count=n) for v, n in counts.items()]
    if facet == "year":
        return sorted(rows, key=lambda row: (row.value != UNKNOWN, row.value), reverse=True)
    return sorted(rows, key=lambda row: (row.value == UNKNOWN, -row.count, row.label))


def _total(columns: Columns, filters: Filters) -> int:
    """The total of a search without words: passages that pass, those that say the same counted once."""
    return len(distinct(columns.fold[_chosen(columns, filters)]))


def _findings(columns: Columns, kind: str) -> FacetValue:
    return FacetValue(value=kind, label=label(kind), count=_total(columns, Filters(finding=(kind,))))


def _latest(columns: Columns) -> FacetValue | None:
    """The findings of the latest year that has any."""
    latest = int(columns.years[columns.mask(Filters(finding=FINDABLE))].max(initial=-1))
    if latest < 0:
        return None
    year = str(latest)
    return FacetValue(value=year, label=year, count=_total(columns, Filters(finding=FINDABLE, year=(year,))))
