"""`precedent build`, `add` and `remove`: what is indexed. Everything heavy is imported where it is needed."""

import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from service.cli.common import Failure, behind_others, data_option, settings_for
from service.cli.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from corpus.collection import Collection
    from corpus.person_said import PersonSaid
    from indexer.build import BuildReport
    from indexer.manifest import Inputs
    from service.cli.terminal import Progress

Command = TypeVar("Command", bound=Callable[..., Any])


class _Stopped(Failure):
    exit_code = 130  # as a shell says of a command that Ctrl-C ended


def _building(command: Command) -> Command:
    """The options that every command which builds has."""
    options = (
        click.option(
            "--strict", is_flag=True, help="Change nothing and fail if a file, or a part of one, is left out."
        ),
        click.option("--json", "as_json", is_flag=True, help="Print the report as JSON."),
        data_option,
    )
    for option in reversed(options):
        command = option(command)
    return command


_BY_NAME = click.option(
    "--force-from-name", is_flag=True, help="Take a document's force from its file name if need be."
)


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATH]…")
@click.option("--replace", "drop", is_flag=True, help="Drop what is indexed and not under PATH.")
@click.option("--explain", metavar="FILE", help="Say what FILE is read as, and why; index nothing.")
@_BY_NAME
@_building
def build(
    paths: tuple[str, ...],
    drop: bool,
    explain: str | None,
    force_from_name: bool,
    strict: bool,
    as_json: bool,
    data: Path | None,
) -> None:
    """Index exactly these files and folders; without any, those of the last build again."""
    settings = settings_for(data)
    if explain is not None:
        if paths:
            raise Failure("--explain is about one file and indexes nothing: leave the other paths out.")
        _explain(settings, explain, force_from_name, as_json)
        return
    from indexer.manifest import Inputs

    if paths:
        if not drop:
            paths = _with_uploads(settings.data, paths)
            _refuse_to_drop(settings.data, paths, as_json)
        inputs = Inputs(paths, (), force_from_name)
    else:
        last = inputs_of_last(settings.data)
        inputs = replace(last, force_from_name=force_from_name or last.force_from_name)
    _run(settings, inputs, strict, as_json)


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH…")
@_BY_NAME
@_building
def add(paths: tuple[str, ...], force_from_name: bool, strict: bool, as_json: bool, data: Path | None) -> None:
    """Index these files and folders besides those that are indexed."""
    settings = settings_for(data)
    from indexer.growing import added
    from indexer.manifest import Inputs, last_inputs

    last = last_inputs(settings.data) or Inputs(())
    inputs = replace(added(last, paths), force_from_name=force_from_name or last.force_from_name)
    _run(settings, inputs, strict, as_json)


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH…")
@_building
def remove(paths: tuple[str, ...], strict: bool, as_json: bool, data: Path | None) -> None:
    """Take these files and folders out of the index; the files themselves stay."""
    settings = settings_for(data)
    from indexer.growing import indexed, removed, within

    last, documents = inputs_of_last(settings.data), indexed(settings.data)
    inputs = removed(last, paths, documents)
    out = [one.key for one in within(documents, paths)]
    if not inputs.paths or len(out) == len(documents):
        raise Failure(
            "Nothing was changed: nothing would be left in the index. `precedent build --replace PATH` puts others in"
            " its place."
        )
    _run(settings, inputs, strict, as_json, taken_out=out)


def _with_uploads(data: Path, paths: tuple[str, ...]) -> tuple[str, ...]:
    """The paths of a build with the folder of what was sent by the page, where the index holds it."""
    from indexer.growing import indexed, within
    from service.work.uploads import UPLOADS

    home = str((data / UPLOADS).absolute())
    held = any(within(indexed(data), [home]))
    return (*paths, home) if held and os.path.isdir(home) else paths


@contextmanager
def _progress(data: Path) -> "Iterator[Progress]":
    """Tells how far a build is; Ctrl-C ends it with a sentence on what is kept."""
    from service.cli.terminal import Progress

    progress, before = Progress(), _current(data)
    try:
        yield progress
    except KeyboardInterrupt:
        raise _Stopped(_kept(data, before)) from None
    finally:
        progress.close()


