"""Whole lists as Excel workbooks: one sheet with the rows, dates as dates, and one that says what was asked and when.

What a spreadsheet would run as a formula is guarded as in the CSV files, and every text is written as a text.
"""

import datetime
import io
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from corpus.text import for_xml
from service.contract.exports import FORCE, MEMBER, REGISTER, Row, force_rows, guarded, similar_rows
from service.contract.labels import date_words, label
from service.contract.register_responses import ForceAnswer, Member, RegisterRow, SimilarResponse
from service.contract.register_titles import Words

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Columns = Mapping[str, Callable[[Row], object]]

_DAYS = frozenset(
    ("published", "date", "status_date", "deadline", "target", "closure_date", "as_of", "heard", "last_comment_date")
)
_NUMBERS = frozenset(("register_number", "number"))  # texts that are whole numbers, as far as they are
# Columns whose values have names to read, with the facet that they are values of; of some there are several in a cell.
_NAMED = {"force": "force", "forces": "force", "status": "status", "closure_signal": "signal", "themes": "theme"}
_SEVERAL = frozenset(("forces", "themes"))
_LABELLED = frozenset(("kind", "stalled"))
_HEADINGS = {
    "as_of": "As known on",
    "heard": "Source last heard of",
    "done": "Last comment of substance",
    "closing_comment": "Last comment before closing",
    "closure_signal": "What comments say",
    "closure_date": "Said on",
    "closure_sentence": "Sentence that says so",
    "mismatches": "Status and comments disagree",
    "stalled": "Last comment adds nothing",
    "status_date": "Status set",
    "status_word": "Status as printed",
    "status_by": "Status by",
    "url": "Address",
    "finding_id": "Finding id",
    "passage_id": "Passage id",
}
_WIDE = {"text": 70, "lead": 40, "document": 40, "last_comment": 60, "done": 60, "closing_comment": 60}
_WIDE |= {"closure_sentence": 50, "mismatches": 40, "notes": 40, "citation": 50, "source": 40, "themes": 30}
_LONGEST = 32_000  # characters; a cell takes no more than 32,767
_FIRST_DAY = "1900-03-01"  # from here on all spreadsheets count days alike


@dataclass(frozen=True, slots=True)
class Asked:
    """What a workbook is of, by whom it was made when, and what was asked for, each part with its title."""

    title: str
    generation: str
    made: datetime.datetime
    parts: Sequence[tuple[str, str]] = ()


def register_workbook(rows: Iterable[RegisterRow], asked: Asked, words: Words) -> bytes:
    """Records of the register as a workbook."""
    return workbook(rows, REGISTER, asked, words)


def members_workbook(members: Iterable[Member], asked: Asked, words: Words) -> bytes:
    """Those who were given a finding as a workbook."""
    return workbook(members, MEMBER, asked, words)


def force_workbook(found: ForceAnswer, asked: Asked, words: Words) -> bytes:
    """The findings about a force as a workbook."""
    return workbook(force_rows(found), FORCE, asked, words)


def similar_workbook(found: SimilarResponse, asked: Asked, words: Words) -> bytes:
    """Similar findings as a workbook, a row for each who was given each of them."""
    return workbook(*similar_rows(found), asked, words)


def workbook(rows: Iterable[Row], columns: Columns[Row], asked: Asked, words: Words) -> bytes:
    """Rows as the bytes of a workbook; the columns are those of the CSV file, under headings to read."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet(asked.title)
    count = _write_rows(sheet, rows, columns, words)
    _write_asked(book.create_sheet("What was asked"), asked, count)
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def heading(column: str) -> str:
    """A column of a CSV file as a heading to read."""
    return _HEADINGS.get(column) or label(column)


def readable(column: str, value: object, words: Words) -> object:
    """A value of a column as it stands in a workbook: a whole day as a date, a name for a key, a text that is safe."""
    if value is None or not isinstance(value, str) or not value:
        return None if value == "" else value
    if column in _DAYS:
        return _day(value)
    if column in _NUMBERS and re.fullmatch(r"[1-9][0-9]{0,14}", value):
        return int(value)
    if column in _NAMED:
        own = value.split(", ") if column in _SEVERAL else [value]
        value = ", ".join(words(_NAMED[column], one) for one in own)
    elif column in _LABELLED:
        value = label(value)
    return guarded(value)


def _day(value: str) -> object:
    """A whole day as a date; a month or a year in words, for it is none."""
    if re.fullmatch(r"\d{4}-\d\d-\d\d", value) and value >= _FIRST_DAY:
        return datetime.date.fromisoformat(value)
    return guarded(date_words(value))


def _write_rows(sheet: Any, rows: Iterable[Row], columns: Columns[Row], words: Words) -> int:
    """Write the headings, which stay in sight, and the rows; returns how many there are."""
    from openpyxl.utils import get_column_letter

    sheet.freeze_panes = "B2"
    for place, name in enumerate(columns, start=1):
        width = _WIDE.get(name) or max(12, len(heading(name)) + 4)
        sheet.column_dimensions[get_column_letter(place)].width = width
    sheet.append([_cell(sheet, heading(name), bold=True) for name in columns])
    count = 0
    for count, row in enumerate(rows, start=1):  # noqa: B007 - it is returned
        values = ((name, readable(name, value(row), words)) for name, value in columns.items())
        sheet.append([_cell(sheet, value, wrap=name in _WIDE) for name, value in values])
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(columns))}{count + 1}"
    return count


def _write_asked(sheet: Any, asked: Asked, count: int) -> None:
    sheet.column_dimensions["A"].width = 28
    sheet.column_dimensions["B"].width = 90
    lines: list[tuple[str, object]] = [
        ("What this is", asked.title),
        ("Made on", asked.made),
        ("Index", asked.generation),
        *asked.parts,
        ("Rows", count),
        ("Status", "The last one recorded, on the day given with it. Comments never change it."),
        ("Dates", "A month or a year that no day is known of stands in words."),
    ]
    for title, value in lines:
        own = guarded(value) if isinstance(value, str) else value
        sheet.append([_cell(sheet, title, bold=True), _cell(sheet, own, wrap=True)])


def text_cell(sheet: Any, text: str) -> Any:
    """A cell that holds a text, never a formula or an error, whatever it looks like, as far as a cell takes it."""
    from openpyxl.cell import WriteOnlyCell

    cell = WriteOnlyCell(sheet, value=for_xml(text[:_LONGEST]))
    cell.data_type = "s"
    return cell


def _cell(sheet: Any, value: object, *, bold: bool = False, wrap: bool = False) -> Any:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Alignment, Font

    cell = text_cell(sheet, value) if isinstance(value, str) else WriteOnlyCell(sheet, value=value)
    if isinstance(value, datetime.datetime):
        cell.number_format = "d mmm yyyy hh:mm"
    elif isinstance(value, datetime.date):
        cell.number_format = "d mmm yyyy"
    if bold:
        cell.font = Font(bold=True)
    cell.alignment = Alignment(wrap_text=wrap, vertical="top")
    return cell
