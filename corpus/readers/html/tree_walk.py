"""A tree of HTML to the lines that parsers see: paragraphs, `- ` items, tab-separated rows, marked headings."""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from operator import attrgetter

from selectolax.lexbor import LexborNode

from corpus.model import Heading, Mark, MarkKind
from corpus.readers.html.block_lines import Line, counted, is_text, item_line, lines_of, numbered
from corpus.readers.html.grids import Grid, grids_of
from corpus.readers.html.tree import BLOCKS, HEADINGS, collapse, events, names_of, words_in
from corpus.readers.html.words import page_words
from corpus.readers.reading import Text

_DEEPEST = 12  # level of a list below which items are not indented any further


def text_of(root: LexborNode, dropped: Collection[int] = (), *, tabs: bool = False) -> Text:
    """Lines, headings and marks of all below `root` but the `dropped` nodes. `tabs`: a tab is one, not a space."""
    walk = _Walk(grids_of(root, dropped), re.compile("[ \n\r\f]+" if tabs else "[ \t\n\r\f]+"))
    for node, entering in events(root, dropped, walk.grids.keys()):
        (walk.enter if entering else walk.leave)(node)
    walk.end_block()
    return walk.text()


@dataclass(slots=True)
class _List:
    ordered: bool
    number: int
    style: str


@dataclass(slots=True)
class _Heading:
    line: int
    level: int
    end: int | None = None  # line after the last of the box


@dataclass(slots=True)
class _Box:
    """An open box: how many headings and what level stood before it, and the level of the line that names it."""

    headings: int
    above: int
    line: int  # the first that was written in it
    within: "_Box | None"  # the nearest box around that has a name
    quotes: bool = False  # its first line is not its own: parsers see where the quotation ends
    floor: int = 0
    shift: int | None = None  # by which its own headings go below that

    def named(self) -> "_Box | None":
        """This box, or the one around that has a name."""
        return self if self.floor else self.within


