"""What an assistant may ask with each tool, from the shapes of the API, a few results at a time."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from service.contract.requests import (
    DayRequest,
    Filters,
    Query,
    RegisterListRequest,
    SimilarRequest,
    Tagged,
)
from service.contract.values import Few, Page, Request

Name = Literal["search", "similar", "finding", "register", "tag"]


class SearchTool(Filters):
    """What a collection is searched for."""

    query: Annotated[Query, Field(min_length=1)] = Field(
        description="Words or a question, as a person would ask it; a phrase in quotation marks has to stand there."
    )
    limit: Few = Field(5, description="How many passages at most.")
    page: Page = Field(1, description="Which page of them.")


class SimilarTool(SimilarRequest):
    """What similar findings are looked for: of a text, of a passage or of a finding."""

    model_config = ConfigDict(json_schema_extra={})

    limit: Few = Field(5, description="How many findings at most, and how many passages of prose beside them.")


class FindingTool(DayRequest):
    """Which finding is asked about."""

    finding_id: str = Field(description="The id of a finding, as the other tools give it.")


class RegisterTool(RegisterListRequest):
    """Which records of the register are listed."""

    limit: Few = Field(10, description="How many records at most.")
    page: Page = Field(1, description="Which page of them.")


class TagTool(Request):
    """The text to tag, and what it stands under."""

    text: Tagged = Field(description="The text to tag.")
    section: Tagged | None = Field(None, description="The heading that it stands under.")
    parent: Tagged | None = Field(None, description="The recommendation that it comments on.")
