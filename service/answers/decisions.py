"""What a document was read as, and why: for its page, and in words for `precedent build --explain`."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from math import isfinite
from typing import get_args

from corpus.model import Document, EvidenceField
from corpus.person_said import BY
from corpus.stated import NO_FORCE
from service.contract.document_responses import EvidenceRecord
from service.contract.labels import date_words, label

FIELDS: tuple[EvidenceField, ...] = get_args(EvidenceField)

ForceLabel = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Reason:
    """One piece of evidence in words: what it says, where ("title"), what stands there, and why it was set aside."""

    value: str
    source: str
    quote: str
    why: str


@dataclass(frozen=True, slots=True)
class Decision:
    """What one field was decided to be, from what, and what was set aside."""

    field: str
    value: str
    taken: tuple[Reason, ...]
    aside: tuple[Reason, ...]


def decisions(
    decided: dict[EvidenceField, str], evidence: Sequence[EvidenceRecord], force_label: ForceLabel
) -> list[Decision]:
    """What each field was `decided` to be, "" where it was left open; the weightiest evidence comes first."""
    ordered = sorted(evidence, key=lambda one: -one.weight if one.weight is not None else float("-inf"))

    def reasons(field: EvidenceField, taken: bool) -> tuple[Reason, ...]:
        own = [one for one in ordered if one.field == field and one.taken == taken]
        return tuple(dict.fromkeys(_reason(one, force_label) for one in own))

    return [
        Decision(
            field=field.capitalize(),
            value=_words(field, decided[field], force_label) or "Left open",
            taken=reasons(field, True),
            aside=reasons(field, False),
        )
        for field in FIELDS
    ]


def _reason(one: EvidenceRecord, force_label: ForceLabel) -> Reason:
    stated = one.weight is None
    source = f"stated {one.source if one.source.startswith(BY) else f'in {one.source}'}" if stated else one.source
    quote = "" if stated else one.quote
    return Reason(_words(one.field, one.value, force_label), source, quote, one.why)


def decided_force(forces: Sequence[str], evidence: Sequence[EvidenceRecord]) -> str:
    """The forces that a document is about, as evidence has them; "none" where it was decided that it is about none."""
    none = any(one.field == "force" and one.taken and one.value == NO_FORCE for one in evidence)
    return ";".join(forces) or (NO_FORCE if none else "")


def records_of(document: Document) -> list[EvidenceRecord]:
    """A document's evidence as the API answers it."""
    return [
        EvidenceRecord(**{**asdict(one), "weight": one.weight if isfinite(one.weight) else None})
        for one in document.evidence
    ]


def _words(field: EvidenceField, value: str, force_label: ForceLabel) -> str:
    if field == "force":
        return "No one force" if value == NO_FORCE else ", ".join(force_label(one) for one in value.split(";") if one)
    if field == "kind":
        return label(value)
    return date_words(value) if field == "date" else value
