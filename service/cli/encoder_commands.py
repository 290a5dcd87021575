"""`precedent encoder`: adapt the encoder with pairs of one's own, and see by judged queries what that is worth."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from service.cli.common import data_option, printable, settings_for

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from models.adapting import Trained
    from service.evaluation.encoders import Tried

_PATH = click.Path(path_type=Path)
_JSON = click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")


@click.group(epilog="`evaluate` takes --data DIR, as every command does that reads an index, and --json.")
def encoder() -> None:
    """Adapt the encoder to a trade, and compare encoders on judged queries."""


@encoder.command()
@click.argument("files", nargs=-1, type=_PATH, metavar="[FILE]…")
@click.option("--out", required=True, type=_PATH, metavar="DIR", help="Folder for the adapter.")
@click.option("--alone", is_flag=True, help="Learn from FILE alone, without what comes with the program.")
@click.option("--base", metavar="MODEL", help="The model to adapt. [default: the bundled one, as it was published]")
@_JSON
def train(files: tuple[Path, ...], out: Path, alone: bool, base: str | None, as_json: bool) -> None:
    """Train an adapter from the pairs that come with the program, and from those in FILE.

    \b
    Each line of FILE is one JSON object, of one kind or the other:
    {"text": "a passage", "queries": ["what people type who look for it", "…"]}
    {"a": "a finding", "b": "another", "same": true}
    Set PRECEDENT_ENCODER to the folder of the adapter, then `precedent build`, `precedent themes train` and
    `precedent calibrate`.
    """
    from models.adapting import train_adapter
    from models.encoder import STOCK, find_model
    from models.training_pairs import TrainingData, read_data, shipped_data
    from service.cli.terminal import Progress
    from service.contract.shapes import to_json

    data = sum((read_data(file) for file in files), TrainingData() if alone else shipped_data())
    base = str(Path(base).resolve()) if base and Path(base).is_dir() else base or STOCK
    progress = Progress()
    try:
        found = train_adapter(find_model(base), base, data, out, progress)
    finally:
        progress.close()
    for line in [to_json(asdict(found))] if as_json else _trained_lines(found, out):
        click.echo(line)


def _trained_lines(found: "Trained", out: Path) -> "Iterator[str]":
    from models.adapting import MEASURED

    yield (
        f"Learned from {found.queries:,} queries of {found.passages:,} passages and {found.findings:,} pairs of "
        f"findings, in {found.seconds:,.0f} s."
    )
    yield "On what was held back      before  after"
    for name, label in MEASURED.items():
        yield f"{label:26} {getattr(found.before, name):6.3f} {getattr(found.after, name):6.3f}"
    yield f"The adapter is in {out}: set PRECEDENT_ENCODER to it, then `precedent build`, `precedent themes train`"
    yield "and `precedent calibrate`."


@encoder.command()
@click.argument("file", type=_PATH)
@click.argument("paths", nargs=-1, metavar="[PATH]…")
@click.option(
    "--with", "encoders", multiple=True, metavar="MODEL",
    help="An encoder, as PRECEDENT_ENCODER names it; may be repeated. The others are compared with the first."
    " [default: all-MiniLM-L6-v2 as it was published, and the encoder in use]",
)  # fmt: skip
@click.option("--similar", is_flag=True, help="FILE holds findings, as for `precedent evaluate similar`.")
@_JSON
@data_option
def evaluate(
    file: Path, paths: tuple[str, ...], encoders: tuple[str, ...], similar: bool, as_json: bool, data: Path | None
) -> None:
    """Compare encoders by a file of judged queries, as for `precedent evaluate queries`.

    Each encoder indexes PATH, or what is indexed now, for itself in DATA/evaluate, and match strength is fitted to it.
    """
    from indexer.manifest import Inputs
    from models.encoder import STOCK
    from service.cli import common
    from service.cli.build_commands import inputs_of_last, read_documents
    from service.cli.terminal import Progress
    from service.contract.shapes import to_json
    from service.evaluation.encoders import compare_encoders

    settings = settings_for(data)
    files = {"forces": common.forces_file(settings), "vocabulary": common.vocabulary_file(settings)}
    inputs = Inputs(paths) if paths else inputs_of_last(settings.data)
    progress = Progress()
    try:
        collection = read_documents(settings, inputs, progress)
        chosen = encoders or (STOCK, settings.encoder)
        found = compare_encoders(chosen, file, similar, collection, inputs.paths, settings.data, progress, **files)
    finally:
        progress.close()
    for line in [to_json({"encoders": [asdict(one) for one in found]})] if as_json else printable(_tried_lines(found)):
        click.echo(line)


def _tried_lines(found: "Sequence[Tried]") -> "Iterator[str]":
    from service.cli.evaluate_commands import sentence, table

    for one in found:
        yield from table(one.name, one.means)
    for one in found[1:]:
        assert one.change is not None  # noqa: S101 - only the first has none
        yield ""
        yield f"{one.name}, against {found[0].name}: {sentence(one.change)}"
