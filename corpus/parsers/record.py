"""Records of the register of recommendations: the recommendation, then dated statuses and comments.

The mark-up is `[on]date [status]s[/status][/on][on]date [comment] … [/comment][/on]`, often unclosed or half
lost, so it is scanned and never parsed as nested: an event starts at its date and ends where the next starts.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from corpus.dates import DAY_DATE, MONTH_DATE, SHORT_DATE, SLASHED_DATE, iso_date
from corpus.model import STATUSES, Event, PassageKind
from corpus.parsers.builder import Builder
from corpus.parsers.grammar import Label, shipped
from corpus.parsers.headings import SAYS
from corpus.parsers.layout import Block, Layout, blocks_of, layout_of
from corpus.parsers.lines import content_lines, content_span
from corpus.parsers.titled import shortened
from corpus.statuses import status_of_word
from corpus.text import normalise


def _tag(slash: str, names: str) -> str:
    return rf"\[[ \t]{{0,3}}{slash}[ \t]{{0,3}}(?:{names})[ \t]{{0,3}}\]"


TAG = re.compile(_tag("/?", "on|status|comment"), re.I)
_OPEN_ON, _CLOSE_ON = re.compile(_tag("", "on"), re.I), re.compile(_tag("/", "on"), re.I)
_OPEN_STATUS, _OPEN_COMMENT = re.compile(_tag("", "status"), re.I), re.compile(_tag("", "comment"), re.I)
_DATE = rf"{DAY_DATE}|{SLASHED_DATE}|{SHORT_DATE}"
_STATUS = "|".join(status.replace("-", "[- ]") for status in STATUSES)
# Where an event starts, the surest sign first. Group 1 is the date; what stands before it belongs to the event.
_HEADS = (
    re.compile(rf"{_tag('', 'on')}\s*({_DATE}|{MONTH_DATE})", re.I),  # a tracker may know the month alone
    re.compile(rf"(?<=\])\s*({_DATE})", re.I),
    re.compile(
        rf"({_DATE})[ \t]*\n?[ \t]*(?={_tag('', 'status|comment')}|(?:{_STATUS})\s*{_tag('/', 'status|on')})", re.I
    ),
)
_DATE_LINE = re.compile(rf"^[ \t]*({_DATE})[ \t]*(?=(?:[-–:][ \t]*)?(?:(?:{_STATUS})[ \t]*)?$)", re.I | re.M)
_PLAIN_STATUS = re.compile(
    rf"\s*(?:[-–:]\s*)?({_STATUS})(?=[ \t]*(?:$|{_tag('/', 'status|on')}|{_tag('', 'on')}))", re.I | re.M
)
_MARKED_STATUS = re.compile(rf"\s*(?:({_STATUS})\b|([a-z][\w -]{{1,40}}?)[ \t]*(?=\[|$))", re.I | re.M)
_STATUS_LINE = re.compile(rf"^[ \t]*(?:{DAY_DATE}[ \t]*[-–:]?[ \t]*)?(?:{'|'.join(STATUSES)})[ \t]*$", re.M)
_SEPARATOR = re.compile(r"[ \t]*[:–-](?=\s)")
_NUMBERED = re.compile(r"recommendation\s+(\d{1,3}[a-z]?)", re.I)
_PREFIX = re.compile(r"(cause of concern|recommendations?)\s*[:–-]\s+(?=\S)", re.I)
_NUMBERED_TITLE = re.compile(r"(.*?)\s*\((?!(?:19|20)\d\d\))(\d{3,5})\)\.?")
# "Recommendation 6411", "7742: Waiting room", "5967 – Held in trust": the register counts in thousands
_REGISTER_LINE = re.compile(
    r"(?:#\s*)?(?:recommendation\s+(?:no\.?\s*|number\s*)?(\d{4,5})|(\d{4,5})(?=\s*[:–—-]\s))(?:\s*[:–—-]\s*(\S.*))?",
    re.I,
)
_ADDRESSED = re.compile(r"https?://\S+/recommendations?/[\w-]+/(\d{2,6})/?")
_IN_WORDS = re.compile(
    r"(?:this|the) (?:recommendation|cause of concern|record|action) (?:is|was|has been) (.{3,40}?)\.?", re.I
)
_HEADING = 120  # characters of a heading by its words
_OWNED = re.compile(r"(\d{4,5})\s*[–-]\s*owner\b", re.I)
_ASKS = re.compile(r"\bshould\b")
_SOFT = "\u00ad"  # a soft hyphen: parts what reads as a mark, and is gone again from the text that is shown
_READS_AS_EVENT = re.compile(rf"(?:^|(?<=\]))\s*+(?={_DATE})", re.I | re.M)


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


def _kind(text: str) -> str | None:
    label = shipped().heading(text)
    return label.kind if label and label.kind != "other" else None


def labelled(text: str) -> bool:
    """Whether a line says itself that a recommendation or a cause of concern stands in it or under it."""
    named = normalise(text) in ("recommendation", "recommendations") or _kind(text) == "cause_of_concern"
    return named or bool(_NUMBERED.fullmatch(text) or _PREFIX.match(text))


def parse_record(builder: Builder) -> str | None:
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
    for pattern in _HEADS if TAG.search(text) else ():
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
    closing = next((m for block in blocks if (m := _IN_WORDS.fullmatch(block.text)) and status_of_word(m[1])), None)
    head = _Head(builder, _first_asked(blocks), answered=closing is not None)
    for at, block in enumerate(blocks):
        if not block.text or head.titled(blocks, at) or head.opened(blocks, at):
            continue
        head.place(at, block)
    for index in range(len(builder.findings) if closing else 0):
        builder.tell(index, status=closing[1] if closing else "")
    return head.number


@dataclass(slots=True)
class _Head:
    """Where the walk through a record's head stands. `apart`: each item that asks is a recommendation of its own.

    `answered`: the record says in words, without a date, what became of it.
    """

    builder: Builder
    first: int | None
    number: str | None = None
    kind: PassageKind = "context"
    printed: str | None = None
    apart: bool = False
    answered: bool = False
    listed: bool = False  # the last block was an item of what is asked
    replied: bool = False
    bare: tuple[Block, int] | None = None  # the last heading, and the passages before it
    placed: dict[int, int] = field(default_factory=dict)

    def titled(self, blocks: Sequence[Block], at: int) -> bool:
        """Take a title with its register number, or the number alone, at the top of what is asked."""
        block = blocks[at]
        if at > 2 or block.kind == "item" or self.kind != "context":
            return False
        if match := _NUMBERED_TITLE.fullmatch(block.text):
            self.number, title = match[2], match[1]
        elif match := _REGISTER_LINE.fullmatch(block.text):
            self.number, title = match[1] or match[2], match[3] or ""
        else:
            return False
        if title and len(blocks) == 1:  # it is all that is asked
            return False
        if title:
            self.builder.open(title, 1)
            self.placed[at] = self.builder.add(block, "context")
        return True

    def opened(self, blocks: Sequence[Block], at: int) -> bool:
        """Take a heading: one that says what follows, or a title."""
        block = blocks[at]
        label = shipped().heading(block.text) if block.kind != "item" and len(block.text) < _HEADING else None
        if label and label.kind in ("recommendation", "cause_of_concern", "area_for_improvement"):
            self.printed = label.number or self.printed
            self.kind, self.apart = label.kind, label.several  # type: ignore[assignment]
            self.builder.open(block.text, 2)
            return True
        if label and self.first is None:  # what stands below is not asked any more
            self.kind = "context"
        if block.kind == "line" and block.gap and at + 1 < len(blocks) and not _says_more(block.text):
            self._keep_bare()
            self.bare = (block, len(self.builder.passages))
            self.builder.open(block.text, 1)
            return True
        return False

    def _keep_bare(self) -> None:
        """A heading above another one, with nothing between them, says what it says itself."""
        block, before = self.bare or (None, 0)
        if block and len(self.builder.passages) == before and len(block.text.split()) >= SAYS:
            self.builder.outline.pop()
            self.builder.add(block, "context")

    def place(self, at: int, block: Block) -> None:
        """A passage of what is asked, or of what stands before it."""
        if self.first is not None and at >= self.first:
            self.kind = "recommendation"
        label = shipped().label(block.text)
        if label and label.finds:
            self.kind, self.apart = label.finds, label.several
            self.printed = label.number or self.printed
            block = replace(block, text=label.rest)
        parent = self.placed.get(block.parent) if block.parent is not None else None
        if self.kind in ("context", "strength") or self._replies(block):
            self.placed[at] = self.builder.add(block, "context" if self.kind == "context" else "comment", parent=parent)
            return
        self.listed = block.kind == "item"
        self.placed[at] = self._ask(block, parent)

    def _replies(self, block: Block) -> bool:
        """Whether a paragraph below a list of what is asked says what became of it."""
        said = self.replied or (self.listed and block.kind == "text" and not shipped().asks(block.text))
        self.replied = self.answered and said
        return self.replied

    def _ask(self, block: Block, parent: int | None) -> int:
        """A passage of the head; the paragraphs of one recommendation (or cause of concern) are one finding."""
        builder, kind = self.builder, self.kind
        number = self.printed if kind == "recommendation" else None
        if parent is not None and (above := builder.passages[parent].finding) is not None:
            builder.extend(above, block.text)
            return builder.add(block, builder.passages[parent].kind, finding=above, parent=parent)
        same = [i for i, f in enumerate(builder.findings) if f.kind == kind and f.number == number]
        if kind == "cause_of_concern" and same and block.kind == "item" and shipped().asks(block.text):
            kind, same = "recommendation", [i for i, f in enumerate(builder.findings) if f.kind == "recommendation"]
        if not same or (
            self.apart and block.kind == "item" and kind == "recommendation" and shipped().asks(block.text)
        ):
            index = builder.add_finding(kind, number, block.text)  # type: ignore[arg-type]
        else:
            index = same[-1]
            builder.extend(index, block.text)
        return builder.add(block, kind, finding=index, parent=parent)


def _untagged(text: str, blocks: Sequence[Block]) -> list[Block]:
    """The blocks without marks that belong to no dated event; a block of nothing else keeps its place, empty."""
    marked = (TAG.search(text, block.start, block.end) is not None for block in blocks)
    texts = (TAG.sub(" ", block.text) if found else block.text for block, found in zip(blocks, marked, strict=True))
    return [replace(block, text=" ".join(plain.split())) for block, plain in zip(blocks, texts, strict=True)]


def _first_asked(blocks: Sequence[Block]) -> int | None:
    """Where the recommendation starts in a head without headings: the first "should", or what introduces it.

    None where headings or labels ("Recommendation 1", "Cause of concern:") say it.
    """
    grammar = shipped()
    if any(_finds(grammar.heading(b.text)) or _finds(grammar.label(b.text)) for b in blocks):
        return None
    first = next((at for at, block in enumerate(blocks) if _ASKS.search(block.text)), 0)
    parent = blocks[first].parent if blocks else None
    return first if parent is None else parent


def _finds(label: Label | None) -> bool:
    return label is not None and label.finds is not None


def has_numbered_title(text: str) -> bool:
    """Whether a line at the top is a record's title: a register number ends it in brackets, or begins it."""
    lines = content_lines(text[:2000], frozenset())[:3]
    return any(_NUMBERED_TITLE.fullmatch(p) or _REGISTER_LINE.fullmatch(p) for p in (x.text.strip() for x in lines))


