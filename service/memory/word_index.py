"""A question against the lexical index: which passages hold its words, or others for the same, and how much of it."""

import math
import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from indexer.lexical import ALL, MEANT, NAMES, TEXT, WRITTEN, name_term
from indexer.name_words import in_capitals, name_form
from service.query.lexicon import OTHER, Other, Stems
from service.query.question import Concept, Question, telling

if TYPE_CHECKING:
    import tantivy

Scores = NDArray[np.float64]
Weights = Sequence[float]
Term = tuple[Stems, str]
"""Words that have to stand side by side, one or more, and the field in which they do."""

# How much the common word scores in BM25 where a name was typed that is written like it: "barking" for Barking.
COMMON = 0.5
# The rarity that a question must have for what it says to count in full, as a part of that of a word that occurs
# nowhere: "police" stands in nearly every passage.
LEAST = 0.26
# How much rarer than the typed words other words may count.
MORE = 2.0
# Of the passages with a word, the share that has it as a sure name, from which on the name alone is meant where a query
# has it so; and the share up to which the common word is another word at all, of names with two capitals.
NAMED, APART = 0.05, 0.8
_REMEMBERED, _ENTRY = 64_000_000, 1_000  # bytes of postings, and what each of them takes at least


@dataclass(frozen=True, slots=True)
class Held:
    """What each passage holds of a question; arrays by passages.id.

    `bm25` is in the field ALL. `share` is how much of the question, 0 to 1, stands in a passage: concepts weighted by
    the rarity of their words; `coverage` is the same, less where all its words stand nearly everywhere. `phrases` tells
    who has all that stands in quotation marks, `exact` who has a whole query with a number in it, word for word.
    `bound` is the sum of the rarities of all words of the question, each as often as it was typed, and `words` their
    number. `names` tells that all that is asked for are names that the index tells from the common words, with no other
    words for them.
    """

    bm25: Scores
    share: Scores
    coverage: Scores
    phrases: NDArray[np.bool_]
    exact: NDArray[np.bool_]
    bound: float
    words: int
    names: bool = False


@dataclass(frozen=True, slots=True)
class _Name:
    """Where a concept stands as a name; `only` whether the common word is another matter."""

    term: Term
    only: bool


class Postings(NamedTuple):
    """The passages that hold a word or phrase, by passages.id, and their BM25 for it."""

    ids: NDArray[np.int32]
    scores: NDArray[np.float32]

    @property
    def bytes(self) -> int:
        """What they take in memory, about."""
        return _ENTRY + self.ids.nbytes + self.scores.nbytes


