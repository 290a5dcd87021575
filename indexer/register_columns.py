"""The records of the register as columns of narrow numbers, as they are filtered, counted and put in order by.

`service/memory/record_columns.py` reads them. Numbers are 32 bits wide, little-endian, by place: the records in the
order in which they are listed.
"""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any, get_args

import numpy as np

from corpus.dates import last_day
from corpus.model import FindingKind
from corpus.standing import MISMATCHES

TEXTS = ("published", "heard", "deadline", "status", "status_date", "signal", "owner", "said")
NUMBERS = ("finding", "closed", "overdue", "days_open", "by_number", "by_title", "by_text")
WIDTH = np.dtype("<i4")
_LISTS = (*MISMATCHES, "overdue", "stalled", "copied")
_ON_LISTS = "SELECT place, mismatches, overdue, echo FROM records ORDER BY place"
_FORCES = """
SELECT r.place, a.force FROM records r JOIN document_forces a ON a.document = r.document ORDER BY r.place, a.rowid
"""
_ASKING = f"""
SELECT r.place, p.id FROM records r JOIN passages p ON p.finding = r.finding AND p.kind IN {get_args(FindingKind)}
ORDER BY r.place, p.id
"""  # noqa: S608 - constants alone


def write_register_columns(database: sqlite3.Connection) -> None:
    """Write the columns of the table `records`: of each text its code in `texts`, which ascend, or -1 for none.

    What a record may have several of is written by entry: its place as "of" the name, and the code or number.
    """
    for name in TEXTS:
        _write_texts(database, name)
    for name in NUMBERS:
        _write(database, name, (row[0] for row in database.execute(_column(f"coalesce({name}, -1)"))))
    days = (last_day(row[0]).toordinal() if row[0] else 0 for row in database.execute(_column("published")))
    _write(database, "out", days)
    forces = [row[0] for row in database.execute("SELECT DISTINCT force FROM document_forces ORDER BY force")]
    code = {force: at for at, force in enumerate(forces)}
    _write_entries(database, "forces", ((row[0], code[row[1]]) for row in database.execute(_FORCES)), forces)
    on_lists = (
        (row["place"], _LISTS.index(name))
        for row in database.execute(_ON_LISTS)
        for name in (*json.loads(row["mismatches"]), *(["overdue"] if row["overdue"] else []), row["echo"])
        if name
    )
    _write_entries(database, "lists", on_lists, _LISTS)
    _write_entries(database, "asking", ((row[0], row[1]) for row in database.execute(_ASKING)))


def _column(value: str) -> str:
    return f"SELECT {value} FROM records ORDER BY place"  # noqa: S608 - a column's name


def _write_texts(database: sqlite3.Connection, name: str) -> None:
    distinct = f"SELECT DISTINCT {name} FROM records WHERE {name} != '' ORDER BY {name}"  # noqa: S608
    texts = [row[0] for row in database.execute(distinct)]
    code: dict[str | None, int] = {text: at for at, text in enumerate(texts)}
    _write(database, name, (code.get(row[0], -1) for row in database.execute(_column(name))), texts)


def _write_entries(
    database: sqlite3.Connection, name: str, entries: Iterable[tuple[int, int]], texts: Sequence[str] = ()
) -> None:
    flat = np.fromiter((number for entry in entries for number in entry), WIDTH).reshape(-1, 2)
    _write(database, f"of {name}", flat[:, 0].tolist())
    _write(database, name, flat[:, 1].tolist(), texts)


def _write(database: sqlite3.Connection, name: str, numbers: Iterable[Any], texts: Sequence[str] = ()) -> None:
    row = (name, json.dumps(texts, ensure_ascii=False), np.fromiter(numbers, WIDTH).tobytes())
    database.execute("INSERT INTO record_columns VALUES (?, ?, ?)", row)
