"""The description of the API in OpenAPI 3.1, made of the routes and of the shapes that they read and answer.

Each view says with `described` what it answers and what request it reads; nothing is written twice. pydantic makes the
schemas. Three libraries that build such a description for Flask were tried on the similar findings, which may be asked
by address, form or JSON and come as a file: none let a validator see the index, all lost a parameter that was given
twice, and each described forms or files wrongly.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import Flask
from pydantic.json_schema import models_json_schema
from werkzeug.routing import Rule

from service.contract.batch_shapes import BatchQuery
from service.contract.bulk_shapes import TABLES
from service.contract.exports import MIMETYPES
from service.contract.field_schemas import Schema, field_schemas, item_schema
from service.contract.responses import Problem
from service.contract.shapes import Shape
from service.contract.values import Known, Request
from service.contract.workbooks import XLSX

_ENDINGS = ("csv", "xlsx")  # of addresses that have one form alone
View = TypeVar("View", bound=Callable[..., Any])
_REFERENCE = "#/components/schemas/{model}"
_INNER = (BatchQuery,)  # requests that stand in the lists of others
_FORMS = {"jsonl": "JSON lines", "parquet": "Parquet"}
_SHOWN = {"key": "id"}  # a part of an address, as it is called in the description
_PARTS: Mapping[str, Schema] = {
    "key": {"type": "string", "minLength": 1, "description": "As a search gives it; it may hold slashes."},
    "number": {"type": "integer", "minimum": 1, "maximum": 999_999_999, "description": "As the list gives it."},
    "receipt": {"type": "string", "minLength": 1, "description": "The id of a receipt."},
    "slug": {"type": "string", "minLength": 1, "description": "As /forces gives it."},
    "table": {"type": "string", "enum": [*TABLES], "description": "What is exported."},
}


@dataclass(frozen=True, slots=True)
class Operation:
    """What a view answers (a file, where it answers with no shape), and the request that it reads.

    `query` is read from the address, or by POST from a form; with `blank` its fields may be sent empty. `body` is a
    JSON body.
    """

    summary: str
    answer: type[Shape] | None
    query: type[Request] | None
    body: type[Request] | None
    blank: bool


def described(
    summary: str,
    answer: type[Shape] | None = None,
    *,
    query: type[Request] | None = None,
    body: type[Request] | None = None,
    blank: bool = False,
) -> Callable[[View], View]:
    """Say of a view what it answers and reads."""

    def mark(view: View) -> View:
        view.described = Operation(summary, answer, query, body, blank)  # type: ignore[attr-defined]
        return view

    return mark


def openapi(app: Flask, known: Known | None = None) -> Schema:
    """The whole description, as plain JSON data; with `known`, filters list the values that this index holds."""
    rules = [(rule, found) for rule in app.url_map.iter_rules() if (found := _operation(app, rule))]
    schemas = _schemas([operation for _, operation in rules], known)
    paths: dict[str, Schema] = {}
    for rule, operation in sorted(rules, key=lambda pair: pair[0].rule):
        for path, part, form in _paths(rule):
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                paths.setdefault(path, {})[method.lower()] = _described(operation, method, part, form, schemas, known)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Precedent",
            "version": "1",
            "description": "What a police inspectorate has told forces, and what each did about it, found by meaning. "
            "Every filter can be repeated; the values of one filter widen a search, different filters narrow it.",
        },
        "paths": paths,
        "components": {"schemas": schemas, "responses": {"Problem": _problem()}},
    }


def _operation(app: Flask, rule: Rule) -> Operation | None:
    found: Operation | None = getattr(app.view_functions[rule.endpoint], "described", None)
    return found


def _schemas(operations: list[Operation], known: Known | None) -> dict[str, Schema]:
    """The schema of each shape by its name: of answers as they are written, of JSON bodies as they are read."""
    answers = {one.answer for one in operations if one.answer} | {Problem}
    bodies = {one.body for one in operations if one.body}
    wanted = [(model, "serialization") for model in answers] + [(model, "validation") for model in bodies]
    wanted.sort(key=lambda pair: pair[0].__name__)
    _, made = models_json_schema(wanted, ref_template=_REFERENCE)  # type: ignore[arg-type]
    found: dict[str, Schema] = made["$defs"]
    for name in {body.__name__ for body in bodies} | {one.__name__ for one in _INNER if one.__name__ in found}:
        _list_known(found[name], known)
    return found


def _list_known(schema: Schema, known: Known | None) -> None:
    """Put into the schema of a body what a field may hold: one value or several, or null where it may be missing."""
    fields: Mapping[str, Schema] = schema["properties"]
    for name, own in fields.items():
        if any(one.get("type") == "array" for one in own.get("anyOf", ())):
            items = item_schema(name, known)
            single = {"anyOf": [items, {"type": "integer", "minimum": 1, "maximum": 9999}]} if name == "year" else items
            own["anyOf"] = [{"type": "array", "items": single}, single]
        if name not in schema.get("required", ()):
            told = {key: own.pop(key) for key in list(own) if key not in ("title", "description", "default")}
            own["anyOf"] = [*(told["anyOf"] if list(told) == ["anyOf"] else [told]), {"type": "null"}]


def _paths(rule: Rule) -> Iterator[tuple[str, str | None, str | None]]:
    """Each address of a rule, with the part of it that varies and the form of a file."""
    path = re.sub(r"<(?:\w+(?:\([^)]*\))?:)?(\w+)>", lambda m: f"{{{_SHOWN.get(m[1], m[1])}}}", rule.rule)
    part = next((name for name in rule.arguments if name != "form"), None)
    if "form" not in rule.arguments:
        yield path, part, next((form for form in _ENDINGS if path.endswith(f".{form}")), None)
        return
    forms = re.search(r"<any\(([^)]*)\):form>", rule.rule)
    for form in forms[1].split(", ") if forms else ():
        yield path.replace("{form}", form), part, form


def _described(
    operation: Operation,
    method: str,
    part: str | None,
    form: str | None,
    schemas: Mapping[str, Schema],
    known: Known | None,
) -> Schema:
    found: Schema = {
        "summary": f"{operation.summary}, as {_FORMS.get(form, form.upper())}" if form else operation.summary,
        "responses": {
            "200": {"description": operation.summary, "content": _content(operation, form)},
            "default": {"$ref": "#/components/responses/Problem"},
        },
    }
    parameters = [_part(part)] if part else []
    fields = field_schemas(operation.query, known) if operation.query else {}
    if operation.blank:
        fields = {name: _or_empty(schema) for name, schema in fields.items()}
    if method == "GET":
        parameters += [_parameter(name, schema) for name, schema in fields.items()]
    elif operation.query:
        one_of = {name: own for name, own in operation.query.model_json_schema().items() if name == "oneOf"}
        schema = {"type": "object", "properties": fields, "additionalProperties": False, **one_of}
        found["requestBody"] = {"required": True, "content": {"application/x-www-form-urlencoded": {"schema": schema}}}
    elif operation.body:
        reference = {"$ref": _REFERENCE.format(model=operation.body.__name__)}
        found["requestBody"] = {"required": True, "content": {"application/json": {"schema": reference}}}
    return {**found, "parameters": parameters} if parameters else found


def _content(operation: Operation, form: str | None) -> Schema:
    if form in ("xlsx", "parquet"):
        return {MIMETYPES.get(form, XLSX): {"schema": {"type": "string", "format": "binary"}}}
    if form:
        schema: Schema = {"type": "object"} if form == "json" else {"type": "string"}
        return {MIMETYPES[form].split(";")[0]: {"schema": schema}}
    reference = {"$ref": _REFERENCE.format(model=operation.answer.__name__)} if operation.answer else {"type": "object"}
    return {"application/json": {"schema": reference}}


def _part(name: str) -> Schema:
    schema = dict(_PARTS.get(name, {"type": "string", "enum": ["force", "year"]}))
    words = {"description": schema.pop("description")} if "description" in schema else {}
    return {"name": _SHOWN.get(name, name), "in": "path", "required": True, **words, "schema": schema}


def _or_empty(schema: Schema) -> Schema:
    """A field of a form, which is sent empty where nothing was filled in."""
    if schema["type"] == "array":
        return {**schema, "items": {"anyOf": [schema["items"], {"const": ""}]}}
    words = {"description": schema["description"]} if "description" in schema else {}
    own = {name: value for name, value in schema.items() if name != "description"}
    return {**words, "anyOf": [own, {"const": ""}]}


def _parameter(name: str, schema: Schema) -> Schema:
    own = dict(schema)
    words = {"description": own.pop("description")} if "description" in own else {}
    found = {"name": name, "in": "query", "required": False, **words, "schema": own}
    return {**found, "style": "form", "explode": True} if own.get("type") == "array" else found


def _problem() -> Schema:
    return {
        "description": "It cannot be answered; 400, 404, 405, 500 or 503.",
        "content": {"application/problem+json": {"schema": {"$ref": _REFERENCE.format(model="Problem")}}},
    }
