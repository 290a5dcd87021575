"""PEEL pages: a pillar, its questions, the answer to each, areas for improvement and causes of concern."""

import re
from collections.abc import Sequence

from corpus.parsers.builder import Builder
from corpus.parsers.headings import heading_level, section_kind
from corpus.parsers.layout import Block
from corpus.model import Grade, PassageKind
from corpus.parsers.prose import kind_here
from corpus.parsers.rows import GRADES
from corpus.text import normalise

_PILLAR = re.compile(r"(?:effectiveness|efficiency|legitimacy|leadership)", re.I)
_QUESTION = re.compile(r"(?:how|to what|what|does|is|has|are|do)\b[^?]*\?", re.I)
_SENTENCES = re.compile(r"[.!]\s+[A-Z]")
_STATED = re.compile(
    r"(?:The (?:force|constabulary|service)|[A-Z][\w&’' -]{1,60} (?:Police(?: Service)?|Constabulary)) "
    r"(?:(?:is|was) (outstanding|good|adequate|inadequate) (?:at|in)\b|(requires improvement) (?:at|in)\b)"
)
_ASKS = re.compile(r"\b(?:should|must|needs? to)\b")
_TITLE = re.compile(r"\bPEEL\b.*\b20\d{2}|\b20\d{2}\b.*\bPEEL\b|PEEL assessment", re.I)


def parse_peel(builder: Builder, blocks: Sequence[Block]) -> None:
    """Fill `builder` from the blocks of a PEEL page."""
    placed: dict[int, int] = {}
    fresh = False  # nothing of the answer to the open question has been met yet
    for at, block in enumerate(blocks):
        if not builder.path and _TITLE.search(block.text[:200]):
            continue
        level = _level(builder, blocks, at)
        if level:
            builder.open(block.text, level)
            if is_question(block):
                builder.section()  # a question counts although nothing may stand under it
            fresh = level <= 2
        elif block.text.lower() in GRADES:
            _grade(builder, block, block.text.lower())
            builder.add(block, "grade")
        elif builder.path or block.kind != "line":
            stated = _STATED.match(block.text) if fresh and block.kind != "item" else None
            if stated:
                _grade(builder, block, (stated[1] or stated[2]).lower())
            placed[at] = _place(builder, block, placed)
            fresh = False


def is_question(block: Block) -> bool:
    """Whether `block` is the heading of a question: one sentence of up to 40 words that asks."""
    asks = block.kind in ("line", "text") and len(block.text.split()) <= 40 and _QUESTION.fullmatch(block.text)
    return bool(asks) and not _SENTENCES.search(block.text)


def _level(builder: Builder, blocks: Sequence[Block], at: int) -> int:
    """1 for a pillar, 2 for a question, 3 for what stands under a question; 0 for text."""
    block = blocks[at]
    if _PILLAR.fullmatch(block.text):
        return 1
    if is_question(block):
        return 2
    if block.kind != "line" or block.text.lower() in GRADES:
        return 0
    if section_kind(block.text):
        return 3
    followed_by_grade = at + 1 < len(blocks) and blocks[at + 1].text.lower() in GRADES
    return 2 if followed_by_grade or heading_level(blocks, at, {}, inside=False) else 0


def _grade(builder: Builder, block: Block, grade: str) -> None:
    """A stated grade of the open pillar or question; the first one stated counts."""
    section = builder.section()
    if builder.path and all(known.section != section for known in builder.grades):
        builder.grades.append(Grade(builder.path[-1], grade, section, None, block.start))


def _place(builder: Builder, block: Block, placed: dict[int, int]) -> int:
    parent = placed.get(block.parent) if block.parent is not None else None
    above = builder.passages[parent] if parent is not None else None
    here = kind_here(builder.path)
    kind: PassageKind = "judgement" if here in ("context", "area_for_improvement") else here
    if above is not None and above.finding is not None:
        builder.extend(above.finding, block.text)
        return builder.add(block, above.kind, finding=above.finding, parent=parent)
    finding = None
    if here == "area_for_improvement" and (block.kind == "item" or _ASKS.search(block.text)):
        kind, finding = "area_for_improvement", builder.add_finding("area_for_improvement", None, block.text)
    elif here == "cause_of_concern":
        asked = bool(_ASKS.search(block.text)) and _concern_stated(builder)
        kind = "recommendation" if asked else "cause_of_concern"
        finding = builder.add_finding("recommendation" if asked else "cause_of_concern", None, block.text)
    elif normalise(builder.path[-1] if builder.path else "") == "recommendations":
        kind, finding = "recommendation", builder.add_finding("recommendation", None, block.text)
    return builder.add(block, kind, finding=finding, parent=parent)


def _concern_stated(builder: Builder) -> bool:
    """Whether the open section has its cause of concern, so that what asks comes on top of it."""
    last = builder.findings[-1] if builder.findings else None
    return last is not None and last.section == builder.section()
