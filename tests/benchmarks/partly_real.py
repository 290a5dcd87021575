"""Encoders for benchmarks: one that encodes a part of many texts only, and one that tells how long questions took."""

import hashlib
import time
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corpus.text import sentences
from models.encoder import Encoder

Vectors = NDArray[np.float32]

NOISE = 0.35  # length of what is added to a mean of sentences' unit vectors
_WHOLE = 2**32


class PartlyReal:
    """`encoder`, but that of all texts of documents only a share gets the vector that it gives.

    Which do is drawn by their hash, so it does not hang on their order. Of the others each gets the mean of the vectors
    of its sentences with noise, seeded by the text, at unit length: near to what says the same, and no two alike. A
    sentence that is not one of `known` counts as one of them, drawn in the same way.
    """

    def __init__(self, encoder: Encoder, known: Sequence[str], share: float) -> None:
        self._encoder, self._known, self._share = encoder, known, share
        self._vectors: Vectors | None = None
        self._places = {text: place for place, text in enumerate(known)}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._encoder, name)

    def windows(self, text: str) -> list[str]:
        """The text itself: paragraphs of a few sentences fit."""
        return [text]

    def encode_document(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, shape (len(texts), dimension)."""
        if self._vectors is None:
            self._vectors = self._encoder.encode_document(self._known)
        seeds = [_seed(text) for text in texts]
        real = [at for at, seed in enumerate(seeds) if seed % _WHOLE < self._share * _WHOLE]
        found = np.empty((len(texts), self._vectors.shape[1]), np.float32)
        for at, text in enumerate(texts):
            found[at] = self._drawn(text, seeds[at])
        if real:
            found[real] = self._encoder.encode_document([texts[at] for at in real])
        return found

    def _drawn(self, text: str, seed: int) -> Vectors:
        assert self._vectors is not None
        if text in self._places:
            return np.asarray(self._vectors[self._places[text]])
        parts = [text[start:end] for start, end in sentences(text)] or [text]
        mean = self._vectors[[self._place(part) for part in parts]].mean(axis=0)
        noise = np.random.default_rng(seed).standard_normal(len(mean), np.float32)
        found = mean / np.linalg.norm(mean) + NOISE * noise / np.linalg.norm(noise)
        return np.asarray(found / np.linalg.norm(found), np.float32)

    def _place(self, sentence: str) -> int:
        place = self._places.get(sentence)
        return _seed(sentence) % len(self._known) if place is None else place


class Timed:
    """`encoder`, with the seconds that questions have taken in `seconds`."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder, self.seconds = encoder, 0.0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._encoder, name)

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Vectors as those of the encoder, shape (len(texts), dimension)."""
        began = time.perf_counter()
        found = self._encoder.encode_queries(texts)
        self.seconds += time.perf_counter() - began
        return found


def _seed(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")
