"""Corrections as CSV: what was exported comes back the same elsewhere, and what is wrong with a file names its line."""

import csv
import io
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from service.contract.exports import FORMULA
from service.contract.service_errors import StateError
from service.state.correction_csv import add_new, corrections_table, read_corrections
from service.state.corrections import Correction, State

THEMES = ("custody", "missing", "training")
PLAIN = Correction("2026-01-01T10:00:00+00:00", "Ada", None, "Cells are cold.", "", {}, None, ("custody",))
HARD = (
    PLAIN,
    replace(PLAIN, passage="papers/1 – x#2", document="A “paper”", model="m-1", before={"missing": "inherited"}),
    replace(PLAIN, text='Two\nlines, "quoted"; and | a bar', after=(), why="says nothing"),
    replace(PLAIN, text="Both", after=("custody", "missing"), before={"custody": "model", "training": "person"}),
    replace(PLAIN, text="=1+1", who="@Bea", document="+44", why="-2"),
    replace(PLAIN, text="'quoted' throughout", who="O'Hara"),
)


def exported(state: State) -> str:
    return "".join(corrections_table(state.all()))


def saved(folder: Path, text: str) -> Path:
    path = folder / "corrections.csv"
    path.write_text(text, "utf-8", newline="")
    return path


@pytest.fixture
def state(tmp_path: Path) -> State:
    state = State(tmp_path / "one")
    state.add(HARD)
    state.undo(2, "Cy", "2026-02-02T00:00:00+00:00")
    return state


def test_what_was_exported_is_the_same_in_another_folder(state: State, tmp_path: Path) -> None:
    other = State(tmp_path / "two")
    read = read_corrections(saved(tmp_path, exported(state)), THEMES)
    assert add_new(other, read) == len(HARD)
    assert other.all() == state.all()
    held, again = state.corrected(), other.corrected()
    assert (again.by_passage, again.by_words) == (held.by_passage, held.by_words)
    assert exported(other) == exported(state)


def test_importing_twice_adds_none(state: State, tmp_path: Path) -> None:
    path, other = saved(tmp_path, exported(state)), State(tmp_path / "two")
    add_new(other, read_corrections(path, THEMES))
    assert add_new(other, read_corrections(path, THEMES)) == 0
    assert add_new(state, read_corrections(path, THEMES)) == 0
    assert len(other.all()) == len(state.all()) == len(HARD)


def test_a_line_that_stands_there_twice_is_one(state: State, tmp_path: Path) -> None:
    text = exported(state)
    last = text.removesuffix("\r\n").rsplit("\r\n", 1)[1]
    other = State(tmp_path / "two")
    assert add_new(other, read_corrections(saved(tmp_path, f"{text}{last}\r\n"), THEMES)) == len(HARD)


def test_no_cell_is_run_as_a_formula(tmp_path: Path) -> None:
    state = State(tmp_path / "one")
    state.add([replace(PLAIN, text=f"{sign}cmd", who=f"{sign}who", document=sign, why=sign) for sign in FORMULA])
    rows = list(csv.reader(io.StringIO(exported(state).removeprefix("\ufeff"), newline="")))
    assert len(rows) == len(FORMULA) + 1
    assert not [cell for row in rows for cell in row if cell.startswith(FORMULA)]
    assert all(f"'{sign}cmd" in row for sign, row in zip(FORMULA, rows[1:], strict=True))


@pytest.mark.parametrize(
    ("lines", "line", "words"),
    [
        (["at,who,text,after", "2026,Ada,One.,custody", "2026,Ada,Two.,custody|cells"], 3, ["cells", "missing"]),
        (["at,who,text", "2026,Ada,One."], 1, ["after"]),
        (["at,text,after", "2026,One.,custody"], 1, ["who"]),
        (["at,who,text,after", "2026,,One.,custody"], 2, ["who"]),
        (["at,who,text,after", "2026,Ada,One.,", "2026,Ada, ,custody"], 3, ["text"]),
        (["who,text,after", "Ada,One.,custody"], 2, ["at"]),
        ([], 1, ["after"]),
    ],
)
def test_what_is_wrong_names_its_line(tmp_path: Path, lines: Sequence[str], line: int, words: Sequence[str]) -> None:
    path = saved(tmp_path, "\n".join(lines))
    with pytest.raises(StateError) as caught:
        read_corrections(path, THEMES)
    assert f"corrections.csv, line {line}:" in str(caught.value)
    assert all(word in str(caught.value) for word in words)


def test_a_file_that_is_no_text_or_not_there_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "corrections.csv"
    with pytest.raises(StateError, match="cannot be read"):
        read_corrections(path, THEMES)
    path.write_bytes(b"who,text,after\nAda,\xff\xfe,custody\n")
    with pytest.raises(StateError, match="UTF-8"):
        read_corrections(path, THEMES)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("29/11/2025", "2025-11-29T00:00:00+00:00"),
        ("2025-11-29", "2025-11-29T00:00:00+00:00"),
        ("29 November 2025", "2025-11-29T00:00:00+00:00"),
        ("2025-11-29T12:30:00", "2025-11-29T12:30:00+00:00"),
        ("2025-11-29 12:30:00+02:00", "2025-11-29T10:30:00+00:00"),
        ("2025-11-29T12:30:00Z", "2025-11-29T12:30:00+00:00"),
    ],
)
def test_a_time_as_a_spreadsheet_writes_it_is_kept_in_one_form_and_wins_no_longer_than_it_should(
    tmp_path: Path, written: str, kept: str
) -> None:
    state = State(tmp_path)
    read = read_corrections(saved(tmp_path, f"at,who,text,after\n{written},Ada,Cells are cold.,custody\n"), THEMES)
    assert [one.at for one in read] == [kept]
    add_new(state, read)
    state.add([replace(PLAIN, at="2026-01-01T10:00:00+00:00", after=("missing",))])
    held = state.corrected().of(None, "Cells are cold.")
    assert held is not None
    assert held.after == ("missing",)


def test_what_was_taken_in_with_another_time_before_does_not_win_for_ever(tmp_path: Path) -> None:
    state = State(tmp_path)
    state.add([replace(PLAIN, at="29/11/2025", after=("custody",)), replace(PLAIN, after=("missing",))])
    held = state.corrected().of(None, PLAIN.text)
    assert held is not None
    assert held.after == ("missing",)


def test_a_time_that_is_none_is_refused(tmp_path: Path) -> None:
    path = saved(tmp_path, "at,who,text,after\nyesterday,Ada,Cells are cold.,custody\n")
    with pytest.raises(StateError, match="line 2: at is 'yesterday'"):
        read_corrections(path, THEMES)
