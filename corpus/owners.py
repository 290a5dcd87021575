"""Who answers for a recommendation, as a comment says ("Owner: D/Supt Ada Wick, custody") and a query asks."""

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources

_LENGTH = 80  # characters of an owner in a comment
_CAPITAL = r"[A-Z][\w’'/-]*"
_POST = r"(?:the )?(?:temporary |acting |deputy |assistant )?(?:head|director|chief|lead) (?:of|for) [a-z][\w ,&-]*?"
_WHO = rf"(?:{_POST},\s+)?{_CAPITAL}(?:\.?\s+{_CAPITAL})*(?:,\s+[a-z][\w &-]*)?|{_POST}"
_SAID = re.compile(
    r"(?:^|[.;:–—(\n-]\s*|\d\.?\s+|\b(?i:the|its|our|new|current|named|action|business|force|recommendation)\s+)(?i:owner)"
    r"(?:\s*[:–-]\s*|\s+(?:is|now|will be|is now)\s+|,?\s+(?=(?:\w/)?[A-Z][\w/]*\s+[A-Z]))"
    rf"(?P<who>{_WHO})(?=\s*(?:[.;,(\n–]|\bwho\b|\bhas\b|\band\b|$))"
)
_WORDS = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class _Ranks:
    by_words: dict[tuple[str, ...], str]
    longest: int
    detective: frozenset[str]
    titles: frozenset[str]
    before: frozenset[str]


@cache
def _ranks() -> _Ranks:
    listed = tomllib.loads(resources.files("corpus").joinpath("data/ranks.toml").read_text("utf-8"))
    known = {tuple(say.split()): rank for rank, says in listed["ranks"].items() for say in (rank, *says)}
    before = {name: frozenset(words) for name, words in listed["before"].items()}
    every = frozenset().union(*before.values())
    return _Ranks(known, max(map(len, known)), before["detective"], before["title"], every)


def owner_said(text: str) -> str | None:
    """The one whom a comment names as the owner, as it stands there; the last where it names several, None for none."""
    found = [match["who"] for match in _SAID.finditer(text) if len(match["who"]) <= _LENGTH]
    return " ".join(found[-1].split()) if found else None


def owner_words(text: str) -> frozenset[str]:
    """The words in which two owners are compared, ranks spelled out: "Supt Wick" is "superintendent", "wick"."""
    return frozenset(_owner_words(_WORDS.findall(text.lower())))


@lru_cache(10_000)
def ranks_in(text: str) -> frozenset[str]:
    """The ranks among the words of a text; that of a detective with the same of any officer."""
    return owner_words(text) & frozenset(_ranks().by_words.values())


def titled(text: str) -> bool:
    """Whether somebody is called by a title in a text: "Mrs Sconce"."""
    return not _ranks().titles.isdisjoint(_WORDS.findall(text.lower()))


def _also(rank: str, *, detective: bool) -> Iterator[str]:
    """A rank, and of a detective both."""
    plain = rank.removeprefix("detective ")
    yield plain
    if (detective or plain != rank) and (own := f"detective {plain}") in _ranks().by_words.values():
        yield own


def _owner_words(words: Sequence[str]) -> Iterator[str]:
    ranks, at = _ranks(), 0
    while at < len(words):
        for length in range(min(ranks.longest, len(words) - at), 0, -1):
            rank = ranks.by_words.get(tuple(words[at : at + length]))
            if rank:
                yield from _also(rank, detective=at > 0 and words[at - 1] in ranks.detective)
                at += length
                break
        else:
            if words[at] not in ranks.before:
                yield words[at]
            at += 1
