"""A record of a tracker as a page of the register has it: the recommendation, then its dated statuses and comments.

Metadata of a record, besides those that any text may have: `status` (one of the register's five) and `status_word` (as
printed), `status_date`, `target` and `target_text` (as printed), `target_revised`, `closed`, `finding_kind`,
`number_printed`, `owner`, `heard` (the newest date on which the tracker says anything of it), `undated` (offset at
which the comments without a day start), `masthead` (what stands above the table and in the sheet's name), `sheet`.
Dates are ISO and no more exact than printed.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from corpus.dates import last_day
from corpus.model import Heading
from corpus.owners import owner_of
from corpus.readers.export.cell_text import paragraphs, under_heading, without_headers
from corpus.readers.export.columns import Column, Header
from corpus.readers.export.days import due_of, in_words, period_of, periods_in
from corpus.readers.export.records import Left, Record, kind_named, plain_number, short, tell_differences
from corpus.readers.export.row_roles import Above, Row
from corpus.readers.export.table import Table
from corpus.readers.export.updates import Entry, in_order, split
from corpus.readers.reading import Text
from corpus.standing import CLOSED
from corpus.statuses import status_of_word
from corpus.text import says_nothing

UNDATED = "Comments without a date"
"""The heading under which a record's undated comments stand, from the offset in its metadata `undated` on."""
_LABEL = re.compile(r"^recommendation\s+(\d{1,3}[a-z]?)$", re.I | re.M)
_HEADINGS = {"area_for_improvement": "Area for improvement", "cause_of_concern": "Cause of concern"}


@dataclass(frozen=True, slots=True)
class Context:
    """What holds for all records of a table."""

    table: Table
    header: Header
    above: Above
    key: Mapping[str, str]
    force: str
    report: str
    newest_first: bool
    left: Left


def text_of(record: Record, context: Context) -> Text:
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
        "owner": owner_of(record.last("owner")),
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


def _kind(record: Record, context: Context) -> str | None:
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


def _published(record: Record, context: Context) -> str:
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


def _entries(row: Row, context: Context) -> Iterator[Entry]:
    """The statuses and comments of a row, each with the day that its row, its column or the cell itself gives."""
    day = _row_day(row, context)
    comments = context.header.all("comment")
    for column in context.header.all("status"):
        word = row.statuses.get(column.place, "")
        if word and not says_nothing(word):
            status = status_of_word(word, context.key)
            own = due_of(row.cells["closed"], context.table.shift) if status in CLOSED and not column.period else None
            yield Entry(column.date or own or (None if column.period else day), "", word, status, row.number)
    for column in comments:
        if not says_nothing(said := row.comments.get(column.place, "")):
            for date, text in split(said, column.date or (None if column.period else day)):
                yield Entry(date, _captioned(text, column, date, len(comments) > 1), row=row.number)


def _captioned(text: str, column: Column, date: str | None, several: bool) -> str:
    """A comment under the header of its column, where that tells it from others or says when it was written."""
    wanted = date is None if column.period else several
    return f"{' '.join(column.header.split())}: {text}" if wanted else text


def _row_day(row: Row, context: Context) -> str | None:
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


def _status(record: Record, entries: Sequence[Entry], dated: Sequence[Entry], context: Context) -> dict[str, str]:
    """How the record stands: by its one row, else by the newest dated status, else by the last without a date."""
    words = [entry for entry in entries if entry.word]
    here = record.rows[0].statuses
    plain_place = next((c for c in context.header.all("status") if not c.period and c.place in here), None)
    current = [entry for entry in words if plain_place and entry.word == here[plain_place.place]]
    newest = [entry for entry in dated if entry.word]
    ordered = words[::-1] if context.newest_first else words
    last = current[:1] if len(record.rows) == 1 and current else newest[-1:] or ordered[-1:]
    if not last:
        return {}
    entry = last[0]
    return {"status": entry.status or "", "status_word": entry.word, "status_date": entry.date or ""}


def _days(record: Record, context: Context) -> dict[str, str]:
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


def _heard(record: Record, dated: Sequence[Entry], context: Context) -> str:
    """The newest date on which the tracker says anything of the record; "" where it has no date at all."""
    shift = context.table.shift
    cells = [row.cells[name] for row in record.rows for name in ("date", "reviewed", "closed")]
    found = [due_of(cell, shift) for cell in cells]
    dates = [date for date in (*found, *(entry.date for entry in dated), context.above.as_at) if date]
    return max(dates, key=last_day, default="")
