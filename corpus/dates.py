"""Dates as these documents write them, given back as ISO 8601 no more exact than the text."""

import calendar
import datetime
import re

_MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_name) if name}
_MONTHS |= {name.lower(): number for number, name in enumerate(calendar.month_abbr) if name} | {"sept": 9}
MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|"
    r"Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)"
)
DAY_DATE = rf"\d{{1,2}}(?:st|nd|rd|th)?\s+{MONTH}\.?,?\s+(?:19|20)\d{{2}}"
SLASHED_DATE = r"\d{1,2}/\d{1,2}/(?:19|20)\d{2}"
MONTH_DATE = rf"{MONTH}\s+(?:19|20)\d{{2}}"
_DAY = re.compile(rf"(\d{{1,2}})(?:st|nd|rd|th)?\s+({MONTH})\.?,?\s+((?:19|20)\d{{2}})", re.I | re.A)
_MONTH = re.compile(rf"({MONTH})\s+((?:19|20)\d{{2}})", re.I | re.A)
SHORT_DATE = r"\d{1,2}/\d{1,2}/\d{2}(?![\d/])"  # only where a date is expected: "05/04/18" is of this century
_SLASHED = re.compile(r"(\d{1,2})/(\d{1,2})/((?:19|20)\d{2}|\d{2}(?![\d/]))")
_ISO = re.compile(r"(?:19|20)\d{2}(?:-\d{2}(?:-\d{2})?)?")


def iso_date(text: str) -> str | None:
    """ISO form of the one date that `text` consists of ("4th June 2019", "October 2007" -> 2007-10), else None."""
    text = " ".join(text.split())
    if match := _DAY.fullmatch(text):
        return _checked(int(match[3]), _MONTHS[match[2].lower()], int(match[1]))
    if match := _MONTH.fullmatch(text):
        return f"{match[2]}-{_MONTHS[match[1].lower()]:02d}"
    if match := _SLASHED.fullmatch(text):
        return _checked(int(match[3]) + (2000 if len(match[3]) == 2 else 0), int(match[2]), int(match[1]))
    if _ISO.fullmatch(text):
        year, month, day = (text + "-01-01").split("-")[:3]
        return text if _checked(int(year), int(month), int(day)) else None
    return None


def find_date(text: str) -> str | None:
    """ISO form of the first date with at least a month that `text` mentions."""
    match = re.search(rf"{DAY_DATE}|{MONTH_DATE}", text)
    return iso_date(match[0]) if match else None


def after(date: str, count: int, unit: str) -> str | None:
    """`date` and `count` days, weeks, months or years on; None where the date is not exact enough to say."""
    if unit in ("month", "year"):
        return _months_after(date, count * (12 if unit == "year" else 1))
    if len(date) < len("2007-10-01"):
        return None
    days = datetime.timedelta(days=count * (7 if unit == "week" else 1))
    return (datetime.date.fromisoformat(date) + days).isoformat()


def last_day(date: str) -> datetime.date:
    """The last day of an ISO date: "by October 2018" ends on the 31st, "2016" on 31 December.

    Raises ValueError for anything else.
    """
    if not _ISO.fullmatch(date):
        raise ValueError(f"{date!r} is no ISO date")
    year, month, day = [*(int(part) for part in date.split("-")), 0, 0][:3]
    month = month or 12
    return datetime.date(year, month, day or calendar.monthrange(year, month)[1])


def _months_after(date: str, months: int) -> str | None:
    """`date` moved on by whole months, as exact as it was; the last day of a shorter month is kept to."""
    parts = [int(part) for part in date.split("-")]
    if len(parts) == 1:
        return None if months % 12 else str(parts[0] + months // 12)
    ahead = parts[0] * 12 + parts[1] - 1 + months
    year, month = divmod(ahead, 12)
    if len(parts) == 2:
        return f"{year}-{month + 1:02d}"
    day = min(parts[2], calendar.monthrange(year, month + 1)[1])
    return f"{year}-{month + 1:02d}-{day:02d}"


def _checked(year: int, month: int, day: int) -> str | None:
    try:
        return datetime.date(year, month, day).isoformat()
    except ValueError:
        return None
