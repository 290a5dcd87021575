"""The vectors and words of a generation that are kept in Milvus, as a search asks for them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from indexer.milvus import MilvusError
from indexer.milvus_store import MOST, MilvusStore
from indexer.vector_index import distinct
from indexer.vector_store import FOURTH, Chosen, Numbers, Vectors

WHOLE = 4_000  # rows up to which all passages are looked at for each question


@dataclass(frozen=True, slots=True)
class MilvusIndex:
    """One generation in Milvus. Safe to share between threads; what asks Milvus raises MilvusError.

    `rows` and `passages` are how many there are by the manifest. Nothing is asked when it is made: where Milvus is
    away, what needs none of it is still answered.
    """

    store: MilvusStore
    rows: int
    passages: int
    dimension: int

    @property
    def exact(self) -> bool:
        """Whether every passage is looked at for each question."""
        return self.rows <= WHOLE

    def near(self, vector: Vectors, count: int, *within: Chosen) -> Numbers:
        """The passages.id, ascending, of those nearest, `count` of them, and a fourth as many of each `within`."""
        own = [self._chosen(self.store.near, vector, count // FOURTH, one) for one in within]
        return distinct(np.concatenate([self._chosen(self.store.near, vector, count, None), *own]))

    def by_words(self, weights: Mapping[int, float], count: int, within: Chosen | None = None) -> Numbers:
        """The passages.id, ascending, that hold most of some words, by what each weighs; keys as postings have them."""
        return self._chosen(self.store.by_words, weights, count, within)

    def cosines(self, vector: Vectors, ids: Numbers) -> Vectors:
        """The inner product of `vector` with the best row of each of `ids`, which ascend; -1 for one without any."""
        if len(ids) == self.passages and self.rows <= MOST:
            found, similar = self.store.near(vector, self.passages)
            best = np.full(self.passages + 1, -1, np.float32)
            best[found] = similar
            return best[ids]
        return self.store.cosines(vector, ids)

    def means(self, ids: Numbers) -> Vectors:
        """The mean of the vectors of each passage, shape (len(ids), dimension); zeros for one without any."""
        owners, rows = self.store.rows(ids)
        sums, counts = np.zeros((len(ids), self.dimension), np.float32), np.zeros(len(ids), np.float32)
        order = np.argsort(ids)
        places = order[np.searchsorted(ids[order], owners)]
        np.add.at(sums, places, rows.reshape(-1, self.dimension))
        np.add.at(counts, places, 1)
        return np.asarray(sums / np.maximum(counts, 1)[:, None], np.float32)

    @property
    def address(self) -> str:
        """Where this Milvus is, without the token."""
        return self.store.link.address.uri

    def problem(self) -> str | None:
        """Why it cannot be searched: a sentence; None where it answers and is whole."""
        try:
            return self.store.missing(self.rows)
        except MilvusError as error:
            return str(error)

    def _chosen(self, ask: Any, query: Any, count: int, within: Chosen | None) -> Numbers:
        if within is None:
            found: Numbers = ask(query, count)[0]
            return found
        if within.narrower:
            count = min(within.widened(count, self.passages), MOST)
        return within.of(ask(query, count, within.expression)[0])
