"""Days as people type them into a table."""

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
    year = parts["y"].lstrip("'")
    if len(year) == 2:
        year = f"{19 if int(year) >= 70 else 20}{year}"
    if parts.get("name"):
        return iso_date(f"{parts['d']} {parts['name']} {year}")
    return iso_date(f"{parts['d']}/{parts['m']}/{year}")


def period_of(printed: str) -> str | None:
    """ISO date of the day, month ("March 2017", "Mar-17") or year that a cell names; None for any other text."""
    plain = " ".join(printed.split())
    return day_of(plain) or iso_date(re.sub(rf"^({MONTH})[-'](\d\d)$", r"\1 20\2", plain, flags=re.I))


def in_words(day: str) -> str:
    """A day as the register writes it: "2018-05-04" is "4 May 2018"."""
    year, month, number = (int(part) for part in day.split("-"))
    return f"{number} {_MONTHS[month - 1]} {year}"
