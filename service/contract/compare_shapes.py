"""What can be asked of several forces side by side, and the shapes of what is answered."""

from pydantic import Field

from service.contract.document_responses import GradeRecord
from service.contract.register_responses import RegisterRow
from service.contract.requests import DayRequest, Query
from service.contract.responses import FacetValue, HitDocument, Match
from service.contract.shapes import Shape
from service.contract.values import UNKNOWN, KnownValues


class CompareRequest(DayRequest):
    """Forces side by side, on themes or on a question or on both; without either, on all that they were told."""

    force: KnownValues = Field((), description="Slugs of the forces (see /forces), in the order they are shown in.")
    theme: KnownValues = Field((), description=f'Key of a theme (see /themes), or "{UNKNOWN}"; any of those given.')
    query: Query = Field("", alias="q", description="Words or a question, answered as a search answers it.")


class GradedReport(Shape):
    """The grades of one document, on its own scale, best first; not to be compared with another's."""

    document: HitDocument
    grades: list[GradeRecord]
    scale: list[str]


class ComparedForce(Shape):
    """What one force was told on the matter, the latest first, and what became of it."""

    slug: str
    name: str
    total: int
    open: int
    statuses: list[FacetValue]
    findings: list[RegisterRow]
    grades: list[GradedReport]


class Given(Shape):
    """A force's own copy of a finding."""

    slug: str
    finding_id: str


class SharedFinding(Shape):
    """A finding that more than one of the forces was given, with the copies of each."""

    text: str
    kind: str
    given: list[Given]


class CompareAnswer(Shape):
    """`match` tells how well the question is answered anywhere in the index; it is good where none was asked."""

    query: str
    themes: list[str]
    as_of: str | None
    match: Match
    forces: list[ComparedForce]
    shared: list[SharedFinding]
