"""Records of the register of recommendations: the recommendation, then dated statuses and comments.

The mark-up is `[on]date [status]s[/status][/on][on]date [comment] … [/comment][/on]`, often unclosed or half
lost, so it is scanned and never parsed as nested: an event starts at its date and ends where the next starts.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from corpus.builder import Builder
from corpus.dates import DAY_DATE, MONTH_DATE, SLASHED_DATE, iso_date
from corpus.headings import section_kind
from corpus.layout import Block, Layout, blocks_of, content_lines, content_span, layout_of
from corpus.model import STATUSES, Event, PassageKind
from corpus.text import normalise


def _tag(slash: str, names: str) -> str:
    return rf"\[[ \t]{{0,3}}{slash}[ \t]{{0,3}}(?:{names})[ \t]{{0,3}}\]"


TAG = re.compile(_tag("/?", "on|status|comment"), re.I)
_OPEN_ON, _CLOSE_ON = re.compile(_tag("", "on"), re.I), re.compile(_tag("/", "on"), re.I)
_OPEN_STATUS, _OPEN_COMMENT = re.compile(_tag("", "status"), re.I), re.compile(_tag("", "comment"), re.I)
_STATUS = "|".join(status.replace("-", "[- ]") for status in STATUSES)
# Where an event starts, the surest sign first. Group 1 is the date; what stands before it belongs to the event.
_HEADS = (
    re.compile(rf"{_tag('', 'on')}\s*({DAY_DATE}|{MONTH_DATE})", re.I),  # a tracker may know the month alone
    re.compile(rf"(?<=\])\s*({DAY_DATE})", re.I),
    re.compile(
        rf"({DAY_DATE})[ \t]*\n?[ \t]*(?={_tag('', 'status|comment')}|(?:{_STATUS})\s*{_tag('/', 'status|on')})", re.I
    ),
)
_DATE_LINE = re.compile(
    rf"^[ \t]*({DAY_DATE}|{SLASHED_DATE})[ \t]*(?=(?:[-–:][ \t]*)?(?:(?:{_STATUS})[ \t]*)?$)", re.I | re.M
)
_PLAIN_STATUS = re.compile(
    rf"\s*(?:[-–:]\s*)?({_STATUS})(?=[ \t]*(?:$|{_tag('/', 'status|on')}|{_tag('', 'on')}))", re.I | re.M
)
_MARKED_STATUS = re.compile(rf"\s*(?:({_STATUS})\b|([a-z][\w -]{{1,40}}?)[ \t]*(?=\[|$))", re.I | re.M)
_SEPARATOR = re.compile(r"[ \t]*[:–-](?=\s)")
_HEADING = re.compile(r"recommendation\s+(\d{1,3}[a-z]?)", re.I)
_PREFIX = re.compile(r"(cause of concern|recommendations?)\s*[:–-]\s+(?=\S)", re.I)
_NUMBERED_TITLE = re.compile(r"(.*?)\s*\((?!(?:19|20)\d\d\))(\d{3,5})\)\.?")
_OWNED = re.compile(r"(\d{4,5})\s*[–-]\s*owner\b", re.I)
_ASKS = re.compile(r"\bshould\b")
_SOFT = "\u00ad"  # a soft hyphen: parts what reads as a mark, and is gone again from the text that is shown
_READS_AS_EVENT = re.compile(rf"(?:^|(?<=\]))\s*+(?={DAY_DATE}|{SLASHED_DATE})", re.I | re.M)


@dataclass(frozen=True, slots=True)
class _Span:
    """An event's date and where it and its body stand in the text."""

    date: str
    start: int
    body: int
    end: int


def quoted(text: str) -> str:
    """`text` as it can stand in a record without being read as its mark-up or as the date of an event.

    Soft hyphens part what would be; passages are shown without them.
    """
    untagged = TAG.sub(lambda tag: f"[{_SOFT}{tag[0][1:]}", text)
    return _READS_AS_EVENT.sub(lambda date: f"{date[0]}{_SOFT}", untagged)


def labelled(text: str) -> bool:
    """Whether a line says itself that a recommendation or a cause of concern stands in it or under it."""
    named = normalise(text) in ("recommendation", "recommendations") or section_kind(text) == "cause_of_concern"
    return named or bool(_HEADING.fullmatch(text) or _PREFIX.match(text))


