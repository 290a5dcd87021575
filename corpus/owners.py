"""Who answers for a recommendation, as a comment says ("Owner: D/Supt Ada Wick, custody") and a query asks."""

import datetime
import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from itertools import dropwhile, takewhile

from corpus.contact_details import without_contacts
from corpus.dates import last_day
from corpus.text import says_nothing

_LENGTH = 80  # characters of an owner in a comment
_CAPITAL = r"[A-Z][\w’'/-]*"
_POST = (
    r"(?:the )?(?:temporary |acting |deputy |assistant )?(?:head|director|chief|lead) (?:of|for) "
    rf"[a-z][\w ,&-]{{0,{_LENGTH}}}?"
)
_BEFORE = (
    r"(?:^|[.;:–—(\n-]\s{0,4}|\d\.?\s{1,4}|"
    r"\b(?i:the|its|our|new|current|named|action|business|force|recommendation)\s{1,4})"
)
_WORDS = re.compile(r"[^\W_]+")
_NOBODY = frozenset(("vacant", "nobody", "no one"))


@dataclass(frozen=True, slots=True)
class Called:
    """Somebody who is called by rank or title: the ranks (none for a title), and the words of the name behind it."""

    ranks: frozenset[str]
    names: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Ranks:
    by_words: dict[tuple[str, ...], str]
    all: frozenset[str]
    short: frozenset[str]
    longest: int
    detective: frozenset[str]
    titles: frozenset[str]
    doubtful: frozenset[str]
    before: frozenset[str]


@cache
def _ranks() -> _Ranks:
    listed = tomllib.loads(resources.files("corpus").joinpath("data/ranks.toml").read_text("utf-8"))
    known = {tuple(say.split()): rank for rank, says in listed["ranks"].items() for say in (rank, *says)}
    before = {name: frozenset(words) for name, words in listed["before"].items()}
    every = frozenset().union(*before.values())
    ranks = frozenset(known.values())
    return _Ranks(
        by_words=known,
        all=ranks,
        short=every.union(*known) - {word for rank in ranks for word in rank.split()},
        longest=max(map(len, known)),
        detective=before["detective"],
        titles=before["title"],
        doubtful=before["doubtful"],
        before=every,
    )


@cache
def _said() -> re.Pattern[str]:
    """What names an owner in a comment: the name ends at a full stop, unless that shortens a rank or first name."""
    word = rf"(?:(?:\w{{1,4}}/)?(?i:{'|'.join(sorted(_ranks().short))})\.|[A-Z]\.|{_CAPITAL})"
    name = rf"{word}(?:[ ]{{1,4}}{word}){{0,9}}(?:,[ ]{{1,4}}[a-z][\w &-]{{0,{_LENGTH}}})?"
    return re.compile(
        rf"{_BEFORE}(?i:owner)"
        r"(?:\s{0,4}[:–-]\s{0,4}|\s{1,4}(?:is|now|will be|is now)\s{1,4}|"
        r",?\s{1,4}(?=(?:\w/)?[A-Z][\w/]*\.?\s{1,4}[A-Z]))"
        rf"(?P<who>(?:{_POST},[ ]{{1,4}})?{name}|{_POST})(?=\s{{0,4}}(?:[.;,(\n–]|\bwho\b|\bhas\b|\band\b|$))"
    )


def owner_of(cell: str) -> str:
    """Whom a cell or line has as the owner, on one line and without contact details; "" for nobody ("TBC")."""
    owner = " ".join(without_contacts(" ".join(cell.split())).split()).strip(" ,;:–-")
    first = re.split(r"[,;(–]|\s-\s", owner, maxsplit=1)[0]
    return "" if says_nothing(first) or first.strip(" .").casefold() in _NOBODY else owner


def owner_said(text: str) -> str | None:
    """The one whom a comment names as the owner, as it stands there; the last where it names several, None for none."""
    said = (match["who"] for match in _said().finditer(without_contacts(text)) if len(match["who"]) <= _LENGTH)
    found = [owner for who in said if (owner := owner_of(who))]
    return found[-1] if found else None


