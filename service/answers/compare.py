"""Several forces side by side: what each was told on a matter, when, and what became of it."""

import datetime
from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np

from corpus.dates import last_day
from corpus.model import FINDABLE
from service.answers.force_profile import scale_of
from service.answers.hits import match_of
from service.answers.register import Record, record_of, row_of
from service.answers.search import answering
from service.contract.compare_shapes import (
    CompareAnswer,
    ComparedForce,
    CompareRequest,
    Given,
    GradedReport,
    SharedFinding,
)
from service.contract.requests import ListRequest
from service.contract.responses import FacetValue
from service.contract.values import UNKNOWN
from service.memory.document_rows import reports_of
from service.memory.finding_index import Item
from service.memory.snapshot import Snapshot


def compare(seen: Snapshot, request: CompareRequest) -> CompareAnswer:
    """The findings of each force that answer the question and have one of the themes, side by side.

    A finding that a document only quotes is left out: its own record stands in the list.
    """
    asked = ListRequest(query=request.query, theme=request.theme, finding=FINDABLE)
    # All that these forces were told is looked at, so that what is counted of each is all of it.
    theirs = seen.held.columns.chosen(ListRequest(force=request.force, theme=request.theme, finding=FINDABLE))
    members, good = answering(seen, asked, theirs)
    finding = seen.held.columns.finding
    numbers = (number for number in np.unique(finding[members]).tolist() if number)
    told = [one for one in seen.held.register.outlines(numbers) if not one.quoted and one.known(request.as_of)]
    well = set(finding[good].tolist())
    own = {
        slug: list(seen.held.register.items(one.id for one in told if slug in (one.forces or [UNKNOWN])))
        for slug in request.force
    }
    as_of = request.as_of or seen.held.register.newest
    answer = CompareAnswer(
        query=request.query,
        themes=list(request.theme),
        as_of=as_of.isoformat() if as_of else None,
        match=match_of(bool(told), not well.isdisjoint(one.id for one in told)) if request.query else "good",
        forces=[_force(seen, slug, own[slug], request.as_of) for slug in request.force],
        shared=list(_shared(own)),
    )
    return seen.shown(answer)


def _force(seen: Snapshot, slug: str, items: Sequence[Item], day: datetime.date | None) -> ComparedForce:
    latest = sorted(items, key=lambda item: (item.document.date or "", item.register_number or ""), reverse=True)
    records = [record_of(item, seen.held, day) for item in latest]
    rows = [row_of(seen, record, day) for record in records]
    statuses = Counter(row.status or UNKNOWN for row in rows)
    return ComparedForce(
        slug=slug,
        name=seen.value_label("force", slug),
        total=len(rows),
        open=sum(_is_open(record) for record in records),
        statuses=[
            FacetValue(value=value, label=seen.value_label("status", value), count=count)
            for value, count in sorted(statuses.items(), key=lambda pair: (pair[0] == UNKNOWN, -pair[1], pair[0]))
        ],
        findings=rows,
        grades=list(_grades(seen, slug, day)),
    )


def _is_open(record: Record) -> bool:
    """Whether it is open as the register counts it; what no register follows is only where it prints a status."""
    listed = record.item.main if record.item.tracked else record.stood.status is not None
    return listed and not record.stood.closed


def _grades(seen: Snapshot, slug: str, day: datetime.date | None) -> Iterator[GradedReport]:
    for document, grades in reports_of(seen.held.generation.tables, slug):
        if grades and (day is None or (document.date and last_day(document.date) <= day)):
            yield GradedReport(document=document, grades=grades, scale=list(scale_of(grades, document.date)))


def _shared(own: dict[str, list[Item]]) -> Iterator[SharedFinding]:
    """What more than one of the forces was given, most forces first."""
    folds: dict[int, dict[str, list[Item]]] = {}
    for slug, items in own.items():
        for item in items:
            folds.setdefault(item.fold, {}).setdefault(slug, []).append(item)
    several = [given for given in folds.values() if len(given) > 1]
    for given in sorted(several, key=len, reverse=True):
        first = next(iter(given.values()))[0]
        copies = [Given(slug=slug, finding_id=item.key) for slug, items in given.items() for item in items]
        yield SharedFinding(text=first.text, kind=first.kind, given=copies)
