"""The records of the register as narrow arrays, to filter, count and order them by; read when they are first asked for.

Every array is by place: the records in the order in which they are listed, the latest published first.
"""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.register_columns import TEXTS, WIDTH
from service.contract.requests import NOTHING
from service.contract.values import OPEN, UNKNOWN
from service.memory.facets import Facet

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
    """Statuses with "open" for what is still so, besides its own; a document may print "open" itself."""
    own = np.array([value != OPEN for value in statuses.values], dtype=np.bool_)[statuses.codes]
    others = Listed(statuses.values, statuses.of[own], statuses.codes[own], statuses.size)
    return _with(others, OPEN, np.flatnonzero(still))


def _years(published: Ranked) -> Listed:
    years = [value[:4] for value in published.values]
    values = tuple(dict.fromkeys(years))
    code = {year: at for at, year in enumerate(values)}
    moved = np.array([*(code[year] for year in years), -1], dtype=np.int32)
    return Ranked(values, moved[published.codes]).named(UNKNOWN)


def ranked(found: Sequence[str | None]) -> Ranked:
    """One text for each of some records, empty or None for none."""
    values = tuple(sorted({one for one in found if one}))
    code: dict[str | None, int] = {one: at for at, one in enumerate(values)}
    return Ranked(values, np.array([code.get(one, -1) for one in found], dtype=np.int32))


def listed(found: Iterable[Sequence[str]], values: Sequence[str], size: int) -> Listed:
    """The values of a facet that each of `size` records has, of these `values`."""
    code = {value: at for at, value in enumerate(values)}
    pairs = ((place, code[value]) for place, own in enumerate(found) for value in own)
    flat = np.fromiter((number for pair in pairs for number in pair), np.int64).reshape(-1, 2)
    return Listed(tuple(values), flat[:, 0].copy(), flat[:, 1].astype(np.int32), size)


def on_lists(mismatches: Sequence[str], overdue: bool, echo: str | None) -> list[str]:
    """The lists that a record is on, as it is told of it."""
    return [*mismatches, *(["overdue"] if overdue else []), *([echo] if echo else [])]


def read_records(tables: sqlite3.Connection) -> Records:
    """The register of a generation, each record as on its own clock."""
    rows = {row["name"]: row for row in tables.execute("SELECT name, texts, numbers FROM record_columns")}
    numbers = {name: np.frombuffer(row["numbers"], WIDTH).astype(np.int32) for name, row in rows.items()}
    texts = {name: tuple(json.loads(row["texts"])) for name, row in rows.items()}
    size = len(numbers["finding"])
    of = {name: numbers[f"of {name}"].astype(np.int64) for name in ("forces", "lists", "asking")}
    bare = np.setdiff1d(np.arange(size), of["forces"])
    own: dict[str, Any] = {name: Ranked(texts[name], numbers[name]) for name in TEXTS}
    own |= {name: numbers[name] for name in ("out", "days_open", "by_number", "by_title", "by_text")}
    return Records(
        **own,
        ids=numbers["finding"].astype(np.int64),
        closed=numbers["closed"] > 0,
        overdue=numbers["overdue"] > 0,
        lists=Listed(texts["lists"], of["lists"], numbers["lists"], size),
        forces=_with(Listed(texts["forces"], of["forces"], numbers["forces"], size), UNKNOWN, bare),
        asking=Asking(of["asking"], numbers["asking"], size),
    )


def _with(facet: Listed, value: str, places: Places) -> Listed:
    """The same with one more value, which these records have."""
    of = np.concatenate([facet.of, places])
    codes = np.concatenate([facet.codes, np.full(len(places), len(facet.values), dtype=np.int32)])
    order = np.argsort(of, kind="stable")
    return Listed((*facet.values, value), of[order], codes[order], facet.size)


def themes_of(facet: Facet, asking: Asking) -> Listed:
    """The themes of what records ask for, as the facet of passages has them; "unknown" for a record of none."""
    at, codes = facet.coded(asking.passages.astype(np.int64))
    none = facet.numbered.index(UNKNOWN)
    some = codes != none
    width = len(facet.numbered)
    pairs = np.unique(asking.of[at[some]] * width + codes[some])
    bare = np.setdiff1d(np.arange(asking.size), pairs // width)
    pairs = np.sort(np.concatenate([pairs, bare * width + none]))
    return Listed(facet.numbered, pairs // width, (pairs % width).astype(np.int32), asking.size)
