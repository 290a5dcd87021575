"""Columns of days whose header does not say of what, by how their days stand to the rest of the row."""

from collections.abc import Iterator, Mapping, Sequence

from corpus.dates import last_day
from corpus.readers.export.days import due_of
from corpus.readers.export.table import cell_at
from corpus.standing import CLOSED
from corpus.statuses import status_of_word

Rows = Sequence[Sequence[str]]


def days_by_rows(rows: Rows, open_places: Sequence[int], taken: Mapping[str, int]) -> Iterator[tuple[int, str, str]]:
    """(place, what it holds, why) of columns of days among `open_places`; `taken` is what is known of the others.

    Days beside what is closed alone are those of closing; days after the target, in some rows only, those to which it
    was put off; one day for each report, before all others, that of its publication. Nothing else is guessed.
    """
    free = {role for role in ("closed", "revised", "published") if role not in taken}
    for place in open_places:
        days = {at: day for at, cells in enumerate(rows) if (day := due_of(cell_at(cells, place)))}
        tests = {"closed": _closes, "revised": _puts_off, "published": _publishes}
        role = next((role for role, test in tests.items() if role in free and days and test(rows, days, taken)), None)
        if role:
            free.remove(role)
            yield place, role, _WHY[role]


_WHY = {
    "closed": "its days stand beside what is closed, and nowhere else",
    "revised": "its days come after the targets, in some of the rows",
    "published": "it has one day for each report, before all others",
}


def _closes(rows: Rows, days: Mapping[int, str], taken: Mapping[str, int]) -> bool:
    if "status" not in taken:
        return False
    closed = {at for at, cells in enumerate(rows) if status_of_word(cell_at(cells, taken["status"])) in CLOSED}
    return days.keys() <= closed and len(closed) < len(rows)


def _puts_off(rows: Rows, days: Mapping[int, str], taken: Mapping[str, int]) -> bool:
    if "target" not in taken:
        return False
    targets = {at: due for at, cells in enumerate(rows) if (due := due_of(cell_at(cells, taken["target"])))}
    later = all(at in targets and last_day(targets[at]) < last_day(day) for at, day in days.items())
    return later and len(days) < len(targets)


def _publishes(rows: Rows, days: Mapping[int, str], taken: Mapping[str, int]) -> bool:
    others = [taken[role] for role in ("date", "target", "closed", "reviewed") if role in taken]
    if "report" not in taken or not others or len(days) < len(rows):
        return False
    reports = [(cell_at(cells, taken["report"]), day) for cells, day in zip(rows, days.values(), strict=True)]
    first = all(
        last_day(day) < last_day(due)
        for (_, day), cells in zip(reports, rows, strict=True)
        for place in others
        if (due := due_of(cell_at(cells, place)))
    )
    return first and len(set(reports)) == len({report for report, _ in reports}) < len(rows)
