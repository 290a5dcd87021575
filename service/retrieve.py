"""From a question to scored passages: words and meaning, each over the whole index, and the match set R.

Filters never come in here, so they can only take passages away from R and never move one past another.
"""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from service.columns import Mask
from service.question import Question

if TYPE_CHECKING:
    import tantivy

    from indexer.generation import Generation

Scores = NDArray[np.float64]

# A passage answers by meaning when its cosine stands this many deviations above the mean of the reference
# sample, for this query, and above a floor (in a small index the sample says little).
MATCH_DEVIATIONS = 2.0
MATCH_FLOOR = 0.25
# Or when words and meaning together come to this much: a rare word of the question beside a fair likeness.
# Without it, a long question loses the passages that hold its one telling word (judged queries, nDCG@10 .422; with
# it .449).
MATCH_SCORE = 0.2
# It is a good answer, rather than a weak one, when it stands this many deviations above.
GOOD_DEVIATIONS = 4.0
# How much meaning counts against words, both between 0 and 1.
DENSE_WEIGHT = 0.4
# tantivy's BM25 saturates a word's frequency with this constant: idf * (K1 + 1) is the most a word can add.
K1 = 1.2


@dataclass(frozen=True, slots=True)
class Retrieved:
    """Every passage of the index against one question; arrays by passages.id.

    `members` is R(q). `good` marks those of R that answer strongly. `score` is the fused score in [0, 1], of
    `dense` and `lexical`, which are `cosine` and `bm25` scaled by constants of the question.
    """

    members: Mask
    good: Mask
    score: Scores
    cosine: Scores
    bm25: Scores
    dense: Scores
    lexical: Scores


def everything(exists: Mask) -> Retrieved:
    """The answer to an empty question: every passage, none better than another."""
    zeros = np.zeros(len(exists))
    return Retrieved(exists, exists, zeros, zeros, zeros, zeros, zeros)


def retrieve(generation: "Generation", exists: Mask, question: Question, vector: NDArray[np.float32]) -> Retrieved:
    """Score all passages for a question whose text encodes to `vector`.

    R is what holds every concept, is near in meaning, or is strong in both together; in each case a quoted
    phrase must be there. A question without a word in it (only punctuation) matches nothing; its scores still
    order what is nearest.
    """
    cosine = generation.cosines(vector).astype(np.float64)
    mean, deviation = _reference(generation, vector)
    bm25, quoted, all_concepts, bound = _words(generation, len(exists), question)
    # Both ends are the query's own: an unrelated passage is 0, one that says the same is 1; no word is 0, the
    # most BM25 can give to these words is 1.
    dense = np.clip((cosine - mean) / max(1.0 - mean, 1e-6), 0.0, 1.0)
    lexical = np.clip(bm25 / bound, 0.0, 1.0) if bound > 0 else bm25
    # Rounded, so that the last bits of a vector cannot part passages with the same text.
    score = np.round(DENSE_WEIGHT * dense + (1 - DENSE_WEIGHT) * lexical, 6)
    near = cosine >= max(mean + MATCH_DEVIATIONS * deviation, MATCH_FLOOR)
    very_near = near & (cosine >= mean + GOOD_DEVIATIONS * deviation)
    asked = quoted & exists if question.tokens else np.zeros_like(exists)
    return Retrieved(
        members=asked & (all_concepts | near | (score >= MATCH_SCORE)),
        good=asked & (all_concepts | very_near),
        score=score,
        cosine=cosine,
        bm25=bm25,
        dense=dense,
        lexical=lexical,
    )


def word_weights(searcher: "tantivy.Searcher", tokens: tuple[str, ...]) -> dict[str, float]:
    """The idf of each word, as BM25 has it: rare words weigh more. A word that occurs nowhere is left out."""
    total = searcher.num_docs
    frequencies = {token: searcher.doc_freq("text", token) for token in tokens}
    return {token: math.log(1 + (total - n + 0.5) / (n + 0.5)) for token, n in frequencies.items() if n}


def _reference(generation: "Generation", vector: NDArray[np.float32]) -> tuple[float, float]:
    sample = generation.reference @ vector
    return (float(sample.mean()), float(sample.std())) if len(sample) else (0.0, 0.0)


def _words(generation: "Generation", size: int, question: Question) -> tuple[Scores, Mask, Mask, float]:
    """BM25 of each passage; whether it has every phrase, and every concept; the most BM25 the words could give."""
    from tantivy import Occur, Query

    index = generation.lexical
    searcher = index.searcher()

    def holds_all(queries: list[Query]) -> Mask:
        if not queries:
            return np.ones(size, dtype=np.bool_)
        found = _search(searcher, Query.boolean_query([(Occur.Must, query) for query in queries]), size)
        return np.asarray(found > 0, dtype=np.bool_)

    def term(token: str) -> Query:
        return Query.term_query(index.schema, "text", token)

    bm25 = np.zeros(size)
    if question.tokens:
        scored = [(Occur.Should, term(token)) for token in question.tokens]
        bm25 = _search(searcher, Query.boolean_query(scored), size)

    def phrase(words: tuple[str, ...]) -> Query:
        return term(words[0]) if len(words) == 1 else Query.phrase_query(index.schema, "text", list(words))

    phrases = holds_all([phrase(words) for words in question.phrases])
    concepts = phrases & holds_all([term(word) for word in question.words])
    bound = (K1 + 1) * sum(word_weights(searcher, question.tokens).values())
    return bm25, phrases, concepts, bound


def _search(searcher: "tantivy.Searcher", query: "tantivy.Query", size: int) -> Scores:
    scores = np.zeros(size)
    if searcher.num_docs:
        hits = searcher.search(query, limit=searcher.num_docs, count=False).hits
        ids = searcher.fast_field_values("id", [address for _, address in hits])
        scores[np.array(ids, dtype=np.int64)] = [score for score, _ in hits]
    return scores
