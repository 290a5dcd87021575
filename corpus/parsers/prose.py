"""Reports, PEEL pages, letters and papers: headings, findings with what is said to them, grades, practice, glossary.

One walk for all of them: a heading or a label opens a *role* (what stands below is an area for improvement, …), which
the next heading of its level, the end of its box, or the words that it was for, closes again.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from corpus.dates import iso_date
from corpus.model import GlossaryEntry, PassageKind
from corpus.parsers.asking import add_found, add_numbered, add_to_finding, kind_of_finding, quotation
from corpus.parsers.builder import Builder
from corpus.parsers.grammar import Grammar
from corpus.parsers.headings import contents_of, practice_label
from corpus.parsers.layout import Block
from corpus.parsers.listing import Entry, status_line
from corpus.parsers.opening import open_heading
from corpus.parsers.rows import Rows, findings_table, rows_end, with_rows
from corpus.parsers.telling import attribute_of, note_told, take_attribute
from corpus.parsers.verdicts import Verdicts
from corpus.parsers.walk import Walk, close_ended, keep_bare
from corpus.statuses import status_of_word
from corpus.text import normalise

_TERM = re.compile(r"([A-Z][\w&/-]*(?: ?\([A-Z]+\))?)(?:\t|\s{2,}|\s+[–—-]\s+)(\S.*)", re.S)
_DATE_LABEL = re.compile(r"(?:first )?(?:published|issued|publication date|date)(?: on)?\s*:?\s*", re.I)
_STATUS_SAID = re.compile(r"(?<=[.;:)] )Status\s*[:–-]\s*([^.;]{3,60})")
_ABOUT = re.compile(r"(?:introduction|foreword|methodology|about)\b", re.I)
_PEEL_TITLE = re.compile(r"\bPEEL\b.*\b20\d{2}|\b20\d{2}\b.*\bPEEL\b|PEEL assessment", re.I)


def parse_prose(
    builder: Builder,
    blocks: Sequence[Block],
    grammar: Grammar,
    *,
    peel: bool,
    replying: bool = False,
    others: Callable[[str], bool] = lambda _: False,
    entries: Mapping[int, Entry] | None = None,
) -> None:
    """Fill `builder` from the blocks of any document but a register record; `peel` for an assessment page.

    `replying` documents answer what an inspectorate asked; `others` tells whether a text names another force than the
    document's own; `entries` are those of an index page, by the offset at which each starts.
    """
    blocks = list(with_rows(blocks))
    start, end, contents = contents_of(blocks)
    marked = any(block.level for block in blocks)
    walk = Walk(builder, blocks, grammar, peel, contents, marked, Verdicts(builder, peel, others), entries or {})
    walk.replying = replying
    walk.framework = any(block.kind != "item" and normalise(block.text) == "work in progress" for block in blocks)
    front = 0 if peel else start if end else _front(blocks)
    for at, block in enumerate(blocks):
        if start <= at < end or (at < front and block.kind == "line") or at < walk.until:
            continue
        if peel and not builder.path and block.kind == "line" and _PEEL_TITLE.search(block.text[:200]):
            continue
        _step(walk, at)
    keep_bare(walk)
    walk.verdicts.close()


def _front(blocks: Sequence[Block]) -> int:
    """Length of the title page: short lines at the top, up to the heading of the first paragraph."""
    lines = next((at for at, block in enumerate(blocks) if block.kind != "line" or block.level), len(blocks))
    if lines and lines < len(blocks) and blocks[lines].level:
        return lines
    first_heading = lines - 1 if lines and lines < len(blocks) and not _dated(blocks[lines - 1].text) else lines
    return first_heading if first_heading > 0 else min(lines, 1) if lines == len(blocks) else 0


def _dated(line: str) -> bool:
    """Whether a line is a date, perhaps behind its label."""
    return iso_date(_DATE_LABEL.sub("", line, 1)) is not None


def _step(walk: Walk, at: int) -> None:
    block = walk.blocks[at]
    close_ended(walk, block)
    if entry := walk.entries.get(block.start):
        add_found(walk, at, block, entry.number, "recommendation")
        walk.builder.tell(walk.last or 0, status=entry.status, deadline=entry.deadline)
        walk.last = walk.awaiting = None
        return
    if walk.entries and block.kind == "line" and status_line(block.text, walk.grammar):
        walk.builder.add(block, "context")
        return
    if (
        walk.verdicts.listed(walk.blocks, at)
        or _practice(walk, block)
        or take_attribute(walk, block)
        or open_heading(walk, at)
    ):
        return
    if block.kind == "row":
        _row(walk, at)
        return
    if walk.verdicts.line(walk.blocks, at):
        return
    if not walk.peel or walk.builder.path or block.kind != "line":  # lines above the first section are its masthead
        _place(walk, at)


def _practice(walk: Walk, block: Block) -> bool:
    """The labelled lines of a developing practice ("TITLE: …", "PROBLEM: …")."""
    label = practice_label(block.text)
    builder = walk.builder
    base = next((role.level for role in walk.roles if role.label.kind == "developing_practice"), None)
    if label is None or base is None:
        return False
    name, text = label
    if name == "TITLE":
        builder.open(text, base + 1)
    elif name == "FORCE CONTACT":
        del builder.outline[[lvl for lvl, _ in builder.outline].index(base) + 2 :]
        builder.add(block, "context")
    elif name != "INSPECTION AREA":
        builder.open(name.capitalize().replace("(s)", "s"), base + 2)
        if text:
            builder.add(replace(block, text=text), "developing_practice")
    walk.verdicts.header = None
    return True


def _row(walk: Walk, at: int) -> None:
    label = walk.awaiting or (walk.role.label if walk.role else None)
    if at >= walk.rows:
        walk.rows = rows_end(walk.blocks, at)
    if table := findings_table(walk.blocks, at, walk.rows, walk.grammar, label.finds if label else None):
        walk.until = table.end
        Rows(walk.builder, walk.grammar, walk.awaiting.number if walk.awaiting else None).read(table)
        walk.awaiting = None
        return
    block = walk.blocks[at]
    if walk.verdicts.in_glossary() and _define(walk.builder, block):
        return
    told = [attribute_of(walk, cell) for cell in block.cells if cell and cell != "–"]
    if walk.last is not None and len(told) > 1 and all(told):  # "Owner: …    Target: …    RED"
        for said in filter(None, told):
            note_told(walk, *said)
        walk.builder.add(block, "context", finding=walk.last)
        return
    walk.verdicts.row(block, kind_here(walk))


def _place(walk: Walk, at: int) -> None:
    block, builder = walk.blocks[at], walk.builder
    if walk.verdicts.in_glossary() and _define(builder, block):
        return
    if walk.awaiting is not None:
        if (told := walk.grammar.attribute_of(block.text)) and told[0] in ("addressee", "deadline", "owner"):
            walk.ahead[told[0]] = told[2]
            builder.add(block, "context")
            return
        add_numbered(walk, at, block)
        return
    if _is_label(walk, at):
        return
    walk.verdicts.header = None
    walk.after_pillar = False
    if add_to_finding(walk, at, block):
        return
    walk.series = None
    printed = None
    if walk.role is not None and walk.role.label.finds and block.kind == "text":
        printed = walk.grammar.numbered_paragraph(block.text)
    kind = kind_of_finding(walk, at, replace(block, text=printed[1]) if printed else block)
    if kind:
        number, text = printed or (walk.replying and quotation(block)) or (block.number, block.text)
        add_found(walk, at, replace(block, text=text), number, kind)
        return
    if walk.replying and walk.last is not None and (said := _STATUS_SAID.search(block.text)):  # "… Status: ongoing."
        walk.builder.tell(walk.last, status=said[1] if status_of_word(said[1]) else "")
    if walk.replying and walk.last is not None and not walk.answered and (word := walk.grammar.answer_of(block.text)):
        builder.tell(walk.last, status=word)
        walk.answered = True
        builder.comment(block, walk.last, None)
        return
    walk.verdicts.prose(block)
    walk.verdicts.fresh = False
    walk.placed[at] = _plain(walk, at, block)


def _is_label(walk: Walk, at: int) -> bool:
    """Whether a line only says again, above a flattened table, what its first row or a heading says."""
    blocks = walk.blocks
    following = blocks[at + 1] if at + 1 < len(blocks) else None
    if blocks[at].kind != "line" or following is None or following.kind != "row":
        return False
    text = normalise(blocks[at].text)
    listed = any(heading.startswith(text) for heading in walk.contents)
    return listed or text in {normalise(other) for other in (*following.cells, *walk.builder.path)}


def _plain(walk: Walk, at: int, block: Block) -> int:
    """A passage that is no finding; under a cause of concern it belongs to that one."""
    role = walk.role
    parent = walk.placed.get(block.parent) if block.parent is not None else None
    kind = kind_here(walk)
    finding = role.finding if role and kind == "cause_of_concern" else None
    return walk.builder.add(block, kind, finding=finding, parent=parent)


def kind_here(walk: Walk) -> PassageKind:
    """Kind of a passage in the open role that is no finding."""
    if not walk.peel and walk.builder.path and _ABOUT.match(walk.builder.path[0]):
        return "context"
    named = next((role.label.kind for role in reversed(walk.roles)), None)
    if named in (None, "other", "recommendation", "context"):
        return "judgement" if walk.peel else "context"
    if named == "area_for_improvement" and walk.peel:
        return "judgement"
    return named  # type: ignore[return-value]


def _define(builder: Builder, block: Block) -> bool:
    match = _TERM.fullmatch(block.text)
    if not match:
        return False
    builder.glossary.append(GlossaryEntry(match[1], match[2].strip(), block.start))
    builder.add(block, "glossary")
    return True
