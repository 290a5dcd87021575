"""What must hold for every query and every filter: pages, facets, order, and that filters only take away.

It holds of vectors that are all compared, of such that are coded, and of such that Milvus keeps.
"""

import csv
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from conftest import make_documents
from fakes import FakeCollection, FakeEncoder
from flask.testing import FlaskClient
from hypothesis import event, given, settings
from hypothesis import strategies as st

from corpus.model import STATUSES
from indexer.build import build
from indexer.milvus import Link, parse_address
from service.contract.requests import FACETS, Filters, SearchRequest
from service.contract.responses import Hit
from service.contract.shapes import to_json
from service.contract.values import UNKNOWN
from service.engine import Engine
from service.web.app import create_app

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
# Requests by how an index keeps its vectors: every one of Milvus takes a good part of a second.
EXAMPLES = {"exact": 150, "coded": 30, "milvus": 10}


@dataclass(frozen=True)
class Served:
    """An index, by an engine, by another one, and by a client of the first."""

    engine: Engine
    other: Engine
    client: FlaskClient


@pytest.fixture(scope="module", params=EXAMPLES)
def served(
    request: pytest.FixtureRequest, data: Path, tmp_path_factory: pytest.TempPathFactory, publish: Any
) -> Iterator[tuple[Served, int]]:
    """One index, and how many requests to try."""
    milvus = None
    with pytest.MonkeyPatch.context() as patched:
        if request.param != "exact":
            data = tmp_path_factory.mktemp(request.param)
        if request.param == "coded":
            patched.setattr("indexer.vector_index.EXACT_UP_TO", 10)
            publish(data, make_documents())
        if request.param == "milvus":
            pytest.importorskip("milvus_lite", reason="milvus-lite is not installed")
            patched.setattr("indexer.milvus_index.WHOLE", 0)
            milvus = Link(parse_address(f"milvus:{data}/milvus.db"))
            build(FakeCollection(make_documents()), FakeEncoder(), data, inputs=["papers"], milvus=milvus)
        engines = [Engine(data, FakeEncoder(), milvus=milvus) for _ in range(2)]
        yield Served(engines[0], engines[1], create_app(engines[0]).test_client()), EXAMPLES[request.param]
    if milvus:
        milvus.close()


Check = Callable[..., None]


def holding(**strategies: st.SearchStrategy[Any]) -> Callable[[Check], Check]:
    """A test that what is decorated holds of an index, whatever the strategies give."""

    def made(check: Check) -> Check:
        def test(served: tuple[Served, int]) -> None:
            index, examples = served

            @settings(max_examples=examples)
            @given(st.fixed_dictionaries(strategies))
            def holds(drawn: dict[str, Any]) -> None:
                check(index, **drawn)

            holds()

        return test

    return made


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


@holding(request=REQUESTS, size=st.integers(1, 40))
def test_the_pages_together_are_the_total_with_each_hit_once(served: Served, request: SearchRequest, size: int) -> None:
    whole = hits(served.engine, request)
    assert len({fold_of(hit) for hit in whole}) == len(whole)
    assert ids(hits(served.engine, request, size)) == ids(whole)
    assert hits(served.other, request, size) == whole


@holding(request=REQUESTS, data=st.data())
def test_a_facet_counts_the_total_you_get_by_choosing_the_value(
    served: Served, request: SearchRequest, data: st.DataObject
) -> None:
    facets = served.engine.search(request).facets
    assert tuple(facets) == FACETS
    listed = [(name, row.value) for name in FACETS for row in facets[name]]
    name, value = data.draw(st.sampled_from([*listed, *((name, v) for name, values in VALUES.items() for v in values)]))
    replaced: dict[str, object] = {name: (value,)}
    chosen = request.model_copy(update=replaced)
    counts = {row.value: row.count for row in facets[name]}
    assert served.engine.search(chosen).total == counts.get(value, 0)


@holding(request=REQUESTS)
def test_every_value_with_a_hit_is_among_the_facets(served: Served, request: SearchRequest) -> None:
    response = served.engine.search(request.model_copy(update={"page_size": 100}))
    counts = {name: {row.value: row.count for row in rows} for name, rows in response.facets.items()}
    for hit in response.results:
        for name, values in values_of(hit).items():
            assert all(counts[name].get(value, 0) >= 1 for value in values)
    for name in FACETS:
        assert set(request.chosen(name)) <= counts[name].keys()


@holding(request=REQUESTS)
def test_filters_only_take_hits_away_and_keep_the_order(served: Served, request: SearchRequest) -> None:
    free = hits(served.engine, request.model_copy(update=dict(Filters())))
    narrowed = hits(served.engine, request)
    assert {fold_of(hit) for hit in narrowed} <= {fold_of(hit) for hit in free}
    # What shows a fold still does if it passes. Others of the fold may come up in its place, never before it.
    kept = [hit for hit in free if passes(hit, request)]
    known = set(ids(free))
    assert [hit for hit in narrowed if hit.passage_id in known] == kept
    best = {fold_of(hit): hit.score for hit in free}
    if request.sort == "relevance":
        assert all(hit.score <= best[fold_of(hit)] for hit in narrowed)


@holding(request=REQUESTS)
def test_what_is_found_passes_the_filters_and_has_its_match(served: Served, request: SearchRequest) -> None:
    found = hits(served.engine, request)
    assert all(passes(hit, request) for hit in found)
    assert {hit.match for hit in found} <= {"good", "weak"}
    response = served.engine.search(request)
    assert (response.match == "none") == (response.total == 0)
    if response.match == "weak":
        assert {hit.match for hit in found} == {"weak"}


@holding(request=REQUESTS)
def test_the_nearest_are_three_at_most_that_pass_and_are_not_counted(served: Served, request: SearchRequest) -> None:
    response = served.engine.search(request)
    nearest = response.nearest
    if response.total:
        assert nearest == []
        return
    passing = served.engine.search(request.model_copy(update={"query": ""})).total
    assert len(nearest) == min(3, passing)
    assert len({fold_of(hit) for hit in nearest}) == len(nearest)
    assert all(passes(hit, request) and hit.match == "none" for hit in nearest)


@holding(request=REQUESTS)
def test_a_file_holds_the_hits_of_all_pages_in_their_order(served: Served, request: SearchRequest) -> None:
    found = hits(served.engine, request, 17)
    path, asked = address(request, "json")
    assert json.loads(served.client.get(path, query_string=asked).data) == {"results": json.loads(to_json(found))}
    path, asked = address(request, "csv")
    text = served.client.get(path, query_string=asked).get_data(as_text=True).removeprefix("\ufeff")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert [row["passage_id"] for row in rows] == ids(found)
    assert [row["rank"] for row in rows] == [str(rank) for rank in range(1, len(found) + 1)]


@holding(query=QUERIES)
def test_without_other_words_nothing_is_said_to_be_looked_for(served: Served, query: str) -> None:
    plain = served.engine.search(SearchRequest(query=query, expand=False, explain=True))
    assert plain.expansions == []
    assert all(hit.explain and hit.explain.expansions == [] for hit in plain.results)
    also = served.engine.search(SearchRequest(query=query, explain=True))
    said = {(one.typed, one.to) for one in also.expansions}
    for hit in also.results:
        assert hit.explain is not None
        assert {(one.typed, one.to) for one in hit.explain.expansions} <= said