@dataclass(slots=True)
class _Walk:
    """Where the walk stands: the lines so far, and the text since the last end of a block."""

    grids: dict[int, Grid]
    spaces: re.Pattern[str]
    lines: list[str] = field(default_factory=list)
    headings: list[_Heading] = field(default_factory=list)
    unended: list[_Heading] = field(default_factory=list)  # those that may end with a box
    marks: list[tuple[int, int, MarkKind]] = field(default_factory=list)  # first line, line after the last
    buffer: list[Line] = field(default_factory=list)
    gap: bool = False  # a blank line comes before the next one
    lists: list[_List] = field(default_factory=list)
    boxes: list[_Box] = field(default_factory=list)
    spans: list[int] = field(default_factory=list)  # line at which each open mark starts
    marker: str = ""  # of the item whose first words are still to come
    level: int = 0  # of the open heading
    above: int = 0  # level of the last heading in no box that is closed
    strong: int = 0  # open elements of bold text
    preformatted: int = 0
    pictured: bool = False  # nothing was written since a table or picture

    def text(self) -> Text:
        """What was written, with the offsets of headings and marks."""
        starts = [0]
        for line in self.lines:
            starts.append(starts[-1] + len(line) + 1)
        headings = (Heading(starts[h.line], h.level, h.end and starts[h.end]) for h in self.headings)
        marks = (Mark(starts[first], starts[end] - 1, kind) for first, end, kind in self.marks)
        return Text("\n".join(self.lines) + "\n", tuple(headings), marks=tuple(sorted(marks, key=lambda m: m.start)))

    def enter(self, node: LexborNode) -> None:
        """Go into a node."""
        tag = node.tag or ""
        if tag == "-text":
            text = words_in(node)
            self.buffer.append((text if self.preformatted else self.spaces.sub(" ", text), self.strong > 0))
        elif tag in _GLYPHS:
            self.buffer.append((_GLYPHS[tag][0], self.strong > 0))
        elif tag in BLOCKS:
            self.end_block()
            self.open_block(node, tag)
        elif tag in _STRONG:
            self.strong += 1

    def leave(self, node: LexborNode) -> None:
        """Come out of a node."""
        tag = node.tag or ""
        if tag in _GLYPHS:
            self.buffer.append((_GLYPHS[tag][1], self.strong > 0))
        elif tag in BLOCKS:
            self.end_block()
            self.close_block(node, tag)
        elif tag in _STRONG:
            self.strong -= 1

    def open_block(self, node: LexborNode, tag: str) -> None:
        """What starts with the block: a box, a mark, a heading, a list."""
        if _is_box(node, tag):
            self.open_box(quotes=tag == "blockquote")
        if _marked_as(node, tag):
            self.spans.append(len(self.lines))
        if tag in _ENTER:
            _ENTER[tag](self, node)
        elif tag in HEADINGS:
            self.level = HEADINGS[tag]

    def close_block(self, node: LexborNode, tag: str) -> None:
        """What ends with the block."""
        if tag in _LEAVE:
            _LEAVE[tag](self, node)
        elif tag in HEADINGS:
            self.level = 0
        if kind := _marked_as(node, tag):
            self.mark(self.spans.pop(), kind)
        if _is_box(node, tag):
            self.close_box()

    def mark(self, first: int, kind: MarkKind) -> None:
        """Mark the lines from `first` on."""
        first += first < len(self.lines) and not self.lines[first]
        if first < len(self.lines):
            self.marks.append((first, len(self.lines), kind))

    def open_box(self, *, quotes: bool = False) -> None:
        """Headings from here on end with the box."""
        within = self.boxes[-1].named() if self.boxes else None
        self.boxes.append(_Box(len(self.unended), self.above, len(self.lines), within, quotes))

    def close_box(self) -> None:
        """The headings in the box end with it, unless nothing stands under the last of them."""
        box = self.boxes.pop()
        if box.headings < len(self.unended) and self.unended[-1].line < len(self.lines) - 1:
            for heading in self.unended[box.headings :]:
                heading.end = len(self.lines)
            del self.unended[box.headings :]
            self.above = box.above

    def end_block(self) -> None:
        """Write the text since the last block: a heading, an item, a paragraph, or lines as they are."""
        pieces, self.buffer = self.buffer, []
        text = "".join(text for text, _ in pieces)
        if self.preformatted:
            for line in text.split("\n"):
                self.add(line.rstrip())
        elif self.level:
            self.add_heading(numbered(collapse(text)))
        elif self.lists:
            self.add_item(collapse(text))
        elif text:
            self.add_paragraph(lines_of(pieces))
        self.gap = self.gap or not self.lists

    def add(self, line: str) -> None:
        """Write a line; a blank one is written before the next."""
        if not line.strip():
            self.gap = True
            return
        if self.gap and self.lines:
            self.lines.append("")
        self.gap = self.pictured = False
        self.lines.append(line)

    def add_paragraph(self, lines: list[Line]) -> None:
        """Write a paragraph; one that begins as the source of a table or picture right above it is its caption.

        The first line of a box may be its name.
        """
        pictured, first = self.pictured, len(self.lines)
        if self.begins_box() and page_words().titles.fullmatch(lines[0][0].strip(" :")):
            self.add_name(lines[0][0])
            lines = lines[1:]
        for line, strong in lines:
            self.add(line)
            if strong and line.strip():
                self.mark(len(self.lines) - 1, "strong")
        if pictured and page_words().captions.match("".join(line for line, _ in lines).strip()):
            self.mark(first, "caption")
            self.pictured = True

    def add_heading(self, text: str) -> None:
        """Write a heading, below the line that names its box."""
        if not text.strip():
            return
        self.gap = True
        self.add(text)
        self.gap = True
        if is_text(text):
            return
        level = self.level
        if box := self.boxes[-1].named() if self.boxes else None:
            box.shift = max(0, box.floor + 1 - level) if box.shift is None else box.shift
            level = max(level + box.shift, box.floor + 1) if level > 1 else level
        self.headings.append(_Heading(len(self.lines) - 1, level))
        self.unended += self.headings[-1:] if level > 1 else []
        self.above = level

    def begins_box(self) -> bool:
        """Whether the next line is the first of a box that may have a name."""
        return bool(self.boxes) and self.boxes[-1].line == len(self.lines) and not self.boxes[-1].quotes

    def add_name(self, text: str) -> None:
        """Write the line that names the open box, or several of them: a heading of the level below the one above."""
        first = len(self.lines)
        self.level = max(self.above, 1) + 1
        self.add_heading(text)
        self.level = 0
        for box in reversed(self.boxes):
            if box.line < first:
                break
            box.floor = self.above

    def add_item(self, text: str) -> None:
        """Write the next words of a list item."""
        if not text.strip():
            return
        marker, self.marker = self.marker, ""
        line, apart = item_line(text, marker, min(len(self.lists), _DEEPEST))
        self.gap = self.gap or apart
        self.add(line)
        self.gap = apart

    def open_list(self, node: LexborNode) -> None:
        """Items that follow stand one level deeper."""
        given = node.attributes
        self.lists.append(_List(node.tag == "ol", _integer(given.get("start"), 1), given.get("type") or "1"))

    def close_list(self, _: LexborNode) -> None:
        """Back to the level above; outside all lists, paragraphs are parted again."""
        self.lists.pop()
        self.gap = self.gap or not self.lists

    def open_item(self, node: LexborNode) -> None:
        """The next words get a marker."""
        if self.lists:
            around = self.lists[-1]
            around.number = _integer(node.attributes.get("value"), around.number)
            self.marker = counted(around.number, around.style) if around.ordered else "- "
            around.number += 1

    def close_item(self, _: LexborNode) -> None:
        """An item without words has no marker."""
        self.marker = ""

    def open_pre(self, _: LexborNode) -> None:
        """Line ends and spaces count from here."""
        self.gap = True
        self.preformatted += 1

    def close_pre(self, _: LexborNode) -> None:
        """They count no more."""
        self.gap = True
        self.preformatted -= 1

    def open_summary(self, _: LexborNode) -> None:
        """The line that is shown of a collapsed part names it: a heading of the level below the one above."""
        self.level = max(self.above, 1) + 1

    def close_summary(self, _: LexborNode) -> None:
        """Headings of the collapsed part go below it."""
        self.level = 0
        if self.boxes and len(self.unended) > self.boxes[-1].headings:
            self.boxes[-1].floor = self.unended[-1].level

    def open_head(self, node: LexborNode) -> None:
        """A head that is alone in its row names the table that is laid out below it."""
        if _is_alone(node):
            self.open_summary(node)

    def close_head(self, node: LexborNode) -> None:
        """What stands below goes below it."""
        if _is_alone(node):
            self.close_summary(node)

    def open_grid(self, node: LexborNode) -> None:
        """A table or definition list of data is written at once; nothing is entered below it."""
        self.gap = True
        if grid := self.grids.get(node.mem_id):
            for caption in grid.captions:
                self.add(numbered(caption))
                self.mark(len(self.lines) - 1, "caption")
                self.gap = True
            self.open_box()
            for row in grid.rows:
                if "\t" not in row and page_words().titles.fullmatch(row.strip(" :")):
                    self.add_name(row)
                else:
                    self.add(numbered(row))
            self.close_box()
        self.gap = True

    def close_picture(self, _: LexborNode) -> None:
        """What follows may say where the numbers are from."""
        self.pictured = True


