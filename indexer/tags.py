"""tags.sqlite: the themes of every passage, as one theme model sees them. It is all that another model replaces."""

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
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
    """What a model says of passages of one document: their ids, and the probability of each theme."""

    ids: NDArray[np.int64]
    probabilities: Numbers


def tag_passages(
    tables: sqlite3.Connection,
    model: ThemeModel,
    encoder: DocumentEncoder,
    progress: Callable[[int, int], None],
    kept: Kept | None = None,
) -> Iterator[Tagged]:
    """The themes of all passages of a generation, document by document.

    Behind a cache the encoder finds the vectors that a build has made. What `kept` knows of a document is taken from
    there.
    """
    total = tables.execute("SELECT count(*) FROM passages").fetchone()[0]
    at = 0
    for _, rows in groupby(tables.execute(_TEXTS), key=lambda row: row["document"]):
        progress(at, total)
        own = list(rows)
        passages = [(row["text"], ". ".join(json.loads(row["path"]))) for row in own]
        yield Tagged(np.array([row["id"] for row in own], np.int64), _judged(model, passages, encoder, kept))
        at += len(own)


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


def write_tags(path: Path, model: ThemeModel, documents: Iterable[Tagged]) -> None:
    """Write a new database of what `model` says of passages, as it comes, document by document."""
    classifier = model.classifier
    with closing(sqlite3.connect(path)) as database, database:
        database.executescript(_SCHEMA)
        database.execute("INSERT INTO model VALUES (?)", (model.id,))
        for tagged in documents:
            assigned = classifier.assigned(tagged.probabilities)
            decisions, doubts = classifier.decisions(tagged.probabilities)
            database.executemany("INSERT INTO tags VALUES (?, ?, ?, ?)", _rows(classifier.labels, tagged, assigned))
            rows = zip(tagged.ids.tolist(), decisions, doubts.tolist(), strict=True)
            database.executemany("INSERT INTO decisions VALUES (?, ?, ?)", rows)


def _rows(labels: Sequence[str], tagged: Tagged, assigned: NDArray[np.bool_]) -> Iterator[tuple[int, str, float, bool]]:
    for place, number in np.argwhere((tagged.probabilities >= LEAST) | assigned).tolist():
        probability = round(float(tagged.probabilities[place, number]), 4)
        yield int(tagged.ids[place]), labels[number], probability, bool(assigned[place, number])
