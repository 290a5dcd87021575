"""The order of the records of the register: by any column of its table, what has none last, the same every time."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from service.contract.requests import LISTS
from service.contract.values import UNKNOWN
from service.memory.snapshot import Snapshot

if TYPE_CHECKING:
    from service.answers.register import Record

_DIGITS = re.compile(r"([0-9]+)")
# The value of a record that it is put in order by, None where it has none.
_KEYS: Mapping[str, Callable[[Snapshot, "Record"], Any]] = {
    "number": lambda seen, one: _natural(one.item.register_number or one.item.number),
    "force": lambda seen, one: [seen.force_label(slug).casefold() for slug in one.item.document.forces] or None,
    "published": lambda seen, one: one.item.document.date,
    "document": lambda seen, one: _natural(one.item.document.title),
    "asks": lambda seen, one: _natural(one.item.text),
    "status": lambda seen, one: seen.value_label("status", one.stood.status) if one.stood.status else None,
    "status_date": lambda seen, one: one.stood.status_date,
    "deadline": lambda seen, one: one.stood.deadline,
    "days_open": lambda seen, one: one.stood.days_open,
    "owner": lambda seen, one: _natural(one.item.owner_on(one.stood.as_of)),
    "signal": lambda seen, one: _signal(seen, one),
    "attention": lambda seen, one: _attention(one),
    "last_comment": lambda seen, one: one.said and one.said.date,
    "themes": lambda seen, one: [seen.value_label("theme", tag.theme).casefold() for tag in one.themes] or None,
    "heard": lambda seen, one: one.item.heard,
}


def ordered(seen: Snapshot, records: "Sequence[Record]", sort: str) -> "list[Record]":
    """The records by a column, or with "-" before it from the last to the first; what has none is last in both.

    Of those that are equal in it, the order that they come in stays.
    """
    key = _KEYS[sort.removeprefix("-")]
    with_keys = [(key(seen, one), one) for one in records]
    having = [pair for pair in with_keys if pair[0] not in (None, "")]
    having.sort(key=lambda pair: pair[0], reverse=sort.startswith("-"))
    return [one for _, one in having] + [one for own, one in with_keys if own in (None, "")]


def _natural(text: str | None) -> list[tuple[int, int, str]] | None:
    """A text by its words and its whole numbers: 9 comes before 10."""
    if not text or text == UNKNOWN:
        return None
    parts = [part for part in _DIGITS.split(text.casefold().strip()) if part]
    return [(0, len(own), own) if (own := _whole(part)) is not None else (1, 0, part) for part in parts]


def _whole(part: str) -> str | None:
    """The digits of a whole number without zeros before them: of two, the longer is the greater."""
    return (part.lstrip("0") or "0") if _DIGITS.fullmatch(part) else None


def _signal(seen: Snapshot, one: "Record") -> str | None:
    says = one.stood.signal.says if one.stood.signal else None
    return seen.value_label("signal", says) if says else None


def _attention(one: "Record") -> list[int] | None:
    """What there is to look into, in the order of the lists."""
    own = [*one.stood.mismatches, *(["overdue"] if one.overdue else []), *([one.echo] if one.echo else [])]
    return sorted(LISTS.index(name) for name in own) or None
