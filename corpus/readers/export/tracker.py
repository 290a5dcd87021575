"""Tables of trackers to register records: the same text as a page of the register, and what else a row states.

Metadata of a record, besides those that any text may have: `status` (one of the register's five) and `status_word` (as
printed), `status_date`, `target` and `target_text` (as printed), `target_revised`, `closed`, `finding_kind`,
`number_printed`, `heard` (the newest date on which the tracker says anything of it), `undated` (offset at which the
comments without a day start), `masthead` (what stands above the table and in the sheet's name), `sheet`. Dates are ISO
and no more exact than printed.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from corpus.dates import last_day
from corpus.model import CorpusError, Heading
from corpus.readers.export.columns import Column, Header, best_header, why_not
from corpus.readers.export.days import due_of, in_words, period_of, periods_in
from corpus.readers.export.explain import explained, unread
from corpus.readers.export.holds import says_nothing
from corpus.readers.export.mapping import NOTHING_MAPPED, Mapped
from corpus.readers.export.names import READ
from corpus.readers.export.prose import paragraphs, under_heading, without_headers
from corpus.readers.export.records import (
    Left,
    Record,
    carried_down,
    kind_named,
    number_of,
    plain_number,
    records,
    short,
    tell_differences,
)
from corpus.readers.export.rows import Above, Row, above, sort_rows
from corpus.readers.export.table import Table, filled, shown
from corpus.readers.export.updates import Entry, in_order, split
from corpus.readers.export.whose import force_in, force_of_addressees, report_of_sheet
from corpus.readers.reading import Explained, LeftOut, Reading, Text
from corpus.standing import CLOSED
from corpus.statuses import key_of, status_of_word

UNDATED = "Comments without a date"
"""The heading under which a record's undated comments stand, from the offset in its metadata `undated` on."""
_LABEL = re.compile(r"^recommendation\s+(\d{1,3}[a-z]?)$", re.I | re.M)
_HEADINGS = {"area_for_improvement": "Area for improvement", "cause_of_concern": "Cause of concern"}
_ROWS = {
    "total": "is a total and was left out.",
    "key": "explains the words of the table and was read as that.",
    "note": "is a note below or inside the table and was left out.",
    "part": "has neither a number nor a recommendation, so it belongs to none; write them in every row.",
}


@dataclass(frozen=True, slots=True)
class _Context:
    """What holds for all records of a table."""

    table: Table
    header: Header
    above: Above
    key: Mapping[str, str]
    force: str
    report: str
    newest_first: bool
    left: Left


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
    rows = list(_completed(found.entries, force, report))
    grouped = records(rows, left)
    context = _Context(table, header, top, key, force, report, _newest_first(grouped, table), left)
    texts = [text for record in grouped if (text := _text(record, context)).text]
    _tell_words(words, found.entries, context)
    said = explained(table, header, found, words, key, mapped, _notes(context))
    return texts, [*unread(table, header, mapped), *left.all()], said


def _words(rows: Sequence[Row]) -> list[str]:
    """The status words that the entries print, each once, in order; longer texts aside."""
    cells = (text for row in rows for text in row.statuses.values())
    return list(dict.fromkeys(cell for cell in cells if cell and len(cell) <= 60))


def _force_above(table: Table, top: Above) -> str:
    named = {force for line in (*top.lines, table.sheet) if (force := force_in(line))}
    return named.pop() if len(named) == 1 else ""


def _completed(rows: Sequence[Row], force: str, report: str) -> Iterator[Row]:
    """The rows with number, force and report as the table, its sections and the row above state them."""
    before: Mapping[str, str] = {}
    for row in rows:
        cells = carried_down({**row.cells, "number": number_of(row.cells["number"])}, before)
        before = cells
        section_force = force_in(row.section)
        kind = kind_named(row.section)
        if not before["force"]:
            cells = {**cells, "force": section_force or force}
        if not before["report"]:
            cells = {**cells, "report": report if section_force or kind else row.section or report}
        if kind and not cells["kind"]:
            cells = {**cells, "kind": row.section}
        yield replace(row, cells=cells)


def _newest_first(found: Sequence[Record], table: Table) -> bool:
    days = [[day for row in record.rows if (day := due_of(row.cells["date"], table.shift))] for record in found]
    falling = sum(1 for dates in days if dates and dates[0] > dates[-1])
    return falling > sum(1 for dates in days if dates and dates[0] < dates[-1])


def _notes(context: _Context) -> list[str]:
    notes = ["the rows stand newest first, and were put in order by date"] if context.newest_first else []
    if context.force:
        notes.append(f"force of the table: “{short(context.force)}”")
    if context.above.as_at:
        notes.append(f"the table shows the position of {context.above.as_at}")
    dated = [column for column in context.header.columns if column.role in ("date", "closed") or column.date]
    if not dated and context.header.all("comment"):
        notes.append("no column says on what day the updates were written, so they are kept without a date")
    return notes


