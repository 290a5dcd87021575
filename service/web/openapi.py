"""The description of the API in OpenAPI 3.1. Its schemas are made from the types of the answers."""

import types
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints, is_typeddict

from models.examples import LONGEST
from service.answers.register import REGISTER_FACETS, REGISTER_VALUES
from service.answers.similar import MAX_TEXT
from service.contract import document_responses as document_answers
from service.contract import register_responses as register_answers
from service.contract import responses as answers
from service.contract.exports import FORMS, MIMETYPES, Form
from service.contract.filters import UNKNOWN
from service.contract.requests import FIXED, LISTED, MAX_PAGE_SIZE, SIMILAR_NAMES, SORTS
from service.query.question import MAX_LENGTH
from service.themes.tagging import MAX_TEXTS

_PRIMITIVES: dict[Any, str] = {
    str: "string",
    int: "integer",
    float: "number",
    bool: "boolean",
    type(None): "null",
}
_YEAR = {"type": "integer", "minimum": 1, "maximum": 9999}


def openapi() -> dict[str, Any]:
    """The whole description, as plain JSON data."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Precedent",
            "version": "1",
            "description": "What a police inspectorate has told forces, and what each did about it, found by meaning. "
            "Every filter can be repeated; the values of one filter widen a search, different filters narrow it.",
        },
        "paths": {
            "/api/v1/search": {"get": _search()},
            **{f"/api/v1/search.{form}": {"get": _download(form)} for form in FORMS},
            **{
                f"/api/v1/{plural}/{{id}}": {"get": _by_id(plural, answer)}
                for plural, answer in (("documents", document_answers.DocumentAnswer), ("passages", answers.Passage))
            },
            **_register_paths(),
            "/api/v1/forces": {"get": _operation("Every force", answers.ForcesAnswer)},
            **_theme_paths(),
            "/api/v1/openapi.json": {"get": _described()},
            "/health/live": {"get": _operation("The process answers", answers.Liveness)},
            "/health/ready": {"get": _operation("What is served", answers.Readiness)},
        },
        "components": {
            "schemas": {**_schemas(), "Problem": _problem()},
            "responses": {"Problem": _problem_response()},
        },
    }


def _register_paths() -> dict[str, Any]:
    """What is asked of the register, of similar findings and of forces."""
    finding = _by_id("findings", register_answers.FindingAnswer)
    force = _operation("What has been said of a force over the years", register_answers.ForceAnswer)
    slug = {"name": "slug", "in": "path", "required": True, "schema": {"type": "string"}}
    similar = _operation("Similar findings, and what became of them", register_answers.SimilarResponse)
    register = _operation("Records of the register, and where each stood", register_answers.RegisterResponse)
    members = [*finding["parameters"], _AS_OF]
    return {
        "/api/v1/similar": {
            "get": {**similar, "parameters": _similar()},
            "post": {
                **similar,
                "requestBody": {"required": True, "content": {"application/json": {"schema": _body()}}},
            },
        },
        "/api/v1/register": {"get": {**register, "parameters": _register()}},
        "/api/v1/findings/{id}": {"get": {**finding, "parameters": members}},
        "/api/v1/forces/{slug}": {"get": {**force, "parameters": [slug, _AS_OF]}},
        **{
            path.format(form=form): {"get": {**_file(summary, form), "parameters": parameters}}
            for path, summary, parameters in (
                ("/api/v1/similar.{form}", "Similar findings and all who were given them", _similar()),
                ("/api/v1/register.{form}", "All records that pass the filters", _register()[:-2]),
                ("/api/v1/findings/{{id}}/members.{form}", "All who were given a finding", members),
                ("/api/v1/forces/{{slug}}.{form}", "The findings about a force", [slug, _AS_OF]),
            )
            for form in FORMS
        },
    }


def _theme_paths() -> dict[str, Any]:
    """What is asked of themes."""
    by = {"name": "by", "in": "path", "required": True, "schema": {"type": "string", "enum": ["force", "year"]}}
    text = {"type": "string", "maxLength": LONGEST}
    one = {
        "anyOf": [
            text,
            {
                "type": "object",
                "required": ["text"],
                "properties": {"text": text, "parent": text, "section": _many({"type": "string"})},
            },
        ]
    }
    body = {
        "type": "object",
        "required": ["texts"],
        "properties": {
            "texts": {"type": "array", "items": one, "minItems": 1, "maxItems": MAX_TEXTS},
            "evidence": {"type": "boolean", "default": True},
        },
    }
    return {
        "/api/v1/tag": {
            "post": {
                **_operation("The themes of texts, and the sentences that carry them", answers.TagResponse),
                "requestBody": {"required": True, "content": {"application/json": {"schema": body}}},
            }
        },
        "/api/v1/themes": {"get": _operation("The themes, and how many results have each", answers.ThemesAnswer)},
        "/api/v1/themes/{by}": {
            "get": {
                **_operation("How many results have each theme, by force or by year", answers.ThemeCounts),
                "parameters": [by],
            }
        },
        "/api/v1/corrections.csv": {"get": _file("Every correction, undone ones too", "csv")},
    }


def _similar() -> list[dict[str, Any]]:
    shared = [one for one in _search()["parameters"] if one["name"] in SIMILAR_NAMES]
    return [
        _parameter("text", "The text to find the like of; this or one of the next two.", _text()),
        _parameter("passage_id", "A passage of the index in its place.", {"type": "string"}),
        _parameter("finding_id", "A finding of the index in its place.", {"type": "string"}),
        *shared,
        _parameter("same_force", "Findings of its own force too.", {"type": "boolean", "default": False}),
        _AS_OF,
        _parameter("limit", "How many.", {"type": "integer", "minimum": 1, "maximum": MAX_PAGE_SIZE, "default": 20}),
    ]


def _body() -> dict[str, Any]:
    return {"type": "object", "properties": {one["name"]: one["schema"] for one in _similar()}}


def _text() -> dict[str, Any]:
    return {"type": "string", "maxLength": MAX_TEXT}


def _register() -> list[dict[str, Any]]:
    known = {name: {"type": "string", "enum": list(values)} for name, values in REGISTER_VALUES.items()}
    known["status"] = _enumeration("status")
    return [
        *(
            _parameter(name, "Any of these values.", _many(known.get(name, {"type": "string"})))
            for name in REGISTER_FACETS
        ),
        _AS_OF,
        *(one for one in _search()["parameters"] if one["name"] in ("page", "page_size")),
    ]


def schema_of(kind: Any) -> dict[str, Any]:
    """The JSON schema of a type as answers.py uses them."""
    if is_typeddict(kind):
        return {"$ref": f"#/components/schemas/{kind.__name__}"}
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is list:
        return {"type": "array", "items": schema_of(arguments[0])}
    if origin is dict:
        return {"type": "object", "additionalProperties": schema_of(arguments[1])}
    if origin is Literal:
        return {"type": "string", "enum": list(arguments)}
    if origin in (types.UnionType, Union):
        return {"anyOf": [schema_of(argument) for argument in arguments]}
    return {"type": _PRIMITIVES[kind]}


def _schemas() -> dict[str, Any]:
    named = {**vars(answers), **vars(document_answers), **vars(register_answers)}
    shapes = [shape for name, shape in named.items() if is_typeddict(shape) and name[0] != "_"]
    return {
        shape.__name__: {
            "type": "object",
            "required": sorted(shape.__required_keys__),
            "properties": {name: schema_of(kind) for name, kind in get_type_hints(shape).items()},
            "additionalProperties": False,
        }
        for shape in shapes
    }


def _download(form: Form) -> dict[str, Any]:
    parameters = [parameter for parameter in _search()["parameters"] if parameter["name"] in LISTED]
    return {**_file("Every hit of a search, with its citation", form), "parameters": parameters}


def _file(summary: str, form: Form) -> dict[str, Any]:
    schema = {"type": "string"} if form == "csv" else {"type": "object"}
    content = {MIMETYPES[form].split(";")[0]: {"schema": schema}}
    return {
        "summary": f"{summary}, as {form.upper()}",
        "responses": {
            "200": {"description": "A file", "content": content},
            "default": {"$ref": "#/components/responses/Problem"},
        },
    }


def _search() -> dict[str, Any]:
    words = "Words or a question; a hit holds every phrase in quotation marks. Empty: all, newest first."
    parameters = [
        _parameter("q", words, {"type": "string", "maxLength": MAX_LENGTH}),
        _parameter("force", f'Slug of a force (see /forces), or "{UNKNOWN}".', _many({"type": "string"})),
        *(
            _parameter(name, f'One of these, or "{UNKNOWN}".', _many(_enumeration(name)))
            for name in ("document_kind", "finding", "status", "grade")
        ),
        _parameter("theme", f'Key of a theme (see /themes), or "{UNKNOWN}".', _many({"type": "string"})),
        _parameter("year", f'A year, or "{UNKNOWN}".', _many({"type": "string"})),
        _parameter("year_from", "Not before this year.", _YEAR),
        _parameter("year_to", "Not after this year.", _YEAR),
        _parameter("sort", "The order.", {"type": "string", "enum": list(SORTS), "default": SORTS[0]}),
        _parameter(
            "expand",
            "Look for other words of the vocabulary as well as those typed.",
            {"type": "boolean", "default": True},
        ),
        _parameter("explain", "Say how each hit was scored.", {"type": "boolean", "default": False}),
        _parameter("page", "Which page.", {"type": "integer", "minimum": 1, "default": 1}),
        _parameter(
            "page_size",
            "Hits on a page.",
            {"type": "integer", "minimum": 1, "maximum": MAX_PAGE_SIZE, "default": 20},
        ),
    ]
    return {**_operation("Search", answers.SearchResponse), "parameters": parameters}


def _enumeration(name: str) -> dict[str, Any]:
    # A grade or status is what the documents print, so an index may hold others than the known ones.
    known = [*FIXED[name], UNKNOWN]
    printed = name in ("grade", "status")
    return {"type": "string", "examples": known} if printed else {"type": "string", "enum": known}


def _many(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


def _parameter(name: str, description: str, schema: dict[str, Any]) -> dict[str, Any]:
    shape = {"name": name, "in": "query", "required": False, "description": description, "schema": schema}
    return {**shape, "style": "form", "explode": True} if schema["type"] == "array" else shape


_AS_OF = _parameter(
    "as_of",
    "With only what was known on this day, month or year; else each as of the day its own source was last heard.",
    {"type": "string"},
)


def _by_id(plural: str, answer: Any) -> dict[str, Any]:
    parameter = {
        "name": "id",
        "in": "path",
        "required": True,
        "description": "As a search gives it; it may hold slashes.",
        "schema": {"type": "string"},
    }
    return {**_operation(f"One of the {plural}", answer), "parameters": [parameter]}


def _operation(summary: str, answer: Any) -> dict[str, Any]:
    content = {"application/json": {"schema": schema_of(answer)}}
    return {
        "summary": summary,
        "responses": {
            "200": {"description": summary, "content": content},
            "default": {"$ref": "#/components/responses/Problem"},
        },
    }


def _described() -> dict[str, Any]:
    content = {"application/json": {"schema": {"type": "object"}}}
    return {
        "summary": "This description",
        "responses": {"200": {"description": "OpenAPI 3.1", "content": content}},
    }


def _problem() -> dict[str, Any]:
    properties = {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "A sentence that says what to do."},
    }
    return {"type": "object", "required": list(properties), "properties": properties}


def _problem_response() -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {
        "description": "It cannot be answered; 400, 404, 405, 500 or 503.",
        "content": {"application/problem+json": {"schema": schema}},
    }
