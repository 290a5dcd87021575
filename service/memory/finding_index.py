"""The findings of a generation with the events of their records, looked up when asked; where each stood on a day."""

import datetime
import json
import sqlite3
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from typing import Any

import numpy as np

from corpus.dates import last_day
from corpus.owners import owner_on
from corpus.standing import Entry, Printed, Standing, standing
from service.contract.responses import HitDocument, PrintedStatus
from service.memory.facets import Facet
from service.memory.passage_rows import DOCUMENT, FORCES, document_of, is_whole, many, printed_status
from service.memory.record_columns import Listed, Mask, Records, read_records, themes_of

_BATCH = 400  # findings that are looked up at a time: SQLite takes a bounded number of parameters in one statement
_KEPT = 2000  # findings that are remembered, those last asked for
_DOCUMENTS = f"SELECT {DOCUMENT}, d.notes, d.heard FROM documents d WHERE d.id IN ({{}})"  # noqa: S608 - constants alone
_FINDINGS = """
SELECT f.*, s.path, t.main, t.several, t.clock
FROM findings f JOIN sections s ON s.id = f.section JOIN standings t ON t.finding = f.id
WHERE f.id IN ({})
"""
_EVENTS = """
SELECT e.*, o.owner AS owner FROM events e LEFT JOIN event_owners o ON o.event = e.id
WHERE e.document IN ({}) AND (e.finding IS NULL OR e.finding IN ({})) ORDER BY e.id
"""
_PASSAGES = "SELECT key, event FROM passages WHERE document IN ({}) AND event IS NOT NULL ORDER BY id"
_OUTLINES = f"""
SELECT f.id, f.kind, f.quoted, d.title, d.date, {FORCES} FROM findings f JOIN documents d ON d.id = f.document
"""  # noqa: S608 - constants alone


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
    def listed(self) -> bool:
        """Whether it counts among the findings of a year: no quotation, and in the register what a record asks for."""
        return (self.main or not self.tracked) and not self.quoted

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
class Outline:
    """What a finding is chosen by where there are many: with its forces, and the title and date of its document."""

    id: int
    kind: str
    quoted: bool
    title: str
    date: str | None
    forces: tuple[str, ...]

    def known(self, as_of: datetime.date | None) -> bool:
        """As `Item.known`."""
        return as_of is None or (self.date is not None and last_day(self.date) <= as_of)


