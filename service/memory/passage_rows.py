"""Rows of a generation made into the passages of the JSON contract, with their folds, findings and places."""

import json
import sqlite3
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from corpus.acronyms import Meaning
from corpus.model import FINDABLE
from service.contract.labels import citation, label
from service.contract.responses import (
    Fold,
    FoldMember,
    HitDocument,
    HitFinding,
    MemberDocument,
    Parent,
    Passage,
    PrintedStatus,
)
from service.memory.theme_tags import Tags

# The forces that the document `d` is about, as a JSON list.
FORCES = """
(SELECT json_group_array(force) FROM (SELECT force FROM document_forces WHERE document = d.id ORDER BY rowid)) AS forces
"""
# What `document_of` reads, of the document `d`.
DOCUMENT = f"d.id, d.key, d.title, d.kind, d.force, d.date, d.source, d.url, d.fictional, d.register_number, {FORCES}"
PASSAGES = f"""
SELECT p.id, p.key AS passage, p.text, p.kind AS passage_kind, p.date AS passage_date, p.grade, p.page, p.fold, p.start,
       p."end", s.id AS section_id, s.path AS section, w.meanings,
       d.key, d.title, d.kind, d.force, d.date, d.source, d.url, d.fictional, d.register_number,
       e.date AS event_date, f.key AS finding, f.kind AS finding_kind, f.number, f.status, f.status_date, f.deadline,
       f.closure_signal, f.status_word, f.status_by, f.target, f.quoted, f.owner, i.key AS intro, i.text AS intro_text,
       {FORCES}
FROM passages p JOIN documents d ON d.id = p.document JOIN sections s ON s.id = p.section
     JOIN wording w ON w.passage = p.id
     LEFT JOIN findings f ON f.id = p.finding LEFT JOIN events e ON e.id = p.event
     LEFT JOIN passages i ON i.id = p.parent
"""  # noqa: S608 - constants alone
_MEMBERS = f"""
SELECT p.fold, p.key AS passage, f.key AS finding, d.force, d.key, d.title, d.source, d.register_number,
       f.status, f.status_date, {FORCES}
FROM passages p JOIN documents d ON d.id = p.document LEFT JOIN findings f ON f.id = p.finding
"""  # noqa: S608 - constants alone
# SQLite takes a bounded number of parameters in one statement.
_BATCH = 500


@dataclass(frozen=True, slots=True)
class PassageRow:
    """A row of PASSAGES with the fold that it is in, where others say the same."""

    row: sqlite3.Row
    fold: Fold | None

    @property
    def text(self) -> str:
        """The text of the passage."""
        return str(self.row["text"])

    @property
    def meanings(self) -> list[Meaning]:
        """What the short forms in it stand for there."""
        return [(short, means) for short, means in json.loads(self.row["meanings"])]


def rows_by_id(connection: sqlite3.Connection, ids: Sequence[int]) -> list[PassageRow]:
    """The passages with these ids, in the order given, each with the members of its fold."""
    rows = {row["id"]: row for row in many(connection, PASSAGES + "WHERE p.id IN ({})", ids)}
    return with_folds(connection, [rows[i] for i in ids])


def with_folds(connection: sqlite3.Connection, rows: Sequence[sqlite3.Row]) -> list[PassageRow]:
    """Rows of PASSAGES, each with its fold."""
    folds = _folds(connection, {row["fold"] for row in rows})
    return [PassageRow(row, folds.get(row["fold"])) for row in rows]


def row_by_key(connection: sqlite3.Connection, key: str) -> PassageRow | None:
    """One passage, or None where the generation does not have it."""
    number = number_by_key(connection, key)
    return None if number is None else rows_by_id(connection, [number])[0]


def rows_by_key(connection: sqlite3.Connection, keys: Sequence[str]) -> dict[str, PassageRow]:
    """Those of these passages that the generation has, by their keys, without their folds."""
    rows = many(connection, PASSAGES + "WHERE p.key IN ({})", list(filter(is_whole, keys)))
    return {row["passage"]: PassageRow(row, None) for row in rows}


def passage_of(row: PassageRow, tags: Tags) -> Passage:
    """A passage as the contract has it, with its themes as `tags` has them."""
    return Passage(**fields_of(row, tags))


def fields_of(one: PassageRow, tags: Tags) -> dict[str, Any]:
    """The fields of Passage."""
    row, section = one.row, json.loads(one.row["section"])
    comment_date = row["event_date"] if row["passage_kind"] == "comment" else None
    return {
        "passage_id": row["passage"],
        "text": row["text"],
        "kind": row["passage_kind"],
        "date": row["passage_date"],
        "grade": row["grade"],
        "document": document_of(row),
        "section": section,
        "page": row["page"],
        "offsets": None if row["start"] is None else [row["start"], row["end"]],
        "parent": None if row["intro"] is None else Parent(passage_id=row["intro"], text=row["intro_text"]),
        "citation": citation(row["title"], row["date"], _numbers(row), section, row["page"], comment_date),
        "finding": _finding(row),
        "themes": list(tags.at(row["id"])),
        "fold": one.fold,
    }


