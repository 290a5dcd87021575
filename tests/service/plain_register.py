"""The register read plainly: every finding at once, filtered one by one. What is looked up has to say the same."""

import datetime
import json
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from corpus.dates import last_day
from corpus.owners import owner_said
from corpus.standing import Entry, Printed
from service.answers.register import Record, record_of
from service.answers.register_listing import holds
from service.contract.requests import LISTS, NOTHING, REGISTER_FACETS, RegisterListRequest
from service.contract.values import OPEN, UNKNOWN
from service.memory.finding_index import Item
from service.memory.passage_rows import FORCES, document_of, printed_status
from service.memory.snapshot import Snapshot

About = tuple[int | None, Entry]


def plain_items(tables: sqlite3.Connection, built: datetime.date) -> list[Item]:
    """All findings of a generation that was built on a day, in its order."""
    documents = {row["id"]: row for row in tables.execute(f"SELECT d.*, {FORCES} FROM documents d")}  # noqa: S608
    entries = _entries(tables)
    newest = newest_of(entries, built)
    rows: dict[int, list[sqlite3.Row]] = {}
    for row in tables.execute("SELECT f.*, s.path FROM findings f JOIN sections s ON s.id = f.section ORDER BY f.id"):
        rows.setdefault(row["document"], []).append(row)
    found = (
        item for number, own in rows.items() for item in _items(own, documents[number], entries.get(number, []), newest)
    )
    return sorted(found, key=lambda item: item.id)


def newest_of(entries: dict[int, list[About]], built: datetime.date) -> datetime.date | None:
    days = [day for own in entries.values() for _, entry in own if (day := last_day(entry.date)) <= built]
    return max(days, default=None)


def _items(
    rows: Sequence[sqlite3.Row], document: sqlite3.Row, entries: Sequence[About], newest: datetime.date | None
) -> Iterator[Item]:
    several = _several(rows, document, entries)
    main = _main(rows, entries, several)
    heard = last_day(document["heard"]) if document["heard"] else None
    for row in rows:
        own = tuple(entry for about, entry in entries if about in (None, row["id"]))
        yield _item(row, document, own, (heard, heard or newest), (row["id"] in main, several))


def _several(rows: Sequence[sqlite3.Row], document: sqlite3.Row, entries: Sequence[About]) -> bool:
    if any(about is not None for about, _ in entries):
        return True
    set_for_all = any(entry.kind == "status" for _, entry in entries)
    return not set_for_all and document["register_number"] is None and any(row["status"] for row in rows)


def _main(rows: Sequence[sqlite3.Row], entries: Sequence[About], several: bool) -> set[int]:
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
        **{name: row[name] for name in ("id", "key", "fold", "kind", "number", "text", "deadline", "deadline_text")},
        section=tuple(json.loads(row["path"])),
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


def _entries(tables: sqlite3.Connection) -> dict[int, list[About]]:
    keys: dict[int, list[str]] = {}
    for row in tables.execute("SELECT key, event FROM passages WHERE event IS NOT NULL ORDER BY id"):
        keys.setdefault(row["event"], []).append(row["key"])
    found: dict[int, list[About]] = {}
    for row in tables.execute("SELECT * FROM events ORDER BY id"):
        plain = {name: row[name] for name in ("id", "date", "kind", "status", "text", "says", "echo")}
        carried = None if row["says"] is None else (row["says_start"], row["says_end"])
        entry = Entry(**plain, carried_by=carried, passages=tuple(keys.get(row["id"], ())))
        found.setdefault(row["document"], []).append((row["finding"], entry))
    return found


def plain_records(seen: Snapshot, items: Sequence[Item], as_of: datetime.date | None) -> list[Record]:
    """Every record of the register that was known on a day, the latest published first."""
    known = sorted(
        sorted((item for item in items if item.tracked and item.main and item.known(as_of)), key=lambda item: item.key),
        key=lambda item: (item.document.date or "", item.register_number or ""),
        reverse=True,
    )
    return [record_of(item, seen.held, as_of) for item in known]


