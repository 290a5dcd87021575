"""How the corpus tests parse a text: the front of a report to put before it, and what to look at afterwards."""

from corpus.forces import Forces, load_forces
from corpus.model import Document, Source
from corpus.parsers.listing import records_of
from corpus.parsers.parse import parse
from corpus.readers.formats import read_bytes
from corpus.readers.reading import Limits, source_of

FORCES = load_forces()
TOP = (
    "Inspection Report\n\nKent Police\n\nMay 2009\n\nKent Police – Inspection Report\n\nMay 2009\n\nContents\n\n"
    "Introduction\n\nLanterns\n\nWicks\n\nRecommendations\n\nIntroduction\n\nInspectors from the inspectorate counted "
    "lamps for a week in March, by day and by night, and wrote the numbers down.\n\n"
)


def read(text: str, name: str = "report.txt") -> Document:
    """The document that a plain text file of that name holds."""
    return parse(Source(name, name, text, "0"), FORCES)


def read_file(raw: str | bytes, name: str, forces: Forces = FORCES) -> list[Document]:
    """The documents of a file of any format, read and parsed as a build does."""
    data = raw.encode() if isinstance(raw, str) else raw
    found = (source_of(name, name, text, "0", {}) for text in read_bytes(data, name, Limits()).texts)
    return [parse(record, forces) for source in found for record in records_of(source)]


def only(raw: str | bytes, name: str, forces: Forces = FORCES) -> Document:
    """The one document of such a file."""
    (document,) = read_file(raw, name, forces)
    return document


def texts(document: Document) -> list[str]:
    """The passages of a document, in order."""
    return [passage.text for passage in document.passages]
