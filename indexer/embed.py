"""From passages to vectors: what is embedded, what the cache already knows, and the two vector files."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.cache import CachedEncoder
from indexer.context import Placed
from models.encoder import DocumentEncoder

Vectors = NDArray[np.float32]
Numbers = NDArray[np.int64]

# Vectors above which they are kept as fp16: half the memory. One scan of 60,000 takes 2.6 ms in float32, 9.3 in fp16.
FP16_ABOVE = 200_000
REFERENCE_SIZE = 2_000
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


def write_vectors(path: Path, embedded: Embedded) -> None:
    """Write an exact inner-product index; the vectors of one passage share its id."""
    import faiss

    count, dimension = embedded.vectors.shape
    flat: Any
    if count > FP16_ABOVE:
        flat = faiss.IndexScalarQuantizer(dimension, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT)
    else:
        flat = faiss.IndexFlatIP(dimension)
    index = faiss.IndexIDMap2(flat)
    index.add_with_ids(embedded.vectors, embedded.ids)
    try:
        faiss.write_index(index, str(path))
    except RuntimeError as error:
        raise OSError(f"the vectors could not be written ({error})") from error


def write_reference(path: Path, embedded: Embedded) -> None:
    """Write at most REFERENCE_SIZE vectors, evenly spaced in passage order."""
    count = len(embedded.vectors)
    chosen = np.linspace(0, count - 1, min(count, REFERENCE_SIZE)).round().astype(np.int64)
    np.save(path, embedded.vectors[chosen], allow_pickle=False)


@dataclass(frozen=True, slots=True)
class VectorIndex:
    """The vectors of a generation. `ids` is the passages.id of each row, ascending; `starts` where each begins."""

    index: Any
    ids: Numbers
    passages: Numbers
    starts: Numbers

    def similarities(self, vector: Vectors) -> Vectors:
        """The inner product of `vector`, shape (dimension,), with every row, from one exact scan.

        All of them: a passage found by its words alone needs one as well.
        """
        import faiss

        # Holds for the calling thread alone, so it is said for every scan. One over 50,000 vectors takes 8 ms on one
        # thread and no less on two, and every server thread would have a team of its own.
        faiss.omp_set_num_threads(1)
        flat = faiss.downcast_index(self.index.index)
        query = vector.reshape(1, -1).astype(np.float32)
        # In float32 a range over all is quicker than a search for all, in fp16 the other way round (2.6 against 8.6 ms,
        # 44 against 9 for 60,000).
        if isinstance(flat, faiss.IndexFlat):
            _, values, rows = flat.range_search(query, -2.0)
        else:
            values, rows = (found[0] for found in flat.search(query, flat.ntotal))
        similar = np.empty(flat.ntotal, np.float32)
        similar[rows] = values
        return similar

    def rows_of(self, passage: int) -> Vectors:
        """The vectors of one passage, shape (rows, dimension); none for one without any."""
        import faiss

        at = int(np.searchsorted(self.passages, passage))
        if at == len(self.passages) or self.passages[at] != passage:
            return np.zeros((0, self.index.d), np.float32)
        first = int(self.starts[at])
        last = int(self.starts[at + 1]) if at + 1 < len(self.starts) else len(self.ids)
        flat = faiss.downcast_index(self.index.index)
        return np.asarray(flat.reconstruct_n(first, last - first), np.float32)

    def best(self, similar: Vectors, size: int) -> Vectors:
        """The best of the rows of each id below `size`; -1 for one without any."""
        found = np.full(size, -1, np.float32)
        if len(self.starts):
            found[self.passages] = np.maximum.reduceat(similar, self.starts)
        return found


def open_vectors(path: Path) -> VectorIndex:
    """Read the FAISS index at `path` into memory. Raises ValueError where its ids are not in order."""
    import faiss

    index: Any = faiss.read_index(str(path))
    ids = faiss.vector_to_array(index.id_map).astype(np.int64)
    passages, starts = np.unique(ids, return_index=True)
    if np.any(np.diff(ids) < 0):
        raise ValueError(f"the rows of {path.name} are not in the order of the passages")
    return VectorIndex(index, ids, passages, starts)
