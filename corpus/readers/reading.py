"""What a reader of one format returns, and the bounds it keeps to."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from corpus.model import Heading, Mark, Source
from corpus.text import key_step

MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may cost: bytes of the file, pages, characters of text, seconds, bytes of memory."""

    size: int = 100 * MEGABYTE
    pages: int = 2_000
    characters: int = 10_000_000
    seconds: float = 60.0
    memory: int = 1_000 * MEGABYTE


@dataclass(frozen=True, slots=True)
class Text:
    """One document as parsers see it, whatever its format was.

    A paragraph is a line between blank lines, a list item starts with "- " or its number, a table row has
    tabs between its cells; lines without a blank one between them are lines of one paragraph. A cell that
    covers several rows stands in each of them. `headings` are those the format marks, `pages` the offset at
    which each page starts, `marks` what the format says of other lines. `metadata` may state `force`, `number`
    (of the register), `title`, `date`, `url`, `kind`, `addressee`; `trail` is the page's place on its site
    ("Home > Reports > Lamps"), `page_title` what a browser shows above a page that has
    a heading of its own, `linked` are addresses to which it leads above its title, and `said_in` tells where
    people stated the rest for this document. For a row of a tracker it has what `export.page` lists.
    `name` tells the documents of one file apart; it is empty where the file is one document.
    """

    text: str
    headings: tuple[Heading, ...] = ()
    pages: tuple[int, ...] = ()
    metadata: Mapping[str, str] = field(default_factory=dict)
    name: str = ""
    marks: tuple[Mark, ...] = ()


def source_of(path: str, key: str, text: Text, sha256: str, said: Mapping[str, str]) -> Source:
    """A source of a file that may hold several: each then has its name in its key, and a hash of its own."""
    key = f"{key}/{key_step(text.name)}" if text.name else key
    metadata = {**text.metadata, **said}
    return Source(path, key, text.text, own_hash(text) or sha256, text.headings, text.pages, metadata, text.marks)


def own_hash(text: Text) -> str | None:
    """SHA-256 of a document that shares its file with others; None for one that has a file of its own."""
    if not text.name:
        return None
    return hashlib.sha256(repr((text.text, sorted(text.metadata.items()))).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A part of a file that was not read: where it stands ("row 14"), and why, with what to do."""

    where: str
    reason: str


@dataclass(frozen=True, slots=True)
class Explained:
    """What a table was taken for: `table` is the name of its sheet, "" where there is only one.

    `columns` are (header, what it was taken to hold or "" for not read, why), `rows` (where, what it was taken for) of
    rows that are no entries, `statuses` (word as printed, status that it became or "" for none, why), `notes` whatever
    else was decided.
    """

    table: str
    columns: tuple[tuple[str, str, str], ...] = ()
    rows: tuple[tuple[str, str], ...] = ()
    statuses: tuple[tuple[str, str, str], ...] = ()
    notes: tuple[str, ...] = ()


def explained_lines(explained: Sequence[Explained]) -> list[str]:
    """What the tables of a file were taken for, in plain lines for a terminal or a page."""
    lines: list[str] = []
    for table in explained:
        lines += [f"Sheet “{table.table}”"] if table.table else []
        lines += [f"  column “{name}”: {f'{role} ({why})' if role else why}" for name, role, why in table.columns]
        lines += [f"  {where}: taken for {what}" for where, what in table.rows]
        lines += [f"  status “{word}”: {status or 'not known'} ({why})" for word, status, why in table.statuses]
        lines += [f"  {note}" for note in table.notes]
    return lines


@dataclass(frozen=True, slots=True)
class Reading:
    """All that one file holds; of a tracker also what its columns and rows were taken for."""

    texts: tuple[Text, ...]
    left_out: tuple[LeftOut, ...] = ()
    explained: tuple[Explained, ...] = ()


Reader = Callable[[bytes, Limits], Reading]  # raises CorpusError where the bytes are not of its format
