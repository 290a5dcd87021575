"""Answers made into quotations: each text word for word, with its citation and where it stood."""

from collections.abc import Sequence

from service.contract.labels import citation, label, status_words
from service.contract.register_responses import FindingAnswer, Member, RegisterRow, SimilarHit, StandingRecord
from service.contract.responses import Hit, PrintedStatus
from service.contract.tool_responses import Done, Outcome, Quotation
from service.memory.snapshot import Snapshot

NOTHING = "Nothing in this collection answers this; do not invent."
WEAK = "Weak match: these passages may not answer it. Say so to the reader, and add nothing of your own."
GOOD = "Quote these word for word, each with its citation, and add nothing of your own."


def of_hit(seen: Snapshot, hit: Hit, given: Sequence[Member] = ()) -> Quotation:
    """A passage that was found; `given` are those who were given it, of similar findings."""
    finding = hit.finding
    return Quotation(
        text=f"{hit.parent.text} {hit.text}" if hit.parent else hit.text,
        citation=hit.citation,
        kind=label(hit.kind),
        match=hit.match,
        force=seen.forces_label(hit.document.forces),
        date=hit.date,
        status=_status(finding, finding.status, finding.status_date) if finding and finding.status else None,
        themes=[seen.value_label("theme", tag.theme) for tag in hit.themes],
        fictional=hit.document.fictional,
        passage_id=hit.passage_id,
        finding_id=finding.id if finding else None,
        document_id=hit.document.id,
        url=hit.document.url,
        given=[of_member(seen, one) for one in given],
    )


def of_similar(seen: Snapshot, hit: SimilarHit) -> Quotation:
    """A similar finding with all who were given it."""
    return of_hit(seen, hit, hit.members if hit.finding else ())


def of_row(seen: Snapshot, row: RegisterRow) -> Quotation:
    """A record of the register."""
    number = [f"register number {row.register_number}"] if row.register_number else []
    return _asked(seen, row, row, (*number, *_numbered(row.kind, row.number)), ())


def of_finding(seen: Snapshot, found: FindingAnswer) -> Quotation:
    """A finding by itself, with all who were given it."""
    own = _asked(seen, found, found.standing, _numbered(found.kind, found.number), found.section)
    return own.model_copy(update={"given": [of_member(seen, one) for one in found.members]})


def of_member(seen: Snapshot, one: Member) -> Outcome:
    """What became of one force's copy of a finding."""
    return outcome(seen.forces_label(one.forces), one.document.title, one.published, one, one.finding_id)


def outcome(force: str, document: str, published: str | None, stood: StandingRecord, finding_id: str | None) -> Outcome:
    """Where a finding stood, in words and by its dates."""
    return Outcome(
        force=force,
        document=document,
        published=published,
        status=_status(stood, stood.status, stood.status_date),
        as_of=stood.as_of,
        closed=stood.closed,
        days_open=stood.days_open,
        deadline=stood.deadline,
        overdue=stood.overdue,
        last_done=Done(date=stood.done.date, text=stood.done.text) if stood.done else None,
        doubts=[one.words for one in stood.mismatches],
        finding_id=finding_id,
    )


def _asked(
    seen: Snapshot,
    one: RegisterRow | FindingAnswer,
    stood: StandingRecord,
    numbers: Sequence[str],
    section: Sequence[str],
) -> Quotation:
    document, key = one.document, one.finding_id if isinstance(one, RegisterRow) else one.id
    own = outcome(seen.forces_label(document.forces), document.title, document.date, stood, key)
    return Quotation(
        text=one.text,
        citation=citation(document.title, document.date, numbers, section, None, None),
        kind=label(one.kind),
        force=own.force,
        date=document.date,
        status=own.status,
        themes=[],
        fictional=document.fictional,
        finding_id=key,
        document_id=document.id,
        url=document.url,
        given=[own],
    )


def _numbered(kind: str, number: str | None) -> tuple[str, ...]:
    return (f"{label(kind).lower()} {number}",) if number else ()


def _status(printed: PrintedStatus, status: str | None, day: str | None) -> str:
    return status_words(status, day, printed.status_word, printed.status_by) if status else "no status recorded"
