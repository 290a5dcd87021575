"""People's work sent by programs: kept as the pages keep it, and refused with a sentence that says why."""

from pathlib import Path
from typing import Any

import pytest
from conftest import Publish, make_documents
from fakes import FakeEncoder
from flask.testing import FlaskClient

from service.engine import Engine
from service.web.app import create_app

ME = {"who": "A. Reviewer"}


@pytest.fixture
def own(tmp_path: Path, publish: Publish) -> FlaskClient:
    publish(tmp_path, make_documents())
    return create_app(Engine(tmp_path, FakeEncoder())).test_client()


def post(client: FlaskClient, path: str, status: int = 200, **body: object) -> Any:
    response = client.post(f"/api/v1{path}", json={**ME, **body})
    assert response.status_code == status, response.get_data(as_text=True)
    return response.get_json()


def first(client: FlaskClient, query: str) -> dict[str, Any]:
    return dict(client.get("/api/v1/search", query_string={"q": query}).get_json()["results"][0])


def test_a_brief_holds_what_was_put_into_it_once(own: FlaskClient) -> None:
    passage = first(own, "missing children")["passage_id"]
    made = post(own, "/briefs", name="Board", passage_id=[passage], note="For May")
    again = post(own, "/briefs", name="board", passage_id=[passage])
    assert again["brief_id"] == made["brief_id"]
    assert [(one["passage_id"], one["note"]) for one in again["results"]] == [(passage, "For May")]
    assert own.get(f"/api/v1/briefs/{made['brief_id']}").get_json()["results"] == again["results"]
    assert "take an id" in post(own, "/briefs", 409, name="Board", passage_id=["nowhere"])["detail"]


def test_a_receipt_is_kept_and_repeats(own: FlaskClient) -> None:
    kept = post(own, "/receipts", kind="search", asked={"q": ["missing children"]}, why="FOI 12")
    assert kept["total"] == len(kept["results"]) > 0
    assert own.get(f"/api/v1/receipts/{kept['receipt_id']}/verify").get_json()["same"]
    assert "brief" in post(own, "/receipts", 409, kind="brief", asked={})["detail"]


def test_a_search_is_saved_read_and_deleted(own: FlaskClient) -> None:
    saved = post(own, "/searches", asked={"q": ["missing children"], "force": ["kent"]}, title="Kent")["search"]
    assert [one["title"] for one in own.get("/api/v1/searches").get_json()["searches"]] == ["Kent"]
    assert post(own, f"/searches/{saved['id']}/read", upto=5)["total"] == 0
    post(own, f"/searches/{saved['id']}/delete")
    assert own.get("/api/v1/searches").get_json()["searches"] == []
    assert post(own, f"/searches/{saved['id']}/delete", 404)
    assert "everything" in post(own, "/searches", 409, asked={})["detail"]


def test_words_are_added_once_and_taken_back(own: FlaskClient) -> None:
    entry = {"typed": "runaways", "other": "missing children"}
    found = post(own, "/vocabulary", **entry)["entries"][0]
    assert {name: found[name] for name in entry} == entry
    assert "already" in post(own, "/vocabulary", 409, **entry)["detail"]
    assert post(own, f"/vocabulary/{found['id']}/undo")["entries"][0]["undone_by"] == ME["who"]
    assert post(own, f"/vocabulary/{found['id']}/undo", 404)


def test_a_detail_waits_for_the_build_and_can_be_undone(own: FlaskClient) -> None:
    said = post(own, "/details", document="papers/joint.txt", date="2020-05")["details"]
    assert [(one["field"], one["after"], one["state"]) for one in said] == [("date", "2020-05", "next-build")]
    assert own.get("/api/v1/details").get_json()["details"] == said
    assert "date" in post(own, "/details", 409, document="papers/joint.txt", date="31 February 2020")["detail"]
    assert post(own, "/details", 404, document="nowhere", date="2020")
    assert post(own, f"/details/{said[0]['id']}/undo")["details"][0]["undone_by"] == ME["who"]


@pytest.mark.parametrize("path", ["/briefs", "/receipts", "/searches", "/vocabulary", "/details"])
def test_nobody_keeps_anything_without_a_name_or_from_another_site(own: FlaskClient, path: str) -> None:
    fields = own.get("/api/v1/openapi.json").get_json()["paths"][f"/api/v1{path}"]["post"]["requestBody"]["content"]
    shape = fields["application/json"]["schema"]["$ref"].rsplit("/", 1)[1]
    needed = own.get("/api/v1/openapi.json").get_json()["components"]["schemas"][shape]["required"]
    assert "who" in needed
    assert own.post(f"/api/v1{path}", json={"who": " "}).status_code == 400
    foreign = {"Origin": "http://elsewhere.example"}
    assert own.post(f"/api/v1{path}", json=ME, headers=foreign).status_code == 403
