"""What an encoder is to be adapted with: as its README says, each text once, and none of it from elsewhere."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from indexer.lexical import make_analyzer
from models.taxonomy import load_taxonomy

FOLDER = Path(__file__).parents[2] / "models" / "data" / "training"
SHARED = Path(__file__).parents[3] / "shared"
ASKERS = {"coordinator", "inspector", "commissioner", "public", "researcher"}
RUN = 10  # words in a row: the phrases of the trade are shorter


def rows(pattern: str) -> list[dict[str, Any]]:
    return [json.loads(line) for path in sorted(FOLDER.glob(pattern)) for line in path.read_text("utf-8").splitlines()]


PASSAGES = rows("[!f]*.jsonl")
FINDINGS = rows("findings_*.jsonl")
LABELLED = [*PASSAGES, *(row[side] for row in FINDINGS for side in "ab")]


def texts() -> Iterator[str]:
    for row in PASSAGES:
        yield from (row["text"], *row["headings"], *(query["q"] for query in row["queries"]))
    for row in FINDINGS:
        yield from (row["a"]["text"], row["b"]["text"])


def runs(found: Iterable[str], length: int = RUN) -> Iterator[str]:
    for text in found:
        words = re.findall(r"\w+", text.lower())
        yield from (" ".join(words[at : at + length]) for at in range(len(words) - length + 1))


def test_there_is_enough_of_each_kind() -> None:
    askers = Counter(query["asker"] for row in PASSAGES for query in row["queries"])
    themes = Counter(theme for row in LABELLED for theme in row["themes"])
    assert (len(PASSAGES), len(FINDINGS)) == (2_477, 1_600)
    assert askers.keys() == ASKERS
    assert sum(askers.values()) >= 15_000
    assert min(askers.values()) >= 2_000
    assert themes.keys() == {theme.key for theme in load_taxonomy().themes}
    assert min(themes.values()) >= 150
    assert {row["year"] // 10 for row in PASSAGES} >= {200, 201, 202}
    assert Counter(row["same"] for row in FINDINGS) == {True: 720, False: 880}
    assert all(row["same"] == (row["why"] == "asks_same") for row in FINDINGS)


def test_each_stands_once_and_contrasts_are_there() -> None:
    ids = [row["id"] for row in (*PASSAGES, *FINDINGS)]
    assert len(set(ids)) == len(ids)
    said = [row["text"].lower() for row in PASSAGES] + [row[side]["text"].lower() for row in FINDINGS for side in "ab"]
    asked = [query["q"].lower() for row in PASSAGES for query in row["queries"]]
    for listed in (said, asked):
        assert [text for text, count in Counter(listed).items() if count > 1] == []
    contrasts = {(row["id"], other["id"]) for row in PASSAGES for other in row["contrast"]}
    assert all(one != other and other in ids for one, other in contrasts)
    assert len({one for one, _ in contrasts}) > 0.9 * len(PASSAGES)


def test_most_queries_share_no_word_with_their_passage() -> None:
    content = make_analyzer(stop=True, without=("police", "force"))
    apart = []
    for row in PASSAGES:
        held = set(content.analyze(" ".join([row["text"], *row["headings"]])))
        apart += [held.isdisjoint(content.analyze(query["q"])) for query in row["queries"]]
    assert sum(apart) > len(apart) / 2


@pytest.mark.skipif(not SHARED.is_dir(), reason="the judged sets and documents beside the checkout are not there")
def test_nothing_of_it_is_from_what_is_measured_on() -> None:
    judged = [path.read_text("utf-8") for path in sorted(SHARED.glob("eval/*.jsonl"))]
    documents = [path.read_text("utf-8", "ignore") for path in sorted(SHARED.glob("corpus*/*")) if path.is_file()]
    known = set(runs([*judged, *documents]))
    alike = [run for run in runs(texts()) if run in known]
    assert alike == []
    asked = {json.loads(line).get("query", "").lower() for text in judged for line in text.splitlines()}
    assert asked.isdisjoint(query["q"].lower() for row in PASSAGES for query in row["queries"])
