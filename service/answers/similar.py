"""Findings on the same matter as one that is asked about, and comments on such findings: has anyone been told before?

The way of a search, with three differences: only findings, what stands under "areas for improvement" and comments on
findings are looked at; the finding itself, its copies and (by default) its force are left out; and what is the same
finding is one result, with the best of the comments on it as two more at most.
"""

import datetime
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, cast

import numpy as np
from numpy.typing import NDArray

from indexer.folds import folded
from service.answers.hits import Showing, match_of
from service.answers.outcomes import bare_member, members, printed_of
from service.answers.retrieve import Retrieved, encode, retrieve
from service.contract.filters import UNKNOWN, Filters
from service.contract.register_responses import Member, SimilarHit, SimilarResponse
from service.contract.responses import Fold, FoldMember, Hit, HitFinding
from service.memory import passage_rows
from service.memory.facets import Mask
from service.memory.finding_index import Item
from service.memory.opened import Findable, Opened, words_only
from service.query.frame import without_frame
from service.query.question import Concept, Question, clean, understand

if TYPE_CHECKING:
    from models.encoder import Encoder

Ids = NDArray[np.int64]
Vector = NDArray[np.float32]

MAX_TEXT = 20_000  # characters
NEAREST = 3
# A text's words that are looked for, the rarest: each is a search of its own.
MAX_CONCEPTS = 60
# A text that is part of another has at least this many words to be a copy of that part.
COPY_WORDS = 6
COMMENTS = 2  # on one finding, that may be results beside it
LIKELY = 10  # results that are compared with what is asked, to find copies in other print


@dataclass(frozen=True, slots=True)
class SimilarRequest:
    """What similar findings are looked for: of a text, of a passage, or of a finding, the last two by their ids.

    Without `same_force`, those of the force that the passage or finding is about are left out. With `as_of`, nothing
    counts that was not known on that day.
    """

    text: str = ""
    passage: str | None = None
    finding: str | None = None
    filters: Filters = field(default_factory=Filters)
    same_force: bool = False
    as_of: datetime.date | None = None
    limit: int = 20


@dataclass(frozen=True, slots=True)
class Asked:
    """What is looked for, and what of the index is the same: a mask of passages, and the numbers of findings.

    `forces` are those that it is about.
    """

    text: str
    own: Mask
    findings: frozenset[int]
    forces: frozenset[str]


def similar(opened: Opened, encoder: "Encoder", asked: Asked, request: SimilarRequest) -> SimilarResponse:
    """What has been said on the matter of `asked`, best first."""
    as_of = request.as_of or opened.register.newest
    asked, question, found, universe = sought(opened, encoder, asked, request)
    passing = universe & _passing(opened, request)
    ids = one_each(opened, found, np.flatnonzero(found.members & passing))[: request.limit]
    nearest = ids[:0] if len(ids) else one_each(opened, found, np.flatnonzero(passing))[:NEAREST]
    show = Showing(opened, question, found, found.members & passing, False)
    own = [one for number in sorted(asked.findings) if not (one := opened.register.by_id(number)).quoted]
    left_out = frozenset() if request.same_force else asked.forces

    def hits(chosen: Ids) -> list[SimilarHit]:
        made = (_as_known(opened, hit, request.as_of) for hit in show.hits(chosen))
        return [{**hit, "members": _members(opened, hit, left_out, request.as_of)} for hit in made]

    return {
        "match": match_of(bool(len(ids)), bool(found.good[ids].any())),
        "as_of": as_of.isoformat() if as_of else None,
        "own": members(
            [one for one in own if (one.main or not one.tracked) and one.known(request.as_of)], request.as_of
        ),
        "results": hits(ids),
        "nearest": hits(nearest),
    }


def _passing(opened: Opened, request: SimilarRequest) -> Mask:
    """The passages that pass the filters; a status is that of the day that was asked about."""
    chosen, day = request.filters.status, request.as_of
    if day is None or not chosen:
        return opened.columns.mask(request.filters)
    stood = [item.id for item in opened.register.items if (item.stood(day).status or UNKNOWN) in chosen]
    of_them = np.isin(opened.columns.finding, stood) & (opened.columns.finding > 0)
    if UNKNOWN in chosen:
        of_them |= opened.columns.finding == 0
    return opened.columns.mask(replace(request.filters, status=())) & of_them


