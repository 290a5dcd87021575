"""`precedent export`: whole tables of the index as files. Everything heavy is imported inside the command."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from service.cli.common import Failure, data_option, settings_for

if TYPE_CHECKING:
    from service.contract.bulk_files import BulkForm
    from service.contract.bulk_shapes import Table

_FORMS: "tuple[BulkForm, ...]" = ("jsonl", "csv", "parquet")


@click.command()
@click.argument("table", type=click.Choice(("passages", "findings", "events", "tags")))
@click.option("--format", "form", type=click.Choice(_FORMS), help="Its form. [default: by its ending, else jsonl]")
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE", help="Where to; else it is printed.")
@click.option("--json", "as_json", is_flag=True, help="Print what the file is of as JSON; with --out.")
@data_option
def export(table: "Table", form: "BulkForm | None", out: Path | None, as_json: bool, data: Path | None) -> None:
    """Write TABLE – passages, findings, events or tags, all of it – to a file, and FILE.manifest.json beside it."""
    ending = out.suffix[1:] if out else ""
    by_ending: list[BulkForm] = [one for one in _FORMS if one == ending]
    wanted: BulkForm = form or (by_ending or [*_FORMS])[0]
    if out is None and (as_json or wanted == "parquet"):
        raise Failure("Say where to write it: --out FILE.")
    from service.answers.bulk_rows import bulk_rows, export_answer
    from service.cli import common
    from service.contract.bulk_files import bulk_file
    from service.contract.shapes import to_json

    seen = common.engine_for(settings_for(data)).snapshot()
    about = export_answer(seen)
    told = {"table": table, "generation": about.generation, "created": about.created, "exported": about.exported}
    pieces = bulk_file(table, bulk_rows(seen, table), wanted, told)
    if out is None:
        for piece in pieces:
            sys.stdout.buffer.write(piece)
        sys.stdout.buffer.flush()
        return
    part = out.with_name(f"{out.name}.part")
    try:
        with part.open("wb") as file:
            file.writelines(pieces)
        os.replace(part, out)
    finally:
        part.unlink(missing_ok=True)
    manifest = to_json(about)
    out.with_name(f"{out.name}.manifest.json").write_text(f"{manifest}\n", "utf-8")
    rows = about.rows[table]
    click.echo(manifest if as_json else f"{out}: {rows:,} {table} of generation {about.generation}.")
