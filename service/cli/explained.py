"""What a file was read as, and why, in words and as JSON: `precedent build --explain`."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from corpus.model import Document, EvidenceField, Finding
from service.answers.decisions import ForceLabel, Reason, decided_force, decisions, records_of
from service.contract.labels import date_words, label, status_words

if TYPE_CHECKING:
    from corpus.collection import Collection

ONE_BY_ONE = 3  # documents of a file that are told of in full; of more, a line each
LISTED = 20
_WORDS = 14  # of a finding
_ASIDE = 5  # pieces of evidence for a field that are named


def explained(document: Document, force_label: ForceLabel = str) -> list[str]:
    """What a document was read as, in lines: each decision with its reasons, counts, findings, notes."""
    evidence = records_of(document)
    forces = document.forces or ((document.force,) if document.force else ())
    decided: dict[EvidenceField, str] = {
        "kind": document.kind,
        "force": decided_force(forces, evidence),
        "date": document.date or "",
        "title": document.title,
    }
    lines = [document.key]
    for decision in decisions(decided, evidence, force_label):
        lines.append(f"  {decision.field}: {decision.value}")
        lines += (f"    from: {_from(reason)}" for reason in decision.taken)
        lines += (
            f"    set aside: {reason.value} – {_from(reason)}{_why(reason)}" for reason in decision.aside[:_ASIDE]
        )
        if len(decision.aside) > _ASIDE:
            lines.append(f"    and {len(decision.aside) - _ASIDE:,} more set aside; --json lists them all")
    if document.register_number:
        lines.append(f"  Register number: {document.register_number}")
    if document.heard:
        lines.append(f"  Known up to: {date_words(document.heard)}")
    lines.append(f"  It has {_counts(document)}.")
    lines += (f"    {_finding(finding)}" for finding in document.findings)
    lines += (f"  Note: {note}" for note in document.notes)
    return lines


def collection_lines(
    collection: "Collection", tables: Sequence[str], force_label: ForceLabel, left_out: Sequence[str]
) -> Iterator[str]:
    """All that one file was read as; `tables` says which column was taken for what, `left_out` what was not read."""
    yield from tables
    documents = collection.documents
    if len(documents) <= ONE_BY_ONE:
        for document in documents:
            yield from explained(document, force_label)
    else:
        yield f"{len(documents):,} documents:"
        for document in documents[:LISTED]:
            yield f"  {document.key}: {label(document.kind)}, {_counts(document)}"
            yield from (f"    {_finding(finding)}" for finding in document.findings)
        if len(documents) > LISTED:
            yield f"  and {len(documents) - LISTED:,} more; --json lists them all"
    yield from left_out


def collection_json(
    collection: "Collection", tables: Sequence[str], skipped: Sequence[dict[str, Any]]
) -> dict[str, Any]:
    """All that one file was read as, as JSON data."""
    return {
        "documents": [
            {
                "id": one.key,
                "kind": one.kind,
                "force": one.force,
                "forces": list(one.forces or ((one.force,) if one.force else ())),
                "date": one.date,
                "title": one.title,
                "register_number": one.register_number,
                "heard": one.heard,
                "evidence": records_of(one),
                "counts": {name: len(getattr(one, name)) for name in _COUNTED},
                "findings": [asdict(finding) for finding in one.findings],
                "notes": list(one.notes),
            }
            for one in collection.documents
        ],
        "tables": list(tables),
        "skipped": list(skipped),
    }


_COUNTED = ("sections", "passages", "findings", "events", "grades")


def _counts(document: Document) -> str:
    numbers = [(len(getattr(document, name)), name) for name in _COUNTED]
    said = [f"{number:,} {name if number != 1 else name.removesuffix('s')}" for number, name in numbers if number]
    return ", ".join(said)


def _finding(finding: Finding) -> str:
    words = finding.text.split()
    facts = [
        f"{label(finding.kind)}{f' {finding.number}' if finding.number else ''}",
        "quoted from an earlier report" if finding.quoted else "",
        status_words(finding.status, finding.status_date, finding.status_word, finding.status_by)
        if finding.status
        else "",
        f"due by {date_words(finding.deadline)}" if finding.deadline else "",
        f"target {date_words(finding.target)}" if finding.target else "",
        f"owner {finding.owner}" if finding.owner else "",
    ]
    return f"{', '.join(filter(None, facts))}: {' '.join(words[:_WORDS])}{' …' if len(words) > _WORDS else ''}"


def _from(reason: Reason) -> str:
    return f"{reason.source} (“{reason.quote}”)" if reason.quote else reason.source


def _why(reason: Reason) -> str:
    return f": {reason.why}" if reason.why else ""
