"""The vectors of a generation: a row for each piece of a passage, mapped from disk, and one-bit codes of them.

Up to EXACT_UP_TO rows every question is compared with every row. Beyond, all codes are scanned and the likeliest rows
compared in full. Both are FAISS's: `fvec_inner_products_ny`, and the scan of product-quantised codes of four bits for
four numbers by look-up in registers (FastScan, after André, Kermarrec and Le Scouarnec, "Quicker ADC", 2019).
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.arrays import ArrayFile, mapped
from indexer.vector_store import FOURTH, Chosen, Numbers, Vectors

# Rows up to which each is compared: a scan of so many takes 8 to 11 ms on one thread, and as much memory as the
# processor reads in that time.
EXACT_UP_TO = 100_000
REFERENCE_SIZE = 2_000
ROWS, OWNERS, STARTS = "rows.npy", "passages.npy", "starts.npy"
_THREADS = 2  # that one question is compared on; each has codes of its own to scan
_TRAINED_ON = 50_000  # rows, evenly spaced
_BLOCK = 256  # rows in full at a time: what is copied stays in the processor's cache
# A number of half precision has 10 bits of fraction where one of single precision has 23, and its exponent counts from
# 15 where the other's counts from 127.
_FRACTIONS, _HALF_SCALE = 23 - 10, np.float32(2.0 ** (127 - 15))
_NO_COPIED_SIGN = ~np.int32(0b111 << 28)  # of which widening a negative number makes four
_BATCH = 20_000  # rows read from disk at a time, by builds


@dataclass(frozen=True, slots=True)
class VectorIndex:
    """The vectors of a generation, open for questions. Safe to share between threads.

    `rows` has shape (n, dimension); `owners` is the passages.id of each row, ascending, and `starts` by passages.id the
    first of its rows, with n at the end. `codes` are the coded rows in equal parts, none where all are compared.
    """

    rows: NDArray[Any]
    owners: NDArray[np.int32]
    starts: NDArray[np.int64]
    codes: tuple[Any, ...]
    _pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(_THREADS), repr=False, compare=False)

    @property
    def exact(self) -> bool:
        """Whether every row is compared for each question."""
        return not self.codes

    @property
    def dimension(self) -> int:
        """Numbers in a vector."""
        return int(self.rows.shape[1])

    @property
    def passages(self) -> Numbers:
        """The passages.id of all that have a vector, ascending."""
        return np.flatnonzero(np.diff(self.starts)).astype(np.int64)

    def near(self, vector: Vectors, count: int, *within: Chosen) -> Numbers:
        """The passages.id, ascending, of the `count` rows that are nearest by their codes; of all, where none is coded.

        Which they are is told by codes: compare them by `cosines`. Of each `within`, those among so many of the nearest
        rows that a fourth of `count` are expected.
        """
        if self.exact or count >= len(self.rows):
            return self.passages
        wide = [one.widened(count // FOURTH, len(self.starts) - 2) for one in within]
        owners = self._nearest(vector, [count, *wide])
        found = [owners[count], *(one.of(owners[many]) for one, many in zip(within, wide, strict=True))]
        return distinct(np.concatenate(found))

    def _nearest(self, vector: Vectors, counts: Sequence[int]) -> dict[int, Numbers]:
        """For each of `counts`, the passages.id of so many rows that are nearest by their codes, ascending."""
        scans = list(self._pool.map(lambda part: _scan(part, vector, max(counts)), self.codes))
        firsts = np.cumsum([0, *(part.ntotal for part in self.codes[:-1])])
        scores = np.concatenate([values for values, _ in scans])
        rows = np.concatenate([numbers + first for (_, numbers), first in zip(scans, firsts, strict=True)])
        found = {}
        for count in sorted(set(counts), reverse=True):
            if count < len(rows):
                best = np.argpartition(-scores, count - 1)[:count]
                scores, rows = scores[best], rows[best]
            found[count] = distinct(self.owners[rows].astype(np.int64))
        return found

    def cosines(self, vector: Vectors, ids: Numbers) -> Vectors:
        """The inner product of `vector`, shape (dimension,), with the best row of each of `ids`, which ascend.

        -1 for a passage without any.
        """
        first, counts = self.starts[ids], self.starts[ids + 1] - self.starts[ids]
        places = np.cumsum(counts) - counts
        if (every := int(counts.sum())) == len(self.rows):
            similar = self._all(vector)
        else:
            similar = self._some(vector, np.repeat(first - places, counts) + np.arange(every))
        best = np.full(len(ids), -1, np.float32)
        there = counts > 0
        if every:
            best[there] = np.maximum.reduceat(similar, places[there])
        return best

    def rows_of(self, passage: int) -> Vectors:
        """The vectors of one passage, shape (rows, dimension); none for one without any."""
        if not 0 <= passage < len(self.starts) - 1:
            return np.zeros((0, self.dimension), np.float32)
        return np.asarray(self.rows[self.starts[passage] : self.starts[passage + 1]], np.float32)

    def means(self, ids: Numbers) -> Vectors:
        """The mean of the vectors of each passage, shape (len(ids), dimension); zeros for one without any."""
        rows = [self.rows_of(number) for number in ids.tolist()]
        return np.array([own.mean(axis=0) if len(own) else np.zeros(self.dimension) for own in rows], np.float32)

    def _all(self, vector: Vectors) -> Vectors:
        """The inner product with every row, on two threads."""
        if self.rows.dtype != np.float32:
            return self._some(vector, np.arange(len(self.rows)))
        similar = np.empty(len(self.rows), np.float32)
        middle = len(similar) // 2
        parts = [slice(0, middle), slice(middle, len(similar))] if middle else [slice(0, len(similar))]
        list(self._pool.map(lambda part: _products(vector, self.rows[part], similar[part]), parts))
        return similar

    def _some(self, vector: Vectors, numbers: Numbers) -> Vectors:
        """The inner product with these rows, read in blocks."""
        similar = np.empty(len(numbers), np.float32)
        if self.rows.dtype != np.float16:
            for first in range(0, len(numbers), _BLOCK):
                similar[first : first + _BLOCK] = self.rows[numbers[first : first + _BLOCK]] @ vector
            return similar
        # What is made of a block is written over with the next: new memory takes as long as all else.
        halves = np.empty((min(_BLOCK, len(numbers)), self.dimension), np.float16)
        singles, scaled = np.empty(halves.shape, np.int32), vector * _HALF_SCALE
        for first in range(0, len(numbers), _BLOCK):
            block = numbers[first : first + _BLOCK]
            own = np.take(self.rows, block, axis=0, out=halves[: len(block)], mode="clip")
            similar[first : first + _BLOCK] = _widened(own, singles[: len(block)]) @ scaled
        return similar


def distinct(numbers: Numbers) -> Numbers:
    """Each number once, ascending. np.unique goes by hashes, which takes many times as long."""
    ordered = np.sort(numbers)
    first = np.ones(len(ordered), np.bool_)
    first[1:] = ordered[1:] != ordered[:-1]
    return np.asarray(ordered[first], np.int64)


def _widened(halves: NDArray[np.float16], room: NDArray[np.int32]) -> Vectors:
    """Numbers of half precision over _HALF_SCALE, exactly, in `room`: by their bits, four times as fast as
    numpy's own way.
    """
    np.copyto(room, halves.view(np.int16))
    np.left_shift(room, _FRACTIONS, out=room)
    np.bitwise_and(room, _NO_COPIED_SIGN, out=room)
    return room.view(np.float32)


def _scan(codes: Any, vector: Vectors, count: int) -> tuple[Vectors, Numbers]:
    """The nearest `count` of the coded rows, with what their codes make of the inner product."""
    import faiss

    faiss.omp_set_num_threads(1)  # holds for the calling thread alone
    values, numbers = codes.search(vector.reshape(1, -1).astype(np.float32), min(count, codes.ntotal))
    return values[0], numbers[0]


def _products(vector: Vectors, rows: NDArray[Any], out: Vectors) -> None:
    """Write the inner product of `vector` with each of `rows` into `out`, in one pass without a copy."""
    import faiss

    compare: Any = faiss.fvec_inner_products_ny  # type: ignore[attr-defined]  # made by swig
    pointers = (faiss.swig_ptr(part) for part in (out, np.ascontiguousarray(vector, np.float32), rows))
    compare(*pointers, rows.shape[1], len(rows))


def write_vectors(
    folder: Path,
    count: int,
    dimension: int,
    batches: Iterator[tuple[Numbers, Vectors]],
    passages: int,
    *,
    coded: bool = True,
) -> None:
    """Write `count` rows as they come: the passages.id of each, ascending, up to `passages`, and its vector.

    Kept as float32 where all are compared for a question, as float16 beyond, with codes unless they are not wanted.
    """
    folder.mkdir()
    exact = count <= EXACT_UP_TO
    owners = np.empty(count, np.int32)
    with ArrayFile(folder / ROWS, np.float32 if exact else np.float16, (count, dimension)) as rows:
        at = 0
        for ids, vectors in batches:
            rows.write(vectors)
            owners[at : at + len(ids)] = ids
            at += len(ids)
    np.save(folder / OWNERS, owners, allow_pickle=False)
    starts = np.searchsorted(owners, np.arange(passages + 2))
    np.save(folder / STARTS, starts.astype(np.int64), allow_pickle=False)
    if coded and not exact:
        _write_codes(folder, mapped(folder / ROWS))


def _write_codes(folder: Path, rows: NDArray[Any]) -> None:
    import faiss

    count, dimension = rows.shape
    width = next(width for width in (4, 5, 6, 7, 3, 2, 1) if dimension % width == 0)
    trained: Any = faiss.IndexPQFastScan(dimension, dimension // width, 4, faiss.METRIC_INNER_PRODUCT)
    trained.train(rows[evenly(count, _TRAINED_ON)].astype(np.float32))
    for number in range(_THREADS):
        first, last = (count * part // _THREADS for part in (number, number + 1))
        codes = faiss.clone_index(trained)
        for start in range(first, last, _BATCH):
            codes.add(rows[start : min(start + _BATCH, last)].astype(np.float32))
        with (folder / f"codes-{number}.faiss").open("wb") as file:
            # Through Python's file: what FAISS cannot write as it closes one of its own, it does not tell.
            faiss.write_index(codes, faiss.PyCallbackIOWriter(file.write))  # type: ignore[attr-defined]  # by swig


def write_reference(path: Path, vectors: Any) -> None:
    """Write at most REFERENCE_SIZE of the vectors, evenly spaced in passage order; they may lie on disk."""
    np.save(path, vectors[evenly(len(vectors), REFERENCE_SIZE)].astype(np.float32), allow_pickle=False)


def evenly(count: int, wanted: int) -> Numbers:
    """The numbers of at most `wanted` of `count` rows, evenly spaced, the first and the last among them."""
    return np.linspace(0, count - 1, min(count, wanted)).round().astype(np.int64)


def open_vectors(folder: Path) -> VectorIndex:
    """Map the vectors in `folder`; codes are read into memory.

    Raises ValueError where files do not fit together, RuntimeError where codes are damaged, and OSError where a file is
    not there or there is no memory for it.
    """
    rows, owners, starts = (mapped(folder / name) for name in (ROWS, OWNERS, STARTS))
    codes = _read_codes(sorted(folder.glob("codes-*.faiss")))
    fits = rows.ndim == 2 and len(rows) == len(owners) == starts[-1] and len(starts) > 1
    if not fits or (codes and (sum(part.ntotal for part in codes), codes[0].d) != rows.shape):
        raise ValueError(f"the files of {folder.name} do not fit together")
    return VectorIndex(rows, owners, starts, codes)


def _read_codes(paths: Sequence[Path]) -> tuple[Any, ...]:
    if not paths:
        return ()
    import faiss

    try:
        return tuple(faiss.read_index(str(path)) for path in paths)
    except MemoryError as error:  # a damaged length asks for any amount
        raise OSError(f"there is no memory for what {paths[0].parent.name} says that its codes take") from error
