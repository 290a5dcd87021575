"""The register as API, command, pages and files: counts that add up, and what each record's page shows."""

import csv
import datetime
import io
import json
import re
from dataclasses import replace
from html import unescape
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

import pytest
from click.testing import CliRunner
from conftest import FORCES
from fakes import FakeCollection, FakeEncoder, record
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st
from markupsafe import escape

from corpus.collection import load
from corpus.forces import load_forces
from indexer.build import build
from service.cli import common
from service.cli.main import main
from service.contract.register_responses import given_words
from service.contract.requests import REGISTER_FACETS, RegisterRequest
from service.engine import Engine
from service.web.app import create_app

SAMPLE = Path(__file__).parents[2] / "corpus" / "sample"


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """The sample documents, on the fake encoder."""
    data, forces, encoder = tmp_path_factory.mktemp("data"), load_forces(SAMPLE / "forces.toml"), FakeEncoder()
    build(load([str(SAMPLE)], forces), encoder, data, inputs=[str(SAMPLE)])
    return create_app(Engine(data, encoder, forces)).test_client()


def get(client: FlaskClient, **parameters: Any) -> Any:
    response = client.get("/api/v1/register", query_string=parameters)
    assert response.status_code == 200, response.get_data(as_text=True)
    return response.get_json()


def row_of(client: FlaskClient, number: str, force: str | None = None) -> Any:
    rows = get(client, page_size=100)["results"]
    return next(r for r in rows if r["register_number"] == number and force in (None, r["document"]["force"]))


def test_every_record_is_a_row_once(sample: FlaskClient) -> None:
    found = get(sample, page_size=100)
    assert found["total"] == 36
    assert len({row["document"]["id"] for row in found["results"]}) == 36
    assert found["as_of"] == "2021-02-09"


FACETS = {
    "force": ["saltmere", "carrowdale", "unknown"],
    "status": ["complete", "being-progressed", "no-further-action-needed", "unknown"],
    "signal": ["requested", "decided", "superseded", "parked", "none"],
    "list": ["overdue", "closed-in-comments", "open-in-comments", "overdue-and-silent", "stalled", "copied"],
    "year": ["2017", "2018", "2019"],
}


@settings(max_examples=60)
@given(
    chosen=st.fixed_dictionaries(
        {}, optional={name: st.lists(st.sampled_from(v), min_size=1, max_size=2) for name, v in FACETS.items()}
    ),
    as_of=st.none() | st.sampled_from(["2018", "2019-06-30"]),
    page_size=st.integers(1, 20),
)
def test_counts_add_up(sample: FlaskClient, chosen: dict[str, list[str]], as_of: str | None, page_size: int) -> None:
    asked = {**chosen, **({"as_of": as_of} if as_of else {})}
    first = get(sample, **asked, page_size=page_size)
    pages = [
        get(sample, **asked, page_size=page_size, page=n)["results"] for n in range(1, 2 + first["total"] // page_size)
    ]
    ids = [row["finding_id"] for rows in pages for row in rows]
    assert len(ids) == len(set(ids)) == first["total"]
    for name in REGISTER_FACETS:
        for value in first["facets"][name]:
            total = get(sample, **{**asked, name: value["value"]})["total"]
            assert total == value["count"], (name, value)


def test_the_answer_for_a_day_holds_nothing_later(sample: FlaskClient) -> None:
    for row in get(sample, as_of="2018-06-30", page_size=100)["results"]:
        for key in ("status_date", "closure_date"):
            assert (row[key] or "") <= "2018-06-30"
        assert row["document"]["date"] <= "2018-06-30"
        assert all(day <= "2018-06-30" for day in row["reopened"])


@pytest.mark.parametrize(
    ("number", "status", "signal", "mismatches"),
    [
        ("3479", "complete", "decided", []),  # "RCoS content."
        ("5133", "being-progressed", "requested", ["closed-in-comments", "overdue-and-silent"]),  # "please close"
        ("4281", "being-progressed", None, ["overdue-and-silent"]),  # closed, then reopened
        ("4417", "no-further-action-needed", "superseded", []),
    ],
)
def test_where_sample_records_stand(
    sample: FlaskClient, number: str, status: str, signal: str | None, mismatches: list[str]
) -> None:
    rows = get(sample, page_size=100, as_of="2021-02-09")["results"]  # the newest entry of all of them
    row = next(row for row in rows if row["register_number"] == number)
    assert (row["status"], row["closure_signal"]) == (status, signal)
    assert [one["kind"] for one in row["mismatches"]] == mismatches


def test_a_record_is_as_old_as_its_own_source_was_last_heard(sample: FlaskClient) -> None:
    row = row_of(sample, "4281")
    assert (row["heard"], row["as_of"]) == ("2019-03-05", "2019-03-05")
    assert row["mismatches"] == []  # silent since, but so is its whole file
    later = next(r for r in get(sample, page_size=100, as_of="2021")["results"] if r["register_number"] == "4281")
    assert (later["heard"], later["as_of"]) == ("2019-03-05", "2021-12-31")
    assert later["days_open"] > row["days_open"]
    page = sample.get("/register?as_of=2021").get_data(as_text=True)
    assert "its source was last heard of on 5 March 2019" in page
    assert "its own source was last heard of" in sample.get("/register").get_data(as_text=True)


def test_a_reopened_record_tells_when_and_counts_on(sample: FlaskClient) -> None:
    row = row_of(sample, "3816")
    assert row["reopened"] == ["2018-02-22"]
    assert (row["status"], row["days_open"]) == ("complete", 601)  # 9 March 2017 to 31 October 2018


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"as_of": "then"}, "as_of"),
        ({"list": "late"}, "list"),
        ({"status": "closed"}, "status"),
        ({"signal": "decide"}, "decided"),
        ({"force": "saltmer"}, "saltmere"),
        ({"year": "old"}, "year"),
        ({"page": "0"}, "page"),
        ({"q": "x"}, "q"),
    ],
)
def test_what_cannot_be_answered_is_refused(sample: FlaskClient, parameters: Any, words: str) -> None:
    for address in ("/api/v1/register", "/register"):
        response = sample.get(address, query_string=parameters)
        assert response.status_code == 400
        assert words in response.get_data(as_text=True)


