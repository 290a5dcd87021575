"""What became of findings: the records of the JSON contract for where they stood, and who was given the same."""

import datetime
import re
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from typing import Any, Literal

from corpus.dates import last_day
from corpus.standing import Entry, Mismatch, Standing
from service.contract.contacts import mask
from service.contract.labels import date_words, label
from service.contract.register_responses import CommentRecord, EchoRecord, Member, MismatchRecord, StandingRecord
from service.contract.responses import HitDocument, MemberDocument, Passage, PrintedStatus
from service.memory.finding_index import Item, Register

_PIECES = re.compile(r"\w+|[^\w\s]|\s+")


def standing_record(item: Item, as_of: datetime.date | None) -> StandingRecord:
    """Where a finding stood on a day; without one, on the day up to which its own source is known."""
    return StandingRecord(**standing_fields(item, as_of, item.stood(as_of)))


def standing_fields(item: Item, as_of: datetime.date | None, stood: Standing) -> dict[str, Any]:
    """The fields of StandingRecord for a finding that `stood` so on a day.

    Where there is no day, nor an event that tells one, by what it says itself.
    """
    day, claim = as_of or item.clock, stood.signal
    return {
        "as_of": day.isoformat() if day else None,
        "heard": item.heard.isoformat() if item.heard else None,
        "status": stood.status,
        "status_date": stood.status_date,
        "closed": stood.closed,
        "days_open": stood.days_open,
        "deadline": stood.deadline,
        "deadline_passed": stood.deadline_passed if day else None,
        "overdue": is_overdue(item, as_of, stood),
        "closure_signal": claim.says if claim else None,
        "closure_date": claim.date if claim else None,
        "closure_sentence": claim.sentence if claim else None,
        "closing_comment": _comment(stood.closing),
        "done": _comment(stood.done),
        "reopened": list(stood.reopened),
        "mismatches": [_mismatch(kind, stood, item) for kind in stood.mismatches],
        **dict(printed_of(item, stood)),
    }


def is_overdue(item: Item, as_of: datetime.date | None, stood: Standing) -> bool:
    """Whether a finding is overdue, as far as there is a day to tell it by."""
    return stood.overdue and (as_of or item.clock) is not None


def printed_of(item: Item, stood: Standing) -> PrintedStatus:
    """How a finding's status is printed, as far as it is the one that it had on that day; and its owner then."""
    same = item.status is not None and (stood.status, stood.status_date) == (item.status.status, item.status.date)
    other = {} if same else {"status_word": None, "status_by": None}
    return item.printed.model_copy(update={"owner": item.owner_on(stood.as_of), **other})


def members_of(items: Iterable[Item], as_of: datetime.date | None) -> list[Member]:
    """Who was given a finding, those first who closed it and said what they did, then those who closed it."""

    def rank(one: Member) -> tuple[bool, bool, str, str]:
        closed = one.closing_comment is not None or one.closed
        return (not closed, one.done is None, one.status_date or "9999", one.document.id)

    made = (_member(standing_fields(item, as_of, item.stood(as_of)), item.document, item.key) for item in items)
    return sorted(made, key=rank)


def bare_member(passage: Passage, as_of: datetime.date | None) -> Member:
    """Where a passage stands that is no finding, of which nothing is recorded."""
    nothing = {"as_of": as_of.isoformat() if as_of else None}
    return _member(nothing, passage.document, None, passage.passage_id)


def _member(standing: dict[str, Any], document: HitDocument, finding: str | None, passage: str | None = None) -> Member:
    return Member(
        **standing,
        finding_id=finding,
        passage_id=passage,
        force=document.force,
        forces=document.forces,
        published=document.date,
        fictional=document.fictional,
        document=_named(document),
    )


def echo_records(item: Item, register: Register, as_of: datetime.date | None) -> Iterator[EchoRecord]:
    """The comments on a finding that add nothing to an earlier one, with the difference word by word."""
    for entry in item.entries:
        if entry.echo is not None and (as_of is None or last_day(entry.date) <= as_of):
            yield echo_record(entry, item, register)


def echo_kind(entry: Entry, item: Item, register: Register) -> Literal["stalled", "copied"]:
    """Whether a comment adds nothing to one of its own record, or to another's."""
    other, _ = register.comment(entry.echo or 0)
    return "stalled" if other.document.id == item.document.id else "copied"


def echo_record(entry: Entry, item: Item, register: Register) -> EchoRecord:
    """A comment with the earlier one that it adds nothing to."""
    assert entry.echo is not None  # noqa: S101 - asked for echoes only
    other, before = register.comment(entry.echo)
    return EchoRecord(
        **dict(said_of(entry)),
        kind=echo_kind(entry, item, register),
        of=said_of(before),
        of_force=other.document.force,
        of_document=_named(other.document),
        # A contact that is cut in two would not be known as one any more.
        difference=difference(mask(before.text), mask(entry.text)),
    )


def difference(before: str, after: str) -> list[list[str]]:
    """Two texts word by word: pieces of both (same), of the first alone (gone) and of the second alone (new)."""
    one, two = _PIECES.findall(before), _PIECES.findall(after)
    pieces: list[list[str]] = []
    for how, a, b, c, d in SequenceMatcher(None, one, two, autojunk=False).get_opcodes():
        if how == "equal":
            pieces.append(["same", "".join(one[a:b])])
            continue
        if b > a:
            pieces.append(["gone", "".join(one[a:b])])
        if d > c:
            pieces.append(["new", "".join(two[c:d])])
    return pieces


def _comment(entry: Entry | None) -> CommentRecord | None:
    return None if entry is None else said_of(entry)


def said_of(entry: Entry) -> CommentRecord:
    """A comment as the contract has it."""
    passage = entry.passages[0] if entry.passages else None
    return CommentRecord(date=entry.date, text=entry.text, passage_id=passage)


def _named(document: HitDocument) -> MemberDocument:
    number = document.register_number
    return MemberDocument(id=document.id, title=document.title, source=document.source, register_number=number)


def _mismatch(kind: Mismatch, stood: Standing, item: Item) -> MismatchRecord:
    since = f"since {date_words(stood.status_date)}"
    status = f"status {label(stood.status).lower()} {since}" if stood.status else "no status recorded"
    words = {
        "closed-in-comments": f"comments say closed, {status}",
        "open-in-comments": f"comments say open, {status}",
        "overdue-and-silent": f"due by {date_words(stood.deadline)}, {_silence(item.entries, stood.as_of)}",
    }
    return MismatchRecord(kind=kind, words=words[kind])


def _silence(entries: Sequence[Entry], as_of: datetime.date) -> str:
    said = [e.date for e in entries if e.kind == "comment" and last_day(e.date) <= as_of]
    return f"no comment since {date_words(max(said))}" if said else "no comment at all"
