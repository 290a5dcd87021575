"""From passages to vectors: what is embedded, what the cache already knows, and the two vector files."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corpus.model import Document, Passage
from indexer.cache import EmbeddingCache
from models.encoder import Encoder

Vectors = NDArray[np.float32]

FP16_ABOVE = 50_000  # vectors
REFERENCE_SIZE = 2_000
_TELL = 1_000  # texts cut between two words of progress
_COMMIT = 128  # strings encoded between two commits to the cache: what a killed build may lose; 64 were 8 % slower


@dataclass(frozen=True, slots=True)
class Embedded:
    """One row of `vectors` per window, in passage order, and the passages.id of each in `ids`."""

    ids: NDArray[np.int64]
    vectors: Vectors
    encoded: int
    cached: int


def embedding_text(document: Document, passage: Passage) -> str:
    """The exact string that stands for `passage`: a list item is read after the words that introduce it."""
    if passage.parent is None:
        return passage.text
    return f"{document.passages[passage.parent].text} {passage.text}"


def windows_of(texts: Sequence[str], encoder: Encoder, progress: Callable[[int, int], None]) -> list[list[str]]:
    """The windows of each text."""
    windows = []
    for number, text in enumerate(texts):
        if number % _TELL == 0:
            progress(number, len(texts))
        windows.append(encoder.windows(text))
    return windows


def embed(
    windows: Sequence[Sequence[str]], encoder: Encoder, cache: EmbeddingCache, progress: Callable[[int, int], None]
) -> Embedded:
    """Vectors for the windows of passages 1, 2, 3, …; only strings new to the cache are encoded."""
    strings = list(dict.fromkeys(window for pieces in windows for window in pieces))
    known = cache.get(strings)
    # Longest first, so that a batch holds strings of like length and the estimate of time left errs high.
    new = sorted((s for s in strings if s not in known), key=len, reverse=True)
    cached = len(known)
    progress(0, len(new))
    for start in range(0, len(new), _COMMIT):
        batch = new[start : start + _COMMIT]
        vectors = encoder.encode_document(batch)
        cache.put(batch, vectors)
        known.update(zip(batch, vectors, strict=True))
        progress(start + len(batch), len(new))
    ids = [number for number, pieces in enumerate(windows, start=1) for _ in pieces]
    rows = [known[window] for pieces in windows for window in pieces]
    return Embedded(np.array(ids, np.int64), np.stack(rows), encoded=len(new), cached=cached)


def write_vectors(path: Path, embedded: Embedded) -> None:
    """Write an exact inner-product index; vectors of one long passage share its id."""
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


def open_vectors(path: Path) -> Any:
    """Read the FAISS index at `path` into memory."""
    import faiss

    return faiss.read_index(str(path))


def cosines(index: Any, vector: Vectors, size: int) -> Vectors:
    """The best inner product of `vector`, shape (dimension,), with those of each id below `size`; -1 without any.

    All of them, from one exact scan: a passage found by its words alone needs a cosine as well.
    """
    import faiss

    # Holds for the calling thread alone, so it is said for every scan. One over 50,000 vectors takes 8 ms on one
    # thread and no less on two, and every server thread would have a team of its own.
    faiss.omp_set_num_threads(1)
    query = vector.reshape(1, -1).astype(np.float32)
    # Of 100,000 vectors, a range over all takes 29 ms in float32 and 226 ms in fp16, a search for all 92 and 46 ms.
    if isinstance(faiss.downcast_index(index.index), faiss.IndexFlat):
        _, values, ids = index.range_search(query, -2.0)
    else:
        values, ids = (found[0] for found in index.search(query, index.ntotal))
    best = np.full(size, -1, np.float32)
    np.maximum.at(best, ids, values)
    return best
