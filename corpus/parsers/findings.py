"""What a finding asks: of whom, by when, and under which status it stands."""

import re
from collections.abc import Sequence

from corpus.dates import DAY_DATE, MONTH_DATE, after, iso_date, last_day
from corpus.model import Event

_NUMBER_WORDS = (
    "one two three four five six seven eight nine ten eleven twelve "
    "thirteen fourteen fifteen sixteen seventeen eighteen"
)
_NUMBERS = {name: number for number, name in enumerate(_NUMBER_WORDS.split(" "), 1)} | {"a": 1, "an": 1}
_EXPLICIT = re.compile(
    r"(?:by|before|no later than|not later than)\s+(?:the\s+end\s+of\s+)?"
    rf"((?:{DAY_DATE})|(?:{MONTH_DATE})|(?:19|20)\d{{2}})",
    re.I,
)
_END_OF = re.compile(rf"\bend\s+of\s+((?:{MONTH_DATE})|(?:19|20)\d{{2}})", re.I)
_RELATIVE = re.compile(
    rf"within\s+(?:the\s+next\s+)?(\d{{1,3}}|{'|'.join(_NUMBERS)})\s+(day|week|month|year)s?\b", re.I
)
_AT_ONCE = re.compile(r"\b(?:immediately|at once|with immediate effect)\b", re.I)

_ADDRESSEES = (
    ("all-forces", r"all (?:police )?forces|every force|each force|(?<!the )\bforces"),
    ("chief-constables", r"(?:all )?chief constables|each chief constable"),
    ("npcc", r"npcc|national police chiefs.? council|acpo\b"),
    ("college", r"college of policing"),
    ("home-office", r"home office|home secretary"),
    ("cps", r"\bcps\b|crown prosecution service"),
    (
        "pcc",
        r"police and crime commissioners?|\bpccs?\b|local policing bod(?:y|ies)|police authorit(?:y|ies)",
    ),
    (
        "force",
        r"the (?:force|constabulary|service)\b|the chief constable\b|"
        r"\b[A-Z][\w&-]{1,30}(?: [\w&-]{1,30}){0,3} (?:Police|Constabulary)",
    ),
)
_ONE_FORCE = re.compile(r"\b(?:force|constabulary|chief constable|police)\b", re.I)
_FOR = re.compile(r"(?:recommendations? )?(?:to|for)\b", re.I)
_SHORT = 8  # words of a heading that names an addressee
_DUTY = re.compile(r"\b(?:should|must|is to|are to|needs? to)\b", re.I)


def deadline_of(text: str, published: str | None) -> tuple[str | None, str | None]:
    """(ISO date, wording) by when `text` wants something done; the last to fall due where several are stated.

    A relative wording ("within six months") gives a date only where the publication date is known.
    """
    found = [(_exact(match), match[0]) for match in _EXPLICIT.finditer(text)]
    for match in _RELATIVE.finditer(text):
        count = int(match[1]) if match[1].isdigit() else _NUMBERS[match[1].lower()]
        found.append((after(published, count, match[2].lower()) if published else None, match[0]))
    if not found:
        found = [(published, match[0]) for match in _AT_ONCE.finditer(text)]
    if not found:
        return None, None
    wording = "; ".join(dict.fromkeys(" ".join(words.split()) for _, words in found))
    return max((date for date, _ in found if date), default=None), wording


def _exact(match: re.Match[str]) -> str | None:
    """ISO date of an explicit deadline; the end of a month or year is its last day."""
    date = iso_date(match[1])
    return last_day(date).isoformat() if date and _END_OF.search(match[0]) else date


def addressees_of(text: str) -> tuple[str, ...]:
    """Whom `text` asks: read from what stands before "should" in each sentence, and from "That the force …"."""
    asked: list[str] = []
    for sentence in re.split(r"(?<=[.;:])\s+", text):
        duty = _DUTY.search(sentence)
        subject = sentence[: duty.start()] if duty else sentence[:60] if sentence.startswith("That ") else ""
        for name, pattern in _ADDRESSEES:
            if name in asked or (name == "force" and {"all-forces", "chief-constables"} & set(asked)):
                continue
            if re.search(pattern, subject, 0 if name == "force" else re.I) or (
                name == "force" and re.search(r"\b(?:the|that the) (?:force|constabulary)\b", subject, re.I)
            ):
                asked.append(name)
    return tuple(asked)


def addressees_named(text: str) -> tuple[str, ...]:
    """Whom a plain naming ("Chief constables and NPCC") names, in the order of the known ones; empty for others."""
    found: list[str] = []
    for name, pattern in _ADDRESSEES[:-1]:
        text, count = re.subn(pattern, " ", text, flags=re.I)
        found += [name] if count else []
    if not {"all-forces", "chief-constables"} & set(found) and _ONE_FORCE.search(text):
        found.append("force")
    return tuple(found)


def is_addressee(heading: str) -> bool:
    """Whether a heading only says for whom is what stands below it: "To the Home Office", "For chief constables"."""
    return bool(_FOR.match(heading)) and len(heading.split()) <= _SHORT and bool(addressees_named(heading))


def status_of(events: Sequence[Event]) -> tuple[str | None, str | None]:
    """(last explicit status in file order, the date it was set); a claim in a comment is not a status."""
    for event in reversed(events):
        if event.status:
            return event.status, event.date
    return None, None
