"""The records of the register as narrow arrays, to filter, count and order them by; read when they are first asked for.

Every array is by place: the records in the order in which they are listed, the latest published first.
"""

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corpus.dates import last_day
from service.contract.requests import LISTS, NOTHING
from service.contract.values import OPEN, UNKNOWN
from service.memory.facets import Column
from service.memory.theme_tags import ASKING

_COLUMN = "SELECT {} FROM records ORDER BY place"

Mask = NDArray[np.bool_]
Places = NDArray[np.int64]
Numbers = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Ranked:
    """One text for each record: `codes` are indices of `values`, which ascend, -1 where a record has none."""

    values: tuple[str, ...]
    codes: Numbers

    def at(self, places: Places) -> "Ranked":
        """The same of some records alone."""
        return Ranked(self.values, self.codes[places])

    def named(self, missing: str) -> "Listed":
        """The values of a facet, `missing` where a record has none."""
        values = self.values if missing in self.values else (*self.values, missing)
        codes = np.where(self.codes < 0, values.index(missing), self.codes)
        return Listed(values, np.arange(len(codes)), codes.astype(np.int32), len(codes))


@dataclass(frozen=True, slots=True)
class Listed:
    """The values of a facet, of which a record may have several: by entry a place, which ascends, and its value's code.

    `size` is the number of records.
    """

    values: tuple[str, ...]
    of: Places
    codes: Numbers
    size: int

    def has(self, chosen: Iterable[str]) -> Mask:
        """The records that have one of the chosen values."""
        wanted = set(chosen)
        keep = np.array([value in wanted for value in self.values], dtype=np.bool_)
        mask = np.zeros(self.size, dtype=np.bool_)
        mask[self.of[keep[self.codes]]] = True
        return mask

    def counts(self, passing: Mask) -> dict[str, int]:
        """How many of these records have each value, in the order in which they have them first; zeros are left out."""
        codes, first, counts = np.unique(self.codes[passing[self.of]], return_index=True, return_counts=True)
        order = np.argsort(first)
        return {self.values[code]: int(n) for code, n in zip(codes[order], counts[order], strict=True)}

    def at(self, places: Places) -> "Listed":
        """The same of some records alone, by their places, which ascend."""
        of, codes = _moved(self.of, self.codes, self.size, places)
        return Listed(self.values, of, codes, len(places))


@dataclass(frozen=True, slots=True)
class Asking:
    """The passages that say what records ask for: by entry a place, which ascends, and the number of a passage."""

    of: Places
    passages: Numbers
    size: int

    def at(self, places: Places) -> "Asking":
        """As `Listed.at`."""
        return Asking(*_moved(self.of, self.passages, self.size, places), len(places))


def _moved(of: Places, codes: Numbers, size: int, places: Places) -> tuple[Places, Numbers]:
    """The entries of some places alone, which are numbered from 0."""
    moved = np.full(size, -1, dtype=np.int64)
    moved[places] = np.arange(len(places))
    kept = moved[of] >= 0
    return moved[of[kept]], codes[kept]


@dataclass(frozen=True, slots=True)
class Records:
    """The records of the register, each where it stood on a day: its own clock's, or one that was asked about.

    `ids` are those of the findings. `out` is the last day of the date of publication as an ordinal, 0 for none.
    `days_open`, `by_number`, `by_title` and `by_text`, places in natural order, are -1 for none.
    """

    ids: Places
    published: Ranked
    heard: Ranked
    deadline: Ranked
    status: Ranked
    status_date: Ranked
    signal: Ranked
    owner: Ranked
    said: Ranked
    out: Numbers
    closed: Mask
    overdue: Mask
    days_open: Numbers
    by_number: Numbers
    by_title: Numbers
    by_text: Numbers
    lists: Listed
    forces: Listed
    asking: Asking

    def at(self, places: Places) -> "Records":
        """Some of them alone, by their places, which ascend."""
        mine: dict[str, Any] = {}
        for one in fields(self):
            value = getattr(self, one.name)
            mine[one.name] = value[places] if isinstance(value, np.ndarray) else value.at(places)
        return Records(**mine)

    def facet(self, name: str) -> Listed:
        """The values of any facet but themes; one that is not closed has the status "open" besides its own."""
        if name == "list":
            return self.lists
        if name == "force":
            return self.forces
        if name == "status":
            return _with_open(self.status.named(UNKNOWN), ~self.closed)
        if name == "year":
            return _years(self.published)
        return {"signal": self.signal.named(NOTHING), "owner": self.owner.named(UNKNOWN)}[name]


def _with_open(statuses: Listed, still: Mask) -> Listed:
    """Statuses with "open" for what is still so, before its own; a document may print "open" itself."""
    values = (*statuses.values, OPEN)
    own = np.array([value != OPEN for value in statuses.values], dtype=np.bool_)[statuses.codes]
    of = np.concatenate([np.flatnonzero(still), statuses.of[own]])
    codes = np.concatenate([np.full(int(still.sum()), len(values) - 1), statuses.codes[own]])
    order = np.argsort(of, kind="stable")
    return Listed(values, of[order], codes[order].astype(np.int32), statuses.size)


