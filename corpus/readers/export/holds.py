"""What the cells of a column hold: dates, statuses, numbers, names of forces, long texts, and texts that ask."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from corpus.forces import Forces, load_forces
from corpus.readers.export.days import due_of, serial_day
from corpus.readers.export.names import listed
from corpus.statuses import status_of_word
from corpus.text import NOTHING

_MOSTLY = 0.7  # of the cells
_LONG = 40  # characters: shorter texts are names, words or numbers
_LABEL = r"(?:afis?|a\.f\.i\.|recs?|recommendations?|cocs?|causes? of concern|areas? for improvement)"
_LABELLED = re.compile(rf"(?:.{{0,40}}\b)?{_LABEL}[ .:#-]{{0,3}}\d{{1,3}}(?:[.]\d{{1,2}})*[a-z]?", re.I)
_NUMBERED = re.compile(r"#?(?=.*\d)[A-Z]{0,8}[ /.:#-]{0,2}(?:\d[\w./-]{0,20})(?:[ /-]\d[\w./-]{0,10})?", re.I)
_KIND = re.compile(rf"(?:accelerated )?{_LABEL}", re.I)
_PERCENT = re.compile(r"\d{1,3}(?:\.\d+)? ?%|0\.\d+|100|[1-9]?\d", re.I)
_DUTY = re.compile(
    r"\b(?:should|must|needs? to|ought to|is to|are to|(?:is|are) required to|we recommend|recommends? that)\b", re.I
)
_POLICE = re.compile(
    r"(?:(?:[A-Z][\w'’-]+|[A-Z]{2,})(?:,? (?:(?:of|and|the|&) )*)){1,6}(?:Police(?: Service)?|Constabulary)\b"
)
_COLOUR = re.compile(
    r"[A-Z]|[BRAG]{2}|red|amber|yellow|green|blue|gr[ae]y|black|white|(?:red|amber)/(?:amber|green)", re.I
)
_NO_FORCE = re.compile(r"\b(?:fire|ambulance|council|coroner|prisons?)\b", re.I)


@dataclass(frozen=True, slots=True)
class Held:
    """Shares (0 to 1) of a column's cells, empty ones and those that say nothing ("n/a", "TBC") aside, of each kind.

    `count` is the number of cells; `colours` are those of a key, or letters for them; `labels` are numbers with the
    kind before them ("AFI 4"), `counted` says that the numbers run from the first row to the last (a count of rows),
    `few` that the column has a handful of values.
    """

    count: int = 0
    dates: float = 0
    serials: float = 0
    statuses: float = 0
    colours: float = 0
    numbers: float = 0
    labels: float = 0
    kinds: float = 0
    percents: float = 0
    forces: float = 0
    long: float = 0
    asks: float = 0
    counted: bool = False
    few: bool = False


def held_by(cells: Sequence[str]) -> Held:
    """What a column's cells hold."""
    said = [text for cell in cells if (text := " ".join(cell.split())).casefold() not in NOTHING]
    if not said:
        return Held()

    def share(test: Callable[[str], object]) -> float:
        return sum(1 for cell in said if test(cell)) / len(said)

    distinct = {cell.casefold() for cell in said}
    return Held(
        count=len(said),
        dates=share(lambda cell: due_of(cell) and not serial_day(cell)),
        serials=share(serial_day),
        statuses=share(_is_status),
        colours=share(_COLOUR.fullmatch),
        numbers=share(lambda cell: len(cell) <= 30 and (_NUMBERED.fullmatch(cell) or _LABELLED.fullmatch(cell))),
        labels=share(is_numbered),
        kinds=share(_KIND.fullmatch),
        percents=share(_PERCENT.fullmatch),
        forces=share(_is_force),
        long=share(lambda cell: len(cell) >= _LONG),
        asks=share(asks),
        counted=len(said) > 2 and said == [str(number) for number in range(1, len(said) + 1)],
        few=len(distinct) <= max(3, len(said) // 3) or len(distinct) <= 8,
    )


def is_numbered(cell: str) -> bool:
    """Whether a cell is the number of a finding with its kind before it ("AFI 4")."""
    return len(cell) <= 40 and bool(_LABELLED.fullmatch(cell))


@lru_cache(5_000)
def asks(cell: str) -> bool:
    """Whether a text asks somebody to do something: "should", or an imperative at its start."""
    text = cell.lstrip("•-–*·\t \"'“‘0123456789.()")
    if len(text.split()) < 4:
        return False
    return bool(_DUTY.search(text) or _begins().match(text))


@cache
def _begins() -> re.Pattern[str]:
    return re.compile(rf"(?:{'|'.join(listed()['asks']['begins'])})\b", re.I)


@lru_cache(5_000)
def _is_status(cell: str) -> bool:
    return 1 < len(cell) <= 60 and len(cell.split()) <= 5 and status_of_word(cell) is not None


@lru_cache(5_000)
def _is_force(cell: str) -> bool:
    return len(cell) <= 60 and bool(_forces().mentions(cell))


@lru_cache(5_000)
def force_in(text: str) -> str:
    """The one force that a title or a header names, as printed there; "" for none, several or another service."""
    if _NO_FORCE.search(text):
        return ""
    mentions = _forces().mentions(text)
    for how in (("name", "abbreviation"), ("short",)):
        found = {mention.slug: text[mention.start : mention.end] for mention in mentions if mention.how in how}
        if found:
            return next(iter(found.values())) if len(found) == 1 else ""
    phrases = {match[0] for match in _POLICE.finditer(text)}
    return phrases.pop() if len(phrases) == 1 else ""


@cache
def _forces() -> Forces:
    return load_forces()


def fit_of(role: str, held: Held) -> float:
    """How well what a column holds agrees with a role: above 0 it speaks for it, below 0 against; 0 for nothing."""
    return _FITS[role](held) if held.count and role in _FITS else 0.0


def _recommendation(held: Held) -> float:
    other = held.dates + held.statuses + held.percents + max(held.numbers, held.kinds)
    return 0.75 * held.asks + 0.25 * held.long - 0.3 * (1 - held.long) * (1 - held.asks) - 0.8 * other


def _comment(held: Held) -> float:
    words = (0.6 if held.count >= 3 and held.few else 0.3) * held.statuses
    numbers = max(held.numbers, held.percents, held.kinds)
    other = held.dates + held.serials + (numbers if numbers > _MOSTLY else 0) + words  # "388 outstanding", then "240"
    return 0.35 * held.long + 0.05 - 0.3 * held.asks * held.long - 0.9 * other


def _day(held: Held) -> float:
    dates = held.dates + held.serials
    return 0.5 * dates - 0.8 * held.long - 0.7 * held.statuses - (0 if dates else 0.3)


def _status(held: Held) -> float:
    several = 1.0 if held.count >= 3 and held.few else 0.75
    coloured = 0.35 * held.colours if held.few else 0
    return coloured + 0.65 * several * held.statuses - 0.7 * held.long - 0.9 * held.dates - 0.6 * held.numbers


def _number(held: Held) -> float:
    plain = 0 if held.counted else held.numbers
    return 0.35 * plain + 0.3 * held.labels - 0.9 * held.long - 0.6 * held.kinds - 0.3 * held.counted


def _force(held: Held) -> float:
    return 0.65 * held.forces - 0.7 * held.long - 0.9 * held.dates - 0.7 * max(held.numbers, held.statuses)


_FITS: Mapping[str, Callable[[Held], float]] = {
    "recommendation": _recommendation,
    "comment": _comment,
    "status": _status,
    "number": _number,
    "kind": lambda held: 0.65 * held.kinds - 0.6 * held.long - 0.9 * held.dates,
    "force": _force,
    "addressee": lambda held: 0.3 * held.forces - 0.7 * held.long - 0.9 * held.dates - 0.6 * held.numbers,
    "report": lambda held: (
        -0.5 * held.asks - 0.8 * held.dates - 0.6 * max(held.statuses, held.labels) - 0.5 * held.kinds
    ),
    **dict.fromkeys(("date", "published", "target", "revised", "closed", "reviewed"), _day),
}
