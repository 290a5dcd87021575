"""Receipts: kept only when asked for, repeated to the same after a rebuild, and telling what drifted where it did."""

import json
from collections.abc import Callable
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from fakes import FakeEncoder, document, record
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from test_briefs import ASKS, brief_of, kept, keys, papers
from test_snapshot import model, tagged

from corpus.model import Event
from service.cli import common
from service.cli.main import main
from service.contract.requests import SearchRequest
from service.engine import Engine
from service.state.exchange_file import export_state, import_state
from service.state.kept_briefs import Briefs
from service.state.kept_receipts import Receipts
from service.web.app import create_app
from service.web.receipt_making import all_repeats
from service.work import receipts as room
from service.work.receipts import keep, verify

__all__ = ["kept", "model", "tagged"]  # fixtures

SEARCH = {"q": ["missing children"]}
Publish = Callable[..., str]


def kept_receipt(engine: Engine, kind: str, asked: dict[str, list[str]]) -> str:
    return keep(engine.snapshot(), Receipts(engine.data), all_repeats(engine.data), kind, asked, "A. Reader", "FOI 12")


def verified(engine: Engine, number: str) -> Any:
    found = Receipts(engine.data).one(number)
    assert found is not None
    return verify(engine.snapshot(), found, all_repeats(engine.data))


@pytest.mark.parametrize(
    ("kind", "asked"),
    [
        ("search", SEARCH),
        ("search", {"q": [""], "force": ["kent"]}),
        ("search", {"q": ["zebra"]}),
        ("similar", {"text": [ASKS]}),
        ("similar", {"finding_id": ["kent:8837/recommendation"], "same_force": ["true"]}),
        ("brief", {"brief": ["1"]}),
    ],
)
def test_the_same_content_built_again_verifies(
    kept: Engine, publish: Publish, kind: str, asked: dict[str, list[str]]
) -> None:
    brief_of(kept, keys(kept))
    number = kept_receipt(kept, kind, asked)
    assert verified(kept, number).same
    before = kept.snapshot().held.generation.id
    # One document more that answers nothing, and taken out again: two new generations.
    publish(kept.data, (*papers(), document("more", ["Zqx."])))
    publish(kept.data, papers())
    answer = verified(kept, number)
    assert kept.snapshot().held.generation.id != before
    assert answer.same, answer.drift
    assert [words.split(":")[0] for words in answer.other_with] == ["index"]
    assert answer.receipt.made_with.generation == before


def test_a_receipt_of_themes_is_of_that_model(tagged: Path) -> None:
    engine = Engine(tagged, FakeEncoder())
    number = kept_receipt(engine, "tag", {"text": ["Officers search for missing children every night."]})
    answer = verified(engine, number)
    assert answer.same
    assert answer.receipt.made_with.theme_model_id == engine.snapshot().held.generation.manifest.theme_model


def test_a_receipt_says_what_it_is_of(kept: Engine) -> None:
    number = kept_receipt(kept, "search", {**SEARCH, "page": ["2"], "explain": ["true"], "force": [""]})
    receipt = verified(kept, number).receipt
    hits = list(kept.all_hits(SearchRequest(query="missing children")))
    assert receipt.asked == SEARCH
    assert [row.key for row in receipt.results] == [hit.passage_id for hit in hits]
    assert [row.score for row in receipt.results] == [round(hit.score, 6) for hit in hits]
    assert (receipt.who, receipt.why, receipt.kind, receipt.total) == ("A. Reader", "FOI 12", "search", len(hits))
    assert receipt.at.endswith("+00:00")
    assert receipt.words == "Search – “missing children”"


