"""Who answers for a recommendation, as a query asks for it: "owner ACC Wick", "who is responsible for custody"."""

import re
from collections.abc import Sequence

from corpus.owners import owner_words, ranks_in

_OWNED = re.compile(
    r"\b(?:owners?|owned by|owns|(?:do|does|did)\b.{1,60}\bown|assigned to|allocated to|responsible|accountable|"
    r"lead officers?|answers? for|in charge of)\b",
    re.I,
)
_WHO = re.compile(
    r"\bwho(?:['’]s| is| are| was| has)?\s+(?:\w+\s+){0,2}(?:responsible|accountable|owns?|lead(?:s|ing)?|in charge|"
    r"answers|answerable)\b|\bwho(?:['’]s| is| are) the (?:owners?|leads?)\b|\bwhose\b|"
    r"^\s*(?:the )?owners? (?:of|for)\b",
    re.I,
)
_NAME = re.compile(r"(?:\w/)?[A-Z][\w’']{2,}")


def asks_who(query: str) -> bool:
    """Whether a query asks who answers for what it is about."""
    return bool(_WHO.search(query))


def owners_named(query: str, owners: Sequence[str]) -> list[str]:
    """Those of `owners` that a query names: by rank and name, by post, or with words of owning by either alone."""
    owned = bool(_OWNED.search(query))
    typed, ranks = owner_words(query), ranks_in(query)
    by_name = [one for one in owners if typed & _names(one)]
    ranked = [one for one in by_name if ranks & ranks_in(one)]
    if ranked or (by_name and owned):
        return ranked or by_name
    plain = " ".join(re.findall(r"[^\W_]+", query.lower()))
    by_post = [one for one in owners if (post := _post(one)) and f" {post} " in f" {plain} "]
    if by_post or not owned:
        return by_post
    return [one for one in owners if ranks & ranks_in(one)]


def _names(owner: str) -> frozenset[str]:
    """The words of an owner that name a person, in small letters."""
    words = {part for word in _NAME.findall(owner) for part in owner_words(word) - ranks_in(word)}
    return frozenset(words - owner_words(_post(owner)))


def _post(owner: str) -> str:
    """The post that an owner is called by: "head of vetting"; "" for none."""
    match = re.search(r"\b(?:head|director|lead) (?:of|for) [a-z ]+", owner.replace("-", " "), re.I)
    return " ".join(match[0].lower().split()) if match else ""
