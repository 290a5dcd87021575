"""Rows of a tracker, one per status or comment, to register records: the same text as a page of the register."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from corpus.model import STATUSES, CorpusError, Heading
from corpus.parsers.layout import content_lines, is_heading_like, marker_of, running_headers
from corpus.parsers.record import labelled, quoted
from corpus.readers.export.columns import COLUMNS, WANTED, Header, Table, find_header, header_found, unread
from corpus.readers.export.days import day_of, in_words, period_of
from corpus.readers.reading import LeftOut, Reading, Text
from corpus.text import normalise

_OWN_NUMBER = re.compile(r"\d{1,2}[a-z]?", re.I)  # "Recommendation 3" of its report; the register counts in thousands
_LABEL = re.compile(r"^recommendation\s+(\d{1,3}[a-z]?)$", re.I | re.M)
_STATUS = re.compile(r"[a-z][a-z0-9-]{1,40}")
_WORD = re.compile(r"[^\W_]")
_SHORT = 45  # characters: lines up to this length are never taken for those of a wrapped paragraph
_SOFT = "\u00ad"  # a soft hyphen: keeps a line from being taken for page furniture, and is not shown


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table: its number as a spreadsheet shows it, and its cells by column, "" where there is none."""

    number: int
    cells: Mapping[str, str]


@dataclass(slots=True)
class _Record:
    """The rows of one recommendation to one force, in file order, and the first row that has each column."""

    register_number: str = ""
    own_number: str = ""
    rows: list[Row] = field(default_factory=list)
    firsts: dict[str, Row] = field(default_factory=dict)

    def add(self, row: Row) -> None:
        """Append a row."""
        self.rows.append(row)
        for column, value in row.cells.items():
            if value:
                self.firsts.setdefault(column, row)

    def first(self, column: str) -> str:
        """What the first row that has anything in `column` has there, "" for none."""
        row = self.firsts.get(column)
        return row.cells[column] if row else ""


