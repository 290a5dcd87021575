"""The grades of one document: gathered from lines, tables and sentences while it is walked through."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from corpus.model import Grade, PassageKind
from corpus.parsers.builder import Builder
from corpus.parsers.grades import GRADES, WORD, Stated, direction_of, grade_of, is_ungraded, same_area, scale_of, spoken
from corpus.parsers.grammar import shipped
from corpus.parsers.layout import Block
from corpus.text import normalise

_GLOSSARY = re.compile(r"\b(?:glossary|abbreviations|acronyms)\b", re.I)
_GRADE_ROW = re.compile(rf"grade\s*[:\t ]\s*({WORD})(?:\t.*)?", re.I)
_EARLIER = re.compile(
    r"\b(?:in (?:19|20)\d\d|(?:19|20)\d\d(?:/\d\d)?,|previous(?:ly)?|before|last time|earlier)\b", re.I
)
_GRADED = re.compile(r"\b(?:grades?|graded|judge?ments?|ratings?)\b", re.I)
# A heading under which the grades are explained
_SCALE = re.compile(
    r"\b(?:how we (?:grade|judge|assess)|what (?:our |the |these )?(?:grades|judge?ments|gradings) mean|"
    r"(?:grading|rating) (?:scale|scheme|system)|(?:definition|meaning|explanation|description)s? of|"
    r"about (?:our|the) (?:grades|judge?ments|gradings))\b",
    re.I,
)
_OPENING = 4  # paragraphs of an overview before its first section, in which grades are told


def _bare(block: Block) -> bool:
    """A short line without mark-up or number."""
    return block.kind == "line" and not block.level and len(block.text) < 70


@dataclass(slots=True)
class Verdicts:
    """What was met so far. `header` is the passage of the open table's head row."""

    builder: Builder
    peel: bool
    others: Callable[[str], bool]  # whether a text names another force than the document's own
    header: int | None = None
    adjacent: bool = False  # the open question stands right below its pillar
    pillars: set[tuple[str, ...]] = field(default_factory=set)  # questions that are their pillar's own
    fresh: bool = False  # nothing of the answer to the open question has been met yet
    after_grade: bool = False  # the open section has its grade and its first paragraph is still to come
    opening: int = 0  # paragraphs before the first section
    scale: tuple[str, ...] = ()
    columns: bool = False  # the open table gives areas under its grades
    paired: bool = False  # the open table has an area and its grade in each row
    summary: dict[str, tuple[str, Stated]] = field(default_factory=dict)
    national: dict[str, dict[str, int]] = field(default_factory=dict)
    graded: dict[tuple[str, ...], Stated] = field(default_factory=dict)
    spread: dict[tuple[str, ...], dict[str, int]] = field(default_factory=dict)
    told: list[Stated] = field(default_factory=list)

    def in_glossary(self) -> bool:
        """Whether a section of short forms is open."""
        return any(_GLOSSARY.search(heading) for heading in self.builder.path)

    def is_grade(self, text: str) -> bool:
        """Whether a line says nothing but a grade, its direction, or that there is none."""
        return grade_of(text) is not None or direction_of(text) is not None or is_ungraded(text)

    def opened(self, level: int) -> None:
        """A section opens."""
        self.header = None
        self.fresh = level <= 2 or self.peel
        self.after_grade = self.paired = self.columns = False
        self.opening = _OPENING

    def listed(self, blocks: Sequence[Block], at: int) -> bool:
        """Take a line of a list that gives the areas under each grade."""
        grade = self._over(blocks, at) if self.peel else None
        if grade is None:
            return False
        text = blocks[at].text
        if grade_of(text) is None and normalise(text) != "none":
            self.summary.setdefault(normalise(text), (text, Stated(text, grade, blocks[at].start)))
        self.builder.add(blocks[at], "grade")
        return True

    def line(self, blocks: Sequence[Block], at: int) -> bool:
        """Take a grade that stands on a line of its own; a second one right below is that of an earlier inspection."""
        block = blocks[at]
        usable = block.kind != "item" and (self.peel or self.fresh) and not any(map(_SCALE.search, self.builder.path))
        stated = grade_of(block.text) if usable else None
        direction = direction_of(block.text) if usable else None
        if direction and (known := self.graded.get(self._area_path())):
            self.graded[self._area_path()] = replace(known, direction=known.direction or direction)
            self.builder.add(block, "grade")
            return True
        if stated is None:
            return block.kind != "item" and is_ungraded(block.text) and self._ungraded(block)
        path = self._area_path()
        known = self.graded.get(path)
        if known is None and path:
            self.graded[path] = replace(stated, start=block.start)
            self.builder.section()
            if self.adjacent:
                self.pillars.add(path)
        elif known and known.before is None and self.fresh:
            self.graded[path] = replace(known, before=stated.grade)
        self.builder.add(block, "grade")
        self.after_grade = True
        return True

    def _over(self, blocks: Sequence[Block], at: int) -> str | None:
        """The grade above a line in a list that gives areas under each grade ("Good", two areas, "Adequate", …)."""
        first = last = at
        while first and _bare(blocks[first - 1]) and not blocks[first].gap:
            first -= 1
        while last + 1 < len(blocks) and _bare(blocks[last + 1]) and not blocks[last + 1].gap:
            last += 1
        run = blocks[first : last + 1] if _bare(blocks[at]) else []
        graded = [i for i, block in enumerate(run) if grade_of(block.text)]
        if len(graded) < 2 or graded[0] or graded[-1] == len(run) - 1 or any(b.text[-1] == "?" for b in run):
            return None
        stated = next((grade_of(run[i].text) for i in reversed(graded) if i <= at - first), None)
        return stated.grade if stated else None

    def _ungraded(self, block: Block) -> bool:
        self.builder.add(block, "context")
        return True

    def prose(self, block: Block) -> None:
        """Take the grades that the opening of an answer, or of an overview, states."""
        if not self.peel or (block.kind == "item" and self.builder.path):
            return
        if not self.builder.path or self.opening < _OPENING:
            if self.opening < _OPENING:
                self.opening += 1
                self.told += [replace(s, start=block.start + s.start) for s in spoken(block.text, self.others)]
            return
        if not self.fresh:
            return
        self.fresh = False
        found = list(spoken(block.text, self.others))
        path = self._area_path()
        if found and path and path not in self.graded and found[0].start < 80 and not self.after_grade:
            self.graded[path] = Stated("", found[0].grade, block.start)
            found = found[1:]
        known = self.graded.get(path)
        if found and known and found[0].grade == known.grade:  # the grade above, in words
            found = found[1:]
        if self.after_grade:
            self.told += [replace(s, start=block.start + s.start) for s in found]
        self.after_grade = False

    def row(self, block: Block, kind: PassageKind) -> None:
        """Take a table row that is none of findings."""
        cells = [cell for cell in block.cells if cell and cell != "–"]
        stated = _GRADE_ROW.fullmatch("\t".join(cells))
        if scale := scale_of(block.cells):
            self.scale, self.header, kind = scale, None, "grade"
            self.columns = bool(block.cells[0].strip()) and block.cells[0].lower() in GRADES
        elif (self.scale and self._counts(cells)) or (
            self.columns and self.scale and len(block.cells) <= len(self.scale) and self._by_column(block)
        ):
            kind = "grade"
        elif stated:
            self.graded[self._area_path()] = replace(grade_of(stated[1]) or Stated("", "", 0), start=block.start)
            kind = "grade"
        elif len(cells) == 2 and (stated_here := grade_of(cells[0])) and (direction := direction_of(cells[1])):
            self.graded.setdefault(self._area_path(), replace(stated_here, start=block.start, direction=direction))
            kind = "grade"
        elif self._pair(block, cells):
            kind = "grade"
        elif len(cells) > 1 and any(_GRADED.fullmatch(cell) for cell in cells[1:]):
            self.paired, kind = True, "grade"
        passage = self.builder.add(block, kind, parent=self.header)
        if self.header is None and not any(ch.isdigit() for ch in block.text) and not stated:
            self.header = passage

    def _counts(self, cells: Sequence[str]) -> bool:
        """A row of how many forces have each grade."""
        counts = cells if cells and cells[0].isdigit() else cells[1:]
        if len(counts) not in (len(self.scale), len(self.scale) + 1) or not all(c.isdigit() for c in counts):
            return False
        spread = dict(zip(self.scale, map(int, counts), strict=False))
        if cells[0].isdigit():
            self.spread[self.builder.path[:1]] = spread
        else:
            self.national[normalise(cells[0])] = spread
        return True

    def _by_column(self, block: Block) -> bool:
        areas = [(cell, grade) for cell, grade in zip(block.cells, self.scale, strict=False) if cell and cell != "–"]
        if not areas or any(cell.isdigit() for cell, _ in areas):
            return False
        for cell, grade in areas:
            self.summary.setdefault(normalise(cell), (cell, Stated(cell, grade, block.start)))
        return True

    def _pair(self, block: Block, cells: Sequence[str]) -> bool:
        """An area, its grade, and perhaps its direction or the grade before."""
        if len(cells) < 2 or cells[0].isdigit() or len(cells) > 4:
            return False
        stated = grade_of(" – ".join(cells[1:3])) or grade_of(cells[1])
        if stated is None or grade_of(cells[0]) or _EARLIER.search(cells[0]):
            return False
        other = grade_of(cells[2]) if len(cells) > 2 and not stated.direction else None
        stated = replace(
            stated, area=cells[0], start=block.start, before=stated.before or (other.grade if other else None)
        )
        self.summary.setdefault(normalise(cells[0]), (cells[0], stated))
        return True

    def _area_path(self) -> tuple[str, ...]:
        """The open section without the headings that only say what kind of text stands below."""
        return tuple(
            h
            for h in self.builder.path
            if not ((label := shipped().heading(h)) and label.kind not in ("other", "judgement"))
        )

    def close(self) -> None:
        """One grade an area: from its section, its row in a summary, or a sentence."""
        builder, rest = self.builder, dict(self.summary)
        sections = {path: at for at, path in enumerate(builder.sections)}
        named: set[str] = set()
        for path, stated in self.graded.items():
            name = path[-2] if path in self.pillars else _area(path)
            tail = normalise(re.split(r"\s[–-]\s", name)[-1])
            row = next((key for key in (tail, normalise(name)) if key in rest), None)
            listed = rest.pop(row) if row else None
            if listed and listed[1].grade != stated.grade:
                says = f"The summary grades {listed[0]} {listed[1].grade}, its own section {stated.grade};"
                builder.notes.append(f"{says} the section's is kept.")
            spread = self.spread.get(path[:1]) or self.national.get(tail)
            if normalise(name) in named:
                continue  # said again
            area = listed[0] if listed else re.split(r"\s[–-]\s", name)[-1] if not self.peel else name
            named.add(normalise(area))
            builder.grades.append(
                Grade(area, stated.grade, sections.get(path), spread, stated.start, stated.direction, stated.before)
            )
        for key, (name, stated) in rest.items():
            if not self._known(name, stated):
                builder.grades.append(_grade(name, stated, self.national.get(key)))
        for stated in self.told:
            if not self._known(stated.area, stated):
                builder.grades.append(_grade(stated.area, stated, None))

    def _known(self, name: str, stated: Stated) -> bool:
        """Whether an area has its grade already, under a name of the same words."""
        plain = normalise(name)
        return any(same_area(name, grade.area) or plain == normalise(grade.area) for grade in self.builder.grades)


def _grade(name: str, stated: Stated, spread: dict[str, int] | None) -> Grade:
    return Grade(name, stated.grade, None, spread, stated.start, stated.direction, stated.before)


def _area(path: tuple[str, ...]) -> str:
    """What a section is about: its heading."""
    return path[-1].rstrip("?") if path else ""
