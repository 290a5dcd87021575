"""Saved searches: what is asked of them, and what is answered."""

from typing import Literal

from pydantic import Field

from service.contract.requests import Query, WhoForm
from service.contract.shapes import Shape

MAX_TITLE = 200  # characters


class ReadForm(WhoForm):
    """The form that marks changes as read, up to the last one that was shown."""

    upto: str = ""


class SaveForm(WhoForm):
    """What is given of a search besides the search itself."""

    title: Query = ""
    kind: str = "search"


class Result(Shape):
    """A result as it is compared: a passage, or what folds with it, with the status of each that it was given to.

    `text_sha256` is of its whole text, `text` may be cut; `members` are those that the search's own forces leave.
    """

    passage_id: str
    finding_id: str | None
    kind: str
    title: str
    document_id: str
    force: str | None
    date: str | None
    text: str
    text_sha256: str
    match: str
    status: str | None
    status_date: str | None
    members: list["ResultMember"]


class ResultMember(Shape):
    passage_id: str
    force: str | None
    status: str | None
    status_date: str | None


class Difference(Shape):
    """What differs: the text, the match, a status, or a force that was given the same or is no longer listed.

    `force` is whose it is, by its slug, and `force_name` its name.
    """

    what: Literal["text", "match", "status", "place"]
    force: str | None = None
    force_name: str | None = None
    before: str | None
    after: str | None


class ChangeRecord(Shape):
    """A result that a generation brought, changed or took away; `before` and `after` are None where there is none."""

    id: int
    generation: str
    at: str
    kind: Literal["new", "changed", "gone"]
    before: Result | None
    after: Result | None
    differs: list[Difference]
    read_at: str | None
    read_by: str | None


class SavedRecord(Shape):
    """A saved search. `asked` is its request by the names of the API; `unread` counts changes not marked as read.

    `generation` is the one that it was last asked of, and `waiting` says that there is a newer one. `problem` says why
    it cannot be asked now, where it cannot.
    """

    id: int
    title: str
    kind: Literal["search", "similar"]
    asked: dict[str, list[str]]
    address: str
    who: str
    at: str
    deleted_at: str | None
    deleted_by: str | None
    generation: str | None
    results: int
    unread: dict[str, int]
    waiting: bool
    problem: str | None = None


class SavedAnswer(Shape):
    """Every saved search that is not deleted, and of all of them the changes that nobody has marked as read."""

    generation: str
    unread: int
    waiting: int
    searches: list[SavedRecord]


class ChangesAnswer(Shape):
    """One saved search with its changes, the newest generation first; `changes` may be cut, `total` counts all."""

    search: SavedRecord
    total: int
    changes: list[ChangeRecord] = Field(default_factory=list)


class AlertRecord(Shape):
    """What one generation changed for one saved search: as it is printed, sent and fed."""

    id: str
    search: SavedRecord
    generation: str
    at: str
    counts: dict[str, int]
    link: str | None = None
    changes: list[ChangeRecord]


Result.model_rebuild()
