"""What commands share: options, the settings, and how they print and fail."""

import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from service.cli.settings import Settings, read_settings

if TYPE_CHECKING:
    from corpus.forces import Forces
    from indexer.milvus import Link
    from models.encoder import Encoder
    from service.engine import Engine
    from service.memory.snapshot import Snapshot

_BEHIND = 15  # of 19: a few in a hundred parts of a processor that another program wants too
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


def receipt_option(command: Command) -> Command:
    """The option that keeps a receipt."""
    words = "Keep a receipt of what came, under this name of yours; `precedent verify` repeats it."
    return click.option("--receipt", metavar="NAME", help=words)(command)


def keep_receipt(seen: "Snapshot", data: Path, kind: str, asked: dict[str, Sequence[str]], who: str | None) -> None:
    """Keep a receipt, where a name was given, and tell its id on standard error."""
    if who is None:
        return
    from service.state.kept_receipts import Receipts
    from service.web.receipt_making import all_repeats
    from service.work.receipts import keep

    number = keep(seen, Receipts(data), all_repeats(data), kind, asked, who)
    click.echo(f"precedent: Receipt {number} is kept.", err=True)


def parameters(options: dict[str, Any]) -> dict[str, Sequence[str]]:
    """The options that were given, as parameters of a request."""
    return {name: value if isinstance(value, tuple) else [value] for name, value in options.items() if value}


def printed(pieces: Iterable[str]) -> None:
    """Print a file piece by piece, with this system's ends of lines."""
    for piece in pieces:
        click.echo(piece.replace("\r\n", "\n"), nl=False)


def printable(lines: Iterable[str]) -> Iterator[str]:
    """Lines without what a document may hold that would drive the terminal."""
    from corpus.text import control

    return ("".join(c for c in line if not control(c)) for line in lines)


def one_form(as_csv: bool, as_json: bool) -> None:
    """Fails where two forms are asked for."""
    if as_csv and as_json:
        raise Failure("--csv and --json are two ways to print the same: give one of them.")


def check_page(page: int, size: int, total: int) -> None:
    """Fails where a page is asked for that is not there."""
    last = max(1, -(-total // size))
    if page > last:
        raise Failure(f"There is no page {page}: the last is page {last}, of {total:,}.")


def settings_for(data: Path | None) -> Settings:
    """The settings, with the folder of an option in place of theirs."""
    settings = read_settings()
    return settings if data is None else replace(settings, data=data)


@contextmanager
def behind_others() -> Iterator[None]:
    """Work for which other programs do not wait: a server that answers beside it has the processors first."""
    before = os.getpriority(os.PRIO_PROCESS, 0)
    os.setpriority(os.PRIO_PROCESS, 0, max(before, _BEHIND))
    try:
        yield
    finally:
        with suppress(PermissionError):  # only the administrator may go forward again
            os.setpriority(os.PRIO_PROCESS, 0, before)


def encoder_for(settings: Settings) -> "Encoder":
    """The encoder that the settings name."""
    from indexer.manifest import ENCODERS
    from models.encoder import load_encoder

    return load_encoder(settings.encoder, settings.data / ENCODERS)


def milvus_for(settings: Settings) -> "Link | None":
    """The way to the Milvus that the settings name, if they name one; nothing is opened yet."""
    if settings.index is None:
        return None
    from indexer.milvus import Link

    return Link(settings.index)


def forces_file(settings: Settings) -> Path | None:
    """The user's file of force names: the one that the settings name, else the copy of the one last built with."""
    from indexer.manifest import FORCES, last_copy

    return settings.forces if settings.forces_stated else last_copy(settings.data, FORCES)


def vocabulary_file(settings: Settings) -> Path | None:
    """The user's file of words: the one that the settings name, else the copy of the one last built with."""
    from indexer.manifest import VOCABULARY, last_copy

    return settings.vocabulary if settings.vocabulary_stated else last_copy(settings.data, VOCABULARY)


@contextmanager
def whole_vocabulary(settings: Settings) -> Iterator[Path | None]:
    """The file of words that a build is given: the user's own with the words that people added behind it.

    Of the copy that the last build kept, what people had added by then is left out: it may have been undone.
    """
    from corpus.vocabulary import PEOPLE, load_vocabulary, own_part
    from service.state.vocabulary_entries import VocabularyEntries, toml_of

    file, added = vocabulary_file(settings), toml_of(VocabularyEntries(settings.data).taught().entries)
    load_vocabulary(file, people=False)  # what is wrong with it is told under its own name
    own = own_part(file.read_text("utf-8")) if file else ""
    if file and not added and own == file.read_text("utf-8"):
        yield file
    elif not added and not own.strip():
        yield None
    else:
        with tempfile.TemporaryDirectory() as folder:
            whole = Path(folder) / "vocabulary.toml"
            whole.write_text(f"{own.rstrip()}\n\n{PEOPLE}\n{added}".lstrip() if added else own, "utf-8")
            yield whole


def findings_file(settings: Settings) -> Path | None:
    """The user's file of what introduces findings: the one that the settings name, else that of the last build."""
    from indexer.manifest import FINDINGS, last_copy

    return settings.findings if settings.findings_stated else last_copy(settings.data, FINDINGS)


def forces_for(settings: Settings) -> "Forces":
    """The force names, with those of the user's file."""
    from corpus.forces import load_forces

    return load_forces(forces_file(settings))


def engine_for(settings: Settings) -> "Engine":
    """An engine over the data folder; nothing is opened before the first question."""
    encoder = encoder_for(settings)
    encoder.warm()
    from service.engine import Engine

    # Without a word of the settings, each generation brings the force names that it was built with.
    forces = forces_for(settings) if settings.forces_stated else None
    return Engine(
        settings.data,
        encoder,
        forces,
        mask_contacts=settings.mask,
        count_unmet=settings.count,
        milvus=milvus_for(settings),
    )
