"""What a query says beside its subject: a force, year, kind, status or number of a record; a slip of the keyboard."""

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from service.contract.values import UNKNOWN
from service.query.closure_words import OPEN, sayings
from service.query.owners_asked import owners_named
from service.query.question import clean

if TYPE_CHECKING:
    from corpus.forces import Forces

_SAYS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "finding": (
        ("recommendation", r"recommendations?"),
        ("area_for_improvement", r"areas? for improvement|AFIs?"),
        ("cause_of_concern", r"causes? of concern"),
        ("strength", r"strengths?"),
        ("work_in_progress", r"work in progress"),
        ("developing_practice", r"(?:developing|good|promising|innovative) practices?"),
        ("comment", r"comments?|updates?"),
        ("grade", r"grad(?:es?|ed|ings?)"),
    ),
    "document_kind": (
        ("inspection_report", r"inspection reports?"),
        ("peel_assessment", r"PEEL"),
        ("register_record", r"register"),
    ),
    "grade": (
        ("requires improvement", r"requires improvement"),
        *(
            (grade, rf"(?:graded|rated|judged|grade of) {grade}")
            for grade in ("outstanding", "good", "adequate", "inadequate", "excellent", "fair", "poor")
        ),
    ),
}
_PATTERNS = {
    facet: tuple((value, re.compile(rf"(?<!\w)(?:{pattern})(?!\w)", re.IGNORECASE)) for value, pattern in says)
    for facet, says in _SAYS.items()
}
_YEAR = re.compile(r"(?<![\w.,/-])(?:19|20)\d\d(?![\w/-])")
_NUMBER = re.compile(r"(?<![\w.,])\d{3,6}(?!\w|[.,]\d)")


def suggested_filters(query: str, forces: "Forces", held: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """The filters that a query names, by facet, of the values `held` by the index; no more than an offer."""
    text = clean(query)
    found = {"force": [mention.slug for mention in forces.mentions(text)], "year": _YEAR.findall(text)}
    found["status"] = list(sayings(text, _names_in(text, forces)).statuses)
    for facet, patterns in _PATTERNS.items():
        found[facet] = [value for value, pattern in patterns if pattern.search(text)]
    known = {facet: set(values) - {UNKNOWN} for facet, values in held.items()}
    kept = {name: [v for v in dict.fromkeys(values) if v in known.get(name, ())] for name, values in found.items()}
    return {facet: values for facet, values in kept.items() if values}


def register_filters(query: str, forces: "Forces", held: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """The filters of the register that a query names, of the values `held` by it: force, status, list, owner, year.

    Empty where it says neither where recommendations stand nor whose they are. What is not closed is all that has no
    closing status, so "unknown" is among it.
    """
    text = clean(query)
    owners = owners_named(text, [owner for owner in held.get("owner", ()) if owner != UNKNOWN])
    said = sayings(text, _names_in(text, forces))
    if not (said.offered or owners):
        return {}
    statuses = [*said.statuses, UNKNOWN] if set(OPEN) <= set(said.statuses) else said.statuses
    found: dict[str, Sequence[str]] = {
        "force": [mention.slug for mention in forces.mentions(text)],
        "status": statuses,
        "list": said.lists,
        "owner": owners,
        "year": _YEAR.findall(text),
    }
    kept = {name: [v for v in dict.fromkeys(values) if v in held.get(name, ())] for name, values in found.items()}
    if not (kept["status"] or kept["list"] or owners):
        return {}
    return {name: values for name, values in kept.items() if values}


def _names_in(text: str, forces: "Forces") -> list[str]:
    """The words of a query that name a force."""
    return [text[mention.start : mention.end] for mention in forces.mentions(text)]


def numbers(query: str) -> list[str]:
    """The numbers of a query that may be a record's, each once."""
    return list(dict.fromkeys(_NUMBER.findall(clean(query))))
