"""Tagging a table of texts: CSV or a workbook in, the same rows in the same order out, with their themes behind."""

import codecs
import csv
import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Literal, get_args

from models.examples import LONGEST
from service.contract.exports import MIMETYPES, guarded
from service.contract.service_errors import RequestError
from service.contract.theme_responses import TaggedText
from service.contract.workbooks import XLSX, text_cell
from service.memory.snapshot import Snapshot
from service.themes.tagging import Tagger, Text, theme_model

MOST_ROWS, MOST_COLUMNS = 1_000, 200
ADDED = ("decision", "themes", "theme_keys", "probabilities")
_BATCH = 64  # texts tagged at a time
_WORDS = 4  # a text has so many words or more, a number or a name fewer
_ZIP = b"PK\x03\x04"
_UNPACKED = 64_000_000  # bytes of a workbook, which is packed: a small file may be a very large one
_MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_DELIMITERS = ",;\t|"

TableForm = Literal["csv", "xlsx"]
TABLE_FORMS: tuple[TableForm, ...] = get_args(TableForm)
TABLE_TYPES: Mapping[TableForm, str] = {"csv": MIMETYPES["csv"], "xlsx": XLSX}
Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table as it was sent: its heading row and the rows below it, each as wide."""

    headings: tuple[str, ...]
    rows: tuple[Row, ...]


def read_sheet(content: bytes) -> Sheet:
    """The table in a file, which is CSV or a workbook (XLSX) by its bytes; of a workbook the first sheet.

    Raises RequestError with a sentence on what cannot be used, and where.
    """
    if not content.strip():
        raise RequestError("The file is empty: send a CSV file or a workbook (XLSX) with a heading row.")
    # One more than may be, to tell a file that has too many; blank rows do not count.
    rows = list(islice(_workbook(content) if content.startswith(_ZIP) else _csv(content), MOST_ROWS + 2))
    if not rows:
        raise RequestError("The file has no heading row: name its columns in the first row.")
    (_, first), body = rows[0], rows[1:]
    headings = tuple(_plain(cell).strip() for cell in first)
    if not any(headings):
        raise RequestError("The heading row is empty: name the columns in the first row.")
    if len(headings) > MOST_COLUMNS:
        raise RequestError(f"The table has {len(headings):,} columns: send {MOST_COLUMNS} at most.")
    if not body:
        raise RequestError("There is no row below the heading row.")
    if len(body) > MOST_ROWS:
        raise RequestError(f"The table has more than {MOST_ROWS:,} rows: split it and send one part after the other.")
    for number, row in body:
        if len(row) != len(headings):
            raise RequestError(
                f"Row {number} has {len(row)} cells and the heading row {len(headings)}: give each row as many, with"
                " texts that hold a comma or a line end in quotation marks."
            )
    return Sheet(headings, tuple(row for _, row in body))


def text_column(sheet: Sheet, named: str) -> int:
    """Which column holds the texts: the one that is named, or the only one of texts. Raises RequestError."""
    known = ", ".join(dict.fromkeys(filter(None, sheet.headings)))
    if wanted := named.strip().casefold():
        found = [at for at, heading in enumerate(sheet.headings) if heading.casefold() == wanted]
        if len(found) == 1:
            return found[0]
        what = "There is no column" if not found else "There is more than one column"
        raise RequestError(f"{what} {named.strip()[:100]!r}; the columns are: {known}.")
    found = [at for at in range(len(sheet.headings)) if _of_texts([row[at] for row in sheet.rows])]
    if len(found) == 1:
        return found[0]
    what = "No column looks like texts" if not found else "More than one column looks like texts"
    raise RequestError(f"{what}: name the one to tag; the columns are: {known}.")


def tag_sheet(seen: Snapshot, sheet: Sheet, column: int) -> Sheet:
    """The same rows, in their order, with the themes of the text in a column behind. Raises ModelError."""
    texts = [_plain(row[column]) for row in sheet.rows]
    for number, text in enumerate(texts, start=1):
        if len(text) > LONGEST:
            raise RequestError(f"Text {number} has {len(text):,} characters: a text has {LONGEST:,} at most.")
    tagger = Tagger(theme_model(seen), seen.encoder, seen.corrected)
    added: list[Row] = []
    for first in range(0, len(texts), _BATCH):
        tagged = tagger.tag([Text(text) for text in texts[first : first + _BATCH]], evidence=False)
        added += [_added(one) for one in tagged]
    rows = tuple((*row, *more) for row, more in zip(sheet.rows, added, strict=True))
    return Sheet((*sheet.headings, *_fresh(sheet.headings)), rows)


def written(sheet: Sheet, form: TableForm) -> bytes:
    """A table as a file that a spreadsheet opens without running any of it."""
    return _as_workbook(sheet) if form == "xlsx" else _as_csv(sheet)


def _added(tagged: TaggedText) -> Row:
    own = [theme for theme in tagged.themes if theme.assigned]
    return (
        tagged.decision,
        ", ".join(theme.label for theme in own),
        ", ".join(theme.theme for theme in own),
        ", ".join(f"{theme.probability:.2f}" for theme in own),
    )


def _fresh(headings: Sequence[str]) -> Iterator[str]:
    """Names of the columns that are added, none of which was there."""
    for name in ADDED:
        number, fresh = 2, name
        while fresh in headings:
            number, fresh = number + 1, f"{name} {number}"
        yield fresh


def _of_texts(cells: Sequence[Any]) -> bool:
    filled = [_plain(cell) for cell in cells if _plain(cell).strip()]
    return bool(filled) and 2 * sum(len(text.split()) >= _WORDS for text in filled) >= len(filled)


def _plain(cell: Any) -> str:
    """A cell as a text; a workbook has whole numbers as 7.0."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell)


