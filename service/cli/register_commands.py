"""`precedent similar` and `precedent register`. Everything heavy is imported inside the command that needs it."""

import datetime
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

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

if TYPE_CHECKING:
    from service.contract.requests import RegisterListRequest
    from service.memory.snapshot import Snapshot


@click.command()
@click.argument("text", required=False)
@click.option("--passage-id", help="A passage of the index in place of TEXT.")
@click.option("--finding-id", help="A finding of the index in place of TEXT.")
@filtered
@click.option("--same-force", is_flag=True, help="Findings of the passage's or finding's own force too.")
@click.option("--as-of", help="With only what was known on this day, as 2019-01-31, or month or year.")
@click.option("--limit", help="How many, up to 100; of what is also said in reports as many, or 5 without it.")
@click.option("--csv", "as_csv", is_flag=True, help="Print a row for each force that was given each of them, as CSV.")
@click.option("--json", "as_json", is_flag=True, help="Print what the API answers.")
@receipt_option
@data_option
def similar(
    text: str | None,
    same_force: bool,
    as_csv: bool,
    as_json: bool,
    receipt: str | None,
    data: Path | None,
    **options: Any,
) -> None:
    """Find what others were told on the matter of TEXT, a finding ("-": from standard input), and what became of it."""
    one_form(as_csv, as_json)
    from service.answers.similar import similar as found_by
    from service.cli import common
    from service.cli.terminal import similar_lines
    from service.contract.exports import similar_table
    from service.contract.requests import SimilarRequest
    from service.contract.shapes import to_json
    from service.contract.values import read

    settings = settings_for(data)
    seen = common.engine_for(settings).snapshot()
    given = {"text": sys.stdin.read() if text == "-" else text, **options}
    wanted = parameters({**given, "same_force": "true" if same_force else None})
    asked = read(SimilarRequest, wanted, seen.known)
    response = found_by(seen, asked)
    if response is None:
        raise Failure("The index has no such passage or finding: take an id as a search gives it.")
    keep_receipt(seen, settings.data, "similar", wanted, receipt)
    if as_csv:
        printed(similar_table(response, "csv"))
    elif as_json:
        click.echo(to_json(response))
    else:
        click.echo("\n".join(similar_lines(response, seen.forces_label, asked=asked.as_of is not None)))


@click.command()
@click.option("--force", multiple=True, help="Slug of a force; may be repeated, as all filters.")
@click.option(
    "--status", multiple=True, help="Last recorded status, as being-progressed, unknown, or open: not closed."
)
@click.option("--signal", multiple=True, help="What comments say: requested, decided, superseded, parked, none.")
@click.option("--theme", multiple=True, help="Theme of what is asked for, as custody, or unknown.")
@click.option("--text", help="Words that all stand in its text, title, number, owner or comments.")
@click.option("--list", "list", multiple=True, help="overdue, stalled, copied, or a mismatch, as closed-in-comments.")
@click.option("--owner", multiple=True, help="Who answers for it, as printed, or unknown.")
@click.option("--year", multiple=True, help="Year of publication, or unknown.")
@click.option("--as-of", help="With only what was known on this day, as 2019-01-31, or month or year.")
@click.option("--sort", help="By what, as deadline or owner; -deadline from the last to the first.")
@click.option("--page", help="Which page.")
@click.option("--page-size", help="Records on a page, up to 100.")
@click.option("--csv", "as_csv", is_flag=True, help="Print every record, as CSV.")
@click.option("--xlsx", type=click.Path(path_type=Path, dir_okay=False), help="Write every record to this workbook.")
@click.option("--json", "as_json", is_flag=True, help="Print what the API answers.")
@data_option
def register(as_csv: bool, as_json: bool, xlsx: Path | None, data: Path | None, **options: Any) -> None:
    """List the records of the register: where each stands, what its comments say, what is overdue."""
    one_form(as_csv, as_json)
    if xlsx and (as_csv or as_json):
        raise Failure("--xlsx writes a file, --csv and --json print: give one of them.")
    from service.answers.register import register as listed
    from service.answers.register import register_rows
    from service.cli import common
    from service.cli.terminal import register_lines
    from service.contract.exports import register_table
    from service.contract.requests import RegisterListRequest, RegisterRequest
    from service.contract.shapes import to_json
    from service.contract.values import read

    seen = common.engine_for(settings_for(data)).snapshot()
    if as_csv:
        rows = register_rows(seen, read(RegisterListRequest, parameters(options), seen.known))
        printed(register_table(rows, "csv"))
        return
    if xlsx:
        _write_book(seen, read(RegisterListRequest, parameters(options), seen.known), xlsx)
        return
    asked = read(RegisterRequest, parameters(options), seen.known)
    response = listed(seen, asked)
    check_page(response.page, response.page_size, response.total)
    told = asked.as_of is not None
    click.echo(to_json(response) if as_json else "\n".join(register_lines(response, seen.forces_label, asked=told)))


def _write_book(seen: "Snapshot", asked: "RegisterListRequest", file: Path) -> None:
    """Write every record that was asked for to an Excel workbook, and say how many."""
    from service.answers.register import register_rows
    from service.contract.register_titles import asked_words
    from service.contract.workbooks import Asked, register_workbook

    rows = list(register_rows(seen, asked))
    about = Asked(
        "Records of the register",
        seen.held.generation.path.name,
        datetime.datetime.now().replace(microsecond=0),
        list(asked_words(asked, seen.value_label)),
    )
    try:
        file.write_bytes(register_workbook(rows, about, seen.value_label))
    except OSError as error:
        raise Failure(f"{file} cannot be written ({error.strerror}): name a file in a folder that is there.") from None
    click.echo(f"{len(rows):,} {'record' if len(rows) == 1 else 'records'} written to {file}.")
