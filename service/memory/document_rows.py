"""Rows of a generation made into the documents of the JSON contract, with all that is known, and their findings."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from service.contract.document_responses import (
    DocumentAnswer,
    EventRecord,
    EvidenceRecord,
    FindingRecord,
    FoundFinding,
    GlossaryRecord,
    GradeRecord,
    SectionRecord,
)
from service.contract.responses import HitDocument
from service.contract.values import UNKNOWN
from service.memory.passage_rows import DOCUMENT, PASSAGES, document_of, passage_of, printed_fields, with_folds
from service.memory.theme_tags import Tags

Chosen = Mapping[str, Sequence[str]]
"""The values chosen of each facet of documents; of one without any, all."""

_FINDINGS = """
SELECT f.id, f.key, f.kind, f.number, f.text, s.path AS section, f.deadline, f.deadline_text, f.addressees,
       f.status, f.status_date, f.closure_signal, f.status_word, f.status_by, f.target, f.quoted, f.owner, f.document
FROM findings f JOIN sections s ON s.id = f.section
"""
_DOCUMENTS = f"SELECT {DOCUMENT} FROM documents d "  # noqa: S608 - constants alone
_WHOLE = f"SELECT {DOCUMENT}, d.other_sources, d.notes, d.left_out, d.evidence, d.heard FROM documents d "  # noqa: S608
# What a document is counted by: the value of each facet, of the document `d` with the force `a`.
_VALUES = {
    "document_kind": "d.kind",
    "force": f"coalesce(a.force, '{UNKNOWN}')",
    "year": f"coalesce(substr(nullif(d.date, ''), 1, 4), '{UNKNOWN}')",
}
_ABOUT = "LEFT JOIN document_forces a ON a.document = d.id"


def document_by_key(connection: sqlite3.Connection, key: str, tags: Tags) -> DocumentAnswer | None:
    """One document with everything that is known of it, its passages with their themes, or None."""
    row = connection.execute(_WHOLE + "WHERE d.key = ?", (key,)).fetchone()
    if row is None:
        return None
    glossary = connection.execute("SELECT term, meaning FROM glossary WHERE document = ? ORDER BY start", (row["id"],))
    findings = connection.execute(_FINDINGS + "WHERE f.document = ? ORDER BY f.id", (row["id"],))
    return DocumentAnswer(
        **dict(document_of(row)),
        other_sources=json.loads(row["other_sources"]),
        notes=json.loads(row["notes"]),
        left_out=json.loads(row["left_out"]),
        evidence=[EvidenceRecord(**one) for one in json.loads(row["evidence"])],
        heard=row["heard"],
        grades=_grades(connection, row["id"]),
        events=_events(connection, row["id"]),
        findings=[FindingRecord(**_finding_fields(r)) for r in findings],
        glossary=[GlossaryRecord(term=r["term"], meaning=r["meaning"]) for r in glossary],
        sections=_sections(connection, row["id"], tags),
    )


def document_number(connection: sqlite3.Connection, key: str) -> int | None:
    """The number of a document in this generation, or None."""
    row = connection.execute("SELECT id FROM documents WHERE key = ?", (key,)).fetchone()
    return row["id"] if row else None


def place_in_document(connection: sqlite3.Connection, passage: str) -> tuple[int, int]:
    """Which passage of its document one is, and of how many; (0, 0) for one that is not there."""
    row = connection.execute(
        "SELECT sum(o.id <= p.id), count(*) FROM passages p JOIN passages o ON o.document = p.document WHERE p.key = ?",
        (passage,),
    ).fetchone()
    return row[0] or 0, row[1]


def graded_sections(connection: sqlite3.Connection, key: str) -> list[tuple[list[str], str, str]]:
    """The sections of a document for which a grade is stated: path, grade, and the area that it is of."""
    rows = connection.execute(
        "SELECT s.path, g.grade, g.area FROM grades g JOIN sections s ON s.id = g.section"
        " JOIN documents d ON d.id = g.document WHERE d.key = ? ORDER BY g.id",
        (key,),
    )
    return [(json.loads(row["path"]), row["grade"], row["area"]) for row in rows]


def finding_by_key(connection: sqlite3.Connection, key: str) -> FoundFinding | None:
    """One finding with its document, the ids of its passages and the events that are about it."""
    row = connection.execute(_FINDINGS + "WHERE f.key = ?", (key,)).fetchone()
    if row is None:
        return None
    document = connection.execute(_DOCUMENTS + "WHERE d.id = ?", (row["document"],)).fetchone()
    keys = connection.execute("SELECT key FROM passages WHERE finding = ? ORDER BY id", (row["id"],))
    return FoundFinding(
        **_finding_fields(row),
        document=document_of(document),
        passages=[r["key"] for r in keys],
        events=[event for event in _events(connection, row["document"]) if event.finding in (None, key)],
    )


def reports_of(connection: sqlite3.Connection, force: str) -> list[tuple[HitDocument, list[GradeRecord]]]:
    """The documents about a force that are no records of the register, with their grades, the latest first."""
    about = "EXISTS (SELECT 1 FROM document_forces WHERE document = d.id AND force = ?)"
    rows = connection.execute(
        f"{_DOCUMENTS} WHERE {about} AND d.kind != 'register_record' ORDER BY d.date DESC, d.id", (force,)
    )
    return [(document_of(row), _grades(connection, row["id"])) for row in rows.fetchall()]


def documents_without_force(connection: sqlite3.Connection) -> list[HitDocument]:
    """The documents whose force is not known, in the order of their titles."""
    none = "WHERE NOT EXISTS (SELECT 1 FROM document_forces WHERE document = d.id)"
    return [document_of(row) for row in connection.execute(f"{_DOCUMENTS} {none} ORDER BY d.title, d.id").fetchall()]


def documents_listed(
    connection: sqlite3.Connection, chosen: Chosen, first: int, count: int, *, dated: bool = False
) -> list[HitDocument]:
    """Some of the documents that have a chosen value of each facet, the newest first and those without a date last."""
    where, values = _where(chosen)
    also = " AND d.date != ''" if dated else ""
    order = "ORDER BY d.date DESC, d.title, d.id LIMIT ? OFFSET ?"
    rows = connection.execute(f"{_DOCUMENTS} WHERE {where}{also} {order}", (*values, count, first))
    return [document_of(row) for row in rows.fetchall()]


def count_documents(connection: sqlite3.Connection, chosen: Chosen) -> int:
    """How many documents have a chosen value of each facet."""
    where, values = _where(chosen)
    return int(connection.execute(f"SELECT count(*) FROM documents d WHERE {where}", values).fetchone()[0])  # noqa: S608


def count_by_facet(connection: sqlite3.Connection, facet: str, chosen: Chosen) -> dict[str, int]:
    """The number of documents with each value of a facet, of those that have a chosen value of each other one."""
    where, values = _where({name: own for name, own in chosen.items() if name != facet})
    about = _ABOUT if facet == "force" else ""
    rows = connection.execute(
        f"SELECT {_VALUES[facet]} AS value, count(*) AS n FROM documents d {about} WHERE {where} GROUP BY value",  # noqa: S608
        values,
    )
    return {row["value"]: row["n"] for row in rows}


def _where(chosen: Chosen) -> tuple[str, list[str]]:
    """The condition that a document has one of the values chosen of each facet, and its parameters."""
    parts, values = ["1"], list[str]()
    for name, own in chosen.items():
        if not own:
            continue
        marks = ",".join("?" * len(own))
        if name == "force":
            about = f"SELECT 1 FROM (SELECT 1) {_ABOUT} WHERE {_VALUES['force']} IN ({marks})"  # noqa: S608
            parts.append(f"EXISTS ({about})")
        else:
            parts.append(f"{_VALUES[name]} IN ({marks})")
        values += own
    return " AND ".join(parts), values


def count_by_force(connection: sqlite3.Connection) -> dict[str, int]:
    """The number of documents about each force."""
    rows = connection.execute("SELECT force, count(*) FROM document_forces GROUP BY force")
    return {row[0]: int(row[1]) for row in rows}


def _finding_fields(row: sqlite3.Row) -> dict[str, Any]:
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
        **printed_fields(row),
    }


def _grades(connection: sqlite3.Connection, document: int) -> list[GradeRecord]:
    rows = connection.execute(
        "SELECT g.*, s.path FROM grades g LEFT JOIN sections s ON s.id = g.section WHERE g.document = ? ORDER BY g.id",
        (document,),
    )
    return [
        GradeRecord(
            area=row["area"],
            grade=row["grade"],
            section=json.loads(row["path"]) if row["path"] else None,
            distribution=json.loads(row["distribution"]) if row["distribution"] else None,
            direction=row["direction"],
            before=row["before"],
        )
        for row in rows
    ]


def _events(connection: sqlite3.Connection, document: int) -> list[EventRecord]:
    keys: dict[int, list[str]] = {}
    for row in connection.execute(
        "SELECT key, event FROM passages WHERE document = ? AND event IS NOT NULL ORDER BY id", (document,)
    ):
        keys.setdefault(row["event"], []).append(row["key"])
    rows = connection.execute(
        "SELECT e.*, f.key AS about FROM events e LEFT JOIN findings f ON f.id = e.finding WHERE e.document = ?"
        " ORDER BY e.id",
        (document,),
    )
    return [
        EventRecord(
            finding=row["about"],
            date=row["date"],
            kind=row["kind"],
            status=row["status"],
            text=row["text"],
            passages=keys.get(row["id"], []),
        )
        for row in rows
    ]


def _sections(connection: sqlite3.Connection, document: int, tags: Tags) -> list[SectionRecord]:
    rows = connection.execute(PASSAGES + "WHERE p.document = ? ORDER BY p.id", (document,)).fetchall()
    sections: list[SectionRecord] = []
    previous = None
    for one in with_folds(connection, rows):
        if one.row["section_id"] != previous:
            sections.append(SectionRecord(path=json.loads(one.row["section"]), passages=[]))
            previous = one.row["section_id"]
        sections[-1].passages.append(passage_of(one, tags))
    return sections
