"""A map of the passages by meaning: each has a place on a plane and a region, and a region the words that tell it.

The plane is that of the two directions in which the passages differ most (principal components). Regions are the
clusters of the vectors themselves, because much of what parts them does not show on a plane.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import reduce
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indexer.embed import Embedded

Vectors = NDArray[np.float32]
Numbers = NDArray[np.int64]

REGIONS = 32  # at most; each has the passages of about a page of results or more
_EACH = 12  # passages for each region
_ROUNDS = 30  # of moving the centres of regions
_SAMPLE = 20_000  # passages, evenly spaced, that centres are found by
_READ = 100_000  # passages, evenly spaced, by whose words regions are told
_PART = 16_384  # passages whose means are in memory at a time
_WORDS = 4  # that tell a region
_LONG = 40  # characters of a word that is kept
_WORD = re.compile(r"[^\W\d_]{4,}")
_NO_WORD = re.compile(r"\S*(?:@|://|www\.)\S*")  # an address: parts of it are no words, and may be a person's name
# Words of four letters and more that tell nothing of a subject.
_EMPTY = frozenset(
    re.findall(
        r"\w+",
        """
    about above after again against also although always among another around away back because been before being
    below between both came cannot could does doing done down each either else even ever every first five four from
    further gave gets give given goes going good have having hence here himself however into itself just last least
    less long made make makes making many might more most much must near need needs neither never next nine nothing
    often once only onto other others over part rather same says second seen seven several shall should since some
    soon still such take taken than that their them themselves then there these they thing things third this those
    though three through thus together told took toward towards under until upon used uses using very want well went
    were what when where whether which while whom whose will with within without would year years your
    """,
    )
)
_SAME_STEM = 4  # letters of words that are forms of one another


@dataclass(frozen=True, slots=True)
class MeaningMap:
    """By row, `passages` gives the passages.id in ascending order, `places` x and y, `regions` the region, from 0.

    By region, `centres` gives x and y, and `words` the words that tell it, the most telling first.
    """

    passages: Numbers
    places: Vectors
    regions: Numbers
    centres: Vectors
    words: tuple[tuple[str, ...], ...]


def map_of(embedded: Embedded, texts: Iterable[str]) -> MeaningMap:
    """The map of the passages with these vectors; `texts` are those of passages 1, 2, 3, …

    The same vectors and texts give the same map.
    """
    means = _Means(embedded)
    regions, centres = _clustered(means)
    plane, middle = _plane(means)
    count = len(centres)
    places = np.concatenate([np.round((part - middle) @ plane, 4).astype(np.float32) for part in means])
    spots = np.stack([places[regions == region].mean(axis=0) for region in range(count)])
    chosen = means.spread(_READ)
    region_of = dict(zip(means.passages[chosen].tolist(), regions[chosen].tolist(), strict=True))
    told = ((region_of[number], text) for number, text in enumerate(texts, start=1) if number in region_of)
    words = _telling(told, count)
    return MeaningMap(means.passages, places, regions, np.round(spots, 4).astype(np.float32), words)


class _Means:
    """The mean direction of the vectors of each passage, shape (n, dimension), some passages at a time."""

    def __init__(self, embedded: Embedded) -> None:
        self._embedded = embedded
        self.passages, self._starts = np.unique(embedded.ids, return_index=True)

    def __len__(self) -> int:
        return len(self.passages)

    def __iter__(self) -> Iterator[Vectors]:
        for start in range(0, len(self), _PART):
            starts = self._starts[start : start + _PART]
            end = self._starts[start + _PART] if start + _PART < len(self) else self._embedded.count
            counts = np.diff([*starts, end])
            sums = np.add.reduceat(self._embedded.vectors[starts[0] : end], starts - starts[0], axis=0)
            sums = sums / counts[:, None]
            yield np.asarray(sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-9), np.float32)

    def spread(self, most: int) -> Numbers:
        """The places of so many passages at most, evenly spaced."""
        return np.unique(np.linspace(0, len(self) - 1, min(len(self), most)).round().astype(np.int64))

    def few(self) -> Vectors:
        """Those of _SAMPLE passages, evenly spaced."""
        chosen, found, start = self.spread(_SAMPLE), [], 0
        for part in self:
            found.append(part[chosen[(chosen >= start) & (chosen < start + len(part))] - start])
            start += len(part)
        return np.concatenate(found)


def write_map(path: Path, found: MeaningMap) -> None:
    """Write a map as arrays, without anything that could be run when it is read."""
    words = np.array([[*own, *[""] * (_WORDS - len(own))] for own in found.words], dtype=f"<U{_LONG}")
    with path.open("wb") as file:
        np.savez(
            file,
            passages=found.passages,
            places=found.places,
            regions=found.regions.astype(np.int16),
            centres=found.centres,
            words=words,
        )


def read_map(path: Path) -> MeaningMap:
    """The map at `path`. Raises ValueError or KeyError for what is none."""
    with np.load(path, allow_pickle=False) as kept:
        words = tuple(tuple(word for word in own if word) for own in kept["words"].tolist())
        regions = kept["regions"].astype(np.int64)
        return MeaningMap(kept["passages"], kept["places"], regions, kept["centres"], words)


def _plane(means: _Means) -> tuple[Vectors, Vectors]:
    """The two directions in which vectors differ most, as columns, and the middle of them.

    Of a direction and its opposite, which say the same, the one whose greatest part is positive.
    """
    middle = _total(part.sum(axis=0, dtype=np.float64) for part in means) / len(means)
    products = _total(part.T.astype(np.float64) @ part for part in means)
    spread = products - len(means) * np.outer(middle, middle)
    _, directions = np.linalg.eigh(spread)
    best = directions[:, [-1, -2]]
    best = best * np.sign(best[np.abs(best).argmax(axis=0), [0, 1]])
    return best.astype(np.float32), middle.astype(np.float32)


def _total(parts: Iterable[NDArray[np.float64]]) -> NDArray[np.float64]:
    return reduce(np.add, parts)


def _clustered(means: _Means) -> tuple[Numbers, Vectors]:
    """The cluster of each vector and the centres, by k-means on the sphere; clusters are numbered by size.

    The centres are found by a sample.
    """
    few = means.few()
    centres = _first_centres(few, max(1, min(REGIONS, len(means) // _EACH)))
    before = np.zeros(0, np.int64)
    for _ in range(_ROUNDS):
        own = np.argmax(few @ centres.T, axis=1)
        if np.array_equal(own, before):
            break
        before = own
        for number in np.unique(own):
            centres[number] = few[own == number].sum(axis=0)
        centres /= np.maximum(np.linalg.norm(centres, axis=1, keepdims=True), 1e-9)
    own = np.concatenate([np.argmax(part @ centres.T, axis=1) for part in means])
    sizes = np.bincount(own, minlength=len(centres))
    order = np.argsort(-sizes, kind="stable")[: int((sizes > 0).sum())]
    place = np.zeros(len(centres), np.int64)
    place[order] = np.arange(len(order))
    return place[own], centres[order]


def _first_centres(means: Vectors, count: int) -> Vectors:
    """Vectors far from one another, drawn by how far they are from those before (k-means++), always the same ones."""
    draw = np.random.default_rng(0)
    chosen = [int(draw.integers(len(means)))]
    far = np.maximum(1.0 - means @ means[chosen[0]], 0.0).astype(np.float64)
    while len(chosen) < count and far.sum() > 0:
        weights = np.cumsum(far**2)
        at = min(int(np.searchsorted(weights, draw.random() * weights[-1], side="right")), len(means) - 1)
        chosen.append(at)
        far = np.minimum(far, np.maximum(1.0 - means @ means[at], 0.0))
    return means[chosen].copy()


def _telling(texts: Iterable[tuple[int, str]], regions: int) -> tuple[tuple[str, ...], ...]:
    """The words that stand in many passages of a region and in few others, the most telling first."""
    everywhere: Counter[str] = Counter()
    within: list[Counter[str]] = [Counter() for _ in range(regions)]
    sizes = [0] * regions
    for region, text in texts:
        words = {
            word for word in _WORD.findall(_NO_WORD.sub(" ", text.lower())) if len(word) <= _LONG and word not in _EMPTY
        }
        everywhere.update(words)
        within[region].update(words)
        sizes[region] += 1
    total = sum(sizes)
    return tuple(_best(own, size, everywhere, total) for own, size in zip(within, sizes, strict=True))


def _best(own: Counter[str], size: int, everywhere: Counter[str], total: int) -> tuple[str, ...]:
    scores = [
        (-(count / size) * math.log((count / size) / (everywhere[word] / total)), word)
        for word, count in own.items()
        if count > 1 or size < _EACH
    ]
    found: list[str] = []
    for _, word in sorted(scores):
        if all(word[:_SAME_STEM] != other[:_SAME_STEM] for other in found):
            found.append(word)
        if len(found) == _WORDS:
            break
    return tuple(found)
