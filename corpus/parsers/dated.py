"""The date of a document: of its publication, as exactly as it is stated, by all that speaks for one."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from corpus.dates import DAY_DATE, MONTH_DATE, SLASHED_DATE, iso_date
from corpus.model import Evidence, Source
from corpus.parsers.evidence import STATED, piece, settled, signs

_TOP_LINES = 45
_OPENING = 3_000  # characters
_ISO = r"(?:19|20)\d{2}-\d{2}-\d{2}"
_ANY = re.compile(rf"{_ISO}|{DAY_DATE}|{SLASHED_DATE}|\d{{1,2}}\.\d{{1,2}}\.(?:19|20)\d{{2}}|{MONTH_DATE}", re.I)
_WEEKDAY = r"(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day,?\s+)?"
_RANGE = re.compile(
    r"\d\s*(?:st|nd|rd|th)?\s*(?:[A-Z][a-z]+\s+)?(?:(?:19|20)\d\d\s*)?(?:[–—-]|\bto\b|\band\b|\buntil\b)\s*$|^\s*(?:[–—-]|to\b|and\b|until\b)\s*\d",
    re.I,
)
_WAS_PUBLISHED = re.compile(
    rf"\b(?:published|issued|released)\W+(?:(?:it|this|its|on|in|the|report|\w+)\W+){{0,6}}?({DAY_DATE}|{MONTH_DATE})",
    re.I,
)
_YEARS = re.compile(r"\b((?:19|20)\d{2})(?:\s*[/–-]\s*\d{2,4})?\b")
_COPYRIGHT = re.compile(r"(?:©|\(c\)|copyright|first published)\D{0,40}((?:19|20)\d{2})\b", re.I)


def date_evidence(source: Source, title: str, kind: str) -> tuple[str | None, list[Evidence]]:
    """(ISO date or None, what it was decided from). The best labelled date counts, else one alone at the top, else
    the year of the title."""
    pieces = list(_stated(source))
    lines = [line.strip().strip("#*_|> ").strip() for line in source.text.splitlines()]
    lines = [line for line in lines if line]
    pieces += _labelled([*(step.strip() for step in source.metadata.get("trail", "").split(">")), *lines])
    pieces += _alone(lines[:_TOP_LINES], listing=kind == "register_record")
    pieces += _in_title(title, lines)
    pieces = [_checked(p, title) for p in pieces]
    usable = [p for p in pieces if not p.why and p.weight > 0]
    best = max(usable, key=lambda p: (p.weight, len(p.value)), default=None)
    value = best.value if best else None
    return value, settled(pieces, value, "a better date was found")


def _stated(source: Source) -> Iterator[Evidence]:
    if date := source.metadata.get("date"):
        by = source.metadata.get("said_in")
        yield piece("date", date, by or "the file's own data", STATED if by else 10.5, date)


def _labelled(lines: Sequence[str]) -> Iterator[Evidence]:
    """Dates behind a label, on its line or on the next one ("Published on: 26 September 2019")."""
    labels = signs().labels
    names = "|".join(re.escape(name) for name in sorted(labels, key=len, reverse=True))
    label = re.compile(
        rf"(?P<lead>^|[(>*·|\t•]|[.,]\s|\band\s|(?<=\d{4})\s)\s*(?:report\s+)?(?P<label>{names})\b(?P<gap>[\s:*_|–-]*(?:on\s+)?{_WEEKDAY})(?P<rest>.*)",
        re.I,
    )
    for at, line in enumerate(lines):
        for match in label.finditer(line):
            name = match["label"].lower()
            if match["lead"].strip() and labels[name] < 11 and (len(line) > 140 or at > _TOP_LINES):
                continue
            rest = match["rest"].strip()
            below = not rest and at + 1 < len(lines)
            text = re.sub(rf"^{_WEEKDAY}", "", lines[at + 1]) if below else rest
            date = _ANY.match(text)
            if not date or (below and len(text) > 60):
                continue
            if (
                not match["gap"].strip(" \t")
                and not below
                and name in ("date", "sent", "issued", "meeting", "updated")
                and ":" not in match["gap"]
            ):
                if name != "meeting" and "\t" not in match["gap"]:
                    continue
            value = _iso(date[0])
            if value:
                why = _aside(text[date.end() :], _LATER) if name not in ("meeting",) else ""
                place = 0.001 * max(0, 60 - at)
                yield piece(
                    "date",
                    value,
                    f"“{match['label']}”",
                    labels[name] + place,
                    line if not below else f"{line} {lines[at + 1]}",
                    why,
                )


_LATER = ("a day of the page, not of the document", "the day of a correction")


def _alone(lines: Sequence[str], *, listing: bool) -> Iterator[Evidence]:
    """Dates at the top that stand alone on a line, or with a place or a weekday."""
    for at, line in enumerate(lines):
        plain = re.sub(rf"^{_WEEKDAY}", "", line).strip(" .,")
        if len(plain) > 60 or not (date := _ANY.search(plain)):
            continue
        before, after = plain[: date.start()].strip(" ,–-"), plain[date.end() :].strip(" ,–-.")
        value = _iso(date[0])
        if value is None:
            continue
        if _RANGE.search(plain[: date.start()]) or _RANGE.search(plain[date.end() :]):
            yield piece("date", value, "a line at the top", 0, line, "the days of an inspection")
        elif not before and (not after or re.fullmatch(r"[\d.:apm h]+(?:am|pm)?", after)):
            exact = 2.0 if len(value) > 7 else 0.0
            yield piece("date", value, "a line of its own at the top", 6 + exact - 0.05 * at, line)
        elif len(plain.split()) < 9 and at < 12 and not listing:
            if re.search(r"\bupdated\b", line, re.I):
                continue
            why = _aside(line)
            yield piece("date", value, "a line at the top", 3 - 0.05 * at, line, why)


def _checked(found: Evidence, title: str) -> Evidence:
    """A page's last change counts only near the year that its title names."""
    year = _YEARS.search(title)
    if "updated" not in found.source or found.why or not year or 0 <= int(found.value[:4]) - int(year[1]) <= 1:
        return found
    return replace(found, why="a day of the page, not of the document")


def _in_title(title: str, lines: Sequence[str]) -> Iterator[Evidence]:
    if date := _ANY.search(title):
        if value := _iso(date[0]):
            yield piece("date", value, "the title", 5, title)
    elif year := _YEARS.search(title):
        yield piece("date", year[1], "the year in the title", 2, title)
    for line in lines[:12]:
        if year := _COPYRIGHT.search(line):
            yield piece("date", year[1], "the copyright line", 1.2, line)


def _aside(text: str, only: Sequence[str] = ()) -> str:
    """Why a date in this text is not the document's own; "" where nothing says so."""
    return next((why for pattern, why in signs().aside if (not only or why in only) and pattern.search(text)), "")


def _iso(text: str) -> str | None:
    return iso_date(text.replace(".", "/") if re.fullmatch(r"[\d.]+", text) else text)


def answered_report(text: str, own: str | None) -> str | None:
    """The one day on which, by the opening of a reply or paper, the report that it answers was published."""
    days = {day for match in _WAS_PUBLISHED.finditer(text[:_OPENING]) if (day := _iso(match[1])) and day != own}
    return days.pop() if len(days) == 1 else None
