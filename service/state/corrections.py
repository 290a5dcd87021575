"""What people did, kept for good: corrections of themes. Written at once, never rebuilt, never lost; it needs a backup.

Nothing is ever overwritten: a later correction of the same text supersedes an earlier one, and undoing one is noted.
"""

import hashlib
import json
import sqlite3
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from corpus.dates import iso_date
from service.state.state_file import StateFile, has_table


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


def moment(text: str) -> str | None:
    """A time in the one form in which times are kept and compared: ISO 8601, UTC, to the second; None for no time.

    A day, month or year alone is its beginning; a time without a zone is taken as UTC. `29/11/2025` is a day, as a
    spreadsheet writes it; compared as text it would be later than any other.
    """
    day = iso_date(text)
    try:
        found = datetime.fromisoformat(f"{day}-01-01"[:10] if day else text.strip())
        known = found if found.tzinfo else found.replace(tzinfo=UTC)
        return known.astimezone(UTC).isoformat(timespec="seconds")
    except (ValueError, OverflowError):
        return None


def holding(corrections: Iterable[Correction]) -> dict[str, Correction]:
    """The correction that holds for each text, by the hash of its words: the latest that was not undone."""
    return {one.words: one for one in in_order(one for one in corrections if not one.undone_at)}


def in_order(corrections: Iterable[Correction]) -> list[Correction]:
    """Corrections as they were made, one after another; one whose time cannot be told comes before all others."""
    return sorted(corrections, key=lambda one: (moment(one.at) or "", one.id))


def learnable(corrections: Iterable[Correction]) -> set[str]:
    """What there is to learn from corrections: for each text its words' hash and its themes."""
    return {f"{one.words}:{'|'.join(one.after)}" for one in holding(corrections).values()}


class State:
    """The corrections of a data folder. Safe to use from several threads and processes."""

    def __init__(self, data: Path) -> None:
        self._file = StateFile(data)
        self._reading = threading.Lock()
        self._held = NOTHING
        self._reader: _Reader | None = None
        self._seen: tuple[object, ...] | None = None

    def add(self, corrections: Sequence[Correction]) -> list[int]:
        """Keep corrections, all of them or none, on disk before this returns; their ids."""
        with self._file.writing() as database:
            numbers = [_insert(database, correction) for correction in corrections]
            seal_new(database)
            return numbers

    def undo(self, number: int, who: str, at: str) -> Correction | None:
        """Have a correction no longer hold; None where there is none that holds under this id."""
        with self._file.writing() as database:
            done = database.execute(
                "UPDATE corrections SET undone_at = ?, undone_by = ? WHERE id = ? AND undone_at IS NULL",
                (at, who, number),
            ).rowcount
            rows = database.execute("SELECT * FROM corrections WHERE id = ?", (number,)).fetchall()
        return _correction(rows[0]) if done else None

    def all(self) -> list[Correction]:
        """Every correction ever made, oldest first, with those undone."""
        with self._file.told():
            return [_correction(row) for row in self._file.rows("corrections", "SELECT * FROM corrections ORDER BY id")]

    def corrected(self) -> Corrected:
        """The corrections that hold now. Read again only when another has been made or undone."""
        with self._reading, self._file.told():
            try:
                file = self._file.path.stat()
            except (FileNotFoundError, NotADirectoryError):
                self._seen = None
                return NOTHING
            # The file too: a backup may have been put in its place.
            reader = self._opened((file.st_ino, file.st_size, file.st_mtime_ns))
            seen = (reader.file, reader.database.execute("PRAGMA data_version").fetchone()[0])
            if seen != self._seen:
                rows = reader.database.execute("SELECT * FROM corrections WHERE undone_at IS NULL").fetchall()
                self._take(in_order(_correction(row) for row in rows))
                self._seen = seen
            return self._held

    def problems(self) -> list[str]:
        """What is wrong with the file, one sentence each; nothing where it is sound, or not there."""
        if not self._file.path.exists():
            return []
        with self._file.reading() as database:
            found = [row[0] for row in database.execute("PRAGMA integrity_check").fetchall() if row[0] != "ok"]
            rows = database.execute("SELECT * FROM corrections ORDER BY id").fetchall()
            sealed = dict(map(tuple, database.execute("SELECT * FROM seals"))) if has_table(database, "seals") else {}
        numbers = {row["id"] for row in rows}
        found += [f"Correction {number} is gone." for number in sorted(sealed.keys() - numbers)]
        for row in rows:
            if row["id"] in sealed and sealed[row["id"]] != _seal(row):
                found.append(f"Correction {row['id']} is not as it was made.")
            elif row["undone_at"] is not None and moment(str(row["undone_at"])) is None:
                found.append(f"Correction {row['id']} was undone at no time that can be read.")
        return found

    def _take(self, corrections: Sequence[Correction]) -> None:
        """Hold these corrections, under a new version where they are others than before."""
        fresh = _corrected(corrections, self._held.version + 1)
        if fresh.by_passage != self._held.by_passage or fresh.by_words != self._held.by_words:
            self._held = fresh

    def _opened(self, file: tuple[int, ...]) -> "_Reader":
        """A connection for reading that is kept, because to open one takes longer than a small search."""
        if self._reader is None or self._reader.file != file:
            if self._reader is not None:
                self._reader.database.close()
            self._reader = None
            self._reader = _Reader(file, self._file.shared())
        return self._reader


@dataclass(frozen=True, slots=True)
class _Reader:
    """A connection that is kept for reading, and what told the file from another when it was opened."""

    file: tuple[int, ...]
    database: sqlite3.Connection


def _seal(row: sqlite3.Row) -> str:
    """The hash of a correction as it was made."""
    made = {name: row[name] for name in row.keys() if name not in ("undone_at", "undone_by")}  # noqa: SIM118 - values are iterated otherwise
    return hashlib.sha256(json.dumps(made, sort_keys=True, default=repr).encode("utf-8", "surrogatepass")).hexdigest()


def seal_new(database: sqlite3.Connection) -> None:
    """Seal every correction that is not sealed yet."""
    rows = database.execute("SELECT * FROM corrections WHERE id NOT IN (SELECT correction FROM seals)").fetchall()
    database.executemany("INSERT INTO seals VALUES (?, ?)", [(row["id"], _seal(row)) for row in rows])


_FIELDS = ("at", "who", "passage", "text", "document", "model", "why", "undone_at", "undone_by")
_ALWAYS = ("at", "who", "text", "document", "why")


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
    """A row as a correction. Raises sqlite3.DatabaseError for one that holds what cannot be there."""
    fields = {name: row[name] for name in _FIELDS}
    try:
        before, after, section = (json.loads(row[name]) for name in ("before", "after", "section"))
    except (ValueError, TypeError) as error:
        raise sqlite3.DatabaseError(f"correction {row['id']} is damaged: {error}") from error
    texts = [*(value for name, value in fields.items() if name in _ALWAYS or value is not None)]
    lists = isinstance(before, dict) and isinstance(after, list) and isinstance(section, list)
    if not lists or not all(isinstance(text, str) for text in [*texts, *before, *before.values(), *after, *section]):
        raise sqlite3.DatabaseError(f"correction {row['id']} is damaged: it holds what is no text")
    return Correction(**fields, id=row["id"], before=before, after=tuple(after), section=tuple(section))


def _corrected(corrections: Sequence[Correction], version: int) -> Corrected:
    """The corrections, in their order and without those undone, by what they hold for."""
    by_passage = {one.passage: one for one in corrections if one.passage}
    return Corrected(version, by_passage, holding(corrections))
