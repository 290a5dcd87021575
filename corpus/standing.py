"""Where a recommendation stood on a day: its status, its deadline, what its comments say, and where these disagree.

Made of the record's dated events alone, so that a day in the past is answered with what was known then.
"""

import datetime
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from corpus.closure import Signal
from corpus.dates import last_day
from corpus.statuses import status_of_word
from corpus.text import Span

CLOSED = ("complete", "no-further-action-needed")
SILENCE = datetime.timedelta(days=365)
SUBSTANCE = 15  # words that a comment must hold, besides what it says of closure, to say what was done

Mismatch = Literal["closed-in-comments", "open-in-comments", "overdue-and-silent"]
MISMATCHES: tuple[Mismatch, ...] = ("closed-in-comments", "open-in-comments", "overdue-and-silent")


@dataclass(frozen=True, slots=True)
class Entry:
    """A dated status or comment, in file order, with what was read from it when it was indexed.

    `id` is that of the event in its generation. `says` is what a comment says of closure, and `carried_by` the place of
    the sentence that says it; `echo` is the id of an earlier comment that it adds nothing to. `passages` are the keys
    of the passages that a comment became.
    """

    id: int
    date: str
    kind: Literal["status", "comment"]
    status: str | None
    text: str
    says: Signal | Literal["open"] | None = None
    carried_by: Span | None = None
    echo: int | None = None
    passages: tuple[str, ...] = ()

    @property
    def sentence(self) -> str | None:
        """The sentence that says something of closure."""
        return self.text[slice(*self.carried_by)] if self.carried_by else None

    @property
    def substantive(self) -> bool:
        """Whether a comment says what was done: long enough without what it says of closure, and not said before."""
        start, end = self.carried_by or (0, 0)
        words = re.findall(r"\w+", self.text[:start] + self.text[end:])
        return self.kind == "comment" and self.echo is None and len(words) >= SUBSTANCE


@dataclass(frozen=True, slots=True)
class Printed:
    """The status that a finding prints itself, as an index page does; it may have no day."""

    status: str
    date: str | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one finding stood on `as_of`.

    `status` is the last explicit one, with no `status_date` where none is printed. `days_open` counts from publication
    to the status that closed it, else to `as_of`; None where the day of publication, of closing or any event is
    missing. `signal` is the comment that last said something of closure, as far as nothing has overtaken it; `closing`
    the last comment up to the closing status, `done` the last one up to there that says what was done. `reopened` are
    the days on which a closed one was opened.
    """

    as_of: datetime.date
    tracked: bool
    status: str | None
    status_date: str | None
    days_open: int | None
    deadline: str | None
    deadline_passed: bool | None
    signal: Entry | None
    closing: Entry | None
    done: Entry | None
    reopened: tuple[str, ...]
    stalled: Entry | None
    mismatches: tuple[Mismatch, ...]

    @property
    def closed(self) -> bool:
        """Whether the last explicit status ended the matter."""
        return is_closed(self.status)

    @property
    def overdue(self) -> bool:
        """Whether it stands in a register, its deadline has passed, and no status has closed it."""
        return self.tracked and bool(self.deadline_passed) and not self.closed


def is_closed(status: str | None) -> bool:
    """Whether a status ends the matter, be it the register's or a word as printed ("Completed")."""
    return status is not None and status_of_word(status) in CLOSED


def standing(
    entries: Sequence[Entry],
    published: str | None,
    deadline: str | None,
    as_of: datetime.date,
    *,
    tracked: bool,
    printed: Printed | None = None,
) -> Standing:
    """Where a finding stood on a day, by the events of its record; `tracked` tells whether it stands in a register.

    The status that it prints itself counts where no event ever sets one: from its day on, or always without a day.
    """
    dated, undated = _with_printed(entries, printed)
    known = [entry for entry in dated if last_day(entry.date) <= as_of]
    statuses = [entry for entry in known if entry.kind == "status"]
    last = statuses[-1] if statuses else None
    status = last.status if last else undated
    comments = [entry for entry in known if entry.kind == "comment"]
    closing = _closing(statuses)
    before = [c for c in comments if c.date <= closing.date] if closing else []
    passed = last_day(deadline) < as_of if deadline else None
    claim = _claim(known)
    since = last.date if last else ""
    counted = tracked and bool(known) and not (closing is None and is_closed(status))
    return Standing(
        as_of=as_of,
        tracked=tracked,
        status=status,
        status_date=last.date if last else None,
        days_open=_days_open(published, closing.date if closing else None, as_of) if counted else None,
        deadline=deadline,
        deadline_passed=passed,
        signal=claim if claim and claim.says != "open" else None,
        closing=before[-1] if before else None,
        done=next((c for c in reversed(before or comments) if c.substantive), None),
        reopened=tuple(_reopened(statuses)),
        stalled=comments[-1] if comments and comments[-1].echo is not None else None,
        mismatches=tuple(_mismatches(known, claim, is_closed(status), since, bool(passed) and tracked, as_of)),
    )


