"""What people say of documents – force, date, kind, title, the status of a record – kept for good.

Nothing is overwritten: of two statements on one field the later holds, and undoing one is noted. Statuses all hold,
each on its day.
"""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from service.state.corrections import moment
from service.state.state_file import StateFile

_TABLE = "details"
_PLAIN = ("at", "who", "document", "title", "field", "day", "finding", "why", "undone_at", "undone_by")


@dataclass(frozen=True, slots=True)
class Detail:
    """One statement on a field of a document; `before` is what was shown, None for not known.

    `day` is that of a status, `finding` the id of the finding that the status is about, "" for the whole record. `id`
    is 0 until it is kept.
    """

    at: str
    who: str
    document: str
    title: str
    field: str
    before: str | None
    after: str
    day: str = ""
    finding: str = ""
    why: str = ""
    undone_at: str | None = None
    undone_by: str | None = None
    id: int = 0


class Details:
    """The statements of a data folder. Safe to use from several threads and processes."""

    def __init__(self, data: Path) -> None:
        self._file = StateFile(data)

    def add(self, details: Sequence[Detail]) -> list[int]:
        """Keep statements, all or none, on disk before this returns; their ids."""
        with self._file.writing() as database:
            return [_insert(database, detail) for detail in details]

    def undo(self, number: int, who: str, at: str) -> Detail | None:
        """Have a statement no longer hold; None where there is none that holds under this id."""
        with self._file.writing() as database:
            done = database.execute(
                "UPDATE details SET undone_at = ?, undone_by = ? WHERE id = ? AND undone_at IS NULL", (at, who, number)
            ).rowcount
            rows = database.execute("SELECT * FROM details WHERE id = ?", (number,)).fetchall()
        return _detail(rows[0]) if done else None

    def all(self) -> list[Detail]:
        """Every statement ever made, oldest first, with those undone."""
        with self._file.told():
            return [_detail(row) for row in self._file.rows(_TABLE, "SELECT * FROM details ORDER BY id")]


def holding_details(details: Iterable[Detail]) -> list[Detail]:
    """The statements that hold: of each field of a document the latest that was not undone, and every status."""
    found: dict[tuple[object, ...], Detail] = {}
    for one in sorted(details, key=lambda one: (moment(one.at) or "", one.id)):
        if not one.undone_at:
            of_status = (one.day, one.finding) if one.field == "status" else ()
            key = (one.document, one.field, *of_status)
            found.pop(key, None)
            found[key] = one
    return list(found.values())


def _insert(database: sqlite3.Connection, detail: Detail) -> int:
    values = {name: getattr(detail, name) for name in _PLAIN}
    values |= {"before": json.dumps(detail.before), "after": json.dumps(detail.after)}
    marks = ", ".join(f":{name}" for name in values)
    statement = f"INSERT INTO details ({', '.join(values)}) VALUES ({marks})"  # noqa: S608 - constants alone
    return int(database.execute(statement, values).lastrowid or 0)


def _detail(row: sqlite3.Row) -> Detail:
    """A row as a statement. Raises sqlite3.DatabaseError for one that holds what cannot be there."""
    try:
        before, after = json.loads(row["before"]), json.loads(row["after"])
    except (ValueError, TypeError) as error:
        raise sqlite3.DatabaseError(f"detail {row['id']} is damaged: {error}") from error
    if not isinstance(after, str) or not isinstance(before, str | None):
        raise sqlite3.DatabaseError(f"detail {row['id']} is damaged: it holds what is no text")
    return Detail(**{name: row[name] for name in _PLAIN}, before=before, after=after, id=row["id"])
