"""Records of the register of recommendations: the recommendation, then dated statuses and comments.

The mark-up is `[on]date [status]s[/status][/on][on]date [comment] … [/comment][/on]`, often unclosed or half
lost, so it is scanned and never parsed as nested: an event starts at its date and ends where the next starts.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from corpus.builder import Builder
from corpus.dates import DAY_DATE, iso_date
from corpus.headings import section_kind
from corpus.layout import Block, blocks_of, content_lines
from corpus.model import STATUSES, Event, PassageKind, Source

TAG = re.compile(r"\[\s*(/?)\s*(on|status|comment)\s*\]", re.I)
_STATUS = "|".join(STATUSES)
_AFTER_TAG = re.compile(rf"\[\s*/?\s*on\s*\]\s*({DAY_DATE})|\[\s*/\s*(?:status|comment)\s*\]\s*({DAY_DATE})", re.I)
_BEFORE_TAG = re.compile(rf"({DAY_DATE})\s*(?=\[\s*(?:status|comment)\s*\])", re.I)
_DATE_LINE = re.compile(rf"^[ \t]*({DAY_DATE})[ \t]*(?=(?:{_STATUS})\b|[-–:]?[ \t]*$)", re.I | re.M)
_PLAIN_STATUS = re.compile(rf"\s*[-–:]?\s*({_STATUS})(?=\s|\[|$)", re.I)
_MARKED_STATUS = re.compile(r"\[\s*status\s*\]\s*([^\[\]]*?)\s*(?:\[|$)", re.I)
_HEADING = re.compile(r"recommendation\s+(\d{1,3}[a-z]?)", re.I)
_PREFIX = re.compile(r"(cause of concern|recommendations?)\s*[:–-]\s+(?=\S)", re.I)
_NUMBERED_TITLE = re.compile(r"(.*?)\s*\((\d{3,5})\)\.?")
_OWNED = re.compile(r"(?:\s|\[comment\])*(\d{4,5})\s*[–-]\s*owner\b", re.I)


@dataclass(frozen=True, slots=True)
class _Span:
    """An event's date and where its body stands in the text."""

    date: str
    start: int
    body: int
    end: int


def parse_register(builder: Builder) -> str | None:
    """Fill `builder` from a register record; returns its register number where title or owner line names one."""
    source = builder.source
    spans = _spans(source.text)
    builder.notes += _notes(source.text, spans)
    builder.date = _published(source.text, spans)
    head_end = spans[0].start if spans else len(source.text)
    number = _head(builder, blocks_of(source, 0, head_end))
    main = next(
        (i for i, f in enumerate(builder.findings) if f.kind == "recommendation"),
        0 if builder.findings else None,
    )
    builder.passages = [replace(p, finding=main) if p.finding is None else p for p in builder.passages]
    builder.outline.clear()
    for span in spans:
        _events(builder, source, span, main)
    owned = {m[1] for span in spans if (m := _OWNED.match(source.text, span.body, span.end))}
    return number or (owned.pop() if len(owned) == 1 else None)


def _spans(text: str) -> list[_Span]:
    opens, closes = _count(text, False), _count(text, True)
    heads: dict[int, int] = {}
    for pattern in (_AFTER_TAG, _BEFORE_TAG) if opens or closes else ():
        for match in pattern.finditer(text):
            group = 1 if match[1] else 2
            heads[match.start(group)] = match.end(group)
    if opens < closes or not opens:
        heads |= {match.start(1): match.end(1) for match in _DATE_LINE.finditer(text)}
    starts = sorted(start for start, end in heads.items() if iso_date(text[start:end]))
    spans = []
    for start, following in zip(starts, [*starts[1:], len(text)], strict=True):
        opener = re.search(r"\[\s*on\s*\]\s*$", text[:start], re.I)
        next_opener = re.search(r"\[\s*on\s*\]\s*$", text[:following], re.I) if following < len(text) else None
        end = next_opener.start() if next_opener else following
        date = iso_date(text[start : heads[start]])
        if date:
            spans.append(_Span(date, opener.start() if opener else start, heads[start], end))
    return spans


def _count(text: str, closing: bool) -> int:
    return sum(1 for tag in TAG.finditer(text) if tag[2].lower() == "on" and bool(tag[1]) == closing)


def _notes(text: str, spans: Sequence[_Span]) -> list[str]:
    opens, closes = _count(text, False), _count(text, True)
    if not spans:
        return ["No dated events could be read in this record; its whole text is shown as the recommendation."]
    if not opens:
        return ["The record lost its mark-up; its events were read from the lines that hold a date."]
    if opens < closes:
        return ["Part of the record's mark-up is lost; some events were read from dates without an opening mark."]
    if opens > closes:
        return ["An event of this record is not closed in the file; it was read up to where the next one starts."]
    return []