def test_drift_is_told(kept: Engine, publish: Publish) -> None:
    number = kept_receipt(kept, "search", {"q": [""]})
    brief, _ = brief_of(kept, keys(kept))
    of_brief = kept_receipt(kept, "brief", {"brief": [str(brief)]})
    _, essex, *rest = [papers()[0], *papers()]
    reopened = replace(
        essex,
        findings=(replace(essex.findings[0], status="being-progressed", status_date="2019-02-01"),),
        events=(*essex.events, Event("2019-02-01", "status", "being-progressed", "", 0)),
    )
    new = document("new.txt", ["Lamps were lit."], date="2020")
    publish(kept.data, (reopened, *(one for one in rest if one.key != "odd.txt"), new))
    answer = verified(kept, number)
    assert not answer.same
    told = {(one.kind, one.key) for one in answer.drift}
    assert ("came", "new.txt#0") in told
    assert {key for what, key in told if what == "went"} == {f"odd.txt#{at}" for at in range(3)}
    assert any(what == "status" and key.startswith("essex:8837") for what, key in told)
    assert not any(what in ("moved", "text") for what, _ in told)
    status = next(one for one in answer.drift if one.kind == "status")
    assert status.words == "status was complete, set 4 May 2018; is being progressed, set 1 February 2019"
    drifted = {(one.kind, one.key) for one in verified(kept, of_brief).drift}
    assert ("went", "odd.txt#0") in drifted
    assert ("came", "new.txt#0") not in drifted
    assert any(what == "status" for what, _ in drifted)


def test_what_can_no_longer_be_asked_is_said(kept: Engine, publish: Publish) -> None:
    number = kept_receipt(kept, "similar", {"finding_id": ["gwent:8837/recommendation"]})
    publish(kept.data, tuple(one for one in papers() if one.force != "gwent"))
    answer = verified(kept, number)
    assert not answer.same
    assert answer.problem is not None
    assert "not in the current index" in answer.problem


@given(st.permutations(range(8)))
def test_what_moved_is_as_little_as_can_be(order: list[int]) -> None:
    moved = room._moved(list(range(8)), order)
    stayed = [one for one in order if one not in moved]
    assert stayed == sorted(stayed)
    longest = max(sum(1 for at in range(8) if mask >> at & 1) for mask in range(256) if _rising(order, mask))
    assert len(stayed) == longest


def _rising(order: list[int], mask: int) -> bool:
    own = [one for at, one in enumerate(order) if mask >> at & 1]
    return own == sorted(own)


def test_one_that_moved_is_one_difference() -> None:
    assert room._moved(list("abcdef"), list("bcdefa")) == {"a"}


def test_a_long_list_is_held_by_its_first_and_a_hash(
    kept: Engine, publish: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "MOST_ROWS", 2)
    number = kept_receipt(kept, "search", {"q": [""]})
    receipt = verified(kept, number).receipt
    assert (len(receipt.results), receipt.total) == (2, len(keys(kept)))
    assert verified(kept, number).same
    publish(kept.data, papers()[:-1])
    assert not verified(kept, number).same


def test_a_receipt_that_was_altered_is_known(kept: Engine) -> None:
    number = kept_receipt(kept, "search", SEARCH)
    assert verified(kept, number).receipt.sound
    with Receipts(kept.data)._file.writing() as database:
        database.execute("UPDATE receipts SET body = replace(body, '\"rank\": 1,', '\"rank\": 9,')")
    assert not verified(kept, number).receipt.sound
    page = create_app(kept).test_client().get(f"/receipts/{number}").get_data(as_text=True)
    assert "not as it was written" in page


@pytest.fixture
def pages(kept: Engine) -> FlaskClient:
    return create_app(kept).test_client()


def test_nothing_is_kept_until_somebody_asks(kept: Engine, pages: FlaskClient) -> None:
    for address in ("/?q=missing", "/similar?text=lamps", "/briefs", "/receipts", "/register"):
        assert pages.get(address).status_code == 200
    assert not (kept.data / "state.sqlite").exists()
    assert pages.get("/api/v1/receipts").get_json() == {"receipts": []}
    assert pages.post("/receipts/search", data={"q": "missing"}).status_code == 400  # without a name
    assert pages.post("/receipts/search", data={"q": "missing", "year": "soon", "who": "A"}).status_code == 400
    assert pages.get("/api/v1/receipts").get_json() == {"receipts": []}


