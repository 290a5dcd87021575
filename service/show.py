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

from corpus.acronyms import Meaning
from corpus.readers.export.read import read_csv
from corpus.readers.reading import Limits
from corpus.readers.worker import own_hash
from corpus.text import Span
from indexer.lexical import Analyzer
from service.columns import UNKNOWN
from service.lexicon import Stems
from service.question import Question

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
SIGNALS = {
    "requested": "Closure asked for",
    "decided": "Closure decided",
    "superseded": "Superseded",
    "parked": "Parked",
    "none": "Nothing of closure",
}
LISTS = {
    "closed-in-comments": "Comments say closed, status does not",
    "open-in-comments": "Status says closed, comments do not",
    "overdue-and-silent": "Overdue, no comment for a year",
    "overdue": "Overdue",
    "stalled": "Last comment adds nothing",
    "copied": "Last comment copied from another force",
}
WHOSE = {
    "force": "the force says",
    "commissioner": "the commissioner says",
    "committee": "a committee was told",
}
_NAMED = 3  # forces of a document that are named, at most, where there is little room
_MONTHS = tuple(calendar.month_name)
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
    known = KINDS.get(value) or SIGNALS.get(value) or LISTS.get(value)
    words = value.replace("-", " ").replace("_", " ")
    return known or words[:1].upper() + words[1:]


def addressee(value: str) -> str:
    """Whom a finding is for: "all forces", "the Home Office"."""
    return ADDRESSEES.get(value) or value.replace("-", " ")


def forces_words(names: Sequence[str]) -> str:
    """The forces that a document is about, in words: one, two or three by name, else how many."""
    if not names:
        return "Force not known"
    if len(names) > _NAMED:
        return f"{len(names)} forces"
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def date_words(date: str | None) -> str:
    """An ISO date, as exact as it is: "4 April 2018", "October 2007", "2016"; anything else as it stands."""
    match = re.fullmatch(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?", date or "")
    if not match or not 1 <= int(match[2] or 1) <= 12:
        return date or ""
    parts = [str(int(match[3]))] if match[3] else []
    parts += [_MONTHS[int(match[2])]] if match[2] else []
    return " ".join([*parts, match[1]])


def status_words(status: str, date: str | None, word: str | None = None, by: str | None = None) -> str:
    """A status with the day it was set, for it says nothing about today: "being progressed, set 4 April 2018".

    With the `word` that is printed where it is another, and whose word it is: "complete (as printed: Closed), as the
    force says".
    """
    words = status.replace("-", " ")
    words += f" (as printed: {word})" if word and word.casefold() != words.casefold() else ""
    words += f", as {WHOSE.get(by, by)}" if by else ""
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


def fictional(forces: Sequence[str], sha256: str) -> bool:
    """Whether a document is an invented one: of forces of the bundled sample, or one of its files as it came."""
    invented, hashes = _sample()
    return (bool(forces) and invented.issuperset(forces)) or sha256 in hashes


Marks = list[tuple[Span, Stems]]
"""Places in a text that answer a question, with the word or phrase of it (or of the vocabulary) that they answer."""


def marks(text: str, question: Question, shorts: Sequence[Meaning], analyzer: Analyzer) -> Marks:
    """Where the words of a question stand in a text, or others for the same; in order, the longer first.

    `shorts` are the meanings of the short forms in the text: where one of them says what is looked for, its short
    form is marked.
    """
    loose = [c for c in question.concepts if c.typed not in question.phrases]
    phrases: set[Stems] = {words for c in loose for words in ([c.typed] if c.together else [(s,) for s in c.typed])}
    phrases |= set(question.phrases) | {other.stems for concept in question.concepts for other in concept.others}
    beginning: dict[str, list[Stems]] = {}
    for phrase in phrases:
        beginning.setdefault(phrase[0], []).append(phrase)
    found = analyzer.tokens(text)
    stems = tuple(token.term for token in found)
    hits: Marks = []
    for first, stem in enumerate(stems):
        for phrase in beginning.get(stem, ()):
            if stems[first : first + len(phrase)] == phrase:
                span = found[first].span[0], found[first + len(phrase) - 1].span[1]
                hits.append((span, phrase))
    # What stands in quotation marks has to stand there itself.
    sought = {c.whole for c in question.concepts} | {other.stems for c in question.concepts for other in c.others}
    sought -= set(question.phrases)
    for short, means in shorts if question.expanded else ():
        stands = tuple(analyzer.analyze(means))
        answered = [phrase for phrase in sought if _within(phrase, stands)]
        # One word of a meaning is not what is asked for: "health" does not mark the NHS.
        if len({stem for phrase in answered for stem in phrase}) == 1 < len(stands):
            continue
        spans = [match.span() for match in re.finditer(rf"(?<!\w){re.escape(short)}(?=s?(?!\w))", text)]
        hits += [(span, phrase) for span in spans for phrase in answered]
    return sorted(hits, key=lambda hit: (hit[0][0], -hit[0][1], hit[1]))


def outermost(marked: Marks) -> list[Span]:
    """The places of marks without those that lie inside another."""
    spans: list[Span] = []
    for span, _ in marked:
        if not spans or span[1] > spans[-1][1]:
            spans.append(span)
    return spans


def _within(phrase: Stems, stems: Stems) -> bool:
    return any(stems[at : at + len(phrase)] == phrase for at in range(len(stems) - len(phrase) + 1))


def best_sentence(
    spans: Sequence[Span], marked: Marks, weights: Mapping[str, float], nearness: Sequence[float]
) -> Span:
    """The sentence, of those at `spans`, that answers best: by meaning, and by the question's words that it holds.

    `nearness` is the cosine of each sentence, or empty; `weights` are the rarities of the question's words. Of equals
    it is the first.
    """
    starts = [start for start, _ in spans]
    held: list[set[str]] = [set() for _ in spans]
    for (start, _), stems in marked:
        held[max(0, bisect_right(starts, start) - 1)].update(stems)
    whole = sum(weights.values()) or 1.0
    words = [sum(weights.get(stem, 0.0) for stem in sorted(own)) / whole for own in held]
    near = nearness or [0.0] * len(spans)
    return spans[max(range(len(spans)), key=lambda at: (round(words[at] + near[at], 6), -at))]


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
