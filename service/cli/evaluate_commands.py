"""`precedent evaluate`: how good the search is on judged queries, with what chance does, and against an earlier run."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from service.cli.common import Command, data_option, settings_for
from service.contract.labels import counted

if TYPE_CHECKING:
    from service.evaluation.runs import Change, QueryRecord, Run

_WIDTH = 100  # characters of a query or a hit on a line
_LABELS = {"called_none": 'called "none"', "none_detected": "none detected"}


def _common(command: Command) -> Command:
    """The options that every kind of evaluation has."""
    path = click.Path(path_type=Path)
    for option in (
        data_option,
        click.option("--json", "as_json", is_flag=True, help="Print everything as JSON, each query's values too."),
        click.option("--worst", type=click.IntRange(0), default=0, metavar="N", help="List the N worst queries."),
        click.option("--against", type=path, metavar="RUN.json", help="Compare with a run that was saved earlier."),
        click.option("--save", type=path, metavar="RUN.json", help="Keep this run, to compare later ones with."),
    ):
        command = option(command)
    return command


@click.group(epilog="Each takes --data DIR, as every command does, and --json.")
def evaluate() -> None:
    """Measure the search on judged queries.

    Means come with 95 % bootstrap intervals. `--save` keeps a run and `--against` compares with one, query by query,
    and says whether the difference is more than chance.
    """


@evaluate.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@_common
def retrieval(folder: Path, data: Path | None, **options: Any) -> None:
    """A collection in the BEIR layout: DIR holds corpus.jsonl, queries.jsonl, and qrels.tsv or qrels/test.tsv.

    It is indexed apart, in DATA/evaluate, and the index is kept for the next run; that folder may be deleted.
    """
    from service.cli import common
    from service.evaluation.queries import Progress, evaluate_retrieval

    settings = settings_for(data)

    def measure(progress: Progress) -> "Run":
        words = {"forces": common.forces_file(settings), "vocabulary": common.vocabulary_file(settings)}
        return evaluate_retrieval(folder, settings.data, common.encoder_for(settings), progress, **words)

    _report(measure, **options)


@evaluate.command()
@click.argument("file", type=click.Path(path_type=Path))
@_common
def queries(file: Path, data: Path | None, **options: Any) -> None:
    """A file of queries with the places that answer them, against the current index.

    \b
    Each line is one JSON object:
    {"query": "…", "type": "question", "filters": {"force": "essex"},
     "gold": [{"source": "file name", "must": "words there", "grade": 2, "group": "a"}]}
    Grade 2 answers, 1 is related; a group counts once. Without gold, the right answer is no match.
    """
    from service.cli import common
    from service.evaluation.queries import Progress, evaluate_queries

    settings = settings_for(data)

    def measure(progress: Progress) -> "Run":
        return evaluate_queries(file, common.engine_for(settings), progress)

    _report(measure, **options)


@evaluate.command()
@click.argument("file", type=click.Path(path_type=Path))
@_common
def similar(file: Path, data: Path | None, **options: Any) -> None:
    """A file of findings with the places on the same matter, against the current index.

    \b
    Each line is one JSON object:
    {"text": "The force should …", "self": [{"source": "file name", "must": "words there"}],
     "gold": [{"source": "file name", "must": "words there", "grade": 2}]}
    The places of self are the finding itself and do not count. Without gold, the right answer is no match.
    """
    from service.cli import common
    from service.evaluation.queries import Progress, evaluate_similar

    settings = settings_for(data)

    def measure(progress: Progress) -> "Run":
        return evaluate_similar(file, common.engine_for(settings), progress)

    _report(measure, **options)


@evaluate.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
@click.option("--model", metavar="ID", help="A theme model. [default: the one in use]")
@data_option
def themes(file: Path, as_json: bool, model: str | None, data: Path | None) -> None:
    """A file of texts with their themes, against the theme model.

    \b
    Each line is one JSON object, of one annotator or of two:
    {"text": "…", "themes": ["missing"], "section": ["…"]}
    {"text": "…", "themes_a": ["missing"], "themes_b": [], "section": ["…"]}
    Precision is against what either said, recall against what both said.
    """
    from indexer.theme_store import current_model, model_ids, open_model
    from service.cli import common
    from service.evaluation.theme_scores import evaluate_themes, theme_lines

    settings = settings_for(data)
    name = model or current_model(settings.data) or next(reversed(model_ids(settings.data)), "")
    found = evaluate_themes(file, open_model(settings.data, name), common.encoder_for(settings))
    _printed(found, theme_lines(found), as_json)


@evaluate.command()
@click.option("--train", "train_file", required=True, type=click.Path(path_type=Path), metavar="A.csv")
@click.option("--test", "test_file", required=True, type=click.Path(path_type=Path), metavar="B.csv")
@click.option("--none", default="", metavar="LABEL", help="A label that stands for having none.")
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
@data_option
def classifier(train_file: Path, test_file: Path, none: str, as_json: bool, data: Path | None) -> None:
    """Any labels: learned from A.csv and tried on B.csv, both with the columns text and label.

    Several labels are joined by "|". Where no text has more than one, one at most is given.
    """
    from service.cli import common
    from service.evaluation.theme_scores import classifier_lines, evaluate_classifier

    found = evaluate_classifier(train_file, test_file, common.encoder_for(settings_for(data)), none)
    _printed(found, classifier_lines(found), as_json)


def _printed(found: Mapping[str, Any], lines: Sequence[str], as_json: bool) -> None:
    from service.cli.common import printable
    from service.contract.shapes import to_json

    for line in [to_json(found)] if as_json else printable(lines):
        click.echo(line)


def _report(
    measure: Callable[[Any], "Run"], save: Path | None, against: Path | None, worst: int, as_json: bool
) -> None:
    """Measure, keep and print; whatever is wrong with the files to keep or compare with is said before."""
    from service.cli.common import printable
    from service.cli.terminal import Progress
    from service.contract.shapes import to_json
    from service.evaluation import runs

    if save:
        runs.check_place(save)
    before = runs.load_run(against) if against else None
    progress = Progress()
    try:
        run = measure(progress)
    finally:
        progress.close()
    if save:
        runs.save_run(run, save)
    change = runs.compare_runs(before, run) if before else None
    if as_json:
        means = {"metrics": runs.summary(run["queries"]), "types": runs.by_type(run)}
        click.echo(to_json({**run, **means, "worst": runs.worst(run, worst), "against": change and _told(change)}))
    else:
        for line in printable(_lines(run, change, worst)):
            click.echo(line)


def _told(change: "Change") -> dict[str, Any]:
    return {"sentence": sentence(change), **change}


def sentence(change: "Change") -> str:
    """Whether two runs differ by more than chance, in words, by nDCG@10 where the queries have it."""
    from models.metrics import TELLING
    from service.evaluation.runs import MAIN

    name = MAIN if MAIN in change["metrics"] else next(iter(change["metrics"]), "")
    if not name:
        return "The two runs have no measure in common."
    found = change["metrics"][name]
    label = _LABELS.get(name, name)
    both = f"{counted(found['queries'], 'query', 'queries')} of both runs"
    if not found["changed"]:
        return f"{label} is the same for each of the {both}."
    verdict = "more than chance" if found["more_than_chance"] else "no more than chance may do"
    few = f"; only {found['changed']} changed, too few to tell" if found["changed"] < TELLING else ""
    return (
        f"{label} changed by {found['difference']:+.3f} over the {both} "
        f"(95 % interval {found['low']:+.3f} to {found['high']:+.3f}): {verdict}{few}."
    )


def _lines(run: "Run", change: "Change | None", number: int) -> Iterator[str]:
    from service.evaluation.runs import by_type, summary, worst

    measured = run["measured"]
    yield (
        f"{run['name']}: {counted(len(run['queries']), 'query', 'queries')}, "
        f"{counted(measured['documents'], 'document')}, {counted(measured['passages'], 'passage')}, "
        f"encoder {measured['encoder']['name']}"
    )
    yield from run["notes"]
    yield from table("", summary(run["queries"]))
    for name, means in by_type(run).items():
        yield from table(name, means)
    if number:
        yield ""
        yield "The worst, by nDCG@10:"
    for query in worst(run, number):
        yield from _query_lines(query)
    if change:
        yield from _change_lines(change)


def table(title: str, means: Mapping[str, Mapping[str, float]]) -> Iterator[str]:
    yield ""
    yield f"{title:15} {'mean':>6}  {'95 % interval':15} {'queries':>7}"
    for name, row in means.items():
        ends = f"{row['low']:.3f} to {row['high']:.3f}"
        yield f"{_LABELS.get(name, name):15} {row['mean']:6.3f}  {ends:15} {row['queries']:7}"


def _query_lines(query: "QueryRecord") -> Iterator[str]:
    kind = f"{query['type']}, " if query["type"] else ""
    yield f"{query['values']['nDCG@10']:.3f}  {query['id']}: {_short(query['query'])} ({kind}match {query['match']})"
    for number, hit in enumerate(query["hits"], start=1):
        yield f"       {number}{'+' if hit['right'] else ' '} {hit['document']}: {_short(hit['text'])}"


def _change_lines(change: "Change") -> Iterator[str]:
    yield ""
    yield sentence(change)
    if change["differs"]:
        yield f"What is not the same besides: {', '.join(change['differs'])}."
    yield f"{'':15} {'change':>6}  {'95 % interval':16} {'by chance':>9}"
    for name, row in change["metrics"].items():
        ends = f"{row['low']:+.3f} to {row['high']:+.3f}"
        yield f"{_LABELS.get(name, name):15} {row['difference']:+.3f}  {ends:16} {row['chance']:9.3f}"
    for title, moves in (("Worse", change["worse"]), ("Better", change["better"])):
        if moves:
            yield f"{title}, by nDCG@10:"
        for move in moves:
            yield f"  {move['before']:.3f} -> {move['after']:.3f}  {move['id']}: {_short(move['query'])}"


def _short(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= _WIDTH else f"{plain[: _WIDTH - 2]} …"
