"""Which column of a table holds what, by its header and by what its cells hold."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from corpus.readers.export.calendar import days_by_rows
from corpus.readers.export.days import due_of
from corpus.readers.export.holds import Held, asks, fit_of, force_in, held_by, is_numbered
from corpus.readers.export.mapping import NOTHING_MAPPED, Mapped
from corpus.readers.export.names import KNOWN, READ, date_of_header, is_period, named, period_in, plain
from corpus.readers.export.table import Table, cell_at, column, filled, letters, shown
from corpus.standing import CLOSED
from corpus.statuses import status_of_word

HEADER_WITHIN = 30  # rows: a header stands below a title and some notes at most
_WIDEST = 200  # columns in which anything is looked for
_NAMED = 60  # columns by whose names a header is recognised
_SAMPLE = 200  # rows by which a column is judged
_TAKEN = 0.6  # what a name and the cells have to come to together
_CLOSE = 0.05  # two columns this near to one another are not told apart
_OWN_NAME, _ASKS = 0.9, 0.3  # a header that is a known name; the share of cells that ask, where it is none
_HELD_NAME = 0.55  # a name that stands in the header, as against one that could mean several things
_AIMED = re.compile(r"\w (?:by|for|until|before|on or before)$", re.I)
_SHORT = 40  # characters: longer cells are no header
_WHOLE = 0.85  # the same, of a header over two rows
_EXACT = 0.98  # a header that is a known name, letter for letter
_MOST = 0.6  # of a column's cells
_SURE = 0.75  # a name that a header has as it is, or nearly
_BY_CELLS = ("recommendation", "status", "number", "kind", "force")  # what cells can show without a header
_BESIDE = ("number", "kind", "force", "status", "comment", "date", "target", "revised", "closed", "owner")
_EACH = ("status", "comment")  # what a table may have a column of for each period, or for each force
_OUTRIGHT = ("force", "number", "report", "published", "recommendation", "addressee", "date", "status", "comment")
_SAYS = {
    "recommendation": "texts that ask for something",
    "status": "status words",
    "number": "numbers of findings",
    "kind": "kinds of finding",
    "force": "names of forces",
    "addressee": "names of forces",
    "comment": "long texts",
}


@dataclass(frozen=True, slots=True)
class Column:
    """A column that is read: where it stands, its header, what it holds and why that is thought.

    `period` and `date` are what its header names, `force` the force that it is about, in a table with a column for each
    of several.
    """

    place: int
    header: str
    role: str
    why: str
    period: str = ""
    date: str | None = None
    force: str = ""


@dataclass(frozen=True)
class Header:
    """The header of a table: index of its last row in `rows`, its cells (two rows joined), and the columns under it.

    `first` is the index of its first row, `unclear` what two columns could equally be -> the reason that neither is.
    """

    at: int
    first: int
    cells: Sequence[str]
    columns: Sequence[Column]
    unclear: Mapping[int, str]

    @cached_property
    def places(self) -> Mapping[str, int]:
        """What is held once -> the place of its column; of statuses and comments the one for all times and forces."""
        # What stands last in the dict counts: columns for all, the leftmost of them.
        ordered = sorted(self.columns, key=lambda column: (not (column.period or column.force), -column.place))
        return {column.role: column.place for column in ordered}

    @cached_property
    def _by_role(self) -> Mapping[str, Sequence[Column]]:
        roles = {column.role for column in self.columns}
        return {role: [column for column in self.columns if column.role == role] for role in roles}

    def all(self, role: str) -> Sequence[Column]:
        """The columns that hold a role, from left to right."""
        return self._by_role.get(role, ())


@dataclass(frozen=True, slots=True)
class _Candidate:
    score: float
    sure: float
    place: int
    role: str
    why: str


def find_header(table: Table, mapped: Mapped = NOTHING_MAPPED) -> Header | None:
    """The header of a tracker; None for a table that is none (see `why_not`)."""
    header = best_header(table, mapped)
    return header if header and why_not(header, table) is None else None


def best_header(table: Table, mapped: Mapped = NOTHING_MAPPED) -> Header | None:
    """The row that names the most columns (the first of equals), with the one above or below it that belongs to it."""
    rows = table.rows[:HEADER_WITHIN]
    ranked = sorted((-known, at) for at, (_, cells) in enumerate(rows) if (known := _known(cells, mapped)) >= 1)
    if not ranked:
        ranked = [(0.0, at) for at, (_, cells) in enumerate(rows) if _like_header(cells)][:1]
    headers = [_header(table, at, mapped) for _, at in ranked[:3]]
    return next((h for h in headers if why_not(h, table) is None), headers[0] if headers else None)


def why_not(header: Header, table: Table) -> str | None:
    """Why a table with this header is no tracker, in words that go on from "it"; None where it is one."""
    places = header.places
    if "recommendation" not in places:
        unclear = next((why for why in header.unclear.values() if "recommendation" in why), None)
        return unclear or "has no column of recommendations (texts that ask for something)"
    if not any(role in places for role in _BESIDE):
        return "has recommendations, but nothing beside them: no number, status, update, owner, date or force"
    held = _held(table, places["recommendation"], header.at)
    if held.count and not {"force", "number"} & places.keys() and held.asks < 0.3 and held.long < 0.5:
        return f"has a column “{shown(header.cells[places['recommendation']])}” in which nothing is asked for"
    return None


def _held(table: Table, place: int, at: int) -> Held:
    return held_by(list(column(table, place, at + 1, _SAMPLE)))


def _known(cells: Sequence[str], mapped: Mapped) -> float:
    """How many things a row names as a header does; 0 for one with fewer than two cells."""
    texts = filled(cells[:_NAMED])
    if len(texts) < 2 or len(set(texts)) < 2:
        return 0
    surest: dict[str, float] = {}
    for text in (text for text in texts if len(text) <= 2 * _SHORT):
        for role, name in named(text).items():
            surest[role] = max(surest.get(role, 0), name.sure)
    by_file = sum(2 for text in texts if mapped.names(text))
    entered = sum(1 for text in texts if asks(text) or is_numbered(text))  # what an entry holds, and no header does
    return by_file + sum(sure for sure in surest.values() if sure >= 0.5) - 2 * entered


def _like_header(cells: Sequence[str]) -> bool:
    """Whether a row without a known name may be a header all the same: several short cells, all different."""
    texts = filled(cells[:_WIDEST])
    return len(texts) >= 3 and len(set(texts)) == len(texts) and all(len(text) <= _SHORT for text in texts)


def _header(table: Table, at: int, mapped: Mapped) -> Header:
    rows = table.rows
    cells, first, last = [cell.strip() for cell in rows[at][1][:_WIDEST]], at, at
    if at and _is_group(rows[at - 1][1], cells):
        first = at - 1
        cells = _under(_carried(rows[at - 1][1], len(cells)), cells)
    if at + 1 < len(rows) and _is_lower(rows[at + 1][1], cells, table, at):
        last = at + 1
        lower = [cell.strip() for cell in rows[last][1][:_WIDEST]]
        cells = _under(_carried(cells, max(len(cells), len(lower))), lower, joined=True)
    width = max((len(row) for _, row in rows[last : last + _SAMPLE]), default=0)
    cells += [""] * (min(width, _WIDEST) - len(cells))
    columns, unclear = _assigned(table, last, cells, mapped)
    return Header(last, first, cells, columns, unclear)


def _is_group(above: Sequence[str], cells: Sequence[str]) -> bool:
    """Whether a row holds titles over groups of columns: several short cells, and not a label with its value beside."""
    texts = filled(above[:_WIDEST])
    places = [place for place, cell in enumerate(above[:_WIDEST]) if cell.strip()]
    short = all(len(text) <= _SHORT for text in texts) and (len(places) != 2 or places[1] - places[0] > 1)
    return len(set(texts)) >= 2 and short and [cell.strip() for cell in above[: len(cells)]] != list(cells)


def _is_lower(below: Sequence[str], cells: Sequence[str], table: Table, at: int) -> bool:
    """Whether the row below a header goes on with it: periods or names alone, and under merged or blank cells."""
    texts = [(place, text) for place, cell in enumerate(below[:_WIDEST]) if (text := cell.strip())]
    if not texts or len(texts) > 0.8 * len(filled(cells)) + 3 or any(len(text) > _SHORT for _, text in texts):
        return False
    over = _carried(cells, len(below))
    named_cells = sum(1 for place, text in texts if is_period(text) or _surest(text) >= _SURE)
    blank = any(not cell_at(cells, place) for place, _ in texts)
    return named_cells == len(texts) and blank and all(over[place] for place, _ in texts)


def _roles(text: str) -> list[str]:
    """What a header names outright."""
    return [role for role, name in named(text).items() if name.sure >= _SURE]


def _surest(text: str) -> float:
    return max((name.sure for name in named(text).values()), default=0)


def _carried(cells: Sequence[str], width: int) -> list[str]:
    """Header cells, each carried over the blank ones to its right, as over merged cells."""
    found: list[str] = []
    for place in range(min(width, _WIDEST)):
        found.append(cell_at(cells, place) or (found[-1] if found else ""))
    return found


def _under(upper: Sequence[str], lower: Sequence[str], *, joined: bool = False) -> list[str]:
    """Names of two rows as one: the lower alone where it says what the column holds, both where it does not."""
    cells: list[str] = []
    for place, above in enumerate(upper):
        own = lower[place] if place < len(lower) else ""
        whole = f"{above} {own}".strip()
        dated = is_period(above) and not set(_roles(own)) - {"comment", "status"}
        periods = is_period(own) or dated  # "Q1 2019/20" over "Update": a column for each quarter
        # "Name" under "Report" is a report's; what merely holds a known word ("Board Out") says nothing.
        alone = own and not joined and (_surest(own) >= 0.5 or _surest(whole) < _WHOLE) and not periods
        cells.append(own if alone else whole)
    return [*cells, *lower[len(upper) :]]


def _assigned(
    table: Table, at: int, cells: Sequence[str], mapped: Mapped
) -> tuple[tuple[Column, ...], Mapping[int, str]]:
    """The columns taken for what they hold, the surest first; a column is one thing, and most things one column."""
    held = {place: _held(table, place, at) for place in range(len(cells))}
    chosen = {place: Column(place, cells[place], role, "as the mapping file says") for place, role in mapped.of(cells)}
    closed = {place for place, cell in enumerate(cells) if mapped.ignores(cell)}
    forced = {column.role for column in chosen.values()}
    unclear: dict[int, str] = {}
    forces = _forces_of(cells)
    # What a header says outright comes before what the cells make of a name that could mean several things.
    ranked = sorted(_candidates(cells, held, forces), key=lambda c: (c.sure < _HELD_NAME, -c.score, -c.sure, c.place))
    for index, one in enumerate(ranked):
        taken = {column.role for column in chosen.values() if not column.period and not column.force}
        period, force = period_in(cells[one.place]), forces.get(one.place, "")
        several = (
            one.role in (*KNOWN, "owner") or one.role == "comment" or (one.role == "status" and bool(period or force))
        )
        open_ = one.place not in chosen and one.place not in closed and one.place not in unclear
        if not open_ or one.role in forced or (one.role in taken and not several):
            continue
        rivals = [c for c in ranked[index + 1 :] if _rivals(one, c, chosen)] if not several else []
        if rivals:
            places = [one.place, *(rival.place for rival in rivals)]
            names = " and ".join(f"“{_name(cells, place)}”" for place in places)
            unclear |= dict.fromkeys(places, f"could be the {one.role} as well as another: {names}")
            continue
        date = date_of_header(cells[one.place]) if period else None
        force = force if one.role in _EACH else ""
        chosen[one.place] = Column(one.place, cells[one.place], one.role, one.why, period, date, force)
    for place, role in _outright(cells, chosen, closed | unclear.keys()):
        chosen[place] = Column(place, cells[place], role, "by its header alone: its cells do not show it")
    if extra := _further_comment(cells, held, chosen, closed | unclear.keys()):
        chosen[extra.place] = extra
    days = [p for p in held if p not in chosen and p not in closed and held[p].dates + held[p].serials >= _SURE]
    aimed = [p for p in days if "target" not in {c.role for c in chosen.values()} and _AIMED.search(cells[p].strip())]
    if len(aimed) == 1:
        chosen[aimed[0]] = Column(aimed[0], cells[aimed[0]], "target", "its header ends as that of a date to come does")
        days.remove(aimed[0])
        unclear.pop(aimed[0], None)
    rows = [row for _, row in table.rows[at + 1 : at + _SAMPLE] if sum(map(bool, map(str.strip, row))) > 2]
    known = {column.role: column.place for column in chosen.values()}
    for place, role, why in days_by_rows(rows, days, known):
        chosen[place] = Column(place, cells[place], role, why)
        unclear.pop(place, None)
    return tuple(_finished(chosen[place], table, at, chosen) for place in sorted(chosen)), unclear


def _finished(one: Column, table: Table, at: int, chosen: Mapping[int, Column]) -> Column:
    """A column of days whose name may mean the end aimed at or the end reached ("Completion date") as what it is.

    It holds targets where it has days beside what is still open.
    """
    status = next((column.place for column in chosen.values() if column.role == "status"), None)
    names, taken = named(one.header), {column.role for column in chosen.values()}
    if one.role not in ("closed", "target") or not {"closed", "target"} <= names.keys() or status is None:
        return one
    ends = (status_of_word(cell_at(cells, status)) in CLOSED for cells in _dated(table, one.place, at))
    role = "closed" if all(ends) else "target"
    return one if role == one.role or role in taken else replace(one, role=role, why="by its header and the statuses")


def _dated(table: Table, place: int, at: int) -> Iterator[Sequence[str]]:
    return (cells for _, cells in table.rows[at + 1 : at + _SAMPLE] if due_of(cell_at(cells, place)))


def _outright(cells: Sequence[str], chosen: Mapping[int, Column], shut: set[int]) -> list[tuple[int, str]]:
    """Columns whose header is the very name of something that no other column holds, whatever stands in their cells.

    Without recommendations a table is nothing, so a column of that name is taken for them even from another use.
    """
    taken = {column.role for column in chosen.values()}
    found: dict[str, tuple[float, int]] = {}
    for place, cell in enumerate(cells):
        for role, name in named(cell).items() if place not in shut else ():
            free = place not in chosen or role == "recommendation"
            if free and role in _OUTRIGHT and role not in taken and name.sure > 0.9:
                found[role] = max(found.get(role, (0.0, 0)), (name.sure, -place))
    return [(-place, role) for role, (_, place) in found.items()]


def _rivals(one: _Candidate, other: _Candidate, chosen: Mapping[int, Column]) -> bool:
    """Whether nothing tells two columns apart for the same role: neither is named outright, and both fit alike."""
    free = other.place != one.place and other.place not in chosen
    return other.role == one.role and free and max(one.sure, other.sure) < _SURE and one.score - other.score < _CLOSE


def _forces_of(cells: Sequence[str]) -> Mapping[int, str]:
    """The forces that headers name, by place, in a table that has columns for several."""
    found = {place: force for place, cell in enumerate(cells) if len(cell) <= _SHORT and (force := force_in(cell))}
    return found if len(set(found.values())) > 1 else {}


def _candidates(cells: Sequence[str], held: Mapping[int, Held], forces: Mapping[int, str]) -> Iterator[_Candidate]:
    worded = {p for p, cell in enumerate(cells) if "status" in named(cell) and held[p].statuses > _MOST}
    for place, cell in enumerate(cells):
        names = named(cell) if len(cell) <= 4 * _SHORT else {}
        bare = is_period(cell) or forces.get(place) == cell.strip()
        for role in (*READ, *KNOWN):
            name = names.get(role)
            sure = name.sure if name else 0.5 if bare and role in _EACH else 0
            if not sure and role not in _BY_CELLS:
                continue
            if role == "status" and held[place].colours > _MOST and worded - {place}:
                continue  # colours beside status words may say something else: how sure a date is
            if role == "recommendation" and sure < _OWN_NAME and held[place].asks < _ASKS:
                continue  # "Headline findings": texts of that name need not be what is asked for
            fit = fit_of(role, held[place])
            named_so = (
                role == "comment" and sure >= _EXACT and len(names) == 1
            )  # whatever a few cells of such a column hold
            if sure + fit >= _TAKEN or named_so:
                yield _Candidate(sure + fit, sure, place, role, _why(cell, role, sure, fit, name.name if name else ""))


def _why(header: str, role: str, sure: float, fit: float, name: str) -> str:
    """The reason for taking a column for what it is, in words."""
    spelt = plain(header) == plain(name)
    by_name = (
        "by its header" if spelt else f"its header reads as “{name}”" if name else "its header is a period or force"
    )
    by_cells = f"its cells hold {_SAYS.get(role, 'dates')}"
    if not sure:
        return by_cells
    return f"{by_name}, and {by_cells}" if fit > 0.1 else by_name


def _further_comment(
    cells: Sequence[str], held: Mapping[int, Held], chosen: Mapping[int, Column], shut: set[int]
) -> Column | None:
    """Where no header names an update: the fullest column of long texts right of the recommendation."""
    after = next((column.place for column in chosen.values() if column.role == "recommendation"), None)
    if after is None or any(column.role == "comment" for column in chosen.values()):
        return None
    long = [p for p in range(after + 1, len(cells)) if p not in chosen and p not in shut and held[p].long >= 0.5]
    if not long:
        return None
    place = max(long, key=lambda p: (held[p].count, -p))
    return Column(place, cells[place], "comment", "its cells hold long texts, right of the recommendation")


def _name(cells: Sequence[str], place: int) -> str:
    return shown(cells[place]) or letters(place)
