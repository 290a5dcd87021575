"""What must hold for every query and every filter: pages, facets, order, and that filters only take away."""

from dataclasses import replace
from pathlib import Path

import pytest
from fakes import FakeEncoder
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corpus.model import STATUSES
from service.answers import Hit
from service.columns import FACETS, UNKNOWN, Filters
from service.engine import Engine, SearchRequest

WORDS = ("missing", "children", "patrol", "custody", "recorded", "zebra", "the", '"missing children"', "forces")
VALUES = {
    "force": ("essex", "kent", "gwent", UNKNOWN),
    "document_kind": ("register_record", "inspection_report", "other"),
    "finding": ("recommendation", "comment", "context", "strength"),
    "status": (*STATUSES[2:4], UNKNOWN),
    "grade": ("good", UNKNOWN),
    "year": ("2016", "2018", UNKNOWN),
}
CHOSEN = {name: st.lists(st.sampled_from(v), max_size=2, unique=True).map(tuple) for name, v in VALUES.items()}
YEARS = st.none() | st.sampled_from((2007, 2016, 2017, 2018))
FILTERS = st.builds(Filters, **CHOSEN, year_from=YEARS, year_to=YEARS)
QUERIES = st.lists(st.sampled_from(WORDS), max_size=4).map(" ".join)
REQUESTS = st.builds(
    SearchRequest, query=QUERIES, filters=FILTERS | st.just(Filters()), sort=st.sampled_from(("relevance", "newest"))
)
many = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def hits(engine: Engine, request: SearchRequest, size: int = 100) -> list[Hit]:
    """The hits of every page, one after another."""
    found: list[Hit] = []
    page = 1
    while True:
        response = engine.search(replace(request, page=page, page_size=size))
        if not response["results"]:
            assert response["total"] == len(found)
            return found
        found += response["results"]
        page += 1


def fold_of(hit: Hit) -> str:
    return hit["fold"]["id"] if hit["fold"] else hit["passage_id"]


@many
@given(request=REQUESTS, size=st.integers(1, 40))
def test_the_pages_together_are_the_total_with_each_hit_once(engine: Engine, request: SearchRequest, size: int) -> None:
    whole = hits(engine, request)
    assert len({fold_of(hit) for hit in whole}) == len(whole)
    paged = hits(engine, request, size)
    assert [hit["passage_id"] for hit in paged] == [hit["passage_id"] for hit in whole]


@many
@given(request=REQUESTS, data=st.data())
def test_a_facet_counts_the_total_you_get_by_choosing_the_value(
    engine: Engine, request: SearchRequest, data: st.DataObject
) -> None:
    facets = engine.search(request)["facets"]
    assert tuple(facets) == FACETS
    rows = [(name, row) for name in FACETS for row in facets[name]]
    if not rows:
        return
    name, row = data.draw(st.sampled_from(rows))
    replaced: dict[str, object] = {name: (row["value"],)}
    chosen = replace(request, filters=replace(request.filters, **replaced))
    assert engine.search(chosen)["total"] == row["count"]


@many
@given(request=REQUESTS)
def test_every_value_with_a_hit_is_among_the_facets(engine: Engine, request: SearchRequest) -> None:
    response = engine.search(replace(request, page_size=100))
    for hit in response["results"]:
        for name, value in (
            ("force", hit["document"]["force"]),
            ("document_kind", hit["document"]["kind"]),
            ("finding", hit["kind"]),
            ("status", hit["finding"]["status"] if hit["finding"] else None),
            ("grade", hit["grade"]),
            ("year", hit["date"][:4] if hit["date"] else None),
        ):
            counts = {row["value"]: row["count"] for row in response["facets"][name]}
            assert counts.get(value or UNKNOWN, 0) >= 1


@many
@given(request=REQUESTS)
def test_filters_only_take_passages_away_and_keep_the_order(engine: Engine, request: SearchRequest) -> None:
    free = [(fold_of(hit), hit["score"]) for hit in hits(engine, replace(request, filters=Filters()))]
    narrowed = [(fold_of(hit), hit["score"]) for hit in hits(engine, request)]
    assert {fold for fold, _ in narrowed} <= {fold for fold, _ in free}
    if request.sort == "relevance" and request.query.strip():
        # A fold may be shown by another member once its best is filtered out, so only equal ones compare.
        kept = [entry for entry in free if entry in narrowed]
        assert [entry for entry in narrowed if entry in kept] == kept


@many
@given(request=REQUESTS)
def test_what_is_found_passes_the_filters(engine: Engine, request: SearchRequest) -> None:
    filters = request.filters
    for hit in hits(engine, request):
        year = int(hit["date"][:4]) if hit["date"] else None
        for chosen, value in (
            (filters.force, hit["document"]["force"]),
            (filters.document_kind, hit["document"]["kind"]),
            (filters.finding, hit["kind"]),
            (filters.status, hit["finding"]["status"] if hit["finding"] else None),
            (filters.grade, hit["grade"]),
            (filters.year, str(year) if year else None),
        ):
            assert not chosen or (value or UNKNOWN) in chosen
        assert filters.year_from is None or (year is not None and year >= filters.year_from)
        assert filters.year_to is None or (year is not None and year <= filters.year_to)


@pytest.mark.parametrize("query", ["missing children", "custody patrol training", ""])
def test_the_order_is_the_same_after_a_restart(data: Path, engine: Engine, query: str) -> None:
    request = SearchRequest(query)
    again = hits(Engine(data, FakeEncoder()), request, 7)
    assert again == hits(engine, request, 100)
