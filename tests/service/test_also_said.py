"""What is also said in reports: prose beside similar findings, which is what, and what is never among it."""

import csv
import io
import json
from collections.abc import Sequence
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from fakes import FakeCollection, FakeEncoder, document, passage, record
from flask.testing import FlaskClient

from corpus.model import Document, PassageKind
from indexer.build import build
from service.cli import common
from service.cli.main import main
from service.engine import Engine
from service.memory.strength import SIMILAR, Strength, save_strength
from service.web.app import create_app

ASKS = "The force should make sure that officers check the lamps on every quay at night."
LIKE = "Officers of the force should check lamps on each quay at night, and mend those that are broken."
STRENGTH = "Officers check the lamps on every quay at night, and the force knows which of them are broken."
JUDGEMENT = "The force does not check its lamps at night: officers told us that no quay had been looked at for a year."
LATER = "Since then officers have begun to check the lamps on the quay at night, though not on every one."
LINE = "Lamps on the quay: officers to check each of them at night, every week – open"
LISTED = "how its officers check the lamps at night;"
OTHER = "Cabinets stay locked until spring while minutes go unread."

# Words alone: among so few passages two texts are alike to the fake encoder by chance.
WORDS = Strength(encoder=FakeEncoder().fingerprint, intercept=-2, cosine=1, coverage=16, member=0.2, weak=0.3, good=0.9)

Said = Sequence[tuple[str, PassageKind]]


def report(key: str, force: str | None, date: str, said: Said, **fields: Any) -> Document:
    passages = tuple(passage(key, at, text, kind=kind, date=date) for at, (text, kind) in enumerate(said))
    texts = [text for text, _ in said]
    return document(key, texts, passages=passages, kind="inspection_report", force=force, date=date, **fields)


def background(force: str) -> Document:
    """A record whose recommendation stands in it a second time, as prose, under a paragraph that leads up to it."""
    made = record(force, "7", LIKE)
    key, title = made.key, "Lamps on the quay at night: how officers check each one (7)"
    beside = (
        passage(key, 2, LIKE, finding=0, date="2017-11"),
        passage(key, 3, "We saw lamps that no officers check at night on any quay.", finding=0, date="2017-11"),
        passage(key, 4, title, finding=0, date="2017-11"),
    )
    return document(
        **{name: getattr(made, name) for name in ("key", "kind", "force", "register_number", "date", "findings")},
        title="Lamps on the quay at night: how officers check each one",
        sections=made.sections,
        events=made.events,
        text=made.text,
        passages=(*made.passages, *beside),
    )


