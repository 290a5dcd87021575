"""`precedent state`: people's work, corrections, details and all else that is kept, as one file: out, and in again."""

from dataclasses import asdict
from pathlib import Path

import click

from service.cli.common import Failure, data_option, settings_for


@click.group(epilog="Each takes --data DIR, as every command does.")
def state() -> None:
    """Export and import what people keep: corrections, details, briefs, searches, words."""


_FILE = click.argument("file", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False))


@state.command("export")
@_FILE
@click.option("--json", "as_json", is_flag=True, help="Print the counts as JSON.")
@data_option
def export_file(file: Path, as_json: bool, data: Path | None) -> None:
    """Write all of it into FILE, one JSON object a line, with a checksum."""
    from service.contract.shapes import to_json
    from service.state.exchange_file import export_state

    try:
        counts = export_state(settings_for(data).data, file)
    except OSError as error:
        raise Failure(f"{file} cannot be written: {error.strerror or error}.") from error
    if as_json:
        click.echo(to_json({"counts": counts}))
        return
    told = [f"{count:,} {_words(name)}" for name, count in counts.items() if count]
    click.echo(f"Exported into {file}: {', '.join(told) or 'nothing, because there is nothing yet'}.")


@state.command("import")
@_FILE
@click.option("--json", "as_json", is_flag=True, help="Print what was added as JSON.")
@data_option
def import_file(file: Path, as_json: bool, data: Path | None) -> None:
    """Add what FILE holds and is not there yet, all of it or nothing."""
    from service.contract.shapes import to_json
    from service.state.exchange_file import import_state

    done = import_state(settings_for(data).data, file)
    if as_json:
        click.echo(to_json(asdict(done)))
        return
    for name in sorted({*done.added, *done.known}):
        added, known, completed = (which.get(name, 0) for which in (done.added, done.known, done.completed))
        since = f", of which {completed:,} were undone or read elsewhere and now are here" if completed else ""
        click.echo(f"{_words(name).capitalize()}: {added:,} added, {known:,} there already{since}.")
    if not done.added and not done.known:
        click.echo("The file holds nothing: nothing was added.")
    elif done.added.get("details"):
        click.echo("Corrected details hold from the next build: run `precedent build`.")


def _words(table: str) -> str:
    return table.replace("_", " ")