class Register:
    """The findings of a generation, looked up in its tables when they are asked for. Safe to share between threads.

    `newest` is the day of its newest event. Some of the findings last asked for are remembered.
    """

    def __init__(self, tables: sqlite3.Connection) -> None:
        self._tables = tables
        self._kept: OrderedDict[int, Item] = OrderedDict()
        self._keeping = threading.Lock()
        self._themes: tuple[Facet, Listed] | None = None  # those of records, and of which facet of passages
        newest = self._stated("newest")
        self.newest = datetime.date.fromisoformat(newest[0]) if newest else None

    @cached_property
    def statuses(self) -> tuple[str, ...]:
        """All statuses that any finding ever had, in order."""
        return self._stated("status")

    @cached_property
    def owners(self) -> tuple[str, ...]:
        """All who answer for a finding, or ever did, in order."""
        return self._stated("owner")

    @cached_property
    def records(self) -> Records:
        """What each record of the register asks for, as on its own clock, a record once; of several findings, each."""
        return read_records(self._tables)

    def themes(self, facet: Facet) -> Listed:
        """The themes of what records ask for, as the facet of passages has them."""
        known = self._themes
        if known is None or known[0] is not facet:
            known = self._themes = (facet, themes_of(facet, self.records.asking))
        return known[1]

    def holding(self, words: Sequence[str]) -> Mask:
        """The records that hold all of these words, in small letters, as on their own clock."""
        size = len(self.records.ids)
        every = np.full(size, all(map(is_whole, words)), dtype=np.bool_)
        for word in words if every.any() else ():
            rows = self._tables.execute("SELECT place FROM record_words WHERE instr(words, ?) > 0", (word,))
            every &= np.bincount(np.fromiter((row[0] for row in rows), np.int64), minlength=size) > 0
        return every

    def items(self, ids: Iterable[int]) -> Iterator[Item]:
        """The findings with these ids in the generation, in the order given, some of them held at a time."""
        for batch in _batches(ids):
            with self._keeping:
                found = {number: self._kept[number] for number in batch if number in self._kept}
            read = {item.id: item for item in _read(self._tables, [i for i in batch if i not in found])}
            self._keep(batch, found | read)
            yield from (found.get(number) or read[number] for number in batch)

    def by_id(self, number: int) -> Item:
        """The finding with this id in the generation."""
        (item,) = self.items([number])
        return item

    def by_key(self, key: str) -> Item | None:
        """The finding with this lasting id."""
        return self.by_keys([key]).get(key)

    def by_keys(self, keys: Iterable[str]) -> dict[str, Item]:
        """Those of the findings with these lasting ids that there are."""
        rows = many(self._tables, "SELECT id FROM findings WHERE key IN ({})", list(filter(is_whole, keys)))
        return {item.key: item for item in self.items(row["id"] for row in rows)}

    def same(self, item: Item) -> tuple[Item, ...]:
        """All findings that ask for the same, this one among them, and those that are only quoted."""
        return tuple(self.items(self._ids("SELECT id FROM findings WHERE fold = ? ORDER BY id", item.fold)))

    def given(self, item: Item) -> tuple[Item, ...]:
        """All that were given the same: those of `same` that are no quotation; this one in any case."""
        return tuple(one for one in self.same(item) if one.id == item.id or not one.quoted)

    def beside(self, item: Item) -> tuple[Item, ...]:
        """All findings of the same record, this one among them: it is one thing, unless it tracks several."""
        if item.several:
            return (item,)
        own = "SELECT f.id FROM findings f JOIN documents d ON d.id = f.document WHERE d.key = ? ORDER BY f.id"
        return tuple(self.items(self._ids(own, item.document.id)))

    def comment(self, event: int) -> tuple[Item, Entry]:
        """A comment by its id, with the finding that it is about: of all of a document, one that it asks for."""
        (number, *_) = self._ids(
            "SELECT f.id FROM events e JOIN findings f ON f.document = e.document JOIN standings t ON t.finding = f.id"
            " WHERE e.id = ? AND (e.finding IS NULL OR e.finding = f.id) ORDER BY t.main DESC, f.id DESC LIMIT 1",
            event,
        )
        item = self.by_id(number)
        return item, next(entry for entry in item.entries if entry.id == event)

    def of_force(self, slug: str) -> Iterator[Item]:
        """All findings of documents about a force, in their order."""
        about = (
            "SELECT DISTINCT f.id FROM document_forces a JOIN findings f ON f.document = a.document"
            " WHERE a.force = ? ORDER BY f.id"
        )
        return self.items(self._ids(about, slug))

    def outlines(self, ids: Iterable[int]) -> Iterator[Outline]:
        """The findings with these ids, which ascend, in short."""
        for batch in _batches(ids):
            yield from self._outlined(f"WHERE f.id IN ({_marks(batch)}) ORDER BY f.id", *batch)

    def owned(self, owners: Iterable[str]) -> list[Outline]:
        """The findings for which one of these answers in the end, in short."""
        own = "JOIN standings t ON t.finding = f.id WHERE t.owner = ? ORDER BY f.id"
        return sorted((one for owner in owners for one in self._outlined(own, owner)), key=lambda one: one.id)

    def numbered(self, named: Callable[[str, str], bool]) -> list[Outline]:
        """The findings whose kind and printed number are `named`, in short."""
        pairs = self._tables.execute("SELECT DISTINCT number, kind FROM findings WHERE number != ''").fetchall()
        wanted = [(row["number"], row["kind"]) for row in pairs if named(row["kind"], row["number"])]
        found = (one for pair in wanted for one in self._outlined("WHERE f.number = ? AND f.kind = ?", *pair))
        return sorted(found, key=lambda one: one.id)

    def years(self) -> dict[str, int]:
        """How many findings documents of each year make, "" for those without a date; see `Item.listed`."""
        rows = self._tables.execute("SELECT year, count(*) AS n FROM standings WHERE year IS NOT NULL GROUP BY year")
        return {row["year"]: row["n"] for row in rows}

    def _outlined(self, where: str, *values: object) -> Iterator[Outline]:
        for row in self._tables.execute(f"{_OUTLINES} {where}", values):
            forces = tuple(json.loads(row["forces"]))
            yield Outline(row["id"], row["kind"], bool(row["quoted"]), row["title"], row["date"], forces)

    def _ids(self, statement: str, *values: object) -> list[int]:
        return [row["id"] for row in self._tables.execute(statement, values)]

    def _stated(self, what: str) -> tuple[str, ...]:
        rows = self._tables.execute("SELECT value FROM stated WHERE what = ? ORDER BY value", (what,))
        return tuple(row["value"] for row in rows)

    def _keep(self, ids: Sequence[int], found: dict[int, Item]) -> None:
        with self._keeping:
            for number in ids:
                self._kept[number] = found[number]
                self._kept.move_to_end(number)
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)


