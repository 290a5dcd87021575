"""Documents in: readers for formats, parsers for kinds, and the words of the domain. No models, no web."""

from collections.abc import Sequence
from dataclasses import dataclass

from corpus.forces import Forces
from corpus.merge import merge
from corpus.model import Document
from corpus.parse import parse
from corpus.readers import Skipped, read_paths


@dataclass(frozen=True, slots=True)
class Collection:
    """What a folder of documents came to: `documents` in order of their keys, and the files left out."""

    documents: tuple[Document, ...]
    skipped: tuple[Skipped, ...]


def load(paths: Sequence[str], forces: Forces, *, force_from_name: bool = False) -> Collection:
    """Read and parse everything under `paths`; several copies of one register record become one document.

    Raises CorpusError for a path that does not exist.
    """
    sources, skipped = read_paths(paths)
    parsed = [parse(source, forces, force_from_name=force_from_name) for source in sources]
    by_key: dict[str, list[Document]] = {}
    for document in parsed:
        by_key.setdefault(document.key, []).append(document)
    documents = (merge(copies) for _, copies in sorted(by_key.items()))
    return Collection(tuple(documents), tuple(skipped))
