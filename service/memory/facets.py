"""What passages are filtered and counted by: columns of a generation, mapped into memory.

Every column is indexed by passages.id, so ids of both retrievers and masks of all filters meet without a look-up. What
is asked of some passages costs by their number, whatever the size of the index. A value that is missing is the value
"unknown": it is counted and can be chosen like any other.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.arrays import mapped
from indexer.column_files import FACETS as FACETS_FILE
from indexer.column_files import THEMES as THEMES_FILE
from indexer.milvus_rows import FACET
from indexer.milvus_store import all_hold, has_any, has_one, lies_between
from indexer.vector_index import distinct
from indexer.vector_store import Chosen
from service.contract.requests import FACETS, Filters
from service.contract.values import UNKNOWN

Mask = NDArray[np.bool_]
Ids = NDArray[np.int64]
Column = NDArray[Any]  # by passages.id, of the narrowest type: widen it before sums

# A passage with fewer words than this that mean something ("New recommendation") counts less, by a fourth root.
SHORT = 12
SEVERAL = ("force", "theme")  # facets of which a passage may have several values
_LAST = 9_999  # year


@dataclass(frozen=True, slots=True)
class Runs:
    """Codes of values by place. Where `starts` is given, a place has those from its start to the start of the next."""

    codes: Column
    starts: Column | None = None

    def at(self, places: Ids) -> tuple[Ids, Ids]:
        """By entry, which of `places` has it, ascending, and its code."""
        if self.starts is None:
            return np.arange(len(places)), self.codes[places].astype(np.int64)
        first = self.starts[places].astype(np.int64)
        lengths = self.starts[places + 1].astype(np.int64) - first
        of = np.repeat(np.arange(len(places)), lengths)
        entries = np.arange(len(of)) + np.repeat(first - np.cumsum(lengths) + lengths, lengths)
        return of, self.codes[entries].astype(np.int64)


@dataclass(frozen=True, slots=True)
class Holders:
    """The places that have each code, code after code and ascending; those of one stand from one of `firsts` on."""

    places: Column
    firsts: Column

    def of(self, codes: Sequence[int]) -> Ids:
        """The places that have one of these codes, ascending."""
        own = [self.places[self.firsts[code] : self.firsts[code + 1]] for code in codes]
        return own[0].astype(np.int64) if len(own) == 1 else distinct(np.concatenate([self.places[:0], *own]))

    def without(self, code: int) -> int:
        """How often any other code stands."""
        return int(self.firsts[-1] - self.firsts[code + 1] + self.firsts[code])


@dataclass(frozen=True, slots=True)
class Facet:
    """One facet: its values in order, "unknown" last, and the codes of those that each passage has.

    `numbered` are the values by their codes, `holders` the passages that have each as it is `written`. `changed` are
    passages, ascending, of which `others` has the codes, by their place among them, and `written` no longer holds: so
    that a correction costs what it changes.
    """

    values: tuple[str, ...]
    numbered: tuple[str, ...]
    written: Runs = field(repr=False)
    holders: Holders = field(repr=False)
    changed: Ids = field(repr=False, default_factory=lambda: np.zeros(0, np.int64))
    others: Runs = field(repr=False, default_factory=lambda: Runs(np.zeros(0, np.int64), np.zeros(1, np.int64)))

    def coded(self, ids: Ids) -> tuple[Ids, Ids]:
        """By entry, the position in `ids` of a passage, and the code of a value that it has; one at least of each."""
        at, codes = self.written.at(ids)
        if not len(self.changed):
            return at, codes
        place = np.searchsorted(self.changed, ids)
        is_changed = self.changed[np.minimum(place, len(self.changed) - 1)] == ids
        positions = np.flatnonzero(is_changed)
        fresh, fresh_codes = self.others.at(place[positions])
        kept = ~is_changed[at]
        return np.concatenate([at[kept], positions[fresh]]), np.concatenate([codes[kept], fresh_codes])

    def has(self, chosen: Iterable[str], ids: Ids) -> Mask:
        """Which of `ids` have one of the chosen values, by position; a value no passage has selects none."""
        keep = self._kept(chosen)
        if self.written.starts is None and not len(self.changed):
            return np.asarray(keep[self.written.codes[ids]])
        at, codes = self.coded(ids)
        mask = np.zeros(len(ids), np.bool_)
        mask[at[keep[codes]]] = True
        return mask

    def having(self, chosen: Iterable[str]) -> Ids:
        """All passages that have one of the chosen values, ascending."""
        values = tuple(chosen)
        found = self.holders.of(self.codes(values))
        if not len(self.changed):
            return found
        fresh = self.changed[self.has(values, self.changed)]
        return np.union1d(np.setdiff1d(found, self.changed, assume_unique=True), fresh)

    def counts(self, ids: Ids, folds: Column, alone: Mask) -> dict[str, int]:
        """For each value the number of folds with a passage of `ids` that has it; zeros are left out.

        `folds` and `alone` are by position in `ids`: the fold of each, and whether nothing else in the index is in it.
        """
        at, codes = self.coded(ids)
        by_itself = alone[at]
        totals = np.bincount(codes[by_itself], minlength=len(self.numbered))
        others = ~by_itself
        pairs = distinct(folds[at[others]].astype(np.int64) * len(self.numbered) + codes[others])
        totals += np.bincount(pairs % len(self.numbered), minlength=len(self.numbered))
        found = dict(zip(self.numbered, totals.tolist(), strict=True))
        return {value: found[value] for value in self.values if found[value]}

    def codes(self, chosen: Iterable[str]) -> list[int]:
        """The codes of these values, as they were written; a value that no passage has has none."""
        return np.flatnonzero(self._kept(chosen)[: len(self.holders.firsts) - 1]).tolist()

    def total(self) -> int:
        """How many values all passages have together, "unknown" left out."""
        none = self.numbered.index(UNKNOWN)
        _, gone = self.written.at(self.changed)
        kept = self.holders.without(none) - np.count_nonzero(gone != none)
        return int(kept + np.count_nonzero(self.others.codes != none))

    def replaced(self, values_of: Mapping[int, Sequence[str]]) -> "Facet":
        """The same, as it was written, with these values of some passages, an empty list for none."""
        if not values_of:
            return self
        numbered = (*self.numbered, *sorted({one for own in values_of.values() for one in own} - {*self.numbered}))
        code = {value: at for at, value in enumerate(numbered)}
        places = sorted(values_of)
        own = [[code[value] for value in dict.fromkeys(values_of[place])] or [code[UNKNOWN]] for place in places]
        return replace(
            self,
            values=(*sorted({*numbered} - {UNKNOWN}), UNKNOWN),
            numbered=numbered,
            changed=np.array(places, np.int64),
            others=Runs(np.array([one for codes in own for one in codes], np.int64), np.cumsum([0, *map(len, own)])),
        )

    def _kept(self, chosen: Iterable[str]) -> Mask:
        """Which codes stand for one of the chosen values."""
        wanted = set(chosen)
        return np.array([value in wanted for value in self.numbered], dtype=np.bool_)


@dataclass(frozen=True, slots=True)
class Columns:
    """The filterable side of one generation. `dates` are ranks: a later date is higher, none is -1.

    `size` is one more than there are passages. `content` is the number of words of a passage that mean something.
    `finding` and `asks` number the finding that it belongs to and that finding's fold, 0 for none; `quoted` are those
    of findings that an earlier report made. `days` are the last days of the dates, as ordinals, 0 for none; `document`
    numbers the document that it stands in. `alone` are those whose fold is themselves alone. `findable` are the
    passages among which similar findings are looked for, `comment` those of them that are comments, and `prose` those
    that may say something beside them. `bare` are the passages that say no more than a heading or the title of a
    document, `inherited` those that take their themes over, before any correction.
    """

    size: int
    fold: Column
    dates: Column
    days: Column
    content: Column
    finding: Column
    asks: Column
    quoted: Column
    document: Column
    years: Column
    alone: Column
    findable: Column
    prose: Column
    bare: Column
    comment: Column
    inherited: Column
    facets: Mapping[str, Facet] = field(repr=False)

    @property
    def ids(self) -> Ids:
        """All passages."""
        return np.arange(1, self.size)

    def within(self, document: int) -> Ids:
        """The passages of a document, by its number, ascending: they are numbered one document after the other."""
        first, last = 1 + np.searchsorted(self.document[1:], np.array([document, document + 1], self.document.dtype))
        return np.arange(first, last)

    def passing(self, filters: Filters, ids: Ids, without: str | None = None) -> Mask:
        """Which of `ids` pass the filters, or all of them but the values chosen of the facet `without`; by position.

        The range of years always holds: it narrows which years there are to choose from.
        """
        mask = np.ones(len(ids), dtype=np.bool_)
        for name in FACETS:
            chosen = filters.chosen(name)
            if chosen and name != without:
                mask &= self.facets[name].has(chosen, ids)
        if filters.year_from is not None or filters.year_to is not None:
            mask &= _within(self.years[ids], filters)
        return mask

    def chosen(self, filters: Filters) -> Ids | None:
        """Every passage that passes the filters, ascending; None where nothing is filtered."""
        names = [name for name in FACETS if filters.chosen(name)]
        if names:
            found = [self.facets[name].having(filters.chosen(name)) for name in names]
            ids = min(found, key=len)
        elif filters.year_from is not None or filters.year_to is not None:
            return 1 + np.flatnonzero(_within(self.years[1:], filters))
        else:
            return None
        return ids[self.passing(filters, ids)]

    def sought(self, filters: Filters) -> Chosen | None:
        """The same as `chosen`, with what Milvus can tell them by: themes, which people correct, are left out there."""
        ids = self.chosen(filters)
        if ids is None:
            return None
        parts = [
            (has_any if name in SEVERAL else has_one)(f"{FACET}{name}", self.facets[name].codes(filters.chosen(name)))
            for name in FACETS
            if name != "theme" and filters.chosen(name)
        ]
        if filters.year_from is not None or filters.year_to is not None:
            parts.append(lies_between("years", filters.year_from or 0, filters.year_to or _LAST))
        return Chosen(ids, all_hold(parts), narrower=bool(filters.chosen("theme")))

    def counts(self, facet: str, ids: Ids) -> dict[str, int]:
        """For each value of a facet, the number of folds with a passage of `ids` that has it; zeros are left out."""
        return self.facets[facet].counts(ids, self.fold[ids], self.alone[ids])

    def with_facet(self, name: str, facet: Facet) -> "Columns":
        """The same with another facet of this name."""
        return replace(self, facets={**self.facets, name: facet})


def open_columns(folder: Path) -> Columns:
    """The columns of a generation. Raises OSError, ValueError or KeyError for one that is damaged."""
    values: dict[str, list[str]] = json.loads((folder / FACETS_FILE).read_text("utf-8"))
    values["theme"] = json.loads((folder / THEMES_FILE).read_text("utf-8"))
    plain = {
        name: mapped(folder / f"{name}.npy") for name in Columns.__dataclass_fields__ if name not in ("size", "facets")
    }
    facets = {}
    for name in FACETS:
        starts = mapped(folder / f"facet.{name}.starts.npy") if name in SEVERAL else None
        numbered = (*values[name], UNKNOWN)
        holders = Holders(*(mapped(folder / f"facet.{name}.{part}.npy") for part in ("holders", "firsts")))
        facets[name] = Facet(numbered, numbered, Runs(mapped(folder / f"facet.{name}.npy"), starts), holders)
    columns = Columns(size=len(plain["fold"]), facets=facets, **plain)
    if not all(column.shape == (columns.size,) for column in plain.values()) or not all(
        _fits(facet, columns.size) for facet in facets.values()
    ):
        raise ValueError(f"the files of {folder.name} do not fit together")
    return columns


def _fits(facet: Facet, size: int) -> bool:
    runs, holders = facet.written, facet.holders
    entries = len(runs.codes) - (runs.starts is None)  # of which entry 0 belongs to no passage
    if holders.firsts.shape != (len(facet.numbered) + 1,) or not len(holders.places) == holders.firsts[-1] == entries:
        return False
    if runs.starts is None:
        return runs.codes.shape == (size,)
    return runs.starts.shape == (size + 1,) and runs.codes.shape == (runs.starts[-1],)


def substance_of(content: Column) -> NDArray[np.float64]:
    """What a passage's number of words that mean something is worth, 0 to 1."""
    return np.asarray(np.clip(np.asarray(content, np.float64) / SHORT, 0.0, 1.0) ** 0.25)


def _within(years: Column, filters: Filters) -> Mask:
    """Which years are in the range of the filters; what has none, -1, is in no range."""
    first, last = filters.year_from or 0, filters.year_to or _LAST
    return np.asarray((years >= first) & (years <= last))