def _run(
    settings: Settings, inputs: "Inputs", strict: bool, as_json: bool, taken_out: Sequence[str] | None = None
) -> None:
    """Read and index what stands under `inputs`, and tell what came of it; `taken_out` are the keys of documents."""
    with _progress(settings.data) as progress, behind_others():
        _build(settings, inputs, strict, as_json, progress, taken_out)


def _build(
    settings: Settings,
    inputs: "Inputs",
    strict: bool,
    as_json: bool,
    progress: "Progress",
    taken_out: Sequence[str] | None,
) -> None:
    from service.cli.report import report_json, report_lines
    from service.contract.shapes import to_json

    collection = read_documents(settings, inputs, progress)
    _refuse(collection, inputs.paths, strict, as_json)
    report = built(settings, inputs, collection, progress)
    progress.close()
    if as_json:
        click.echo(to_json({**report_json(collection, report), "taken_out": list(taken_out or ())}))
    else:
        click.echo("\n".join(report_lines(collection, report, taken_out)))


def built(
    settings: Settings, inputs: "Inputs", collection: "Collection", progress: "Callable[[str, int, int], None]"
) -> "BuildReport":
    """Index a collection that was read with `read_documents`, and make it the current generation."""
    from indexer.build import build as build_generation
    from service.cli import common
    from service.themes.training import model_for

    forces, findings = common.forces_file(settings), common.findings_file(settings)
    encoder = common.encoder_for(settings)
    progress("train", 0, 1)
    with common.whole_vocabulary(settings) as vocabulary:
        return build_generation(
            collection,
            encoder,
            settings.data,
            inputs=inputs.paths,
            without=inputs.without,
            left_out=_left_out(collection),
            force_from_name=inputs.force_from_name,
            forces=forces,
            vocabulary=vocabulary,
            findings=findings,
            themes=model_for(settings.data, encoder, progress),
            milvus=common.milvus_for(settings),
            progress=progress,
        )


def read_documents(settings: Settings, inputs: "Inputs", progress: "Callable[[str, int, int], None]") -> "Collection":
    """What stands under `inputs`, read with the files of one's own; what is known already is not parsed again."""
    from corpus.collection import load
    from corpus.forces import load_forces
    from corpus.parsers.grammar import load_grammar
    from indexer.manifest import PARSED
    from service.cli import common
    from service.work.correcting import people_of

    forces, findings = common.forces_file(settings), common.findings_file(settings)
    own = [forces, common.vocabulary_file(settings), findings]
    found = load(
        inputs.paths,
        load_forces(forces),
        grammar=load_grammar(findings),
        force_from_name=inputs.force_from_name,
        others=[settings.data, *filter(None, own), *map(Path, inputs.without)],
        progress=lambda done, total: progress("read", done, total),
        kept=settings.data / PARSED,
        people=people_of(settings.data),
    )
    return _told_apart(found, inputs.without)


def _told_apart(collection: "Collection", without: Sequence[str]) -> "Collection":
    """A collection that says of what was taken out of it that it was."""
    from service.cli.report import TAKEN_OUT

    out = {str(Path(path)) for path in without}
    return replace(
        collection,
        skipped=tuple(replace(e, reason=TAKEN_OUT) if e.expected and e.path in out else e for e in collection.skipped),
    )


def _left_out(collection: "Collection") -> Mapping[str, list[str]]:
    """By file, the parts of it that were not read, and why."""
    found: dict[str, list[str]] = {}
    for entry in collection.skipped:
        if entry.part:
            found.setdefault(entry.path, []).append(f"{entry.part}: {entry.reason}")
    return found


