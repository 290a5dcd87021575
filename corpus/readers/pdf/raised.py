"""Raised numbers: what refers to a note is set in square brackets, so that it does not run into its word."""

import re
from collections.abc import Callable, Iterator, Sequence

from corpus.readers.pdf.page_layout import Run

_NUMBERS = re.compile(r"\d{1,3}(?:[,–-]\d{1,3})*")
_BEFORE = re.compile(r"\d{1,3}(?=[^\W\d_]{2}|[‘“(\[])")
_UNIT = re.compile(r"(?:.*\d)?(?:[kcm]?m|ft|10)", re.I)  # "40km²" and "10⁶" refer to no note
_SUPERSCRIPT = re.compile("(?<=[^\\W\\d_]{2})[¹²³⁰⁴-⁹]+|(?<=[.,;:!?’”)])[¹²³⁰⁴-⁹]+|^[¹²³⁰⁴-⁹]+")
_SMALL, _HIGH = 0.85, 0.08  # of the size of the words around; of their height, above their line

Box = tuple[float, float]  # top and bottom, upwards


def references(
    words: Sequence[str], boxes: Sequence[tuple[Box, Box]], size: Callable[[int, int], float]
) -> Iterator[tuple[int, str]]:
    """(index, word with its raised number in brackets) of each word that has one.

    `boxes` are those of the first and the last character of each word, `size(word, at)` the size of print of its
    character `at`.
    """
    for at, word in enumerate(words):
        if not word.isascii() and _SUPERSCRIPT.search(word):
            yield at, _SUPERSCRIPT.sub(_bracketed, word)
        elif word[-1].isdigit() and not word.isdigit():
            first, last = boxes[at]
            start = _raised_from(word, at, size) if _stands_above(last, first) else len(word)
            if start < len(word) and _NUMBERS.fullmatch(word[start:]) and not _UNIT.fullmatch(word[:start]):
                yield at, f"{word[:start]}[{word[start:]}]"
        elif word[0].isdigit() and (before := _BEFORE.match(word)):
            first, last = boxes[at]
            if _stands_above(first, last) and size(at, 0) < _SMALL * size(at, len(word) - 1):
                yield at, f"[{before[0]}] {word[before.end() :]}"


def _bracketed(match: re.Match[str]) -> str:
    if _UNIT.fullmatch(match.string[: match.start()]):
        return match[0]
    opens = match.start() == 0 and match.end() < len(match.string)
    return f"[{match[0].translate(_DIGITS)}]" + (" " if opens else "")


_DIGITS = str.maketrans("¹²³⁰⁴⁵⁶⁷⁸⁹", "1230456789")


def _stands_above(box: Box, other: Box) -> bool:
    """Whether `box` is lower than `other`, and does not stand on its line."""
    high = other[0] - other[1]
    return box[0] - box[1] < _SMALL * high and box[1] - other[1] > _HIGH * high


def _raised_from(word: str, at: int, size: Callable[[int, int], float]) -> int:
    """Index of the first of the smaller characters with which `word` ends."""
    usual = size(at, 0)
    start = len(word)
    while (
        start > 1 and (word[start - 1].isdigit() or word[start - 1] in ",–-") and size(at, start - 1) < _SMALL * usual
    ):
        start -= 1
    return start


def told(one: Run, other: Run) -> tuple[Run, Run]:
    """Two neighbours on a line, the number that stands raised beside the other in brackets."""
    if _NUMBERS.fullmatch(other.text) and _is_raised(other, one) and not _UNIT.fullmatch(one.text.split(" ")[-1]):
        return one, other._replace(text=f"[{other.text}]")
    if _NUMBERS.fullmatch(one.text) and _is_raised(one, other):
        return one._replace(text=f"[{one.text}]"), other
    return one, other


def _is_raised(run: Run, beside: Run) -> bool:
    return run.size < _SMALL * beside.size and _stands_above((-run.top, -run.bottom), (-beside.top, -beside.bottom))
