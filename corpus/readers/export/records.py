"""Rows of one recommendation to one force brought together, with its number and kind."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from corpus.model import FindingKind
from corpus.readers.export.days import day_of
from corpus.readers.export.row_roles import Row
from corpus.readers.export.table import Table
from corpus.readers.reading import LeftOut
from corpus.text import normalise

_KINDS: tuple[tuple[FindingKind, str], ...] = (
    ("area_for_improvement", r"a\.?f\.?i\.?s?|areas? for improvement"),
    ("cause_of_concern", r"cocs?|(?:accelerated )?causes? of concern"),
    ("recommendation", r"recs?|recommendations?"),
)
_OWN = re.compile(r"(?:[a-z]{1,5}[ .-]?)?\d{1,2}(?:\.\d{1,2}){0,3}[a-z]?|0\d{1,3}|.*\s\d{1,2}(?:\.\d{1,2}){1,3}", re.I)
_LABELLED = re.compile(rf"(?:.*\W)?(?:{'|'.join(names for _, names in _KINDS)})[ .:#-]{{0,3}}\d+(?:\.\d+)*[a-z]?", re.I)
_LABEL = re.compile(
    rf"\W*((?:{'|'.join(names for _, names in _KINDS)})[ .#]{{0,3}}\d{{1,3}}(?:\.\d+)*[a-z]?)\s?[:–-]\s", re.I
)
_PLAIN = re.compile(r"(?:.*[a-z][ .:#-]{1,3})?(\d{1,3}[a-z]?)", re.I)


@dataclass(slots=True)
class Record:
    """The rows of one recommendation to one force, in file order, and the first row that has each thing.

    `number` is that of the register, "" for one of the report's own; `printed` is the number as it stands in the table.
    """

    number: str = ""
    printed: str = ""
    rows: list[Row] = field(default_factory=list)
    firsts: dict[str, Row] = field(default_factory=dict)

    def add(self, row: Row) -> None:
        """Append a row."""
        self.rows.append(row)
        for name, value in row.cells.items():
            if value:
                self.firsts.setdefault(name, row)

    def first(self, name: str) -> str:
        """What the first row that has anything there holds, "" for none."""
        row = self.firsts.get(name)
        return row.cells[name] if row else ""

    def last(self, name: str) -> str:
        """What the last row that has anything there holds, "" for none."""
        return next((row.cells[name] for row in reversed(self.rows) if row.cells[name]), "")


class Left:
    """Gathers what is left out of one table, to be told in the order of its rows."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._found: list[tuple[int, LeftOut]] = []

    def add(self, number: int, reason: str) -> None:
        """Something of the row of this number was left out."""
        self._found.append((number, LeftOut(self._table.where(f"row {number}"), reason)))

    def all(self) -> list[LeftOut]:
        """Everything, by row."""
        return [left for _, left in sorted(self._found, key=lambda found: found[0])]


def number_of(printed: str) -> str:
    """A number as the register prints it: without "#", the marks that keep it a text, and a decimal part of 0."""
    plain = re.sub(r"""^=?["'#\s]+|["']$""", "", " ".join(printed.split()))
    return re.sub(r"(?<=\d)\.0+$", "", plain)


def is_own(number: str) -> bool:
    """Whether a number is the report's own ("3", "1.2", "AFI 4"), which other reports have too."""
    return bool(_OWN.fullmatch(number) or _LABELLED.fullmatch(number))


def plain_number(printed: str) -> str:
    """The digits of a report's own number ("Rec 3": "3"); "" for one of several parts."""
    match = _PLAIN.fullmatch(printed)
    return match[1] if match else ""


def labelled_number(text: str) -> str:
    """The number of a label at the start of a recommendation ("AFI 3: …"), as printed; "" for none."""
    match = _LABEL.match(text)
    return " ".join(match[1].split()) if match else ""


def kind_named(text: str, *, at: str = "whole") -> FindingKind | None:
    """The kind of finding that a cell, a number or the start of a text (`at="start"`) names; None for none."""
    for kind, names in _KINDS:
        if at == "whole" and re.fullmatch(rf"\W*(?:{names})\W*", text, re.I):
            return kind
        if at == "number" and re.search(rf"(?:^|\W)(?:{names})[ .:#-]{{0,3}}\d", text, re.I):
            return kind
        if at == "start" and re.match(rf"\W*(?:{names})\b(?:[ .#-]{{0,3}}\d[\d.]*[a-z]?)?\s?[:–-]", text, re.I):
            return kind
    return None


def records(rows: Iterable[Row], left: Left) -> list[Record]:
    """Rows of one force and number belong together; without a number, those of one force and recommendation.

    A report's own number is told apart by the report.
    """
    found: dict[tuple[str, ...], Record] = {}
    for row in rows:
        number, force = row.cells["number"], _compared(row.cells["force"])
        own, report = is_own(number), _compared(row.cells["report"])
        asked = (force, "", "", _compared(row.cells["recommendation"]))
        key: tuple[str, ...] = (force, number, report if own else "") if number else asked
        if key in found and is_another(found[key].first("recommendation"), row.cells["recommendation"]):
            first = found[key].rows[0].number
            why = f"gives number {number} to another recommendation than row {first} does, so its number was left out; "
            left.add(row.number, f"{why}give each recommendation its own.")
            key, number, own = asked, "", False
        found.setdefault(key, Record("" if own else number, number)).add(row)
    return list(found.values())


def is_another(one: str, other: str) -> bool:
    """Whether two texts are two recommendations: more than a changed word, a cut end or "as above" sets them apart."""
    if one == other:
        return False
    words, others = (set(normalise(text).split()) for text in (one, other))
    fewer = min(len(words), len(others))
    return fewer >= 5 and len(words & others) < 0.7 * fewer


@lru_cache(10_000)
def _compared(cell: str) -> str:
    """The form in which two cells say the same; rows of a record repeat their cells."""
    return day_of(cell) or normalise(cell)


def tell_differences(record: Record, names: Sequence[str], left: Left) -> None:
    """Report each wording in a column that is not the first one, which is kept."""
    for name in names:
        kept = record.firsts.get(name)
        known = {_compared(record.first(name))}
        for row in record.rows:
            plain = _compared(row.cells[name])
            if kept and plain not in known and plain:
                known.add(plain)
                why = f"gives another {name} than row {kept.number} (“{short(row.cells[name])}”), which was left out; "
                left.add(row.number, f"{why}correct it, or give the recommendation a number of its own.")


def carried_down(cells: Mapping[str, str], before: Mapping[str, str]) -> dict[str, str]:
    """`cells` with force and report of the row before where that has the same number."""
    if not cells["number"] or before.get("number") != cells["number"]:
        return dict(cells)
    return {**cells, **{name: cells[name] or before[name] for name in ("force", "report")}}


def short(text: str) -> str:
    """A cell as it is quoted: one line, its end cut off."""
    plain = " ".join(text.split())
    return plain if len(plain) <= 60 else f"{plain[:60]} …"
