"""Which lines are headings, and at what level."""

import re
from collections.abc import Sequence

from corpus.parsers.grammar import shipped
from corpus.parsers.layout import Block
from corpus.text import normalise

SAYS = 4  # words of a heading that says something by itself
_TOP = re.compile(
    r"(?:appendix|annex|introduction|findings|recommendations|foreword|conclusions?|methodology|glossary|"
    r"executive summary|force overview and context|(?:national|force) summary of judgements)\b",
    re.I,
)
_FRAMEWORK_PARTS = (
    "strengths",
    "national contextual factors",
    "contextual factors",
    "national grade distribution",
)
_SERIES = re.compile(
    r"(?:category|phase|level|tier|stage|step|priority|table|figure|strand|isbn|source|note)\b[: ]", re.I
)
_PRACTICE = re.compile(r"(TITLE|PROBLEM|SOLUTION|OUTCOME(?:\(S\)|S)?|INSPECTION AREA|FORCE CONTACT)\s*:\s*(.*)")
_PILLAR = re.compile(r"(?:effectiveness|efficiency|legitimacy|leadership)", re.I)
_QUESTION = re.compile(r"(?:how|to what|what|does|is|has|are|do)\b[^?]*\?", re.I)
_SENTENCES = re.compile(r"[.!]\s+[A-Z]")


def is_pillar(block: Block) -> bool:
    """Whether a block is the heading of a PEEL pillar."""
    return block.kind != "row" and bool(_PILLAR.fullmatch(block.text))


def is_question(block: Block) -> bool:
    """Whether `block` is the heading of a question: one sentence of up to 40 words that asks."""
    asks = block.kind in ("line", "text") and len(block.text.split()) <= 40 and _QUESTION.fullmatch(block.text)
    return bool(asks) and not _SENTENCES.search(block.text) and not shipped().heading(block.text)


def practice_label(text: str) -> tuple[str, str] | None:
    """("TITLE", "Marketing communications") for the labelled lines of a developing practice, else None."""
    match = _PRACTICE.fullmatch(text)
    return (match[1], match[2]) if match else None


def contents_of(blocks: Sequence[Block]) -> tuple[int, int, dict[str, int]]:
    """(first block, block after the last, level by normalised heading) of a contents list; (0, 0, {}) for none.

    The list ends where its first entry comes again. An entry alone between blank lines is of level 1, one in
    a group of level 2.
    """
    titles = ("contents", "table of contents", "on this page", "in this report", "in this section", "page contents")
    at = next((i for i, b in enumerate(blocks[:60]) if b.kind == "line" and normalise(b.text) in titles), None)
    if at is None:
        return 0, 0, {}
    first = next((i for i in range(at + 1, len(blocks)) if blocks[i].kind != "text"), None)
    if first is None:
        return 0, 0, {}
    name = _entry(blocks[first].text)
    end = next((i for i in range(first + 1, len(blocks)) if _entry(blocks[i].text) == name), None)
    if end is None:
        return 0, 0, {}
    levels = {}
    for i in range(first, end):
        grouped = not blocks[i].gap or (i + 1 < end and not blocks[i + 1].gap)
        levels[_entry(blocks[i].text)] = 2 if grouped else 1
    return at, end, levels


def _entry(text: str) -> str:
    return normalise(re.sub(r"[\s.]+\d{1,3}$", "", text))


def heading_level(
    blocks: Sequence[Block], at: int, contents: dict[str, int], *, inside: bool, marked: bool = False
) -> int:
    """Level of the heading that block `at` is, 0 when it is none. `inside`: a section of the grammar is open.

    `marked`: the format marks headings.
    """
    block = blocks[at]
    if block.level:
        return block.level
    if block.kind != "line" or block.text[-1] == ":" or block.mark in ("caption", "note"):
        return 0
    if marked and block.mark != "strong":  # the format marks its headings: other lines are none
        return 0
    if _is_framework(blocks, at) or _TOP.match(block.text):
        return 1
    if not block.gap or not _introduces_text(blocks, at) or _SERIES.match(block.text):
        return 0
    listed = contents.get(normalise(block.text))
    below = shipped().heading(blocks[at + 1].text)
    opens_part = below is not None and below.number is None
    if listed == 1 and (opens_part or "recommendations" not in contents):
        return 1
    if contents:
        return 2 if listed == 2 else 3
    return 3 if inside and blocks[at - 1].kind != "item" else 1


def _is_framework(blocks: Sequence[Block], at: int) -> bool:
    """A graded area opens with its grade or one of its usual parts."""
    following = blocks[at + 1 : at + 3]
    if any(b.kind == "row" and normalise(b.cells[0]) == "grade" for b in following[:1]):
        return True
    if following and re.fullmatch(r"(?:force |overall )?grade(?:[:\s]+\w+(?: \w+)?)?", following[0].text, re.I):
        return True
    return bool(following) and normalise(following[0].text) in _FRAMEWORK_PARTS


def _introduces_text(blocks: Sequence[Block], at: int) -> bool:
    following = blocks[at + 1] if at + 1 < len(blocks) else None
    if following is None or following.kind == "row":
        return False
    return following.kind != "line" or following.gap or following.text[-1] == ":"
