"""Who answers for a recommendation, as a query asks for it: "owner ACC Wick", "who is responsible for custody"."""

import re
from collections.abc import Sequence
from functools import lru_cache

from corpus.english import dictionary
from corpus.owners import owner_words, ranks_in, titled

_OWNED = re.compile(
    r"\b(?:owners?|owned by|owns|(?:do|does|did)\b.{1,60}\bown|assigned to|allocated to|responsible|accountable|"
    r"lead officers?|answers? for|in charge of)\b",
    re.I,
)
_WHO = re.compile(
    r"\bwho(?:['’]s| is| are| was| has)?\s+(?:\w+\s+){0,2}(?:responsible|accountable|owns?|lead(?:s|ing)?|in charge|"
    r"answers|answerable)\b|\bwho(?:['’]s| is| are) the (?:owners?|leads?)\b|\bwhose\b|"
    r"^\s*(?:the )?owners? (?:of|for)\b|\bowner\s*\??$",
    re.I,
)
_POST = re.compile(r"\b(?:head|director|lead) (?:of|for) [a-z ]+", re.I)
_MAY_NAME = re.compile(rf"{_OWNED.pattern}|\b(?:head|director|lead) (?:of|for)\b", re.I)
_BEHIND = re.compile(r"\b(?:owner|owned by|assigned to|allocated to)\W+((?:\w+\W+){0,2}\w+)", re.I)
_NAME = re.compile(r"(?:\w/)?[A-Z][\w’']{2,}")


def asks_who(query: str) -> bool:
    """Whether a query asks who answers for what it is about."""
    return bool(_WHO.search(query))


def owners_named(query: str, owners: Sequence[str]) -> list[str]:
    """Those of `owners` that a query names: by rank and name, by post, or with words of owning by either alone."""
    if not _MAY_NAME.search(query) and not ranks_in(query) and not titled(query):
        return []
    owned = bool(_OWNED.search(query))
    typed, ranks = _typed_names(query), ranks_in(query)
    by_name = [one for one in owners if typed & _names(one)]
    ranked = [one for one in by_name if ranks and ranks <= ranks_in(one)]
    if ranked or (by_name and (owned or titled(query))):
        return ranked or by_name
    plain = " ".join(re.findall(r"[^\W_]+", query.lower()))
    by_post = [one for one in owners if (post := _post(one)) and f" {post} " in f" {plain} "]
    if by_post or not (owned and ranks):
        return by_post
    return [one for one in owners if ranks <= ranks_in(one)]


def _typed_names(query: str) -> frozenset[str]:
    """The words of a query that may name a person: with a capital, no English word, or said to own."""
    words = re.findall(r"[^\W_]+", _POST.sub(" ", query))
    behind = {word for match in _BEHIND.finditer(query) for word in re.findall(r"[^\W_]+", match[1])}
    names = [w for w in words if w[0].isupper() or w.lower() not in dictionary() or w in behind or ranks_in(query)]
    return owner_words(" ".join(names)) - ranks_in(query)


@lru_cache(10_000)
def _names(owner: str) -> frozenset[str]:
    """The words of an owner that name a person, in small letters."""
    words = {part for word in _NAME.findall(owner) for part in owner_words(word) - ranks_in(word)}
    return frozenset(words - owner_words(_post(owner)))


@lru_cache(10_000)
def _post(owner: str) -> str:
    """The post that an owner is called by: "head of vetting"; "" for none."""
    match = _POST.search(owner.replace("-", " "))
    return " ".join(match[0].lower().split()) if match else ""