def documents() -> tuple[Document, ...]:
    bare = "Officers check lamps at night"
    return (
        record("kent", "1", ASKS),
        background("surrey"),
        report("essex.txt", "essex", "2016", [(STRENGTH, "strength"), (OTHER, "context"), (STRENGTH, "strength")]),
        report("gwent.txt", "gwent", "2019", [(LATER, "context"), (LISTED, "judgement"), (bare, "context")]),
        report("kent.txt", "kent", "2015", [(JUDGEMENT, "judgement")]),
        report("index.html", None, "2018", [(LINE, "context"), ("Lamps: quay, night", "grade")]),
        *(
            report(f"{at}.txt", "dyfed-powys", "2014", [(f"Report {at}: officers check lamps at night.", "context")])
            for at in range(4)
        ),
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("said")
    build(FakeCollection(documents()), FakeEncoder(), data, inputs=["papers"])
    save_strength(data, WORDS, SIMILAR)
    return data


@pytest.fixture(scope="module")
def lamps(folder: Path) -> FlaskClient:
    return create_app(Engine(folder, FakeEncoder())).test_client()


def post(client: FlaskClient, **body: Any) -> Any:
    response = client.post("/api/v1/similar", json=body)
    assert response.status_code == 200, response.get_data(as_text=True)
    return response.get_json()


def texts(found: Any, name: str = "also_said") -> list[str]:
    return [hit["text"] for hit in found[name]]


def said(client: FlaskClient, text: str = LIKE, **body: Any) -> list[str]:
    return texts(post(client, text=text, **{"limit": 100, **body}))


def test_prose_on_the_matter_is_a_list_of_its_own(lamps: FlaskClient) -> None:
    found = post(lamps, text=LIKE, limit=100)
    assert {STRENGTH, JUDGEMENT, LATER, LINE, LISTED} <= set(texts(found))
    assert OTHER not in texts(found)
    assert ASKS in texts(found, "results")
    assert not set(texts(found)) & set(texts(found, "results"))
    for hit in found["also_said"]:
        assert hit["match"] in ("good", "weak")
        (member,) = hit["members"]
        assert (member["document"]["id"], member["passage_id"]) == (hit["document"]["id"], hit["passage_id"])
        assert (member["finding_id"], member["status"], member["days_open"]) == (None, None, None)
    scores = [hit["score"] for hit in found["also_said"]]
    assert scores == sorted(scores, reverse=True)


def test_a_heading_a_title_and_a_grade_are_no_answer(lamps: FlaskClient) -> None:
    assert not {"Officers check lamps at night", "Lamps: quay, night"} & set(said(lamps))
    assert not any("(7)" in text for text in said(lamps, ASKS))


def test_where_nothing_like_it_was_said_the_list_is_empty(lamps: FlaskClient) -> None:
    for text in ("Horses in their stable want new shoes.", "?!", "the and of"):
        found = post(lamps, text=text)
        assert (found["also_said"], found["match"]) == ([], "none")


def test_prose_is_found_where_no_finding_is(lamps: FlaskClient) -> None:
    found = post(lamps, text="Cabinets that stay locked until spring: minutes go unread.")
    assert (found["match"], found["results"], texts(found)) == ("none", [], [OTHER])


def test_its_own_force_and_what_says_the_same_are_left_out(lamps: FlaskClient) -> None:
    own = post(lamps, finding_id="kent:1/recommendation", limit=100)
    assert STRENGTH in texts(own)
    assert JUDGEMENT not in texts(own)
    within = post(lamps, finding_id="kent:1/recommendation", limit=100, same_force=True)
    assert JUDGEMENT in texts(within)
    (passage_id,) = (hit["passage_id"] for hit in post(lamps, text=LIKE)["also_said"] if hit["text"] == STRENGTH)
    assert STRENGTH not in texts(post(lamps, passage_id=passage_id, limit=100, same_force=True))


@pytest.mark.parametrize("printed", [STRENGTH, STRENGTH.upper(), f"{STRENGTH} It is good at it.", f"  {STRENGTH[:-1]}"])
def test_a_copy_of_what_is_asked_about_is_left_out(lamps: FlaskClient, printed: str) -> None:
    assert STRENGTH not in said(lamps, printed)
    assert LATER in said(lamps, printed)


def test_what_is_said_twice_in_a_document_is_one_hit(lamps: FlaskClient) -> None:
    (hit,) = (hit for hit in post(lamps, text=LIKE)["also_said"] if hit["text"] == STRENGTH)
    assert len(hit["fold"]["members"]) == 2


def test_a_finding_and_what_stands_beside_it_is_listed_once(lamps: FlaskClient) -> None:
    found = post(lamps, text=ASKS, limit=100)
    assert texts(found, "results").count(LIKE) == 1
    assert LIKE not in texts(found)
    assert not any(hit["document"]["id"] == "surrey:7" for hit in found["also_said"])


def test_filters_only_take_away(lamps: FlaskClient) -> None:
    whole = said(lamps)
    for chosen, kept in (
        ({"force": "gwent"}, {LATER, LISTED}),
        ({"finding": "strength"}, {STRENGTH}),
        ({"year_from": 2018}, {LATER, LISTED, LINE}),
        ({"status": "complete"}, set()),
    ):
        some = said(lamps, **chosen)
        assert set(some) == kept
        assert some == [text for text in whole if text in kept]


def test_a_day_in_the_past_knows_nothing_of_what_came_later(lamps: FlaskClient) -> None:
    found = post(lamps, text=LIKE, limit=100, as_of="2017")
    assert STRENGTH in texts(found)
    assert not {LATER, LINE, LISTED} & set(texts(found))


def test_there_are_five_unless_a_number_is_asked_for(lamps: FlaskClient) -> None:
    whole = said(lamps)
    assert len(whole) > 5
    assert texts(post(lamps, text=LIKE)) == whole[:5]
    assert said(lamps, limit=2) == whole[:2]


def test_a_file_says_which_list_a_row_is_of(lamps: FlaskClient) -> None:
    found = post(lamps, text=ASKS, limit=100)
    response = lamps.get("/api/v1/similar.csv", query_string={"text": ASKS})
    rows = list(csv.DictReader(io.StringIO(response.get_data(as_text=True).removeprefix("\ufeff"))))
    assert {row["list"] for row in rows} == {"own", "results", "also_said"}
    also = [row for row in rows if row["list"] == "also_said"]
    assert [row["text"] for row in also] == texts(found)
    assert [row["rank"] for row in also] == [str(at) for at in range(1, len(also) + 1)]
    assert all(row["document"] and not row["status"] for row in also)
    assert lamps.get("/api/v1/similar.json", query_string={"text": ASKS}).get_json() == found


def test_the_page_has_a_section_for_it_where_there_is_any(lamps: FlaskClient) -> None:
    page = unescape(lamps.get("/similar", query_string={"text": LIKE}).get_data(as_text=True))
    results, also = page.split('<section aria-labelledby="also-said">')
    assert ">Also said in reports<" in also
    assert "They ask for nothing" in also
    assert 'href="#also-said">Also said in reports: 5<' in results
    assert 'href="/documents/essex.txt?hit=' in also
    bare = lamps.get("/similar", query_string={"text": "Horses want new shoes."}).get_data(as_text=True)
    assert "also-said" not in bare


def test_the_command_says_the_same(folder: Path, lamps: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(common, "encoder_for", lambda _: FakeEncoder())
    run = CliRunner().invoke(main, ["similar", LIKE, "--data", str(folder), "--json"])
    assert json.loads(run.output) == post(lamps, text=LIKE)
    plain = CliRunner().invoke(main, ["similar", LIKE, "--data", str(folder)]).output
    _, also = plain.split("Also said in reports")
    assert "1. " in also
    assert "Strength | Essex Police | 2016" in also
    none = CliRunner().invoke(main, ["similar", "Horses want new shoes.", "--data", str(folder)]).output
    assert "Also said" not in none
