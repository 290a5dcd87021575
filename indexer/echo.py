"""Echoes: comments that add nothing to an earlier one, of the same force ("stalled") or of another ("copied").

What counts is what a comment says that the earlier one does not: a new figure, date or name, a word that tells how far
things are, or words without a counterpart are news; another wording alone is none. The rules err towards news, because
an echo is held against the force that wrote it. Their words and patterns stand in data/echo.toml.
"""

import calendar
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass
from difflib import SequenceMatcher
from functools import cache
from pathlib import Path
from typing import Any

from corpus.dates import last_day
from corpus.forces import Forces
from corpus.model import Document
from corpus.shelf import Lines
from corpus.text import sentences
from indexer.canonical import Reading
from indexer.claims import Claims
from indexer.folds import Folds
from indexer.lexical import Analyzer, make_analyzer
from indexer.rules import echo_rules

SHARED = 0.5  # of the words of each sentence of a comment, at least, that the earlier one has too
MERGED = 0.5  # of the words of an earlier sentence, at least, that one holds which it went into
WHOLE = 0.7  # of the words of a sentence, at least, that another holds which is no mere part of it
COPY = 0.75  # of two sentences in their order, at least, that is alike where one repeats the other word for word
IN_ORDER = 300  # words of a sentence, at most, that is compared in its order: that takes the square of them
COURTESY = 5  # words of a sentence without a counterpart, fewer than which say nothing if they tell no deed
COPIED_WORDS = 8  # a shorter comment ("New recommendation") is not copied: everybody writes it
_MONTHS = frozenset(name.lower() for names in (calendar.month_name, calendar.month_abbr) for name in names if name)


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence as it is compared: its words by their stems, its figures and dates, and how far things are by it.

    `order` has all its words as they stand. `shares` are such words as "half" and "second". `deeds` are those of its
    words that tell what was done. `to_come` tells whether it speaks of what is to come, `denied` whether it denies
    something.
    """

    order: tuple[str, ...]
    words: frozenset[str]
    facts: frozenset[str]
    shares: frozenset[str]
    states: frozenset[int]
    deeds: frozenset[str]
    to_come: bool
    denied: bool


@dataclass(frozen=True, slots=True)
class Said:
    """A comment as it is compared: those of its sentences that say something, all their words and facts, and whom it
    names by rank.
    """

    sentences: tuple[Sentence, ...]
    words: frozenset[str]
    facts: frozenset[str]
    names: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Comment:
    number: int
    date: str
    force: str | None
    document: int
    said: Said


class Echoes:
    """Finds what comments echo in documents that are taken in one by one, in their order; events are numbered from 1.

    A comment is compared with the ones before it on its finding, the last first, and then with those of other forces on
    findings that `folds` says are the same, up to its day. `forces` are the known ones, `claims` what comments say of
    closure. What has to wait for comments of other documents waits on disk, in `folder`.
    """

    def __init__(self, folds: Folds, forces: Forces, claims: Claims, folder: Path | None = None) -> None:
        self._folds, self._claims = folds, claims
        self._reading = Reading(forces, {}, frozenset(), framed=False)
        self._waiting = Lines(folder)
        self._same: dict[int, array[int]] = {}
        self._events = self._findings = self._documents = 0

    def take(self, document: Document) -> list[int | None]:
        """For each event of the next document, the earlier comment on its finding that it adds nothing to."""
        found: list[int | None] = []
        on: dict[int, list[_Comment]] = defaultdict(list)  # what holds for all findings counts as on the first
        for number, event in enumerate(document.events, self._events + 1):
            found.append(None)
            if event.kind != "comment" or not event.text:
                continue
            if self._claims[event.text]:
                continue  # what is said of closure is news, even in words that were used before
            said = read(event.text, document.force, self._reading)
            earlier = on[event.finding or 0]
            found[-1] = next((before.number for before in reversed(earlier) if adds_nothing(said, before.said)), None)
            earlier.append(_Comment(number, event.date, document.force, self._documents, said))
        for finding, comments in on.items() if document.findings else ():
            fold = self._folds.findings[self._findings + finding]
            if fold in self._folds.shared:
                self._same.setdefault(fold, array("q")).extend(self._waiting.put(_plain(one)) for one in comments)
        self._events += len(document.events)
        self._findings += len(document.findings)
        self._documents += 1
        return found

    def copied(self) -> Iterator[tuple[int, int]]:
        """Comments of all that was taken in, each with the earliest of another force that it adds nothing to."""
        for waiting in self._same.values():
            yield from _copies([_comment(self._waiting.get(number)) for number in waiting])


def echoes(documents: Sequence[Document], folds: Folds, forces: Forces, claims: Claims) -> list[int | None]:
    """For every event of `documents`, numbered from 1 in their order, the earlier comment that it adds nothing to."""
    taken = Echoes(folds, forces, claims)
    found = [echo for document in documents for echo in taken.take(document)]
    for number, first in taken.copied():
        found[number - 1] = found[number - 1] or first
    return found


def _plain(one: _Comment) -> list[Any]:
    told = [[*map(_listed, astuple(sentence))] for sentence in one.said.sentences]
    return [one.number, one.date, one.force, one.document, told, *map(_listed, astuple(one.said)[1:])]


def _listed(value: Any) -> Any:
    return list(value) if isinstance(value, frozenset) else value


def _comment(plain: list[Any]) -> _Comment:
    number, date, force, document, told, *sets = plain
    parts = tuple(Sentence(tuple(order), *_sets(own[:5]), *own[5:]) for order, *own in told)
    return _Comment(number, date, force, document, Said(parts, *_sets(sets)))


def _sets(lists: list[list[Any]]) -> list[Any]:
    return [frozenset(own) for own in lists]


def _copies(comments: Sequence[_Comment]) -> Iterator[tuple[int, int]]:
    """Comments that add nothing to one of another force on the same finding, each with the earliest such."""
    ordered = sorted(comments, key=lambda one: (last_day(one.date), one.number))
    holding: dict[str, list[int]] = defaultdict(list)
    for at, one in enumerate(ordered):
        if len(one.said.words) < COPIED_WORDS:
            continue
        counts: dict[int, int] = defaultdict(int)
        for word in one.said.words:
            for before in holding[word]:
                counts[before] += 1
        likely = [before for before, shared in counts.items() if shared >= SHARED * len(one.said.words)]
        for before in sorted(likely):
            other = ordered[before]
            if (
                other.document != one.document
                and other.force != one.force
                and adds_nothing(one.said, other.said, copied=True)
            ):
                yield one.number, other.number
                break
        for word in one.said.words:
            holding[word].append(at)


def read(text: str, force: str | None, reading: Reading) -> Said:
    """A comment as it is compared; the name of its own force does not count, nor the day that it reports on."""
    rules = echo_rules()
    text = rules.as_at.sub("", text)
    names = frozenset(match[1].split()[-1].casefold() for match in rules.named.finditer(text))
    text = rules.named.sub(lambda match: match[0].removesuffix(match[1]), text)
    parts = [_sentence(text[start:end], reading.form(text[start:end], force).keys) for start, end in sentences(text)]
    told = tuple(part for part in parts if part.words or part.facts)
    words = frozenset().union(*(part.words for part in told))
    return Said(told, words, frozenset().union(*(part.facts for part in told)), names)


def _sentence(text: str, keys: Sequence[str]) -> Sentence:
    own, rules = frozenset(keys), echo_rules()
    words = frozenset(_stems(keys))
    dated = _MONTHS | rules.seasons
    figures = (key for key in own if key != "1" and (any(c.isdigit() for c in key) or key in dated))
    deeds = [key for key in own if (key.endswith("ed") and key not in rules.no_deed) or key in rules.deeds]
    return Sentence(
        order=tuple(keys),
        words=words,
        facts=frozenset(figures) | frozenset(_rhythms(text)),
        shares=frozenset({rules.shares[key] for key in own if key in rules.shares} | (own & rules.grades)),
        states=frozenset(row for row, known in enumerate(_states()) if not known.isdisjoint(words)),
        deeds=frozenset(_stems(deeds)),
        to_come=not own.isdisjoint(rules.to_come),
        denied=not own.isdisjoint(rules.denied),
    )


def _rhythms(text: str) -> Iterator[str]:
    """How often something is done: a fact as a figure is, and the same in "weekly" and "every week"."""
    rules = echo_rules()
    for match in rules.rhythm.finditer(text):
        word = (match[1] or match[2]).lower()
        yield f"each {rules.rhythms.get(word, word)}"


def adds_nothing(said: Said, before: Said, *, copied: bool = False) -> bool:
    """Whether a comment says nothing that an earlier one does not; a `copied` one may name its own people."""
    if not said.facts <= before.facts or not (copied or said.names <= before.names):
        return False
    return all(_told(sentence, before) for sentence in said.sentences)


def _told(sentence: Sentence, before: Said) -> bool:
    """Whether an earlier comment says what a sentence says, in one of its sentences or in several together."""
    if not sentence.words:
        return True
    counted = [(len(sentence.words & other.words), other) for other in before.sentences]
    best = max((count for count, _ in counted), default=0)
    # A sentence may have been put together from several, or be a part of one.
    whole = [other for count, other in counted if count and (count == best or count >= MERGED * len(other.words))]
    words = frozenset().union(*(other.words for other in whole))
    new = sentence.words - words
    if len(new) > (1 - SHARED) * len(sentence.words):
        # Of another matter: a courtesy, unless it tells a fact, a deed or a good deal.
        return not (sentence.facts or sentence.states or sentence.deeds & new or len(new) >= COURTESY)
    facts = frozenset().union(*(other.facts for other in whole))
    shares = frozenset().union(*(other.shares for other in whole))
    states = frozenset().union(*(other.states for other in whole))
    if not (sentence.facts <= facts and sentence.states <= states and (not shares or sentence.shares <= shares)):
        return False
    near = [other for count, other in counted if count == best]
    return any(_as_far(sentence, other) for other in near) and not any(
        _altered(sentence, other, before.words) for other in near
    )


def _as_far(sentence: Sentence, other: Sentence) -> bool:
    """Whether two sentences deny alike, and speak alike of what is to come; a mere part of one need not."""
    part = len(sentence.words & other.words) < WHOLE * len(other.words)
    return part or (sentence.to_come, sentence.denied) == (other.to_come, other.denied)


def _altered(sentence: Sentence, other: Sentence, known: frozenset[str]) -> bool:
    """Whether a sentence repeats another word for word save some that say something new: these say it on purpose.

    In another wording new words mean little.
    """
    new = Counter(sentence.order) - Counter(other.order)
    both = len(sentence.order) - new.total()
    if 2 * both < COPY * (len(sentence.order) + len(other.order)):
        return False
    if max(len(sentence.order), len(other.order)) <= IN_ORDER:
        matcher = SequenceMatcher(None, other.order, sentence.order, autojunk=False)
        if matcher.ratio() < COPY:
            return False
        changed = (span[3:] for span in matcher.get_opcodes() if span[0] != "equal")
        new = Counter(word for start, end in changed for word in sentence.order[start:end])
    return not known.issuperset(_stems(list(new)))


def _stems(keys: Sequence[str]) -> Iterator[str]:
    filler = echo_rules().filler
    for key in keys:
        if key not in filler and not any(c.isdigit() for c in key):
            yield from _analyzer().analyze(key)


@cache
def _analyzer() -> Analyzer:
    return make_analyzer(stop=True)


@cache
def _states() -> tuple[frozenset[str], ...]:
    return tuple(frozenset(_analyzer().analyze(row)) for row in echo_rules().states)
