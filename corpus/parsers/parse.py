"""A source to a document: what it is, whose it is, when it is from, then the walk through its text."""

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from corpus.forces import Forces
from corpus.model import Document, Evidence, Source
from corpus.parsers.builder import Builder, keep_headings, unreadable
from corpus.parsers.dated import answered_report, date_evidence
from corpus.parsers.evidence import kind_evidence, record_evidence, stated_by
from corpus.parsers.grammar import Grammar, shipped
from corpus.parsers.layout import Block, blocks_of, layout_of
from corpus.parsers.lines import TITLE_LINES
from corpus.parsers.listing import entries_of
from corpus.parsers.prose import parse_prose
from corpus.parsers.record import has_numbered_title, is_record, parse_record, record_title
from corpus.parsers.rows import listed_statuses
from corpus.parsers.titled import letter_body, title_evidence, without_title
from corpus.parsers.whose import Case, whose
from corpus.statuses import key_of
from corpus.text import key_step

_ADDRESS = re.compile(r"https?://[^\s()<>\]]+")
_REGISTER_ADDRESS = re.compile(r"/recommendations?/[\w-]+/(\d{2,6})(?:/|\b)")
_OWN = re.compile(r"\bwe (?:therefore |also )?recommend\b", re.I)
_REPLIES = re.compile(
    r"(?<!police )\b(?:respon[sd]\w*|repl(?:y|ies)|answers?|comments?|update|progress|section 55)\b", re.I
)
_HEAD = 1.8  # weight from which a line that may be the title is looked at for what it says of the document
_RECORD = 20_000  # characters that a record without mark-up has at most


def parse(source: Source, forces: Forces, *, force_from_name: bool = False, grammar: Grammar | None = None) -> Document:
    """The document that `source` holds. The file's name is evidence of the force only with `force_from_name`."""
    grammar = grammar or shipped()
    builder = Builder(source)
    url = address_of(source)
    if _is_record(source, url):
        return _record(builder, url, forces, force_from_name)
    blocks = blocks_of(layout_of(source), keep=builder.legible)
    title, titles = title_evidence(source, blocks)
    entries = entries_of(blocks, grammar)
    listing = listed_statuses(blocks, grammar) or next((entry.status for entry in entries.values()), "")
    heads = "\n".join(dict.fromkeys([title, *(p.value for p in titles if p.weight >= _HEAD)]))
    kind, kinds = kind_evidence(source, heads, url, listing)
    builder.date, dates = date_evidence(source, title, kind)
    about = whose(Case(source, title, url, kind, forces, heads=heads, from_name=force_from_name))
    builder.notes += [about.note] if about.note else []
    body, notes = letter_body(without_title(blocks))
    builder.notes += notes
    told = {blocks[at].start: entry for at, entry in entries.items()} if kind == "register_record" else {}
    replying = kind == "other" and not _recommends_itself(source.text, heads)
    others = partial(_names_another, forces, about.forces)
    parse_prose(builder, body, grammar, peel=kind == "peel_assessment", replying=replying, others=others, entries=told)
    builder.notes += unreadable(builder)
    if not builder.passages:
        keep_headings(builder, blocks)
    words = [said.status for said in builder.said.values() if said.status]
    key = key_of((block.text for block in blocks), words) if words else None
    earlier = answered_report(source.text, builder.date)
    published = builder.date if kind != "other" else earlier
    as_printed = kind == "register_record"
    builder.finish(published=published, earlier=earlier, as_printed=as_printed, by=_speaker(kinds), key=key)
    return builder.document(
        source.key,
        kind=kind,
        title=title,
        force=about.force,
        forces=about.forces,
        register_number=None,
        url=url,
        evidence=(*kinds, *about.evidence, *dates, *titles),
        heard=source.metadata.get("heard") or None,
    )


def _names_another(forces: Forces, own: Sequence[str], text: str) -> bool:
    """Whether a text names a force in full, and none of the document's `own`."""
    named = {mention.slug for mention in forces.mentions(text) if mention.how == "name"}
    return bool(own) and bool(named) and named.isdisjoint(own)


