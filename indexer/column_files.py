"""columns/: what passages are filtered and counted by, as arrays that are mapped into memory.

A file holds one number for each passages.id, entry 0 unused. A facet of which a passage has one value is a file
facet.NAME.npy of codes. Of one of which it may have several, that file has the codes of all passages, one after
another, and facet.NAME.starts.npy, with one entry more, tells where those of each passage begin. The values that the
codes stand for are in facets.json and theme.json; the code behind the last is that of a passage that has none.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import DTypeLike, NDArray

from corpus.dates import last_day
from corpus.model import FINDABLE, PROSE
from indexer.bare import HEADING, Headings
from indexer.passage_themes import themes_between

FACETS, THEMES = "facets.json", "theme.json"
# What another theme model replaces.
THEME_FILES = (THEMES, "facet.theme.npy", "facet.theme.starts.npy", "inherited.npy")
BATCH = 10_000  # passages that are read at a time

_ROWS = f"""
SELECT p.fold, p.document, w.content, p.finding, f.fold AS asks, f.quoted, p.date, p.kind,
       d.kind AS document_kind, f.status, p.grade, substr(p.date, 1, 4) AS year,
       CASE WHEN length(p.text) <= {HEADING} THEN p.text END AS text,
       (SELECT json_group_array(DISTINCT force) FROM document_forces WHERE document = p.document) AS forces
FROM passages p JOIN documents d ON d.id = p.document JOIN wording w ON w.passage = p.id
     LEFT JOIN findings f ON f.id = p.finding
