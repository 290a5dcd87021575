"""Where findings stand, worked out once in the build, so that nobody has to walk through all of them to ask.

`corpus/standing.py` decides; what is written here is what it says of each finding as far as its own source is known.
Where one stood on another day is worked out of its events when somebody asks.
"""

import datetime
import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from corpus.dates import last_day
from corpus.owners import owner_on, owner_said
from corpus.standing import Entry, Printed, last_said, said_by, standing
from corpus.text import natural_key
from indexer.register_columns import write_register_columns

_DOCUMENTS = """
SELECT id, kind, title, date, heard, register_number FROM documents d
WHERE EXISTS (SELECT 1 FROM findings WHERE document = d.id) ORDER BY id
"""
_FINDINGS = """
SELECT id, key, kind, number, text, deadline, status, status_date, quoted, owner FROM findings
WHERE document = ? ORDER BY id
"""
_EVENTS = """
SELECT e.*, o.document AS before FROM events e LEFT JOIN events o ON o.id = e.echo WHERE e.document = ? ORDER BY e.id
"""
_FOUND = """
CREATE TEMP TABLE found (
    finding, document, key, published, register_number, heard, deadline, status, status_date, closed, days_open, signal,
    mismatches, overdue, echo, owner, said, number_key, title_key, text_key, words
)
"""
_PLACED = """
CREATE TEMP TABLE records AS SELECT
    row_number() OVER (ORDER BY coalesce(published, '') DESC, coalesce(register_number, '') DESC, key) - 1 AS place,
    finding, document, published, heard, deadline, status, status_date, closed, days_open, signal, mismatches, overdue,
    echo, owner, said, iif(number_key IS NULL, NULL, dense_rank() OVER (ORDER BY number_key)) AS by_number,
    iif(title_key IS NULL, NULL, dense_rank() OVER (ORDER BY title_key)) AS by_title,
    iif(text_key IS NULL, NULL, dense_rank() OVER (ORDER BY text_key)) AS by_text
FROM found
"""
_WORDS = "INSERT INTO record_words SELECT r.place, f.words FROM found f JOIN records r USING (finding) ORDER BY r.place"
_SHORTS = """
INSERT INTO shorts SELECT json_extract(m.value, '$[0]') AS short, json_extract(m.value, '$[1]') AS means, count(*)
FROM wording, json_each(wording.meanings) AS m WHERE wording.meanings != '[]'
GROUP BY short, means ORDER BY count(*) DESC, short, means
"""
_UNKNOWN = "unknown"  # a text of this alone has no place in an order

About = tuple[int | None, Entry]  # an event with the finding that it is about, None for all of its document


@dataclass(frozen=True, slots=True)
class _Paper:
    """A document of which something is asked, with its events and the days of its clock.

    `owners` are who is named by which event, and `before` tells for one that echoes another in which document that is.
    """

    row: sqlite3.Row
    events: tuple[About, ...]
    heard: datetime.date | None
    clock: datetime.date | None
    owners: dict[int, str]
    before: dict[int, int]


def write_standings(path: Path, built: datetime.date) -> None:
    """Add to the database at `path`, which has its documents, where findings stand; the newest event is none of the
    days after `built`. One document at a time is held.
    """
    with closing(sqlite3.connect(path)) as database, database:
        database.row_factory = sqlite3.Row
        newest = _newest(database, built)
        database.execute(_FOUND)
        stated: set[tuple[str, str]] = {("newest", newest.isoformat())} if newest else set()
        for document in database.execute(_DOCUMENTS):
            paper = _paper(database, document, newest)
            stated |= set(_write_document(database, paper))
        database.executemany("INSERT INTO stated VALUES (?, ?)", sorted(stated))
        database.execute("CREATE UNIQUE INDEX temp.found_by_finding ON found (finding)")
        database.execute(_PLACED)
        database.execute("CREATE UNIQUE INDEX temp.records_by_place ON records (place)")
        database.execute(_WORDS)
        write_register_columns(database)


def write_shorts(path: Path) -> None:
    """Add to the database at `path`, which has its wording, the short forms that its documents have a meaning for."""
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(_SHORTS)


def searched(item: tuple[str | None, ...], said: Iterable[Entry]) -> str:
    """All of a record that is looked through for words, in small letters: these texts of it, and its comments."""
    return "\n".join(text for text in (*item, *(entry.text for entry in said)) if text).casefold()


def _newest(database: sqlite3.Connection, built: datetime.date) -> datetime.date | None:
    days = (last_day(row["date"]) for row in database.execute("SELECT DISTINCT date FROM events"))
    return max((day for day in days if day <= built), default=None)


