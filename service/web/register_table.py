"""What the pages of the register and of all forces show besides their rows: ways to sort, narrow and widen them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from urllib.parse import urlencode

from flask import url_for

from service.contract.labels import SHORT_LISTS
from service.contract.register_responses import ForceCounts, RegisterResponse, YearCount
from service.contract.register_titles import COLUMN_TITLES, DATES, FORCE_TITLES, ORDINARY, REGISTER_TITLES, order_words
from service.contract.requests import (
    FORCE_COLUMNS,
    LISTS,
    REGISTER_COLUMNS,
    REGISTER_FACETS,
    REGISTER_SORTS,
    RegisterView,
)
from service.contract.responses import FacetValue
from service.contract.values import OPEN, Values
from service.memory.snapshot import Snapshot

SHOWN_VALUES = 8  # of a facet, before the others are folded away
_ALWAYS = ("overdue", "stalled")  # lists with a link of their own even where they are empty
_LATEST_FIRST = DATES - {"deadline"} | {"days_open"}  # columns that are first sorted from the last
_BAR = 120  # width of the longest bar


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of a table, with the address of the same table sorted by it; `way` as aria-sort has it."""

    name: str
    title: str
    address: str
    way: str | None


@dataclass(frozen=True, slots=True)
class Facet:
    """A facet with its values: those that are shown, and the others, which are folded away."""

    name: str
    title: str
    shown: list[FacetValue]
    folded: list[FacetValue]


@dataclass(frozen=True, slots=True)
class Link:
    """A link that chooses or leaves something; `on` where it is chosen now."""

    title: str
    count: int
    address: str
    on: bool


def address(parameters: Values, **changes: Sequence[str]) -> str:
    """The register with some parameters changed, from its first page on."""
    kept = {name: values for name, values in {**parameters, **changes}.items() if values and name != "page"}
    asked = f"?{urlencode(kept, doseq=True)}" if kept else ""
    return url_for("register_pages.register_page") + asked


def shown_columns(asked: RegisterView) -> list[str]:
    """The columns of the table, in their order."""
    return [name for name in REGISTER_COLUMNS if name in (asked.columns or ORDINARY)]


def headings(asked: RegisterView, parameters: Values) -> list[Heading]:
    """The headings of the table."""
    return [
        Heading(name, COLUMN_TITLES[name], address(parameters, sort=[turned(name, asked.sort)]), _way(name, asked.sort))
        for name in shown_columns(asked)
    ]


def turned(name: str, sort: str) -> str:
    """The order that a click on a heading leads to: by that column, or where it is that already, the other way."""
    if sort.removeprefix("-") == name:
        return name if sort.startswith("-") else f"-{name}"
    return f"-{name}" if name in _LATEST_FIRST else name


def _way(name: str, sort: str) -> str | None:
    if sort.removeprefix("-") != name:
        return None
    return "descending" if sort.startswith("-") else "ascending"


def orders(asked: RegisterView) -> list[tuple[str, str, bool]]:
    """The orders to choose from: of the columns that are shown, and the one that is on."""
    names = {*shown_columns(asked), "published", asked.sort.removeprefix("-")}
    return [(o, order_words(o), o == asked.sort) for o in REGISTER_SORTS if o.removeprefix("-") in names]


def quick_links(asked: RegisterView, response: RegisterResponse, parameters: Values) -> list[Link]:
    """What is open, and the lists to look into: each one click away, with the total that it leads to."""
    counts = {(name, row.value): row.count for name in ("status", "list") for row in response.facets[name]}
    wanted = [("status", OPEN, "Open"), *(("list", value, SHORT_LISTS[value]) for value in ("overdue", *LISTS))]
    links = {}
    for facet, value, title in wanted:
        count = counts.get((facet, value), 0)
        on = asked.chosen(facet) == (value,)
        if count or on or value in (OPEN, *_ALWAYS):
            links[value] = Link(title, count, address(parameters, **{facet: [] if on else [value]}), on)
    return list(links.values())


def chips(seen: Snapshot, asked: RegisterView, parameters: Values) -> list[tuple[str, str]]:
    """Everything that narrows the register now: its words, and the address of the same without it."""
    found = []
    if asked.words:
        found.append((f"Words: {asked.text.strip()}", address(parameters, text=[])))
    for name in REGISTER_FACETS:
        for value in asked.chosen(name):
            rest = [other for other in asked.chosen(name) if other != value]
            words = f"{REGISTER_TITLES[name]}: {seen.value_label(name, value)}"
            found.append((words, address(parameters, **{name: rest})))
    if asked.as_of:
        found.append((f"As of {asked.as_of.isoformat()}", address(parameters, as_of=[])))
    return found


def facets(asked: RegisterView, response: RegisterResponse) -> list[Facet]:
    """The facets with their values, those that are chosen among the ones that are shown."""
    found = []
    for name, title in REGISTER_TITLES.items():
        rows = response.facets[name]
        first = {row.value for row in rows[:SHOWN_VALUES]} | set(asked.chosen(name))
        if len(rows) == SHOWN_VALUES + 1:  # a fold around one value saves nothing
            first = {row.value for row in rows}
        shown = [row for row in rows if row.value in first]
        if rows:
            found.append(Facet(name, title, shown, [row for row in rows if row.value not in first]))
    return found


def force_headings(sort: str) -> list[Heading]:
    """The headings of the table of all forces."""
    return [Heading(name, FORCE_TITLES[name], _forces_address(name, sort), _way(name, sort)) for name in FORCE_COLUMNS]


def _forces_address(name: str, sort: str) -> str:
    first = name if name == "name" else f"-{name}"  # numbers are first sorted from the highest
    other = {name: f"-{name}", f"-{name}": name}.get(sort, first)
    return url_for("register_pages.forces_page", sort=other)


def sorted_forces(rows: Iterable[ForceCounts], sort: str) -> list[ForceCounts]:
    """The forces of which there is anything, by a column; those that are equal in it by their names."""
    held = sorted((row for row in rows if row.documents), key=lambda row: (row.name.casefold(), row.slug))
    name = sort.removeprefix("-")
    if name == "name":
        return held[::-1] if sort.startswith("-") else held
    return sorted(held, key=lambda row: int(getattr(row, name)), reverse=sort.startswith("-"))


def bars(years: Sequence[YearCount]) -> list[tuple[YearCount, int]]:
    """The years with the width of a bar for each; years in a row without a finding are one."""
    most = max((row.findings for row in years), default=0) or 1
    runs = (list(own) for _, own in groupby(years, key=lambda row: row.findings == 0))
    merged = (row for own in runs for row in (own if own[0].findings else [_run(own)]))
    return [(row, round(_BAR * row.findings / most)) for row in merged]


def _run(years: Sequence[YearCount]) -> YearCount:
    if len(years) == 1:
        return years[0]
    return YearCount(year=f"{years[0].year} to {years[-1].year}", findings=0)
