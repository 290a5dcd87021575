"""The findings of a generation with the events of their records, read once; and where each stood on a day."""

import datetime
import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from corpus.dates import last_day
from corpus.owners import owner_on, owner_said
from corpus.standing import Entry, Printed, Standing, standing
from service.contract.responses import HitDocument, PrintedStatus
from service.memory.passage_rows import FORCES, document_of, printed_status

_COLUMNS = (
    "d.id, d.key, d.title, d.kind, d.force, d.date, d.source, d.url, d.fictional, d.register_number, d.notes, d.heard"
)
_DOCUMENTS = f"SELECT {_COLUMNS}, {FORCES} FROM documents d"  # noqa: S608 - constants alone
_FINDINGS = "SELECT f.*, s.path FROM findings f JOIN sections s ON s.id = f.section ORDER BY f.id"

_About = tuple[int | None, Entry]  # an event with the finding that it is about, None for all of its document


@dataclass(frozen=True, slots=True)
class Item:
    """A finding with its document and the events that are about it.

    `main` tells whether it is what its document asks for, so that a record of the register is a row of it: a record may
    state a cause of concern as well. `several` tells that its document tracks each of its findings by itself, as an
    index page does. `status` is the one that it prints. `heard` is the day up to which its own source is known, and
    `clock` that day, or where no source tells it that of the newest entry of the collection. `owners` are the days of
    the comments that name one, each with whom.
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
    status: Printed | None
    printed: PrintedStatus
    heard: datetime.date | None
    clock: datetime.date | None
    main: bool
    several: bool
    owners: tuple[tuple[str, str], ...] = ()
    _stands: list[Standing] = field(init=False, default_factory=list, compare=False, repr=False)  # once it was asked

    @property
    def tracked(self) -> bool:
        """Whether it stands in the register, where what became of it is recorded."""
        return self.document.kind == "register_record" and not self.quoted

    @property
    def quoted(self) -> bool:
        """Whether it belongs to an earlier report, and its document only cites it."""
        return self.printed.quoted

    def owner_on(self, day: datetime.date) -> str | None:
        """Who answered for it on a day; what its document prints was known when that was heard, or came out."""
        came_out = last_day(self.document.date) if self.document.date else None
        return owner_on(self.printed.owner, self.owners, day, self.heard or came_out)

    def known(self, as_of: datetime.date | None) -> bool:
        """Whether its document was out on a day; always, where none is asked for."""
        date = self.document.date
        return as_of is None or (date is not None and last_day(date) <= as_of)

    def stood(self, as_of: datetime.date | None) -> Standing:
        """Where it stood on a day; without one, on the day up to which its own source is known."""
        if as_of is None and self._stands:
            return self._stands[0]
        day = as_of or self.clock or datetime.date.max
        own = standing(self.entries, self.document.date, self.deadline, day, tracked=self.tracked, printed=self.status)
        if as_of is None:
            self._stands.append(own)
        return own


@dataclass(frozen=True, slots=True)
class Register:
    """All findings of a generation, in its order; `newest` is the day of its newest event.

    `statuses` are all that any of them ever had, `owners` all who answer for one.
    """

    items: tuple[Item, ...]
    newest: datetime.date | None
    statuses: frozenset[str]
    owners: frozenset[str]
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
        """All findings that ask for the same, this one among them, and those that are only quoted."""
        return self._by_fold[item.fold]

    def given(self, item: Item) -> tuple[Item, ...]:
        """All that were given the same: those of `same` that are no quotation; this one in any case."""
        return tuple(one for one in self.same(item) if one is item or not one.quoted)

    def beside(self, item: Item) -> tuple[Item, ...]:
        """All findings of the same record, this one among them: it is one thing, unless it tracks several."""
        return (item,) if item.several else self._by_document[item.document.id]

    def records(self) -> Iterator[Item]:
        """What each record of the register asks for, a record once; of one that tracks several findings, each."""
        return (item for item in self.items if item.tracked and item.main)


def read_register(connection: sqlite3.Connection, built: datetime.date) -> Register:
    """The findings and events of a generation that was built on a day: `newest` is none of the days after it."""
    documents = {row["id"]: row for row in connection.execute(_DOCUMENTS)}
    entries = _entries(connection)
    days = [day for own in entries.values() for _, entry in own if (day := last_day(entry.date)) <= built]
    newest = max(days, default=None)
    rows: dict[int, list[sqlite3.Row]] = {}
    for row in connection.execute(_FINDINGS).fetchall():
        rows.setdefault(row["document"], []).append(row)
    items = tuple(
        item for number, own in rows.items() for item in _items(own, documents[number], entries.get(number, ()), newest)
    )
    items = tuple(sorted(items, key=lambda item: item.id))
    folds: dict[int, list[Item]] = {}
    beside: dict[str, list[Item]] = {}
    for item in items:
        folds.setdefault(item.fold, []).append(item)
        beside.setdefault(item.document.id, []).append(item)
    return Register(
        items=items,
        newest=newest,
        statuses=frozenset(status for item in items for status in _statuses(item)),
        owners=frozenset(owner for item in items for owner in _owners(item)),
        comments={e.id: (item, e) for item in sorted(items, key=lambda item: item.main) for e in item.entries},
        _by_key={item.key: item for item in items},
        _by_id={item.id: item for item in items},
        _by_fold={fold: tuple(same) for fold, same in folds.items()},
        _by_document={document: tuple(own) for document, own in beside.items()},
    )


def _statuses(item: Item) -> Iterator[str]:
    yield from (entry.status for entry in item.entries if entry.status)
    if item.status:
        yield item.status.status


def _owners(item: Item) -> Iterator[str]:
    yield from (owner for _, owner in item.owners)
    if item.printed.owner:
        yield item.printed.owner


def _items(
    rows: Sequence[sqlite3.Row],
    document: sqlite3.Row,
    entries: Sequence[_About],
    newest: datetime.date | None,
) -> Iterator[Item]:
    """The findings of one document, in its order."""
    several = _several(rows, document, entries)
    main = _main(rows, entries, several)
    heard = last_day(document["heard"]) if document["heard"] else None
    for row in rows:
        own = tuple(entry for about, entry in entries if about in (None, row["id"]))
        yield _item(row, document, own, (heard, heard or newest), (row["id"] in main, several))


def _several(rows: Sequence[sqlite3.Row], document: sqlite3.Row, entries: Sequence[_About]) -> bool:
    """Whether a document tracks each of its findings by itself: by events about one, or by statuses printed to each."""
    if any(about is not None for about, _ in entries):
        return True
    set_for_all = any(entry.kind == "status" for _, entry in entries)
    return not set_for_all and document["register_number"] is None and any(row["status"] for row in rows)


def _main(rows: Sequence[sqlite3.Row], entries: Sequence[_About], several: bool) -> set[int]:
    """Which findings of a document are rows of the register: the first recommendation, or else the first finding.

    Of one that tracks several, all; of its causes of concern those of which something is recorded.
    """
    own = [row for row in rows if not row["quoted"]]
    recorded = {about for about, _ in entries}
    each = {row["id"] for row in own if row["kind"] != "cause_of_concern" or row["status"] or row["id"] in recorded}
    if several and each:
        return each
    return {row["id"] for row in sorted(own, key=lambda row: row["kind"] != "recommendation")[:1]}


def _item(
    row: sqlite3.Row,
    document: sqlite3.Row,
    entries: tuple[Entry, ...],
    days: tuple[datetime.date | None, datetime.date | None],
    rank: tuple[bool, bool],
) -> Item:
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
        document=document_of(document),
        register_number=document["register_number"],
        notes=tuple(json.loads(document["notes"])),
        entries=entries,
        status=Printed(row["status"], row["status_date"]) if row["status"] else None,
        printed=printed_status(row),
        heard=days[0],
        clock=days[1],
        main=rank[0],
        several=rank[1],
        owners=tuple((entry.date, owner) for entry in entries if (owner := owner_said(entry.text))),
    )


def _entries(connection: sqlite3.Connection) -> dict[int, tuple[_About, ...]]:
    """The events of each document, each with the finding that it is about, None for all of them."""
    keys: dict[int, list[str]] = {}
    for row in connection.execute("SELECT key, event FROM passages WHERE event IS NOT NULL ORDER BY id"):
        keys.setdefault(row["event"], []).append(row["key"])
    found: dict[int, list[_About]] = {}
    for row in connection.execute("SELECT * FROM events ORDER BY id"):
        found.setdefault(row["document"], []).append((row["finding"], _entry(row, tuple(keys.get(row["id"], ())))))
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
