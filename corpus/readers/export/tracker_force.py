"""Whose tracker it is, by what stands above it, in the names of its sheets and in its column of addressees."""

import re
from collections.abc import Sequence

from corpus.parsers.findings import addressees_named
from corpus.readers.export.holds import force_in
from corpus.readers.export.row_roles import Row

_GENERIC = re.compile(
    r"(?:sheet|tab|table|page)? ?\d*|.*\b(?:tracker|data|live|open|closed|archived?|master|main|log|export|current|"
    r"completed?|all|register|action plan|recs?|recommendations?|afis?|new|old|raw|list)\b.*",
    re.I,
)


def force_of_addressees(rows: Sequence[Row]) -> str:
    """The one body that a column of addressees names besides all forces and national bodies; "" for none or several."""
    printed = {row.cells["addressee"] for row in rows if row.cells["addressee"]}
    single = {name for name in printed if not addressees_named(name) and len(name) <= 60}
    named = {name for name in printed - single if force_in(name)}
    found = {" ".join(name.split()).casefold(): name for name in sorted(single | named)}
    return next(iter(found.values())) if len(found) == 1 else ""


def report_of_sheet(name: str) -> str:
    """The report that a sheet's name names; "" for a name such as "Live" or "Sheet 1", or that of a force."""
    return "" if not name.strip() or _GENERIC.fullmatch(name.strip()) or force_in(name) else name.strip()
