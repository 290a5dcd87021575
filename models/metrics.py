"""How good a ranking is, and how far chance alone moves the mean: pure measures, nothing of documents in them."""

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Values = Mapping[str, float]

RETRIEVAL = ("nDCG@10", "recall@10", "recall@100", "MRR@10", "success@5")
PLACES = ("nDCG@10", "success@1", "success@3", "success@5", "MRR@10", "recall@5", "recall@10")
RESAMPLES = 10_000
SEED = 20_261_126
LEVEL = 95  # per cent of the resamples that an interval holds
TELLING = 6  # queries: five that all go one way do so by chance in one case of sixteen

_ANSWERS = 2  # the grade of a place that answers; 1 is related
_DEPTH = 10
_DRAWN = 1_000_000  # numbers drawn at once: 8 MB


@dataclass(frozen=True, slots=True)
class Place:
    """A judged place: `grade` 2 answers, 1 is related; places of one `group` are one thing, said in several places."""

    group: str
    grade: int


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean over `queries` values, and the ends of its 95 % bootstrap interval, in the unit of the values."""

    mean: float
    low: float
    high: float
    queries: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """A mean difference, later minus earlier, over the `queries` of both, and the ends of its 95 % interval.

    `chance` is the share of resamples, counted on both sides, that lie on the other side of zero: small where the
    difference is more than chance, 1 where there is none. `changed` is the number of queries whose value differs.
    """

    difference: float
    low: float
    high: float
    chance: float
    queries: int
    changed: int

    @property
    def more_than_chance(self) -> bool:
        """Whether the interval leaves zero out, and enough queries changed for that to mean anything."""
        return self.changed >= TELLING and (self.low > 0 or self.high < 0)


def retrieval_values(
    judgements: Mapping[str, Mapping[str, int]], rankings: Mapping[str, Sequence[str]]
) -> dict[str, dict[str, float]]:
    """The RETRIEVAL measures, each from 0 to 1, of every query of `judgements`, by query and name.

    `judgements` give the relevance of documents to a query (0 or less: not relevant), `rankings` the documents found,
    best first; a query without one counts 0. As trec_eval and BEIR have them, by ir-measures: relevance itself is the
    gain, discounted by log2(rank + 1); recall is of all relevant documents. Raises ValueError for a document that
    stands twice in a ranking.
    """
    import ir_measures
    from ir_measures import RR, R, Success, nDCG

    measures = dict(zip((nDCG @ 10, R @ 10, R @ 100, RR @ 10, Success @ 5), RETRIEVAL, strict=True))
    for query, ranking in rankings.items():
        if len(set(ranking)) < len(ranking):
            raise ValueError(f"The ranking of query {query} holds a document twice.")
    # No two scores are equal, so that no library's own order of ties decides.
    run = {query: {key: float(-rank) for rank, key in enumerate(keys)} for query, keys in rankings.items() if keys}
    values = {query: dict.fromkeys(RETRIEVAL, 0.0) for query in judgements}
    for found in ir_measures.iter_calc(list(measures), judgements, run):
        values[found.query_id][measures[found.measure]] = float(found.value)
    return values


def place_values(places: Sequence[Place], hits: Sequence[Collection[int]]) -> dict[str, float]:
    """The PLACES measures, each from 0 to 1, of one query; only nDCG@10 where no place answers.

    `hits` give for each hit, best first, the indexes of the places that it satisfies. A group counts at the first hit
    that satisfies it. A hit's gain is 2^grade - 1 of the best group that is new in it, the ideal ranking has a hit for
    each group, and the discount is log2(rank + 1) (Burges and others, "Learning to rank using gradient descent", 2005).
    Recall at k is of the groups that answer, or of k where there are more; success and MRR@10 look for the first hit
    with a new place that answers. Raises ValueError without places.
    """
    if not places:
        raise ValueError("A query without judged places has no such measures.")
    new = list(_new(places, hits[:_DEPTH]))
    gains = [max((2**grade - 1 for grade in found.values()), default=0) for found in new]
    best: dict[str, int] = {}
    for place in places:
        best[place.group] = max(best.get(place.group, 0), place.grade)
    ideal = sorted((2**grade - 1 for grade in best.values()), reverse=True)[:_DEPTH]
    values = {"nDCG@10": _discounted(gains) / _discounted(ideal)}
    wanted = {place.group for place in places if place.grade == _ANSWERS}
    if not wanted:
        return values
    first = next((rank for rank, found in enumerate(new, 1) if _ANSWERS in found.values()), math.inf)
    values |= {f"success@{k}": float(first <= k) for k in (1, 3, 5)} | {"MRR@10": 1 / first}
    for k in (5, 10):
        met = {group for found in new[:k] for group in found}
        values[f"recall@{k}"] = len(met & wanted) / min(k, len(wanted))
    return values


def _new(places: Sequence[Place], hits: Sequence[Collection[int]]) -> Iterator[dict[str, int]]:
    """For each hit the groups that none before it satisfies, each with the grade of its first place that it does."""
    seen: set[str] = set()
    for hit in hits:
        found: dict[str, int] = {}
        for index in sorted(hit):
            if places[index].group not in seen:
                found.setdefault(places[index].group, places[index].grade)
        seen |= found.keys()
        yield found


def _discounted(gains: Sequence[int]) -> float:
    return sum(gain / math.log2(rank + 1) for rank, gain in enumerate(gains, 1))


def interval(values: Sequence[float]) -> Interval:
    """The mean of one value per query with its percentile bootstrap interval, the same each time.

    10,000 resamples of the queries (Efron and Tibshirani, "An introduction to the bootstrap", 1993, chapter 13).
    Raises ValueError without values.
    """
    array = _array(values)
    low, high = ends(_resampled(array))
    return Interval(float(array.mean()), low, high, array.size)


def compare(before: Values, after: Values) -> Comparison:
    """The paired bootstrap of two runs, over the queries that have a value in both, the same each time.

    The differences are resampled, queries as a whole (Sakai, "Evaluating evaluation metrics based on the bootstrap",
    SIGIR 2006). Raises ValueError where the two have no query in common.
    """
    differences = _array([after[query] - before[query] for query in after if query in before])
    means = _resampled(differences)
    low, high = ends(means)
    # One more than was counted: the sample itself is one of those that chance could give.
    side = min(int((means <= 0).sum()), int((means >= 0).sum())) + 1
    chance = min(1.0, 2 * side / (RESAMPLES + 1))
    return Comparison(
        float(differences.mean()), low, high, chance, differences.size, int(np.count_nonzero(differences))
    )


def _array(values: Sequence[float]) -> NDArray[np.float64]:
    if not values:
        raise ValueError("There is no value to take the mean of.")
    return np.asarray(values, dtype=np.float64)


def _resampled(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Means of RESAMPLES samples with replacement from `values`; shape (RESAMPLES,)."""
    draw = np.random.default_rng(SEED)
    size = max(1, _DRAWN // values.size)
    parts = []
    for start in range(0, RESAMPLES, size):
        chosen = draw.integers(values.size, size=(min(size, RESAMPLES - start), values.size))
        parts.append(values[chosen].mean(axis=1))
    return np.concatenate(parts)


def ends(means: NDArray[np.float64]) -> tuple[float, float]:
    """The ends of the interval that holds LEVEL per cent of resampled values."""
    outside = (100 - LEVEL) / 2
    low, high = np.percentile(means, [outside, 100 - outside])
    return float(low), float(high)
