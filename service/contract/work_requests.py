"""What programs may send of people's work: briefs, receipts, saved searches, words, details of documents."""

import binascii
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, FailFast, Field

from service.contract.brief_shapes import MAX_NAME
from service.contract.correction_requests import Who
from service.contract.detail_shapes import DetailRecord
from service.contract.requests import MAX_WHY
from service.contract.shapes import Shape
from service.contract.values import Request, Text, refuse, sized

_Named = Annotated[Text, *sized(MAX_NAME, "Give the brief a name.")]
_Words = Annotated[Text, *sized(100, "Give what people type, and what is meant by it: a word or a few.")]
_Said = Annotated[Text, *sized(300)]
_Why = Annotated[Text, *sized(MAX_WHY)]
_BASE64 = "^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$"
AskedFields = dict[str, list[str]]
_ASKED = Field(description='What is asked, by the names of the API, such as {"q": ["missing children"]}.')


def _in_base64(text: str) -> str:
    try:
        _decoded(text)
    except ValueError:
        raise refuse("Send the content of each file in base64: letters, digits, + and /, padded with =.") from None
    return text


def _decoded(text: str) -> bytes:
    return binascii.a2b_base64(text.removesuffix("\n"), strict_mode=True)


class BriefItemsRequest(Request):
    """Passages and findings to put into the brief of a name, which is begun where there is none."""

    name: _Named = Field(description="The brief's name.")
    passage_id: list[Text] = Field(default_factory=list, description="Passages of the index.")
    finding_id: list[Text] = Field(default_factory=list, description="Findings of the index.")
    note: _Said = Field("", description="A note on each of them.")
    who: Who = Field(description="The name of whoever puts them in.")


class ReceiptRequest(Request):
    """What a receipt is to be kept of."""

    kind: Literal["search", "similar", "brief", "tag"] = Field(description="What is asked.")
    asked: AskedFields = _ASKED
    who: Who = Field(description="The name of whoever keeps it.")
    why: _Why = Field("", description="The reason.")


class SaveSearchRequest(Request):
    """A search, or a question for similar findings, to be asked of every new index."""

    kind: Literal["search", "similar"] = Field("search", description="What is asked.")
    asked: AskedFields = _ASKED
    title: _Said = Field("", description="What to call it; without one it is called by what is asked.")
    who: Who = Field(description="The name of whoever saves it.")


class ReadChangesRequest(Request):
    """Changes of a saved search that somebody has read."""

    upto: int = Field(ge=0, le=999_999_999, description="The id of the last change that was read.")
    who: Who = Field(description="The name of whoever read them.")


class EntryRequest(Request):
    """Words to add to the vocabulary."""

    kind: Literal["means", "short", "meant"] = Field(
        "means", description="What is typed finds the other words, is short for them, or is asked back about as them."
    )
    typed: _Words = Field(description="What people type.")
    other: _Words = Field(description="What is meant by it.")
    why: _Why = Field("", description="The reason.")
    who: Who = Field(description="The name of whoever adds them.")


class DetailsRequest(Request):
    """What a document is, where it was read as something else; what is not given stays as it is."""

    document: Text = Field(description="A document of the index.")
    force: _Said = Field("", description="Slugs of forces, with a semicolon between several; or none.")
    date: _Said = Field("", description="A day, month or year, such as 2019-06-04.")
    kind: _Said = Field("", description="A kind of document.")
    title: _Said = Field("", description="Its title.")
    status: _Said = Field("", description="The status of a record, with `status_day`.")
    status_day: _Said = Field("", description="The day on which the status was set.")
    finding: _Said = Field("", description="The finding that a status is of, where a record has several.")
    why: _Why = Field("", description="The reason.")
    who: Who = Field(description="The name of whoever says so.")


class SentFile(Request):
    """A document that is sent, in the bytes of its file."""

    name: Annotated[Text, *sized(300, "Give each file the name that it has, with its ending.")] = Field(
        description="The file's name, with the ending that tells its format."
    )
    content: Annotated[Text, Field(json_schema_extra={"pattern": _BASE64}), AfterValidator(_in_base64)] = Field(
        description="The bytes of the file, in base64."
    )

    @property
    def bytes_of(self) -> bytes:
        """The file itself."""
        return _decoded(self.content)


class DocumentsSent(Request):
    """Documents to add to the index, by a build that begins at once."""

    files: Annotated[list[SentFile], FailFast()] = Field(description="The files, 20 at most.")
    who: Who = Field(description="The name of whoever sends them.")


class FileReport(Shape):
    """What came of one file: its documents, what was left out of it, or why nothing was read."""

    name: str
    documents: list[dict[str, Any]]
    left_out: list[str]
    refused: str


class BuildAnswer(Shape):
    """The build that was started last, by a page or a program: running, done, failed or stopped."""

    state: Literal["none", "running", "done", "failed", "stopped"] = Field(description='"none" where none ever was.')
    who: str
    began: str
    ended: str
    stage: str = Field(description="What it does now.")
    done: int = Field(description="How much of that is done, out of `total`.")
    total: int
    problem: str = Field(description="Why it failed.")
    files: list[FileReport] = Field(description="What came of the files that were sent with it.")
    counts: dict[str, int] | None = Field(description="What the index holds after it.")
    published: bool = Field(description="Whether there was anything new.")


class DetailsAnswer(Shape):
    """Every statement that people made on documents, the latest first."""

    details: list[DetailRecord]