def _tell_words(words: Sequence[str], rows: Sequence[Row], context: _Context) -> None:
    """Report each status word that is not known, at the first row that has it."""
    for word in words:
        if says_nothing(word) or status_of_word(word, context.key):
            continue
        row = next(row.number for row in rows if word in row.statuses.values())
        why = f"has the status “{short(word)}”, which is not known: it is shown as printed and counts as none; "
        context.left.add(row, f"{why}say under [status_words] in a mapping file beside the tracker what it means.")


def _text(record: Record, context: _Context) -> Text:
    """The record as a page of the register has it; the text is empty where there is nothing to show."""
    tell_differences(record, ("report", "published", "recommendation", "addressee"), context.left)
    report = " ".join(record.first("report").split())
    kind = _kind(record, context)
    recommendation = _recommendation(record, kind, context.left)
    entries = [entry for row in record.rows for entry in _entries(row, context)]
    dated = list(in_order(entries, context.newest_first))
    undated = [entry for entry in entries if not entry.date and entry.text]
    head = [paragraphs(report), recommendation] if recommendation else []
    text = without_headers("\n\n".join(filter(None, [*head, "".join(map(_event, dated))])) + "\n").lstrip("\n")
    stated = {
        "force": record.first("force"),
        "number": record.number,
        "title": _title(record, report, kind, recommendation),
        "date": _published(record, context),
        "addressee": record.first("addressee"),
        "kind": "register_record",
        "finding_kind": kind or "",
        "number_printed": record.printed,
        "masthead": "\n".join(filter(None, [*context.above.lines[:10], context.table.sheet])),
        "sheet": context.table.name,
        **_status(record, entries, dated, context),
        **_days(record, context),
        "heard": _heard(record, dated, context),
        "undated": str(len(text)) if undated and text.strip() else "",
    }
    if undated:
        text += "\n".join(["", UNDATED, *(f"\n{paragraphs(entry.text)}" for entry in undated), ""])
    headings = (Heading(0, 1),) if report and recommendation else ()
    metadata = {name: value for name, value in stated.items() if value}
    return Text(text if text.strip() else "", headings, metadata=metadata, name=_name(record))


def _kind(record: Record, context: _Context) -> str | None:
    """Kind of the finding: by its column, its number, the label of its text, or the header above the text."""
    header = context.header.cells[context.header.places["recommendation"]]
    named = kind_named(header)
    return (
        kind_named(record.first("kind"))
        or kind_named(record.printed, at="number")
        or kind_named(record.first("recommendation"), at="start")
        or (named if named != "recommendation" else None)
    )


def _title(record: Record, report: str, kind: str | None, recommendation: str) -> str:
    label = _LABEL.search(recommendation)
    own = record.printed if not record.number else ""
    number = (label[1] if label else plain_number(own) or own) if report else ""
    if report and number:
        return f"{report}: {_HEADINGS.get(kind or '', 'recommendation').lower()} {number}"
    return report or (own if " " in own else "")


def _name(record: Record) -> str:
    number = record.number or record.printed
    report = record.first("report") if not record.number else ""
    recommendation = record.first("recommendation") if not number else ""
    words = [word for text in (report, recommendation) for word in text.split()[:8]]
    return " ".join(filter(None, [*record.first("force").split(), number, *words]))[:120]


def _named_apart(texts: Sequence[Text]) -> Iterator[Text]:
    seen: dict[str, int] = {}
    for text in texts:
        seen[text.name] = count = seen.get(text.name, 0) + 1
        yield text if count == 1 else replace(text, name=f"{text.name} ({count})")


def _published(record: Record, context: _Context) -> str:
    """Publication date as ISO 8601, as exact as it is printed; "" for none or one that is no date."""
    row = record.firsts.get("published")
    printed = row.cells["published"] if row else context.above.stated.get("published", "")
    date = due_of(printed, context.table.shift) or period_of(printed)
    if row and not date and not says_nothing(printed):
        why = f"has the publication date “{short(printed)}”, which is no date; write it as 4 May 2018."
        context.left.add(row.number, why)
    return date or ""


def _recommendation(record: Record, kind: str | None, left: Left) -> str:
    """The recommendation under its heading; "" where there is none."""
    text = record.first("recommendation")
    if not text:
        why = f"has number {record.printed}, for which no row has the recommendation; write it in one."
        left.add(record.rows[0].number, why)
        return ""
    number = plain_number(record.printed) if not record.number and kind in (None, "recommendation") else ""
    return under_heading(text, _HEADINGS.get(kind or "", f"Recommendation {number}".strip()))