def _batches(ids: Iterable[int]) -> Iterator[list[int]]:
    rest = iter(ids)
    while batch := list(islice(rest, _BATCH)):
        yield batch


def _marks(values: Sequence[object]) -> str:
    return ",".join("?" * len(values))


def _read(tables: sqlite3.Connection, ids: Sequence[int]) -> Iterator[Item]:
    """The findings with these ids; of one that is not there, nothing."""
    if not ids:
        return
    rows = tables.execute(_FINDINGS.format(_marks(ids)), ids).fetchall()
    numbers = sorted({row["document"] for row in rows})
    documents = {row["id"]: row for row in tables.execute(_DOCUMENTS.format(_marks(numbers)), numbers)}
    events = _events(tables, numbers, ids)
    for row in rows:
        about = [event for event in events.get(row["document"], ()) if event.finding in (None, row["id"])]
        yield _item(row, documents[row["document"]], about)


@dataclass(frozen=True, slots=True)
class _Event:
    """An event with the finding that it is about, None for all of its document, and whom it names as the owner."""

    finding: int | None
    entry: Entry
    owner: str | None


def _events(tables: sqlite3.Connection, documents: Sequence[int], findings: Sequence[int]) -> dict[int, list[_Event]]:
    """The events of documents that are about these findings, by document."""
    statement = _EVENTS.format(_marks(documents), _marks(findings))
    rows = tables.execute(statement, (*documents, *findings)).fetchall()
    keys: dict[int, list[str]] = {}
    if rows:
        for row in tables.execute(_PASSAGES.format(_marks(documents)), documents):
            keys.setdefault(row["event"], []).append(row["key"])
    found: dict[int, list[_Event]] = {}
    for row in rows:
        event = _Event(row["finding"], _entry(row, tuple(keys.get(row["id"], ()))), row["owner"])
        found.setdefault(row["document"], []).append(event)
    return found


def _item(row: sqlite3.Row, document: sqlite3.Row, events: Sequence[_Event]) -> Item:
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
        entries=tuple(event.entry for event in events),
        status=Printed(row["status"], row["status_date"]) if row["status"] else None,
        printed=printed_status(row),
        heard=last_day(document["heard"]) if document["heard"] else None,
        clock=datetime.date.fromisoformat(row["clock"]) if row["clock"] else None,
        main=bool(row["main"]),
        several=bool(row["several"]),
        owners=tuple((event.entry.date, event.owner) for event in events if event.owner),
    )


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
