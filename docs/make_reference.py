"""Writes the pages of reference – commands, settings, the JSON API – from the program itself: `make docs`.

A test compares them with what this would write, so that no option, setting, address or field is in the program and not
in the documentation, or the other way round.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from service.cli.main import main
from service.cli.settings import SETTINGS
from service.engine import Engine
from service.web.app import create_app
from service.web.openapi import openapi

HERE = Path(__file__).parent
WIDTH = {"terminal_width": 100, "max_content_width": 100}
MADE = "Made by `make docs` from the program; change it there."


def pages() -> dict[str, str]:
    """The text of each page by its file's name."""
    return {"cli.md": _joined(_cli()), "settings.md": _joined(_settings()), "api.md": _joined(_api())}


def _joined(lines: Iterator[str]) -> str:
    return "\n".join(lines).rstrip() + "\n"


def _cli() -> Iterator[str]:
    yield f"# Commands\n\nEvery command of `precedent` with its options. {MADE}\n"
    yield "A command that fails says why in one sentence on standard error and ends with exit code 2; `doctor` ends"
    yield "with 1 where something is wrong, and a build that Ctrl-C stopped with 130.\n"
    yield from _command(main, "precedent")


def _command(command: click.Command, name: str, parent: click.Context | None = None) -> Iterator[str]:
    context = click.Context(command, info_name=name.split(" ")[-1], parent=parent, **command.context_settings | WIDTH)
    text = command.get_help(context)
    if parent is None:
        text = text.split("\nSettings, from the environment:")[0]
    yield f"## {name}\n\n```\n{text.rstrip()}\n```\n"
    for inner in sorted(getattr(command, "commands", {})):
        yield from _command(command.commands[inner], f"{name} {inner}", context)  # type: ignore[attr-defined]


def _settings() -> Iterator[str]:
    yield f"# Settings\n\nEvery setting, from the environment; an option of a command wins over it. {MADE}\n"
    yield "| name | default | what it does |\n|--|--|--|"
    for row in SETTINGS:
        yield f"| `{row.name}` | {f'`{row.default}`' if row.default else ''} | {row.help} |"


def _api() -> Iterator[str]:
    found = openapi(create_app(Engine(Path("nowhere"), None)))  # type: ignore[arg-type] - nothing is encoded
    yield f"# The JSON API\n\nEvery address with what it takes and answers. {MADE}\n"
    yield f"{found['info']['description']}\n"
    yield f"The same is served as OpenAPI {found['openapi']} at `/api/v1/openapi.json`, with the values of the index"
    yield "that is served, and as a page at `/api/v1/docs`.\n"
    for path, operations in found["paths"].items():
        for method, one in operations.items():
            yield from _operation(path, method, one)
    yield "## Shapes\n"
    for name, schema in found["components"]["schemas"].items():
        yield f"### {name}\n"
        yield f"{' '.join(schema.get('description', '').split())}\n" if schema.get("description") else ""
        yield from _rows("field", ((field, own) for field, own in schema.get("properties", {}).items()))


def _operation(path: str, method: str, one: Mapping[str, Any]) -> Iterator[str]:
    yield f"## {method.upper()} {path}\n\n{one['summary']}.\n"
    parameters = one.get("parameters", ())
    if parameters:
        yield from _rows("parameter", ((row["name"], {**row["schema"], **_words(row)}) for row in parameters))
    for kind, content in one.get("requestBody", {}).get("content", {}).items():
        schema = content["schema"]
        yield f"Body: `{kind}`, {_kind(schema)}.\n" if "$ref" in schema else f"Body: `{kind}`.\n"
        yield from _rows("field", schema.get("properties", {}).items()) if "properties" in schema else ()
    for kind, content in one["responses"]["200"]["content"].items():
        yield f"Answer: `{kind}`, {_kind(content['schema'])}.\n"


def _words(row: Mapping[str, Any]) -> dict[str, str]:
    return {"description": row["description"]} if "description" in row else {}


def _rows(title: str, fields: Any) -> Iterator[str]:
    yield f"| {title} | values | what it is |\n|--|--|--|"
    for name, schema in fields:
        words = " ".join(schema.get("description", "").split())
        again = " May be repeated." if title == "parameter" and schema.get("type") == "array" else ""
        yield f"| `{name}` | {_kind(schema)} | {words}{again} |"
    yield ""


def _kind(schema: Mapping[str, Any]) -> str:
    """A schema in words."""
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[1]
        return f"[{name}](#{name.lower()})"
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(_kind(option) for option in schema["anyOf"]))
    if "const" in schema:
        return "nothing" if schema["const"] == "" else f"`{schema['const']}`"
    listed = schema.get("enum") or schema.get("examples")
    if listed:
        return ", ".join(f"`{value}`" for value in listed) + ("" if "enum" in schema else " and others")
    if schema.get("type") == "array":
        return f"list of {_kind(schema['items'])}"
    inner = schema.get("additionalProperties")
    if schema.get("type") == "object" and isinstance(inner, dict) and inner:
        return f"object of {_kind(inner)}"
    limits = [
        f"from {schema['minimum']}" if "minimum" in schema else "",
        f"to {schema['maximum']}" if "maximum" in schema else "",
    ]
    limits.append(f"of at most {schema['maxLength']:,} characters" if "maxLength" in schema else "")
    default = f"; else `{schema['default']}`" if schema.get("default") not in (None, [], "") else ""
    return re.sub(" +", " ", " ".join([schema.get("type", "anything"), *limits]).strip()) + default


if __name__ == "__main__":
    for name, text in pages().items():
        (HERE / name).write_text(text, "utf-8")
