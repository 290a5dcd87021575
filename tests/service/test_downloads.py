"""A list of hits as a file: every hit in its order, whole and harmless in a spreadsheet, the same by every way."""

import csv
import io
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from click.testing import CliRunner
from fakes import FakeEncoder, assessment, document, passage, record
from flask.testing import FlaskClient

from service.answers.search import BATCH
from service.cli import common
from service.cli.main import main
from service.contract.exports import hits_table
from service.contract.requests import SearchRequest
from service.engine import Engine
from service.web.app import create_app

COLUMNS = (
    *("rank", "force", "document", "document_kind", "date", "kind", "section", "page", "lead", "text", "grade"),
    *("number", "status", "status_date", "status_word", "status_by", "deadline", "target", "owner", "quoted", "themes"),
    *(
        "themes_taken_over",
        "match",
        "score",
        "places",
        "forces",
        "forces_of_fold",
        "citation",
        "fictional",
        "source",
        "url",
        "passage_id",
        "register_number",
    ),
)
FORMULAE = (
    *("=1+1 lantern", "@red lantern", "-green lantern", "+44 lantern", "\twhite lantern", "\rdim lantern"),
    *("\nbright lantern", "＝2+2 lantern", "＠old lantern", "＋3 lantern", "－new lantern"),
)
CALL = "Ring 01632 960123: a lantern."
PLAIN = (
    'A lantern, "so to say",\nburns; on the quay',
    "lantern = 3 - 4",
    "'own lantern'",
    CALL,
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, publish: Callable[..., str]) -> Path:
    """Texts, titles and headings that a spreadsheet would run or break, and a national recommendation."""
    data = tmp_path_factory.mktemp("files")
    texts = (*FORMULAE, *PLAIN)
    sections = (("=2+2", "Lanterns"),)
    passages = tuple(passage("odd", i, text, date="2018-03-22") for i, text in enumerate(texts))
    title, url = "=cmd|'/c calc'!A1", "@sum"
    odd = document("odd", texts, title=title, url=url, date="2018-03-22", sections=sections, passages=passages)
    asks = "By March 2018, chief constables should review how each lantern is recorded."
    records = [record(force, "101", asks, comment="Ring wick@saltmere.example.") for force in ("kent", "essex")]
    loose = document("loose", ["A lantern of no date."], force="gwent")
    many = document("many", [f"Moth {number} of the night." for number in range(BATCH + 20)])
    publish(data, (odd, *records, assessment("surrey"), loose, many))
    return data


@pytest.fixture(scope="module")
def files(folder: Path) -> FlaskClient:
    return create_app(Engine(folder, FakeEncoder())).test_client()


def fetch(client: FlaskClient, form: str, **asked: Any) -> str:
    response = client.get(f"/api/v1/search.{form}", query_string=urlencode(asked, doseq=True))
    assert response.status_code == 200
    return response.get_data().decode("utf-8")


def rows(text: str) -> list[dict[str, str]]:
    """The rows of a CSV file, as the standard library reads them."""
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True))


def pages(client: FlaskClient, **asked: Any) -> list[dict[str, Any]]:
    """The hits of all pages of the API."""
    found: list[dict[str, Any]] = []
    while True:
        page = len(found) // 100 + 1
        answer = client.get("/api/v1/search", query_string=urlencode({**asked, "page": page, "page_size": 100}, True))
        found += answer.get_json()["results"]
        if len(found) == answer.get_json()["total"]:
            return found


def test_a_csv_file_is_for_a_spreadsheet(files: FlaskClient) -> None:
    response = files.get("/api/v1/search.csv?q=lantern")
    assert response.content_type == "text/csv; charset=utf-8"
    assert response.headers["Content-Disposition"] == 'attachment; filename="precedent-search.csv"'
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.data.startswith(b"\xef\xbb\xbfrank,force,document,")
    head, *_ = csv.reader(io.StringIO(response.data.decode("utf-8-sig"), newline=""))
    assert tuple(head) == COLUMNS


