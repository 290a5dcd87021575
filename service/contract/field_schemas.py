"""The schema of each field of a request as it is sent in texts: for the description of the API and for assistants."""

from collections.abc import Sequence
from typing import Any

from service.contract.requests import CLOSED, FACETS, FIXED
from service.contract.values import UNKNOWN, Known, Request, wire_names

Schema = dict[str, Any]


def field_schemas(model: type[Request], known: Known | None) -> dict[str, Schema]:
    """The schema of each field of a request as it is sent in an address or a form, by its name there."""
    made = model.model_json_schema(by_alias=True)
    wire = {field: name for name, field in wire_names(model).items()}
    return {wire[field]: _wire(field, made["properties"][wire[field]], known) for field in model.model_fields}


def _wire(field: str, schema: Schema, known: Known | None) -> Schema:
    """A field as texts say it: never null, and a list by naming it again."""
    options = [one for one in schema.get("anyOf", ()) if one.get("type") != "null"]
    shape = next((one for one in options if one.get("type") == "array"), options[0] if options else schema)
    kept = {name: value for name, value in {**schema, **shape}.items() if name not in ("anyOf", "title")}
    if kept.get("default", "") in (None, [], "", ()):
        kept.pop("default", None)
    also = kept.pop("also", ())
    if kept["type"] == "array":
        kept["items"] = item_schema(field, known, also)
    return kept


def item_schema(field: str, known: Known | None, also: Sequence[str] = ()) -> Schema:
    """The schema of one value of a field that may have several; `also` are values beside those of the index."""
    if field == "year":
        return {"type": "string", "pattern": f"^([1-9][0-9]{{0,3}}|{UNKNOWN})$"}
    if known is not None:
        return {"type": "string", "enum": [*also, *known(field)]}
    fixed = [*also, *FIXED.get(field, ()), *([UNKNOWN] if field in FACETS else [])]
    # A grade or status is what the documents print, so an index may hold others than the known ones.
    return {"type": "string", "enum" if field in CLOSED else "examples": fixed}
