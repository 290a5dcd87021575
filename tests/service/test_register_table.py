"""The register as a table: its order, its filters, its pages and its files; and the forces side by side."""

import csv
import datetime
import io
import re
from collections import Counter
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from fakes import FakeCollection, FakeEncoder, document, record
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from test_register import get, sample
from test_snapshot import model, tagged

from corpus.standing import CLOSED
from indexer.build import build
from service.answers.register import register_rows
from service.cli import common
from service.cli.main import main
from service.contract.exports import FORMULA
from service.contract.register_titles import COLUMN_TITLES, ORDINARY, REGISTER_TITLES
from service.contract.requests import (
    FORCE_SORTS,
    REGISTER_COLUMNS,
    REGISTER_FACETS,
    REGISTER_SORTS,
    RegisterListRequest,
)
from service.contract.workbooks import XLSX, heading
from service.engine import Engine
from service.web.app import create_app
from service.work.briefs import refs_of_register

__all__ = ["model", "sample", "tagged"]  # fixtures

WORDS = ("record", "RECORD", "custody", "8837", "5120", "supt", "zzz", "comple")
FILTERS = {
    "force": ["saltmere", "carrowdale", "unknown"],
    "status": ["open", "complete", "being-progressed", "unknown"],
    "list": ["overdue", "stalled", "closed-in-comments"],
    "theme": ["custody", "unknown"],
    "year": ["2018", "2019"],
}
RANDOM = settings(max_examples=20)


@pytest.fixture(scope="module")
def themed(tagged: Path) -> FlaskClient:
    """Documents with themes."""
    return create_app(Engine(tagged, FakeEncoder())).test_client()


def ids(client: FlaskClient, **asked: Any) -> list[str]:
    return [row["finding_id"] for row in get(client, page_size=100, **asked)["results"]]


def book(client: FlaskClient, address: str, **asked: Any) -> tuple[list[str], list[list[Any]], dict[str, Any]]:
    """The headings, the rows and what was asked, of a workbook."""
    response = client.get(address, query_string=asked)
    assert (response.status_code, response.mimetype) == (200, XLSX)
    assert response.headers["Content-Disposition"].endswith('.xlsx"')
    found = load_workbook(io.BytesIO(response.data))
    rows, told = (list(sheet.values) for sheet in found.worksheets)
    assert all(cell.data_type != "f" for sheet in found.worksheets for row in sheet for cell in row)
    return list(rows[0]), [list(row) for row in rows[1:]], dict(told)


def table(client: FlaskClient, address: str, **asked: Any) -> list[dict[str, str]]:
    text = client.get(address, query_string=asked or None).get_data(as_text=True).removeprefix("\ufeff")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def shown_rows(page: str) -> list[str]:
    """The addresses of the findings that a page lists."""
    return re.findall(r'col-asks" data-label="[^"]*"><div class="clamp"><a href="/findings/([^"?]*)', unescape(page))


asked_at_random = st.fixed_dictionaries(
    {},
    optional={
        **{name: st.lists(st.sampled_from(v), min_size=1, max_size=2, unique=True) for name, v in FILTERS.items()},
        "text": st.lists(st.sampled_from(WORDS), max_size=2).map(" ".join),
        "sort": st.sampled_from(REGISTER_SORTS),
        "as_of": st.sampled_from(["2018", "2019-06-30"]),
    },
)


