"""Searches that people keep, what each found last, what generations changed for it, and what was sent of that."""

import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast

from service.state.state_file import Row, StateFile

SearchKind = Literal["search", "similar"]
ChangeKind = Literal["new", "changed", "gone"]
Channel = Literal["webhook", "mail"]

KEPT_STEPS = 50  # generations whose changes are kept for each search
_SEARCHES, _CHANGES = "standing_searches", "standing_changes"


@dataclass(frozen=True, slots=True)
class SavedSearch:
    """A search, or a question for similar findings, as it is asked. `id` is 0 until it is kept."""

    title: str
    kind: SearchKind
    asked: Mapping[str, Sequence[str]]
    who: str
    at: str
    undone_at: str | None = None
    undone_by: str | None = None
    id: int = 0


@dataclass(frozen=True, slots=True)
class Seen:
    """What a search found when it was last asked, and of which generation."""

    generation: str
    rows: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Change:
    """One result that a generation brought, changed or took away. `id` is 0 until it is kept."""

    search: int
    generation: str
    at: str
    kind: ChangeKind
    what: Mapping[str, Any]
    read_at: str | None = None
    read_by: str | None = None
    id: int = 0


class SavedSearches:
    """The saved searches of a data folder. Safe to use from several threads and processes."""

    def __init__(self, data: Path) -> None:
        self._file = StateFile(data)

    def add(self, search: SavedSearch, seen: Seen) -> int:
        """Keep a search with what it finds now; its id."""
        with self._file.writing() as database:
            done = database.execute(
                "INSERT INTO standing_searches (at, who, title, kind, asked) VALUES (?, ?, ?, ?, ?)",
                (search.at, search.who, search.title, search.kind, _json(dict(search.asked))),
            )
            number = int(done.lastrowid or 0)
            database.execute("INSERT INTO standing_seen VALUES (?, ?, ?, ?)", (number, *_seen_row(seen)))
            return number

    def delete(self, number: int, who: str, at: str) -> bool:
        """Have a search be asked no longer; whether there was one to delete."""
        return self._mark(number, "undone_at IS NULL", at, who)

    def restore(self, number: int) -> bool:
        """Take a deletion back; whether there was one. What was found stays as it was when it was deleted."""
        return self._mark(number, "undone_at IS NOT NULL", None, None)

    def all(self) -> list[SavedSearch]:
        """Every search ever saved, oldest first, with those deleted."""
        with self._file.told():
            return list(map(_search, self._file.rows(_SEARCHES, "SELECT * FROM standing_searches ORDER BY id")))

    def one(self, number: int) -> SavedSearch | None:
        """A search by its id, also a deleted one; None where there is none."""
        with self._file.told():
            rows = self._file.rows(_SEARCHES, "SELECT * FROM standing_searches WHERE id = ?", (number,))
            return _search(rows[0]) if rows else None

    def last(self) -> dict[int, tuple[str, int]]:
        """For each search the generation that it was last asked of, and how many results it had."""
        rows = self._file.rows("standing_seen", "SELECT search, generation, total FROM standing_seen")
        return {row["search"]: (row["generation"], row["total"]) for row in rows}

    def seen(self, number: int) -> Seen | None:
        """What a search found last."""
        with self._file.told():
            rows = self._file.rows("standing_seen", "SELECT * FROM standing_seen WHERE search = ?", (number,))
            return _seen(rows[0]) if rows else None

    def record(self, number: int, before: str, seen: Seen, changes: Iterable[Change]) -> bool:
        """Keep what a search finds now and what changed since generation `before`; False where others did already."""
        with self._file.writing() as database:
            done = database.execute(
                "UPDATE standing_seen SET generation = ?, total = ?, listed = ? WHERE search = ? AND generation = ?",
                (*_seen_row(seen), number, before),
            ).rowcount
            if not done:
                return False
            database.executemany(
                "INSERT INTO standing_changes (search, generation, at, kind, what) VALUES (?, ?, ?, ?, ?)",
                [(number, one.generation, one.at, one.kind, _json(one.what)) for one in changes],
            )
            database.execute(_PRUNE, {"search": number, "kept": KEPT_STEPS})
            return True

    def changes(self, number: int | None = None) -> list[Change]:
        """The changes of a search, or of all that are not deleted: the newest generation first."""
        which = "search = ?" if number is not None else f"search IN ({_LIVE})"
        statement = f"SELECT * FROM standing_changes WHERE {which} ORDER BY {_ORDER}"  # noqa: S608 - constants alone
        with self._file.told():
            return list(map(_change, self._file.rows(_CHANGES, statement, () if number is None else (number,))))

    def unread(self) -> dict[int, dict[str, int]]:
        """For each search how many of its changes nobody has marked as read, by kind."""
        statement = (
            "SELECT search, kind, COUNT(*) AS n FROM standing_changes WHERE read_at IS NULL GROUP BY search, kind"
        )
        found: dict[int, dict[str, int]] = {}
        for row in self._file.rows(_CHANGES, statement):
            found.setdefault(row["search"], {})[row["kind"]] = row["n"]
        return found

    def mark_read(self, numbers: Sequence[int], upto: int, who: str, at: str) -> int:
        """Mark the changes of these searches as read, up to the id that was shown; how many they were."""
        with self._file.writing() as database:
            return sum(
                database.execute(
                    "UPDATE standing_changes SET read_at = ?, read_by = ?"
                    " WHERE search = ? AND id <= ? AND read_at IS NULL",
                    (at, who, number, upto),
                ).rowcount
                for number in numbers
            )

    def sent(self, channel: str) -> set[tuple[int, str]]:
        """What was sent over a channel, or to one reader of it ("mail ada@…"): search and generation."""
        statement = "SELECT search, generation FROM standing_sent WHERE channel = ?"
        rows = self._file.rows("standing_sent", statement, (channel,))
        return {(row["search"], row["generation"]) for row in rows}

    def mark_sent(self, channel: str, what: Iterable[tuple[int, str]], at: str) -> None:
        """Note what was sent."""
        with self._file.writing() as database:
            database.executemany(
                "INSERT OR IGNORE INTO standing_sent VALUES (?, ?, ?, ?)",
                [(search, generation, channel, at) for search, generation in what],
            )

    def _mark(self, number: int, state: str, at: str | None, who: str | None) -> bool:
        statement = f"UPDATE standing_searches SET undone_at = ?, undone_by = ? WHERE id = ? AND {state}"  # noqa: S608
        with self._file.writing() as database:
            return database.execute(statement, (at, who, number)).rowcount > 0


