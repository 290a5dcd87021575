"""Whole tables as files: every row once and in order, the same in each form, masked, and never all in memory."""

import csv
import io
import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from click.testing import CliRunner
from conftest import make_documents
from fakes import FakeCollection, FakeEncoder, document, record
from flask.testing import FlaskClient
from test_snapshot import correction, model

from indexer.build import build
from indexer.theme_store import publish_model
from models.theme_model import ThemeModel
from service.answers import bulk_rows as bulk
from service.answers.bulk_rows import bulk_rows
from service.cli import common
from service.cli.main import main
from service.contract import bulk_files
from service.contract.bulk_files import BULK_FORMS, columns_of
from service.contract.bulk_shapes import ROWS, TABLES, Table
from service.engine import Engine
from service.state.corrections import State
from service.web.app import create_app

__all__ = ["model"]  # a fixture

KEYS = {"passages": "passage_id", "findings": "finding_id", "events": "event"}


@pytest.fixture(scope="module")
def tagged(tmp_path_factory: pytest.TempPathFactory, model: ThemeModel) -> Path:
    """Themes of every origin: of the model, of a person, and of the recommendation above a comment."""
    own = record("essex", "99", "Custody cells should be warm.", comment="Noted.")
    comment = replace(own.passages[1], finding=0)
    documents = (*make_documents(), replace(own, passages=(own.passages[0], comment)))
    folder = tmp_path_factory.mktemp("tagged")
    build(FakeCollection(documents), FakeEncoder(), folder, inputs=["papers"], themes=model)
    publish_model(folder, model, {})
    State(folder).add([correction("kent:8837#0", ["custody"]), correction("essex:99#0", ["custody"])])
    return folder


@pytest.fixture(scope="module")
def seen(tagged: Path) -> Any:
    return Engine(tagged, FakeEncoder()).snapshot()


@pytest.fixture(scope="module")
def files(tagged: Path) -> FlaskClient:
    return create_app(Engine(tagged, FakeEncoder())).test_client()


def lines(client: FlaskClient, table: str) -> list[dict[str, Any]]:
    response = client.get(f"/api/v1/export/{table}.jsonl")
    assert response.status_code == 200
    return [json.loads(line) for line in response.get_data().decode().splitlines()]


@pytest.mark.parametrize("table", TABLES)
def test_every_row_is_there_once_in_the_order_of_ids(files: FlaskClient, seen: Any, table: Table) -> None:
    rows = lines(files, table)
    about = files.get("/api/v1/export").get_json()
    assert len(rows) == about["rows"][table] > 0
    assert about["generation"] == seen.held.generation.id
    assert [*about["columns"][table]] == [*rows[0]]
    tables = seen.held.generation.tables
    if table == "tags":
        places = {key: place for place, key in tables.execute("SELECT id, key FROM passages")}
        assert [places[row["passage_id"]] for row in rows] == sorted(places[row["passage_id"]] for row in rows)
    else:
        column = "id" if table == "events" else "key"
        expected = [row[0] for row in tables.execute(f"SELECT {column} FROM {table} ORDER BY id")]  # noqa: S608
        assert [row[KEYS[table]] for row in rows] == expected


def test_themes_say_where_they_are_from(files: FlaskClient) -> None:
    origins = {(row["passage_id"], row["theme"]): row["origin"] for row in lines(files, "tags")}
    assert set(origins.values()) == {"model", "person", "inherited"}
    assert origins["kent:8837#0", "custody"] == "person"
    shown = {row["passage_id"]: row for row in lines(files, "passages")}
    for (passage, theme), origin in origins.items():
        assert theme in shown[passage]["themes_taken_over" if origin == "inherited" else "themes"]
    assert sum(len(row["themes"]) + len(row["themes_taken_over"]) for row in shown.values()) == len(origins)


def test_passages_are_as_the_look_up_gives_them(files: FlaskClient) -> None:
    for row in lines(files, "passages")[::7]:
        found = files.get(f"/api/v1/passages/{quote(row['passage_id'])}").get_json()
        assert (row["text"], row["citation"], row["section"]) == (found["text"], found["citation"], found["section"])
        assert row["fold_id"] == (found["fold"]["id"] if found["fold"] else row["passage_id"])


