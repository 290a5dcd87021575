"""Ready-made briefs: each holds what the register and the search say, under the right heading, and can be kept."""

import csv
import io
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from fakes import FakeEncoder
from flask.testing import FlaskClient
from test_register import get
from test_snapshot import model, tagged

from corpus.collection import load
from corpus.forces import load_forces
from indexer.build import build
from service.contract.brief_shapes import ReadyRequest
from service.contract.requests import SearchRequest
from service.engine import Engine
from service.web.app import create_app
from service.work.briefs import brief_answer, parts_of
from service.work.ready_briefs import ready_brief

__all__ = ["model", "tagged"]  # fixtures

SAMPLE = Path(__file__).parents[2] / "corpus" / "sample"


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    """The sample documents, on the fake encoder, in a folder of the test's own."""
    forces, encoder = load_forces(SAMPLE / "forces.toml"), FakeEncoder()
    build(load([str(SAMPLE)], forces), encoder, tmp_path, inputs=[str(SAMPLE)])
    return Engine(tmp_path, encoder, forces)


@pytest.fixture
def client(engine: Engine) -> FlaskClient:
    return create_app(engine).test_client()


def parts(engine: Engine, **asked: str) -> dict[str, list[Any]]:
    seen = engine.snapshot()
    answer = brief_answer(seen, ready_brief(seen, ReadyRequest(**asked)))
    return {part: list(items) for part, items in parts_of(answer.results).items()}


@pytest.mark.parametrize("force", ["carrowdale", "saltmere", "wealdmarch", "ostrey-and-vale"])
def test_a_force_has_each_open_record_once(engine: Engine, client: FlaskClient, force: str) -> None:
    found = parts(engine, force=force)
    rows = get(client, force=force, page_size=100)["results"]
    still = {row["finding_id"]: row for row in rows if not row["closed"]}
    listed = [one.finding_id for part in ("Overdue", "Stalled", "Open") for one in found.get(part, ())]
    assert sorted(listed) == sorted(still)
    assert {one.finding_id for one in found.get("Overdue", ())} == {key for key, row in still.items() if row["overdue"]}
    for one in found.get("Stalled", ()):
        assert still[one.finding_id]["stalled"]
    for one in found.get("What others did", ()):
        assert (one.kind, force in one.forces, one.status in ("complete", "no-further-action-needed")) == (
            "comment",
            False,
            True,
        )
    twice = found.get("Possibly told twice", [])
    assert all(force in one.forces and one.note for one in twice)


def test_a_recommendation_across_forces_has_each_who_was_given_it(engine: Engine, client: FlaskClient) -> None:
    rows = get(client, page_size=100)["results"]
    tried = 0
    for row in rows:
        members = client.get(f"/api/v1/findings/{row['finding_id']}").get_json()["members"]
        if len(members) < 3:
            continue
        found = parts(engine, finding_id=row["finding_id"])
        told = {
            one.finding_id: closed
            for closed in (True, False)
            for one in found.get("Closed" if closed else "Not closed", ())
        }
        assert told == {one["finding_id"]: one["closed"] for one in members}
        done = {one["done"]["passage_id"] for one in members if one["closed"] and one["done"]}
        assert {one.passage_id for one in found.get("What those who closed it say they did", ())} == done
        tried += 1
    assert tried


def test_a_theme_in_a_year_is_what_a_search_finds(tagged: Path) -> None:
    engine = Engine(tagged, FakeEncoder())
    seen = engine.snapshot()
    theme = next(one.theme for hit in engine.all_hits(SearchRequest(query="")) for one in hit.themes)
    years = sorted({(hit.date or "")[:4] for hit in engine.all_hits(SearchRequest(query="", theme=(theme,)))} - {""})
    assert years
    for year in years:
        found = [one.passage_id for items in parts(engine, theme=theme, year=year).values() for one in items]
        kinds = ("cause_of_concern", "recommendation", "area_for_improvement", "strength", "work_in_progress")
        asked = SearchRequest(query="", theme=(theme,), year=(year,), finding=(*kinds, "developing_practice"))
        assert sorted(found) == sorted(hit.passage_id for hit in engine.all_hits(asked))
    assert seen.known("theme")


def test_a_ready_brief_is_looked_at_taken_along_and_kept(engine: Engine, client: FlaskClient) -> None:
    page = unescape(client.get("/briefs/ready?force=carrowdale").get_data(as_text=True))
    assert not (engine.data / "state.sqlite").exists()  # to look at it keeps nothing
    rows = list(csv.DictReader(io.StringIO(client.get("/briefs/ready.csv?force=carrowdale").data.decode("utf-8-sig"))))
    assert all(row["citation"] in page for row in rows)
    assert client.get("/briefs/ready.docx?force=carrowdale").data[:2] == b"PK"
    sent = client.post("/briefs/ready", data={"force": "carrowdale", "who": "A"})
    kept = client.get(f"/api/v1{sent.headers['Location']}").get_json()
    assert kept["name"] == "Carrowdale Police: what is open"
    assert [(one["part"], one["text"]) for one in kept["results"]] == [(row["part"], row["text"]) for row in rows]


@pytest.mark.parametrize(
    "asked",
    [{}, {"force": "nowhere"}, {"finding_id": "nothing"}, {"theme": "custody"}, {"force": "carrowdale", "theme": "x"}],
)
def test_what_there_is_no_brief_of_is_refused(client: FlaskClient, asked: dict[str, str]) -> None:
    assert client.get("/briefs/ready", query_string=asked).status_code == 400
