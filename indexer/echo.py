"""Echoes: comments that add nothing to an earlier one, of the same force ("stalled") or of another ("copied").

What counts is what a comment says that the earlier one does not: a new figure, date or name, a word that tells how far
things are, or words without a counterpart are news; another wording alone is none. The rules err towards news, because
an echo is held against the force that wrote it.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from corpus.dates import last_day
from corpus.forces import Forces, load_forces
from corpus.model import Document
from corpus.text import sentences
from indexer.canonical import Reading
from indexer.lexical import make_analyzer

if TYPE_CHECKING:
    import tantivy

SHARED = 0.6  # of a comment's words, at least, that the earlier one has too, in each of its sentences
COPIED_WORDS = 8  # a shorter comment ("New recommendation") is not copied: everybody writes it

# Words that say nothing by themselves: of a comment of these alone nothing is news.
_FILLER = (
    "a about add additional again all already also an and any anything are as at be been being by can come comment "
    "comments continue continues continuing current currently date day detail details develop developed developing "
    "earlier entry force forces from further give given has have hand here i in information is it its last late later "
    "made matter matters moment month more new next no none not note noted nothing now of on ongoing our over period "
    "piece position present previous previously progress progressed progressing quarter recommendation remain remains "
    "report reported reporting review same say set since so stage stand stands state stated status still submit "
    "that the their there these this time to under update updated updates was way we week were what whatever when "
    "which will with work working would year yet you as-is unchanged change changed moved movement comments added "
    "before above below refer see per advised mentioned said out line above-mentioned happen happened hear heard "
    "main overall underway way thing things up let please await"
)
# How far things are. Words of one row say the same; a word of a row that the earlier comment has none of is news.
_STATES = (
    "complete completed finish finished conclude concluded done deliver delivered implement implemented achieve achieved "
    "fulfil fulfilled met",
    "start started begin began begun commence commenced launch launched",
    "approve approved approval agree agreed agreement authorise authorised endorse endorsed sign signed ratify ratified "
    "accept accepted grant granted",
    "await awaiting pending outstanding expect expected wait waiting due",
    "refuse refused reject rejected decline declined withdraw withdrawn cancel cancelled abandon abandoned scrap scrapped",
    "delay delayed slip slipped postpone postponed defer deferred overdue late",
    "recruit recruited appoint appointed hire hired fill filled",
    "live introduce introduced install installed deploy deployed roll rolled issue issued publish published adopt adopted",
    "train trained",
    "buy bought purchase purchased procure procured order ordered tender tendered",
    "pause paused suspend suspended hold halt halted stop stopped",
    "draft drafted drafting",
    "audit audited inspect inspected test tested check checked",
    "leave left resign resigned retire retired vacant",
    "increase increased rise risen rose up grow grown",
    "decrease decreased reduce reduced fall fallen fell down drop dropped",
)
_NOT = frozenset("not no never none nobody nothing without cannot nor neither fail failed unable".split())  # noqa: SIM905
_ALL = frozenset("all half most some few every both each only first second third fourth last".split())  # noqa: SIM905
_AS_AT = re.compile(
    r"^\W*(?:(?:update|position|status|progress)\b[^.:\n]{0,30}?[:–-]\s*|"
    r"(?:as (?:at|of)|position (?:as )?(?:at|on)|update (?:of|on|at)|on)\s+\d{1,2}(?:st|nd|rd|th)?[\s/.]+(?:\w+|\d+)[\s/.]+\d{2,4}[,:.–-]*\s*)",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Said:
    """A comment as it is compared: the words of each sentence, their stems and its facts.

    `facts` are figures, dates and names; `states` tell how far things are.
    """

    sentences: tuple[frozenset[str], ...]
    words: frozenset[str]
    facts: frozenset[str]
    states: frozenset[int]


@dataclass(frozen=True, slots=True)
class _Comment:
    number: int
    date: str
    force: str | None
    document: int
    said: Said


def echoes(documents: Sequence[Document], folds: Sequence[int], forces: Forces | None = None) -> list[int | None]:
    """For every event of `documents`, numbered from 1 in their order, the earlier comment that it adds nothing to.

    A comment is compared with the ones before it in its record, the last first, and then with those of other forces on
    findings that `folds` says are the same, up to its day. `forces` are the known ones, by default those shipped.
    """
    reading = Reading(forces or load_forces(), {}, frozenset(), framed=False)
    found: list[int | None] = []
    same: dict[int, list[_Comment]] = defaultdict(list)
    asked = 0
    for at, document in enumerate(documents):
        fold = folds[asked] if document.findings else 0
        asked += len(document.findings)
        earlier: list[_Comment] = []
        for event in document.events:
            found.append(None)
            if event.kind != "comment" or not event.text:
                continue
            said = read(event.text, document.force, reading)
            one = _Comment(len(found), event.date, document.force, at, said)
            found[-1] = next((before.number for before in reversed(earlier) if adds_nothing(said, before.said)), None)
            earlier.append(one)
        if fold:
            same[fold] += earlier
    for comments in same.values():
        for number, first in _copies(comments):
            found[number - 1] = found[number - 1] or first
    return found


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
            if other.document != one.document and other.force != one.force and adds_nothing(one.said, other.said):
                yield one.number, other.number
                break
        for word in one.said.words:
            holding[word].append(at)


def read(text: str, force: str | None, reading: Reading) -> Said:
    """A comment as it is compared; the name of its own force does not count."""
    text = _AS_AT.sub("", text)
    parts = [text[start:end] for start, end in sentences(text)]
    keys = [reading.form(part, force).keys for part in parts]
    stems = [frozenset(_stems(own)) for own in keys]
    plain = frozenset(key for own in keys for key in own)
    facts = {key for key in plain if any(c.isdigit() for c in key)} | (plain & _NOT) | (plain & _ALL)
    words = frozenset(stem for own in stems for stem in own)
    states = frozenset(row for row, known in enumerate(_states()) if not known.isdisjoint(words))
    return Said(tuple(own for own in stems if own), words, frozenset(facts), states)


def adds_nothing(said: Said, before: Said) -> bool:
    """Whether a comment says nothing that an earlier one does not."""
    if not said.words:
        return not said.facts - before.facts - _NOT - _ALL
    if said.facts - before.facts or said.states - before.states:
        return False
    return all(len(own & before.words) >= SHARED * len(own) for own in said.sentences)


def _stems(keys: Sequence[str]) -> Iterator[str]:
    for key in keys:
        if key not in _filler() and not any(c.isdigit() for c in key):
            yield from _analyzer().analyze(key)


@cache
def _analyzer() -> "tantivy.TextAnalyzer":
    return make_analyzer(stop=True)


@cache
def _filler() -> frozenset[str]:
    return frozenset(_FILLER.split())


@cache
def _states() -> tuple[frozenset[str], ...]:
    return tuple(frozenset(_analyzer().analyze(row)) for row in _STATES)
