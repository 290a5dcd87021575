"""`documents.csv`: what people say of their files, and what is told of a row that cannot be used."""

import math
from pathlib import Path

import pytest

from corpus.forces import Forces, load_forces
from corpus.stated import Refused, evidence_of, stated_forces, stated_in


@pytest.fixture(scope="module")
def forces() -> Forces:
    return load_forces()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("one.txt", "two.txt", "sub/three.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("A text.", "utf-8")
    return tmp_path


def said(folder: Path, forces: Forces, text: str | bytes) -> tuple[dict[str, dict[str, str]], list[Refused]]:
    """What a table says, by the name of the file."""
    (folder / "documents.csv").write_bytes(text.encode() if isinstance(text, str) else text)
    stated, refused = stated_in([folder], forces)
    return {path.name: dict(values) for path, values in stated.items()}, refused


def test_every_column_is_taken_in_one_form(folder: Path, forces: Forces) -> None:
    table = (
        "file,force,date,kind,title,url,heard\n"
        "one.txt,Kent Police,4th June 2019,PEEL assessment,The  title,https://example.org/a,June 2019\n"
        'sub\\three.txt,"essex; GMP",2018,register_record,,,\n'
    )
    stated, refused = said(folder, forces, table)
    assert refused == []
    assert stated["one.txt"] == {
        "force": "kent",
        "date": "2019-06-04",
        "kind": "peel_assessment",
        "title": "The title",
        "url": "https://example.org/a",
        "heard": "2019-06-30",
    }
    assert stated["three.txt"] == {"force": "essex;greater-manchester", "date": "2018", "kind": "register_record"}


@pytest.mark.parametrize("table", ["file;force\none.txt;kent\n", "\ufefffile\tFORCE\r\none.txt\tkent\r\n"])
def test_other_delimiters_marks_and_capitals_are_understood(folder: Path, forces: Forces, table: str) -> None:
    assert said(folder, forces, table) == ({"one.txt": {"force": "kent"}}, [])


def test_windows_text_is_read(folder: Path, forces: Forces) -> None:
    stated, _ = said(folder, forces, "file,title\none.txt,A ‘title’ – of sorts\n".encode("cp1252"))
    assert stated["one.txt"]["title"] == "A ‘title’ – of sorts"


def test_none_is_about_no_force_and_an_empty_cell_says_nothing(folder: Path, forces: Forces) -> None:
    stated, _ = said(folder, forces, "file,force,date\none.txt,none,\ntwo.txt,,2019\n")
    assert stated_forces(stated["one.txt"]) == ()
    assert stated_forces(stated["two.txt"]) is None
    assert stated_forces({"force": "essex;kent"}) == ("essex", "kent")


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("one.txt,Kentt Police,,", "row 2 has the force “Kentt Police”: no force has the name"),
        ("one.txt,Kentt Police,,", "the nearest is Kent Police"),
        ("one.txt,,soon,", "row 2 has the date “soon”: write a date as 2019-06-04"),
        ("one.txt,,,letter", "row 2 has the kind “letter”: it can be inspection_report"),
        ("on.txt,,,", "row 2 names “on.txt”, and there is no such file: the nearest is one.txt"),
        ("../one.txt,,,", "which is not in its folder"),
        (",kent,,", "row 2 names no file"),
    ],
)
def test_what_cannot_be_used_is_told_with_its_row(folder: Path, forces: Forces, row: str, words: str) -> None:
    stated, refused = said(folder, forces, f"file,force,date,kind\n{row}\ntwo.txt,essex,2019,other\n")
    assert stated["two.txt"] == {"force": "essex", "date": "2019", "kind": "other"}
    assert any(words in f"{one.part} {one.reason}" for one in refused), refused


def test_one_bad_value_leaves_the_others_of_its_row(folder: Path, forces: Forces) -> None:
    stated, refused = said(folder, forces, "file,force,date\none.txt,kent,soon\n")
    assert stated["one.txt"] == {"force": "kent"}
    assert len(refused) == 1


def test_a_file_named_twice_keeps_its_first_row(folder: Path, forces: Forces) -> None:
    stated, refused = said(folder, forces, "file,force\none.txt,kent\n./one.txt,essex\n")
    assert stated["one.txt"] == {"force": "kent"}
    assert refused[0].part == "row 3"


def test_an_unknown_column_is_named_with_the_known_ones(folder: Path, forces: Forces) -> None:
    stated, refused = said(folder, forces, "file,Forse,date\none.txt,kent,2019\n")
    assert stated["one.txt"] == {"date": "2019"}
    assert "“Forse”" in refused[0].reason
    assert "file, force, date, kind, title, url, heard" in refused[0].reason
    assert "perhaps force" in refused[0].reason


@pytest.mark.parametrize("table", ["one.txt,kent\n", "", 'file,force\n"one.txt,kent\n', "file,force\none.txt,\0\n"])
def test_a_table_that_is_none_is_told_and_says_nothing(folder: Path, forces: Forces, table: str) -> None:
    stated, refused = said(folder, forces, table)
    assert stated == {}
    assert len(refused) == 1


def test_a_folder_without_a_table_says_nothing(tmp_path: Path, forces: Forces) -> None:
    assert stated_in([tmp_path, tmp_path / "nowhere"], forces) == ({}, [])


def test_the_table_of_the_folder_above_stands(folder: Path, forces: Forces) -> None:
    (folder / "sub" / "documents.csv").write_text("file,force\nthree.txt,essex\n", "utf-8")
    (folder / "documents.csv").write_text("file,force\nsub/three.txt,kent\n", "utf-8")
    stated, refused = stated_in([folder / "sub", folder], forces)
    assert [dict(values) for values in stated.values()] == [{"force": "kent"}]
    assert "folder above" in refused[0].reason


def test_an_abbreviation_that_two_forces_may_have_is_asked_back(folder: Path, tmp_path: Path) -> None:
    extra = tmp_path / "forces.toml"
    extra.write_text(
        '[[force]]\nslug = "saltmere"\nname = "Saltmere Police"\nweak = ["SP"]\n'
        '[[force]]\nslug = "sandholm"\nname = "Sandholm Police"\nweak = ["SP"]\n',
        "utf-8",
    )
    _, refused = said(folder, load_forces(extra), "file,force\none.txt,SP\n")
    assert "saltmere or sandholm" in refused[0].reason


def test_a_persons_word_outweighs_everything() -> None:
    (kind, force) = evidence_of({"force": "kent", "kind": "other", "url": "https://example.org"})
    assert (kind.field, force.field, force.value) == ("kind", "force", "kent")
    assert (force.weight, force.taken, force.source) == (math.inf, True, "documents.csv")
