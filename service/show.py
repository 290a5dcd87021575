"""How a passage is shown: the words that matched, the sentence that says it best, labels, dates, a citation."""

import calendar
import hashlib
import re
import tomllib
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from corpus.readers.export.read import read_csv
from corpus.readers.folder import own_hash
from corpus.readers.reading import Limits
from service.columns import UNKNOWN

if TYPE_CHECKING:
    import tantivy

Span = tuple[int, int]

KINDS = {
    "inspection_report": "Inspection report",
    "peel_assessment": "PEEL assessment",
    "register_record": "Register record",
    "other": "Other document",
    "recommendation": "Recommendation",
    "area_for_improvement": "Area for improvement",
    "cause_of_concern": "Cause of concern",
    "strength": "Strength",
    "work_in_progress": "Work in progress",
    "developing_practice": "Developing practice",
    "judgement": "Judgement",
    "grade": "Grade",
    "comment": "Comment",
    "context": "Context",
    "glossary": "Glossary",
}
_MONTHS = tuple(calendar.month_name)
# A sentence ends at a stop followed by a space and something that can open one, or at a line or bullet.
# "e.g." and initials are followed by a lower-case letter or stand after a single capital.
_END = re.compile(r"(?<!\b[A-Z])[.!?][”’\"')\]]*\s+(?=[A-Z0-9“‘\"'(\[•])|;?\s*\n\s*|\s+(?=•)")
ADDRESSEES = {
    "force": "the force",
    "all-forces": "all forces",
    "npcc": "the NPCC",
    "college": "the College of Policing",
    "home-office": "the Home Office",
    "cps": "the CPS",
    "pcc": "police and crime commissioners",
}


def label(value: str) -> str:
    """A value of a facet as people read it: `being-progressed` is "Being progressed"."""
    if value == UNKNOWN:
        return "Not known"
    return KINDS.get(value) or value.replace("-", " ").replace("_", " ").capitalize()


def addressee(value: str) -> str:
    """Whom a finding is for: "all forces", "the Home Office"."""
    return ADDRESSEES.get(value) or value.replace("-", " ")


def date_words(date: str | None) -> str:
    """An ISO date, as exact as it is: "4 April 2018", "October 2007", "2016"; anything else as it stands."""
    match = re.fullmatch(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?", date or "")
    if not match or not 1 <= int(match[2] or 1) <= 12:
        return date or ""
    parts = [str(int(match[3]))] if match[3] else []
    parts += [_MONTHS[int(match[2])]] if match[2] else []
    return " ".join([*parts, match[1]])


def status_words(status: str, date: str | None) -> str:
    """A status with the day it was set, for it says nothing about today: "being progressed, set 4 April 2018"."""
    words = status.replace("-", " ")
    return f"{words}, set {date_words(date)}" if date else words


@cache
def _sample() -> tuple[frozenset[str], frozenset[str]]:
    """(slugs of the invented forces, SHA-256 of each document) of the sample that comes with the program."""
    home = Path(str(resources.files("corpus").joinpath("sample")))
    forces = tomllib.loads((home / "forces.toml").read_text("utf-8"))["force"]
    hashes = {hashlib.sha256(path.read_bytes()).hexdigest() for path in home.rglob("*") if path.is_file()}
    for path in home.rglob("*.csv"):
        hashes |= {own for text in read_csv(path.read_bytes(), Limits()).texts if (own := own_hash(text))}
    return frozenset(force["slug"] for force in forces), frozenset(hashes)


def fictional(force: str | None, sha256: str) -> bool:
    """Whether a document is an invented one: of a force of the bundled sample, or one of its files as it came."""
    forces, hashes = _sample()
    return force in forces or sha256 in hashes


def highlights(text: str, tokens: Sequence[str], analyzer: "tantivy.TextAnalyzer") -> list[tuple[Span, str]]:
    """The words of a text that are among the analyzed `tokens`: their places and what they were matched by."""
    wanted = set(tokens)
    if not wanted:
        return []
    found = analyzer.pre_tokenize(text).tokens
    return [((t.char_offset_from, t.char_offset_to or 0), t.text) for t in found if t.text in wanted]


def sentences(text: str) -> list[Span]:
    """The places of the sentences of a text, in order and without white space around; one at least."""
    bounds = [0, *(match.end() for match in _END.finditer(text)), len(text)]
    spans = []
    for start, end in pairwise(bounds):
        inner = text[start:end]
        if inner.strip():
            spans.append((start + len(inner) - len(inner.lstrip()), start + len(inner.rstrip())))
    return spans or [(0, len(text))]


def best_sentence(text: str, matched: Sequence[tuple[Span, str]], weights: Mapping[str, float]) -> Span:
    """The sentence that holds the most of the query's words, rare ones counting more; the first of equals."""
    spans = sentences(text)
    starts = [start for start, _ in spans]
    held: dict[Span, set[str]] = {}
    for (start, end), token in matched:
        span = spans[max(0, bisect_right(starts, start) - 1)]
        if span[0] <= start and end <= span[1]:
            held.setdefault(span, set()).add(token)

    def weight(span: Span) -> float:
        return sum(weights.get(token, 0.0) for token in sorted(held.get(span, ())))

    return max(spans, key=weight)


def citation(
    title: str,
    date: str | None,
    numbers: Sequence[str],
    section: Sequence[str],
    page: int | None,
    comment_date: str | None,
) -> str:
    """A passage as a person would cite it: title, date, numbers, section, page, and whose comment it is."""
    parts = [title, date_words(date), *numbers]
    parts += [" › ".join(section)] if section else []
    parts += [f"p. {page}"] if page is not None else []
    parts += [f"comment of {date_words(comment_date)}"] if comment_date else []
    return ", ".join(part for part in parts if part)


def pieces(text: str, marked: Sequence[Sequence[int]], best: Sequence[int] | None) -> list[tuple[str, bool, bool]]:
    """The text cut where marking starts or ends: (piece, is highlighted, is in the best sentence)."""
    edges = {0, len(text), *(edge for span in marked for edge in span), *(best or ())}
    cuts = sorted(edge for edge in edges if 0 <= edge <= len(text))
    lit = {start for span in marked for start in cuts if span[0] <= start < span[1]}
    return [
        (shown(text[start:end]), start in lit, best is not None and best[0] <= start < best[1])
        for start, end in pairwise(cuts)
        if end > start
    ]


def shown(text: str) -> str:
    """A text as people read it: the cells of a table's row have a stroke between them."""
    return text.replace("\t", " | ")


def excerpt(text: str, best: Sequence[int], length: int) -> Span:
    """The part of a long text, about `length` characters, that has the best sentence in it; all of a short one."""
    if len(text) <= length:
        return 0, len(text)
    start = max(0, min(best[0] - length // 3, len(text) - length))
    end = min(len(text), max(start + length, min(best[1], start + 2 * length)))
    if start and (space := text.find(" ", start, best[0] + 1)) >= 0:
        start = space + 1
    if end < len(text) and (space := text.rfind(" ", start, end)) > best[0]:
        end = space
    return start, end
