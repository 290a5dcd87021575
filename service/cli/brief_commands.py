"""`precedent brief` and `precedent verify`. Everything heavy is imported inside the command that needs it."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from service.cli.common import Failure, data_option, printable, settings_for

if TYPE_CHECKING:
    from service.contract.brief_shapes import BriefAnswer, VerifyAnswer


@click.group(epilog="Each takes --data DIR, as every command does.")
def brief() -> None:
    """List, show and export briefs: what people put together to print and send."""


@brief.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print what the API answers.")
@data_option
def list_briefs(as_json: bool, data: Path | None) -> None:
    """List the briefs, the latest first."""
    from service.contract.brief_shapes import BriefsAnswer
    from service.contract.contacts import masked
    from service.contract.labels import counted
    from service.contract.shapes import to_json
    from service.state.kept_briefs import Briefs
    from service.work.briefs import brief_record

    settings = settings_for(data)
    rows = [brief_record(one) for one in Briefs(settings.data).all() if one.removed is None]
    rows = masked(rows) if settings.mask else rows
    if as_json:
        click.echo(to_json(BriefsAnswer(briefs=rows)))
        return
    lines = [f"{one.brief_id:>4}  {one.name} | {counted(one.items, 'item')} | {one.who}, {one.at[:10]}" for one in rows]
    click.echo("\n".join(printable(lines or ["There is no brief yet."])))


@brief.command()
@click.argument("number", type=int)
@click.option("--json", "as_json", is_flag=True, help="Print what the API answers.")
@data_option
def show(number: int, as_json: bool, data: Path | None) -> None:
    """Show a brief, by the number that the list gives, each item as it stands now."""
    from service.contract.shapes import to_json
    from service.contract.signature import this_moment
    from service.work.brief_files import brief_file

    answer, names = _answer(number, data)
    if as_json:
        click.echo(to_json(answer))
        return
    text = brief_file(answer, "md", names, this_moment()).decode("utf-8")
    click.echo("\n".join(printable(text.rstrip("\n").split("\n"))))


@brief.command()
@click.argument("number", type=int)
@click.option("--form", type=click.Choice(["docx", "md", "csv"]), default="docx", show_default=True, help="Which file.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="The file to write; else named as it is.")
@data_option
def export(number: int, form: str, out: Path | None, data: Path | None) -> None:
    """Write a brief as a Word document, Markdown or CSV."""
    from indexer.durable import write_whole
    from service.contract.brief_shapes import BRIEF_FORMS
    from service.contract.signature import this_moment
    from service.work.brief_files import brief_file, file_stem

    answer, names = _answer(number, data)
    chosen = next(one for one in BRIEF_FORMS if one == form)
    path = out or Path(f"{file_stem(answer)}.{form}")
    write_whole(path, brief_file(answer, chosen, names, this_moment()))
    click.echo(f"Written: {path}")


@click.command()
@click.argument("receipt", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="Print what the API answers.")
@data_option
def verify(receipt: str, as_json: bool, data: Path | None) -> None:
    """Repeat what the receipt ID recorded, and tell what is otherwise; exit code 1 where anything is."""
    from service.cli import common
    from service.contract.shapes import to_json
    from service.state.kept_receipts import Receipts
    from service.web.receipt_making import all_repeats
    from service.work.receipts import verify as repeated

    settings = settings_for(data)
    kept = Receipts(settings.data).one(receipt)
    if kept is None:
        raise Failure(f"There is no receipt {receipt!r}: the page of receipts lists those that were kept.")
    answer = repeated(common.engine_for(settings).snapshot(), kept, all_repeats(settings.data))
    click.echo(to_json(answer) if as_json else "\n".join(printable(_verified(answer))))
    sys.exit(0 if answer.same and answer.receipt.sound else 1)


def _verified(answer: "VerifyAnswer") -> Iterator[str]:
    """A receipt repeated, as text."""
    then = answer.receipt
    yield f"Receipt {then.receipt_id}, kept by {then.who} at {then.at}"
    yield then.words
    if not then.sound:
        yield "This receipt is NOT as it was written: do not rely on it."
    yield from (f"  {words}" for words in answer.other_with)
    if answer.problem:
        yield answer.problem
    elif answer.same:
        yield f"The same came: {then.total:,} then and now."
    else:
        yield f"It is otherwise now: {then.total:,} then, {answer.total_now:,} now."
    yield from (f"  {one.kind:<7} {one.citation}: {one.words}" for one in answer.drift)


def _answer(number: int, data: Path | None) -> "tuple[BriefAnswer, Callable[[str], str]]":
    """A brief as it stands now, and the names of forces."""
    from service.cli import common
    from service.state.kept_briefs import Briefs
    from service.state.kept_receipts import Receipts
    from service.work.briefs import brief_answer, kept_brief
    from service.work.receipts import receipts_of

    settings = settings_for(data)
    kept = kept_brief(Briefs(settings.data), number)
    seen = common.engine_for(settings).snapshot()
    return brief_answer(seen, kept, receipts_of(Receipts(settings.data), kept)), seen.force_label
