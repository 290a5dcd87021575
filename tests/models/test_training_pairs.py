"""What an encoder is adapted with: read with reasons for what it is not, and held back in whole groups."""

import json
from pathlib import Path
from typing import Any

import pytest

from models.runner import ModelError
from models.training_pairs import FindingPair, QueriedPassage, TrainingData, held_back, read_data, shipped_data


def written(path: Path, *rows: Any) -> Path:
    path.write_text("\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows) + "\n", "utf-8")
    return path


def test_both_kinds_are_read(tmp_path: Path) -> None:
    file = written(
        tmp_path / "mine.jsonl",
        {"text": "Crews leave in 90 seconds.", "queries": ["turnout", {"q": "how soon they leave", "asker": "public"}]},
        "",
        {"a": "Test the plans.", "b": {"text": "Plans are to be tested.", "year": 2019}, "same": True},
        {"id": "x", "text": "Second.", "queries": ["two"], "headings": ["Title", "Part"], "contrast": ["y"]},
    )
    found = read_data(file)
    assert found.findings == (FindingPair("Test the plans.", "Plans are to be tested.", True),)
    assert found.passages[0] == QueriedPassage(
        f"{file}:1", "Crews leave in 90 seconds.", (), ("turnout", "how soon they leave")
    )
    assert found.passages[1].headed == "Title. Part. Second."
    assert found.passages[1].contrast == ("y",)
    assert found.queries == 3
    assert (found + TrainingData(found.passages[:0], found.findings)).findings == 2 * found.findings
    with pytest.raises(ModelError, match="Two passages have the id"):
        found + found


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{", "Line 2 of .* is no JSON"),
        ("[]", "no JSON object"),
        ('{"text": "Only a text."}', "neither a passage"),
        ('{"text": "A text.", "queries": [" "]}', "no text"),
        ('{"a": "One.", "b": "Other."}', "same"),
        ('{"a": "One.", "b": "Other.", "same": "false"}', "neither true nor false"),
        ('{"text": "A text.", "queries": "turnout"}', "no list"),
        ('{"text": "A text.", "queries": []}', "no list"),
        ('{"text": "A text.", "queries": ["a"], "headings": "Custody"}', "no list"),
    ],
)
def test_what_is_neither_is_said_with_its_line(tmp_path: Path, line: str, says: str) -> None:
    file = written(tmp_path / "mine.jsonl", {"text": "A text.", "queries": ["a"]}, line)
    with pytest.raises(ModelError, match=says):
        read_data(file)


def test_a_file_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="cannot be read"):
        read_data(tmp_path / "none.jsonl")
    (tmp_path / "odd.jsonl").write_bytes(b"\xff\xfe")
    with pytest.raises(ModelError, match="cannot be read"):
        read_data(tmp_path / "odd.jsonl")


def test_what_is_linked_is_held_back_together() -> None:
    passages = tuple(
        QueriedPassage(f"p{number}", f"text {number}", (), ("q",), (f"p{number + 1}",) if number % 2 == 0 else ())
        for number in range(40)
    )
    findings = tuple(FindingPair(f"a{number // 2}", f"b{number}", number % 3 == 0) for number in range(40))
    data = TrainingData(passages, findings)
    learned, kept = held_back(data, 0.25, 1)
    assert len(kept.passages) == 10
    assert {one.id for one in learned.passages} | {one.id for one in kept.passages} == {one.id for one in passages}
    numbers = {int(one.id[1:]) // 2 for one in kept.passages}
    assert numbers.isdisjoint({int(one.id[1:]) // 2 for one in learned.passages})
    assert {one.one for one in kept.findings}.isdisjoint({one.one for one in learned.findings})
    assert held_back(data, 0.25, 1) == (learned, kept)
    assert held_back(data, 0.25, 2) != (learned, kept)


def test_what_is_shipped_is_held_back_by_about_a_tenth() -> None:
    data = shipped_data()
    learned, kept = held_back(data, 0.1, 3)
    assert (len(data.passages), len(data.findings)) == (2_477, 1_600)
    assert 225 <= len(kept.passages) <= 248
    assert 150 <= len(kept.findings) <= 160
    assert learned.queries + kept.queries == data.queries
