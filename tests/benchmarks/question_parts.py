"""Where the time of a search goes: what its parts take, each less the parts within it."""

import time
from collections import defaultdict
from collections.abc import Callable
from functools import wraps
from typing import Any, Self
from unittest.mock import patch

from indexer.vector_index import VectorIndex
from service.answers import named_findings, retrieve, search
from service.engine import Engine
from service.memory.facets import Columns
from service.memory.phrases import Phrases
from service.memory.spelling import Spelling
from service.memory.word_index import WordIndex

# Where each part is looked up when it is called, and what it is called here.
_PARTS: tuple[tuple[Any, str, str], ...] = (
    (search, "understand", "understanding"),
    (WordIndex, "occurring", "understanding"),
    (search, "named_nowhere", "understanding"),
    (search, "encode", "encoding"),
    (search, "named_passages", "named findings"),
    (named_findings, "_passages", "named findings"),
    (Columns, "chosen", "filters"),
    (Columns, "passing", "filters"),
    (VectorIndex, "near", "codes"),
    (VectorIndex, "cosines", "full vectors"),
    (WordIndex, "candidates", "words, candidates"),
    (WordIndex, "held", "words, held"),
    (Phrases, "_collected", "phrases"),
    (search, "retrieve", "scoring"),
    (search, "best_of_folds", "folds"),
    (retrieve, "best_of_folds", "folds"),
    (search, "hits", "hits"),
    (search, "_facet", "facets"),
    (Spelling, "guesses", "spelling"),
    (search, "_did_you_mean", "spelling"),
    (search, "in_register", "register"),
    (search, "owners_of", "register"),
    (search, "_named_records", "register"),
    (Engine, "search", "all else"),
)


class Parts:
    """While the context lasts, `seconds` of each part of searches of one thread."""

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self._within = [0.0]  # of each call that is under way, what the calls within it took
        self._patches = [patch.object(owner, name, self._timed(owner, name, part)) for owner, name, part in _PARTS]

    def __enter__(self) -> Self:
        for one in self._patches:
            one.start()
        return self

    def __exit__(self, *_: object) -> None:
        for one in self._patches:
            one.stop()

    def _timed(self, owner: Any, name: str, part: str) -> Callable[..., Any]:
        work = getattr(owner, name)

        @wraps(work)
        def timed(*given: Any, **named: Any) -> Any:
            self._within.append(0.0)
            began = time.perf_counter()
            try:
                return work(*given, **named)
            finally:
                took = time.perf_counter() - began
                self.seconds[part] += took - self._within.pop()
                self._within[-1] += took

        return timed
