"""Receipts as they are kept: written once, never changed. The id of one is the hash of all that it says."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from service.state.state_file import Row, StateFile


@dataclass(frozen=True, slots=True)
class KeptReceipt:
    """What was asked, of what it was asked, and what came; `sound` tells whether it is as it was written."""

    id: str
    at: str
    who: str
    why: str
    kind: str
    body: Mapping[str, Any]
    sound: bool = True


@dataclass(frozen=True, slots=True)
class NamedReceipt:
    """A receipt as a list names it, without what came."""

    id: str
    at: str
    who: str
    why: str
    kind: str
    asked: Mapping[str, Sequence[str]]
    total: int
    generation: str


class Receipts:
    """The receipts of a data folder. Safe to use from several threads and processes."""

    def __init__(self, data: Path) -> None:
        self._file = StateFile(data)

    def keep(self, kind: str, body: Mapping[str, Any], who: str, why: str, at: str) -> str:
        """Keep a receipt, on disk before this returns; its id."""
        text = json.dumps(body, ensure_ascii=False, sort_keys=True)
        number = _id(at, who, why, kind, text)
        with self._file.writing() as database:
            database.execute(
                "INSERT OR IGNORE INTO receipts (id, at, who, why, kind, body) VALUES (?, ?, ?, ?, ?, ?)",
                (number, at, who, why, kind, text),
            )
        return number

    def one(self, number: str) -> KeptReceipt | None:
        """One receipt, or None."""
        with self._file.told():
            rows = self._file.rows("receipts", "SELECT * FROM receipts WHERE id = ?", (number,))
            return _receipt(rows[0]) if rows else None

    def all(self) -> list[NamedReceipt]:
        """Every receipt, the latest first."""
        return self._named("")

    def of_brief(self, brief: int, begun: str) -> list[NamedReceipt]:
        """The receipts of one brief, the latest first; of one that was imported under another id too."""
        return self._named(_OF_BRIEF, (begun, str(brief)))

    def _named(self, which: str, values: tuple[str, ...] = ()) -> list[NamedReceipt]:
        # What came may be a thousand results: a list leaves it where it is.
        with self._file.told():
            rows = self._file.rows("receipts", f"{_NAMED} {which} ORDER BY at DESC, id", values)
            return [NamedReceipt(**{**dict(row), "asked": json.loads(row["asked"])}) for row in rows]


_OF_BRIEF = """
WHERE kind = 'brief' AND json_extract(body, '$.asked.begun[0]') = ?1 AND (
    json_extract(body, '$.asked.brief[0]') = ?2
    OR NOT EXISTS (
        SELECT 1 FROM briefs
        WHERE id = CAST(json_extract(body, '$.asked.brief[0]') AS INTEGER) AND briefs.at || ', ' || briefs.who = ?1
    )
)
"""
_NAMED = (
    "SELECT id, at, who, why, kind, json_extract(body, '$.asked') AS asked, json_extract(body, '$.total') AS total,"
    " json_extract(body, '$.made_with.generation') AS generation FROM receipts"
)


def _id(at: str, who: str, why: str, kind: str, text: str) -> str:
    whole = json.dumps([at, who, why, kind, text], ensure_ascii=False)
    return "r" + hashlib.sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _receipt(row: Row) -> KeptReceipt:
    own = {name: row[name] for name in ("id", "at", "who", "why", "kind")}
    sound = _id(row["at"], row["who"], row["why"], row["kind"], row["body"]) == row["id"]
    return KeptReceipt(**own, body=json.loads(row["body"]), sound=sound)
