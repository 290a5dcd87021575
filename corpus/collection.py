"""A folder of documents in: everything under some paths read, parsed and merged, in order."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePath

from corpus.forces import Forces
from corpus.kept import Kept
from corpus.model import Document
from corpus.parsers.builder import with_ids
from corpus.parsers.grammar import Grammar
from corpus.parsers.merge import merge
from corpus.person_said import People, metadata_of, with_statuses
from corpus.readers import Limits, Skipped, folders_of, read_documents
from corpus.readers.folder import Documents, Placed
from corpus.readers.reading import Explained
from corpus.readers.restating import read_again
from corpus.readers.worker import Words
from corpus.shelf import Shelf, Shelved
from corpus.stated import stated_in


@dataclass(frozen=True, slots=True)
class Collection:
    """What a folder of documents came to: `documents` in order of their keys, and what was left out.

    The documents lie on disk, and each is read again when it is asked for. `explained` tells, by the path of a file,
    what its tables were taken for.
    """

    documents: Sequence[Document]
    skipped: tuple[Skipped, ...]
    explained: Mapping[str, Sequence[Explained]] = field(default_factory=dict)


def load(
    paths: Sequence[str],
    forces: Forces,
    *,
    grammar: Grammar | None = None,
    force_from_name: bool = False,
    limits: Limits | None = None,
    others: Sequence[Path] = (),
    progress: Callable[[int, int], None] | None = None,
    kept: Path | None = None,
    people: People | None = None,
) -> Collection:
    """Read and parse everything under `paths`; several copies of one register record become one document.

    A `documents.csv` in a folder says of its files what they are, and wins. `limits`, `others` and `progress` are those
    of `read_paths`. In the folder `kept` stands what files came to, and those that have not changed are not read again.
    `people` is what a person says of a document, by its key: it wins over all else, and the key stays.
    Raises CorpusError for a path that does not exist.
    """
    words = Words(forces.extra, grammar.extra if grammar else "", force_from_name)
    said, refused = stated_in(folders_of(paths, others), forces)
    known = Kept(kept) if kept else None
    read = read_documents(paths, words, limits, others=others, said=said, progress=progress, kept=known)
    merged = _merged(read)
    if people and (again := _restating(merged, people)):
        read = read_again(read, again, words, limits, said=said, kept=known)
        merged = _merged(read)
    if known:
        known.prune()
    told = [_told(one, read.shelf, people or {}) for one in sorted(merged, key=lambda one: one.key)]
    skipped = [*read.skipped, *(Skipped(r.path, r.reason, r.part) for r in refused)]
    return Collection(Shelved(read.shelf, told), tuple(skipped), read.explained)


@dataclass(frozen=True, slots=True)
class _Merged:
    """A document by its key and its number on the shelf, with the keys of the sources that it is made of."""

    key: str
    number: int
    sources: tuple[str, ...]


def _restating(merged: Sequence[_Merged], people: People) -> dict[str, dict[str, str]]:
    """By the key of a source, what people say of the document that it is part of."""
    said = {one.key: metadata_of(people.get(one.key, ())) for one in merged}
    return {name: own for one in merged for name in one.sources if (own := said[one.key])}


def _merged(read: Documents) -> list[_Merged]:
    """One document for each record; what has the key of a record and is another one is known by its file."""
    copies: dict[str, list[Placed]] = {}
    for placed in read.found:
        copies.setdefault(placed.key, []).append(placed)
    documents: list[_Merged] = []
    for key, found in copies.items():
        if len(found) == 1:
            documents.append(_Merged(key, found[0].number, (found[0].source,)))
        else:
            documents += _of_copies(key, found, read.shelf)
    return documents


def _of_copies(key: str, found: Sequence[Placed], shelf: Shelf) -> Iterator[_Merged]:
    """The record that several sources are copies of, and those of them that are another one."""
    copies = [shelf.get(placed.number) for placed in found]
    one, others = merge(copies)
    names = {id(document): placed.source for document, placed in zip(copies, found, strict=True)}
    apart = {id(other) for other in others}
    yield _Merged(
        one.key, shelf.put(one), tuple(names[id(document)] for document in copies if id(document) not in apart)
    )
    note = f"It has the force and number of another record, {PurePath(one.source).name}, which says something else."
    for other in others:
        name = names[id(other)]
        own = with_ids(replace(other, key=name if name != key else f"{name}~2", notes=(*other.notes, note)))
        yield _Merged(own.key, shelf.put(own), (name,))


def _told(merged: _Merged, shelf: Shelf, people: People) -> int:
    """The number of a document with the statuses that people state of it."""
    said = people.get(merged.key, ())
    return shelf.put(with_statuses(shelf.get(merged.number), said)) if said else merged.number
