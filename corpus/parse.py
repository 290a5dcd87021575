"""A source to a document: which kind it is, whose it is, when it is from, then the parser of its kind."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import get_args

from corpus.builder import Builder
from corpus.dates import DAY_DATE, find_date, find_year, iso_date
from corpus.findings import addressees_named, addressees_of, deadline_of, status_of
from corpus.forces import Forces
from corpus.headings import section_kind
from corpus.layout import TITLE_LINES, Block, blocks_of, is_heading_like, layout_of
from corpus.model import STATUSES, Document, DocumentKind, Source
from corpus.peel import parse_peel
from corpus.register import TAG, has_numbered_title, parse_register
from corpus.report import parse_report
from corpus.text import key_step

_KINDS: dict[str, DocumentKind] = {kind: kind for kind in get_args(DocumentKind)}
_ADDRESS = re.compile(r"https?://\S+")
_REGISTER_ADDRESS = re.compile(r"/recommendations?/[\w-]+/(\d{2,6})(?:/|\b)")
_STATUS_LINE = re.compile(rf"^[ \t]*(?:{DAY_DATE}[ \t]*[-–:]?[ \t]*)?(?:{'|'.join(STATUSES)})[ \t]*$", re.M)
_PEEL_TITLE = re.compile(r"\bPEEL\b", re.I)
_PEEL_QUESTION = re.compile(
    r"^[ \t#*]*How (?:effective|effectively|efficient|efficiently|legitimate|legitimately|well)\b[^\n?]*\?[ \t*]*$",
    re.M,
)
_REPORT_SIGNS = (
    re.compile(
        r"inspection report|report of an? .{0,40}inspection|an inspection of|\binspection\b.{0,40}\b(?:19|20)\d{2}",
        re.I,
    ),
    re.compile(r"^[^\w\n]*recommendation\s+\d+\b", re.I | re.M),
    re.compile(r"^[ \t]*grade\b|national grade distribution|force summary of judgements", re.I | re.M),
    re.compile(r"^[^\w\n]*(?:areas? for improvement|causes? of concern)[^\w\n]*$", re.I | re.M),
    re.compile(r"\bHMIC(?:FRS)?\b|inspectorate", re.I),
)
_SELF = 3  # mentions of one force that a text without title or address needs before it counts as that force's
_RECORD = 20_000  # characters that a record without mark-up has at most
_COMMISSIONED = re.compile(r"\bcommissioned by\b", re.I)


def parse(source: Source, forces: Forces, *, force_from_name: bool = False) -> Document:
    """The document that `source` holds. The file's name is evidence of the force only with `force_from_name`."""
    kind = kind_of(source)
    builder = Builder(source)
    url = _address(source)
    number: str | None = None
    marked: str | None = None
    blocks: Sequence[Block] = ()
    if kind == "register_record":
        number = parse_register(builder)
        if source.metadata.get("kind"):  # a row of a tracker: its first entry need not be from the day of publication
            builder.date = None
            builder.notes = [note for note in builder.notes if builder.events]
    else:
        marked, blocks = _marked_title(blocks_of(layout_of(source), keep=builder.legible))
        builder.date = source.metadata.get("date") or _date(source, kind)
        (parse_peel if kind == "peel_assessment" else parse_report)(builder, blocks)
    builder.date = source.metadata.get("date") or builder.date
    addressed = _REGISTER_ADDRESS.search(url or "")
    number = source.metadata.get("number") or (addressed[1] if addressed else number)
    title = source.metadata.get("title") or marked or _title(source, kind, builder, blocks)
    force, note = force_of(source, title, url, forces, force_from_name)
    if note:
        builder.notes.append(note)
    builder.notes += _unreadable(builder)
    if not builder.passages:
        _keep_headings(builder, blocks)
    _finish(builder)
    key = _record_key(force, number) if kind == "register_record" else None
    document = builder.document(key or source.key, kind, title, force, number, url)
    return replace(document, garbled=len(builder.garbled))


def _record_key(force: str | None, number: str | None) -> str | None:
    """Key by which all copies of a record are one document; it stands in addresses, where a slash would part it."""
    return f"{force}/{key_step(number.strip())}" if force and number and number.strip() else None


