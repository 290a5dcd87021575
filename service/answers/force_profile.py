"""What the inspectorate has said of one force over the years, and what of it may be the same matter again."""

import datetime
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from corpus.dates import last_day
from service.answers.force_counts import years_of
from service.answers.outcomes import printed_of
from service.answers.register_listing import listing
from service.contract.document_responses import GradeRecord
from service.contract.labels import label
from service.contract.register_responses import Candidate, ForceAnswer, ForceFinding, ForceReport
from service.contract.requests import LISTS, RegisterListRequest
from service.contract.responses import FacetValue
from service.contract.values import UNKNOWN
from service.memory.document_rows import reports_of
from service.memory.finding_index import Item
from service.memory.opened import Opened
from service.memory.snapshot import Snapshot
from service.memory.strength import luck

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

    from models.encoder import Encoder

Numbers = NDArray[np.float64]

# The grades of each round, best first; which was used tells which may be told apart, never which is better.
SCALES = (
    ("excellent", "good", "fair", "poor"),
    ("outstanding", "good", "adequate", "requires improvement", "inadequate"),
    ("outstanding", "good", "requires improvement", "inadequate"),
)
FIVE_GRADES_FROM = "2021"  # the first year of assessments with "adequate"
BLOCK = 2000  # sentences that are compared with all others at a time
RECURRING = 30  # candidates shown
LIKELY = 0.7  # how likely a pair has to be to be shown: for a reader to look at, so less than what is called good


def force_profile(seen: Snapshot, slug: str, as_of: datetime.date | None) -> ForceAnswer | None:
    """A force's reports with findings and grades, its records counted, and findings that may recur.

    None for a slug that no force has.
    """
    register = seen.held.register
    if slug not in seen.known("force"):
        return None
    day = as_of or register.newest
    items = [item for item in register.of_force(slug) if item.known(as_of)]
    found = listing(seen.held, RegisterListRequest(force=(slug,), as_of=as_of))
    own = found.passing()
    statuses = Counter(found.records.status.named(UNKNOWN).counts(own))
    lists = found.records.lists.counts(own)
    answer = ForceAnswer(
        slug=slug,
        name=seen.force_label(slug),
        as_of=day.isoformat() if day else None,
        reports=list(_reports(seen.held, slug, items, as_of)),
        standing=[FacetValue(value=v, label=label(v), count=n) for v, n in statuses.most_common()],
        lists=[FacetValue(value=v, label=label(v), count=lists[v]) for v in LISTS if v in lists],
        recurring=list(recurring(seen.held, seen.encoder, items, as_of))[:RECURRING],
        years=years_of(Counter((item.document.date or "")[:4] for item in items if item.listed)),
    )
    return seen.shown(answer)


def _reports(held: Opened, slug: str, items: Sequence[Item], as_of: datetime.date | None) -> Iterator[ForceReport]:
    """Every document about a force that is no record of the register, the latest first."""
    by_document: dict[str, list[Item]] = {}
    for item in items:
        by_document.setdefault(item.document.id, []).append(item)
    for document, grades in reports_of(held.generation.tables, slug):
        if as_of is not None and not (document.date and last_day(document.date) <= as_of):
            continue
        yield ForceReport(
            document=document,
            grades=grades,
            scale=list(scale_of(grades, document.date)),
            findings=[finding_of(item, as_of) for item in by_document.get(document.id, ())],
        )


def scale_of(grades: Sequence[GradeRecord], date: str | None) -> tuple[str, ...]:
    """The scale that a document's grades are on, best first; nothing where they fit none, or there are none."""
    stated = {row.grade for row in grades}
    scales = [scale for scale in SCALES if stated and stated <= set(scale)]
    if "adequate" not in stated and not (date and date >= FIVE_GRADES_FROM):
        scales = [scale for scale in scales if "adequate" not in scale]
    if date and date < "2014":
        scales = [scale for scale in scales if "excellent" in scale]
    elif date:
        scales = [scale for scale in scales if "excellent" not in scale]
    return scales[0] if scales else ()