def _paper(database: sqlite3.Connection, document: sqlite3.Row, newest: datetime.date | None) -> _Paper:
    rows = database.execute(_EVENTS, (document["id"],)).fetchall()
    heard = last_day(document["heard"]) if document["heard"] else None
    return _Paper(
        row=document,
        events=tuple((row["finding"], _entry(row)) for row in rows),
        heard=heard,
        clock=heard or newest,
        owners={row["id"]: owner for row in rows if (owner := owner_said(row["text"]))},
        before={row["echo"]: row["before"] for row in rows if row["echo"] is not None},
    )


def _entry(row: sqlite3.Row) -> Entry:
    carried_by = None if row["says"] is None else (row["says_start"], row["says_end"])
    return Entry(row["id"], row["date"], row["kind"], row["status"], row["text"], row["says"], carried_by, row["echo"])


def _write_document(database: sqlite3.Connection, paper: _Paper) -> Iterator[tuple[str, str]]:
    """Write what is known of the findings of a document; the statuses and owners that they ever had."""
    rows = database.execute(_FINDINGS, (paper.row["id"],)).fetchall()
    several = _several(rows, paper)
    main = _main(rows, paper, several)
    database.executemany("INSERT INTO event_owners VALUES (?, ?)", paper.owners.items())
    for row in rows:
        own = tuple(entry for about, entry in paper.events if about in (None, row["id"]))
        tracked, first = paper.row["kind"] == "register_record" and not row["quoted"], row["id"] in main
        year = (paper.row["date"] or "")[:4] if (first or not tracked) and not row["quoted"] else None
        clock = paper.clock.isoformat() if paper.clock else None
        last = _owner(row, paper, own, datetime.date.max)
        database.execute(
            "INSERT INTO standings VALUES (?, ?, ?, ?, ?, ?)", (row["id"], first, several, year, clock, last)
        )
        if tracked and first:
            record = _record(row, paper, own)
            database.execute(f"INSERT INTO found VALUES ({','.join('?' * len(record))})", record)  # noqa: S608
        yield from (("status", entry.status) for entry in own if entry.status)
        yield from (("owner", paper.owners[entry.id]) for entry in own if entry.id in paper.owners)
        yield from ((name, row[name]) for name in ("status", "owner") if row[name])


def _several(rows: Sequence[sqlite3.Row], paper: _Paper) -> bool:
    """Whether a document tracks each of its findings by itself: by events about one, or by statuses printed to each."""
    if any(about is not None for about, _ in paper.events):
        return True
    set_for_all = any(entry.kind == "status" for _, entry in paper.events)
    return not set_for_all and paper.row["register_number"] is None and any(row["status"] for row in rows)


def _main(rows: Sequence[sqlite3.Row], paper: _Paper, several: bool) -> set[int]:
    """Which findings of a document are rows of the register: the first recommendation, or else the first finding.

    Of one that tracks several, all; of its causes of concern those of which something is recorded.
    """
    own = [row for row in rows if not row["quoted"]]
    recorded = {about for about, _ in paper.events}
    each = {row["id"] for row in own if row["kind"] != "cause_of_concern" or row["status"] or row["id"] in recorded}
    if several and each:
        return each
    return {row["id"] for row in sorted(own, key=lambda row: row["kind"] != "recommendation")[:1]}


def _owner(row: sqlite3.Row, paper: _Paper, entries: Sequence[Entry], day: datetime.date) -> str | None:
    named = [(entry.date, paper.owners[entry.id]) for entry in entries if entry.id in paper.owners]
    published = paper.row["date"]
    return owner_on(row["owner"], named, day, paper.heard or (last_day(published) if published else None))


def _record(row: sqlite3.Row, paper: _Paper, entries: Sequence[Entry]) -> tuple[object, ...]:
    """A row of the register, as `found` has its columns."""
    day = paper.clock or datetime.date.max
    printed = Printed(row["status"], row["status_date"]) if row["status"] else None
    stood = standing(entries, paper.row["date"], row["deadline"], day, tracked=True, printed=printed)
    owner, said = _owner(row, paper, entries, day), last_said(entries, day)
    title, number = paper.row["title"], paper.row["register_number"]
    return (
        *(row["id"], paper.row["id"], row["key"], paper.row["date"], number),
        *(paper.heard.isoformat() if paper.heard else None, row["deadline"], stood.status, stood.status_date),
        *(stood.closed, stood.days_open),
        *(stood.signal.says if stood.signal else None, json.dumps(stood.mismatches)),
        *(stood.overdue and paper.clock is not None, _echo(stood.stalled, paper), owner, said.date if said else None),
        *map(_order, (number or row["number"], title, row["text"])),
        searched((row["text"], title, number, row["number"], owner), said_by(entries, day)),
    )


def _echo(entry: Entry | None, paper: _Paper) -> str | None:
    if entry is None or entry.echo is None:
        return None
    return "stalled" if paper.before[entry.echo] == paper.row["id"] else "copied"


def _order(text: str | None) -> str | None:
    return natural_key(text) if text and text != _UNKNOWN else None
