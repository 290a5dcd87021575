"""Documents that lie on disk while they are worked on: as many as there are, only one at a time in memory.

The file has no name, so it goes with the process, however that ends.
"""

import json
import os
import tempfile
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any, overload
from weakref import finalize

from corpus.model import (
    CorpusError,
    Document,
    Event,
    Evidence,
    Finding,
    GlossaryEntry,
    Grade,
    Passage,
)

_PARTS: dict[str, Any] = {
    "passages": Passage,
    "findings": Finding,
    "events": Event,
    "grades": Grade,
    "glossary": GlossaryEntry,
    "evidence": Evidence,
}
_FIELDS = tuple(field.name for field in fields(Document))
_OF = {part: tuple(field.name for field in fields(part)) for part in _PARTS.values()}
_ADDRESSEES = _OF[Finding].index("addressees")


class Lines:
    """Lines of JSON in a file without a name, in `folder` where that is there; each is found again by its number.

    Written by one thread, read by any number.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._file: Any = None
        self._ends = array("q", [0])

    def __len__(self) -> int:
        return len(self._ends) - 1

    def put(self, value: Any) -> int:
        """Write a line; its number, from 0, is returned. Raises OSError where there is no room."""
        if self._file is None:
            home = self._folder if self._folder and self._folder.is_dir() else None
            self._file = tempfile.TemporaryFile(dir=home)  # noqa: SIM115 - closed with this
            finalize(self, self._file.close)
        line = json.dumps(value).encode()
        self._file.write(line)
        self._ends.append(self._ends[-1] + len(line))
        return len(self) - 1

    def get(self, number: int) -> Any:
        """What was put as line `number`."""
        start, end = self._ends[number], self._ends[number + 1]
        self._file.flush()
        return json.loads(os.pread(self._file.fileno(), end - start, start))

    def __iter__(self) -> Iterator[Any]:
        return (self.get(number) for number in range(len(self)))


class Shelf:
    """Where documents are put, and found again by their numbers."""

    def __init__(self, folder: Path | None = None) -> None:
        self._lines = Lines(folder)

    def put(self, document: Document) -> int:
        """Put a document there; its number is returned. Raises CorpusError where there is no room."""
        try:
            return self._lines.put(_packed(document))
        except OSError as error:
            raise _no_room(error) from error

    def get(self, number: int) -> Document:
        """The document that was put there with this number. Raises CorpusError where there was no room for it."""
        try:
            return _unpacked(self._lines.get(number))
        except OSError as error:  # what was put last is written only now
            raise _no_room(error) from error


def _no_room(error: OSError) -> CorpusError:
    return CorpusError(
        f"What was read could not be put down ({error.strerror}). See that there is room on the disk, then run"
        " `precedent build` again."
    )


class Shelved(Sequence[Document]):
    """Documents of a shelf in some order, read from there each time that they are asked for."""

    def __init__(self, shelf: Shelf, numbers: Sequence[int]) -> None:
        self._shelf, self._numbers = shelf, array("q", numbers)

    def __len__(self) -> int:
        return len(self._numbers)

    @overload
    def __getitem__(self, at: int) -> Document: ...
    @overload
    def __getitem__(self, at: slice) -> "Shelved": ...
    def __getitem__(self, at: int | slice) -> "Document | Shelved":
        if isinstance(at, slice):
            return Shelved(self._shelf, self._numbers[at])
        return self._shelf.get(self._numbers[at])

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Sequence)
            and len(self) == len(other)
            and all(one == another for one, another in zip(self, other, strict=True))
        )

    def __hash__(self) -> int:
        return hash(tuple(self))


def _packed(document: Document) -> list[Any]:
    return [
        [[getattr(one, name) for name in _OF[_PARTS[field]]] for one in getattr(document, field)]
        if field in _PARTS
        else getattr(document, field)
        for field in _FIELDS
    ]


def _unpacked(found: list[Any]) -> Document:
    values = dict(zip(_FIELDS, found, strict=True))
    for row in values["findings"]:
        row[_ADDRESSEES] = tuple(row[_ADDRESSEES])
    for field, part in _PARTS.items():
        values[field] = tuple(part(*row) for row in values[field])
    values["sections"] = tuple(map(tuple, values["sections"]))
    for field in ("notes", "other_sources", "forces"):
        values[field] = tuple(values[field])
    return Document(**values)