@pytest.mark.parametrize("table", TABLES)
def test_the_three_forms_hold_the_same(files: FlaskClient, table: Table) -> None:
    import pyarrow.parquet

    rows = lines(files, table)
    text = files.get(f"/api/v1/export/{table}.csv").get_data().decode("utf-8-sig")
    read = list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
    assert [{name: in_csv(value) for name, value in row.items()} for row in rows] == read
    response = files.get(f"/api/v1/export/{table}.parquet")
    kept = pyarrow.parquet.read_table(io.BytesIO(response.get_data()))
    assert kept.to_pylist() == rows
    told = {key.decode(): value.decode() for key, value in kept.schema.metadata.items() if b"precedent" in key}
    assert told["precedent.generation"] == response.headers["Precedent-Generation"]
    assert told["precedent.rows"] == str(len(rows)) == response.headers["Precedent-Rows"]


def in_csv(value: Any) -> str:
    """How a value stands in a CSV file, but for the mark before what a spreadsheet would run."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return json.dumps(value, ensure_ascii=False)
    return "" if value is None else str(value)


def test_columns_say_what_they_hold() -> None:
    for table, shape in ROWS.items():
        assert [*columns_of(table)] == [*shape.model_fields]
    assert columns_of("passages")["themes"] == "list of texts"
    assert columns_of("tags")["probability"] == "number"
    assert columns_of("events")["echo_of"] == "whole number"


@pytest.fixture
def calling(tmp_path: Path, publish: Any) -> Path:
    """Contact details in every place where people write them."""
    call = "Ring 01632 960123."
    publish(tmp_path, (record("kent", "7", f"=1+1 {call}", comment=call), document("paper", [call], title=call)))
    return tmp_path


@pytest.mark.parametrize("masks", [True, False])
def test_contact_details_are_dots_unless_they_are_wanted(calling: Path, masks: bool) -> None:
    client = create_app(Engine(calling, FakeEncoder(), mask_contacts=masks)).test_client()
    for table in ("passages", "findings", "events"):
        for form in ("jsonl", "csv"):
            text = client.get(f"/api/v1/export/{table}.{form}").get_data().decode()
            assert ("01632 960123" in text) is not masks
    assert "'=1+1" in client.get("/api/v1/export/findings.csv").get_data().decode()


def test_no_more_is_read_than_is_asked_for(seen: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "_BATCH", 3)
    made = bulk._batches(seen.held.generation.tables, bulk._EVENTS, "number_here")
    assert len(next(made)) == 3
    for table in TABLES:
        few = [row.model_dump() for row in bulk_rows(seen, table)]
        monkeypatch.setattr(bulk, "_BATCH", 500)
        assert few == [row.model_dump() for row in bulk_rows(seen, table)]
        monkeypatch.setattr(bulk, "_BATCH", 3)


def test_parquet_is_written_group_by_group(seen: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk_files, "_GROUP", 10)
    asked: list[int] = []
    rows = list(bulk_rows(seen, "passages"))

    def counted() -> Any:
        for number, row in enumerate(rows):
            asked.append(number)
            yield row

    pieces = bulk_files.bulk_file("passages", counted(), "parquet", {})
    assert next(pieces)
    assert len(asked) == 10
    assert len([*pieces]) >= len(rows) // 10


def test_without_pyarrow_it_says_what_to_install(files: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    response = files.get("/api/v1/export/tags.parquet")
    assert response.status_code == 503
    assert "precedent[parquet]" in response.get_json()["detail"]


@pytest.mark.parametrize("form", BULK_FORMS)
def test_the_command_writes_what_the_api_does(
    tagged: Path, files: FlaskClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    monkeypatch.setattr(common, "encoder_for", lambda settings: FakeEncoder())
    out = tmp_path / f"passages.{form}"
    result = CliRunner().invoke(main, ["export", "passages", "--out", str(out), "--json", "--data", str(tagged)])
    assert result.exit_code == 0
    assert json.loads(result.output) == json.loads(out.with_name(f"{out.name}.manifest.json").read_text("utf-8"))
    assert [path.name for path in sorted(tmp_path.iterdir())] == [out.name, f"{out.name}.manifest.json"]
    if form == "parquet":
        import pyarrow.parquet

        assert pyarrow.parquet.read_table(out).to_pylist() == lines(files, "passages")
    else:
        assert out.read_bytes() == files.get(f"/api/v1/export/passages.{form}").get_data()


def test_parquet_is_not_printed(tagged: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(common, "encoder_for", lambda settings: FakeEncoder())
    asked = ["export", "tags", "--data", str(tagged)]
    assert CliRunner().invoke(main, [*asked, "--format", "parquet"]).exit_code == 2
    printed = CliRunner().invoke(main, asked)
    assert printed.exit_code == 0
    assert json.loads(printed.output.splitlines()[0])["origin"] in ("model", "person", "inherited")
