"""What people say of a document once it is read: it wins over its text and over `documents.csv`.

A document keeps the key under which it was read: what a person says of its force moves no id.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from corpus.model import Document, Event, Evidence, EvidenceField
from corpus.parsers.builder import with_ids
from corpus.parsers.findings import status_of
from corpus.stated import stated_forces

SAID_BY = "said_by_"  # begins the metadata of a source that tell who stated a field
BY = "by "  # begins the source of such evidence
SET_ASIDE = "a person says otherwise"
FIELDS: tuple[EvidenceField, ...] = ("force", "date", "kind", "title")


@dataclass(frozen=True, slots=True)
class PersonSaid:
    """One statement: `field` is one of FIELDS or "status"; `value` is in the form that `documents.csv` comes to.

    `by` names the person and the day. A status has its own `day`, and a `finding` where it is about one alone.
    """

    field: str
    value: str
    by: str
    day: str = ""
    finding: str = ""


People = Mapping[str, Sequence[PersonSaid]]
"""What people say, by the key of the document; of two on one field the later."""


def metadata_of(said: Sequence[PersonSaid]) -> dict[str, str]:
    """Statements as a source has them beside its text; statuses are no part of that."""
    found: dict[str, str] = {}
    for one in said:
        if one.field in FIELDS:
            found |= {one.field: one.value, f"{SAID_BY}{one.field}": f"{BY}{one.by}"}
    return found


def restated(document: Document, as_read: Document, metadata: Mapping[str, str]) -> Document:
    """`document`, parsed with what people say, under the key that it was read by, with the evidence of both."""
    said = [field for field in FIELDS if field in metadata]
    theirs = [
        Evidence(field, value, metadata[f"{SAID_BY}{field}"], math.inf, value, taken=True)
        for field in said
        for value in (metadata[field].split(";") if field == "force" else (metadata[field],))
    ]
    aside = [replace(e, taken=False, why=SET_ASIDE) for e in as_read.evidence if e.field in said]
    kept = [e for e in document.evidence if e.field not in said]
    forces = stated_forces(metadata) if "force" in said else None
    changed = replace(
        document,
        key=as_read.key,
        evidence=(*theirs, *kept, *aside),
        title=metadata.get("title", document.title) if "title" in said else document.title,
    )
    if forces is not None:
        changed = replace(changed, force=forces[0] if len(forces) == 1 else None, forces=forces)
    if "date" in said:
        passages = (
            p if p.event is not None or not p.date else replace(p, date=metadata["date"]) for p in changed.passages
        )
        changed = replace(changed, date=metadata["date"], passages=tuple(passages))
    return with_ids(changed)


def with_statuses(document: Document, said: Sequence[PersonSaid]) -> Document:
    """`document` with the statuses that people state as dated events among its own, the latest day counting."""
    for one in said:
        about = next((at for at, f in enumerate(document.findings) if f.id == one.finding), None)
        if one.field == "status" and (about is not None or not one.finding):
            document = _inserted(_with_printed(document, about), _event(one, about))
    return document


def event_text(by: str) -> str:
    """What stands with a status that a person states."""
    return f"Stated {BY}{by}."


def _event(one: PersonSaid, about: int | None) -> Event:
    return Event(one.day, "status", one.value, event_text(one.by), 0, about)


def _with_printed(document: Document, about: int | None) -> Document:
    """The dated statuses that findings print, as events: with another beside them the later one counts."""
    for at, finding in enumerate(document.findings):
        told = any(e.status and e.finding in (None, at) for e in document.events)
        if about in (None, at) and finding.status and finding.status_date and not told:
            document = _inserted(document, Event(finding.status_date, "status", finding.status, "", 0, at))
    return document


def _inserted(document: Document, event: Event) -> Document:
    events = list(document.events)
    place = next((at for at, other in enumerate(events) if other.date > event.date), len(events))
    events.insert(place, event)

    def moved(index: int | None) -> int | None:
        return index if index is None or index < place else index + 1

    passages = tuple(replace(p, event=moved(p.event)) for p in document.passages)
    findings = list(document.findings)
    for at, finding in enumerate(findings):
        status, day = status_of([e for e in events if e.finding in (None, at)])
        if event.finding in (None, at) and status and (status, day) != (finding.status, finding.status_date):
            findings[at] = replace(finding, status=status, status_date=day, status_word=None, status_by=None)
    return replace(document, events=tuple(events), passages=passages, findings=tuple(findings))
