"""Rows of a generation made into the records of the JSON contract: passages, with their folds, findings and places."""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

from corpus.acronyms import Meaning
from service.contract.labels import citation, label
from service.contract.responses import Fold, FoldMember, HitDocument, HitFinding, Passage, PrintedStatus

# The forces that the document `d` is about, as a JSON list.
FORCES = """
(SELECT json_group_array(force) FROM (SELECT force FROM document_forces WHERE document = d.id ORDER BY rowid)) AS forces
"""
PASSAGES = f"""
SELECT p.id, p.key, p.text, p.kind, p.date, p.grade, p.page, p.fold, p.start, p."end",
       s.id AS section_id, s.path AS section,
       d.key AS document, d.title, d.kind AS document_kind, d.force, d.date AS document_date, d.source, d.url,
       d.fictional, d.register_number, e.date AS event_date, f.key AS finding, f.kind AS finding_kind, f.number,
       f.status, f.status_date, f.deadline, f.closure_signal, f.status_word, f.status_by, f.target, f.quoted,
       i.key AS intro, i.text AS intro_text, {FORCES}
FROM passages p JOIN documents d ON d.id = p.document JOIN sections s ON s.id = p.section
     LEFT JOIN findings f ON f.id = p.finding LEFT JOIN events e ON e.id = p.event
     LEFT JOIN passages i ON i.id = p.parent
"""  # noqa: S608 - constants alone
# SQLite takes a bounded number of parameters in one statement.
_BATCH = 500


def passages_by_id(connection: sqlite3.Connection, ids: Sequence[int]) -> list[Passage]:
    """The passages with these ids, in the order given, each with the members of its fold."""
    rows = {row["id"]: row for row in _many(connection, PASSAGES + "WHERE p.id IN ({})", ids)}
    folds = folds_by_id(connection, {row["fold"] for row in rows.values()})
    return [passage_of(rows[i], folds.get(rows[i]["fold"])) for i in ids]


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
    statement = f"SELECT d.*, {FORCES} FROM documents d WHERE d.id IN ({{}}) ORDER BY d.id"  # noqa: S608
    return [place(row) for row in _many(connection, statement, ids)]


def texts_by_id(connection: sqlite3.Connection, ids: Sequence[int]) -> dict[int, str]:
    """The text of each of these passages."""
    return {row["id"]: row["text"] for row in _many(connection, "SELECT id, text FROM passages WHERE id IN ({})", ids)}


def number_by_key(connection: sqlite3.Connection, key: str) -> int | None:
    """The number of a passage in this generation, or None."""
    if any("\ud800" <= character <= "\udfff" for character in key):  # half a character: SQLite would not take it
        return None
    row = connection.execute("SELECT id FROM passages WHERE key = ?", (key,)).fetchone()
    return row["id"] if row else None


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
    rows = _many(connection, PASSAGES + "WHERE p.fold IN ({}) ORDER BY p.id", sorted(ids))
    members: dict[int, list[FoldMember]] = {}
    names: dict[int, str] = {}
    for row in rows:
        names.setdefault(row["fold"], row["key"])
        members.setdefault(row["fold"], []).append(
            {
                "passage_id": row["key"],
                "finding_id": row["finding"],
                "force": row["force"],
                "forces": json.loads(row["forces"]),
                "document": {"id": row["document"], "title": row["title"], "source": row["source"]},
                "status": row["status"],
                "status_date": row["status_date"],
            }
        )
    return {fold: {"id": names[fold], "members": list_} for fold, list_ in members.items() if len(list_) > 1}


def place(document: sqlite3.Row) -> HitDocument:
    """A row of documents, with FORCES, as a hit names it."""
    forces = json.loads(document["forces"])
    return {
        "id": document["key"],
        "title": document["title"],
        "kind": document["kind"],
        "force": document["force"],
        "forces": forces,
        "date": document["date"],
        "source": document["source"],
        "url": document["url"],
        "fictional": bool(document["fictional"]),
    }


def passage_of(row: sqlite3.Row, fold: Fold | None) -> Passage:
    """A row of PASSAGES as the contract has it."""
    section, forces = json.loads(row["section"]), json.loads(row["forces"])
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
            "forces": forces,
            "date": row["document_date"],
            "source": row["source"],
            "url": row["url"],
            "fictional": bool(row["fictional"]),
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
        **printed_status(row),
    }


def printed_status(finding: sqlite3.Row) -> PrintedStatus:
    """How the status of a finding stands in its document."""
    return {
        "status_word": finding["status_word"],
        "status_by": finding["status_by"],
        "target": finding["target"],
        "quoted": bool(finding["quoted"]),
    }


def _many(connection: sqlite3.Connection, statement: str, ids: Sequence[int]) -> list[Any]:
    rows = []
    for start in range(0, len(ids), _BATCH):
        batch = ids[start : start + _BATCH]
        rows += connection.execute(statement.format(",".join("?" * len(batch))), batch).fetchall()
    return rows