@RANDOM
@given(asked=asked_at_random, page_size=st.integers(4, 20))
def test_counts_are_totals_and_pages_hold_each_record_once(
    sample: FlaskClient, asked: dict[str, Any], page_size: int
) -> None:
    asked = {name: value for name, value in asked.items() if name != "theme" or "custody" not in value}
    first = get(sample, **asked, page_size=page_size)
    last = -(-first["total"] // page_size)
    pages = [get(sample, **asked, page_size=page_size, page=n)["results"] for n in range(1, last + 1)]
    joined = [row["finding_id"] for rows in pages for row in rows]
    assert joined == ids(sample, **asked)
    assert len(set(joined)) == first["total"]
    for name in REGISTER_FACETS:
        for value in first["facets"][name]:
            assert get(sample, **{**asked, name: value["value"]})["total"] == value["count"], (name, value)


@RANDOM
@given(asked=asked_at_random)
def test_words_and_themes_only_take_away_and_keep_the_order(themed: FlaskClient, asked: dict[str, Any]) -> None:
    kept = {"sort", "as_of", "status"}
    asked = {name: value for name, value in asked.items() if name in kept | {"text"}}
    every = ids(themed, **{name: value for name, value in asked.items() if name in kept})
    fewer = ids(themed, **asked)
    assert fewer == [one for one in every if one in set(fewer)]
    themes = {row["value"]: row["count"] for row in get(themed, **asked)["facets"]["theme"]}
    for theme, count in themes.items():
        some = ids(themed, **asked, theme=theme)
        assert some == [one for one in fewer if one in set(some)]
        assert len(some) == count


@pytest.mark.parametrize("column", REGISTER_COLUMNS)
def test_an_order_is_the_same_records_with_what_has_none_last(sample: FlaskClient, column: str) -> None:
    up, down = ids(sample, sort=column), ids(sample, sort=f"-{column}")
    assert sorted(up) == sorted(down) == sorted(ids(sample))
    assert (up, down) == (ids(sample, sort=column), ids(sample, sort=f"-{column}"))


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("number", lambda row: int(row["register_number"])),
        ("published", lambda row: row["document"]["date"]),
        ("deadline", lambda row: row["deadline"]),
        ("days_open", lambda row: row["days_open"]),
        ("owner", lambda row: row["owner"] and row["owner"].casefold()),
        ("last_comment", lambda row: row["last_comment"] and row["last_comment"]["date"]),
        ("status", lambda row: row["status"]),
    ],
)
def test_an_order_is_that_of_its_column(sample: FlaskClient, column: str, value: Any) -> None:
    for sort, reverse in ((column, False), (f"-{column}", True)):
        found = [value(row) for row in get(sample, sort=sort, page_size=100)["results"]]
        having = [one for one in found if one is not None]
        assert found == sorted(having, reverse=reverse) + [None] * (len(found) - len(having))
        assert len(set(having)) > 1


def test_records_that_are_equal_in_a_column_stand_as_without_it(sample: FlaskClient) -> None:
    rows, plain = get(sample, sort="status", page_size=100)["results"], ids(sample)
    for status in {row["status"] for row in rows}:
        own = [row["finding_id"] for row in rows if row["status"] == status]
        assert own == [one for one in plain if one in set(own)]


def test_open_is_every_record_that_is_not_closed(sample: FlaskClient, client: FlaskClient) -> None:
    for one in (sample, client):
        counts = {row["value"]: row["count"] for row in get(one)["facets"]["status"]}
        closed = {row["status"] for row in get(one, page_size=100)["results"] if row["closed"]}
        others = {value: count for value, count in counts.items() if value not in {"open", *closed}}
        assert counts["open"] == sum(others.values()) == get(one, status="open")["total"] > 0
        rows = get(one, status="open", page_size=100)["results"]
        assert not any(row["closed"] for row in rows)
        assert set(ids(one, status="open")) == {i for value in others for i in ids(one, status=value)}
    assert get(sample, status=["open", *CLOSED])["total"] == get(sample)["total"]


def test_words_are_looked_for_in_text_title_number_owner_and_comments(client: FlaskClient) -> None:
    (essex,) = [row for row in get(client)["results"] if row["document"]["id"] == "essex:8837"]
    for text in ("8837 ESSEX", "essex reviewed its", "children are recorded", "record essex:8837"):
        assert essex["finding_id"] in ids(client, text=text), text
    assert ids(client, text="essex reviewed kent") == []
    assert set(ids(client, text="noted")) == {row["finding_id"] for row in get(client, text="70707")["results"]}


def test_words_of_a_comment_are_found_from_its_day_on(client: FlaskClient) -> None:
    (row,) = get(client, text="essex reviewed")["results"]
    day = datetime.date.fromisoformat(row["last_comment"]["date"])
    assert get(client, text="essex reviewed", as_of=day.isoformat())["total"] == 1
    assert get(client, text="essex reviewed", as_of=(day - datetime.timedelta(days=1)).isoformat())["total"] == 0


def test_owners_are_found_by_words(sample: FlaskClient) -> None:
    owned = [row for row in get(sample, page_size=100)["results"] if row["owner"]]
    assert owned
    for row in owned[:4]:
        assert row["finding_id"] in ids(sample, text=row["owner"])


def test_the_last_comment_is_the_last_up_to_the_day(sample: FlaskClient) -> None:
    for as_of in ("2018-06-30", "2019"):
        for row in get(sample, as_of=as_of, page_size=100)["results"]:
            known = sample.get(f"/api/v1/findings/{row['finding_id']}?as_of={as_of}").get_json()["events"]
            said = [event["date"] for event in known if event["kind"] == "comment" and event["text"]]
            assert (row["last_comment"] and row["last_comment"]["date"]) == max(said, default=None)


