"""The folds of documents that are at hand whole, as a build finds them one document at a time."""

from collections.abc import Sequence

from corpus.forces import Forces
from corpus.kept import Kept
from corpus.model import Document
from indexer.canonical import Usage
from indexer.folds import Folding, Folds, findings_in


def folds_of(documents: Sequence[Document], forces: Forces, kept: Kept | None = None) -> Folds:
    """The folds of documents, which are walked twice; as for `Folding`."""
    usage = Usage()
    for document in documents:
        for text in findings_in(document):
            usage.take(text)
    folding = Folding(forces, usage, kept)
    for document in documents:
        folding.take(document)
    return folding.folds()
