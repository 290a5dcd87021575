"""Exports of the register as Excel workbooks: sheets, typed cells, merged cells, and workbooks that cannot be read."""

import datetime
import io
import zipfile
from collections.abc import Sequence

import openpyxl
import pytest
from rows import ASK, HEADER, LIMITS, ONE, documents, events, left, only, row, table

from corpus.model import CorpusError
from corpus.parsers.merge import merge
from corpus.readers.export.read_exports import read_csv, read_xlsx


def workbook(*sheets: tuple[str, Sequence[Sequence[object]]]) -> openpyxl.Workbook:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets:
        sheet = book.create_sheet(name)
        for cells in rows:
            sheet.append(list(cells))
    return book


def saved(book: openpyxl.Workbook) -> bytes:
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def test_a_workbook_reads_as_the_same_table_in_csv() -> None:
    published, day = datetime.date(2018, 3, 2), datetime.datetime(2018, 5, 4, 9, 30)
    typed: list[list[object]] = [
        ["Kent", 4471.0, "Lanterns", published, ASK, "All forces", day, *ONE[7:]],
        ["Kent", "4471", "", "", "", "", "5/5/2018", "", "Seen.\r\nAgain."],
    ]
    written = table(ONE, ["Kent", "4471", "", "", "", "", "5 May 2018", "", "Seen.\nAgain."])
    title = [["Tracker"], [], ["as of", datetime.date(2019, 1, 1)]]
    (text,) = read_xlsx(saved(workbook(("Sheet1", [*title, HEADER, *typed]))), LIMITS).texts
    (same,) = read_csv(written.replace(b"kent", b"Kent"), LIMITS).texts
    assert text.text == same.text
    shown = {"masthead": "Tracker\nas of | 1 January 2019\nSheet1", "heard": "2019-01-01"}
    assert text.metadata == same.metadata | shown


def test_every_sheet_that_is_a_tracker_is_read_and_the_others_told() -> None:
    book = workbook(
        ("Notes", [["About this workbook"]]),
        ("2018", [HEADER, ONE]),
        ("2019", [HEADER, row(date="9 May 2019", comment="Out."), row(comment="When?")]),
        ("Empty", []),
    )
    book.create_chartsheet("Chart")
    reading = read_xlsx(saved(book), LIMITS)
    assert left(reading).keys() == {"sheet “Notes”", "sheet “2019”, row 3", "sheet “Chart”"}
    assert len({text.name for text in reading.texts}) == 2
    merged, _ = merge(documents(reading))
    assert [date for date, _ in events(merged)] == ["2018-05-04", "2018-05-04", "2019-05-09"]


def test_what_a_workbook_hides_is_left_out_and_named() -> None:
    rows = [[*HEADER, "RAG"], [*ONE, ""], [*row(number="4472"), ""], [*row(number="4473"), ""]]
    book = workbook(("Live", rows), ("Old", rows), ("Lists", [["Open"], ["Closed"]]))
    book["Old"].sheet_state = "hidden"
    book["Lists"].sheet_state = "veryHidden"
    book["Live"].row_dimensions[3].hidden = True
    book["Live"].column_dimensions["I"].hidden = True
    reading = read_xlsx(saved(book), LIMITS)
    assert [d.key for d in documents(reading)] == ["kent/4471", "kent/4473"]
    assert events(documents(reading)[0]) == [("2018-05-04", "complete")]
    hidden = {where for where, why in left(reading).items() if "hidden in the workbook" in why}
    assert hidden == {"row 3", "column I", "sheet “Old”", "sheet “Lists”"}


@pytest.mark.parametrize("from_1904", [False, True])
def test_days_are_those_that_the_workbook_shows(from_1904: bool) -> None:
    bare = 42067 if from_1904 else 43529  # a number without a format: 5 March 2019
    typed = [row(date="x"), row(number="4472", date="x")]
    book = workbook(
        (
            "Tracker",
            [
                HEADER,
                *(
                    [*cells[:6], day, "complete", ""]
                    for cells, day in zip(typed, (datetime.date(2019, 3, 4), bare), strict=True)
                ),
            ],
        )
    )
    if from_1904:
        book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    days = [events(document)[0][0] for document in documents(read_xlsx(saved(book), LIMITS))]
    assert days == ["2019-03-04", "2019-03-05"]


