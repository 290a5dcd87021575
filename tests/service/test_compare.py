"""Forces side by side: each row is the register's own, the file has what the page has, and grades keep their scales."""

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from conftest import FORCES
from fakes import FakeEncoder
from flask.testing import FlaskClient
from test_snapshot import model, tagged

from service.answers.compare import compare
from service.answers.register import register_rows
from service.contract.compare_shapes import CompareRequest
from service.contract.requests import RegisterListRequest
from service.engine import Engine
from service.web.app import create_app

__all__ = ["model", "tagged"]  # fixtures

EVERYWHERE = "?force=essex&force=kent&force=gwent&force=surrey"


@pytest.fixture(scope="module")
def themed(tagged: Path) -> FlaskClient:
    return create_app(Engine(tagged, FakeEncoder())).test_client()


def answer(client: FlaskClient, query: str) -> Any:
    response = client.get(f"/api/v1/compare{query}")
    assert response.status_code == 200
    return response.get_json()


@pytest.mark.parametrize("day", [None, "2018-03-01", "2020"])
def test_each_record_is_the_row_of_the_register(engine: Engine, day: str | None) -> None:
    """Nothing is told of a record here that the register does not tell, and none of it is missing."""
    seen = engine.snapshot()
    found = compare(seen, CompareRequest(force=(*FORCES, "saltmere"), as_of=day))
    for column in found.forces:
        wanted = list(register_rows(seen, RegisterListRequest(force=(column.slug,), as_of=day)))
        rows = {row.finding_id: row for row in column.findings}
        assert [rows[row.finding_id] for row in wanted] == wanted
    assert sum(column.total for column in found.forces) > len(FORCES)


def test_columns_stand_in_the_order_asked_for_and_count_their_rows(client: FlaskClient) -> None:
    found = answer(client, "?force=surrey&force=kent")
    assert [column["slug"] for column in found["forces"]] == ["surrey", "kent"]
    for column in found["forces"]:
        assert column["total"] == len(column["findings"]) == sum(row["count"] for row in column["statuses"])
        assert all(column["slug"] in row["document"]["forces"] for row in column["findings"])


def test_what_is_open_is_what_the_register_calls_open(client: FlaskClient) -> None:
    """With or without a status, as long as the register follows it."""
    for column in answer(client, EVERYWHERE)["forces"]:
        listed = client.get(f"/api/v1/register?status=open&page_size=100&force={column['slug']}").get_json()["results"]
        recorded = {row["finding_id"] for row in listed}
        others = [row for row in column["findings"] if row["document"]["kind"] != "register_record"]
        assert column["open"] == len(recorded) + sum(bool(row["status"]) and not row["closed"] for row in others)


def test_each_row_has_the_themes_that_it_has_in_the_register(themed: FlaskClient) -> None:
    rows = [row for column in answer(themed, EVERYWHERE)["forces"] for row in column["findings"]]
    listed = themed.get("/api/v1/register?page_size=100").get_json()["results"]
    themes = {row["finding_id"]: row["themes"] for row in rows if row["themes"]}
    known = {row["finding_id"]: row["themes"] for row in listed}
    assert themes.keys() & known.keys()
    assert all(known[key] == themes[key] for key in themes.keys() & known.keys())


def test_one_recommendation_to_all_is_told_once_with_each_copy(client: FlaskClient) -> None:
    found = answer(client, EVERYWHERE)
    shared = next(one for one in found["shared"] if len(one["given"]) == len(FORCES))
    assert {own["slug"]: own["finding_id"] for own in shared["given"]} == {
        force: f"{force}:8837/recommendation" for force in FORCES
    }
    page = client.get(f"/compare{EVERYWHERE}").text
    assert "Given to more than one of them" in page


def test_a_joint_report_stands_with_each_of_its_forces_without_what_it_quotes(client: FlaskClient) -> None:
    columns = {column["slug"]: column["findings"] for column in answer(client, "?force=essex&force=kent")["forces"]}
    for rows in columns.values():
        ids = [row["finding_id"] for row in rows]
        assert "papers/joint.txt/1" in ids
        assert "papers/joint.txt/2" not in ids


def test_a_question_and_a_theme_only_take_away(themed: FlaskClient) -> None:
    def ids(query: str) -> set[tuple[str, str]]:
        found = answer(themed, EVERYWHERE + query)
        return {(column["slug"], row["finding_id"]) for column in found["forces"] for row in column["findings"]}

    every, custody, asked = ids(""), ids("&theme=custody"), ids("&q=missing children")
    assert custody < every
    assert asked < every
    assert ids("&theme=custody&q=missing children") == custody & asked
    assert ("kent", "kent:8837/recommendation") in custody  # a person said so
    assert ids("&q=zzzz") == set()


def test_before_it_was_published_nobody_was_told(client: FlaskClient) -> None:
    found = answer(client, EVERYWHERE + "&as_of=2010")
    assert [column["findings"] for column in found["forces"]] == [[]] * len(FORCES)
    assert found["as_of"] == "2010-12-31"


def test_the_file_has_the_rows_of_the_answer(client: FlaskClient) -> None:
    found = answer(client, EVERYWHERE)
    sent = client.get(f"/api/v1/compare.csv{EVERYWHERE}")
    assert "attachment" in sent.headers["Content-Disposition"]
    rows = list(csv.DictReader(io.StringIO(sent.get_data().decode("utf-8-sig"))))
    told = [(column["slug"], row) for column in found["forces"] for row in column["findings"]]
    assert [(row["compared"], row["finding_id"], row["text"], row["status"]) for row in rows] == [
        (slug, row["finding_id"], row["text"], row["status"] or "") for slug, row in told
    ]
    assert client.get(f"/api/v1/compare.json{EVERYWHERE}").get_json() == found


def test_the_page_shows_the_findings_and_leads_to_them(client: FlaskClient) -> None:
    page = client.get("/compare?force=kent&force=surrey&theme=&q=&as_of=").text
    found = answer(client, "?force=kent&force=surrey")
    for column in found["forces"]:
        assert f'<h2 id="{column["slug"]}">' in page
    assert page.count('<article class="hit">') == 0
    assert page.count('<ul class="findings">') == 2
    assert "/findings/kent:8837/recommendation" in page
    assert "/api/v1/compare.csv?force=kent" in page


def test_grades_stand_with_the_scale_of_their_own_document(client: FlaskClient) -> None:
    found = answer(client, "?force=essex&force=kent")
    essex, kent = found["forces"]
    graded = [(row["document"]["id"], [one["grade"] for one in row["grades"]], row["scale"]) for row in essex["grades"]]
    assert graded == [("peel-essex.txt", ["good"], ["outstanding", "good", "requires improvement", "inadequate"])]
    assert kent["grades"] == []
    assert "Not to be compared" in client.get("/compare?force=essex&force=kent").text


@pytest.mark.parametrize("query", ["", "?force=kent", "?force=&force=&theme=&q="])
def test_without_two_forces_the_page_asks_for_them(client: FlaskClient, query: str) -> None:
    page = client.get(f"/compare{query}")
    assert (page.status_code, "Choose two forces or more" in page.text) == (200, True)


def test_an_unknown_force_is_refused_with_the_nearest(client: FlaskClient) -> None:
    response = client.get("/api/v1/compare?force=kentt&force=essex")
    assert (response.status_code, "the nearest is kent" in response.get_json()["detail"]) == (400, True)
