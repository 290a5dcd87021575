"""Phrases of several words: which passages hold them.

Those that the build knew stand among the words; any other tantivy finds, and that is remembered.
"""

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING

import numpy as np

from indexer.postings import NOWHERE, Postings, WordPostings
from service.query.lexicon import Stems

if TYPE_CHECKING:
    import tantivy

_REMEMBERED, _ENTRY = 64_000_000, 1_000  # bytes of postings, and what each of them takes at least


class Phrases:
    """The phrases of a generation. Safe to share between threads.

    Postings that tantivy finds are remembered, up to so many bytes: what stands in many passages takes longest to
    collect, and is asked for again and again; so is what stands nowhere.
    """

    def __init__(self, index: "tantivy.Index", words: WordPostings) -> None:
        self._words = words
        self._searcher = index.searcher()
        self._schema = index.schema
        self._known: OrderedDict[tuple[Stems, str], Postings] = OrderedDict()
        self._bytes, self._guard = 0, threading.Lock()

    def of(self, stems: Stems, field: str) -> Postings:
        """The passages in which these words, two or more, stand side by side."""
        if (written := self._words.phrase(field, stems)) is not None:
            return written
        with self._guard:
            if (known := self._known.get((stems, field))) is not None:
                self._known.move_to_end((stems, field))
                return known
        found = self._collected(stems, field)
        with self._guard:
            if (stems, field) not in self._known:
                self._known[stems, field] = found
                self._bytes += _bytes(found)
            while self._bytes > _REMEMBERED and len(self._known) > 1:
                _, gone = self._known.popitem(last=False)
                self._bytes -= _bytes(gone)
        return found

    def _collected(self, stems: Stems, field: str) -> Postings:
        from tantivy import Query

        if not self._searcher.num_docs:
            return NOWHERE
        query = Query.phrase_query(self._schema, field, list(stems))
        hits = self._searcher.search(query, limit=self._searcher.num_docs, count=False).hits
        ids = np.array(self._searcher.fast_field_values("id", [address for _, address in hits]), np.int32)
        order = np.argsort(ids)
        return Postings(ids[order], np.array([score for score, _ in hits], np.float32)[order])


def _bytes(found: Postings) -> int:
    return _ENTRY + found.ids.nbytes + found.scores.nbytes
