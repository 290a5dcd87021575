"""What can be asked: every request with its limits, defined once for the API, the pages and the command line."""

from collections.abc import Callable, Iterator
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import AfterValidator, BeforeValidator, ConfigDict, FailFast, Field, ValidationInfo, model_validator

from corpus.closure import SIGNALS
from corpus.model import STATUSES, DocumentKind, PassageKind
from corpus.standing import MISMATCHES
from models.examples import LONGEST
from service.contract.values import (
    OPEN,
    UNKNOWN,
    Day,
    Flag,
    KnownValues,
    Page,
    Request,
    Size,
    Skip,
    Statuses,
    Text,
    Year,
    Years,
    chosen_of,
    refuse,
    refuse_there,
)

FACETS = ("force", "document_kind", "finding", "theme", "status", "grade", "year")
REGISTER_FACETS = ("force", "status", "signal", "list", "owner", "theme", "year")
NOTHING = "none"  # the value of a record whose comments say nothing of closure
LISTS = (*MISMATCHES, "overdue", "stalled", "copied")
GRADES = ("outstanding", "good", "adequate", "requires improvement", "inadequate", "excellent", "fair", "poor")
# What is known of a field's values before any index: more may stand in one where they are as documents print them.
FIXED: dict[str, tuple[str, ...]] = {
    "document_kind": get_args(DocumentKind),
    "finding": get_args(PassageKind),
    "status": STATUSES,
    "grade": GRADES,
    "signal": (*SIGNALS, NOTHING),
    "list": LISTS,
}
# What a table of the register can show, and be sorted by.
REGISTER_COLUMNS = (
    *("number", "force", "published", "document", "asks", "status", "status_date", "deadline", "days_open", "owner"),
    *("signal", "attention", "last_comment", "themes", "heard"),
)
REGISTER_SORTS = tuple(order for name in REGISTER_COLUMNS for order in (name, f"-{name}"))
FORCE_COLUMNS = ("name", "documents", "records", "open", "overdue", "no_status", "closed")
FORCE_SORTS = tuple(order for name in FORCE_COLUMNS for order in (name, f"-{name}"))
CLOSED = ("document_kind", "finding", "signal", "list")  # fields of which there are no other values
MAX_QUERY, MAX_TEXT, MAX_TEXTS = 2_000, 20_000, 256  # characters, characters, texts
MAX_WHO, MAX_WHY = 200, 2_000  # characters

Sort = Literal["relevance", "newest"]


def _at_most(length: int, mend: str) -> Callable[[str, ValidationInfo], str]:
    def checked(text: str, info: ValidationInfo) -> str:
        if len(text) > length:
            raise refuse(f"The {info.field_name} has {len(text):,} characters: shorten it to at most {length:,}{mend}.")
        return text

    return checked


def _not_too_long(text: str) -> str:
    if len(text) > LONGEST:
        raise refuse_there(f"has {len(text):,} characters: a text has {LONGEST:,} at most.")
    return text


def _text_or_object(value: Any) -> Any:
    if not isinstance(value, str | dict) or (isinstance(value, dict) and not isinstance(value.get("text"), str)):
        raise refuse_there('is neither a text nor an object such as {"text": "…", "parent": "…"}.')
    return value


def _not_too_many(texts: Any) -> Any:
    if not isinstance(texts, list) or not texts:
        raise refuse('texts is a list of one text or more, such as {"texts": ["The force should …"]}.')
    if len(texts) > MAX_TEXTS:
        raise refuse(f"There are {len(texts):,} texts: send {MAX_TEXTS} at most at a time.")
    return texts


def _one_of(value: Any, info: ValidationInfo) -> Any:
    return chosen_of(str(info.field_name), str(value), get_args(Sort))


def _table_form(value: Any, info: ValidationInfo) -> Any:
    return chosen_of(str(info.field_name), str(value), ("csv", "xlsx"))


def _column(value: str) -> str:
    return chosen_of("columns", value, REGISTER_COLUMNS)


def _force_order(value: Any, info: ValidationInfo) -> Any:
    return chosen_of(str(info.field_name), str(value), FORCE_SORTS)


def _order(value: Any, info: ValidationInfo) -> Any:
    return chosen_of(str(info.field_name), str(value), REGISTER_SORTS)


