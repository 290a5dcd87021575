"""The themes of passages: what the model assigned, and what comments take over from what they are about."""

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from corpus.model import FINDABLE

_OWN = """
SELECT passage, theme, probability FROM tags WHERE passage {} AND assigned ORDER BY passage, probability DESC, theme
"""
_BETWEEN, _AMONG = "BETWEEN ? AND ?", "IN (SELECT value FROM json_each(?))"
# What asks for something, with the comments on it.
_ASKED = f"""
SELECT c.id, a.id FROM passages c CROSS JOIN passages a ON a.finding = c.finding
WHERE c.id {{}} AND c.kind = 'comment' AND a.kind IN {FINDABLE} ORDER BY c.id, a.id
"""  # noqa: S608 - constants alone

Likely = tuple[str, float]
"""A theme and its probability."""


@dataclass(frozen=True, slots=True)
class Given:
    """The themes of a passage, the likeliest first; `taken` tells whether they are those of what it is about."""

    themes: tuple[Likely, ...]
    taken: bool


def themes_between(
    tables: sqlite3.Connection, tags: sqlite3.Connection | None, first: int, last: int
) -> dict[int, Given]:
    """The themes of the passages from `first` to `last`, by their numbers; who has none is left out.

    `tags` is tags.sqlite, None where nothing is tagged.
    """
    return _themes(tables, tags, _BETWEEN, first, last)


def themes_of(tables: sqlite3.Connection, tags: sqlite3.Connection | None, passages: Iterable[int]) -> dict[int, Given]:
    """The same of these passages."""
    return _themes(tables, tags, _AMONG, json.dumps(list(passages)))


def _themes(
    tables: sqlite3.Connection, tags: sqlite3.Connection | None, where: str, *values: object
) -> dict[int, Given]:
    if tags is None:
        return {}
    own = _own(tags, where, *values)
    asked: dict[int, list[int]] = {}
    for comment, place in tables.execute(_ASKED.format(where), values):
        if comment not in own:
            asked.setdefault(comment, []).append(place)
    theirs = _own(tags, _AMONG, json.dumps(sorted({place for places in asked.values() for place in places})))
    taken = {
        one: taken_over(pair for place in places for pair in theirs.get(place, ())) for one, places in asked.items()
    }
    given = {place: Given(tuple(themes), taken=False) for place, themes in own.items()}
    return given | {place: Given(themes, taken=True) for place, themes in taken.items() if themes}


def taken_over(themes: Iterable[Likely]) -> tuple[Likely, ...]:
    """What a comment takes over from what it is about: each theme as likely as where it is likeliest."""
    best: dict[str, float] = {}
    for theme, probability in themes:
        best[theme] = max(best.get(theme, 0.0), probability)
    return tuple(sorted(best.items(), key=lambda pair: (-pair[1], pair[0])))


def _own(tags: sqlite3.Connection, where: str, *values: object) -> dict[int, list[Likely]]:
    found: dict[int, list[Likely]] = {}
    for passage, theme, probability in tags.execute(_OWN.format(where), values):
        found.setdefault(passage, []).append((theme, probability))
    return found
