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
_COMMIT = 64  # strings encoded between two commits to the cache: what a killed build may lose


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


def embed(
    texts: Sequence[str], encoder: Encoder, cache: EmbeddingCache, progress: Callable[[int, int], None]
) -> Embedded:
    """Vectors for the embedding texts of passages 1, 2, 3, …; only strings new to the cache are encoded."""
    windows = [encoder.windows(text) for text in texts]
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

    # One query over 50,000 vectors takes 8 ms on one thread and no less on two, which would also give
    # every server thread an OpenMP team of its own.
    faiss.omp_set_num_threads(1)
    return faiss.read_index(str(path))
