"""Rows of a generation made into the records of the JSON contract: passages, documents, findings."""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

from corpus.acronyms import Meaning
from service.answers import (
    DocumentAnswer,
    EventRecord,
    FindingRecord,
    Fold,
    FoldMember,
    FoundFinding,
    GlossaryRecord,
    GradeRecord,
    HitDocument,
    HitFinding,
    Passage,
    SectionRecord,
)
from service.show import citation, fictional, label

_PASSAGES = """
SELECT p.id, p.key, p.text, p.kind, p.date, p.grade, p.page, p.fold, p.start, p."end",
       s.id AS section_id, s.path AS section,
       d.key AS document, d.title, d.kind AS document_kind, d.force, d.date AS document_date, d.source, d.url, d.sha256,
       d.register_number, e.date AS event_date, f.key AS finding, f.kind AS finding_kind, f.number, f.status,
       f.status_date, f.deadline, f.closure_signal, i.key AS intro, i.text AS intro_text
FROM passages p JOIN documents d ON d.id = p.document JOIN sections s ON s.id = p.section
     LEFT JOIN findings f ON f.id = p.finding LEFT JOIN events e ON e.id = p.event
     LEFT JOIN passages i ON i.id = p.parent
"""
_FINDINGS = """
SELECT f.id, f.key, f.kind, f.number, f.text, s.path AS section, f.deadline, f.deadline_text, f.addressees,
       f.status, f.status_date, f.closure_signal, f.document
FROM findings f JOIN sections s ON s.id = f.section
"""
# SQLite takes a bounded number of parameters in one statement.
_BATCH = 500


def passages_by_id(connection: sqlite3.Connection, ids: Sequence[int]) -> list[Passage]:
    """The passages with these ids, in the order given, each with the members of its fold."""
    rows = {row["id"]: row for row in _many(connection, _PASSAGES + "WHERE p.id IN ({})", ids)}
    folds = folds_by_id(connection, {row["fold"] for row in rows.values()})
    return [_passage(rows[i], folds.get(rows[i]["fold"])) for i in ids]


def meanings_by_id(connection: sqlite3.Connection, ids: Sequence[int]) -> dict[int, list[Meaning]]:
    """What the short forms in each of these passages stand for there."""
    rows = _many(connection, "SELECT passage, meanings FROM wording WHERE passage IN ({})", ids)
    return {row["passage"]: [(short, means) for short, means in json.loads(row["meanings"])] for row in rows}


def meanings_by_key(connection: sqlite3.Connection, key: str) -> list[Meaning]:
    """What the short forms in one passage stand for; nothing where the generation does not have it."""
    row = connection.execute("SELECT id FROM passages WHERE key = ?", (key,)).fetchone()
    return meanings_by_id(connection, [row["id"]])[row["id"]] if row else []


def documents_by_id(connection: sqlite3.Connection, ids: Sequence[int]) -> list[HitDocument]:
    """The documents with these ids in this generation, each once, in the order of their ids."""
    return [place(row) for row in _many(connection, "SELECT * FROM documents WHERE id IN ({}) ORDER BY id", ids)]


def texts_by_id(connection: sqlite3.Connection, ids: Sequence[int]) -> dict[int, str]:
    """The text of each of these passages."""
    return {row["id"]: row["text"] for row in _many(connection, "SELECT id, text FROM passages WHERE id IN ({})", ids)}


def number_by_key(connection: sqlite3.Connection, key: str) -> int | None:
    """The number of a passage in this generation, or None."""
    if any("\ud800" <= character <= "\udfff" for character in key):  # half a character: SQLite would not take it
        return None
    row = connection.execute("SELECT id FROM passages WHERE key = ?", (key,)).fetchone()
    return row["id"] if row else None


def reports_of(connection: sqlite3.Connection, force: str) -> list[tuple[HitDocument, list[GradeRecord]]]:
    """The documents about a force that are no records of the register, with their grades, the latest first."""
    rows = connection.execute(
        "SELECT * FROM documents WHERE force = ? AND kind != 'register_record' ORDER BY date DESC, id", (force,)
    )
    return [(place(row), _grades(connection, row["id"])) for row in rows.fetchall()]


