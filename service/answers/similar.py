"""Similar findings: what others were told on the same matter, what became of it, and what they said they did.

A finding is looked for as a question is, with its own words for the query. Findings of the register and of reports,
each list item under "areas for improvement" and comments on findings are looked at; the finding itself, its copies and
(by default) its force are left out; and what is the same finding is one result, with the best of the comments on it as
two more at most. What reports say besides on the matter, in prose, is a list of its own.
"""

import datetime
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from corpus.text import normalise, words_only
from indexer.folds import folded
from indexer.milvus_store import FINDABLE, all_hold
from indexer.openings import OPENING
from indexer.vector_store import Chosen
from service.answers.also_said import also_said, with_prose
from service.answers.by_finding import one_each, under_findings
from service.answers.hits import hits, match_of
from service.answers.outcomes import bare_member, members_of, printed_of
from service.answers.retrieve import FIRST, Candidates, Retrieved, candidates, encode, retrieve, with_first
from service.contract.register_responses import Member, SimilarHit, SimilarResponse
from service.contract.requests import SimilarRequest
from service.contract.responses import FoldMember, Hit
from service.contract.values import UNKNOWN
from service.memory.facets import Mask
from service.memory.findable_passages import Findable, findable_by_id, opening_within
from service.memory.finding_index import Item
from service.memory.opened import Opened
from service.memory.passage_rows import FORCES, number_by_key
from service.memory.snapshot import Snapshot
from service.query.frame import without_frame
from service.query.question import Concept, Question, clean, understand

if TYPE_CHECKING:
    from models.encoder import Encoder

Ids = NDArray[np.int64]
Vector = NDArray[np.float32]

NEAREST = 3
# A text's words that are looked for, the rarest: each is a search of its own.
MAX_CONCEPTS = 60
LIKELY = 10  # results that are compared with what is asked, to find copies in other print


@dataclass(frozen=True, slots=True)
class Asked:
    """What is looked for, and what of the index is the same: the numbers of findings and of folds of passages.

    `beside` are the findings of the same records, itself among them. `forces` are those that it is about.
    """

    text: str
    findings: frozenset[int]
    beside: frozenset[int]
    folds: frozenset[int]
    forces: frozenset[str]


def similar(seen: Snapshot, request: SimilarRequest) -> SimilarResponse | None:
    """What has been said on the matter that is asked about, best first; None for an id that is not there."""
    held = seen.held
    about = asked_about(held, request)
    if about is None:
        return None
    asked, question, found, universe = sought(held, seen.encoder, about, request)
    passing = _passing(held, request, found.ids)
    members = found.members & passing
    best = one_each(held, found, np.flatnonzero(members))[: request.limit]
    nearest = best[:0] if len(best) else one_each(held, found, np.flatnonzero(universe & passing))[:NEAREST]
    found = with_prose(held, question, found, _allowed(held, asked, request, found.ids))
    also = also_said(held, asked.text, found, passing, request.also_limit)
    left_out = frozenset() if request.same_force else asked.forces
    shown = [
        _similar_hit(held, hit, left_out, request.as_of)
        for hit in hits(seen, question, found, found.members & passing, np.concatenate([best, also, nearest]))
    ]
    as_of = request.as_of or held.register.newest
    answer = SimilarResponse(
        match=match_of(bool(len(best)), bool(found.good[best].any())),
        as_of=as_of.isoformat() if as_of else None,
        own=_own(held, asked, request.as_of),
        results=shown[: len(best)],
        also_said=shown[len(best) : len(best) + len(also)],
        nearest=shown[len(best) + len(also) :],
    )
    return seen.shown(answer)


def _own(held: Opened, asked: Asked, day: datetime.date | None) -> list[Member]:
    """Those who were given the very finding that is asked about."""
    items = [one for number in sorted(asked.findings) if not (one := held.register.by_id(number)).quoted]
    return members_of([one for one in items if (one.main or not one.tracked) and one.known(day)], day)


def _passing(held: Opened, request: SimilarRequest, ids: Ids) -> Mask:
    """Those of the passages that pass the filters; a status is that of the day that was asked about."""
    columns, chosen, day = held.columns, request.status, request.as_of
    if day is None or not chosen:
        return columns.passing(request, ids)
    finding, others = columns.finding[ids], columns.passing(request, ids, without="status")
    items = held.register.items(np.unique(finding[others & (finding > 0)]).tolist())
    stood = [item.id for item in items if (item.stood(day).status or UNKNOWN) in chosen]
    of_them = np.isin(finding, stood) & (finding > 0)
    if UNKNOWN in chosen:
        of_them |= finding == 0
    return others & of_them


def _similar_hit(held: Opened, hit: Hit, left_out: frozenset[str], day: datetime.date | None) -> SimilarHit:
    """A hit with all who were given it, and its statuses as on a day."""
    known = _as_known(held, hit, day)
    return SimilarHit(**dict(known), members=_members(held, known, left_out, day))


