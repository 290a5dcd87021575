"""From passages to vectors: what is embedded, and what the cache already knows."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.cache import CachedEncoder
from indexer.context import Placed
from models.encoder import DocumentEncoder

Vectors = NDArray[np.float32]
Numbers = NDArray[np.int64]

OWN = 2 / 3  # what the words of a passage count in its vector; the rest is theirs under its headings
_TELL = 1_000  # texts cut between two words of progress

Piece = tuple[str, str]
"""The strings of which one vector is made: a window of a passage, and that window under its headings."""


@dataclass(frozen=True, slots=True)
class Embedded:
    """One row of `vectors` per piece, in passage order, and the passages.id of each in `ids`."""

    ids: Numbers
    vectors: Vectors
    encoded: int
    cached: int


def pieces_of(
    passages: Sequence[Placed], encoder: DocumentEncoder, progress: Callable[[int, int], None]
) -> list[list[Piece]]:
    """The pieces of each passage, one for each of its windows."""
    found = []
    for number, passage in enumerate(passages):
        if number % _TELL == 0:
            progress(number, len(passages))
        found.append(_pieces(passage, encoder))
    return found


def _pieces(placed: Placed, encoder: DocumentEncoder) -> list[Piece]:
    """The windows of a passage, each with the one under the passage's headings at the same place.

    The mean of the inner products is at least as good as either alone, and is one inner product with the mean vector.
    A vector of each sentence besides was worth nothing for more than twice the encoding (docs/measurements.md).
    """
    plain = encoder.windows(placed.text)
    headed = encoder.windows(". ".join([*placed.headings, placed.text]))
    return [(window, headed[at * len(headed) // len(plain)]) for at, window in enumerate(plain)]


def embed(pieces: Sequence[Sequence[Piece]], encoder: CachedEncoder, progress: Callable[[int, int], None]) -> Embedded:
    """Vectors for the pieces of passages 1, 2, 3, …; only strings new to the cache are encoded.

    A piece's vector is the weighted mean of its strings' unit vectors and so no longer than 1.
    """
    known = encoder.vectors([string for own in pieces for piece in own for string in piece], progress)
    ids = [number for number, own in enumerate(pieces, start=1) for _ in own]
    rows = np.empty((len(ids), encoder.dimension), np.float32)
    for row, piece in enumerate(piece for own in pieces for piece in own):
        window, headed = (known[string] for string in piece)
        rows[row] = OWN * window + (1 - OWN) * headed
    return Embedded(np.array(ids, np.int64), rows, encoder.encoded, encoder.cached)
