"""People's work as a file: out and in again without loss, without doubles, all or nothing, whatever is killed."""

import json
import os
import random
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from dying_state import AT, SEVERAL, WRITES, correction, detail, write
from hypothesis import given, settings
from hypothesis import strategies as st

from service.cli.main import main
from service.contract.service_errors import StateError
from service.state.corrections import State
from service.state.details import Details
from service.state.exchange_file import export_state, import_state
from service.state.kept_tables import MADE_AGAIN, TABLES, kept_tables, problems_of
from service.state.saved_searches import SavedSearches
from service.state.state_file import StateFile
from service.state.vocabulary_entries import VocabularyEntries

KILLS = 100


def filled(data: Path) -> Path:
    """A data folder with some of all that this version keeps, some of it undone."""
    State(data).add([correction("One."), correction("Two."), correction("Two.")])
    State(data).undo(2, "Ben", AT)
    Details(data).add([detail("A title"), detail("Another"), detail("Gone again")])
    Details(data).undo(3, "Ben", AT)
    for what in WRITES:
        write(what, data, f"First {what}")
    VocabularyEntries(data).undo(1, "Ben", AT)
    SavedSearches(data).mark_read([1], 3, "Ben", AT)
    SavedSearches(data).mark_sent("mail", [(1, "First ask")], AT)
    return data


FILLED = {
    "corrections": 3 + SEVERAL,
    "details": 3 + SEVERAL,
    "briefs": 1,
    "brief_items": SEVERAL,
    "brief_edits": SEVERAL,
    "receipts": 1,
    "standing_searches": 1,
    "standing_seen": 1,
    "standing_changes": SEVERAL,
    "standing_sent": 1,
    "vocabulary_entries": 1,
}


