"""Documents in: readers for formats, parsers for kinds, and the words of the domain. No models, no web."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from corpus.forces import Forces
from corpus.model import Document, Source
from corpus.parsers.builder import with_ids
from corpus.parsers.listing import records_of
from corpus.parsers.merge import merge
from corpus.parsers.parse import parse
from corpus.readers import Limits, Skipped, read_paths


@dataclass(frozen=True, slots=True)
class Collection:
    """What a folder of documents came to: `documents` in order of their keys, and what was left out."""

    documents: tuple[Document, ...]
    skipped: tuple[Skipped, ...]


def load(
    paths: Sequence[str],
    forces: Forces,
    *,
    force_from_name: bool = False,
    limits: Limits | None = None,
    others: Sequence[Path] = (),
    progress: Callable[[int, int], None] | None = None,
) -> Collection:
    """Read and parse everything under `paths`; several copies of one register record become one document.

    `limits`, `others` and `progress` are those of `read_paths`. Raises CorpusError for a path that does not exist.
    """
    sources, skipped = read_paths(paths, limits, others=others, progress=progress)
    copies: dict[str, list[tuple[str, Document]]] = {}
    for source in (part for whole in sources for part in records_of(whole)):
        document = _parsed(source, forces, force_from_name)
        if isinstance(document, Skipped):
            skipped.append(document)
            continue
        copies.setdefault(document.key, []).append((source.key, document))
        if document.garbled:
            why = "is garbled, as text taken from a PDF may be, and was left out; get a better copy."
            skipped.append(Skipped(source.path, why, f"{document.garbled} of its paragraphs"))
    documents = sorted(_merged(copies), key=lambda document: document.key)
    return Collection(tuple(documents), tuple(skipped))


def _parsed(source: Source, forces: Forces, force_from_name: bool) -> Document | Skipped:
    name = source.key.rsplit("/", 1)[-1]
    part = name if name != Path(source.path).name else ""
    try:
        document = parse(source, forces, force_from_name=force_from_name)
    except Exception as error:
        # No document may keep the others from being built; a parser that fails is a fault of ours to be told of.
        what = f"{type(error).__name__}: {error}"
        return Skipped(source.path, f"could not be taken apart ({what}): a fault in Precedent; please report it.", part)
    if not document.passages:
        why = "its text is garbled; get a better copy" if document.garbled else "only page numbers or the like"
        return Skipped(source.path, f"holds no passage of text: {why}.", part)
    return document


def _merged(copies: dict[str, list[tuple[str, Document]]]) -> list[Document]:
    """One document for each record; what has the key of a record and is another one is known by its file."""
    documents = []
    for key, found in copies.items():
        one, others = merge([document for _, document in found])
        documents.append(one)
        names = {id(document): name for name, document in found}
        note = f"It has the force and number of another record, {one.source}, which says something else."
        for other in others:
            name = names[id(other)]
            own = replace(other, key=name if name != key else f"{name}~2", notes=(*other.notes, note))
            documents.append(with_ids(own))
    return documents
