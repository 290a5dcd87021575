"""The shapes of what the service answers about the register and similar findings."""

from collections.abc import Sequence
from typing import Literal

from pydantic import Field

from service.contract.document_responses import FoundFinding, GradeRecord
from service.contract.responses import (
    FacetValue,
    ForceRecord,
    Hit,
    HitDocument,
    Match,
    MemberDocument,
    PrintedStatus,
    ThemeTag,
)
from service.contract.shapes import Shape


class CommentRecord(Shape):
    """A comment on a finding; `passage_id` is that of the first passage it became."""

    date: str
    text: str
    passage_id: str | None


class EchoRecord(CommentRecord):
    """A comment that adds nothing to an earlier one: `of` it, by the force's own record or copied from another's."""

    kind: Literal["stalled", "copied"]
    of: CommentRecord
    of_force: str | None
    of_document: MemberDocument
    difference: list[list[str]]


class MismatchRecord(Shape):
    """Where status, comments and deadline disagree, in words."""

    kind: str
    words: str


class StandingRecord(PrintedStatus):
    """Where a finding stood on the day `as_of`, by what was recorded until then.

    Where no day was asked about, that is the day up to which its own source is known, which is `heard` in any case.
    `closed` tells whether the status ended the matter. `days_open` counts from publication to the closing status, else
    to `as_of`. What comments say of closure is `closure_signal`, with the sentence that says it; it never changes
    `status`. `closing_comment` is the last one up to the closing status, `done` the last of substance up to there,
    `reopened` the days on which a closed one was opened.
    """

    as_of: str | None = None
    heard: str | None = None
    status: str | None = None
    status_date: str | None = None
    closed: bool = False
    days_open: int | None = None
    deadline: str | None = None
    deadline_passed: bool | None = None
    overdue: bool = False
    closure_signal: str | None = None
    closure_date: str | None = None
    closure_sentence: str | None = None
    closing_comment: CommentRecord | None = None
    done: CommentRecord | None = None
    reopened: list[str] = Field(default_factory=list)
    mismatches: list[MismatchRecord] = Field(default_factory=list)


class Member(StandingRecord):
    """One force's copy of a finding, and what became of it."""

    finding_id: str | None
    passage_id: str | None
    force: str | None
    forces: list[str]
    published: str | None
    fictional: bool
    document: MemberDocument


def given_to(members: Sequence[Member]) -> int:
    """How many were given a finding: a force counts once, in however many documents its copies stand."""
    return len({tuple(one.forces) or one.document.id for one in members})


def given_words(members: Sequence[Member]) -> str:
    """The same in words that go on from "given to"."""
    number = given_to(members)
    who = "one force" if number == 1 and members[0].forces else str(number)
    return who if number == len(members) else f"{who}, in {len(members)} documents"


class SimilarHit(Hit):
    """A finding on the same matter, or a comment on one, with all who were given it and what became of it.

    Of prose that is no finding there is one member: the document that says it, of which no status is recorded.
    """

    members: list[Member]


class SimilarResponse(Shape):
    """`own` are those who were given the very finding that was asked about: they are in no result.

    `results` are findings and comments on them, and `match` is theirs. `also_said` is prose of reports on the same
    matter, which asks for nothing: judgements, strengths, narrative, lines of index pages. It may be there where no
    finding is.

    `as_of` is the day asked about, else that of the newest entry of the collection; each member has its own.
    """

    match: Match
    as_of: str | None
    own: list[Member]
    results: list[SimilarHit]
    also_said: list[SimilarHit]
    nearest: list[SimilarHit]


class FindingAnswer(FoundFinding):
    """A finding by itself: where it stood, and all who were given it, this one among them; `notes` are on its file.

    With a day asked about, all of it is as it was then; `known` tells whether it was published.
    """

    published: str | None
    known: bool
    notes: list[str]
    standing: StandingRecord
    members: list[Member]
    echoes: list[EchoRecord]


class RegisterRow(StandingRecord):
    """What one record of the register asks for, and where it stood.

    `last_comment` is the last one up to the day that it stands on, `themes` are those of what is asked for.
    """

    finding_id: str
    kind: str
    number: str | None
    register_number: str | None
    text: str
    addressees: list[str]
    document: HitDocument
    stalled: EchoRecord | None
    notes: list[str]
    last_comment: CommentRecord | None
    themes: list[ThemeTag]


class RegisterResponse(Shape):
    """A page of the register; `facets` count records, and `lists` those with something to look into.

    Of the facet `status`, "open" counts every record that is not closed, besides the statuses themselves.
    `as_of` is the day asked about, else that of the newest entry of the collection; each row has its own.
    """

    as_of: str | None
    total: int
    page: int
    page_size: int
    results: list[RegisterRow]
    facets: dict[str, list[FacetValue]]


class Candidate(Shape):
    """Two findings of one force, from different years, that may be on the same matter. No verdict."""

    earlier: "ForceFinding"
    later: "ForceFinding"
    evidence: float


class ForceFinding(PrintedStatus):
    """A finding as a force's page lists it."""

    finding_id: str
    kind: str
    number: str | None
    text: str
    date: str | None
    document: HitDocument
    status: str | None
    status_date: str | None


class ForceReport(Shape):
    """One document about a force: its findings, and its grades on its own scale."""

    document: HitDocument
    grades: list[GradeRecord]
    scale: list[str]
    findings: list[ForceFinding]


class YearCount(Shape):
    """The findings that documents of a year make; those that they only quote are left out."""

    year: str
    findings: int


class ForceAnswer(Shape):
    """What has been said of a force; `register` counts its records by status, and `years` its findings."""

    slug: str
    name: str
    as_of: str | None
    reports: list[ForceReport]
    standing: list[FacetValue] = Field(alias="register")
    lists: list[FacetValue]
    recurring: list[Candidate]
    years: list[YearCount]


class ForceCounts(ForceRecord):
    """A force with the records of the register that are about it.

    `open` are all that are not closed: those `overdue` and those with `no_status` are among them.
    """

    records: int
    open: int
    overdue: int
    no_status: int
    closed: int


class ForcesTable(Shape):
    """Every force with its records; `not_known` counts those of which the force is not known, `total` all, each once.

    `years` count the findings of the whole collection, and `without_force` are the documents whose force is not known.
    """

    forces: list[ForceCounts]
    not_known: ForceCounts
    total: ForceCounts
    years: list[YearCount]
    without_force: list[HitDocument]
