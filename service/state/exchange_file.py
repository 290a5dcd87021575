"""All of people's work as one file of JSON lines: to keep elsewhere, and to bring into another data folder.

The first line says what it is, how many rows of each table follow, and their SHA-256. An import adds what is not there
yet, all of it or nothing; to do it again adds nothing.
"""

import base64
import hashlib
import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from indexer.durable import write_whole
from service.contract.service_errors import StateError
from service.state.corrections import State, seal_new
from service.state.kept_tables import KeptTable, columns_of, kept_tables, problems_of
from service.state.state_file import StateFile

VERSION = 1
_MARK = "precedent state"
_BYTES = "base64"

_Row = dict[str, Any]
_Ids = dict[tuple[str, Any], Any]  # (table, id in the file) -> id here


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did, by table: rows that were added, that were there already, and of these, that were completed.

    A row is completed where it had been undone, or read, in the file and not here.
    """

    added: Mapping[str, int]
    known: Mapping[str, int]
    completed: Mapping[str, int]


def export_state(data: Path, path: Path) -> dict[str, int]:
    """Write all of people's work into a file; how many rows of each table.

    Raises StateError where the work is damaged, and OSError where the file cannot be written.
    """
    if problems := [*State(data).problems(), *problems_of(data)]:
        raise StateError(f"Nothing was exported: {' '.join(problems)} Restore state.sqlite from a backup first.")
    lines: list[str] = []
    counts: dict[str, int] = {}
    file = StateFile(data)
    if file.path.exists():
        with file.reading() as database:
            database.execute("BEGIN")  # one moment, whatever is written meanwhile
            for table in kept_tables(database):
                rows = database.execute(f"SELECT * FROM {table.name} ORDER BY rowid").fetchall()  # noqa: S608
                counts[table.name] = len(rows)
                lines += (json.dumps({"table": table.name, "row": _plain(row)}) + "\n" for row in rows)
    body = "".join(lines).encode()
    header = {"file": _MARK, "version": VERSION, "counts": counts, "sha256": hashlib.sha256(body).hexdigest()}
    write_whole(path, json.dumps(header).encode() + b"\n" + body)
    return counts


def import_state(data: Path, path: Path) -> Imported:
    """Add to people's work what a file holds and is not there yet, all of it or nothing.

    Raises StateError for a file that was not exported, is not as it was written, or comes from a later version.
    """
    rows = _read(path)
    counts: dict[str, dict[str, int]] = {what: defaultdict(int) for what in ("added", "known", "completed")}
    with StateFile(data).writing() as database:
        tables = {table.name: table for table in kept_tables(database)}
        if unknown := sorted(rows.keys() - tables.keys()):
            raise StateError(f"{path} holds {unknown[0]}, which this version of precedent does not know: update it.")
        ids: _Ids = {}
        for name, table in tables.items():
            for what in _Import(database, table, ids, path).take(rows.get(name, ())):
                counts[what][name] += 1
        seal_new(database)
    return Imported(**{what: dict(own) for what, own in counts.items()})


class _Import:
    """The rows of one table on their way in; `ids` grows with what each becomes here."""

    def __init__(self, database: sqlite3.Connection, table: KeptTable, ids: _Ids, path: Path) -> None:
        self._database, self._table, self._ids, self._path = database, table, ids, path
        self._columns = columns_of(database, table.name)
        # Two rows may be alike in all that tells rows apart: the second of a file is the second here.
        self._here: dict[tuple[Any, ...], list[_Row]] = defaultdict(list)
        for row in database.execute(f"SELECT rowid AS rowid_, * FROM {table.name} ORDER BY rowid"):  # noqa: S608
            self._here[self._key(dict(row))].append(dict(row))

    def take(self, rows: Iterable[_Row]) -> Iterator[str]:
        """Add those rows that are not there, and complete those that are; what was done, in a word."""
        seen: dict[tuple[Any, ...], int] = defaultdict(int)
        for row in rows:
            own = self._moved(row)
            key = self._key(own)
            number, seen[key] = seen[key], seen[key] + 1
            if number < len(self._here[key]):
                here = self._here[key][number]
                yield "known"
                if self._complete(here, own):
                    yield "completed"
                self._ids[self._table.name, row.get("id")] = here.get("id")
            else:
                yield "added"
                self._ids[self._table.name, row.get("id")] = self._insert(own)

    def _key(self, row: Mapping[str, Any]) -> tuple[Any, ...]:
        return tuple(row.get(name) for name in self._table.key)

    def _moved(self, row: _Row) -> _Row:
        """A row with the ids that it refers to as they are here."""
        if unknown := sorted(row.keys() - self._columns.keys()):
            what = f"{self._table.name} has {unknown[0]}"
            raise StateError(f"{self._path} was exported by a later version of precedent ({what}): update this one.")
        moved = dict(row)
        for name, other in self._table.refs.items():
            if moved.get(name) is not None:
                moved[name] = self._id(other, moved[name])
        for name, column, value, other in self._table.lists:
            if moved.get(column) == value:
                moved[name] = json.dumps([self._id(other, one) for one in json.loads(moved[name])])
        return moved

    def _id(self, table: str, number: Any) -> Any:
        if (table, number) not in self._ids:
            raise StateError(
                f"{self._path} is damaged: in {self._table.name} stands {table} {number}, which is not in it."
            )
        return self._ids[table, number]

    def _complete(self, here: _Row, own: _Row) -> bool:
        """Fill what was filled elsewhere since the row was made, and is empty here."""
        late = [name for name in self._table.later if here.get(name) is None and own.get(name) is not None]
        if not late or any(here.get(name) is not None for name in self._table.later):
            return False
        assigned = ", ".join(f"{name} = ?" for name in late)
        statement = f"UPDATE {self._table.name} SET {assigned} WHERE rowid = ?"  # noqa: S608 - columns that are there
        self._database.execute(statement, (*(own[name] for name in late), here["rowid_"]))
        return True

    def _insert(self, row: _Row) -> Any:
        """Add a row, under its own id where no other has that; its id."""
        name, numbered = self._table.name, self._columns.get("id") == "INTEGER"
        if numbered and self._database.execute(f"SELECT 1 FROM {name} WHERE id = ?", (row.get("id"),)).fetchone():  # noqa: S608
            row = {column: value for column, value in row.items() if column != "id"}
        marks = ", ".join("?" * len(row))
        statement = f"INSERT INTO {name} ({', '.join(row)}) VALUES ({marks})"  # noqa: S608 - columns that are there
        made = self._database.execute(statement, list(row.values())).lastrowid
        return made if numbered else row.get("id")


def _read(path: Path) -> dict[str, list[_Row]]:
    """The rows of a file by their table. Raises StateError for one that is not as it was written."""
    try:
        top, _, body = path.read_bytes().partition(b"\n")
    except OSError as error:
        raise StateError(f"{path} cannot be read: {error.strerror or error}.") from error
    try:
        header = json.loads(top)
        made = header["file"] == _MARK
        version, counts, sha256 = header["version"], header["counts"], header["sha256"]
    except (ValueError, KeyError, TypeError):
        made = False
    if not made:
        raise StateError(f"{path} was not written by `precedent state export`: give the file that it wrote.")
    if version != VERSION:
        raise StateError(f"{path} has version {version!r}, and this version of precedent reads {VERSION}: update it.")
    if hashlib.sha256(body).hexdigest() != sha256:
        raise StateError(f"{path} is not as it was written: its SHA-256 differs. Export it again.")
    rows: dict[str, list[_Row]] = defaultdict(list)
    for table, row in _lines(path, body):
        rows[table].append(row)
    if {name: len(own) for name, own in rows.items()} != {name: count for name, count in counts.items() if count}:
        raise StateError(f"{path} does not hold as many rows as it says: export it again.")
    return rows


def _lines(path: Path, body: bytes) -> Iterator[tuple[str, _Row]]:
    for number, line in enumerate(body.splitlines(), start=2):
        try:
            found = json.loads(line)
            yield str(found["table"]), {str(name): _value(value) for name, value in found["row"].items()}
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise StateError(f"{path}, line {number}: this is no row ({error}).") from error


def _plain(row: sqlite3.Row) -> _Row:
    """A row for JSON, which has no bytes."""
    return {
        name: {_BYTES: base64.b64encode(row[name]).decode()} if isinstance(row[name], bytes) else row[name]
        for name in row.keys()  # noqa: SIM118 - values are iterated otherwise
    }


def _value(value: Any) -> Any:
    return base64.b64decode(value[_BYTES]) if isinstance(value, dict) else value
