"""What a table was taken for, told to a person."""

from collections.abc import Iterator, Mapping, Sequence

from corpus.readers.export.columns import Header
from corpus.readers.export.mapping import Mapped
from corpus.readers.export.names import KNOWN, READ, named
from corpus.readers.export.row_roles import Sorted
from corpus.readers.export.table import Table, cell_at, letters, shown
from corpus.readers.reading import Explained, LeftOut
from corpus.statuses import plain, status_of_word

_SHAPES = {
    "header": "the header, printed again",
    "total": "a total",
    "key": "a key to the words of the table",
    "note": "a note",
    "section": "the name of what stands below it",
    "part": "a row without number and recommendation, left out",
}


def explained(
    table: Table,
    header: Header,
    found: Sorted,
    words: Sequence[str],
    key: Mapping[str, str],
    mapped: Mapped,
    notes: Sequence[str],
) -> Explained:
    """Columns, rows and status words of a table with what each was taken for and why."""
    title = [(f"row {number}", "a title") for number, cells in table.rows[: header.first] if any(cells)]
    top = [(f"row {number}", "the header") for number, _ in table.rows[header.first : header.at + 1]]
    others = [
        (f"row {number} (“{shown(text)}”)", _SHAPES[shape]) for number, shape, text in found.others if shape in _SHAPES
    ]
    return Explained(
        table.name,
        tuple(_columns(table, header, mapped)),
        (*title, *top, *others),
        tuple((shown(word), status_of_word(word, key) or "", _source(word, key, mapped)) for word in words),
        tuple(notes),
    )


def _source(word: str, key: Mapping[str, str], mapped: Mapped) -> str:
    if plain(word) in mapped.words:
        return "as the mapping file says"
    if plain(word) in key:
        return "as the table's own key says"
    return "by the list of status words" if status_of_word(word, key) else "in no list, and not explained in the table"


def _columns(table: Table, header: Header, mapped: Mapped) -> Iterator[tuple[str, str, str]]:
    chosen = {column.place: column for column in header.columns}
    for place, name, why in _unread(table, header, mapped):
        chosen.pop(place, None)
        yield name, "", why
    for column in header.columns:
        if column.place in chosen:
            yield shown(column.header) or letters(column.place), column.role, column.why


def unread(table: Table, header: Header, mapped: Mapped) -> list[LeftOut]:
    """The columns of `table` that are not read, and why."""
    return [LeftOut(table.where(f"column “{name}”"), why) for _, name, why in _unread(table, header, mapped)]


def _unread(table: Table, header: Header, mapped: Mapped) -> Iterator[tuple[int, str, str]]:
    read = {column.place: column for column in header.columns}
    width = max(len(cells) for _, cells in table.rows)
    for place in range(min(width, len(header.cells))):
        column, name = read.get(place), shown(header.cells[place])
        if column and column.role not in KNOWN:
            continue
        if name and mapped.ignores(header.cells[place]):
            yield place, name, "was left out, as the mapping file says."
        elif column:
            yield place, name or letters(place), f"holds what is not read ({_KNOWN_AS[column.role]}) and was left out."
        elif place in header.unclear:
            why = f"{header.unclear[place]}; it was left out. Say which in a mapping file beside the tracker."
            yield place, name or letters(place), why
        elif name:
            yield place, name, _why_not(name, header)
        elif any(cell_at(cells, place) for _, cells in table.rows[header.at + 1 :]):
            yield place, letters(place), "has no header and was left out; name it."
    if width > len(header.cells):
        yield width, f"{letters(len(header.cells))} and further", "are more columns than are looked at."


_KNOWN_AS = {"other": "what is known and has no place in a record"}


def _why_not(name: str, header: Header) -> str:
    """Why a column with a name is not read: its role is taken, its cells hold something else, or it is not known."""
    for role, how in sorted(named(name).items(), key=lambda item: -item[1].sure):
        taken = next((column for column in header.columns if column.role == role), None)
        if taken and role in READ and how.sure > 0.5:
            other = shown(taken.header) or letters(taken.place)
            return f"means the same as column “{other}”, which is read; it was left out. Put both into one column."
        if role in READ and how.sure > 0.5:
            return f"is named as {role} is, but its cells hold something else; it was left out."
    return f"is not one of the columns that are read ({', '.join(READ)}) and was left out."
