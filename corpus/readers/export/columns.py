"""Which column of a table holds what, by the names that trackers give to their columns."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from corpus.readers.reading import LeftOut

COLUMNS = ("force", "number", "report", "published", "recommendation", "addressee", "date", "status", "comment")
HEADER_WITHIN = 20  # rows: a header stands below a title and some notes at most
WANTED = "a column for the recommendation, and one for the force or the register number"


@dataclass(frozen=True, slots=True)
class Table:
    """A table as its file gives it: `rows` are (row number as a spreadsheet shows it, cells).

    `name` is the sheet's name where a file has several, else empty.
    """

    rows: Sequence[tuple[int, Sequence[str]]]
    name: str = ""

    def where(self, what: str) -> str:
        """Name of a part of this table for a person: "row 14", "sheet “2019”, row 14"."""
        return f"sheet “{self.name}”, {what}" if self.name else what


@dataclass(frozen=True, slots=True)
class Header:
    """The header of a table: index of its row in `rows`, its cells, and which cell heads which column."""

    at: int
    cells: Sequence[str]
    places: Mapping[str, int]


def find_header(table: Table) -> Header | None:
    """The first row near the top that names the columns that are needed (`WANTED`)."""
    for at, (_, cells) in enumerate(table.rows[:HEADER_WITHIN]):
        places = _places(cells)
        if "recommendation" in places and ("force" in places or "number" in places):
            return Header(at, cells, places)
    return None


def header_found(table: Table) -> str:
    """What stands where a header was looked for, to be told to a person: the row that is nearest to one."""
    rows = [cells for _, cells in table.rows[:HEADER_WITHIN] if any(cell.strip() for cell in cells)]
    sheet = f"in sheet “{table.name}” " if table.name else ""
    if not rows:
        return f"{sheet}nothing"
    nearest = max(rows, key=lambda cells: len(_places(cells)))
    return sheet + ", ".join(f"“{_shown(cell)}”" for cell in nearest[:12] if cell.strip())


def unread(table: Table, header: Header) -> list[LeftOut]:
    """The columns of `table` that are not read, and why."""
    left: list[LeftOut] = []
    width = max(len(cells) for _, cells in table.rows)
    for place in sorted(set(range(width)) - set(header.places.values())):
        name = _shown(header.cells[place]) if place < len(header.cells) else ""
        column = _known(name)
        if column:
            chosen = _shown(header.cells[header.places[column]])
            why = f"means the same as column “{chosen}”, which is read; it was left out. Put both into one column."
        elif name:
            why = f"is not one of the columns that are read ({', '.join(COLUMNS)}) and was left out."
        elif any(len(cells) > place and cells[place].strip() for _, cells in table.rows[header.at + 1 :]):
            name, why = _letters(place), "has no header and was left out; name it."
        else:
            continue
        left.append(LeftOut(table.where(f"column “{name}”"), why))
    return left


def _places(cells: Sequence[str]) -> dict[str, int]:
    """Column name -> place, of the header cells that are known; of two for one column the surer name's."""
    ranked: dict[str, tuple[int, int]] = {}
    for place, cell in enumerate(cells):
        if found := _aliases().get(_plain(cell)):
            column, rank = found
            ranked[column] = min(ranked.get(column, (rank, place)), (rank, place))
    return {column: place for column, (_, place) in ranked.items()}


def _known(name: str) -> str | None:
    found = _aliases().get(_plain(name))
    return found[0] if found else None


@cache
def _aliases() -> dict[str, tuple[str, int]]:
    """Plain form of a header -> the column it names, and how far down its list it stands."""
    listed = tomllib.loads(resources.files("corpus").joinpath("data/export_columns.toml").read_text("utf-8"))
    return {_plain(name): (column, rank) for column in COLUMNS for rank, name in enumerate(listed[column])}


def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", "", name[:100]).casefold()


def _shown(cell: str) -> str:
    return " ".join(cell.split())[:60]


def _letters(place: int) -> str:
    """The letters by which a spreadsheet calls the column at `place`, from 0: A, …, Z, AA."""
    before, last = divmod(place, 26)
    return (_letters(before - 1) if before else "") + chr(ord("A") + last)
