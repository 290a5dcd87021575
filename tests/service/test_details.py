"""Corrected details: they win over what was read, through every build, move no id, and are shown as a person's."""

import json
import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from fakes import FakeEncoder
from flask.testing import FlaskClient

from service.cli import common
from service.cli.main import main
from service.cli.settings import SETTINGS
from service.engine import Engine
from service.state.corrections import Correction
from service.state.details import Detail, Details, holding_details
from service.web.app import create_app
from service.work.correcting import people_of

RECORD = """Custody lamps (5120)

Kent Police should light every corridor of its custody suites by March 2020.

[on]4 June 2019 [status]being progressed[/status][/on]
[on]5 May 2020 [comment]Kent Police has bought lamps for all three stations and fitted half of them.[/comment][/on]
"""
REPORT = """Essex Police: an inspection of lamps

Published on 26 September 2019

Essex Police keeps its lamps well, and its officers carry them at night.

Recommendation 1

Within three months, Essex Police should count its lamps.
"""
INDEX = "report,number,recommendation,status,date\n" + "".join(
    f"Lamps,{number},The force should count lamp {word} of the quay each night.,Being progressed,2019-06-04\n"
    for number, word in (("7001", "one"), ("7002", "two"))
)


@pytest.fixture(autouse=True)
def _fake_encoder(monkeypatch: pytest.MonkeyPatch) -> None:
    for row in SETTINGS:
        monkeypatch.delenv(row.name, raising=False)
    monkeypatch.setattr(common, "encoder_for", lambda settings: FakeEncoder())


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    papers = tmp_path / "papers"
    papers.mkdir()
    for name, text in {"record.txt": RECORD, "report.txt": REPORT, "tracker.csv": INDEX}.items():
        (papers / name).write_text(text, "utf-8")
    monkeypatch.chdir(tmp_path)
    assert build("papers").exit_code == 0
    return tmp_path


def build(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["build", *arguments, "--data", "data"])


def client_of(home: Path) -> FlaskClient:
    return create_app(Engine(home / "data", FakeEncoder())).test_client()


def document(client: FlaskClient, key: str) -> dict[str, Any]:
    response = client.get(f"/api/v1/documents/{key}")
    assert response.status_code == 200, response.text
    return dict(response.json or {})


def sent(client: FlaskClient, key: str, **fields: str) -> int:
    return client.post(f"/documents/{key}/details", data={"who": "Ada Example", **fields}).status_code


def test_a_corrected_force_moves_the_document_everywhere_and_no_id(home: Path) -> None:
    client = client_of(home)
    before = document(client, "kent/5120")
    assert sent(client, "kent/5120", force="Essex Police", why="the letter says so") == 303
    assert document(client, "kent/5120")["force"] == "kent", "it holds from the next build"
    for page in ("/documents/kent/5120/details", "/documents/kent/5120"):
        assert "Will hold from the next build" in client.get(page).text
    assert build().exit_code == 0
    after = document(client, "kent/5120")
    assert after["force"] == "essex"
    assert [f["id"] for f in after["findings"]] == [f["id"] for f in before["findings"]]
    ids = [[p["passage_id"] for s in one["sections"] for p in s["passages"]] for one in (before, after)]
    assert ids[0] == ids[1]
    register = client.get("/api/v1/register?force=essex").json or {}
    assert [row["document"]["id"] for row in register["results"]] == ["kent/5120"]
    assert (client.get("/api/v1/register?force=kent").json or {})["total"] == 0
    hits = client.get("/api/v1/search?q=custody+corridor&force=essex").json or {}
    assert {hit["document"]["id"] for hit in hits["results"]} >= {"kent/5120"}
    assert "/register?force=essex&amp;status=being-progressed" in client.get("/forces/essex").text
    assert "/register?force=kent" not in client.get("/forces/kent").text
    page = client.get("/documents/kent/5120").text
    assert "Stated by Ada Example" in page
    assert "the letter says so" in page
    assert "a person says otherwise" in page
    assert "Holds" in client.get("/details").text


def test_a_document_is_called_what_a_person_called_it_and_a_stop_is_said_once(home: Path) -> None:
    client = client_of(home)
    assert sent(client, "report.txt", title="Lamps by night", why="It says so.") == 303
    form = client.get("/documents/report.txt/details").text
    assert "1 change to this document waits for the next build." in form
    assert "It says so. <strong>" in form
    assert build().exit_code == 0
    assert ">Lamps by night</a>" in client.get("/details").text


