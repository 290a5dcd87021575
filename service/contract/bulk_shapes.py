"""The rows of a bulk export: whole tables of the index, flat, each row by itself; and what a file of them is of."""

from typing import Literal, get_args

from service.contract.shapes import Shape

Table = Literal["passages", "findings", "events", "tags"]
TABLES: tuple[Table, ...] = get_args(Table)


class PassageExport(Shape):
    """A passage. `date` is a comment's own, else the document's; `start` and `end` are characters of the document.

    `fold_id` is the first of the passages that say the same, this one perhaps. `themes` are its own, by the model or
    a person; `themes_taken_over` are the recommendation's that it comments on.
    """

    passage_id: str
    document_id: str
    finding_id: str | None
    fold_id: str
    kind: str
    text: str
    lead: str | None
    section: list[str]
    page: int | None
    start: int | None
    end: int | None
    date: str | None
    grade: str | None
    themes: list[str]
    themes_taken_over: list[str]
    document: str
    document_kind: str
    document_date: str | None
    force: str | None
    forces: list[str]
    fictional: bool
    citation: str
    source: str
    url: str | None


class FindingExport(Shape):
    """A finding as its document prints it, with the last explicit status.

    `fold_id` is the first of the findings that ask for the same; `passage_ids` are the passages that it became.
    """

    finding_id: str
    document_id: str
    fold_id: str
    passage_ids: list[str]
    kind: str
    number: str | None
    register_number: str | None
    text: str
    section: list[str]
    addressees: list[str]
    owner: str | None
    status: str | None
    status_date: str | None
    status_word: str | None
    status_by: str | None
    deadline: str | None
    deadline_text: str | None
    target: str | None
    closure_signal: str | None
    quoted: bool
    document: str
    document_kind: str
    published: str | None
    heard: str | None
    force: str | None
    forces: list[str]
    fictional: bool
    source: str
    url: str | None


class EventExport(Shape):
    """A dated status or comment. `event` and `echo_of` number the events of this generation alone.

    `finding_id` is None where it holds for all of the document. `says` is what a comment says of closure, in the
    sentence `says_sentence`; `echo_of` is an earlier comment that it adds nothing to.
    """

    event: int
    document_id: str
    finding_id: str | None
    date: str
    kind: str
    status: str | None
    text: str
    says: str | None
    says_sentence: str | None
    echo_of: int | None
    force: str | None


class TagExport(Shape):
    """A theme of a passage, as it is shown, and who says so: the model, a person, or the recommendation above it."""

    passage_id: str
    theme: str
    origin: Literal["model", "person", "inherited"]
    probability: float


ROWS: dict[Table, type[Shape]] = {
    "passages": PassageExport,
    "findings": FindingExport,
    "events": EventExport,
    "tags": TagExport,
}


class ExportAnswer(Shape):
    """What a bulk export is of: the generation, when it was built, and the rows and columns of each table.

    `exported` is the moment at which this was asked; `masked` tells whether contact details are dots.
    """

    generation: str
    created: str
    exported: str
    masked: bool
    rows: dict[str, int]
    columns: dict[str, dict[str, str]]