def _with_printed(entries: Sequence[Entry], printed: Printed | None) -> tuple[Sequence[Entry], str | None]:
    """The entries with a printed status on its day, where none of them sets one; and a printed one without a day."""
    if printed is None or any(entry.kind == "status" for entry in entries):
        return entries, None
    if printed.date is None:
        return entries, printed.status
    at = next((at for at, entry in enumerate(entries) if entry.date > printed.date), len(entries))
    return [*entries[:at], Entry(0, printed.date, "status", printed.status, ""), *entries[at:]], None


def closure_signal(entries: Sequence[Entry]) -> str | None:
    """What the comments of a record say of closure, all told; None for nothing that still holds."""
    claim = _claim(entries)
    return claim.says if claim and claim.says != "open" else None


def said_by(entries: Sequence[Entry], day: datetime.date) -> list[Entry]:
    """The comments that were there on a day and say anything."""
    own = (entry for entry in entries if entry.kind == "comment" and last_day(entry.date) <= day)
    return [entry for entry in own if entry.text.strip()]


def last_said(entries: Sequence[Entry], day: datetime.date) -> Entry | None:
    """The last comment that was there on a day; of one day, the last in the record."""
    said = said_by(entries, day)
    return max(enumerate(said), key=lambda one: (last_day(one[1].date), one[0]))[1] if said else None


def _closing(statuses: Sequence[Entry]) -> Entry | None:
    """The status that closed a record: the first of those at its end that all do. None where it is open."""
    last = None
    for entry in reversed(statuses):
        if not is_closed(entry.status):
            break
        last = entry
    return last


def _claim(known: Sequence[Entry]) -> Entry | None:
    """The last comment that says something of closure.

    What was parked is taken up again by the next comment; a status that opens a closed record ends what was said.
    """
    claim: Entry | None = None
    status: str | None = None
    for entry in known:
        if entry.kind == "status":
            if is_closed(status) and not is_closed(entry.status) and claim and claim.date < entry.date:
                claim = None
            status = entry.status
        elif entry.says or (claim and claim.says == "parked" and entry.date > claim.date):
            claim = entry if entry.says else None
    return claim


def _reopened(statuses: Sequence[Entry]) -> Iterator[str]:
    by_day = {entry.date: entry for entry in statuses}  # a status corrected on its day was none
    for before, after in pairwise(by_day.values()):
        if is_closed(before.status) and not is_closed(after.status):
            yield after.date


def _days_open(published: str | None, closed: str | None, as_of: datetime.date) -> int | None:
    if published is None or len(published) < len("2007-10-01"):
        return None
    end = last_day(closed) if closed else as_of
    return max(0, (end - last_day(published)).days)


def _mismatches(
    known: Sequence[Entry], claim: Entry | None, closed: bool, since: str, passed: bool, as_of: datetime.date
) -> Iterator[Mismatch]:
    """Where they disagree; `since` is the day of the status, empty without one."""
    if claim and claim.date >= since:
        if not closed and claim.says in ("requested", "decided", "superseded"):
            yield "closed-in-comments"
        if closed and claim.says == "open":
            yield "open-in-comments"
    said = [last_day(entry.date) for entry in known if entry.kind == "comment"]
    since_said = max(said) if said else last_day(known[0].date) if known else None
    if passed and not closed and since_said is not None and as_of - since_said > SILENCE:
        yield "overdue-and-silent"
