"""columns/: what passages are filtered and counted by, as arrays that are mapped into memory.

A file holds one number for each passages.id, entry 0 unused. A facet of which a passage has one value is a file
facet.NAME.npy of codes. Of one of which it may have several, that file has the codes of all passages, one after
another, and facet.NAME.starts.npy, with one entry more, tells where those of each passage begin. The values that the
codes stand for are in facets.json and theme.json; the code behind the last is that of a passage that has none.
facet.NAME.holders.npy has the passages with each code, code after code, and facet.NAME.firsts.npy where they begin.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from functools import lru_cache
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import DTypeLike, NDArray

from corpus.dates import last_day
from corpus.model import FINDABLE, PROSE
from indexer.arrays import ArrayFile, mapped
from indexer.bare import HEADING, Headings
from indexer.passage_themes import themes_between

FACETS, THEMES = "facets.json", "theme.json"
# What another theme model replaces.
THEME_FILES = (
    *(THEMES, "inherited.npy"),
    *(f"facet.theme{part}.npy" for part in ("", ".starts", ".holders", ".firsts")),
)
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
    kinds |= {f"facet.{name}": _kind(own) for name, own in codes.items()}
    with ExitStack() as open_ones:
        headings = open_ones.enter_context(closing(Headings(tables)))
        several = open_ones.enter_context(_Several(folder, "force", size, forces))
        columns = {name: open_ones.enter_context(_new(folder, name, kind, size)) for name, kind in kinds.items()}
        for column in columns.values():
            column.write([0])
        for rows in _batches(tables.execute(_ROWS)):
            made = _numbers(rows, rank, codes, headings)
            for name, column in columns.items():
                column.write(made[name])
            several.add([_listed(row["forces"]) for row in rows])
    fold = mapped(folder / "fold.npy")
    np.save(folder / "alone.npy", np.bincount(fold, minlength=size)[fold] == 1)
    values = {name: _values(own) for name, own in {**codes, "force": forces}.items()}
    (folder / FACETS).write_text(json.dumps(values, ensure_ascii=False), "utf-8")
    for name in codes:
        _write_holders(folder, name, mapped(folder / f"facet.{name}.npy")[1:], codes[name])
    _write_holders(folder, "force", mapped(folder / "facet.force.npy"), forces, several=True)
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
    with _new(folder, "inherited", np.bool_, size) as inherited, _Several(folder, "theme", size, codes) as several:
        inherited.write([False])
        for first in range(1, size, BATCH):
            last = min(first + BATCH, size) - 1
            given = themes_between(tables, tags, first, last)
            passages = [given.get(place) for place in range(first, last + 1)]
            inherited.write([own is not None and own.taken for own in passages])
            several.add([[theme for theme, _ in own.themes] if own else [] for own in passages])
    (folder / THEMES).write_text(json.dumps(_values(codes), ensure_ascii=False), "utf-8")
    _write_holders(folder, "theme", mapped(folder / "facet.theme.npy"), codes, several=True)


def _write_holders(folder: Path, name: str, entries: NDArray[Any], codes: Codes, *, several: bool = False) -> None:
    starts = mapped(folder / f"facet.{name}.starts.npy") if several else None
    holders, firsts = holders_of(entries, codes[None], starts)
    np.save(folder / f"facet.{name}.holders.npy", holders)
    np.save(folder / f"facet.{name}.firsts.npy", firsts)


def holders_of(
    codes: NDArray[Any], last: int, starts: NDArray[Any] | None = None
) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """The passages with each code from 0 to `last`, code after code and ascending, and where those of each begin.

    `codes` are those of passages 1, 2, 3, …; where they may have several, `starts` is as in the files.
    """
    order = np.argsort(codes, kind="stable")
    owners = order if starts is None else np.repeat(np.arange(len(starts) - 2), np.diff(starts[1:]))[order]
    firsts = np.concatenate([[0], np.cumsum(np.bincount(codes, minlength=last + 1))])
    return (owners + 1).astype(np.int32), firsts


class _Several:
    """Writes a facet of which a passage may have several values; a context manager. Who has none gets a code too."""

    def __init__(self, folder: Path, name: str, size: int, codes: Codes) -> None:
        self._folder, self._name, self._codes = folder, f"facet.{name}", codes
        self._starts = _new(folder, f"{self._name}.starts", np.uint32, size + 1)
        self._parts: list[NDArray[np.generic]] = []
        self._count = 0

    def __enter__(self) -> Self:
        self._starts.__enter__().write([0, 0])
        return self

    def add(self, passages: Sequence[Sequence[str]]) -> None:
        """The values of the next passages."""
        lengths = np.array([max(len(own), 1) for own in passages], np.int64)
        self._starts.write(self._count + np.cumsum(lengths))
        codes = [self._codes[value] for own in passages for value in own or (None,)]
        self._parts.append(np.array(codes, _kind(self._codes)))
        self._count += len(codes)

    def __exit__(self, failed: type[BaseException] | None, *_: object) -> None:
        self._starts.__exit__(failed)
        if failed is None:
            np.save(self._folder / f"{self._name}.npy", np.concatenate(self._parts))


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


def _new(folder: Path, name: str, kind: DTypeLike, size: int) -> ArrayFile:
    return ArrayFile(folder / f"{name}.npy", kind, [size])


def _batches(rows: sqlite3.Cursor) -> Iterator[list[sqlite3.Row]]:
    while batch := rows.fetchmany(BATCH):
        yield batch


def _one(tables: sqlite3.Connection, query: str) -> int:
    return int(tables.execute(query).fetchone()[0] or 0)
