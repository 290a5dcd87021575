"""Hits: passages as one question sees them, with the words and the sentence that answer it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from corpus.text import Span, sentences
from service.answers.retrieve import DENSE_WEIGHT, Retrieved
from service.contract.responses import Expansion, Explanation, Hit, Match, Ranks, Weights
from service.memory.facets import Mask
from service.memory.opened import Opened
from service.memory.passage_rows import PassageRow, fields_of, rows_by_id
from service.memory.snapshot import Snapshot
from service.query.lexicon import Stems
from service.query.marks import Marks, best_sentence, marks, outermost
from service.query.question import Question

if TYPE_CHECKING:
    from models.encoder import Encoder

Ids = NDArray[np.int64]


# Sentences of one page that are encoded at most: the first of those that are looked at by their meaning.
MOST_SENTENCES = 24


@dataclass(frozen=True, slots=True)
class _Asked:
    """One question over one generation; `members` are the passages that answer it and pass the filters.

    `weights` are the rarities of its words.
    """

    held: Opened
    question: Question
    found: Retrieved
    members: Mask
    weights: Mapping[str, float]
    explain: bool


@dataclass(frozen=True, slots=True)
class _Read:
    """A passage with its sentences, and with the words of a question in it."""

    row: PassageRow
    sentences: list[Span]
    marked: Marks


def hits(
    seen: Snapshot, question: Question, found: Retrieved, members: Mask, ids: Ids, explain: bool = False
) -> list[Hit]:
    """The passages with these ids as hits, in this order; with `explain`, how each was scored."""
    held = seen.held
    weights = held.words.rarities([stem for concept in question.concepts for stem in concept.typed])
    asked = _Asked(held, question, found, members, weights, explain)
    rows = rows_by_id(held.generation.tables, [int(i) for i in ids])
    read = [
        _Read(row, sentences(row.text), marks(row.text, question, row.meanings, held.lexicon.analyzer)) for row in rows
    ]
    nearness = _nearness(asked, read, seen.encoder)
    return [_hit(asked, int(place), one, near) for place, one, near in zip(ids, read, nearness, strict=True)]


def _nearness(asked: _Asked, read: Sequence[_Read], encoder: "Encoder") -> list[Sequence[float]]:
    """The cosine of each sentence of those passages that hold no word of the question; of the others nothing.

    Where words of the question stand, they tell which sentence answers.
    """
    room, wanted = MOST_SENTENCES, []
    for one in read:
        held = any(stem in asked.weights for _, stems in one.marked for stem in stems)
        apart = not held and 1 < len(one.sentences) <= room and len(asked.found.vector)
        room -= len(one.sentences) if apart else 0
        wanted.append([one.row.text[start:end] for start, end in one.sentences] if apart else [])
    texts = [text for own in wanted for text in own]
    cosines = iter(encoder.encode_queries(texts) @ asked.found.vector if texts else ())
    return [[float(next(cosines)) for _ in own] for own in wanted]


def match_of(found: bool, good: bool) -> Match:
    """The word for a match."""
    if not found:
        return "none"
    return "good" if good else "weak"


def _hit(asked: _Asked, place: int, read: _Read, nearness: Sequence[float]) -> Hit:
    found, marked = asked.found, read.marked
    return Hit(
        **fields_of(read.row, asked.held.tags),
        score=float(found.score[place]),
        match=match_of(bool(found.members[place]), bool(found.good[place])),
        highlights=[list(span) for span in outermost(marked)],
        best_sentence=list(best_sentence(read.sentences, marked, asked.weights, nearness)),
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
        substance=float(asked.held.substance[place]),
        coverage=float(found.coverage[place]),
        evidence=float(found.evidence[place]),
        ranks=Ranks(dense=rank(found.cosine), lexical=rank(found.bm25) if found.bm25[place] > 0 else None),
        expansions=list(_expanded(asked.question, {stems for _, stems in marked})),
    )


def _expanded(question: Question, stood: set[Stems]) -> Iterator[Expansion]:
    """The other words of the vocabulary that stand in a passage, with what was typed."""
    for concept in question.concepts:
        for other in concept.others:
            if other.stems in stood:
                yield Expansion(typed=concept.shown, to=other.text)
