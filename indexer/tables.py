"""passages.sqlite: the documents of a generation as rows."""

import json
import math
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib import resources
from pathlib import Path

from corpus.model import Document, Event
from corpus.standing import Entry, closure_signal
from indexer.claims import Claims
from indexer.connection import connect_shared
from indexer.context import Placed
from indexer.echo import Echoes
from indexer.folds import Folds
from indexer.manifest import GenerationError
from indexer.openings import write_openings


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of documents that does not stand in them.

    `left_out` says by source what of a file was not read, `fictional` are the keys of the documents that are invented.
    """

    left_out: Mapping[str, Sequence[str]]
    fictional: Collection[str]


@dataclass(frozen=True, slots=True)
class Written:
    """A document to write with what was worked out of it, passage by passage: its short forms, and its words."""

    document: Document
    passages: Sequence[Placed]
    terms: Sequence[int]


_CACHE = 64 * 1024  # KiB of pages held while tables are written: folds are entered in no order
_COUNTED = ("documents", "sections", "passages", "findings", "events")


def write_tables(
    path: Path, documents: Iterable[Written], folds: Folds, echoes: Echoes, known: Known, claims: Claims
) -> None:
    """Write `documents`, which come in order of key, into a new database; ids ascend in that order from 1.

    Of all of them are `folds` and `claims`, which is what comments say of closure. Raises GenerationError for a
    document that cannot be written, naming its file.
    """
    database = sqlite3.connect(path)
    try:
        with database:
            database.executescript(resources.files("indexer").joinpath("schema.sql").read_text("utf-8"))
            database.execute(f"PRAGMA cache_size = -{_CACHE}")
            next_id = dict.fromkeys(("sections", "grades", "findings", "events", "passages"), 1)
            for number, written in enumerate(documents, start=1):
                document = written.document
                try:
                    _write_wording(database, written, next_id["passages"])
                    _write_document(database, number, document, next_id, folds, echoes.take(document), known, claims)
                except UnicodeEncodeError as error:  # a file name in another encoding comes as lone surrogates
                    name = document.source.encode("utf-8", "backslashreplace").decode()
                    raise GenerationError(
                        f"{name} cannot be indexed: its name or its text is not Unicode. Rename the file, or leave"
                        " it out, and run `precedent build` again."
                    ) from error
            copied = ((first, number) for number, first in echoes.copied())
            database.executemany("UPDATE events SET echo = ? WHERE id = ? AND echo IS NULL", copied)
            write_openings(database)
    finally:
        database.close()


def open_tables(path: Path) -> sqlite3.Connection:
    """A read-only connection to a published database, for any number of threads; rows answer to column names."""
    if sqlite3.threadsafety < 3:
        raise GenerationError(
            "This Python's SQLite is not built for several threads (sqlite3.threadsafety is"
            f" {sqlite3.threadsafety} and must be 3). Run precedent with another Python."
        )
    # immutable: the file never changes, so SQLite takes no locks and writes nothing beside it.
    uri = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
    connection = connect_shared(uri, uri=True)
    connection.row_factory = sqlite3.Row
    return connection


def count_rows(database: sqlite3.Connection) -> dict[str, int]:
    """How many documents, sections, passages, findings, events and folds a generation holds."""
    counts = {t: database.execute(f"SELECT count(*) FROM {t}").fetchone()[0] for t in _COUNTED}  # noqa: S608
    counts["folds"] = database.execute("SELECT count(DISTINCT fold) FROM passages").fetchone()[0]
    return counts


def count_kinds(database: sqlite3.Connection) -> dict[str, int]:
    """Number of documents by kind."""
    return dict(database.execute("SELECT kind, count(*) FROM documents GROUP BY kind ORDER BY kind").fetchall())


def forces_of(document: Document) -> tuple[str, ...]:
    """The forces that a document is about: several, the one, or none."""
    return document.forces or ((document.force,) if document.force else ())


def section_grades(document: Document) -> list[str | None]:
    """The grade that holds for each section: the one stated for it or for the nearest section above it.

    Where a section states several different grades none of them is *its* grade, and it gets none from above.
    The text before any heading, path (), is above nothing.
    """
    stated: dict[tuple[str, ...], set[str]] = {}
    for grade in document.grades:
        if grade.section is not None:
            stated.setdefault(document.sections[grade.section], set()).add(grade.grade)
    return [_nearest(path, stated) for path in document.sections]


def _nearest(path: tuple[str, ...], stated: Mapping[tuple[str, ...], set[str]]) -> str | None:
    above = [path[:length] for length in range(len(path), 0, -1)] or [()]
    grades = next((stated[p] for p in above if p in stated), set())
    return next(iter(grades)) if len(grades) == 1 else None


def _write_document(
    database: sqlite3.Connection,
    number: int,
    document: Document,
    next_id: dict[str, int],
    folds: Folds,
    echoes: Sequence[int | None],
    known: Known,
    claims: Claims,
) -> None:
    """Insert one document and all it owns; `next_id` carries on from document to document, `folds` are of them all.

    `echoes` are those of its own events.
    """
    first = dict(next_id)
    entries = [_entry(event, claims) for event in document.events]
    tables: dict[str, list[tuple[object, ...]]] = {
        "sections": [(number, _json(path)) for path in document.sections],
        "grades": _grades(number, document, first["sections"]),
        "findings": _findings(number, document, entries, first, folds.findings),
        "events": _events(number, document, entries, first, echoes),
        "passages": list(_passages(number, document, first, folds.passages)),
    }
    _insert(database, "documents", [(number, *_document(document, known))])
    _insert(database, "document_forces", [(number, force) for force in forces_of(document)])
    for table, rows in tables.items():
        _insert(database, table, [(i, *row) for i, row in enumerate(rows, start=first[table])])
        next_id[table] += len(rows)
    _insert(database, "glossary", [(number, g.term, g.meaning, g.start) for g in document.glossary])


def _write_wording(database: sqlite3.Connection, written: Written, first: int) -> None:
    known = [json.dumps(one.meanings, ensure_ascii=False) for one in written.passages]
    _insert(database, "wording", [*zip(range(first, first + len(known)), written.terms, known, strict=True)])


def _insert(database: sqlite3.Connection, table: str, rows: Sequence[tuple[object, ...]]) -> None:
    if rows:
        marks = ",".join("?" * len(rows[0]))
        database.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)  # noqa: S608


def _document(d: Document, known: Known) -> tuple[object, ...]:
    named = (d.key, d.kind, d.title, d.force, d.date, d.register_number, d.url, d.source)
    # JSON knows no infinity: a person's word, which outweighs everything, has no weight in it.
    evidence = [asdict(e) | {"weight": e.weight if math.isfinite(e.weight) else None} for e in d.evidence]
    left_out = [line for source in (d.source, *d.other_sources) for line in known.left_out.get(source, ())]
    said = (_json(d.notes), _json(evidence), _json(left_out), d.heard)
    return (*named, _json(d.other_sources), d.sha256, d.text, *said, d.key in known.fictional)


def _grades(number: int, document: Document, first_section: int) -> list[tuple[object, ...]]:
    return [
        (
            number,
            None if g.section is None else first_section + g.section,
            g.area,
            g.grade,
            None if g.distribution is None else _json(dict(g.distribution)),
            *(g.start, g.direction, g.before),
        )
        for g in document.grades
    ]


def _findings(
    number: int, document: Document, entries: Sequence[Entry], first: Mapping[str, int], folds: Sequence[int]
) -> list[tuple[object, ...]]:
    told = [(event.finding, entry) for event, entry in zip(document.events, entries, strict=True)]
    rows: list[tuple[object, ...]] = []
    for at, f in enumerate(document.findings):
        signal = closure_signal([entry for about, entry in told if about in (None, at)])
        asks = (f.id, number, first["sections"] + f.section, f.kind, f.number, f.text, f.deadline, f.deadline_text)
        stands = (f.status, f.status_date, signal, folds[first["findings"] + at - 1])
        rows.append((*asks, _json(f.addressees), *stands, f.status_word, f.status_by, f.target, f.quoted, f.owner))
    return rows


def _events(
    number: int, document: Document, entries: Sequence[Entry], first: Mapping[str, int], echoes: Sequence[int | None]
) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = []
    for e, entry, echo in zip(document.events, entries, echoes, strict=True):
        said = (entry.says, *(entry.carried_by or (None, None)))
        about = _shifted(e.finding, first["findings"])
        rows.append((number, e.date, e.kind, e.status, e.text, e.start, *said, echo, about))
    return rows


def _entry(event: Event, claims: Claims) -> Entry:
    """An event with what it says of closure."""
    claim = claims[event.text] if event.kind == "comment" else None
    said = (claim.says, claim.span) if claim else (None, None)
    return Entry(0, event.date, event.kind, event.status, event.text, *said)


def _passages(
    number: int, document: Document, first: Mapping[str, int], folds: Sequence[int]
) -> Iterator[tuple[object, ...]]:
    grades = section_grades(document)
    for own, p in enumerate(document.passages, start=first["passages"]):
        yield (
            *(p.id, number, first["sections"] + p.section),
            _shifted(p.finding, first["findings"]),
            _shifted(p.event, first["events"]),
            _shifted(p.parent, first["passages"]),
            folds[own - 1],
            *(p.kind, p.text, p.start, p.end, p.page, p.date, grades[p.section]),
        )


def _shifted(index: int | None, first: int) -> int | None:
    return None if index is None else first + index


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
