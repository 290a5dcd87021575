"""Gathers what a parser finds into a `Document` and gives everything its lasting id."""

import hashlib
from dataclasses import dataclass, field, replace

from corpus.garble import garbled
from corpus.parsers.layout import Block
from corpus.model import (
    Document,
    DocumentKind,
    Event,
    Finding,
    FindingKind,
    GlossaryEntry,
    Grade,
    Passage,
    PassageKind,
    Source,
)
from corpus.text import normalise


@dataclass(slots=True)
class Builder:
    """Collects the parts of one document in the order of its text; `document` closes it."""

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
    _parts: dict[int, dict[str, str]] = field(default_factory=dict)  # finding -> its further parts, normalised first
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

    def add_finding(self, kind: FindingKind, number: str | None, text: str) -> int:
        """Append a finding in the open section; deadline, addressee and status are filled in at the end."""
        self.findings.append(Finding("", kind, number, text, self.section(), None, None, (), None, None))
        return len(self.findings) - 1

    def extend(self, finding: int, text: str) -> None:
        """Make a list item or a further paragraph part of a finding's text; one it holds already is left out."""
        self._parts.setdefault(finding, {}).setdefault(normalise(text), text)

    def finding_text(self, finding: int) -> str:
        """Text of a finding with its further parts, one a line."""
        return "\n".join([self.findings[finding].text, *self._parts.get(finding, {}).values()])

    def document(
        self, key: str, kind: DocumentKind, title: str, force: str | None, number: str | None, url: str | None
    ) -> Document:
        """The finished document, every passage and finding with its id."""
        return with_ids(
            Document(
                key=key,
                kind=kind,
                title=title,
                force=force,
                date=self.date,
                register_number=number,
                url=url,
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
