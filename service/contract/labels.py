"""Values, dates and places in the words in which people read them."""

import calendar
import re
from collections.abc import Sequence

from service.contract.values import UNKNOWN

KINDS = {
    "inspection_report": "Inspection report",
    "peel_assessment": "PEEL assessment",
    "register_record": "Register record",
    "other": "Other document",
    "recommendation": "Recommendation",
    "area_for_improvement": "Area for improvement",
    "cause_of_concern": "Cause of concern",
    "strength": "Strength",
    "work_in_progress": "Work in progress",
    "developing_practice": "Developing practice",
    "judgement": "Judgement",
    "grade": "Grade",
    "comment": "Comment",
    "context": "Context",
    "glossary": "Glossary",
}
SIGNALS = {
    "requested": "Closure asked for",
    "decided": "Closure decided",
    "superseded": "Superseded",
    "parked": "Parked",
    "none": "Nothing of closure",
}
LISTS = {
    "closed-in-comments": "Comments say closed, status does not",
    "open-in-comments": "Status says closed, comments do not",
    "overdue-and-silent": "Overdue, no comment for a year",
    "overdue": "Overdue",
    "stalled": "Last comment adds nothing",
    "copied": "Last comment copied from another force",
}
SHORT_LISTS = {
    "closed-in-comments": "Closed in comments",
    "open-in-comments": "Open in comments",
    "overdue-and-silent": "Silent for a year",
    "overdue": "Overdue",
    "stalled": "Stalled",
    "copied": "Copied",
}
WHOSE = {
    "force": "the force says",
    "commissioner": "the commissioner says",
    "committee": "a committee was told",
}
_NAMED = 3  # forces of a document that are named, at most, where there is little room
_MONTHS = tuple(calendar.month_name)
ADDRESSEES = {
    "force": "the force",
    "all-forces": "all forces",
    "npcc": "the NPCC",
    "college": "the College of Policing",
    "home-office": "the Home Office",
    "cps": "the CPS",
    "pcc": "police and crime commissioners",
}


def label(value: str) -> str:
    """A value of a facet as people read it: `being-progressed` is "Being progressed"."""
    if value == UNKNOWN:
        return "Not known"
    known = KINDS.get(value) or SIGNALS.get(value) or LISTS.get(value)
    words = value.replace("-", " ").replace("_", " ")
    return known or words[:1].upper() + words[1:]


def addressee(value: str) -> str:
    """Whom a finding is for: "all forces", "the Home Office"."""
    return ADDRESSEES.get(value) or value.replace("-", " ")


def forces_words(names: Sequence[str]) -> str:
    """The forces that a document is about, in words: one, two or three by name, else how many."""
    if not names:
        return "Force not known"
    if len(names) > _NAMED:
        return f"{len(names)} forces"
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def date_words(date: str | None) -> str:
    """An ISO date, as exact as it is: "4 April 2018", "October 2007", "2016"; anything else as it stands."""
    match = re.fullmatch(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?", date or "")
    if not match or not 1 <= int(match[2] or 1) <= 12:
        return date or ""
    parts = [str(int(match[3]))] if match[3] else []
    parts += [_MONTHS[int(match[2])]] if match[2] else []
    return " ".join([*parts, match[1]])


def short_date(date: str | None) -> str:
    """An ISO date where there is little room: "4 Apr 2018", "Oct 2007", "2016"."""
    words = date_words(date).split(" ")
    return " ".join(word[:3] if word.isalpha() else word for word in words)


def status_words(status: str, date: str | None, word: str | None = None, by: str | None = None) -> str:
    """A status with the day it was set, for it says nothing about today: "being progressed, set 4 April 2018".

    With the `word` that is printed where it is another, and whose word it is: "complete (as printed: Closed), as the
    force says".
    """
    words = status.replace("-", " ")
    words += f" (as printed: {word})" if word and word.casefold() != words.casefold() else ""
    words += f", as {WHOSE.get(by, by)}" if by else ""
    return f"{words}, set {date_words(date)}" if date else words


def citation(
    title: str,
    date: str | None,
    numbers: Sequence[str],
    section: Sequence[str],
    page: int | None,
    comment_date: str | None,
) -> str:
    """A passage as a person would cite it: title, date, numbers, section, page, and whose comment it is.

    A number that ends the title, and headings that say no more than the title or its beginning, are not said again.
    """
    said = title.lower()
    begun = (at for at in range(len(section), 0, -1) if f"{said}: ".startswith(f"{': '.join(section[:at]).lower()}: "))
    section = section[next(begun, 0) :]
    parts = [title, date_words(date), *(number for number in numbers if not said.endswith(f": {number.lower()}"))]
    parts += [" › ".join(section)] if section else []
    parts += [f"p. {page}"] if page is not None else []
    parts += [f"comment of {date_words(comment_date)}"] if comment_date else []
    return ", ".join(part for part in parts if part)


def full_citation(forces: str, citation: str, text: str, address: str) -> str:
    """A citation with the forces, where it does not name them already, a few of the words and the address."""
    where = citation if not forces or forces in citation else f"{forces}: {citation}"
    return f"{where}: “{quotation(text)}” {address}"


def quotation(text: str, length: int = 160) -> str:
    """The beginning of a text in one line, whole words alone."""
    line = " ".join(text.split())
    if len(line) <= length:
        return line
    return f"{line[:length].rpartition(' ')[0] or line[:length]} …"


def counted(number: int, one: str, many: str = "") -> str:
    """ "1 file", "2 files"."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def nowhere_words(named: Sequence[str], found: bool) -> str:
    """That the index has nothing of these things that a query names."""
    things = " or ".join(f"“{one}”" for one in named)
    rest = ": what is found may be about the rest of the search alone" if found else ""
    return f"{things} stands nowhere here{rest}."