def test_a_json_file_is_for_a_program(files: FlaskClient) -> None:
    response = files.get("/api/v1/search.json?q=lantern")
    assert response.mimetype == "application/json"
    assert response.headers["Content-Disposition"] == 'attachment; filename="precedent-search.json"'
    assert set(response.get_json()) == {"results"}


@pytest.mark.parametrize(
    "asked",
    [
        {"q": "lantern"},
        {"q": "lantern", "sort": "newest"},
        {"q": "lantern", "explain": "true", "expand": "false"},
        {"q": "lantern", "force": ["kent", "gwent"]},
        {"q": "", "document_kind": "register_record", "year_from": 2018},
        {"q": '"no such phrase"'},
        {"q": "moth"},
    ],
)
def test_both_files_hold_all_hits_of_the_api_in_its_order(files: FlaskClient, asked: dict[str, Any]) -> None:
    found = pages(files, **asked)
    assert json.loads(fetch(files, "json", **asked)) == {"results": found}
    kept = rows(fetch(files, "csv", **asked))
    assert [row["passage_id"] for row in kept] == [hit["passage_id"] for hit in found]
    assert [row["rank"] for row in kept] == [str(rank) for rank in range(1, len(found) + 1)]
    assert [row["score"] for row in kept] == [str(hit["score"]) for hit in found]


def test_a_long_list_is_whole(files: FlaskClient) -> None:
    assert len(rows(fetch(files, "csv", q="moth night"))) == BATCH + 20
    assert len(json.loads(fetch(files, "json", q="moth night"))["results"]) == BATCH + 20


def test_filters_and_sort_hold_in_files(files: FlaskClient) -> None:
    everything = rows(fetch(files, "csv", q="lantern"))
    kent = rows(fetch(files, "csv", q="lantern", force="kent"))
    assert 0 < len(kent) < len(everything)
    assert {row["force"] for row in kent} == {"kent"}
    newest = [row["date"] for row in rows(fetch(files, "csv", q="lantern", sort="newest"))]
    assert newest == sorted(newest, reverse=True)
    assert newest != [row["date"] for row in everything]


def test_a_row_says_what_a_hit_says(files: FlaskClient) -> None:
    (row,) = rows(fetch(files, "csv", q="how each lantern is recorded", finding="recommendation", force="kent"))
    (hit,) = pages(files, q="how each lantern is recorded", finding="recommendation", force="kent")
    assert (row["force"], row["document_kind"], row["kind"]) == ("kent", "register_record", "recommendation")
    assert (row["number"], row["status"], row["status_date"]) == ("101", "complete", "2018-05-04")
    assert (row["date"], row["deadline"], row["section"]) == ("2017-11", "2018-03", "Recommendation")
    assert (row["places"], row["forces_of_fold"]) == ("2", "essex, kent")
    assert row["citation"] == hit["citation"]
    assert row["citation"] == "kent:101, November 2017, register number 101, recommendation 101, Recommendation"
    assert (row["match"], row["source"], row["fictional"]) == (hit["match"], "papers/kent:101", "")


def test_a_list_item_has_what_introduces_it(files: FlaskClient) -> None:
    (row,) = rows(fetch(files, "csv", q="", finding="area_for_improvement"))
    assert (row["lead"], row["text"]) == ("The force should improve how it:", "looks for missing children;")
    assert row["section"] == "Vulnerability › Missing children"


def test_nothing_in_a_file_is_run_by_a_spreadsheet(files: FlaskClient) -> None:
    kept = rows(fetch(files, "csv", q="", year="2018", document_kind="other"))
    texts = {row["text"] for row in kept}
    assert texts >= {f"'{text}" for text in FORMULAE}
    assert {(row["document"], row["section"], row["url"]) for row in kept} == {
        ("'=cmd|'/c calc'!A1", "'=2+2 › Lanterns", "'@sum")
    }
    for row in kept:
        assert not [cell for cell in row.values() if cell[:1] in tuple("=+-@\t\r\n＝＋－＠")]
        assert row["citation"].startswith("'=cmd")


