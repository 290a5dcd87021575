"""What passages are filtered and counted by, read from a generation once and held as arrays.

Every array is indexed by passages.id, so ids of both retrievers and masks of all filters meet without a
look-up. A value that is missing is the value "unknown": it is counted and can be chosen like any other.
"""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from corpus.dates import last_day
from service.contract.requests import FACETS, Filters
from service.contract.values import UNKNOWN

Mask = NDArray[np.bool_]
Numbers = NDArray[np.int64]

# A passage with fewer words than this that mean something ("New recommendation") counts less, by a fourth root.
SHORT = 12

_SEVERAL = ("force", "theme")  # facets of which a passage may have several values; each has a query of its own
_SINGLE = tuple(name for name in FACETS if name not in _SEVERAL)

_ROWS = """
SELECT p.id, p.fold, p.date, w.content, p.finding, f.fold, f.quoted, p.document, d.kind, p.kind, f.status, p.grade,
       substr(p.date, 1, 4)
FROM passages p JOIN documents d ON d.id = p.document JOIN wording w ON w.passage = p.id
     LEFT JOIN findings f ON f.id = p.finding
ORDER BY p.id
"""
_FORCES = "SELECT p.id, f.force FROM passages p LEFT JOIN document_forces f ON f.document = p.document ORDER BY p.id"