def owner_on(
    printed: str | None, named: Sequence[tuple[str, str]], day: datetime.date, heard: datetime.date | None = None
) -> str | None:
    """Who answered on a day: whom the source prints, or the last of those `named` by comments, (date, owner), up to it.

    What is printed holds from the day on which the source was heard (from ever, where that is not known) until a later
    comment names another; before that day comments alone tell.
    """
    dated = sorted(((last_day(date), owner) for date, owner in named), key=lambda one: one[0])
    past = [one for one in dated if one[0] <= day]
    if printed and (heard is None or heard <= day) and not (heard and past and past[-1][0] > heard):
        return printed
    return past[-1][1] if past else None


def owner_words(text: str) -> frozenset[str]:
    """The words in which two owners are compared, ranks spelled out: "Supt Wick" is "superintendent", "wick"."""
    words = _WORDS.findall(text.lower())
    return frozenset(said for _, _, says in _parts(words) for said in says if said not in _ranks().before)


@lru_cache(10_000)
def ranks_in(text: str) -> frozenset[str]:
    """The ranks among the words of a text; that of a detective with the same of any officer."""
    return owner_words(text) & _ranks().all


def rank_first(text: str) -> frozenset[str]:
    """The ranks of the one of whom a text speaks first: those of "T/Ch Supt and staff", none of "staff of the Supt"."""
    parts = (says for _, _, says in _parts(_WORDS.findall(text.lower())))
    return next(dropwhile(_ranks().before.issuperset, parts), frozenset()) & _ranks().all


@lru_cache(10_000)
def called(text: str) -> tuple[Called, ...]:
    """Those whom a text calls by rank or title: the name is the word right behind it, or all with a capital there.

    A comma and the like ends it; without a name nobody is called.
    """
    found = []
    for piece in re.split(r"[,;:()!?\n]|\s[–-]\s", text):
        words = _WORDS.findall(piece)
        parts = list(_parts([word.lower() for word in words]))
        for at, (_, end, says) in enumerate(parts):
            ranks = says & _ranks().all
            names = [words[start] for start, _, _ in takewhile(_is_plain, parts[at + 1 :])]
            run = list(takewhile(lambda word: word[0].isupper(), names)) or names[:1]
            name = frozenset(word.lower() for word in run if len(word) > 1)
            if name and (ranks or _is_title(words, end - 1)):
                found.append(Called(ranks, name))
    return tuple(found)


def _is_plain(part: tuple[int, int, frozenset[str]]) -> bool:
    """Whether a part of a text is neither a rank nor a word that stands before one; a letter may be a first name's."""
    return part[2].isdisjoint(_ranks().all) and not any(len(word) > 1 and word in _ranks().before for word in part[2])


def _is_title(words: Sequence[str], at: int) -> bool:
    """Whether a word is a title; one that is a common word too ("miss") with a capital, before another."""
    word = words[at].lower()
    if word in _ranks().doubtful:
        return words[at].istitle() and words[at + 1 : at + 2] != [] and words[at + 1].istitle()
    return word in _ranks().titles


def _parts(words: Sequence[str]) -> Iterator[tuple[int, int, frozenset[str]]]:
    """Words in small letters one by one, ranks of several as one: where each starts and ends, and what it says.

    A rank says itself, and of a detective both.
    """
    ranks, at = _ranks(), 0
    while at < len(words):
        for length in range(min(ranks.longest, len(words) - at), 0, -1):
            rank = ranks.by_words.get(tuple(words[at : at + length]))
            if rank:
                detective = at > 0 and words[at - 1] in ranks.detective
                yield at, at + length, frozenset(_also(rank, detective=detective))
                at += length
                break
        else:
            yield at, at + 1, frozenset((words[at],))
            at += 1


def _also(rank: str, *, detective: bool) -> Iterator[str]:
    """A rank, and of a detective both."""
    plain = rank.removeprefix("detective ")
    yield plain
    if (detective or plain != rank) and (own := f"detective {plain}") in _ranks().all:
        yield own