@pytest.mark.parametrize(
    ("asked", "words"),
    [({"sort": "ownr"}, "owner"), ({"columns": "ownr"}, "owner"), ({"theme": "custdy"}, "custody")],
)
def test_what_is_no_column_or_theme_is_refused(themed: FlaskClient, asked: dict[str, str], words: str) -> None:
    response = themed.get("/register", query_string=asked)
    assert response.status_code == 400
    assert words in response.get_data(as_text=True)


def test_a_page_shows_the_columns_that_were_chosen(sample: FlaskClient) -> None:
    page = sample.get("/register").get_data(as_text=True)
    assert re.findall(r'<th scope="col"[^>]* class="col-(\w+)"', page) == [c for c in REGISTER_COLUMNS if c in ORDINARY]
    few = sample.get("/register?columns=owner&columns=force").get_data(as_text=True)
    assert re.findall(r'<th scope="col"[^>]* class="col-(\w+)"', few) == ["force", "owner"]
    every = sample.get("/register", query_string={"columns": REGISTER_COLUMNS}).get_data(as_text=True)
    assert re.findall(r'data-label="([^"]*)"', every)[: len(REGISTER_COLUMNS)] == list(COLUMN_TITLES.values())


def test_a_page_lists_the_records_of_the_api(sample: FlaskClient) -> None:
    for asked in ({}, {"status": "open", "sort": "owner"}, {"text": "custody", "page_size": 3, "page": 2}):
        page = sample.get("/register", query_string=asked).get_data(as_text=True)
        assert shown_rows(page) == [row["finding_id"] for row in get(sample, **asked)["results"]]


def test_each_list_is_one_click_away_with_its_total(sample: FlaskClient) -> None:
    page = sample.get("/register?force=saltmere").get_data(as_text=True)
    quick = page.split('<nav class="quick"', 1)[1].split("</nav>", 1)[0]
    links = re.findall(r'href="([^"]*)">([^<]*) <span class="count">(\d+)', quick)
    assert {"Open", "Overdue", "Stalled"} <= {title for _, title, _ in links}
    for address, title, count in links:
        there = sample.get(unescape(address)).get_data(as_text=True)
        assert re.search(rf'<h1 id="results">{count} record', there), title


def test_each_chosen_filter_has_a_link_that_takes_it_away(sample: FlaskClient) -> None:
    asked = {"force": ["saltmere", "carrowdale"], "status": "open", "text": "should", "as_of": "2019", "sort": "owner"}
    page = sample.get("/register", query_string=asked).get_data(as_text=True)
    chips = re.findall(r'href="([^"]*)">([^<]*) <span aria-hidden', _chosen(page))
    assert len(chips) == 5
    for address, words in chips:
        there = sample.get(unescape(address)).get_data(as_text=True)
        left = [unescape(own) for own in re.findall(r">([^<]*) <span aria-hidden", _chosen(there))]
        assert left == [unescape(own) for _, own in chips if own != words]
        assert "sort=owner" in unescape(address)


def _chosen(page: str) -> str:
    """The part of a page that says what it is narrowed by."""
    return page.split('class="chosen"', 1)[1].split("</ul>", 1)[0]


def test_a_long_facet_is_folded_and_what_is_chosen_is_not(tmp_path: Path) -> None:
    papers = [record(f"force-{n:02}", str(n), "The force should count its lamps.", comment="Done.") for n in range(20)]
    build(FakeCollection(tuple(papers)), FakeEncoder(), tmp_path, inputs=["papers"])
    client = create_app(Engine(tmp_path, FakeEncoder())).test_client()
    chosen = get(client)["facets"]["force"][15]["value"]
    for address, hidden in (("/register", 12), (f"/register?force={chosen}", 11)):
        page = client.get(address).get_data(as_text=True)
        folded = page.split(f"<summary>{hidden} more</summary>", 1)[1].split("</details>", 1)[0]
        assert folded.count('id="force-') == hidden
        assert page.count('id="force-') == 20
        assert "checked" not in folded