def test_a_force_that_is_not_known_is_shown_as_such_until_somebody_says_it(home: Path) -> None:
    (home / "papers" / "note.txt").write_text("A note\n\nNobody saw the lamps.\n", "utf-8")
    assert build("papers").exit_code == 0
    client = client_of(home)
    assert "No force known" in client.get("/documents").text
    assert "Documents whose force is not known" in client.get("/documents/report.txt/details").text
    assert sent(client, "note.txt", force="Kent Police") == 303
    assert "<strong>Kent Police, from the next build</strong>" in client.get("/forces").text


def test_each_number_of_the_table_of_forces_leads_to_its_list(home: Path) -> None:
    client = client_of(home)
    assert sent(client, "kent/5120", status="complete", status_day="4 June 2020") == 303
    assert build().exit_code == 0
    page = client.get("/forces").text
    for words in ("1 documents, Kent Police", "1 records, Kent Police", "1 closed, Kent Police"):
        address = re.search(rf'<a href="([^"]+)" aria-label="{words}">', page)
        assert address is not None, words
        assert re.search(r"<h1[^>]*>\s*1 (?:document|record)", client.get(unescape(address[1])).text), words


def test_undoing_restores_what_was_read(home: Path) -> None:
    client = client_of(home)
    before = document(client, "kent/5120")
    assert sent(client, "kent/5120", force="essex", title="Lamps", date="June 2018", kind="other") == 303
    build()
    changed = document(client, "kent/5120")
    assert (changed["force"], changed["title"], changed["date"], changed["kind"]) == (
        "essex",
        "Lamps",
        "2018-06",
        "other",
    )
    for one in Details(home / "data").all():
        assert client.post(f"/details/{one.id}/undo", data={"who": "Ben"}).status_code == 303
    assert "still shown until the next build" in client.get("/details").text
    assert client.post("/details/1/undo", data={"who": "Ben"}).status_code == 400
    build()
    assert document(client, "kent/5120") == before


def test_it_holds_through_the_same_and_through_another_folder(home: Path) -> None:
    client = client_of(home)
    sent(client, "report.txt", title="How lamps are kept", force="none")
    build()
    (home / "papers" / "another.txt").write_text("Notes\n\nKent Police has new boats on the river.\n", "utf-8")
    (home / "papers" / "report.txt").write_text(REPORT.replace("officers", "sergeants"), "utf-8")
    for _ in range(2):
        assert build().exit_code == 0
        found = document(client, "report.txt")
        assert (found["title"], found["force"], found["forces"]) == ("How lamps are kept", None, [])
    assert build("papers/record.txt", "--replace").exit_code == 0
    assert "no longer in the index" in client.get("/details").text
    assert build("papers").exit_code == 0
    assert document(client, "report.txt")["title"] == "How lamps are kept", "it came back with its document"


def test_a_person_outdoes_documents_csv_and_only_in_what_they_say(home: Path) -> None:
    (home / "papers" / "documents.csv").write_text("file,force,title\nreport.txt,surrey,A table's title\n", "utf-8")
    build()
    client = client_of(home)
    sent(client, "report.txt", force="gwent")
    build()
    found = document(client, "report.txt")
    assert (found["force"], found["title"]) == ("gwent", "A table's title")
    taken = {(e["field"], e["source"].split(",")[0]) for e in found["evidence"] if e["taken"] and e["weight"] is None}
    assert taken == {("force", "by Ada Example"), ("title", "documents.csv")}


def test_a_status_is_one_more_dated_event_and_the_later_day_counts(home: Path) -> None:
    client = client_of(home)
    assert sent(client, "kent/5120", status="complete", status_day="1 June 2020", why="as the force wrote") == 303
    assert sent(client, "kent/5120", status="awaiting-review", status_day="2018") == 303
    build()
    found = document(client, "kent/5120")
    assert [(f["status"], f["status_date"]) for f in found["findings"]] == [("complete", "2020-06-01")]
    told = [(e["date"], e["status"], bool(e["text"])) for e in found["events"] if e["kind"] == "status"]
    assert told == [
        ("2018", "awaiting-review", True),
        ("2019-06-04", "being-progressed", False),
        ("2020-06-01", "complete", True),
    ]
    key = found["findings"][0]["id"]
    assert (client.get(f"/api/v1/findings/{key}?as_of=2020-05-31").json or {})["status"] == "being-progressed"
    assert (client.get(f"/api/v1/findings/{key}").json or {})["status"] == "complete"
    page = client.get(f"/findings/{key}").text
    assert "Stated by Ada Example" in page
    comment = next(e for e in found["events"] if e["kind"] == "comment")
    passages = {p["passage_id"]: p for s in found["sections"] for p in s["passages"]}
    assert passages[comment["passages"][0]]["text"] == comment["text"], "passages stay with their events"
    register = client.get("/api/v1/register?status=complete").json or {}
    assert register["total"] == 1


