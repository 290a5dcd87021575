"""The text of a document as blocks: paragraphs, list items, table rows, and lines that may be headings.

What pages and exports do to a text ends here: page furniture is dropped, sentences broken by a running
header are joined, list markers are taken off and each item knows the block that introduces it.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from corpus.model import MarkKind, Source
from corpus.parsers.lines import (
    SHORT,
    Line,
    columns_of,
    content_lines,
    content_span,
    is_heading_like,
    marker_of,
    running_headers,
    wrapped_at,
)
from corpus.text import clean, glued_at, join_lines

Levels = Mapping[int, tuple[int, int | None]]
"""Start of a marked heading -> its level, and where the box ends in which it stands."""

BlockKind = Literal["text", "line", "item", "row"]


@dataclass(frozen=True, slots=True)
class Block:
    """One unit of layout. `line` is short text on a line of its own, which a parser may take for a heading.

    `marker` is the class of a list item's marker, `number` the one it prints ("3."), `parent` the index of
    the block that introduces the item, `level` that of a heading the format marks (0: none marked), `box` the offset
    at which its box ends, `cells` those of a table row. `broken` says that a running header stood right before the
    block, `gap` that at least a blank line did; `above` is a number alone on the line before: that of a page, or of
    what follows. `mark` is what the format says of the line ("quote", "caption", "note", "strong").
    """

    kind: BlockKind
    text: str
    start: int
    end: int
    page: int | None = None
    level: int = 0
    marker: str = ""
    parent: int | None = None
    cells: tuple[str, ...] = ()
    broken: bool = False
    gap: bool = True
    number: str | None = None
    box: int | None = None
    above: str = ""
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Layout:
    """What holds for a whole text: its running headers (line starts), marked headings, and the width of a full
    line where paragraphs are wrapped, else 0."""

    source: Source
    headers: frozenset[int]
    levels: Levels
    wrapped: int
    marks: Mapping[int, str]


def layout_of(source: Source) -> Layout:
    """Layout of `source`, worked out once for all stretches of it that are read."""
    headers = running_headers(source.text)
    levels = {heading.start: (heading.level, heading.end) for heading in source.headings}
    return Layout(source, headers, levels, wrapped_at(content_lines(source.text, headers)), _marks(source))


def blocks_of(
    layout: Layout,
    start: int = 0,
    end: int | None = None,
    *,
    comment: bool = False,
    keep: Callable[[Block], bool] = lambda block: True,
) -> list[Block]:
    """Blocks of the text from `start` to `end`, in order: those that `keep` approves of as whole paragraphs.

    In a register comment, glued sentences come apart too.
    """
    text = layout.source.text
    units = _units(content_lines(text, layout.headers, start, end), layout.wrapped, layout.levels)
    marks = layout.marks
    pages = ((unit, page_at(layout.source, unit[0].start)) for unit in units)
    blocks = (replace(_block(unit, layout.levels, page), mark=marks.get(unit[0].start, "")) for unit, page in pages)
    whole = filter(keep, _mend([block for block in blocks if block.text]))
    return _nest([piece for block in whole for piece in _split(block, layout, comment) if piece.text])


def page_at(source: Source, offset: int) -> int | None:
    """Number of the page, from 1, on which `offset` lies; None where the format has no pages."""
    return bisect_right(source.pages, offset) or None


def _marks(source: Source) -> dict[int, str]:
    """What the format says of lines, by the start of each; a caption or note says more than the box it stands in."""
    found: dict[int, str] = {}
    for mark in sorted(source.marks, key=lambda mark: _RANK.index(mark.kind)):
        at = mark.start
        while at < mark.end:
            found[at] = mark.kind
            at = source.text.find("\n", at, mark.end) + 1 or mark.end
    return found


def _units(lines: Sequence[Line], wrapped: int, levels: Levels) -> Iterator[list[Line]]:
    unit: list[Line] = []
    for line in lines:
        alone = not wrapped or line.gap or (unit and _stands_alone(unit[-1], line, wrapped, levels))
        if unit and alone and not _ends_item(unit, line, levels):
            yield unit
            unit = []
        unit.append(line)
    if unit:
        yield unit


def _stands_alone(before: Line, line: Line, width: int, levels: Levels) -> bool:
    marked = before.start in levels or line.start in levels or bool(marker_of(line.text)[0])
    return (
        marked
        or len(before.text) < max(SHORT, 0.6 * width)
        or bool(columns_of(line.text))
        or bool(columns_of(before.text))
    )


def _ends_item(unit: Sequence[Line], line: Line, levels: Levels) -> bool:
    """Whether a line goes on, in small letters and amid a sentence, with the list item right above it."""
    before = unit[-1].text.rstrip()
    apart = line.gap or line.start in levels or unit[0].start in levels or bool(columns_of(before))
    if apart or before[-1:] in ".;:!?" or not marker_of(unit[0].text)[0]:
        return False
    return line.text.lstrip()[:1].islower() and not marker_of(line.text)[0] and not columns_of(line.text)


def _block(unit: list[Line], levels: Levels, page: int | None) -> Block:
    first, last = unit[0], unit[-1]
    level, box = levels.get(first.start, (0, None))
    marker, skip = ("", 0) if level else marker_of(first.text)
    body = [first.text[skip:], *(line.text for line in unit[1:])]
    start = first.start + skip + len(body[0]) - len(body[0].lstrip())
    end = last.start + len(last.text.rstrip())
    text = clean(join_lines(body))
    indent = (len(first.text) - len(first.text.lstrip())) // 2
    columns = columns_of(first.text) if not marker else ()
    if columns:
        cells = tuple(" ".join(cell.split()) for cell in columns)
        filled = len("\t".join(cells).rstrip("\t").split("\t"))
        row = "\t".join(cell or "–" for cell in cells[:filled])  # a cell left empty keeps the others under their heads
        return Block("row", row, start, end, page, cells=cells, broken=first.broken, gap=first.gap)
    if marker:
        digits = re.match(r"\s*\(?(\d+)", first.text)
        number = digits[1] if digits and marker == "number" else None
        marker = f"{marker}{indent}"
        return Block(
            "item", text, start, end, page, 0, marker, None, (), first.broken, first.gap, number, above=first.above
        )
    kind: BlockKind = "line" if level or (len(unit) == 1 and is_heading_like(text)) else "text"
    return Block(kind, text, start, end, page, level, broken=first.broken, gap=first.gap, box=box, above=first.above)


_FEW = 5  # words: a heading of no more is never the start of a sentence
_RANK: tuple[MarkKind, ...] = ("strong", "quote", "note", "caption")
_UNFINISHED = re.compile(r"\b(?:a|an|and|are|as|at|by|for|from|in|is|its|of|on|or|that|the|their|to|which|with)$")
_OPEN_END = re.compile(r"[\w,’')/&-]$")
_PAGE_AT_END = re.compile(r"(?<=; and) \d{1,3}$|(?<=; or) \d{1,3}$|(?<=;) \d{1,3}$")


def _mend(blocks: Sequence[Block]) -> list[Block]:
    """Sentences that a page break or a running header cut in two become one block again."""
    runs: list[list[Block]] = []
    for block in blocks:
        if runs and _continues(runs[-1], block):
            runs[-1].append(block)
        else:
            runs.append([block])
    return [_joined(run) for run in runs]


def _joined(run: Sequence[Block]) -> Block:
    first = run[0]
    if first.kind == "item" and len(run) == 1:  # "another force; and 20": the page's number, left at the item's end
        return replace(first, text=_PAGE_AT_END.sub("", first.text))
    if len(run) == 1:
        return first
    kind: BlockKind = "text" if first.kind == "line" else first.kind
    return replace(first, kind=kind, text=join_lines([block.text for block in run]), end=run[-1].end)


def _continues(run: Sequence[Block], block: Block) -> bool:
    first, last = run[0], run[-1]
    if first.kind == "row" or block.kind not in ("text", "line") or first.level or block.level:
        return False
    if not _OPEN_END.search(last.text[-1:]):
        return False
    if first.kind == "line" and not block.gap and not block.broken and _UNFINISHED.search(last.text):
        return True
    if first.kind == "line" and len(run) == 1 and not block.broken:  # a heading, unless the sentence plainly goes on
        return not block.gap and block.text[0].islower() and len(last.text.split()) >= _FEW
    if block.text[0].islower():
        if len(last.text) < SHORT and block.gap and not block.broken:  # two short lines, one below the other
            return False
        return first.kind != "item" or block.broken
    if not block.broken or block.kind != "text" or first.kind == "item":
        return False
    long = len(run) > 1 or len(last.text.split()) >= 8
    return bool(_UNFINISHED.search(last.text)) or (first.kind == "text" and long)


_DOT = re.compile("[•●▪■◼‣➢◦\uf0b7\uf0a7]")
_ROMAN = re.compile(r"(?<=[a-z.)])(iii|ii|iv|i|viii|vii|vi|v|ix|x)\. (?=[A-Z])")
_INLINE = re.compile(r"(?<=[:;,]\s)(?:and\s+|or\s+)?(?:\(([a-h]|[1-9]|i{1,3}|iv|vi{0,3})\)|([a-h]|[1-9])\))\s+(?=\S)")
_FIRST = re.compile(r"\b(?:should|must)\b(?:[^.;]{0,400}?[A-Za-z:,])?\s+(?P<mark>\((?:a|1|i)\)|[a1]\))\s+(?=\S)")
_ROMANS = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x")


def _split(block: Block, layout: Layout, comment: bool) -> Iterator[Block]:
    """Bullets, and in a comment markers and sentences, that were glued into one paragraph come apart."""
    raw = layout.source.text[block.start : block.end]
    cuts = [(dot.start(), dot.end(), _dot_marker(block, dot[0])) for dot in _DOT.finditer(raw)]
    cuts += [(start, end, "part") for start, end in _parts(raw)]
    if comment:
        cuts += [(start, end, "roman") for start, end in _glued_romans(raw)]
        cuts += [(place, place, "glue") for place in glued_at(raw)]
    cuts.sort()
    if not cuts or block.kind == "row" or block.level:
        yield block
        return
    lefts = [(0, block.marker), *((end, marker) for _, end, marker in cuts)]
    rights = [*(start for start, _, _ in cuts), len(raw)]
    for (left, marker), right in zip(lefts, rights, strict=True):
        lines = content_lines(layout.source.text, layout.headers, block.start + left, block.start + right)
        if lines:
            kind: BlockKind = "item" if marker else "text"
            text = clean(join_lines([line.text for line in lines]))
            start, end = content_span(lines)
            yield replace(block, kind=kind, text=text, start=start, end=end, marker=marker)


def _parts(raw: str) -> list[tuple[int, int]]:
    """Places of "(a) ", "(b) ", … in a paragraph that asks for several things at once.

    Each but the first follows a stop of its own, so that "section 3 (a) and (b)" stays whole.
    """
    first = _FIRST.search(raw)
    if not first:
        return []
    series = {"a": "abcdefgh", "1": "123456789", "i": _ROMANS}[first["mark"].strip("()")]
    places = [(first.start("mark"), first.end())]
    for match in _INLINE.finditer(raw, first.end()):
        name = match[1] or match[2]
        if len(places) < len(series) and name == series[len(places)]:
            places.append((match.start(1 if match[1] else 2) - bool(match[1]), match.end()))
    ends = [*(start for start, _ in places[1:]), len(raw)]
    parts = [raw[start:end].split() for (_, start), end in zip(places, ends, strict=True)]
    return places if len(places) > 1 and all(len(part) > 1 for part in parts) else []


def _dot_marker(block: Block, dot: str) -> str:
    """Marker of a glued bullet: that of its own item where the item began with one, so that they stand side by side."""
    name = "ring" if dot == "◦" else "dot"
    return block.marker if block.marker.startswith(name) else name


def _glued_romans(raw: str) -> list[tuple[int, int]]:
    """Places of "i. ", "ii. ", … glued to a word; only a run that starts at i and reaches ii, so "taxi. The" stays."""
    places: list[tuple[int, int]] = []
    run: list[tuple[int, int]] = []
    for match in _ROMAN.finditer(raw):
        if match[1] == _ROMANS[min(len(run), len(_ROMANS) - 1)]:
            run.append((match.start(1), match.end()))
        elif match[1] == "i":
            places += run if len(run) > 1 else []
            run = [(match.start(1), match.end())]
    return places + (run if len(run) > 1 else [])


def _nest(blocks: list[Block]) -> list[Block]:
    """Each item gets the index of the block that introduces it: the item it stands under, or the lead-in.

    Short lines that follow one another without a gap are a list whose first line is its caption.
    """
    nested: list[Block] = []
    stack: list[tuple[str, int]] = []
    lead: int | None = None
    for index, block in enumerate(blocks):
        if lead is not None and _lost_its_bullet(blocks[lead], block):
            nested.append(replace(block, kind="item", marker="lost", parent=lead))
            continue
        if block.kind != "item" or _is_numbered_heading(blocks, index):
            kind: BlockKind = "line" if block.kind == "item" else block.kind
            caption = _caption(nested, block) if kind == "line" else None
            nested.append(replace(block, kind=kind, marker="", parent=caption))
            stack = []
            lead = index if block.kind in ("text", "line") and block.text[-1] not in ".!?" else None
            continue
        open_markers = [marker for marker, _ in stack]
        if block.marker in open_markers:
            del stack[open_markers.index(block.marker) :]
        nested.append(replace(block, parent=stack[-1][1] if stack else lead))
        stack.append((block.marker, index))
    return nested


def _lost_its_bullet(lead: Block, block: Block) -> bool:
    plain = block.kind in ("text", "line") and not block.level
    return plain and block.text[0].islower() and lead.text[-1] == ":"


def _caption(before: list[Block], block: Block) -> int | None:
    if block.gap or not before or before[-1].kind != "line":
        return None
    return len(before) - 1 if before[-1].parent is None else before[-1].parent


def _is_numbered_heading(blocks: list[Block], index: int) -> bool:
    """ "2. Custody": a short numbered line among paragraphs, not one of a list."""
    block = blocks[index]
    if not block.marker.startswith(("number", "roman")) or not is_heading_like(block.text):
        return False
    around = blocks[max(index - 1, 0) : index] + blocks[index + 1 : index + 2]
    follows = index + 1 < len(blocks) and blocks[index + 1].kind in ("text", "line")
    return follows and all(other.kind != "item" for other in around) and block.text[-1] != ":"
