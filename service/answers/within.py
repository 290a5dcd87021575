"""Search within one document: by its words, and by meaning."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from corpus.text import Span
from service.answers.hits import hits
from service.answers.retrieve import best_of_folds
from service.answers.search import NEAREST, found_by
from service.contract.document_responses import DocumentAnswer
from service.contract.requests import ListRequest
from service.contract.responses import Hit, Passage
from service.memory.document_rows import document_number
from service.memory.snapshot import Snapshot
from service.query.lexicon import Stems
from service.query.marks import marks, outermost
from service.query.question import Concept, Question, understand

LIKE = 20  # passages that are shown by meaning, at most


@dataclass(frozen=True, slots=True)
class Place:
    """A passage that holds all words that are looked for, and where they stand in it."""

    passage: Passage
    spans: list[Span]


def places_within(seen: Snapshot, document: DocumentAnswer, query: str) -> list[Place]:
    """The passages of a document, in its order, that hold every word of a query that names something.

    A word stands in a passage in any of its forms, as in search; what is in quotation marks stands there as it is.
    """
    return list(_places(seen, document, understand(query, seen.held.lexicon, expand=False)))


def _places(seen: Snapshot, document: DocumentAnswer, question: Question) -> Iterator[Place]:
    if not question.concepts:
        return
    for section in document.sections:
        for passage in section.passages:
            marked = marks(passage.text, question, (), seen.held.lexicon.analyzer)
            stood = {stems for _, stems in marked}
            if all(_stands(concept, stood, question) for concept in question.concepts):
                yield Place(passage, outermost(marked))


def _stands(concept: Concept, stood: set[Stems], question: Question) -> bool:
    if concept.together or concept.typed in question.phrases:
        return concept.typed in stood
    return all((stem,) in stood for stem in concept.typed)


def like_within(seen: Snapshot, document: str, query: str, *, expand: bool = True) -> tuple[list[Hit], bool]:
    """The passages of a document that answer a query, best first, and whether they do; else the nearest of it."""
    columns, number = seen.held.columns, document_number(seen.held.generation.tables, document)
    passages = columns.within(number or 0)
    found = found_by(seen, ListRequest(query=query, expand=expand), also=passages)
    own = np.isin(found.retrieved.ids, passages)
    best = best_of_folds(columns, found.retrieved, np.flatnonzero(found.members & own), newest=False)[:LIKE]
    answered = len(best) > 0
    if not answered:
        best = best_of_folds(columns, found.retrieved, np.flatnonzero(own), newest=False)[:NEAREST]
    return seen.shown(hits(seen, found.question, found.retrieved, found.members, best)), answered
