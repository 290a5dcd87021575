"""What people say of their documents: `documents.csv` beside the files, one row a file. It wins over the text."""

import csv
import difflib
import io
import math
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import get_args

from corpus.dates import iso_date, last_day
from corpus.forces import Force, Forces
from corpus.model import CorpusError, DocumentKind, Evidence, EvidenceField
from corpus.readers.plain import decode

STATED = "documents.csv"
COLUMNS = ("file", "force", "date", "kind", "title", "url", "heard")
NO_FORCE = "none"  # of a document that is about no force
MOST = 10_000_000  # bytes
_FIELDS: tuple[EvidenceField, ...] = get_args(EvidenceField)


@dataclass(frozen=True, slots=True)
class Refused:
    """A part of a `documents.csv` that cannot be used: its path, where in it, and why, in words that go on from it."""

    path: str
    part: str
    reason: str


@dataclass(slots=True)
class _Reading:
    """One table while it is read."""

    path: Path
    forces: "_Names"
    stated: dict[Path, dict[str, str]] = field(default_factory=dict)
    refused: list[Refused] = field(default_factory=list)

    def refuse(self, part: str, reason: str) -> None:
        self.refused.append(Refused(str(self.path), part, reason))


def stated_in(folders: Sequence[Path], forces: Forces) -> tuple[Mapping[Path, Mapping[str, str]], list[Refused]]:
    """What the tables of these folders say of each file, by its real path, and what of them cannot be used.

    The values are ready for use: `force` is slugs joined by ";" or "none", `date` is ISO 8601, `heard` a whole day.
    """
    names = _Names.of(forces)
    stated: dict[Path, Mapping[str, str]] = {}
    refused: list[Refused] = []
    for path in dict.fromkeys(folder / STATED for folder in sorted(folders)):
        if not path.is_file():
            continue
        table = _Reading(path, names)
        _read(table)
        for file, values in table.stated.items():
            if file in stated:
                table.refuse("", f"says something of {file.name}, as the {STATED} of a folder above does; keep one.")
            else:
                stated[file] = values
        refused += table.refused
    return stated, refused


def evidence_of(stated: Mapping[str, str]) -> tuple[Evidence, ...]:
    """What a table says of a document, as evidence that outweighs everything else."""
    return tuple(
        Evidence(name, stated[name], STATED, math.inf, stated[name], taken=True) for name in _FIELDS if name in stated
    )


def stated_forces(stated: Mapping[str, str]) -> tuple[str, ...] | None:
    """The forces that a document is about by what a table says; () for none of them, None where it says nothing."""
    if "force" not in stated:
        return None
    return () if stated["force"] == NO_FORCE else tuple(stated["force"].split(";"))


def checked(field: str, text: str, forces: Forces | None) -> str:
    """What a person states of a field in its one form. Raises ValueError with what to do; `forces` as it needs them."""
    return _checks(_Names.of(forces) if forces else _Names({}, str))[field](text)


def _read(table: _Reading) -> None:
    try:
        rows = list(_rows(table.path))
    except (OSError, CorpusError, csv.Error) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        table.refuse("", f"cannot be read ({why}); save it as CSV from its program.")
        return
    header = [cell.strip().lower() for cell in rows[0]] if rows else []
    if "file" not in header:
        table.refuse("row 1", f'has no column "file"; its first row names the columns: {", ".join(COLUMNS)}.')
        return
    for number, name in enumerate(header):
        if name and name not in COLUMNS:
            near = difflib.get_close_matches(name, COLUMNS, 1)
            hint = f", perhaps {near[0]}" if near else ""
            table.refuse("row 1", f"has a column “{rows[0][number].strip()}” ({_known(COLUMNS)}{hint}); rename it.")
        elif name in header[:number]:
            table.refuse("row 1", f"has two columns “{name}”, of which the first is used; remove one.")
    for number, row in enumerate(rows[1:], start=2):
        cells = {n: row[header.index(n)].strip() for n in COLUMNS if n in header and header.index(n) < len(row)}
        if any(cells.values()):
            _take(table, f"row {number}", cells)


def _rows(path: Path) -> Iterator[list[str]]:
    raw = path.read_bytes()
    if len(raw) > MOST:
        raise CorpusError(f"it has more than {MOST // 1_000_000} MB")
    text = decode(raw)
    top = text.split("\n", 1)[0]
    delimiter = max((",", ";", "\t"), key=top.count)
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)


def _take(table: _Reading, part: str, cells: Mapping[str, str]) -> None:
    """One row: what can be used of it is taken, and each of its other values is named."""
    file = _file(table, part, cells.get("file", ""))
    if file is None:
        return
    if file in table.stated:
        table.refuse(part, f"names {file.name} a second time, and the first row stands; remove one.")
        return
    values: dict[str, str] = {}
    for name, check in _checks(table.forces).items():
        if text := cells.get(name):
            try:
                values[name] = check(text)
            except ValueError as error:
                table.refuse(part, f"has the {name} “{text[:80]}”: {error}.")
    table.stated[file] = values


