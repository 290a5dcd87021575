"""What is told of standing searches: the list, the changes of one, and alerts, by search and generation."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from urllib.parse import urlencode

from service.contract.standing_shapes import AlertRecord, ChangeRecord, ChangesAnswer, Result, SavedAnswer, SavedRecord
from service.memory.snapshot import Snapshot
from service.state.saved_searches import Change, SavedSearch, SavedSearches
from service.work.result_changes import differences
from service.work.standing_searches import NOTHING_ASKED, Refreshed

_PATHS = {"search": "/", "similar": "/similar"}


@dataclass(frozen=True, slots=True)
class _Told:
    """What is read once to tell of searches."""

    seen: Snapshot
    last: Mapping[int, tuple[str, int]]
    unread: Mapping[int, Mapping[str, int]]
    refreshed: Refreshed


def saved_answer(seen: Snapshot, saved: SavedSearches, refreshed: Refreshed) -> SavedAnswer:
    """Every saved search that is not deleted, those with something unread first."""
    told = _Told(seen, saved.last(), saved.unread(), refreshed)
    records = [_record(told, one) for one in saved.all() if one.undone_at is None]
    return SavedAnswer(
        generation=seen.held.generation.id,
        unread=sum(sum(one.unread.values()) for one in records),
        waiting=len(refreshed.waiting),
        searches=sorted(records, key=lambda one: (not one.unread, one.title.casefold(), one.id)),
    )


def deleted(seen: Snapshot, saved: SavedSearches) -> list[SavedRecord]:
    """The searches that were deleted, the latest first."""
    told = _Told(seen, saved.last(), {}, NOTHING_ASKED)
    gone = sorted((one for one in saved.all() if one.undone_at), key=lambda one: one.undone_at or "", reverse=True)
    return [_record(told, one) for one in gone]


def changes_answer(
    seen: Snapshot, saved: SavedSearches, number: int, refreshed: Refreshed, most: int | None = None
) -> ChangesAnswer | None:
    """One saved search with its changes; None where there is none of this id."""
    search = saved.one(number)
    if search is None:
        return None
    changes = saved.changes(number)
    return ChangesAnswer(
        search=_record(_Told(seen, saved.last(), saved.unread(), refreshed), search),
        total=len(changes),
        changes=[change_record(seen, one) for one in changes[:most]],
    )


def alerts(
    seen: Snapshot,
    saved: SavedSearches,
    refreshed: Refreshed,
    *,
    only: int | None = None,
    unread: bool = False,
    most: int | None = None,
    base: str = "",
) -> list[AlertRecord]:
    """What each generation changed for each search, the newest first; with `unread` only what nobody has read.

    Each has `most` of its changes and the counts of all. Links lead to pages below the address `base`; without one
    there are none.
    """
    told = _Told(seen, saved.last(), saved.unread(), refreshed)
    known = {one.id: _record(told, one) for one in saved.all() if one.undone_at is None}
    changes = [one for one in saved.changes(only) if one.search in known and not (unread and one.read_at)]
    found = []
    for (number, generation), own in groupby(changes, key=lambda one: (one.search, one.generation)):
        steps = list(own)
        found.append(
            AlertRecord(
                id=f"{number}-{generation}",
                search=known[number],
                generation=generation,
                at=steps[0].at,
                counts=counts(steps),
                link=f"{base.rstrip('/')}/searches/{number}" if base else None,
                changes=[change_record(seen, one) for one in steps[:most]],
            )
        )
    return found


def counts(changes: Iterable[Change]) -> dict[str, int]:
    """How many of each kind there are."""
    found = dict.fromkeys(("new", "changed", "gone"), 0)
    for one in changes:
        found[one.kind] += 1
    return found


def _record(told: _Told, search: SavedSearch) -> SavedRecord:
    """A saved search as it is told."""
    generation, results = told.last.get(search.id, (None, 0))
    made = SavedRecord(
        id=search.id,
        title=search.title,
        kind=search.kind,
        asked={name: list(values) for name, values in search.asked.items()},
        address=f"{_PATHS[search.kind]}?{urlencode(_linked(search), doseq=True)}",
        who=search.who,
        at=search.at,
        deleted_at=search.undone_at,
        deleted_by=search.undone_by,
        generation=generation,
        results=results,
        unread=dict(told.unread.get(search.id, {})),
        waiting=search.id in told.refreshed.waiting,
        problem=told.refreshed.problems.get(search.id),
    )
    return told.seen.shown(made)


def change_record(seen: Snapshot, change: Change) -> ChangeRecord:
    """A change as it is told."""
    before, after = (_result(change.what[name]) for name in ("before", "after"))
    return seen.shown(
        ChangeRecord(
            id=change.id,
            generation=change.generation,
            at=change.at,
            kind=change.kind,
            before=before,
            after=after,
            differs=[
                one.model_copy(update={"force_name": seen.force_label(one.force) if one.force else None})
                for one in (differences(before, after) if before and after else ())
            ],
            read_at=change.read_at,
            read_by=change.read_by,
        )
    )


def _result(found: object) -> Result | None:
    return None if found is None else Result.model_validate(found)


def _linked(search: SavedSearch) -> dict[str, Sequence[str]]:
    """With an empty query kept in, an address never falls back to the start page."""
    return {"q": [""], **search.asked} if search.kind == "search" else dict(search.asked)
