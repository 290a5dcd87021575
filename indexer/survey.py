"""What is built from, looked through once: the order of its documents, and of each what all of them have a part in."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from corpus.heard import Entries, entries_of, heard
from corpus.model import Document
from corpus.sample_marks import fictional
from indexer.tables import forces_of


@dataclass(frozen=True, slots=True)
class Surveyed:
    """A document in short: its place in the collection, the day that it was last heard of, a digest of all of it."""

    place: int
    key: str
    sha256: str
    sources: tuple[str, ...]
    passages: int
    fictional: bool
    heard: str | None
    digest: bytes


class Survey:
    """The documents of a collection in order of key, each with the day that it was last heard of.

    They can be walked as often as is wanted, and are taken from the collection one at a time.
    """

    def __init__(self, documents: Sequence[Document], surveyed: Sequence[Surveyed]) -> None:
        self._documents = documents
        self.surveyed = surveyed

    def __len__(self) -> int:
        return len(self.surveyed)

    def __iter__(self) -> Iterator[Document]:
        return (replace(self._documents[one.place], heard=one.heard) for one in self.surveyed)

    @property
    def passages(self) -> int:
        """How many passages there are."""
        return sum(one.passages for one in self.surveyed)

    @property
    def hashes(self) -> dict[str, str]:
        """The SHA-256 of the source of each document, by its key."""
        return {one.key: one.sha256 for one in self.surveyed}

    @property
    def merged(self) -> Mapping[str, tuple[str, ...]]:
        """The sources of each document that stands in several, by its key."""
        return {one.key: one.sources for one in self.surveyed if len(one.sources) > 1}


def survey(documents: Sequence[Document]) -> Survey:
    """Look through documents, in whatever order they come."""
    until = datetime.now(UTC).date()
    found: list[Surveyed] = []
    entries: list[Entries] = []
    for place, document in enumerate(documents):
        entries.append(entries_of(document, until))
        found.append(
            Surveyed(
                place,
                document.key,
                document.sha256,
                (document.source, *document.other_sources),
                len(document.passages),
                fictional(forces_of(document), document.sha256),
                None,
                hashlib.sha256(repr(document).encode("utf-8", "backslashreplace")).digest(),
            )
        )
    told = [replace(one, heard=day) for one, day in zip(found, heard(entries), strict=True)]
    return Survey(documents, sorted(told, key=lambda one: one.key))
