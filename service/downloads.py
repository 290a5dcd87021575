"""A whole list of hits as a file: CSV for a spreadsheet, JSON for a program, each hit with its citation."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Literal, get_args

from service.answers import Hit, to_json

Form = Literal["csv", "json"]
FORMS: tuple[Form, ...] = get_args(Form)
MIMETYPES: Mapping[Form, str] = {"csv": "text/csv; charset=utf-8", "json": "application/json"}

_COLUMNS: Mapping[str, Callable[[Hit], object]] = {
    "force": lambda hit: hit["document"]["force"],
    "document": lambda hit: hit["document"]["title"],
    "document_kind": lambda hit: hit["document"]["kind"],
    "date": lambda hit: hit["date"],
    "kind": lambda hit: hit["kind"],
    "section": lambda hit: " › ".join(hit["section"]),
    "page": lambda hit: hit["page"],
    "lead": lambda hit: hit["parent"] and hit["parent"]["text"],
    "text": lambda hit: hit["text"],
    "grade": lambda hit: hit["grade"],
    "number": lambda hit: hit["finding"] and hit["finding"]["number"],
    "status": lambda hit: hit["finding"] and hit["finding"]["status"],
    "status_date": lambda hit: hit["finding"] and hit["finding"]["status_date"],
    "deadline": lambda hit: hit["finding"] and hit["finding"]["deadline"],
    "match": lambda hit: hit["match"],
    "score": lambda hit: hit["score"],
    "places": lambda hit: len(hit["fold"]["members"]) if hit["fold"] else 1,
    "forces_of_fold": lambda hit: ", ".join(sorted({m["force"] for m in _members(hit) if m["force"]})),
    "citation": lambda hit: hit["citation"],
    "fictional": lambda hit: "yes" if hit["document"]["fictional"] else "",
    "source": lambda hit: hit["document"]["source"],
    "url": lambda hit: hit["document"]["url"],
    "passage_id": lambda hit: hit["passage_id"],
}
_FORMULA = tuple("=+-@\t\r\n＝＋－＠")


def written(hits: Iterable[Hit], form: Form) -> Iterator[str]:
    """The hits as a file of this form, piece by piece as they come."""
    return _csv(hits) if form == "csv" else _json(hits)


def _csv(hits: Iterable[Hit]) -> Iterator[str]:
    yield "\ufeff"  # without it a spreadsheet takes the file for another encoding
    yield _row(["rank", *_COLUMNS])
    for rank, hit in enumerate(hits, start=1):
        yield _row([rank, *(value(hit) for value in _COLUMNS.values())])


def _row(cells: Iterable[object]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\r\n").writerow([_cell(cell) for cell in cells])
    return line.getvalue()


def _cell(value: object) -> object:
    """A text that a spreadsheet would run as a formula gets an apostrophe before it, as OWASP advises."""
    if value is None:
        return ""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def _json(hits: Iterable[Hit]) -> Iterator[str]:
    yield '{"results": ['
    for number, hit in enumerate(hits):
        yield f"{',' if number else ''}\n{to_json(hit)}"
    yield "\n]}\n"


def _members(hit: Hit) -> Iterable[Mapping[str, str | None]]:
    members = hit["fold"]["members"] if hit["fold"] else []
    return [{"force": hit["document"]["force"]}, *({"force": member["force"]} for member in members)]
