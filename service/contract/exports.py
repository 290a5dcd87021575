"""Whole lists as files: CSV for a spreadsheet, JSON for a program; each hit with its citation."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Literal, TypeVar, get_args

from service.contract.compare_shapes import CompareAnswer
from service.contract.picture_shapes import MapAnswer, MapRegion, StatusCounts
from service.contract.register_responses import (
    ForceAnswer,
    ForceFinding,
    Member,
    RegisterRow,
    SimilarHit,
    SimilarResponse,
)
from service.contract.responses import Hit
from service.contract.shapes import to_json
from service.contract.theme_responses import ThemeCounts, ThemeRow

Row = TypeVar("Row")
Form = Literal["csv", "json"]
FORMS: tuple[Form, ...] = get_args(Form)
MIMETYPES: Mapping[str, str] = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "jsonl": "application/x-ndjson",
    "parquet": "application/vnd.apache.parquet",
}

_COLUMNS: Mapping[str, Callable[[Hit], object]] = {
    "force": lambda hit: hit.document.force,
    "document": lambda hit: hit.document.title,
    "document_kind": lambda hit: hit.document.kind,
    "date": lambda hit: hit.date,
    "kind": lambda hit: hit.kind,
    "section": lambda hit: " › ".join(hit.section),
    "page": lambda hit: hit.page,
    "lead": lambda hit: hit.parent and hit.parent.text,
    "text": lambda hit: hit.text,
    "grade": lambda hit: hit.grade,
    "number": lambda hit: hit.finding and hit.finding.number,
    "status": lambda hit: hit.finding and hit.finding.status,
    "status_date": lambda hit: hit.finding and hit.finding.status_date,
    "status_word": lambda hit: hit.finding and hit.finding.status_word,
    "status_by": lambda hit: hit.finding and hit.finding.status_by,
    "deadline": lambda hit: hit.finding and hit.finding.deadline,
    "target": lambda hit: hit.finding and hit.finding.target,
    "owner": lambda hit: hit.finding and hit.finding.owner,
    "quoted": lambda hit: "yes" if hit.finding and hit.finding.quoted else "",
    "themes": lambda hit: ", ".join(tag.theme for tag in hit.themes if tag.origin != "inherited"),
    "themes_taken_over": lambda hit: ", ".join(tag.theme for tag in hit.themes if tag.origin == "inherited"),
    "match": lambda hit: hit.match,
    "score": lambda hit: hit.score,
    "places": lambda hit: len(hit.fold.members) if hit.fold else 1,
    "forces": lambda hit: ", ".join(hit.document.forces),
    "forces_of_fold": lambda hit: ", ".join(sorted(_forces(hit))),
    "citation": lambda hit: hit.citation,
    "fictional": lambda hit: "yes" if hit.document.fictional else "",
    "source": lambda hit: hit.document.source,
    "url": lambda hit: hit.document.url,
    "passage_id": lambda hit: hit.passage_id,
    "register_number": lambda hit: hit.document.register_number,
}
_STANDING: Mapping[str, Callable[[Any], object]] = {
    "status": lambda row: row.status,
    "status_date": lambda row: row.status_date,
    "status_word": lambda row: row.status_word,
    "status_by": lambda row: row.status_by,
    "closed": lambda row: _yes(row.closed),
    "days_open": lambda row: row.days_open,
    "deadline": lambda row: row.deadline,
    "deadline_passed": lambda row: _yes(row.deadline_passed),
    "overdue": lambda row: _yes(row.overdue),
    "target": lambda row: row.target,
    "owner": lambda row: row.owner,
    "closure_signal": lambda row: row.closure_signal,
    "closure_date": lambda row: row.closure_date,
    "closure_sentence": lambda row: row.closure_sentence,
    "mismatches": lambda row: "; ".join(one.words for one in row.mismatches),
    "reopened": lambda row: ", ".join(row.reopened),
    "as_of": lambda row: row.as_of,
    "heard": lambda row: row.heard,
}
MEMBER: Mapping[str, Callable[[Member], object]] = {
    "force": lambda row: row.force,
    "forces": lambda row: ", ".join(row.forces),
    "document": lambda row: row.document.title,
    "published": lambda row: row.published,
    **_STANDING,
    "closing_comment": lambda row: row.closing_comment and row.closing_comment.text,
    "done": lambda row: row.done and row.done.text,
    "fictional": lambda row: "yes" if row.fictional else "",
    "source": lambda row: row.document.source,
    "finding_id": lambda row: row.finding_id,
    "register_number": lambda row: row.document.register_number,
}
REGISTER: Mapping[str, Callable[[RegisterRow], object]] = {
    "register_number": lambda row: row.register_number,
    "force": lambda row: row.document.force,
    "forces": lambda row: ", ".join(row.document.forces),
    "document": lambda row: row.document.title,
    "published": lambda row: row.document.date,
    "number": lambda row: row.number,
    "text": lambda row: row.text,
    "addressees": lambda row: ", ".join(row.addressees),
    **_STANDING,
    "stalled": lambda row: row.stalled and row.stalled.kind,
    "notes": lambda row: " ".join(row.notes),
    "fictional": lambda row: "yes" if row.document.fictional else "",
    "source": lambda row: row.document.source,
    "url": lambda row: row.document.url,
    "finding_id": lambda row: row.finding_id,
    "last_comment_date": lambda row: row.last_comment and row.last_comment.date,
    "last_comment": lambda row: row.last_comment and row.last_comment.text,
    "themes": lambda row: ", ".join(tag.theme for tag in row.themes),
}
FORCE: Mapping[str, Callable[[ForceFinding], object]] = {
    "date": lambda row: row.date,
    "document": lambda row: row.document.title,
    "kind": lambda row: row.kind,
    "number": lambda row: row.number,
    "text": lambda row: row.text,
    "status": lambda row: row.status,
    "status_date": lambda row: row.status_date,
    "status_word": lambda row: row.status_word,
    "status_by": lambda row: row.status_by,
    "quoted": lambda row: "yes" if row.quoted else "",
    "fictional": lambda row: "yes" if row.document.fictional else "",
    "source": lambda row: row.document.source,
    "finding_id": lambda row: row.finding_id,
    "register_number": lambda row: row.document.register_number,
}
FORMULA = tuple("=+-@\t\r\n＝＋－＠")


def hits_table(hits: Iterable[Hit], form: Form) -> Iterator[str]:
    """The hits of a search as a file of this form, piece by piece as they come."""
    return table(hits, _COLUMNS, form, rank=True)


def register_table(rows: Iterable[RegisterRow], form: Form) -> Iterator[str]:
    """Records of the register as a file."""
    return table(rows, REGISTER, form)


def members_table(members: Iterable[Member], form: Form) -> Iterator[str]:
    """Those who were given a finding as a file."""
    return table(members, MEMBER, form)


def similar_table(found: SimilarResponse, form: Form) -> Iterator[str]:
    """Similar findings as a file: as JSON the answer itself, as CSV a row for each who was given each of them.

    Those who were given the very finding come first, with rank 0; last, ranked anew, what is also said in reports.
    """
    if form == "json":
        yield to_json(found) + "\n"
        return
    yield from table(*similar_rows(found), form)


Given = tuple[str, int, SimilarHit | None, Member]  # the list that it is in, by its name in the JSON answer, and rank


def similar_rows(found: SimilarResponse) -> tuple[list[Given], Mapping[str, Callable[[Given], object]]]:
    """A row for each who was given each of the similar findings, and the columns of these rows."""
    pairs: list[Given] = [("own", 0, None, one) for one in found.own]
    for name, listed in (("results", found.results), ("also_said", found.also_said)):
        pairs += [(name, rank, hit, one) for rank, hit in enumerate(listed, start=1) for one in hit.members]
    columns: Mapping[str, Callable[[Given], object]] = {
        "rank": lambda pair: pair[1],
        "match": lambda pair: pair[2].match if pair[2] else "the very finding",
        "list": lambda pair: pair[0],
        "kind": lambda pair: pair[2] and pair[2].kind,
        "lead": lambda pair: pair[2] and pair[2].parent and pair[2].parent.text,
        "text": lambda pair: pair[2] and pair[2].text,
        **{name: _of_member(value) for name, value in MEMBER.items()},
        "citation": lambda pair: pair[2] and pair[2].citation,
        "passage_id": lambda pair: pair[2] and pair[2].passage_id,
    }
    return pairs, columns


def _of_member(value: Callable[[Member], object]) -> Callable[[Given], object]:
    return lambda pair: value(pair[3])


def force_table(found: ForceAnswer, form: Form) -> Iterator[str]:
    """What a force's page shows: as JSON the answer itself, as CSV its findings."""
    if form == "json":
        yield to_json(found) + "\n"
        return
    yield from table(force_rows(found), FORCE, form)


