"""Briefs as they are kept: what was put into each, and every edit of it. Nothing is overwritten or taken away."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from service.state.state_file import Row, StateFile

Kind = Literal["passage", "finding"]
Field = Literal["name", "note", "order", "removed"]


@dataclass(frozen=True, slots=True)
class Picked:
    """A passage or finding as it stood when it was put into a brief, under the heading `part`.

    `details` hold what else is shown of it when it is gone: its document, forces, date, kind and number.
    """

    kind: Kind
    key: str
    text: str
    citation: str
    status: str | None
    status_date: str | None
    as_of: str | None
    generation: str
    details: Mapping[str, Any] = field(default_factory=dict)
    part: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class KeptItem:
    """What was put into a brief, with its latest note; `removed` says when and by whom it was taken out, if it was."""

    id: int
    at: str
    who: str
    picked: Picked
    removed: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class KeptBrief:
    """A brief with everything ever put in, in its order, those taken out too."""

    id: int
    at: str
    who: str
    name: str
    note: str
    items: tuple[KeptItem, ...]
    removed: tuple[str, str] | None
    edited: str

    @property
    def begun(self) -> str:
        """When and by whom: what tells it from others wherever it is imported, which its id does not."""
        return f"{self.at}, {self.who}"

    @property
    def standing(self) -> tuple[KeptItem, ...]:
        """The items that are in it now."""
        return tuple(one for one in self.items if one.removed is None)


@dataclass(frozen=True, slots=True)
class Edit:
    """One edit of a brief, or of one item of it."""

    field: Field
    value: str
    item: int | None = None


class Briefs:
    """The briefs of a data folder. Safe to use from several threads and processes."""

    def __init__(self, data: Path) -> None:
        self._file = StateFile(data)

    def begin(self, name: str, who: str, at: str) -> int:
        """The brief of this name that is not taken away, else a new one; its id.

        The look and the writing are one: of two who begin the same at once, one does.
        """
        with self._file.writing() as database:
            database.execute(_HOLD, (0,))
            there = {one.casefold(): number for number, one in reversed(_names(database).items())}
            if name.casefold() in there:
                return there[name.casefold()]
            row = database.execute("INSERT INTO briefs (at, who, name) VALUES (?, ?, ?)", (at, who, name))
            return int(row.lastrowid or 0)

    def put(self, brief: int, picked: Sequence[Picked], who: str, at: str) -> int:
        """Put these in, behind what is there, all or none; how many they were.

        What stands in it just so is passed over. The look and the writing are one: of two who put the same in at once,
        one does.
        """
        with self._file.writing() as database:
            database.execute(_HOLD, (brief,))
            there = _items(database.execute(_ITEMS + "WHERE brief = ?", (brief,)), _edits(database, [brief]))
            known = {_same(one.picked) for one in there if one.removed is None}
            new = list({_same(one): one for one in picked if _same(one) not in known}.values())
            for one in new:
                number = database.execute(_INSERT, (brief, at, who, *_values(one))).lastrowid
                if one.note:
                    _write(database, brief, [Edit("note", one.note, number)], who, at)
            return len(new)

    def edit(self, brief: int, edits: Sequence[Edit], who: str, at: str) -> None:
        """Keep edits, all or none."""
        with self._file.writing() as database:
            _write(database, brief, edits, who, at)

    def all(self) -> list[KeptBrief]:
        """Every brief, the latest first, those taken away too."""
        return self._read("")

    def one(self, brief: int) -> KeptBrief | None:
        """One brief, or None."""
        found = self._read("WHERE id = ?", (brief,))
        return found[0] if found else None

    def names(self) -> dict[int, str]:
        """The names of the briefs that are not taken away, by their ids, the latest first."""
        if not self._file.rows("briefs", "SELECT 1 FROM briefs LIMIT 1"):
            return {}
        with self._file.reading() as database:
            return _names(database)

    def _read(self, which: str, values: tuple[int, ...] = ()) -> list[KeptBrief]:
        rows = self._file.rows("briefs", f"SELECT * FROM briefs {which} ORDER BY id DESC", values)  # noqa: S608 - constants alone
        if not rows:
            return []
        with self._file.reading() as database:
            database.execute("BEGIN")  # one moment, whatever is written meanwhile
            numbers = [row["id"] for row in rows]
            edits = _edits(database, numbers)
            of = "brief = ?" if values else "1 = 1"
            items: dict[int, list[Row]] = {}
            for row in database.execute(f"{_ITEMS} WHERE {of} ORDER BY id", values):
                items.setdefault(row["brief"], []).append(row)
            return [_brief(row, items.get(row["id"], ()), edits.get(row["id"], [])) for row in rows]


_HOLD = "UPDATE briefs SET at = at WHERE id = ?"  # holds the file from here on
_LATEST = "ORDER BY at, id"  # an edit that was made elsewhere and imported stands at its own time
_ITEMS = "SELECT * FROM brief_items "
_INSERT = (
    "INSERT INTO brief_items (brief, at, who, part, kind, key, text, citation, status, status_date, as_of, generation,"
    " details) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


def _values(one: Picked) -> tuple[object, ...]:
    details = json.dumps(dict(one.details), ensure_ascii=False)
    plain = (one.part, one.kind, one.key, one.text, one.citation, one.status, one.status_date, one.as_of)
    return (*plain, one.generation, details)


def _same(one: Picked) -> tuple[str, ...]:
    return one.part, one.kind, one.key, one.text, one.status or "", one.status_date or ""


def _write(database: Any, brief: int, edits: Sequence[Edit], who: str, at: str) -> None:
    database.executemany(
        "INSERT INTO brief_edits (brief, item, field, value, at, who) VALUES (?, ?, ?, ?, ?, ?)",
        [(brief, one.item, one.field, one.value, at, who) for one in edits],
    )


def _edits(database: Any, briefs: Sequence[int]) -> dict[int, list[Row]]:
    """The edits of briefs, oldest first."""
    of = ("WHERE brief = ?", (briefs[0],)) if len(briefs) == 1 else ("", ())
    found: dict[int, list[Row]] = {}
    for row in database.execute(f"SELECT * FROM brief_edits {of[0]} {_LATEST}", of[1]):  # noqa: S608 - constants alone
        found.setdefault(row["brief"], []).append(row)
    return found


def _names(database: Any) -> dict[int, str]:
    edits = f"SELECT * FROM brief_edits WHERE item IS NULL AND field IN ('name', 'removed') {_LATEST}"  # noqa: S608 - constants alone
    own: dict[int, dict[str, str]] = {}
    for row in database.execute(edits):
        own.setdefault(row["brief"], {})[row["field"]] = row["value"]
    rows = database.execute("SELECT id, name FROM briefs ORDER BY id DESC")
    named = {row["id"]: {"name": row["name"], **own.get(row["id"], {})} for row in rows}
    return {number: one["name"] for number, one in named.items() if one.get("removed") != "yes"}


def _brief(row: Row, items: Iterable[Row], edits: Sequence[Row]) -> KeptBrief:
    own = {edit["field"]: edit for edit in edits if edit["item"] is None}
    held = _items(items, {row["id"]: list(edits)})
    order = {number: at for at, number in enumerate(json.loads(own["order"]["value"]) if "order" in own else ())}
    return KeptBrief(
        id=row["id"],
        at=row["at"],
        who=row["who"],
        name=own["name"]["value"] if "name" in own else row["name"],
        note=own["note"]["value"] if "note" in own else "",
        items=tuple(sorted(held, key=lambda one: (order.get(one.id, len(order)), one.id))),
        removed=_removed(own.get("removed")),
        edited=max([row["at"], *(one.at for one in held), *(edit["at"] for edit in edits)]),
    )


def _items(rows: Iterable[Row], edits: Mapping[int, Sequence[Row]]) -> list[KeptItem]:
    latest = {(edit["item"], edit["field"]): edit for own in edits.values() for edit in own}
    found = []
    for row in rows:
        note = latest.get((row["id"], "note"))
        picked = Picked(
            kind=row["kind"],
            key=row["key"],
            text=row["text"],
            citation=row["citation"],
            status=row["status"],
            status_date=row["status_date"],
            as_of=row["as_of"],
            generation=row["generation"],
            details=json.loads(row["details"]),
            part=row["part"],
            note=note["value"] if note else "",
        )
        removed = _removed(latest.get((row["id"], "removed")))
        found.append(KeptItem(id=row["id"], at=row["at"], who=row["who"], picked=picked, removed=removed))
    return found


def _removed(edit: Row | None) -> tuple[str, str] | None:
    return (edit["at"], edit["who"]) if edit and edit["value"] == "yes" else None