def kind_of(source: Source) -> DocumentKind:
    """Kind as the metadata state it, else by the text: register mark-up, PEEL title or questions, signs of a report."""
    if stated := _KINDS.get(source.metadata.get("kind", "")):
        return stated
    text = source.text
    if TAG.search(text) or _REGISTER_ADDRESS.search(_address(source) or "") or _STATUS_LINE.search(text):
        return "register_record"
    if len(text) < _RECORD and has_numbered_title(text) and re.search(r"\bshould\b", text):
        return "register_record"  # one that lost all of its mark-up
    top = "\n".join(line for line in text.splitlines() if line.strip())[:400]
    if _PEEL_QUESTION.search(text) and (_PEEL_TITLE.search(top) or len(_PEEL_QUESTION.findall(text)) > 1):
        return "peel_assessment"
    if re.search(r"\bPEEL\b.{0,30}20\d{2}", top.split("\n")[0]) and not _REPORT_SIGNS[1].search(text):
        return "peel_assessment"
    signs = sum(1 for sign in _REPORT_SIGNS if sign.search(text))
    return "inspection_report" if signs >= 3 else "other"


def force_of(
    source: Source, title: str, url: str | None, forces: Forces, force_from_name: bool = False
) -> tuple[str | None, str | None]:
    """(slug, note). In this order: metadata, page address, title, text, file name where asked; never guessed."""
    stated = source.metadata.get("force")
    if stated:
        slug = stated if forces.get(stated) else _single(forces, stated)
        return slug, None if slug else f"The force “{stated}” is not in the list of forces."
    if url and (slug := forces.from_url(url)):
        return slug, None
    named = forces.from_filename(source.path.rsplit("/", 1)[-1]) if force_from_name else None
    top = " ".join([title, *source.text.splitlines()[:TITLE_LINES]]) if kind_of(source) != "register_record" else title
    if _COMMISSIONED.search(title):
        return (
            named,
            None
            if named
            else "The title names a force whose inspection was commissioned; the record's own force is not stated.",
        )
    titled = _titled(forces, title) or _titled(forces, top)
    spoken = _spoken(forces, source.text)
    if titled and spoken and titled != spoken:
        one, other = forces.label(titled), forces.label(spoken)
        return named, f"The title names {one}, the text speaks of {other}; the force is left open."
    slug = titled or spoken or named
    return slug, None if slug else "The document does not say which force it is about."


def _titled(forces: Forces, text: str) -> str | None:
    """The one force of a title: by its name, else by its area."""
    mentions = forces.mentions(text)
    for how in ("name", "short"):
        slugs = {mention.slug for mention in mentions if mention.how == how and forces.get(mention.slug)}
        if slugs:
            return slugs.pop() if len(slugs) == 1 else None
    return None


def _single(forces: Forces, text: str) -> str | None:
    slugs = {mention.slug for mention in forces.mentions(text)}
    return slugs.pop() if len(slugs) == 1 else None


def _spoken(forces: Forces, text: str) -> str | None:
    """The force that a text speaks of: named at least three times, and three times as often as all others."""
    counts: dict[str, int] = {}
    for mention in forces.mentions(text):
        if mention.how != "short":
            counts[mention.slug] = counts.get(mention.slug, 0) + 1
    if not counts:
        return None
    slug = max(counts, key=lambda s: counts[s])
    others = sum(counts.values()) - counts[slug]
    return slug if counts[slug] >= _SELF and counts[slug] >= 3 * others else None


def _address(source: Source) -> str | None:
    """The page's own address: given by the reader, or on a line of its own at the top."""
    if source.metadata.get("url"):
        return source.metadata["url"]
    for line in source.text.splitlines()[:TITLE_LINES]:
        match = _ADDRESS.fullmatch(line.strip().strip("<>"))
        if match:
            return match[0]
    return None


def _date(source: Source, kind: DocumentKind) -> str | None:
    top = source.text.splitlines()[: TITLE_LINES + 10]
    lines = [line.strip().strip("#*").strip() for line in top if line.strip()]
    if kind == "peel_assessment":
        return next((year for line in lines[:5] if (year := find_year(line))), None)
    for line in lines:
        labelled = re.sub(r"^(?:published|date|publication date)\s*:?\s*(?:on\s+)?", "", line, flags=re.I)
        if date := iso_date(labelled):
            return date
    if kind == "other":
        return None
    found = next((date for line in lines if len(line) < 120 and (date := find_date(line))), None)
    return found or next((year for line in lines[:5] if len(line) < 120 and (year := find_year(line))), None)


