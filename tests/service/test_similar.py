"""Similar findings: what is never among them, what stands beside each, and what a day in the past knows."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from conftest import FORCES
from fakes import FakeCollection, FakeEncoder, fitted, record
from flask.testing import FlaskClient
from hypothesis import example, given, settings
from hypothesis import strategies as st

from indexer.build import build
from service.cli import common
from service.cli.main import main
from service.contract.requests import MAX_TEXT, SearchRequest, SimilarRequest
from service.engine import Engine

ASKS = "By March 2018, all forces should review how missing children are recorded."
LIKE = "Every force should look again at how it records missing children, and by March 2018."


def post(client: FlaskClient, **body: Any) -> Any:
    response = client.post("/api/v1/similar", json=body)
    assert response.status_code == 200, response.get_data(as_text=True)
    return response.get_json()


def test_the_text_itself_is_in_no_result_and_its_forces_are_named(client: FlaskClient) -> None:
    found = post(client, text=ASKS)
    assert {member["force"] for member in found["own"]} == set(FORCES)
    assert not any(hit["text"] == ASKS for hit in found["results"] + found["nearest"])
    assert not any(hit["document"]["id"].endswith("/8837") for hit in found["results"] + found["nearest"])


@pytest.mark.parametrize(
    "printed", [ASKS.upper(), f"Recommendation 3: {ASKS}", f"  {ASKS[:-1]}  ", f"{ASKS} It is for all of them."]
)
def test_a_copy_in_other_print_is_a_copy(client: FlaskClient, printed: str) -> None:
    assert {member["force"] for member in post(client, text=printed)["own"]} == set(FORCES)


@pytest.mark.parametrize(
    "printed", [ASKS, ASKS.replace("forces", "for\u00adces"), ASKS.replace("forces", "\uff46orces")]
)
def test_a_part_of_a_finding_is_a_copy_whatever_signs_it_is_pasted_with(client: FlaskClient, printed: str) -> None:
    assert {member["force"] for member in post(client, text=printed[3:])["own"]} == set(FORCES)


def test_a_copy_that_names_a_force_of_the_users_is_a_copy(tmp_path: Path) -> None:
    """The name is one of plain words: only who knows the force can tell that the copy speaks to it alone."""
    names = tmp_path / "forces.toml"
    names.write_text('[[force]]\nslug = "lantern-bay"\nname = "Lantern Bay Police"\nshort = ["Lantern Bay"]\n', "utf-8")
    asks = "{} should look again at how missing children are recorded at night, and tell the board."
    made = (record("lantern-bay", "1", asks.format("Lantern Bay Police")), record("essex", "2", LIKE))
    data = tmp_path / "data"
    build(FakeCollection(made), FakeEncoder(), data, inputs=["papers"], forces=names)
    fitted(data)
    found = Engine(data, FakeEncoder()).similar(SimilarRequest(text=asks.format("The force")))
    assert found is not None
    assert [member.force for member in found.own] == ["lantern-bay"]
    assert not any(hit.text.startswith("Lantern Bay") for hit in [*found.results, *found.nearest])


def test_one_finding_is_one_result_with_all_who_were_given_it(client: FlaskClient) -> None:
    found = post(client, text=LIKE)
    hits = [hit for hit in found["results"] if hit["text"] == ASKS]
    assert len(hits) == 1
    members = hits[0]["members"]
    assert {member["force"] for member in members} == set(FORCES)
    for key in ("document", "status", "status_date", "days_open", "closing_comment", "reopened", "as_of"):
        assert all(key in member for member in members)
    assert all(
        hit["kind"] in ("recommendation", "area_for_improvement", "cause_of_concern", "comment")
        for hit in found["results"]
    )


def a_hit(engine: Engine, query: str, force: str) -> str:
    found = engine.search(SearchRequest(query=query, force=(force,), finding=("recommendation",), page_size=1))
    return found.results[0].passage_id


def test_its_own_force_is_left_out_unless_it_is_asked_for(client: FlaskClient, engine: Engine) -> None:
    passage = a_hit(engine, "missing children recorded", "essex")
    without = post(client, passage_id=passage, limit=100)
    shown = without["results"] or without["nearest"]
    assert shown
    assert not any(hit["document"]["force"] == "essex" for hit in shown)
    assert not any(member["force"] == "essex" for hit in shown for member in hit["members"])
    within = post(client, passage_id=passage, same_force=True, force="essex")
    assert all("essex" in hit["document"]["forces"] for hit in within["results"] + within["nearest"])
    assert within["results"] + within["nearest"]


def test_filters_only_take_away(client: FlaskClient) -> None:
    whole = [hit["passage_id"] for hit in post(client, text=LIKE, limit=100)["results"]]
    for body in ({"force": ["kent"]}, {"finding": "comment"}, {"status": ["complete"]}, {"year_from": 2018}):
        some = [hit["passage_id"] for hit in post(client, text=LIKE, limit=100, **body)["results"]]
        assert [passage for passage in whole if passage in some] == [p for p in some if p in whole]


def test_a_day_in_the_past_knows_nothing_of_what_came_later(client: FlaskClient) -> None:
    early = post(client, text=LIKE, as_of="2017")
    assert early["as_of"] == "2017-12-31"
    for hit in early["results"] + early["nearest"]:
        assert hit["date"] <= "2017-12-31"
        for member in hit["members"]:
            assert (member["status_date"] or "") <= "2017-12-31"
            assert member["closing_comment"] is None
        assert not hit["finding"] or (hit["finding"]["status_date"] or "") <= "2017-12-31"
        for member in hit["fold"]["members"] if hit["fold"] else ():
            assert (member["status_date"] or "") <= "2017-12-31"
    assert post(client, text=LIKE)["as_of"] == "2018-05-04"  # the newest event of the collection


def test_a_year_is_a_whole_number_as_json_has_them(client: FlaskClient) -> None:
    assert post(client, text=LIKE, as_of=2017.0) == post(client, text=LIKE, as_of=2017)
    assert (
        post(client, text=LIKE, year=[2018.0])
        == post(client, text=LIKE, year=2018.0)
        == post(client, text=LIKE, year=2018)
    )
    for wrong in (2017.5, True):
        assert client.post("/api/v1/similar", json={"text": LIKE, "as_of": wrong}).status_code == 400


def test_a_status_that_is_filtered_by_is_that_of_the_day(client: FlaskClient) -> None:
    then = post(client, text=LIKE, as_of="2017-12", status="complete")
    assert not [hit for hit in then["results"] + then["nearest"] if hit["finding"]]
    now = post(client, text=LIKE, status="complete")
    assert any(hit["text"] == ASKS for hit in now["results"] + now["nearest"])


def test_nothing_is_known_before_anything_was_published(client: FlaskClient) -> None:
    found = post(client, text=LIKE, as_of="1999")
    assert (found["match"], found["results"], found["nearest"]) == ("none", [], [])


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({}, "one of them"),
        ({"text": "   "}, "empty"),
        ({"text": "a", "passage_id": "b"}, "one of them"),
        ({"text": "x" * (MAX_TEXT + 1)}, "20,001"),
        ({"text": "a" * 100_000}, "100,000"),
        ({"text": ["a", "b"]}, ": give a text."),
        ({"text": {"a": 1}}, ": give a text."),
        ({"passage_id": "\ud800"}, "application/json"),
        ({"force": "essex", "text": "a", "limit": "20"}, "whole number"),
        ({"text": "a", "as_of": "soon"}, "as_of"),
        ({"text": "a", "limit": 0}, "limit"),
        ({"text": "a", "limit": 101}, "limit"),
        ({"text": "a", "same_force": "perhaps"}, "same_force"),
        ({"text": "a", "forse": "kent"}, "force"),
        ({"text": "a", "force": "kentt"}, "kent"),
    ],
)
def test_what_cannot_be_answered_is_refused_with_a_reason(client: FlaskClient, body: Any, words: str) -> None:
    response = client.post("/api/v1/similar", json=body)
    assert response.status_code == 400
    assert words in response.get_json()["detail"]


@pytest.mark.parametrize("sent", [b"", b"{", b"[]", b"null", b"1", b"\xff", b"[" * 100_000])
def test_a_body_that_is_no_object_is_refused(client: FlaskClient, sent: bytes) -> None:
    response = client.post("/api/v1/similar", data=sent, content_type="application/json")
    assert response.status_code == 400
    assert "JSON" in response.get_json()["detail"]


@pytest.mark.parametrize("body", [{"passage_id": "no such"}, {"finding_id": "no such"}])
def test_what_is_not_there_is_not_found(client: FlaskClient, body: Any) -> None:
    assert client.post("/api/v1/similar", json=body).status_code == 404


@pytest.mark.parametrize(
    "text",
    [
        "Das Frühstück wird um sieben Uhr serviert, und danach geht der Zug.",
        "警察は行方不明の子どもの記録を見直すべきである。",
        "?!",
        "the and of",
        "lorem " * 3000,
        "The force should " + "improve its records of missing children and " * 400,
    ],
)
def test_any_text_is_answered(client: FlaskClient, text: str) -> None:
    found = post(client, text=text[:MAX_TEXT])
    assert found["match"] in ("good", "weak", "none")
    assert client.post("/similar", data={"text": text[:MAX_TEXT]}, follow_redirects=True).status_code == 200


@settings(max_examples=60)
@example(text="RECORD", force=["essex"], limit=2, as_of=None)
@given(
    text=st.text(max_size=200),
    force=st.lists(st.sampled_from(FORCES), max_size=2),
    limit=st.integers(1, 100),
    as_of=st.none() | st.sampled_from(["2016", "2018-03", "2018-05-04"]),
)
def test_what_holds_of_any_answer(
    client: FlaskClient, text: str, force: list[str], limit: int, as_of: str | None
) -> None:
    response = client.post("/api/v1/similar", json={"text": text, "force": force, "limit": limit, "as_of": as_of})
    if response.status_code == 400:
        assert not text.strip()
        return
    found = response.get_json()
    assert len(found["results"]) <= limit
    assert (found["match"] == "none") == (not found["results"])
    assert not (found["results"] and found["nearest"])
    assert len(found["also_said"]) <= limit
    assert all(hit["members"] for hit in found["results"])
    for hit in found["results"] + found["also_said"]:  # a joint report is of several forces, and has no `force`
        assert not force or set(force) & set(hit["document"]["forces"])


def test_lists_download_with_all_who_were_given_them(client: FlaskClient) -> None:
    found = post(client, text=LIKE)
    response = client.get("/api/v1/similar.csv", query_string={"text": LIKE})
    rows = list(csv.DictReader(io.StringIO(response.get_data(as_text=True).removeprefix("\ufeff"))))
    assert len([row for row in rows if row["list"] == "results"]) == sum(
        len(hit["members"]) for hit in found["results"]
    )
    whole = post(client, text=LIKE, limit=100)["also_said"]
    assert len([row for row in rows if row["list"] == "also_said"]) == len(whole)
    own = client.get("/api/v1/similar.csv", query_string={"text": ASKS}).get_data(as_text=True)
    assert own.count("the very finding") == len(FORCES)
    assert client.get("/api/v1/similar.json", query_string={"text": LIKE}).get_json() == {**found, "also_said": whole}
    assert client.post("/api/v1/similar.csv", data={"text": LIKE, "force": ""}).data == response.data


def test_the_command_says_the_same(data: Path, monkeypatch: pytest.MonkeyPatch, client: FlaskClient) -> None:
    monkeypatch.setattr(common, "encoder_for", lambda _: FakeEncoder())
    run = CliRunner().invoke(main, ["similar", LIKE, "--data", str(data), "--json"])
    assert run.exit_code == 0, run.output
    assert json.loads(run.output) == post(client, text=LIKE)
    plain = CliRunner().invoke(main, ["similar", "-", "--data", str(data)], input=ASKS)
    assert "This very finding was given to 4" in plain.output
    table = CliRunner().invoke(main, ["similar", LIKE, "--data", str(data), "--csv"])
    assert table.output.startswith("\ufeffrank,match")
    missing = CliRunner().invoke(main, ["similar", "--passage-id", "x", "--data", str(data)])
    assert missing.exit_code == 2


@pytest.mark.parametrize("form", ["csv", "json"])
def test_a_form_may_leave_fields_empty_and_is_checked_as_strictly(client: FlaskClient, form: str) -> None:
    sent: dict[str, Any] = {"text": LIKE, "passage_id": "", "force": ["", "kent"], "year_from": "", "as_of": " "}
    assert client.post(f"/api/v1/similar.{form}", data=sent).status_code == 200
    for wrong in ({"finding_id": ["a", "b"]}, {"year_from": "soon"}, {"force": "kentt"}, {"page": "1"}):
        assert client.post(f"/api/v1/similar.{form}", data={**sent, **wrong}).status_code == 400
