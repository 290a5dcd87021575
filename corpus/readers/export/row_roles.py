"""What each row of a tracker is: an entry, or a title, a repeated header, a total, a key, a note, a section's name."""

import re
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Literal

from corpus.parsers.lines import content_lines
from corpus.readers.export.columns import Header
from corpus.readers.export.days import ANY_PERIOD, periods_in
from corpus.readers.export.holds import asks
from corpus.readers.export.names import READ, named
from corpus.readers.export.table import Table, cell_at, filled
from corpus.statuses import plain

Shape = Literal["entry", "header", "total", "key", "note", "section", "part"]

_WORD = re.compile(r"[^\W_]")
_TOTAL = re.compile(
    r"\W*(?:(?:grand |sub[- ]?)?totals?\b|position\b.*:|counts?\b|summary\b|(?:number|no\.?) of\b|"
    r"\d+ (?:items?|recommendations?|recs?|afis?|actions?|open|closed|complete|in total)\b)",
    re.I,
)
_KEY_WORD = re.compile(r"\W*(?:key|legend|rag key|status key)\b", re.I)
_KEY = re.compile(rf"{_KEY_WORD.pattern}|" r"[^=]{1,40}=[^=]|[^:]{1,30}: .*[;,] .{1,30}: ", re.I)
_FIGURE = 40  # characters that a total has at most where others have the recommendation
_SECTION = 120  # characters: longer lines are notes
_AS_AT = re.compile(
    r"\b(?:as (?:at|of)|position (?:at|on)|correct (?:at|on|as at)|exported(?: on)?|updated(?: on)?|last updated|"
    r"up to|printed(?: on)?|extracted(?: on)?|position)\b[: ]*",
    re.I,
)
_PUBLISHED = re.compile(rf"\bpublished:?(?: (?:on|in))? ({ANY_PERIOD})", re.I)
_LABEL = re.compile(r"([A-Za-z][A-Za-z /]{2,40}?)\s*:\s+(\S.*)", re.S)


@dataclass(frozen=True, slots=True)
class Row:
    """One entry of a table: its number as a spreadsheet shows it, and its cells by what they hold.

    `statuses` and `comments` are the cells of all columns that hold such, by place; `section` is the name of the part
    of the table that it stands in.
    """

    number: int
    cells: Mapping[str, str]
    statuses: Mapping[int, str]
    comments: Mapping[int, str]
    section: str = ""


@dataclass(slots=True)
class Sorted:
    """The rows of a table: its entries, and (number, shape, text) of what is none of them."""

    entries: list[Row] = field(default_factory=list)
    others: list[tuple[int, Shape, str]] = field(default_factory=list)

    def texts(self, *shapes: Shape) -> list[str]:
        """What stands in the rows of these shapes."""
        return [text for _, shape, text in self.others if shape in shapes]


def sort_rows(table: Table, header: Header) -> Sorted:
    """The rows below the header as what they are. Rows without a number and a recommendation are parts of none."""
    found = Sorted()
    section = ""
    words = {plain(word) for word in _status_words(table, header)}
    below = [(number, cells) for number, cells in table.rows[header.at + 1 :] if any(cell.strip() for cell in cells)]
    shapes = [shape_of(cells, header, words) for _, cells in below]
    for at, ((number, cells), shape) in enumerate(zip(below, shapes, strict=True)):
        if shape == "section" and not _leads(shapes[at + 1 :]):
            shape = "note"
        if shape == "section":
            section = filled(cells)[0]
        if shape == "entry":
            found.entries.append(_row(number, cells, header, section))
        else:
            found.others.append((number, shape, " | ".join(filled(cells))))
    return found


def _leads(after: Sequence[Shape]) -> bool:
    """Whether an entry follows, perhaps below a header that is printed again."""
    return next((shape for shape in after if shape != "header"), None) == "entry"


def _status_words(table: Table, header: Header) -> list[str]:
    """What the status columns print, each word once, in order; the header and longer texts aside."""
    columns = header.all("status")
    cells = (
        (cell_at(row, column.place), column.header) for _, row in table.rows[header.at + 1 :] for column in columns
    )
    return list(dict.fromkeys(cell for cell, name in cells if cell and len(cell) <= 60 and not _within(cell, name)))


