"""Search: a question and its filters in, a page of hits out, with the counts of every facet."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from indexer.vector_index import distinct
from service.answers.hits import hits, match_of
from service.answers.named_findings import named_first, named_passages
from service.answers.nowhere import named_nowhere
from service.answers.register_offer import in_register, owners_of
from service.answers.retrieve import (
    FIRST,
    Places,
    Retrieved,
    best_of_folds,
    candidates,
    encode,
    everything,
    nearest,
    retrieve,
    with_first,
)
from service.contract.requests import FACETS, ListRequest, SearchRequest
from service.contract.responses import DidYouMean, Expansion, FacetValue, Hit, HitDocument, SearchResponse
from service.contract.values import UNKNOWN
from service.memory.facets import Mask
from service.memory.opened import Opened
from service.memory.passage_rows import documents_by_number
from service.memory.snapshot import Snapshot
from service.memory.spelling import corrected
from service.query.offers import numbers, suggested_filters
from service.query.question import Question, understand

Ids = NDArray[np.int64]
NEAREST = 3
OWNED = 20  # hits whose owners are told, where the query asks for them
BATCH = 200  # hits of a whole result list that are made at a time


@dataclass(frozen=True, slots=True)
class Found:
    """A question against a generation. `passing` are the candidates that pass the filters, `members` those of R too.

    `nowhere` are things that it names of which the index has nothing: then nothing answers it well. `best` are the
    best of each fold of `members`, by their places among the candidates, in the order asked for.
    """

    question: Question
    nowhere: list[str]
    retrieved: Retrieved
    passing: Mask
    members: Mask
    best: Places

    @property
    def ids(self) -> Ids:
        """The passages.id of `best`."""
        return self.retrieved.ids[self.best]


def search(seen: Snapshot, request: SearchRequest) -> SearchResponse:
    """One page of hits with the counts of every facet."""
    held = seen.held
    found = found_by(seen, request)
    first = (request.page - 1) * request.page_size
    page = found.best[first : first + request.page_size]
    nearest = found.best[:0] if len(found.best) else _nearest(held, found)
    shown = hits(seen, found.question, found.retrieved, found.members, np.concatenate([page, nearest]), request.explain)
    answer = SearchResponse(
        query=request.query,
        expansions=_expansions(found.question),
        did_you_mean=_did_you_mean(held, found.question),
        nowhere=found.nowhere,
        match=match_of(bool(len(found.best)), bool((found.members & found.retrieved.good).any())),
        total=len(found.best),
        complete=found.retrieved.complete,
        documents=len(distinct(held.columns.document[found.ids])),
        strong=int(found.retrieved.good[found.best].sum()),
        page=request.page,
        page_size=request.page_size,
        results=shown[: len(page)],
        nearest=shown[len(page) :],
        facets={name: _facet(seen, found, request, name) for name in FACETS},
        suggested_filters=_suggested(seen, request),
        records=_named_records(held, request.query),
        in_register=in_register(seen, request.query),
        owners=owners_of(seen, request.query, found.ids[:OWNED]),
    )
    return seen.shown(answer)


def all_hits(seen: Snapshot, request: ListRequest, *, matching: bool = True) -> Iterator[Hit]:
    """Every hit of a search in its order, made as they are asked for.

    Without `matching`, all that passes the filters, whether it answers or not: the ranking by itself.
    """
    held = seen.held
    found = found_by(seen, request)
    best = found.best
    if not matching:
        best = best_of_folds(held.columns, found.retrieved, np.flatnonzero(found.passing), request.sort == "newest")

    def made() -> Iterator[Hit]:
        for first in range(0, len(best), BATCH):
            batch = best[first : first + BATCH]
            for hit in hits(seen, found.question, found.retrieved, found.members, batch, request.explain):
                yield seen.shown(hit)

    return made()


def answering(seen: Snapshot, request: ListRequest, also: Ids | None = None) -> tuple[Ids, Ids]:
    """The passages that answer a search and pass its filters, and those of them that answer well.

    The passages `also` are looked at in any case.
    """
    found = found_by(seen, request, also)
    return found.retrieved.ids[found.members], found.retrieved.ids[found.members & found.retrieved.good]


def result_ids(seen: Snapshot, request: ListRequest) -> Ids:
    """The number of the passage that each result of a search is shown by, in its order."""
    return found_by(seen, request).ids


def found_by(seen: Snapshot, request: ListRequest, also: Ids | None = None) -> Found:
    """What answers the query of a request, and what its filters leave of that, in its order.

    The passages `also` are looked at in any case.
    """
    held = seen.held
    columns = held.columns
    question = held.words.occurring(understand(request.query, held.lexicon, expand=request.expand))
    nowhere = named_nowhere(held, question)
    if question.empty:
        retrieved = everything(columns.ids)
    else:
        vector, named = encode(question, seen.encoder), named_passages(seen, question)
        kept = [ids for ids in (named.ids, also) if ids is not None]
        looked_at = candidates(held, question, vector, columns.sought(request), also=np.concatenate(kept))
        every = np.ones(len(looked_at.ids), np.bool_)
        retrieved = retrieve(held, question, vector, looked_at, every, held.strength, columns.size - 1)
        retrieved = with_first(columns, retrieved, nearest(columns, retrieved, np.flatnonzero(retrieved.likely), FIRST))
        if nowhere:
            retrieved = replace(retrieved, good=np.zeros_like(retrieved.good))
        retrieved = named_first(retrieved, named)
    passing = columns.passing(request, retrieved.ids)
    members = retrieved.members & passing
    newest = request.sort == "newest" or question.empty
    best = best_of_folds(columns, retrieved, np.flatnonzero(members), newest)
    return Found(question, nowhere, retrieved, passing, members, best)


def _nearest(held: Opened, found: Found) -> Places:
    return nearest(held.columns, found.retrieved, np.flatnonzero(found.passing), NEAREST)


def _facet(seen: Snapshot, found: Found, request: ListRequest, name: str) -> list[FacetValue]:
    """Each value of a facet with the total that choosing it gives."""
    columns, chosen = seen.held.columns, request.chosen(name)
    ids, members = found.retrieved.ids, found.members
    if chosen:
        members = found.retrieved.members & columns.passing(request, ids, without=name)
    counts = {**dict.fromkeys(chosen, 0), **columns.counts(name, ids[members])}
    rows = [FacetValue(value=v, label=seen.value_label(name, v), count=n) for v, n in counts.items()]
    if name == "year":
        return sorted(rows, key=lambda row: (row.value != UNKNOWN, row.value), reverse=True)
    return sorted(rows, key=lambda row: (row.value == UNKNOWN, -row.count, row.label))


def _suggested(seen: Snapshot, request: ListRequest) -> dict[str, list[str]]:
    """The filters that the query names and that are not chosen yet."""
    held = {name: seen.held.columns.facets[name].values for name in FACETS if name != "theme"}
    offered = suggested_filters(request.query, seen.forces, held)
    fresh = {name: [v for v in values if v not in request.chosen(name)] for name, values in offered.items()}
    return {name: values for name, values in fresh.items() if values}


def _expansions(question: Question) -> list[Expansion]:
    """Each of the words that were looked for besides those that were typed."""
    pairs = [(concept.shown, other) for concept in question.concepts for other in concept.others]
    # Two words are both answered by their compound: it is told once.
    first = {other.text: shown for shown, other in reversed(pairs) if other.spelt}
    return [
        Expansion(typed=shown, to=other.text) for shown, other in pairs if not other.spelt or first[other.text] == shown
    ]


def _did_you_mean(held: Opened, question: Question) -> DidYouMean | None:
    """The query as it may have been meant, where it has a word that is known nowhere and near to one that is."""
    guesses = list(held.spelling.guesses(question))
    if not guesses:
        return None
    words = [Expansion(typed=word, to=near) for word, near in guesses]
    return DidYouMean(query=corrected(question.text, guesses), words=words)


def _named_records(held: Opened, query: str) -> list[HitDocument]:
    """The register records whose number a query names."""
    return documents_by_number(held.generation.tables, numbers(query))
