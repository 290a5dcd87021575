"""What programs may say of themes: corrections and undoing them, and how much of a list they ask for."""

from typing import Annotated, Self

from pydantic import ConfigDict, Field, model_validator

from service.contract.requests import MAX_WHO, MAX_WHY, AskedText
from service.contract.values import UNKNOWN, Few, KnownValues, Page, Request, Size, Text, refuse, sized

_SOURCES = ("passage_id", "text")
Who = Annotated[Text, *sized(MAX_WHO, "Give your name: all that people do is kept with who did it.")]


class QueueRequest(Request):
    """How much of the queue is wanted."""

    limit: Few = Field(20, description="How many passages.")


class CorrectionsRequest(Request):
    """A page of the corrections."""

    page: Page = Field(1, description="Which page.")
    page_size: Size = Field(50, description="Corrections on a page.")


class CorrectionRequest(Request):
    """What the themes of a passage, or of a text, are: these and no others."""

    model_config = ConfigDict(
        json_schema_extra={
            "oneOf": [
                {"required": [name], "properties": {name: {"type": "string", "pattern": "\\S"}}} for name in _SOURCES
            ]
        }
    )

    passage_id: Text | None = Field(None, description="A passage of the index; this or a text.")
    text: AskedText | None = Field(None, description="A text that is no passage of the index.")
    theme: KnownValues = Field((), description=f'Keys of themes (see /themes); none, or "{UNKNOWN}": it has none.')
    who: Who = Field(description="The name of whoever says so.")
    why: Annotated[Text, *sized(MAX_WHY)] = Field("", description="The reason.")

    @model_validator(mode="after")
    def _of_one(self) -> Self:
        if bool((self.passage_id or "").strip()) == bool((self.text or "").strip()):
            raise refuse("Say what is corrected: give passage_id or text, one of them.")
        return self

    @property
    def themes(self) -> tuple[str, ...]:
        """The themes that it has."""
        return tuple(theme for theme in self.theme if theme != UNKNOWN)


class UndoRequest(Request):
    """Who undoes a correction."""

    who: Who = Field(description="The name of whoever undoes it.")