def force_rows(found: ForceAnswer) -> list[ForceFinding]:
    """The findings about a force, report by report."""
    return [one for report in found.reports for one in report.findings]


def compare_table(found: CompareAnswer, form: Form) -> Iterator[str]:
    """Forces side by side: as JSON the answer itself, as CSV a row for each finding of each force."""
    if form == "json":
        yield to_json(found) + "\n"
        return
    pairs = [(force.slug, row) for force in found.forces for row in force.findings]
    columns: Mapping[str, Callable[[tuple[str, RegisterRow]], object]] = {
        "compared": lambda pair: pair[0],
        "kind": lambda pair: pair[1].kind,
        **{name: _of_row(value) for name, value in REGISTER.items()},
    }
    yield from table(pairs, columns, form)


def _of_row(value: Callable[[RegisterRow], object]) -> Callable[[tuple[str, RegisterRow]], object]:
    return lambda pair: value(pair[1])


def status_table(found: StatusCounts, form: Form) -> Iterator[str]:
    """Records by year and status: as JSON the answer itself, as CSV a row for each year and each status."""
    if form == "json":
        yield to_json(found) + "\n"
        return
    cells = [(row.year, *cell) for row in found.years for cell in zip(found.statuses, row.counts, strict=True)]
    columns: Mapping[str, Callable[[tuple[str, str, int]], object]] = {
        "year": lambda cell: cell[0],
        "status": lambda cell: cell[1],
        "records": lambda cell: cell[2],
    }
    yield from table(cells, columns, form)


