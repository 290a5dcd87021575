"""Documents put on disk come back as they were, each when it is asked for."""

import math
from pathlib import Path

import pytest
from fakes import assessment, document, record

from corpus.collection import load
from corpus.forces import load_forces
from corpus.model import CorpusError, Evidence, GlossaryEntry
from corpus.shelf import Lines, Shelf, Shelved

ROOT = Path(__file__).parents[2]
MADE = (
    record("kent", "1", "The force should count its lamps."),
    assessment(),
    document(
        "caf\udce9.txt",
        ["A text\u2028of two lines, \U0001f4a1 and £."],
        glossary=(GlossaryEntry("AFI", "area for improvement", 3),),
        evidence=(Evidence("force", "kent", "by a person", math.inf, "kent", taken=True),),
        forces=("kent", "essex"),
        notes=("Two are named.",),
        other_sources=("b.txt",),
        garbled=2,
    ),
)


def test_documents_come_back_as_they_were_in_any_order(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    numbers = [shelf.put(one) for one in MADE]
    shelved = Shelved(shelf, numbers[::-1])
    assert list(shelved) == list(MADE[::-1])
    assert repr(shelved[0]) == repr(MADE[-1])
    assert shelved[1:] == MADE[1::-1]
    assert shelved != MADE
    assert list(tmp_path.iterdir()) == []


def test_what_a_folder_comes_to_can_be_walked_again() -> None:
    documents = load([str(ROOT / "corpus" / "sample")], load_forces()).documents
    first = [repr(one) for one in documents]
    assert len(first) > 40
    assert [repr(one) for one in documents] == first
    assert [one.key for one in documents] == sorted(one.key for one in documents)


@pytest.mark.parametrize("step", ["put", "get"])
def test_where_there_is_no_room_a_sentence_says_so(monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Lines, step, full)
    shelf = Shelf()
    with pytest.raises(CorpusError, match=r"No space left on device.*room on the disk"):
        shelf.get(shelf.put(MADE[0]))
