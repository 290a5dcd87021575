"""What is kept of files that were parsed: not read again, and read again when anything that has a part changed."""

from pathlib import Path

import pytest

from corpus.collection import load
from corpus.forces import load_forces
from corpus.kept import Kept
from corpus.readers import worker

TEXTS = {
    "a.txt": "Recommendation 1\n\nThe force should look for missing children at once.\n",
    "b.txt": "The force looks for missing children within the hour, on every day of the year.\n",
}


@pytest.fixture
def papers(tmp_path: Path) -> Path:
    folder = tmp_path / "papers"
    folder.mkdir()
    for name, text in TEXTS.items():
        (folder / name).write_text(text)
    return folder


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that are read."""
    names: list[str] = []
    ask = worker.ReaderProcess._ask

    def listed(reader: worker.ReaderProcess, request: dict[str, str]) -> dict[str, object]:
        names.append(Path(request["path"]).name)
        return ask(reader, request)

    monkeypatch.setattr(worker.ReaderProcess, "_ask", listed)
    return names


def test_a_file_that_has_not_changed_is_not_read_again(papers: Path, tmp_path: Path, asked: list[str]) -> None:
    kept = tmp_path / "parsed"
    first = load([str(papers)], load_forces(), kept=kept)
    assert sorted(asked) == ["a.txt", "b.txt"]
    asked.clear()
    assert load([str(papers)], load_forces(), kept=kept) == first
    assert asked == []
    (papers / "b.txt").write_text("Another text, as long as the one before it was, or so.\n")
    changed = load([str(papers)], load_forces(), kept=kept)
    assert asked == ["b.txt"]
    assert changed.documents[0] == first.documents[0]
    assert changed == load([str(papers)], load_forces())


def test_what_is_said_and_the_words_have_a_part(papers: Path, tmp_path: Path, asked: list[str]) -> None:
    kept = tmp_path / "parsed"
    load([str(papers)], load_forces(), kept=kept)
    asked.clear()
    (papers / "documents.csv").write_text("file,force,date\na.txt,essex,2016\n")
    assert load([str(papers)], load_forces(), kept=kept).documents[0].force == "essex"
    assert asked == ["a.txt"]
    asked.clear()
    load([str(papers)], load_forces(), kept=kept, force_from_name=True)
    assert sorted(asked) == ["a.txt", "b.txt"]


def test_what_is_damaged_or_gone_is_made_again(papers: Path, tmp_path: Path, asked: list[str]) -> None:
    kept = tmp_path / "parsed"
    first = load([str(papers)], load_forces(), kept=kept)
    files = [path for path in kept.rglob("*") if path.is_file()]
    assert len(files) == 2
    files[0].write_bytes(b"odd")
    files[1].write_bytes(files[1].read_bytes()[:-5])
    asked.clear()
    assert load([str(papers)], load_forces(), kept=kept) == first
    assert sorted(asked) == ["a.txt", "b.txt"]
    (papers / "b.txt").unlink()
    load([str(papers)], load_forces(), kept=kept)
    assert len([path for path in kept.rglob("*") if path.is_file()]) == 1


def test_a_folder_that_cannot_be_written_costs_only_time(papers: Path, tmp_path: Path) -> None:
    (tmp_path / "parsed").write_text("a file where the folder should be")
    assert load([str(papers)], load_forces(), kept=tmp_path / "parsed") == load([str(papers)], load_forces())


def test_parts_are_told_apart(tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    kept.put([b"ab", b"c"], b"one")
    assert kept.get([b"a", b"bc"]) is None
    assert kept.get([b"ab", b"c"]) == b"one"