RegisterSort = Annotated[str, Field(json_schema_extra={"enum": list(REGISTER_SORTS)}), BeforeValidator(_order)]
Query = Annotated[
    str,
    Field(json_schema_extra={"maxLength": MAX_QUERY}),
    AfterValidator(_at_most(MAX_QUERY, ", for instance to the sentence that matters")),
]
AskedText = Annotated[
    str,
    Field(json_schema_extra={"maxLength": MAX_TEXT}),
    AfterValidator(_at_most(MAX_TEXT, ", for instance to what is recommended")),
]
Tagged = Annotated[Text, Field(json_schema_extra={"maxLength": LONGEST}), AfterValidator(_not_too_long)]


class Filters(Request):
    """What a list of passages is narrowed to: any of the values of a facet, and all of the facets.

    `year` holds years as text or "unknown"; the range is inclusive and leaves out what has no year.
    """

    force: KnownValues = Field((), description=f'Slug of a force (see /forces), or "{UNKNOWN}".')
    document_kind: KnownValues = Field((), description=f'One of these, or "{UNKNOWN}".')
    finding: KnownValues = Field((), description=f'One of these, or "{UNKNOWN}".')
    theme: KnownValues = Field((), description=f'Key of a theme (see /themes), or "{UNKNOWN}".')
    status: KnownValues = Field((), description=f'One of these, or another that is printed, or "{UNKNOWN}".')
    grade: KnownValues = Field((), description=f'One of these, or another that is printed, or "{UNKNOWN}".')
    year: Years = Field((), description=f'A year, or "{UNKNOWN}".')
    year_from: Year | None = Field(None, description="Not before this year.")
    year_to: Year | None = Field(None, description="Not after this year.")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.year_from is not None and self.year_to is not None and self.year_from > self.year_to:
            raise refuse(f"year_from {self.year_from} is later than year_to {self.year_to}: exchange them.")
        return self

    def chosen(self, facet: str) -> tuple[str, ...]:
        """The values chosen of one facet."""
        return tuple(getattr(self, facet))

    def any(self) -> bool:
        """Whether anything is narrowed at all."""
        return any(getattr(self, name) != field.default for name, field in Filters.model_fields.items())


class ListRequest(Filters):
    """A search, whole, as a file is made of. Without `expand`, only the words that were typed are looked for."""

    query: Query = Field(
        "",
        alias="q",
        description="Words or a question; a hit holds every phrase in quotation marks. Empty: all, newest first.",
    )
    sort: Annotated[Sort, BeforeValidator(_one_of)] = Field("relevance", description="The order.")
    expand: Flag = Field(True, description="Look for other words of the vocabulary as well as those typed.")
    explain: Flag = Field(False, description="Say how each hit was scored.")


class SearchRequest(ListRequest):
    """A page of a search."""

    page: Page = Field(1, description="Which page.")
    page_size: Size = Field(20, description="Hits on a page.")


_SOURCES = ("text", "passage_id", "finding_id")
# One of white space alone is as one that is not given.
_Id = Annotated[str | None, AfterValidator(lambda key: key if key and key.strip() else None)]
ALSO_SAID = 5  # passages of prose beside similar findings, where nobody asks for more


