"""A table as its file gives it, and the words by which its parts are told to a person."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Table:
    """A table as its file gives it: `rows` are (row number as a spreadsheet shows it, cells).

    `name` is the sheet's name where a file has several, else empty; `sheet` is its name in any case. `shift` is the
    number of days by which day numbers of the workbook come too early (those that count from 1904).
    """

    rows: Sequence[tuple[int, Sequence[str]]]
    name: str = ""
    shift: int = 0
    sheet: str = ""

    def where(self, what: str) -> str:
        """Name of a part of this table for a person: "row 14", "sheet “2019”, row 14"."""
        return f"sheet “{self.name}”, {what}" if self.name else what


def filled(cells: Sequence[str]) -> list[str]:
    """What stands in the cells of a row that are not empty, in order; the same text beside itself (merged) once."""
    found: list[str] = []
    for cell in cells:
        text = cell.strip()
        if text and found[-1:] != [text]:
            found.append(text)
    return found


def cell_at(cells: Sequence[str], place: int) -> str:
    """The text in a row's cell at `place`, "" where the row is shorter."""
    return cells[place].strip() if place < len(cells) else ""


def column(table: Table, place: int, start: int, most: int) -> Iterator[str]:
    """What stands in a column from row index `start` on, of `most` rows at most; empty cells aside.

    Rows with one cell are set aside too: they are titles and notes, and no entries.
    """
    rows = (cells for _, cells in table.rows[start : start + most] if sum(map(bool, map(str.strip, cells))) > 1)
    return (text for cells in rows if (text := cell_at(cells, place)))


def shown(cell: str) -> str:
    """A cell as it is quoted to a person: one line, cut short."""
    return " ".join(cell.split())[:60]


def letters(place: int) -> str:
    """The letters by which a spreadsheet calls the column at `place`, from 0: A, …, Z, AA."""
    before, last = divmod(place, 26)
    return (letters(before - 1) if before else "") + chr(ord("A") + last)
