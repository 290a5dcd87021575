"""What the header of a column says it holds, by the names that trackers give their columns."""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from typing import Any

from rapidfuzz import process
from rapidfuzz.distance import OSA

from corpus.readers.export.days import ANY_PERIOD, due_of

READ = (
    *("force", "number", "report", "published", "recommendation", "addressee", "kind"),
    *("date", "status", "comment", "target", "revised", "closed", "reviewed"),
    "owner",
)
"""What a column may hold that is read, in the order in which it is told."""
KNOWN = ("other",)
"""What a column may hold that is known and not read."""

_LIKE = 0.8  # of the letters: "Stauts", "Recomendation"
_HEADER = 10  # words: a longer cell is no header that holds a known name
_LONG = 6  # letters: shorter names are too like one another
_WEAK, _HELD, _PATTERN, _TURNED = 0.5, 0.55, 0.8, 0.9
_PERIOD = re.compile(rf"\(?(?:{ANY_PERIOD}|\bQ(?:uarter ?)?[1-4]\b)\)?", re.I)
_QUARTER = re.compile(r"\(?Q(?:uarter ?)?[1-4]\)?", re.I)


@dataclass(frozen=True, slots=True)
class Named:
    """How surely (0 to 1) a header names what a column holds, and the known name that it goes by."""

    sure: float
    name: str


_UNNAMED = Named(0, "")


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
    for role, name, sure in _likely(bare):
        if sure > found.get(role, _UNNAMED).sure:
            found[role] = Named(sure, name)
    return found


def _likely(bare: str) -> Iterator[tuple[str, str, float]]:
    """(what it may name, the known name, how surely) for a header without its period."""
    letters, words = plain(bare), _words(bare)
    if not letters:
        return
    known = _names()
    yield from known.exact.get(letters, ())
    if letters in known.exact:
        return  # a known name is no other name misspelt
    yield from ((role, name, _TURNED) for role, name in known.turned.get(tuple(sorted(words)), ()))
    for role, pattern in listed()["patterns"].items():
        if re.fullmatch(pattern, " ".join(words)):
            yield role, bare.strip(), _PATTERN
    yield from _misspelt(letters)
    yield from _inside(words) if len(words) <= _HEADER else ()


def _misspelt(letters: str) -> Iterator[tuple[str, str, float]]:
    """The known names that are spelt nearly as a header is."""
    known = _names()
    if len(letters) < _LONG - 1:
        return
    scorer = OSA.normalized_similarity
    for spelt, like, _ in process.extract(letters, known.long, scorer=scorer, score_cutoff=_LIKE, limit=5):
        if like < 1 and spelt[0] == letters[0]:
            yield from ((role, name, 0.9 * like) for role, name, sure in known.exact[spelt] if sure > _WEAK)


def _inside(words: tuple[str, ...]) -> Iterator[tuple[str, str, float]]:
    """The known names that stand in a header, the longest first; "due date" inside one is no "date"."""
    known = _names()
    mended = tuple(_mended(word) for word in words)
    covered: list[range] = []
    for size in range(min(len(words), known.longest), 0, -1):
        for at in range(len(words) - size + 1):
            inner = known.inner.get(mended[at : at + size], ())
            if inner and not any(at >= span.start and at + size <= span.stop for span in covered):
                covered.append(range(at, at + size))
                yield from ((role, name, _HELD + 0.3 * size / len(words)) for role, name in inner)


@lru_cache(5_000)
def _mended(word: str) -> str:
    """A word as the known names spell it, where one letter is missing, doubled, swapped or wrong."""
    known = _names().words
    if word in known or len(word) < _LONG:
        return word
    near = process.extractOne(word, known, scorer=OSA.distance, score_cutoff=1)
    return near[0] if near else word


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


@dataclass(frozen=True, slots=True)
class _Names:
    """The known names: by their letters, those long enough to be recognised misspelt, by their words in any order."""

    exact: Mapping[str, Sequence[tuple[str, str, float]]]
    long: Sequence[str]
    inner: Mapping[tuple[str, ...], Sequence[tuple[str, str]]]
    turned: Mapping[tuple[str, ...], Sequence[tuple[str, str]]]
    longest: int
    words: Sequence[str]


@cache
def _names() -> _Names:
    exact: dict[str, list[tuple[str, str, float]]] = {}
    inner: dict[tuple[str, ...], list[tuple[str, str]]] = {}
    for role in (*READ, *KNOWN):
        for rank, name in enumerate(listed()["names"][role]):  # of two names for a column the first is the surer
            exact.setdefault(plain(name), []).append((role, name, 1 - rank / 1000))
            inner.setdefault(_words(name), []).append((role, name))
    long = [letters for letters in exact if len(letters) >= _LONG]
    for role, names in listed()["weak"].items():
        for name in names:
            exact.setdefault(plain(name), []).append((role, name, _WEAK))
    turned: dict[tuple[str, ...], list[tuple[str, str]]] = {}
    for name_words, found in inner.items():
        turned.setdefault(tuple(sorted(name_words)), []).extend(found)
    words = sorted({word for name in inner for word in name if len(word) >= _LONG})
    return _Names(exact, long, inner, turned, max(map(len, inner)), words)


@lru_cache(5_000)
def _words(text: str) -> tuple[str, ...]:
    return tuple(re.findall(r"[a-z]+", text.casefold().replace("_", " ")))