def map_table(found: MapAnswer, form: Form) -> Iterator[str]:
    """The map: as JSON the answer itself, as CSV a row for each region."""
    if form == "json":
        yield to_json(found) + "\n"
        return
    columns: Mapping[str, Callable[[MapRegion], object]] = {
        "region": lambda row: row.region,
        "words": lambda row: ", ".join(row.words),
        "results": lambda row: row.count,
        "x": lambda row: row.x,
        "y": lambda row: row.y,
    }
    yield from table(found.regions, columns, form)


def theme_table(counts: ThemeCounts, form: Form) -> Iterator[str]:
    """Themes by force or by year: as JSON the answer itself, as CSV a row for each theme and each value."""
    if form == "json":
        yield to_json(counts) + "\n"
        return
    values = list(enumerate(counts.values))
    cells = [(row, value, row.assigned[at], row.inherited[at]) for row in counts.rows for at, value in values]
    columns: Mapping[str, Callable[[_Cell], object]] = {
        "theme": lambda cell: cell[0].theme,
        "label": lambda cell: cell[0].label,
        counts.by: lambda cell: cell[1],
        "assigned": lambda cell: cell[2],
        "inherited": lambda cell: cell[3],
    }
    yield from table(cells, columns, form)


_Cell = tuple[ThemeRow, str, int, int]


def table(
    rows: Iterable[Row], columns: Mapping[str, Callable[[Row], object]], form: Form, *, rank: bool = False
) -> Iterator[str]:
    """Rows as a file: as JSON themselves, as CSV by the columns, safe to open in a spreadsheet."""
    if form == "json":
        yield from json_rows(rows)
        return
    yield "\ufeff"  # without it a spreadsheet takes the file for another encoding
    yield _row([*(["rank"] if rank else []), *columns])
    for number, row in enumerate(rows, start=1):
        yield _row([*([number] if rank else []), *(value(row) for value in columns.values())])


def _row(cells: Iterable[object]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\r\n").writerow(["" if cell is None else guarded(cell) for cell in cells])
    return line.getvalue()


def guarded(value: object) -> object:
    """A text that a spreadsheet would run as a formula gets an apostrophe before it, as OWASP advises."""
    return f"'{value}" if isinstance(value, str) and value.lstrip("'").startswith(FORMULA) else value


def json_rows(rows: Iterable[object]) -> Iterator[str]:
    """Rows as a file of JSON, as they are."""
    yield '{"results": ['
    for number, row in enumerate(rows):
        yield f"{',' if number else ''}\n{to_json(row)}"
    yield "\n]}\n"


def _yes(value: bool | None) -> str:
    return "" if value is None else "yes" if value else "no"


def _forces(hit: Hit) -> set[str]:
    members = hit.fold.members if hit.fold else []
    return {force for forces in (hit.document.forces, *(m.forces for m in members)) for force in forces}
