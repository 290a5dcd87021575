"""Which files are read, under which key, and what is said of those that are not."""

from pathlib import Path

import pytest

from corpus.collection import load
from corpus.forces import load_forces
from corpus.model import CorpusError, Source
from corpus.parsers.parse import parse
from corpus.readers import read_paths


def test_what_is_left_out_is_listed_with_the_reason(tmp_path: Path) -> None:
    (tmp_path / "good.txt").write_text("Lamps burn.", "utf-8")
    (tmp_path / "README.md").write_text("About this folder.", "utf-8")
    (tmp_path / ".hidden.txt").write_text("Not looked at.", "utf-8")
    (tmp_path / "~$report.docx").write_bytes(b"Wick")
    (tmp_path / "names.toml").write_text("", "utf-8")
    (tmp_path / "old.doc").write_bytes(b"\xd0\xcf")
    sources, skipped = read_paths([str(tmp_path)], others=[tmp_path / "names.toml"])
    assert [source.key for source in sources] == ["good.txt"]
    assert {Path(entry.path).name for entry in skipped if entry.expected} == {
        "README.md", ".hidden.txt", "~$report.docx", "names.toml",
    }  # fmt: skip
    assert [(Path(e.path).name, e.reason) for e in skipped if not e.expected] == [
        ("old.doc", "is of a kind that is not read (.doc); open it in Word and save it as .docx.")
    ]


def test_a_folder_is_read_below_and_links_are_followed_within_it_only(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    (folder / "deep" / "er").mkdir(parents=True)
    (folder / "deep" / "er" / "a.txt").write_text("Lamps burn.", "utf-8")
    (folder / "b.txt").symlink_to(folder / "deep" / "er" / "a.txt")
    (tmp_path / "c.txt").write_text("Moths fly.", "utf-8")
    (folder / "c.txt").symlink_to(tmp_path / "c.txt")
    (folder / "d").symlink_to(folder / "deep")
    sources, skipped = read_paths([str(folder)])
    assert [source.text for source in sources] == ["Lamps burn."]
    assert {Path(entry.path).name: entry.expected for entry in skipped} == {"c.txt": False, "d": True}
    assert all("is a link" in entry.reason for entry in skipped)
    assert [source.text for source in read_paths([str(folder / "c.txt")])[0]] == ["Moths fly."]


def test_progress_is_told_for_each_file(tmp_path: Path) -> None:
    for name in "abc":
        (tmp_path / f"{name}.txt").write_text("Lamps burn.", "utf-8")
    told: list[tuple[int, int]] = []
    read_paths([str(tmp_path)], progress=lambda done, total: told.append((done, total)))
    assert told == [(0, 3), (1, 3), (2, 3)]


THREE = (("1", "Lamps burn"), ("../a b?", "Moths fly"), ("..", "Oil is bought"))


def test_documents_of_one_file_have_keys_and_hashes_of_their_own(tmp_path: Path) -> None:
    lines = [f'{{"_id": "{name}", "text": "{said}."}}' for name, said in THREE]
    path = tmp_path / "notes.jsonl"
    path.write_text("\n".join(lines), "utf-8")
    before = {source.key: source.sha256 for source in read_paths([str(path)])[0]}
    assert set(before) == {"notes.jsonl/1", "notes.jsonl/..%2Fa b%3F", "notes.jsonl/%2E%2E"}
    path.write_text("\n".join(lines).replace("Moths fly", "Moths sit"), "utf-8")
    after = {source.key: source.sha256 for source in read_paths([str(path)])[0]}
    assert {key for key in before if before[key] != after[key]} == {"notes.jsonl/..%2Fa b%3F"}
    path.write_text(lines[0], "utf-8")
    assert {source.key: source.sha256 for source in read_paths([str(path)])[0]} == {
        "notes.jsonl/1": before["notes.jsonl/1"]
    }


def test_a_folder_of_precedents_own_is_no_folder_of_documents(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "notes.txt").write_text("Lamps burn.", "utf-8")
    sources, skipped = read_paths([str(tmp_path)], others=[tmp_path / "data"])
    assert (sources, [entry.expected for entry in skipped]) == ([], [True])


def test_a_path_without_a_name_is_not_the_working_folder() -> None:
    with pytest.raises(CorpusError, match="no file or folder without a name"):
        read_paths([""])


def test_a_parser_that_fails_costs_its_document_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    failing = (
        "from corpus.parsers import parse as parser\nreal = parser.parse\n"
        "def fail(source, *given, **named):\n    if 'Moths' in source.text: raise ZeroDivisionError('lamps by none')\n"
        "    return real(source, *given, **named)\n"
        "parser.parse = fail\nfrom corpus.readers.child import main\nmain()"
    )
    monkeypatch.setattr("corpus.readers.worker._PROGRAM", failing)
    (tmp_path / "a.txt").write_text("Lamps burn on the quay.", "utf-8")
    (tmp_path / "b.txt").write_text("Moths fly to the lamps.", "utf-8")
    collection = load([str(tmp_path)], load_forces())
    assert [document.key for document in collection.documents] == ["a.txt"]
    assert "ZeroDivisionError: lamps by none" in collection.skipped[0].reason


def test_a_path_that_is_not_there_is_an_error() -> None:
    with pytest.raises(CorpusError, match="no file or folder nowhere"):
        read_paths(["nowhere"])


def test_a_file_given_twice_is_read_once(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Lamps burn.", "utf-8")
    sources, _ = read_paths([str(tmp_path), str(tmp_path / "a.txt")])
    assert [source.key for source in sources] == ["a.txt"]


def test_files_of_the_same_relative_path_keep_their_own_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.txt").write_text(f"Lamps of {folder}.", "utf-8")
    (tmp_path / "two" / "b.txt").write_text("Moths.", "utf-8")
    sources, _ = read_paths([str(tmp_path / "one"), str(tmp_path / "two")])
    keys = [source.key for source in sources]
    assert len(set(keys)) == 3
    assert "b.txt" in keys
    monkeypatch.chdir(tmp_path / "one")
    again = [source.key for source in read_paths([".", "../two"])[0]]
    assert again == keys == ["one/a.txt", "two/a.txt", "b.txt"]


def test_a_date_that_the_file_states_is_that_of_its_passages_too() -> None:
    page = Source(
        "a.html", "a.html", "Kent PEEL 2016\n\nLamps burn on the quay.\n", "0", metadata={"date": "2017-03-02"}
    )
    document = parse(page, load_forces())
    assert (document.date, {passage.date for passage in document.passages}) == ("2017-03-02", {"2017-03-02"})
