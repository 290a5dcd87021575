"""Files in: each reader turns one format into the same `Source`, so that parsers never see a format."""

from corpus.readers.folder import Skipped, folders_of, read_documents, read_paths
from corpus.readers.reading import Limits

__all__ = ["Limits", "Skipped", "folders_of", "read_documents", "read_paths"]
