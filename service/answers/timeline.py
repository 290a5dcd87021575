"""A finding's history as a picture: a band for each force that was given it, with its statuses and comments in time."""

import datetime
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from corpus.dates import last_day
from corpus.model import STATUSES
from corpus.standing import Entry, is_closed
from service.contract.labels import date_words, label
from service.memory.finding_index import Item

WIDTH, NAME, ROW, TOP, EDGE = 960, 200, 26, 26, 12  # of the picture, in its own units
MAX_ROWS = 60

Place = Callable[[datetime.date], float]


@dataclass(frozen=True, slots=True)
class Band:
    """The time between two statuses, or from the last to the end: its place, words, and the status it looks like."""

    x: float
    width: float
    look: str
    title: str


@dataclass(frozen=True, slots=True)
class Tick:
    """A comment: its place and words."""

    x: float
    title: str


@dataclass(frozen=True, slots=True)
class Row:
    """One force's line, `y` down, with the place of its deadline where it has one in the picture."""

    y: float
    force: str
    own: bool
    bands: tuple[Band, ...]
    ticks: tuple[Tick, ...]
    deadline: Tick | None


@dataclass(frozen=True, slots=True)
class Timeline:
    """The whole picture; `years` are the places of the first days of years; `left_out` rows did not fit."""

    width: int
    height: float
    rows: tuple[Row, ...]
    years: tuple[Tick, ...]
    left_out: int


def timeline(items: Sequence[tuple[Item, str]], own: str, as_of: datetime.date | None) -> Timeline | None:
    """The picture of these findings, each with the name of its force, up to a day; None without any event.

    Without a day each goes as far as its own source is known.
    """
    shown = [(item, name, *_known(item, as_of)) for item, name in items]
    shown = [row for row in shown if row[2]]
    if not shown:
        return None
    first = min(last_day(entry.date) for _, _, entries, _ in shown for entry in entries)
    last = max(end for _, _, _, end in shown)
    span = max(1, (last - first).days)

    def place(day: datetime.date) -> float:
        part = min(max((day - first).days / span, 0.0), 1.0)
        return round(NAME + part * (WIDTH - NAME - EDGE), 1)

    ordered = sorted(shown, key=lambda row: row[0].key != own)[:MAX_ROWS]
    rows = tuple(
        Row(
            y=TOP + ROW * at,
            force=name,
            own=item.key == own,
            bands=tuple(_bands(entries, end, place)),
            ticks=tuple(_ticks(entries, place)),
            deadline=_deadline(item, first, last, place),
        )
        for at, (item, name, entries, end) in enumerate(ordered)
    )
    years = range(first.year + 1, last.year + 1)
    step = 1 + len(years) // 12
    return Timeline(
        width=WIDTH,
        height=TOP + ROW * len(rows) + EDGE,
        rows=rows,
        years=tuple(Tick(place(datetime.date(year, 1, 1)), str(year)) for year in years if year % step == 0),
        left_out=len(shown) - len(rows),
    )


def _known(item: Item, as_of: datetime.date | None) -> tuple[list[Entry], datetime.date]:
    """What was known of a finding on a day, and that day."""
    day = as_of or item.clock or datetime.date.max
    return [entry for entry in item.entries if last_day(entry.date) <= day], day


def _bands(entries: Sequence[Entry], end: datetime.date, place: Place) -> Iterator[Band]:
    statuses = [(entry.status or "", last_day(entry.date), entry.date) for entry in entries if entry.kind == "status"]
    for (status, start, printed), (_, until, _) in pairwise([*statuses, ("", end, "")]):
        words = f"{label(status)} from {date_words(printed)}"
        # A word of a tracker's own is drawn as closed or not.
        look = status if status in STATUSES else "complete" if is_closed(status) else "being-progressed"
        yield Band(place(start), max(round(place(until) - place(start), 1), 2.0), look, words)


def _ticks(entries: Sequence[Entry], place: Place) -> Iterator[Tick]:
    for entry in entries:
        if entry.kind == "comment":
            yield Tick(place(last_day(entry.date)), f"Comment of {date_words(entry.date)}")


def _deadline(item: Item, first: datetime.date, last: datetime.date, place: Place) -> Tick | None:
    if item.deadline is None or not first <= last_day(item.deadline) <= last:
        return None
    return Tick(place(last_day(item.deadline)), f"Due by {date_words(item.deadline)}")
