"""Which records of the register pass the filters, told from narrow arrays: none is made that is not shown."""

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from corpus.standing import Standing, last_said, said_by
from indexer.standings import searched
from service.answers.outcomes import echo_kind, is_overdue
from service.contract.requests import LISTS, REGISTER_FACETS, RegisterListRequest
from service.memory.finding_index import Item, Register
from service.memory.opened import Opened
from service.memory.record_columns import Listed, Mask, Places, Records, listed, on_lists, ranked

_LASTING = ("force", "theme", "year")  # facets whose values are the same on every day


@dataclass(frozen=True, slots=True)
class Listing:
    """Records with the values of their facets, and which of them pass: by their words, and each filter by itself."""

    records: Records
    facets: Mapping[str, Listed]
    worded: Mask
    chosen: Mapping[str, Mask]

    def passing(self, without: str | None = None) -> Mask:
        """The records that pass all filters, or all of them but that of the facet `without`."""
        mask = self.worded.copy()
        for name, own in self.chosen.items():
            if name != without:
                mask &= own
        return mask

    def ids(self, places: Places) -> list[int]:
        """The findings that records of these places are."""
        return [int(number) for number in self.records.ids[places]]


def listing(held: Opened, request: RegisterListRequest) -> Listing:
    """The records that were known on the day asked about, each where it stood on it; without one, as on its own clock.

    Of a day, those that more than one filter leaves out may be missing: they are in no list and no count.
    """
    records, themes = held.register.records, held.register.themes(held.columns.facets["theme"])
    if request.as_of is None:
        worded = held.register.holding(request.words)
    else:
        places = _wanted(records, themes, request)
        themes = themes.at(places)
        records, worded = _on(held.register, records.at(places), request.as_of, request.words)
    facets = {name: themes if name == "theme" else records.facet(name) for name in REGISTER_FACETS}
    return Listing(records, facets, worded, _chosen(facets, request))


def _chosen(facets: Mapping[str, Listed], request: RegisterListRequest) -> dict[str, Mask]:
    return {name: facet.has(own) for name, facet in facets.items() if (own := request.chosen(name))}


def _wanted(records: Records, themes: Listed, request: RegisterListRequest) -> Places:
    """The records that were published by the day and that one filter at most leaves out, whatever the day tells."""
    facets = {name: themes if name == "theme" else records.facet(name) for name in _LASTING}
    day = request.as_of or datetime.date.max
    failed = sum((~mask).astype(np.int8) for mask in _chosen(facets, request).values())
    return np.flatnonzero((records.out > 0) & (records.out <= day.toordinal()) & (failed <= np.int8(1)))


@dataclass(frozen=True, slots=True)
class _Then:
    """What is known of a record on a day alone, and whether it held the words asked for by then."""

    stood: Standing
    owner: str | None
    said: str | None
    lists: Sequence[str]
    holds: bool


def _on(register: Register, records: Records, day: datetime.date, words: Sequence[str]) -> tuple[Records, Mask]:
    """The same records as they stood on a day, worked out of their events one after the other."""
    told = [_then(item, register, day, words) for item in register.items(records.ids.tolist())]
    stood = [one.stood for one in told]
    then = replace(
        records,
        status=ranked([one.status for one in stood]),
        status_date=ranked([one.status_date for one in stood]),
        signal=ranked([one.signal.says if one.signal else None for one in stood]),
        owner=ranked([one.owner for one in told]),
        said=ranked([one.said for one in told]),
        closed=np.array([one.closed for one in stood], dtype=np.bool_),
        overdue=np.array(["overdue" in one.lists for one in told], dtype=np.bool_),
        days_open=np.array([-1 if one.days_open is None else one.days_open for one in stood], dtype=np.int32),
        lists=listed((one.lists for one in told), LISTS, len(told)),
    )
    return then, np.array([one.holds for one in told], dtype=np.bool_)


def _then(item: Item, register: Register, day: datetime.date, words: Sequence[str]) -> _Then:
    stood = item.stood(day)
    echo = echo_kind(stood.stalled, item, register) if stood.stalled else None
    said, lists = last_said(item.entries, day), on_lists(stood.mismatches, is_overdue(item, day, stood), echo)
    return _Then(stood, item.owner_on(day), said.date if said else None, lists, not words or holds(item, day, words))


def holds(item: Item, day: datetime.date, words: Sequence[str]) -> bool:
    """Whether all of the words, in small letters, stand in a record on a day: as they are, or within longer ones."""
    own = (item.text, item.document.title, item.register_number, item.number, item.owner_on(day))
    whole = searched(own, said_by(item.entries, day))
    return all(word in whole for word in words)


def found_items(held: Opened, found: Listing, places: Places) -> Iterator[Item]:
    """The records of these places, made one after the other."""
    return held.register.items(found.ids(places))
