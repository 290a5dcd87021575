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
from corpus.readers import Limits, Skipped, folders_of, read_documents
from corpus.readers.reading import Explained
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
) -> Collection:
    """Read and parse everything under `paths`; several copies of one register record become one document.

    A `documents.csv` in a folder says of its files what they are, and wins. `limits`, `others` and `progress` are those
    of `read_paths`. In the folder `kept` stands what files came to, and those that have not changed are not read again.
    Raises CorpusError for a path that does not exist.
    """
    words = Words(forces.extra, grammar.extra if grammar else "", force_from_name)
    said, refused = stated_in(folders_of(paths, others), forces)
    known = Kept(kept) if kept else None
    read = read_documents(paths, words, limits, others=others, said=said, progress=progress, kept=known)
    if known:
        known.prune()
    copies: dict[str, list[tuple[str, Document]]] = {}
    for key, document in read.found:
        copies.setdefault(document.key, []).append((key, document))
    documents = sorted(_merged(copies), key=lambda document: document.key)
    skipped = [*read.skipped, *(Skipped(r.path, r.reason, r.part) for r in refused)]
    return Collection(tuple(documents), tuple(skipped), read.explained)


def _merged(copies: dict[str, list[tuple[str, Document]]]) -> list[Document]:
    """One document for each record; what has the key of a record and is another one is known by its file."""
    documents = []
    for key, found in copies.items():
        one, others = merge([document for _, document in found])
        documents.append(one)
        names = {id(document): name for name, document in found}
        note = f"It has the force and number of another record, {PurePath(one.source).name}, which says something else."
        for other in others:
            name = names[id(other)]
            own = replace(other, key=name if name != key else f"{name}~2", notes=(*other.notes, note))
            documents.append(with_ids(own))
    return documents
