"""What a Word document says of a paragraph by reference only: heading level, place in a list, printed number."""

import re
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
TITLE = 0  # level of the document's title; that of "Heading 1" is 1
_GENERATED = re.compile(r"toc \d|toc heading|table of figures")  # lists of headings that Word fills in
_DEEPER = re.compile(r"list (?:bullet|number) ([2-5])")
_ROMAN = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"))
_ROMANS = (*_ROMAN, (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))


@dataclass(frozen=True, slots=True)
class Place:
    """Of a paragraph in a list: its level from 0, and its printed number, None for a bullet."""

    level: int
    number: str | None


@dataclass(frozen=True, slots=True)
class _Style:
    name: str
    above: str | None
    properties: Element | None


@dataclass(frozen=True, slots=True)
class _Level:
    start: int
    form: str  # "decimal", "bullet", …
    text: str  # "%1.%2"


@dataclass(slots=True)
class Numbering:
    """The styles and lists of a document, and how far each list has counted."""

    styles: dict[str, _Style]
    lists: dict[str, tuple[str, dict[int, int]]]  # numId -> abstract list, levels that start anew at a number
    levels: dict[str, dict[int, _Level]]  # abstract list -> its levels
    linked: dict[tuple[str, str], int]  # abstract list, paragraph style -> level
    counts: dict[str, dict[int, int]] = field(default_factory=dict)

    def is_generated(self, paragraph: Element) -> bool:
        """Whether the paragraph is a line of a table of contents."""
        return any(_GENERATED.fullmatch(style.name) for style in self._styles(paragraph)[:1])

    def heading_level(self, paragraph: Element) -> int | None:
        """Level by the paragraph's own outline level, or by the name or outline level of a style it builds on."""
        own = _value(paragraph, "pPr", "outlineLvl")
        if own is not None:
            return int(own) + 1 if own in "012345678" else None
        for style in self._styles(paragraph):
            if style.name in ("title", "subtitle"):
                return TITLE if style.name == "title" else None
            if match := re.fullmatch(r"heading ([1-9])", style.name):
                return int(match[1])
            outline = _value(style.properties, "outlineLvl")
            if outline is not None:
                return int(outline) + 1 if outline in "012345678" else None
        return None

    def place(self, paragraph: Element) -> Place | None:
        """Where the paragraph stands in a list, None where in none. To be asked once for each, in order: it counts."""
        styles = self._styles(paragraph)
        sources = [_child(paragraph, "pPr"), *(style.properties for style in styles)]
        list_id = next((found for at in sources if (found := _value(at, "numPr", "numId"))), None)
        if list_id is None or list_id not in self.lists:
            return None
        named = next((found for at in sources if (found := _value(at, "numPr", "ilvl"))), None)
        abstract, starts = self.lists[list_id]
        own = _value(paragraph, "pPr", "pStyle") or ""
        level = int(named) if named and named.isdigit() else self.linked.get((abstract, own), 0)
        kind = self.levels.get(abstract, {}).get(level)
        if kind is None:
            return None
        number = None if kind.form == "bullet" else self._count(list_id, abstract, level, starts)
        deeper = next((int(m[1]) - 1 for s in styles if (m := _DEEPER.fullmatch(s.name))), 0)
        return None if number == "" else Place(level or deeper, number)

    def _count(self, list_id: str, abstract: str, level: int, starts: dict[int, int]) -> str:
        levels = self.levels[abstract]
        counts = self.counts.setdefault(f"list {list_id}" if starts else abstract, {})  # one started anew counts apart
        counts[level] = counts[level] + 1 if level in counts else starts.get(level, levels[level].start)
        for deeper in [other for other in counts if other > level]:
            del counts[deeper]

        def printed(match: re.Match[str]) -> str:
            at = int(match[1]) - 1
            known = levels.get(at)
            return _printed(counts.get(at, known.start if known else 1), known.form if known else "decimal")

        return re.sub(r"%([1-9])", printed, levels[level].text).strip()

    def _styles(self, paragraph: Element) -> list[_Style]:
        """The paragraph's style and those it builds on, nearest first."""
        chain: list[_Style] = []
        name = _value(paragraph, "pPr", "pStyle")
        while name in self.styles and len(chain) < 12:
            chain.append(self.styles[name])
            name = self.styles[name].above
        return chain


def numbering_of(styles: Element | None, numbering: Element | None) -> Numbering:
    """From the roots of styles.xml and numbering.xml; both may be missing."""
    known = {
        style.get(f"{W}styleId", ""): _Style(
            (_value(style, "name") or "").lower(), _value(style, "basedOn"), _child(style, "pPr")
        )
        for style in (styles if styles is not None else ())
        if style.tag == f"{W}style"
    }
    made = Numbering(known, {}, {}, {})
    links: dict[str, str] = {}
    for node in numbering if numbering is not None else ():
        if node.tag == f"{W}abstractNum":
            abstract = node.get(f"{W}abstractNumId", "")
            made.levels[abstract] = {}
            if style := _value(node, "styleLink"):
                links[style] = abstract
            for level in node.iter(f"{W}lvl"):
                _add_level(made, abstract, level)
    for node in numbering if numbering is not None else ():
        if node.tag == f"{W}num":
            _add_list(made, node)
        elif (style := _value(node, "numStyleLink")) in links:
            made.levels[node.get(f"{W}abstractNumId", "")] = made.levels[links[style or ""]]
    return made


def _add_level(made: Numbering, abstract: str, node: Element) -> None:
    at = _integer(node.get(f"{W}ilvl"), 0)
    form, text = _value(node, "numFmt") or "decimal", _value(node, "lvlText") or ""
    made.levels[abstract][at] = _Level(_integer(_value(node, "start"), 1), form, text)
    if style := _value(node, "pStyle"):
        made.linked[abstract, style] = at


def _add_list(made: Numbering, node: Element) -> None:
    abstract = _value(node, "abstractNumId") or ""
    starts: dict[int, int] = {}
    for override in node.iter(f"{W}lvlOverride"):
        at = _integer(override.get(f"{W}ilvl"), 0)
        start = _value(override, "startOverride")
        if start is not None:
            starts[at] = _integer(start, 1)
    made.lists[node.get(f"{W}numId", "")] = (abstract, starts)


def _child(node: Element | None, *path: str) -> Element | None:
    for name in path:
        node = node.find(f"{W}{name}") if node is not None else None
    return node


def _value(node: Element | None, *path: str) -> str | None:
    found = _child(node, *path)
    return found.get(f"{W}val") if found is not None else None


def _integer(text: str | None, default: int) -> int:
    return int(text) if text and re.fullmatch(r"\d{1,6}", text) else default


def _printed(count: int, form: str) -> str:
    """A number as its list prints it."""
    if form in ("lowerLetter", "upperLetter"):
        letter = chr(97 + (count - 1) % 26) * ((count - 1) // 26 % 5 + 1)
        return letter if form == "lowerLetter" else letter.upper()
    if form in ("lowerRoman", "upperRoman"):
        roman = ""
        for value, sign in _ROMANS:
            roman += sign * min(count // value, 9)
            count %= value
        return roman if form == "lowerRoman" else roman.upper()
    if form == "none":
        return ""
    return f"{count:02d}" if form == "decimalZero" else str(count)