ORDER BY p.id
"""  # noqa: S608 - constants alone
# Facets of which a passage has one value, with where the values stand.
_SINGLE = {
    "document_kind": "SELECT DISTINCT kind FROM documents",
    "finding": "SELECT DISTINCT kind FROM passages",
    "status": "SELECT DISTINCT status FROM findings",
    "grade": "SELECT DISTINCT grade FROM passages",
    "year": "SELECT DISTINCT substr(date, 1, 4) FROM passages",
}
_RAW = {"finding": "kind"}  # the others have the names of their facets
# Numbers of passages, documents and findings: as wide as all of them, so that sums of two fit.
_FIXED: Mapping[str, DTypeLike] = {
    **dict.fromkeys(("fold", "document", "finding", "asks", "days"), np.int32),
    "years": np.int16,
    **dict.fromkeys(("quoted", "findable", "prose", "bare", "comment"), np.bool_),
}
Numbers = NDArray[np.int64]
Codes = Mapping[str | None, int]


def write_columns(folder: Path, tables: sqlite3.Connection) -> None:
    """Write the columns of passages.sqlite, `tables`, into the new folder `folder`, as of passages without themes.

    They are numbered from 1 without gaps. BATCH of them are held at a time.
    """
    folder.mkdir()
    size = _one(tables, "SELECT max(id) FROM passages") + 1
    codes = {name: _codes(row[0] for row in tables.execute(query)) for name, query in _SINGLE.items()}
    forces = _codes(row[0] for row in tables.execute("SELECT DISTINCT force FROM document_forces"))
    dates = [
        row[0] for row in tables.execute("SELECT DISTINCT date FROM passages WHERE date IS NOT NULL ORDER BY date")
    ]
    rank: Codes = {None: -1, **{date: at for at, date in enumerate(dates)}}
    most = _one(tables, "SELECT max(content) FROM wording")
    kinds = {**_FIXED, "dates": _signed(len(dates)), "content": _signed(most)}
    columns = {name: _new(folder, name, kind, size) for name, kind in kinds.items()}
    columns |= {f"facet.{name}": _new(folder, f"facet.{name}", _kind(own), size) for name, own in codes.items()}
    several, first = _Several(folder, "force", size, forces), 1
    with closing(Headings(tables)) as headings:
        for rows in _batches(tables.execute(_ROWS)):
            made = _numbers(rows, rank, codes, headings)
            for name, column in columns.items():
                column[first : first + len(rows)] = made[name]
            several.add(first, [_listed(row["forces"]) for row in rows])
            first += len(rows)
    several.finish()
    alone = _new(folder, "alone", np.bool_, size)
    alone[:] = np.bincount(columns["fold"], minlength=size)[columns["fold"]] == 1
    for column in [*columns.values(), alone]:
        column.flush()
    values = {name: _values(own) for name, own in {**codes, "force": forces}.items()}
    (folder / FACETS).write_text(json.dumps(values, ensure_ascii=False), "utf-8")
    write_theme_columns(folder, tables, None)


def write_theme_columns(folder: Path, tables: sqlite3.Connection, tags: sqlite3.Connection | None) -> None:
    """Write the themes of passages, as they are before any correction, beside their other columns.

    `inherited` marks those that take them over. `tags` is tags.sqlite, None where nothing is tagged.
    """
    for name in THEME_FILES:
        (folder / name).unlink(missing_ok=True)  # it may be shared with another generation
    size = _one(tables, "SELECT max(id) FROM passages") + 1
    known = tags.execute("SELECT DISTINCT theme FROM tags WHERE assigned") if tags else ()
    codes = _codes(row[0] for row in known)
    inherited = _new(folder, "inherited", np.bool_, size)
    several = _Several(folder, "theme", size, codes)
    for first in range(1, size, BATCH):
        last = min(first + BATCH, size) - 1
        given = themes_between(tables, tags, first, last)
        inherited[[place for place, own in given.items() if own.taken]] = True
        passages = (given.get(place) for place in range(first, last + 1))
        several.add(first, [[theme for theme, _ in own.themes] if own else [] for own in passages])
    several.finish()
    inherited.flush()
    (folder / THEMES).write_text(json.dumps(_values(codes), ensure_ascii=False), "utf-8")


class _Several:
    """Writes a facet of which a passage may have several values. Who has none gets the code for none."""

    def __init__(self, folder: Path, name: str, size: int, codes: Codes) -> None:
        self._folder, self._name, self._codes = folder, f"facet.{name}", codes
        self._starts = _new(folder, f"{self._name}.starts", np.uint32, size + 1)
        self._parts: list[NDArray[np.generic]] = []
        self._count = 0

    def add(self, first: int, passages: Sequence[Sequence[str]]) -> None:
        """The values of the passages from `first` on, which come in their order."""
        lengths = np.array([max(len(own), 1) for own in passages], np.int64)
        self._starts[first + 1 : first + 1 + len(passages)] = self._count + np.cumsum(lengths)
        codes = [self._codes[value] for own in passages for value in own or (None,)]
        self._parts.append(np.array(codes, _kind(self._codes)))
        self._count += len(codes)

    def finish(self) -> None:
        """Write the codes, whose number is known only now."""
        column = _new(self._folder, self._name, _kind(self._codes), self._count)
        np.concatenate(self._parts, out=column)
        column.flush()
        self._starts.flush()


def _numbers(
    rows: Sequence[sqlite3.Row], rank: Codes, codes: Mapping[str, Codes], headings: Headings
) -> dict[str, Sequence[int]]:
    """By column, the numbers of some passages."""
    kinds = [row["kind"] for row in rows]
    plain = ("fold", "document", "content", "finding", "asks", "quoted")
    return {
        **{name: [row[name] or 0 for row in rows] for name in plain},
        "dates": [rank[row["date"]] for row in rows],
        "days": [_day(row["date"]) for row in rows],
        "years": [int(row["year"]) if row["year"] and row["year"].isdigit() else -1 for row in rows],
        "findable": [kind in FINDABLE or kind == "comment" for kind in kinds],
        "prose": [kind in PROSE for kind in kinds],
        "comment": [kind == "comment" for kind in kinds],
        "bare": [headings.alone(row["kind"], row["text"]) for row in rows],
        **{f"facet.{name}": [own[row[_RAW.get(name, name)]] for row in rows] for name, own in codes.items()},
    }


@lru_cache(1_024)  # passages of one document come in a row
def _day(date: str | None) -> int:
    return last_day(date).toordinal() if date else 0


@lru_cache(1_024)
def _listed(found: str) -> tuple[str, ...]:
    return tuple(json.loads(found))


def _codes(values: Iterable[str | None]) -> Codes:
    known = sorted({value for value in values if value is not None})
    return {**{value: code for code, value in enumerate(known)}, None: len(known)}


def _values(codes: Codes) -> list[str]:
    return [value for value in codes if value is not None]


def _kind(codes: Codes) -> DTypeLike:
    """The narrowest type for codes."""
    return np.min_scalar_type(codes[None])


def _signed(most: int) -> DTypeLike:
    """The narrowest type with a sign that holds -1 to `most`."""
    return np.min_scalar_type(-1 - most)


def _new(folder: Path, name: str, kind: DTypeLike, size: int) -> "np.memmap[tuple[int], np.dtype[np.generic]]":
    return np.lib.format.open_memmap(folder / f"{name}.npy", mode="w+", dtype=kind, shape=(size,))


def _batches(rows: sqlite3.Cursor) -> Iterator[list[sqlite3.Row]]:
    while batch := rows.fetchmany(BATCH):
        yield batch


def _one(tables: sqlite3.Connection, query: str) -> int:
    return int(tables.execute(query).fetchone()[0] or 0)
