"""The rules of folds and echoes, which stand with their reasons in indexer/data: read once, and compiled."""

import calendar
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

MONTHS = tuple(month.lower() for month in calendar.month_name if month)
MONTH = rf"(?i:{'|'.join(MONTHS)})"

Words = frozenset[str]
Pattern = re.Pattern[str]


@dataclass(frozen=True, slots=True)
class FoldRules:
    """All of canonical.toml: words in small letters, save in `no_name`; `signs` are patterns and what they become."""

    binding: Words
    asks: Words
    counting: Words
    variants: Mapping[str, str]
    signs: tuple[tuple[Pattern, str], ...]
    no_name: Pattern
    label: Pattern
    markers: Pattern
    tail: Pattern
    inner_marker: Pattern
    enumerated: Pattern
    header: Pattern
    named: Pattern
    asked: Pattern
    force: Pattern
    others_asked: Pattern


@dataclass(frozen=True, slots=True)
class EchoRules:
    """All of echo.toml: words in small letters, `states` rows of them, `shares` and `rhythms` by word the name of its
    row.
    """

    filler: Words
    states: tuple[str, ...]
    to_come: Words
    denied: Words
    grades: Words
    seasons: Words
    deeds: Words
    no_deed: Words
    shares: Mapping[str, str]
    rhythms: Mapping[str, str]
    named: Pattern
    as_at: Pattern
    rhythm: Pattern


@cache
def fold_rules() -> FoldRules:
    """The rules by which findings fold."""
    data = _read("canonical.toml")
    words: dict[str, Any] = {name: _words(listed) for name, listed in data["words"].items()}
    parts = {name: _joined(part) for name, part in data["parts"].items()}
    no_name = re.compile(rf"\b(?:{'|'.join(sorted(words.pop('no_name')))})\b")
    return FoldRules(
        **words,
        variants=data["variants"],
        signs=tuple((re.compile(sign["pattern"]), sign["becomes"]) for sign in data["signs"]),
        no_name=no_name,
        **_patterns(data["patterns"], parts | {"month": MONTH}),
    )


@cache
def echo_rules() -> EchoRules:
    """The rules by which a comment is an echo."""
    data = _read("echo.toml")
    shares, rhythms = (
        {word: name for name, row in data.pop(table).items() for word in row.split()} for table in ("shares", "rhythms")
    )
    patterns, states = _patterns(data.pop("patterns"), {}), tuple(data.pop("states"))
    words: dict[str, Any] = {name: _words(listed) for name, listed in data.items()}
    return EchoRules(states=states, shares=shares, rhythms=rhythms, **words, **patterns)


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(resources.files("indexer").joinpath(f"data/{name}").read_text("utf-8"))


def _words(listed: str) -> Words:
    return frozenset(listed.split())


def _patterns(written: Mapping[str, str], parts: Mapping[str, str]) -> dict[str, Any]:
    return {name: re.compile(_filled(_joined(pattern), parts.items())) for name, pattern in written.items()}


def _joined(pattern: str) -> str:
    """A regular expression that is written over several lines."""
    return "".join(line.strip() for line in pattern.splitlines())


def _filled(pattern: str, parts: Iterable[tuple[str, str]]) -> str:
    for name, part in parts:
        pattern = pattern.replace(f"{{{name}}}", part)
    return pattern
