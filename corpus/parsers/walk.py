"""Where the walk through a document stands: open sections and roles, and at what level a heading opens one."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from corpus.parsers.builder import Builder
from corpus.parsers.findings import is_addressee
from corpus.parsers.grades import grade_of
from corpus.parsers.grammar import Grammar, Label
from corpus.parsers.headings import SAYS, heading_level, is_pillar, is_question
from corpus.parsers.layout import Block
from corpus.parsers.listing import Entry
from corpus.parsers.verdicts import Verdicts
from corpus.text import normalise

_NUMBER = re.compile(r"(\d{1,2}(?:\.\d{1,2})*)\.?\s")


@dataclass(slots=True)
class Role:
    """What the text below a heading or label is, until a heading of its `level` or its box's `end`.

    `finding` is the last one made in it, `unasked` that of a heading or paragraph which does not itself say what is
    asked, so that the paragraph that does belongs to it. `brief` is set where only one passage and its list are meant.
    """

    label: Label
    level: int
    end: int | None = None
    finding: int | None = None
    unasked: bool = False
    wording: str = ""
    brief: int | None = None
    chapter: int = 0  # depth of the number that its heading has ("2." is 1)
    listed: bool = False  # its findings are list items, so that a paragraph after them is none


@dataclass(slots=True)
class Walk:
    """Where the walk through the blocks stands."""

    builder: Builder
    blocks: Sequence[Block]
    grammar: Grammar
    peel: bool
    contents: dict[str, int]
    marked: bool  # the format marks headings
    verdicts: Verdicts
    entries: Mapping[int, Entry]
    roles: list[Role] = field(default_factory=list)
    awaiting: Label | None = None  # the numbered label whose text comes next
    series: tuple[int, str] | None = None  # finding and marker of the items that a recommendation consists of
    last: int | None = None  # the finding that a line such as "Status: …" speaks of
    replying: bool = False  # the document answers an inspectorate
    answered: bool = False  # the last finding has its answer
    ahead: dict[str, str] = field(default_factory=dict)  # what stood between a numbered label and its text
    pending: str | None = None  # role of an attribute whose value comes on the next line
    placed: dict[int, int] = field(default_factory=dict)  # block -> passage
    asked: dict[str, list[tuple[Counter[str], int]]] = field(default_factory=dict)  # number -> words, finding
    until: int = 0  # blocks before this one are done
    rows: int = 0  # where the rows end among which the walk stands
    runs: dict[str, tuple[int, int, bool]] = field(default_factory=dict)  # the last list met, and what it was found
    framework: bool = False  # of 2007 to 2009: its areas for improvement are prose
    after_pillar: bool = False  # the heading before this one is a pillar's, and no text came
    pillar: int = 0  # marked level of the last pillar and question of a PEEL page
    question: int = 0
    bare: tuple[Block, int, int] | None = None  # the last heading, its level, and the passages before it

    @property
    def role(self) -> Role | None:
        """The innermost open role."""
        return self.roles[-1] if self.roles else None


def close_ended(walk: Walk, block: Block) -> None:
    """Close the roles whose box has ended, or that were for one passage which has come."""
    while (role := walk.role) and (
        (role.end is not None and block.start >= role.end)
        or (role.brief is not None and len(walk.builder.passages) > role.brief and block.kind != "item")
    ):
        walk.roles.pop()
        if walk.builder.outline and walk.builder.outline[-1][0] == role.level:
            walk.builder.outline.pop()
        walk.last = None


def push(walk: Walk, role: Role) -> None:
    while walk.roles and walk.roles[-1].level >= role.level:
        walk.roles.pop()
    walk.roles.append(role)


def keep_bare(walk: Walk, level: int = 0) -> None:
    """A heading with nothing below it, where one of its own `level` or above comes next, says what it says itself.

    Those of a title page, and short ones, say nothing.
    """
    block, own, before = walk.bare or (None, 0, 0)
    walk.bare = None
    if block is None or level > own or not before or len(walk.builder.passages) > before:
        return
    says = len(block.text.split()) >= SAYS and not block.text.isupper() and not is_question(block)
    outline = walk.builder.outline
    if says and walk.grammar.heading(block.text) is None and outline and outline[-1][1] == block.text:
        outline.pop()
        walk.builder.add(block, "context")


def open_section(walk: Walk, block: Block, level: int) -> None:
    keep_bare(walk, level)
    walk.bare = (block, level, len(walk.builder.passages))
    walk.builder.open(block.text, level)
    while walk.roles and walk.roles[-1].level >= level:
        walk.roles.pop()
    walk.verdicts.adjacent = False
    if walk.peel and is_question(block):
        walk.verdicts.adjacent = len(walk.builder.path) > 1 and walk.after_pillar
        walk.builder.section()  # a question counts although nothing may stand under it
    if (role := walk.role) and role.label.finds:
        role.wording = block.text
    walk.after_pillar = walk.peel and is_pillar(block)
    walk.verdicts.opened(level)
    walk.awaiting = walk.series = walk.last = walk.pending = None


def level_of(walk: Walk, at: int) -> int:
    """Level of the heading that a block is, 0 for text. In a PEEL page: 1 a pillar, 2 a question, 3 what is below."""
    block = walk.blocks[at]
    inside = any(role.label.kind != "other" for role in walk.roles)
    if not walk.peel:
        if not block.level and walk.verdicts.fresh and walk.verdicts.is_grade(block.text):
            return 0
        graded = at + 1 < len(walk.blocks) and grade_of(walk.blocks[at + 1].text) is not None
        if not block.level and graded and is_question(block):
            return min(3, walk.roles[0].level) if inside else 1  # a question that is graded is part of no list
        level = heading_level(walk.blocks, at, walk.contents, inside=inside, marked=walk.marked)
        return _by_chapter(walk, block, level)
    if is_pillar(block):
        walk.pillar = block.level
        return 1
    if is_question(block):
        walk.question = block.level
        return 2
    if block.kind != "line" or walk.verdicts.is_grade(block.text):
        return 0
    if block.level:
        return peel_level(walk, block)
    graded = at + 1 < len(walk.blocks) and walk.verdicts.is_grade(walk.blocks[at + 1].text)
    return 2 if graded or heading_level(walk.blocks, at, {}, inside=False, marked=walk.marked) else 0


def peel_level(walk: Walk, block: Block) -> int:
    """Level of a marked heading that is neither pillar nor question: below those that are marked above it."""
    if block.level <= walk.pillar:
        return 1
    return 2 if block.level <= walk.question else block.level + 2


def label_level(walk: Walk, at: int, label: Label) -> int:
    block = walk.blocks[at]
    if block.level:
        return peel_level(walk, block) if walk.peel else block.level
    if walk.peel:
        return 3
    if label.kind == "other":
        level = heading_level(walk.blocks, at, walk.contents, inside=False) or 2
        return min(level, walk.role.level) if walk.role else level
    return 1 if normalise(block.text) == "recommendations" and walk.contents.get("recommendations") == 1 else 2


def _by_chapter(walk: Walk, block: Block, level: int) -> int:
    """An unmarked heading numbered as the open role's is stands beside it: "3. Position" after "2. Findings".

    One that says whom the findings below it are for stands in their section: "To the Home Office".
    """
    role = walk.role
    if level and not block.level and role is not None and role.label.finds and is_addressee(block.text):
        return max(level, role.level + 1)
    if not level or block.level or role is None or not role.chapter:
        return level
    depth = chapter_of(walk, block)
    return min(level, role.level) if depth and depth <= role.chapter else level


def chapter_of(walk: Walk, block: Block) -> int:
    """Depth of the number that a heading begins with ("2." is 1, "2.1" is 2), 0 without one."""
    text = walk.builder.source.text
    line = text[text.rfind("\n", 0, block.start) + 1 : block.start] + block.text
    match = _NUMBER.match(line.strip())
    return match[1].count(".") + 1 if match else 0
