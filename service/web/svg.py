"""From numbers to shapes: where the cells, bars and circles of a picture lie. Templates draw them, style sheets colour.

Everything here is arithmetic: the same numbers give the same picture. Lengths are in units of the picture's view box,
which is as wide as a page.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

WIDTH = 1100  # units
SHADES = 5
_LETTER = 0.56  # width of a letter by the size of its type, on average
_LABEL, _LARGEST = 290, 64  # units for the names of rows, and of a column at most
_ROW, _LEAN = 22, 60  # height of a row; degrees by which names of columns are turned where they do not fit
_CUT = 36  # letters of a name above a column: no force has a longer one
_BAR, _GAP, _YEAR, _SUM = 22, 6, 90, 70  # bars by year: height, distance, units for the year and for the sum


@dataclass(frozen=True, slots=True)
class Word:
    """A text with its place; `turn` is in degrees, `whole` what it was before it was cut."""

    x: float
    y: float
    text: str
    turn: int = 0
    whole: str = ""


@dataclass(frozen=True, slots=True)
class Box:
    """A cell or a part of a bar: where it lies, its shade or class, its number, and which row and column it is of."""

    x: float
    y: float
    width: float
    height: float
    kind: str
    text: str
    row: int
    column: int


@dataclass(frozen=True, slots=True)
class Circle:
    """A region: its centre, radius, and the lines written into it."""

    x: float
    y: float
    radius: float
    lines: tuple[Word, ...]
    item: int


@dataclass(frozen=True, slots=True)
class Picture:
    """Shapes on a plane of `width` by `height` units, with type of the size `type_size` in cells."""

    width: int
    height: int
    boxes: tuple[Box, ...] = ()
    words: tuple[Word, ...] = ()
    sums: tuple[Word, ...] = ()
    heads: tuple[Word, ...] = ()
    circles: tuple[Circle, ...] = ()
    type_size: int = 12


def shade(number: int, greatest: int) -> int:
    """From 0 for nothing to 5 for the greatest."""
    return -(-SHADES * number // greatest) if greatest else 0


def heat_map(rows: Sequence[str], columns: Sequence[str], numbers: Sequence[Sequence[int]]) -> Picture:
    """A cell for each row and column, the darker the more, with its number in it; as wide as a page, however many."""
    longest = max((len(_cut(name)) for name in columns), default=0)
    leaning = longest * 12 * _LETTER > min(_LARGEST, (WIDTH - _LABEL) / max(1, len(columns))) - 6
    lean = longest * 12 * _LETTER if leaning else 0
    beside = lean * math.cos(math.radians(_LEAN))
    head = 12 + (lean * math.sin(math.radians(_LEAN)) if leaning else 14)
    wide = min(_LARGEST, (WIDTH - _LABEL - beside) / max(1, len(columns)))
    greatest = max((number for row in numbers for number in row), default=0)
    boxes = tuple(
        Box(
            *(round(_LABEL + at * wide, 1), round(head + line * _ROW, 1), round(wide, 1), _ROW),
            *(f"shade-{shade(number, greatest)}", str(number) if number else "", line, at),
        )
        for line, row in enumerate(numbers)
        for at, number in enumerate(row)
    )
    middle = [round(_LABEL + (at + 0.5) * wide, 1) for at in range(len(columns))]
    heads = tuple(
        Word(x, round(head - 6, 1), _cut(name), -_LEAN if leaning else 0, name)
        for x, name in zip(middle, columns, strict=True)
    )
    words = tuple(Word(0, round(head + line * _ROW + 15, 1), name) for line, name in enumerate(rows))
    digits = len(str(greatest))
    size = max(8, min(12, int((wide - 2) / (digits * _LETTER)))) if digits else 12
    return Picture(WIDTH, math.ceil(head + len(rows) * _ROW + 2), boxes, words, (), heads, (), size)


def stacked_bars(rows: Sequence[str], numbers: Sequence[Sequence[int]], kinds: Sequence[str]) -> Picture:
    """A bar for each row, cut into one part for each kind; the longest fills the page."""
    greatest = max((sum(row) for row in numbers), default=0) or 1
    unit = (WIDTH - _YEAR - _SUM) / greatest
    boxes: list[Box] = []
    for line, row in enumerate(numbers):
        x = float(_YEAR)
        for at, (number, kind) in enumerate(zip(row, kinds, strict=True)):
            wide = number * unit
            if number:
                text = str(number) if wide >= len(str(number)) * 12 * _LETTER + 4 else ""
                boxes.append(Box(round(x, 1), line * (_BAR + _GAP), round(wide, 1), _BAR, kind, text, line, at))
            x += wide
    words = tuple(Word(0, line * (_BAR + _GAP) + 16, name) for line, name in enumerate(rows))
    sums = tuple(
        Word(round(_YEAR + sum(row) * unit + 8, 1), line * (_BAR + _GAP) + 16, f"{sum(row):,}")
        for line, row in enumerate(numbers)
    )
    return Picture(WIDTH, max(1, len(rows)) * (_BAR + _GAP), tuple(boxes), words, sums)


_MAP_HEIGHT, _LEAST, _MOST = 700, 44, 78  # units: of the map, and of the radius of a region
_ROUNDS = 400  # in which circles that overlap push one another apart


def bubble_map(places: Sequence[tuple[float, float]], sizes: Sequence[int], lines: Sequence[Sequence[str]]) -> Picture:
    """A circle for each item near its place (0 to 1 each way), its area by its size, none over another."""
    greatest = max(sizes, default=1) or 1
    radii = [max(_LEAST, _MOST * math.sqrt(size / greatest)) for size in sizes]
    spots = [
        [radius + x * (WIDTH - 2 * radius), radius + (1 - y) * (_MAP_HEIGHT - 2 * radius)]
        for (x, y), radius in zip(places, radii, strict=True)
    ]
    for _ in range(_ROUNDS):
        if not _pushed_apart(spots, radii):
            break
    circles = tuple(
        Circle(round(x, 1), round(y, 1), round(radius - 2, 1), _written(x, y, own), at)
        for at, ((x, y), radius, own) in enumerate(zip(spots, radii, lines, strict=True))
    )
    return Picture(WIDTH, _MAP_HEIGHT, circles=circles)


def _pushed_apart(spots: list[list[float]], radii: Sequence[float]) -> bool:
    """Move circles that overlap half of that away from one another, within the picture; whether any did."""
    moved = False
    for one in range(len(spots)):
        for other in range(one):
            dx, dy = spots[one][0] - spots[other][0], spots[one][1] - spots[other][1]
            apart = math.hypot(dx, dy)
            over = radii[one] + radii[other] - apart
            if over <= 0.5:
                continue
            moved = True
            ux, uy = (dx / apart, dy / apart) if apart > 1e-6 else (1.0, 0.0)
            for at, way in ((one, 0.5), (other, -0.5)):
                spots[at][0] += way * over * ux
                spots[at][1] += way * over * uy
    for spot, radius in zip(spots, radii, strict=True):
        spot[0] = min(max(spot[0], radius), WIDTH - radius)
        spot[1] = min(max(spot[1], radius), _MAP_HEIGHT - radius)
    return moved


def _written(x: float, y: float, lines: Sequence[str]) -> tuple[Word, ...]:
    first = y - (len(lines) - 1) * 7.5 + 4
    return tuple(Word(round(x, 1), round(first + at * 15, 1), _cut(line, 13), 0, line) for at, line in enumerate(lines))


def _cut(name: str, most: int = _CUT) -> str:
    return name if len(name) <= most else name[: most - 1].rstrip() + "…"
