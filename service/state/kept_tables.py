"""The tables of people's work, each described in a line: what tells one row from another, and what it refers to.

A table that is added to `schema.sql` needs a line here to be exported and imported as it should be.
"""

import json
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from service.state.corrections import moment
from service.state.state_file import StateFile


@dataclass(frozen=True, slots=True)
class KeptTable:
    """One table: rows with the same values in `key` are the same row, wherever they were written.

    `later` are columns that are empty when a row is made and may be filled once. `refs` gives by column the table whose
    id it holds; `lists` those columns that hold a JSON list of such ids, where another column has a value: (column,
    that column, its value, table). `objects` are columns that hold JSON.
    """

    name: str
    key: tuple[str, ...]
    later: tuple[str, ...] = ()
    refs: Mapping[str, str] = field(default_factory=dict)
    lists: tuple[tuple[str, str, str, str], ...] = ()
    objects: tuple[str, ...] = ()


_UNDONE = ("undone_at", "undone_by")
_TIMES = ("at", "undone_at", "read_at")
MADE_AGAIN = ("seals",)  # of corrections: worked out of these
TABLES = (  # what a table refers to stands above it
    KeptTable(
        "corrections", ("at", "who", "passage", "words", "after"), _UNDONE, objects=("before", "after", "section")
    ),
    KeptTable(
        "details",
        ("at", "who", "document", "field", "after", "day", "finding"),
        _UNDONE,
        objects=("before", "after"),
    ),
    KeptTable("briefs", ("at", "who", "name")),
    KeptTable(
        "brief_items",
        ("brief", "at", "who", "part", "kind", "key"),
        refs={"brief": "briefs"},
        objects=("details",),
    ),
    KeptTable(
        "brief_edits",
        ("brief", "item", "field", "value", "at", "who"),
        refs={"brief": "briefs", "item": "brief_items"},
        lists=(("value", "field", "order", "brief_items"),),
    ),
    KeptTable("receipts", ("id",), objects=("body",)),
    KeptTable("standing_searches", ("at", "who", "kind", "asked"), _UNDONE, objects=("asked",)),
    KeptTable("standing_seen", ("search",), refs={"search": "standing_searches"}),
    KeptTable(
        "standing_changes",
        ("search", "generation", "at", "kind", "what"),
        ("read_at", "read_by"),
        refs={"search": "standing_searches"},
        objects=("what",),
    ),
    KeptTable("standing_sent", ("search", "generation", "channel"), refs={"search": "standing_searches"}),
    KeptTable("vocabulary_entries", ("at", "who", "kind", "typed", "other"), _UNDONE),
)


def kept_tables(database: sqlite3.Connection) -> list[KeptTable]:
    """The tables that a file holds, in an order in which each refers to those before it.

    One without a description of its own is told by all its columns but its id.
    """
    rows = database.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    names = {row[0] for row in rows} - set(MADE_AGAIN)
    known = [table for table in TABLES if table.name in names]
    others = sorted(names - {table.name for table in known})
    return [*known, *(KeptTable(name, tuple(c for c in columns_of(database, name) if c != "id")) for name in others)]


def columns_of(database: sqlite3.Connection, table: str) -> dict[str, str]:
    """The columns of a table, each with its declared type."""
    return {row["name"]: row["type"] for row in database.execute("SELECT * FROM pragma_table_info(?)", (table,))}


def problems_of(data: Path) -> list[str]:
    """What is wrong with the rows of a data folder's file; nothing where it is sound, or not there."""
    file = StateFile(data)
    if not file.path.exists():
        return []
    with file.reading() as database:
        return list(table_problems(database))


def table_problems(database: sqlite3.Connection) -> Iterator[str]:
    """What is wrong with the rows of a file, one sentence each: times, JSON and references that lead nowhere."""
    tables = kept_tables(database)
    ids = {
        table.name: {row[0] for row in database.execute(f"SELECT id FROM {table.name}")}  # noqa: S608 - a table's name
        for table in tables
        if "id" in columns_of(database, table.name)
    }
    for table in tables:
        for row in database.execute(f"SELECT rowid AS place, * FROM {table.name}"):  # noqa: S608
            if problem := _problem(table, row, ids):
                yield f"Row {row['place']} of {table.name} {problem}."


def _problem(table: KeptTable, row: sqlite3.Row, ids: Mapping[str, set[object]]) -> str | None:
    columns = set(row.keys())
    for name in columns & set(_TIMES):
        if row[name] is not None and moment(str(row[name])) is None:
            return f"has {name} at no time that can be read"
    for name in columns & set(table.objects):
        try:
            json.loads(row[name])
        except (ValueError, TypeError):
            return f"has {name} that is no JSON"
    for name, other in table.refs.items():
        if row[name] is not None and row[name] not in ids.get(other, set()):
            return f"refers to {other} {row[name]}, which is gone"
    return None