def _as_known(opened: Opened, hit: Hit, day: datetime.date | None) -> Hit:
    """A hit with the status of its finding, and of those folded with it, on a day."""
    if day is None:
        return hit
    fold: Fold | None = None
    if hit["fold"]:
        told = [_member_then(opened, one, day) for one in hit["fold"]["members"]]
        fold = {**hit["fold"], "members": [one for one in told if one is not None]}
    finding = hit["finding"]
    item = opened.register.by_key(finding["id"]) if finding else None
    if finding and item:
        stood = item.stood(day)
        signal = stood.signal.says if stood.signal else None
        dated = {"status": stood.status, "status_date": stood.status_date, "closure_signal": signal}
        finding = cast(HitFinding, {**finding, **dated, **printed_of(item, stood)})
    return {**hit, "finding": finding, "fold": fold}


def _member_then(opened: Opened, member: FoldMember, day: datetime.date) -> FoldMember | None:
    """One of a fold with its status on a day; None where its document was not out."""
    item = opened.register.by_key(member["finding_id"]) if member["finding_id"] else None
    if item is None:
        return member
    stood = item.stood(day)
    return {**member, "status": stood.status, "status_date": stood.status_date} if item.known(day) else None


def sought(
    opened: Opened, encoder: "Encoder", asked: Asked, request: SimilarRequest
) -> tuple[Asked, Question, Retrieved, Mask]:
    """What is asked with all its copies, the question that it is, every passage against it, and which are looked at."""
    understood = opened.words.occurring(understand(without_frame(asked.text) or asked.text, opened.lexicon))
    question = replace(understood, text=clean(asked.text), phrases=(), concepts=_telling(opened, understood))
    vector = encode_asked(question, encoder)
    for again in (True, False):
        universe = _universe(opened, asked, request)
        found = retrieve(
            opened.generation, opened.words, opened.substance, universe, question, vector, opened.similar_strength
        )
        likely = one_each(opened, found, np.flatnonzero(universe))[:LIKELY]
        if not again or not (copies := _more_copies(opened, asked, likely)):
            break
        more = _asked(opened, asked.text, copies, asked.forces)
        asked = replace(asked, own=asked.own | more.own, findings=asked.findings | more.findings)
    return asked, question, found, universe


def encode_asked(question: Question, encoder: "Encoder") -> Vector:
    """The unit vector of a finding: halfway between it as it stands and what it asks for alone.

    Every finding is alike in "the force should make sure that". Two judged sets, nDCG@10: as it stands .505, .534; what
    it asks for alone .529, .532; halfway .523, .543.
    """
    bare = replace(question, text=without_frame(question.text) or question.text)
    both = encode(question, encoder) + encode(bare, encoder)
    return np.asarray(both / max(float(np.linalg.norm(both)), 1e-9), dtype=np.float32)


def _universe(opened: Opened, asked: Asked, request: SimilarRequest) -> Mask:
    universe = opened.findable & ~asked.own
    if asked.forces:
        force = opened.columns.facets["force"]
        # What others were told together with them is a precedent all the same.
        others = force.mask(set(force.values) - asked.forces - {UNKNOWN})
        alone = force.mask(asked.forces) & ~others
        universe &= ~(alone & opened.columns.quoted) if request.same_force else ~alone
    if request.as_of is not None:
        universe &= (opened.columns.days > 0) & (opened.columns.days <= request.as_of.toordinal())
    return universe


def asked_about(opened: Opened, request: SimilarRequest) -> Asked | None:
    """What a request is about; None where the generation does not have it."""
    if request.finding is not None:
        item = opened.register.by_key(request.finding)
        return asked_by_finding(opened, item) if item else None
    if request.passage is not None:
        number = passage_rows.number_by_key(opened.generation.tables, request.passage)
        return asked_by_passage(opened, number) if number is not None else None
    return asked_by_text(opened, clean(request.text))


def asked_by_text(opened: Opened, text: str) -> Asked:
    """A text of a user's own, which may be, hold, or be a part of, a finding of the index."""
    plain = words_only(text)
    copies = [one for one in opened.findable_texts if _copied(plain, one.plain)]
    return _asked(opened, text, copies, frozenset())


