"""Grades as these documents state them: alone on a line, in pairs, and in the first sentences of a judgement."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from corpus.text import normalise, sentences

GRADES = (
    "outstanding",
    "excellent",
    "good",
    "fair",
    "adequate",
    "requires improvement",
    "inadequate",
    "poor",
    "exceeds the standard",
    "meets the standard",
    "fails to meet the standard",
    "exceeding the standard",
    "meeting the standard",
    "failing to meet the standard",
    "failing the standard",
)
WORD = "|".join(re.escape(grade) for grade in sorted(GRADES, key=len, reverse=True))
DIRECTIONS = (
    "improved|improving|stable|static|unchanged|declined|declining|deteriorated|deteriorating|no change|maintained"
)
_LABEL = (
    r"(?:(?:overall |our |the )?(?:grade[ds]?|judge?ment|rating|assessment|judged)(?: as| is| to be)?\s*[:–-]?\s*)?"
)
_DIRECTION = rf"(?:direction(?: of travel)?\s*[:–-]?\s*)?(?P<direction>{DIRECTIONS})"
_NOW = re.compile(rf"{_LABEL}(?P<grade>{WORD})(?:\s*[,;/|(–—-]?\s*{_DIRECTION}\)?)?\.?", re.I)
_WAS = r"(?:previously|formerly|was|before|last time|(?:in )?(?:19|20)\d\d(?:/\d\d)?)"
_PAIR = re.compile(
    rf"{_LABEL}(?P<grade>{WORD})\s*[,;/(–—-]\s*{_WAS}[: ]\s*(?:graded )?(?P<before>{WORD})\)?\.?",
    re.I,
)
_UNGRADED = re.compile(r"(?:not (?:yet )?graded|to be graded|ungraded|no grade|not subject to|n/?a)\b", re.I)
_PAST = re.compile(
    r"\b(?:last year|previous(?:ly)?|earlier|in (?:19|20)\d\d|(?:19|20)\d\d inspection|was also|had been|"
    r"at the time)\b",
    re.I,
)
_JUDGED = (
    r"(?:(?:is|was|has been|are|were) (?:also |now |again )?"
    r"(?:(?:judged|graded|rated|assessed)(?: to be| as(?: being)?)? )?(?:(?:is|to be) )?)"
)
_AT = r"(?:at|in|for|with|on)"
_GRADE = (
    rf"(?:{_JUDGED}(?P<good>outstanding|excellent|good|fair|adequate|inadequate|poor)|"
    rf"(?:requires|{_JUDGED}(?:to )?require)\s+(?P<needs>improvement))"
)
# "… is good at investigating crime", "requires improvement in its efficiency", "is judged to require improvement at …"
_GOOD_AT = re.compile(rf"{_GRADE}\s+{_AT}\s+(?P<area>(?:its |the )?[^.;:]+)", re.I)
# "its understanding of demand is good", "the efficiency with which … requires improvement"
_OWNED = r"(?:its|the|the force['’]s|(?:[A-Z][\w&'’-]+ ){1,4}(?:Police|Constabulary)['’]s)"
_AREA_IS = re.compile(
    rf"^(?:and |but |while )?(?P<area>(?!the (?:force|constabulary|service)\b(?!['’])){_OWNED} [^.;:,]{{4,110}}?)\s+"
    rf"{_GRADE}(?P<rest>(?:,? and so (?:is|are|does|do) [^.;:]+)?)\.?$",
    re.I,
)
_SO_DOES = re.compile(r"and so (?:is|are|does|do) (?P<area>(?:its|the) [^.;:,]+)", re.I)
_NAMED = re.compile(rf"^(?P<area>[^.:;]{{8,140}}): (?P<grade>{WORD})\.?$", re.I)
_SUBJECT = re.compile(
    r"(?:(?:for|in|on) [\w ]{3,30},\s+)?(?:[Tt]he (?:force|constabulary|service)|It|it|"
    r"[A-Z][\w&'’-]+(?: (?:(?:and|&) )?[\w&'’-]+){0,4} (?:Police(?: Service)?|Constabulary)) "
    r"(?=is|was|has been|requires)"
)
_SUBJECTS = 60  # characters: within these a sentence names whom it is about
_COUNT = re.compile(r"(?:\d+|one|two|three|four|five|six|seven|eight|nine|ten|all|most|none|each|every)\b", re.I)
_SMALL = frozenset(
    [
        "the",
        "its",
        "a",
        "an",
        "of",
        "to",
        "in",
        "at",
        "and",
        "for",
        "is",
        "how",
        "well",
        "does",
        "force",
        "effectively",
        "on",
        "with",
        "it",
        "by",
        "that",
        "which",
        "their",
        "what",
        "extent",
    ]
)


@dataclass(frozen=True, slots=True)
class Stated:
    """A grade for an area, at an offset in the text that states it."""

    area: str
    grade: str
    start: int
    direction: str | None = None
    before: str | None = None


def grade_of(text: str) -> Stated | None:
    """The grade of a line or cell that holds nothing else: "Good", "graded inadequate", "Fair – improved"."""
    plain = " ".join(text.split())
    if match := _PAIR.fullmatch(plain):
        return Stated("", match["grade"].lower(), 0, None, match["before"].lower())
    if match := _NOW.fullmatch(plain):
        return Stated("", match["grade"].lower(), 0, match["direction"].lower() if match["direction"] else None)
    return None


def direction_of(text: str) -> str | None:
    """The direction of travel of a line or cell that holds nothing else."""
    match = re.fullmatch(rf"(?:direction(?: of travel)?\s*[:–-]?\s*)?({DIRECTIONS})\.?", " ".join(text.split()), re.I)
    return match[1].lower() if match else None


def is_ungraded(text: str) -> bool:
    """Whether a line says that no grade was given: "To be graded", "This question was not graded."."""
    plain = re.sub(r"^this (?:question|area|part|section) (?:is|was) ", "", text.strip(), flags=re.I)
    return len(text) < 60 and bool(_UNGRADED.match(plain))


def spoken(text: str, others: Callable[[str], bool] = lambda _: False) -> Iterator[Stated]:
    """The grades that the sentences of a judgement state for this force now; other years are left out.

    `others` tells whether a text names another force, so that what is said of that one is left out too.
    """
    for start, end in sentences(text):
        sentence = text[start:end]
        head, _, then = sentence.partition(", as ")
        said = head if _PAST.search(then) else sentence
        if _PAST.search(said) or others(said[:_SUBJECTS]):
            continue
        for found in _of_sentence(said.rstrip(" ,")):
            yield Stated(found.area, found.grade, start + found.start)


def _of_sentence(sentence: str) -> Iterator[Stated]:
    if named := _NAMED.fullmatch(sentence):
        yield Stated(named["area"], named["grade"].lower(), 0)
        return
    own = _SUBJECT.match(sentence)
    if own:
        for part, offset in _parts(sentence[own.end() :], own.end()):
            match = _GOOD_AT.match(part)
            if not match:
                return
            area = match["area"].strip(" ,")
            if not _COUNT.match(area):  # "good in two areas" counts
                yield Stated(area, _grade(match), offset + match.start())
        return
    if match := _AREA_IS.match(sentence):
        yield Stated(match["area"], _grade(match), match.start())
        if again := _SO_DOES.search(match["rest"]):
            yield Stated(again["area"], _grade(match), match.start("rest"))


def _parts(text: str, offset: int) -> Iterator[tuple[str, int]]:
    """The parts of "is good at this, is good at that and is outstanding at the other"."""
    cuts = [
        match.start()
        for match in re.finditer(rf"(?:,\s+(?:and\s+)?|\s+and\s+)(?={_JUDGED}\w+ {_AT}\b|requires improvement)", text)
    ]
    for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True):
        part = re.sub(r"^(?:,\s+|\s+)?(?:and\s+)?", "", text[start:end])
        yield part, offset + end - len(part)


def _grade(match: re.Match[str]) -> str:
    return "requires improvement" if match["needs"] else match["good"].lower()


def same_area(one: str, other: str) -> bool:
    """Whether two names stand for one area: most of their rarer words, by their first five letters."""
    left, right = _stems(one), _stems(other)
    return bool(left) and bool(right) and len(left & right) >= 0.6 * max(len(left), len(right))


def _stems(area: str) -> set[str]:
    return {word[:5] for word in re.findall(r"[a-z]+", normalise(area)) if word not in _SMALL}


def scale_of(cells: Sequence[str]) -> tuple[str, ...]:
    """The grades of a table's head row that has nothing but grades, from an empty first cell on; () for others."""
    words = tuple(cell.strip().lower() for cell in cells if cell.strip() and cell.strip() != "–")
    words = words[1:] if len(words) > 3 and words[0] not in GRADES else words
    words = words[:-1] if words and words[-1] in ("total", "all") else words
    return words if len(words) > 2 and all(word in GRADES for word in words) else ()
