"""Receipts as they are kept: written once, never changed. The id of one is the hash of all that it says."""

import hashlib
import json
from collections.abc import Mapping
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
        rows = self._file.rows("receipts", "SELECT * FROM receipts WHERE id = ?", (number,))
        return _receipt(rows[0]) if rows else None

    def all(self, kind: str | None = None) -> list[KeptReceipt]:
        """Every receipt, or every one of a kind, the latest first."""
        statement = "SELECT * FROM receipts WHERE ? IS NULL OR kind = ? ORDER BY at DESC, id"
        return [_receipt(row) for row in self._file.rows("receipts", statement, (kind, kind))]


def _id(at: str, who: str, why: str, kind: str, text: str) -> str:
    whole = json.dumps([at, who, why, kind, text], ensure_ascii=False)
    return "r" + hashlib.sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _receipt(row: Row) -> KeptReceipt:
    own = {name: row[name] for name in ("id", "at", "who", "why", "kind")}
    sound = _id(row["at"], row["who"], row["why"], row["kind"], row["body"]) == row["id"]
    return KeptReceipt(**own, body=json.loads(row["body"]), sound=sound)
