"""Ready-made briefs: of a force, of a recommendation across forces, of a theme in a year."""

from collections.abc import Iterator, Sequence
from itertools import islice

import numpy as np

from service.answers.force_profile import recurring
from service.answers.register import Record, record_of
from service.answers.register_listing import found_items, listing
from service.answers.search import all_hits
from service.contract.brief_shapes import MOST_ITEMS, ReadyRequest
from service.contract.labels import date_words
from service.contract.requests import ListRequest, RegisterListRequest
from service.contract.service_errors import RequestError
from service.contract.values import read
from service.memory.finding_index import Item
from service.memory.snapshot import Snapshot
from service.state.kept_briefs import KeptBrief
from service.work.briefs import Ref, picked_now, unkept

_TWICE = 15  # pairs of findings that may be on the same matter
_OTHERS = 3  # others of whom it is told what they did, for each record
_SHOWN_LENGTH = 160
_THEME_PARTS = {
    "Causes of concern": ("cause_of_concern",),
    "Recommendations": ("recommendation",),
    "Areas for improvement": ("area_for_improvement",),
    "Strengths and practice": ("strength", "work_in_progress", "developing_practice"),
}


def ready_brief(seen: Snapshot, request: ReadyRequest) -> KeptBrief:
    """The brief that is asked for, which nobody has kept yet. Raises RequestError for what there is no brief of."""
    asked = [name for name in ("force", "finding_id", "theme") if getattr(request, name)]
    if len(asked) != 1:
        raise RequestError("Say what the brief is of: give force, or finding_id, or theme with year, one of them.")
    if request.force:
        name, refs = _of_force(seen, request.force)
    elif request.finding_id:
        name, refs = _of_finding(seen, request.finding_id)
    else:
        name, refs = _of_theme(seen, request.theme or "", request.year)
    return unkept(seen.shown([name])[0], picked_now(seen, refs))


def _of_force(seen: Snapshot, slug: str) -> tuple[str, list[Ref]]:
    request = read(RegisterListRequest, {"force": [slug]}, seen.known)
    found = listing(seen.held, request)
    places = np.flatnonzero(found.passing() & ~found.records.closed)
    still = [record_of(item, seen.held, None) for item in found_items(seen.held, found, places)]
    overdue = [one for one in still if one.overdue]
    stalled = [one for one in still if one.echo and not one.overdue]
    rest = [one for one in still if not one.echo and not one.overdue]
    refs = [
        *(Ref("finding", one.item.key, "Overdue", _due(one)) for one in overdue),
        *(Ref("finding", one.item.key, "Stalled", _stalled(one)) for one in stalled),
        *(Ref("finding", one.item.key, "Open", _due(one)) for one in rest),
        *_told_twice(seen, slug),
        *_others(seen, slug, [*overdue, *stalled, *rest]),
    ]
    return f"{seen.force_label(slug)}: what is open", refs


def _due(one: Record) -> str:
    return f"Due by {date_words(one.stood.deadline)}." if one.stood.deadline else ""


def _stalled(one: Record) -> str:
    what = "adds nothing to an earlier one" if one.echo == "stalled" else "is copied from another force's record"
    return " ".join(filter(None, [f"The last comment {what}.", _due(one)]))


def _told_twice(seen: Snapshot, slug: str) -> Iterator[Ref]:
    """Pairs of findings from different years that may be the same matter again: the later one, and the earlier."""
    items = list(seen.held.register.of_force(slug))
    for pair in islice(recurring(seen.held, seen.encoder, items, None), _TWICE):
        earlier, later = pair.earlier, pair.later
        told = f"May be on the same matter as “{_cut(earlier.text)}” ({date_words(earlier.date)}): read both."
        part = "Possibly told twice"
        yield Ref("finding", later.finding_id, part, told)
        told = f"The earlier of the two; the later is of {date_words(later.date)}."
        yield Ref("finding", earlier.finding_id, part, told)


def _others(seen: Snapshot, slug: str, records: Sequence[Record]) -> Iterator[Ref]:
    """What others who were given the same and closed it say they did."""
    for record in records:
        others = [one for one in seen.held.register.given(record.item) if slug not in one.document.forces]
        note = f"On “{_cut(record.item.text)}”"
        yield from islice(_done(others, "What others did", note), _OTHERS)


def _done(items: Sequence[Item], part: str, note: str = "") -> Iterator[Ref]:
    """The last comment of substance of each who closed it."""
    for item in items:
        stood = item.stood(None)
        if stood.closed and stood.done and stood.done.passages:
            yield Ref("passage", stood.done.passages[0], part, note)


def _of_finding(seen: Snapshot, key: str) -> tuple[str, list[Ref]]:
    register = seen.held.register
    item = register.by_key(key)
    if item is None:
        raise RequestError("The index has no such finding: take an id as a search gives it.")
    members = [one for one in register.given(item) if one.main or not one.tracked]
    closed = [one.key for one in members if one.stood(None).closed]
    refs = [
        Ref("finding", item.key, "What was asked"),
        *(Ref("finding", one.key, "Not closed") for one in members if one.key not in closed),
        *(Ref("finding", key, "Closed") for key in closed),
        *_done(members, "What those who closed it say they did"),
    ]
    number = f"Recommendation {item.number}" if item.number and item.kind == "recommendation" else "A finding"
    return f"{number} across forces: {_cut(item.text, 80)}", refs


def _of_theme(seen: Snapshot, theme: str, year: str | None) -> tuple[str, list[Ref]]:
    if not year:
        raise RequestError("Give the year of the theme's brief.")
    refs: list[Ref] = []
    for part, kinds in _THEME_PARTS.items():
        request = read(ListRequest, {"theme": [theme], "year": [year], "finding": kinds}, seen.known)
        left = MOST_ITEMS - len(refs)
        refs += [Ref("passage", hit.passage_id, part) for hit in islice(all_hits(seen, request), left)]
    return f"{seen.value_label('theme', theme)} in {seen.value_label('year', year)}", refs


def _cut(text: str, length: int = _SHOWN_LENGTH) -> str:
    words = " ".join(text.split())
    return words if len(words) <= length else words[:length].rsplit(" ", 1)[0] + " …"