def asking_passages(connection: sqlite3.Connection, findings: Sequence[int]) -> dict[int, list[int]]:
    """The passages of each of these findings that are no comment on it."""
    statement = "SELECT id, finding FROM passages WHERE kind != 'comment' AND finding IN ({}) ORDER BY id"
    found: dict[int, list[int]] = {}
    for row in _many(connection, statement, findings):
        found.setdefault(row["finding"], []).append(row["id"])
    return found


def passage_by_key(connection: sqlite3.Connection, key: str) -> Passage | None:
    """One passage, or None where the generation does not have it."""
    row = connection.execute("SELECT id FROM passages WHERE key = ?", (key,)).fetchone()
    return passages_by_id(connection, [row["id"]])[0] if row else None


def folds_by_id(connection: sqlite3.Connection, ids: Iterable[int]) -> dict[int, Fold]:
    """The folds of more than one passage among these, each with all its members in the order of their ids."""
    rows = _many(connection, _PASSAGES + "WHERE p.fold IN ({}) ORDER BY p.id", sorted(ids))
    members: dict[int, list[FoldMember]] = {}
    names: dict[int, str] = {}
    for row in rows:
        names.setdefault(row["fold"], row["key"])
        members.setdefault(row["fold"], []).append(
            {
                "passage_id": row["key"],
                "force": row["force"],
                "document": {"id": row["document"], "title": row["title"], "source": row["source"]},
                "status": row["status"],
                "status_date": row["status_date"],
            }
        )
    return {fold: {"id": names[fold], "members": list_} for fold, list_ in members.items() if len(list_) > 1}


def document_by_key(connection: sqlite3.Connection, key: str) -> DocumentAnswer | None:
    """One document with everything that is known of it, or None."""
    row = connection.execute("SELECT * FROM documents WHERE key = ?", (key,)).fetchone()
    if row is None:
        return None
    glossary = connection.execute("SELECT term, meaning FROM glossary WHERE document = ? ORDER BY start", (row["id"],))
    entries: list[GlossaryRecord] = [{"term": r["term"], "meaning": r["meaning"]} for r in glossary]
    return {
        "id": row["key"],
        "title": row["title"],
        "kind": row["kind"],
        "force": row["force"],
        "date": row["date"],
        "register_number": row["register_number"],
        "url": row["url"],
        "source": row["source"],
        "fictional": fictional(row["force"], row["sha256"]),
        "other_sources": json.loads(row["other_sources"]),
        "notes": json.loads(row["notes"]),
        "grades": _grades(connection, row["id"]),
        "events": _events(connection, row["id"]),
        "findings": findings_of(connection, row["id"]),
        "glossary": entries,
        "sections": _sections(connection, row["id"]),
    }


def finding_by_key(connection: sqlite3.Connection, key: str) -> FoundFinding | None:
    """One finding with its document, the ids of its passages and, in a register record, the events."""
    row = connection.execute(_FINDINGS + "WHERE f.key = ?", (key,)).fetchone()
    if row is None:
        return None
    document = connection.execute("SELECT * FROM documents WHERE id = ?", (row["document"],)).fetchone()
    keys = connection.execute("SELECT key FROM passages WHERE finding = ? ORDER BY id", (row["id"],))
    return {
        **_finding(row),
        "document": place(document),
        "passages": [r["key"] for r in keys],
        "events": _events(connection, row["document"]),
    }


def place(document: sqlite3.Row) -> HitDocument:
    """A row of documents as a hit names it."""
    return {
        "id": document["key"],
        "title": document["title"],
        "kind": document["kind"],
        "force": document["force"],
        "date": document["date"],
        "source": document["source"],
        "url": document["url"],
        "fictional": fictional(document["force"], document["sha256"]),
    }


def findings_of(connection: sqlite3.Connection, document: int) -> list[FindingRecord]:
    """The findings of one document (its id in this generation), in the order of the text."""
    return [_finding(r) for r in connection.execute(_FINDINGS + "WHERE f.document = ? ORDER BY f.id", (document,))]


