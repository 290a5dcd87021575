"""What every shape of an answer has in common, and the one way in which answers are written as JSON."""

import json
from typing import Any

from pydantic import BaseModel, ConfigDict
from pydantic_core import to_jsonable_python


class Shape(BaseModel):
    """A part of an answer: immutable, and of just these fields."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        validate_by_name=True,
        validate_by_alias=True,
        serialize_by_alias=True,
        json_schema_serialization_defaults_required=True,
    )


def to_json(answer: Any) -> str:
    """The one way in which an answer is written, so that the API and the command line say the same."""
    return json.dumps(to_jsonable_python(answer), ensure_ascii=False, allow_nan=False)