def _published(text: str, spans: Sequence[_Span]) -> str | None:
    """The first status falls on the day of publication."""
    for span in spans:
        body = text[span.body : span.end]
        if _MARKED_STATUS.search(body) or _PLAIN_STATUS.match(body):
            return span.date
    return None


def _events(builder: Builder, source: Source, span: _Span, main: int | None) -> None:
    """The status, the comment, or both, of one event in the order in which they stand."""
    body = source.text[span.body : span.end]
    marked = _MARKED_STATUS.search(body)
    plain = None if marked else _PLAIN_STATUS.match(body)
    status = marked or plain
    rest = [(0, status.start()), (status.end(1), len(body))] if status else [(0, len(body))]
    found: list[tuple[int, Event]] = []
    if status:
        at = span.body + status.start(1)
        found.append((at, Event(span.date, "status", status[1].lower().replace(" ", "-"), "", at)))
    for left, right in rest:
        start, end = _bare(source.text, span.body + left, span.body + _closed(body, left, right))
        if start < end or (not status and re.search(r"\[\s*comment\s*\]", body, re.I)):
            found.append((start, Event(span.date, "comment", None, source.text[start:end], start)))
    for _, event in sorted(found, key=lambda pair: pair[0]):
        builder.events.append(event)
        if event.text:
            _comment(builder, source, event, main)


def _closed(body: str, start: int, end: int) -> int:
    """Where the comment ends: at its closing tag if only page furniture follows, else at the end of the body."""
    last = max((tag.end() for tag in TAG.finditer(body, start, end) if tag[1]), default=end)
    return end if any(content_lines(body[last:end], frozenset())) else last


def _bare(text: str, start: int, end: int) -> tuple[int, int]:
    """The span without the tags, separators and spaces at its ends."""
    lead = re.compile(r"(?:\s|\[\s*/?\s*(?:on|status|comment)\s*\]|[:–-](?=\s))*", re.I)
    start = min(max(lead.match(text, start, end).end(), start), end) if start < end else start  # type: ignore[union-attr]
    while start < end:
        tail = re.search(r"(?:\s|\[\s*/?\s*(?:on|status|comment)\s*\])$", text[start:end], re.I)
        if not tail:
            break
        end = start + tail.start()
    return start, end


def _comment(builder: Builder, source: Source, event: Event, main: int | None) -> None:
    placed: dict[int, int] = {}
    index = len(builder.events) - 1
    blocks = blocks_of(source, event.start, event.start + len(event.text), comment=True)
    for at, block in enumerate(blocks):
        parent = placed.get(block.parent) if block.parent is not None else None
        placed[at] = builder.add(block, "comment", finding=main, event=index, parent=parent)


def _head(builder: Builder, blocks: Sequence[Block]) -> str | None:
    """Title, context, cause of concern and recommendation: what stands before the first event."""
    number: str | None = None
    kind: PassageKind = "context"
    marked = any(_HEADING.fullmatch(b.text) or _PREFIX.match(b.text) or section_kind(b.text) for b in blocks)
    printed: str | None = None
    placed: dict[int, int] = {}
    for at, block in enumerate(blocks):
        title = _NUMBERED_TITLE.fullmatch(block.text) if at == 0 and block.kind != "item" else None
        heading = _HEADING.fullmatch(block.text)
        if title:
            number = title[2]
            builder.open(title[1], 1)
            placed[at] = builder.add(block, "context")
            kind = "context" if marked else "recommendation"
            continue
        if heading or (block.kind == "line" and section_kind(block.text)):
            printed = heading[1] if heading else printed
            kind = "cause_of_concern" if "concern" in block.text.lower() else "recommendation"
            builder.open(block.text, 2)
            continue
        if block.kind == "line" and block.gap and at + 1 < len(blocks) and block.text[-1] != ":":
            builder.open(block.text, 1)
            continue
        kind = "recommendation" if not marked else kind
        prefix = _PREFIX.match(block.text)
        if prefix:
            kind = "cause_of_concern" if "concern" in prefix[1].lower() else "recommendation"
            block = replace(block, text=block.text[prefix.end() :])
        parent = placed.get(block.parent) if block.parent is not None else None
        placed[at] = _ask(builder, block, kind, printed, parent)
    return number


def _ask(builder: Builder, block: Block, kind: PassageKind, printed: str | None, parent: int | None) -> int:
    """A passage of the head; the paragraphs of one recommendation (or cause of concern) are one finding."""
    if kind not in ("recommendation", "cause_of_concern"):
        return builder.add(block, kind, parent=parent)
    known = next((i for i, f in enumerate(builder.findings) if f.kind == kind), None)
    if known is None:
        known = builder.add_finding(kind, printed if kind == "recommendation" else None, block.text)
    else:
        finding = builder.findings[known]
        builder.findings[known] = replace(finding, text=f"{finding.text}\n{block.text}")
    return builder.add(block, kind, finding=known, parent=parent)
