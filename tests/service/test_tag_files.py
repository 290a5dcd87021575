"""Files of texts to tag: what comes back is what was sent, with the themes behind; what cannot be read is told."""

import csv
import io
import re
import threading
import zipfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from conftest import make_documents
from fakes import FakeCollection, FakeEncoder, few_examples
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from test_snapshot import model, tagged

from indexer.build import build
from indexer.theme_store import current_model, publish_model, training
from models.theme_model import ThemeModel
from service.contract.service_errors import RequestError
from service.engine import Engine
from service.themes.tag_files import ADDED, MOST_ROWS, Sheet, read_sheet, text_column, written
from service.themes.training_job import TrainingJob
from service.web.app import create_app

__all__ = ["model", "tagged"]  # fixtures

MISSING, CUSTODY = "Missing children were found and looked for.", "Custody cells were cold at night."
TAGGED = b"id,text\r\n1,Missing children were found.\r\n"


@pytest.fixture(scope="module")
def app(tagged: Path) -> Flask:
    return create_app(Engine(tagged, FakeEncoder()))


@pytest.fixture(scope="module")
def themed(app: Flask) -> FlaskClient:
    return app.test_client()


def sent(client: FlaskClient, content: bytes, **fields: str) -> Any:
    return client.post("/tag/file", data={"file": (io.BytesIO(content), "texts.csv"), **fields})


def rows_of(response: Any) -> list[dict[str, str]]:
    assert response.status_code == 200, response.text
    return list(csv.DictReader(io.StringIO(response.get_data().decode("utf-8-sig"))))


def workbook(rows: list[list[Any]]) -> bytes:
    book, file = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)  # type: ignore[union-attr]
    book.save(file)
    return file.getvalue()


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_three_hundred_rows_keep_their_order_ids_and_columns(themed: FlaskClient, form: str) -> None:
    texts = [(MISSING, CUSTODY, "Plans are clear to all of them.")[n % 3] for n in range(300)]
    heading = ["reference", "What was said", "Grösse", "decision"]
    table = [heading, *([f"R-{n:03}", text, f"é{n}", "open"] for n, text in enumerate(texts))]
    line = io.StringIO()
    csv.writer(line).writerows(table)
    response = sent(themed, line.getvalue().encode(), form=form)
    assert f"precedent-tagged.{form}" in response.headers["Content-Disposition"]
    if form == "csv":
        found = [list(row.values()) for row in rows_of(response)]
        names = list(rows_of(response)[0])
    else:
        names, *found = [list(row) for row in load_workbook(io.BytesIO(response.get_data())).active.values]  # type: ignore[union-attr]
    assert names == [*heading, "decision 2", *ADDED[1:]]
    assert [row[:4] for row in found] == table[1:]
    themes = {row[1]: (row[4], row[6] or "") for row in found}
    assert themes[MISSING] == ("assigned", "missing")
    assert themes[CUSTODY] == ("assigned", "custody")
    assert "missing" not in themes["Plans are clear to all of them."][1]


def test_a_file_is_tagged_as_the_api_tags_its_texts(themed: FlaskClient) -> None:
    texts = [MISSING, CUSTODY, f"{MISSING} {CUSTODY}", "", "0"]
    line = io.StringIO()
    csv.writer(line).writerows([["n", "text"], *([str(n), text] for n, text in enumerate(texts))])
    rows = rows_of(sent(themed, line.getvalue().encode(), column="TEXT"))
    answer = themed.post("/api/v1/tag", json={"texts": texts, "evidence": False}).get_json()["results"]
    for row, one in zip(rows, answer, strict=True):
        own = [theme for theme in one["themes"] if theme["assigned"]]
        assert row["decision"] == one["decision"]
        assert row["theme_keys"] == ", ".join(theme["theme"] for theme in own)
        assert row["probabilities"] == ", ".join(f"{theme['probability']:.2f}" for theme in own)


def test_a_workbook_goes_in_with_its_numbers_and_empty_cells(themed: FlaskClient) -> None:
    content = workbook([["id", "text", "note"], [7, MISSING, None], [8.5, CUSTODY, "seen"]])
    rows = rows_of(sent(themed, content))
    assert [(row["id"], row["text"], row["note"]) for row in rows] == [("7", MISSING, ""), ("8.5", CUSTODY, "seen")]
    assert [row["theme_keys"] for row in rows] == ["missing", "custody"]


