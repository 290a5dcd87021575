"""Grade tables that lost their tabs: lines such as "Excellent Good Fair Poor" or "GRADE  FAIR" become rows again."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from corpus.parsers.layout import Block

GRADES = (
    "outstanding",
    "excellent",
    "good",
    "fair",
    "adequate",
    "requires improvement",
    "inadequate",
    "poor",
)
_WORD = "|".join(GRADES)
_SCALE = re.compile(rf"(?:{_WORD})(?:\s+(?:{_WORD})){{2,4}}", re.I)
_COUNTS = re.compile(r"(?:(.{3,60}?)\s+)?(\d{1,2}(?:\s+\d{1,2}){2,4})")
_STATED = re.compile(rf"(grade)\s*:?\s+({_WORD})", re.I)
_SUMMED = re.compile(rf"(.{{3,60}}?)\s+({_WORD}|grade)", re.I)
_SUMMARY = re.compile(r"summary of (?:judgements|grades)\b", re.I)


def with_rows(blocks: Sequence[Block]) -> Iterator[Block]:
    """`blocks`, those that are a line of a grade table as rows; a name and a grade are one only in a summary."""
    counting = summing = False
    for block in blocks:
        cells = _cells(block.text, counting, summing) if _may_be_row(block) else ()
        if cells:
            counting = counting or bool(_SCALE.fullmatch(block.text))
            yield replace(block, kind="row", text="\t".join(cells), cells=cells)
            continue
        if block.kind == "text":
            counting = summing = False
        elif _SUMMARY.search(block.text):
            summing = True
        yield block


def _may_be_row(block: Block) -> bool:
    return block.kind in ("line", "text") and not block.level and len(block.text) < 100


def _cells(text: str, counting: bool, summing: bool) -> tuple[str, ...]:
    if _SCALE.fullmatch(text):
        return tuple(word[0] for word in re.finditer(_WORD, text, re.I))
    if counting and (match := _COUNTS.fullmatch(text)):
        return (*filter(None, [match[1]]), *match[2].split())
    match = _STATED.fullmatch(text) or (_SUMMED.fullmatch(text) if summing else None)
    return (match[1], match[2]) if match else ()