def test_pages_api_and_command_say_the_same(
    kept: Engine, pages: FlaskClient, publish: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(common, "engine_for", lambda _: kept)
    sent = pages.post("/receipts/search", data={"q": "missing children", "who": "A", "why": "FOI 12"})
    number = sent.headers["Location"].rsplit("/", 1)[1]
    assert [one["receipt_id"] for one in pages.get("/api/v1/receipts").get_json()["receipts"]] == [number]
    command = ["verify", number, "--data", str(kept.data)]
    same = CliRunner().invoke(main, command)
    assert (same.exit_code, "The same came" in same.output) == (0, True)
    assert "The same came" in pages.get(f"/receipts/{number}").get_data(as_text=True)
    publish(kept.data, (*papers(), record("surrey", "8837", ASKS + " And children who are missing.")))
    asked = pages.get(f"/api/v1/receipts/{number}/verify").get_json()
    told = CliRunner().invoke(main, [*command, "--json"])
    assert told.exit_code == 1
    assert json.loads(told.stdout)["drift"] == asked["drift"]
    assert asked["drift"]
    page = unescape(pages.get(f"/receipts/{number}").get_data(as_text=True))
    for one in asked["drift"]:
        assert one["citation"] in page
    assert pages.get("/api/v1/receipts/none").status_code == pages.get("/receipts/none").status_code == 404
    missing = CliRunner().invoke(main, ["verify", "none", "--data", str(kept.data)])
    assert (missing.exit_code, "no receipt" in missing.output) == (2, True)


def test_commands_keep_a_receipt_only_under_a_name(kept: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(common, "engine_for", lambda _: kept)
    where = ["--data", str(kept.data)]
    for words in (["search", "missing children", "--force", "kent"], ["similar", ASKS]):
        assert CliRunner().invoke(main, [*words, *where]).exit_code == 0
        assert CliRunner().invoke(main, [*words, *where, "--receipt", " "]).exit_code == 2
    assert Receipts(kept.data).all() == []
    for words in (["search", "missing children", "--force", "kent"], ["similar", ASKS]):
        told = CliRunner().invoke(main, [*words, *where, "--receipt", "A. Reader"])
        number = next(one.id for one in Receipts(kept.data).all() if one.kind == words[0])
        assert number in told.stderr
        assert verified(kept, number).same


def test_a_brief_tells_the_receipts_that_were_kept_of_it(kept: Engine, pages: FlaskClient) -> None:
    number, answer = brief_of(kept, keys(kept)[:2])
    assert answer.receipts == []
    pages.post("/receipts/brief", data={"brief": str(number), "who": "A"})
    (own,) = pages.get(f"/api/v1/briefs/{number}").get_json()["receipts"]
    assert f"precedent verify {own['receipt_id']}" in pages.get(f"/briefs/{number}.md").get_data(as_text=True)


@pytest.mark.parametrize("brief", ["", "x", "9" * 5000, "999"])
def test_a_brief_that_is_none_has_no_receipt(kept: Engine, pages: FlaskClient, brief: str) -> None:
    assert pages.post("/receipts/brief", data={"brief": brief, "who": "A"}).status_code == 400
    assert Receipts(kept.data).all() == []


def test_a_receipt_goes_with_its_brief_to_another_folder(kept: Engine, tmp_path: Path) -> None:
    number, _ = brief_of(kept, keys(kept)[:2])
    receipt = kept_receipt(kept, "brief", {"brief": [str(number)]})
    there, file = tmp_path / "there", tmp_path / "work.jsonl"
    Briefs(there).begin("Another", "B. Reader", "2026-01-01T00:00:00+00:00")
    export_state(kept.data, file)
    import_state(there, file)
    other, own = sorted(Briefs(there).all(), key=lambda one: one.id)
    assert own.id != number
    assert [one.id for one in Receipts(there).of_brief(own.id, own.begun)] == [receipt]
    assert Receipts(there).of_brief(other.id, other.begun) == []
    found = Receipts(there).one(receipt)
    assert found is not None
    assert found.sound
    assert verify(kept.snapshot(), found, all_repeats(there)).same