def test_blank_rows_cost_no_row(themed: FlaskClient) -> None:
    rows = [[str(n), CUSTODY] for n in range(MOST_ROWS)]
    spread = [[["id", "text"]], *([row, ["", ""]] for row in rows)]
    content = ("id,text\r\n\r\n" + "\r\n\r\n".join(",".join(row) for row in rows)).encode()
    for file in (content, workbook([row for pair in spread for row in pair])):
        assert [list(row) for row in read_sheet(file).rows] == rows
    assert "more than 1,000 rows" in sent(themed, content + b"\r\n\r\n9,more").text


@pytest.mark.parametrize("evil", ['=HYPERLINK("http://x.example")', "+cmd|' /C calc'!A0", "@SUM(1)", "-2+3", "\t=1+1"])
def test_no_cell_is_a_formula_where_it_comes_out(themed: FlaskClient, evil: str) -> None:
    line = io.StringIO()
    csv.writer(line).writerows([["id", evil, "text"], [evil, "x", evil], ["-5", "y", MISSING]])
    content = line.getvalue().encode()
    rows = list(csv.reader(io.StringIO(sent(themed, content, column="text").get_data().decode("utf-8-sig"))))
    assert [rows[1][0], rows[1][2]] == [f"'{evil}"] * 2
    assert rows[2][0] == "-5"  # a number is no formula
    made = load_workbook(io.BytesIO(sent(themed, content, column="text", form="xlsx").get_data()))
    cells = [cell for row in made.active.iter_rows() for cell in row]  # type: ignore[union-attr]
    assert {cell.data_type for cell in cells} <= {"s", "n", "inlineStr"}
    assert cells[len(rows[0])].value.lstrip() == evil.lstrip()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "The file is empty"),
        (b"   \r\n", "The file is empty"),
        (b"id,text\r\n", "no row below"),
        (b",,\r\n1,2,3\r\n", "heading row is empty"),
        (b"id,text\r\n1,one two three four,more\r\n", "Row 2 has 3 cells and the heading row 2"),
        (b"id,text\r\n1\r\n", "Row 2 has 1 cells"),
        (b'id,text\r\n1,"never closed\r\n2,b\r\n', "cannot be read as CSV"),
        (b"id,text\r\n1,a\0b\r\n", "no text"),
        (b"\x89PNG\r\n\x1a\n\0\0", "no text"),
        (b"PK\x03\x04 and no more", "workbook cannot be read"),
        (b"\xff\xfea\x00\xff\xdf", "encoding"),
        (b"id,text,more\r\n1,one two three four,five six seven eight\r\n", "More than one column looks like texts"),
        (b"id,n\r\n1,2\r\n", "No column looks like texts: name the one to tag; the columns are: id, n"),
        (b"text\r\n" + b"a b c d\r\n" * (MOST_ROWS + 1), "more than 1,000 rows"),
        (b"text\r\n" + b"word " * 22_000 + b"\r\n", "characters"),
    ],
)
def test_what_cannot_be_read_is_told_with_what_to_do(themed: FlaskClient, content: bytes, told: str) -> None:
    response = sent(themed, content)
    assert response.status_code == 400
    assert "This file was not tagged</h3>" in response.text
    assert told in response.text


def test_a_workbook_that_unpacks_to_far_more_is_not_unpacked(themed: FlaskClient) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("xl/worksheets/sheet1.xml", b" " * 80_000_000)
    response = sent(themed, file.getvalue())
    assert (response.status_code, "too large once it is unpacked" in response.text) == (400, True)


def test_the_column_is_named_or_refused_with_those_there_are(themed: FlaskClient) -> None:
    content = b"id,text,text\r\n1,Missing children were found,Custody cells were cold\r\n"
    assert "There is more than one column" in sent(themed, content, column="text").text
    response = sent(themed, TAGGED, column="comments")
    assert "There is no column &#39;comments&#39;; the columns are: id, text." in response.text
    assert 'value="comments"' in response.text
    assert sent(themed, TAGGED, form="pdf").status_code == 400
    assert themed.post("/tag/file").status_code == 400


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_table_is_read_as_it_was_saved(encoding: str, delimiter: str) -> None:
    rows = [["id", "text"], ["é", 'said "no", twice; or\nmore']]
    line = io.StringIO()
    csv.writer(line, delimiter=delimiter).writerows(rows)
    assert read_sheet(line.getvalue().encode(encoding)) == Sheet(("id", "text"), (tuple(rows[1]),))


