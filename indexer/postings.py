"""The words of a generation, mapped into memory: which passages hold each, and what it scores there.

`lexical.py` writes the same words for tantivy, which finds phrases; of a single word, and of a phrase that the build
knows (`known_phrases.py`), this has what tantivy would say, ready to be read: its passages in order, the BM25 of each.
"""

import tempfile
from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import lru_cache, partial
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from indexer.arrays import ArrayFile, mapped
from indexer.known_phrases import Phrasing, Stems
from indexer.known_phrases import written as as_term
from indexer.lexical import ALL, MEANT, NAMES, TEXT, WRITTEN, Fields, field_analyzers

if TYPE_CHECKING:
    from tantivy import TextAnalyzer

Ids = NDArray[np.int64]
Places = NDArray[np.intp]

FIELDS = (TEXT, ALL, MEANT, NAMES, WRITTEN)
SCORED = (ALL, MEANT, NAMES, WRITTEN)  # of TEXT is asked only who holds a word
PHRASED = (TEXT, ALL, MEANT)  # where phrases are found
# Of words in the order of the texts, so many are sorted at once: about 40 bytes each.
_BATCH = 1 << 22
_REMEMBERED = 10_000  # words whose place is known
# Two arrays are compared by marks, not by looking up one in the other, where the shorter has more than so many, and the
# longer is less than so many times as long.
_DENSE, _LONGER = 50_000, 4
_K1, _B = np.float32(1.2), np.float32(0.75)
# How tantivy keeps the length of a field, in a byte: exactly up to 39, then in eighths of each power of two.
LENGTHS = np.array([*range(40), *(24 + ((8 | n % 8) << n // 8 - 1) for n in range(16, 232))])


class Postings(NamedTuple):
    """The passages that hold a word or a phrase: ascending passages.id, and the BM25 of each (none where unscored)."""

    ids: NDArray[np.int32]
    scores: NDArray[np.float32]

    def meeting(self, ids: NDArray[np.int32]) -> tuple[Places, Places | slice]:
        """Where passages are that stand here and in `ids`, which ascend too: places in `ids`, and places here."""
        if not len(ids) or not len(self.ids):
            return np.zeros(0, np.intp), np.zeros(0, np.intp)
        if int(ids[-1]) - int(ids[0]) == len(ids) - 1:
            first, last = np.searchsorted(self.ids, np.array([ids[0], ids[-1] + 1], np.int32))
            return (self.ids[first:last] - ids[0]).astype(np.intp), slice(first, last)
        if len(self.ids) < len(ids):
            here, there = _met(self.ids, ids)
            return there, here
        return _met(ids, self.ids)

    def at(self, ids: NDArray[np.int32]) -> NDArray[np.float64]:
        """The BM25 of each of `ids`, which ascend; 0 where one does not stand here."""
        found = np.zeros(len(ids))
        there, here = self.meeting(ids)
        found[there] = self.scores[here]
        return found


def _met(few: NDArray[np.int32], many: NDArray[np.int32]) -> tuple[Places, Places]:
    """The places in each of two ascending arrays of what stands in both; the first is no longer."""
    if len(few) > _DENSE and len(many) < _LONGER * len(few):
        return _marked(few, many)
    places = np.searchsorted(many, few)
    places[places == len(many)] = 0  # greater than all, so it is not the first
    there = np.flatnonzero(many[places] == few)
    return there, places[there]


def _marked(few: NDArray[np.int32], many: NDArray[np.int32]) -> tuple[Places, Places]:
    """The same, by marks over the whole stretch of `few`: quicker where both are long."""
    first = int(np.searchsorted(many, few[0]))
    within = many[first : np.searchsorted(many, few[-1], side="right")] - few[0]
    own = few - few[0]
    marks = np.zeros(int(own[-1]) + 1, np.bool_)
    marks[own] = True
    there = np.flatnonzero(marks[within])
    marks[own] = False
    marks[within[there]] = True
    return np.flatnonzero(marks[own]), there + first


NOWHERE = Postings(np.zeros(0, np.int32), np.zeros(0, np.float32))


class WordPostings:
    """The postings of all words, in files that are mapped: nothing is read before it is asked for. Safe to share."""

    def __init__(self, folder: Path) -> None:
        self._terms = memoryview(mapped(folder / "terms.npy"))
        self._ends = memoryview(mapped(folder / "ends.npy"))
        self._fields = {field: _Mapped(folder / field) for field in FIELDS}
        # A question asks for each of its words ten times. Not by a method: it would hold all this for good.
        self._number = lru_cache(_REMEMBERED)(partial(_placed, self._terms, self._ends))

    def count(self, field: str, term: str) -> int:
        """In how many passages a word stands."""
        number = self._number(term)
        return 0 if number is None else self._fields[field].counts[number]

    def key(self, field: str, term: str) -> int | None:
        """A number for a word in one of the fields SCORED, from 0; None where it stands nowhere."""
        number = self._number(term)
        return None if number is None else SCORED.index(field) * (len(self._ends) - 1) + number

    def arrays(self, field: str) -> tuple[Ids, Ids, NDArray[np.int32], NDArray[np.float32]]:
        """A field whole: by word where its postings start and how many they are; then all ids, and all scores."""
        return self._fields[field].arrays()

    def of(self, field: str, term: str) -> Postings:
        """The passages with a word."""
        number = self._number(term)
        return NOWHERE if number is None else self._fields[field].postings(number)

    def phrase(self, field: str, stems: Stems) -> Postings | None:
        """The passages with a phrase, one that the build knew; None for another."""
        number = self._number(as_term(stems)) if field in PHRASED else None
        return None if number is None else self._fields[field].postings(number)


def _placed(terms: memoryview, ends: memoryview, term: str) -> int | None:
    """The place of a word among all, which are sorted by their bytes."""
    wanted = term.encode()
    low, high = 0, len(ends) - 1
    while low < high:
        middle = (low + high) // 2
        found = bytes(terms[ends[middle] : ends[middle + 1]])
        if found == wanted:
            return middle
        low, high = (middle + 1, high) if found < wanted else (low, middle)
    return None


class _Mapped:
    """One field: by the number of a word, where its postings start and how many they are."""

    def __init__(self, folder: Path) -> None:
        self.counts: memoryview[int] = memoryview(mapped(folder / "counts.npy"))
        self._starts: memoryview[int] = memoryview(mapped(folder / "starts.npy"))
        self._ids = mapped(folder / "ids.npy")
        self._scores = mapped(folder / "scores.npy")

    def postings(self, number: int) -> Postings:
        start = self._starts[number]
        end = start + self.counts[number]
        return Postings(self._ids[start:end], self._scores[start:end])

    def arrays(self) -> tuple[Any, Any, Any, Any]:
        return np.asarray(self._starts), np.asarray(self.counts), self._ids, self._scores


def open_postings(folder: Path) -> WordPostings:
    """Open what `PostingsWriter` wrote into `folder`. Raises OSError or ValueError where it is not there or damaged."""
    return WordPostings(folder)


class PostingsWriter:
    """Writes postings into `folder`, which is made, from what is indexed of passages 1, 2, 3, …; a context manager.

    Those of words, and of `phrases`, wherever one stands within a part. Memory is taken for one batch of words, for the
    words themselves and for some bytes of each passage.
    """

    def __init__(self, folder: Path, phrases: Iterable[Stems] = ()) -> None:
        self._folder = folder
        folder.mkdir()
        self._room = tempfile.TemporaryDirectory(prefix="runs-", dir=folder)
        self._analyzers = field_analyzers()
        self._numbers: defaultdict[str, int] = defaultdict(count().__next__)
        self._phrasing = Phrasing(phrases, self._numbers.__getitem__)
        self._runs = {field: _Runs(Path(self._room.name), field) for field in FIELDS}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, failed: type[BaseException] | None, _: object, __: TracebackType | None) -> None:
        with self._room:
            if failed is None:
                self._finish()

    def noting(self, passages: Iterable[Fields]) -> Iterator[Fields]:
        """The same passages, noted as they go by."""
        for passage in passages:
            self._note(passage)
            yield passage

    def _note(self, passage: Fields) -> None:
        parts = [self._terms(ALL, part) for part in passage.parts]
        self._add(TEXT, parts[-1:])
        self._add(ALL, parts)
        for field, texts in ((NAMES, passage.names), (MEANT, passage.meant), (WRITTEN, passage.written)):
            self._add(field, [self._terms(field, text) for text in texts])

    def _terms(self, field: str, text: str) -> list[int]:
        analyzer: TextAnalyzer = self._analyzers[field]
        return [self._numbers[term] for term in analyzer.analyze(text)]

    def _add(self, field: str, texts: Sequence[list[int]]) -> None:
        phrases = [phrase for text in texts for phrase in self._phrasing.within(text)] if field in PHRASED else []
        self._runs[field].add([number for text in texts for number in text], phrases)

    def _finish(self) -> None:
        terms = [term.encode() for term in self._numbers]
        order = np.array(sorted(range(len(terms)), key=terms.__getitem__), np.int64)
        lengths = np.array([len(terms[number]) for number in order], np.int64)
        np.save(self._folder / "ends.npy", np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64))
        np.save(self._folder / "terms.npy", np.frombuffer(b"".join(terms[number] for number in order), np.uint8))
        for field, runs in self._runs.items():
            _write_field(self._folder / field, runs, order, self._phrasing.words, scored=field in SCORED)


@dataclass(frozen=True, slots=True)
class _Run:
    """Postings of a stretch of passages, by the number of the word and then by passage.

    `terms` are the numbers of its words; the postings of each stand from one of `ends` to the next.
    """

    terms: NDArray[np.int32]
    ends: NDArray[np.int64]
    ids: NDArray[np.int32]
    times: NDArray[np.uint16]


class _Runs:
    """One field as it comes: words of passages, sorted in batches into files of `folder`."""

    def __init__(self, folder: Path, field: str) -> None:
        self._folder, self._field = folder, field
        self._waiting, self._lengths, self._counts = array("i"), array("q"), array("q")
        self._first, self._written = 1, 0
        self.words = 0
        self.norms = bytearray(1)  # by passages.id, entry 0 unused: the length in a byte

    def add(self, numbers: Sequence[int], phrases: Sequence[int]) -> None:
        """The words of the next passage, by number, and its phrases, which make it no longer."""
        self._waiting.extend(numbers)
        self._waiting.extend(phrases)
        self._lengths.append(len(numbers))
        self._counts.append(len(numbers) + len(phrases))
        if max(len(self._waiting), len(self._lengths)) >= _BATCH:
            self._flush()

    def all(self) -> list[_Run]:
        """The runs, those of earlier passages first."""
        self._flush()
        every = (self._paths(number) for number in range(self._written))
        return [_Run(**{part: mapped(path) for part, path in paths.items()}) for paths in every]

    def _paths(self, number: int) -> dict[str, Path]:
        """The file of each part of a run."""
        return {part.name: self._folder / f"{self._field}-{number}-{part.name}.npy" for part in fields(_Run)}

    def _flush(self) -> None:
        lengths = np.array(self._lengths, np.int64)
        ids = np.repeat(np.arange(self._first, self._first + len(lengths)), np.array(self._counts, np.int64))
        keys = np.array(self._waiting, np.int64) << 32 | ids
        keys.sort()
        starts = np.flatnonzero(np.diff(keys, prepend=-1))
        times = np.diff(starts, append=len(keys)).clip(max=np.iinfo(np.uint16).max)
        keys = keys[starts]
        terms = keys >> 32
        first = np.flatnonzero(np.diff(terms, prepend=-1))
        run = _Run(
            terms=terms[first].astype(np.int32),
            ends=np.append(first, len(keys)),
            ids=keys.astype(np.int32),  # the half that has them
            times=times.astype(np.uint16),
        )
        for part, path in self._paths(self._written).items():
            np.save(path, getattr(run, part))
        self.words += int(lengths.sum())
        self.norms += (np.searchsorted(LENGTHS, lengths, side="right") - 1).astype(np.uint8).tobytes()
        self._first += len(lengths)
        self._written += 1
        self._waiting, self._lengths, self._counts = array("i"), array("q"), array("q")


class _Scoring:
    """BM25 as tantivy has it, in single precision and in its order."""

    def __init__(self, runs: _Runs) -> None:
        self._norms = np.frombuffer(runs.norms, np.uint8)
        self._passages = len(runs.norms) - 1
        mean = np.float32(runs.words) / np.float32(self._passages)
        self._by_norm = (_K1 * (1 - _B + _B * LENGTHS.astype(np.float32) / mean)).astype(np.float32)

    def weights(self, counts: NDArray[np.int64], phrases: Mapping[int, Sequence[int]]) -> NDArray[np.float32]:
        """What words weigh that stand in so many passages each, and `phrases`, by number: all their words together."""
        half = np.float32(0.5)
        odds = ((self._passages - counts).astype(np.float32) + half) / (counts.astype(np.float32) + half)
        rarity = np.log((1 + odds).astype(np.float64)).astype(np.float32)  # in single precision numpy's is not exact
        for phrase, words in phrases.items():
            rarity[phrase] = sum(rarity[list(words)], start=np.float32(0))
        return (rarity * (1 + _K1)).astype(np.float32)

    def parts(self, ids: NDArray[np.int32], times: NDArray[np.uint16]) -> NDArray[np.float32]:
        """What part of its weight a word scores in passages where it stands so many times."""
        often = times.astype(np.float32)
        return (often / (often + self._by_norm[self._norms[ids]])).astype(np.float32)


def _write_field(folder: Path, runs: _Runs, order: Ids, phrases: Mapping[int, Sequence[int]], *, scored: bool) -> None:
    """Write the postings of a field, word by word in the order of their numbers; `order` has these sorted by word.

    Those of `phrases` are numbers of words as well, each with those that it is made of.
    """
    every = runs.all()
    counts = np.zeros(len(order), np.int64)
    for run in every:
        counts[run.terms] += np.diff(run.ends)
    starts = np.concatenate([[0], np.cumsum(counts)])
    folder.mkdir()
    np.save(folder / "counts.npy", counts[order].astype(np.int32))
    np.save(folder / "starts.npy", starts[order])
    scoring = _Scoring(runs) if runs.words and scored else None
    weights = scoring.weights(counts, phrases) if scoring else np.zeros(0, np.float32)
    total = int(starts[-1])
    with (
        ArrayFile(folder / "ids.npy", np.int32, [total]) as ids,
        ArrayFile(folder / "scores.npy", np.float32, [total if scored else 0]) as scores,
    ):
        for first, last in _blocks(starts):
            here, times = _merged(every, starts, first, last)
            ids.write(here)
            if scoring:
                scores.write(np.repeat(weights[first:last], counts[first:last]) * scoring.parts(here, times))


def _blocks(starts: Ids) -> Iterator[tuple[int, int]]:
    """Numbers of words from one to another, with a batch of postings or those of a single word."""
    first = 0
    while first < len(starts) - 1:
        last = int(np.searchsorted(starts, starts[first] + _BATCH, side="right")) - 1
        last = max(last, first + 1)
        yield first, last
        first = last


def _merged(runs: Sequence[_Run], starts: Ids, first: int, last: int) -> tuple[NDArray[np.int32], NDArray[np.uint16]]:
    """The passages of words `first` to `last`, and how often each word stands there; runs have ever later passages."""
    total = starts[last] - starts[first]
    ids, times = np.empty(total, np.int32), np.empty(total, np.uint16)
    free = starts[first:last] - starts[first]
    for run in runs:
        low, high = np.searchsorted(run.terms, np.array([first, last], np.int32))
        if low == high:
            continue
        here, own = run.terms[low:high] - first, np.diff(run.ends[low : high + 1])
        start, end = run.ends[low], run.ends[high]
        to = np.arange(end - start) + np.repeat(free[here] - (run.ends[low:high] - start), own)
        ids[to], times[to] = run.ids[start:end], run.times[start:end]
        free[here] += own
    return ids, times
