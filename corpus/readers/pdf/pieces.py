"""Words to pieces of lines: which of them follow one another, and where a gap is wider than between words."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from corpus.readers.pdf.page_layout import GAP

_WIDE = 0.9  # heights of a line: a gap this wide parts cells or columns whatever the others are
_STRETCHED = 15.0  # heights of a line: no space between the words of a justified line is wider


class Piece(NamedTuple):
    """Words that follow one another on a line: the first and behind the last of them, and their box, upwards."""

    start: int
    end: int
    left: float
    top: float
    right: float
    bottom: float
    first: float  # right edge of the first word


def pieces_of(words: Sequence[str], places: Sequence[float]) -> Iterator[Piece]:
    """Neighbouring words of one line of upright writing; a gap wider than between words parts them."""
    lefts, rights = places[0::8], places[6::8]
    boxes = [  # of the taller of first and last character: parts of a ligature and raised numbers are low
        (t1, b1) if t1 - b1 >= t2 - b2 else (t2, b2)
        for t1, b1, t2, b2 in zip(places[1::8], places[3::8], places[5::8], places[7::8], strict=True)
    ]
    gaps: list[float] = []  # behind each word, in heights of its line
    ends: list[int] = []  # last words of lines
    for at, (top, bottom) in enumerate(boxes[:-1]):
        high = (top - bottom) or 1.0
        gap = (lefts[at + 1] - rights[at]) / high
        gaps.append(gap)
        level = abs(boxes[at + 1][1] - bottom) < 0.15 * high
        sign = len(words[at]) == 1 and not words[at].isalnum()  # a bullet may be of another size
        other = sign and not 0.85 < (boxes[at + 1][0] - boxes[at + 1][1]) / high < 1.18
        if other or not (level and -0.3 < gap < _STRETCHED) or words[at][-1] == "\ufffe":
            ends.append(at)
    ends += [len(words) - 1] if words else []
    space = _space(gaps)
    margins = Counter(round(rights[end]) for end in ends)
    start = 0
    for end in ends:
        justified = margins[round(rights[end])] > 3
        for begin, stop in _parted(words, gaps, start, end + 1, space, justified):
            top, bottom = boxes[begin]
            yield Piece(begin, stop, lefts[begin], top, rights[stop - 1], bottom, rights[begin])
        start = end + 1


def _space(gaps: Sequence[float]) -> float:
    """Usual space between words, in heights of the line: a quarter of it, but half in a typewriter's print."""
    inner = sorted(gap for gap in gaps if 0 < gap < 1.2)
    return min(max(inner[len(inner) // 4], 0.2), 0.6) if inner else 0.25


def _parted(
    words: Sequence[str], gaps: Sequence[float], start: int, end: int, space: float, justified: bool
) -> Iterator[tuple[int, int]]:
    """The words `start` to `end` of a line, parted at wide gaps, unless it is `justified` and all are equal."""
    inner = gaps[start : end - 1]
    if inner and max(inner) > GAP:
        bound = max(GAP, 2.2 * space, 1.8 * min(inner) if len(inner) > 1 else 0.0)
        bound = min(bound, max(_WIDE, 2.6 * space))
        later = inner[1:] if len(words[start]) < 4 else inner  # the gap after a list's marker is not stretched
        even = len(later) > 1 and max(later) - min(later) < 0.15
        text = "".join(words[start:end])
        if not (justified and even) or 2 * sum(map(str.isalpha, text)) < len(text):
            for at, gap in enumerate(inner, start + 1):
                if gap > bound:
                    yield start, at
                    start = at
    yield start, end
