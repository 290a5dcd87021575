"""What the closure model is trained with: enough of each kind, each once, none from what it is measured on."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
JUDGED = ROOT.parent / "shared" / "eval" / "closure_dev.jsonl"
MEASURED = [ROOT / "tests" / "corpus" / "test_closure.py", *sorted((ROOT / "tests" / "data").glob("*.jsonl"))]
RUN = 8  # words in a row


def rows(name: str) -> list[dict[str, Any]]:
    text = (ROOT / "models" / "data" / "closure" / name).read_text("utf-8")
    return [json.loads(line) for line in text.splitlines()]


COMMENTS, PAIRS = rows("comments.jsonl"), rows("pairs.jsonl")


def test_there_is_enough_of_each_kind() -> None:
    counts = Counter(row["says"] for row in COMMENTS)
    assert counts.keys() == {"requested", "decided", "superseded", "parked", "open", "none"}
    assert min(counts[says] for says in ("requested", "decided", "superseded", "parked")) >= 110
    assert counts["none"] + counts["open"] >= 160
    assert sum(row["trap"] for row in COMMENTS) >= 0.45 * len(COMMENTS)
    assert all(0 <= row.get("from", 0) < len(row["text"]) for row in COMMENTS)
    assert Counter(row["adds_nothing"] for row in PAIRS) == {True: 180, False: 180}
    assert set(Counter(row["of"] for row in PAIRS).values()) == {6}


def test_each_stands_once() -> None:
    said = Counter(" ".join(row["text"].lower().split()) for row in COMMENTS)
    assert [text for text, count in said.items() if count > 1] == []
    assert len({(row["before"], row["comment"]) for row in PAIRS}) == len(PAIRS)


@pytest.mark.parametrize("path", [*MEASURED, JUDGED], ids=lambda path: path.name)
def test_nothing_of_it_is_from_what_is_measured_on(path: Path) -> None:
    if not path.exists():
        pytest.skip("the judged comments are not beside this checkout")
    texts = [*(row["text"] for row in COMMENTS), *(row[side] for row in PAIRS for side in ("before", "comment"))]
    own = {run for text in texts for run in runs(text)}
    assert own & set(runs(path.read_text("utf-8"))) == set()


def runs(text: str) -> Iterator[str]:
    words = re.findall(r"\w+", text.lower())
    yield from (" ".join(words[at : at + RUN]) for at in range(len(words) - RUN + 1))
