"""Which files are read, under which key, and what is said of those that are not."""

import os
from pathlib import Path

import pytest

from corpus.model import CorpusError
from corpus.readers import read_paths


def test_what_is_left_out_is_listed_with_the_reason(tmp_path: Path) -> None:
    (tmp_path / "good.txt").write_text("Lamps burn.", "utf-8")
    (tmp_path / "empty.txt").write_text(" \n", "utf-8")
    (tmp_path / "table.xls").write_bytes(b"\xd0\xcf")
    (tmp_path / "binary.txt").write_bytes(b"a\0b")
    (tmp_path / "README.md").write_text("About this folder.", "utf-8")
    (tmp_path / ".hidden.txt").write_text("Not looked at.", "utf-8")
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/bad\xff.txt")).write_text("Lamps burn.", "utf-8")
    sources, skipped = read_paths([str(tmp_path)])
    assert [source.key for source in sources] == ["good.txt"]
    reasons = {Path(entry.path).name: entry.reason for entry in skipped}
    assert set(reasons) == {"empty.txt", "table.xls", "binary.txt", "README.md", "bad\ufffd.txt"}
    assert "no text" in reasons["empty.txt"]
    assert ".txt" in reasons["table.xls"]
    assert "not text" in reasons["binary.txt"]
    assert "rename it" in reasons["bad\ufffd.txt"]


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
    assert [source.key for source in read_paths([".", "../two"])[0]] == ["a.txt", "up/two/a.txt", "b.txt"]
