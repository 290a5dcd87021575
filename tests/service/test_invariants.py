"""What must hold for every query and every filter: pages, facets, order, and that filters only take away."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from fakes import FakeEncoder
from flask.testing import FlaskClient
from hypothesis import event, given, settings
from hypothesis import strategies as st

from corpus.model import STATUSES
from service.contract.requests import FACETS, Filters, SearchRequest
from service.contract.responses import Hit
from service.contract.shapes import to_json
from service.contract.values import UNKNOWN
from service.engine import Engine

# Words of the collection, words that its texts have others for, short forms, phrases, and what nothing answers.
WORDS = (
    *("missing", "children", "patrol", "custody", "recorded", "forces", "the", "2018", "8837"),
    *("domestic violence", "domestic abuse", "DV", "DA", "misper", "MARAC", "LWT", "QLD", "quay lamp duty", "what"),
    *(
        '"missing children"',
        '"custody"',
        '"domestic abuse"',
        '"no such phrase"',
        '"',
        "zebra",
        "xqzvtk",
        "?!",
        "misssing",
    ),
)
VALUES = {
    "force": ("essex", "kent", "gwent", "saltmere", UNKNOWN),
    "document_kind": ("register_record", "inspection_report", "peel_assessment", "other"),
    "finding": ("recommendation", "comment", "context", "strength", "area_for_improvement", "glossary"),
    "status": (*STATUSES[2:4], "completed", UNKNOWN),
    "grade": ("good", UNKNOWN),
    "year": ("2016", "2018", UNKNOWN),
}
CHOSEN = {name: st.lists(st.sampled_from(v), max_size=2, unique=True).map(tuple) for name, v in VALUES.items()}
YEARS = st.none() | st.sampled_from((2007, 2016, 2017, 2018))
RANGES = st.tuples(YEARS, YEARS).filter(lambda years: None in years or years[0] <= years[1])
ONE = st.sampled_from(sorted(VALUES)).flatmap(lambda name: CHOSEN[name].map(lambda v: Filters(**{name: v})))
UNDATED = st.just(Filters()) | ONE | st.builds(Filters, **CHOSEN)
FILTERS = st.builds(lambda f, years: {**dict(f), "year_from": years[0], "year_to": years[1]}, UNDATED, RANGES)
QUERIES = st.lists(st.sampled_from(WORDS), max_size=4).map(" ".join)
REQUESTS = st.builds(
    lambda filters, **rest: SearchRequest(**filters, **rest),
    query=QUERIES,
    filters=FILTERS,
    sort=st.sampled_from(("relevance", "newest")),
    expand=st.booleans(),
)
many = settings(max_examples=150)


@pytest.fixture(scope="module")
def other(data: Path) -> Engine:
    """Another engine over the same index."""
    return Engine(data, FakeEncoder())


def hits(engine: Engine, request: SearchRequest, size: int = 100) -> list[Hit]:
    """The hits of every page, one after another; none but the page behind the last may be short."""
    found: list[Hit] = []
    page = 1
    while True:
        response = engine.search(request.model_copy(update={"page": page, "page_size": size}))
        assert len(response.results) == max(0, min(size, response.total - len(found)))
        if not response.results:
            event(f"hits: {'none' if not found else 'some'}")
            return found
        found += response.results
        page += 1


def ids(found: list[Hit]) -> list[str]:
    return [hit.passage_id for hit in found]


def fold_of(hit: Hit) -> str:
    return hit.fold.id if hit.fold else hit.passage_id


def year_of(hit: Hit) -> int | None:
    return int(hit.date[:4]) if hit.date else None


def values_of(hit: Hit) -> dict[str, set[str]]:
    """The values that the passage of a hit has of each facet: one, or of forces several."""
    values = {
        "force": hit.document.forces,
        "document_kind": [hit.document.kind],
        "finding": [hit.kind],
        "status": [hit.finding.status if hit.finding else None],
        "grade": [hit.grade],
        "year": [hit.date[:4] if hit.date else None],
    }
    return {name: {value for value in own if value} or {UNKNOWN} for name, own in values.items()}


def passes(hit: Hit, filters: Filters) -> bool:
    """Whether the passage of a hit passes the filters, by what is shown of it."""
    year = year_of(hit)
    return (
        all(not filters.chosen(name) or own & {*filters.chosen(name)} for name, own in values_of(hit).items())
        and (filters.year_from is None or (year is not None and year >= filters.year_from))
        and (filters.year_to is None or (year is not None and year <= filters.year_to))
    )


def address(request: SearchRequest, form: str) -> tuple[str, dict[str, Any]]:
    """A search as the address of its file and the parameters."""
    chosen = {name: request.chosen(name) for name in FACETS}
    years = {"year_from": request.year_from, "year_to": request.year_to}
    given_ = {name: value for name, value in {**chosen, **years}.items() if value}
    asked = {"q": request.query, "sort": request.sort, "expand": str(request.expand).lower(), **given_}
    return f"/api/v1/search.{form}", asked


@many
@given(request=REQUESTS, size=st.integers(1, 40))
def test_the_pages_together_are_the_total_with_each_hit_once(
    engine: Engine, other: Engine, request: SearchRequest, size: int
) -> None:
    whole = hits(engine, request)
    assert len({fold_of(hit) for hit in whole}) == len(whole)
    assert ids(hits(engine, request, size)) == ids(whole)
    assert hits(other, request, size) == whole


@many
@given(request=REQUESTS, data=st.data())
def test_a_facet_counts_the_total_you_get_by_choosing_the_value(
    engine: Engine, request: SearchRequest, data: st.DataObject
) -> None:
    facets = engine.search(request).facets
    assert tuple(facets) == FACETS
    listed = [(name, row.value) for name in FACETS for row in facets[name]]
    name, value = data.draw(st.sampled_from([*listed, *((name, v) for name, values in VALUES.items() for v in values)]))
    replaced: dict[str, object] = {name: (value,)}
    chosen = request.model_copy(update=replaced)
    counts = {row.value: row.count for row in facets[name]}
    assert engine.search(chosen).total == counts.get(value, 0)


@many
@given(request=REQUESTS)
def test_every_value_with_a_hit_is_among_the_facets(engine: Engine, request: SearchRequest) -> None:
    response = engine.search(request.model_copy(update={"page_size": 100}))
    counts = {name: {row.value: row.count for row in rows} for name, rows in response.facets.items()}
    for hit in response.results:
        for name, values in values_of(hit).items():
            assert all(counts[name].get(value, 0) >= 1 for value in values)
    for name in FACETS:
        assert set(request.chosen(name)) <= counts[name].keys()


@many
@given(request=REQUESTS)
def test_filters_only_take_hits_away_and_keep_the_order(engine: Engine, request: SearchRequest) -> None:
    free = hits(engine, request.model_copy(update=dict(Filters())))
    narrowed = hits(engine, request)
    assert {fold_of(hit) for hit in narrowed} <= {fold_of(hit) for hit in free}
    # What shows a fold still does if it passes. Others of the fold may come up in its place, never before it.
    kept = [hit for hit in free if passes(hit, request)]
    known = set(ids(free))
    assert [hit for hit in narrowed if hit.passage_id in known] == kept
    best = {fold_of(hit): hit.score for hit in free}
    if request.sort == "relevance":
        assert all(hit.score <= best[fold_of(hit)] for hit in narrowed)


@many
@given(request=REQUESTS)
def test_what_is_found_passes_the_filters_and_has_its_match(engine: Engine, request: SearchRequest) -> None:
    found = hits(engine, request)
    assert all(passes(hit, request) for hit in found)
    assert {hit.match for hit in found} <= {"good", "weak"}
    response = engine.search(request)
    assert (response.match == "none") == (response.total == 0)
    if response.match == "weak":
        assert {hit.match for hit in found} == {"weak"}


@many
@given(request=REQUESTS)
def test_the_nearest_are_three_at_most_that_pass_and_are_not_counted(engine: Engine, request: SearchRequest) -> None:
    response = engine.search(request)
    nearest = response.nearest
    if response.total:
        assert nearest == []
        return
    passing = engine.search(request.model_copy(update={"query": ""})).total
    assert len(nearest) == min(3, passing)
    assert len({fold_of(hit) for hit in nearest}) == len(nearest)
    assert all(passes(hit, request) and hit.match == "none" for hit in nearest)


@many
@given(request=REQUESTS)
def test_a_file_holds_the_hits_of_all_pages_in_their_order(
    engine: Engine, client: FlaskClient, request: SearchRequest
) -> None:
    found = hits(engine, request, 17)
    path, asked = address(request, "json")
    assert json.loads(client.get(path, query_string=asked).data) == {"results": json.loads(to_json(found))}
    path, asked = address(request, "csv")
    text = client.get(path, query_string=asked).get_data(as_text=True).removeprefix("\ufeff")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert [row["passage_id"] for row in rows] == ids(found)
    assert [row["rank"] for row in rows] == [str(rank) for rank in range(1, len(found) + 1)]


@many
@given(query=QUERIES)
def test_without_other_words_nothing_is_said_to_be_looked_for(engine: Engine, query: str) -> None:
    plain = engine.search(SearchRequest(query=query, expand=False, explain=True))
    assert plain.expansions == []
    assert all(hit.explain and hit.explain.expansions == [] for hit in plain.results)
    also = engine.search(SearchRequest(query=query, explain=True))
    said = {(one.typed, one.to) for one in also.expansions}
    for hit in also.results:
        assert hit.explain is not None
        assert {(one.typed, one.to) for one in hit.explain.expansions} <= said
