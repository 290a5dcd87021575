"""What is asked and answered about what people say of documents: their details."""

from typing import Literal

from service.contract.shapes import Shape
from service.contract.values import Request, Text

MAX_TITLE = 300
MAX_FIELD = 400

DetailState = Literal["holds", "next-build", "until-next-build", "undone", "superseded", "gone"]


class DetailsForm(Request):
    """The form that says what a document is; an empty field says nothing, and so does one that is as it was."""

    force: Text = ""
    new_force: Text = ""
    date: Text = ""
    kind: Text = ""
    title: Text = ""
    status: Text = ""
    status_day: Text = ""
    finding: Text = ""
    why: Text = ""
    who: Text = ""


class DetailRecord(Shape):
    """A statement that a person made on a document.

    `state` tells whether it holds in the current index, or from the next build on, or was undone but still shows.
    """

    id: int
    at: str
    who: str
    document: str
    document_title: str
    field: str
    before: str | None
    after: str
    day: str | None
    finding: str | None
    why: str
    undone_at: str | None
    undone_by: str | None
    state: DetailState
