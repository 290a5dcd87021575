"""The command line. Everything heavy is imported inside the command that needs it."""

import gc
import sys
from dataclasses import asdict
from importlib import metadata
from pathlib import Path
from typing import Any

import click

from service.cli import common
from service.cli.alert_commands import alerts
from service.cli.brief_commands import brief, verify
from service.cli.build_commands import add, build, remove
from service.cli.common import (
    Failure,
    check_page,
    data_option,
    filtered,
    keep_receipt,
    one_form,
    parameters,
    printed,
    receipt_option,
    settings_for,
)
from service.cli.encoder_commands import encoder
from service.cli.evaluate_commands import evaluate
from service.cli.export_commands import export
from service.cli.mcp_commands import mcp
from service.cli.register_commands import register, similar
from service.cli.settings import SETTINGS
from service.cli.state_commands import state
from service.cli.theme_commands import tag, themes
from service.contract.service_errors import exit_code_of

_LOOPBACK = ["localhost", "127.0.0.1"]
_OBJECTS = 50_000  # new ones between two looks for garbage


class _Group(click.Group):
    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (click.ClickException, BrokenPipeError):
            raise
        except Exception as error:
            code = exit_code_of(error)
            if code is None:
                raise  # a mistake of ours
            failure = Failure(str(error))
            failure.exit_code = code  # type: ignore[misc]
            raise failure from error


def _version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted:
        try:
            version = metadata.version("precedent")
        except metadata.PackageNotFoundError:
            version = "(not installed: running from its source)"
        click.echo(f"precedent {version}")
        ctx.exit()


_EPILOG = "\b\nSettings, from the environment:\n" + "\n".join(
    f"{row.name:{max(len(row.name) for row in SETTINGS)}} {row.help}{f' [{row.default}]' if row.default else ''}"
    for row in SETTINGS
)


