"""A tree of HTML to the lines that parsers see: paragraphs, `- ` items, tab-separated rows, marked headings."""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from selectolax.lexbor import LexborNode

from corpus.model import Heading
from corpus.readers.html.grids import grids_of
from corpus.readers.html.tree import BLOCKS, HEADINGS, collapse, events
from corpus.readers.reading import Text

LABEL = "\ue000{}\ue001"  # how the number that a list prints stands at the start of its item
_LONGEST = 300  # characters of a heading; with more, its end was forgotten and it is text
_DEEPEST = 12  # level of a list below which items are not indented any further
_LABELLED = re.compile("\ue000([^\ue000\ue001]{1,60})\ue001")
_SIMPLE = re.compile(r"\(?(?:\d{1,2}|[a-z]|[ivx]{1,6})[.)]?")  # a number that makes its line an item to the parsers
_OWN = re.compile(r"(?:[-–—*•·▪●◦]|\(?\d{1,3}[.)]|\(?[a-z]\))\s")
_TYPED = re.compile(r"^(\d[\d.]{0,8}\)?)\t+(?=[^\t]{20,}$)")  # the number of a paragraph, not a cell before another
_ROMAN = ((10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))


def text_of(root: LexborNode, dropped: Collection[int] = (), *, tabs: bool = False) -> Text:
    """Lines and headings of all below `root` but the `dropped` nodes. `tabs`: a tab is one, not a space."""
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
class _Walk:
    """Where the walk stands: the lines so far, and the text since the last end of a block."""

    grids: dict[int, list[str]]
    spaces: re.Pattern[str]
    lines: list[str] = field(default_factory=list)
    marks: list[tuple[int, int]] = field(default_factory=list)  # line, heading level
    buffer: list[str] = field(default_factory=list)
    gap: bool = False  # a blank line comes before the next one
    lists: list[_List] = field(default_factory=list)
    marker: str = ""  # of the item whose first words are still to come
    level: int = 0  # of the open heading
    preformatted: int = 0

    def text(self) -> Text:
        """What was written, with the offsets of the headings."""
        starts = [0]
        for line in self.lines:
            starts.append(starts[-1] + len(line) + 1)
        headings = tuple(Heading(starts[line], level) for line, level in self.marks)
        return Text("\n".join(self.lines) + "\n", headings)

    def enter(self, node: LexborNode) -> None:
        """Go into a node."""
        tag = node.tag or ""
        if tag == "-text":
            text = node.text_content or ""
            self.buffer.append(text if self.preformatted else self.spaces.sub(" ", text))
        elif tag in _GLYPHS:
            self.buffer.append(_GLYPHS[tag][0])
        elif tag in BLOCKS:
            self.end_block()
            if tag in _ENTER:
                _ENTER[tag](self, node)
            elif tag in HEADINGS:
                self.level = HEADINGS[tag]

    def leave(self, node: LexborNode) -> None:
        """Come out of a node."""
        tag = node.tag or ""
        if tag in _GLYPHS:
            self.buffer.append(_GLYPHS[tag][1])
        elif tag in BLOCKS:
            self.end_block()
            if tag in _LEAVE:
                _LEAVE[tag](self, node)
            elif tag in HEADINGS:
                self.level = 0

    def end_block(self) -> None:
        """Write the text since the last block: a heading, an item, a paragraph, or lines as they are."""
        text = "".join(self.buffer)
        self.buffer.clear()
        if self.preformatted:
            for line in text.split("\n"):
                self._add(line.rstrip())
        elif self.level:
            self._add_heading(_numbered(collapse(text)))
        elif self.lists:
            self._add_item(collapse(text))
        elif text:
            for line in text.split("\n"):
                self._add(_numbered(_TYPED.sub(r"\1 ", re.sub(" {2,}", " ", line).strip(" \t"))))
        self.gap = self.gap or not self.lists

    def _add(self, line: str) -> None:
        if not line.strip():
            self.gap = True
            return
        if self.gap and self.lines:
            self.lines.append("")
        self.gap = False
        self.lines.append(line)

    def _add_heading(self, text: str) -> None:
        if text.strip():
            self.gap = True
            self._add(text)
            self.marks += [(len(self.lines) - 1, self.level)] if len(text) <= _LONGEST else []
            self.gap = True

    def _add_item(self, text: str) -> None:
        if not text.strip():
            return
        depth, marker = min(len(self.lists), _DEEPEST), self.marker
        self.marker = ""
        label = _LABELLED.match(text)
        if label and not _SIMPLE.fullmatch(label[1]):  # "2.14", "Recommendation 3:" number a paragraph
            self.gap = True
            self._add(_numbered(text))
            self.gap = True
        elif label:
            self._add("   " * (depth - 1) + _item_marker(label[1]) + text[label.end() :].lstrip(" "))
        elif marker == "- " and _OWN.match(text):
            self._add("   " * (depth - 1) + text)
        else:
            self._add("   " * (depth - bool(marker)) + marker + text)

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
            self.marker = _counted(around.number, around.style) if around.ordered else "- "
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

    def open_grid(self, node: LexborNode) -> None:
        """A table or definition list of data is written at once; nothing is entered below it."""
        self.gap = True
        for line in self.grids.get(node.mem_id, ()):
            self._add(_numbered(line))
        self.gap = True


_GLYPHS = {"br": ("\n", ""), "q": ("“", "”")}
_Step = Callable[[_Walk, LexborNode], None]
_ENTER: dict[str, _Step] = {
    **dict.fromkeys(("ul", "ol", "menu", "dir"), _Walk.open_list),
    **dict.fromkeys(("pre", "xmp", "listing", "plaintext"), _Walk.open_pre),
    **dict.fromkeys(("table", "dl"), _Walk.open_grid),
    "li": _Walk.open_item,
}
_LEAVE: dict[str, _Step] = {
    **dict.fromkeys(("ul", "ol", "menu", "dir"), _Walk.close_list),
    **dict.fromkeys(("pre", "xmp", "listing", "plaintext"), _Walk.close_pre),
    "li": _Walk.close_item,
}


def _numbered(text: str) -> str:
    """`text` with its printed numbers as plain words."""
    return _LABELLED.sub(r"\1 ", text)


def _item_marker(label: str) -> str:
    """A printed number as parsers know it at the start of an item: a letter takes a bracket."""
    if label[-1] in ".)":
        return f"{label[:-1]}) " if re.fullmatch(r"[a-hj-z]\.", label) else f"{label} "
    return f"{label}. " if label.isdigit() else f"{label}) "


def _counted(number: int, style: str) -> str:
    """The marker of an item by its number and the `type` of its list."""
    if style in "aA" and 0 < number <= 26:
        return f"{chr(96 + number)}) "
    if style in "iI" and 0 < number < 40:
        roman = ""
        for value, sign in _ROMAN:
            roman += sign * (number // value)
            number %= value
        return f"{roman}. "
    return f"{number}. "


def _integer(given: str | None, default: int) -> int:
    return int(given) if given and re.fullmatch(r"-?\d{1,6}", given) else default
