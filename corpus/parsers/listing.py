"""Index pages: recommendations with number and status on lines of their own, and several records on one page."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from corpus.model import Source
from corpus.parsers.grammar import Grammar, shipped
from corpus.parsers.layout import Block
from corpus.parsers.record import TAG, is_record, register_number_of
from corpus.statuses import status_of_word
from corpus.text import key_step

_REFERENCE = re.compile(
    r"#?\s?(?:[A-Z]{1,4}[-/ ]?)?\d{1,5}(?:[-/.]\d{1,5})*[a-z]?|(?:AFI|CoC|Rec(?:ommendation)?)\s?\d{1,3}", re.I
)
_DUE = re.compile(r"(?:due|deadline|to be done by)\s*:?\s+(?:by\s+)?(.{3,40})", re.I)
_FAR = 4  # lines between what is asked and its number or status
_FEW = 2  # entries that make a list
_WORDS = 6  # of a status


@dataclass(frozen=True, slots=True)
class Entry:
    """What the lines beside a recommendation of an index page say: its printed number, its status, by when."""

    number: str | None
    status: str
    deadline: str = ""


def entries_of(blocks: Sequence[Block], grammar: Grammar) -> dict[int, Entry]:
    """For each block that asks something, its number and status from the lines around it; {} for no index page.

    The lines stand before the text or behind it, whichever fits more of them.
    """
    asked = [at for at, block in enumerate(blocks) if block.kind != "row" and _asks(block, grammar)]
    if len(asked) < _FEW:
        return {}
    before = _beside(blocks, asked, -1, grammar)
    behind = _beside(blocks, asked, 1, grammar)
    found = before if len(before) > len(behind) else behind  # with as many on both sides, what is asked comes first
    return found if len(found) >= max(_FEW, (len(asked) + 1) // 2) else {}


def _asks(block: Block, grammar: Grammar) -> bool:
    return len(block.text.split()) > _WORDS and grammar.commands(block.text)


def status_line(text: str, grammar: Grammar) -> str:
    """The status that a line states, perhaps behind its name ("Status: Closed"); "" for another line."""
    if len(text.split()) > _WORDS or text[-1] in ":?" or not status_of_word(text):
        return ""
    said = grammar.attribute_of(text)
    return said[2] if said and said[0] == "status" else text


def _beside(blocks: Sequence[Block], asked: Sequence[int], step: int, grammar: Grammar) -> dict[int, Entry]:
    found: dict[int, Entry] = {}
    others = set(asked)
    for at in asked:
        number, status = blocks[at].above or (_reference(blocks, at) if step > 0 else None) or None, ""
        place = at + step
        while 0 <= place < len(blocks) and abs(place - at) <= _FAR and place not in others:
            text = blocks[place].text
            if not status and (word := status_line(text, grammar)):
                status = word
                number = number or (blocks[place].above if step < 0 else None) or None
            elif number is None and step < 0 and _REFERENCE.fullmatch(text):
                label = grammar.heading(text)
                number = label.number if label and label.number else text
            place += step
        if status:
            due = next((m[1] for b in blocks[at + 1 : at + 1 + _FAR] if (m := _DUE.fullmatch(b.text))), "")
            found[at] = Entry(number, status, due)
    return found


def _reference(blocks: Sequence[Block], at: int) -> str | None:
    """The number on the line right above what is asked."""
    above = blocks[at - 1].text if at else ""
    return above if _REFERENCE.fullmatch(above) else None


def records_of(source: Source) -> list[Source]:
    """The records of a page that lists several, each a source of its own; a page of one record stays as it is.

    Each begins at the line that names its register number. What stands above the first goes with each as metadata
    `above`, because it may name the force.
    """
    text = source.text
    if not is_record(text):
        return [source]
    lines = [(m.start(), number) for m in re.finditer(r"^.*$", text, re.M) if (number := register_number_of(m[0]))]
    lines = [(at, n) for i, (at, n) in enumerate(lines) if i == 0 or n != lines[i - 1][1]]
    parts = _parts(text, [start for start, part in _parts(text, lines) if _opens_asking(part)])
    if sum(1 for _, part in parts if is_record(part)) < _FEW:
        return [source]
    above, met = text[: parts[0][0][0]], Counter[str]()
    found = []
    for (_, number), part in parts:
        met[number] += 1  # one number may be asked of several forces
        step = number if met[number] == 1 else f"{number} ({met[number]})"
        found.append(_part(source, step, part, above))
    return found


def _parts(text: str, starts: Sequence[tuple[int, str]]) -> list[tuple[tuple[int, str], str]]:
    """Each start with the text from there to the next one."""
    ends = [*(at for at, _ in starts[1:]), len(text)]
    return [(start, text[start[0] : end]) for start, end in zip(starts, ends, strict=False)]


def _opens_asking(part: str) -> bool:
    """Whether something is asked before the first event: else its first line only names another record."""
    return shipped().asks(TAG.split(part, maxsplit=1)[0])


def _part(source: Source, number: str, text: str, above: str) -> Source:
    said: Mapping[str, str] = {**source.metadata, "above": above}
    return replace(source, key=f"{source.key}/{key_step(number)}", text=text, headings=(), pages=(), metadata=said)