def tables(data: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table."""
    with closing(sqlite3.connect(data / "state.sqlite")) as database:
        names = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY 1")]
        return {
            name: database.execute(f"SELECT * FROM {name} ORDER BY rowid").fetchall()  # noqa: S608
            for name in names
            if not name.startswith("sqlite_")
        }


def test_every_table_is_described(tmp_path: Path) -> None:
    with StateFile(tmp_path).writing() as database:
        described = {table.name for table in TABLES} | set(MADE_AGAIN)
        names = {row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        assert {name for name in names if not name.startswith("sqlite_")} <= described, "kept_tables.py needs a line"
        for table in kept_tables(database):
            columns = {row[1] for row in database.execute(f"PRAGMA table_info({table.name})")}
            listed = {name for name, *_ in table.lists} | {column for _, column, *_ in table.lists}
            assert {*table.key, *table.later, *table.refs, *table.objects, *listed} <= columns, table.name


def test_into_an_empty_folder_it_gives_equal_tables_and_again_nothing(tmp_path: Path) -> None:
    here, there, file = filled(tmp_path / "a"), tmp_path / "b", tmp_path / "work.jsonl"
    assert export_state(here, file) == FILLED
    done = import_state(there, file)
    assert (done.added, done.known, done.completed) == (FILLED, {}, {})
    assert tables(there) == tables(here)
    again = import_state(there, file)
    assert (again.added, again.known, again.completed) == ({}, FILLED, {})
    assert tables(there) == tables(here)
    assert State(there).problems() == problems_of(there) == []
    second = tmp_path / "again.jsonl"
    export_state(there, second)
    assert second.read_bytes() == file.read_bytes()


def test_what_was_undone_elsewhere_is_undone_here_and_not_the_other_way(tmp_path: Path) -> None:
    here, there, file = tmp_path / "a", tmp_path / "b", tmp_path / "work.jsonl"
    Details(here).add([detail("A title"), detail("Another")])
    export_state(here, file)
    import_state(there, file)
    Details(here).undo(1, "Ben", AT)
    Details(there).undo(2, "Cem", AT)
    export_state(here, file)
    assert import_state(there, file).completed == {"details": 1}
    assert [one.undone_by for one in Details(there).all()] == ["Ben", "Cem"]


def test_two_folders_are_merged_and_ids_that_are_taken_change(tmp_path: Path) -> None:
    here, there, file = tmp_path / "a", tmp_path / "b", tmp_path / "work.jsonl"
    Details(here).add([detail("A title"), detail("Both")])
    Details(there).add([detail("Both"), detail("Another")])
    export_state(here, file)
    done = import_state(there, file)
    assert (done.added, done.known) == ({"details": 1}, {"details": 1})
    assert [(one.id, one.after) for one in Details(there).all()] == [(1, "Both"), (2, "Another"), (3, "A title")]


def later_tables(data: Path) -> None:
    """Tables that refer to one another, as briefs do, of the shape that they are described in."""
    with StateFile(data).writing() as database:
        for statement in (
            "CREATE TABLE IF NOT EXISTS briefs (id INTEGER PRIMARY KEY AUTOINCREMENT, at, who, name)",
            "CREATE TABLE IF NOT EXISTS brief_items (id INTEGER PRIMARY KEY AUTOINCREMENT, brief, at, who, part,"
            " kind, key, text, citation, status, status_date, as_of, generation, details)",
            "CREATE TABLE IF NOT EXISTS brief_edits (id INTEGER PRIMARY KEY AUTOINCREMENT, brief, item, field, value,"
            " at, who)",
            "CREATE TABLE IF NOT EXISTS odd_ones (id INTEGER PRIMARY KEY, what BLOB)",
        ):
            database.execute(statement)


def test_references_lead_to_the_same_rows_under_their_new_ids(tmp_path: Path) -> None:
    here, there, file = tmp_path / "a", tmp_path / "b", tmp_path / "work.jsonl"
    for data, name in ((here, "One"), (there, "Other")):
        later_tables(data)
        with StateFile(data).writing() as database:
            number = database.execute("INSERT INTO briefs (at, who, name) VALUES (?, 'A', ?)", (AT, name)).lastrowid
            items = [
                database.execute(
                    "INSERT INTO brief_items (brief, at, who, part, kind, key, text, citation, generation, details)"
                    " VALUES (?, ?, 'A', '', 'passage', ?, '', '', '', '{}')",
                    (number, AT, f"{name}{at}"),
                ).lastrowid
                for at in range(2)
            ]
            database.execute(
                "INSERT INTO brief_edits (brief, item, field, value, at, who) VALUES (?, NULL, 'order', ?, ?, 'A')",
                (number, json.dumps(items[::-1]), AT),
            )
            database.execute("INSERT INTO odd_ones (what) VALUES (?)", (b"\x00\xff" + name.encode(),))
    export_state(here, file)
    import_state(there, file)
    assert import_state(there, file).added == {}
    found = tables(there)
    keys = {row[0]: row[6] for row in found["brief_items"]}
    orders = {row[1]: [keys[one] for one in json.loads(row[4])] for row in found["brief_edits"]}
    names = {row[0]: row[3] for row in found["briefs"]}
    assert {names[brief]: order for brief, order in orders.items()} == {
        "Other": ["Other1", "Other0"],
        "One": ["One1", "One0"],
    }
    assert {row[1] for row in found["odd_ones"]} == {b"\x00\xffOne", b"\x00\xffOther"}
    with StateFile(there).writing() as database:
        database.execute("DELETE FROM briefs WHERE name = 'One'")
    assert any("refers to briefs" in problem for problem in problems_of(there))
    with pytest.raises(StateError, match="refers to briefs"):
        export_state(there, file)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda text: text.replace("A title", "A tilte"), "SHA-256"),
        (lambda text: "\n".join(text.splitlines()[:-1]) + "\n", "SHA-256"),
        (lambda text: text.replace('"version": 1', '"version": 9'), "version 9"),
        (lambda text: text[10:], "was not written by"),
        (lambda text: "", "was not written by"),
        (lambda text: "[]\n", "was not written by"),
        (lambda text: text.replace('"details": 11', '"details": 12', 1), "as many rows"),
    ],
)  # fmt: skip
def test_a_file_that_is_not_as_it_was_written_adds_nothing(tmp_path: Path, change: Any, says: str) -> None:
    file = tmp_path / "work.jsonl"
    export_state(filled(tmp_path / "a"), file)
    file.write_text(change(file.read_text("utf-8")), "utf-8")
    with pytest.raises(StateError, match=says):
        import_state(tmp_path / "b", file)
    assert not (tmp_path / "b" / "state.sqlite").exists()


def test_one_row_that_cannot_be_kept_keeps_all_others_out(tmp_path: Path) -> None:
    import hashlib

    file = tmp_path / "work.jsonl"
    export_state(filled(tmp_path / "a"), file)
    top, *lines = file.read_text("utf-8").splitlines(keepends=True)
    row = json.loads(lines[-1])
    row["row"]["who"] = None
    body = "".join([*lines[:-1], json.dumps(row) + "\n"])
    header = json.loads(top) | {"sha256": hashlib.sha256(body.encode()).hexdigest()}
    file.write_text(json.dumps(header) + "\n" + body, "utf-8")
    there = tmp_path / "b"
    Details(there).add([detail("Mine")])
    before = tables(there)
    with pytest.raises(StateError, match="NOT NULL"):
        import_state(there, file)
    assert tables(there) == before


@settings(max_examples=15)
@given(texts=st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("xy")), max_size=6), cut=st.integers(0, 6))
def test_in_whatever_order_files_come_all_is_there_once(
    tmp_path_factory: pytest.TempPathFactory, texts: list[tuple[str, str]], cut: int
) -> None:
    home = tmp_path_factory.mktemp("merge")
    for name, own in (("a", texts[:cut]), ("b", texts[cut:])):
        (home / name).mkdir()
        State(home / name).add([correction(text) for text in dict.fromkeys(text for text, _ in own)])
        Details(home / name).add([detail(title) for title in dict.fromkeys(title for _, title in own)])
        export_state(home / name, home / f"{name}.jsonl")
    found = []
    for order in ("ab", "ba", "aabb"):
        for name in order:
            import_state(home / order, home / f"{name}.jsonl")
        corrections = sorted(one.text for one in State(home / order).all())
        found.append((corrections, sorted(one.after for one in Details(home / order).all())))
    assert found[0] == found[1] == found[2]
    assert found[0] == (sorted({text for text, _ in texts}), sorted({title for _, title in texts}))


def test_the_commands_say_what_they_did(tmp_path: Path) -> None:
    here, file = filled(tmp_path / "a"), str(tmp_path / "work.jsonl")

    def run(*arguments: str, data: Path) -> str:
        done = CliRunner().invoke(main, ["state", *arguments, "--data", str(data)])
        assert done.exit_code == 0, done.output
        return done.output

    assert "11 corrections, 11 details, 1 briefs" in run("export", file, data=here)
    told = run("import", file, data=tmp_path / "b")
    assert "Corrections: 11 added, 0 there already." in told
    assert "hold from the next build" in told
    assert "Details: 0 added, 11 there already." in run("import", file, data=tmp_path / "b")
    assert json.loads(run("export", file, "--json", data=here)) == {"counts": FILLED}
    assert json.loads(run("import", file, "--json", data=here))["added"] == {}
    refused = CliRunner().invoke(main, ["state", "import", __file__, "--data", str(here)])
    assert refused.exit_code == 2
    assert "was not written by" in refused.stderr


def test_doctor_finds_a_damaged_row(tmp_path: Path) -> None:
    data = filled(tmp_path / "a")
    with closing(sqlite3.connect(data / "state.sqlite")) as database, database:
        database.execute("UPDATE details SET after = 'no JSON' WHERE id = 1")
        database.execute("UPDATE details SET at = 'yesterday' WHERE id = 2")
    assert problems_of(data) == [
        "Row 1 of details has after that is no JSON.",
        "Row 2 of details has at at no time that can be read.",
    ]


@pytest.mark.slow
def test_killed_at_a_hundred_points_it_is_whole_and_keeps_what_was_answered(tmp_path: Path) -> None:
    data, there, file = filled(tmp_path / "a"), tmp_path / "b", tmp_path / "work.jsonl"
    Details(data).add([detail(f"Many {at}") for at in range(3 * SEVERAL)])
    export_state(data, file)
    root = Path(__file__).parents[2]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(root), str(root / "tests")])}
    choose = random.Random(1)
    with subprocess.Popen(
        [sys.executable, root / "tests" / "dying_state.py"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    ) as process:

        def ended(seconds: float, what: str, at: Path) -> int:
            assert process.stdin
            assert process.stdout
            process.stdin.write(json.dumps([seconds, what, str(at), str(file)]) + "\n")
            process.stdin.flush()
            return int(process.stdout.readline().split()[1])

        whole = {}
        for what in (*WRITES, "export", "import"):
            began = time.monotonic()
            assert ended(0, what, tmp_path / "c" if what == "import" else data) == 0
            whole[what] = max(0.01, time.monotonic() - began)
        killed = done = 0
        before = counts(data)
        content = file.read_bytes()
        for number in range(KILLS):
            what = tuple(whole)[number % len(whole)]
            target = there if what == "import" else data
            if what == "import" and counts(there):
                (there / "state.sqlite").unlink()
                for rest in there.glob("state.sqlite-*"):
                    rest.unlink()
            code = ended(choose.uniform(0.001, 1.2 * whole[what]), what, target)
            killed, done = killed + (code == -9), done + (code == 0)
            whole[what] *= 1.1 if code else 0.8  # a machine is not always as fast as it was at first
            assert code in (0, -9)
            after = counts(data)
            step = {name: n - before[name] for name, n in after.items() if n != before[name]}
            assert step == WRITES.get(what, {}) or (code == -9 and not step), (what, code, step)
            before = after
            assert State(data).problems() == problems_of(data) == []
            if what == "export":
                assert file.read_bytes() == content or import_state(tmp_path / f"c{number}", file).added
                content = file.read_bytes()
            if what == "import":
                came = {name: n for name, n in counts(there).items() if name not in MADE_AGAIN}
                assert came == counts_in(file) or (code == -9 and not came), "all of a file or nothing of it"
                assert State(there).problems() == problems_of(there) == []
        process.stdin.close()  # type: ignore[union-attr]
    assert killed > KILLS / 4, "most were killed on their way"
    assert import_state(data, file).added == {}


def counts(data: Path) -> dict[str, int]:
    """How many rows each table has that has any."""
    found = tables(data) if (data / "state.sqlite").exists() else {}
    return {name: len(rows) for name, rows in found.items() if rows}


def counts_in(file: Path) -> dict[str, int]:
    header = json.loads(file.read_text("utf-8").partition("\n")[0])
    return {name: n for name, n in header["counts"].items() if n}
