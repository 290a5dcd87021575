"""state.sqlite: what people corrected is kept, all of it, whoever else writes and whatever happens to the process."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from service.contract.service_errors import StateError
from service.state.corrections import NOTHING, Correction, State, words_hash

ROOT = Path(__file__).parents[2]
LATER = "2026-02-02T00:00:00+00:00"

# Keeps one correction after another and says the id of each once it is kept.
WRITER = """
import sys
from pathlib import Path
from service.state.corrections import Correction, State

data, name, count = sys.argv[1:]
state = State(Path(data))
for number in range(int(count)):
    one = Correction("2026-01-01T00:00:00+00:00", name, None, f"{name} {number}", "", {}, None, ("custody",))
    print(state.add([one])[0], flush=True)
"""


def correction(text: str = "Cells are cold.", themes: Sequence[str] = ("custody",), **fields: Any) -> Correction:
    plain = Correction("2026-01-01T00:00:00+00:00", "Ada", None, text, "A paper", {"missing": "model"}, "m", ())
    return replace(plain, after=tuple(themes), **fields)


def writer(data: Path, name: str, count: int) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(data), name, str(count)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )


@pytest.fixture
def state(tmp_path: Path) -> State:
    return State(tmp_path / "data")


def test_what_was_added_is_there_as_it_was(state: State, tmp_path: Path) -> None:
    first = correction(passage="p/1", why="a cell, and no child")
    second = correction("Zellen – “kalt” \n👮", ["custody", "missing"], before={}, model=None, document="")
    assert state.add([first, second]) == [1, 2]
    assert State(tmp_path / "data").all() == [replace(first, id=1), replace(second, id=2)]


def test_all_of_a_call_are_kept_or_none(state: State) -> None:
    state.add([correction("The first.")])
    with pytest.raises(StateError):
        state.add([correction("The second."), correction("Nobody's.", who=None)])
    assert [one.text for one in state.all()] == ["The first."]
    assert state.corrected().of(None, "The second.") is None


def test_nothing_is_written_by_looking(state: State, tmp_path: Path) -> None:
    assert state.all() == []
    assert state.corrected() is NOTHING
    assert not (tmp_path / "data").exists()


def test_the_latest_of_a_passage_and_of_a_text_holds(state: State) -> None:
    state.add([correction(passage="p/1"), correction(passage="p/1", themes=["missing"]), correction("Other.", [])])
    held = state.corrected()
    assert held.of("p/1", "any text").after == ("missing",)  # type: ignore[union-attr]
    assert held.of(None, "  CELLS are\ncold. ").after == ("missing",)  # type: ignore[union-attr]
    assert held.of(None, "Other.").after == ()  # type: ignore[union-attr]
    assert held.of("p/2", "Other.") is None  # a passage has its own corrections alone
    assert held.of("p/2", "Something else.") is None
    assert len(state.all()) == 3


def test_one_that_was_undone_no_longer_holds_and_is_still_told_of(state: State) -> None:
    first, second = state.add([correction(passage="p/1"), correction(passage="p/1", themes=["missing"])])
    undone = state.undo(second, "Bea", LATER)
    assert undone is not None
    assert (undone.id, undone.undone_by, undone.undone_at, undone.after) == (second, "Bea", LATER, ("missing",))
    assert state.corrected().of("p/1", "").after == ("custody",)  # type: ignore[union-attr]
    assert state.undo(second, "Cy", "2026-03-03T00:00:00+00:00") is None
    assert state.undo(99, "Cy", LATER) is None
    state.undo(first, "Bea", LATER)
    assert state.corrected().of("p/1", "Cells are cold.") is None
    assert [(one.id, one.undone_by) for one in state.all()] == [(first, "Bea"), (second, "Bea")]


def test_what_another_did_is_seen_at_once_and_each_change_has_its_version(state: State, tmp_path: Path) -> None:
    other = State(tmp_path / "data")
    versions = [state.corrected().version]
    for number in (1, 2):
        other.add([correction(f"Text {number}.")])
        versions.append(state.corrected().version)
        assert state.corrected().of(None, f"Text {number}.") is not None
    other.undo(1, "Bea", LATER)
    versions.append(state.corrected().version)
    assert state.corrected().of(None, "Text 1.") is None
    assert sorted(set(versions)) == versions
    assert state.corrected() is state.corrected()  # read once


def test_threads_that_write_and_undo_at_once_lose_nothing(state: State) -> None:
    state.add([correction("The first.")])
    kept: list[int] = []
    faults: list[Exception] = []

    def work(name: str) -> None:
        try:
            for number in range(10):
                ids = state.add([correction(f"{name} {number} a"), correction(f"{name} {number} b")])
                kept.extend(ids)
                assert state.undo(ids[0], name, LATER)
                assert state.corrected().of(None, f"{name} {number} b")
        except Exception as error:
            faults.append(error)

    threads = [threading.Thread(target=work, args=(f"t{n}",)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert len(set(kept)) == 120
    assert sorted(one.id for one in state.all()) == [1, *sorted(kept)]
    assert len(state.corrected().by_words) == 61


def test_processes_that_write_at_once_lose_nothing(state: State, tmp_path: Path) -> None:
    state.add([correction("The first.")])
    started = [writer(tmp_path / "data", f"w{n}", 25) for n in range(4)]
    said = [process.communicate(timeout=600)[0].split() for process in started]
    assert [process.returncode for process in started] == [0] * 4
    ids = {one.id: one.text for one in state.all()}
    assert len(ids) == 101
    for number, numbers in enumerate(said):
        assert [ids[int(n)] for n in numbers] == [f"w{number} {n}" for n in range(25)]


def test_a_process_that_is_killed_loses_nothing_that_it_had_kept(tmp_path: Path) -> None:
    known: set[int] = set()
    for count in (1, 2, 7):
        process = writer(tmp_path / "data", f"k{count}", 1_000_000)
        assert process.stdout
        said = [int(process.stdout.readline()) for _ in range(count)]
        os.kill(process.pid, signal.SIGKILL)
        said += [int(line) for line in process.stdout.read().splitlines() if line]
        process.stdout.close()
        assert process.wait(timeout=600) == -signal.SIGKILL
        known |= set(said)
        assert known <= {one.id for one in State(tmp_path / "data").all()}
        assert State(tmp_path / "data").corrected().of(None, f"k{count} 0") is not None
        known |= set(State(tmp_path / "data").add([correction(f"After {count}.")]))
    assert known <= {one.id for one in State(tmp_path / "data").all()}


@pytest.mark.parametrize("mark", ["", "PRAGMA application_id = 7;", "PRAGMA user_version = 3;"])
def test_a_database_of_another_program_is_refused_and_left_alone(state: State, tmp_path: Path, mark: str) -> None:
    path = tmp_path / "data" / "state.sqlite"
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as database:
        database.executescript("CREATE TABLE corrections (id INTEGER); INSERT INTO corrections VALUES (5);")
        database.executescript(mark)
    _refused(state, path)


def test_one_of_a_later_version_is_refused_and_left_alone(state: State, tmp_path: Path) -> None:
    state.add([correction()])
    path = tmp_path / "data" / "state.sqlite"
    with closing(sqlite3.connect(path)) as database:
        database.executescript("PRAGMA user_version = 2; PRAGMA journal_mode = DELETE;")
    _refused(State(tmp_path / "data"), path)


def test_a_file_that_is_no_database_is_refused_and_left_alone(state: State, tmp_path: Path) -> None:
    path = tmp_path / "data" / "state.sqlite"
    path.parent.mkdir()
    path.write_text("Minutes of the meeting. " * 200)
    _refused(state, path)


def _refused(state: State, path: Path) -> None:
    before = path.read_bytes()
    for use in (lambda: state.add([correction()]), state.all, state.corrected, lambda: state.undo(1, "Bea", LATER)):
        with pytest.raises(StateError, match=r"state\.sqlite"):
            use()
    assert path.read_bytes() == before
    assert [one.name for one in path.parent.iterdir()] == ["state.sqlite"]


def test_words_are_the_same_whatever_their_spaces_and_capitals() -> None:
    assert words_hash("The  Force\n should") == words_hash("the force should ")
    assert words_hash("The force should") != words_hash("The forces should")


def test_a_byte_that_changed_on_the_disk_is_found_wherever_it_lies(state: State, tmp_path: Path) -> None:
    """One bit of each of a thousand bytes, spread over the whole file: nothing that a reader sees changes unseen."""
    state.add([correction(f"Text {n}, which is long enough to fill a page. " * 3, passage=f"p/{n}") for n in range(40)])
    state.undo(3, "Bea", LATER)
    path = tmp_path / "data" / "state.sqlite"
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        database.execute("PRAGMA journal_mode = DELETE")
    whole, told = path.read_bytes(), state.all()
    assert State(tmp_path / "data").problems() == []
    unseen = []
    for at in range(0, len(whole), max(1, len(whole) // 1000)):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 4]) + whole[at + 1 :])
        again = State(tmp_path / "data")
        try:
            sound = not again.problems()
            if sound and again.all() != told:
                unseen.append(at)
        except StateError:
            continue
    assert unseen == []


def test_corrections_of_before_there_were_seals_are_sealed_with_the_next(state: State, tmp_path: Path) -> None:
    state.add([correction("One.")])
    path = tmp_path / "data" / "state.sqlite"
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("DROP TABLE seals")
    assert state.problems() == []
    state.add([correction("Two.")])
    with closing(sqlite3.connect(path)) as database, database:
        assert database.execute("SELECT count(*) FROM seals").fetchone()[0] == 2
        database.execute("UPDATE corrections SET who = 'Eve' WHERE id = 1")
    assert state.problems() == ["Correction 1 is not as it was made."]


def put_back(backup: Path, path: Path, how: str) -> None:
    if how == "renamed":
        backup.replace(path)
    else:
        shutil.copy(backup, path)


@pytest.mark.parametrize("how", ["renamed", "copied"])
def test_a_backup_that_is_put_back_while_it_is_served_holds(state: State, tmp_path: Path, how: str) -> None:
    """Nothing of what came after it comes back with it: not from a connection, not from a log beside the file."""
    state.add([correction("One."), correction("Two.")])
    path, backup = tmp_path / "data" / "state.sqlite", tmp_path / "backup.sqlite"
    shutil.copy(path, backup)  # a plain copy is whole
    assert len(state.corrected().by_words) == 2
    for number in range(60):
        state.add([correction(f"Later {number}.")])
        assert len(state.corrected().by_words) == 3 + number
    put_back(backup, path, how)
    for who in (state, State(tmp_path / "data")):
        assert len(who.corrected().by_words) == 2
        assert [one.text for one in who.all()] == ["One.", "Two."]
        assert who.problems() == []


@pytest.mark.parametrize(
    "damage",
    ["text = x'00ff'", "at = x'00ff'", "after = '5'", "after = 'no json'", "before = '[]'", "section = '[1]'"],
)
def test_a_row_that_holds_what_cannot_be_there_is_said(state: State, tmp_path: Path, damage: str) -> None:
    state.add([correction("One.")])
    with closing(sqlite3.connect(tmp_path / "data" / "state.sqlite")) as database, database:
        database.execute(f"UPDATE corrections SET {damage}")  # noqa: S608 - of the list above
    assert state.problems() == ["Correction 1 is not as it was made."]
    for use in (state.corrected, state.all):
        with pytest.raises(StateError, match="correction 1 is damaged"):
            use()


def test_a_data_folder_that_is_a_file_has_no_corrections(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("no folder")
    assert State(tmp_path / "data").corrected() is NOTHING