class SimilarRequest(Filters):
    """What similar findings are looked for: of a text, of a passage, or of a finding, the last two by their ids.

    Without `same_force`, those of the force that the passage or finding is about are left out. With `as_of`, nothing
    counts that was not known on that day.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "oneOf": [
                {"required": [name], "properties": {name: {"type": "string", "pattern": "\\S"}}} for name in _SOURCES
            ]
        }
    )

    text: AskedText | None = Field(None, description="The text to find the like of; this or one of the next two.")
    passage_id: _Id = Field(None, description="A passage of the index in its place.")
    finding_id: _Id = Field(None, description="A finding of the index in its place.")
    same_force: Flag = Field(False, description="Findings of its own force too.")
    as_of: Day = Field(None, description="With only what was known on this day, as 2019-01-31, or month or year.")
    limit: Size = Field(
        20, description=f"How many; of what is also said in reports as many, or {ALSO_SAID} where it is not given."
    )

    @property
    def also_limit(self) -> int:
        """How many passages there are at most of what is also said in reports."""
        return self.limit if "limit" in self.model_fields_set else ALSO_SAID

    @model_validator(mode="after")
    def _of_one(self) -> Self:
        given = [name for name in _SOURCES if (getattr(self, name) or "").strip()]
        if len(given) > 1 or (not given and self.text is None):
            raise refuse("Say what to find the like of: give text, or passage_id, or finding_id, one of them.")
        if not given:
            raise refuse("The text is empty: give the text of a recommendation or another finding.")
        return self


class DayRequest(Request):
    """The day that is asked about."""

    as_of: Day = Field(
        None,
        description="With only what was known on this day, month or year; else each as of the day its own source was"
        " last heard.",
    )


class RegisterListRequest(DayRequest):
    """Records of the register, all of them: any of the values of a facet, and all of the facets."""

    force: KnownValues = Field((), description="Any of these values.")
    status: Statuses = Field(
        (),
        description=f'Any of these values; "{OPEN}" is every record that is not closed.',
        json_schema_extra={"also": [OPEN]},
    )
    signal: KnownValues = Field((), description="Any of these values: what comments say of closure.")
    list: KnownValues = Field((), description="Any of these values: what there is to look into.")
    owner: KnownValues = Field((), description=f'Who answers for it, as printed, or "{UNKNOWN}".')
    theme: KnownValues = Field((), description=f'Key of a theme of what is asked for (see /themes), or "{UNKNOWN}".')
    year: Years = Field((), description=f'Year of publication, or "{UNKNOWN}".')
    text: Query = Field(
        "", description="Words that all stand in its text, title, number, owner or comments; longer ones hold them too."
    )
    sort: RegisterSort = Field(
        "-published", description="By what; with a - before it from the last to the first. What has none comes last."
    )

    def chosen(self, facet: str) -> tuple[str, ...]:
        """The values chosen of one facet."""
        return tuple(getattr(self, facet))

    def any(self) -> bool:
        """Whether anything is narrowed at all."""
        return bool(self.words) or any(self.chosen(facet) for facet in REGISTER_FACETS)

    @property
    def words(self) -> tuple[str, ...]:
        """The words that a record has to hold, all of them, in small letters."""
        return tuple(dict.fromkeys(self.text.casefold().split()))


class RegisterRequest(RegisterListRequest):
    """A page of the register."""

    page: Page = Field(1, description="Which page.")
    page_size: Size = Field(50, description="Records on a page.")


class RegisterView(RegisterRequest):
    """A page of the register as a table, with the columns that it shows; without any, those of ordinary use."""

    columns: Annotated[tuple[Annotated[str, AfterValidator(_column)], ...], FailFast()] = Field(
        (), description="Columns of the table."
    )


class ForcesView(Request):
    """The table of all forces."""

    sort: Annotated[str, BeforeValidator(_force_order)] = Field("name", description="By what, as the register.")


class TextToTag(Request):
    """A text to tag, with what it stands under and the recommendation that it is a comment on."""

    text: Tagged
    section: str | list[Tagged] | None = Field(None, description="The heading that it stands under, or several.")
    parent: Tagged | None = Field(None, description="The recommendation that it comments on.")
    id: Any = Field(None, description="A name of your own for it; it is not used.")

    def headings(self) -> Iterator[str]:
        """The headings that it stands under, outermost first."""
        yield from [self.section] if isinstance(self.section, str) else self.section or ()


_Sent = Annotated[Tagged | TextToTag, BeforeValidator(_text_or_object)]


class TagRequest(Request):
    """Texts to tag, and whether the sentences that carry each theme are wanted."""

    texts: Annotated[
        list[Annotated[Tagged | TextToTag, BeforeValidator(_text_or_object)]],
        FailFast(),
        BeforeValidator(_not_too_many),
    ] = Field(json_schema_extra={"minItems": 1, "maxItems": MAX_TEXTS})
    evidence: Flag = True


class DocumentView(Request):
    """How a document's page is opened: at a passage that was found, with the words of the query marked in it.

    Else at a part, or whole; with `find`, it is searched, by meaning if it is to be `like` that.
    """

    hit: str | None = None
    query: str = Field("", alias="q")
    expand: Flag = True
    part: Page | None = None
    whole: Flag = False
    find: Query = ""
    like: Flag = False


class TextForm(Request):
    """The form that a text to tag is pasted into."""

    text: Tagged = ""
    parent: Tagged = ""


class QueueView(Request):
    """Where in the queue a reader is: how many were skipped."""

    skip: Skip = 0


class CorrectionForm(Request):
    """The form that says what the themes of a passage, or of a text, are: these and no others."""

    passage_id: str | None = None
    text: Tagged = ""
    theme: tuple[str, ...] = ()
    who: str = ""
    why: str = ""
    back: str = ""
    skip: Skip = 0


class TrainedModel(Request):
    """The form that puts a model to use whose changes were shown."""

    model: str = ""


class FileForm(Request):
    """The form that sends a table of texts to tag: the name of the column they stand in, and the form of the answer."""

    column: str = ""
    form: Annotated[Literal["csv", "xlsx"], BeforeValidator(_table_form)] = "csv"


class WhoForm(Request):
    """A form that does something in somebody's name."""

    who: str = ""
