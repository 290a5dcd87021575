"""Corrections as CSV: to keep elsewhere, to look through in a spreadsheet, and to bring into another data folder."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from service.contract.exports import FORMULA, Form, json_rows, table
from service.contract.service_errors import StateError
from service.state.corrections import Correction, State, moment

_COLUMNS: Mapping[str, Callable[[Correction], object]] = {
    "at": lambda one: one.at,
    "who": lambda one: one.who,
    "passage_id": lambda one: one.passage,
    "document": lambda one: one.document,
    "text": lambda one: one.text,
    "section": lambda one: " › ".join(one.section),
    "before": lambda one: "|".join(f"{theme}:{origin}" for theme, origin in sorted(one.before.items())),
    "after": lambda one: "|".join(one.after),
    "why": lambda one: one.why,
    "model": lambda one: one.model,
    "undone_at": lambda one: one.undone_at,
    "undone_by": lambda one: one.undone_by,
}


_LONGEST_CELL = 10_000_000  # characters: a passage may be long


def corrections_table(corrections: Iterable[Correction], form: Form = "csv") -> Iterator[str]:
    """Every correction, undone ones too, oldest first; in CSV themes are joined by "|"."""
    if form == "json":
        return json_rows(map(asdict, corrections))
    return table(corrections, _COLUMNS, form)


def read_corrections(path: Path, themes: Sequence[str]) -> list[Correction]:
    """The corrections in a file that was exported. Raises StateError, naming the line; `themes` are those there are."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise StateError(f"{path} cannot be read: {error.strerror or error}.") from error
    except UnicodeDecodeError as error:
        raise StateError(f"{path} is not UTF-8 text; save it as CSV UTF-8.") from error
    before = csv.field_size_limit(_LONGEST_CELL)  # of the whole process
    reader = csv.DictReader(io.StringIO(text, newline=""))
    try:
        if missing := sorted({"who", "text", "after"} - set(reader.fieldnames or ())):
            raise StateError(f"{path}, line 1: the column {missing[0]} is missing; there are {reader.fieldnames}.")
        return [_correction(row, f"{path}, line {reader.line_num}", themes) for row in reader]
    except csv.Error as error:
        raise StateError(f"{path}, line {reader.line_num}: this is no CSV ({error}).") from error
    finally:
        csv.field_size_limit(before)


def add_new(state: State, corrections: Sequence[Correction]) -> int:
    """Keep those corrections that are not there yet, all or none; how many they were.

    Of those that are there, one that was undone elsewhere is undone here too.
    """
    known = {_same(one): one for one in state.all()}
    new = {_same(one): one for one in corrections if _same(one) not in known}
    if new:
        state.add(list(new.values()))
    for one in corrections:
        before = known.get(_same(one))
        if before and one.undone_at and not before.undone_at:
            state.undo(before.id, one.undone_by or one.who, one.undone_at)
    return len(new)


def _same(one: Correction) -> tuple[str, str, str | None, str, tuple[str, ...]]:
    return one.at, one.who, one.passage, one.words, one.after


def _correction(row: dict[str, str], where: str, themes: Sequence[str]) -> Correction:
    values = {name: _plain(row.get(name) or "") for name in _COLUMNS}
    after = tuple(sorted({theme for theme in values["after"].split("|") if theme}))
    if unknown := [theme for theme in after if theme not in themes]:
        raise StateError(f"{where}: {unknown[0]!r} is no theme; there are {', '.join(themes)}.")
    for name in ("at", "who", "text"):
        if not values[name].strip():
            raise StateError(f"{where}: {name} is empty.")
    times = {name: _time(values[name], name, where) for name in ("at", "undone_at")}
    pairs = [entry.partition(":") for entry in values["before"].split("|") if entry]
    return Correction(
        at=times["at"] or "",
        who=values["who"],
        passage=values["passage_id"] or None,
        text=values["text"],
        document=values["document"],
        before={theme: origin or "model" for theme, _, origin in pairs},
        model=values["model"] or None,
        after=after,
        why=values["why"],
        section=tuple(heading for heading in values["section"].split(" › ") if heading),
        undone_at=times["undone_at"],
        undone_by=values["undone_by"] or None,
    )


def _time(text: str, name: str, where: str) -> str | None:
    """A time in the one form in which times are kept: a spreadsheet may have written it in another."""
    if not text.strip():
        return None
    found = moment(text)
    if found is None:
        raise StateError(f"{where}: {name} is {text!r}: give a time as 2025-11-29T10:30:00+00:00, or a day.")
    return found


def _plain(cell: str) -> str:
    """A cell as it was before it was made safe for spreadsheets."""
    return cell[1:] if cell[:1] == "'" and cell.lstrip("'").startswith(FORMULA) else cell
