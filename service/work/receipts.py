"""Receipts: what was asked, of what, and what came, kept on request; repeated, and told what is otherwise."""

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import Any

from service.answers.search import all_hits, search
from service.answers.similar import similar
from service.contract.brief_shapes import Drift, MadeWith, ReceiptAnswer, ReceiptRecord, ReceiptRow, VerifyAnswer
from service.contract.labels import status_words
from service.contract.requests import ListRequest, SearchRequest, SimilarRequest
from service.contract.responses import Hit
from service.contract.service_errors import RequestError
from service.contract.signature import signed, this_moment
from service.contract.values import Values, filled, read
from service.memory.snapshot import Snapshot
from service.state.kept_briefs import Briefs, KeptBrief
from service.state.kept_receipts import KeptReceipt, NamedReceipt, Receipts
from service.work.briefs import brief_answer
from service.work.keeping import made_with

MOST_ROWS = 1_000  # results that a receipt holds one by one; of the others the hash of their ids in their order
SCORE = 0.001  # by which a score is another: processors differ in the last places of a vector
_LEFT_OUT = ("page", "page_size", "explain", "who", "why")  # of what was asked: it changes nothing in what comes
KINDS = {"search": "Search", "similar": "Similar findings", "brief": "Brief", "tag": "Themes of a text"}


@dataclass(frozen=True, slots=True)
class Came:
    """What came: the first results, how many there were in all, and the hash of the ids of the others.

    `told` is what a receipt adds to what was asked, so that it can be asked again elsewhere.
    """

    rows: list[ReceiptRow]
    total: int
    match: str | None = None
    rest: str | None = None
    told: dict[str, list[str]] = field(default_factory=dict)


Repeat = Callable[[Snapshot, Values], Came]
"""Asks what parameters ask for."""


def repeats(briefs: Briefs, tag: Repeat) -> dict[str, Repeat]:
    """How each kind of receipt is asked; `tag` comes from the room of themes."""
    return {"search": _search, "similar": _similar, "brief": partial(_brief, briefs), "tag": tag}


def keep(
    seen: Snapshot, receipts: Receipts, repeat: Mapping[str, Repeat], kind: str, asked: Values, who: str, why: str = ""
) -> str:
    """Ask and keep what came; the receipt's id. Raises RequestError for what cannot be asked, and without a name."""
    signed_by = signed(who, "a receipt is kept with who asked for it")
    plain = {name: list(own) for name, own in filled(asked).items() if name not in _LEFT_OUT}
    came = repeat[kind](seen, plain)
    plain |= came.told
    body = {
        "asked": plain,
        "made_with": made_with(seen).model_dump(),
        "total": came.total,
        "match": came.match,
        "rest_sha256": came.rest,
        "results": [row.model_dump() for row in came.rows],
    }
    return receipts.keep(kind, body, signed_by, why.strip()[:_WHY], this_moment())


_WHY = 2_000  # characters


def receipt_answer(seen: Snapshot, kept: KeptReceipt) -> ReceiptAnswer:
    """A receipt as it is shown."""
    return seen.shown(_answer(kept))


def receipt_records(seen: Snapshot, receipts: Receipts) -> list[ReceiptRecord]:
    """Every receipt, the latest first."""
    return [seen.shown(_record(one)) for one in receipts.all()]


def receipts_of(receipts: Receipts, brief: KeptBrief) -> list[ReceiptRecord]:
    """The receipts of one brief, the latest first."""
    return [_record(one) for one in receipts.of_brief(brief.id, brief.begun)]


def verify(seen: Snapshot, kept: KeptReceipt, repeat: Mapping[str, Repeat]) -> VerifyAnswer:
    """Ask again what a receipt asked, and tell what came, went, moved, or has another score or status."""
    then, now_with = _answer(kept), made_with(seen)
    problem, came = None, Came([], 0)
    try:
        if kept.kind not in repeat:
            raise RequestError(f"this version of precedent knows no {kept.kind}; update it.")
        came = repeat[kept.kind](seen, then.asked)
    except RequestError as error:
        problem = f"It cannot be asked again: {error}"
    drift = [] if problem else list(_drift(then, came))
    same = problem is None and not drift and came.total == then.total and came.rest == then.rest_sha256
    answer = VerifyAnswer(
        receipt=then,
        verified_at=this_moment(),
        same=same and then.match == came.match,
        problem=problem,
        total_now=came.total,
        with_now=now_with,
        other_with=list(_other(then.made_with, now_with)),
        drift=drift,
    )
    return seen.shown(answer)


def _asked_words(name: str, own: Iterable[str]) -> str:
    """What was asked for in one field: the words in quotation marks, a filter behind its name."""
    return f"“{' '.join(own)}”" if name in ("q", "text") else f"{name.replace('_', ' ')}: {', '.join(own)}"


def _record(one: NamedReceipt) -> ReceiptRecord:
    asked = "; ".join(_asked_words(name, own) for name, own in one.asked.items())
    return ReceiptRecord(
        receipt_id=one.id,
        kind=one.kind,
        words=f"{KINDS.get(one.kind, one.kind)} – {asked or 'everything'}",
        at=one.at,
        who=one.who,
        why=one.why,
        total=one.total,
        generation=one.generation,
    )


def _answer(kept: KeptReceipt) -> ReceiptAnswer:
    body = kept.body
    of = (body["asked"], body["total"], body["made_with"]["generation"])
    return ReceiptAnswer(
        **vars(_record(NamedReceipt(kept.id, kept.at, kept.who, kept.why, kept.kind, *of))),
        asked=body["asked"],
        made_with=MadeWith(**body["made_with"]),
        match=body["match"],
        sound=kept.sound,
        results=[ReceiptRow(**row) for row in body["results"]],
        rest_sha256=body["rest_sha256"],
    )


