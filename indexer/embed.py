"""From passages to vectors: what is embedded, and what the cache already knows."""

import os
import tempfile
from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from weakref import finalize

import numpy as np
from numpy.typing import NDArray

from corpus.shelf import Lines
from indexer.cache import CachedEncoder
from indexer.context import Placed
from indexer.packed import digest
from models.encoder import DocumentEncoder

Vectors = NDArray[np.float32]
Numbers = NDArray[np.int64]

OWN = 2 / 3  # what the words of a passage count in its vector; the rest is theirs under its headings
_LOOK_UP = 500  # strings asked of the cache at a time while texts are cut
_PASSAGES = 16_384  # that are encoded at a time, the longest strings first: some 100 MB with their vectors
_ROWS = 16_384  # handed over at a time

Piece = tuple[str, str]
"""The strings of which one vector is made: a window of a passage, and that window under its headings."""


class Rows:
    """Vectors on disk, in a file without a name in `folder`, written row by row; read by ranges or lists of rows."""

    def __init__(self, folder: Path, dimension: int) -> None:
        self.shape = (0, dimension)
        self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 - closed with this
        finalize(self, self._file.close)

    def __len__(self) -> int:
        return self.shape[0]

    def append(self, vectors: Vectors) -> None:
        """Add rows, shape (n, dimension). Raises OSError where there is no room."""
        self._file.write(np.ascontiguousarray(vectors, "<f4").tobytes())
        self.shape = (self.shape[0] + len(vectors), self.shape[1])

    def __getitem__(self, rows: slice | Numbers) -> Vectors:
        if not isinstance(rows, slice):
            return np.concatenate([self[:0], *(self[row : row + 1] for row in rows.tolist())])
        start, end, _ = rows.indices(len(self))
        self._file.flush()
        size = 4 * self.shape[1]
        read = os.pread(self._file.fileno(), (end - start) * size, start * size)
        return np.frombuffer(read, "<f4").reshape(-1, self.shape[1])


@dataclass(frozen=True, slots=True)
class Embedded:
    """One row of `vectors` per piece, in passage order, and the passages.id of each in `ids`.

    `encoded` and `cached` count the distinct strings that were new and that were known.
    """

    ids: Numbers
    vectors: Vectors | Rows
    encoded: int
    cached: int

    @property
    def count(self) -> int:
        """How many rows there are."""
        return len(self.ids)

    def batches(self) -> Iterator[tuple[Numbers, Vectors]]:
        """The rows with their ids, shapes (n,) and (n, dimension), so many at a time as memory holds with ease."""
        for start in range(0, self.count, _ROWS):
            yield self.ids[start : start + _ROWS], self.vectors[start : start + _ROWS]


class Pieces:
    """The pieces of passages 1, 2, 3, …, taken in one after the other and kept on disk, in `folder`.

    One is asked for its pieces through `encoder`, and its cache tells which strings are to be encoded.
    """

    def __init__(self, encoder: CachedEncoder, folder: Path) -> None:
        self._encoder, self._lines = encoder, Lines(folder)
        self._strings, self._new = array("Q"), array("Q")
        self._waiting: dict[str, int] = {}

    def take(self, passage: Placed) -> None:
        """Take in the next passage."""
        pieces = pieces_of(passage, self._encoder)
        self._lines.put(pieces)
        self._waiting.update((string, digest(string)) for piece in pieces for string in piece)
        if len(self._waiting) >= _LOOK_UP:
            self._look_up()

    def counts(self) -> tuple[int, int]:
        """The number of distinct strings of all that was taken in, and of those among them that are new."""
        self._look_up()
        return _distinct(self._strings), _distinct(self._new)

    def batches(self) -> Iterator[tuple[int, list[list[Piece]]]]:
        """The pieces of all passages, many at a time, with the number of the first of these."""
        for start in range(0, len(self._lines), _PASSAGES):
            numbers = range(start, min(start + _PASSAGES, len(self._lines)))
            yield start + 1, [[(one, other) for one, other in self._lines.get(number)] for number in numbers]

    def _look_up(self) -> None:
        waiting, self._waiting = self._waiting, {}
        self._strings.extend(waiting.values())
        self._new.extend(waiting[string] for string in self._encoder.unknown(list(waiting)))


def _distinct(digests: "array[int]") -> int:
    return len(np.unique(np.frombuffer(digests, np.uint64)))


def pieces_of(placed: Placed, encoder: DocumentEncoder) -> list[Piece]:
    """The windows of a passage, each with the one under the passage's headings at the same place.

    The mean of the inner products is at least as good as either alone, and is one inner product with the mean vector.
    A vector of each sentence besides was worth nothing for more than twice the encoding (docs/measurements.md).
    """
    plain = encoder.windows(placed.text)
    headed = encoder.windows(". ".join([*placed.headings, placed.text]))
    return [(window, headed[at * len(headed) // len(plain)]) for at, window in enumerate(plain)]


def embed(pieces: Pieces, encoder: CachedEncoder, folder: Path, progress: Callable[[int, int], None]) -> Embedded:
    """Vectors for all pieces, in a file in `folder`; only strings new to the cache are encoded, and kept there at once.

    A piece's vector is the weighted mean of its strings' unit vectors and so no longer than 1.
    """
    strings, new = pieces.counts()
    rows, ids = Rows(folder, encoder.dimension), array("q")
    progress(0, new)
    for first, passages in pieces.batches():
        before = encoder.encoded
        known = encoder.vectors(
            [string for own in passages for piece in own for string in piece],
            lambda done, total, before=before: progress(before + done, new) if done else None,  # type: ignore[misc]
        )
        ids.extend(number for number, own in enumerate(passages, first) for _ in own)
        made = [OWN * known[one] + (1 - OWN) * known[other] for own in passages for one, other in own]
        rows.append(np.array(made, np.float32).reshape(len(made), encoder.dimension))
    return Embedded(np.array(ids, np.int64), rows, encoder.encoded, strings - encoder.encoded)
