"""What the header of a column says it holds, by the names that trackers give their columns."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from typing import Any

from rapidfuzz.distance import OSA

from corpus.readers.export.days import ANY_PERIOD, due_of

READ = (
    *("force", "number", "report", "published", "recommendation", "addressee", "kind"),
    *("date", "status", "comment", "target", "revised", "closed", "reviewed"),
)
"""What a column may hold that is read, in the order in which it is told."""
KNOWN = ("owner", "other")
"""What a column may hold that is known and not read."""

_LIKE = 0.8  # of the letters: "Stauts", "Recomendation"
_LONG = 6  # letters: shorter names are too like one another
_WEAK, _HELD = 0.5, 0.55
_PERIOD = re.compile(rf"\(?(?:{ANY_PERIOD}|\bQ(?:uarter ?)?[1-4]\b)\)?", re.I)
_QUARTER = re.compile(r"\(?Q(?:uarter ?)?[1-4]\)?", re.I)


@dataclass(frozen=True, slots=True)
class Named:
    """How surely (0 to 1) a header names what a column holds, and the known name that it goes by."""

    sure: float
    name: str


@cache
def listed() -> Mapping[str, Any]:
    """The tables of the data file."""
    return tomllib.loads(resources.files("corpus").joinpath("data/export_columns.toml").read_text("utf-8"))


def plain(name: str) -> str:
    """The form in which two headers are the same: letters and digits alone."""
    return re.sub(r"[\W_]+", "", name[:100].replace("%", "percent").replace("#", "hash")).casefold()


@lru_cache(5_000)
def named(header: str) -> Mapping[str, Named]:
    """What a header may name -> how surely: the known name itself, one that is spelt nearly so, or one inside it.

    A period in it ("Update Jan 20", "Progress at 31/3/19") is set aside; a header that is one says nothing else.
    """
    bare = _PERIOD.sub(" ", header[:200])
    found: dict[str, Named] = {}
    for role, name, sure in _names():
        if fit := _likeness(bare, name, sure):
            found[role] = max(found.get(role, Named(0, "")), Named(fit, name), key=lambda named: named.sure)
    return found


def period_in(header: str) -> str:
    """The one day, month or quarter that a header names, as printed ("31/3/19", "Q1"); "" for none or several."""
    found = [match[0].strip(" ()") for match in _PERIOD.finditer(header)]
    return found[0] if len(found) == 1 else ""


def date_of_header(header: str) -> str | None:
    """ISO date of the day or month that a header names; None for a quarter, on none of whose days it was written."""
    period = period_in(header)
    return due_of(period) if period and not _QUARTER.match(period) else None


def is_period(header: str) -> bool:
    """Whether a header is a day, month or quarter and nothing else."""
    return bool(period_in(header)) and not re.search(r"\w", _PERIOD.sub("", header))


@cache
def _names() -> tuple[tuple[str, str, float], ...]:
    """(what it names, name, how surely) of all known names: of two for the same column the first is the surer."""
    strong = [
        (role, name, 1 - rank / 1000) for role in (*READ, *KNOWN) for rank, name in enumerate(listed()["names"][role])
    ]
    return (*strong, *((role, name, _WEAK) for role, names in listed()["weak"].items() for name in names))


def _likeness(header: str, name: str, sure: float) -> float:
    one, other = plain(header), plain(name)
    if not one:
        return 0
    if one == other:
        return sure
    if sure <= _WEAK:
        return 0
    if len(other) >= _LONG and one[0] == other[0] and abs(len(one) - len(other)) <= 2:
        like = OSA.normalized_similarity(one, other, score_cutoff=_LIKE)
        if like:
            return 0.9 * like
    words, inner = _words(header), _words(name)
    if len(words) > len(inner) and any(words[at : at + len(inner)] == inner for at in range(len(words))):
        return _HELD + 0.3 * len(inner) / len(words)
    return 0


@lru_cache(5_000)
def _words(text: str) -> tuple[str, ...]:
    return tuple(re.findall(r"[a-z]+", text.casefold().replace("_", " ")))
