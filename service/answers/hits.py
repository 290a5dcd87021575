"""Hits: passages as one question sees them, with the words and the sentence that answer it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from corpus.text import sentences
from service.answers.retrieve import DENSE_WEIGHT, Places, Retrieved
from service.contract.responses import Expansion, Explanation, Hit, Match, Ranks, Weights
from service.memory.facets import Mask, substance_of
from service.memory.opened import Opened
from service.memory.passage_rows import PassageRow, fields_of, rows_by_id
from service.memory.snapshot import Snapshot
from service.query.lexicon import Stems
from service.query.marks import Marks, best_sentence, marks, outermost
from service.query.question import Question


@dataclass(frozen=True, slots=True)
class _Asked:
    """One question over one generation; `members` are the candidates that answer it and pass the filters.

    `weights` are the rarities of its words.
    """

    held: Opened
    question: Question
    found: Retrieved
    members: Mask
    weights: Mapping[str, float]
    explain: bool


def hits(
    seen: Snapshot, question: Question, found: Retrieved, members: Mask, places: Places, explain: bool = False
) -> list[Hit]:
    """The candidates at these places as hits, in this order; with `explain`, how each was scored."""
    held = seen.held
    weights = held.words.rarities([stem for concept in question.concepts for stem in concept.typed])
    asked = _Asked(held, question, found, members, weights, explain)
    ids = found.ids[places].tolist()
    held.tags.look_up(ids)
    rows = rows_by_id(held.generation.tables, ids)
    return [_hit(asked, int(place), row) for place, row in zip(places, rows, strict=True)]


def match_of(found: bool, good: bool) -> Match:
    """The word for a match."""
    if not found:
        return "none"
    return "good" if good else "weak"


def _hit(asked: _Asked, place: int, row: PassageRow) -> Hit:
    found = asked.found
    marked = marks(row.text, asked.question, row.meanings, asked.held.lexicon.analyzer)
    return Hit(
        **fields_of(row, asked.held.tags),
        score=float(found.score[place]),
        match=match_of(bool(found.members[place]), bool(found.good[place])),
        highlights=[list(span) for span in outermost(marked)],
        best_sentence=list(best_sentence(sentences(row.text), marked, asked.question.concepts, asked.weights)),
        explain=_explanation(asked, place, marked) if asked.explain else None,
    )


def _explanation(asked: _Asked, place: int, marked: Marks) -> Explanation:
    found = asked.found

    def rank(scores: NDArray[np.float64]) -> int:
        return 1 + int((scores[asked.members] > scores[place]).sum())

    return Explanation(
        cosine=float(found.cosine[place]),
        bm25=float(found.bm25[place]),
        dense=float(found.dense[place]),
        lexical=float(found.lexical[place]),
        weights=Weights(dense=DENSE_WEIGHT, lexical=1 - DENSE_WEIGHT),
        substance=_substance(asked, place),
        named=_lift(asked, place),
        coverage=float(found.coverage[place]),
        evidence=float(found.evidence[place]),
        ranks=Ranks(dense=rank(found.cosine), lexical=rank(found.bm25) if found.bm25[place] > 0 else None),
        expansions=list(_expanded(asked.question, {stems for _, stems in marked})),
    )


def _lift(asked: _Asked, place: int) -> float:
    """What the score has beyond words and meaning: of a finding that is named by its number."""
    found, substance = asked.found, _substance(asked, place)
    own = substance * (DENSE_WEIGHT * found.dense[place] + (1 - DENSE_WEIGHT) * found.lexical[place])
    return max(0.0, round(float(found.score[place] - own), 5))


def _substance(asked: _Asked, place: int) -> float:
    return float(substance_of(asked.held.columns.content[asked.found.ids[[place]]])[0])


def _expanded(question: Question, stood: set[Stems]) -> Iterator[Expansion]:
    """The other words of the vocabulary that stand in a passage, with what was typed."""
    for concept in question.concepts:
        for other in concept.others:
            if other.stems in stood:
                yield Expansion(typed=concept.shown, to=other.text)
