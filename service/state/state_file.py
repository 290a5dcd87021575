"""state.sqlite of a data folder: opened, written through to the disk, and refused where it is not ours."""

import json
import sqlite3
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any

from indexer.connection import connect_shared
from service.contract.service_errors import StateError

_APPLICATION = 0x50524553  # "PRES": tells our file from any other SQLite database
_VERSION = 1  # of what any program has to know to read the file; a table that is added changes nothing in it
_PATIENCE = 30.0  # seconds that another program may hold the file

Row = sqlite3.Row


class StateFile:
    """The file in which people's work is kept. Safe to use from several threads and processes; made at the first write.

    Each method raises StateError for whatever the file system or SQLite says.
    """

    def __init__(self, data: Path) -> None:
        self.path = Path(data) / "state.sqlite"

    def rows(self, table: str, statement: str, values: Mapping[str, Any] | Sequence[Any] = ()) -> list[Row]:
        """The rows of a statement; none where the file, or in a file of an earlier version `table`, is not there."""
        if not self.path.exists():
            return []
        with self.reading() as database:
            return database.execute(statement, values).fetchall() if has_table(database, table) else []

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A connection to a file that is there."""
        with self.told(), closing(_connect(self.path)) as database:
            _prepare(database)
            yield database

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A transaction with every table there: all that is done in it is on disk behind it, or nothing is."""
        with self.told("written"):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with closing(_connect(self.path)) as database:
                _prepare(database)
                _make_tables(database)
                with database:
                    yield database
                # All into the file itself: a copy of it is whole, and a backup that is put in its place is not
                # followed by a log of what came after.
                database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def shared(self) -> sqlite3.Connection:
        """A connection for reading that may be kept, because to open one takes longer than a small search."""
        database = connect_shared(str(self.path), timeout=_PATIENCE)
        database.row_factory = Row
        _prepare(database)
        return database

    @contextmanager
    def told(self, done: str = "read") -> Iterator[None]:
        """Raises StateError for whatever the file system or SQLite says; `done` is what cannot be."""
        try:
            yield
        except (sqlite3.Error, OSError, UnicodeError, json.JSONDecodeError, zlib.error) as error:
            raise StateError(
                f"{self.path}, which holds people's work, cannot be {done} ({error})."
                " See that the folder is writable and has room; nothing in it was changed."
            ) from error


def has_table(database: sqlite3.Connection, name: str) -> bool:
    """Whether a table is there: in a file of an earlier version it may not be."""
    found = database.execute("SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = ?", (name,)).fetchone()
    return bool(found[0])


@cache
def _statements() -> tuple[str, ...]:
    text = Path(__file__).with_name("schema.sql").read_text("utf-8")
    return tuple(statement for statement in text.split(";\n") if statement.strip())


def _connect(path: Path) -> sqlite3.Connection:
    database = sqlite3.connect(path, timeout=_PATIENCE)
    database.row_factory = Row
    return database


def _make_tables(database: sqlite3.Connection) -> None:
    for statement in _statements():
        database.execute(statement)


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
            _make_tables(database)
            database.execute(f"PRAGMA application_id = {_APPLICATION}")
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
