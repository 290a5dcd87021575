"""Documents about several forces, findings that are tracked one by one, quotations, and whose word a status is."""

import csv
import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fakes import FakeCollection, FakeEncoder, document, passage, record
from flask.testing import FlaskClient

from corpus.model import Document, Event, Evidence, Finding
from corpus.text import words_only
from indexer.build import build
from service.contract.requests import SimilarRequest
from service.engine import Engine
from service.memory.findable_passages import findable_by_id
from service.memory.finding_index import Item
from service.web.app import create_app


def get(client: FlaskClient, path: str, **parameters: Any) -> Any:
    response = client.get(f"/api/v1/{path}", query_string=parameters)
    assert response.status_code == 200, response.get_data(as_text=True)
    return response.get_json()


def rows_of(client: FlaskClient, key: str, **parameters: Any) -> list[Any]:
    rows = get(client, "register", page_size=100, **parameters)["results"]
    return [row for row in rows if row["document"]["id"] == key]


def finding_that_asks(engine: Engine, words: str) -> Item:
    """The finding of the first passage that asks for something in these words."""
    held = engine.snapshot().held
    asking = findable_by_id(held.generation.tables, held.columns.ids.tolist())
    first = next(one for one in asking if words in words_only(one.text))
    return held.register.by_id(first.finding or 0)


# --- several forces


def test_a_joint_report_is_found_under_each_of_its_forces_and_has_no_single_one(client: FlaskClient) -> None:
    for force in ("essex", "kent"):
        found = get(client, "search", q="both forces look together", force=force)["results"]
        joint = next(hit for hit in found if hit["document"]["id"] == "papers/joint.txt")
        assert (joint["document"]["force"], joint["document"]["forces"]) == (None, ["essex", "kent"])
        reports = get(client, f"forces/{force}")["reports"]
        assert "papers/joint.txt" in {report["document"]["id"] for report in reports}
        assert "papers/joint.txt" in client.get(f"/forces/{force}").get_data(as_text=True)
    assert not any(
        hit["document"]["id"] == "papers/joint.txt"
        for hit in get(client, "search", q="both forces look together", force=["gwent", "unknown"])["results"]
    )


def test_a_hit_and_a_document_name_all_their_forces(client: FlaskClient) -> None:
    assert "Essex Police and Kent Police" in client.get("/?q=both+forces+look+together").get_data(as_text=True)
    page = client.get("/documents/papers/joint.txt").get_data(as_text=True)
    assert 'href="/forces/essex"' in page
    assert 'href="/forces/kent"' in page


def test_forces_count_a_joint_report_each(client: FlaskClient, engine: Engine) -> None:
    counts = {row["slug"]: row["documents"] for row in get(client, "forces")["forces"]}
    tables = engine.snapshot().held.generation.tables
    alone = dict(map(tuple, tables.execute("SELECT force, count(*) FROM documents GROUP BY force").fetchall()))
    assert counts["essex"] == alone["essex"] + 1
    assert counts["kent"] == alone["kent"] + 1


def test_similar_to_a_joint_finding_leaves_out_what_either_force_was_told_alone(engine: Engine) -> None:
    item = finding_that_asks(engine, "both forces should train")
    found = engine.similar(SimilarRequest(finding_id=item.key))
    assert found is not None
    shown = [hit.document.forces for hit in (*found.results, *found.nearest)]
    assert shown
    assert not any(forces and set(forces) <= {"essex", "kent"} for forces in shown)


def test_what_a_force_was_told_together_with_another_is_a_precedent_to_it(engine: Engine) -> None:
    items = engine.snapshot().held.register.same(finding_that_asks(engine, "all forces should review how missing"))
    essex = next(item for item in items if item.document.force == "essex")
    found = engine.similar(SimilarRequest(finding_id=essex.key, limit=100))
    assert found is not None
    shown = [hit.document.forces for hit in (*found.results, *found.nearest)]
    assert ["essex", "kent"] in shown
    assert ["essex"] not in shown


# --- findings tracked one by one


def test_each_finding_of_an_index_page_is_a_row_and_a_cause_of_concern_without_a_status_is_none(
    client: FlaskClient,
) -> None:
    rows = rows_of(client, "index page")
    assert {(row["number"], row["kind"], row["status"], row["status_date"], row["closed"]) for row in rows} == {
        ("1", "recommendation", "completed", None, True),
        ("2", "area_for_improvement", "in progress", "2020-02-03", False),
    }
    assert [row["overdue"] for row in sorted(rows, key=lambda row: row["number"])] == [False, True]
    assert all((row["heard"], row["as_of"]) == ("2020-03-01", "2020-03-01") for row in rows)


