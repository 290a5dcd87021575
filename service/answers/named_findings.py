"""Findings that a query names ("recommendation 4 of 2016", "owner ACC Wick"): they come before other hits."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from indexer.vector_index import distinct
from service.answers.retrieve import WORDED, Ids, Retrieved, Scores
from service.memory.finding_index import Outline
from service.memory.opened import Opened
from service.memory.passage_rows import statements
from service.memory.snapshot import Snapshot
from service.query.finding_numbers import NamedFindings, listed_numbers, named_findings
from service.query.frame import without_frame
from service.query.offers import suggested_filters
from service.query.owners_asked import owners_named
from service.query.question import Question, telling, understand


@dataclass(frozen=True, slots=True)
class Named:
    """The passages, ascending, that a query names; `titled` how much of its other words the title of each has."""

    ids: Ids
    titled: Scores


def named_passages(seen: Snapshot, question: Question) -> Named:
    """The findings that the query names by number, or by owner, each by its first passage.

    With a force or year in the query only those of it count. Of a number of three digits or more ("recommendation
    8837") all that print it, or stand under it. Where something stands in quotation marks there is none.
    """
    nothing = np.zeros(0, np.int64), np.zeros(0)
    if question.phrases:
        return Named(*nothing)
    asked = named_findings(question.text)
    items = _numbered(seen, asked) or _owned(seen, question.text)
    ids, titled = _passages(seen.held, items, asked) if items else _printing(seen.held, question.text)
    order = np.argsort(ids)
    return Named(ids[order], titled[order])


def named_first(found: Retrieved, named: Named) -> Retrieved:
    """The same with what the query names as good members, before all other hits.

    Those of a report whose title has the query's other words before the rest.
    """
    if not len(named.ids):
        return found
    # More than any hit has by itself, so that no sum of the two orders gets between.
    lift = np.zeros_like(found.score)
    lift[found.places(named.ids)] = (float(found.score.max(initial=0.0)) + 1.0) * (1.0 + named.titled)
    first = lift > 0
    return replace(
        found,
        members=found.members | first,
        good=found.good | first,
        score=np.round(found.score + lift, 6),
        evidence=np.where(first, 1.0, found.evidence),
    )


def _printing(held: Opened, query: str) -> tuple[Ids, Scores]:
    """The passages that print the number of a record that a query names; as `_passages`, without a title."""
    there = [np.zeros(0, np.int64)]
    for number in listed_numbers(query):
        question = understand(number, held.lexicon)
        ids, _ = held.words.candidates(question, WORDED)
        there.append(ids[held.words.held(question, ids).share > 0])
    ids = distinct(np.concatenate(there))
    return ids, np.zeros(len(ids))


def _owned(seen: Snapshot, query: str) -> list[Outline]:
    """The findings whose owner a query names."""
    return seen.held.register.owned(owners_named(query, seen.held.register.owners))


def _numbered(seen: Snapshot, asked: NamedFindings) -> list[Outline]:
    """The findings of these numbers, in the forces and years that the query names.

    Where a force that it names has none in the year, those of its other years.
    """
    if not (asked.named or asked.printed):
        return []
    items = seen.held.register.numbered(asked.names)
    facets = seen.held.columns.facets
    named = suggested_filters(asked.rest, seen.forces, {name: facets[name].values for name in ("force", "year")})
    forces, years = set(named.get("force", ())), named.get("year", ())
    own = [item for item in items if not forces or forces & set(item.forces)]
    dated = [item for item in own if not years or any(year in _dated(item) for year in years)]
    return dated or (own if forces else [])


def _dated(item: Outline) -> str:
    """Where the year of a finding stands: in the date of its document, or in the title."""
    return f"{(item.date or '')[:4]} {item.title}"


def _passages(held: Opened, items: Sequence[Outline], asked: NamedFindings) -> tuple[Ids, Scores]:
    """The first passage of each finding that says more than "The force should:", else the first; and how much of the
    query's other words the title of its report has.
    """
    words = frozenset(telling(asked.rest))
    share = {i.id: len(words & set(telling(i.title))) / len(words) if words else 0.0 for i in items}
    stating = statements(held.generation.tables, list(share), {item.kind for item in items})
    first: dict[int, int] = {}
    for one in sorted(stating, key=lambda one: (not _says(one.text), one.passage)):
        first.setdefault(one.finding, one.passage)
    return np.array(list(first.values()), dtype=np.int64), np.array([share[number] for number in first])


def _says(text: str) -> bool:
    """Whether a text says more than "The force should:"."""
    return bool(re.search(r"\w", without_frame(text)))
