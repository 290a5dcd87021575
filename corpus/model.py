"""What a document is once read and parsed: plain immutable records, no behaviour beyond look-ups.

Offsets are characters into `Document.text`, the text as its reader gave it. `start` and `end` of a
passage span everything it was made of, including a running header that was dropped from inside it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from corpus.errors import PrecedentError

DocumentKind = Literal["inspection_report", "peel_assessment", "register_record", "other"]
PassageKind = Literal[
    "recommendation",
    "area_for_improvement",
    "cause_of_concern",
    "strength",
    "work_in_progress",
    "developing_practice",
    "judgement",
    "grade",
    "comment",
    "context",
    "glossary",
]
FindingKind = Literal["recommendation", "area_for_improvement", "cause_of_concern"]
# Kinds of passages that ask for something, and those that tell of it in prose.
FINDABLE = ("recommendation", "area_for_improvement", "cause_of_concern")
PROSE = ("judgement", "strength", "work_in_progress", "developing_practice", "context")
EvidenceField = Literal["kind", "force", "date", "title"]
STATUSES = (
    "awaiting-review",
    "will-be-progressed",
    "being-progressed",
    "complete",
    "no-further-action-needed",
)


class CorpusError(PrecedentError):
    """A document or folder that cannot be used; the message says what happened and what to do."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading that the file format itself marks (Markdown `##`, HTML `h2`): the start of its line, 1 = top.

    `end` is where the box (a frame, a collapsed part, a cell) ends in which it stands: its section goes no
    further. None where it stands in none.
    """

    start: int
    level: int
    end: int | None = None


MarkKind = Literal["quote", "caption", "note", "strong"]


@dataclass(frozen=True, slots=True)
class Mark:
    """What the file format itself says of whole lines, from the first character to behind the last.

    A `quote` is set apart as one (what the page quotes, or a box), a `caption` belongs to a table or picture, a
    `note` stands at the foot of the text, a `strong` line is bold from end to end and no heading by its mark-up.
    """

    start: int
    end: int
    kind: MarkKind


@dataclass(frozen=True, slots=True)
class Source:
    """What a reader returns: the same shape whatever the file was.

    `path` is the path as given to `build` joined with the path below it; `key` is the path relative to
    what was given. `pages` holds the offset at which each page starts, empty where there are no pages.
    """

    path: str
    key: str
    text: str
    sha256: str
    headings: tuple[Heading, ...] = ()
    pages: tuple[int, ...] = ()
    metadata: Mapping[str, str] = field(default_factory=dict)
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """One piece of evidence for what a document is: `value` of `field`, and what says so.

    `source` names the place in words ("page address", "last comment"), `quote` is what stands there. `taken` tells
    whether it was followed; one that was set aside says `why`. A person's word has the weight of infinity.
    """

    field: EvidenceField
    value: str
    source: str
    weight: float
    quote: str
    taken: bool = False
    why: str = ""


@dataclass(frozen=True, slots=True)
class Grade:
    """A grade that the document states, and how many forces got each grade where it says so.

    `direction` is the direction of travel printed beside it, `before` the grade of an earlier inspection.
    """

    area: str
    grade: str
    section: int | None
    distribution: Mapping[str, int] | None
    start: int
    direction: str | None = None
    before: str | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """A dated status or comment on a recommendation, in file order. A status event has no text of its own.

    `finding` indexes the document's findings; None holds for all of them, as in a record of the register.
    """

    date: str
    kind: Literal["status", "comment"]
    status: str | None
    text: str
    start: int
    finding: int | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """Something an inspectorate asks for. `number` is the printed one ("7"), unique only in its document.

    `status` is the last explicit one that the document gives it, None where it gives none; `status_word` is what is
    printed for it where that is another word ("Closed", "AMBER"), and `status_by` whose word it is where that is not
    the inspectorate's ("force", "commissioner", "committee").

    `owner` is who answers for it in the force, as a tracker has it or the last comment that says so.

    `deadline` is ISO 8601 as exact as the text allows, worked out from the publication date where the
    wording (`deadline_text`) is relative; with several, the last to fall due. `target` is the date that a tracker
    sets itself. `quoted` ones belong to an earlier report and are only cited.
    """

    id: str
    kind: FindingKind
    number: str | None
    text: str
    section: int
    deadline: str | None
    deadline_text: str | None
    addressees: tuple[str, ...]
    status: str | None
    status_date: str | None
    status_word: str | None = None
    status_by: str | None = None
    target: str | None = None
    quoted: bool = False
    owner: str | None = None


@dataclass(frozen=True, slots=True)
class Passage:
    """The unit that is searched and tagged. `section`, `finding`, `event`, `parent` index the document's tuples.

    `parent` is the passage that introduces a list item ("The force should ensure that:"). `start` and `end`
    are None for a comment that came from another copy of the same record.
    """

    id: str
    kind: PassageKind
    text: str
    start: int | None
    end: int | None
    section: int
    date: str | None
    page: int | None = None
    finding: int | None = None
    event: int | None = None
    parent: int | None = None


@dataclass(frozen=True, slots=True)
class GlossaryEntry:
    """One row of a document's own glossary."""

    term: str
    meaning: str
    start: int


@dataclass(frozen=True, slots=True)
class Document:
    """One parsed document. `sections` are heading paths, outermost first; `()` is the text before any heading.

    `force` is the one that it is about; `forces` are all of them where it is about several, and just that one where it
    is about one. `evidence` says what kind, force, date and title were decided from, and what was set aside. `heard` is
    the last day up to which its source is known, None where no event tells it.

    `notes` say in plain words what was unusual in the file (an unclosed event, an unknown force); `garbled`
    paragraphs could not be read and are in no passage.
    """

    key: str
    kind: DocumentKind
    title: str
    force: str | None
    date: str | None
    register_number: str | None
    url: str | None
    source: str
    sha256: str
    text: str
    sections: tuple[tuple[str, ...], ...]
    passages: tuple[Passage, ...]
    findings: tuple[Finding, ...] = ()
    events: tuple[Event, ...] = ()
    grades: tuple[Grade, ...] = ()
    glossary: tuple[GlossaryEntry, ...] = ()
    notes: tuple[str, ...] = ()
    other_sources: tuple[str, ...] = ()
    garbled: int = 0
    forces: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    heard: str | None = None
