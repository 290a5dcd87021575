"""Whose tracker it is, by what stands above it, in the names of its sheets and in its column of addressees."""

import re
from collections.abc import Sequence
from functools import cache

from corpus.forces import Forces, load_forces
from corpus.parsers.findings import addressees_named
from corpus.readers.export.rows import Row

_POLICE = re.compile(
    r"(?:(?:[A-Z][\w'’-]+|[A-Z]{2,})(?:,? (?:(?:of|and|the|&) )*)){1,6}(?:Police(?: Service)?|Constabulary)\b"
)
_NO_FORCE = re.compile(r"\b(?:fire|ambulance|council|coroner|prisons?)\b", re.I)
_GENERIC = re.compile(
    r"(?:sheet|tab|table|page)? ?\d*|.*\b(?:tracker|data|live|open|closed|archived?|master|main|log|export|current|"
    r"completed?|all|register|action plan|recs?|recommendations?|afis?|new|old|raw|list)\b.*",
    re.I,
)


def force_in(text: str) -> str:
    """The one force that a title or a sheet's name names, as printed there; "" for none, several or another service."""
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


def force_of_addressees(rows: Sequence[Row]) -> str:
    """The one body that a column of addressees names besides all forces and national bodies; "" for none or several."""
    printed = {row.cells["addressee"] for row in rows if row.cells["addressee"]}
    single = {name for name in printed if not addressees_named(name) and len(name) <= 60}
    named = {name for name in printed - single if force_in(name)}
    found = {" ".join(name.split()).casefold(): name for name in sorted(single | named)}
    return next(iter(found.values())) if len(found) == 1 else ""


def report_of_sheet(name: str) -> str:
    """The report that a sheet's name names; "" for a name such as "Live" or "Sheet 1", or that of a force."""
    return "" if not name.strip() or _GENERIC.fullmatch(name.strip()) or force_in(name) else name.strip()
