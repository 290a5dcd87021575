"""Echoes: comments that add nothing to an earlier one, of the same force ("stalled") or of another ("copied").

What counts is what a comment says that the earlier one does not: a new figure, date or name, a word that tells how far
things are, or words without a counterpart are news; another wording alone is none. The rules err towards news, because
an echo is held against the force that wrote it.
"""

import calendar
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from corpus.closure import claim_of
from corpus.dates import last_day
from corpus.forces import Forces, load_forces
from corpus.model import Document
from corpus.text import sentences
from indexer.canonical import Reading
from indexer.lexical import Analyzer, make_analyzer

SHARED = 0.5  # of the words of each sentence of a comment, at least, that the earlier one has too
MERGED = 0.5  # of the words of an earlier sentence, at least, that one holds which it went into
WHOLE = 0.7  # of the words of a sentence, at least, that another holds which is no mere part of it
COURTESY = 5  # words of a sentence without a counterpart, fewer than which say nothing if they tell no deed
COPIED_WORDS = 8  # a shorter comment ("New recommendation") is not copied: everybody writes it


def _listed(words: str) -> frozenset[str]:
    return frozenset(words.split())


# Words that say nothing by themselves: of a comment of these alone, or of courtesies, nothing is news.
_FILLER = (
    "a about above active actively add added additional advised again all already also an and any anything are area "
    "as at await aware be been before being below best better but by can case change changed colleagues come "
    "comment comments commit commitment committed continue continues continuing could course current currently date "
    "day detail details develop developed developing due earlier engage engaged ensure entry example excellent "
    "findings force forces from fully further give given good grateful happen happened happy has have hear heard "
    "heart here high highest i importance important improve improvement improving in information inspectorate is it "
    "its keep keeping keeps last late later made main matter matters may me members mentioned might mine moment "
    "month more moved movement my new next no none not note noted nothing now of on ongoing our out over overall "
    "per period piece please pleased position possible present previous previously priority progress progressed "
    "progressing public quarter recommendation refer regard relationship relevant remain remains report reported "
    "reporting responsibilities responsibility review robust said same say see serious seriously service set should "
    "since so stage stand stands state stated status still strive submit support that the their there therefore "
    "these thing things this time to unchanged under underway up update updated updates values very vital was way "
    "we week welcome welcomes well were what whatever when which wholly will with work working would year yet you"
)
# How far things are. Words of one row say the same; a row that the earlier sentence has no word of is news.
_STATES = (
    "complete completed finish finished conclude concluded done deliver delivered implement implemented achieve "
    "achieved fulfil fulfilled met",
    "start started begin began begun commence commenced launch launched",
    "approve approved approval agree agreed agreement authorise authorised endorse endorsed sign signed ratify "
    "ratified accept accepted grant granted",
    "refuse refused reject rejected decline declined withdraw withdrawn cancel cancelled abandon abandoned scrap "
    "scrapped",
    "delay delayed slip slipped postpone postponed defer deferred overdue late",
    "recruit recruited appoint appointed hire hired fill filled",
    "live introduce introduced install installed deploy deployed roll rolled issue issued publish published adopt "
    "adopted",
    "train trained",
    "buy bought purchase purchased procure procured order ordered tender tendered",
    "pause paused suspend suspended hold halt halted stop stopped",
    "draft drafted drafting",
    "audit audited inspect inspected test tested check checked",
    "leave left resign resigned retire retired vacant",
    "increase increased rise risen rose grow grown",
    "decrease decreased reduce reduced fall fallen fell drop dropped",
)
_TO_COME = _listed(
    "will shall due await awaits awaiting awaited pending expect expects expected plan plans planned intend intends "
    "propose proposes proposed would hope hopes aim aims yet until wait waits waiting"
)
_DENIED = _listed("not no never none nobody nothing without cannot nor neither fail failed unable")
# Of these one is news only where it takes another's place.
_GRADES = _listed(
    "first second third fourth fifth next last final mandatory compulsory optional voluntary red amber green high "
    "medium low permanent temporary interim partial pilot internal external open closed"
)
_SHARES = {"all": "all", "every": "all", "each": "all", "both": "all", "half": "half", "most": "most", "some": "some"}
_SHARES |= {"few": "some", "several": "some", "many": "most"}
_MONTHS = frozenset(name.lower() for names in (calendar.month_name, calendar.month_abbr) for name in names if name)
_SEASONS = _listed("spring summer autumn winter christmas easter")
# Words that tell a deed, besides those in -ed; and those in -ed that tell none.
_DEEDS = _listed(
    "began begun bought brought built chosen drawn drew found gave given held led left made met opened paid put ran "
    "run seen sent set sold spent stood taken taught told took went written wrote"
)
_NO_DEED = _listed("committed dedicated detailed determined involved limited named need needed pleased related")
_NAMED = re.compile(
    r"\b(?:ACC|DCC|CC|T/\w+|D?Ch(?:ief)? ?(?:Insp(?:ector)?|Supt|Superintendent|Con(?:stable)?)\.?|D?(?:CI|I|S|C)|DCI|"
    r"D?Supt|Superintendent|Inspector|Insp|Sergeant|Sgt|PC|Commander|Mr|Mrs|Ms|Miss|Dr)\.?"
    r"((?:\s[A-Z][\w’'-]+){1,3})"
)
_AS_AT = re.compile(
    r"^\W*(?:(?:update|position|status|progress)\b[^.:\n]{0,30}?[:–-]\s*|"
    r"(?:as (?:at|of)|position (?:as )?(?:at|on)|update (?:of|on|at)|on)\s+"
    r"\d{1,2}(?:st|nd|rd|th)?[\s/.]+(?:\w+|\d+)[\s/.]+\d{2,4}[,:.–-]*\s*)",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence as it is compared: its words by their stems, its figures and dates, and how far things are by it.

    `shares` are such words as "half" and "second". `deeds` are those of its words that tell what was done. `to_come`
    tells whether it speaks of what is to come, `denied` whether it denies something.
    """

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


def echoes(documents: Sequence[Document], folds: Sequence[int], forces: Forces | None = None) -> list[int | None]:
    """For every event of `documents`, numbered from 1 in their order, the earlier comment that it adds nothing to.

    A comment is compared with the ones before it on its finding, the last first, and then with those of other forces on
    findings that `folds` says are the same, up to its day. `forces` are the known ones, by default those shipped.
    """
    reading = Reading(forces or load_forces(), {}, frozenset(), framed=False)
    found: list[int | None] = []
    same: dict[int, list[_Comment]] = defaultdict(list)
    asked = 0
    for at, document in enumerate(documents):
        first, asked = asked, asked + len(document.findings)
        on: dict[int, list[_Comment]] = defaultdict(list)  # what holds for all findings counts as on the first
        for event in document.events:
            found.append(None)
            if event.kind != "comment" or not event.text:
                continue
            if claim_of(event.text):
                continue  # what is said of closure is news, even in words that were used before
            said = read(event.text, document.force, reading)
            one = _Comment(len(found), event.date, document.force, at, said)
            earlier = on[event.finding or 0]
            found[-1] = next((before.number for before in reversed(earlier) if adds_nothing(said, before.said)), None)
            earlier.append(one)
        for finding, comments in on.items() if document.findings else ():
            same[folds[first + finding]] += comments
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
    text = _AS_AT.sub("", text)
    names = frozenset(match[1].split()[-1].casefold() for match in _NAMED.finditer(text))
    text = _NAMED.sub(lambda match: match[0].removesuffix(match[1]), text)
    parts = [_sentence(reading.form(text[start:end], force).keys) for start, end in sentences(text)]
    told = tuple(part for part in parts if part.words or part.facts)
    words = frozenset().union(*(part.words for part in told))
    return Said(told, words, frozenset().union(*(part.facts for part in told)), names)


def _sentence(keys: Sequence[str]) -> Sentence:
    own = frozenset(keys)
    words = frozenset(_stems(keys))
    figures = (key for key in own if key != "1" and (any(c.isdigit() for c in key) or key in _MONTHS | _SEASONS))
    deeds = [key for key in own if (key.endswith("ed") and key not in _NO_DEED) or key in _DEEDS]
    return Sentence(
        words=words,
        facts=frozenset(figures),
        shares=frozenset({_SHARES[key] for key in own if key in _SHARES} | (own & _GRADES)),
        states=frozenset(row for row, known in enumerate(_states()) if not known.isdisjoint(words)),
        deeds=frozenset(_stems(deeds)),
        to_come=not own.isdisjoint(_TO_COME),
        denied=not own.isdisjoint(_DENIED),
    )


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
    return any(_as_far(sentence, other) for count, other in counted if count == best)


def _as_far(sentence: Sentence, other: Sentence) -> bool:
    """Whether two sentences deny alike, and speak alike of what is to come; a mere part of one need not."""
    part = len(sentence.words & other.words) < WHOLE * len(other.words)
    return part or (sentence.to_come, sentence.denied) == (other.to_come, other.denied)


def _stems(keys: Sequence[str]) -> Iterator[str]:
    for key in keys:
        if key not in _filler() and not any(c.isdigit() for c in key):
            yield from _analyzer().analyze(key)


@cache
def _analyzer() -> Analyzer:
    return make_analyzer(stop=True)


@cache
def _filler() -> frozenset[str]:
    return _listed(_FILLER)


@cache
def _states() -> tuple[frozenset[str], ...]:
    return tuple(frozenset(_analyzer().analyze(row)) for row in _STATES)