class _Left:
    """Gathers what is left out of one table, to be told in the order of its rows."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._found: list[tuple[int, LeftOut]] = []

    def add(self, row: Row, reason: str) -> None:
        """Something of `row` was left out."""
        self._found.append((row.number, LeftOut(self._table.where(f"row {row.number}"), reason)))

    def all(self) -> list[LeftOut]:
        """Everything, by row."""
        return [left for _, left in sorted(self._found, key=lambda found: found[0])]


def read_tables(tables: Sequence[Table]) -> Reading:
    """The records of all tables that have the columns for it, one text each; the others are left out by name.

    Raises CorpusError where none has.
    """
    headers = [find_header(table) for table in tables]
    if not any(headers):
        found = "; ".join(header_found(table) for table in tables) or "nothing"
        raise CorpusError(f"has no header with {WANTED}; found: {found}. Columns that are read: {', '.join(COLUMNS)}.")
    texts: list[Text] = []
    left_out: list[LeftOut] = []
    for table, header in zip(tables, headers, strict=True):
        if header:
            more, left = _read_table(table, header)
            texts += more
            left_out += left
        elif table.rows:
            found = header_found(replace(table, name=""))
            why = f"has no header with {WANTED}, so it was left out; found: {found}."
            left_out.append(LeftOut(f"sheet “{table.name}”", why))
    return Reading(tuple(_named_apart(texts)), tuple(left_out))


def _read_table(table: Table, header: Header) -> tuple[list[Text], list[LeftOut]]:
    left = _Left(table)
    records = _records(_rows(table, header, left), left)
    texts = [text for record in records if (text := _text(record, left)).text]
    return texts, [*unread(table, header), *_newest_first(table, records), *left.all()]


def _rows(table: Table, header: Header, left: _Left) -> Iterator[Row]:
    """The rows below the header; a repeated header and empty rows aside. Force and report carry down in a number."""
    titles = [cell.strip() for cell in header.cells]
    before: Mapping[str, str] = {}
    for number, cells in table.rows[header.at + 1 :]:
        if [cell.strip() for cell in cells[: len(titles)]] == titles or not any(cell.strip() for cell in cells):
            continue
        found = {name: _cell(cells, header.places.get(name)) for name in COLUMNS}
        found["number"] = _number(found["number"])
        if found["number"] and before.get("number") == found["number"]:
            found |= {name: found[name] or before[name] for name in ("force", "report")}
        before = found
        row = Row(number, found)
        if found["number"] or found["recommendation"]:
            yield row
        elif any(found.values()):
            left.add(row, "has neither a number nor a recommendation, so it belongs to none; write them in every row.")


def _cell(cells: Sequence[str], place: int | None) -> str:
    text = cells[place].strip() if place is not None and place < len(cells) else ""
    return text if _WORD.search(text) or not all(map(_is_rule, text.splitlines())) else ""


def _number(printed: str) -> str:
    """A number as the register prints it: without "#", the marks that keep it a text, and a decimal part of 0."""
    plain = re.sub(r"""^=?["'#\s]+|["']$""", "", " ".join(printed.split()))
    return re.sub(r"(?<=\d)\.0+$", "", plain)


def _records(rows: Iterable[Row], left: _Left) -> list[_Record]:
    """Rows of one force and number belong together; without a number, those of one force and recommendation."""
    records: dict[tuple[str, ...], _Record] = {}
    for row in rows:
        number, force = row.cells["number"], _compared(row.cells["force"])
        own = _OWN_NUMBER.fullmatch(number) is not None
        asked = (force, "", _compared(row.cells["recommendation"]))
        key = (force, number, _compared(row.cells["report"]) if own else "") if number else asked
        if key in records and _is_another(records[key].first("recommendation"), row.cells["recommendation"]):
            first = records[key].rows[0].number
            why = f"gives number {number} to another recommendation than row {first} does, so its number was left out; "
            left.add(row, f"{why}give each recommendation its own.")
            key, number, own = asked, "", False
        records.setdefault(key, _Record("" if own else number, number if own else "")).add(row)
    return list(records.values())


def _is_another(one: str, other: str) -> bool:
    """Whether two texts are two recommendations: more than a changed word, a cut end or "as above" sets them apart."""
    if one == other:
        return False
    words, others = (set(normalise(text).split()) for text in (one, other))
    fewer = min(len(words), len(others))
    return fewer >= 5 and len(words & others) < 0.7 * fewer


def _text(record: _Record, left: _Left) -> Text:
    """The record as a page of the register has it; the text is empty where there is nothing to show."""
    for column in ("report", "published", "recommendation", "addressee"):
        _tell_differences(record, column, left)
    report = " ".join(record.first("report").split())
    recommendation = _recommendation(record, left)
    head = [_paragraphs(report), recommendation] if recommendation else []
    text = "\n\n".join(filter(None, [*head, "".join(_events(record.rows, left))]))
    label = _LABEL.search(recommendation)
    metadata = {
        "force": record.first("force"),
        "number": record.register_number,
        "title": f"{report}: recommendation {label[1]}" if report and label else report,
        "date": _published(record, left),
        "addressee": record.first("addressee"),
        "kind": "register_record",
    }
    stated = {name: value for name, value in metadata.items() if value}
    headings = (Heading(0, 1),) if report and recommendation else ()
    return Text(_without_headers(f"{text}\n") if text else "", headings, metadata=stated, name=_name(record))


def _name(record: _Record) -> str:
    number = record.register_number or record.own_number
    report = record.first("report") if not record.register_number else ""
    recommendation = record.first("recommendation") if not number else ""
    words = [word for text in (report, recommendation) for word in text.split()[:8]]
    return " ".join(filter(None, [*record.first("force").split(), number, *words]))[:120]


def _named_apart(texts: Sequence[Text]) -> Iterator[Text]:
    seen: dict[str, int] = {}
    for text in texts:
        seen[text.name] = count = seen.get(text.name, 0) + 1
        yield text if count == 1 else replace(text, name=f"{text.name} ({count})")


def _tell_differences(record: _Record, column: str, left: _Left) -> None:
    """Report each wording of `column` that is not the first one, which is kept."""
    kept = record.firsts.get(column)
    known = {_compared(record.first(column))}
    for row in record.rows:
        plain = _compared(row.cells[column])
        if kept and plain not in known and plain:
            known.add(plain)
            why = f"gives another {column} than row {kept.number} (“{_short(row.cells[column])}”), which was left out; "
            left.add(row, f"{why}correct it, or give the recommendation a number of its own.")


@lru_cache(10_000)
def _compared(cell: str) -> str:
    """The form in which two cells say the same; rows of a record repeat their cells."""
    return day_of(cell) or normalise(cell)


def _published(record: _Record, left: _Left) -> str:
    """Publication date as ISO 8601, as exact as it is printed; "" for none or one that is no date."""
    row = record.firsts.get("published")
    if row is None:
        return ""
    date = period_of(row.cells["published"])
    if not date:
        printed = _short(row.cells["published"])
        left.add(row, f"has the publication date “{printed}”, which is no date; write it as 4 May 2018.")
    return date or ""


def _recommendation(record: _Record, left: _Left) -> str:
    """The recommendation under its heading, unless the cell itself brings one; "" where there is none."""
    text = record.first("recommendation")
    if not text:
        why = f"has number {record.rows[0].cells['number']}, for which no row has the recommendation; write it in one."
        left.add(record.rows[0], why)
        return ""
    body = _paragraphs(text, headings=False)
    lines = [_unmarked(line) for line in body.splitlines() if line.strip()]
    label = next((at for at, line in enumerate(lines[:-1]) if labelled(line)), None)
    if label is not None and not any(re.search(r"\bshould\b", line) for line in lines[:label]):
        return body
    heading = f"Recommendation {record.own_number}".strip()
    return f"{heading}\n{'' if is_heading_like(lines[0]) else chr(10)}{body}"


def _unmarked(line: str) -> str:
    return " ".join(line[marker_of(line)[1] :].replace(_SOFT, "").split())


def _paragraphs(cell: str, *, headings: bool = True) -> str:
    """A cell's lines as paragraphs; list items, rows of a table and the short lines under a caption stay together.

    Nothing in it reads as mark-up or page furniture. Without `headings`, no blank line stands before a short line,
    so that the register's parser takes none for a heading.
    """
    parts: list[str] = []
    before = ""
    for line in (line.rstrip() for line in cell.splitlines()):
        if _is_rule(line):
            before = "" if before in ("caption", "listed") else before
            continue
        kind = _kind(line, before)
        together = kind == "listed" or kind == before != "text"
        near = together or (not headings and is_heading_like(_unmarked(line)))
        parts += ["\n" if near else "\n\n", _kept(line)]
        before = kind
    return quoted("".join(parts[1:]))


def _kind(line: str, before: str) -> str:
    """What a line of a cell is, given what the one before it is: item, row, caption of a list, listed, text."""
    if marker_of(line)[0]:
        return "item"
    if "\t" in line.strip():
        return "row"
    short = len(line) <= _SHORT and is_heading_like(_unmarked(line))
    if short and before in ("caption", "listed"):
        return "listed"
    return "caption" if short and line.endswith(":") else "text"


def _kept(line: str) -> str:
    """`line` with its indent in spaces; one that would be dropped as page furniture ("17", an address) is not."""
    body = line.lstrip()
    return f"{line[: len(line) - len(body)].expandtabs(3)}{_SOFT if _is_furniture(body) else ''}{body}"


def _is_rule(line: str) -> bool:
    """Whether a line is blank, or of dashes and the like alone."""
    return not _WORD.search(line) and _is_furniture(line)


def _is_furniture(line: str) -> bool:
    """Whether the register's parser would drop a line, as it does blank ones."""
    return not content_lines(line, frozenset())


def _without_headers(text: str) -> str:
    """`text` with no line that would be taken for a running header because a line at its top says the same."""
    while headers := running_headers(text):
        for start in sorted(headers, reverse=True):
            end = text.index("\n", start)
            text = f"{text[:end]}{_SOFT}{text[end:]}"
    return text


def _events(rows: Sequence[Row], left: _Left) -> Iterator[str]:
    for row in rows:
        status, comment = _status(row, left), row.cells["comment"]
        day = day_of(row.cells["date"])
        if not row.cells["status"] and not comment:
            if row.cells["date"]:
                left.add(row, "has a date but neither status nor comment, so there was nothing to read on that day.")
        elif not day:
            left.add(row, _undated(row))
        else:
            date = in_words(day)
            yield f"[on]{date} [status]{status}[/status][/on]" if status else ""
            yield f"[on]{date} [comment]\n\n{_paragraphs(comment)}\n\n[/comment][/on]" if comment else ""


def _undated(row: Row) -> str:
    what = " and ".join(filter(None, [row.cells["status"] and "a status", row.cells["comment"] and "a comment"]))
    printed = row.cells["date"]
    if not printed:
        return f"has {what} but no date; write the day, and import the file again."
    why = "which names no day of the calendar (days are read as day, month, year)"
    return f"has {what} with the date “{_short(printed)}”, {why}; write it as 4 May 2018."


def _status(row: Row, left: _Left) -> str:
    """The status as the register writes it ("being-progressed"); "" for none, or one that cannot be written so."""
    printed = row.cells["status"]
    status = re.sub(r"[\s_‐‑–—-]+", "-", printed.strip().rstrip(".").lower())
    longer = any(status.startswith(f"{known}-") for known in STATUSES)  # read as the known one and a comment
    if not printed or (_STATUS.fullmatch(status) and not longer):
        return status
    left.add(row, f"has the status “{_short(printed)}”, which is left out; write one of {', '.join(STATUSES)}.")
    return ""


def _newest_first(table: Table, records: Sequence[_Record]) -> list[LeftOut]:
    """A warning where most records have their newest row first: the status of the last row counts as the latest."""
    days = [[day for row in record.rows if (day := day_of(row.cells["date"]))] for record in records]
    falling = sum(1 for dates in days if dates and dates[0] > dates[-1])
    rising = sum(1 for dates in days if dates and dates[0] < dates[-1])
    if falling <= rising:
        return []
    why = "is newest first, and the status of a record's last row counts as its latest; sort them oldest first."
    return [LeftOut(table.where("the order of the rows"), why)]


def _short(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= 60 else f"{plain[:60]} …"