@dataclass(frozen=True, slots=True)
class Column:
    """One facet: its values in order, "unknown" last, and one entry for each value that a passage has.

    By entry, `of` is its passage and `codes` the index of the value; `pairs` numbers the passage's fold together with
    the value, and `pair_codes` and `pair_folds` give the value and the fold of each pair: so that a fold counts once
    for a value.
    """

    size: int
    values: tuple[str, ...]
    of: Numbers
    codes: Numbers
    pairs: Numbers
    pair_codes: Numbers
    pair_folds: Numbers

    def mask(self, chosen: Iterable[str]) -> Mask:
        """The passages that have one of the chosen values; a value no passage has selects none."""
        keep = np.isin(np.array(self.values, dtype=object), list(chosen))
        mask = np.zeros(self.size, dtype=np.bool_)
        mask[self.of[keep[self.codes]]] = True
        return mask

    def counts(self, ids: Numbers) -> dict[str, int]:
        """For each value the number of folds with a passage of `ids` that has it; zeros are left out."""
        chosen = np.zeros(self.size, dtype=np.bool_)
        chosen[ids] = True
        present = np.zeros(len(self.pair_codes), dtype=np.bool_)
        present[self.pairs[chosen[self.of]]] = True
        totals = np.bincount(self.pair_codes[present], minlength=len(self.values))
        return {value: int(n) for value, n in zip(self.values, totals, strict=True) if n}

    def replaced(self, places: Sequence[int], of: Sequence[int], raw: Sequence[str | None], fold: Numbers) -> "Column":
        """The same with other values of the passages `places`: by entry, one `of` them and a value, None for none.

        Nothing is sorted again: pairs that are new are numbered behind those there are.
        """
        if not places:
            return self
        values = (*sorted({*self.values[:-1], *(value for value in raw if value is not None)}), UNKNOWN)
        code = {value: index for index, value in enumerate(values)}
        moved = np.array([code[value] for value in self.values], dtype=np.int64)
        gone = np.zeros(self.size, dtype=np.bool_)
        gone[np.array(places, dtype=np.int64)] = True
        kept = ~gone[self.of]
        fresh, fresh_codes = _entries(of, raw, code)
        known = self.pair_folds * len(values) + moved[self.pair_codes]
        wanted = fold[fresh] * len(values) + fresh_codes
        at = np.flatnonzero(np.isin(known, wanted))
        new = np.setdiff1d(wanted, known[at])
        numbers = dict(zip(known[at].tolist(), at.tolist(), strict=True))
        numbers |= {pair: len(known) + place for place, pair in enumerate(new.tolist())}
        pairs = np.array([numbers[pair] for pair in wanted.tolist()], dtype=np.int64)
        return Column(
            self.size,
            values,
            np.concatenate([self.of[kept], fresh]),
            np.concatenate([moved[self.codes[kept]], fresh_codes]),
            np.concatenate([self.pairs[kept], pairs]),
            np.concatenate([moved[self.pair_codes], new % len(values)]),
            np.concatenate([self.pair_folds, new // len(values)]),
        )


@dataclass(frozen=True, slots=True)
class Columns:
    """The filterable side of one generation. `dates` are ranks: a later date is higher, none is -1.

    `content` is the number of words of a passage that mean something. `finding` and `asks` number the finding that it
    belongs to and that finding's fold, 0 for none; `quoted` are those of findings that an earlier report made. `days`
    are the last days of the dates, as ordinals, 0 for none; `document` numbers the document that it stands in.
    """

    exists: Mask
    fold: Numbers
    dates: Numbers
    days: Numbers
    content: Numbers
    finding: Numbers
    asks: Numbers
    quoted: Mask
    document: Numbers
    years: Numbers
    facets: dict[str, Column] = field(repr=False)

    def mask(self, filters: Filters, without: str | None = None) -> Mask:
        """The passages that pass the filters, or all of them but the values chosen of the facet `without`.

        The range of years always holds: it narrows which years there are to choose from.
        """
        mask = self.exists.copy()
        for name in FACETS:
            chosen = filters.chosen(name)
            if chosen and name != without:
                mask &= self.facets[name].mask(chosen)
        if filters.year_from is not None:
            mask &= self.years >= filters.year_from
        if filters.year_to is not None:
            mask &= (self.years <= filters.year_to) & (self.years >= 0)
        return mask

    def counts(self, facet: str, ids: Numbers) -> dict[str, int]:
        """For each value of a facet, the number of folds with a passage of `ids` that has it; zeros are left out."""
        return self.facets[facet].counts(ids)

    def with_facet(self, name: str, column: Column) -> "Columns":
        """The same with another column for a facet."""
        return replace(self, facets={**self.facets, name: column})


def read_columns(connection: sqlite3.Connection) -> Columns:
    """All passages of a generation, in one pass over its database."""
    cursor = connection.execute(_ROWS)
    columns = [list(column) for column in zip(*map(tuple, cursor), strict=True)] or [[] for _ in cursor.description]
    ids, folds, dates, content, finding, asks, quoted, documents, *raw = columns
    places = np.array(ids, dtype=np.int64)
    size = int(places[-1]) + 1 if ids else 0
    ordered = {date: rank for rank, date in enumerate(sorted({d for d in dates if d is not None}))}
    days = {date: last_day(date).toordinal() if date else 0 for date in set(dates)}
    years = [int(year) if year and year.isdigit() else -1 for year in raw[-1]]
    fold = _scatter(size, places, folds)
    about = [tuple(row) for row in connection.execute(_FORCES)]
    facets = {name: _column(fold, ids, values) for name, values in zip(_SINGLE, raw, strict=True)}
    facets["force"] = _column(fold, [number for number, _ in about], [force for _, force in about])
    return Columns(
        exists=_scatter(size, places, [True] * len(ids)).astype(np.bool_),
        fold=fold,
        dates=_scatter(size, places, [-1 if d is None else ordered[d] for d in dates]),
        days=_scatter(size, places, [days[date] for date in dates]),
        content=_scatter(size, places, content),
        finding=_scatter(size, places, [number or 0 for number in finding]),
        asks=_scatter(size, places, [number or 0 for number in asks]),
        quoted=_scatter(size, places, [number or 0 for number in quoted]).astype(np.bool_),
        document=_scatter(size, places, documents),
        years=_scatter(size, places, years),
        facets=facets,
    )


def substance_of(content: NDArray[np.int64]) -> NDArray[np.float64]:
    """What a passage's number of words that mean something is worth, 0 to 1."""
    return np.asarray(np.clip(content / SHORT, 0.0, 1.0) ** 0.25)


def theme_column(columns: Columns, themes: Iterable[tuple[int, str]]) -> Column:
    """The facet of themes: by entry, a passage and a theme that it has; all others have none."""
    entries = list(themes)
    bare = columns.exists.copy()
    bare[np.array([place for place, _ in entries], dtype=np.int64)] = False
    rest = np.flatnonzero(bare).tolist()
    return _column(
        columns.fold, [*(p for p, _ in entries), *rest], [*(theme for _, theme in entries), *([None] * len(rest))]
    )


def _column(fold: Numbers, of: Sequence[int], raw: Sequence[str | None]) -> Column:
    values = (*sorted({value for value in raw if value is not None}), UNKNOWN)
    entries, codes = _entries(of, raw, {value: index for index, value in enumerate(values)})
    found, pairs = np.unique(fold[entries] * len(values) + codes, return_inverse=True)
    return Column(len(fold), values, entries, codes, pairs, found % len(values), found // len(values))


def _entries(of: Sequence[int], raw: Sequence[str | None], code: Mapping[str, int]) -> tuple[Numbers, Numbers]:
    """Passages and the codes of their values."""
    codes = [code[UNKNOWN if value is None else value] for value in raw]
    return np.array(of, dtype=np.int64), np.array(codes, dtype=np.int64)


def _scatter(size: int, places: Numbers, values: Sequence[int]) -> Numbers:
    column = np.zeros(size, dtype=np.int64)
    column[places] = values
    return column
