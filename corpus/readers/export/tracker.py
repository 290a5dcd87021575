"""Tables of trackers to register records: which tables are trackers, and what holds for all rows of one."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from corpus.model import CorpusError
from corpus.readers.export.columns import Header, best_header, why_not
from corpus.readers.export.days import due_of
from corpus.readers.export.explain import explained, unread
from corpus.readers.export.holds import force_in
from corpus.readers.export.mapping import NOTHING_MAPPED, Mapped
from corpus.readers.export.names import READ
from corpus.readers.export.record_page import Context, text_of
from corpus.readers.export.records import (
    Left,
    Record,
    carried_down,
    kind_named,
    labelled_number,
    number_of,
    records,
    short,
)
from corpus.readers.export.row_roles import Above, Row, above, sort_rows
from corpus.readers.export.table import Table, filled, shown
from corpus.readers.export.tracker_force import force_of_addressees, report_of_sheet
from corpus.readers.reading import Explained, LeftOut, Reading, Text
from corpus.statuses import key_of, status_of_word
from corpus.text import says_nothing

_ROWS = {
    "total": "is a total and was left out.",
    "key": "explains the words of the table and was read as that.",
    "note": "is a note below or inside the table and was left out.",
    "part": "has neither a number nor a recommendation, so it belongs to none; write them in every row.",
}


def read_tables(tables: Sequence[Table], mapped: Mapped = NOTHING_MAPPED) -> Reading:
    """The records of all tables that are trackers, one text each; the others are left out by name.

    Raises CorpusError where none is, and where `mapped` names a column that none has.
    """
    headers = [best_header(table, mapped) for table in tables]
    _check(mapped, headers)
    read = [h if h and why_not(h, t) is None else None for h, t in zip(headers, tables, strict=True)]
    if not any(read):
        found = "; ".join(_refused(t, h) for t, h in zip(tables, headers, strict=True) if t.rows) or "nothing in it"
        raise CorpusError(f"is no tracker of recommendations: {found}. Columns that are read: {', '.join(READ)}.")
    notes = [line for table, header in zip(tables, read, strict=True) if not header for line in _lines(table)]
    several = sum(1 for header in read if header) > 1
    texts: list[Text] = []
    left_out: list[LeftOut] = []
    told: list[Explained] = []
    for table, header, best in zip(tables, read, headers, strict=True):
        if header:
            more, left, said = _read_table(table, header, mapped, notes, several)
            texts += more
            left_out += left
            told.append(said)
        elif table.rows:
            found = _refused(replace(table, name=""), best)
            left_out.append(LeftOut(f"sheet “{table.name}”", f"is no tracker and was left out: {found}."))
    return Reading(tuple(_named_apart(texts)), tuple(left_out), tuple(told))


def _check(mapped: Mapped, headers: Sequence[Header | None]) -> None:
    missing = mapped.unmatched([header.cells for header in headers if header])
    if missing:
        named = ", ".join(f"“{name}”" for name in missing)
        have = ", ".join(f"“{shown(cell)}”" for header in headers if header for cell in header.cells if cell.strip())
        raise CorpusError(
            f"has a mapping file beside it that names {named}, but its columns are {have or 'not found'}."
        )


def _refused(table: Table, header: Header | None) -> str:
    """Why a table is no tracker, with what stands where its header was looked for."""
    why = (why_not(header, table) if header else None) or "has no row that names columns"
    top = header.cells if header else next((cells for _, cells in table.rows if filled(cells)), [])
    cells = ", ".join(f"“{shown(cell)}”" for cell in filled(top)[:12])
    where = f"sheet “{table.name}”" if table.name else "it"
    return f"{where} {why}; found: {cells or 'nothing'}"


def _lines(table: Table) -> list[str]:
    return [" | ".join(filled(cells)) for _, cells in table.rows]


def _read_table(
    table: Table, header: Header, mapped: Mapped, notes: Sequence[str], several: bool
) -> tuple[list[Text], list[LeftOut], Explained]:
    left = Left(table)
    found, top = sort_rows(table, header), above(table, header.first)
    for number, shape, _ in found.others:
        if shape in _ROWS:
            left.add(number, _ROWS[shape])
    words = _words(found.entries)
    lines = [*notes, *top.lines, *found.texts("key", "note", "total")]
    key = {**key_of(lines, words), **mapped.words}
    force = top.stated.get("force") or force_of_addressees(found.entries) or _force_above(table, top)
    report = top.stated.get("report") or (report_of_sheet(table.name) if several else "")
    rows = list(_completed(found.entries, header, force, report))
    grouped = records(rows, left)
    context = Context(table, header, top, key, force, report, _newest_first(grouped, table), left)
    texts = [text for record in grouped if (text := text_of(record, context)).text]
    _tell_words(words, found.entries, context)
    said = explained(table, header, found, words, key, mapped, _notes(context, texts))
    return texts, [*unread(table, header, mapped), *left.all()], said


def _words(rows: Sequence[Row]) -> list[str]:
    """The status words that the entries print, each once, in order; longer texts aside."""
    cells = (text for row in rows for text in row.statuses.values())
    return list(dict.fromkeys(cell for cell in cells if cell and len(cell) <= 60))


def _force_above(table: Table, top: Above) -> str:
    named = {force for line in (*top.lines, table.sheet) if (force := force_in(line))}
    return named.pop() if len(named) == 1 else ""


def _completed(rows: Sequence[Row], header: Header, force: str, report: str) -> Iterator[Row]:
    """The rows with number, force and report as the table, its sections and the row above state them."""
    before: Mapping[str, str] = {}
    grouped = [name for name in ("report", "published") if _is_grouped([row.cells[name] for row in rows])]
    above: dict[str, str] = {}
    for row in rows:
        number = number_of(row.cells["number"]) or labelled_number(row.cells["recommendation"])
        above |= {name: row.cells[name] for name in grouped if row.cells[name]}
        cells = carried_down({**row.cells, **above, "number": number}, before)
        before = cells
        section_force, kind = force_in(row.section), kind_named(row.section)
        named = report if section_force or kind else row.section or report
        cells = {**cells, "force": cells["force"] or section_force or force, "report": cells["report"] or named}
        if kind and not cells["kind"]:
            cells = {**cells, "kind": row.section}
        yield from _for_each_force(replace(row, cells=cells), header)


def _is_grouped(values: Sequence[str]) -> bool:
    """Whether a column is filled in the first row of each group only: none of its values stands twice running."""
    repeated = any(one and one == other for one, other in pairwise(values))
    return bool(values) and bool(values[0]) and not repeated and not all(values)


def _for_each_force(row: Row, header: Header) -> Iterator[Row]:
    """A row of a table with columns for several forces as a row for each of which it says something."""
    forces = dict.fromkeys(column.force for column in header.columns if column.force)
    for force in forces:
        own = {column.place for column in header.columns if column.force in ("", force)}
        statuses = {place: text for place, text in row.statuses.items() if place in own}
        comments = {place: text for place, text in row.comments.items() if place in own}
        if any(c.place in own and c.force and (statuses | comments).get(c.place) for c in header.columns):
            yield replace(row, cells={**row.cells, "force": force}, statuses=statuses, comments=comments)
    if not forces:
        yield row


def _newest_first(found: Sequence[Record], table: Table) -> bool:
    days = [[day for row in record.rows if (day := due_of(row.cells["date"], table.shift))] for record in found]
    falling = sum(1 for dates in days if dates and dates[0] > dates[-1])
    return falling > sum(1 for dates in days if dates and dates[0] < dates[-1])


def _notes(context: Context, texts: Sequence[Text]) -> list[str]:
    notes = ["the rows stand newest first, and were put in order by date"] if context.newest_first else []
    if context.force:
        notes.append(f"force of the table: “{short(context.force)}”")
    if context.above.as_at:
        notes.append(f"the table shows the position of {context.above.as_at}")
    undated = sum(1 for text in texts if "undated" in text.metadata)
    if undated:
        notes.append(f"{undated} records have comments of which the table does not say when they were written")
    return notes


def _tell_words(words: Sequence[str], rows: Sequence[Row], context: Context) -> None:
    """Report each status word that is not known, at the first row that has it."""
    for word in words:
        if says_nothing(word) or status_of_word(word, context.key):
            continue
        row = next(row.number for row in rows if word in row.statuses.values())
        why = f"has the status “{short(word)}”, which is not known: it is shown as printed and counts as none; "
        context.left.add(row, f"{why}say under [status_words] in a mapping file beside the tracker what it means.")


def _named_apart(texts: Sequence[Text]) -> Iterator[Text]:
    seen: dict[str, int] = {}
    for text in texts:
        seen[text.name] = count = seen.get(text.name, 0) + 1
        yield text if count == 1 else replace(text, name=f"{text.name} ({count})")
