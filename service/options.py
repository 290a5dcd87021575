"""What commands share: options, the settings, and how they print and fail."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import click

from service.settings import Settings, read_settings

Command = TypeVar("Command", bound=Callable[..., Any])


class Failure(click.ClickException):
    """What ends a command: a sentence on standard error, and exit code 2."""

    exit_code = 2

    def show(self, file: Any = None) -> None:
        click.echo(f"precedent: {self.format_message()}", err=True)


def data_option(command: Command) -> Command:
    """The option that names the folder of the index."""
    where = "Folder of the index. [default: $PRECEDENT_DATA, else ./data]"
    return click.option("--data", type=click.Path(path_type=Path), metavar="DIR", help=where)(command)


def filtered(command: Command) -> Command:
    """The options of the filters that a search has."""
    options = (
        click.option("--force", multiple=True, help="Slug of a force, as essex; may be repeated, as all filters."),
        click.option(
            "--document-kind", multiple=True, help="inspection_report, peel_assessment, register_record, other."
        ),
        click.option("--finding", multiple=True, help="Kind of passage, as recommendation or area_for_improvement."),
        click.option("--theme", multiple=True, help="Theme, as missing or domestic-abuse."),
        click.option("--status", multiple=True, help="Last recorded status, as being-progressed."),
        click.option("--grade", multiple=True, help="Grade of the section, as good."),
        click.option("--year", multiple=True, help="A year, or unknown."),
        click.option("--year-from", help="Not before this year."),
        click.option("--year-to", help="Not after this year."),
    )
    for option in reversed(options):
        command = option(command)
    return command


def parameters(options: dict[str, Any]) -> dict[str, Sequence[str]]:
    """The options that were given, as parameters of a request."""
    return {name: value if isinstance(value, tuple) else [value] for name, value in options.items() if value}


def printed(pieces: Iterable[str]) -> None:
    """Print a file piece by piece, with this system's ends of lines."""
    for piece in pieces:
        click.echo(piece.replace("\r\n", "\n"), nl=False)


def one_form(as_csv: bool, as_json: bool) -> None:
    """Fails where two forms are asked for."""
    if as_csv and as_json:
        raise Failure("--csv and --json are two ways to print the same: give one of them.")


def settings_for(data: Path | None) -> Settings:
    """The settings, with the folder of an option in place of theirs."""
    settings = read_settings()
    return settings if data is None else replace(settings, data=data)