_GLYPHS = {"br": ("\n", ""), "q": ("“", "”")}
_STRONG = frozenset(("b", "strong"))
_BOXES = frozenset(("details", "aside", "blockquote", "fieldset", "table", "td"))
_MARKED: dict[str, MarkKind] = {"blockquote": "quote", "caption": "caption", "figcaption": "caption"}
_NOTES = re.compile(r"(?:.*[-_])?(?:foot|end)-?notes?(?:[-_:]?\d{1,4})?|(?:fn|ftn)[-_:]?\d{1,4}", re.I)


def _is_box(node: LexborNode, tag: str) -> bool:
    """Whether the page sets the element apart from what follows it."""
    if tag in ("div", "section"):
        return any(page_words().boxes.match(name) for name in names_of(node))
    return tag in _BOXES


def _is_alone(node: LexborNode) -> bool:
    """Whether a cell is the only one of its row."""
    for step in (attrgetter("prev"), attrgetter("next")):
        at = step(node)
        while at is not None and at.tag not in ("td", "th"):
            at = step(at)
        if at is not None:
            return False
    return True


def _marked_as(node: LexborNode, tag: str) -> MarkKind | None:
    if tag in ("ol", "ul", "li", "section", "div", "aside") and any(map(_NOTES.fullmatch, names_of(node))):
        return "note"
    return _MARKED.get(tag)


_Step = Callable[[_Walk, LexborNode], None]
_ENTER: dict[str, _Step] = {
    **dict.fromkeys(("ul", "ol", "menu", "dir"), _Walk.open_list),
    **dict.fromkeys(("pre", "xmp", "listing", "plaintext"), _Walk.open_pre),
    **dict.fromkeys(("table", "dl"), _Walk.open_grid),
    "li": _Walk.open_item,
    "summary": _Walk.open_summary,
    "th": _Walk.open_head,
}
_LEAVE: dict[str, _Step] = {
    **dict.fromkeys(("ul", "ol", "menu", "dir"), _Walk.close_list),
    **dict.fromkeys(("pre", "xmp", "listing", "plaintext"), _Walk.close_pre),
    **dict.fromkeys(("table", "figure"), _Walk.close_picture),
    "li": _Walk.close_item,
    "summary": _Walk.close_summary,
    "th": _Walk.close_head,
}


def _integer(given: str | None, default: int) -> int:
    return int(given) if given and re.fullmatch(r"-?\d{1,6}", given) else default