def _other(then: MadeWith, now: MadeWith) -> Iterator[str]:
    names = {
        "generation": "index",
        "encoder_id": "encoder",
        "theme_model_id": "theme model",
        "strength_id": "match strength",
        "corrections": "corrections of themes",
    }
    for name, words in names.items():
        if getattr(then, name) != getattr(now, name):
            yield f"{words}: {getattr(then, name)} then, {getattr(now, name)} now"


def _drift(then: ReceiptAnswer, came: Came) -> Iterator[Drift]:
    """What is otherwise, first what went and came, then what moved, then what is another in its place."""
    before = {(row.list, row.key): row for row in then.results}
    now = {(row.list, row.key): row for row in came.rows}
    for key, row in before.items():
        if key not in now:
            yield _told("went", row, f"was number {row.rank}")
    for key, row in now.items():
        if key not in before:
            yield _told("came", row, f"is number {row.rank}")
    moved = _moved([key for key in before if key in now], [key for key in now if key in before])
    for key, row in now.items():
        if key in moved:
            yield _told("moved", row, f"was number {before[key].rank}, is number {row.rank}")
        if key in before:
            yield from _otherwise(before[key], row)


def _otherwise(then: ReceiptRow, now: ReceiptRow) -> Iterator[Drift]:
    if (then.score is None) != (now.score is None) or abs((then.score or 0) - (now.score or 0)) > SCORE:
        yield _told("score", now, f"score was {then.score}, is {now.score}")
    if then.match != now.match:
        yield _told("match", now, f"match was {then.match}, is {now.match}")
    if (then.status, then.status_date) != (now.status, now.status_date):
        words = [status_words(one.status, one.status_date) if one.status else "none" for one in (then, now)]
        yield _told("status", now, f"status was {words[0]}; is {words[1]}")
    if then.text_sha256 != now.text_sha256:
        yield _told("text", now, "its text is another")


def _told(kind: Any, row: ReceiptRow, words: str) -> Drift:
    return Drift(kind=kind, key=row.key, citation=row.citation, words=words)


def _moved(before: Sequence[Any], now: Sequence[Any]) -> set[Any]:
    """The fewest of what both lists have that stand elsewhere in relation to the others.

    All but the longest part that stands in the same order in both, by patience sorting.
    """
    from bisect import bisect_left

    place = {key: at for at, key in enumerate(now)}
    places = [place[key] for key in before]
    ends: list[int] = []
    lengths = []
    for one in places:
        at = bisect_left(ends, one)
        ends[at : at + 1] = [one]
        lengths.append(at + 1)
    kept, wanted = set(), len(ends)
    for key, length in zip(reversed(before), reversed(lengths), strict=True):
        if length == wanted:
            kept.add(key)
            wanted -= 1
    return set(before) - kept


def _search(seen: Snapshot, asked: Values) -> Came:
    first = search(seen, read(SearchRequest, {**asked, "page_size": ["1"]}, seen.known))
    found = all_hits(seen, read(ListRequest, asked, seen.known))
    rows = _rows("results", islice(found, MOST_ROWS))
    left = [hit.passage_id for hit in found] if first.total > MOST_ROWS else []
    return Came(rows, first.total, first.match, _hash("\n".join(left)) if left else None)


def _similar(seen: Snapshot, asked: Values) -> Came:
    found = similar(seen, read(SimilarRequest, asked, seen.known))
    if found is None:
        raise RequestError("the passage or finding that was asked about is not in the current index.")
    rows = [*_rows("results", found.results), *_rows("also_said", found.also_said)]
    return Came(rows, len(rows), found.match)


def _asked_brief(briefs: Briefs, asked: Values) -> KeptBrief:
    """The brief that was asked for. One that was imported since has another id, and was begun when it was begun."""
    number, begun = (next(iter(asked.get(name, ())), "") for name in ("brief", "begun"))
    if not re.fullmatch("[0-9]{1,9}", number):
        raise RequestError("Send brief, the id of a brief, as the list of briefs gives it.")
    found = briefs.one(int(number))
    if begun and (found is None or found.begun != begun):
        found = next((one for one in briefs.all() if one.begun == begun), None)
    if found is None:
        raise RequestError(f"There is no brief {number}: the list of briefs has those that there are.")
    return found


def _brief(briefs: Briefs, seen: Snapshot, asked: Values) -> Came:
    kept = _asked_brief(briefs, asked)
    answer = brief_answer(seen, kept)
    rows = [
        ReceiptRow(
            key=item.passage_id or item.finding_id or "",
            list=item.part,
            rank=at,
            score=None,
            match=None,
            status=item.status,
            status_date=item.status_date,
            text_sha256=_hash(item.text_now or item.text),
            citation=item.citation,
        )
        for at, item in enumerate((one for one in answer.results if not one.gone), start=1)
    ]
    return Came(rows, len(rows), told={"begun": [kept.begun]})


def _rows(name: str, hits: Iterable[Hit]) -> list[ReceiptRow]:
    return [
        ReceiptRow(
            key=hit.passage_id,
            list=name,
            rank=rank,
            score=round(hit.score, 6),
            match=hit.match,
            status=hit.finding and hit.finding.status,
            status_date=hit.finding and hit.finding.status_date,
            text_sha256=_hash(hit.text),
            citation=hit.citation,
        )
        for rank, hit in enumerate(hits, start=1)
    ]


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
