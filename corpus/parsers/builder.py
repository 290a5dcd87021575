"""Gathers the parts of one document in the order of its text; sections, findings and passages refer to each other."""

import datetime
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from corpus.garble import garbled
from corpus.model import (
    Document,
    Event,
    Finding,
    FindingKind,
    GlossaryEntry,
    Grade,
    Passage,
    PassageKind,
    Source,
)
from corpus.owners import owner_of, owner_on, owner_said
from corpus.parsers.findings import addressees_named, addressees_of, deadline_of, status_of
from corpus.parsers.layout import Block
from corpus.parsers.passing_days import day_in
from corpus.statuses import Key, status_of_word
from corpus.text import normalise


@dataclass(frozen=True, slots=True)
class Said:
    """What the document says of one finding besides its text; "" where it says nothing.

    `wording` is the deadline of a heading or lead-in that holds for it, `status` the word that is printed.
    """

    wording: str = ""
    addressee: str = ""
    deadline: str = ""
    status: str = ""
    status_date: str = ""
    target: str = ""
    owner: str = ""
    means: str = ""  # the register's status that the word comes to, where the reader knows it
    accepted: str = ""  # set where the status answers whether the finding is accepted


_ACCEPTED = {"yes": "accepted", "no": "not accepted", "in part": "partly accepted", "partly": "partly accepted"}


