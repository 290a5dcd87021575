"""A long document in parts: some sections at a time, each passage in one part, in the order of the text."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from service.contract.document_responses import SectionRecord
from service.contract.responses import Passage

PASSAGES = 150  # of a part, at most
_ENOUGH = PASSAGES // 2  # from so many on, a part ends where a chapter begins that would not fit into it


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading: how deep it is, 0 for the outermost, its words and its name in an address.

    The name is empty where the heading only goes on from the part before.
    """

    depth: int
    text: str
    name: str


@dataclass(frozen=True, slots=True)
class Piece:
    """A section of a part, or what of a long one fits into it, under those headings that are not above it already."""

    headings: tuple[Heading, ...]
    passages: tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a document."""

    pieces: tuple[Piece, ...]

    @property
    def passages(self) -> Iterator[Passage]:
        """Its passages in order."""
        return (passage for piece in self.pieces for passage in piece.passages)

    @property
    def headings(self) -> Iterator[Heading]:
        """The headings that begin in it."""
        return (heading for piece in self.pieces for heading in piece.headings if heading.name)


@dataclass(frozen=True, slots=True)
class _Cut:
    """Passages of one section, `number` in the document; `begins` tells whether they are its first."""

    number: int
    path: tuple[str, ...]
    passages: tuple[Passage, ...]
    begins: bool


def parts_of(sections: Sequence[SectionRecord], most: int = PASSAGES) -> list[Part]:
    """A document's sections in parts of at most so many passages; one part at least.

    A part ends between sections, where it can between chapters; only a section that is longer than a part is cut.
    """
    groups: list[list[_Cut]] = [[]]
    for _, chapter in groupby(_cuts(sections, most), key=lambda cut: cut.path[:1]):
        cuts = list(chapter)
        if _size(groups[-1]) >= min(_ENOUGH, most) and _size(groups[-1]) + _size(cuts) > most:
            groups.append([])
        for cut in cuts:
            if groups[-1] and _size(groups[-1]) + len(cut.passages) > most:
                groups.append([])
            groups[-1].append(cut)
    before: tuple[str, ...] = ()
    parts = []
    for group in groups:
        parts.append(Part(tuple(_pieces(group, before))))
        before = group[-1].path if group else ()
    return parts


def part_with(parts: Sequence[Part], passage_id: str) -> int | None:
    """Which part holds a passage, or None."""
    return next((at for at, part in enumerate(parts) if any(p.passage_id == passage_id for p in part.passages)), None)


def whole(sections: Sequence[SectionRecord]) -> Part:
    """All of a document as one part."""
    (part,) = parts_of(sections, most=max(1, sum(len(section.passages) for section in sections)))
    return part


def _cuts(sections: Sequence[SectionRecord], most: int) -> Iterator[_Cut]:
    for number, section in enumerate(sections):
        for start in range(0, max(1, len(section.passages)), most):
            yield _Cut(number, tuple(section.path), tuple(section.passages[start : start + most]), start == 0)


def _size(cuts: Sequence[_Cut]) -> int:
    return sum(len(cut.passages) for cut in cuts)


def _pieces(cuts: Sequence[_Cut], before: tuple[str, ...]) -> Iterator[Piece]:
    """A part's sections, the first under all its headings; `before` is the path of the section before the part."""
    above: tuple[str, ...] = ()
    for cut in cuts:
        known = len(cut.path) if not cut.begins else _shared(cut.path, before)
        headings = tuple(
            Heading(depth, cut.path[depth], f"s-{cut.number}-{depth}" if depth >= known else "")
            for depth in range(_shared(cut.path, above), len(cut.path))
        )
        yield Piece(headings, cut.passages)
        above = before = cut.path


def _shared(one: tuple[str, ...], other: tuple[str, ...]) -> int:
    shared = 0
    while shared < min(len(one), len(other)) and one[shared] == other[shared]:
        shared += 1
    return shared