def _recommends_itself(text: str, heads: str) -> bool:
    """Whether a paper makes recommendations of its own, as a committee of parliament does, and is no reply to any."""
    return len(_OWN.findall(text)) > 1 and not _REPLIES.search(heads)


def _is_record(source: Source, url: str | None) -> bool:
    """Whether the register's own reader is for it: by its mark-up, address, dated statuses or numbered title."""
    stated = source.metadata.get("kind")
    if stated and not (stated == "register_record" and stated_by(source, "kind")):
        return stated == "register_record"
    if is_record(source.text) or _REGISTER_ADDRESS.search(url or ""):
        return True
    numbered = len(source.text) < _RECORD and has_numbered_title(source.text)
    return numbered and bool(re.search(r"\bshould\b", source.text))


def _record(builder: Builder, url: str | None, forces: Forces, force_from_name: bool) -> Document:
    source = builder.source
    number = parse_record(builder)
    if source.metadata.get("kind"):  # a row of a tracker: its first entry need not be from the day of publication
        builder.date = None
        builder.notes = [note for note in builder.notes if builder.events]
    builder.date = source.metadata.get("date") or builder.date
    addressed = _REGISTER_ADDRESS.search(url or "")
    number = source.metadata.get("number") or (addressed[1] if addressed else number)
    title = source.metadata.get("title") or record_title(builder)
    about = whose(Case(source, title, url, "register_record", forces, builder.events, from_name=force_from_name))
    builder.notes += [about.note] if about.note else []
    builder.notes += unreadable(builder)
    _tell_of_row(builder)
    builder.finish(published=builder.date)
    undated = [p.kind == "comment" and p.event is None for p in builder.passages]
    builder.passages = [replace(p, date=None) if u else p for p, u in zip(builder.passages, undated, strict=True)]
    kinds = record_evidence(source, title, url, number)
    return builder.document(
        _record_key(about.force, number) or source.key,
        kind="register_record",
        title=title,
        force=about.force,
        forces=about.forces,
        register_number=number,
        url=url,
        evidence=(*kinds, *about.evidence),
        heard=source.metadata.get("heard") or None,
    )


def _tell_of_row(builder: Builder) -> None:
    """What the row of a tracker states beside the text of its record (see `readers.export.tracker`)."""
    said = builder.source.metadata
    main = next((i for i, f in enumerate(builder.findings) if f.kind == "recommendation"), 0)
    for index, finding in enumerate(builder.findings):
        if said.get("finding_kind") and index == main:
            finding = builder.findings[index] = replace(finding, kind=said["finding_kind"])  # type: ignore[arg-type]
        printed = said.get("number_printed")
        own = printed and (printed != said.get("number") or not printed.isdigit())  # "CW-061"; a register's has digits
        if own and finding.number is None:
            builder.findings[index] = replace(finding, number=printed)
        builder.tell(
            index,
            status=said.get("status_word", ""),
            means=said.get("status", ""),
            status_date=said.get("status_date", ""),
            target=said.get("target_revised", "") or said.get("target", ""),
            owner=said.get("owner", ""),
        )


def _record_key(force: str | None, number: str | None) -> str | None:
    """Key by which all copies of a record are one document; it stands in addresses, where a slash would part it."""
    return f"{force}/{key_step(number.strip())}" if force and number and number.strip() else None


def address_of(source: Source) -> str | None:
    """The page's own address: given by the reader, or on a line of its own at the top."""
    if source.metadata.get("url"):
        return source.metadata["url"]
    for address in source.metadata.get("linked", "").split():  # a page saved as Markdown leads to itself
        if _REGISTER_ADDRESS.search(address):
            return address
    for line in source.text.splitlines()[:TITLE_LINES]:
        match = _ADDRESS.fullmatch(line.strip().strip("<>"))
        if match:
            return match[0]
    return None


def _speaker(kinds: Sequence[Evidence]) -> str | None:
    """Whose words the statuses of a response or paper are; None for an inspectorate's own."""
    said = {p.source for p in kinds if p.taken and p.value == "other"}
    for name in ("commissioner", "committee"):
        if any(name in source for source in said):
            return name
    return "force" if said else None


__all__ = ["Block", "address_of", "parse"]