def test_a_workbook_holds_the_rows_of_the_csv_file(sample: FlaskClient) -> None:
    asked = {"status": "open", "sort": "owner", "force": "saltmere"}
    headings, rows, told = book(sample, "/api/v1/register.xlsx", **asked)
    lines = table(sample, "/api/v1/register.csv", **asked)
    assert headings == [heading(name) for name in lines[0]]
    assert len(set(headings)) == len(headings)
    assert len(rows) == len(lines) > 0
    plain = ("register_number", "text", "owner", "last_comment", "finding_id", "days_open", "overdue", "source")
    for row, line in zip(rows, lines, strict=True):
        cells = dict(zip(line, row, strict=True))
        assert {name: str(cells[name] if cells[name] is not None else "") for name in plain} == {
            name: line[name] for name in plain
        }
        assert cells["status"] == line["status"].replace("-", " ").capitalize()
        for name in ("status_date", "published", "last_comment_date", "deadline"):
            if re.fullmatch(r"\d{4}-\d\d-\d\d", line[name]):
                assert cells[name] == datetime.datetime.fromisoformat(line[name])
    assert told["Rows"] == len(rows)
    assert isinstance(told["Made on"], datetime.datetime)
    assert (told["Status"], told["Force"]) != (None, None)
    assert told[REGISTER_TITLES["force"]] == "Saltmere Police"
    assert told["In order of"].startswith("Owner")


def test_a_workbook_keeps_its_headings_in_sight(sample: FlaskClient) -> None:
    found = load_workbook(io.BytesIO(sample.get("/api/v1/register.xlsx").data))
    sheet = found.worksheets[0]
    assert sheet.freeze_panes == "B2"
    assert sheet.auto_filter.ref == f"A1:{sheet.cell(1, sheet.max_column).column_letter}{sheet.max_row}"
    widths = {sheet.cell(1, at).value: sheet.column_dimensions[sheet.cell(1, at).column_letter].width for at in (1, 7)}
    assert widths["Text"] > widths["Register number"] > 10


def test_nothing_in_a_workbook_is_run_or_lost(tmp_path: Path) -> None:
    texts = ("=1+1", "+2", "-3", "@sum", "\t=4", '=HYPERLINK("http://a")', "#N/A", "a\x0bb \ufffe lamp", "007")
    papers = [record("kent", f"{n + 1}", text, comment=text) for n, text in enumerate(texts)]
    build(FakeCollection(tuple(papers)), FakeEncoder(), tmp_path, inputs=["papers"])
    client = create_app(Engine(tmp_path, FakeEncoder())).test_client()
    headings, rows, _ = book(client, "/api/v1/register.xlsx", sort="number")
    found = [str(row[headings.index("Text")]) for row in rows]
    assert len(found) == len(texts)
    for text, cell in zip(texts, found, strict=True):
        assert not cell.startswith(FORMULA)
        assert cell in (text, f"'{text}", "a�b � lamp")
    assert all(not str(cell).startswith(FORMULA) for row in rows for cell in row)


def test_other_lists_are_workbooks_too(sample: FlaskClient) -> None:
    row = get(sample, force="saltmere")["results"][0]["finding_id"]
    for address in ("/api/v1/forces/saltmere", f"/api/v1/findings/{row}/members", "/api/v1/similar"):
        asked = {"finding_id": row} if address.endswith("similar") else {}
        headings, rows, told = book(sample, f"{address}.xlsx", **asked)
        lines = table(sample, f"{address}.csv", **asked)
        assert headings == [heading(name) for name in lines[0]]
        assert [line[headings.index("Finding id")] for line in rows] == [line["finding_id"] or None for line in lines]
        assert told["Rows"] == len(lines)
    assert sample.get("/api/v1/forces/nowhere.xlsx").status_code == 404


def test_every_list_says_the_register_number(sample: FlaskClient) -> None:
    row = next(row for row in get(sample, page_size=100)["results"] if row["register_number"] == "5120")
    assert row["document"]["register_number"] == "5120"
    key = row["finding_id"]
    assert sample.get(f"/api/v1/findings/{key}").get_json()["document"]["register_number"] == "5120"
    (hit, *_) = sample.get("/api/v1/search?q=5120").get_json()["results"]
    assert hit["document"]["register_number"] == "5120"
    assert "Register number 5120" in sample.get("/?q=5120").get_data(as_text=True)
    for address in (f"findings/{key}/members.csv", "search.csv?q=5120", f"similar.csv?finding_id={key}"):
        assert "5120" in {line["register_number"] for line in table(sample, f"/api/v1/{address}")}, address
    assert "register_number" in table(sample, "/api/v1/forces/saltmere.csv")[0]


