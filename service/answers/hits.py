"""Hits: passages as one question sees them, with the words and the sentence that answer it."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from corpus.text import Span, sentences
from service.answers.retrieve import DENSE_WEIGHT, Retrieved
from service.contract.responses import Expansion, Explanation, Hit, Match, Passage
from service.memory import passage_rows
from service.memory.facets import Mask
from service.memory.opened import Opened
from service.query.lexicon import Stems
from service.query.marks import Marks, best_sentence, marks, outermost
from service.query.question import Question

Ids = NDArray[np.int64]


class Showing:
    """Makes hits of ids, for one question over one generation; `members` are those that pass the filters."""

    def __init__(self, opened: Opened, question: Question, found: Retrieved, members: Mask, explain: bool) -> None:
        self._tables, self._vectors = opened.generation.tables, opened.generation.vectors
        self._found, self._members, self._explain = found, members, explain
        self._question, self._analyzer = question, opened.lexicon.analyzer
        self._substance, self._tags = opened.substance, opened.tags
        self._weights = opened.words.rarities([stem for concept in question.concepts for stem in concept.typed])

    def hits(self, ids: Ids) -> list[Hit]:
        """The passages with these ids as hits, in this order."""
        chosen = [int(i) for i in ids]
        shorts = passage_rows.meanings_by_id(self._tables, chosen)
        passages = passage_rows.passages_by_id(self._tables, chosen)
        return [self._hit(i, passage, shorts[i]) for i, passage in zip(chosen, passages, strict=True)]

    def _hit(self, place: int, passage: Passage, shorts: Sequence[tuple[str, str]]) -> Hit:
        found = self._found
        marked = marks(passage["text"], self._question, shorts, self._analyzer)
        return {
            **passage,
            "themes": self._tags.of(passage["passage_id"]),
            "score": float(found.score[place]),
            "match": match_of(bool(found.members[place]), bool(found.good[place])),
            "highlights": [list(span) for span in outermost(marked)],
            "best_sentence": list(self._best(place, passage["text"], marked)),
            "explain": self._explanation(place, marked) if self._explain else None,
        }

    def _best(self, place: int, text: str, marked: Marks) -> Span:
        spans = sentences(text)
        return best_sentence(spans, marked, self._weights, self._nearness(place, len(spans)))

    def _nearness(self, place: int, count: int) -> Sequence[float]:
        """The cosine of each sentence, by which equals are told apart; nothing where a sentence has several rows."""
        vectors, similar = self._vectors, self._found.similar
        at = int(np.searchsorted(vectors.passages, place))
        first = int(vectors.starts[at])
        last = int(vectors.starts[at + 1]) if at + 1 < len(vectors.starts) else len(vectors.ids)
        return [float(value) for value in similar[first:last]] if len(similar) and last - first == count else []

    def _explanation(self, place: int, marked: Marks) -> Explanation:
        found = self._found
        return {
            "cosine": float(found.cosine[place]),
            "bm25": float(found.bm25[place]),
            "dense": float(found.dense[place]),
            "lexical": float(found.lexical[place]),
            "weights": {"dense": DENSE_WEIGHT, "lexical": 1 - DENSE_WEIGHT},
            "substance": float(self._substance[place]),
            "coverage": float(found.coverage[place]),
            "evidence": float(found.evidence[place]),
            "ranks": {
                "dense": self._rank(found.cosine, place),
                "lexical": self._rank(found.bm25, place) if found.bm25[place] > 0 else None,
            },
            "expansions": list(_expanded(self._question, {stems for _, stems in marked})),
        }

    def _rank(self, scores: NDArray[np.float64], place: int) -> int:
        return 1 + int((scores[self._members] > scores[place]).sum())


def match_of(found: bool, good: bool) -> Match:
    """The word for a match."""
    if not found:
        return "none"
    return "good" if good else "weak"


def _expanded(question: Question, stood: set[Stems]) -> Iterator[Expansion]:
    """The other words of the vocabulary that stand in a passage, with what was typed."""
    for concept in question.concepts:
        for other in concept.others:
            if other.stems in stood:
                yield {"from": concept.shown, "to": other.text}
