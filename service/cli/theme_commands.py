"""`precedent tag` and `precedent themes`: tag texts, train models, see what they change, keep corrections elsewhere."""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from service.cli.common import Failure, data_option, printable, printed, settings_for

if TYPE_CHECKING:
    from models.theme_model import ThemeModel
    from service.cli.settings import Settings
    from service.cli.terminal import Progress
    from service.contract.requests import TextToTag
    from service.themes.tagging import Tagger
    from service.themes.training import Flips

_BATCH = 64  # lines tagged at a time
_SHOWN = 20  # flips that are printed in words
_PATH = click.Path(path_type=Path)
_JSON = click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")


@click.command()
@click.argument("file", type=click.File("r", encoding="utf-8"), default="-")
@click.option("--no-evidence", is_flag=True, help="Leave the sentences out, which is several times as fast.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, as the API answers, for all lines.")
@data_option
def tag(file: IO[str], no_evidence: bool, as_json: bool, data: Path | None) -> None:
    """Tag texts: FILE, or standard input, holds lines of JSON such as {"id": "7", "text": "…"}.

    A line may have "parent", the recommendation that a comment is about. One line of JSON comes out for each: its id,
    decision (assigned, review, none) and themes, the likeliest first.
    """
    from service.contract.shapes import to_json
    from service.themes.tagging import text_of
    from service.themes.theme_counts import model_record

    tagger = _tagger(settings_for(data))
    results: list[dict[str, Any]] = []
    for lines in _batches(_texts(file)):
        tagged = tagger.tag([text_of(text) for _, text in lines], not no_evidence)
        made = [{"id": name, **dict(result)} for (name, _), result in zip(lines, tagged, strict=True)]
        if as_json:
            results += made
        for one in () if as_json else made:
            click.echo(to_json(one))
    if as_json:
        click.echo(to_json({"model": model_record(tagger.model), "results": results}))


def _tagger(settings: "Settings") -> "Tagger":
    from indexer.theme_store import current_model, model_ids, open_model
    from service.cli import common
    from service.state.corrections import State
    from service.themes.tagging import Tagger

    name = current_model(settings.data) or next(reversed(model_ids(settings.data)), None)
    if name is None:
        raise Failure(
            f"There is no theme model in {settings.data} yet: run `precedent build` or `precedent themes train`."
        )
    encoder = common.encoder_for(settings)
    model = open_model(settings.data, name)
    if model.encoder != encoder.fingerprint:
        raise Failure(f"Theme model {name} was trained with another encoder: run `precedent themes train`.")
    return Tagger(model, encoder, State(settings.data).corrected())


def _texts(file: IO[str]) -> Iterator[tuple[Any, "TextToTag"]]:
    """Each line's id, or else its number, and its text."""
    try:
        for number, line in enumerate(file, start=1):
            if line.strip():
                yield _text(line, number, f"{file.name}, line {number}")
    except UnicodeDecodeError as error:
        raise Failure(f"{file.name} is not UTF-8 text; save it as UTF-8.") from error


