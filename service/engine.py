"""The engine: a question in, hits out. It serves the current generation and takes up a new one by itself."""

import sqlite3
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from corpus.model import CorpusError
from indexer.generation import FORCES, Generation, GenerationError, current_id, open_generation
from models.encoder import ModelError
from service import records
from service.answers import (
    DocumentAnswer,
    Explanation,
    FacetValue,
    FindingAnswer,
    ForcesAnswer,
    Hit,
    Match,
    Passage,
    Readiness,
    SearchResponse,
)
from service.columns import FACETS, UNKNOWN, Columns, Filters, Mask, read_columns
from service.mask import Answer, masked
from service.question import Question, understand
from service.retrieve import Retrieved, everything, retrieve, word_weights
from service.show import Span, best_sentence, highlights, label

if TYPE_CHECKING:
    from corpus.forces import Forces
    from models.encoder import Encoder

Sort = Literal["relevance", "newest"]
Ids = NDArray[np.int64]
NEAREST = 3
AGAIN = 30.0  # seconds after which a generation that was refused is tried once more: the cause may have gone


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """One search. `expand` is taken for what is to come: nothing expands yet."""

    query: str = ""
    filters: Filters = field(default_factory=Filters)
    sort: Sort = "relevance"
    page: int = 1
    page_size: int = 20
    expand: bool = True
    explain: bool = False


@dataclass(frozen=True, slots=True)
class _Open:
    """What a request holds to its end: one generation and its columns."""

    generation: Generation
    columns: Columns
    forces: "Forces"


@dataclass(frozen=True, slots=True)
class _Refused:
    """A generation that could not be taken up: its id, why, and when to try again (monotonic seconds)."""

    id: str | None
    why: str
    again: float


class Engine:
    """Answers questions about the generation that `data` names as current. Safe to use from several threads.

    Forces are known by `forces`, or without it by the names that each generation was built with.
    """

    def __init__(
        self, data: Path, encoder: "Encoder", forces: "Forces | None" = None, *, mask_contacts: bool = True
    ) -> None:
        self.data = Path(data)
        self._encoder = encoder
        self._forces = forces
        self._mask_contacts = mask_contacts
        self._opening = threading.Lock()
        self._open: _Open | None = None
        self._refused: _Refused | None = None

    def search(self, request: SearchRequest) -> SearchResponse:
        """One page of hits with the counts of every facet. Raises GenerationError where nothing is built."""
        held = self._current()
        question = understand(request.query, held.generation.analyzer())
        found = self._retrieve(held, question)
        passing = held.columns.mask(request.filters)
        members = found.members & passing
        newest = request.sort == "newest" or question.empty
        hits = _hits(held.columns, found, members, newest)
        first = (request.page - 1) * request.page_size
        shown = hits[first : first + request.page_size]
        nearest = hits[:0] if len(hits) else _hits(held.columns, found, passing, False)[:NEAREST]
        show = _Showing(held, question, found, members, request.explain)
        results, near = show.hits(shown), show.hits(nearest)
        answer: SearchResponse = {
            "query": request.query,
            "expansions": [],
            "match": _match(bool(len(hits)), bool((members & found.good).any())),
            "total": len(hits),
            "page": request.page,
            "page_size": request.page_size,
            "results": results,
            "nearest": near,
            "facets": {name: self._facet(held, name, found.members, request.filters) for name in FACETS},
            "suggested_filters": {},
        }
        return self._shown(answer)

    def document(self, key: str) -> DocumentAnswer | None:
        """One document, or None where the current generation does not have it."""
        return self._shown(records.document_by_key(self._current().generation.tables, key))

    def passage(self, key: str) -> Passage | None:
        """One passage, or None."""
        return self._shown(records.passage_by_key(self._current().generation.tables, key))

    def finding(self, key: str) -> FindingAnswer | None:
        """One finding, or None."""
        return self._shown(records.finding_by_key(self._current().generation.tables, key))

    def matched(self, query: str, text: str) -> list[Span]:
        """The places in a text of the words of a query."""
        analyzer = self._current().generation.analyzer()
        return [span for span, _ in highlights(text, understand(query, analyzer).shown, analyzer)]

    def forces(self) -> ForcesAnswer:
        """Every force by its slug, with the number of its documents in the current generation."""
        tables = self._current().generation.tables
        rows = tables.execute("SELECT force, count(*) FROM documents WHERE force IS NOT NULL GROUP BY force")
        counts = {row[0]: int(row[1]) for row in rows}
        known = self._known_forces()
        names = [(slug, known.label(slug)) for slug in sorted({force.slug for force in known.all} | counts.keys())]
        return {"forces": [{"slug": s, "name": n, "documents": counts.get(s, 0)} for s, n in names]}

    def force_label(self, slug: str) -> str:
        """The name of a force to show."""
        return self._known_forces().label(slug)

    def values(self, facet: str) -> set[str]:
        """The values of a facet that the current index holds; of `force`, those of the force list as well."""
        held = set() if facet == "theme" else set(self._current().columns.facets[facet].values)
        return held | {force.slug for force in self._known_forces().all} if facet == "force" else held

    def health(self) -> Readiness:
        """What is served. Raises GenerationError where nothing is."""
        held, refused = self._current(), self._refused
        manifest = held.generation.manifest
        problem = refused.why if refused else None
        return {
            "status": "ok" if problem is None else "stale",
            "generation": held.generation.id,
            "created": manifest.created,
            "counts": dict(manifest.counts),
            "problem": problem,
        }

    def _known_forces(self) -> "Forces":
        return self._forces or self._current().forces

    def _shown(self, answer: Answer) -> Answer:
        return masked(answer) if self._mask_contacts else answer

    def _retrieve(self, held: _Open, question: Question) -> Retrieved:
        if question.empty:
            return everything(held.columns.exists)
        vector = self._encoder.encode_query(question.text)
        return retrieve(held.generation, held.columns.exists, question, vector)

    def _facet(self, held: _Open, name: str, found: Mask, filters: Filters) -> list[FacetValue]:
        counts = held.columns.counts(name, found & held.columns.mask(filters, without=name))
        values = {**dict.fromkeys(filters.chosen(name), 0), **counts}
        rows: list[FacetValue] = [{"value": v, "label": self._label(name, v), "count": n} for v, n in values.items()]
        if name == "year":
            return sorted(rows, key=lambda row: (row["value"] != UNKNOWN, row["value"]), reverse=True)
        return sorted(rows, key=lambda row: (row["value"] == UNKNOWN, -row["count"], row["label"]))

    def _label(self, facet: str, value: str) -> str:
        return self.force_label(value) if facet == "force" and value != UNKNOWN else label(value)

    def _current(self) -> _Open:
        held = self._open
        if held is not None and self._settled(held):
            return held
        # Who has something to serve does not wait for who is opening the next one.
        if not self._opening.acquire(blocking=held is None):
            assert held is not None  # noqa: S101 - only then does acquire not wait
            return held
        try:
            return self._take_up()
        finally:
            self._opening.release()

    def _settled(self, held: _Open) -> bool:
        """Whether `held` is what to serve for now: it is current, or what is current was refused a moment ago."""
        refused = self._refused
        if refused is not None and time.monotonic() < refused.again and refused.id == self._wanted():
            return True
        return refused is None and self._wanted() == held.generation.id

    def _wanted(self) -> str | None:
        try:
            return current_id(self.data)
        except GenerationError:
            return None

    def _take_up(self) -> _Open:
        held, wanted = self._open, self._wanted()
        if held is not None and self._settled(held):
            return held
        if held is None or wanted != held.generation.id:
            try:
                self._open = held = self._opened()
            except (GenerationError, ModelError) as error:
                if held is None:
                    raise
                self._refused = _Refused(wanted, str(error), time.monotonic() + AGAIN)
                return held
        self._refused = None
        return held

    def _opened(self) -> _Open:
        from corpus.forces import load_forces

        generation = open_generation(self.data, self._encoder)
        names = generation.path / FORCES
        try:
            known = load_forces(names if FORCES in generation.manifest.files else None)
            return _Open(generation, read_columns(generation.tables), known)
        except CorpusError as error:
            raise GenerationError(f"The force names of generation {generation.id} are damaged: {error}") from error
        except sqlite3.Error as error:
            raise GenerationError(
                f"The passages of generation {generation.id} cannot be read ({error}): "
                "run `precedent doctor`, then `precedent build`."
            ) from error


