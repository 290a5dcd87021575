"""A folder of documents in: everything under some paths read, parsed and merged, in order."""

from collections.abc import Callable, Mapping, Sequence
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
from corpus.readers.reading import Explained
from corpus.readers.restating import read_again
from corpus.readers.worker import Words
from corpus.stated import stated_in


@dataclass(frozen=True, slots=True)
class Collection:
    """What a folder of documents came to: `documents` in order of their keys, and what was left out.

    `explained` tells, by the path of a file, what its tables were taken for.
    """

    documents: tuple[Document, ...]
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
    merged = _merged(read.found)
    if people and (again := _restating(merged, people)):
        read = read_again(read, again, words, limits, said=said, kept=known)
        merged = _merged(read.found)
    if known:
        known.prune()
    told = (with_statuses(document, (people or {}).get(document.key, ())) for document, _ in merged)
    documents = sorted(told, key=lambda document: document.key)
    skipped = [*read.skipped, *(Skipped(r.path, r.reason, r.part) for r in refused)]
    return Collection(tuple(documents), tuple(skipped), read.explained)


_Merged = tuple[Document, tuple[str, ...]]  # a document with the keys of the sources that it is made of


def _restating(merged: Sequence[_Merged], people: People) -> dict[str, dict[str, str]]:
    """By the key of a source, what people say of the document that it is part of."""
    said = {document.key: metadata_of(people.get(document.key, ())) for document, _ in merged}
    return {name: own for document, names in merged for name in names if (own := said[document.key])}


def _merged(read: Sequence[tuple[str, Document]]) -> list[_Merged]:
    """One document for each record; what has the key of a record and is another one is known by its file."""
    copies: dict[str, list[tuple[str, Document]]] = {}
    for key, document in read:
        copies.setdefault(document.key, []).append((key, document))
    documents: list[_Merged] = []
    for key, found in copies.items():
        one, others = merge([document for _, document in found])
        names = {id(document): name for name, document in found}
        apart = {id(other) for other in others}
        documents.append((one, tuple(name for name, document in found if id(document) not in apart)))
        note = f"It has the force and number of another record, {PurePath(one.source).name}, which says something else."
        for other in others:
            name = names[id(other)]
            own = replace(other, key=name if name != key else f"{name}~2", notes=(*other.notes, note))
            documents.append((with_ids(own), (name,)))
    return documents
