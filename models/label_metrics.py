"""How good labels and their probabilities are: precision, recall, F1, calibration, and what chance does to them."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from models.metrics import SEED, TELLING, ends

Flags = NDArray[np.bool_]
Numbers = NDArray[np.float64]

RESAMPLES = 2_000
BINS = 10
LEAST = 0.1  # the smallest probability that calibration is measured over: below it nearly all pairs are plain noes


@dataclass(frozen=True, slots=True)
class Gold:
    """What annotators said of texts, by text and label: all of them (`sure`) or any of them (`allowed`).

    `share` is the share of annotators who gave the label. One annotator makes the three the same.
    """

    sure: Flags
    allowed: Flags
    share: Numbers

    @classmethod
    def of(cls, *annotators: Flags) -> "Gold":
        """The gold that annotators' labels make, each an array of shape (texts, labels)."""
        stacked = np.stack(annotators)
        return cls(np.asarray(stacked.all(axis=0)), np.asarray(stacked.any(axis=0)), stacked.mean(axis=0))

    def part(self, columns: Sequence[int]) -> "Gold":
        """That of some of the labels."""
        chosen = list(columns)
        return Gold(self.sure[:, chosen], self.allowed[:, chosen], self.share[:, chosen])


@dataclass(frozen=True, slots=True)
class Scores:
    """Precision against what any annotator allowed, recall against what all are sure of, and their harmonic mean.

    `low` and `high` are the ends of the 95 % bootstrap interval of F1 over texts; `examples` counts the sure ones.
    """

    precision: float
    recall: float
    f1: float
    low: float
    high: float
    examples: int


def scores(chosen: Flags, gold: Gold) -> Scores:
    """Micro-averaged over all labels given; `chosen` has shape (texts, labels). Give one column for one label."""
    counts = _counts(chosen, gold)
    precision, recall, f1 = (float(value) for value in _f1(counts.sum(axis=0)))
    low, high = ends(_f1(_resampled(counts))[2])
    return Scores(precision, recall, f1, low, high, int(gold.sure.sum()))


def macro_f1(chosen: Flags, gold: Gold) -> float:
    """The plain mean of the F1 of each label."""
    return float(np.mean([scores_of(chosen[:, [n]], gold.part([n])) for n in range(chosen.shape[1])]))


def scores_of(chosen: Flags, gold: Gold) -> float:
    """F1 alone, without its interval."""
    return float(_f1(_counts(chosen, gold).sum(axis=0))[2])


@dataclass(frozen=True, slots=True)
class F1Difference:
    """Micro-F1 of one choice less that of another on the same texts, with its 95 % paired bootstrap interval."""

    difference: float
    low: float
    high: float
    changed: int

    @property
    def more_than_chance(self) -> bool:
        """Whether the interval leaves zero out, and enough texts changed for that to mean anything."""
        return self.changed >= TELLING and (self.low > 0 or self.high < 0)


def compare_f1(before: Flags, after: Flags, gold: Gold) -> F1Difference:
    """The paired bootstrap over texts of the difference in micro-F1, after less before."""
    first, second = _counts(before, gold), _counts(after, gold)
    difference = _f1(second.sum(axis=0))[2] - _f1(first.sum(axis=0))[2]
    low, high = ends(_f1(_resampled(second))[2] - _f1(_resampled(first))[2])
    return F1Difference(float(difference), low, high, int((before != after).any(axis=1).sum()))


def calibration_error(probabilities: Numbers, share: Numbers, least: float = LEAST) -> float:
    """Expected calibration error over the pairs with a probability of at least `least`; 0 without such pairs.

    Ten bins of equal width, the gap between mean probability and share of right ones weighted by size (Naeini and
    others, "Obtaining well calibrated probabilities using Bayesian binning", AAAI 2015). Both are of one shape.
    """
    kept = probabilities >= least
    p, y = probabilities[kept], share[kept]
    if not p.size:
        return 0.0
    bins = np.minimum((p * BINS).astype(int), BINS - 1)
    gaps = [abs(p[bins == n].sum() - y[bins == n].sum()) for n in range(BINS)]
    return float(sum(gaps) / p.size)


def brier(probabilities: Numbers, share: Numbers) -> float:
    """The mean squared difference of probability and truth (Brier, 1950)."""
    return float(np.mean((probabilities - share) ** 2))


def brier_skill(probabilities: Numbers, share: Numbers) -> float:
    """1 less the Brier score over that of always saying the label's own share of these texts; above 0 is a gain."""
    plain = float(np.mean((share.mean() - share) ** 2))
    return 1 - brier(probabilities, share) / plain if plain else 0.0


def _counts(chosen: Flags, gold: Gold) -> NDArray[np.int64]:
    """By text: labels chosen, chosen and allowed, sure, chosen and sure; shape (texts, 4)."""
    flags = (chosen, chosen & gold.allowed, gold.sure, chosen & gold.sure)
    return np.stack([flag.sum(axis=1) for flag in flags], axis=1)


def _f1(counts: NDArray[np.int64]) -> tuple[Numbers, Numbers, Numbers]:
    """Precision, recall and F1 of summed counts, whose last axis is as in `_counts`; what is undefined is 0."""
    chosen, allowed, sure, found = np.moveaxis(np.asarray(counts, dtype=np.float64), -1, 0)
    precision, recall = allowed / np.maximum(chosen, 1), found / np.maximum(sure, 1)
    return precision, recall, 2 * precision * recall / np.maximum(precision + recall, 1e-12)


def _resampled(counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Sums over RESAMPLES samples of the texts with replacement, the same each time; shape (RESAMPLES, 4)."""
    return np.asarray(_draws(len(counts)) @ counts)


@lru_cache(maxsize=1)  # a report asks once for each theme, of the same texts; drawing takes 40 times the sum
def _draws(size: int) -> NDArray[np.int64]:
    """How often each of `size` texts is in each sample; shape (RESAMPLES, size)."""
    return np.random.default_rng(SEED).multinomial(size, np.full(size, 1 / size), size=RESAMPLES)
