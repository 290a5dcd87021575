"""Documents in: readers for formats, parsers for kinds, and the words of the domain. No models, no web."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from corpus.forces import Forces
from corpus.merge import merge
from corpus.model import Document, Source
from corpus.parse import parse
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
    by_key: dict[str, list[Document]] = {}
    for source in sources:
        document = _parsed(source, forces, force_from_name)
        if isinstance(document, Skipped):
            skipped.append(document)
        else:
            by_key.setdefault(document.key, []).append(document)
    documents = (merge(copies) for _, copies in sorted(by_key.items()))
    return Collection(tuple(documents), tuple(skipped))


def _parsed(source: Source, forces: Forces, force_from_name: bool) -> Document | Skipped:
    try:
        document = parse(source, forces, force_from_name=force_from_name)
    except Exception as error:
        # No document may keep the others from being built; a parser that fails is a fault of ours to be told of.
        what = f"{type(error).__name__}: {error}"
        return Skipped(source.path, f"could not be taken apart ({what}): a fault in Precedent; please report it.")
    if not document.passages:
        garbled = any("garbled" in note for note in document.notes)
        why = "its text is garbled; get a better copy" if garbled else "only headings, page numbers or the like"
        return Skipped(source.path, f"holds no passage of text: {why}.")
    return document
