"""How the corpus tests parse a text: the front of a report to put before it, and what to look at afterwards."""

from corpus.forces import load_forces
from corpus.model import Document, Source
from corpus.parsers.parse import parse

FORCES = load_forces()
TOP = (
    "Inspection Report\n\nKent Police\n\nMay 2009\n\nKent Police – Inspection Report\n\nMay 2009\n\nContents\n\n"
    "Introduction\n\nLanterns\n\nWicks\n\nRecommendations\n\nIntroduction\n\nInspectors from the inspectorate counted "
    "lamps for a week in March, by day and by night, and wrote the numbers down.\n\n"
)


def read(text: str, name: str = "report.txt") -> Document:
    """The document that a plain text file of that name holds."""
    return parse(Source(name, name, text, "0"), FORCES)


def texts(document: Document) -> list[str]:
    """The passages of a document, in order."""
    return [passage.text for passage in document.passages]
