"""What the sentences of findings ask for, as vectors: encoded when it is wanted, and remembered.

A page on a force compares all that it was asked. What one reader opens must not keep the others waiting: a few texts
are encoded at a time, between which a search comes in, and none of them twice.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from corpus.text import sentences
from service.memory.finding_index import Item
from service.query.frame import without_frame
from service.query.question import telling

if TYPE_CHECKING:
    from models.encoder import Encoder

TELLING = 3  # words that name something, at least, of a sentence that is compared
BATCH = 16  # texts encoded in one go
KEPT = 20_000  # findings that are remembered, some 5 KB each


@dataclass(frozen=True, slots=True)
class AskedSentence:
    """What a sentence asks for: its words that name something, and its unit vector of shape (dimension,)."""

    words: frozenset[str]
    vector: NDArray[np.float32]


class AskedSentences:
    """The sentences of findings by the finding's id; safe to use from several threads."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[AskedSentence, ...]] = {}
        self._encoding = threading.Lock()

    def of(self, items: Sequence[Item], encoder: "Encoder") -> list[tuple[AskedSentence, ...]]:
        """The sentences of each of these findings, one at least for each."""
        with self._encoding:  # only whoever wants the like of this waits
            missing = [item for item in items if item.id not in self._known]
            texts = [(item.id, text) for item in missing for text in _asked(item.text)]
            found: dict[int, list[AskedSentence]] = {}
            for first in range(0, len(texts), BATCH):
                batch = texts[first : first + BATCH]
                vectors = encoder.encode_queries([text for _, text in batch])
                for (number, text), vector in zip(batch, vectors, strict=True):
                    found.setdefault(number, []).append(AskedSentence(frozenset(telling(text)), vector))
            self._known |= {number: tuple(own) for number, own in found.items()}
            asked = [self._known[item.id] for item in items]
            for number in list(islice(self._known, max(0, len(self._known) - KEPT))):
                del self._known[number]
        return asked


def _asked(text: str) -> list[str]:
    """What each sentence of a finding asks for; those that say too little to be told apart are left out."""
    bare = [without_frame(text[start:end]) for start, end in sentences(text)]
    return [one for one in bare if len(telling(one)) >= TELLING] or [text]
