"""Days, months and quarters as people type them into a table."""

import datetime
import re
from functools import lru_cache

from corpus.dates import MONTH, iso_date

_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_YEAR = r"(?P<y>(?:19|20)\d\d|'?\d\d)"
_TIME = r"(?:[T ,]+\d{1,2}:\d\d\S*(?: ?[ap]m)?)?"
_DAYS = tuple(
    re.compile(pattern + _TIME, re.I)
    for pattern in (
        r"(?P<y>(?:19|20)\d\d)[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})",
        rf"(?P<d>\d{{1,2}})(?P<sep>[-/. ])(?P<m>\d{{1,2}})(?P=sep){_YEAR}",
        rf"(?:\w+day,? |(?:mon|tue|wed|thu|fri|sat|sun),? )?(?P<d>\d{{1,2}})(?:st|nd|rd|th)?[-/. ]?(?:of )?"
        rf"(?P<name>{MONTH})[-/., ]{{0,2}}{_YEAR}",
        rf"(?:\w+day,? )?(?P<name>{MONTH})\.? (?P<d>\d{{1,2}})(?:st|nd|rd|th)?,? (?P<y>(?:19|20)\d\d)",
    )
)
_ABOUT = re.compile(
    r"^(?:(?:by|before|due|from|on|since|as at|the|end(?: of)?|late|mid(?:dle of)?|early|start of|beginning of|"
    r"approx\.?|circa|c\.|est\.?|target|revised|revised to|extended to|now|was|w/?c|w/?e|"
    r"week (?:commencing|ending|beginning|of))"
    r"\b[:.]?[ -]*)+",
    re.I,
)
_AFTER = re.compile(
    r"\s*(?:\((?:tbc|tba|est\w*|approx\w*|revised|provisional|target|indicative)\.?\)|\?|tbc)\s*$", re.I
)
_MONTH_OF = re.compile(rf"(?P<name>{MONTH})\.?[-/., ']{{0,2}}(?P<y>(?:19|20)\d\d|\d\d)", re.I)
_NUMBERED_MONTH = re.compile(r"(?P<m>0?[1-9]|1[0-2])[/.-](?P<y>(?:19|20)\d\d)")
_FINANCIAL = r"(?P<y>(?:19|20)?\d\d)\s?[/–-]\s?(?P<next>(?:19|20)?\d\d)"
_QUARTERS = (
    re.compile(rf"(?:Q|qtr\.? ?|quarter ?)(?P<q>[1-4])[ ,:-]{{0,3}}(?:of )?(?:FY ?)?{_FINANCIAL}", re.I),
    re.compile(rf"(?:FY ?)?{_FINANCIAL}[ ,:-]{{0,3}}(?:Q|qtr\.? ?|quarter ?)(?P<q>[1-4])", re.I),
    re.compile(rf"(?:FY ?|(?:financial )?year )?(?:end )?{_FINANCIAL}", re.I),
)
_SERIAL = re.compile(r"(\d{5})(?:\.\d+)?")
_FIRST_SERIAL, _LAST_SERIAL = 25_569, 58_000  # 1970 and 2058: other numbers of five digits are no days
_EPOCH = datetime.date(1899, 12, 30)
EPOCH_1904 = 1_462  # days by which a serial number of a 1904 workbook comes before that of another

ANY_DAY = (
    rf"(?:\d{{1,2}}[./-]\d{{1,2}}[./-](?:(?:19|20)\d\d|\d\d)(?!\d)|(?:19|20)\d\d-\d\d-\d\d|"
    rf"\d{{1,2}}(?:st|nd|rd|th)?[ -](?:of )?{MONTH}\.?,?[ -](?:(?:19|20)\d\d|'?\d\d)(?!\d))"
)
"""A day inside a text, as a regular expression without groups."""
ANY_PERIOD = (
    rf"(?:{ANY_DAY}|{MONTH}\.?[ '-]{{1,2}}(?:(?:19|20)\d\d|\d\d)(?!\d)|Q[1-4][ ,:-]{{0,3}}(?:FY ?)?(?:(?:19|20)?\d\d)"
    r"\s?[/–-]\s?(?:(?:19|20)?\d\d)(?!\d))"
)
"""A day, month or quarter inside a text, as a regular expression without groups."""