def shape_of(cells: Sequence[str], header: Header, words: Set[str] = frozenset()) -> Shape:
    """What a row below a header is, by its own cells; `words` are the status words of the table in plain form."""
    texts = filled(cells)
    places = header.places
    asked = cell_at(cells, places["recommendation"])
    if _repeats(cells, header):
        return "header"
    if len(texts) == 1:
        return _single(texts[0], cells, header)
    if _TOTAL.match(texts[0]) and not asks(asked) and len(asked) <= _FIGURE:
        return "total"
    if not asks(asked) and _explains(cells, texts, header, words):
        return "key"
    return "entry" if asked or cell_at(cells, places.get("number", len(cells))) else "part"


def _explains(cells: Sequence[str], texts: Sequence[str], header: Header, words: Set[str]) -> bool:
    """Whether a row says what a word of the status column means, in other columns than that."""
    if _KEY_WORD.match(texts[0]):
        return True
    stated = any(cell_at(cells, column.place) == texts[0] for column in header.all("status"))
    return len(texts) <= 3 and plain(texts[0]) in words and not stated


def _single(text: str, cells: Sequence[str], header: Header) -> Shape:
    """What a row is in which one thing is written."""
    place = next(at for at, cell in enumerate(cells) if cell.strip())
    role = next((column.role for column in header.columns if column.place == place), "")
    if role == "recommendation" and asks(text):
        return "entry"
    if _TOTAL.match(text):
        return "total"
    if _KEY.match(text):
        return "key"
    if role == "number" and len(text) <= 20 and any(map(str.isdigit, text)):
        return "entry"
    if not _WORD.search(text) or (place and role in ("comment", "status", "date")):
        return "part"
    return "section" if len(text) <= _SECTION and not re.search(r"[.!?;]$|\n", text) else "note"


def _repeats(cells: Sequence[str], header: Header) -> bool:
    texts = [(place, cell.strip()) for place, cell in enumerate(cells) if cell.strip()]
    same = sum(1 for place, text in texts if place < len(header.cells) and _within(text, header.cells[place]))
    return len(texts) >= 2 and same >= 0.6 * len(texts)


def _within(text: str, name: str) -> bool:
    return text == name or (len(text) > 2 and name.endswith(f" {text}"))


def _row(number: int, cells: Sequence[str], header: Header, section: str) -> Row:
    places = header.places
    found = {role: said(cells, places.get(role)) for role in READ}
    statuses, comments = (
        {column.place: said(cells, column.place) for column in header.all(role)} for role in ("status", "comment")
    )
    return Row(number, found, statuses, comments, section)


def said(cells: Sequence[str], place: int | None) -> str:
    """What stands in a cell; "" for one with nothing but rules and the like."""
    text = cell_at(cells, place) if place is not None else ""
    return text if _WORD.search(text) or not all(map(is_rule, text.splitlines())) else ""


def is_rule(line: str) -> bool:
    """Whether a line is blank, or of dashes and the like alone."""
    return not _WORD.search(line) and not content_lines(line, frozenset())


@dataclass(frozen=True, slots=True)
class Above:
    """What stands above a table: its lines, what they state of all its rows, and the day that it shows."""

    lines: Sequence[str]
    stated: Mapping[str, str]
    as_at: str | None = None


def above(table: Table, first: int) -> Above:
    """The lines above row index `first`: titles, and labelled ones such as "Force: …" or "Report", "…" side by side."""
    lines: list[str] = []
    stated: dict[str, str] = {}
    for _, cells in table.rows[:first]:
        texts = filled(cells)
        lines.append(" | ".join(texts))
        for role, value in _stated(texts):
            stated.setdefault(role, value)
        if out := _PUBLISHED.search(lines[-1]):
            stated.setdefault("published", out[1])
    days = [date for line in lines if (date := as_at(line))]
    return Above([line for line in lines if line], stated, max(days, default=None))


def _stated(texts: Sequence[str]) -> Iterator[tuple[str, str]]:
    for text in texts:
        if match := _LABEL.fullmatch(text):
            yield from ((role, match[2]) for role in _named(match[1]))
    if len(texts) == 2:
        yield from ((role, texts[1]) for role in _named(texts[0]))


def _named(label: str) -> Iterator[str]:
    for role, name in named(label).items():
        if role in ("force", "report", "published", "addressee") and name.sure > 0.9:
            yield role


def as_at(line: str) -> str | None:
    """The day or month of which a title says that the table shows it ("as at 31/08/2020"); None for none."""
    match = next((m for m in _AS_AT.finditer(line)), None)
    dates = periods_in(line[match.end() : match.end() + 30]) if match else []
    return dates[0] if dates else None
