"""One document, passage or finding by its lasting id, and the list of forces."""

import datetime
from collections.abc import Sequence
from typing import TYPE_CHECKING

from corpus.dates import last_day
from corpus.text import Span
from service.answers.outcomes import echo_records, members_of, printed_of, standing_record
from service.answers.timeline import Timeline, timeline
from service.contract.contacts import mask
from service.contract.document_responses import DocumentAnswer
from service.contract.register_responses import FindingAnswer
from service.contract.responses import ForceRecord, ForcesAnswer, Passage
from service.memory.document_rows import (
    count_by_force,
    document_by_key,
    finding_by_key,
    graded_sections,
    place_in_document,
)
from service.memory.passage_rows import passage_of, row_by_key
from service.memory.snapshot import Snapshot
from service.query.marks import marks, outermost
from service.query.question import understand

if TYPE_CHECKING:
    from service.memory.finding_index import Item


def document(seen: Snapshot, key: str) -> DocumentAnswer | None:
    """One document, or None where the generation does not have it."""
    found = document_by_key(seen.held.generation.tables, key, seen.held.tags)
    if found is None or not seen.masks:
        return found
    # A value, a quotation and a line that was left out are texts here; elsewhere these names hold what leads somewhere.
    evidence = [e.model_copy(update={"value": mask(e.value), "quote": mask(e.quote)}) for e in found.evidence]
    left_out = [mask(line) for line in found.left_out]
    return seen.shown(found.model_copy(update={"evidence": evidence, "left_out": left_out}))


def passage(seen: Snapshot, key: str) -> Passage | None:
    """One passage, or None."""
    found = row_by_key(seen.held.generation.tables, key)
    return seen.shown(passage_of(found, seen.held.tags)) if found else None


def finding(seen: Snapshot, key: str, as_of: datetime.date | None) -> FindingAnswer | None:
    """One finding with where it stood on a day and all who were given it, or None."""
    register = seen.held.register
    found, item = finding_by_key(seen.held.generation.tables, key), register.by_key(key)
    if found is None or item is None:
        return None
    standing = standing_record(item, as_of)
    answer = FindingAnswer(
        **{
            **dict(found),
            **dict(printed_of(item, item.stood(as_of))),
            "status": standing.status,
            "status_date": standing.status_date,
            "closure_signal": standing.closure_signal,
            "events": [event for event in found.events if as_of is None or last_day(event.date) <= as_of],
        },
        published=item.document.date,
        known=item.known(as_of),
        notes=list(item.notes),
        standing=standing,
        members=members_of(given(seen, item, as_of), as_of),
        echoes=list(echo_records(item, register, as_of)),
    )
    return seen.shown(answer)


def given(seen: Snapshot, item: "Item", as_of: datetime.date | None) -> "list[Item]":
    """All who were given a finding by a day."""
    return [one for one in seen.held.register.given(item) if one.known(as_of)]


def picture(seen: Snapshot, key: str, as_of: datetime.date | None) -> Timeline | None:
    """The history of a finding, and of all who were given it, drawn in time; None where nothing was recorded."""
    item = seen.held.register.by_key(key)
    if item is None:
        return None
    names = [(one, seen.forces_label(one.document.forces)) for one in given(seen, item, as_of)]
    return timeline(names, key, as_of)


def matched(seen: Snapshot, query: str, key: str, *, expand: bool = True) -> list[Span]:
    """The places in a passage's text of the words of a query, and with `expand` of others for the same."""
    held = seen.held
    found = row_by_key(held.generation.tables, key)
    if found is None:
        return []
    question = understand(query, held.lexicon, expand=expand)
    return outermost(marks(found.text, question, found.meanings, held.lexicon.analyzer))


def grade_area(seen: Snapshot, document: str, section: Sequence[str], grade: str) -> str | None:
    """What the grade that holds in a section is of: "neighbourhood policing"; None where that is not one thing."""
    rows = graded_sections(seen.held.generation.tables, document)
    own = [(path, area) for path, stated, area in rows if stated == grade and list(section[: len(path)]) == path]
    nearest = max((len(path) for path, _ in own), default=0)
    areas = {area for path, area in own if len(path) == nearest}
    if len(areas) != 1:
        return None
    (area,) = areas
    return mask(area) if seen.masks else area


def place_of(seen: Snapshot, passage: str) -> tuple[int, int]:
    """Which passage of its document one is, and of how many."""
    return place_in_document(seen.held.generation.tables, passage)


def forces(seen: Snapshot) -> ForcesAnswer:
    """Every force by its slug, with the number of its documents."""
    counts = count_by_force(seen.held.generation.tables)
    slugs = sorted({force.slug for force in seen.forces.all} | counts.keys())
    records = [ForceRecord(slug=s, name=seen.force_label(s), documents=counts.get(s, 0)) for s in slugs]
    return ForcesAnswer(forces=records)
