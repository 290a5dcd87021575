"""A large index, where not every passage is looked at: what still holds, and what is said of it."""

import gc
import weakref
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from conftest import make_documents
from fakes import FakeCollection, FakeEncoder
from flask.testing import FlaskClient

from indexer.build import build
from service.answers import retrieve
from service.answers.compare import compare
from service.cli import common
from service.cli.main import main
from service.contract.compare_shapes import CompareRequest
from service.contract.requests import FACETS, SearchRequest, SimilarRequest
from service.engine import Engine
from service.memory.opened import open_for
from service.query.question import understand
from service.web.app import create_app

QUERIES = ("missing children", "custody training", "how are stalking records kept", "vetting", "domestic abuse", "8837")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """An index that is large for what may be compared: with codes, and few candidates for each question."""
    data = tmp_path_factory.mktemp("coded")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("indexer.vector_index.EXACT_UP_TO", 20)
        build(FakeCollection(make_documents()), FakeEncoder(), data, inputs=["papers"])
        yield data


@pytest.fixture
def coded(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    for name, few in (("NEAR_ROWS", 20), ("WORDED", 30), ("FEW", 40)):
        monkeypatch.setattr(retrieve, name, few)
    monkeypatch.setattr("indexer.vector_store.MOST", 60)
    return Engine(folder, FakeEncoder())


def keys(found: object) -> list[str]:
    return [hit.passage_id for hit in found.results]  # type: ignore[attr-defined]


def test_there_are_at_least_as_many_as_are_said(coded: Engine, engine: Engine) -> None:
    unsure = 0
    for query in QUERIES:
        part, whole = (one.search(SearchRequest(query=query, page_size=100)) for one in (coded, engine))
        assert whole.complete
        assert part.total <= whole.total
        if part.complete:
            assert part.total == whole.total
        for facet in FACETS:
            if facet == "theme":
                continue  # of another model
            every = {row.value: row.count for row in whole.facets[facet]}
            assert all(row.count <= every[row.value] for row in part.facets[facet])
        unsure += not part.complete
    assert unsure


def test_the_first_hits_are_those_of_the_whole(coded: Engine, engine: Engine) -> None:
    for query in QUERIES:
        part, whole = (one.search(SearchRequest(query=query, page_size=5)) for one in (coded, engine))
        assert part.match == whole.match
        assert keys(part)[:1] == keys(whole)[:1]
        assert len(set(keys(part)) & set(keys(whole))) >= 0.6 * len(keys(whole))


def test_what_filters_leave_of_few_passages_is_looked_at_whole(coded: Engine, engine: Engine) -> None:
    for query in QUERIES:
        asked = SearchRequest(query=query, force=("kent",), page_size=100)
        part, whole = coded.search(asked), engine.search(asked)
        assert keys(part)[:10] == keys(whole)[:10]


def test_an_empty_question_counts_everything(coded: Engine, engine: Engine) -> None:
    part, whole = coded.search(SearchRequest(query="")), engine.search(SearchRequest(query=""))
    assert (part.complete, part.total) == (True, whole.total)


def test_similar_findings_are_found_in_a_large_index(coded: Engine, engine: Engine) -> None:
    text = "All forces should review how missing children are recorded."
    part, whole = (one.similar(SimilarRequest(text=text, limit=100)) for one in (coded, engine))
    assert part is not None
    assert whole is not None
    assert keys(part)[:3] == keys(whole)[:3]
    assert [one.finding_id for one in part.own] == [one.finding_id for one in whole.own]


def test_forces_are_compared_by_all_that_they_were_told(
    coded: Engine, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("indexer.vector_store.MOST", 10)
    for name in ("NEAR_ROWS", "WORDED", "FEW"):
        monkeypatch.setattr(retrieve, name, 10)
    asked = CompareRequest(query="missing children", force=("kent", "essex", "gwent", "surrey"))
    part, whole = (compare(one.snapshot(), asked) for one in (coded, engine))
    assert [one.total for one in part.forces] == [one.total for one in whole.forces]


def test_pages_and_commands_say_at_least(coded: Engine, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    query = next(one for one in QUERIES if not coded.search(SearchRequest(query=one)).complete)
    client: FlaskClient = create_app(coded).test_client()
    page = client.get("/", query_string={"q": query}).get_data(as_text=True)
    assert "At least" in page
    assert "there may be more" in page
    assert "At least" not in client.get("/", query_string={"q": "", "force": "kent"}).get_data(as_text=True)
    monkeypatch.setattr(common, "encoder_for", lambda settings: FakeEncoder())
    told = CliRunner().invoke(main, ["search", query, "--data", str(folder)])
    assert "At least" in told.output


def test_an_index_that_nobody_holds_any_more_is_given_back_at_once(folder: Path) -> None:
    gc.collect()
    gc.disable()
    try:
        opened = open_for(folder, FakeEncoder())
        opened.words.held(understand("custody training", opened.lexicon), opened.columns.ids)
        parts = [weakref.ref(opened.generation.postings), weakref.ref(opened.words)]
        del opened
        assert [part() for part in parts] == [None, None]
    finally:
        gc.enable()