@lru_cache(10_000)
def day_of(printed: str) -> str | None:
    """ISO date of the day that a cell names: day first where it is all digits; None for any other text.

    "04/03/2019", "4.3.19", "4 Mar 19", "4th March 2019", "March 4, 2019", "2019-03-04 00:00:00" are one day.
    """
    plain = " ".join(printed.split()).lstrip("'")
    match = next((found for pattern in _DAYS if (found := pattern.fullmatch(plain))), None)
    if not match:
        return None
    parts = match.groupdict()
    year = _year(parts["y"])
    if parts.get("name"):
        return iso_date(f"{parts['d']} {parts['name']} {year}")
    return iso_date(f"{parts['d']}/{parts['m']}/{year}")


def _year(printed: str) -> str:
    year = printed.lstrip("'")
    return year if len(year) == 4 else f"{19 if int(year) >= 70 else 20}{year}"


def serial_day(printed: str, shift: int = 0) -> str | None:
    """ISO date of a spreadsheet's day number ("43921"); None for a number that is none of the last decades.

    `shift` is `EPOCH_1904` for a workbook that counts from 1904.
    """
    match = _SERIAL.fullmatch(printed.strip())
    if not match or not _FIRST_SERIAL <= int(match[1]) + shift <= _LAST_SERIAL:
        return None
    return (_EPOCH + datetime.timedelta(days=int(match[1]) + shift)).isoformat()


def period_of(printed: str) -> str | None:
    """ISO date of the day, month ("March 2017", "Mar-17") or year that a cell names; None for any other text."""
    plain = " ".join(printed.split())
    return day_of(plain) or _month_of(plain) or iso_date(plain)


def _month_of(plain: str) -> str | None:
    if match := _MONTH_OF.fullmatch(plain):
        return iso_date(f"{match['name']} {_year(match['y'])}")
    if match := _NUMBERED_MONTH.fullmatch(plain):
        return f"{match['y']}-{int(match['m']):02d}"
    return None


@lru_cache(10_000)
def due_of(printed: str, shift: int = 0) -> str | None:
    """ISO date of what a cell names as the end of some work: a day, a month, a year, a quarter, a day number.

    A quarter or a year of two halves ("Q3 2019/20", "2019/20") is the financial one, from April to March, and ends with
    its last month. "w/c 11/11/19" is that day, "end of March 2020" that month. None for "TBC", "ongoing" and the like.
    """
    plain = _AFTER.sub("", " ".join(printed.split()).strip(" .;,'"))
    if found := day_of(plain) or serial_day(plain, shift):
        return found
    if quarter := next((match for pattern in _QUARTERS if (match := pattern.fullmatch(plain))), None):
        year = int(_year(quarter["y"]))
        if int(_year(quarter["next"])) == year + 1:
            return quarter_end(year, int(quarter.groupdict().get("q") or 4))
    bare = _ABOUT.sub("", plain)
    if bare != plain:
        return due_of(bare, shift)
    return period_of(plain)


def quarter_end(year: int, quarter: int) -> str:
    """The last month of a quarter of the financial year that begins in April of `year`: (2019, 3) is "2019-12"."""
    return f"{year + 1}-03" if quarter == 4 else f"{year}-{3 + 3 * quarter:02d}"


def periods_in(text: str) -> list[str]:
    """ISO dates of the days, months and quarters that stand in a text, in order."""
    found = (due_of(match[0]) for match in re.finditer(rf"(?<![\w/]){ANY_PERIOD}", text, re.I))
    return [date for date in found if date]


def in_words(date: str) -> str:
    """A day or month as the register writes it: "2018-05-04" is "4 May 2018", "2018-05" "May 2018"."""
    year, month, *day = (int(part) for part in date.split("-"))
    return " ".join([*map(str, day), _MONTHS[month - 1], str(year)])