def documents_by_number(connection: sqlite3.Connection, numbers: Sequence[str]) -> list[HitDocument]:
    """The documents with these numbers of the register, in the order of their ids."""
    statement = f"SELECT {DOCUMENT} FROM documents d WHERE d.register_number IN ({{}}) ORDER BY d.id"  # noqa: S608
    return [document_of(row) for row in many(connection, statement, numbers)]


def texts_by_id(connection: sqlite3.Connection, ids: Sequence[int]) -> dict[int, str]:
    """The text of each of these passages."""
    return {row["id"]: row["text"] for row in many(connection, "SELECT id, text FROM passages WHERE id IN ({})", ids)}


@dataclass(frozen=True, slots=True)
class Statement:
    """A passage that states a finding: the numbers of both, and its text."""

    passage: int
    finding: int
    text: str


def statements(connection: sqlite3.Connection, findings: Sequence[int], kinds: Collection[str]) -> list[Statement]:
    """The passages that state these findings, of these kinds of finding."""
    statement = f"SELECT id, finding, kind, text FROM passages WHERE finding IN ({{}}) AND kind IN {FINDABLE}"  # noqa: S608
    rows = many(connection, statement, findings)
    return [Statement(row["id"], row["finding"], row["text"]) for row in rows if row["kind"] in kinds]


def number_by_key(connection: sqlite3.Connection, key: str) -> int | None:
    """The number of a passage in this generation, or None."""
    if not is_whole(key):
        return None
    row = connection.execute("SELECT id FROM passages WHERE key = ?", (key,)).fetchone()
    return row["id"] if row else None


def is_whole(text: str) -> bool:
    """Whether a text has no half of a character, which SQLite would not take."""
    return not any("\ud800" <= character <= "\udfff" for character in text)


def document_of(row: sqlite3.Row) -> HitDocument:
    """A row with the columns of documents, and FORCES, as a hit names it."""
    return HitDocument(
        id=row["key"],
        title=row["title"],
        kind=row["kind"],
        force=row["force"],
        forces=json.loads(row["forces"]),
        date=row["date"],
        source=row["source"],
        url=row["url"],
        fictional=bool(row["fictional"]),
        register_number=row["register_number"],
    )


def printed_status(finding: sqlite3.Row) -> PrintedStatus:
    """How the status of a finding stands in its document."""
    return PrintedStatus(**printed_fields(finding))


def printed_fields(finding: sqlite3.Row) -> dict[str, Any]:
    """The fields of PrintedStatus."""
    return {
        "status_word": finding["status_word"],
        "status_by": finding["status_by"],
        "target": finding["target"],
        "quoted": bool(finding["quoted"]),
        "owner": finding["owner"],
    }


def _folds(connection: sqlite3.Connection, ids: Iterable[int]) -> dict[int, Fold]:
    """The folds of more than one passage among these, each with all its members in the order of their ids."""
    members: dict[int, list[FoldMember]] = {}
    for row in many(connection, _MEMBERS + "WHERE p.fold IN ({}) ORDER BY p.id", sorted(ids)):
        members.setdefault(row["fold"], []).append(
            FoldMember(
                passage_id=row["passage"],
                finding_id=row["finding"],
                force=row["force"],
                forces=json.loads(row["forces"]),
                document=MemberDocument(
                    id=row["key"], title=row["title"], source=row["source"], register_number=row["register_number"]
                ),
                status=row["status"],
                status_date=row["status_date"],
            )
        )
    return {fold: Fold(id=own[0].passage_id, members=own) for fold, own in members.items() if len(own) > 1}


def _numbers(row: sqlite3.Row) -> list[str]:
    register = [f"register number {row['register_number']}"] if row["register_number"] else []
    return [*register, *([f"{label(row['finding_kind']).lower()} {row['number']}"] if row["number"] else [])]


def _finding(row: sqlite3.Row) -> HitFinding | None:
    if row["finding"] is None:
        return None
    return HitFinding(
        id=row["finding"],
        kind=row["finding_kind"],
        number=row["number"],
        status=row["status"],
        status_date=row["status_date"],
        deadline=row["deadline"],
        closure_signal=row["closure_signal"],
        **printed_fields(row),
    )


def many(connection: sqlite3.Connection, statement: str, ids: Sequence[int] | Sequence[str]) -> list[Any]:
    """The rows of a statement with `IN ({})` for these ids, in as many statements as SQLite needs."""
    rows = []
    for start in range(0, len(ids), _BATCH):
        batch = ids[start : start + _BATCH]
        rows += connection.execute(statement.format(",".join("?" * len(batch))), batch).fetchall()
    return rows
