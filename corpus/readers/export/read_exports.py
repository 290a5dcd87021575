"""Trackers and exports of the register as CSV and Excel workbooks."""

import csv
import datetime
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from io import BytesIO

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from corpus.model import CorpusError
from corpus.readers.export.columns import HEADER_WITHIN, Header, find_header
from corpus.readers.export.days import EPOCH_1904, in_words
from corpus.readers.export.hidden_rows import Hidden, hidden_in
from corpus.readers.export.mapping import NOTHING_MAPPED, Mapped
from corpus.readers.export.table import Table, cell_at, letters
from corpus.readers.export.tracker import read_tables
from corpus.readers.plain import decode
from corpus.readers.reading import MEGABYTE, LeftOut, Limits, Reading

CELLS = 1_000_000  # rows of a CSV file, or cells of a sheet
UNPACKED = 300 * MEGABYTE  # bytes of a workbook
_WIDEST = 16_384  # columns that a spreadsheet has
_DELIMITERS = (",", ";", "\t")
_HINT = re.compile(r"sep=(.)\n")  # Excel's own first line
_CARRIED = ("force", "number", "report", "published", "addressee", "kind")

_Rows = list[tuple[int, list[str]]]


def read_csv(raw: bytes, limits: Limits, mapped: Mapped = NOTHING_MAPPED) -> Reading:
    """The records of a tracker with commas, semicolons or tabs; `mapped` is what the file beside it says of columns.

    A row whose quotation marks do not match is left out, as is one with more cells than the header.
    Raises CorpusError for a table that is no tracker, and one of more than `CELLS` rows.
    """
    text = decode(raw).replace("\v", "\n")
    hint = _HINT.match(text)
    lines = text[hint.end() if hint else 0 :].split("\n")
    delimiter = hint[1] if hint else _delimiter(lines)
    rows: _Rows = []
    left: list[LeftOut] = []
    for number, cells in _csv_rows(lines, delimiter):
        if cells is None:
            left.append(LeftOut(f"row {number}", _UNMATCHED))
        elif any(cell.strip() for cell in cells):
            rows.append((number, cells))
        if number > CELLS:
            raise CorpusError(f"has more than {CELLS:,} rows; split it into smaller files.")
    header = find_header(Table(rows), mapped)
    if header:
        width = len(rows[header.at][1])
        if width > _WIDEST:
            raise CorpusError(f"has a header of {width:,} cells; save the table anew from its program.")
        rows, wrong = _of_its_length(rows, header, width)
        left += wrong
    reading = read_tables([Table(rows)], mapped)
    return replace(reading, left_out=(*reading.left_out, *left))


_UNMATCHED = (
    "was left out: a quotation mark in it is not closed or, inside a cell, not doubled, or a cell has more than "
    f"{csv.field_size_limit():,} characters; mend it, or save the table anew from its program."
)


def _delimiter(lines: Sequence[str]) -> str:
    """The delimiter by which the rows at the top come apart into the most known columns."""

    def known(delimiter: str) -> int:
        rows = (row for row, _ in zip(_csv_rows(lines, delimiter), range(HEADER_WITHIN), strict=False))
        header = find_header(Table([(number, cells or []) for number, cells in rows]))
        return len(header.columns) if header else 0

    return max(_DELIMITERS, key=known)


def _csv_rows(lines: Sequence[str], delimiter: str) -> Iterator[tuple[int, list[str] | None]]:
    """(number from 1, cells) of each row; no cells where its quotation marks do not match."""
    number = start = 0
    while start < len(lines):
        number += 1
        cells, used = _csv_row(lines, start, delimiter)
        yield number, cells
        start += used


def _csv_row(lines: Sequence[str], start: int, delimiter: str) -> tuple[list[str] | None, int]:
    """The row that starts at a line, and how many lines it takes; None, and that line alone, for an unmatched mark.

    A cell may hold line breaks. A mark that is never closed would take the rows below into its cell, and the
    next mark would end it in the middle: in rows of several lines the marks have to be exactly right.
    """
    reader = csv.reader((f"{lines[at]}\n" for at in range(start, len(lines))), delimiter=delimiter)
    try:
        cells = next(reader)
        used = reader.line_num
        if used > 1:
            list(csv.reader((f"{line}\n" for line in lines[start : start + used]), delimiter=delimiter, strict=True))
    except csv.Error:
        return None, 1
    return cells, used