def _csv(content: bytes) -> Iterator[tuple[int, Row]]:
    text = _decoded(content)
    if "\0" in text:
        raise RequestError("The file is no text: save the table as CSV (UTF-8) or as a workbook (XLSX).")
    first = text.split("\n", 1)[0]
    delimiter = max(_DELIMITERS, key=lambda sign: (first.count(sign), -_DELIMITERS.index(sign)))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = 0
    try:
        for number, row in enumerate(reader, start=1):
            if row and (len(row) > 1 or row[0].strip()):
                yield number, tuple(row)
    except csv.Error as error:
        raise RequestError(
            f"Row {number + 1} cannot be read as CSV ({error}): see that each quotation mark is closed, and that one"
            " within a text is doubled."
        ) from None


def _decoded(content: bytes) -> str:
    """The text of a CSV file: UTF-8, UTF-16 with its mark, or as Windows saves it."""
    named = next((name for mark, name in _MARKS.items() if content.startswith(mark)), None)
    for name in (named,) if named else ("utf-8", "cp1252"):
        try:
            return content.decode(name)
        except UnicodeError:
            continue
    raise RequestError("The encoding of the file is not known: save it as CSV (UTF-8).")


def _workbook(content: bytes) -> Iterator[tuple[int, Row]]:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            if sum(part.file_size for part in parts.infolist()) > _UNPACKED:
                raise RequestError("The workbook is too large once it is unpacked: send its first sheet as CSV.")
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0)
        if sheet.width > MOST_COLUMNS:
            raise RequestError(f"The first sheet has {sheet.width:,} columns: send {MOST_COLUMNS} at most.")
        cells = iter(sheet.iter_rows())
    except (CalamineError, zipfile.BadZipFile, ValueError, IndexError) as error:
        raise RequestError(f"The workbook cannot be read ({error}): save it as XLSX again, or as CSV.") from None
    for number, row in enumerate(cells, start=1):
        if any(_plain(cell).strip() for cell in row):
            yield number, tuple(row)


def _as_csv(sheet: Sheet) -> bytes:
    line = io.StringIO()
    writer = csv.writer(line, lineterminator="\r\n")
    writer.writerow([_guarded(heading) for heading in sheet.headings])
    writer.writerows([[_guarded(_plain(cell)) for cell in row] for row in sheet.rows])
    # Without the mark a spreadsheet takes the file for another encoding.
    return codecs.BOM_UTF8 + line.getvalue().encode()


def _guarded(text: str) -> str:
    """A text that a spreadsheet would run as a formula, with an apostrophe before it; a number stays one."""
    try:
        float(text)
    except ValueError:
        return str(guarded(text))
    return text


def _as_workbook(sheet: Sheet) -> bytes:
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    page = book.create_sheet("Tagged")
    for row in (sheet.headings, *sheet.rows):
        page.append([text_cell(page, value) if isinstance(value, str) else value for value in row])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()