def _file(table: _Reading, part: str, name: str) -> Path | None:
    """The file that a row names, beside the table or below it."""
    if not name:
        table.refuse(part, "names no file; write its name as it stands beside the table.")
        return None
    home = Path(os.path.realpath(table.path.parent))
    path = Path(os.path.realpath(home / name.replace("\\", "/")))
    if not path.is_relative_to(home):
        table.refuse(part, f"names “{name}”, which is not in its folder; put a {STATED} beside that file.")
        return None
    if not path.is_file():
        near = difflib.get_close_matches(path.name, [p.name for p in path.parent.glob("*")], 1, 0.7)
        hint = f"the nearest is {near[0]}; correct the name" if near else "correct the name, or remove the row"
        table.refuse(part, f"names “{name}”, and there is no such file: {hint}.")
        return None
    return path


def _checks(forces: "_Names") -> Mapping[str, Callable[[str], str]]:
    """By column, what gives its value in one form, or raises ValueError with what to do."""
    return {"force": forces.slugs, "date": _date, "kind": _kind, "title": _title, "url": _url, "heard": _day}


def _date(text: str) -> str:
    if date := iso_date(text):
        return date
    raise ValueError("write a date as 2019-06-04, 4 June 2019, June 2019 or 2019")


def _day(text: str) -> str:
    return last_day(_date(text)).isoformat()


def _kind(text: str) -> str:
    kinds = get_args(DocumentKind)
    kind = re.sub(r"[\s-]+", "_", text.lower())
    if kind in kinds:
        return kind
    raise ValueError(f"it can be {_listed(kinds)}")


def _title(text: str) -> str:
    if re.search(r"\w", text):
        return " ".join(text.split())
    raise ValueError("write it in words")


def _url(text: str) -> str:
    if re.fullmatch(r"https?://[^\s/]+\S*", text, re.I):
        return text
    raise ValueError("write the whole address, from https:// on")


def _known(names: Iterable[str]) -> str:
    return f"known are {', '.join(names)}"


def _listed(names: Sequence[str]) -> str:
    return f"{', '.join(names[:-1])} or {names[-1]}"


@dataclass(frozen=True, slots=True)
class _Names:
    """Every way to name a force, in small letters, with the slugs that it may stand for; groups stand for several."""

    by_name: Mapping[str, tuple[tuple[str, ...], ...]]
    label: Callable[[str], str]

    @classmethod
    def of(cls, forces: Forces) -> "_Names":
        found: dict[str, tuple[tuple[str, ...], ...]] = {}
        for written in (_ways, _weak):
            more: dict[str, tuple[tuple[str, ...], ...]] = {}
            for entry in forces.entries.values():
                slugs = entry.members if entry.kind == "group" else (entry.slug,)
                for name in written(entry) - found.keys() if slugs else ():
                    more[name] = tuple(dict.fromkeys((*more.get(name, ()), slugs)))
            found |= more
        return cls(found, forces.label)

    def slugs(self, text: str) -> str:
        """The slugs of the forces that `text` names, joined by ";"; raises ValueError for one that is not known."""
        if text.lower() == NO_FORCE:
            return NO_FORCE
        return ";".join(dict.fromkeys(slug for one in text.split(";") if one.strip() for slug in self._one(one)))

    def _one(self, text: str) -> tuple[str, ...]:
        name = _plain(text)
        found = self.by_name.get(name, ())
        if len(found) == 1:
            return found[0]
        if found:
            raise ValueError(f"it may be {_listed([' and '.join(slugs) for slugs in found])}; write one of these")
        near = difflib.get_close_matches(name, self.by_name, 1)
        hint = f"; the nearest is {' and '.join(map(self.label, self.by_name[near[0]][0]))}" if near else ""
        raise ValueError(
            f"no force has the name “{text.strip()}”{hint}. Write a force's name or slug, several with ; between them,"
            f" or {NO_FORCE}"
        )


def _ways(entry: Force) -> set[str]:
    return {_plain(text) for text in (entry.slug, entry.name, *entry.names, *entry.short, *entry.abbreviations)}


def _weak(entry: Force) -> set[str]:
    return {_plain(text) for text in entry.weak}


def _plain(text: str) -> str:
    return " ".join(re.sub(r"[-\u2010\u2011_]+|\s&\s", _spelled, text.casefold()).replace("’", "'").split())


def _spelled(match: re.Match[str]) -> str:
    return " and " if "&" in match[0] else " "
