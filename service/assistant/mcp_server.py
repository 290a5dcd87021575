"""The MCP server: the tools described to an assistant and answered, over standard input or HTTP on this machine."""

import json
import logging
import socket
from functools import partial
from importlib import metadata
from typing import TYPE_CHECKING, Any

from corpus.errors import PrecedentError
from indexer.generation import GenerationError
from service.assistant.assistant_tools import TOOLS, AssistantTool
from service.assistant.told_words import told_words
from service.contract.contacts import mask
from service.contract.field_schemas import field_schemas
from service.contract.shapes import to_json
from service.contract.values import Known, read_json
from service.engine import Engine

if TYPE_CHECKING:
    import mcp_types as types
    from mcp.server.context import ServerRequestContext
    from mcp.server.lowlevel import Server

_log = logging.getLogger(__name__)
INSTRUCTIONS = (
    "What a police inspectorate has told forces, and what each did about it, from one collection of documents."
    " Quote what the tools give word for word, with its citation. Where a tool says that nothing in this collection"
    " answers, tell the reader so and add nothing of your own. A status is the last one recorded, on the day given"
    " with it: it says nothing of today. What is marked as a fictional example is invented."
)
_MISTAKE = "The service made a mistake; the log of `precedent mcp` says which. Do not invent an answer."


def mcp_server(engine: Engine) -> "Server[Any]":
    """The server over an engine; nothing is opened before the first question."""
    import anyio
    import mcp_types as types
    from mcp.server.lowlevel import Server

    async def listed(
        _: "ServerRequestContext[Any]", __: "types.PaginatedRequestParams | None"
    ) -> "types.ListToolsResult":
        return types.ListToolsResult(tools=await anyio.to_thread.run_sync(partial(_tools, engine)))

    async def called(_: "ServerRequestContext[Any]", asked: "types.CallToolRequestParams") -> "types.CallToolResult":
        return await anyio.to_thread.run_sync(partial(_called, engine, asked.name, asked.arguments or {}))

    return Server(
        "precedent",
        title="Precedent",
        version=_version(),
        instructions=INSTRUCTIONS,
        on_list_tools=listed,
        on_call_tool=called,
    )


def over_standard_input(engine: Engine) -> None:
    """Serve one assistant, which started this program, until it closes standard input."""
    import anyio
    from mcp.server.stdio import stdio_server

    server = mcp_server(engine)

    async def serve() -> None:
        async with stdio_server() as (reading, writing):
            await server.run(reading, writing, server.create_initialization_options())

    anyio.run(serve)


def over_http(engine: Engine, host: str, listening: socket.socket) -> None:
    """Serve assistants by streamable HTTP at /mcp on a socket; on loopback, no other name of this machine is heard."""
    import uvicorn

    # Each request stands by itself: nothing is kept between two, and a restart breaks nothing off.
    app = mcp_server(engine).streamable_http_app(host=host, json_response=True, stateless_http=True)
    uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="on")).run(sockets=[listening])


def input_schema(tool: AssistantTool, known: Known | None) -> dict[str, Any]:
    """The arguments of a tool in JSON Schema, with the values of the index; never the names of people."""
    fields = field_schemas(tool.request, known)
    if "owner" in fields:
        fields["owner"]["items"] = {"type": "string"}
    required = [name for name, field in tool.request.model_fields.items() if field.is_required()]
    return {"type": "object", "properties": fields, "required": required, "additionalProperties": False}


def _tools(engine: Engine) -> "list[types.Tool]":
    import mcp_types as types

    try:
        seen = engine.snapshot()
        known: Known | None = lambda field: [v for v in seen.known(field) if not seen.masks or mask(v) == v]  # noqa: E731
    except GenerationError:
        known = None  # the tools are told of all the same, and each says why it cannot answer
    return [
        types.Tool(
            name=tool.name,
            title=tool.title,
            description=tool.description,
            input_schema=input_schema(tool, known),
            output_schema=tool.answer.model_json_schema(mode="serialization"),
            annotations=types.ToolAnnotations(read_only_hint=True, open_world_hint=False),
        )
        for tool in TOOLS
    ]


def _called(engine: Engine, name: str, arguments: dict[str, Any]) -> "types.CallToolResult":
    import mcp_types as types
    from mcp.shared.exceptions import MCPError

    tool = next((one for one in TOOLS if one.name == name), None)
    if tool is None:
        known = ", ".join(one.name for one in TOOLS)
        raise MCPError(types.INVALID_PARAMS, f"There is no tool {name[:100]!r}; there are {known}.")
    try:
        seen = engine.snapshot()
        asked = read_json(tool.request, json.dumps(arguments).encode(), seen.known)
        told = tool.asked(seen, asked)
    except PrecedentError as error:
        return _refused(str(error))
    except Exception:
        _log.exception("no answer to the tool %s", name)
        return _refused(_MISTAKE)
    return types.CallToolResult(
        content=[types.TextContent(type="text", text=told_words(told))], structured_content=json.loads(to_json(told))
    )


def _refused(sentence: str) -> "types.CallToolResult":
    import mcp_types as types

    return types.CallToolResult(content=[types.TextContent(type="text", text=sentence)], is_error=True)


def _version() -> str:
    try:
        return metadata.version("precedent")
    except metadata.PackageNotFoundError:
        return ""
