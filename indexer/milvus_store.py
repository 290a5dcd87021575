"""A generation as it is asked for in Milvus: the nearest passages, those that hold words, their columns and counts.

Nothing of the corpus's size is read: what a question costs here follows the passages that are asked for.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from indexer.milvus import ANSWERING, NOT_LOADED, WRITING, Link, MilvusError, Result
from indexer.milvus_rows import (
    PASSAGE,
    ROW,
    VECTOR,
    WINDOW,
    WORDS,
    Numbers,
    Vectors,
    keys_of,
    passages_of,
)

MOST = 16_384  # rows that Milvus gives to one question
_ASKED = 4_096  # passages named in one question
_LOADS = 4  # of a collection, for one question
_NOTHING = f"{ROW} < 0"
FINDABLE = "findable == true"  # an expression: similar findings are looked for among these
Within = str | Numbers | None
"""Where to look: an expression of Milvus, the passages.id among which, or everywhere."""


def has_one(column: str, codes: Collection[int]) -> str:
    """An expression: the facet or number is one of `codes`."""
    return f"{column} in {sorted(codes)}" if codes else _NOTHING


def has_any(column: str, codes: Collection[int]) -> str:
    """An expression: one of the facet's values, of which there may be several, is one of `codes`."""
    return f"array_contains_any({column}, {sorted(codes)})" if codes else _NOTHING


def lies_between(column: str, low: int | None, high: int | None) -> str:
    """An expression: the number is at least `low` and at most `high`, where these are given."""
    bounds = [f"{column} >= {low}"] * (low is not None) + [f"{column} <= {high}"] * (high is not None)
    return " and ".join(bounds)


def all_hold(parts: Iterable[str]) -> str:
    """An expression: each of `parts`; empty ones, which all pass, are left out."""
    return " and ".join(f"({part})" for part in parts if part)


