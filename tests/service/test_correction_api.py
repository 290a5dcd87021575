"""Corrections by a program: what the pages do over JSON – the queue, a correction that holds, and undoing it."""

from pathlib import Path
from urllib.parse import quote

import pytest
from conftest import make_documents
from fakes import FakeCollection, FakeEncoder
from flask.testing import FlaskClient
from test_snapshot import model

from indexer.build import build
from indexer.theme_store import publish_model
from models.theme_model import ThemeModel
from service.engine import Engine
from service.web.app import create_app

__all__ = ["model"]  # a fixture

PASSAGE = "kent:8837#0"


@pytest.fixture
def own(tmp_path: Path, model: ThemeModel) -> FlaskClient:
    build(FakeCollection(make_documents()), FakeEncoder(), tmp_path, inputs=["papers"], themes=model)
    publish_model(tmp_path, model, {})
    return create_app(Engine(tmp_path, FakeEncoder())).test_client()


def themes_of(client: FlaskClient) -> set[tuple[str, str]]:
    found = client.get(f"/api/v1/passages/{quote(PASSAGE)}").get_json()["themes"]
    return {(tag["theme"], tag["origin"]) for tag in found}


def test_a_correction_holds_until_it_is_undone(own: FlaskClient) -> None:
    before = themes_of(own)
    body = {"passage_id": PASSAGE, "theme": ["custody"], "who": "Ada", "why": "It says so."}
    made = own.post("/api/v1/corrections", json=body)
    assert made.status_code == 200
    assert (made.get_json()["after"], made.get_json()["who"]) == (["custody"], "Ada")
    assert themes_of(own) == {("custody", "person")}
    listed = own.get("/api/v1/corrections").get_json()
    assert (listed["total"], listed["results"]) == (1, [made.get_json()])
    tagged = own.get(f"/api/v1/passage-themes/{quote(PASSAGE)}").get_json()["tagged"]
    assert [row["theme"] for row in tagged["themes"] if row["assigned"]] == ["custody"]
    address = f"/api/v1/corrections/{made.get_json()['id']}/undo"
    assert own.post(address, json={"who": "Bea"}).get_json()["undone_by"] == "Bea"
    assert themes_of(own) == before
    assert own.post(address, json={"who": "Bea"}).status_code == 404


def test_unknown_says_that_there_is_no_theme(own: FlaskClient) -> None:
    made = own.post("/api/v1/corrections", json={"text": "Plans.", "theme": ["unknown"], "who": "Ada"}).get_json()
    assert made["after"] == []


def test_pages_of_corrections_are_all_of_them_once(own: FlaskClient) -> None:
    for number in range(5):
        own.post("/api/v1/corrections", json={"text": f"Plan {number}.", "who": "Ada"})
    pages = [own.get(f"/api/v1/corrections?page={n}&page_size=2").get_json()["results"] for n in (1, 2, 3)]
    assert [row["text"] for page in pages for row in page] == [f"Plan {n}." for n in (4, 3, 2, 1, 0)]


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ({"passage_id": PASSAGE, "text": "Plans.", "who": "Ada"}, "one of them"),
        ({"who": "Ada"}, "one of them"),
        ({"passage_id": PASSAGE, "theme": ["custard"], "who": "Ada"}, "the nearest is custody"),
        ({"passage_id": PASSAGE, "who": " "}, "Give your name"),
        ({"passage_id": PASSAGE}, "who is missing"),
    ],
)
def test_what_cannot_be_kept_is_refused(own: FlaskClient, body: dict[str, object], why: str) -> None:
    response = own.post("/api/v1/corrections", json=body)
    assert response.status_code == 400
    assert why in response.get_json()["detail"]
    assert own.get("/api/v1/corrections").get_json()["total"] == 0


def test_no_other_site_may_correct(own: FlaskClient) -> None:
    body = {"passage_id": PASSAGE, "theme": ["custody"], "who": "Ada"}
    headers = {"Sec-Fetch-Site": "cross-site"}
    assert own.post("/api/v1/corrections", json=body, headers=headers).status_code == 403
    assert own.post("/api/v1/corrections", json={**body, "passage_id": "nowhere#1"}).status_code == 404


def test_the_queue_is_what_the_page_shows(own: FlaskClient) -> None:
    found = own.get("/api/v1/queue?limit=3").get_json()
    assert len(found["items"]) <= 3 <= max(found["waiting"], 3)
    assert own.get("/api/v1/queue?limit=21").status_code == 400


def test_contact_details_are_dots_in_whatever_is_answered(own: FlaskClient) -> None:
    body = {"text": "Ring 01632 960123 of the custody desk.", "theme": ["custody"], "who": "Ada"}
    made = own.post("/api/v1/corrections", json=body)
    undone = own.post(f"/api/v1/corrections/{made.get_json()['id']}/undo", json={"who": "Bea"})
    for answer in (made, undone, own.get("/api/v1/corrections")):
        assert "custody desk" in answer.text
        assert "960123" not in answer.text
