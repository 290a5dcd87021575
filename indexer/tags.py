"""tags.sqlite: the themes of every passage, as one theme model sees them. It is all that another model replaces."""

import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from corpus.kept import Kept, recalled
from models.encoder import DocumentEncoder
from models.theme_model import ThemeModel, judge

Numbers = NDArray[np.float64]

LEAST = 0.02  # the smallest probability that is kept
_CHUNK = 512  # passages tagged at a time

_SCHEMA = """
CREATE TABLE model (id TEXT NOT NULL);
CREATE TABLE tags (
    passage INTEGER NOT NULL,           -- passages.id
    theme TEXT NOT NULL,
    probability REAL NOT NULL,
    assigned INTEGER NOT NULL,          -- 1 where it is, 0 where it is only possible
    PRIMARY KEY (passage, theme)
) WITHOUT ROWID;
CREATE TABLE decisions (
    passage INTEGER PRIMARY KEY,
    decision TEXT NOT NULL,             -- assigned | review | none
    doubt REAL NOT NULL                 -- 0 sure to 1: how near the most doubtful theme is to its threshold
);
"""

# What an item of a list says is read after the words that introduce the list.
_TEXTS = """
SELECT p.id, p.document, iif(i.text IS NULL, p.text, i.text || ' ' || p.text) AS text, s.path
FROM passages p JOIN sections s ON s.id = p.section LEFT JOIN passages i ON i.id = p.parent ORDER BY p.id
"""


@dataclass(frozen=True, slots=True)
class Tagged:
    """What a model says of passages: their ids, their texts as read, and the probability of each theme."""

    ids: NDArray[np.int64]
    probabilities: Numbers


def tag_passages(
    tables: sqlite3.Connection,
    model: ThemeModel,
    encoder: DocumentEncoder,
    progress: Callable[[int, int], None],
    kept: Kept | None = None,
) -> Tagged:
    """The themes of all passages of a generation; behind a cache the encoder finds the vectors a build has made.

    What `kept` knows of a document is taken from there.
    """
    rows = tables.execute(_TEXTS).fetchall()
    found = [np.zeros((0, len(model.classifier.labels)))]
    at = 0
    for _, own in groupby(rows, key=lambda row: row["document"]):
        progress(at, len(rows))
        passages = [(row["text"], ". ".join(json.loads(row["path"]))) for row in own]
        found.append(_judged(model, passages, encoder, kept))
        at += len(passages)
    return Tagged(np.array([row["id"] for row in rows], np.int64), np.concatenate(found))


def _judged(
    model: ThemeModel, passages: Sequence[tuple[str, str]], encoder: DocumentEncoder, kept: Kept | None
) -> Numbers:
    """The probability of each theme in passages of one document, (text, headings), which are judged together."""
    texts, headings = map(list, zip(*passages, strict=True))

    def judged() -> list[list[float]]:
        found = [
            judge(model, texts[start : start + _CHUNK], headings[start : start + _CHUNK], encoder)
            for start in range(0, len(texts), _CHUNK)
        ]
        return [row for part in found for row in part.tolist()]

    return np.array(recalled(kept, "themes", json.dumps([model.content, passages]), judged), np.float64)


def write_tags(path: Path, model: ThemeModel, tagged: Tagged) -> None:
    """Write a new database of what `model` says of passages."""
    classifier = model.classifier
    assigned = classifier.assigned(tagged.probabilities)
    decisions, doubts = classifier.decisions(tagged.probabilities)
    with closing(sqlite3.connect(path)) as database, database:
        database.executescript(_SCHEMA)
        database.execute("INSERT INTO model VALUES (?)", (model.id,))
        database.executemany("INSERT INTO tags VALUES (?, ?, ?, ?)", _rows(classifier.labels, tagged, assigned))
        rows = zip(tagged.ids.tolist(), decisions, doubts.tolist(), strict=True)
        database.executemany("INSERT INTO decisions VALUES (?, ?, ?)", rows)


def _rows(labels: Sequence[str], tagged: Tagged, assigned: NDArray[np.bool_]) -> Iterator[tuple[int, str, float, bool]]:
    for place, number in np.argwhere((tagged.probabilities >= LEAST) | assigned).tolist():
        probability = round(float(tagged.probabilities[place, number]), 4)
        yield int(tagged.ids[place]), labels[number], probability, bool(assigned[place, number])