def _text(line: str, number: int, where: str) -> tuple[Any, "TextToTag"]:
    from service.contract.requests import TextToTag
    from service.contract.service_errors import RequestError
    from service.contract.values import read_object

    try:
        entry = json.loads(line, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise Failure(f"{where} is no JSON ({error}).") from error
    if not isinstance(entry, str | dict) or (isinstance(entry, dict) and not isinstance(entry.get("text"), str)):
        raise Failure(f'{where} is neither a text nor an object such as {{"text": "…", "parent": "…"}}.')
    one = {"text": entry} if isinstance(entry, str) else entry
    try:
        return one.get("id", number), read_object(TextToTag, one, where)
    except RequestError as error:
        raise Failure(str(error)) from error


def _no_number(word: str) -> None:
    raise ValueError(f"{word} is no number")


def _batches(lines: Iterable[tuple[Any, "TextToTag"]]) -> Iterator[list[tuple[Any, "TextToTag"]]]:
    batch: list[tuple[Any, TextToTag]] = []
    for line in lines:
        batch.append(line)
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


@click.group(epilog="Each takes --data DIR, as every command does.")
def themes() -> None:
    """Train theme models, see what they would change, put one to use, and keep corrections.

    Training changes nothing that is served: `promote` does, and goes back just as well.
    """


@themes.command()
@click.option("--themes", "own", type=_PATH, metavar="FILE.toml", help="Your own themes. [default: the last]")
@click.option("--examples", type=_PATH, metavar="FILE", help="Your examples, as JSON Lines or CSV. [default: the last]")
@click.option("--promote", is_flag=True, help="Put the new model to use at once.")
@_JSON
@data_option
def train(own: Path | None, examples: Path | None, promote: bool, as_json: bool, data: Path | None) -> None:
    """Train a model from the shipped examples, your own and all corrections, and show what it would change."""
    from indexer.theme_store import current_model
    from service.cli import common
    from service.contract.shapes import to_json
    from service.themes.training import train_model

    settings = settings_for(data)
    encoder = common.encoder_for(settings)
    with _progress() as progress:
        model, new = train_model(settings.data, encoder, own, examples, progress)
    before = _opened(settings.data, current_model(settings.data))
    compared = before is not None and before.id != model.id and before.encoder == model.encoder
    found = _flips(settings, before, model) if before and compared else None
    generation = _promoted(settings, model) if promote else None
    if as_json:
        changes = found and {"gained": found.gained, "lost": found.lost, "passages": found.passages}
        told = {"model": model.id, "new": new, "figures": model.figures, "changes": changes, "generation": generation}
        click.echo(to_json(told))
        return
    click.echo(f"{model.id}: {'trained' if new else 'there already, made from just this'}.")
    for line in printable([*_figure_lines(model, before), *(_flip_lines(found) if found else ())]):
        click.echo(line)
    if generation:
        click.echo(f"{model.id} is in use, in generation {generation}.")
    elif before and before.id != model.id:
        click.echo(f"Nothing has changed yet: `precedent themes promote {model.id}` puts it to use.")


@themes.command()
@click.argument("model")
@_JSON
@data_option
def promote(model: str, as_json: bool, data: Path | None) -> None:
    """Tag the current index with MODEL, a new one or a former one."""
    from indexer.theme_store import open_model
    from service.contract.shapes import to_json

    settings = settings_for(data)
    generation = _promoted(settings, open_model(settings.data, model))
    told = f"{model} is in use, in generation {generation}."
    click.echo(to_json({"model": model, "generation": generation}) if as_json else told)


@themes.command(name="list")
@_JSON
@data_option
def list_models(as_json: bool, data: Path | None) -> None:
    """The models there are, oldest first; the one in use has a star, a damaged one says so."""
    from indexer.theme_store import current_model, model_ids
    from service.contract.shapes import to_json

    settings = settings_for(data)
    current = current_model(settings.data)
    rows = [_model_row(settings.data, name, name == current) for name in model_ids(settings.data)]
    if as_json:
        click.echo(to_json({"models": rows}))
    for row in () if as_json else rows:
        told = row["problem"] or f"{row['examples']:,} examples, held-out micro-F1 {row['micro_f1']:.3f}"
        click.echo(f"{'*' if row['in_use'] else ' '} {row['id']}  {told}")


def _model_row(data: Path, name: str, in_use: bool) -> dict[str, Any]:
    from indexer.theme_store import open_model
    from models.encoder import ModelError

    row: dict[str, Any] = {"id": name, "in_use": in_use, "created": None, "examples": None, "micro_f1": None}
    try:
        model = open_model(data, name)
    except ModelError as error:
        return {**row, "problem": str(error)}
    figures = {"examples": model.figures["examples"], "micro_f1": model.figures["micro"]["f1"]}
    return {**row, "created": model.created, **figures, "problem": None}


@themes.command()
@click.argument("model", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
@data_option
def evaluate(model: str | None, as_json: bool, data: Path | None) -> None:
    """How MODEL, by default the one in use, did on examples of documents that it had not learned from."""
    from indexer.theme_store import open_model
    from models.theme_model import card
    from service.contract.shapes import to_json

    settings = settings_for(data)
    found = open_model(settings.data, model or _current(settings))
    click.echo(to_json(found.figures) if as_json else card(found))


@themes.command()
@click.argument("model")
@click.option("--json", "as_json", is_flag=True, help="Print every flip as JSON.")
@data_option
def flips(model: str, as_json: bool, data: Path | None) -> None:
    """Which passages of the current index would get other themes from MODEL than from the one in use."""
    from dataclasses import asdict

    from indexer.theme_store import open_model
    from service.contract.shapes import to_json

    settings = settings_for(data)
    before, after = (open_model(settings.data, name) for name in (_current(settings), model))
    found = _flips(settings, before, after)
    for line in [to_json(asdict(found))] if as_json else printable(_flip_lines(found)):
        click.echo(line)


@themes.command(name="export")
@_JSON
@data_option
def export(as_json: bool, data: Path | None) -> None:
    """Print every correction as CSV, undone ones too."""
    from service.state.correction_csv import corrections_table
    from service.state.corrections import State

    printed(corrections_table(State(settings_for(data).data).all(), "json" if as_json else "csv"))


@themes.command(name="import")
@click.argument("file", type=_PATH)
@_JSON
@data_option
def import_(file: Path, as_json: bool, data: Path | None) -> None:
    """Take in the corrections of FILE, as `themes export` prints them: all or none; those known are left out."""
    from indexer.theme_store import current_model, open_model
    from models.taxonomy import load_taxonomy
    from service.contract.shapes import to_json
    from service.state.correction_csv import add_new, read_corrections
    from service.state.corrections import State

    settings = settings_for(data)
    current = current_model(settings.data)
    taxonomy = open_model(settings.data, current).taxonomy if current else load_taxonomy()
    read = read_corrections(file, [*taxonomy.keys, *taxonomy.moved])
    added = add_new(State(settings.data), read)
    click.echo(to_json({"read": len(read), "new": added}) if as_json else f"{len(read)} read, {added} new.")


def _current(settings: "Settings") -> str:
    from indexer.theme_store import current_model

    name = current_model(settings.data)
    if name is None:
        raise Failure(f"No theme model is in use in {settings.data}: run `precedent build PATH`.")
    return name


def _opened(data: Path, name: str | None) -> "ThemeModel | None":
    """A model; None where there is none, or it is damaged."""
    from indexer.theme_store import open_model
    from models.encoder import ModelError

    try:
        return open_model(data, name) if name else None
    except ModelError:
        return None


def _promoted(settings: "Settings", model: "ThemeModel") -> str:
    """Put a model to use; the generation that came of it."""
    from indexer.promote import promote as put_to_use
    from service.cli import common

    with _progress() as progress:
        return put_to_use(settings.data, model, common.encoder_for(settings), progress)


def _flips(settings: "Settings", before: "ThemeModel", after: "ThemeModel") -> "Flips":
    from service.cli import common
    from service.themes.training import flips_of

    with _progress() as progress:
        return flips_of(settings.data, common.encoder_for(settings), before, after, progress, mask=settings.mask)


@contextmanager
def _progress() -> "Iterator[Progress]":
    from service.cli.terminal import Progress

    progress = Progress()
    try:
        yield progress
    finally:
        progress.close()


def _flip_lines(found: "Flips") -> Iterator[str]:
    yield f"{len(found.flips):,} of {found.passages:,} passages would get other themes."
    for theme in sorted({*found.gained, *found.lost}):
        yield f"  {theme:24} +{found.gained.get(theme, 0):<5} -{found.lost.get(theme, 0)}"
    for flip in found.flips[:_SHOWN]:
        text = " ".join(flip.text.split())
        yield f"  {', '.join(flip.before) or 'none'} -> {', '.join(flip.after) or 'none'}: {text[:90]}"
    if len(found.flips) > _SHOWN:
        yield f"  … and {len(found.flips) - _SHOWN:,} more: `precedent themes flips {found.after} --json`."


def _figure_lines(model: "ThemeModel", before: "ThemeModel | None") -> Iterator[str]:
    figures = model.figures
    micro = figures["micro"]
    yield (
        f"On documents not learned from: micro-F1 {micro['f1']:.3f} ({micro['low']:.3f} to {micro['high']:.3f}),"
        f" macro-F1 {figures['macro_f1']:.3f}, calibration error {figures['calibration_error']:.3f};"
        f" {figures['examples']:,} examples."
    )
    if before is None or before.id == model.id:
        return
    was = before.figures
    yield f"The model in use, {before.id}: micro-F1 {was['micro']['f1']:.3f}, macro-F1 {was['macro_f1']:.3f}."
    for key, row in figures["themes"].items():
        old = was["themes"].get(key, {}).get("f1")
        if old is None or abs(row["f1"] - old) >= 0.02:
            yield f"  {key:24} F1 {'new' if old is None else f'{old:.2f}'} -> {row['f1']:.2f}"
