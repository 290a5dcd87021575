"""`precedent mcp`: the collection for an assistant on the same machine or network. Heavy imports stand inside."""

import socket
from importlib.util import find_spec
from pathlib import Path

import click

from service.cli.common import Failure, data_option, settings_for

_WITHOUT = (
    "This needs the package mcp, which is not installed: run `pip install 'precedent[mcp]'`, or from a checkout"
    " `pip install --no-deps -r requirements-mcp.txt`."
)


@click.command("mcp")
@click.option("--http", "by_http", is_flag=True, help="Listen for assistants by HTTP, in place of standard input.")
@click.option("--host", default="127.0.0.1", help="Address to listen on, with --http. [default: 127.0.0.1]")
@click.option("--port", type=click.IntRange(0, 65535), default=8001, help="Port, with --http. [default: 8001]")
@data_option
def mcp(by_http: bool, host: str, port: int, data: Path | None) -> None:
    """Give an assistant tools to search the collection by the Model Context Protocol: it quotes, and is told "none"."""
    if find_spec("mcp") is None:
        raise Failure(_WITHOUT)
    from service.assistant.mcp_server import over_http, over_standard_input
    from service.cli import common

    settings = settings_for(data)
    if not by_http:
        over_standard_input(common.engine_for(settings))
        return
    try:
        name = host.strip("[]")
        listening = socket.create_server((name, port), family=socket.AF_INET6 if ":" in name else socket.AF_INET)
    except OSError as error:
        raise Failure(f"Cannot listen on {host}:{port} ({error}): choose another with --host or --port.") from error
    shown = f"[{name}]" if ":" in name else name
    click.echo(f"Serving assistants on http://{shown}:{listening.getsockname()[1]}/mcp", err=True)
    over_http(common.engine_for(settings), name, listening)