def test_the_list_downloads_whole(sample: FlaskClient) -> None:
    listed = get(sample, status="complete", page_size=100)["results"]
    text = sample.get("/api/v1/register.csv?status=complete").get_data(as_text=True).removeprefix("\ufeff")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["finding_id"] for row in rows] == [row["finding_id"] for row in listed]
    assert json.loads(sample.get("/api/v1/register.json?status=complete").data)["results"] == listed


def test_the_command_says_the_same(data: Path, client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(common, "encoder_for", lambda _: FakeEncoder())
    run = CliRunner().invoke(main, ["register", "--data", str(data), "--json"])
    assert json.loads(run.output) == get(client)
    plain = CliRunner().invoke(main, ["register", "--data", str(data), "--list", "overdue"])
    assert plain.exit_code == 0
    assert f"{get(client, list='overdue')['total']} record" in plain.output
    assert "each as far as its source is known (the newest: 4 May 2018)" in plain.output
    assert "as known on 1 March 2020" in plain.output
    then = CliRunner().invoke(main, ["register", "--data", str(data), "--as-of", "2021"])
    assert "records as of 31 December 2021" in then.output
    assert "its source was last heard of on 1 March 2020" in then.output


def test_a_findings_page_shows_its_history_and_who_else_was_given_it(client: FlaskClient) -> None:
    row = row_of(client, "8837", "essex")
    page = client.get(f"/findings/{row['finding_id']}").get_data(as_text=True)
    assert "Given to 4" in page
    for force in ("Essex Police", "Kent Police", "Gwent Police", "Surrey Police"):
        assert force in page
    assert '<svg class="timeline"' in page
    assert "essex reviewed its records." in page


def test_a_finding_answers_with_standing_members_and_echoes(client: FlaskClient) -> None:
    row = row_of(client, "8837", "kent")
    found = client.get(f"/api/v1/findings/{row['finding_id']}").get_json()
    assert {member["force"] for member in found["members"]} == set(FORCES)
    assert found["standing"]["status"] == "complete"
    early = client.get(f"/api/v1/findings/{row['finding_id']}?as_of=2017-12").get_json()
    assert early["standing"]["status"] != "complete"
    assert early["standing"]["closing_comment"] is None
    assert (early["status"], early["events"], early["known"]) == (None, [], True)
    before = client.get(f"/api/v1/findings/{row['finding_id']}?as_of=2010").get_json()
    assert (before["known"], before["members"], before["events"]) == (False, [], [])
    page = client.get(f"/findings/{row['finding_id']}?as_of=2010").get_data(as_text=True)
    assert "Not yet published on that day" in page
    members = client.get(f"/api/v1/findings/{row['finding_id']}/members.json").get_json()
    assert members["results"] == found["members"]


def test_the_day_asked_about_goes_with_every_link(sample: FlaskClient) -> None:
    row = row_of(sample, "3816")
    for address in ("/register", f"/findings/{row['finding_id']}", "/forces/saltmere"):
        page = unescape(sample.get(f"{address}?as_of=2018-07-01").get_data(as_text=True))
        links = re.findall(r'href="(/(?:findings|similar|register)[^"]*)', page.split("<main", 1)[1])
        kept = [link for link in links if "as_of=2018-07-01" in link]
        assert len(kept) >= len(links) - 1 - page.count('class="links"') * 2, address  # removing all filters drops it


def test_an_entry_dated_in_the_future_does_not_move_the_day(tmp_path: Path) -> None:
    table = tmp_path / "in" / "tracker.csv"
    table.parent.mkdir()
    table.write_text(
        "force,number,report,published,recommendation,date,status,comment\n"
        "Saltmere Police,4321,Lamps,15/02/2018,The force should count its lamps.,15/02/2018,Awaiting review,\n"
        "Saltmere Police,4321,Lamps,15/02/2018,The force should count its lamps.,01/03/2091,,Counted them all.\n",
        "utf-8",
    )
    forces, encoder = load_forces(SAMPLE / "forces.toml"), FakeEncoder()
    build(load([str(table)], forces), encoder, tmp_path / "data", inputs=[str(table)])
    found = get(create_app(Engine(tmp_path / "data", encoder, forces)).test_client())
    assert (found["as_of"], found["total"]) == ("2018-02-15", 1)
    assert found["results"][0]["as_of"] == "2018-02-15"


def test_a_record_with_half_lost_marks_says_so_on_its_page(sample: FlaskClient) -> None:
    noted = [row for row in get(sample, page_size=100)["results"] if row["notes"]]
    assert noted
    for row in noted[:3]:
        page = sample.get(f"/findings/{row['finding_id']}").get_data(as_text=True)
        assert all(str(escape(note)) in page for note in row["notes"])


def test_hostile_titles_and_texts_stay_text(client: FlaskClient) -> None:
    row = row_of(client, "70707")
    for address in ("/register", f"/findings/{quote(row['finding_id'], safe='')}", "/forces/saltmere"):
        page = client.get(address)
        assert page.status_code == 200
        assert "<script" not in page.get_data(as_text=True)
        assert "<b>Odd" not in page.get_data(as_text=True)


def test_a_forces_page_keeps_each_scale_to_its_report(sample: FlaskClient) -> None:
    found = sample.get("/api/v1/forces/carrowdale").get_json()
    graded = [report for report in found["reports"] if report["grades"]]
    assert graded
    for report in graded:
        assert {row["grade"] for row in report["grades"]} <= set(report["scale"])
    page = sample.get("/forces/carrowdale").get_data(as_text=True)
    assert page.count("Not to be compared") == len(graded)
    assert sum(row["count"] for row in found["register"]) == get(sample, force="carrowdale")["total"]
    for row in found["lists"]:
        assert row["count"] == get(sample, force="carrowdale", list=row["value"])["total"]


def test_candidates_for_recurrence_are_of_different_years_and_called_candidates(sample: FlaskClient) -> None:
    for force in ("saltmere", "carrowdale", "wealdmarch", "ostrey-and-vale"):
        for pair in sample.get(f"/api/v1/forces/{force}").get_json()["recurring"]:
            assert pair["earlier"]["date"][:4] < pair["later"]["date"][:4]


@pytest.mark.parametrize("address", ["/forces/nowhere", "/findings/nothing", "/api/v1/forces/nowhere"])
def test_what_is_not_there_is_not_found(sample: FlaskClient, address: str) -> None:
    assert sample.get(address).status_code == 404


def test_every_link_of_these_pages_leads_somewhere(sample: FlaskClient) -> None:
    row = row_of(sample, "3816")
    for address in ("/register", "/forces", "/forces/saltmere", "/similar", f"/findings/{row['finding_id']}"):
        page = sample.get(address).get_data(as_text=True)
        for link in set(re.findall(r'href="(/[^"#]*)', page)):
            with sample.get(unescape(link)) as response:
                assert response.status_code == 200, link


def test_what_was_published_in_a_month_is_known_at_its_end(tmp_path: Path) -> None:
    """The register, a finding's page and similar findings mean one thing by a day."""
    made = replace(record("kent", "1", "The force should review its lamps."), date="2018-06")
    build(FakeCollection((made,)), FakeEncoder(), tmp_path, inputs=["papers"])
    engine = Engine(tmp_path, FakeEncoder())
    for day, known in ((datetime.date(2018, 6, 10), False), (datetime.date(2018, 6, 30), True)):
        assert engine.register(RegisterRequest(as_of=day)).total == known
        found = engine.finding("kent:1/recommendation", day)
        assert found is not None
        assert found.known == known


@pytest.mark.parametrize("day", ["4 \u017feptember 2019", "Apr\u0131l 2019", "4 September \u0662\u0660\u0661\u0669"])
@pytest.mark.parametrize(
    "address", ["/api/v1/register", "/api/v1/forces/kent", "/register", "/forces/kent", "/api/v1/similar"]
)
def test_letters_that_only_look_like_a_month_are_refused(client: FlaskClient, address: str, day: str) -> None:
    assert (
        client.get(
            address, query_string={"as_of": day, "text": "a"} if "similar" in address else {"as_of": day}
        ).status_code
        == 400
    )


def test_a_force_counts_once_in_however_many_documents_a_finding_stands() -> None:
    def copies(*rows: tuple[tuple[str, ...], str]) -> Any:
        return [SimpleNamespace(forces=list(own), document=SimpleNamespace(id=key)) for own, key in rows]

    kent, essex, nobody = (("kent",), "a"), (("essex",), "b"), ((), "c")
    assert given_words(copies(kent, essex, nobody)) == "3"
    assert given_words(copies(kent, (("kent",), "b"))) == "one force, in 2 documents"
    assert given_words(copies(kent, essex, (("kent",), "d"))) == "2, in 3 documents"
    assert given_words(copies(nobody, ((), "d"))) == "2"