@click.group(cls=_Group, epilog=_EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--version", is_flag=True, is_eager=True, expose_value=False, callback=_version, help="Show it.")
def main() -> None:
    """Search what inspectorates have told the police, and what each force did about it."""
    # What is read at the start stays to the end: to look for garbage among it took a tenth of the time of a search.
    gc.set_threshold(_OBJECTS, 50, 50)


@main.command()
@click.argument("query")
@filtered
@click.option("--sort", help="relevance or newest.")
@click.option("--page", help="Which page of the results.")
@click.option("--page-size", help="Results on a page, up to 100.")
@click.option("--no-expand", is_flag=True, help="Look only for the words that were typed.")
@click.option("--explain", is_flag=True, help="Add to the JSON how each hit was scored.")
@click.option("--csv", "as_csv", is_flag=True, help="Print every hit, with its citation, as CSV.")
@click.option("--json", "as_json", is_flag=True, help="Print what the API answers.")
@receipt_option
@data_option
def search(
    query: str,
    no_expand: bool,
    explain: bool,
    as_csv: bool,
    as_json: bool,
    receipt: str | None,
    data: Path | None,
    **options: Any,
) -> None:
    """Search for QUERY, a question or words; "" finds everything that passes the filters."""
    one_form(as_csv, as_json)
    settings = settings_for(data)
    seen = common.engine_for(settings).snapshot()
    from service.answers.search import all_hits
    from service.answers.search import search as found_by
    from service.cli.terminal import search_lines
    from service.contract.exports import hits_table
    from service.contract.requests import ListRequest, SearchRequest
    from service.contract.shapes import to_json
    from service.contract.values import read

    given = {"q": [query], "explain": [str(explain).lower()], "expand": [str(not no_expand).lower()]}
    asked = {**given, **parameters(options)}
    keep_receipt(seen, settings.data, "search", asked, receipt)
    if as_csv:
        printed(hits_table(all_hits(seen, read(ListRequest, asked, seen.known)), "csv"))
        return
    response = found_by(seen, read(SearchRequest, asked, seen.known))
    check_page(response.page, response.page_size, response.total)
    click.echo(to_json(response) if as_json else "\n".join(search_lines(response, seen.forces_label)))


@main.command()
@click.option("--host", help="Address to listen on. [default: $PRECEDENT_HOST, else 127.0.0.1]")
@click.option("--port", type=click.IntRange(0, 65535), help="Port. [default: $PRECEDENT_PORT, else 8000]")
@data_option
def serve(host: str | None, port: int | None, data: Path | None) -> None:
    """Serve the pages and the API; a new index is taken up without a restart."""
    settings = settings_for(data)
    host, port = host or settings.host, settings.port if port is None else port
    engine = common.engine_for(settings)
    _answer_evenly()
    from waitress import create_server

    from indexer.generation import GenerationError
    from indexer.milvus import MilvusError
    from service.web.app import create_app

    try:
        if not engine.health().calibrated:
            click.echo("precedent: Match strength is fitted to another encoder: run `precedent calibrate`.", err=True)
    except (GenerationError, MilvusError) as error:
        click.echo(f"precedent: {error} The service starts all the same and takes it up then.", err=True)
    app = create_app(engine, _LOOPBACK if host in _LOOPBACK else None, uploads=settings.upload)
    try:
        server = create_server(
            app,
            host=host.strip("[]"),
            port=port,
            threads=settings.threads,
            ident=None,
            asyncore_use_poll=True,  # select() fails from the 1,024th open file on, and a generation maps forty
            max_request_body_size=_most_body(settings.upload),
        )
    except (OSError, ValueError) as error:
        where = f"{host}:{port}"
        raise Failure(f"Cannot listen on {where} ({error}): choose another with --host or --port.") from error
    listening = getattr(server, "effective_listen", None) or [(server.effective_host, server.effective_port)]
    for name, number in listening:
        click.echo(f"Serving on http://{f'[{name}]' if ':' in name else name}:{number}", err=True)
    server.run()


def _answer_evenly() -> None:
    """Keep answers from waiting for one another.

    Each request has a thread: numpy's own threads would spin beside the encoder's (a question to 100,000 passages took
    33 ms with them, 26 without). What is loaded by now stays to the end: the garbage collector need not look at it.
    """
    import gc

    from threadpoolctl import threadpool_limits

    threadpool_limits(1, "blas")
    gc.freeze()


def _most_body(uploads: bool) -> int:
    """Bytes that are received at most: of files, where they may be sent; other addresses take less."""
    from service.web.app import MOST_BODY
    from service.work.uploads import MOST_BYTES

    return MOST_BYTES + MOST_BODY if uploads else MOST_BODY


@main.command()
@click.option("--json", "as_json", is_flag=True, help="Print what was fitted as JSON.")
@data_option
def calibrate(as_json: bool, data: Path | None) -> None:
    """Fit match strength (good, weak, none) to the encoder, by the sample documents and questions about them."""
    settings = settings_for(data)
    from service.cli.terminal import Progress, calibration_lines
    from service.contract.shapes import to_json
    from service.evaluation.calibrate import calibrate as fit
    from service.memory.strength import save_strength

    progress = Progress()
    try:
        found = fit(common.encoder_for(settings), progress)
    finally:
        progress.close()
    for name, calibration in found.items():
        save_strength(settings.data, calibration.strength, name)
    known = {name.removesuffix(".json"): asdict(calibration) for name, calibration in found.items()}
    click.echo(to_json(known) if as_json else "\n".join(calibration_lines(found, settings.data)))


@main.command()
@click.option("--json", "as_json", is_flag=True, help="Print the checks as JSON.")
@data_option
def doctor(as_json: bool, data: Path | None) -> None:
    """Check the index: every file against its checksum, the encoder, the cache, the disk."""
    settings = settings_for(data)
    from service.cli.doctor import examine
    from service.contract.shapes import to_json

    checks = examine(settings.data, lambda: common.encoder_for(settings), common.milvus_for(settings))
    if as_json:
        click.echo(to_json({"ok": all(c.ok for c in checks), "checks": [asdict(c) for c in checks]}))
    else:
        for check in checks:
            mend = f" To mend it: {check.mend}" if check.mend else ""
            click.echo(f"{'ok     ' if check.ok else 'PROBLEM'}  {check.message}{mend}")
    sys.exit(0 if all(check.ok for check in checks) else 1)


for command in (
    *(build, add, remove, similar, tag, register, alerts, brief, verify, export),
    *(themes, encoder, evaluate, state, mcp),
):
    main.add_command(command)


if __name__ == "__main__":
    main(prog_name="precedent")