@dataclass(slots=True)
class Builder:
    """Collects the parts of one document in the order of its text; `finish` and `document` close it."""

    source: Source
    date: str | None = None
    outline: list[tuple[int, str]] = field(default_factory=list)  # open headings, outermost first
    sections: list[tuple[str, ...]] = field(default_factory=list)
    passages: list[Passage] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    grades: list[Grade] = field(default_factory=list)
    glossary: list[GlossaryEntry] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    garbled: list[tuple[Block, str]] = field(default_factory=list)  # paragraphs left out, and what is wrong
    said: dict[int, Said] = field(default_factory=dict)  # finding -> what else is said of it
    _parts: dict[int, dict[str, str]] = field(default_factory=dict)  # finding -> its further parts, normalised first
    _asked: dict[tuple[FindingKind, str], int] = field(default_factory=dict)  # kind, normalised text -> finding
    _places: dict[tuple[str, ...], int] = field(default_factory=dict)  # section -> its index

    @property
    def path(self) -> tuple[str, ...]:
        """Headings of the open section, outermost first."""
        return tuple(heading for _, heading in self.outline)

    def open(self, heading: str, level: int) -> None:
        """Start a section of `level` (1 = top): it closes those of the same level and below."""
        while self.outline and self.outline[-1][0] >= level:
            self.outline.pop()
        self.outline.append((level, heading))

    def section(self) -> int:
        """Index of the section that is open."""
        path = self.path
        if path not in self._places:
            self._places[path] = len(self.sections)
            self.sections.append(path)
        return self._places[path]

    def add(
        self,
        block: Block,
        kind: PassageKind,
        *,
        finding: int | None = None,
        event: int | None = None,
        parent: int | None = None,
    ) -> int:
        """Append a passage of `block` in the open section; its index is returned."""
        date = self.date if event is None else self.events[event].date
        passage = Passage(
            "",
            kind,
            block.text,
            block.start,
            block.end,
            self.section(),
            date,
            block.page,
            finding,
            event,
            parent,
        )
        self.passages.append(passage)
        return len(self.passages) - 1

    def legible(self, block: Block) -> bool:
        """Whether a paragraph can be read; one that cannot is kept in `garbled` for the notes."""
        wrong = garbled(block.text)
        if wrong:
            self.garbled.append((block, wrong))
        return wrong is None

    def add_finding(self, kind: FindingKind, number: str | None, text: str, *, quoted: bool = False) -> int:
        """Append a finding in the open section; deadline, addressee and status are filled in by `finish`."""
        section = self.section()
        self.findings.append(Finding("", kind, number, text, section, None, None, (), None, None, quoted=quoted))
        self._asked.setdefault((kind, normalise(text)), len(self.findings) - 1)
        return len(self.findings) - 1

    def same(self, kind: FindingKind, text: str) -> int | None:
        """The first finding of this kind that says the same; None for none."""
        return self._asked.get((kind, normalise(text)))

    def tell(self, finding: int, **said: str) -> None:
        """Note what else the document says of a finding (the fields of `Said`); what was said first stays."""
        said["owner"] = owner_of(said.get("owner", ""))
        known = self.said.get(finding, Said())
        self.said[finding] = replace(known, **{k: v for k, v in said.items() if v and not getattr(known, k)})

    def comment(self, block: Block, finding: int, date: str | None) -> int:
        """A passage of what is said to one finding: an event where its day is known."""
        event = None
        if date:
            self.events.append(Event(date, "comment", None, block.text, block.start, finding))
            event = len(self.events) - 1
        return self.add(block, "comment", finding=finding, event=event)

    def extend(self, finding: int, text: str) -> None:
        """Make a list item or a further paragraph part of a finding's text; one it holds already is left out."""
        self._parts.setdefault(finding, {}).setdefault(normalise(text), text)

    def finding_text(self, finding: int) -> str:
        """Text of a finding with its further parts, one a line."""
        return "\n".join([self.findings[finding].text, *self._parts.get(finding, {}).values()])

    def finish(
        self,
        *,
        published: str | None = None,
        earlier: str | None = None,
        as_printed: bool = False,
        by: str | None = None,
        key: Key | None = None,
    ) -> None:
        """Deadline, addressee and status of each finding; the date of passages placed before it was known.

        `published` is the day from which relative deadlines count, the document's own or that of the report that it
        answers; `earlier` that for findings quoted from a report before it. `as_printed` keeps a status word in small
        letters where no event gives a status, as an index page's is; else it comes to one of the register's, by the
        document's own `key`. `by` tells whose words they are.
        """
        for index in range(len(self.findings)):
            counted = earlier if self.findings[index].quoted else published
            self.findings[index] = self._finished(index, counted, as_printed, by, key)
        self.passages = [p if p.date or p.event is not None else replace(p, date=self.date) for p in self.passages]

    def _finished(
        self, index: int, published: str | None, as_printed: bool, by: str | None, key: Key | None
    ) -> Finding:
        finding, text, said = self.findings[index], self.finding_text(index), self.said.get(index, Said())
        deadline, wording = deadline_of(said.deadline, published) if said.deadline else (None, None)
        if said.deadline and not wording and (day := day_in(said.deadline)):
            deadline, wording = day, said.deadline
        if not wording:
            deadline, wording = deadline_of(text, published)
        if not wording:
            deadline, wording = deadline_of(said.wording, published)
        told = [e for e in self.events if e.finding in (None, index)]
        status, status_date = status_of(told)
        word = " ".join(said.status.split()).rstrip(".") or None
        if status is None and said.means:
            status, status_date = said.means, said.status_date or None
        elif status is None and word:
            asked = _ACCEPTED.get(normalise(word).split(",")[0]) if said.accepted else None
            status = word.lower() if as_printed else status_of_word(asked or word, key)
            status_date = said.status_date or None
        owners = [(event.date, owner) for event in told if (owner := owner_said(event.text))]
        named = addressees_named(said.addressee or self.source.metadata.get("addressee", ""))
        return replace(
            finding,
            text=text,
            deadline=deadline,
            deadline_text=wording,
            addressees=() if finding.kind == "cause_of_concern" else named or addressees_of(text),
            status=status,
            status_date=status_date,
            status_word=word,
            status_by=by if status and word else None,
            target=said.target or None,
            owner=owner_on(said.owner, owners, datetime.date.max),
        )

    def document(self, key: str, **decided: object) -> Document:
        """The finished document, every passage and finding with its id; `decided` are the other fields of Document."""
        return with_ids(
            Document(
                key=key,
                date=self.date,
                source=self.source.path,
                sha256=self.source.sha256,
                text=self.source.text,
                sections=tuple(self.sections),
                passages=tuple(self.passages),
                findings=tuple(self.findings),
                events=tuple(self.events),
                grades=tuple(self.grades),
                glossary=tuple(self.glossary),
                notes=tuple(self.notes),
                garbled=len(self.garbled),
                **decided,  # type: ignore[arg-type]
            )
        )


def with_ids(document: Document) -> Document:
    """`document` with the id of each passage and finding: document key, hash of the normalised text, occurrence."""
    seen: dict[str, int] = {}

    def lasting(prefix: str, text: str) -> str:
        stem = f"{document.key}~{prefix}{hashlib.sha256(normalise(text).encode()).hexdigest()[:12]}"
        seen[stem] = seen.get(stem, 0) + 1
        return stem if seen[stem] == 1 else f"{stem}~{seen[stem]}"

    return replace(
        document,
        passages=tuple(replace(p, id=lasting("", p.text)) for p in document.passages),
        findings=tuple(replace(f, id=lasting("f", f.text)) for f in document.findings),
    )


def unreadable(builder: Builder) -> list[str]:
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


def keep_headings(builder: Builder, blocks: Sequence[Block]) -> None:
    """A document of nothing but what looks like headings ("Not enough radios on nights") says it in them."""
    builder.outline.clear()
    longer = [block for block in blocks if len(block.text.split()) > 2]
    for block in longer or [block for block in blocks if any(map(str.isalpha, block.text))]:
        builder.add(block, "context")