def parse_register(builder: Builder) -> str | None:
    """Fill `builder` from a register record; returns its register number where title or owner line names one."""
    text = builder.source.text
    layout = layout_of(builder.source)
    end = int(builder.source.metadata.get("undated") or len(text))
    spans = _spans(text[:end])
    builder.notes += _notes(text, spans)
    head_end = spans[0].start if spans else end
    number = _head(builder, _untagged(text, blocks_of(layout, 0, head_end, keep=builder.legible)))
    main = next(
        (i for i, f in enumerate(builder.findings) if f.kind == "recommendation"),
        0 if builder.findings else None,
    )
    builder.passages = [replace(p, finding=main) if p.finding is None else p for p in builder.passages]
    builder.outline.clear()
    for event in (event for span in spans for event in _events(text, span)):
        builder.events.append(event)
        if event.text:
            _comment(builder, layout, event, main)
    _undated(builder, layout, end, main)
    builder.date = next((event.date for event in builder.events if event.status), None)  # published on that day
    owned = {m[1] for event in builder.events if (m := _OWNED.match(event.text))}
    return number or (owned.pop() if len(owned) == 1 else None)


def _spans(text: str) -> list[_Span]:
    """Where each dated event stands; dates on lines of their own count where opening marks were lost."""
    opens, closes = _count(text)
    heads: dict[int, tuple[int, int]] = {}
    for pattern in _HEADS if opens or closes else ():
        for match in pattern.finditer(text):
            opener = match.start() if match[0][0] == "[" else match.start(1)
            heads.setdefault(match.start(1), (opener, match.end(1)))
    if opens < closes or not opens:
        for match in _DATE_LINE.finditer(text):
            heads.setdefault(match.start(1), (match.start(1), match.end(1)))
    dated = [(date, at, heads[at]) for at in sorted(heads) if (date := iso_date(text[at : heads[at][1]]))]
    ends = [*(opener for _, _, (opener, _) in dated[1:]), len(text)]
    return [_Span(date, opener, body, end) for (date, _, (opener, body)), end in zip(dated, ends, strict=False)]


def _count(text: str) -> tuple[int, int]:
    return sum(1 for _ in _OPEN_ON.finditer(text)), sum(1 for _ in _CLOSE_ON.finditer(text))


def _notes(text: str, spans: Sequence[_Span]) -> list[str]:
    opens, closes = _count(text)
    if not spans:
        return ["No dated events could be read in this record; its whole text is shown as the recommendation."]
    if not opens:
        return ["The record lost its mark-up; its events were read from the lines that hold a date."]
    if opens < closes:
        return ["Part of the record's mark-up is lost; some events were read from dates without an opening mark."]
    if opens > closes:
        return ["An event of this record is not closed in the file; it was read up to where the next one starts."]
    return []


def _events(text: str, span: _Span) -> Iterator[Event]:
    """The statuses and comments of one dated stretch, in the order in which they stand: tags part them."""
    left, found = span.body, False
    if plain := _PLAIN_STATUS.match(text, span.body, span.end):
        yield _status(span, plain)
        left, found = plain.end(), True
    elif separator := _SEPARATOR.match(text, span.body, span.end):
        left = separator.end()
    for tag in TAG.finditer(text, left, span.end):
        comments = list(_said(text, span, left, tag.start()))
        status = _MARKED_STATUS.match(text, tag.end(), span.end) if _OPEN_STATUS.fullmatch(tag[0]) else None
        yield from comments
        if status:
            yield _status(span, status)
        found = found or bool(comments or status)
        left = status.end() if status else tag.end()
    last = list(_said(text, span, left, span.end))
    yield from last
    if not found and not last and (opener := _OPEN_COMMENT.search(text, span.body, span.end)):
        yield Event(span.date, "comment", None, "", opener.end())


def _status(span: _Span, match: re.Match[str]) -> Event:
    printed = match[match.lastindex or 0]
    return Event(span.date, "status", "-".join(printed.lower().split()), "", match.start(match.lastindex or 0))


def _said(text: str, span: _Span, start: int, end: int) -> Iterator[Event]:
    """The comment between two tags, page furniture at its ends aside; none where nothing was said."""
    lines = content_lines(text, frozenset(), start, end)
    if lines:
        first, last = content_span(lines)
        yield Event(span.date, "comment", None, text[first:last], first)


