"""What the pictures show, in numbers: records by year and status, and the map of the index by meaning."""

from collections import Counter

import numpy as np
from numpy.typing import NDArray

from corpus.model import STATUSES
from service.answers.register_listing import listing
from service.contract.picture_shapes import MapAnswer, MapRegion, RegionAnswer, StatusCounts, StatusYear
from service.contract.requests import RegisterListRequest
from service.contract.values import UNKNOWN
from service.memory.passage_rows import passage_of, rows_by_id
from service.memory.snapshot import Snapshot

REGION_PAGE = 20  # passages on a page of a region

Ids = NDArray[np.int64]


def status_counts(seen: Snapshot, request: RegisterListRequest) -> StatusCounts:
    """Records of the register by year of publication and by where they stood, each once."""
    told = listing(seen.held, request)
    own = np.flatnonzero(told.passing())
    by_year, by_status = told.facets["year"].at(own), told.records.status.at(own).named(UNKNOWN)
    pairs = zip(by_year.codes.tolist(), by_status.codes.tolist(), strict=True)
    cells = Counter((by_year.values[year], by_status.values[status]) for year, status in pairs)
    found = {status for _, status in cells}
    others = sorted(found - {*STATUSES, UNKNOWN})
    statuses = [status for status in (*STATUSES, *others, UNKNOWN) if status in found]
    years = sorted({year for year, _ in cells}, key=lambda year: (year == UNKNOWN, year))
    rows = [[cells[year, status] for status in statuses] for year in years]
    as_of = request.as_of or seen.held.register.newest
    answer = StatusCounts(
        as_of=as_of.isoformat() if as_of else None,
        statuses=statuses,
        labels=[seen.value_label("status", status) for status in statuses],
        years=[StatusYear(year=year, counts=row, total=sum(row)) for year, row in zip(years, rows, strict=True)],
        totals=[sum(row[at] for row in rows) for at in range(len(statuses))],
        total=len(own),
    )
    return seen.shown(answer)


def meaning_map(seen: Snapshot) -> MapAnswer:
    """The regions of the index by meaning, the largest first."""
    drawn = seen.held.generation.map
    if drawn is None:
        return MapAnswer(drawn=False, total=0, regions=[])
    _, regions = _results(seen)
    counts = np.bincount(regions, minlength=len(drawn.words))
    low, high = drawn.centres.min(axis=0), drawn.centres.max(axis=0)
    places = (drawn.centres - low) / np.maximum(high - low, 1e-9)
    found = [
        MapRegion(region=at, words=list(words), x=round(float(x), 4), y=round(float(y), 4), count=int(counts[at]))
        for at, (words, (x, y)) in enumerate(zip(drawn.words, places, strict=True))
    ]
    largest = sorted((one for one in found if one.count), key=lambda one: (-one.count, one.region))
    return MapAnswer(drawn=True, total=len(regions), regions=largest)


def region_passages(seen: Snapshot, number: int, page: int) -> RegionAnswer | None:
    """A page of the results of a region; None for one that is not on the map."""
    region = next((one for one in meaning_map(seen).regions if one.region == number), None)
    if region is None:
        return None
    passages, regions = _results(seen)
    own = passages[regions == number]
    newest = own[np.lexsort((own, -seen.held.columns.dates[own]))]
    shown = newest[(page - 1) * REGION_PAGE : page * REGION_PAGE].tolist()
    rows = rows_by_id(seen.held.generation.tables, shown)
    results = [passage_of(row, seen.held.tags) for row in rows]
    return seen.shown(RegionAnswer(region=region, page=page, page_size=REGION_PAGE, results=results))


def _results(seen: Snapshot) -> tuple[Ids, Ids]:
    """The first passage of each fold, which stands for all that say the same, and its region."""
    drawn = seen.held.generation.map
    assert drawn is not None  # noqa: S101 - asked only where there is one
    _, first = np.unique(seen.held.columns.fold[drawn.passages], return_index=True)
    return drawn.passages[first], drawn.regions[first]