def _years(published: Ranked) -> Listed:
    years = [value[:4] for value in published.values]
    values = tuple(dict.fromkeys(years))
    code = {year: at for at, year in enumerate(values)}
    moved = np.array([*(code[year] for year in years), -1], dtype=np.int32)
    return Ranked(values, moved[published.codes]).named(UNKNOWN)


def ranked(found: Sequence[str | None]) -> Ranked:
    """One text for each of some records, empty or None for none."""
    return _ranked(lambda: iter(found), len(found))


def _ranked(found: Callable[[], Iterator[str | None]], size: int) -> Ranked:
    values = tuple(sorted({one for one in found() if one}))
    code: dict[str | None, int] = {one: at for at, one in enumerate(values)}
    return Ranked(values, np.fromiter((code.get(one, -1) for one in found()), np.int32, size))


def listed(found: Iterable[Sequence[str]], values: Sequence[str], size: int) -> Listed:
    """The values of a facet that each of `size` records has, of these `values`."""
    code = {value: at for at, value in enumerate(values)}
    pairs = ((place, code[value]) for place, own in enumerate(found) for value in own)
    return Listed(tuple(values), *_entries(pairs), size)


def _entries(pairs: Iterable[tuple[int, int]]) -> tuple[Places, Numbers]:
    flat = np.fromiter((number for pair in pairs for number in pair), np.int64).reshape(-1, 2)
    return flat[:, 0].copy(), flat[:, 1].astype(np.int32)


def read_records(tables: sqlite3.Connection) -> Records:
    """The register of a generation, each record as on its own clock. One column after the other, none of it as rows."""
    size = tables.execute("SELECT count(*) FROM records").fetchone()[0]

    def texts(name: str) -> Ranked:
        return _ranked(lambda: (row[0] for row in tables.execute(_COLUMN.format(name))), size)

    def whole(name: str) -> Numbers:
        return np.fromiter((row[0] for row in tables.execute(_COLUMN.format(f"coalesce({name}, -1)"))), np.int32, size)

    published = texts("published")
    days = [*(last_day(value).toordinal() for value in published.values), 0]
    closed, overdue = whole("closed").astype(np.bool_), whole("overdue").astype(np.bool_)
    return Records(
        ids=np.fromiter((row[0] for row in tables.execute(_COLUMN.format("finding"))), np.int64, size),
        published=published,
        heard=texts("heard"),
        deadline=texts("deadline"),
        status=texts("status"),
        status_date=texts("status_date"),
        signal=texts("signal"),
        owner=texts("owner"),
        said=texts("said"),
        out=np.array(days, dtype=np.int32)[published.codes],
        closed=closed,
        overdue=overdue,
        days_open=whole("days_open"),
        by_number=whole("by_number"),
        by_title=whole("by_title"),
        by_text=whole("by_text"),
        lists=_lists(tables, size),
        forces=_forces(tables, size),
        asking=_asking(tables, size),
    )


def _lists(tables: sqlite3.Connection, size: int) -> Listed:
    rows = tables.execute("SELECT mismatches, overdue, echo FROM records ORDER BY place")
    return listed((on_lists(json.loads(row[0]), row[1], row[2]) for row in rows), LISTS, size)


def on_lists(mismatches: Sequence[str], overdue: bool, echo: str | None) -> list[str]:
    """The lists that a record is on, as it is told of it."""
    return [*mismatches, *(["overdue"] if overdue else []), *([echo] if echo else [])]


def _forces(tables: sqlite3.Connection, size: int) -> Listed:
    values = (*(row[0] for row in tables.execute("SELECT DISTINCT force FROM document_forces ORDER BY force")), UNKNOWN)
    code = {value: at for at, value in enumerate(values)}
    rows = tables.execute(
        "SELECT r.place, a.force FROM records r LEFT JOIN document_forces a ON a.document = r.document"
        " ORDER BY r.place, a.rowid"
    )
    return Listed(values, *_entries((row[0], code[row[1] or UNKNOWN]) for row in rows), size)


def _asking(tables: sqlite3.Connection, size: int) -> Asking:
    rows = tables.execute(
        f"SELECT r.place, p.id FROM records r JOIN passages p ON p.finding = r.finding AND p.kind IN {ASKING}"  # noqa: S608
        " ORDER BY r.place, p.id"
    )
    return Asking(*_entries((row[0], row[1]) for row in rows), size)


def themes_of(facet: Column, asking: Asking) -> Listed:
    """The themes of what records ask for, as the facet of passages has them; "unknown" for a record of none."""
    themes = [value for value in facet.values if value != UNKNOWN]
    own = [np.unique(asking.of[facet.mask([theme])[asking.passages]]) for theme in themes]
    bare = np.setdiff1d(np.arange(asking.size), np.concatenate([np.empty(0, np.int64), *own]))
    of = np.concatenate([*own, bare])
    codes = np.repeat(np.arange(len(themes) + 1), [*map(len, own), len(bare)])
    order = np.argsort(of, kind="stable")
    return Listed((*themes, UNKNOWN), of[order], codes[order].astype(np.int32), asking.size)
