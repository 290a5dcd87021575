"""Who answers for a recommendation, as a query asks for it: "owner ACC Wick", "who is responsible for custody"."""

import re
from collections.abc import Sequence
from functools import lru_cache

from corpus.english import dictionary
from corpus.owners import Called, called, owner_words, rank_first, ranks_in

_ANSWERS = r"(?:responsible|accountable|answerable|lead officers?|answers? for|in charge of)"
_OWNED = re.compile(
    r"\b(?:owners?|owned by|owns|(?:do|does|did)\b.{1,60}\bown|assigned to|allocated to)\b|"
    rf"\b(?:who|what)\b.{{1,60}}\b{_ANSWERS}\b",
    re.I,
)
_WHO = re.compile(
    r"^\W*(?:who(?:['’]s| is| are| was| has)?\s+(?:\w+\s+){0,2}(?:responsible|accountable|owns?|lead(?:s|ing)?|"
    r"in charge|answers|answerable)\b|who(?:['’]s| is| are) the (?:owners?|leads?)\b|"
    r"(?:the )?owners? (?:of|for)\b.*\b(?:recommendations?|recs?|actions?|afis?|findings?|records?)\b)|"
    r"\bwhose (?:recommendations?|actions?|records?)\b",
    re.I,
)
_POST = re.compile(r"\b(?:head|director|lead) (?:of|for) [a-z ]+", re.I)
_MAY_NAME = re.compile(rf"{_OWNED.pattern}|\b(?:head|director|lead) (?:of|for)\b", re.I)
_BEHIND = re.compile(r"\b(?:owner|owned by|assigned to|allocated to)\W+((?:\w+\W+){0,2}\w+)", re.I)
_RANK_ALONE = re.compile(
    r"\b(?:(?:owner(?: is)?|owned by|assigned to|allocated to)\W+(?:the |an? )?(?P<behind>[\w/. ]{1,60})|"
    rf"(?:do|does|did|is|are) (?:the |an? )?(?P<between>[\w/. ]{{1,60}}?) (?:own|{_ANSWERS}))\b",
    re.I,
)
_NAME = re.compile(r"[A-Z][\w’']{2,}")


def asks_who(query: str) -> bool:
    """Whether a query asks who answers for what it is about."""
    return bool(_WHO.search(query))


def owners_named(query: str, owners: Sequence[str]) -> list[str]:
    """Those of `owners` that a query names: by a name right behind its rank, by post, or with words of owning by a name
    or rank alone.
    """
    asked = called(query)
    if not asked and not _MAY_NAME.search(query):
        return []
    beside = [one for one in owners if any(_fits(who, one) for who in asked)]
    if beside:
        return beside
    typed = _typed_names(query) if _OWNED.search(query) else frozenset()
    if by_name := [one for one in owners if typed & _names(one)]:
        ranks = ranks_in(query)
        return [one for one in by_name if ranks and ranks <= ranks_in(one)] or by_name
    plain = " ".join(re.findall(r"[^\W_]+", query.lower()))
    if by_post := [one for one in owners if (post := _post(one)) and f" {post} " in f" {plain} "]:
        return by_post
    ranks = _rank_alone(query)
    return [one for one in owners if ranks and ranks <= ranks_in(one)]


def _fits(who: Called, owner: str) -> bool:
    """Whether an owner is of the rank and name that a query has."""
    return bool(who.names & _names(owner)) and who.ranks <= ranks_in(owner)


def _typed_names(query: str) -> frozenset[str]:
    """The words of a query that may name a person: with a capital, no English word, or said to own."""
    words = re.findall(r"[^\W_]+", _POST.sub(" ", query))
    behind = {word for match in _BEHIND.finditer(query) for word in re.findall(r"[^\W_]+", match[1])}
    names = [w for w in words if w[0].isupper() or w.lower() not in dictionary() or w in behind]
    return owner_words(" ".join(names)) - ranks_in(query)


def _rank_alone(query: str) -> frozenset[str]:
    """The ranks in the place of an owner: "owned by the superintendent", "what does the superintendent own"."""
    said = (match["behind"] or match["between"] for match in _RANK_ALONE.finditer(query))
    return frozenset().union(*map(rank_first, said))


@lru_cache(10_000)
def _names(owner: str) -> frozenset[str]:
    """The words of an owner that name a person, in small letters: behind rank or title, or else before any comma."""
    if by_rank := called(owner):
        return frozenset().union(*(who.names for who in by_rank))
    words = {part for word in _NAME.findall(owner.split(",")[0]) for part in owner_words(word)}
    return frozenset(words - owner_words(_post(owner)) - ranks_in(owner))


@lru_cache(10_000)
def _post(owner: str) -> str:
    """The post that an owner is called by: "head of vetting"; "" for none."""
    match = _POST.search(owner.replace("-", " "))
    return " ".join(match[0].lower().split()) if match else ""
