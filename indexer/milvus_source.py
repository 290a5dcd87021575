"""The rows of a generation for Milvus, read from its files a block of passages at a time, and their writing."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.arrays import mapped
from indexer.clock import Clock
from indexer.manifest import COLUMNS, POSTINGS, VECTORS, GenerationError, read_manifest
from indexer.milvus import Link
from indexer.milvus_rows import FACET, Numbers, Rows, Shape, write_collection
from indexer.postings import SCORED, WordPostings, open_postings
from indexer.vector_index import OWNERS, ROWS, STARTS

_SINGLE = ("document_kind", "finding", "status", "grade", "year")
_PLAIN = ("fold", "years")
_PART = 1 << 22  # postings that are looked through at a time
_BLOCK = 1 << 16  # passages whose words are held at once: some 100 bytes for each word of one


def mark_of(content: str, fingerprint: str) -> str:
    """The mark of a generation in Milvus: of what it is built from and of its encoder.

    Themes have no part in it, so that another theme model leaves all rows as they are.
    """
    return hashlib.sha256(f"{content} {fingerprint}".encode()).hexdigest()[:16]


class GenerationRows:
    """The rows of the generation whose vectors, columns and postings stand in `folder`; for one thread.

    Themes are not among the columns: people correct them, and another model may give others.
    """

    def __init__(self, folder: Path) -> None:
        vectors, columns = folder / VECTORS, folder / COLUMNS
        self._vectors, self._owners, self._starts = (mapped(vectors / name) for name in (ROWS, OWNERS, STARTS))
        plain = {**{name: name for name in _PLAIN}, **{f"{FACET}{name}": f"facet.{name}" for name in _SINGLE}}
        self._numbers = {name: mapped(columns / f"{file}.npy") for name, file in plain.items()}
        self._findable = mapped(columns / "findable.npy")
        self._force = mapped(columns / "facet.force.npy")
        self._force_starts = mapped(columns / "facet.force.starts.npy").astype(np.int64)
        self._postings = open_postings(folder / POSTINGS)
        self._first, self._words = 0, list[Mapping[int, float]]()
        self.size = len(self._owners)
        self.shape = Shape(self._vectors.shape[1], tuple(plain), ("findable",), (f"{FACET}force",))

    def rows(self, start: int, stop: int) -> Rows:
        """Rows `start` up to `stop`, from 0."""
        passages = self._owners[start:stop].astype(np.int64)
        windows = np.arange(start, stop) - self._starts[passages]
        columns: dict[str, Any] = {name: column[passages] for name, column in self._numbers.items()}
        columns["findable"] = self._findable[passages]
        columns[f"{FACET}force"] = [self._forces(passage) for passage in passages.tolist()]
        words = [
            self._worded(passage) if window == 0 else {}
            for passage, window in zip(passages.tolist(), windows.tolist(), strict=True)
        ]
        return Rows(passages, windows, self._vectors[start:stop], words, columns)

    def _forces(self, passage: int) -> list[int]:
        first, last = self._force_starts[passage : passage + 2]
        codes: list[int] = self._force[first:last].tolist()
        return codes

    def _worded(self, passage: int) -> Mapping[int, float]:
        """The words of a passage, by their keys, and the BM25 of each."""
        if not self._first <= passage < self._first + len(self._words):
            self._first = passage // _BLOCK * _BLOCK
            ids, keys, scores = words_between(self._postings, self._first, self._first + _BLOCK)
            ends = np.searchsorted(ids, np.arange(self._first, self._first + _BLOCK + 1))
            own = [slice(first, last) for first, last in zip(ends[:-1].tolist(), ends[1:].tolist(), strict=True)]
            self._words = [dict(zip(keys[part].tolist(), scores[part].tolist(), strict=True)) for part in own]
        return self._words[passage - self._first]


def words_between(postings: WordPostings, first: int, last: int) -> tuple[Numbers, Numbers, NDArray[np.float32]]:
    """What passages `first` up to `last` hold in all fields SCORED, passage by passage.

    By entry the passage, the key of a word, and its BM25. Reads all postings, a part at a time.
    """
    parts = [_in_field(postings, at, first, last) for at in range(len(SCORED))]
    ids, keys, scores = (np.concatenate(own) for own in zip(*parts, strict=True))
    order = np.argsort(ids, kind="stable")
    return ids[order], keys[order], scores[order]


def _in_field(postings: WordPostings, number: int, first: int, last: int) -> tuple[Any, Any, Any]:
    starts, counts, ids, scores = postings.arrays(SCORED[number])
    there = np.flatnonzero(counts)
    there = there[np.argsort(starts[there])]
    found = [np.zeros(0, np.int64)]
    for at in range(0, len(ids), _PART):
        part = ids[at : at + _PART]
        found.append(at + np.flatnonzero((part >= first) & (part < last)))
    places = np.concatenate(found)
    words = there[np.searchsorted(starts[there], places, side="right") - 1] if len(places) else places
    return ids[places], number * len(counts) + words, scores[places]


def write_rows(link: Link, data: Path, mark: str, folder: Path, clock: Clock) -> None:
    """Write what stands in `folder` to Milvus; the collections of the generations in `data` stay.

    What a build that was stopped has written under the same mark is gone on with. Raises MilvusError.
    """
    with clock.stage("milvus") as tell:
        write_collection(link, data, mark, GenerationRows(folder), _marks(data), tell)


def _marks(data: Path) -> set[str]:
    """The marks of the generations that are there."""
    found = set()
    for path in (data / "generations").glob("[!.]*"):
        try:
            found.add(read_manifest(path).milvus or "")
        except GenerationError:
            continue  # of an older format, or damaged: nothing serves it
    return found - {""}