def _as_known(held: Opened, hit: Hit, day: datetime.date | None) -> Hit:
    """A hit with the status of its finding, and of those folded with it, on a day."""
    if day is None:
        return hit
    fold, finding = hit.fold, hit.finding
    if fold:
        told = [_member_then(held, one, day) for one in fold.members]
        fold = fold.model_copy(update={"members": [one for one in told if one is not None]})
    item = held.register.by_key(finding.id) if finding else None
    if finding and item:
        stood = item.stood(day)
        signal = stood.signal.says if stood.signal else None
        dated = {"status": stood.status, "status_date": stood.status_date, "closure_signal": signal}
        finding = finding.model_copy(update={**dated, **dict(printed_of(item, stood))})
    return hit.model_copy(update={"finding": finding, "fold": fold})


def _member_then(held: Opened, member: FoldMember, day: datetime.date) -> FoldMember | None:
    """One of a fold with its status on a day; None where its document was not out."""
    item = held.register.by_key(member.finding_id) if member.finding_id else None
    if item is None:
        return member
    if not item.known(day):
        return None
    stood = item.stood(day)
    return member.model_copy(update={"status": stood.status, "status_date": stood.status_date})


def sought(
    opened: Opened, encoder: "Encoder", asked: Asked, request: SimilarRequest
) -> tuple[Asked, Question, Retrieved, Mask]:
    """What is asked with all its copies, the question that it is, every passage against it, and which are looked at.

    A copy in other print is known only once it has been found: then all is looked at again without it.
    """
    understood = opened.words.occurring(understand(without_frame(asked.text) or asked.text, opened.lexicon))
    question = replace(understood, text=clean(asked.text), phrases=(), concepts=_telling(opened, understood))
    vector = encode_asked(question, encoder)
    looked_at = candidates(opened, question, vector, *_chosen(opened, request))
    universe = _universe(opened, asked, request, looked_at.ids)
    found = _under(opened, question, vector, looked_at, universe)
    likely = one_each(opened, found, np.flatnonzero(universe))[:LIKELY]
    if copies := _more_copies(opened, asked, found.ids[likely]):
        more = _asked(opened, asked.text, copies, asked.forces)
        asked = replace(
            asked,
            findings=asked.findings | more.findings,
            beside=asked.beside | more.beside,
            folds=asked.folds | more.folds,
        )
        universe = _universe(opened, asked, request, looked_at.ids)
        found = _under(opened, question, vector, looked_at, universe)
    return asked, question, found, universe


def _chosen(opened: Opened, request: SimilarRequest) -> tuple[Chosen, ...]:
    """What is looked for in any case, where not all is: findings and comments, and those that pass the filters."""
    if opened.generation.vectors.exact:
        return ()
    findable = Chosen(np.flatnonzero(opened.columns.findable), FINDABLE)
    passing = opened.columns.sought(request)
    if passing is None:
        return (findable,)
    both = np.intersect1d(findable.ids, passing.ids, assume_unique=True)
    return findable, replace(passing, ids=both, expression=all_hold([FINDABLE, passing.expression]))


def _under(opened: Opened, question: Question, vector: Vector, looked_at: Candidates, universe: Mask) -> Retrieved:
    """The candidates against what is asked, comments under their findings."""
    among = int(universe.sum()) if looked_at.whole else int(np.count_nonzero(opened.columns.findable))
    found = retrieve(opened, question, vector, looked_at, universe, opened.similar_strength, among)
    found = under_findings(opened, found, universe)
    return with_first(opened.columns, found, one_each(opened, found, np.flatnonzero(found.likely))[:FIRST])


def encode_asked(question: Question, encoder: "Encoder") -> Vector:
    """The unit vector of a finding: halfway between it as it stands and what it asks for alone.

    Every finding is alike in "the force should make sure that". Two judged sets, nDCG@10: as it stands .505, .534; what
    it asks for alone .529, .532; halfway .523, .543.
    """
    bare = replace(question, text=without_frame(question.text) or question.text)
    both = encode(question, encoder) + encode(bare, encoder)
    return np.asarray(both / max(float(np.linalg.norm(both)), 1e-9), dtype=np.float32)


def _universe(opened: Opened, asked: Asked, request: SimilarRequest, ids: Ids) -> Mask:
    return opened.columns.findable[ids] & _allowed(opened, asked, request, ids)


def _allowed(opened: Opened, asked: Asked, request: SimilarRequest, ids: Ids) -> Mask:
    """Without what is asked about itself, what its force was told alone, and what came after the day."""
    columns = opened.columns
    own = np.isin(columns.finding[ids], sorted(asked.findings | asked.beside))
    universe = ~(own | np.isin(columns.fold[ids], sorted(asked.folds)))
    if asked.forces:
        force = columns.facets["force"]
        # What others were told together with them is a precedent all the same.
        others = force.has(set(force.values) - asked.forces - {UNKNOWN}, ids)
        alone = force.has(asked.forces, ids) & ~others
        universe &= ~(alone & columns.quoted[ids]) if request.same_force else ~alone
    if request.as_of is not None:
        days = columns.days[ids]
        universe &= (days > 0) & (days <= request.as_of.toordinal())
    return universe