def _of_its_length(rows: _Rows, header: Header, width: int) -> tuple[_Rows, list[LeftOut]]:
    """The rows as long as the header, those that lack cells at their end, and what is to be told of both."""
    kept: _Rows = []
    left: list[LeftOut] = []
    short: list[int] = []
    for at, (number, cells) in enumerate(rows):
        if at > header.at and any(cell.strip() for cell in cells[width:]):
            why = f"has {len(cells)} cells where the header has {width}, and was left out; "
            left.append(LeftOut(f"row {number}", f"{why}put a cell that holds the delimiter into quotation marks."))
            continue
        if at > header.at and len(cells) < width:
            short.append(number)
        kept.append((number, cells))
    if short:
        where = ("row " if len(short) == 1 else "rows ") + _some([str(number) for number in short])
        left.append(LeftOut(where, f"shorter than the header ({width} cells): the missing cells were read as empty."))
    return kept, left


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - 10} more" if len(names) > 10 else ""
    return ", ".join(names[:10]) + more


def read_xlsx(raw: bytes, limits: Limits, mapped: Mapped = NOTHING_MAPPED) -> Reading:
    """The records of every sheet that is a tracker; sheets, rows and columns that are hidden are left out and named.

    Formulas are not run: the value stored with one is read. `mapped` is what the file beside it says of its columns.
    Raises CorpusError for a workbook that is damaged, protected, too large to unpack, or without a tracker.
    """
    left, hides, from_1904 = _checked(raw)
    try:
        with CalamineWorkbook.from_filelike(BytesIO(raw)) as book:
            sheets = [s for s in book.sheets_metadata if s.typ == SheetTypeEnum.WorkSheet]
            visible = [sheet.name for sheet in sheets if sheet.visible == SheetVisibleEnum.Visible]
            shift = EPOCH_1904 if from_1904 else 0
            tables = []
            for name in visible:
                known = name if len(visible) > 1 else ""
                table, gone = _table(book.get_sheet_by_name(name), hides.get(name, Hidden()), known)
                tables.append(replace(table, shift=shift, sheet=name))
                left += gone
            others = [sheet.name for sheet in book.sheets_metadata if sheet not in sheets]
    except CalamineError as error:
        raise CorpusError(_DAMAGED) from error
    if not sheets:
        raise CorpusError(_DAMAGED)
    left += [LeftOut(f"sheet “{sheet.name}”", _HIDDEN) for sheet in sheets if sheet.name not in visible]
    left += [LeftOut(f"sheet “{name}”", "is a chart or a macro and holds no rows.") for name in others]
    reading = read_tables(tables, mapped)
    return replace(reading, left_out=(*reading.left_out, *left))


_HIDDEN = "is hidden in the workbook and was left out; show it there if it is to be read."
_DAMAGED = "cannot be read as an Excel workbook; it may be damaged: open it in Excel and save it anew as .xlsx."
_OLE = b"\xd0\xcf\x11\xe0"
_CELL = re.compile(rb'<(?:\w+:)?c\s([^<>]*?\br\s*=\s*["\']([A-Z]{1,3})(\d{1,7})["\'][^<>]*)(?<!/)>')
_UNSTORED = re.compile(
    rb'<c\s[^<>]*?\br="([A-Z]{1,3}\d{1,7})"(?![^<>]*\bt="str")[^<>]*>'
    rb"<f\b[^<>]*(?:/>|>[^<]*</f>)(?:<v ?/>|<v></v>)?</c>"
)


def _checked(raw: bytes) -> tuple[list[LeftOut], Mapping[str, Hidden], bool]:
    """Cells of a workbook that hold nothing to read, in words, what each sheet hides, and whether it counts from 1904.

    Raises CorpusError for one that must not be opened.

    Sizes are checked before anything is unpacked: a small file may unpack to more than the memory holds.
    """
    if raw.startswith(_OLE):
        raise CorpusError("is protected by a password, or in an Excel format from before 2007; save it as plain .xlsx.")
    unstored: list[str] = []
    errors: list[str] = []
    try:
        with zipfile.ZipFile(BytesIO(raw)) as packed:
            members = [member for member in packed.infolist() if member.filename.lower().endswith(".xml")]
            size = sum(member.file_size for member in packed.infolist())
            if size > UNPACKED:
                most = UNPACKED // MEGABYTE
                raise CorpusError(f"unpacks to {size // MEGABYTE:,} MB, and at most {most} MB are read; {_ALONE}")
            for member in members:
                part = packed.read(member)
                if b"sheetData" in part:
                    errors += _measured(part)
                    unstored += [match[1].decode() for match in _UNSTORED.finditer(part)]
            hides, from_1904 = hidden_in(packed)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError) as error:
        raise CorpusError(_DAMAGED) from error
    told = (
        (unstored, "hold formulas without a stored value and were read as empty; save the workbook in Excel first."),
        (errors, "hold an error in place of a value and were read as empty; mend the formulas."),
    )
    return [LeftOut(f"cells {_some(cells)}", why) for cells, why in told if cells], hides, from_1904


