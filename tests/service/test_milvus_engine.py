"""An index whose vectors and words Milvus keeps answers as one in files does, and says so where Milvus is away."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from conftest import make_documents
from fakes import FakeCollection, FakeEncoder
from flask.testing import FlaskClient
from test_themes import THEMES, QuickEncoder, examples

from indexer.build import build
from indexer.milvus import Address, Link, MilvusError, parse_address
from indexer.milvus_rows import FACET
from indexer.promote import promote
from indexer.theme_store import publish_model
from models.theme_model import ThemeModel, train_themes
from service.answers.search import search
from service.cli import common
from service.cli.main import main
from service.cli.settings import read_settings
from service.contract.requests import FACETS, SearchRequest, SimilarRequest
from service.contract.responses import SearchResponse
from service.contract.service_errors import SettingsError
from service.engine import Engine
from service.web.app import create_app

pytest.importorskip("milvus_lite", reason="milvus-lite is not installed")

TESTS = Path(__file__).parents[1]
QUERIES = (
    *(
        "missing children",
        "custody",
        "officers training in stalking records",
        "DV",
        "QLD",
        "8837",
        "misssing",
        "lost runaway",
    ),
    *('"missing children"', '"custody" records', "how is custody recorded", "zebra", "MARAC", "Saltmere officers"),
)
FILTERS: tuple[Mapping[str, Any], ...] = (
    {},
    {"force": ("essex", "kent")},
    {"theme": ("custody",)},
    {"year_from": 2016, "year_to": 2018},
    {"finding": ("recommendation", "context"), "document_kind": ("inspection_report",)},
    {"status": ("unknown",), "theme": ("missing", "unknown"), "year": ("2016", "2018")},
)
# Each query with two of the filters, and each of these with a few queries.
ASKED = [
    SearchRequest(query=query, page_size=100, **FILTERS[at])
    for number, query in enumerate(QUERIES)
    for at in {0, 1 + number % (len(FILTERS) - 1)}
]


@pytest.fixture(scope="module")
def models() -> tuple[ThemeModel, ThemeModel]:
    return tuple(
        train_themes(THEMES, examples(seed), QuickEncoder(), f"2026-0{seed}-01T00:00:00+00:00") for seed in (5, 6)
    )  # type: ignore[return-value]


@pytest.fixture(scope="module")
def link(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Link]:
    made = Link(parse_address(f"milvus:{tmp_path_factory.mktemp('milvus')}/index.db"))
    yield made
    made.close()


def indexed(data: Path, model: ThemeModel, link: Link | None) -> Engine:
    build(FakeCollection(make_documents()), QuickEncoder(), data, inputs=["papers"], themes=model, milvus=link)
    publish_model(data, model, {})
    return Engine(data, QuickEncoder(), milvus=link)


@pytest.fixture(scope="module")
def engines(
    tmp_path_factory: pytest.TempPathFactory, models: tuple[ThemeModel, ThemeModel], link: Link
) -> tuple[Engine, Engine]:
    """One by files, one by Milvus."""
    folder = tmp_path_factory.mktemp("both")
    return indexed(folder / "files", models[0], None), indexed(folder / "milvus", models[0], link)


def plain(answer: Any) -> Any:
    """An answer without what differs by the last digits of a float: scores, to three places."""
    if isinstance(answer, dict):
        return {name: plain(value) for name, value in answer.items()}
    if isinstance(answer, list):
        return [plain(value) for value in answer]
    return round(answer, 3) if isinstance(answer, float) else answer


# ── The same answers ───────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("request_", ASKED, ids=lambda one: f"{one.query} {sum(map(bool, map(one.chosen, FACETS)))}")
def test_where_all_are_looked_at_answers_are_the_same(engines: tuple[Engine, Engine], request_: SearchRequest) -> None:
    files, milvus = (one.search(request_) for one in engines)
    assert plain(files.model_dump()) == plain(milvus.model_dump())


def test_similar_findings_are_the_same(engines: tuple[Engine, Engine]) -> None:
    text = "All forces should review how missing children are recorded."
    for more in ({}, {"force": ("essex", "gwent")}, {"same_force": True, "theme": ("missing",)}):
        files, milvus = (one.similar(SimilarRequest(text=text, **more)) for one in engines)
        assert files
        assert milvus
        assert plain(files.model_dump()) == plain(milvus.model_dump())


def narrowed(patched: pytest.MonkeyPatch) -> None:
    """Few candidates, so that Milvus has to choose."""
    patched.setattr("indexer.milvus_index.WHOLE", 0)
    for name, few in (("NEAR_ROWS", 40), ("WORDED", 30), ("FEW", 8)):
        patched.setattr(f"service.answers.retrieve.{name}", few)


def folds(answer: SearchResponse) -> list[str]:
    return [hit.fold.id if hit.fold else hit.passage_id for hit in answer.results]


@pytest.mark.parametrize("request_", ASKED, ids=lambda one: f"{one.query} {sum(map(bool, map(one.chosen, FACETS)))}")
def test_where_milvus_chooses_nothing_is_found_that_is_not_there(
    engines: tuple[Engine, Engine], request_: SearchRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = engines[0].search(request_)
    narrowed(monkeypatch)
    milvus = engines[1].search(request_)
    assert not milvus.complete
    assert milvus.total <= files.total
    every, some = folds(files), folds(milvus)
    assert set(some) <= set(every)
    assert some[:3] == every[:3]
    assert [fold for fold in every if fold in some] == some
    known = {name: {row.value: row.count for row in rows} for name, rows in files.facets.items()}
    for name, rows in milvus.facets.items():
        assert all(row.count <= known[name].get(row.value, 0) for row in rows)
    scores = {fold: hit.score for fold, hit in zip(every, files.results, strict=True)}
    assert [hit.score for hit in milvus.results] == pytest.approx([scores[fold] for fold in some], abs=1e-4)


def test_milvus_counts_facets_as_the_columns_do(engines: tuple[Engine, Engine]) -> None:
    seen = engines[1].snapshot()
    columns, milvus = seen.held.columns, seen.held.generation.milvus
    assert milvus
    ids = columns.ids[::2]
    for name in FACETS:
        if name != "theme":
            counted = milvus.store.counts(f"{FACET}{name}", ids)
            assert {columns.facets[name].numbered[code]: n for code, n in counted.items()} == columns.counts(name, ids)


def test_an_expression_tells_those_that_pass(engines: tuple[Engine, Engine]) -> None:
    columns, milvus = (one.snapshot().held for one in engines)
    assert milvus.generation.milvus
    for filters in FILTERS[1:]:
        sought = milvus.columns.sought(SearchRequest(query="", **filters))
        assert sought
        passing = columns.columns.chosen(SearchRequest(query="", **filters))
        assert passing is not None
        assert sought.ids.tolist() == passing.tolist()
        size = milvus.generation.milvus.store.size(sought.expression)
        assert size > len(passing) if sought.narrower else size == len(passing)


# ── Themes ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_another_theme_model_and_corrections_leave_milvus_alone(
    tmp_path: Path, models: tuple[ThemeModel, ThemeModel], link: Link, monkeypatch: pytest.MonkeyPatch
) -> None:
    narrowed(monkeypatch)
    files, milvus = (
        indexed(tmp_path / "files", models[0], None),
        indexed(tmp_path / "milvus", models[0], link),
    )
    asked = SearchRequest(query="custody", theme=("custody",), page_size=100)
    assert search(milvus.snapshot(), asked).total
    before = milvus.snapshot().held.generation.manifest.milvus
    with monkeypatch.context() as patched:
        patched.setattr("indexer.milvus_rows._send", lambda *_: pytest.fail("nothing is to be sent"))
        for one in (files, milvus):
            publish_model(one.data, models[1], {})
            promote(one.data, models[1], QuickEncoder())
    assert milvus.snapshot().held.generation.manifest.theme_model == models[1].id
    assert milvus.snapshot().held.generation.manifest.milvus == before
    hit = milvus.search(SearchRequest(query="patrol at night")).results[0].passage_id
    for one in (files, milvus):
        fields = {"passage_id": hit, "theme": "training", "who": "Ada"}
        assert create_app(one).test_client().post("/corrections", data=fields).status_code == 303
    trained = SearchRequest(query="patrol at night", theme=("training",))
    assert hit in {one.passage_id for one in milvus.search(trained).results}
    for request in (asked, trained):
        every, some = folds(files.search(request)), folds(milvus.search(request))
        assert some
        assert [fold for fold in every if fold in some] == some


def test_the_queue_of_doubts_is_the_same(engines: tuple[Engine, Engine]) -> None:
    pages = [create_app(one).test_client().get("/api/v1/queue") for one in engines]
    assert [page.status_code for page in pages] == [200, 200]
    files, milvus = (page.get_json() for page in pages)
    assert plain(files["items"]) == plain(milvus["items"])


# ── What is said ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_index_in_milvus_wants_the_setting(engines: tuple[Engine, Engine]) -> None:
    client = create_app(Engine(engines[1].data, QuickEncoder())).test_client()
    answer = client.get("/api/v1/search?q=custody")
    assert answer.status_code == 503
    assert "PRECEDENT_INDEX does not say where" in answer.get_json()["detail"]
    assert client.get("/health/ready").status_code == 503


def test_settings_name_a_milvus(monkeypatch: pytest.MonkeyPatch) -> None:
    named = {"PRECEDENT_INDEX": "milvus:http://milvus.example:19530", "PRECEDENT_INDEX_TOKEN": "ada:hidden"}
    settings = read_settings(named)
    assert settings.index == Address("http://milvus.example:19530", "ada:hidden")
    assert "hidden" not in repr(settings)
    assert read_settings({}).index is None
    with pytest.raises(SettingsError, match=r"PRECEDENT_INDEX cannot be used: .*\.db"):
        read_settings({"PRECEDENT_INDEX": "milvus:somewhere"})


def test_doctor_tells_whether_milvus_holds_the_index(
    engines: tuple[Engine, Engine], link: Link, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, at = engines[1].data, link.address.uri
    monkeypatch.setattr(common, "encoder_for", lambda _: QuickEncoder())
    monkeypatch.setattr(common, "milvus_for", lambda _: link)
    said = CliRunner().invoke(main, ["doctor", "--data", str(data)]).output
    assert f"ok       Milvus at {at} holds the index whole: " in said
    ready = create_app(engines[1]).test_client().get("/health/ready")
    assert ready.get_json()["milvus"] == at
    monkeypatch.setattr(common, "milvus_for", lambda _: None)
    outcome = CliRunner().invoke(main, ["doctor", "--data", str(data)])
    assert outcome.exit_code == 1
    assert "PRECEDENT_INDEX does not say where" in outcome.output


# ── Away and back ──────────────────────────────────────────────────────────────────────────────────────────────────


def serving(folder: Path, port: int) -> "subprocess.Popen[str]":
    room = os.environ | {"PYTHONPATH": f"{TESTS.parent}{os.pathsep}{TESTS}"}
    script = [sys.executable, str(TESTS / "milvus_server.py"), str(folder), str(port)]
    process = subprocess.Popen(script, stdout=subprocess.PIPE, text=True, env=room)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def end(server: "subprocess.Popen[str]") -> None:
    server.kill()
    server.wait()
    if server.stdout:
        server.stdout.close()


def asked(client: FlaskClient) -> Any:
    return client.get("/api/v1/search?q=missing+children")


@pytest.mark.slow
def test_away_and_back(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    link, data = Link(Address(f"http://127.0.0.1:{port}", "ada:hidden")), tmp_path / "data"
    made = FakeCollection(make_documents())
    with pytest.raises(MilvusError, match="does not answer"):
        build(made, FakeEncoder(), data, inputs=["papers"], milvus=link)
    assert not (data / "CURRENT").exists()
    server = serving(tmp_path / "served", port)
    try:
        build(made, FakeEncoder(), data, inputs=["papers"], milvus=link)
        client = create_app(Engine(data, FakeEncoder(), milvus=link)).test_client()
        answer = asked(client)
        assert answer.get_json()["total"]
        end(server)
        away = asked(client)
        assert away.status_code == 503
        assert f"Milvus does not answer at http://127.0.0.1:{port}" in away.get_json()["detail"]
        page = client.get("/?q=custody", headers={"Accept": "text/html"})
        assert page.status_code == 503
        assert "Milvus does not answer at" in page.get_data(as_text=True)
        ready = client.get("/health/ready")
        assert ready.status_code == 503
        assert all("hidden" not in one.get_data(as_text=True) for one in (away, page, ready))
        assert client.get("/api/v1/register").status_code == 200  # of what is here
        server = serving(tmp_path / "served", port)
        assert asked(client).get_json() == answer.get_json()
        assert client.get("/health/ready").status_code == 200
    finally:
        link.close()
        end(server)
