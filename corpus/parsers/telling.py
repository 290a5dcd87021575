"""What lines below a finding say of it: its status, its owner, its target date, what was done."""

import re
from dataclasses import replace

from corpus.parsers.layout import Block
from corpus.parsers.passing_days import day_in
from corpus.parsers.walk import Walk
from corpus.statuses import status_of_word


def attribute_of(walk: Walk, text: str) -> tuple[str, str, str] | None:
    """(role, date, value) of a piece of a line about the finding above; None for another one."""
    if found := walk.grammar.attribute_of(text):
        return found
    return ("status", "", text) if len(text.split()) < 5 and status_of_word(text) else None


def take_attribute(walk: Walk, block: Block) -> bool:
    """A line about the finding above ("Status: Achieved. …", "Owner: …"), or the value of such a line."""
    if walk.last is None or block.kind == "row" or (block.level and not walk.replying):
        return False
    found = walk.grammar.attribute_of(f"{block.text.rstrip(':?')}:" if block.level else block.text)
    if not found and walk.pending:
        found = (walk.pending, "", block.text)
    if not found:
        return False
    walk.pending = found[0] if not found[2] else None
    note_told(walk, *found)
    role = found[0]
    if role in ("update", "response", "status") and found[2]:
        date = day_in(found[1]) if found[1] else None
        shown = replace(block, text=found[2]) if role != "status" else block
        if role != "status" or len(found[2].split()) > 4:
            walk.builder.comment(shown, walk.last, date)
            return True
    if found[2]:
        walk.builder.add(block, "context", finding=walk.last)
    return True


def note_told(walk: Walk, role: str, date: str, value: str) -> None:
    """What a line says of the finding above: its status, its target date."""
    if walk.last is None or not value:
        return
    if role in ("status", "acceptance"):
        word = re.split(r"[.;]\s|,\s(?!in part)", value, maxsplit=1)[0]
        asked = "yes" if role == "acceptance" else ""
        walk.builder.tell(walk.last, status=word, status_date=day_in(date) or "", accepted=asked)
        finding = walk.builder.findings[walk.last]
        if not walk.replying and role == "status":  # an inspectorate says how far an earlier one has come
            walk.builder.findings[walk.last] = replace(finding, quoted=True)
    elif role == "owner":
        walk.builder.tell(walk.last, owner=value)
    elif role == "target":
        walk.builder.tell(walk.last, target=day_in(value) or "")
    elif role == "update" and date:
        walk.builder.tell(walk.last, status_date=day_in(date) or "")