def test_the_record_of_a_tracker_is_corrected_alone(home: Path) -> None:
    client = client_of(home)
    keys = sorted(d for d in people_documents(home) if "700" in d or "tracker" in d)
    assert len(keys) == 2
    assert sent(client, keys[0], force="kent") == 303
    build()
    assert document(client, keys[0])["force"] == "kent"
    assert document(client, keys[1])["force"] is None


def people_documents(home: Path) -> list[str]:
    done = CliRunner().invoke(main, ["build", "--json", "--data", str(home / "data")])
    return list(json.loads(done.stdout)["unchanged"])


def test_corrections_of_themes_stay_with_their_passages(home: Path) -> None:
    engine = Engine(home / "data", FakeEncoder())
    client = create_app(engine).test_client()
    passage = document(client, "kent/5120")["sections"][0]["passages"][0]["passage_id"]
    engine.state.add([Correction("2026-01-01T00:00:00+00:00", "Ben", passage, "Lamps.", "t", {}, None, ())])
    sent(client, "kent/5120", force="essex")
    build()
    assert client.get(f"/api/v1/passages/{passage}").status_code == 200


def test_a_new_force_is_taken_by_its_name(home: Path) -> None:
    client = client_of(home)
    assert sent(client, "report.txt", force="Nort Vale Constabulary") == 400
    assert sent(client, "report.txt", new_force="North Vale Constabulary") == 303
    build()
    assert document(client, "report.txt")["force"] == "north-vale-constabulary"
    assert "North Vale Constabulary" in client.get("/documents/report.txt").text
    hits = client.get("/api/v1/search?q=lamps&force=north-vale-constabulary").json or {}
    assert hits["total"] > 0
    assert sent(client, "report.txt", force="North Vale Constabulary", title="Lamps") == 303, "as the form has it"
    assert [one.field for one in Details(home / "data").all()] == ["force", "title"]


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"force": "Atlantis Guards"}, "no force has the name"),
        ({"date": "soon"}, "write a date as"),
        ({"kind": "novel"}, "it can be"),
        ({"title": "…"}, "write it in words"),
        ({"title": "x" * 401}, "at most 400"),
        ({"who": "  ", "title": "Lamps"}, "Give your name"),
        ({}, "Nothing was changed"),
        ({"status": "complete"}, "Give the day"),
        ({"status": "complete", "status_day": "2098-01-01"}, "yet to come"),
        ({"status": "burnt", "status_day": "2020"}, "is no status"),
        ({"status_day": "2020"}, "no status"),
        ({"new_force": "!!"}, "no name of a force"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_refused_in_a_sentence(home: Path, fields: dict[str, str], says: str) -> None:
    client = client_of(home)
    response = client.post("/documents/kent/5120/details", data={"who": "Ada", **fields})
    assert response.status_code == 400
    assert says in response.text
    assert Details(home / "data").all() == []


def test_explain_names_the_person(home: Path) -> None:
    client = client_of(home)
    sent(client, "kent/5120", force="essex", why="the letter says so")
    sent(client, "report.txt", title="Lamps kept well")
    told = CliRunner().invoke(main, ["build", "--explain", "papers/record.txt", "--data", "data"]).stdout
    assert "Force: Essex Police" in told
    assert "stated by Ada Example" in told
    told = CliRunner().invoke(main, ["build", "--explain", "papers/report.txt", "--data", "data"]).stdout
    assert "Title: Lamps kept well" in told


def test_of_two_statements_the_later_holds_and_every_status() -> None:
    def said(number: int, field: str, after: str, **more: Any) -> Detail:
        return Detail(f"2026-01-0{number}T00:00:00+00:00", "Ada", "d", "t", field, None, after, id=number, **more)

    first, second = said(1, "title", "A"), said(2, "title", "B")
    days = [said(3, "status", "complete", day="2020-01"), said(4, "status", "complete", day="2020-02")]
    assert holding_details([second, first, *days]) == [second, *days]
    gone = said(5, "title", "C", undone_at="2026-01-06T00:00:00+00:00", undone_by="Ben")
    assert holding_details([first, gone]) == [first]


def test_nothing_is_said_where_nothing_was(tmp_path: Path) -> None:
    assert people_of(tmp_path) == {}
    assert not (tmp_path / "state.sqlite").exists()


def test_another_site_cannot_correct(home: Path) -> None:
    client = client_of(home)
    headers = {"Origin": "https://elsewhere.example"}
    response = client.post("/documents/kent/5120/details", data={"who": "A", "title": "B"}, headers=headers)
    assert response.status_code == 403
    assert client.get("/documents/nowhere/details").status_code == 404
    assert client.post("/documents/nowhere/details", data={"who": "A", "title": "B"}).status_code == 404
