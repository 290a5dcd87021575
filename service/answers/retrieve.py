"""From a question to scored passages: words and meaning, each over the whole index, and the match set R.

In an index of up to EXACT_UP_TO vectors every passage is a candidate. Beyond, those are that are nearest in meaning or
hold most of the words, in the whole index and within the filters asked for; what filters leave of few passages is
looked at whole. Where Milvus keeps vectors and words, it says which these are. Filters decide nothing else here: they
can only take passages away from R and never move one past another.
"""

import math
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from indexer.vector_index import distinct
from indexer.vector_store import FOURTH, Chosen
from service.memory.facets import Columns, Mask, substance_of
from service.memory.opened import Opened
from service.memory.strength import Strength, luck
from service.memory.word_index import Held
from service.query.lexicon import OTHER
from service.query.question import Question

if TYPE_CHECKING:
    from models.encoder import Encoder

Scores = NDArray[np.float64]
Ids = NDArray[np.int64]
Places = NDArray[np.int64]
"""Numbers of candidates, as they stand in the arrays of a question."""

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
# Where not all are candidates: rows nearest by their codes, at least, and passages that hold most of the words. Within
# filters that leave at most FEW passages all of them are. The more passages, the more of them are as near as the tenth
# by codes alone: beyond a million twice the root of their number are taken.
NEAR_ROWS, WORDED, FEW = 2_000, 2_500, 12_000


@dataclass(frozen=True, slots=True)
class Retrieved:
    """The candidates against one question; `ids` are their passages.id, ascending, and all arrays are in their order.

    `members` is R(q), `likely` what may be among its first few, `good` marks those of R that answer strongly. `score`
    is the fused score of `dense` and `lexical`, which are `cosine` and `bm25` scaled by constants of the question.
    `evidence` is the probability that an answer with this `cosine` and `coverage` is one. `complete` tells that no
    other passage of the index can be a member.
    """

    ids: Ids
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
    complete: bool

    def places(self, ids: Ids) -> Places:
        """Where these passages, all of them candidates, stand among the candidates."""
        return np.searchsorted(self.ids, ids)


@dataclass(frozen=True, slots=True)
class Candidates:
    """The passages that are looked at for a question, ascending; `unheld` is what any other can hold of its words.

    `unheld` is a share from 0 to 1; `whole` tells that there are no others.
    """

    ids: Ids
    unheld: float
    whole: bool


def everything(ids: Ids) -> Retrieved:
    """The answer to an empty question: every passage of `ids`, none better than another."""
    zeros, ones, every = (np.broadcast_to(np.array(value), len(ids)) for value in (0.0, 1.0, True))
    return Retrieved(ids, every, every, every, zeros, zeros, zeros, zeros, zeros, zeros, ones, complete=True)


def near_rows(passages: int) -> int:
    """How many rows, nearest by their codes, are compared in full in an index of so many passages."""
    return max(NEAR_ROWS, 2 * math.isqrt(passages))


def candidates(
    opened: Opened, question: Question, vector: NDArray[np.float32], *chosen: Chosen | None, also: Ids | None = None
) -> Candidates:
    """What is looked at for a question that encodes to `vector`; the passages `also` in any case.

    Each of `chosen` are the passages that some filters leave, of which the best are there; None for all.
    """
    vectors = opened.generation.vectors
    if vectors.exact:
        return Candidates(opened.columns.ids, 0.0, whole=True)
    held, unheld = _holding(opened, question)
    few = [within.ids for within in chosen if within is not None and len(within.ids) <= FEW]
    many = [within for within in chosen if within is not None and len(within.ids) > FEW]
    found = [vectors.near(vector, near_rows(opened.columns.size - 1), *many), held, *few]
    found += [_holding(opened, question, within)[0] for within in many]
    if also is not None:
        found.append(also)
    return Candidates(distinct(np.concatenate(found)), unheld, whole=False)


