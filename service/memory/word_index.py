"""A question against the lexical index: which passages hold its words, or others for the same, and how much of it."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from indexer.lexical import ALL, MEANT, NAMES, TEXT, name_term
from service.query.lexicon import OTHER, Other, Stems
from service.query.question import Concept, Question

if TYPE_CHECKING:
    import tantivy

Scores = NDArray[np.float64]

# How much the common word scores in BM25 where a name was typed that is written like it: "barking" for Barking.
COMMON = 0.5
# The rarity that a question must have for what it says to count in full, as a part of that of a word that occurs
# nowhere: "police" stands in nearly every passage.
LEAST = 0.26
# How much rarer than the typed words other words may count.
MORE = 2.0
_KNOWN = 10_000  # phrases of which it is remembered whether they stand anywhere


@dataclass(frozen=True, slots=True)
class Held:
    """What each passage holds of a question; arrays by passages.id.

    `bm25` is in the field ALL. `share` is how much of the question, 0 to 1, stands in a passage: concepts weighted by
    the rarity of their words; `coverage` is the same, less where all its words stand nearly everywhere. `phrases` tells
    who has all that stands in quotation marks, `exact` who has a whole query with a number in it, word for word.
    `bound` is the sum of the rarities of all words of the question, each as often as it was typed, and `words` their
    number.
    """

    bm25: Scores
    share: Scores
    coverage: Scores
    phrases: NDArray[np.bool_]
    exact: NDArray[np.bool_]
    bound: float
    words: int


class WordIndex:
    """The lexical index of a generation, for questions. Safe to share between threads."""

    def __init__(self, index: "tantivy.Index", size: int) -> None:
        self._searcher = index.searcher()
        self._schema = index.schema
        self._size = size
        # An index never changes, and one search asks the same several times. What is remembered does not hold `self`:
        # a generation that is no longer served is to go at once.
        self._stands = lru_cache(_KNOWN)(partial(_stands, self._searcher, self._schema))

    def occurring(self, question: Question) -> Question:
        """The question with only those other words and spellings that occur, and with meanings of short forms.

        Spellings come before other words.
        """
        kept = [replace(concept, others=self._kept(concept), spellings=()) for concept in question.concepts]
        return replace(question, concepts=tuple(kept))

    def rarities(self, stems: Sequence[str]) -> dict[str, float]:
        """The idf of each word, as BM25 has it; one that occurs nowhere is as rare as can be."""
        return {stem: self._rarity(self._searcher.doc_freq(ALL, stem)) for stem in stems}

    def _rarity(self, places: int) -> float:
        return math.log(1 + (self._searcher.num_docs - places + 0.5) / (places + 0.5))

    def unknown(self, stem: str) -> bool:
        """Whether a word occurs nowhere."""
        return self._searcher.doc_freq(ALL, stem) == 0

    def held(self, question: Question) -> Held:
        """What each passage holds of a question."""
        rarity = self.rarities([stem for concept in question.concepts for stem in concept.typed])
        weights = [concept.count * sum(rarity[stem] for stem in concept.typed) for concept in question.concepts]
        bound = sum(weights)
        found = self._search([self._covered(question, c, rarity) for c in question.concepts])
        share = np.clip(found / bound, 0.0, 1.0) if bound > 0 else found
        least = LEAST * self._rarity(0)
        return Held(
            bm25=self._search([self._scored(question, c, rarity) for c in question.concepts]),
            coverage=share * min(1.0, bound / least) if least > 0 else share,
            share=share,
            phrases=self._phrases(question.phrases),
            exact=self._search([self._phrase(question.exact, ALL)] if question.exact else []) > 0,
            bound=bound,
            words=sum(len(concept.typed) for concept in question.concepts),
        )

    def _kept(self, concept: Concept) -> tuple[Other, ...]:
        known = {other.stems for other in concept.others}
        more = [one for one in concept.spellings if one.stems not in known]
        listed = {other.stems: other for other in (*more, *concept.others)}
        return tuple(other for other in listed.values() if other.meaning or self._occurs(other.stems))

    def _occurs(self, stems: Stems) -> bool:
        return any(self._stands(stems, field) for field in (ALL, MEANT))

    def _others(self, question: Question, concept: Concept) -> Iterator[tuple[Stems, str]]:
        """Words that answer a concept beside those typed, each with the field where they stand."""
        if not question.expanded:
            return
        for stems in (concept.whole, *(other.stems for other in concept.others)):
            if stems not in question.phrases and self._stands(stems, MEANT):
                yield stems, MEANT
        for other in concept.others:
            if self._stands(other.stems, ALL):
                yield other.stems, ALL

    def _scored(self, question: Question, concept: Concept, rarity: Mapping[str, float]) -> "tantivy.Query":
        """BM25 of the typed words together, or of other words where that is more."""
        from tantivy import Query

        own = sum(rarity[stem] for stem in concept.typed)
        others = [
            Query.boost_query(self._phrase(stems, field), OTHER * self._tamed(stems, own))
            for stems, field in self._others(question, concept)
        ]
        best = self._best([*self._typed(concept), *others])
        return Query.boost_query(best, concept.count) if concept.count > 1 else best

    def _typed(self, concept: Concept) -> list["tantivy.Query"]:
        """What a concept's typed words are found by: of a name, the words of its stem are others."""
        from tantivy import Query

        if concept.together:
            return [self._phrase(concept.typed, ALL)]
        words = self._any([self._term(stem) for stem in concept.typed])
        name = self._name(concept)
        return [self._term(name, NAMES), Query.boost_query(words, COMMON)] if name else [words]

    def _name(self, concept: Concept) -> str:
        """The term of a concept that is a name: surely, or where most of those words of the index are written so."""
        term = name_term(concept.name) if concept.name else ""
        named = self._searcher.doc_freq(NAMES, term) if term else 0
        every = self._searcher.doc_freq(ALL, concept.typed[0])
        return term if named and (concept.sure or 2 * named >= every) else ""

    def _tamed(self, stems: Stems, own: float) -> float:
        """What keeps other words from counting for much more than words that are typed and everywhere."""
        rare = sum(self.rarities(stems).values())
        return min(1.0, MORE * own / rare) if rare > 0 else 1.0

    def _covered(self, question: Question, concept: Concept, rarity: Mapping[str, float]) -> "tantivy.Query":
        """The rarities of the typed words that a passage holds, or of all of them where it holds other words."""
        from tantivy import Query

        whole = concept.count * sum(rarity[stem] for stem in concept.typed)
        if concept.together:
            typed = [Query.const_score_query(self._phrase(concept.typed, ALL), whole)]
        elif name := self._name(concept):
            words = Query.const_score_query(self._term(concept.typed[0]), OTHER * whole)
            typed = [Query.const_score_query(self._term(name, NAMES), whole), words]
        else:
            each = [Query.const_score_query(self._term(s), concept.count * rarity[s]) for s in concept.typed]
            typed = [self._any(each)]
        others = [
            Query.const_score_query(self._phrase(stems, field), OTHER * whole)
            for stems, field in self._others(question, concept)
        ]
        return self._best([*typed, *others])

    def _phrases(self, phrases: Sequence[Stems]) -> NDArray[np.bool_]:
        from tantivy import Occur, Query

        if not phrases:
            return np.ones(self._size, dtype=np.bool_)
        every = Query.boolean_query([(Occur.Must, self._phrase(stems, TEXT)) for stems in phrases])
        return np.asarray(self._search([every]) > 0, dtype=np.bool_)

    def _term(self, stem: str, field: str = ALL) -> "tantivy.Query":
        return _phrase(self._schema, (stem,), field)

    def _phrase(self, stems: Stems, field: str) -> "tantivy.Query":
        return _phrase(self._schema, stems, field)

    def _any(self, queries: "Sequence[tantivy.Query]") -> "tantivy.Query":
        from tantivy import Occur, Query

        return queries[0] if len(queries) == 1 else Query.boolean_query([(Occur.Should, query) for query in queries])

    def _best(self, queries: "Sequence[tantivy.Query]") -> "tantivy.Query":
        from tantivy import Query

        return queries[0] if len(queries) == 1 else Query.disjunction_max_query(list(queries))

    def _search(self, queries: "Sequence[tantivy.Query]") -> Scores:
        """The score of each passage that any of the queries finds, by passages.id; 0 for others."""
        scores = np.zeros(self._size)
        if queries and self._searcher.num_docs:
            hits = self._searcher.search(self._any(queries), limit=self._searcher.num_docs, count=False).hits
            ids = self._searcher.fast_field_values("id", [address for _, address in hits])
            scores[np.array(ids, dtype=np.int64)] = [score for score, _ in hits]
        return scores


def _stands(searcher: "tantivy.Searcher", schema: "tantivy.Schema", stems: Stems, field: str) -> bool:
    """Whether words stand side by side anywhere in a field."""
    if any(searcher.doc_freq(field, stem) == 0 for stem in stems):
        return False
    return len(stems) == 1 or bool(searcher.search(_phrase(schema, stems, field), limit=1, count=False).hits)


def _phrase(schema: "tantivy.Schema", stems: Stems, field: str) -> "tantivy.Query":
    from tantivy import Query

    if len(stems) == 1:
        return Query.term_query(schema, field, stems[0])
    return Query.phrase_query(schema, field, list(stems))