class _Showing:
    """Makes hits of ids, for one question over one generation."""

    def __init__(
        self,
        held: _Open,
        question: Question,
        found: Retrieved,
        members: Mask,
        explain: bool,
    ) -> None:
        self._tables, self._found, self._members, self._explain = held.generation.tables, found, members, explain
        self._tokens = question.shown
        self._analyzer = held.generation.analyzer()
        self._weights = word_weights(held.generation.lexical.searcher(), question.tokens)

    def hits(self, ids: Ids) -> list[Hit]:
        chosen = [int(i) for i in ids]
        passages = records.passages_by_id(self._tables, chosen)
        return [self._hit(i, passage) for i, passage in zip(chosen, passages, strict=True)]

    def _hit(self, place: int, passage: Passage) -> Hit:
        matched = highlights(passage["text"], self._tokens, self._analyzer)
        found = self._found
        return {
            **passage,
            "score": float(found.score[place]),
            "match": _match(bool(found.members[place]), bool(found.good[place])),
            "highlights": [list(span) for span, _ in matched],
            "best_sentence": list(best_sentence(passage["text"], matched, self._weights)),
            "explain": self._explanation(place) if self._explain else None,
        }

    def _explanation(self, place: int) -> Explanation:
        found = self._found
        return {
            "cosine": float(found.cosine[place]),
            "bm25": float(found.bm25[place]),
            "dense": float(found.dense[place]),
            "lexical": float(found.lexical[place]),
            "ranks": {
                "dense": self._rank(found.cosine, place),
                "lexical": self._rank(found.bm25, place) if found.bm25[place] > 0 else None,
            },
        }

    def _rank(self, scores: NDArray[np.float64], place: int) -> int:
        return 1 + int((scores[self._members] > scores[place]).sum())


def _hits(columns: Columns, found: Retrieved, members: Mask, newest: bool) -> Ids:
    """The best member of each fold, best first; ties by id, so that the order is one and the same anywhere."""
    ids = np.flatnonzero(members)
    keys = (ids, -found.score[ids], -columns.dates[ids]) if newest else (ids, -found.score[ids])
    ordered = ids[np.lexsort(keys)]
    _, first = np.unique(columns.fold[ordered], return_index=True)
    return np.asarray(ordered[np.sort(first)], dtype=np.int64)


def _match(found: bool, good: bool) -> Match:
    if not found:
        return "none"
    return "good" if good else "weak"