def asked_about(opened: Opened, request: SimilarRequest) -> Asked | None:
    """What a request is about; None where the generation does not have it."""
    if request.finding_id:
        item = opened.register.by_key(request.finding_id)
        return asked_by_finding(opened, item) if item else None
    if request.passage_id:
        number = number_by_key(opened.generation.tables, request.passage_id)
        return asked_by_passage(opened, number) if number is not None else None
    return asked_by_text(opened, clean(request.text or ""))


def asked_by_text(opened: Opened, text: str) -> Asked:
    """A text of a user's own, which may be, hold, or be a part of, a finding of the index."""
    may_be = opening_within(opened.generation.tables, text)
    if len(begun := opened.lexicon.analyzer.analyze(normalise(text))[:OPENING]) == OPENING:
        may_be.update(opened.words.holding(tuple(begun)).tolist())
    plain = words_only(text)
    known = findable_by_id(opened.generation.tables, sorted(may_be))
    return _asked(opened, text, [one for one in known if _copied(plain, words_only(one.text))], frozenset())


def asked_by_passage(opened: Opened, number: int) -> Asked:
    """A passage of the index: a list item under the words that introduce it."""
    row = opened.generation.tables.execute(_PASSAGE, (number,)).fetchone()
    text = f"{row['lead']} {row['text']}" if row["lead"] else str(row["text"])
    copies = [Findable(number, row["finding"], "")]
    return _asked(opened, text, copies, frozenset(json.loads(row["forces"])))


def asked_by_finding(opened: Opened, item: Item) -> Asked:
    """A finding of the index, whole."""
    return _asked(opened, item.text, [Findable(0, item.id, "")], frozenset(item.document.forces))


_PASSAGE = f"""
SELECT p.text, p.finding, i.text AS lead, {FORCES}
FROM passages p JOIN documents d ON d.id = p.document LEFT JOIN passages i ON i.id = p.parent WHERE p.id = ?
"""  # noqa: S608 - constants alone


def _copied(one: str, other: str) -> bool:
    inner, outer = sorted((one, other), key=len)
    return inner.count(" ") > OPENING and inner in outer


def _asked(opened: Opened, text: str, copies: Sequence[Findable], forces: frozenset[str]) -> Asked:
    """What is looked for, with all that says the same as any of its copies."""
    named = [opened.register.by_id(copy.finding) for copy in copies if copy.finding is not None]
    findings = {other.id for item in named for other in opened.register.same(item)}
    # A record is one thing, whatever findings it states.
    tracked = [item for number in findings if (item := opened.register.by_id(number)).tracked]
    beside = {other.id for item in tracked for other in opened.register.beside(item)}
    folds = opened.columns.fold[[copy.passage for copy in copies if copy.passage]]
    return Asked(text, frozenset(findings), frozenset(beside), frozenset(folds.tolist()), forces)


def _more_copies(opened: Opened, asked: Asked, ids: Ids) -> list[Findable]:
    """Of passages that are like what is asked, those that say the same in other print, or of another force."""
    known = {one.passage: one for one in findable_by_id(opened.generation.tables, ids.tolist())}
    near = [known[number] for number in ids.tolist() if number in known]
    findings = [opened.register.by_id(one.finding).text if one.finding else "" for one in near]
    same = folded([asked.text, *(one.text for one in near), *findings], opened.forces)
    return [one for at, one in enumerate(near, start=1) if same[at] == 0 or same[at + len(near)] == 0]


def _telling(opened: Opened, question: Question) -> tuple[Concept, ...]:
    """The rarest concepts of a long text, in its order."""
    if len(question.concepts) <= MAX_CONCEPTS:
        return question.concepts
    rarity = opened.words.rarities([stem for concept in question.concepts for stem in concept.typed])
    worth = [sum(rarity[stem] for stem in concept.typed) for concept in question.concepts]
    kept = sorted(sorted(range(len(worth)), key=lambda at: -worth[at])[:MAX_CONCEPTS])
    return tuple(question.concepts[at] for at in kept)


def _members(opened: Opened, hit: Hit, left_out: frozenset[str], as_of: datetime.date | None) -> list[Member]:
    """All who were given the finding of a hit; of a comment, whose it is; of prose that is no finding, its document."""
    if hit.finding is None:
        return [bare_member(hit, as_of or opened.register.newest)]
    item = opened.register.by_key(hit.finding.id)
    assert item is not None  # noqa: S101 - both are of one generation
    if hit.kind == "comment":
        return [one.model_copy(update={"passage_id": hit.passage_id}) for one in members_of([item], as_of)]
    same = [one for one in opened.register.given(item) if one.known(as_of)]
    same = [one for one in same if not (one.document.forces and left_out.issuperset(one.document.forces))]
    places = {one.finding_id: one.passage_id for one in (hit.fold.members if hit.fold else ())}
    places.setdefault(item.key, hit.passage_id)
    return [one.model_copy(update={"passage_id": places.get(one.finding_id)}) for one in members_of(same, as_of)]