def _refuse_to_drop(data: Path, paths: Sequence[str], as_json: bool) -> None:
    """End the build before it reads anything where it would leave documents out that are indexed now."""
    from indexer.growing import dropped, indexed
    from service.cli.report import dropped_lines
    from service.contract.shapes import to_json

    if not all(Path(path).exists() for path in paths):
        return  # the build itself says so
    lost = list(dropped(indexed(data), paths))
    if not lost:
        return
    if as_json:
        click.echo(to_json({"generation": None, "dropped": [one.key for one in lost]}))
    for line in () if as_json else dropped_lines([(one.key, one.title) for one in lost], paths):
        click.echo(line, err=True)
    them = " ".join(paths)
    raise Failure(
        f"Nothing was changed. To keep them and index these besides: `precedent add {them}`."
        f" To drop them: `precedent build --replace {them}`."
    )


def _refuse(collection: "Collection", inputs: Sequence[str], strict: bool, as_json: bool) -> None:
    """End the build before it changes anything where there is nothing to index, or `strict` and something left out."""
    faults = [entry for entry in collection.skipped if not entry.expected]
    if collection.documents and not (strict and faults):
        return
    from service.cli.report import skipped_json, skipped_lines
    from service.contract.shapes import to_json

    if as_json:
        click.echo(to_json({"generation": None, "skipped": skipped_json(collection)}))
    for line in () if as_json else skipped_lines(collection.skipped):
        click.echo(line, err=True)
    if not collection.documents:
        raise Failure(f"There is nothing to index in {', '.join(inputs)}: give files or folders of documents.")
    raise Failure("Nothing was built: with --strict, every file has to be read whole.")


def _explain(settings: Settings, file: str, force_from_name: bool, as_json: bool) -> None:
    """Print what one file is read as."""
    if Path(file).is_dir():
        raise Failure(f"{file} is a folder: --explain takes one file of it.")
    from corpus.collection import load
    from corpus.parsers.grammar import load_grammar
    from corpus.readers.reading import explained_lines
    from service.cli import common
    from service.cli.explained import collection_json, collection_lines
    from service.cli.report import plain, skipped_json, skipped_lines
    from service.contract.shapes import to_json

    forces = common.forces_for(settings)
    grammar = load_grammar(common.findings_file(settings))
    people = _people_of_file(settings.data, file)
    collection = load([file], forces, grammar=grammar, force_from_name=force_from_name, people=people)
    tables = explained_lines([table for tables in collection.explained.values() for table in tables])
    if as_json:
        click.echo(to_json(collection_json(collection, tables, skipped_json(collection))))
        return
    left_out = list(skipped_lines(collection.skipped))
    for line in collection_lines(collection, tables, forces.label, left_out):
        click.echo(plain(line))


def _people_of_file(data: Path, file: str) -> "dict[str, list[PersonSaid]]":
    """What people say of the documents of one file, by their keys when that file is read alone."""
    from indexer.growing import indexed, within
    from service.work.correcting import people_of

    people, name = people_of(data), Path(file).name
    for one in within(indexed(data), [file]) if people else ():
        if one.key in people and name in one.key:
            people.setdefault(one.key[one.key.index(name) :], people[one.key])
    return people


def _current(data: Path) -> str | None:
    from indexer.manifest import GenerationError, current_id

    try:
        return current_id(data)
    except GenerationError:
        return None


def _kept(data: Path, before: str | None) -> str:
    """What a build that Ctrl-C ended leaves behind; `before` is the generation that was current when it began."""
    now = _current(data)
    if now != before:
        return f"Stopped. The new index was ready by then: {now} is in use."
    left, path = ("The index is as it was before", "") if now else ("There is no index yet", " PATH")
    return f"Stopped. {left}; what was encoded is kept, and `precedent build{path}` goes on from there."


def inputs_of_last(data: Path) -> "Inputs":
    """What the current index was built from. Fails where there is none."""
    from indexer.manifest import GenerationError, last_inputs

    try:
        last = last_inputs(data)
    except GenerationError as error:
        raise Failure(f"{error} What it was built from is lost with it: give the paths again.") from error
    if last is None:
        raise Failure(f"Nothing is indexed in {data} yet: run `precedent build PATH` with files or folders.")
    return last
