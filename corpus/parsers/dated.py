"""The date of a document: of its publication, as exactly as it is stated, by all that speaks for one."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache

from corpus.dates import DAY_DATE, MONTH_DATE, SLASHED_DATE, iso_date
from corpus.model import Evidence, Source
from corpus.parsers.evidence import STATED, piece, settled, signs, stated_by

_WEEKDAY = r"(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day,?\s+)?"
_UNNAMED_DAY = re.compile(rf"^{_WEEKDAY}")
_WORDS = ("date", "sent", "issued", "updated")  # labels that need a mark behind them
_SURE = 11  # weight of a label that counts in the middle of a paragraph too
_LINE = 140  # characters
_TOP_LINES = 45
_MASTHEAD = 12  # lines within which a date in brackets behind a title is that of the document
_OPENING = 3_000  # characters
_ISO = r"(?:19|20)\d{2}-\d{2}-\d{2}"
_ANY = re.compile(rf"{_ISO}|{DAY_DATE}|{SLASHED_DATE}|\d{{1,2}}\.\d{{1,2}}\.(?:19|20)\d{{2}}|{MONTH_DATE}", re.I)
_RANGE = re.compile(
    r"\d\s*(?:st|nd|rd|th)?\s*(?:[A-Z][a-z]+\s+)?(?:(?:19|20)\d\d\s*)?(?:[–—-]|\bto\b|\band\b|\buntil\b)\s*$|^\s*(?:[–—-]|to\b|and\b|until\b)\s*\d",
    re.I,
)
_GOES_ON = re.compile(r"[,;]?\s+[a-z]+\s+[a-z]+\b")  # "the guidance, published 4 May 2011, says that"
_WAS_PUBLISHED = re.compile(
    rf"\b(?:published|issued|released)\W+(?:(?:it|this|its|on|in|the|report|\w+)\W+){{0,6}}?({DAY_DATE}|{MONTH_DATE})",
    re.I,
)
_BY = re.compile(rf"\bpublished by [^.;:\d]{{3,80}}?,? ({DAY_DATE}|{MONTH_DATE})", re.I)
_YEARS = re.compile(r"\b((?:19|20)\d{2})(?:\s*[/–-]\s*\d{2,4})?\b")
_PARTED = re.compile(r"\s+[·•|]\s+|\t+|\s{3,}")
_COPYRIGHT = re.compile(r"(?:©|\(c\)|copyright|first published)\D{0,40}((?:19|20)\d{2})\b", re.I)


def date_evidence(source: Source, title: str, kind: str) -> tuple[str | None, list[Evidence]]:
    """(ISO date or None, what it was decided from). The best labelled date counts, else one alone at the top, else
    the year of the title."""
    pieces = list(_stated(source))
    lines = [line.strip().strip("#*_|> ").strip() for line in source.text.splitlines()]
    lines = [line for line in lines if line]
    pieces += _labelled([*(step.strip() for step in source.metadata.get("trail", "").split(">")), *lines])
    published = {p.value for p in pieces if p.source.lower() == "“published”"}
    if kind == "register_record" and len(published) > 1:
        pieces = [replace(p, why=p.why or "one of the reports that are listed") for p in pieces]
    pieces += _alone(lines[:_TOP_LINES], listing=kind == "register_record")
    pieces += _in_title(title, lines)
    for line in lines[:_TOP_LINES]:
        if match := _BY.search(line):
            pieces.append(piece("date", _iso(match[1]) or "", "“published by”", 7, line))
    pieces = [_checked(p, title) for p in pieces]
    usable = [p for p in pieces if not p.why and p.weight > 0]
    best = max(usable, key=lambda p: (p.weight, len(p.value)), default=None)
    value = best.value if best else None
    return value, settled(pieces, value, "a better date was found")


def _stated(source: Source) -> Iterator[Evidence]:
    if date := source.metadata.get("date"):
        by = stated_by(source, "date")
        yield piece("date", date, by or "the file's own data", STATED if by else 10.5, date)


def _labelled(lines: Sequence[str]) -> Iterator[Evidence]:
    """Dates behind a label, on its line or on the next one ("Published on: 26 September 2019")."""
    labels = signs().labels
    label = _label()
    for at, line in enumerate(lines):
        for match in label.finditer(line):
            name = match["label"].lower()
            in_passing = match["lead"].strip() and labels[name] < _SURE and (len(line) > _LINE or at > _TOP_LINES)
            below = not match["rest"].strip() and at + 1 < len(lines)
            text = _UNNAMED_DAY.sub("", lines[at + 1] if below else match["rest"].strip())
            date = _ANY.match(text)
            passing = match["lead"].strip() in (",", "and") and date and _GOES_ON.match(text, date.end())
            if (
                in_passing
                or passing
                or not date
                or (below and len(text) > 60)
                or not (below or _parted(name, match["gap"]))
            ):
                continue
            if value := _iso(date[0]):
                behind = text[date.end() :]  # "Published 3 May 2016. Corrected 9 June 2017" says it of the second
                why = "" if name == "meeting" or _ANY.search(behind) else _aside(behind, _LATER)
                if at >= _MASTHEAD and match["lead"] == "(" and line[: match.start()].strip():
                    why = "the day of a report that is named"
                if re.search(r"\breport: $", line[: match.start("label")], re.I):
                    why = "the day of the report that is answered"
                quote = f"{line} {lines[at + 1]}" if below else line
                yield piece("date", value, f"“{match['label']}”", labels[name] + 0.001 * max(0, 60 - at), quote, why)


@cache
def _label() -> re.Pattern[str]:
    names = "|".join(re.escape(name) for name in sorted(signs().labels, key=len, reverse=True))
    return re.compile(
        rf"(?P<lead>^|[(>*·|\t•]|[.,:;]\s|\band\s|(?<=\d{{4}})\s)\s*(?:report\s+)?(?P<label>{names})\b"
        rf"(?P<gap>[\s:*_|–-]*(?:on\s+)?{_WEEKDAY})(?=(?P<rest>.*))",
        re.I,
    )


def _parted(name: str, gap: str) -> bool:
    """Whether a mark stands between label and date, where the label is a word that runs on in a sentence too."""
    return name not in _WORDS or bool(gap.strip(" \t")) or "\t" in gap


_LATER = ("a day of the page, not of the document", "the day of a correction")


def _alone(lines: Sequence[str], *, listing: bool) -> Iterator[Evidence]:
    """Dates at the top that stand alone on a line, or with a place or a weekday."""
    for at, line in (
        (at, part) for at, whole in enumerate(lines) for part in ([whole] if listing else _PARTED.split(whole))
    ):
        plain = re.sub(rf"^{_WEEKDAY}", "", line).strip(" .,*_")
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
            sure = 2 if _GOES_ON.match(plain, date.end()) else 3
            yield piece("date", value, "a line at the top", sure - 0.05 * at, line, why)


def _checked(found: Evidence, title: str) -> Evidence:
    """A page's last change counts only near the year that its title names, and a bare date not long before it."""
    year = _YEARS.search(title)
    if found.why or not year:
        return found
    later = int(found.value[:4]) - int(year[1])
    if "updated" in found.source and not 0 <= later <= 1:
        return replace(found, why="a day of the page, not of the document")
    return (
        replace(found, why="long before the year in the title")
        if "at the top" in found.source and later < -1
        else found
    )


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
