"""What people did, kept for good: corrections of themes. Written at once, never rebuilt, never lost; it needs a backup.

Nothing is ever overwritten: a later correction of the same text supersedes an earlier one, and undoing one is noted.
"""

import hashlib
import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpus.errors import PrecedentError

_APPLICATION = 0x50524553  # "PRES": tells our file from any other SQLite database
_VERSION = 1
_PATIENCE = 10.0  # seconds that another program may hold the file

_SCHEMA = """
CREATE TABLE IF NOT EXISTS corrections (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,                   -- ISO 8601, UTC
    who TEXT NOT NULL,
    passage TEXT,                       -- passages.key; NULL for a text that was pasted
    words TEXT NOT NULL,                -- hash of the text's words: the same text is the same wherever it stands
    text TEXT NOT NULL,
    document TEXT NOT NULL,             -- its title, to be told by when the passage is gone
    before TEXT NOT NULL,               -- JSON object theme -> origin, as it was shown
    model TEXT,                         -- id of the theme model that had tagged it
    after TEXT NOT NULL,                -- JSON list of the themes it has, and no others
    why TEXT NOT NULL,
    section TEXT NOT NULL,              -- JSON list of the headings that it stands under
    undone_at TEXT,
    undone_by TEXT
);
CREATE INDEX IF NOT EXISTS corrections_by_passage ON corrections (passage);
CREATE INDEX IF NOT EXISTS corrections_undone ON corrections (undone_at);
CREATE INDEX IF NOT EXISTS corrections_by_words ON corrections (words);
"""


class StateError(PrecedentError):
    """People's work cannot be read or written; the message says what happened and what to do."""


@dataclass(frozen=True, slots=True)
class Correction:
    """What a person said the themes of a text are. `before` gives what was shown: theme to origin.

    `id` is 0 until it is kept. One that was undone no longer holds.
    """

    at: str
    who: str
    passage: str | None
    text: str
    document: str
    before: Mapping[str, str]
    model: str | None
    after: tuple[str, ...]
    why: str = ""
    section: tuple[str, ...] = ()
    undone_at: str | None = None
    undone_by: str | None = None
    id: int = 0

    @property
    def words(self) -> str:
        """What tells its text from others: the hash of its words."""
        return words_hash(self.text)


@dataclass(frozen=True, slots=True)
class Corrected:
    """The corrections that hold at one moment, by passage and by the words of the text, the latest of each."""

    version: int
    by_passage: Mapping[str, Correction]
    by_words: Mapping[str, Correction]

    def of(self, passage: str | None, text: str) -> Correction | None:
        """The correction of a passage, or without one of a text in just these words."""
        return self.by_passage.get(passage) if passage else self.by_words.get(words_hash(text))


NOTHING = Corrected(0, {}, {})


