"""Findings that a query names ("recommendation 4 of 2016", "owner ACC Wick"): they come before other hits."""

import datetime
import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from service.answers.retrieve import Retrieved, Scores
from service.memory.finding_index import Item
from service.memory.opened import Opened
from service.memory.passage_rows import texts_by_id
from service.memory.snapshot import Snapshot
from service.query.finding_numbers import NamedFindings, listed_numbers, named_findings
from service.query.frame import without_frame
from service.query.offers import suggested_filters
from service.query.owners_asked import owners_named
from service.query.question import Question, telling, understand


def named_first(seen: Snapshot, question: Question, found: Retrieved) -> Retrieved:
    """The same with the findings that the query names by number, or by owner, as good members, before all other hits.

    Each by its first passage; those of a report whose title has the query's other words before the rest. With a force
    or year in the query only those of it count. A number of three digits or more ("recommendation 8837") puts all that
    print it, or stand under it, first. Where something stands in quotation marks nothing changes.
    """
    if question.phrases:
        return found
    asked = named_findings(question.text)
    items = _numbered(seen, asked) or _owned(seen, question.text)
    ids, titled = _passages(seen.held, items, asked) if items else _printing(seen.held, question.text)
    if not len(ids):
        return found
    # More than any hit has by itself, so that no sum of the two orders gets between.
    lift = np.zeros_like(found.score)
    lift[ids] = (float(found.score.max(initial=0.0)) + 1.0) * (1.0 + titled)
    named = lift > 0
    return replace(
        found,
        members=found.members | named,
        good=found.good | named,
        score=np.round(found.score + lift, 6),
        evidence=np.where(named, 1.0, found.evidence),
    )


def _printing(held: Opened, query: str) -> tuple[NDArray[np.int64], Scores]:
    """The passages that print the number of a record that a query names; as `_passages`, without a title."""
    there = np.zeros_like(held.columns.exists)
    every = np.arange(1, len(there))
    for number in listed_numbers(query):
        there[1:] |= held.words.held(understand(number, held.lexicon), every).share > 0
    ids = np.flatnonzero(there & held.columns.exists)
    return ids, np.zeros(len(ids))


def _owned(seen: Snapshot, query: str) -> list[Item]:
    """The findings whose owner a query names."""
    owners = set(owners_named(query, sorted(seen.held.register.owners)))
    return [item for item in seen.held.register.items if owners and item.owner_on(datetime.date.max) in owners]


def _numbered(seen: Snapshot, asked: NamedFindings) -> list[Item]:
    """The findings of these numbers, in the forces and years that the query names.

    Where a force that it names has none in the year, those of its other years.
    """
    if not (asked.named or asked.printed):
        return []
    items = [item for item in seen.held.register.items if item.number and asked.names(item.kind, item.number)]
    facets = seen.held.columns.facets
    named = suggested_filters(asked.rest, seen.forces, {name: facets[name].values for name in ("force", "year")})
    forces, years = set(named.get("force", ())), named.get("year", ())
    own = [item for item in items if not forces or forces & set(item.document.forces)]
    dated = [item for item in own if not years or any(year in _dated(item) for year in years)]
    return dated or (own if forces else [])


def _dated(item: Item) -> str:
    """Where the year of a finding stands: in the date of its document, or in the title."""
    return f"{(item.document.date or '')[:4]} {item.document.title}"


def _passages(held: Opened, items: Sequence[Item], asked: NamedFindings) -> tuple[NDArray[np.int64], Scores]:
    """The first passage of each finding that says more than "The force should:", else the first; and how much of the
    query's other words the title of its report has.
    """
    words = frozenset(telling(asked.rest))
    share = {i.id: len(words & set(telling(i.document.title))) / len(words) if words else 0.0 for i in items}
    kinds = held.columns.facets["finding"].mask({item.kind for item in items})
    places = np.flatnonzero(np.isin(held.columns.finding, list(share)) & kinds)
    texts = texts_by_id(held.generation.tables, places.tolist())
    says = {place: bool(re.search(r"\w", without_frame(text))) for place, text in texts.items()}
    first: dict[int, int] = {}
    for place in sorted(places.tolist(), key=lambda place: (not says[place], place)):
        first.setdefault(int(held.columns.finding[place]), place)
    return np.array(list(first.values()), dtype=np.int64), np.array([share[number] for number in first])