def test_merged_cells_hold_in_each_of_their_rows_and_a_recommendation_in_its_number_only() -> None:
    book = workbook(
        (
            "Tracker",
            [
                HEADER,
                row(date="4 May 2018", comment="Lit."),
                ["", "", "", "", "", "", "5 May 2018", "", "Out."],
                ["Kent", "4472", "", "", "", "", "6 May 2018", "", "Whose?"],
            ],
        )
    )
    for cells in ("A2:A3", "B2:B3", "C2:C4", "E2:E4"):
        book["Tracker"].merge_cells(cells)
    reading = read_xlsx(saved(book), LIMITS)
    first, second = documents(reading)
    assert (len(first.events), len(second.events), second.title) == (2, 1, "Lanterns")
    assert (first.findings[0].text, second.findings) == (ASK, ())
    assert list(left(reading)) == ["row 4"]


def test_formulas_are_not_run_and_those_without_a_value_are_told() -> None:
    book = workbook(("Tracker", [HEADER, row(date="4 May 2018", comment='=HYPERLINK("http://lamps.example","x")')]))
    reading = read_xlsx(saved(book), LIMITS)
    assert "formulas without a stored value" in left(reading)["cells I2"]
    stored = with_part(saved(book), "sheet1", b"<v></v>", b"<v>Lit.</v>")
    stored = with_part(stored, "sheet1", b"<v />", b"<v>Lit.</v>")
    reading = read_xlsx(with_part(stored, "sheet1", b'<c r="I2"', b'<c r="I2" t="str"'), LIMITS)
    assert events(only(reading)) == [("2018-05-04", "Lit.")]
    assert not reading.left_out


def with_part(raw: bytes, name: str, old: bytes, new: bytes) -> bytes:
    """A workbook with something replaced in one of its parts."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as packed, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        for part in packed.namelist():
            made.writestr(part, packed.read(part).replace(old, new) if name in part else packed.read(part))
    return target.getvalue()


TRACKER = saved(workbook(("Tracker", [HEADER, ONE])))
END = b"</sheetData>"


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 3000, "password"),
        (b"PK\x03\x04" + b"\0" * 3000, "damaged"),
        (TRACKER[: len(TRACKER) // 2], "damaged"),
        (TRACKER.replace(b"xl/workbook.xml", b"xl/workbonk.xml"), "damaged"),
        (with_part(TRACKER, "sheet1", END, b'<row r="900000"><c r="XFD900000"><v>1</v></c></row>' + END), "900,000"),
        (saved(workbook(("Lists", [["Red"], ["Green"]]), ("Other", [["x"]]))), "“Red”.*“x”"),
    ],
    ids=["protected", "no zip", "cut", "no workbook", "far cell", "no header"],
)
def test_a_workbook_that_cannot_be_read_is_refused_in_plain_words(raw: bytes, told: str) -> None:
    with pytest.raises(CorpusError, match=told):
        read_xlsx(raw, LIMITS)


def padded(start: bytes, part: bytes, times: int, end: bytes) -> bytes:
    """The workbook with a sheet that holds the same again and again; it is never in memory as a whole."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(TRACKER)) as packed, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        for name in packed.namelist():
            before, found, after = packed.read(name).partition(END)
            with made.open(name, "w") as sheet:
                sheet.write(before)
                for piece in [start, *[part] * times, end] if found else []:
                    sheet.write(piece)
                sheet.write(found + after)
    return target.getvalue()


def test_a_workbook_that_unpacks_to_too_much_is_not_unpacked() -> None:
    with pytest.raises(CorpusError, match="at most 300 MB"):
        read_xlsx(padded(b"", b" " * 1_000_000, 301, b""), LIMITS)


def test_a_workbook_of_too_many_cells_is_refused() -> None:
    cells = b'<c r="A3"><v>1</v></c>' * 10_001
    with pytest.raises(CorpusError, match="more than 1,000,000 cells"):
        read_xlsx(padded(b'<row r="3">', cells, 100, b"</row>"), LIMITS)


def test_a_cell_far_away_without_a_value_is_no_cell() -> None:
    far = b'<row r="1048576"><c r="XFD1048576" s="0"/></row>'
    assert read_xlsx(with_part(TRACKER, "sheet1", END, far + END), LIMITS) == read_xlsx(TRACKER, LIMITS)
