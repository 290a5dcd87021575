"""Figures in one spelling: what is the same number is the same word, and what is another stays another."""

import pytest

from corpus.figures import figures


def spelt(text: str) -> str:
    found, at = "", 0
    for (start, end), plain in figures(text):
        found, at = f"{found}{text[at:start]}<{plain}>", end
    return found + text[at:]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("£12,500 on tyres", "£<12500> on tyres"),
        ("£12.5k", "£<12500>"),
        ("12.5K", "<12500>"),
        ("£1.5m, £1,500,000 and 1.5 million", "£<1500000>, £<1500000> and <1500000>"),
        ("2bn", "<2000000000>"),
        ("£1,200.50", "£<1200.50>"),
        ("1\u2009200 and 1\u00a0200 hours", "<1200> and <1200> hours"),
        ("30%, 30 % and 30 per cent", "30<percent>, 30 <percent> and 30 <percent>"),
        ("Three per-cent", "Three <percent>"),
    ],
)
def test_a_figure_has_one_spelling(text: str, expected: str) -> None:
    assert spelt(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "12500",
        "2018/19",
        "42/118823/19",
        "12 345 678",  # cells of a table, as well as a number
        "on 4,5 and 6 May",
        "12,3456",
        "1,200,5",
        "the M25 and A12",
        "10 metres, 10 km",
        "percentage",
        "version 1.2.3",
    ],
)
def test_what_is_no_such_figure_stays_as_it_is(text: str) -> None:
    assert list(figures(text)) == []
