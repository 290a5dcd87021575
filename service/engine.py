"""The engine: a snapshot a request. It serves the current generation and takes up a new one by itself."""

import datetime
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from indexer.milvus import MilvusError
from service.answers.force_profile import force_profile
from service.answers.lookups import document, finding, forces, passage
from service.answers.register import register, register_rows
from service.answers.search import all_hits, search
from service.answers.similar import similar
from service.contract.responses import ForcesAnswer, Readiness
from service.contract.service_errors import StateError
from service.memory.current import Current
from service.memory.opened import Opened, corrected_by, taught_by
from service.memory.snapshot import Snapshot
from service.memory.strength import calibrated
from service.state.corrections import NOTHING, Corrected, State
from service.state.saved_searches import SavedSearches
from service.state.unmet_counts import UnmetCounts
from service.state.vocabulary_entries import NOTHING_TAUGHT, Taught, VocabularyEntries

if TYPE_CHECKING:
    from corpus.forces import Forces
    from indexer.milvus import Link
    from models.encoder import Encoder
    from service.contract.document_responses import DocumentAnswer
    from service.contract.register_responses import (
        FindingAnswer,
        ForceAnswer,
        RegisterResponse,
        RegisterRow,
        SimilarResponse,
    )
    from service.contract.requests import (
        ListRequest,
        RegisterListRequest,
        RegisterRequest,
        SearchRequest,
        SimilarRequest,
    )
    from service.contract.responses import Hit, Passage, SearchResponse
    from service.memory.strength import Strength


class Engine:
    """Answers questions about the generation that `data` names as current. Safe to use from several threads.

    Forces are known by `forces`, or without it by the names that each generation was built with; match strength is
    judged by `strength`, or without it by the calibration on disk; `count_unmet` says whether questions that nothing
    answers are counted; `milvus` is the way to the vectors of a generation that is kept there. Whoever asks several
    things for one answer takes a `snapshot` and asks the functions of `service.answers`; each method below takes one of
    its own.
    """

    def __init__(
        self,
        data: Path,
        encoder: "Encoder",
        forces: "Forces | None" = None,
        *,
        mask_contacts: bool = True,
        strength: "Strength | None" = None,
        count_unmet: bool = True,
        milvus: "Link | None" = None,
    ) -> None:
        self.data = Path(data)
        self.encoder = encoder
        self.state = State(self.data)
        self.saved = SavedSearches(self.data)
        self.vocabulary = VocabularyEntries(self.data)
        self.unmet = UnmetCounts(self.data, count_unmet)
        self._forces = forces
        self.masks = mask_contacts
        self._current = Current(self.data, encoder, strength, milvus)
        self._corrections: Corrected = NOTHING
        self._taught: Taught = NOTHING_TAUGHT
        self._unread: str | None = None
        self._shown: Opened | None = None  # the last generation that was shown, with corrections and words

    def snapshot(self) -> Snapshot:
        """What is served now, with people's corrections and words: for a whole request.

        Raises GenerationError for nothing.
        """
        held = self._current.opened()
        try:
            self._corrections, self._taught = self.state.corrected(), self.vocabulary.taught()
            self._unread = None
        except StateError as error:
            self._unread = str(error)  # told by health; searches go on, with the corrections that were last read
        corrected, taught = self._corrections, self._taught
        shown = self._shown
        if shown is None or shown.generation is not held.generation:
            shown = held
        if shown.tags.taken.version != corrected.version:
            shown = corrected_by(shown, corrected)
        if shown.taught.version != taught.version:
            shown = taught_by(shown, taught)
        self._shown = shown
        return Snapshot(shown, corrected, self._forces or held.forces, self.encoder, self.masks)

    def health(self) -> Readiness:
        """What is served. Raises GenerationError where nothing is, MilvusError where Milvus does not hold it whole."""
        held = self.snapshot().held
        manifest, milvus = held.generation.manifest, held.generation.milvus
        if milvus and (why := milvus.problem()):
            raise MilvusError(why)
        problem = self._current.refused or self._unread
        return Readiness(
            status="ok" if problem is None else "stale",
            generation=held.generation.id,
            created=manifest.created,
            counts=dict(manifest.counts),
            calibrated=calibrated(held.strength, self.encoder),
            problem=problem,
            milvus=milvus.address if milvus else None,
        )

    def search(self, request: "SearchRequest") -> "SearchResponse":
        """One page of hits with the counts of every facet."""
        return search(self.snapshot(), request)

    def all_hits(self, request: "ListRequest", *, matching: bool = True) -> "Iterator[Hit]":
        """Every hit of a search in its order."""
        return all_hits(self.snapshot(), request, matching=matching)

    def similar(self, request: "SimilarRequest") -> "SimilarResponse | None":
        """Findings on the same matter, and comments on such; None for a passage or finding that is not there."""
        return similar(self.snapshot(), request)

    def register(self, request: "RegisterRequest") -> "RegisterResponse":
        """A page of the records of the register."""
        return register(self.snapshot(), request)

    def register_rows(self, request: "RegisterListRequest") -> "list[RegisterRow]":
        """All records of the register that pass the filters."""
        return list(register_rows(self.snapshot(), request))

    def force(self, slug: str, as_of: datetime.date | None = None) -> "ForceAnswer | None":
        """What has been said of one force over the years; None for a slug that no force has."""
        return force_profile(self.snapshot(), slug, as_of)

    def document(self, key: str) -> "DocumentAnswer | None":
        """One document, or None where the current generation does not have it."""
        return document(self.snapshot(), key)

    def passage(self, key: str) -> "Passage | None":
        """One passage, or None."""
        return passage(self.snapshot(), key)

    def finding(self, key: str, as_of: datetime.date | None = None) -> "FindingAnswer | None":
        """One finding with where it stood and all who were given it, or None."""
        return finding(self.snapshot(), key, as_of)

    def forces(self) -> ForcesAnswer:
        """Every force by its slug, with the number of its documents."""
        return forces(self.snapshot())
