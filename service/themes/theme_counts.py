"""What is said where: the themes, what each means, and how many results have it, by force and by year."""

from collections.abc import Iterator
from typing import Literal

import numpy as np

from corpus.standing import is_closed
from models.taxonomy import Taxonomy, load_taxonomy
from models.theme_model import ThemeModel
from service.contract.picture_shapes import Count
from service.contract.requests import Filters
from service.contract.theme_responses import ThemeCounts, ThemeModelRecord, ThemeRecord, ThemeRow, ThemesAnswer
from service.contract.values import UNKNOWN
from service.memory.facets import Mask
from service.memory.opened import FINDABLE, Opened
from service.memory.snapshot import Snapshot

By = Literal["force", "year"]
# A theme, the value of a facet ("" for the sum) and whether it is only taken over; with the folds that have it.
_Cells = dict[tuple[str, str, bool], set[int]]


def themes(seen: Snapshot) -> ThemesAnswer:
    """Every theme with what it means, and how many results have it in the current index."""
    cells = _folds(seen.held, {}, seen.held.columns.exists)
    model = seen.held.tags.model
    records = [
        ThemeRecord(
            theme=theme.key,
            label=theme.label,
            definition=theme.definition,
            not_this=theme.not_this,
            terms=list(theme.terms),
            assigned=_assigned(cells, theme.key, ""),
            inherited=_inherited(cells, theme.key, ""),
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
    column = columns.facets[by]
    filters = _filters(seen.held, count)
    counted = columns.mask(Filters(**{name: tuple(own) for name, own in filters.items()}))
    if count == "open" and not filters["status"]:
        counted = np.zeros_like(counted)
    values_of: dict[int, list[str]] = {}
    for place, code in zip(column.of.tolist(), column.codes.tolist(), strict=True):
        values_of.setdefault(place, []).append(column.values[code])
    cells = _folds(seen.held, values_of, counted)
    every = _folds(seen.held, {}, counted)
    present = {value for _, value, _ in cells}
    totals = column.counts(np.flatnonzero(counted))
    values = [value for value in column.values if value in present]
    rows = [
        ThemeRow(
            theme=theme.key,
            label=theme.label,
            assigned=[_assigned(cells, theme.key, value) for value in values],
            inherited=[_inherited(cells, theme.key, value) for value in values],
            total=_assigned(every, theme.key, "") + _inherited(every, theme.key, ""),
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


def _folds(held: Opened, values_of: dict[int, list[str]], counted: Mask) -> _Cells:
    """The folds in each cell with a passage that is counted; what is said in the same words is one result."""
    cells: _Cells = {}
    for theme, place, taken in _entries(held):
        if not counted[place]:
            continue
        for value in values_of.get(place, ("",)):
            cells.setdefault((theme, value, taken), set()).add(int(held.columns.fold[place]))
    return cells


def _entries(held: Opened) -> Iterator[tuple[str, int, bool]]:
    for place, tags in held.tags.shown():
        for tag in tags:
            yield tag.theme, place, tag.origin == "inherited"


def _assigned(cells: _Cells, theme: str, value: str) -> int:
    return len(cells.get((theme, value, False), ()))


def _inherited(cells: _Cells, theme: str, value: str) -> int:
    """Of results that take a theme over, those that are not assigned it in another place."""
    return len(cells.get((theme, value, True), set()) - cells.get((theme, value, False), set()))


def _taxonomy(held: Opened) -> Taxonomy:
    return held.tags.model.taxonomy if held.tags.model else load_taxonomy()