def values_of(record: Record, facet: str) -> list[str]:
    document, stood = record.item.document, record.stood
    if facet == "list":
        return [*stood.mismatches, *(["overdue"] if record.overdue else []), *([record.echo] if record.echo else [])]
    if facet == "force":
        return document.forces or [UNKNOWN]
    if facet == "theme":
        return [tag.theme for tag in record.themes] or [UNKNOWN]
    if facet == "status":
        return list(dict.fromkeys([*([] if stood.closed else [OPEN]), stood.status or UNKNOWN]))
    one = {
        "signal": stood.signal.says if stood.signal else NOTHING,
        "owner": record.item.owner_on(stood.as_of),
        "year": (document.date or "")[:4] or None,
    }
    return [one[facet] or UNKNOWN]


def chosen(records: Sequence[Record], request: RegisterListRequest, without: str | None = None) -> list[Record]:
    """The records that pass the filters, or all of them but that of the facet `without`."""
    wanted = [(name, set(own)) for name in REGISTER_FACETS if (own := request.chosen(name)) and name != without]
    return [
        one
        for one in records
        if holds(one.item, one.stood.as_of, request.words)
        and all(not values.isdisjoint(values_of(one, name)) for name, values in wanted)
    ]


def counted(records: Sequence[Record], request: RegisterListRequest, name: str) -> dict[str, int]:
    """How many records choosing each value of a facet gives."""
    counts = Counter(value for one in chosen(records, request, name) for value in values_of(one, name))
    return {**dict.fromkeys(request.chosen(name), 0), **counts}


def sorted_plainly(seen: Snapshot, records: Sequence[Record], sort: str) -> list[Record]:
    key = _KEYS[sort.removeprefix("-")]
    with_keys = [(key(seen, one), one) for one in records]
    having = [pair for pair in with_keys if pair[0] not in (None, "")]
    having.sort(key=lambda pair: pair[0], reverse=sort.startswith("-"))
    return [one for _, one in having] + [one for own, one in with_keys if own in (None, "")]


def _natural(text: str | None) -> list[tuple[int, int, str]] | None:
    """The words and the numbers of a text, by hand."""
    if not text or text == UNKNOWN:
        return None
    parts, digits = [""], False
    for letter in text.casefold().strip():
        if (letter in "0123456789") != digits:
            parts, digits = [*parts, ""], not digits
        parts[-1] += letter
    whole = [(part, part[0] in "0123456789") for part in parts if part]
    return [(0, len(part.lstrip("0")), part.lstrip("0")) if number else (1, 0, part) for part, number in whole]


def _attention(one: Record) -> list[int] | None:
    return sorted(LISTS.index(name) for name in values_of(one, "list")) or None


_KEYS: dict[str, Callable[[Snapshot, Record], Any]] = {
    "number": lambda seen, one: _natural(one.item.register_number or one.item.number),
    "force": lambda seen, one: [seen.force_label(slug).casefold() for slug in one.item.document.forces] or None,
    "published": lambda seen, one: one.item.document.date,
    "document": lambda seen, one: _natural(one.item.document.title),
    "asks": lambda seen, one: _natural(one.item.text),
    "status": lambda seen, one: seen.value_label("status", one.stood.status) if one.stood.status else None,
    "status_date": lambda seen, one: one.stood.status_date,
    "deadline": lambda seen, one: one.stood.deadline,
    "days_open": lambda seen, one: one.stood.days_open,
    "owner": lambda seen, one: _natural(one.item.owner_on(one.stood.as_of)),
    "signal": lambda seen, one: seen.value_label("signal", one.stood.signal.says) if one.stood.signal else None,
    "attention": lambda seen, one: _attention(one),
    "last_comment": lambda seen, one: one.said and one.said.date,
    "themes": lambda seen, one: [seen.value_label("theme", tag.theme).casefold() for tag in one.themes] or None,
    "heard": lambda seen, one: one.item.heard,
}