def _comment(builder: Builder, layout: Layout, event: Event, main: int | None) -> None:
    placed: dict[int, int] = {}
    index = len(builder.events) - 1
    before = layout.source.text[max(event.start - 20, 0) : event.start]
    indent = len(before) - len(before.rstrip(" \t"))  # of a list item: it says what the item stands beside
    end = event.start + len(event.text)
    blocks = blocks_of(layout, event.start - indent, end, comment=True, keep=builder.legible)
    for at, block in enumerate(blocks):
        parent = placed.get(block.parent) if block.parent is not None else None
        placed[at] = builder.add(block, "comment", finding=main, event=index, parent=parent)


def _undated(builder: Builder, layout: Layout, start: int, main: int | None) -> None:
    """The comments of which the tracker does not say when they were written, below their heading."""
    placed: dict[int, int] = {}
    blocks = blocks_of(layout, start, len(layout.source.text), comment=True, keep=builder.legible)
    for at, block in enumerate(blocks[1:], start=1):
        parent = placed.get(block.parent) if block.parent is not None else None
        placed[at] = builder.add(block, "comment", finding=main, parent=parent)


def _head(builder: Builder, blocks: Sequence[Block]) -> str | None:
    """Title, context, cause of concern and recommendation: what stands before the first event."""
    number: str | None = None
    kind: PassageKind = "context"
    first = _first_asked(blocks)
    printed: str | None = None
    placed: dict[int, int] = {}
    for at, block in enumerate(blocks):
        if not block.text:
            continue
        title = _NUMBERED_TITLE.fullmatch(block.text) if at == 0 and block.kind != "item" else None
        heading = _HEADING.fullmatch(block.text)
        if title:
            number = title[2]
            builder.open(title[1], 1)
            placed[at] = builder.add(block, "context")
            continue
        if heading or (block.kind == "line" and section_kind(block.text)):
            printed = heading[1] if heading else printed
            kind = "cause_of_concern" if "concern" in block.text.lower() else "recommendation"
            builder.open(block.text, 2)
            continue
        if block.kind == "line" and block.gap and at + 1 < len(blocks) and not _says_more(block.text):
            builder.open(block.text, 1)
            continue
        kind = "recommendation" if first is not None and at >= first else kind
        prefix = _PREFIX.match(block.text)
        if prefix:
            kind = "cause_of_concern" if "concern" in prefix[1].lower() else "recommendation"
            block = replace(block, text=block.text[prefix.end() :])
        parent = placed.get(block.parent) if block.parent is not None else None
        placed[at] = _ask(builder, block, kind, printed, parent)
    return number


def _untagged(text: str, blocks: Sequence[Block]) -> list[Block]:
    """The blocks without marks that belong to no dated event; a block of nothing else keeps its place, empty."""
    marked = (TAG.search(text, block.start, block.end) is not None for block in blocks)
    texts = (TAG.sub(" ", block.text) if found else block.text for block, found in zip(blocks, marked, strict=True))
    return [replace(block, text=" ".join(plain.split())) for block, plain in zip(blocks, texts, strict=True)]


def _first_asked(blocks: Sequence[Block]) -> int | None:
    """Where the recommendation starts in a head without headings: the first "should", or what introduces it.

    None where headings or labels ("Recommendation 1", "Cause of concern:") say it.
    """
    if any(_HEADING.fullmatch(b.text) or _PREFIX.match(b.text) or section_kind(b.text) for b in blocks):
        return None
    first = next((at for at, block in enumerate(blocks) if _ASKS.search(block.text)), 0)
    parent = blocks[first].parent if blocks else None
    return first if parent is None else parent


def has_numbered_title(text: str) -> bool:
    """Whether the first line is the title of a record: it ends in a register number in brackets."""
    lines = content_lines(text[:2000], frozenset())
    return bool(lines) and bool(_NUMBERED_TITLE.fullmatch(lines[0].text.strip()))


def _says_more(text: str) -> bool:
    """Whether a short line is no title: it introduces a list, or asks for something."""
    return text[-1] == ":" or bool(_ASKS.search(text))


def _ask(builder: Builder, block: Block, kind: PassageKind, printed: str | None, parent: int | None) -> int:
    """A passage of the head; the paragraphs of one recommendation (or cause of concern) are one finding."""
    if kind not in ("recommendation", "cause_of_concern"):
        return builder.add(block, kind, parent=parent)
    number = printed if kind == "recommendation" else None
    known = next((i for i, f in enumerate(builder.findings) if f.kind == kind and f.number == number), None)
    if known is None:
        known = builder.add_finding(kind, number, block.text)
    else:
        builder.extend(known, block.text)
    return builder.add(block, kind, finding=known, parent=parent)