def test_statuses_in_a_pages_own_words_are_values_to_choose(client: FlaskClient) -> None:
    found = get(client, "register", status="in progress")
    assert [row["number"] for row in found["results"]] == ["2"]
    labels = {row["value"]: row["label"] for row in found["facets"]["status"]}
    assert labels["in progress"] == "In progress"
    assert get(client, "search", q="", status="completed")["total"] == 1
    assert client.get("/register?status=in+progress").status_code == 200


def test_before_its_day_a_printed_status_is_not_known(client: FlaskClient) -> None:
    early = {row["number"]: row["status"] for row in rows_of(client, "index page", as_of="2020-01-31")}
    assert early == {"1": "completed", "2": None}
    assert rows_of(client, "index page", as_of="2018") == []


@pytest.fixture(scope="module")
def tracked(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """A tracker of two findings with events of their own, a record of one, a response, and a report that quotes."""
    asks = ("The force should light every lamp by March 2019.", "The force should coil its ropes each evening.")
    record_ = record("kent", "12", "The force should mend the quay before the winter.")
    tables = (_tracker(asks), record_, _response(), _quoting(record_))
    data = tmp_path_factory.mktemp("data")
    build(FakeCollection(tables), FakeEncoder(), data, inputs=["papers"])
    return create_app(Engine(data, FakeEncoder())).test_client()


def _tracker(asks: tuple[str, str]) -> Document:
    key = "tracker"
    findings = tuple(
        Finding(f"{key}/{at}", "recommendation", str(at + 1), text, 0, "2019-03", None, (), *stood)
        for at, (text, stood) in enumerate(
            zip(asks, (("complete", "2019-02-01"), ("being-progressed", "2018-06-01")), strict=True)
        )
    )
    findings = (replace(findings[0], status_word="Discharged", target="2018-12-31"), findings[1])
    events = (
        Event("2018-06-01", "status", "being-progressed", "", 0, 1),
        Event("2019-02-01", "status", "complete", "", 0, 0),
        Event("2019-05-06", "comment", None, "The ropes are still wet.", 0, 1),
        Event("2019-06-07", "comment", None, "The board looked at all of it.", 0),
    )
    passages = (
        passage(key, 0, asks[0], kind="recommendation", finding=0),
        passage(key, 1, asks[1], kind="recommendation", finding=1),
        passage(key, 2, events[2].text, kind="comment", finding=1, event=2, date="2019-05-06"),
    )
    return document(
        key,
        asks,
        kind="register_record",
        force="essex",
        date="2018-01-01",
        findings=findings,
        events=events,
        passages=passages,
    )


def _response() -> Document:
    key = "response"
    text = "The force should teach each new officer to swim."
    said = Finding(f"{key}/1", "recommendation", "1", text, 0, None, None, (), "accepted", None, status_by="force")
    evidence = (
        Evidence("force", "essex", "masthead", 3.0, "Essex Police", taken=True),
        Evidence("force", "kent", "last comment", 1.0, "Call 01632 960001", why="a partner"),
        Evidence("date", "2020-05-01", "documents.csv", float("inf"), "2020-05-01", taken=True),
    )
    return document(
        key,
        [text],
        force="essex",
        date="2020-05-01",
        findings=(said,),
        evidence=evidence,
        passages=(passage(key, 0, text, kind="recommendation", finding=0),),
    )


def _quoting(record_: Document) -> Document:
    """A later report on the same force that quotes what it was told before, in the very words."""
    key, text = "later", record_.findings[0].text
    cited = replace(record_.findings[0], id=f"{key}/1", quoted=True, status="complete", status_date=None)
    new = Finding(
        f"{key}/2", "recommendation", "1", "The force should sell the old quay.", 0, None, None, (), None, None
    )
    passages = (
        passage(key, 0, text, kind="recommendation", finding=0, date="2021"),
        passage(key, 1, new.text, kind="recommendation", finding=1, date="2021"),
    )
    return document(
        key,
        [text, new.text],
        kind="inspection_report",
        force="kent",
        date="2021",
        findings=(cited, new),
        passages=passages,
    )


def test_events_are_those_of_their_finding_and_of_all(tracked: FlaskClient) -> None:
    lamps, ropes = sorted(rows_of(tracked, "tracker"), key=lambda row: row["number"])
    assert (lamps["status"], lamps["closed"], lamps["status_word"]) == ("complete", True, "Discharged")
    assert (ropes["status"], ropes["overdue"], ropes["heard"]) == ("being-progressed", True, "2019-06-07")
    found = get(tracked, "findings/tracker/1")
    assert [event["text"] for event in found["events"] if event["kind"] == "comment"] == [
        "The ropes are still wet.",
        "The board looked at all of it.",
    ]
    about = [event["finding"] for event in get(tracked, "documents/tracker")["events"]]
    assert about == ["tracker/1", "tracker/0", "tracker/1", None]


def test_a_word_that_was_printed_later_is_not_shown_for_a_day_before(tracked: FlaskClient) -> None:
    early = {row["number"]: row for row in rows_of(tracked, "tracker", as_of="2019-01-31")}
    assert (early["1"]["status"], early["1"]["status_word"], early["1"]["target"]) == (None, None, "2018-12-31")


def test_a_response_is_no_record_and_says_whose_word_its_status_is(tracked: FlaskClient) -> None:
    assert rows_of(tracked, "response") == []
    found = get(tracked, "findings/response/1")
    assert (found["status"], found["status_by"], found["standing"]["overdue"]) == ("accepted", "force", False)
    assert "accepted, as the force says" in tracked.get("/documents/response").get_data(as_text=True)
    assert "Accepted, as the force says" in tracked.get("/findings/response/1").get_data(as_text=True)
    hit = next(h for h in get(tracked, "search", q="teach officer to swim")["results"] if h["finding"])
    assert (hit["finding"]["status_by"], hit["finding"]["quoted"]) == ("force", False)


def test_a_quotation_is_marked_and_neither_given_nor_a_row_nor_a_candidate(tracked: FlaskClient) -> None:
    assert rows_of(tracked, "later") == []
    given = get(tracked, "findings/kent:12/recommendation")["members"]
    assert [one["document"]["id"] for one in given] == ["kent:12"]
    assert get(tracked, "findings/later/1")["quoted"]
    assert "Quoted from an earlier report" in tracked.get("/documents/later").get_data(as_text=True)
    assert all(
        "later/1" not in (pair["earlier"]["finding_id"], pair["later"]["finding_id"])
        for pair in get(tracked, "forces/kent")["recurring"]
    )
    new = get(tracked, "similar", finding_id="later/2", same_force="true")
    assert "later/1" not in {hit["finding"]["id"] for hit in [*new["results"], *new["nearest"]] if hit["finding"]}


def test_files_tell_whose_word_a_status_is_and_how_far_it_is_known(tracked: FlaskClient) -> None:
    text = tracked.get("/api/v1/register.csv").get_data(as_text=True).removeprefix("\ufeff")
    rows = {row["finding_id"]: row for row in csv.DictReader(io.StringIO(text))}
    lamps = rows["tracker/0"]
    assert (lamps["status_word"], lamps["heard"], lamps["target"], lamps["closed"]) == (
        "Discharged",
        "2019-06-07",
        "2018-12-31",
        "yes",
    )
    assert rows["kent:12/recommendation"]["heard"] == "2018-05-04"


def test_a_document_says_what_it_was_read_as_and_why(tracked: FlaskClient) -> None:
    found = get(tracked, "documents/response")
    assert [(one["field"], one["value"], one["weight"], one["taken"]) for one in found["evidence"]] == [
        ("force", "essex", 3.0, True),
        ("force", "kent", 1.0, False),
        ("date", "2020-05-01", None, True),
    ]
    page = tracked.get("/documents/response").get_data(as_text=True)
    assert "What this was read as, and why" in page
    assert "<li>Masthead: <q>Essex Police</q></li>" in page
    assert "<li>Stated in documents.csv</li>" in page
    assert "Kent Police – last comment" in page
    assert "(a partner)" in page
    assert "960001" not in page


def test_what_was_left_out_of_a_file_stands_on_its_page(tmp_path: Path) -> None:
    made = document("a", ["Lamps burn on the quay."], source="papers/a.csv")
    missed = {"papers/a.csv": ["row 14: has no number."]}
    build(FakeCollection((made,)), FakeEncoder(), tmp_path, inputs=["papers"], left_out=missed)
    client = create_app(Engine(tmp_path, FakeEncoder())).test_client()
    assert get(client, "documents/a")["left_out"] == ["row 14: has no number."]
    assert "row 14: has no number." in client.get("/documents/a").get_data(as_text=True)
