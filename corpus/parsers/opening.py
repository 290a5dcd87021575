"""What a heading or a label opens, and which headings are themselves what is asked."""

import re
from dataclasses import replace

from corpus.parsers.asking import add_found
from corpus.parsers.grammar import Label
from corpus.parsers.layout import Block
from corpus.parsers.walk import Role, Walk, chapter_of, label_level, level_of, open_section, peel_level, push

_TOPIC = 9  # words: a heading with fewer under "Areas for improvement" is a subject, not a finding
_LONGEST_LABEL = 120  # characters of a heading by its words alone


def open_heading(walk: Walk, at: int) -> bool:
    """Open what a heading or a label opens; True where the block is done with that."""
    block = walk.blocks[at]
    if block.kind == "row" or (walk.verdicts.in_glossary() and re.fullmatch(r"[A-Z]", block.text)):
        return block.kind != "row"
    if label := _named(walk, block):
        if label.number and not (label.several and label.kind != "cause_of_concern"):
            _await(walk, block, label, "")
        else:
            _open_role(walk, at, label)
        return True
    if (label := walk.grammar.label(block.text)) and _labelled(walk, at, label):
        return True
    if walk.awaiting is not None and not block.level and walk.grammar.asks(block.text):
        return False
    level = level_of(walk, at)
    if not level:
        if label := _suggested(walk, at):
            _open_role(walk, at, label)
        return label is not None
    if _is_finding(walk, at):
        add_found(walk, at, block)
        return True
    if label := _suggested(walk, at):
        _open_role(walk, at, label)
        return True
    open_section(walk, block, level)
    return True


def _named(walk: Walk, block: Block) -> Label | None:
    """What a block says as a heading by its words alone; an item only where it is numbered as a chapter is."""
    if len(block.text) > _LONGEST_LABEL or (block.kind == "item" and not block.marker.startswith("number")):
        return None
    label = walk.grammar.heading(block.text)
    if label is None or (block.kind == "text" and block.text[-1] in ".;,"):
        return None
    return label if block.kind != "item" or label.number is None else None


def _suggested(walk: Walk, at: int) -> Label | None:
    """What a heading seems to say of what follows, where that is a list, a table, or asks for something."""
    block = walk.blocks[at]
    following = walk.blocks[at + 1] if at + 1 < len(walk.blocks) else None
    if following is None or not (block.level or block.kind == "line") or walk.replying:
        return None
    if not block.level and walk.grammar.recommending(block.text):  # "We recommend that, at once, the force:"
        return None
    if walk.verdicts.is_grade(block.text):
        return None
    label = walk.grammar.decorated(block.text)
    if label is None and (label := walk.grammar.suggestion(block.text)):
        borne_out = following.kind in ("item", "row") or walk.grammar.opens_asking(following.text)
        label = label if borne_out else None
    return label if label and label.finds else None


def _await(walk: Walk, block: Block, label: Label, heading: str) -> None:
    """A numbered label: the text that comes next is its finding."""
    if block.level and heading:
        level = peel_level(walk, block) if walk.peel else block.level
        open_section(walk, replace(block, text=heading), level)
    walk.awaiting, walk.series, walk.last, walk.verdicts.header = label, None, None, None
    if label.finds != "recommendation":
        push(walk, Role(label, block.level or 3, block.box))


def _open_role(walk: Walk, at: int, label: Label) -> None:
    block = walk.blocks[at]
    level = label_level(walk, at, label)
    open_section(walk, block, level)
    if label.kind in ("other", "judgement", "grade"):
        return
    walk.verdicts.fresh = False
    brief = len(walk.builder.passages) if walk.marked and not block.level else None
    push(walk, Role(label, level, block.box, brief=brief, chapter=chapter_of(walk, block)))


def _labelled(walk: Walk, at: int, label: Label) -> bool:
    """A label at the start of a paragraph, item or heading, with what stands behind it."""
    block = walk.blocks[at]
    if label.finds and walk.grammar.for_members(label.rest):
        walk.placed[at] = walk.builder.add(block, "context")
        return True
    if label.finds is None:
        if not block.level and block.kind != "line":
            return False
        _open_role(walk, at, label)
        return True
    topic = not walk.grammar.asks(label.rest) and len(label.rest.split()) < _TOPIC and label.rest[-1] not in ".:;"
    if topic and (block.level or block.kind == "line"):
        if label.number:
            _await(walk, block, label, block.text)
        else:
            level = label_level(walk, at, label)
            open_section(walk, block, level)
            push(walk, Role(label, level, block.box))
        return True
    own = walk.role
    inside = own is not None and own.label.kind == label.kind and not block.level
    if not inside:
        level = block.level or (own.level if own else 3)
        push(walk, Role(label, level, block.box, wording=own.wording if own else ""))
    walk.awaiting = None
    add_found(walk, at, _behind(block, label), label.number, label.finds)
    return True


def _behind(block: Block, label: Label) -> Block:
    """The block without its label."""
    cut = block.start + len(block.text) - len(label.rest)
    kind = "text" if block.kind == "line" else block.kind
    return replace(block, kind=kind, text=label.rest, start=min(cut, block.end), level=0)


def _is_finding(walk: Walk, at: int) -> bool:
    """Whether a heading is itself what is asked: the first below "Area for improvement", a statement below several."""
    block, role = walk.blocks[at], walk.role
    if role is None or role.label.finds is None or (block.level and level_of(walk, at) <= role.level):
        return False
    if walk.grammar.asks(block.text) and not walk.grammar.for_members(block.text):
        return role.label.several or role.finding is None
    following = walk.blocks[at + 1] if at + 1 < len(walk.blocks) else None
    if following is None or following.kind in ("item", "row") or following.text[-1] == ":":
        return False
    if not role.label.several:
        return role.finding is None and role.label.finds != "recommendation" and len(block.text.split()) > 3
    return role.label.finds == "area_for_improvement" and len(block.text.split()) >= _TOPIC - 3 and bool(block.level)
