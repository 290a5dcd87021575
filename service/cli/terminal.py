"""What the command line prints for people: how far a build is, and the hits of a search."""

import shutil
import sys
import textwrap
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Any, TextIO

from service.cli.common import printable
from service.contract.excerpts import excerpt, shown
from service.contract.labels import date_words, label, nowhere_words, status_words
from service.contract.register_responses import (
    Member,
    RegisterResponse,
    RegisterRow,
    SimilarResponse,
    StandingRecord,
    given_words,
)
from service.contract.responses import Hit, SearchResponse
from service.memory.strength import SEARCH

if TYPE_CHECKING:
    from service.evaluation.calibrate import Calibration

_SECONDS_BETWEEN = 5.0
_SHOWN_LENGTH = 480
_INDENTED: Mapping[str, Any] = {"initial_indent": "     ", "subsequent_indent": "     "}


@dataclass(slots=True)
class Progress:
    """Prints a build's stages on standard error: done of total, rate and time left; one line when a terminal."""

    stream: TextIO = field(default_factory=lambda: sys.stderr)
    clock: Callable[[], float] = time.monotonic
    _stage: str = ""
    _began: float = 0.0
    _said: float = 0.0
    _first: int = 0

    def __call__(self, stage: str, done: int, total: int) -> None:
        now = self.clock()
        started = stage != self._stage
        if started:
            self._stage, self._began, self._first, self._said = stage, now, done, now
        line = self._line(done, total, now - self._began)
        if self.stream.isatty():
            self.stream.write(f"\r\x1b[K{line}")
        elif started or (done > self._first and now - self._said >= _SECONDS_BETWEEN):
            self.stream.write(line + "\n")
            self._said = now
        self.stream.flush()

    def close(self) -> None:
        """Leave the line free for what follows."""
        if self.stream.isatty():
            self.stream.write("\r\x1b[K")
            self.stream.flush()

    def _line(self, done: int, total: int, seconds: float) -> str:
        made = done - self._first
        if total <= 1 or made <= 0 or seconds <= 0:
            return f"{self._stage} …"
        rate = made / seconds
        left = max(0, total - done) / rate
        return f"{self._stage} {done:,} of {total:,}, {rate:,.0f} a second, {duration(left)} left"


