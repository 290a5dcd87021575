"""The order of the records of the register: by any column of its table, what has none last, the same every time."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from corpus.text import natural_key
from service.answers.register_listing import Listing
from service.contract.requests import LISTS
from service.contract.values import UNKNOWN
from service.memory.record_columns import Listed, Numbers, Places, Ranked
from service.memory.snapshot import Snapshot

# The ranks of some records by their places, -1 where one has nothing to be put in order by.
_RANKS: Mapping[str, Callable[[Snapshot, Listing, Places], Places]] = {
    "number": lambda _, one, places: _wide(one.records.by_number[places]),
    "force": lambda seen, one, places: _by_words(one.facets["force"], places, seen.force_label),
    "published": lambda _, one, places: _wide(one.records.published.codes[places]),
    "document": lambda _, one, places: _wide(one.records.by_title[places]),
    "asks": lambda _, one, places: _wide(one.records.by_text[places]),
    "status": lambda seen, one, places: _by_label(
        one.records.status, places, lambda value: seen.value_label("status", value)
    ),
    "status_date": lambda _, one, places: _wide(one.records.status_date.codes[places]),
    "deadline": lambda _, one, places: _wide(one.records.deadline.codes[places]),
    "days_open": lambda _, one, places: _wide(one.records.days_open[places]),
    "owner": lambda _, one, places: _by_label(
        one.records.owner, places, lambda value: None if value == UNKNOWN else natural_key(value)
    ),
    "signal": lambda seen, one, places: _by_label(
        one.records.signal, places, lambda value: seen.value_label("signal", value)
    ),
    "attention": lambda _, one, places: _by_lists(one.records.lists, places),
    "last_comment": lambda _, one, places: _wide(one.records.said.codes[places]),
    "themes": lambda seen, one, places: _by_themes(seen, one, places),
    "heard": lambda _, one, places: _wide(one.records.heard.codes[places]),
}


def ordered(seen: Snapshot, found: Listing, sort: str) -> Places:
    """The places of the records that pass, by a column, or with "-" before it from the last to the first.

    What has none is last in both. Of those that are equal in it, the order that they come in stays.
    """
    places = np.flatnonzero(found.passing())
    ranks = _RANKS[sort.removeprefix("-")](seen, found, places)
    having, bare = np.flatnonzero(ranks >= 0), np.flatnonzero(ranks < 0)
    by_rank = np.argsort(-ranks[having] if sort.startswith("-") else ranks[having], kind="stable")
    order: Places = np.concatenate([having[by_rank], bare])
    return np.asarray(places[order], dtype=np.int64)


def _wide(ranks: Numbers) -> Places:
    return np.asarray(ranks, dtype=np.int64)


def _ranks(keys: Iterable[Any]) -> Places:
    """The rank of each key among them all, equals alike, -1 for None and what is empty."""
    listed = list(keys)
    rank = {key: at for at, key in enumerate(sorted({key for key in listed if key}))}
    return np.array([rank.get(key, -1) for key in listed], dtype=np.int64)


def _by_label(column: Ranked, places: Places, label: Callable[[str], str | None]) -> Places:
    ranks: Places = np.append(_ranks(map(label, column.values)), -1)
    return ranks[column.codes[places]]


def _by_words(facet: Listed, places: Places, label: Callable[[str], str]) -> Places:
    """By the labels of all values that a record has."""
    labels = [None if value == UNKNOWN else label(value).casefold() for value in facet.values]
    own = facet.at(places)
    keys: list[tuple[str, ...]] = [()] * len(places)
    for place, code in zip(own.of.tolist(), own.codes.tolist(), strict=True):
        if words := labels[code]:
            keys[place] = (*keys[place], words)
    return _ranks(keys)


def _by_lists(lists: Listed, places: Places) -> Places:
    """By what there is to look into, in the order of the lists."""
    own = lists.at(places)
    keys: list[tuple[int, ...]] = [()] * len(places)
    for place, code in zip(own.of.tolist(), own.codes.tolist(), strict=True):
        keys[place] = tuple(sorted((*keys[place], LISTS.index(lists.values[code]))))
    return _ranks(keys)


def _by_themes(seen: Snapshot, found: Listing, places: Places) -> Places:
    """By the labels of the themes of what is asked for, the likeliest first."""
    tags = seen.held.tags
    own = (tags.of_finding(number) for number in found.ids(places))
    return _ranks(tuple(seen.value_label("theme", tag.theme).casefold() for tag in themes) for themes in own)