def _marked_title(blocks: Sequence[Block]) -> tuple[str | None, Sequence[Block]]:
    """A format's one heading of level 1, if it comes first, is the title; the others then move up a level."""
    marked = [at for at, block in enumerate(blocks) if block.level]
    if sum(1 for at in marked if blocks[at].level == 1) != 1 or blocks[marked[0]].level != 1:
        return None, blocks
    title = marked[0]
    rest = [
        replace(b, level=max(b.level - 1, 0), parent=None if b.parent is None else b.parent - (b.parent > title))
        for at, b in enumerate(blocks)
        if at != title
    ]
    return blocks[title].text, rest


def _title(source: Source, kind: DocumentKind, builder: Builder, blocks: Sequence[Block]) -> str:
    if kind == "register_record":
        return _register_title(builder)
    top = [b.text for b in blocks[:8] if b.kind == "line" and not re.fullmatch(r"contents", b.text, re.I)]
    if kind == "peel_assessment":
        pillar = [text for text in top[1:2] if len(text.split()) <= 2]
        return " – ".join([*top[:1], *pillar]) or source.key
    full = next((t for t in top if re.search(r"report|inspection", t, re.I) and len(t.split()) > 3), None)
    return full or next(iter(top), None) or _shortened(blocks[0].text if blocks else source.key)


def _register_title(builder: Builder) -> str:
    named = [path[0] for path in builder.sections if path and not section_kind(path[0])]
    named = [name for name in named if not re.fullmatch(r"recommendation \d+\w?", name, re.I)]
    number = next((f.number for f in builder.findings if f.number), None)
    if named:
        return f"{named[0]}: recommendation {number}" if number else named[0]
    text = next((f.text for f in builder.findings if f.kind == "recommendation"), "")
    return _shortened(text or (builder.passages[0].text if builder.passages else builder.source.key))


def _shortened(text: str, words: int = 14) -> str:
    parts = text.split()
    return (
        text.rstrip(":")
        if len(parts) <= words and is_heading_like(text)
        else " ".join(parts[:words]).rstrip(".,;:") + " …"
    )


def _unreadable(builder: Builder) -> list[str]:
    """One note on the paragraphs that were left out because they cannot be read."""
    if not builder.garbled:
        return []
    number = len(builder.garbled)
    pages = sorted({block.page for block, _ in builder.garbled if block.page})
    place = f" on page{'s' if len(pages) > 1 else ''} {', '.join(map(str, pages[:9]))}" if pages else ""
    wrong = ", ".join(dict.fromkeys(what for _, what in builder.garbled))
    some = f"{number} paragraphs{place} are" if number > 1 else f"A paragraph{place} is"
    left = "were" if number > 1 else "was"
    return [f"{some} garbled ({wrong}) and {left} left out: “{builder.garbled[0][0].text[:40]} …”."]


def _keep_headings(builder: Builder, blocks: Sequence[Block]) -> None:
    """A document of nothing but what looks like headings ("Not enough radios on nights") says it in them."""
    builder.outline.clear()
    longer = [block for block in blocks if len(block.text.split()) > 2]
    for block in longer or [block for block in blocks if any(map(str.isalpha, block.text))]:
        builder.add(block, "context")


def _finish(builder: Builder) -> None:
    """Deadline, addressee and status of each finding; the date of passages that were placed before it was known."""
    status, status_date = status_of(builder.events)
    named = addressees_named(builder.source.metadata.get("addressee", ""))
    for index, finding in enumerate(builder.findings):
        text = builder.finding_text(index)
        deadline, wording = deadline_of(text, builder.date)
        builder.findings[index] = replace(
            finding,
            text=text,
            deadline=deadline,
            deadline_text=wording,
            addressees=() if finding.kind == "cause_of_concern" else named or addressees_of(text),
            status=status,
            status_date=status_date,
        )
    # A comment without an event is one without a day (see `undated` in readers.export.page).
    builder.passages = [
        p if p.date or p.event is not None or p.kind == "comment" else replace(p, date=builder.date)
        for p in builder.passages
    ]
