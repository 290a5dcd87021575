"""The engine: a question in, hits out. It serves the current generation and takes up a new one by itself."""

import datetime
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from corpus.dates import last_day
from corpus.text import Span
from indexer.generation import GenerationError, current_id
from models.encoder import ModelError
from service.answers.force_profile import profile
from service.answers.hits import Showing, match_of
from service.answers.outcomes import echo_records, members, printed_of, standing_record
from service.answers.register import RegisterRequest, chosen_rows, listed, rows
from service.answers.retrieve import Retrieved, best_of_folds, encode, everything, retrieve
from service.answers.search import did_you_mean, expansions, named_records
from service.answers.similar import SimilarRequest, asked_about, similar
from service.answers.timeline import Timeline, timeline
from service.contract.contacts import Answer, mask, masked
from service.contract.document_responses import DocumentAnswer
from service.contract.filters import FACETS, UNKNOWN, Filters
from service.contract.labels import forces_words, label
from service.contract.register_responses import (
    FindingAnswer,
    ForceAnswer,
    RegisterResponse,
    RegisterRow,
    SimilarResponse,
)
from service.contract.responses import FacetValue, ForcesAnswer, Hit, Passage, Readiness, SearchResponse
from service.memory import document_rows, passage_rows
from service.memory.facets import Mask
from service.memory.opened import Opened, corrected_by, open_for
from service.memory.strength import calibrated
from service.query.marks import marks, outermost
from service.query.offers import suggested_filters
from service.query.question import Question, understand
from service.state.corrections import State, StateError

if TYPE_CHECKING:
    from corpus.forces import Forces
    from models.encoder import Encoder
    from service.memory.strength import Strength

Sort = Literal["relevance", "newest"]
Ids = NDArray[np.int64]
NEAREST = 3
BATCH = 200  # hits of a whole result list that are made at a time
AGAIN = 30.0  # seconds after which a generation that was refused is tried once more: the cause may have gone


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """One search. Without `expand`, only the words that were typed are looked for."""

    query: str = ""
    filters: Filters = field(default_factory=Filters)
    sort: Sort = "relevance"
    page: int = 1
    page_size: int = 20
    expand: bool = True
    explain: bool = False


@dataclass(frozen=True, slots=True)
class _Refused:
    """A generation that could not be taken up: its id, why, and when to try again (monotonic seconds)."""

    id: str | None
    why: str
    again: float


@dataclass(frozen=True, slots=True)
class _Answered:
    """A request with all that its answer is made of.

    `members` are what of R passes the filters, as a mask and as `ids`; `hits` are the ids of their folds' best.
    """

    opened: Opened
    question: Question
    found: Retrieved
    passing: Mask
    members: Mask
    ids: Ids
    hits: Ids

    def showing(self, explain: bool) -> Showing:
        return Showing(self.opened, self.question, self.found, self.members, explain)


