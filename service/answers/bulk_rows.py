"""Whole tables of the index, row by row in the order of their ids, made as they are asked for."""

import json
import sqlite3
from collections.abc import Callable, Iterator

from service.contract.bulk_files import columns_of
from service.contract.bulk_shapes import (
    TABLES,
    EventExport,
    ExportAnswer,
    FindingExport,
    PassageExport,
    Table,
    TagExport,
)
from service.contract.responses import Passage
from service.contract.shapes import Shape
from service.contract.signature import this_moment
from service.memory.passage_rows import FORCES, PASSAGES, passage_of, with_folds
from service.memory.snapshot import Snapshot

_BATCH = 500  # rows that are held at a time
_FINDINGS = f"""
SELECT f.id AS number_here, f.*, d.key AS document_key, d.title, d.kind AS document_kind, d.date, d.heard, d.force,
       d.fictional, d.source, d.url, d.register_number, s.path, o.key AS fold_key,
       (SELECT json_group_array(key) FROM (SELECT key FROM passages WHERE finding = f.id ORDER BY id)) AS own, {FORCES}
FROM findings f JOIN documents d ON d.id = f.document JOIN sections s ON s.id = f.section
     JOIN findings o ON o.id = f.fold
WHERE f.id > ? ORDER BY f.id LIMIT ?
"""  # noqa: S608 - constants alone
_EVENTS = """
SELECT e.id AS number_here, e.*, d.key AS document_key, d.force, f.key AS finding_key
FROM events e JOIN documents d ON d.id = e.document LEFT JOIN findings f ON f.id = e.finding
WHERE e.id > ? ORDER BY e.id LIMIT ?
"""
_KEYS = "SELECT id, key FROM passages WHERE id > ? ORDER BY id LIMIT ?"
_PASSAGES = f"{PASSAGES} WHERE p.id > ? ORDER BY p.id LIMIT ?"


def bulk_rows(seen: Snapshot, name: Table) -> Iterator[Shape]:
    """Every row of a table as it is shown; what is held does not grow with the table."""
    made: dict[Table, Callable[[Snapshot], Iterator[Shape]]] = {
        "passages": _passages,
        "findings": _findings,
        "events": _events,
        "tags": _tags,
    }
    return (seen.shown(row) for row in made[name](seen))


def export_answer(seen: Snapshot) -> ExportAnswer:
    """What a bulk export is of now."""
    held = seen.held
    counts = held.generation.manifest.counts
    rows = {name: counts[name] for name in TABLES if name != "tags"}
    return ExportAnswer(
        generation=held.generation.id,
        created=held.generation.manifest.created,
        exported=this_moment(),
        masked=seen.masks,
        rows={**rows, "tags": held.columns.facets["theme"].total()},
        columns={name: columns_of(name) for name in TABLES},
    )


def _batches(tables: sqlite3.Connection, statement: str, column: str) -> Iterator[list[sqlite3.Row]]:
    """The rows of a statement that asks for what comes behind an id, some at a time."""
    last = -1
    while rows := tables.execute(statement, (last, _BATCH)).fetchall():
        yield rows
        last = rows[-1][column]


def _passages(seen: Snapshot) -> Iterator[PassageExport]:
    tables = seen.held.generation.tables
    for batch in _batches(tables, _PASSAGES, "id"):
        for row in with_folds(tables, batch):
            yield _passage(passage_of(row, seen.held.tags), row.row["date"])


def _passage(one: Passage, published: str | None) -> PassageExport:
    document, offsets = one.document, one.offsets
    return PassageExport(
        passage_id=one.passage_id,
        document_id=document.id,
        finding_id=one.finding.id if one.finding else None,
        fold_id=one.fold.id if one.fold else one.passage_id,
        kind=one.kind,
        text=one.text,
        lead=one.parent.text if one.parent else None,
        section=one.section,
        page=one.page,
        start=offsets[0] if offsets else None,
        end=offsets[1] if offsets else None,
        date=one.date,
        grade=one.grade,
        themes=[tag.theme for tag in one.themes if tag.origin != "inherited"],
        themes_taken_over=[tag.theme for tag in one.themes if tag.origin == "inherited"],
        document=document.title,
        document_kind=document.kind,
        document_date=published,
        force=document.force,
        forces=document.forces,
        fictional=document.fictional,
        citation=one.citation,
        source=document.source,
        url=document.url,
    )


def _findings(seen: Snapshot) -> Iterator[FindingExport]:
    for batch in _batches(seen.held.generation.tables, _FINDINGS, "number_here"):
        yield from (_finding(row) for row in batch)


def _finding(row: sqlite3.Row) -> FindingExport:
    same = ("kind", "number", "text", "owner", "status", "status_date", "status_word", "status_by", "deadline")
    more = ("deadline_text", "target", "closure_signal", "register_number", "document_kind", "heard", "force")
    return FindingExport(
        **{name: row[name] for name in (*same, *more, "source", "url")},
        finding_id=row["key"],
        document_id=row["document_key"],
        fold_id=row["fold_key"],
        passage_ids=json.loads(row["own"]),
        section=json.loads(row["path"]),
        addressees=json.loads(row["addressees"]),
        quoted=bool(row["quoted"]),
        document=row["title"],
        published=row["date"],
        forces=json.loads(row["forces"]),
        fictional=bool(row["fictional"]),
    )


def _events(seen: Snapshot) -> Iterator[EventExport]:
    for batch in _batches(seen.held.generation.tables, _EVENTS, "number_here"):
        yield from (_event(row) for row in batch)


def _event(row: sqlite3.Row) -> EventExport:
    told = row["says_start"] is not None
    return EventExport(
        event=row["number_here"],
        document_id=row["document_key"],
        finding_id=row["finding_key"],
        date=row["date"],
        kind=row["kind"],
        status=row["status"],
        text=row["text"],
        says=row["says"],
        says_sentence=row["text"][row["says_start"] : row["says_end"]] if told else None,
        echo_of=row["echo"],
        force=row["force"],
    )


def _tags(seen: Snapshot) -> Iterator[TagExport]:
    tags = seen.held.tags
    for batch in _batches(seen.held.generation.tables, _KEYS, "id"):
        found = tags.between(batch[0]["id"], batch[-1]["id"])
        for row in batch:
            for tag in found.get(row["id"], ()):
                yield TagExport(passage_id=row["key"], theme=tag.theme, origin=tag.origin, probability=tag.probability)
