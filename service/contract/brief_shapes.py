"""What is asked and answered about briefs and receipts."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, ValidationInfo

from service.contract.requests import ListRequest, RegisterListRequest, SimilarRequest
from service.contract.responses import HitDocument
from service.contract.shapes import Shape
from service.contract.values import Request, Text, refuse

MAX_NAME, MAX_NOTE = 200, 10_000  # characters
MOST_ITEMS = 1_000  # that are put into a brief at once
READY = ("force", "recommendation", "theme")
Form = Literal["docx", "md", "csv"]
BRIEF_FORMS: tuple[Form, ...] = ("docx", "md", "csv")


def _short(text: str, info: ValidationInfo) -> str:
    limit = MAX_NOTE if info.field_name == "note" else MAX_NAME
    if len(text) > limit:
        raise refuse(f"The {info.field_name} has {len(text):,} characters: shorten it to at most {limit:,}.")
    return text


Short = Annotated[Text, AfterValidator(_short)]


class BriefForm(Request):
    """The form that begins a brief."""

    name: Short = ""
    who: Short = ""


class NamedForm(Request):
    """A form that says no more than who sends it."""

    who: Short = ""


class AddForm(Request):
    """The form that puts one passage or finding into a brief, by the brief's name; `back` is where it was sent from."""

    passage_id: str | None = None
    finding_id: str | None = None
    brief_name: Short = ""
    note: Short = ""
    who: Short = ""
    back: str = ""


class AddSearchForm(ListRequest):
    """The form that puts a whole search into a brief."""

    brief_name: Short = ""
    who: Short = ""


class AddRegisterForm(RegisterListRequest):
    """The form that puts a whole list of the register into a brief."""

    brief_name: Short = ""
    who: Short = ""


class AddSimilarForm(SimilarRequest):
    """The form that puts all similar findings into a brief."""

    brief_name: Short = ""
    who: Short = ""


class ReadyRequest(Request):
    """A ready-made brief: of a force, of a finding and all who were given it, or of a theme in a year."""

    force: str | None = Field(None, description="Slug of a force (see /forces): a brief on it.")
    finding_id: str | None = Field(None, description="A finding of the index: what became of it in each force.")
    theme: str | None = Field(None, description="Key of a theme (see /themes), with `year`.")
    year: str | None = Field(None, description="The year of a theme's brief.")


class ReadyForm(ReadyRequest):
    """The form that keeps a ready-made brief as one of one's own."""

    brief_name: Short = ""
    who: Short = ""


class BriefReceiptForm(Request):
    """The form that keeps a receipt of a brief, by its id."""

    brief: Short = ""
    who: Short = ""
    why: Short = ""


class SearchReceiptForm(ListRequest):
    """The form that keeps a receipt of a search."""

    who: Short = ""
    why: Short = ""


class SimilarReceiptForm(SimilarRequest):
    """The form that keeps a receipt of similar findings."""

    who: Short = ""
    why: Short = ""


class TagReceiptForm(Request):
    """The form that keeps a receipt of the themes of a text."""

    text: Text = ""
    parent: Text = ""
    who: Short = ""
    why: Short = ""


class MadeWith(Shape):
    """What an answer was made with: the index, its encoder and theme model, and the calibration of match strength.

    `corrections` is how many corrections of themes held.
    """

    generation: str
    encoder_id: str
    theme_model_id: str | None
    strength_id: str
    corrections: int


class BriefItem(Shape):
    """One item of a brief. `text` and `citation` are as they stood when it was put in; so is `lead`, which
    introduces a list item.

    `status` is the last one recorded now, true of the day `as_of`; `gone` tells that the item is no longer in the
    index, and then both are as they stood then. `changed` says in words what is otherwise since, and `text_now` is the
    text where that is.
    """

    item_id: int
    part: str
    passage_id: str | None
    finding_id: str | None
    kind: str
    number: str | None
    lead: str | None
    text: str
    citation: str
    forces: list[str]
    date: str | None
    document: HitDocument | None
    document_title: str
    fictional: bool
    status: str | None
    status_words: str
    status_date: str | None
    as_of: str | None
    generation: str
    gone: bool
    changed: list[str]
    text_now: str | None
    note: str
    at: str
    who: str


class BriefRecord(Shape):
    """A brief as a list names it. `removed_at` and `removed_by` say that it was taken away."""

    brief_id: int
    name: str
    items: int
    at: str
    who: str
    edited: str
    removed_at: str | None
    removed_by: str | None


class ReceiptRecord(Shape):
    """A receipt as a list names it: what was asked, in words, by whom, when, and how many results there were."""

    receipt_id: str
    kind: str
    words: str
    at: str
    who: str
    why: str
    total: int
    generation: str


class BriefAnswer(BriefRecord):
    """A brief with its items in their order, what it is made with now, and the receipts that were kept of it."""

    note: str
    made_with: MadeWith
    results: list[BriefItem]
    taken_out: list[BriefItem]
    receipts: list[ReceiptRecord]


class BriefsAnswer(Shape):
    briefs: list[BriefRecord]


class ReceiptsAnswer(Shape):
    receipts: list[ReceiptRecord]


class ReceiptRow(Shape):
    """One result as a receipt holds it. `list` is the list of the answer that it stood in; `text` its SHA-256.

    `score` is the score of a search, the probability of a theme; `citation` is what it is known to people by.
    """

    key: str
    list: str
    rank: int
    score: float | None
    match: str | None
    status: str | None
    status_date: str | None
    text_sha256: str
    citation: str


class Drift(Shape):
    """One result that is not as it was: came, went, moved, score, status or text; `words` say what."""

    kind: Literal["came", "went", "moved", "score", "match", "status", "text"]
    key: str
    citation: str
    words: str


class ReceiptAnswer(ReceiptRecord):
    """A receipt. `asked` is what was asked, as parameters; `sound` tells that it is as it was written.

    `results` are the first of `total`, as many as a receipt holds; `rest_sha256` is the hash of the others' ids.
    """

    asked: dict[str, list[str]]
    made_with: MadeWith
    match: str | None
    sound: bool
    results: list[ReceiptRow]
    rest_sha256: str | None


class VerifyAnswer(Shape):
    """A receipt repeated. `same` tells that the same came; `drift` what did not. `with_now` is what it was made with
    now, and `other_with` what of that is otherwise; `problem` why it could not be repeated.
    """

    receipt: ReceiptAnswer
    verified_at: str
    same: bool
    problem: str | None
    total_now: int
    with_now: MadeWith
    other_with: list[str]
    drift: list[Drift]
