"""What most tests run on: a seeded encoder that needs no model, and small documents made by hand."""

import hashlib
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corpus.model import Document, Event, Finding, Grade, Passage, PassageKind
from indexer.cache import cached_encoder
from models.encoder import Encoder
from models.examples import Example, shipped_examples
from models.taxonomy import Taxonomy
from service.memory.strength import Strength, save_strength

Vectors = NDArray[np.float32]


STRENGTH = Strength("", intercept=-3.7, cosine=6.85, coverage=3.06, member=0.21, weak=0.28, good=0.77)


class FakeEncoder:
    """Hashed bags of words: texts that share words are near. `encoded` lists what it was asked to encode."""

    name = "fake"
    dtype = "float32"
    backend = "fake"
    dimension = 64
    window = 40

    def __init__(self, seed: int = 0) -> None:
        self.fingerprint = hashlib.sha256(f"fake {seed}".encode()).hexdigest()
        self.encoded: list[str] = []

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """One vector per text, shape (len(texts), 64)."""
        return np.stack([self.vector(text) for text in texts])

    def warm(self) -> None:
        """Nothing is to be made ready."""

    def vector(self, text: str) -> Vectors:
        """The sum of the text's word vectors, at unit length; shape (64,)."""
        words = re.findall(r"\w+", text.lower()) or [""]
        total = np.sum([self._word(word) for word in words], axis=0)
        return (total / np.linalg.norm(total)).astype(np.float32)

    def encode_document(self, texts: Sequence[str]) -> Vectors:
        """One vector per text, shape (len(texts), 64)."""
        self.encoded += texts
        return self.encode_queries(texts)

    def windows(self, text: str) -> list[str]:
        """Windows of 40 words, 10 of which each shares with the one before."""
        words = text.split()
        starts = range(0, max(1, len(words) - 10), self.window - 10)
        return [text] if len(words) <= self.window else [" ".join(words[s : s + self.window]) for s in starts]

    def _word(self, word: str) -> NDArray[np.float64]:
        return _vector_of(self.fingerprint, word, self.dimension)


@lru_cache(100_000)
def _vector_of(fingerprint: str, word: str, dimension: int) -> NDArray[np.float64]:
    seed = hashlib.sha256(f"{fingerprint} {word}".encode()).digest()
    vector = np.random.default_rng(np.frombuffer(seed, np.uint32)).standard_normal(dimension)
    return vector / np.linalg.norm(vector)


class RememberingEncoder:
    """An encoder that has each text of documents encoded once by all who have their cache in the folder `shared`."""

    def __init__(self, encoder: Encoder, shared: Path) -> None:
        self._encoder, self._shared = encoder, shared

    def __getattr__(self, name: str) -> Any:
        return getattr(self._encoder, name)

    def encode_document(self, texts: Sequence[str]) -> Vectors:
        """Vectors as those of the encoder, shape (len(texts), dimension)."""
        with cached_encoder(self._shared, self._encoder) as cached:
            return cached.encode_document(texts)


def few_examples(taxonomy: Taxonomy) -> list[Example]:
    """Six of the shipped examples for each theme, and six with none: enough to train on in a second or two."""
    counts: Counter[str] = Counter()
    found = []
    for example in shipped_examples(taxonomy):
        named = sorted(example.labels) or [""]
        if any(counts[theme] < 6 for theme in named):
            counts.update(named)
            found.append(example)
    return found


@dataclass(frozen=True)
class FakeCollection:
    """A collection, as far as a build looks at it."""

    documents: tuple[Document, ...]


def passage(document: str, number: int, text: str, *, kind: PassageKind = "context", **more: object) -> Passage:
    """The passage `number` of the document with that key; its offsets are made up."""
    fields = {"id": f"{document}#{number}", "start": 0, "end": len(text), "section": 0, "date": None} | more
    return Passage(kind=kind, text=text, **fields)  # type: ignore[arg-type]


def document(key: str, texts: Sequence[str] = (), **fields: object) -> Document:
    """A document of the kind `other` with a context passage per text, unless `fields` say otherwise."""
    plain = {
        "kind": "other",
        "title": key,
        "force": None,
        "date": None,
        "register_number": None,
        "url": None,
        "source": f"papers/{key}",
        "sha256": hashlib.sha256(repr((texts, fields)).encode()).hexdigest(),
        "text": "\n\n".join(texts),
        "sections": ((),),
        "passages": tuple(passage(key, i, text) for i, text in enumerate(texts)),
    }
    return Document(key=key, **(plain | fields))  # type: ignore[arg-type]


def record(force: str, number: str, asks: str, *, comment: str = "Work has begun.") -> Document:
    """A register record: one recommendation to `force`, set to complete after one comment."""
    key = f"{force}:{number}"
    finding = Finding(
        id=f"{key}/recommendation",
        kind="recommendation",
        number=number,
        text=asks,
        section=0,
        deadline="2018-03",
        deadline_text="By March 2018",
        addressees=("chief-constables",),
        status="complete",
        status_date="2018-05-04",
    )
    return document(
        key,
        kind="register_record",
        force=force,
        register_number=number,
        date="2017-11",
        sections=(("Recommendation",), ("Comments",)),
        text=f"{asks}\n\n{comment}",
        findings=(finding,),
        events=(
            Event("2018-01-02", "comment", None, comment, len(asks) + 2),
            Event("2018-05-04", "status", "complete", "", 0),
        ),
        passages=(
            passage(key, 0, asks, kind="recommendation", finding=0, date="2017-11"),
            passage(key, 1, comment, kind="comment", section=1, event=0, date="2018-01-02"),
        ),
    )


def assessment(force: str = "fenshire") -> Document:
    """A PEEL assessment page: a graded section with a section below it, an ungraded one, and a list."""
    key = f"peel-{force}.txt"
    return document(
        key,
        kind="peel_assessment",
        force=force,
        date="2016",
        sections=((), ("Vulnerability",), ("Vulnerability", "Missing children"), ("Leadership",)),
        grades=(Grade("vulnerability", "good", 1, {"good": 20, "inadequate": 2}, 0),),
        findings=(
            Finding(f"{key}/a1", "area_for_improvement", None, "The force should", 2, None, None, (), None, None),
        ),
        passages=(
            passage(key, 0, "This page covers one year.", date="2016"),
            passage(key, 1, "Officers listen to victims of domestic abuse.", section=1, date="2016"),
            passage(key, 2, "The force should improve how it:", section=2, date="2016"),
            passage(
                key,
                3,
                "looks for missing children;",
                kind="area_for_improvement",
                section=2,
                date="2016",
                finding=0,
                parent=2,
            ),
            passage(key, 4, "Leaders are visible and plans are clear.", section=3, date="2016"),
        ),
    )


def documents() -> tuple[Document, ...]:
    """A small mixed collection: one recommendation put to two forces, an assessment, and a long paper."""
    asks = "By March 2018, chief constables should review how spit hoods are recorded."
    return (
        record("fenshire", "101", asks),
        record("marshire", "101", asks.replace("spit hoods", "Spit  Hoods")),
        assessment(),
        document("paper.txt", ["Crime data integrity. " * 60, "Repeated footer", "A new thought.", "Repeated footer"]),
    )


def fitted(data: Path, encoder: FakeEncoder | None = None) -> None:
    """Keep a calibration in a data folder as that of the fake encoder."""
    save_strength(data, replace(STRENGTH, encoder=(encoder or FakeEncoder()).fingerprint))
