"""The findings of a generation with the events of their records, read once; and where each stood on a day."""

import datetime
import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from corpus.dates import last_day
from corpus.standing import Entry, Standing, standing
from service.answers import HitDocument
from service.records import place

_DOCUMENTS = "SELECT id, key, title, kind, force, date, source, url, sha256, register_number, notes FROM documents"
_FINDINGS = "SELECT f.*, s.path FROM findings f JOIN sections s ON s.id = f.section ORDER BY f.id"


@dataclass(frozen=True, slots=True)
class Item:
    """A finding with its document and the events of the record it stands in, none outside the register.

    `main` tells whether it is what its record asks for: a record may state a cause of concern as well.
    """

    id: int
    key: str
    fold: int
    kind: str
    number: str | None
    text: str
    section: tuple[str, ...]
    deadline: str | None
    deadline_text: str | None
    addressees: tuple[str, ...]
    document: HitDocument
    register_number: str | None
    notes: tuple[str, ...]
    entries: tuple[Entry, ...]
    main: bool

    @property
    def tracked(self) -> bool:
        """Whether it stands in the register, where what became of it is recorded."""
        return self.document["kind"] == "register_record"

    def known(self, as_of: datetime.date | None) -> bool:
        """Whether its document was out on a day; always, where none is asked for."""
        date = self.document["date"]
        return as_of is None or (date is not None and last_day(date) <= as_of)

    def stood(self, as_of: datetime.date) -> Standing:
        """Where it stood on a day."""
        return standing(self.entries, self.document["date"], self.deadline, as_of, tracked=self.tracked)


@dataclass(frozen=True, slots=True)
class Register:
    """All findings of a generation, in its order; `newest` is the day of its newest event."""

    items: tuple[Item, ...]
    newest: datetime.date | None
    comments: Mapping[int, tuple[Item, Entry]] = field(repr=False)
    _by_key: Mapping[str, Item] = field(repr=False)
    _by_id: Mapping[int, Item] = field(repr=False)
    _by_fold: Mapping[int, tuple[Item, ...]] = field(repr=False)
    _by_document: Mapping[str, tuple[Item, ...]] = field(repr=False)

    def by_key(self, key: str) -> Item | None:
        """The finding with this lasting id."""
        return self._by_key.get(key)

    def by_id(self, number: int) -> Item:
        """The finding with this id in the generation."""
        return self._by_id[number]

    def same(self, item: Item) -> tuple[Item, ...]:
        """All findings that ask for the same, this one among them."""
        return self._by_fold[item.fold]

    def beside(self, item: Item) -> tuple[Item, ...]:
        """All findings of the same document, this one among them."""
        return self._by_document[item.document["id"]]

    def of_document(self, key: str) -> Item | None:
        """What a document asks for first of all; None where it makes no finding."""
        return next((item for item in self._by_document.get(key, ()) if item.main), None)

    def records(self) -> Iterator[Item]:
        """What each record of the register asks for, a record once."""
        return (item for item in self.items if item.tracked and item.main)


def read_register(connection: sqlite3.Connection, built: datetime.date) -> Register:
    """The findings and events of a generation that was built on a day: `newest` is none of the days after it."""
    documents = {row["id"]: row for row in connection.execute(_DOCUMENTS)}
    entries = _entries(connection)
    rows = connection.execute(_FINDINGS).fetchall()
    main = _main(rows)
    items = tuple(_item(row, documents[row["document"]], entries.get(row["document"], ()), main) for row in rows)
    folds: dict[int, list[Item]] = {}
    beside: dict[str, list[Item]] = {}
    for item in items:
        folds.setdefault(item.fold, []).append(item)
        beside.setdefault(item.document["id"], []).append(item)
    days = [day for own in entries.values() for entry in own if (day := last_day(entry.date)) <= built]
    return Register(
        items=items,
        newest=max(days, default=None),
        comments={entry.id: (item, entry) for item in items if item.main for entry in item.entries},
        _by_key={item.key: item for item in items},
        _by_id={item.id: item for item in items},
        _by_fold={fold: tuple(same) for fold, same in folds.items()},
        _by_document={document: tuple(own) for document, own in beside.items()},
    )


def _main(rows: Sequence[sqlite3.Row]) -> set[int]:
    """Of each document the first recommendation, or else the first finding."""
    first: dict[int, sqlite3.Row] = {}
    for row in rows:
        known = first.setdefault(row["document"], row)
        if known["kind"] != "recommendation" and row["kind"] == "recommendation":
            first[row["document"]] = row
    return {row["id"] for row in first.values()}


def _item(row: sqlite3.Row, document: sqlite3.Row, entries: tuple[Entry, ...], main: set[int]) -> Item:
    return Item(
        id=row["id"],
        key=row["key"],
        fold=row["fold"],
        kind=row["kind"],
        number=row["number"],
        text=row["text"],
        section=tuple(json.loads(row["path"])),
        deadline=row["deadline"],
        deadline_text=row["deadline_text"],
        addressees=tuple(json.loads(row["addressees"])),
        document=place(document),
        register_number=document["register_number"],
        notes=tuple(json.loads(document["notes"])),
        entries=entries if document["kind"] == "register_record" else (),
        main=row["id"] in main,
    )


def _entries(connection: sqlite3.Connection) -> dict[int, tuple[Entry, ...]]:
    keys: dict[int, list[str]] = {}
    for row in connection.execute("SELECT key, event FROM passages WHERE event IS NOT NULL ORDER BY id"):
        keys.setdefault(row["event"], []).append(row["key"])
    found: dict[int, list[Entry]] = {}
    for row in connection.execute("SELECT * FROM events ORDER BY id"):
        found.setdefault(row["document"], []).append(_entry(row, tuple(keys.get(row["id"], ()))))
    return {document: tuple(own) for document, own in found.items()}


def _entry(row: Any, passages: tuple[str, ...]) -> Entry:
    return Entry(
        id=row["id"],
        date=row["date"],
        kind=row["kind"],
        status=row["status"],
        text=row["text"],
        says=row["says"],
        carried_by=None if row["says"] is None else (row["says_start"], row["says_end"]),
        echo=row["echo"],
        passages=passages,
    )
