"""What a workbook hides: rows and columns of its sheets, and whether its days are counted from 1904."""

import html
import posixpath
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

_ATTRIBUTE = re.compile(r'([\w:]+)\s*=\s*(?:"([^"]*)"|\'([^\']*)\')')
_SHEET = re.compile(r"<(?:\w+:)?sheet\s([^>]*)>")
_RELATION = re.compile(r"<(?:\w+:)?Relationship\s([^>]*)>")
_BOOK = re.compile(r"<(?:\w+:)?workbookPr\s([^>]*)>")
_ROW = re.compile(r"<(?:\w+:)?row\s([^>]*)>")
_COLUMN = re.compile(r"<(?:\w+:)?col\s([^>]*)>")
_TRUE = ("1", "true", "on")


@dataclass(frozen=True, slots=True)
class Hidden:
    """Numbers of the rows (from 1) and places of the columns (from 0) that a sheet hides."""

    rows: frozenset[int] = frozenset()
    columns: frozenset[int] = frozenset()


def hidden_in(packed: zipfile.ZipFile) -> tuple[Mapping[str, Hidden], bool]:
    """What each sheet hides, by its name, and whether the workbook counts its days from 1904."""
    book = _part(packed, "xl/workbook.xml")
    targets = {
        found.get("Id", ""): found.get("Target", "")
        for found in _each(_RELATION, _part(packed, "xl/_rels/workbook.xml.rels"))
    }
    sheets: dict[str, Hidden] = {}
    for found in _each(_SHEET, book):
        target = targets.get(next((value for name, value in found.items() if name.endswith(":id")), ""), "")
        part = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}")
        sheets[found.get("name", "")] = _hidden(_part(packed, part)) if target else Hidden()
    from_1904 = any(found.get("date1904", "") in _TRUE for found in _each(_BOOK, book))
    return sheets, from_1904


def _hidden(sheet: str) -> Hidden:
    rows = {int(found.get("r", "0")) for found in _each(_ROW, sheet) if found.get("hidden") in _TRUE}
    columns: set[int] = set()
    for found in _each(_COLUMN, sheet):
        if found.get("hidden") in _TRUE:
            first, last = int(found.get("min", "1")), int(found.get("max", "1"))
            columns |= set(range(first - 1, min(last, 16_384)))
    return Hidden(frozenset(rows), frozenset(columns))


def _each(pattern: re.Pattern[str], text: str) -> Iterator[dict[str, str]]:
    """The attributes of each element that a pattern finds."""
    for match in pattern.finditer(text):
        yield {name: html.unescape(one or other) for name, one, other in _ATTRIBUTE.findall(match[1])}


def _part(packed: zipfile.ZipFile, name: str) -> str:
    try:
        return packed.read(name).decode("utf-8", "replace")
    except KeyError:
        return ""
