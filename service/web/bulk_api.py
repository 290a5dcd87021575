"""The JSON API, version 1: whole tables of the index as files, and what they are of."""

from flask import Blueprint, Response

from service.answers.bulk_rows import bulk_rows, export_answer
from service.contract.bulk_files import BulkForm, bulk_file
from service.contract.bulk_shapes import ExportAnswer, Table
from service.contract.exports import MIMETYPES
from service.engine import Engine
from service.web.api import PREFIX
from service.web.exchange import answered, nothing_asked, seen
from service.web.openapi import described


def bulk_blueprint(engine: Engine) -> Blueprint:
    """The routes of bulk export under /api/v1."""
    api = Blueprint("bulk_api", __name__, url_prefix=PREFIX)

    @api.get("/export")
    @described("What a bulk export is of: its generation, its tables and their columns", ExportAnswer)
    def tables() -> Response:
        nothing_asked()
        return answered(export_answer(seen(engine)))

    @api.get("/export/<any(passages, findings, events, tags):table>.<any(jsonl, csv, parquet):form>")
    @described("A whole table of the index")
    def whole_table(table: Table, form: BulkForm) -> Response:
        nothing_asked()
        now = seen(engine)
        about = export_answer(now)
        told = {"table": table, "generation": about.generation, "created": about.created, "exported": about.exported}
        told |= {"rows": str(about.rows[table]), "masked": "true" if about.masked else "false"}
        headers = {f"Precedent-{name.capitalize()}": value for name, value in told.items()}
        headers["Content-Disposition"] = f'attachment; filename="precedent-{table}.{form}"'
        pieces = bulk_file(table, bulk_rows(now, table), form, told)
        return Response(pieces, content_type=MIMETYPES[form], headers=headers)

    return api