def _says_more(text: str) -> bool:
    """Whether a short line is no title: it introduces a list, or asks for something."""
    return text[-1] == ":" or bool(_ASKS.search(text))


def is_record(text: str) -> bool:
    """Whether a text has the register's mark-up, or its statuses on lines of their own."""
    return bool(TAG.search(text) or _STATUS_LINE.search(text))


def register_number_of(line: str) -> str | None:
    """The register number that a line consists of or begins or ends with, as the title of a record; else None."""
    bare = line.strip().strip("#* ")
    for plain in (bare, bare.strip("[]() ")):  # the bracket at the end may be that of the number
        for pattern in (_NUMBERED_TITLE, _REGISTER_LINE, _ADDRESSED):
            if len(plain) < 300 and (match := pattern.fullmatch(plain)):
                return next((group for group in match.groups() if group and group.isdigit()), None)
    return None


def record_title(builder: Builder) -> str:
    """The report's name over a record, else the first words of what is asked."""
    named = [path[0] for path in builder.sections if path and not shipped().heading(path[0])]
    number = next((f.number for f in builder.findings if f.number), None)
    if named:
        return f"{named[0]}: recommendation {number}" if number else named[0]
    text = next((f.text for f in builder.findings if f.kind == "recommendation"), "")
    return shortened(text or (builder.passages[0].text if builder.passages else builder.source.key))