def _holding(opened: Opened, question: Question, within: Chosen | None = None) -> tuple[Ids, float]:
    """The passages that hold most of the words, of those `within` alone, and a ceiling for any other.

    Who holds a quoted phrase is told by the generation's own words, which know what stands side by side.
    """
    milvus = opened.generation.milvus
    if milvus and not question.phrases:
        return milvus.by_words(opened.words.weights(question), WORDED // FOURTH if within else WORDED, within), 1.0
    if within is None:
        return opened.words.candidates(question, WORDED)
    held, ceiling = opened.words.candidates(question, within.widened(WORDED // FOURTH, opened.columns.size - 1))
    return within.of(held), ceiling


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
    opened: Opened,
    question: Question,
    vector: NDArray[np.float32],
    looked_at: Candidates,
    universe: Mask,
    strength: Strength,
    among: int | None = None,
) -> Retrieved:
    """Score the candidates for a question that encodes to `vector`; those of `universe` may be members of R.

    `universe` is in the order of the candidates, which are `among` so many passages: without it, as many as it marks.
    R is empty where no passage there is evidence enough; else it holds what is some evidence (and, by `with_first`, the
    first few). A quoted phrase must be there, and a passage that is only a heading is no member beside others. A
    question without a word in it (only punctuation) matches nothing; its scores still order what is nearest.
    """
    ids, columns, reference = looked_at.ids, opened.columns, opened.generation.reference
    substance = substance_of(columns.content[ids])
    cosine = opened.generation.vectors.cosines(vector, ids).astype(np.float64)
    held = opened.words.held(question, ids)
    dense, lexical = _dense(cosine, reference, vector), _lexical(held)
    # Rounded, so that the last bits of a vector cannot part passages with the same text.
    score = np.round(substance * (DENSE_WEIGHT * dense + (1 - DENSE_WEIGHT) * lexical), 6)
    chance = luck(float((reference @ vector).std()), int(universe.sum()) if among is None else among)
    evidence = strength.evidence(substance * cosine - chance, held.coverage)
    evidence = _standing_there(evidence, held, question, strength)
    asked = held.phrases & universe if question.concepts else np.zeros_like(universe)
    telling = asked & ~columns.bare[ids]
    if (telling & (evidence >= strength.weak)).any():
        asked = telling  # a heading by itself is no answer where anything else is one
    answered = asked & bool((asked & (evidence >= strength.weak)).any())
    members = answered & (evidence >= strength.member)
    return Retrieved(
        ids=ids,
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
        complete=looked_at.whole or not question.concepts or (held.names and looked_at.unheld == 0.0),
    )


def with_first(columns: Columns, found: Retrieved, best: Places) -> Retrieved:
    """The same with the best of what is likely, `best`, among the members, and what is folded with them."""
    folds = columns.fold[found.ids]
    return replace(found, members=found.members | (found.likely & np.isin(folds, folds[best])))


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


def best_of_folds(columns: Columns, found: Retrieved, places: Places, newest: bool) -> Places:
    """The best member of each fold, best first; ties by id, so that the order is one and the same anywhere.

    `places` ascend.
    """
    ids, worse = found.ids[places], -found.score[places]
    order = np.lexsort((worse, -columns.dates[ids].astype(np.int64))) if newest else np.argsort(worse, kind="stable")
    first = columns.alone[ids[order]]  # of these there is no other: only the rest has to be sorted
    others = np.flatnonzero(~first)
    _, at = np.unique(columns.fold[ids[order[others]]], return_index=True)
    first[others[at]] = True
    return np.asarray(places[order[first]], dtype=np.int64)


def nearest(columns: Columns, found: Retrieved, places: Places, count: int) -> Places:
    """The first `count` of `best_of_folds`, by score."""
    if len(places) > (many := 64 * count):
        scores = found.score[places]
        # With all that are as good as the last of them: the order is that of all.
        some = places[scores >= np.partition(scores, -many)[-many]]
        best = best_of_folds(columns, found, some, newest=False)[:count]
        if len(best) == count:
            return best
    return best_of_folds(columns, found, places, newest=False)[:count]