_ALONE = "save the sheet with the recommendations alone in a new workbook, or as CSV."


def _measured(part: bytes) -> list[str]:
    """Addresses of a sheet's cells that hold an error. Raises CorpusError where its table would be too large."""
    errors: list[str] = []
    rows: set[int] = set()
    columns: set[bytes] = set()
    for count, match in enumerate(_CELL.finditer(part), start=1):
        rows.add(int(match[3]))
        columns.add(match[2])
        if b't="e"' in match[1]:
            errors.append((match[2] + match[3]).decode())
        if count > CELLS:
            raise CorpusError(f"has a sheet of more than {CELLS:,} cells; {_ALONE}")
    last = max(map(_column, columns), default=0)
    if rows and (max(rows) - min(rows) + 1) * last > CELLS:
        raise CorpusError(
            f"has a sheet whose cells reach to row {max(rows):,} and column {last:,}, and at most {CELLS:,} cells "
            f"are read; clear the cells far from the table, or {_ALONE}"
        )
    return errors


def _column(letters: bytes) -> int:
    """Number of a column from its letters: A is 1, AA 27."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number


def _table(sheet: CalamineSheet, hides: Hidden, name: str) -> tuple[Table, list[LeftOut]]:
    """A sheet as a table without what it hides, and what that is."""
    top, first = sheet.start or (0, 0)
    rows = [
        (top + at, [""] * first + [_shown(value) for value in values])
        for at, values in enumerate(sheet.to_python(), start=1)
    ]
    _carry_down(rows, sheet.merged_cell_ranges or [])
    whole = Table([(number, cells) for number, cells in rows if any(cell.strip() for cell in cells)], name)
    gone = [number for number, _ in whole.rows if number in hides.rows]
    shut = sorted(p for p in hides.columns if any(cell_at(cells, p) for _, cells in whole.rows))
    seen = [
        (number, ["" if place in hides.columns else cell for place, cell in enumerate(cells)])
        for number, cells in whole.rows
        if number not in hides.rows
    ]
    left = [LeftOut(whole.where(f"row {number}"), _HIDDEN) for number in gone]
    left += [LeftOut(whole.where(f"column {letters(place)}"), _HIDDEN) for place in shut]
    return Table([(number, cells) for number, cells in seen if any(map(str.strip, cells))], name), left


def _carry_down(rows: _Rows, merged: Sequence[tuple[tuple[int, int], tuple[int, int]]]) -> None:
    """Write the value of merged cells into each of their rows: a recommendation only where the number is the same."""
    header = find_header(Table([row for row in rows if any(row[1])]))
    if not header:
        return
    by_number = dict(rows)
    order = sorted(header.places, key=lambda name: name == "recommendation")  # numbers first
    for name in (name for name in order if name in (*_CARRIED, "recommendation")):
        place, number = header.places[name], header.places.get("number", -1)
        for (top, left), (bottom, _) in merged:
            first = by_number.get(top + 1)
            if left != place or first is None:
                continue
            below = (by_number[at] for at in range(top + 2, min(bottom + 1, rows[-1][0]) + 1) if at in by_number)
            for cells in below:
                if name != "recommendation" or number < 0 or cells[number] == first[number]:
                    cells[place] = cells[place] or first[place]


def _shown(value: object) -> str:
    """A cell's value as text: days in words, whole numbers without a decimal point."""
    if isinstance(value, datetime.datetime):
        day = in_words(value.date().isoformat())
        return day if value.time() == datetime.time() else f"{day} {value:%H:%M}"
    if isinstance(value, datetime.date):
        return in_words(value.isoformat())
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
