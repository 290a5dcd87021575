"""An example request for each operation of the API, made from its description: to copy, and to try on its page."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from service.contract.field_schemas import Schema
from service.memory.snapshot import Snapshot

_TEXT = "The force should make sure that calls from vulnerable people are answered in time."
_VALUES: Mapping[str, Any] = {
    "q": "missing children",
    "text": _TEXT,
    "texts": [_TEXT],
    "queries": [{"q": "missing children"}, {"q": "waiting in custody", "page_size": 5}],
    "who": "Your name",
    "name": "Paper for the board",
    "files": [{"name": "letter.txt", "content": "QSBsZXR0ZXIuCgpLZW50IFBvbGljZSBjb3VudHMgaXRzIGxhbXBzLg=="}],
    "asked": {"q": ["missing children"]},
    "typed": "runaways",
    "other": "missing children",
    "upto": 1,
    "theme": [],
    "by": "force",
    "table": "passages",
    "number": "1",
    "receipt": "id-of-a-receipt",
}
_LISTED = 40  # values that a list to choose from has at most


@dataclass(frozen=True, slots=True)
class TryField:
    """A field of the form that tries an operation: where its value goes, and what it begins with."""

    name: str
    place: str
    value: str
    many: bool
    options: tuple[str, ...]
    required: bool


@dataclass(frozen=True, slots=True)
class Example:
    """One operation asked: the fields of its form, its body with its content type, and the same as a command."""

    fields: tuple[TryField, ...]
    kind: str | None
    body: str | None
    curl: str


def examples(api: Schema, base: str, ids: Mapping[str, str]) -> dict[tuple[str, str], Example]:
    """An example for each operation by its path and method; `ids` are ids that the index holds, by the path before."""
    return {
        (path, method): _example(api, base, path, method, one, ids)
        for path, operations in api["paths"].items()
        for method, one in operations.items()
    }


def ids_of(seen: Snapshot) -> dict[str, str]:
    """The id of a document, a passage, a finding and a force that are there, by the part of an address before it."""
    found: dict[str, str] = {}
    tables = seen.held.generation.tables
    for before, column, table in (
        ("documents", "key", "documents"),
        ("passages", "key", "passages"),
        ("passage-themes", "key", "passages"),
        ("findings", "key", "findings"),
        ("forces", "force", "document_forces"),
    ):
        row = tables.execute(f"SELECT {column} FROM {table} ORDER BY rowid LIMIT 1").fetchone()  # noqa: S608
        if row:
            found[before] = row[0]
    return found


def _example(api: Schema, base: str, path: str, method: str, one: Schema, ids: Mapping[str, str]) -> Example:
    fields = [
        _field(row["name"], row["in"], row["schema"], row["required"], path, ids) for row in one.get("parameters", ())
    ]
    bodies: Mapping[str, Any] = one.get("requestBody", {}).get("content", {})
    kind = next(iter(bodies), None)
    schema, body = bodies[kind]["schema"] if kind else {}, None
    if "$ref" in schema:
        body = json.dumps(_body(api["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]], ids), indent=2)
    for name, own in schema.get("properties", {}).items():
        fields.append(_field(name, "form", own, False, path, ids))
    made = tuple(fields)
    return Example(made, kind, body, _curl(f"{base}{path}", method, made, kind, body))


def _field(name: str, place: str, schema: Schema, required: bool, path: str, ids: Mapping[str, str]) -> TryField:
    options = tuple(schema.get("enum", ())) if len(schema.get("enum", ())) <= _LISTED else ()
    before = path.split("{")[0].strip("/").rsplit("/", 1)[-1]
    value = ids.get(before, "") if required and name in ("id", "slug") else _VALUES.get(name, "")
    shown = value if isinstance(value, str) else ""
    many = schema.get("type") == "array"
    if schema.get("type") == "boolean":
        options = ("true", "false")
    return TryField(name, place, shown, many, () if many else tuple(map(str, options)), required)


def _body(schema: Schema, ids: Mapping[str, str]) -> dict[str, Any]:
    """The fields that a body has to have, with values to begin with."""
    names = [*schema.get("required", ())]
    names += [name for option in schema.get("oneOf", ())[:1] for name in option.get("required", ())]
    known = {**_VALUES, "passage_id": ids.get("passages", "…"), "finding_id": ids.get("findings", "…")}
    known["document"] = ids.get("documents", "…")
    return {name: known.get(name, _blank(schema["properties"][name])) for name in dict.fromkeys(names)}


def _blank(schema: Schema) -> Any:
    if schema.get("enum"):
        return schema["enum"][0]
    kinds = [schema.get("type"), *(one.get("type") for one in schema.get("anyOf", ()))]
    blanks = {"string": "…", "array": [], "object": {}, "integer": schema.get("minimum", 1), "boolean": False}
    return next((blanks[kind] for kind in kinds if kind in blanks), None)


def _curl(address: str, method: str, fields: tuple[TryField, ...], kind: str | None, body: str | None) -> str:
    for one in fields:
        if one.place == "path":
            address = address.replace(f"{{{one.name}}}", quote(one.value, "-._~/") if one.value else f"{{{one.name}}}")
    asked = [(one.name, one.value) for one in fields if one.place == "query" and one.value]
    sent = [(one.name, one.value) for one in fields if one.place == "form" and one.value]
    parts = ["curl"]
    if method == "post" and kind == "application/json":
        compact = json.dumps(json.loads(body or "{}"), ensure_ascii=False)
        parts += ["-H", _quoted(f"Content-Type: {kind}"), "-d", _quoted(compact)]
    elif method == "post":
        parts += [piece for name, value in sent for piece in ("--data-urlencode", _quoted(f"{name}={value}"))]
    return " ".join([*parts, _quoted(f"{address}?{urlencode(asked)}" if asked else address)])


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"
