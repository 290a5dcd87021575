"""What is said where: the themes, what each means, and how many results have it, by force and by year."""

from collections import Counter
from dataclasses import dataclass
from typing import Literal

import numpy as np

from corpus.model import FINDABLE
from corpus.standing import is_closed
from models.taxonomy import Taxonomy, load_taxonomy
from models.theme_model import ThemeModel
from service.contract.picture_shapes import Count
from service.contract.requests import Filters
from service.contract.theme_responses import ThemeCounts, ThemeModelRecord, ThemeRecord, ThemeRow, ThemesAnswer
from service.contract.values import UNKNOWN
from service.memory.facets import Facet, Ids, Mask
from service.memory.opened import Opened
from service.memory.snapshot import Snapshot

By = Literal["force", "year"]


@dataclass(frozen=True, slots=True)
class _Cells:
    """By theme and value of a facet ("" for the sum), the folds that are assigned it, and those that only take it over.

    What is said in the same words is one result.
    """

    assigned: Counter[tuple[str, str]]
    inherited: Counter[tuple[str, str]]


def themes(seen: Snapshot) -> ThemesAnswer:
    """Every theme with what it means, and how many results have it in the current index."""
    cells = _cells(seen.held, seen.held.columns.ids)
    model = seen.held.tags.model
    records = [
        ThemeRecord(
            theme=theme.key,
            label=theme.label,
            definition=theme.definition,
            not_this=theme.not_this,
            terms=list(theme.terms),
            assigned=cells.assigned[theme.key, ""],
            inherited=cells.inherited[theme.key, ""],
        )
        for theme in _taxonomy(seen.held).themes
    ]
    return ThemesAnswer(model=model_record(model) if model else None, themes=records)


def theme_counts(seen: Snapshot, by: By, count: Count = "passages") -> ThemeCounts:
    """For each theme and each value of a facet, the results that are assigned the theme.

    What is about several forces counts for each. `inherited` counts the results besides that only take it over. Both
    together are the total of the search for that theme and that value with the `filters` of the answer.
    """
    columns = seen.held.columns
    facet, filters = columns.facets[by], _filters(seen.held, count)
    ids = columns.chosen(Filters(**{name: tuple(own) for name, own in filters.items()}))
    ids = columns.ids if ids is None else ids
    if count == "open" and not filters["status"]:
        ids = ids[:0]
    cells, every = _cells(seen.held, ids, facet), _cells(seen.held, ids)
    totals = columns.counts(by, ids)
    present = {value for _, value in (*cells.assigned, *cells.inherited)}
    values = [value for value in facet.values if value in present]
    rows = [
        ThemeRow(
            theme=theme.key,
            label=theme.label,
            assigned=[cells.assigned[theme.key, value] for value in values],
            inherited=[cells.inherited[theme.key, value] for value in values],
            total=every.assigned[theme.key, ""] + every.inherited[theme.key, ""],
        )
        for theme in _taxonomy(seen.held).themes
    ]
    answer = ThemeCounts(
        by=by, count=count, filters=filters, values=values, rows=rows, totals=[totals.get(one, 0) for one in values]
    )
    return seen.shown(answer)


def _filters(held: Opened, count: Count) -> dict[str, list[str]]:
    """The filters of a search that lists what is counted."""
    if count == "passages":
        return {}
    if count == "findings":
        return {"finding": list(FINDABLE)}
    statuses = held.columns.facets["status"].values
    return {"finding": list(FINDABLE), "status": [one for one in statuses if one != UNKNOWN and not is_closed(one)]}


def model_record(model: ThemeModel) -> ThemeModelRecord:
    """A theme model as it is named beside what it said."""
    figures = model.figures
    return ThemeModelRecord(
        id=model.id, created=model.created, examples=figures["examples"], micro_f1=figures["micro"]["f1"]
    )


def _cells(held: Opened, ids: Ids, by: Facet | None = None) -> _Cells:
    """What there is in each cell of some passages."""
    columns = held.columns
    themes = columns.facets["theme"]
    at, codes = themes.coded(ids)
    named = codes != themes.numbered.index(UNKNOWN)
    at, codes = at[named], codes[named]
    taken, folds = _taken(held, ids)[at], columns.fold[ids[at]].astype(np.int64)
    values: tuple[str, ...] = ("",)
    own = np.zeros(len(at), np.int64)
    if by is not None:
        # Each theme of a passage stands beside each value that it has.
        values, of = by.numbered, ids[at]
        entry, own = by.coded(of)
        codes, taken, folds = codes[entry], taken[entry], folds[entry]
    keys = (codes * len(values) + own) * columns.size + folds
    assigned = np.unique(keys[~taken])
    inherited = np.setdiff1d(keys[taken], assigned)  # those that are not assigned it in another place

    def counted(found: Ids) -> Counter[tuple[str, str]]:
        cells, counts = np.unique(found // columns.size, return_counts=True)
        pairs = ((themes.numbered[cell // len(values)], values[cell % len(values)]) for cell in cells.tolist())
        return Counter(dict(zip(pairs, counts.tolist(), strict=True)))

    return _Cells(counted(assigned), counted(inherited))


def _taken(held: Opened, ids: Ids) -> Mask:
    """Which of the passages take their themes over; `ids` ascend."""
    taken = held.columns.inherited[ids].copy()
    for place, found in held.tags.changed.items():
        at = int(np.searchsorted(ids, place))
        if at < len(ids) and ids[at] == place:
            taken[at] = any(tag.origin == "inherited" for tag in found)
    return np.asarray(taken)


def _taxonomy(held: Opened) -> Taxonomy:
    return held.tags.model.taxonomy if held.tags.model else load_taxonomy()
