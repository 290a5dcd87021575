"""From a question to scored passages: words and meaning, each over the whole index, and the match set R.

Filters never come in here, so they can only take passages away from R and never move one past another.
"""

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from service.memory.facets import Columns, Mask
from service.memory.opened import Opened
from service.memory.strength import Strength, luck
from service.memory.word_index import Held
from service.query.lexicon import OTHER
from service.query.question import Question

if TYPE_CHECKING:
    from models.encoder import Encoder

Scores = NDArray[np.float64]

# How much meaning counts against words, both about 0 to 1. This and the next were chosen on five judged sets, each
# set left out in turn: all five choices were the same.
DENSE_WEIGHT = 0.5
# A passage has the score 1 for its words when its BM25 is this much, times the sum of the rarities of the query's
# words, over the root of their number: the longer a query, the less of it an answer holds.
FULL_BM25 = 2.0
# The best so many hits are found where anything is, down to the least evidence: who looks for more wants what is sure.
FIRST = 10
# Other words of the vocabulary that are encoded with the query, for each of its concepts.
ENCODED_OTHERS = 2
# Of a long text so many windows are encoded: what one reader sends must not keep the others waiting.
MAX_WINDOWS = 4


@dataclass(frozen=True, slots=True)
class Retrieved:
    """Every passage of the index against one question; arrays by passages.id.

    `members` is R(q), `likely` what may be among its first few, `good` marks those of R that answer strongly. `score`
    is the fused score of `dense` and `lexical`, which are `cosine` and `bm25` scaled by constants of the question.
    `evidence` is the probability that an answer with this `cosine` and `coverage` is one.
    """

    members: Mask
    likely: Mask
    good: Mask
    score: Scores
    cosine: Scores
    bm25: Scores
    dense: Scores
    lexical: Scores
    coverage: Scores
    evidence: Scores


def everything(exists: Mask) -> Retrieved:
    """The answer to an empty question: every passage, none better than another."""
    zeros, ones = np.zeros(len(exists)), np.ones(len(exists))
    return Retrieved(exists, exists, exists, zeros, zeros, zeros, zeros, zeros, zeros, ones)


def encode(question: Question, encoder: "Encoder") -> NDArray[np.float32]:
    """The unit vector of a question: halfway between it as typed and it with other words behind, where it has any.

    What does not fit the encoder's window is the mean of its first windows.
    """
    others = [
        other.text
        for concept in question.concepts
        for other in [one for one in concept.others if not one.spelt][:ENCODED_OTHERS]
    ]
    typed = _spelled_out(question)
    texts = [typed, f"{typed} ({', '.join(others)})"] if others else [typed]
    windows = [encoder.windows(text)[:MAX_WINDOWS] for text in texts]
    vectors = encoder.encode_queries([window for own in windows for window in own])
    starts = np.cumsum([0, *(len(own) for own in windows[:-1])])
    lengths = np.array([len(own) for own in windows])[:, None]
    mean = (np.add.reduceat(vectors, starts, axis=0) / lengths).mean(axis=0)
    return np.asarray(mean / max(float(np.linalg.norm(mean)), 1e-9), dtype=np.float32)


def _spelled_out(question: Question) -> str:
    """The query with what a short form means in its place, where that stands nowhere: an encoder may not know it."""
    text = question.text
    for concept in question.concepts:
        meaning = next((other.text for other in concept.others if other.meaning), None)
        if concept.absent and meaning:
            text = meaning.join(re.split(rf"(?<!\w){re.escape(concept.shown)}(?!\w)", text))
    return text


