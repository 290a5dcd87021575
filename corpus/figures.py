"""Figures in one spelling: £12,500 is 12500 and 12.5k, 30 % is 30 per cent, wherever they stand."""

import re
from collections.abc import Iterator
from decimal import Decimal

from corpus.text import Span

_TIMES = {"k": 3, "thousand": 3, "m": 6, "million": 6, "bn": 9, "billion": 9}  # powers of ten
# Thousands stand in threes behind commas or narrow spaces. An ordinary space parts two numbers as well ("14 145").
_FIGURE = re.compile(
    r"(?<![\w.,])(?P<number>\d{1,3}(?:[,\u00a0\u2009\u202f]\d{3})+(?!,?\d)(?:\.\d+)?|\d+(?:\.\d+)?)"
    r"(?i:(?P<glued>k|m|bn)\b|[\s-]?(?P<spelt>thousand|million|billion)\b)?"
    r"|(?P<share>%|\bper[\s-]cent\b)",
    re.IGNORECASE,
)


def figures(text: str) -> Iterator[tuple[Span, str]]:
    """The places of a text with a figure that is written otherwise elsewhere, in order, each with its one spelling.

    A number has all its digits and nothing else, and what is in a hundred is percent.
    """
    for found in _FIGURE.finditer(text):
        plain = "percent" if found["share"] else _plain(found["number"], found["glued"] or found["spelt"])
        if plain != found[0]:
            yield found.span(), plain


def _plain(number: str, unit: str | None) -> str:
    digits = re.sub(r"[^\d.]", "", number)
    if unit is None:
        return digits
    value = Decimal(digits).scaleb(_TIMES[unit.lower()])
    return f"{value:f}" if value % 1 else str(int(value))