_LIVE = "SELECT id FROM standing_searches WHERE undone_at IS NULL"
# Of one generation: what is new first, in the order of the list.
_ORDER = "generation DESC, search, CASE kind WHEN 'new' THEN 0 WHEN 'changed' THEN 1 ELSE 2 END, id"
_PRUNE = """
DELETE FROM standing_changes WHERE search = :search AND generation NOT IN (
    SELECT DISTINCT generation FROM standing_changes WHERE search = :search ORDER BY generation DESC LIMIT :kept
)
"""


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _seen_row(seen: Seen) -> tuple[str, int, bytes]:
    listed = zlib.compress(_json([dict(row) for row in seen.rows]).encode("utf-8", "surrogatepass"))
    return seen.generation, len(seen.rows), listed


def _seen(row: Row) -> Seen:
    listed = json.loads(zlib.decompress(row["listed"]).decode("utf-8", "surrogatepass"))
    return Seen(row["generation"], tuple(listed))


def _search(row: Row) -> SavedSearch:
    names = ("who", "at", "undone_at", "undone_by", "id")
    asked = {name: tuple(values) for name, values in json.loads(row["asked"]).items()}
    return SavedSearch(row["title"], cast(SearchKind, row["kind"]), asked, **{name: row[name] for name in names})


def _change(row: Row) -> Change:
    names = ("read_at", "read_by", "id")
    kind = cast(ChangeKind, row["kind"])
    kept = {name: row[name] for name in names}
    return Change(row["search"], row["generation"], row["at"], kind, json.loads(row["what"]), **kept)