CELLS = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=12)


@given(st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=8))
def test_a_table_that_is_written_and_read_again_is_the_same(rows: list[tuple[str, str]]) -> None:
    """Apart from the apostrophe before what would be run, and rows with nothing in them."""
    kept = [row for row in rows if any(cell.strip() for cell in row)]
    if kept:
        sheet = Sheet(("one", "two"), tuple(kept))
        assert read_sheet(written(sheet, "xlsx")).rows == sheet.rows
        again = read_sheet(written(sheet, "csv")).rows
        assert [[cell.removeprefix("'") for cell in row] for row in again] == [
            [cell.removeprefix("'") for cell in row] for row in kept
        ]


@given(st.binary(max_size=300))
def test_whatever_bytes_are_sent_are_read_or_refused(content: bytes) -> None:
    with suppress(RequestError):
        sheet = read_sheet(content)
        assert all(len(row) == len(sheet.headings) for row in sheet.rows)
        text_column(sheet, "")


@pytest.fixture
def fresh(tmp_path: Path, model: ThemeModel, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """An index tagged by a model of its own, where training takes a second."""
    build(FakeCollection(make_documents()), FakeEncoder(), tmp_path, inputs=["papers"], themes=model)
    publish_model(tmp_path, model, {})
    monkeypatch.setattr("service.themes.training.shipped_examples", few_examples)
    return Engine(tmp_path, FakeEncoder())


def job_of(app: Flask) -> TrainingJob:
    found: TrainingJob = app.extensions["training"]
    return found


def test_a_model_is_trained_shown_and_put_to_use_from_the_page(fresh: Engine) -> None:
    app = create_app(fresh)
    client, before = app.test_client(), current_model(fresh.data)
    assert "Train a new model" in client.get("/training").text
    assert client.post("/training/promote", data={"model": str(before)}).status_code == 400  # nothing was shown
    assert client.post("/training").headers["Location"] == "/training"
    job_of(app).wait(600)
    page = client.get("/training").text
    assert "What would change" in page
    assert 'http-equiv="refresh"' not in page
    trained = job_of(app).progress.model
    assert trained is not None
    assert (trained != before, current_model(fresh.data)) == (True, before)  # not yet in use
    assert client.post("/training/promote", data={"model": "another"}).status_code == 400
    client.post("/training/promote", data={"model": trained})
    job_of(app).wait(600)
    assert current_model(fresh.data) == trained
    assert f"Model {trained} is in use." in client.get("/training").text
    assert fresh.snapshot().held.tags.model.id == trained  # type: ignore[union-attr]


def test_one_trains_at_a_time_and_a_failure_says_why(fresh: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    app, going = create_app(fresh), threading.Event()
    client = app.test_client()
    monkeypatch.setattr("service.themes.training_job.train_model", lambda *_, **__: going.wait(600) and 1 / 0)
    client.post("/training")
    page = client.get("/training").text
    assert '<meta http-equiv="refresh" content="5">' in page
    assert "Train a new model" not in page
    assert client.post("/training").status_code == 400
    going.set()
    job_of(app).wait(600)
    assert "The training failed." in client.get("/training").text
    monkeypatch.undo()
    with training(fresh.data):  # another process is at it
        client.post("/training")
        job_of(app).wait(600)
        assert "Another process is training" in client.get("/training").text


def test_another_site_starts_no_training(themed: FlaskClient) -> None:
    assert themed.post("/training", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert "Train a new model" in themed.get("/training").text


def test_choices_stand_by_probability(themed: FlaskClient) -> None:
    page = themed.post("/tag", data={"text": MISSING}).text
    form = page[page.index('class="correct"') :]
    shares = [int(n) for n in re.findall(r'<span class="count">(\d+)&nbsp;%</span>', form)]
    assert len(shares) == 2
    assert shares == sorted(shares, reverse=True)
