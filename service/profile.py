"""What the inspectorate has said of one force over the years, and what of it may be the same matter again."""

import datetime
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from corpus.dates import last_day
from corpus.standing import Standing
from service import records
from service.answers import FacetValue, GradeRecord
from service.opened import Opened
from service.question import telling
from service.register import Item
from service.register_answers import Candidate, ForceAnswer, ForceFinding, ForceReport
from service.strength import Strength, luck
from service.tracker import LISTS, chosen_rows, rows, values_of

Numbers = NDArray[np.float64]

# The grades of each round, best first; which was used tells which may be told apart, never which is better.
SCALES = (
    ("excellent", "good", "fair", "poor"),
    ("outstanding", "good", "adequate", "requires improvement", "inadequate"),
    ("outstanding", "good", "requires improvement", "inadequate"),
)
FIVE_GRADES_FROM = "2021"  # the first year of assessments with "adequate"
RECURRING = 30  # candidates shown


def profile(
    opened: Opened, slug: str, name: str, as_of: datetime.date | None, label: Callable[[str], str]
) -> ForceAnswer:
    """A force's reports with findings and grades, its records counted, and findings that may recur."""
    day = as_of or opened.register.newest
    items = [item for item in opened.register.items if item.document["force"] == slug and _known(item, as_of)]
    own = chosen_rows(rows(opened.register, day, explicit=as_of is not None), {"force": (slug,)})
    statuses = Counter(value for row in own for value in values_of(row, "status"))
    lists = Counter(value for row in own for value in values_of(row, "list"))
    return {
        "slug": slug,
        "name": name,
        "as_of": day.isoformat() if day else None,
        "reports": list(_reports(opened, slug, items, day, as_of)),
        "register": [_count(value, label(value), n) for value, n in statuses.most_common()],
        "lists": [_count(value, label(value), lists[value]) for value in LISTS if lists[value]],
        "recurring": list(recurring(opened, items, day))[:RECURRING],
    }


def _count(value: str, label: str, count: int) -> FacetValue:
    return {"value": value, "label": label, "count": count}


def _known(item: Item, as_of: datetime.date | None) -> bool:
    date = item.document["date"]
    return as_of is None or (date is not None and last_day(date) <= as_of)


def _reports(
    opened: Opened, slug: str, items: Sequence[Item], day: datetime.date | None, as_of: datetime.date | None
) -> Iterator[ForceReport]:
    """Every document about a force that is no record of the register, the latest first."""
    by_document: dict[str, list[Item]] = {}
    for item in items:
        by_document.setdefault(item.document["id"], []).append(item)
    for document, grades in records.reports_of(opened.generation.tables, slug):
        if as_of is not None and not (document["date"] and last_day(document["date"]) <= as_of):
            continue
        yield {
            "document": document,
            "grades": grades,
            "scale": list(scale_of(grades, document["date"])),
            "findings": [finding_of(item, day) for item in by_document.get(document["id"], ())],
        }


def scale_of(grades: Sequence[GradeRecord], date: str | None) -> tuple[str, ...]:
    """The scale that a document's grades are on, best first; nothing where they fit none, or there are none."""
    stated = {row["grade"] for row in grades}
    scales = [scale for scale in SCALES if stated and stated <= set(scale)]
    if "adequate" not in stated and not (date and date >= FIVE_GRADES_FROM):
        scales = [scale for scale in scales if "adequate" not in scale]
    if date and date < "2014":
        scales = [scale for scale in scales if "excellent" in scale]
    elif date:
        scales = [scale for scale in scales if "excellent" not in scale]
    return scales[0] if scales else ()


def finding_of(item: Item, day: datetime.date | None) -> ForceFinding:
    """A finding as it is listed, with its status on a day."""
    stood: Standing = item.stood(day or datetime.date.max)
    return {
        "finding_id": item.key,
        "kind": item.kind,
        "number": item.number,
        "text": item.text,
        "date": item.document["date"],
        "document": item.document,
        "status": stood.status,
        "status_date": stood.status_date,
    }


def recurring(opened: Opened, items: Sequence[Item], day: datetime.date | None) -> Iterator[Candidate]:
    """Pairs of findings from different years that are as alike as good matches, the most alike first.

    By the vectors of their passages and the words they share, each finding with the one of each later document that
    is most like it; judged by the strength of similar findings, in both directions.
    """
    dated = [item for item in items if item.document["date"] and (item.main or not item.tracked)]
    if len(dated) < 2:
        return
    evidence = _alike(opened, dated)
    years = np.array([int(item.document["date"][:4]) for item in dated if item.document["date"]])
    folds = np.array([item.fold for item in dated])
    evidence[(years[:, None] >= years[None, :]) | (folds[:, None] == folds[None, :])] = 0.0
    for at in np.argsort(-evidence, axis=None, kind="stable"):
        one, other = divmod(int(at), len(dated))
        if evidence[one, other] < opened.similar_strength.good:
            return
        yield {
            "earlier": finding_of(dated[one], day),
            "later": finding_of(dated[other], day),
            "evidence": round(float(evidence[one, other]), 3),
        }


def _alike(opened: Opened, items: Sequence[Item]) -> Numbers:
    """How likely each of the findings is on the matter of each other one: a symmetric matrix of probabilities."""
    strength: Strength = opened.similar_strength
    passages = records.asking_passages(opened.generation.tables, [item.id for item in items])
    own = [[opened.generation.vectors.rows_of(number) for number in passages.get(item.id, ())] for item in items]
    rows_ = [np.concatenate(found) if found else np.zeros((1, opened.generation.reference.shape[1])) for found in own]
    means = np.array([found.mean(axis=0) for found in rows_])
    means /= np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-9)
    best = np.array([[float((found @ mean).max()) for found in rows_] for mean in means])
    cosine = np.minimum(best, best.T)
    chance = luck(float((opened.generation.reference @ means.T).std()), len(items))
    coverage = _shared(opened, items)
    return strength.evidence(cosine - chance, np.minimum(coverage, coverage.T))


def _shared(opened: Opened, items: Sequence[Item]) -> Numbers:
    """How much of each finding's words, weighted by their rarity, each other finding holds."""
    words = [set(telling(item.text)) for item in items]
    known: Mapping[str, float] = opened.words.rarities(sorted(set().union(*words)))
    whole = [sum(known[word] for word in own) or 1.0 for own in words]
    return np.array(
        [
            [sum(known[w] for w in own & other) / total for other in words]
            for own, total in zip(words, whole, strict=True)
        ]
    )