def _entries(row: Row, context: _Context) -> Iterator[Entry]:
    """The statuses and comments of a row, each with the day that its row, its column or the cell itself gives."""
    day = _row_day(row, context)
    comments = context.header.all("comment")
    for column in context.header.all("status"):
        word = row.statuses[column.place]
        if word and not says_nothing(word):
            status = status_of_word(word, context.key)
            own = due_of(row.cells["closed"], context.table.shift) if status in CLOSED and not column.period else None
            yield Entry(column.date or own or (None if column.period else day), "", word, status, row.number)
    for column in comments:
        if not says_nothing(said := row.comments[column.place]):
            for date, text in split(said, column.date or (None if column.period else day)):
                yield Entry(date, _captioned(text, column, date, len(comments) > 1), row=row.number)


def _captioned(text: str, column: Column, date: str | None, several: bool) -> str:
    """A comment under the header of its column, where that tells it from others or says when it was written."""
    wanted = date is None if column.period else several
    return f"{' '.join(column.header.split())}: {text}" if wanted else text


def _row_day(row: Row, context: _Context) -> str | None:
    """The day or month of a row, as far as it names one; what cannot be read is told."""
    said = any(not says_nothing(text) for text in (*row.statuses.values(), *row.comments.values()))
    printed = row.cells["date"]
    if "date" not in context.header.places:
        return None
    day = due_of(printed, context.table.shift)
    if day and (
        len(day) == 4 or (re.match(r"(?i)q|.*[/–-]\s?\d\d$", printed) and len(day) == 7 and "q" in printed.lower())
    ):
        day = None  # a year or a quarter: on none of its days the row was written
    if not said and printed and not says_nothing(printed):
        why = "has a date but neither status nor comment, so there was nothing to read on that day."
        context.left.add(row.number, why)
    elif said and not day:
        context.left.add(row.number, _undated(row))
    return day


def _undated(row: Row) -> str:
    said = {"a status": row.statuses, "a comment": row.comments}
    what = " and ".join(name for name, cells in said.items() if not all(map(says_nothing, cells.values())))
    printed = row.cells["date"]
    if not printed:
        return f"has {what} but no date, and was read without one; write the day, and import the file again."
    why = "which names no day of the calendar (days are read as day, month, year), and was read without one"
    return f"has {what} with the date “{short(printed)}”, {why}; write it as 4 May 2018."


def _event(entry: Entry) -> str:
    date = in_words(entry.date or "")
    if entry.text:
        return f"[on]{date} [comment]\n\n{paragraphs(entry.text)}\n\n[/comment][/on]"
    return f"[on]{date} [status]{entry.status}[/status][/on]" if entry.status else ""


def _status(record: Record, entries: Sequence[Entry], dated: Sequence[Entry], context: _Context) -> dict[str, str]:
    """How the record stands: by its one row, else by the newest dated status, else by the last without a date."""
    words = [entry for entry in entries if entry.word]
    plain_place = next((column for column in context.header.all("status") if not column.period), None)
    current = [entry for entry in words if plain_place and entry.word == record.rows[0].statuses[plain_place.place]]
    newest = [entry for entry in dated if entry.word]
    ordered = words[::-1] if context.newest_first else words
    last = current[:1] if len(record.rows) == 1 and current else newest[-1:] or ordered[-1:]
    if not last:
        return {}
    entry = last[0]
    return {"status": entry.status or "", "status_word": entry.word, "status_date": entry.date or ""}


def _days(record: Record, context: _Context) -> dict[str, str]:
    """Target, revised target and day of closing, each as exact as printed, with the target as it is written."""
    printed, revised = record.last("target"), record.last("revised")
    shift = context.table.shift
    dates = [due_of(printed, shift)] if due_of(printed, shift) else periods_in(printed)
    later = due_of(revised, shift) or next(reversed(periods_in(revised)), None)
    return {
        "target": (dates[0] if dates else None) or "",
        "target_text": "" if says_nothing(printed) else " ".join(printed.split()),
        "target_revised": later or (dates[-1] if len(dates) > 1 else None) or "",
        "closed": due_of(record.last("closed"), shift) or "",
    }


def _heard(record: Record, dated: Sequence[Entry], context: _Context) -> str:
    """The newest date on which the tracker says anything of the record; "" where it has no date at all."""
    shift = context.table.shift
    cells = [row.cells[name] for row in record.rows for name in ("date", "reviewed", "closed")]
    found = [due_of(cell, shift) for cell in cells]
    dates = [date for date in (*found, *(entry.date for entry in dated), context.above.as_at) if date]
    return max(dates, key=last_day, default="")