def words_hash(text: str) -> str:
    """Hex hash of a text, whatever its white space and capitals."""
    return hashlib.sha256(" ".join(text.casefold().split()).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def holding(corrections: Iterable[Correction]) -> dict[str, Correction]:
    """The correction that holds for each text, by the hash of its words: the latest that was not undone."""
    ordered = sorted((one for one in corrections if not one.undone_at), key=lambda one: (one.at, one.id))
    return {one.words: one for one in ordered}


def learnable(corrections: Iterable[Correction]) -> set[str]:
    """What there is to learn from corrections: for each text its words' hash and its themes."""
    return {f"{one.words}:{'|'.join(one.after)}" for one in holding(corrections).values()}


class State:
    """state.sqlite of a data folder. Safe to use from several threads and processes; made at the first correction."""

    def __init__(self, data: Path) -> None:
        self._path = data / "state.sqlite"
        self._reading = threading.Lock()
        self._held = NOTHING
        self._seen: tuple[int, ...] | None = None

    def add(self, corrections: Sequence[Correction]) -> list[int]:
        """Keep corrections, all of them or none, on disk before this returns; their ids."""
        with self._open(write=True) as database, database:
            return [_insert(database, correction) for correction in corrections]

    def undo(self, number: int, who: str, at: str) -> Correction | None:
        """Have a correction no longer hold; None where there is none that holds under this id."""
        with self._open(write=True) as database, database:
            done = database.execute(
                "UPDATE corrections SET undone_at = ?, undone_by = ? WHERE id = ? AND undone_at IS NULL",
                (at, who, number),
            ).rowcount
            rows = database.execute("SELECT * FROM corrections WHERE id = ?", (number,)).fetchall()
        return _correction(rows[0]) if done else None

    def all(self) -> list[Correction]:
        """Every correction ever made, oldest first, with those undone."""
        if not self._path.exists():
            return []
        with self._open() as database:
            return [_correction(row) for row in database.execute("SELECT * FROM corrections ORDER BY id")]

    def corrected(self) -> Corrected:
        """The corrections that hold now. Read again only when another has been made or undone."""
        if not self._path.exists():
            return NOTHING
        with self._reading:
            with self._open() as database:
                row = database.execute("SELECT count(*), count(undone_at) FROM corrections").fetchone()
                # The file too: a backup may have been put in its place.
                seen = (int(row[0]), int(row[1]), self._path.stat().st_ino)
                if seen != self._seen:
                    rows = database.execute("SELECT * FROM corrections WHERE undone_at IS NULL ORDER BY at, id")
                    self._held = _corrected([_correction(row) for row in rows], self._held.version + 1)
                    self._seen = seen
            return self._held

    @contextmanager
    def _open(self, write: bool = False) -> Iterator[sqlite3.Connection]:
        try:
            if write:
                self._path.parent.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(self._path, timeout=_PATIENCE)) as database:
                database.row_factory = sqlite3.Row
                _prepare(database)
                yield database
        except (sqlite3.Error, OSError, UnicodeEncodeError) as error:
            raise StateError(
                f"{self._path}, which holds people's corrections, cannot be {'written' if write else 'read'} ({error})."
                " See that the folder is writable and has room; nothing in it was changed."
            ) from error


def _prepare(database: sqlite3.Connection) -> None:
    """Make the tables of a new file; refuse one that is not ours or of a later version."""
    # Each commit is on disk before it is answered, whatever happens to this process or the machine.
    database.execute("PRAGMA synchronous = FULL")
    if _marks(database) == (_APPLICATION, _VERSION):
        return
    # Two may come to a new file at once: only who holds the lock looks, and makes what is not there.
    database.isolation_level = None
    database.execute("BEGIN IMMEDIATE")
    try:
        marks = _marks(database)
        if marks != (_APPLICATION, _VERSION):
            if marks != (0, 0) or database.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
                raise sqlite3.DatabaseError(f"it is no state of this version of precedent (version {marks[1]})")
            for statement in [*_SCHEMA.split(";\n"), f"PRAGMA application_id = {_APPLICATION}"]:
                database.execute(statement)
            database.execute(f"PRAGMA user_version = {_VERSION}")
        database.execute("COMMIT")
    except BaseException:
        database.execute("ROLLBACK")
        raise
    database.isolation_level = "DEFERRED"
    with suppress(sqlite3.OperationalError):  # somebody is at work: who opens it next turns it on
        database.execute("PRAGMA journal_mode = WAL")


def _marks(database: sqlite3.Connection) -> tuple[int, int]:
    names = ("application_id", "user_version")
    first, second = (int(database.execute(f"PRAGMA {name}").fetchone()[0]) for name in names)
    return first, second


_FIELDS = ("at", "who", "passage", "text", "document", "model", "why", "undone_at", "undone_by")


def _insert(database: sqlite3.Connection, correction: Correction) -> int:
    values: dict[str, Any] = {name: getattr(correction, name) for name in _FIELDS}
    values |= {
        "words": correction.words,
        "before": json.dumps(dict(correction.before)),
        "after": json.dumps(sorted(correction.after)),
        "section": json.dumps(list(correction.section)),
    }
    names = ", ".join(values)
    marks = ", ".join(f":{name}" for name in values)
    return int(database.execute(f"INSERT INTO corrections ({names}) VALUES ({marks})", values).lastrowid or 0)  # noqa: S608


def _correction(row: sqlite3.Row) -> Correction:
    fields = {name: row[name] for name in _FIELDS}
    return Correction(
        **fields,
        id=row["id"],
        before=json.loads(row["before"]),
        after=tuple(json.loads(row["after"])),
        section=tuple(json.loads(row["section"])),
    )


def _corrected(corrections: Sequence[Correction], version: int) -> Corrected:
    """The corrections, in their order and without those undone, by what they hold for."""
    by_passage = {one.passage: one for one in corrections if one.passage}
    return Corrected(version, by_passage, holding(corrections))
