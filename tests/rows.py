"""Rows of an export of the register, and the documents they become."""

import csv
import io
from collections.abc import Sequence

from corpus.forces import load_forces
from corpus.model import Document, Source
from corpus.parsers.parse import parse
from corpus.readers.export.read_exports import read_csv
from corpus.readers.reading import Limits, Reading, Text

FORCES = load_forces()
LIMITS = Limits()
HEADER = ("force", "number", "report", "published", "recommendation", "addressee", "date", "status", "comment")
ASK = "The force should inspect every lantern by May 2019."
BASE = {"force": "Kent", "number": "4471", "report": "Lanterns", "published": "2 March 2018", "recommendation": ASK}


def row(**cells: str) -> list[str]:
    """A row of record 4471, with these cells over it."""
    return [(BASE | {"addressee": "All forces"} | cells).get(name, "") for name in HEADER]


def table(*rows: Sequence[str], header: Sequence[str] = HEADER, delimiter: str = ",") -> bytes:
    target = io.StringIO()
    csv.writer(target, delimiter=delimiter).writerows([header, *rows])
    return target.getvalue().encode()


def left(reading: Reading) -> dict[str, str]:
    return {part.where: part.reason for part in reading.left_out}


def documents(reading: Reading) -> list[Document]:
    return [
        parse(Source("t.csv", f"t.csv/{t.name}", t.text, "0", t.headings, t.pages, t.metadata), FORCES)
        for t in reading.texts
    ]


def only(reading: Reading) -> Document:
    (document,) = documents(reading)
    return document


def events(document: Document) -> list[tuple[str, str]]:
    """(date, status or comment) of each event, paragraphs between blank lines."""
    return [(event.date, event.status or event.text.replace("\u00ad", "")) for event in document.events]


ONE = row(date="4 May 2018", status="complete", comment='They said, "lit; all".\n\nOil\tis scarce.')


COUNT = "The force should count every lantern on the quay before winter."
TELL = "The force should tell the harbour office which lamps are out."
TRAIN = "Lamplighters should be trained in the care of wicks."
DARK = "Lanterns go out in the night, and nobody knows which of them or why."


def read(header: Sequence[str], *rows: Sequence[str]) -> Reading:
    """A tracker of this header and these rows, read from CSV; missing cells at the ends of rows are empty."""
    width = len(header)
    return read_csv(table(*([*row, *[""] * (width - len(row))] for row in rows), header=header), LIMITS)


def stated(text: Text, *names: str) -> tuple[str | None, ...]:
    """What a record states under these names of its metadata."""
    return tuple(text.metadata.get(name) for name in names)


def roles(reading: Reading) -> dict[str, str]:
    """What each column of the one table was taken for."""
    (told,) = reading.explained
    return {header: role for header, role, _ in told.columns}


def undated(text: Text) -> str:
    """The part of a record's text that has its comments without a day."""
    return text.text[int(text.metadata["undated"]) :].strip() if "undated" in text.metadata else ""