class WordIndex:
    """The lexical index of a generation, for questions. Safe to share between threads.

    Postings are remembered, up to so many bytes: what stands in many passages takes longest to collect, and is asked
    for again and again. Questions are scored from them, as tantivy's queries of the same names would be.
    """

    def __init__(self, index: "tantivy.Index", size: int) -> None:
        self._searcher = index.searcher()
        self._schema = index.schema
        self._size = size
        self._known: OrderedDict[tuple[Stems, str], Postings] = OrderedDict()
        self._bytes, self._guard = 0, threading.Lock()

    def occurring(self, question: Question) -> Question:
        """The question with only those other words and spellings that occur, and with meanings of short forms.

        Spellings come before other words; a short form that stands nowhere is marked.
        """
        kept = [
            replace(concept, others=self._kept(concept), spellings=(), absent=self._absent(concept))
            for concept in question.concepts
        ]
        return replace(question, concepts=tuple(kept))

    def rarities(self, stems: Sequence[str]) -> dict[str, float]:
        """The idf of each word, as BM25 has it; one that occurs nowhere is as rare as can be."""
        return {stem: self._rarity(self._searcher.doc_freq(ALL, stem)) for stem in stems}

    def _rarity(self, places: int) -> float:
        return math.log(1 + (self._searcher.num_docs - places + 0.5) / (places + 0.5))

    def unknown(self, stem: str) -> bool:
        """Whether a word occurs nowhere."""
        return self._searcher.doc_freq(ALL, stem) == 0

    def holding(self, stems: Stems) -> NDArray[np.int64]:
        """The passages, ascending, whose own words hold these side by side."""
        return np.sort(self._postings(stems, TEXT).ids).astype(np.int64)

    def candidates(self, question: Question, most: int) -> tuple[NDArray[np.int64], float]:
        whole = self._held(question)
        return np.flatnonzero(whole.share > 0), 0.0

    def held(self, question: Question, ids: NDArray[np.int64]) -> Held:
        whole = self._held(question)
        own = {name: getattr(whole, name)[ids] for name in ("bm25", "share", "coverage", "phrases", "exact")}
        return replace(whole, **own)

    def _held(self, question: Question) -> Held:
        """What each passage holds of a question."""
        rarity = self.rarities([stem for concept in question.concepts for stem in concept.typed])
        weights = [concept.count * self._own(concept, rarity) for concept in question.concepts]
        bound = sum(weights)
        bm25, found = np.zeros(self._size), np.zeros(self._size)
        for concept in question.concepts:
            ways = list(self._ways(question, concept, rarity))
            bm25 += concept.count * self._best([(way, scored) for way, scored, _ in ways], scored=True)
            found += self._best([(way, covered) for way, _, covered in ways], scored=False)
        share = np.clip(found / bound, 0.0, 1.0) if bound > 0 else found
        least = LEAST * self._rarity(0)
        return Held(
            bm25=bm25,
            coverage=share * min(1.0, bound / least) if least > 0 else share,
            share=share,
            phrases=self._phrases(question.phrases),
            exact=self._marked([(question.exact, ALL)] if question.exact else [], every=False),
            bound=bound,
            words=sum(len(concept.typed) for concept in question.concepts),
            names=bool(question.concepts) and all(self._only(c) and not c.others for c in question.concepts),
        )

    def _kept(self, concept: Concept) -> tuple[Other, ...]:
        if self._only(concept) and not any(other.meaning for other in concept.others):
            return ()  # they are others for the common word
        known = {other.stems for other in concept.others}
        more = [one for one in concept.spellings if one.stems not in known]
        listed = {other.stems: other for other in (*more, *concept.others)}
        return tuple(other for other in listed.values() if other.meaning or self._occurs(other.stems))

    def _occurs(self, stems: Stems) -> bool:
        return any(self._stands(stems, field) for field in (ALL, MEANT))

    def _stands(self, stems: Stems, field: str) -> bool:
        if any(self._searcher.doc_freq(field, stem) == 0 for stem in stems):
            return False
        return len(stems) == 1 or len(self._postings(stems, field).ids) > 0

    def _others(self, question: Question, concept: Concept) -> Iterator[tuple[Stems, str]]:
        """Words that answer a concept beside those typed, each with the field where they stand."""
        if not question.expanded:
            return
        own = [] if self._only(concept) else [concept.whole]  # what a short form stands for is no name
        for stems in (*own, *(other.stems for other in concept.others)):
            if stems not in question.phrases and self._stands(stems, MEANT):
                yield stems, MEANT
        for other in concept.others:
            if self._stands(other.stems, ALL):
                yield other.stems, ALL

    def _ways(
        self, question: Question, concept: Concept, rarity: Mapping[str, float]
    ) -> Iterator[tuple[Sequence[Term], Weights, Weights]]:
        """The ways in which a passage may hold a concept: by terms that add up, each with what it counts.

        First by how much the BM25 of each term counts, then by what each is worth where it stands: together the
        rarities of the typed words, or most of that for other words. Of a name, the words of its stem are others.
        """
        own = self._own(concept, rarity)
        whole = concept.count * own
        if concept.together:
            yield [(concept.typed, ALL)], [1.0], [whole]
        elif name := self._name(concept, alone=len(question.concepts) == 1):
            yield [name.term], [1.0], [whole]
            if not name.only:
                yield [(concept.typed, ALL)], [COMMON], [OTHER * whole]
        elif question.expanded and self._nowhere(concept):
            yield from self._by_meaning(concept, whole)
        else:
            worth = [concept.count * rarity[stem] for stem in concept.typed]
            yield [((stem,), ALL) for stem in concept.typed], [1.0] * len(worth), worth
        for stems, field in self._others(question, concept):
            yield [(stems, field)], [OTHER * self._tamed(stems, own)], [OTHER * whole]

    def _best(self, ways: Sequence[tuple[Sequence[Term], Weights]], *, scored: bool) -> Scores:
        """For each passage the best of several ways, each a weighted sum over its terms."""
        best = np.zeros(self._size)
        for terms, weights in ways:
            added = best if len(ways) == 1 else np.zeros(self._size)
            for (stems, field), weight in zip(terms, weights, strict=True):
                found = self._postings(stems, field)
                added[found.ids] += weight * found.scores if scored else weight
            if added is not best:
                np.maximum(best, added, out=best)
        return best

    def _name(self, concept: Concept, *, alone: bool = False) -> _Name | None:
        """Where a concept stands as a name, if it is one.

        It is where it has two capitals ("PROtect") and the index has it so; else where its place in the query says so,
        where most of those words of the index are written as names, many surely are, or nothing else is asked for.
        """
        if not concept.name:
            return None
        count = self._searcher.doc_freq
        form, term = name_form(concept.name), name_term(concept.name)
        written, every, named = count(WRITTEN, form), count(ALL, concept.typed[0]), count(NAMES, term)
        if written and in_capitals(concept.name):
            return _Name(((form,), WRITTEN), only=True) if written < APART * every else None
        often = written >= max(2, NAMED * every)
        if named and (concept.sure or 2 * named >= every):
            return _Name(((term,), NAMES), only=concept.sure and often)
        return _Name(((form,), WRITTEN), only=False) if often or (written and alone) else None

    def _own(self, concept: Concept, rarity: Mapping[str, float]) -> float:
        """How rare what was typed is: its words, or a name that is told from them."""
        name = self._name(concept)
        if name and name.only:
            (term,), field = name.term
            return self._rarity(self._searcher.doc_freq(field, term))
        return sum(rarity[stem] for stem in concept.typed)

    def _only(self, concept: Concept) -> bool:
        name = self._name(concept)
        return bool(name and name.only)

    def _nowhere(self, concept: Concept) -> bool:
        """Whether a short form stands nowhere, nor its meaning word for word."""
        return concept.absent and not any(self._occurs(other.stems) for other in concept.others if other.meaning)

    def _absent(self, concept: Concept) -> bool:
        """Whether a concept is a short form that stands nowhere: "thrive" is not THRIVE."""
        if len(concept.typed) > 1 or not any(other.meaning for other in concept.others):
            return False
        if in_capitals(concept.name):
            return self._searcher.doc_freq(WRITTEN, name_form(concept.name)) == 0
        return self.unknown(concept.typed[0])

    def _by_meaning(self, concept: Concept, whole: float) -> Iterator[tuple[Sequence[Term], Weights, Weights]]:
        """A short form by the words of what it stands for, wherever in a passage they are."""
        for other in concept.others:
            words = telling(other.text) if other.meaning else []
            rarity = self.rarities(words)
            every = sum(rarity.values())
            if every > 0:
                worth = [OTHER * whole * rarity[word] / every for word in rarity]
                yield [((word,), ALL) for word in rarity], [OTHER] * len(worth), worth

    def _tamed(self, stems: Stems, own: float) -> float:
        """What keeps other words from counting for much more than words that are typed and everywhere."""
        rare = sum(self.rarities(stems).values())
        return min(1.0, MORE * own / rare) if rare > 0 else 1.0

    def _phrases(self, phrases: Sequence[Stems]) -> NDArray[np.bool_]:
        return self._marked([(stems, TEXT) for stems in phrases], every=True)

    def _marked(self, terms: Sequence[Term], *, every: bool) -> NDArray[np.bool_]:
        """The passages that hold all of these; without any of them, every passage or none."""
        held = np.full(self._size, every or bool(terms))
        for stems, field in terms:
            here = np.zeros(self._size, dtype=np.bool_)
            here[self._postings(stems, field).ids] = True
            held &= here
        return held

    def _postings(self, stems: Stems, field: str) -> Postings:
        with self._guard:
            if (known := self._known.get((stems, field))) is not None:
                self._known.move_to_end((stems, field))
                return known
        found = self._collected(stems, field)
        with self._guard:
            if (stems, field) not in self._known:
                self._known[stems, field] = found
                self._bytes += found.bytes
            while self._bytes > _REMEMBERED and len(self._known) > 1:
                _, gone = self._known.popitem(last=False)
                self._bytes -= gone.bytes
        return found

    def _collected(self, stems: Stems, field: str) -> Postings:
        from tantivy import Query

        if not self._searcher.num_docs:
            return Postings(np.zeros(0, np.int32), np.zeros(0, np.float32))
        if len(stems) == 1:
            query = Query.term_query(self._schema, field, stems[0])
        else:
            query = Query.phrase_query(self._schema, field, list(stems))
        hits = self._searcher.search(query, limit=self._searcher.num_docs, count=False).hits
        ids = self._searcher.fast_field_values("id", [address for _, address in hits])
        return Postings(np.array(ids, np.int32), np.array([score for score, _ in hits], np.float32))