def asked_by_passage(opened: Opened, number: int) -> Asked:
    """A passage of the index: a list item under the words that introduce it."""
    row = opened.generation.tables.execute(_PASSAGE, (number,)).fetchone()
    text = f"{row['lead']} {row['text']}" if row["lead"] else str(row["text"])
    copies = [Findable(number, row["finding"], "")]
    return _asked(opened, text, copies, frozenset(json.loads(row["forces"])))


def asked_by_finding(opened: Opened, item: Item) -> Asked:
    """A finding of the index, whole."""
    return _asked(opened, item.text, [Findable(0, item.id, "")], frozenset(item.document["forces"]))


_PASSAGE = f"""
SELECT p.text, p.finding, i.text AS lead, {passage_rows.FORCES}
FROM passages p JOIN documents d ON d.id = p.document LEFT JOIN passages i ON i.id = p.parent WHERE p.id = ?
"""  # noqa: S608 - constants alone


def _copied(one: str, other: str) -> bool:
    inner, outer = sorted((one, other), key=len)
    return inner.count(" ") > COPY_WORDS and inner in outer


def _asked(opened: Opened, text: str, copies: Sequence[Findable], forces: frozenset[str]) -> Asked:
    """What is looked for, with all that says the same as any of its copies."""
    named = [opened.register.by_id(copy.finding) for copy in copies if copy.finding is not None]
    findings = {other.id for item in named for other in opened.register.same(item)}
    # A record is one thing, whatever findings it states.
    tracked = [item for number in findings if (item := opened.register.by_id(number)).tracked]
    beside = {other.id for item in tracked for other in opened.register.beside(item)}
    own = np.isin(opened.columns.finding, sorted(findings | beside)) & (opened.columns.finding > 0)
    folds = opened.columns.fold[[copy.passage for copy in copies if copy.passage]]
    own |= np.isin(opened.columns.fold, folds) & opened.columns.exists
    return Asked(text, own, frozenset(findings), forces)


def _more_copies(opened: Opened, asked: Asked, ids: Ids) -> list[Findable]:
    """Of passages that are like what is asked, those that say the same in other print, or of another force."""
    known = {one.passage: one for one in opened.findable_texts}
    near = [known[int(i)] for i in ids if int(i) in known]
    findings = [opened.register.by_id(one.finding).text if one.finding else "" for one in near]
    passages = passage_rows.texts_by_id(opened.generation.tables, [one.passage for one in near])
    same = folded([asked.text, *(passages[one.passage] for one in near), *findings], opened.forces)
    return [one for at, one in enumerate(near, start=1) if same[at] == 0 or same[at + len(near)] == 0]


def one_each(opened: Opened, found: Retrieved, ids: Ids) -> Ids:
    """The best of each finding, and the best COMMENTS of the comments on each, best first."""
    columns = opened.columns
    comments = columns.facets["finding"].mask(["comment"])
    groups = np.where(columns.asks > 0, 2 * columns.asks + comments, -columns.fold)
    ordered = ids[np.lexsort((ids, -found.score[ids]))]
    rank = np.empty(len(ordered), np.int64)
    by_group = np.lexsort((np.arange(len(ordered)), groups[ordered]))
    _, starts, counts = np.unique(groups[ordered[by_group]], return_index=True, return_counts=True)
    rank[by_group] = np.arange(len(ordered)) - np.repeat(starts, counts)
    return np.asarray(ordered[rank < np.where(comments[ordered], COMMENTS, 1)], dtype=np.int64)


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
    if hit["finding"] is None:
        return [bare_member(hit, as_of or opened.register.newest)]
    item = opened.register.by_key(hit["finding"]["id"])
    assert item is not None  # noqa: S101 - both are of one generation
    if hit["kind"] == "comment":
        return [{**one, "passage_id": hit["passage_id"]} for one in members([item], as_of)]
    same = [one for one in opened.register.given(item) if one.known(as_of)]
    same = [one for one in same if not (one.document["forces"] and left_out.issuperset(one.document["forces"]))]
    places = {one["finding_id"]: one["passage_id"] for one in (hit["fold"]["members"] if hit["fold"] else ())}
    places.setdefault(item.key, hit["passage_id"])
    return [{**one, "passage_id": places.get(one["finding_id"])} for one in members(same, as_of)]