@dataclass(frozen=True, slots=True)
class MilvusStore:
    """The collection of one generation. Safe to share between threads; every method raises MilvusError.

    It is asked by its own name: the alias may move while a request is answered. ids are passages.id, and what comes
    with them is by position.
    """

    link: Link
    collection: str

    def near(self, vector: Vectors, count: int, within: Within = None) -> tuple[Numbers, Vectors]:
        """The `count` passages nearest to `vector`, ascending, and the inner product with the best row of each.

        Fewer, where no more pass or hold a row among the MOST nearest.
        """
        return self._best(VECTOR, np.asarray(vector, np.float32), count, within)

    def by_words(self, weights: Mapping[int, float], count: int, within: Within = None) -> tuple[Numbers, Vectors]:
        """The `count` passages that hold most of the terms, ascending, and the BM25 of each, by what each term weighs.

        A passage that holds none is not among them.
        """
        if not weights:
            return np.empty(0, np.int64), np.empty(0, np.float32)
        return self._best(WORDS, {term + 1: float(weight) for term, weight in weights.items()}, count, within)

    def cosines(self, vector: Vectors, ids: Numbers) -> Vectors:
        """The inner product of `vector` with the best row of each passage, -1 for one without any."""
        query = np.asarray(vector, np.float32)
        best = np.full(len(ids), -1, np.float32)
        for part in _parts(len(ids), _ASKED):
            keys, similar = self._hits(VECTOR, query, MOST, _among(ids[part]))
            _raise_to(best[part], ids[part], passages_of(keys), similar)
        # A graph of neighbours may miss some, as may the bound on what one question gives.
        if missed := np.flatnonzero(best == -1).tolist():
            owners, vectors = self.rows(ids[missed])
            _raise_to(best, ids, owners, vectors.reshape(-1, len(query)) @ query)
        return best

    def columns(self, ids: Numbers, names: Sequence[str]) -> dict[str, list[Any]]:
        """The values of each of the columns, a list of codes where a passage may have several."""
        found: dict[int, Mapping[str, Any]] = {}
        for part in _parts(len(ids), _ASKED):
            keys = keys_of(ids[part]).tolist()
            found |= {row[ROW]: row for row in self._rows(f"{ROW} in {keys}", [ROW, *names])}
        try:
            own = [found[key] for key in keys_of(ids).tolist()]
        except KeyError as error:
            raise MilvusError(
                f"{self.collection} in Milvus at {self.link.address.uri} holds no passage"
                f" {int(passages_of(np.array(error.args[0])))}. Run `precedent build` to write it anew."
            ) from None
        return {name: [row[name] for row in own] for name in names}

    def rows(self, ids: Numbers) -> tuple[Numbers, Vectors]:
        """The passages.id of each row of these passages, ascending, and the rows, of shape (n, dimension)."""
        found: list[Mapping[str, Any]] = []
        for part in _parts(len(ids), _ASKED):
            found += self._rows(_among(ids[part]), [ROW, VECTOR])
        found.sort(key=lambda row: int(row[ROW]))
        vectors = [np.asarray(row[VECTOR], np.float32) for row in found]
        return passages_of(np.array([row[ROW] for row in found], np.int64)), np.array(vectors, np.float32)

    def counts(self, facet: str, ids: Numbers) -> dict[int, int]:
        """For each code of a facet the number of folds with a passage of `ids` that has it; zeros are left out."""
        held = self.columns(ids, ["fold", facet])
        codes = [value if isinstance(value, list) else [value] for value in held[facet]]
        pairs = {(fold, code) for fold, own in zip(held["fold"], codes, strict=True) for code in own}
        totals = np.unique(np.array([code for _, code in pairs], np.int64), return_counts=True)
        return dict(zip(totals[0].tolist(), totals[1].tolist(), strict=True))

    def size(self, within: str = "") -> int:
        """The number of passages, or of those that pass an expression."""
        counted = self._rows(all_hold([f"{WINDOW} == 0", within]), ["count(*)"])
        return int(counted[0]["count(*)"])

    def missing(self, rows: int) -> str | None:
        """What of a generation with so many rows is not there: a sentence; None where all is."""
        link, name = self.link, self.collection
        if not link.ask(lambda client: client.has_collection(name, timeout=ANSWERING)):
            return (
                f"Milvus at {link.address.uri} does not hold this index ({name}). Run `precedent build` to write it"
                " there."
            )
        there = int(self._rows("", ["count(*)"])[0]["count(*)"])
        if there == rows:
            return None
        return (
            f"Milvus at {link.address.uri} holds {there:,} rows of this index ({name}), which has {rows:,}. Run"
            " `precedent build` to write the others."
        )

    def _best(self, column: str, query: Any, count: int, within: Within) -> tuple[Numbers, Vectors]:
        if within is None or isinstance(within, str):
            places = [within or ""]
        else:
            places = [_among(within[part]) for part in _parts(len(within), _ASKED)]
        parts = [self._nearest(column, query, count, place) for place in places] if count > 0 else []
        ids = np.concatenate([found for found, _ in parts] or [np.empty(0, np.int64)])
        scores = np.concatenate([values for _, values in parts] or [np.empty(0, np.float32)])
        chosen = np.lexsort((ids, -scores))[:count]
        chosen = chosen[np.argsort(ids[chosen])]
        return ids[chosen], scores[chosen]

    def _nearest(self, column: str, query: Any, count: int, place: str) -> tuple[Numbers, Vectors]:
        """Passages and their best rows: more rows are asked for until they are of `count` passages, or there are none.

        Milvus can group rows by passage itself, and so does milvus-lite, but that looks at ten times as many rows.
        """
        limit = min(MOST, 2 * count)
        while True:
            keys, scores = self._hits(column, query, limit, place)
            ids, first = np.unique(passages_of(keys), return_index=True)  # the best row comes first
            if len(ids) >= count or len(keys) < limit or limit == MOST:
                return ids, scores[first]
            limit = min(MOST, 2 * limit)

    def _hits(self, column: str, query: Any, limit: int, place: str) -> tuple[Numbers, Vectors]:
        """The keys of at most `limit` rows, the best first, and what each comes to."""

        def search(client: Any) -> Any:
            asked = {"filter": place, "limit": limit, "anns_field": column, "timeout": ANSWERING}
            return client.search(self.collection, [query], **asked)[0]

        found = self._ask(search)
        keys = np.array([hit[ROW] for hit in found], np.int64)
        return keys, np.array([hit["distance"] for hit in found], np.float32)

    def _rows(self, place: str, names: Sequence[str]) -> list[Mapping[str, Any]]:
        asked = {"filter": place, "output_fields": list(names), "timeout": ANSWERING}
        return list(self._ask(lambda client: client.query(self.collection, **asked)))

    def _ask(self, question: Callable[[Any], Result]) -> Result:
        # milvus-lite starts with nothing loaded, and an operator may have released it. Asked by several threads as it
        # starts, milvus-lite may open a collection twice and forget the one that was loaded.
        for _ in range(_LOADS):
            try:
                return self.link.ask(question)
            except MilvusError as error:
                if error.code != NOT_LOADED:
                    raise
            self.link.ask(lambda client: client.load_collection(self.collection, timeout=WRITING))
        return self.link.ask(question)


def _among(ids: Numbers) -> str:
    return f"{PASSAGE} in {np.asarray(ids).tolist()}"


def _parts(count: int, of: int) -> list[slice]:
    return [slice(start, start + of) for start in range(0, count, of)]


def _raise_to(best: Vectors, ids: Numbers, owners: Numbers, values: Vectors) -> None:
    """Let no entry of `best`, which is by position in `ids`, be less than a value of its own; `ids` ascend."""
    np.maximum.at(best, np.searchsorted(ids, owners), values)
