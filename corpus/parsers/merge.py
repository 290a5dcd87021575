"""Several copies of one register record into one document: the fullest copy, plus events only others have."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from corpus.model import Document, Event, Finding, Passage
from corpus.parsers.builder import with_ids
from corpus.parsers.findings import status_of
from corpus.text import normalise


def merge(copies: Sequence[Document]) -> tuple[Document, tuple[Document, ...]]:
    """One document of the copies of a record, and those of `copies` that are another record.

    Events merge by date, text and what they are about; the copy with most events gives the text. It is known up to the
    last day of any of them.
    """
    base = max(copies, key=lambda document: len(document.events))
    same = [copy for copy in copies if copy is not base and _alike(base, copy)]
    known = {id(copy) for copy in (base, *same)}
    merged = base
    for copy in same:
        merged = _add(merged, copy)
    if same:  # a change in any of the copies is a change of the document
        hashes = "".join(sorted(copy.sha256 for copy in (base, *same)))
        merged = replace(merged, sha256=hashlib.sha256(hashes.encode()).hexdigest())
    return merged, tuple(copy for copy in copies if id(copy) not in known)


def _alike(one: Document, other: Document) -> bool:
    """Whether two documents are copies of one record: same number, and half of the words of what they ask."""
    if one.kind != "register_record" or (one.kind, one.register_number) != (other.kind, other.register_number):
        return False
    asked, again = _asked(one), _asked(other)
    shared = (asked & again).total()
    return not asked or not again or 2 * shared >= min(asked.total(), again.total())


def _asked(document: Document) -> Counter[str]:
    return Counter(word for finding in document.findings for word in normalise(finding.text).split())


def _add(base: Document, copy: Document) -> Document:
    copy = _about(base, copy)
    known = {_identity(event) for event in base.events}
    added = [index for index, event in enumerate(copy.events) if _identity(event) not in known]
    # A tracker may name one force in two ways: two parts of one file are no two copies.
    same = copy.source in (base.source, *base.other_sources)
    others = base.other_sources if same else (*base.other_sources, copy.source)
    base = replace(base, other_sources=others, heard=max(filter(None, (base.heard, copy.heard)), default=None))
    if not added:
        return base
    merged = [(event, False, index) for index, event in enumerate(base.events)]
    for index in added:
        event = copy.events[index]
        place = next((i for i, (other, _, _) in enumerate(merged) if other.date > event.date), len(merged))
        merged.insert(place, (event, True, index))
    place_of = {(foreign, index): place for place, (_, foreign, index) in enumerate(merged)}
    events = tuple(event for event, _, _ in merged)
    passages = [replace(p, event=None if p.event is None else place_of[False, p.event]) for p in base.passages]
    passages += _passages(base, copy, added, place_of, len(passages))
    note = f"{len(added)} of its events stand only in another copy of the record, {copy.source}."
    return with_ids(
        replace(
            base,
            events=events,
            passages=tuple(passages),
            findings=tuple(_with_status(finding, at, events) for at, finding in enumerate(base.findings)),
            notes=base.notes if same else (*base.notes, note),
        )
    )


def _about(base: Document, copy: Document) -> Document:
    """`copy` with its events about the findings of `base`; where those of `base` hold for all, so do its main one's."""
    same = _same_findings(base, copy)
    main = None if all(event.finding is None for event in base.events) else _main(base)
    place = {at: main if found == _main(base) else found for at, found in same.items()}
    events = (replace(e, finding=None if e.finding is None else place.get(e.finding, main)) for e in copy.events)
    return replace(copy, events=tuple(events))


def _same_findings(base: Document, copy: Document) -> Mapping[int, int | None]:
    """For each finding of `copy` the one of `base` with its text, or else with its kind and number, or the main one."""
    texts = {normalise(finding.text): at for at, finding in reversed(list(enumerate(base.findings)))}
    numbers: dict[tuple[str, str], int | None] = {
        (f.kind, f.number): at for at, f in reversed(list(enumerate(base.findings))) if f.number
    }
    main = _main(base)
    found: dict[int, int | None] = {}
    for at, finding in enumerate(copy.findings):
        numbered = numbers.get((finding.kind, finding.number), main) if finding.number else main
        found[at] = texts.get(normalise(finding.text), numbered)
    return found


def _main(document: Document) -> int | None:
    return next((at for at, f in enumerate(document.findings) if f.kind == "recommendation"), None)


def _with_status(finding: Finding, at: int, events: Sequence[Event]) -> Finding:
    """A finding with the last status that the events set for it; with what it has where they set none."""
    status, date = status_of([event for event in events if event.finding in (None, at)])
    if status is None or (status, date) == (finding.status, finding.status_date):
        return finding
    return replace(finding, status=status, status_date=date, status_word=None, status_by=None)


def _identity(event: Event) -> tuple[str, str | None, str, int | None]:
    return event.date, event.status, normalise(event.text), event.finding


def _passages(
    base: Document, copy: Document, added: Sequence[int], place_of: dict[tuple[bool, int], int], offset: int
) -> list[Passage]:
    """Passages of the added events; their offsets are another file's and so are left out."""
    moved: dict[int, int] = {}
    found: list[Passage] = []
    main = _main(base)
    section = base.sections.index(()) if () in base.sections else 0
    for index, passage in enumerate(copy.passages):
        if passage.event not in added or passage.event is None:
            continue
        moved[index] = offset + len(found)
        parent = moved.get(passage.parent) if passage.parent is not None else None
        place = place_of[True, passage.event]
        about = copy.events[passage.event].finding
        finding = main if about is None else about
        found.append(
            replace(passage, start=None, end=None, section=section, event=place, finding=finding, parent=parent)
        )
    return found
