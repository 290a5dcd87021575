"""The shapes of what the service answers about one document and its findings."""

from typing import Literal

from service.contract.responses import HitDocument, Passage, PrintedStatus
from service.contract.shapes import Shape


class SectionRecord(Shape):
    """A heading path with the passages under it, in the order of the text."""

    path: list[str]
    passages: list[Passage]


class GradeRecord(Shape):
    """A stated grade; `direction` is the one of travel, `before` that of an earlier inspection."""

    area: str
    grade: str
    section: list[str] | None
    distribution: dict[str, int] | None
    direction: str | None
    before: str | None


class EventRecord(Shape):
    """A dated status or comment; `passages` are the ids of those that a comment became.

    `finding` is the id of the one that it is about, None where it holds for all of the document.
    """

    finding: str | None
    date: str
    kind: str
    status: str | None
    text: str
    passages: list[str]


class FindingRecord(PrintedStatus):
    id: str
    kind: str
    number: str | None
    text: str
    section: list[str]
    deadline: str | None
    deadline_text: str | None
    addressees: list[str]
    status: str | None
    status_date: str | None
    closure_signal: str | None


class FoundFinding(FindingRecord):
    """A finding with its document, its passages and the events that are about it."""

    document: HitDocument
    passages: list[str]
    events: list[EventRecord]


class GlossaryRecord(Shape):
    term: str
    meaning: str


class EvidenceRecord(Shape):
    """What speaks for a `value` of kind, force, date or title: where it stands (`source`) and what stands there.

    `taken` tells whether it was followed; what was set aside says `why`. A person's word has no `weight`: it wins.
    """

    field: Literal["kind", "force", "date", "title"]
    value: str
    source: str
    weight: float | None
    quote: str
    taken: bool
    why: str


class DocumentAnswer(HitDocument):
    """A document with all that is known of it.

    `evidence` says what it was read as and why, `left_out` what of its file was not read, and `heard` the last day up
    to which its source is known.
    """

    other_sources: list[str]
    notes: list[str]
    left_out: list[str]
    evidence: list[EvidenceRecord]
    heard: str | None
    grades: list[GradeRecord]
    events: list[EventRecord]
    findings: list[FindingRecord]
    glossary: list[GlossaryRecord]
    sections: list[SectionRecord]