def retrieve(
    opened: Opened, question: Question, vector: NDArray[np.float32], universe: Mask, strength: Strength
) -> Retrieved:
    """Score all passages for a question that encodes to `vector`; those of `universe` may be members of R.

    R is empty where no passage there is evidence enough; else it holds what is some evidence (and, by `with_first`, the
    first few). A quoted phrase must be there, and a passage that is only a heading is no member beside others. A
    question without a word in it (only punctuation) matches nothing; its scores still order what is nearest.
    """
    vectors, reference, substance = opened.generation.vectors, opened.generation.reference, opened.substance
    cosine = np.append(-1.0, vectors.cosines(vector, np.arange(1, len(universe))).astype(np.float64))
    held = opened.words.held(question)
    dense, lexical = _dense(cosine, reference, vector), _lexical(held)
    # Rounded, so that the last bits of a vector cannot part passages with the same text.
    score = np.round(substance * (DENSE_WEIGHT * dense + (1 - DENSE_WEIGHT) * lexical), 6)
    chance = luck(float((reference @ vector).std()), int(universe.sum()))
    evidence = strength.evidence(substance * cosine - chance, held.coverage)
    evidence = _standing_there(evidence, held, question, strength)
    asked = held.phrases & universe if question.concepts else np.zeros_like(universe)
    telling = asked & ~opened.bare
    if (telling & (evidence >= strength.weak)).any():
        asked = telling  # a heading by itself is no answer where anything else is one
    answered = asked & bool((asked & (evidence >= strength.weak)).any())
    members = answered & (evidence >= strength.member)
    return Retrieved(
        members=members,
        likely=answered & (evidence >= strength.least),
        good=members & (evidence >= strength.good),
        score=score,
        cosine=cosine,
        bm25=held.bm25,
        dense=dense,
        lexical=lexical,
        coverage=held.share,
        evidence=evidence,
    )


def with_first(columns: Columns, found: Retrieved, best: NDArray[np.int64]) -> Retrieved:
    """The same with the best of what is likely, `best`, among the members, and what is folded with them."""
    folded = np.isin(columns.fold, columns.fold[best])
    return replace(found, members=found.members | (found.likely & folded))


def _standing_there(evidence: Scores, held: Held, question: Question, strength: Strength) -> Scores:
    """The evidence with what counts by itself: a passage that holds all that is asked for is found, weakly at least.

    Where only numbers, short forms and names are asked for, it is good; what holds none of them has to be good by
    likeness alone, because two short forms are alike to an encoder. A number with the words around it is good where
    it stands just so.
    """
    enough = strength.good if question.proper or held.names else strength.found
    found = np.where(held.share >= OTHER - 1e-6, np.maximum(evidence, enough), evidence)
    found = np.where(held.exact, np.maximum(found, strength.good), found)
    if held.names:  # an encoder does not tell PROtect from protect
        return np.where(held.share > 0, found, 0.0)
    return np.where((held.share > 0) | (evidence >= strength.good), found, 0.0) if question.proper else found


def _dense(cosine: Scores, reference: NDArray[np.float32], vector: NDArray[np.float32]) -> Scores:
    """0 for the mean of the reference sample, 1 for the best of the whole index."""
    mean = float((reference @ vector).mean()) if len(reference) else 0.0
    best = float(cosine.max(initial=-1.0))
    return np.asarray(np.clip((cosine - mean) / max(best - mean, 1e-6), 0.0, 1.0))


def _lexical(held: Held) -> Scores:
    full = FULL_BM25 * held.bound / max(held.words, 1) ** 0.5
    return np.asarray(held.bm25 / full) if full > 0 else held.bm25


def best_of_folds(columns: Columns, score: Scores, ids: NDArray[np.int64], newest: bool) -> NDArray[np.int64]:
    """The best member of each fold, best first; ties by id, so that the order is one and the same anywhere.

    `ids` ascend.
    """
    worse = -score[ids]
    order = np.lexsort((worse, -columns.dates[ids])) if newest else np.argsort(worse, kind="stable")
    ordered = ids[order]
    folds = columns.fold[ordered]
    # Written from the worst to the best, so that the place of the best stays: a sort less than np.unique.
    first = np.empty(len(columns.fold), np.int64)
    first[folds[::-1]] = np.arange(len(folds))[::-1]
    return np.asarray(ordered[first[folds] == np.arange(len(folds))], dtype=np.int64)


def nearest(columns: Columns, score: Scores, ids: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    """The first `count` of `best_of_folds`, by score."""
    if len(ids) > (many := 64 * count):
        scores = score[ids]
        # With all that are as good as the last of them: the order is that of all.
        some = ids[scores >= np.partition(scores, -many)[-many]]
        best = best_of_folds(columns, score, some, newest=False)[:count]
        if len(best) == count:
            return best
    return best_of_folds(columns, score, ids, newest=False)[:count]
