"""Two lists of results compared: which are the same, and of these which differ and in what."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from service.contract.standing_shapes import Difference, Result
from service.state.saved_searches import ChangeKind

ALIKE = 70.0  # of 100: a passage in the place of another that has so much of its text is that one, amended

Row = Mapping[str, Any]
Keys = Callable[[Row], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Changed:
    """A result that is new (without `before`), gone (without `after`) or changed."""

    kind: ChangeKind
    before: Row | None
    after: Row | None


def compared(before: Sequence[Row], after: Sequence[Row]) -> Iterator[Changed]:
    """What differs between two lists of results, in the order of the second and then of the first.

    Each result of one is at most one of the other: by its passage, by any passage that says the same, by its finding,
    and last by most of its text in the same document. The order of a list is no part of it.
    """
    pairs = paired(before, after)
    former = {new: old for old, new in pairs.items()}
    for place, row in enumerate(after):
        if place not in former:
            yield Changed("new", None, row)
        elif differences(Result.model_validate(before[former[place]]), Result.model_validate(row)):
            yield Changed("changed", before[former[place]], row)
    yield from (Changed("gone", row, None) for place, row in enumerate(before) if place not in pairs)


def paired(before: Sequence[Row], after: Sequence[Row]) -> dict[int, int]:
    """By place in the first list the place in the second of what is the same result."""
    pairs: dict[int, int] = {}
    taken: set[int] = set()
    for keys in (_own, _every, _finding):
        places = _by_key(after, keys, taken)
        for old, row in enumerate(before):
            found = (places[key] for key in keys(row) if key in places and places[key] not in taken)
            if old not in pairs and (new := next(found, None)) is not None:
                pairs[old] = new
                taken.add(new)
    return pairs | _amended(before, after, pairs)


def differences(before: Result, after: Result) -> list[Difference]:
    """What differs between two states of one result."""
    old, new = _standing(before), _standing(after)
    amended = not old.keys() & new.keys()
    found: list[Difference] = []
    if amended and before.text_sha256 != after.text_sha256:
        found.append(Difference(what="text", before=before.text, after=after.text))
    if before.match != after.match:
        found.append(Difference(what="match", before=before.match, after=after.match))
    same = {after.passage_id: before.passage_id} if amended else {key: key for key in new if key in old}
    for key, former in same.items():
        if new[key][1] != old[former][1]:
            words = (old[former][1], new[key][1])
            found.append(Difference(what="status", force=new[key][0], before=words[0], after=words[1]))
    if not amended:
        came = [Difference(what="place", force=new[key][0], before=None, after=key) for key in new.keys() - old.keys()]
        went = [Difference(what="place", force=old[key][0], before=key, after=None) for key in old.keys() - new.keys()]
        found += sorted([*came, *went], key=lambda one: (one.force or "", one.before or "", one.after or ""))
    return found


def _standing(row: Result) -> dict[str, tuple[str | None, str | None]]:
    """For each passage of a result its force and its status, with the day it was set."""
    own = {row.passage_id: (row.force, _status(row.status, row.status_date))}
    return own | {one.passage_id: (one.force, _status(one.status, one.status_date)) for one in row.members}


def _status(status: str | None, day: str | None) -> str | None:
    return ", ".join(filter(None, (status, day))) or None


def _own(row: Row) -> Sequence[str]:
    return (row["passage_id"],)


def _every(row: Row) -> Sequence[str]:
    return (row["passage_id"], *(one["passage_id"] for one in row["members"]))


def _finding(row: Row) -> Sequence[str]:
    return (row["finding_id"],) if row["finding_id"] else ()


def _by_key(rows: Sequence[Row], keys: Keys, taken: set[int]) -> dict[str, int]:
    """The first of the rows that has each key, without those that are taken."""
    found: dict[str, int] = {}
    for place, row in enumerate(rows):
        if place not in taken:
            for key in keys(row):
                found.setdefault(key, place)
    return found


def _amended(before: Sequence[Row], after: Sequence[Row], pairs: Mapping[int, int]) -> dict[int, int]:
    """Of what is left, those of one document and kind with most of their text the same."""
    from rapidfuzz import fuzz

    taken, found = set(pairs.values()), dict[int, int]()
    left: dict[tuple[str, str], list[int]] = {}
    for place, row in enumerate(after):
        if place not in taken:
            left.setdefault((row["document_id"], row["kind"]), []).append(place)
    for old, row in enumerate(before):
        near = left.get((row["document_id"], row["kind"]), []) if old not in pairs else []
        alike = [(-fuzz.ratio(row["text"], after[place]["text"]), place) for place in near]
        best = min(alike, default=(0.0, -1))
        if -best[0] >= ALIKE:
            found[old] = best[1]
            near.remove(best[1])
    return found