def duration(seconds: float) -> str:
    """Seconds in words: "40 s", "3 min 20 s", "2 h 5 min"."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def calibration_lines(found: "Mapping[str, Calibration]", data: Path) -> Iterator[str]:
    """What a calibration found, as text."""
    for name, one in found.items():
        what = "questions" if name == SEARCH else "findings to find the like of"
        yield f"Match strength is fitted to this encoder, from {one.questions:,} {what} put to parts of the sample."
        yield f"It tells answerable ones from others with an area under the ROC curve of {one.auroc:.3f}."
        yield (
            f"Of answerable ones {one.answerable_missed:.1%} will be called “none”, of the others"
            f" {one.unanswerable_caught:.1%} (among them near misses, on subjects that the sample treats)."
        )
        yield f"It is kept in {data / name}."
    yield "Start `precedent serve` again to use them."


ForcesLabel = Callable[[Sequence[str]], str]


def search_lines(response: SearchResponse, forces_label: ForcesLabel) -> Iterator[str]:
    """A page of hits as text."""
    asked = f' for "{response.query}"' if response.query.strip() else ""
    if not response.total:
        yield f"No match{asked}."
        if response.nearest:
            yield "The nearest there is, which may not help:"
    else:
        pages = -(-response.total // response.page_size)
        weak = ", all of them weak" if response.match == "weak" else ""
        word = "result" if response.total == 1 else "results"
        least = "" if response.complete else "At least "
        yield f"{least}{response.total:,} {word}{asked}{weak}; page {response.page} of {pages}."
    yield from _asides(response)
    first = (response.page - 1) * response.page_size + 1
    for number, hit in enumerate(response.results or response.nearest, first):
        yield ""
        yield from printable(_hit_lines(number, hit, forces_label))


def similar_lines(response: SimilarResponse, forces_label: ForcesLabel, *, asked: bool) -> Iterator[str]:
    """Similar findings as text, each with what became of it, then what reports also say; `asked` as in the next."""
    found = response.results
    if response.own:
        yield f"This very finding was given to {given_words(response.own)}:"
        yield from printable(line for one in response.own for line in _member_lines(one, forces_label))
    if not found:
        yield "No precedent found."
        if response.nearest:
            yield "The nearest there is, which may not help:"
    else:
        weak = ", all of them weak" if response.match == "weak" else ""
        when = f"as of {date_words(response.as_of)}" if asked else "each as far as its source is known"
        yield f"{len(found)} similar{weak}, best first; statuses {when}."
    for number, hit in enumerate(found or response.nearest, start=1):
        yield ""
        yield from printable(_hit_lines(number, hit, forces_label))
        yield from printable(line for one in hit.members for line in _member_lines(one, forces_label))
    if response.also_said:
        yield "\nAlso said in reports, in prose that asks for nothing and is probably on the same matter, best first:"
    for number, hit in enumerate(response.also_said, start=1):
        yield ""
        yield from printable(_hit_lines(number, hit, forces_label))


def _member_lines(one: Member, forces_label: ForcesLabel) -> Iterator[str]:
    days = f", {one.days_open:,} days open" if one.days_open is not None else ""
    status, force, heard = _status(one), forces_label(one.forces), _heard(one)
    again = f", opened again {', '.join(map(date_words, one.reopened))}" if one.reopened else ""
    mark = " (fictional example)" if one.fictional else ""
    yield f"   - {force}{mark}: {status}{days}{again}{heard}"
    for mismatch in one.mismatches:
        yield f"     ! {mismatch.words}"
    if said := one.done or one.closing_comment:
        line = f"{date_words(said.date)}: {said.text}"
        yield from textwrap.wrap(textwrap.shorten(line, 240, placeholder=" …"), 95, **_INDENTED)


def register_lines(response: RegisterResponse, forces_label: ForcesLabel, *, asked: bool) -> Iterator[str]:
    """A page of records as text; `asked` tells whether a day was asked about."""
    pages = max(1, -(-response.total // response.page_size))
    word = "record" if response.total == 1 else "records"
    day = date_words(response.as_of)
    when = f" as of {day}" if asked else f", each as far as its source is known (the newest: {day})" if day else ""
    yield f"{response.total:,} {word}{when}; page {response.page} of {pages}."
    for facet in ("status", "signal", "list"):
        counted = ", ".join(f"{row.label} {row.count:,}" for row in response.facets[facet])
        yield f"{facet.capitalize()}: {counted or 'none'}."
    for row in response.results:
        yield ""
        yield from printable(_record_lines(row, forces_label))


def _record_lines(row: RegisterRow, forces_label: ForcesLabel) -> Iterator[str]:
    force = forces_label(row.document.forces)
    number = f" {row.register_number}" if row.register_number else ""
    mark = "; fictional example" if row.document.fictional else ""
    yield f"{force}{number}: {row.document.title}{mark}"
    own = f" {row.number}" if row.number else ""
    asks = f"{label(row.kind)}{own}: {row.text}"
    yield f"   {textwrap.shorten(asks, 100, placeholder=' …')}"
    late = ", overdue" if row.overdue else ", passed" if row.deadline_passed else ""
    due = f"; due by {date_words(row.deadline)}{late}" if row.deadline else ""
    days = f"; {row.days_open:,} days open" if row.days_open is not None else ""
    target = f"; target {date_words(row.target)}" if row.target else ""
    owner = f"; owner {row.owner}" if row.owner else ""
    yield f"   {_status(row)}{days}{due}{target}{owner}{_heard(row)}"
    if row.closure_signal:
        said = f"{label(row.closure_signal)}, {date_words(row.closure_date)}: {row.closure_sentence}"
        yield from textwrap.wrap(said, 95, initial_indent="   ", subsequent_indent="   ")
    for mismatch in row.mismatches:
        yield f"   ! {mismatch.words}"
    if row.stalled:
        yield f"   ! the last comment is {row.stalled.kind}"
    yield f"   {row.finding_id}"


def _status(row: StandingRecord) -> str:
    if not row.status:
        return "no status recorded"
    return status_words(row.status, row.status_date, row.status_word, row.status_by)


def _heard(row: StandingRecord) -> str:
    """Up to when the source of a record is known, where that is not the day asked about or after it."""
    if not row.heard:
        return ""
    if row.as_of and row.as_of > row.heard:
        return f"; its source was last heard of on {date_words(row.heard)}"
    return f"; as known on {date_words(row.as_of)}"


def _asides(response: SearchResponse) -> Iterator[str]:
    """What was looked for besides, what may have been meant, and what the query names that can be filtered by."""
    if meant := response.did_you_mean:
        yield f'Did you mean "{meant.query}"?'
    if response.nowhere:
        yield nowhere_words(response.nowhere, response.total > 0)
    also: dict[str, list[str]] = {}
    for expansion in response.expansions:
        also.setdefault(expansion.typed, []).append(expansion.to)
    for typed, others in also.items():
        yield f'For "{typed}" also looked for: {"; ".join(others)}.'
    for record in response.records:
        yield f"A record of that number: {record.title} ({record.id})."
    if offer := response.in_register:
        word = "record" if offer.total == 1 else "records"
        yield f"In the register, {offer.total:,} {word}: precedent register {_options(offer.filters)}"
    if response.owners:
        yield f"Owners of what was found: {'; '.join(f'{row.label} ({row.count})' for row in response.owners)}."
    if response.suggested_filters:
        yield f"To narrow it: {_options(response.suggested_filters)}"


def _options(filters: Mapping[str, Sequence[str]]) -> str:
    """Filters as the command line takes them."""
    return " ".join(
        f"--{name.replace('_', '-')} {quote(value)}" for name, values in filters.items() for value in values
    )


def _hit_lines(number: int, hit: Hit, forces_label: ForcesLabel) -> Iterator[str]:
    document, finding = hit.document, hit.finding
    own = finding if finding and finding.kind == hit.kind else None
    yield f"{number}. {document.title}"
    facts = [
        "fictional example" if document.fictional else "",
        label(hit.kind) + (f" {own.number}" if own and own.number else ""),
        forces_label(document.forces) if document.forces else "",
        date_words(hit.date),
        "quoted from an earlier report" if finding and finding.quoted else "",
        status_words(finding.status, finding.status_date, finding.status_word, finding.status_by)
        if finding and finding.status
        else "",
    ]
    place = [" › ".join(hit.section), f"page {hit.page}" if hit.page is not None else ""]
    start, end = excerpt(hit.text, hit.best_sentence, _SHOWN_LENGTH)
    text = f"{'… ' if start else ''}{shown(hit.text[start:end])}{' …' if end < len(hit.text) else ''}"
    lead = shown(hit.parent.text) if hit.parent else ""
    others = len(hit.fold.members) - 1 if hit.fold else 0
    also = f"Also in {others} other {'place' if others == 1 else 'places'}." if others else ""
    width = min(100, shutil.get_terminal_size((100, 24)).columns)
    for line in (" | ".join(filter(None, facts)), ", ".join(filter(None, place)), lead, text, also):
        yield from textwrap.wrap(line, width, initial_indent="   ", subsequent_indent="   ")
    yield f"   {hit.passage_id}"
