"""Weighing evidence: each piece says what speaks for a value, and the best value is taken where it is clear enough."""

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources

from corpus.model import DocumentKind, Evidence, EvidenceField, Source

STATED = float("inf")
_TOP = 1_500  # characters
_READ = 250_000  # characters at each end of a text in which its kind shows; all of a longer one takes seconds
_ENOUGH = 4.0  # weight from which a kind is believed
_QUOTE = 90  # characters


@dataclass(frozen=True, slots=True)
class KindSign:
    """A pattern that speaks for a kind of document (see `data/evidence.toml`)."""

    kind: DocumentKind
    where: str
    weight: float
    reason: str
    patterns: Sequence[re.Pattern[str]]
    least: int


@dataclass(frozen=True, slots=True)
class Signs:
    """What `data/evidence.toml` holds."""

    kinds: Sequence[KindSign]
    labels: Mapping[str, float]
    aside: Sequence[tuple[re.Pattern[str], str]]


@cache
def signs() -> Signs:
    """The shipped patterns, compiled."""
    listed = tomllib.loads(resources.files("corpus").joinpath("data/evidence.toml").read_text("utf-8"))
    kinds = [
        KindSign(
            k["kind"],
            k["where"],
            k["weight"],
            k["reason"],
            [re.compile(p, re.I | re.M) for p in k["pattern"]],
            k.get("least", 1),
        )
        for k in listed["kind"]
    ]
    aside = [(re.compile(rf"\b(?:{pattern})\b", re.I), reason) for pattern, reason in listed["date"]["aside"].items()]
    return Signs(kinds, listed["date"]["labels"], aside)


def piece(field: EvidenceField, value: str, source: str, weight: float, quote: str, why: str = "") -> Evidence:
    """A piece of evidence with its quotation cut to a line."""
    line = " ".join(quote.split())
    return Evidence(field, value, source, weight, line if len(line) <= _QUOTE else f"{line[:_QUOTE]} …", why=why)


def stated_by(source: Source, field: EvidenceField) -> str | None:
    """Who states a field of this document, a person or a table beside the file; None where its own data do."""
    return source.metadata.get(f"said_by_{field}") or source.metadata.get("said_in")


def settled(pieces: Iterable[Evidence], value: str | None, why: str) -> list[Evidence]:
    """The pieces, those for `value` marked as taken, the others as set aside with a reason; heaviest first."""
    marked = [
        replace(p, taken=True) if p.value == value and not p.why else replace(p, why=p.why or why) for p in pieces
    ]
    return sorted(marked, key=lambda p: (not p.taken, -p.weight))


def totals(pieces: Iterable[Evidence]) -> dict[str, float]:
    """Weight for each value, the pieces that were set aside left out."""
    found: dict[str, float] = {}
    for p in pieces:
        if not p.why:
            found[p.value] = found.get(p.value, 0.0) + p.weight
    return found


def kind_evidence(
    source: Source, title: str, url: str | None = None, listing: str = ""
) -> tuple[DocumentKind, list[Evidence]]:
    """The kind of a document, and what it was decided from; `listing` quotes a table of findings with statuses."""
    stated = source.metadata.get("kind")
    if stated in ("inspection_report", "peel_assessment", "register_record", "other"):
        pieces = [piece("kind", stated, stated_by(source, "kind") or "the file's own data", STATED, stated)]
        return stated, settled(pieces, stated, "")  # type: ignore[return-value]
    titles = "\n".join(filter(None, [title, source.metadata.get("title", "")]))
    places = {"title": titles, "top": source.text[:_TOP], "text": _ends(source.text), "address": url or ""}
    pieces = [found for sign in signs().kinds if (found := _found(sign, places[sign.where]))]
    if listing:
        pieces.append(piece("kind", "register_record", "it is a list of findings with their statuses", 11, listing))
    weights = totals(pieces)
    best = max(weights, key=lambda kind: weights[kind], default="other")
    kind: DocumentKind = best if weights.get(best, 0.0) >= _ENOUGH else "other"  # type: ignore[assignment]
    return kind, settled(pieces, kind, "less than what speaks for the kind that was taken")


def record_evidence(source: Source, title: str, url: str | None, number: str | None) -> list[Evidence]:
    """What makes a text a record of the register, and what else was seen."""
    named = "the page address" if url and number and number in url else "its number in the register"
    own = piece("kind", "register_record", named if number else "its dated statuses", 12, url or number or title)
    others = kind_evidence(source, title, url)[1]
    return settled(
        [own, *(replace(p, taken=False) for p in others)], "register_record", "it is a record of the register"
    )


def _ends(text: str) -> str:
    return text if len(text) <= 2 * _READ else f"{text[:_READ]}\n{text[-_READ:]}"


def _found(sign: KindSign, text: str) -> Evidence | None:
    count, first = 0, ""
    for pattern in sign.patterns:
        for match in pattern.finditer(text):
            count += 1
            first = first or match[0]
            if count >= sign.least:
                return piece("kind", sign.kind, sign.reason, sign.weight, first)
    return None
