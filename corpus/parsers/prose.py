"""Inspection reports, and any other document: headings, findings, grades, developing practice, glossary."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from corpus.parsers.builder import Builder
from corpus.dates import iso_date
from corpus.parsers.headings import contents_of, heading_level, label_of, section_kind
from corpus.parsers.layout import Block
from corpus.model import GlossaryEntry, Grade, PassageKind
from corpus.parsers.rows import GRADES, with_rows
from corpus.text import normalise

_RECOMMENDATION = re.compile(r"recommendation\s+(\d{1,3}[a-z]?)\b\s*[:.–-]?\s*(.*)", re.I | re.S)
_GRADE = re.compile(rf"grade\s*[:\t ]\s*({'|'.join(GRADES)})", re.I)
_GLOSSARY = re.compile(r"\b(?:glossary|abbreviations|acronyms)\b", re.I)
_TERM = re.compile(r"([A-Z][\w&/-]*(?: ?\([A-Z]+\))?)(?:\t|\s{2,}|\s+[–—-]\s+)(\S.*)", re.S)
_ABOUT = re.compile(r"(?:introduction|foreword|methodology|about)\b", re.I)
_ASKS = re.compile(r"\bshould\b|^That (?:the )?\w+")
_LIST_SECTIONS = (
    "recommendations",
    "summary of recommendations",
    "list of recommendations",
    "executive summary",
)


@dataclass(slots=True)
class _State:
    """Where the walk through the blocks stands."""

    contents: dict[str, int]
    number: str | None = None  # of the "RECOMMENDATION 7" line whose text comes next
    series: tuple[int, str] | None = None  # finding and marker of the items that a recommendation consists of
    concern: int | None = None  # open cause of concern, which takes the paragraphs that follow
    marked: bool = False  # the format marks headings, so that an unmarked one ("Cause of concern" in a box) is brief
    brief: int | None = None  # passages there were when such a heading came: it covers one, and its list
    header: int | None = None  # passage of the open table's header row
    placed: dict[int, int] = field(default_factory=dict)  # block -> passage
    summary: dict[str, tuple[str, str, int]] = field(default_factory=dict)
    national: dict[str, dict[str, int]] = field(default_factory=dict)
    graded: dict[tuple[str, ...], tuple[str, int]] = field(default_factory=dict)
    spread: dict[tuple[str, ...], dict[str, int]] = field(default_factory=dict)
    scale: tuple[str, ...] = ()
    asked: dict[str, list[tuple[Counter[str], int]]] = field(default_factory=dict)  # number -> words, finding


def parse_report(builder: Builder, blocks: Sequence[Block]) -> None:
    """Fill `builder` from the blocks of a report or of a document of no known kind."""
    blocks = list(with_rows(blocks))
    start, end, contents = contents_of(blocks)
    state = _State(contents, marked=any(block.level for block in blocks))
    front = start if end else _front(blocks)
    for at, block in enumerate(blocks):
        if start <= at < end or (at < front and block.kind == "line"):
            continue
        _close_brief(builder, state, block)
        if not (_label(builder, state, block) or _open(builder, state, blocks, at)):
            _place(builder, state, blocks, at)
    _grades(builder, state)


def _close_brief(builder: Builder, state: _State, block: Block) -> None:
    if state.brief is not None and len(builder.passages) > state.brief and block.kind != "item":
        builder.outline.pop()
        state.brief = state.concern = None


def _front(blocks: Sequence[Block]) -> int:
    """Length of the title page: short lines at the top, up to the heading of the first paragraph."""
    lines = next((at for at, block in enumerate(blocks) if block.kind != "line" or block.level), len(blocks))
    first_heading = lines - 1 if lines and lines < len(blocks) and not iso_date(blocks[lines - 1].text) else lines
    return first_heading if first_heading > 0 else min(lines, 1) if lines == len(blocks) else 0


def _open(builder: Builder, state: _State, blocks: Sequence[Block], at: int) -> bool:
    block = blocks[at]
    match = _RECOMMENDATION.fullmatch(block.text) if block.kind != "row" else None
    if match and (not match[2] or _ASKS.search(match[2]) or block.level):
        state.number, state.concern, state.header = match[1], None, None
        if match[2] and not block.level:
            cut = block.start + len(block.text) - len(match[2])
            _recommend(builder, state, at, replace(block, kind="text", text=match[2], start=min(cut, block.end)))
        return True
    if _is_letter(builder, block):
        return True
    if state.number is not None and not block.level and _ASKS.search(block.text):
        return False
    in_section = any(section_kind(heading) for heading in builder.path)
    level = heading_level(blocks, at, state.contents, in_section)
    if not level:
        return False
    builder.open(block.text, level)
    state.series = None
    state.brief = len(builder.passages) if state.marked and not block.level and section_kind(block.text) else None
    state.number = state.concern = state.header = None
    return True


def _label(builder: Builder, state: _State, block: Block) -> bool:
    label = label_of(block.text)
    if label is None:
        return False
    name, text = label
    base = next((lvl for lvl, heading in builder.outline if section_kind(heading) == "developing_practice"), None)
    if base is None:
        return False
    if name == "TITLE":
        builder.open(text, base + 1)
    elif name == "FORCE CONTACT":
        del builder.outline[[lvl for lvl, _ in builder.outline].index(base) + 2 :]
        builder.add(block, "context")
    elif name != "INSPECTION AREA":
        builder.open(name.capitalize().replace("(s)", "s"), base + 2)
        if text:
            builder.add(replace(block, text=text), "developing_practice")
    state.concern = state.header = None
    return True


def _place(builder: Builder, state: _State, blocks: Sequence[Block], at: int) -> None:
    block = blocks[at]
    if any(_GLOSSARY.search(heading) for heading in builder.path) and _define(builder, block):
        return
    if block.kind == "row":
        _table(builder, state, blocks, at)
    elif state.number is not None:
        _recommend(builder, state, at, block)
    elif _is_label(builder, state, blocks, at):
        return
    else:
        _text(builder, state, at, block)


def _is_label(builder: Builder, state: _State, blocks: Sequence[Block], at: int) -> bool:
    """Whether a line only says again, above a flattened table, what its first row or a heading says."""
    following = blocks[at + 1] if at + 1 < len(blocks) else None
    if blocks[at].kind != "line" or following is None or following.kind != "row":
        return False
    text = normalise(blocks[at].text)
    listed = any(heading.startswith(text) for heading in state.contents)
    return listed or text in {normalise(other) for other in (*following.cells, *builder.path)}


def _text(builder: Builder, state: _State, at: int, block: Block) -> None:
    state.header = None
    kind = kind_here(builder.path)
    parent = state.placed.get(block.parent) if block.parent is not None else None
    if state.series and state.series[1] == block.marker and parent is None:
        builder.extend(state.series[0], block.text)
        state.placed[at] = builder.add(block, "recommendation", finding=state.series[0])
        return
    state.series = None
    above = builder.passages[parent].finding if parent is not None else None
    if parent is not None and above is not None:
        builder.extend(above, block.text)
        state.placed[at] = builder.add(block, builder.passages[parent].kind, finding=above, parent=parent)
        return
    finding = None
    if kind == "area_for_improvement" and block.kind == "item" and _ASKS.search(block.text):
        finding = builder.add_finding("area_for_improvement", None, block.text)
    elif kind == "cause_of_concern":
        if state.concern is None:
            state.concern = builder.add_finding("cause_of_concern", None, block.text)
        finding = state.concern
    elif normalise(builder.path[-1] if builder.path else "") == "recommendations" and _ASKS.search(block.text):
        finding, kind = builder.add_finding("recommendation", block.number, block.text), "recommendation"
    state.placed[at] = builder.add(block, kind, finding=finding, parent=parent)


def _recommend(builder: Builder, state: _State, at: int, block: Block) -> None:
    """The text of a numbered recommendation; one that was met before is the same finding, met again."""
    number = state.number or ""
    state.number = None
    words = Counter(normalise(block.text).split())
    known = next((i for other, i in state.asked.get(number, ()) if _alike(words, other)), None)
    if known is None:
        known = builder.add_finding("recommendation", number, block.text)
        state.asked.setdefault(number, []).append((words, known))
    elif _listed(builder.sections[builder.findings[known].section]) and not _listed(builder.path):
        builder.findings[known] = replace(builder.findings[known], section=builder.section())
    state.placed[at] = builder.add(block, "recommendation", finding=known)
    state.series = (known, block.marker) if block.kind == "item" else None


def _alike(one: Counter[str], other: Counter[str]) -> bool:
    """Whether two recommendations of one number are the same, met again: nine words in ten are."""
    total = one.total() + other.total()
    return min(one.total(), other.total()) > 0.4 * total and 2 * (one & other).total() > 0.9 * total


def _listed(path: tuple[str, ...]) -> bool:
    return any(normalise(heading) in _LIST_SECTIONS for heading in path)


def kind_here(path: tuple[str, ...]) -> PassageKind:
    """Kind of a passage under `path`: the innermost heading of the vocabulary says it, else it is context."""
    if path and _ABOUT.match(path[0]):
        return "context"
    kinds = (section_kind(heading) for heading in reversed(path))
    return next((kind for kind in kinds if kind), "context")


def _is_letter(builder: Builder, block: Block) -> bool:
    in_glossary = any(_GLOSSARY.search(heading) for heading in builder.path)
    return in_glossary and bool(re.fullmatch(r"[A-Z]", block.text))


def _define(builder: Builder, block: Block) -> bool:
    match = _TERM.fullmatch(block.text)
    if not match:
        return False
    builder.glossary.append(GlossaryEntry(match[1], match[2].strip(), block.start))
    builder.add(block, "glossary")
    return True


def _scale(cells: Sequence[str]) -> tuple[str, ...]:
    words = tuple(cell.lower() for cell in cells if cell)
    return words if len(words) > 2 and all(word in GRADES for word in words) else ()


def _table(builder: Builder, state: _State, blocks: Sequence[Block], at: int) -> None:
    block = blocks[at]
    cells = [cell for cell in block.cells if cell]
    area = normalise(cells[0])
    scale = _scale(cells)
    counts = cells if cells[0].isdigit() else cells[1:]
    kind: PassageKind = kind_here(builder.path)
    if scale:
        state.scale, state.header, kind = scale, None, "grade"
    elif state.scale and len(counts) == len(state.scale) and all(c.isdigit() for c in counts):
        spread = dict(zip(state.scale, map(int, counts), strict=True))
        if cells[0].isdigit():
            state.spread[builder.path[:1]] = spread
        else:
            state.national[area] = spread
        kind = "grade"
    elif match := _GRADE.fullmatch(block.text):
        state.graded[tuple(h for h in builder.path if not section_kind(h))] = (match[1].lower(), block.start)
        kind = "grade"
    elif len(cells) == 2 and cells[1].lower() in GRADES:
        state.summary.setdefault(area, (cells[0], cells[1].lower(), block.start))
        kind = "grade"
    elif len(cells) == 2 and cells[1].lower() == "grade":
        kind = "grade"
    passage = builder.add(block, kind, parent=state.header)
    if state.header is None and not any(ch.isdigit() for ch in block.text) and not _GRADE.fullmatch(block.text):
        state.header = passage


def _grades(builder: Builder, state: _State) -> None:
    """One grade an area: from its section, its row in the summary, or both."""
    rest = dict(state.summary)
    for path, (grade, start) in state.graded.items():
        tail = normalise(re.split(r"\s[–-]\s", path[-1])[-1]) if path else ""
        name, stated, _ = rest.pop(tail, (re.split(r"\s[–-]\s", path[-1])[-1] if path else "", grade, start))
        if stated != grade:
            builder.notes.append(f"The summary grades {name} {stated}, its own section {grade}; the section's is kept.")
        spread = state.spread.get(path[:1]) or state.national.get(tail)
        section = builder.sections.index(path) if path in builder.sections else None
        builder.grades.append(Grade(name, grade, section, spread, start))
    for area, (name, grade, start) in rest.items():
        builder.grades.append(Grade(name, grade, None, state.national.get(area), start))