def finding_of(item: Item, day: datetime.date | None) -> ForceFinding:
    """A finding as it is listed, with its status on a day, or as far as its source is known."""
    stood = item.stood(day)
    return ForceFinding(
        **dict(printed_of(item, stood)),
        finding_id=item.key,
        kind=item.kind,
        number=item.number,
        text=item.text,
        date=item.document.date,
        document=item.document,
        status=stood.status,
        status_date=stood.status_date,
    )


def recurring(
    held: Opened, encoder: "Encoder", items: Sequence[Item], day: datetime.date | None
) -> Iterator[Candidate]:
    """Pairs of findings from different years that are as alike as good matches, the most alike first.

    Of findings that one national recommendation gave to the force more than once there are none, nor of quotations.
    """
    dated = [i for i in items if i.document.date and (i.main or not i.tracked) and not i.quoted]
    if len(dated) < 2:
        return
    years = np.array([int(item.document.date[:4]) for item in dated if item.document.date])
    folds = np.array([item.fold for item in dated])
    pairs: list[tuple[float, int, int]] = []
    for first, evidence in _alike(held, encoder, dated):
        of = slice(first, first + len(evidence))
        evidence[(years[of, None] >= years[None, :]) | (folds[of, None] == folds[None, :])] = 0.0
        for one, other in np.argwhere(evidence >= LIKELY).tolist():
            pairs.append((-float(evidence[one, other]), first + one, other))
    for likely, one, other in sorted(pairs):
        yield Candidate(
            earlier=finding_of(dated[one], day), later=finding_of(dated[other], day), evidence=round(-likely, 3)
        )


def _alike(held: Opened, encoder: "Encoder", items: Sequence[Item]) -> Iterator[tuple[int, Numbers]]:
    """How likely each of the findings is on the matter of each other one: probabilities, rows of a symmetric matrix.

    Some rows at a time, with the first one's number. By the two of their sentences that are most likely, judged as
    similar findings are; who is asked by when is left out on both sides, so that only what is asked is compared.
    """
    asked = held.asked.of(items, encoder)
    flat = [sentence for own in asked for sentence in own]
    vectors = np.array([sentence.vector for sentence in flat])
    stands, weighed = _words(held, [sentence.words for sentence in flat])
    whole = np.asarray(weighed.sum(axis=1)).ravel()
    chance = luck(float((held.generation.reference @ vectors.T).std()), len(flat) ** 2)
    starts = np.cumsum([0, *(len(own) for own in asked)])
    for first, last in _blocks(starts):
        rows = slice(starts[first], starts[last])
        shared = np.asarray((weighed[rows] @ stands.T).todense())
        coverage = 2 * shared / np.maximum(whole[rows, None] + whole[None, :], 1e-9)
        cosine = np.asarray(vectors[rows] @ vectors.T, dtype=np.float64)
        evidence = held.similar_strength.evidence(cosine - chance, coverage)
        by_finding = np.maximum.reduceat(evidence, starts[first:last] - starts[first], axis=0)
        yield first, np.asarray(np.maximum.reduceat(by_finding, starts[:-1], axis=1))


def _blocks(starts: NDArray[np.int64]) -> Iterator[tuple[int, int]]:
    """Findings from one to before another, of BLOCK sentences or the first that has as many alone."""
    first, count = 0, len(starts) - 1
    while first < count:
        last = max(first + 1, int(np.searchsorted(starts, starts[first] + BLOCK, side="right")) - 1)
        yield first, last
        first = last


def _words(held: Opened, words: Sequence[frozenset[str]]) -> "tuple[csr_matrix, csr_matrix]":
    """Which words stand in each of the sentences, and how rare these are: two matrices, a sentence a row."""
    from scipy.sparse import csr_matrix

    every = sorted(frozenset().union(*words))
    rarity = held.words.rarities(every)
    place = {word: at for at, word in enumerate(every)}
    columns = [place[word] for own in words for word in sorted(own)]
    starts = np.cumsum([0, *(len(own) for own in words)])
    shape = (len(words), len(every))
    stands = csr_matrix((np.ones(len(columns)), columns, starts), shape=shape)
    weighed = csr_matrix((np.array([rarity[every[at]] for at in columns]), columns, starts), shape=shape)
    return stands, weighed