def test_other_texts_come_back_as_they_are(files: FlaskClient) -> None:
    texts = {row["text"] for row in rows(fetch(files, "csv", q="", year="2018", document_kind="other"))}
    assert texts >= set(PLAIN[:3])


@pytest.mark.parametrize("form", ["csv", "json"])
@pytest.mark.parametrize("name", ["page", "page_size"])
def test_a_file_has_no_pages(files: FlaskClient, form: str, name: str) -> None:
    response = files.get(f"/api/v1/search.{form}?q=lantern&{name}=1")
    assert (response.status_code, response.mimetype) == (400, "application/problem+json")
    assert f"'{name}' is not a parameter here" in response.get_json()["detail"]


@pytest.mark.parametrize("asked", ["q=a&force=kentt", "q=a&sort=oldest", "other=1", "q=a&q=b"])
def test_what_cannot_be_used_is_refused_before_a_file_begins(files: FlaskClient, asked: str) -> None:
    response = files.get(f"/api/v1/search.csv?{asked}")
    assert (response.status_code, response.mimetype) == (400, "application/problem+json")
    assert "Content-Disposition" not in response.headers


def test_a_form_that_there_is_not_is_not_found(files: FlaskClient) -> None:
    assert files.get("/api/v1/search.xlsx?q=lantern").status_code == 404


def test_without_an_index_a_file_says_what_to_run(tmp_path: Path) -> None:
    response = create_app(Engine(tmp_path, FakeEncoder())).test_client().get("/api/v1/search.csv?q=a")
    assert response.status_code == 503
    assert "precedent build" in response.get_json()["detail"]


def test_contact_details_are_dots_in_files(files: FlaskClient, folder: Path) -> None:
    for form in ("csv", "json"):
        text = fetch(files, form, q="")
        assert "Ring ••••• ••••••: a lantern." in text
        assert "960123" not in text
        assert "wick@" not in text
    plain = Engine(folder, FakeEncoder(), mask_contacts=False).all_hits(SearchRequest(query=""))
    assert "01632 960123" in "".join(hits_table(plain, "csv"))


def test_the_command_line_prints_the_same_file_but_for_line_ends(
    folder: Path, files: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(common, "encoder_for", lambda settings: FakeEncoder())
    options = ["--force", "kent", "--force", "unknown", "--sort", "newest", "--no-expand", "--data", str(folder)]
    printed = CliRunner().invoke(main, ["search", "lantern", "--csv", *options])
    assert printed.exit_code == 0
    served = fetch(files, "csv", q="lantern", force=["kent", "unknown"], sort="newest", expand="false")
    assert len(rows(served)) > 5
    assert printed.stdout_bytes.decode("utf-8") == served.replace("\r\n", "\n")


def test_the_command_line_refuses_a_page_of_a_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(common, "encoder_for", lambda settings: FakeEncoder())
    refused = CliRunner().invoke(main, ["search", "lantern", "--csv", "--page", "2", "--data", str(folder)])
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert "'page' is not a parameter here" in refused.stderr


def test_a_file_is_of_one_index_to_its_end(tmp_path: Path, publish: Callable[..., str]) -> None:
    papers = [document(f"{number}", [f"Lantern {number} burns."]) for number in range(BATCH + 1)]
    publish(tmp_path, tuple(papers))
    engine = Engine(tmp_path, FakeEncoder())
    hits = engine.all_hits(SearchRequest(query="lantern burns"))
    first = next(hits)
    changed = replace(papers[0], passages=(passage("0", 0, "Moths."),), text="Moths.")
    publish(tmp_path, (changed,))
    assert engine.search(SearchRequest(query="")).total == 1
    assert len({first.passage_id, *(hit.passage_id for hit in hits)}) == BATCH + 1
