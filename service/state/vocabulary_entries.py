"""Words that people added to the vocabulary: kept for good, each with who added it, and taken back when undone."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, cast, get_args

from corpus.english import dictionary
from service.state.state_file import Row, StateFile
from service.state.watched import Watched

EntryKind = Literal["means", "short", "meant"]
ENTRY_KINDS: tuple[EntryKind, ...] = get_args(EntryKind)

_TABLE = "vocabulary_entries"


@dataclass(frozen=True, slots=True)
class Entry:
    """What a person said of words that are typed.

    `means`: they find `other` too. `short`: they are a short form, which stands for `other`. `meant`: whoever types
    them is asked whether `other` was meant. `id` is 0 until it is kept.
    """

    kind: EntryKind
    typed: str
    other: str
    who: str
    at: str
    why: str = ""
    undone_at: str | None = None
    undone_by: str | None = None
    id: int = 0


@dataclass(frozen=True, slots=True)
class Taught:
    """The entries that hold at one moment, oldest first, and a number that is another where they are others."""

    version: int
    entries: tuple[Entry, ...] = ()


NOTHING_TAUGHT = Taught(0)


class VocabularyEntries:
    """The words that people added in a data folder. Safe to use from several threads and processes."""

    def __init__(self, data: Path) -> None:
        self._file = StateFile(data)
        self._last = NOTHING_TAUGHT
        self._watched = Watched(self._file, self._taught, NOTHING_TAUGHT)

    def add(self, entry: Entry) -> int:
        """Keep an entry, on disk before this returns; its id."""
        with self._file.writing() as database:
            done = database.execute(
                "INSERT INTO vocabulary_entries (at, who, kind, typed, other, why) VALUES (?, ?, ?, ?, ?, ?)",
                (entry.at, entry.who, entry.kind, entry.typed, entry.other, entry.why),
            )
            return int(done.lastrowid or 0)

    def undo(self, number: int, who: str, at: str) -> Entry | None:
        """Have an entry no longer hold; None where there is none that holds under this id."""
        with self._file.writing() as database:
            done = database.execute(
                "UPDATE vocabulary_entries SET undone_at = ?, undone_by = ? WHERE id = ? AND undone_at IS NULL",
                (at, who, number),
            ).rowcount
            rows = database.execute("SELECT * FROM vocabulary_entries WHERE id = ?", (number,)).fetchall()
        return _entry(rows[0]) if done else None

    def all(self) -> list[Entry]:
        """Every entry ever made, oldest first, with those undone."""
        return list(map(_entry, self._file.rows(_TABLE, "SELECT * FROM vocabulary_entries ORDER BY id")))

    def taught(self) -> Taught:
        """The entries that hold now. Read again only when the file was written to."""
        return self._watched.now()

    def _taught(self) -> Taught:
        entries = tuple(one for one in self.all() if one.undone_at is None)
        if entries != self._last.entries:
            self._last = Taught(self._last.version + 1, entries)
        return self._last


def with_one_more(taught: Taught, entry: Entry) -> Taught:
    """What would hold with another entry: of no version that is ever kept."""
    return replace(taught, version=-1, entries=(*taught.entries, entry))


def toml_of(entries: Iterable[Entry]) -> str:
    """Entries as the tables of a vocabulary file; what was meant by words is no part of one."""
    return "\n".join(_tables(entries))


def _tables(entries: Iterable[Entry]) -> Iterator[str]:
    for one in entries:
        if one.kind == "short":
            # One that in small letters is another word is the short form only as it is written.
            capitals = "capitals = true\n" if one.typed.lower() in dictionary() else ""
            yield f"[[acronym]]\nshort = {_quoted(one.typed)}\nmeans = {_quoted(one.other)}\n{capitals}"
        elif one.kind == "means":
            yield f"[[words]]\nsay = [{_quoted(one.typed)}]\nfinds = [{_quoted(one.other)}]\n"


def _quoted(text: str) -> str:
    """A text as a basic string of TOML."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c.isprintable() else f"\\U{ord(c):08x}" for c in escaped) + '"'


def _entry(row: Row) -> Entry:
    kind = cast(EntryKind, row["kind"])
    names = ("typed", "other", "who", "at", "why", "undone_at", "undone_by", "id")
    return Entry(kind, **{name: row[name] for name in names})