def test_the_command_sorts_narrows_and_writes_a_workbook(
    data: Path, client: FlaskClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(common, "encoder_for", lambda _: FakeEncoder())
    options = ["--data", str(data), "--text", "reviewed", "--sort", "-force", "--status", "open"]
    run = CliRunner().invoke(main, ["register", *options, "--json"])
    assert run.exit_code == 0, run.output
    file = tmp_path / "register.xlsx"
    written = CliRunner().invoke(main, ["register", *options, "--xlsx", str(file)])
    assert written.exit_code == 0, written.output
    rows = list(load_workbook(file).worksheets[0].values)
    lines = table(client, "/api/v1/register.csv", text="reviewed", sort="-force", status="open")
    assert len(rows) == len(lines) + 1
    gone = CliRunner().invoke(main, ["register", *options, "--xlsx", str(tmp_path / "no" / "such.xlsx")])
    assert gone.exit_code == 2
    assert "such.xlsx" in gone.output


def test_forces_are_counted_as_the_register_counts_them(sample: FlaskClient, client: FlaskClient) -> None:
    for one in (sample, client):
        found = one.get("/api/v1/forces").get_json()
        for row in [*found["forces"], found["not_known"]]:
            if row["documents"]:
                own = {"force": row["slug"]}
                assert row["records"] == get(one, **own)["total"] == row["open"] + row["closed"]
                assert row["open"] == get(one, **own, status="open")["total"]
                assert row["overdue"] == get(one, **own, list="overdue")["total"]
                assert row["no_status"] == get(one, **own, status="unknown")["total"]
        assert found["total"]["records"] == get(one)["total"]


def test_findings_by_year_are_those_of_the_reports(sample: FlaskClient) -> None:
    found = sample.get("/api/v1/forces/saltmere").get_json()
    listed = [row for report in found["reports"] for row in report["findings"] if not row["quoted"]]
    records = get(sample, force="saltmere", page_size=100)["results"]
    years = Counter(row["date"][:4] for row in listed) + Counter(row["document"]["date"][:4] for row in records)
    assert {row["year"]: row["findings"] for row in found["years"] if row["findings"]} == years
    told = [row["year"] for row in found["years"]]
    assert told == [str(year) for year in range(int(told[0]), int(told[-1]) + 1)]


@pytest.mark.parametrize("sort", FORCE_SORTS)
def test_the_table_of_forces_is_sorted_by_any_column(client: FlaskClient, sort: str) -> None:
    rows = {row["slug"]: row for row in client.get("/api/v1/forces").get_json()["forces"]}
    page = client.get(f"/forces?sort={sort}").get_data(as_text=True)
    slugs = re.findall(r'href="/forces/([\w-]+)"', page.split("<tbody>", 1)[1])
    assert set(slugs) == {slug for slug, row in rows.items() if row["documents"]}
    values = [str(v).casefold() if isinstance(v := rows[slug][sort.removeprefix("-")], str) else v for slug in slugs]
    assert values == sorted(values, reverse=sort.startswith("-"))
    assert client.get("/forces?sort=size").status_code == 400


def test_documents_of_no_known_force_are_listed(tmp_path: Path) -> None:
    named = document("named", ["Lamps of Kent."], force="kent", title="Lamps of one force")
    papers = [document(f"loose {n}", ["A lamp."], title=f"Lamp {n} of 07700 900123") for n in range(25)]
    build(FakeCollection((named, *papers)), FakeEncoder(), tmp_path, inputs=["papers"])
    client = create_app(Engine(tmp_path, FakeEncoder())).test_client()
    page = client.get("/forces").get_data(as_text=True).split('id="not-known"', 1)[1]
    assert "25 documents do not say" in page
    assert len(set(re.findall(r'href="(/documents/loose[^"/]*)"', page))) == 25
    assert "5 more" in page
    assert "Lamps of one force" not in page
    assert "900123" not in page


def test_a_passage_of_a_record_tells_its_themes_as_the_register_does(themed: FlaskClient) -> None:
    rows = get(themed, page_size=100)["results"]
    assert any(row["themes"] for row in rows)
    for row in rows:
        labels = [tag["theme"] for tag in row["themes"]]
        assert len(labels) == len(set(labels))
        for theme in labels:
            assert row["finding_id"] in ids(themed, theme=theme)


def test_a_list_that_goes_into_a_brief_has_the_records_of_its_theme(tagged: Path) -> None:
    seen = Engine(tagged, FakeEncoder()).snapshot()
    asked = RegisterListRequest(theme=("custody",))
    wanted = {row.finding_id for row in register_rows(seen, asked)}
    assert {one.key for one in refs_of_register(seen, asked)} == wanted != set()