class Engine:
    """Answers questions about the generation that `data` names as current. Safe to use from several threads.

    Forces are known by `forces`, or without it by the names that each generation was built with; match strength is
    judged by `strength`, or without it by the calibration on disk.
    """

    def __init__(
        self,
        data: Path,
        encoder: "Encoder",
        forces: "Forces | None" = None,
        *,
        mask_contacts: bool = True,
        strength: "Strength | None" = None,
    ) -> None:
        self.data = Path(data)
        self.encoder = encoder
        self._forces = forces
        self._mask_contacts = mask_contacts
        self._strength = strength
        self.state = State(self.data)
        self._unread: str | None = None
        self._opening = threading.Lock()
        self._open: Opened | None = None
        self._refused: _Refused | None = None

    def search(self, request: SearchRequest) -> SearchResponse:
        """One page of hits with the counts of every facet. Raises GenerationError where nothing is built."""
        answered = self._answered(request)
        found, hits, opened = answered.found, answered.hits, answered.opened
        first = (request.page - 1) * request.page_size
        nearest = (
            hits[:0]
            if len(hits)
            else best_of_folds(opened.columns, found, np.flatnonzero(answered.passing), False)[:NEAREST]
        )
        show = answered.showing(request.explain)
        answer: SearchResponse = {
            "query": request.query,
            "expansions": expansions(answered.question),
            "did_you_mean": did_you_mean(opened, answered.question),
            "match": match_of(bool(len(hits)), bool((answered.members & found.good).any())),
            "total": len(hits),
            "page": request.page,
            "page_size": request.page_size,
            "results": show.hits(hits[first : first + request.page_size]),
            "nearest": show.hits(nearest),
            "facets": {name: self._facet(answered, name, request.filters) for name in FACETS},
            "suggested_filters": self._suggested(opened, request),
            "records": named_records(opened, request.query),
        }
        return self.shown(answer)

    def all_hits(self, request: SearchRequest, *, matching: bool = True) -> Iterator[Hit]:
        """Every hit of a search in its order, whatever its page, made as they are asked for from one generation.

        Without `matching`, all that passes the filters, whether it answers or not: the ranking by itself.
        """
        answered = self._answered(request)
        show, ids = answered.showing(request.explain), answered.hits
        if not matching:
            ids = best_of_folds(
                answered.opened.columns, answered.found, np.flatnonzero(answered.passing), request.sort == "newest"
            )

        def hits() -> Iterator[Hit]:
            for first in range(0, len(ids), BATCH):
                yield from (self.shown(hit) for hit in show.hits(ids[first : first + BATCH]))

        return hits()

    def similar(self, request: SimilarRequest) -> SimilarResponse | None:
        """Findings on the same matter, and comments on such; None for a passage or finding that is not there."""
        opened = self.current()
        asked = asked_about(opened, request)
        return None if asked is None else self.shown(similar(opened, self.encoder, asked, request))

    def picture(self, key: str, as_of: datetime.date | None = None) -> Timeline | None:
        """The history of a finding, and of all who were given it, drawn in time; None where nothing was recorded."""
        register = self.current().register
        item = register.by_key(key)
        if item is None:
            return None
        names = [(one, self.forces_label(one.document["forces"])) for one in register.given(item) if one.known(as_of)]
        return timeline(names, key, as_of)

    def register(self, request: RegisterRequest) -> RegisterResponse:
        """A page of the records of the register, with where each stood and the counts of every facet."""
        all_rows, as_of = self._rows(request)
        return self.shown(listed(all_rows, request, as_of, self.value_label))

    def register_rows(self, request: RegisterRequest) -> list[RegisterRow]:
        """All records of the register that pass the filters, whatever the page."""
        return self.shown(chosen_rows(self._rows(request)[0], request.chosen))

    def profile(self, slug: str, as_of: datetime.date | None = None) -> ForceAnswer | None:
        """What has been said of one force over the years; None for a slug that no force has."""
        if slug not in {row["slug"] for row in self.forces()["forces"]}:
            return None
        return self.shown(profile(self.current(), self.encoder, slug, self.force_label(slug), as_of, label))

    def document(self, key: str) -> DocumentAnswer | None:
        """One document, or None where the current generation does not have it."""
        opened = self.current()
        found = document_rows.document_by_key(opened.generation.tables, key)
        for section in found["sections"] if found else ():
            for passage in section["passages"]:
                passage["themes"] = opened.tags.of(passage["passage_id"])
        if found and self._mask_contacts:
            found["left_out"] = [mask(line) for line in found["left_out"]]
            for one in found["evidence"]:
                one["value"], one["quote"] = mask(one["value"]), mask(one["quote"])
        return self.shown(found)

    def passage(self, key: str) -> Passage | None:
        """One passage, or None."""
        opened = self.current()
        found = passage_rows.passage_by_key(opened.generation.tables, key)
        if found:
            found["themes"] = opened.tags.of(key)
        return self.shown(found)

    def finding(self, key: str, as_of: datetime.date | None = None) -> FindingAnswer | None:
        """One finding with where it stood and all who were given it, or None."""
        opened = self.current()
        found = document_rows.finding_by_key(opened.generation.tables, key)
        item = opened.register.by_key(key)
        if found is None or item is None:
            return None
        standing = standing_record(item, as_of)
        answer: FindingAnswer = {
            **found,
            **printed_of(item, item.stood(as_of)),
            "status": standing["status"],
            "status_date": standing["status_date"],
            "closure_signal": standing["closure_signal"],
            "events": [event for event in found["events"] if as_of is None or last_day(event["date"]) <= as_of],
            "published": item.document["date"],
            "known": item.known(as_of),
            "notes": list(item.notes),
            "standing": standing,
            "members": members([one for one in opened.register.given(item) if one.known(as_of)], as_of),
            "echoes": list(echo_records(item, opened.register, as_of)),
        }
        return self.shown(answer)

    def matched(self, query: str, passage: Passage, *, expand: bool = True) -> list[Span]:
        """The places in a passage's text of the words of a query, and with `expand` of others for the same."""
        opened = self.current()
        question = understand(query, opened.lexicon, expand=expand)
        shorts = passage_rows.meanings_by_key(opened.generation.tables, passage["passage_id"])
        return outermost(marks(passage["text"], question, shorts, opened.lexicon.analyzer))

    def forces(self) -> ForcesAnswer:
        """Every force by its slug, with the number of its documents in the current generation."""
        tables = self.current().generation.tables
        rows = tables.execute("SELECT force, count(*) FROM document_forces GROUP BY force")
        counts = {row[0]: int(row[1]) for row in rows}
        known = self._known_forces()
        names = [(slug, known.label(slug)) for slug in sorted({force.slug for force in known.all} | counts.keys())]
        return {"forces": [{"slug": s, "name": n, "documents": counts.get(s, 0)} for s, n in names]}

    def force_label(self, slug: str) -> str:
        """The name of a force to show."""
        return self._known_forces().label(slug)

    def forces_label(self, slugs: Sequence[str]) -> str:
        """The forces that a document is about, to show."""
        return forces_words([self.force_label(slug) for slug in slugs])

    def values(self, facet: str) -> set[str]:
        """The values of a facet that the current index holds; of `force`, those of the force list as well."""
        opened = self.current()
        held = set(opened.columns.facets[facet].values)
        if facet == "theme" and opened.tags.model:
            held |= set(opened.tags.model.taxonomy.keys)
        if facet == "status":  # of a day in the past too
            held |= opened.register.statuses
        return held | {force.slug for force in self._known_forces().all} if facet == "force" else held

    def health(self) -> Readiness:
        """What is served. Raises GenerationError where nothing is."""
        held, refused = self.current(), self._refused
        manifest = held.generation.manifest
        problem = refused.why if refused else self._unread
        return {
            "status": "ok" if problem is None else "stale",
            "generation": held.generation.id,
            "created": manifest.created,
            "counts": dict(manifest.counts),
            "calibrated": calibrated(held.strength, self.encoder),
            "problem": problem,
        }

    def _rows(self, request: RegisterRequest) -> tuple[list[RegisterRow], datetime.date | None]:
        register = self.current().register
        return rows(register, request.as_of), request.as_of or register.newest

    def _known_forces(self) -> "Forces":
        return self._forces or self.current().forces

    def shown(self, answer: Answer) -> Answer:
        """An answer as it is shown: without people's contact details, unless they are wanted."""
        return masked(answer) if self._mask_contacts else answer

    def _answered(self, request: SearchRequest) -> _Answered:
        opened = self.current()
        question = opened.words.occurring(understand(request.query, opened.lexicon, expand=request.expand))
        found = self._retrieve(opened, question)
        passing = opened.columns.mask(request.filters)
        members = found.members & passing
        ids = np.flatnonzero(members)
        newest = request.sort == "newest" or question.empty
        return _Answered(
            opened, question, found, passing, members, ids, best_of_folds(opened.columns, found, ids, newest)
        )

    def _retrieve(self, opened: Opened, question: Question) -> Retrieved:
        exists = opened.columns.exists
        if question.empty:
            return everything(exists)
        vector = encode(question, self.encoder)
        return retrieve(opened.generation, opened.words, opened.substance, exists, question, vector, opened.strength)

    def _suggested(self, opened: Opened, request: SearchRequest) -> dict[str, list[str]]:
        held = {name: opened.columns.facets[name].values for name in FACETS if name != "theme"}
        offered = suggested_filters(request.query, self._known_forces(), held)
        return {
            name: fresh
            for name, values in offered.items()
            if (fresh := [value for value in values if value not in request.filters.chosen(name)])
        }

    def _facet(self, answered: _Answered, name: str, filters: Filters) -> list[FacetValue]:
        columns, ids = answered.opened.columns, answered.ids
        if filters.chosen(name):
            ids = np.flatnonzero(answered.found.members & columns.mask(filters, without=name))
        counts = columns.counts(name, ids)
        values = {**dict.fromkeys(filters.chosen(name), 0), **counts}
        labels = {value: self.value_label(name, value, answered.opened) for value in values}
        rows: list[FacetValue] = [{"value": v, "label": labels[v], "count": n} for v, n in values.items()]
        if name == "year":
            return sorted(rows, key=lambda row: (row["value"] != UNKNOWN, row["value"]), reverse=True)
        return sorted(rows, key=lambda row: (row["value"] == UNKNOWN, -row["count"], row["label"]))

    def value_label(self, facet: str, value: str, opened: Opened | None = None) -> str:
        """A facet's value as people read it."""
        if facet == "theme":
            return (opened or self.current()).tags.label(value)
        return self.force_label(value) if facet == "force" and value != UNKNOWN else label(value)

    def current(self) -> Opened:
        """What is served now, with people's corrections. Hold it for a whole request."""
        held = self._taken()
        try:
            corrected, self._unread = self.state.corrected(), None
        except StateError as error:
            self._unread = str(error)  # told by health; searches go on
            return held
        if held.tags.version != corrected.version:
            fresh = corrected_by(held, corrected)
            # Only in its own place: another generation may have been taken up since.
            self._open = fresh if self._open is held else self._open
            return fresh
        return held

    def _taken(self) -> Opened:
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

    def _settled(self, held: Opened) -> bool:
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

    def _take_up(self) -> Opened:
        held, wanted = self._open, self._wanted()
        if held is not None and self._settled(held):
            return held
        if held is None or wanted != held.generation.id:
            try:
                self._open = held = open_for(self.data, self.encoder, self._strength)
            except (GenerationError, ModelError) as error:
                if held is None:
                    raise
                self._refused = _Refused(wanted, str(error), time.monotonic() + AGAIN)
                return held
        self._refused = None
        return held
