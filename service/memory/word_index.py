"""A question against the lexical index: which passages hold its words, or others for the same, and how much of it."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from indexer.lexical import ALL, MEANT, NAMES, TEXT, WRITTEN, name_term
from indexer.name_words import in_capitals, name_form
from indexer.postings import Ids, Places, Postings, WordPostings
from service.memory.phrases import Phrases
from service.memory.word_candidates import Sought, Term, listed
from service.query.lexicon import OTHER, Other, Stems
from service.query.question import Concept, Question, telling

Scores = NDArray[np.float64]
Weights = Sequence[float]
Terms = tuple[Sequence[Term], Weights, Weights]
"""Terms that add up: by how much the BM25 of each counts, and what each is worth where it stands."""
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


@dataclass(frozen=True, slots=True)
class Held:
    """What passages hold of a question; arrays by position in the ids that were asked for.

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


class _Among:
    """The postings of terms among some passages: where each of these stands in them."""

    def __init__(self, words: "WordIndex", ids: Ids) -> None:
        self._words, self._ids = words, ids.astype(np.int32)
        self._found: dict[Term, tuple[Postings, Places, Places | slice]] = {}

    def of(self, term: Term) -> tuple[Postings, Places, Places | slice]:
        """All postings of a term, and the places of those that meet: in the ids, and in the postings."""
        if term not in self._found:
            postings = self._words.postings(term)
            self._found[term] = (postings, *postings.meeting(self._ids))
        return self._found[term]

    def best(self, ways: Sequence[tuple[Sequence[Term], Weights]], *, scored: bool) -> Scores:
        """For each passage the best of several ways, each a weighted sum over its terms."""
        best = np.zeros(len(self._ids))
        for terms, weights in ways:
            added = best if len(ways) == 1 else np.zeros(len(self._ids))
            for term, weight in zip(terms, weights, strict=True):
                postings, there, here = self.of(term)
                added[there] += weight * postings.scores[here] if scored else weight
            if added is not best:
                np.maximum(best, added, out=best)
        return best

    def marked(self, terms: Sequence[Term], *, every: bool) -> NDArray[np.bool_]:
        """The passages that hold all of these; without any of them, every passage or none."""
        held = np.full(len(self._ids), every or bool(terms))
        for term in terms:
            here = np.zeros(len(self._ids), dtype=np.bool_)
            here[self.of(term)[1]] = True
            held &= here
        return held


class WordIndex:
    """The words of a generation, for questions. Safe to share between threads.

    Questions are scored from postings, as tantivy's queries of the same names would be.
    """

    def __init__(self, words: WordPostings, phrases: Phrases, size: int) -> None:
        self._words, self._phrases = words, phrases
        self._size = size

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
        return {stem: self._rarity(self._words.count(ALL, stem)) for stem in stems}

    def _rarity(self, places: int) -> float:
        return math.log(1 + (self._size - 1 - places + 0.5) / (places + 0.5))

    def unknown(self, stem: str) -> bool:
        """Whether a word occurs nowhere."""
        return self._words.count(ALL, stem) == 0

    def postings(self, term: Term) -> Postings:
        """The passages that hold a word or a phrase."""
        stems, field = term
        return self._words.of(field, stems[0]) if len(stems) == 1 else self._phrases.of(stems, field)

    def holding(self, stems: Stems) -> Ids:
        """The passages, ascending, whose own words hold these side by side."""
        return self.postings((stems, TEXT)).ids.astype(np.int64)

    def candidates(self, question: Question, most: int) -> tuple[Ids, float]:
        """The passages that hold most of a question by its words, ascending, at most so many; and a ceiling.

        No other passage that has all its quoted phrases has a larger share of it than the ceiling: 0 where no other is
        of account.
        """
        if self._size - 1 <= most:
            return np.arange(1, self._size), 0.0
        if not question.concepts:
            return np.zeros(0, np.int64), 0.0
        ways, bound = self._weighed(question)
        sought = Sought(
            [[list(zip(terms, worth, strict=True)) for terms, _, worth in own] for own in ways],
            bound,
            [(stems, TEXT) for stems in question.phrases],
            (question.exact, ALL) if question.exact else None,
        )
        return listed(sought, self.postings, most)

    def weights(self, question: Question) -> dict[int, float]:
        """By how much the BM25 of each word counts for a question, by its key in the postings.

        A sum for what `held` takes the best of, and the words of what has to stand side by side: good enough to tell
        which passages to look at.
        """
        found: dict[int, float] = {}
        for concept, ways in zip(question.concepts, self._weighed(question)[0], strict=True):
            for terms, scored, _ in ways:
                for (stems, field), weight in zip(terms, scored, strict=True):
                    for stem in stems:
                        if (key := self._words.key(field, stem)) is not None:
                            found[key] = found.get(key, 0.0) + concept.count * weight / len(stems)
        return found

    def held(self, question: Question, ids: Ids) -> Held:
        """What each of some passages, ascending, holds of a question."""
        among = _Among(self, ids)
        every, bound = self._weighed(question)
        bm25, found = np.zeros(len(ids)), np.zeros(len(ids))
        for concept, ways in zip(question.concepts, every, strict=True):
            bm25 += concept.count * among.best([(way, scored) for way, scored, _ in ways], scored=True)
            found += among.best([(way, covered) for way, _, covered in ways], scored=False)
        share = np.clip(found / bound, 0.0, 1.0) if bound > 0 else found
        least = LEAST * self._rarity(0)
        return Held(
            bm25=bm25,
            coverage=share * min(1.0, bound / least) if least > 0 else share,
            share=share,
            phrases=among.marked([(stems, TEXT) for stems in question.phrases], every=True),
            exact=among.marked([(question.exact, ALL)] if question.exact else [], every=False),
            bound=bound,
            words=sum(len(concept.typed) for concept in question.concepts),
            names=bool(question.concepts) and all(self._only(c) and not c.others for c in question.concepts),
        )

    def _weighed(self, question: Question) -> tuple[list[list[Terms]], float]:
        """The ways in which a passage may hold each concept of a question, and what all of it is worth."""
        rarity = self.rarities([stem for concept in question.concepts for stem in concept.typed])
        bound = sum(concept.count * self._own(concept, rarity) for concept in question.concepts)
        return [list(self._ways(question, concept, rarity)) for concept in question.concepts], bound

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
        if any(self._words.count(field, stem) == 0 for stem in stems):
            return False
        return len(stems) == 1 or len(self._phrases.of(stems, field).ids) > 0

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

    def _ways(self, question: Question, concept: Concept, rarity: Mapping[str, float]) -> Iterator[Terms]:
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

    def _name(self, concept: Concept, *, alone: bool = False) -> _Name | None:
        """Where a concept stands as a name, if it is one.

        It is where it has two capitals ("PROtect") and the index has it so; else where its place in the query says so,
        where most of those words of the index are written as names, many surely are, or nothing else is asked for.
        """
        if not concept.name:
            return None
        count = self._words.count
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
            return self._rarity(self._words.count(field, term))
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
            return self._words.count(WRITTEN, name_form(concept.name)) == 0
        return self.unknown(concept.typed[0])

    def _by_meaning(self, concept: Concept, whole: float) -> Iterator[Terms]:
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