def _passage(row: sqlite3.Row, fold: Fold | None) -> Passage:
    section = json.loads(row["section"])
    return {
        "passage_id": row["key"],
        "text": row["text"],
        "kind": row["kind"],
        "date": row["date"],
        "grade": row["grade"],
        "document": {
            "id": row["document"],
            "title": row["title"],
            "kind": row["document_kind"],
            "force": row["force"],
            "date": row["document_date"],
            "source": row["source"],
            "url": row["url"],
            "fictional": fictional(row["force"], row["sha256"]),
        },
        "section": section,
        "page": row["page"],
        "offsets": None if row["start"] is None else [row["start"], row["end"]],
        "parent": None if row["intro"] is None else {"passage_id": row["intro"], "text": row["intro_text"]},
        "citation": citation(
            row["title"],
            row["document_date"],
            _numbers(row),
            section,
            row["page"],
            row["event_date"] if row["kind"] == "comment" else None,
        ),
        "finding": _hit_finding(row),
        "themes": [],
        "fold": fold,
    }


def _numbers(row: sqlite3.Row) -> list[str]:
    register = [f"register number {row['register_number']}"] if row["register_number"] else []
    return [*register, *([f"{label(row['finding_kind']).lower()} {row['number']}"] if row["number"] else [])]


def _hit_finding(row: sqlite3.Row) -> HitFinding | None:
    if row["finding"] is None:
        return None
    return {
        "id": row["finding"],
        "kind": row["finding_kind"],
        "number": row["number"],
        "status": row["status"],
        "status_date": row["status_date"],
        "deadline": row["deadline"],
        "closure_signal": row["closure_signal"],
    }


def _finding(row: sqlite3.Row) -> FindingRecord:
    return {
        "id": row["key"],
        "kind": row["kind"],
        "number": row["number"],
        "text": row["text"],
        "section": json.loads(row["section"]),
        "deadline": row["deadline"],
        "deadline_text": row["deadline_text"],
        "addressees": json.loads(row["addressees"]),
        "status": row["status"],
        "status_date": row["status_date"],
        "closure_signal": row["closure_signal"],
    }


def _grades(connection: sqlite3.Connection, document: int) -> list[GradeRecord]:
    rows = connection.execute(
        "SELECT g.*, s.path FROM grades g LEFT JOIN sections s ON s.id = g.section WHERE g.document = ? ORDER BY g.id",
        (document,),
    )
    return [
        {
            "area": r["area"],
            "grade": r["grade"],
            "section": json.loads(r["path"]) if r["path"] else None,
            "distribution": json.loads(r["distribution"]) if r["distribution"] else None,
        }
        for r in rows
    ]


def _events(connection: sqlite3.Connection, document: int) -> list[EventRecord]:
    keys: dict[int, list[str]] = {}
    for row in connection.execute(
        "SELECT key, event FROM passages WHERE document = ? AND event IS NOT NULL ORDER BY id", (document,)
    ):
        keys.setdefault(row["event"], []).append(row["key"])
    rows = connection.execute("SELECT * FROM events WHERE document = ? ORDER BY id", (document,))
    return [
        {
            "date": row["date"],
            "kind": row["kind"],
            "status": row["status"],
            "text": row["text"],
            "passages": keys.get(row["id"], []),
        }
        for row in rows
    ]


def _sections(connection: sqlite3.Connection, document: int) -> list[SectionRecord]:
    rows = connection.execute(_PASSAGES + "WHERE p.document = ? ORDER BY p.id", (document,)).fetchall()
    folds = folds_by_id(connection, {row["fold"] for row in rows})
    sections: list[SectionRecord] = []
    previous = None
    for row in rows:
        if row["section_id"] != previous:
            sections.append({"path": json.loads(row["section"]), "passages": []})
            previous = row["section_id"]
        sections[-1]["passages"].append(_passage(row, folds.get(row["fold"])))
    return sections


def _many(connection: sqlite3.Connection, statement: str, ids: Sequence[int]) -> list[Any]:
    rows = []
    for start in range(0, len(ids), _BATCH):
        batch = ids[start : start + _BATCH]
        rows += connection.execute(statement.format(",".join("?" * len(batch))), batch).fetchall()
    return rows
