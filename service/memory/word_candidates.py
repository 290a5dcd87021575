"""The passages that hold most of a question by its words, where there are too many to look at all."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.lexical import NAMES, WRITTEN
from indexer.postings import Ids, Postings
from service.query.lexicon import Stems

Term = tuple[Stems, str]
"""Words that have to stand side by side, one or more, and the field in which they do."""

Way = Sequence[tuple[Term, float]]
"""Terms that add up, each with what it is worth where it stands."""

_Ids = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Sought:
    """What is looked for: for each concept the ways in which a passage may hold it, what was typed first.

    `bound` is what all of it is worth. `phrases` must all stand in a passage; `exact` is the whole question, if that
    counts by itself.
    """

    concepts: Sequence[Sequence[Way]]
    bound: float
    phrases: Sequence[Term] = ()
    exact: Term | None = None


def listed(sought: Sought, postings: Callable[[Term], Postings], most: int) -> tuple[Ids, float]:
    """At most so many passages that hold most of what is sought, ascending, and a ceiling.

    No other passage that holds all the phrases has a larger share of it than the ceiling, 0 to 1.
    """
    if sought.phrases:
        return _holding(sought, postings, most)
    found, terms = _united(sought, postings, most)
    met: list[Term] = []
    if common := [term for term in _typed(sought, postings) if term not in terms]:
        pool, *words = map(postings, common)
        more, count = _fullest(_beyond(pool, found), words, most - len(found))
        found, met = _union([found, more]), common[: count + 1] if count else []
    every = sought.exact is None or sought.exact in terms
    return found.astype(np.int64), _ceiling(sought, terms, met) if every else 1.0


def _holding(sought: Sought, postings: Callable[[Term], Postings], most: int) -> tuple[Ids, float]:
    """Those with all the phrases; of too many, those with most of the other words."""
    rarest, *more = sorted((postings(term) for term in sought.phrases), key=_count)
    holders = rarest.ids
    for found in more:
        holders = holders[found.meeting(holders)[0]]
    if len(holders) <= most:
        return holders.astype(np.int64), 0.0
    quoted = {stem for stems, _ in sought.phrases for stem in stems}
    others = [term for term in _typed(sought, postings) if not quoted.issuperset(term[0])]
    pool = Postings(holders, np.zeros(len(holders), np.float32))
    best, count = _fullest(pool, map(postings, others), most)
    return best.astype(np.int64), 1.0 if sought.exact else _ceiling(sought, set(), others[:count])


def _united(sought: Sought, postings: Callable[[Term], Postings], most: int) -> tuple[_Ids, set[Term]]:
    """All passages with any of the rarest terms, and these terms: as many as there is room for, names first."""
    every = dict.fromkeys(term for ways in sought.concepts for way in ways for term, _ in way)
    first = [*([sought.exact] if sought.exact else []), *(term for term in every if term[1] in (NAMES, WRITTEN))]
    rest = sorted((term for term in every if term not in first), key=lambda term: _count(postings(term)))
    found, total, terms = list[_Ids](), 0, set[Term]()
    for term in (*first, *rest):
        more = postings(term).ids
        if total + len(more) > most:  # unless they overlap
            more = _union([*found, more]) if len(more) <= most else more
            if len(more) > most and term in first:
                continue
            if len(more) > most:
                break
            found, total = [], 0
        found.append(more)
        total += len(more)
        terms.add(term)
    return _union(found), terms


def _union(found: Sequence[_Ids]) -> _Ids:
    every = np.concatenate([np.zeros(0, np.int32), *found])
    every.sort()
    return every[np.flatnonzero(np.diff(every, prepend=-1))]  # np.unique takes twenty times as long


def _typed(sought: Sought, postings: Callable[[Term], Postings]) -> list[Term]:
    """The terms that were typed, each once, the rarest first."""
    typed = {term for ways in sought.concepts for term, _ in ways[0]}
    return sorted(typed, key=lambda term: (_count(postings(term)), term))


def _beyond(pool: Postings, found: _Ids) -> Postings:
    """What of a pool is not found yet."""
    there, _ = Postings(found, pool.scores).meeting(pool.ids)
    return Postings(np.delete(pool.ids, there), np.delete(pool.scores, there)) if len(there) else pool


def _fullest(pool: Postings, words: Iterable[Postings], room: int) -> tuple[_Ids, int]:
    """So many passages of a pool that hold most of some words, rarest first: ascending.

    Also with how many of these words there was room for every passage of the pool that has them all; 0 where for none.
    """
    for count, word in enumerate(words, start=1):
        there, here = word.meeting(pool.ids)
        if len(there) <= room:
            rest = np.delete(np.arange(len(pool.ids)), there)
            also = rest[_best(pool.scores[rest], room - len(there))]
            return np.sort(pool.ids[np.concatenate([there, also])]), count
        pool = Postings(pool.ids[there], pool.scores[there] + word.scores[here])
    return pool.ids[_best(pool.scores, room)], 0


def _best(scores: NDArray[np.float32], count: int) -> NDArray[np.intp]:
    """The places of so many of the highest scores, ascending; of equals the first, so that it is the same anywhere."""
    if count >= len(scores):
        return np.arange(len(scores))
    if count <= 0:
        return np.zeros(0, np.intp)
    least = np.partition(scores, len(scores) - count)[len(scores) - count]
    above, equal = np.flatnonzero(scores > least), np.flatnonzero(scores == least)
    return np.sort(np.concatenate([above, equal[: count - len(above)]]))


def _ceiling(sought: Sought, terms: set[Term], met: Sequence[Term]) -> float:
    """The largest share of a passage without any of `terms`, and without one at least of those `met`, if any are."""
    return max(_without(sought, {*terms, term}) for term in met) if met else _without(sought, terms)


def _without(sought: Sought, terms: Iterable[Term]) -> float:
    """The largest share that a passage without these terms can have."""
    gone = set(terms)
    best = [max(sum(worth for term, worth in way if term not in gone) for way in ways) for ways in sought.concepts]
    return min(1.0, sum(best) / sought.bound) if sought.bound > 0 else 0.0


def _count(found: Postings) -> int:
    return len(found.ids)
