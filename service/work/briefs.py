"""Briefs: what is put in, as it stands now, and what became of it since."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np

from service.answers.outcomes import printed_of
from service.answers.register_listing import found_items, listing
from service.answers.search import all_hits
from service.answers.similar import similar
from service.contract.brief_shapes import MOST_ITEMS, BriefAnswer, BriefItem, BriefRecord, ReceiptRecord
from service.contract.labels import citation, date_words, label, status_words
from service.contract.requests import ListRequest, RegisterListRequest, SimilarRequest
from service.contract.responses import HitDocument, Passage
from service.contract.service_errors import RequestError
from service.contract.signature import signed, this_moment
from service.memory.finding_index import Item
from service.memory.passage_rows import passage_of, rows_by_key
from service.memory.snapshot import Snapshot
from service.state.kept_briefs import Briefs, Edit, KeptBrief, KeptItem, Kind, Picked
from service.work.keeping import made_with


@dataclass(frozen=True, slots=True)
class Ref:
    """A passage or finding to put into a brief, under a heading and with a note."""

    kind: Kind
    key: str
    part: str = ""
    note: str = ""


def begin(briefs: Briefs, name: str, who: str) -> int:
    """A new brief, or the one of that name: names tell briefs apart. Its id."""
    signed_by = signed(who, "a brief is kept with who began it")
    words = " ".join(name.split())
    if not words:
        raise RequestError("Give the brief a name.")
    return briefs.begin(words, signed_by, this_moment())


def put(seen: Snapshot, briefs: Briefs, name: str, refs: Sequence[Ref], who: str) -> tuple[int, int]:
    """Put these into the brief of this name, which is begun where there is none; its id, and how many were new."""
    signed_by = signed(who, "what is put into a brief is kept with who put it in")
    picked = picked_now(seen, refs)
    if not picked:
        raise RequestError("Nothing of this is in the current index: take an id as a search gives it.")
    number = begin(briefs, name, signed_by)
    return number, briefs.put(number, picked, signed_by, this_moment())


def remove(briefs: Briefs, brief: int, who: str, *, item: int | None = None, back: bool = False) -> None:
    """Take a brief, or an item of it, away, or with `back` have it again; both are kept with who did it."""
    signed_by = signed(who, "what is taken away or brought back is kept with who did it")
    kept = kept_brief(briefs, brief)
    if item is not None and item not in {one.id for one in kept.items}:
        raise RequestError("This item is not in the brief.")
    if back and item is None:
        check_name(briefs, kept.name, brief)
    briefs.edit(brief, [Edit("removed", "no" if back else "yes", item)], signed_by, this_moment())


def check_name(briefs: Briefs, name: str, brief: int) -> None:
    """Raises RequestError where another than this brief has the name: by names things are put in."""
    if any(own.casefold() == name.casefold() for number, own in briefs.names().items() if number != brief):
        raise RequestError(f"There is another brief with the name “{name}”: rename one of them first.")


def kept_brief(briefs: Briefs, number: int) -> KeptBrief:
    """A brief by its id. Raises RequestError for one that is not there."""
    found = briefs.one(number)
    if found is None:
        raise RequestError(f"There is no brief {number}: the list of briefs has those that there are.")
    return found


def refs_of_search(seen: Snapshot, request: ListRequest) -> list[Ref]:
    """Every hit of a search."""
    return _not_too_many([Ref("passage", hit.passage_id) for hit in islice(all_hits(seen, request), MOST_ITEMS + 1)])


def refs_of_register(seen: Snapshot, request: RegisterListRequest) -> list[Ref]:
    """Every record of the register that passes the filters."""
    found = listing(seen.held, request)
    places = np.flatnonzero(found.passing())[: MOST_ITEMS + 1]
    return _not_too_many([Ref("finding", item.key) for item in found_items(seen.held, found, places)])


def refs_of_similar(seen: Snapshot, request: SimilarRequest) -> list[Ref]:
    """Every similar finding, and what is also said in reports."""
    found = similar(seen, request)
    if found is None:
        raise RequestError("The index has no such passage or finding: take an id as a search gives it.")
    said = [Ref("passage", hit.passage_id, "Also said in reports") for hit in found.also_said]
    return _not_too_many([*(Ref("passage", hit.passage_id) for hit in found.results), *said])


def _not_too_many(refs: list[Ref]) -> list[Ref]:
    if not refs:
        raise RequestError("The list is empty: there is nothing to put into a brief.")
    if len(refs) > MOST_ITEMS:
        raise RequestError(f"The list has more than {MOST_ITEMS:,} entries: narrow it by filters first.")
    return refs


def picked_now(seen: Snapshot, refs: Iterable[Ref]) -> list[Picked]:
    """These passages and findings as they stand in the current index, without those that are not there."""
    wanted = list(refs)
    held, found = seen.held, dict[tuple[Kind, str], Picked]()
    rows = rows_by_key(held.generation.tables, list({one.key for one in wanted if one.kind == "passage"}))
    passages = {key: passage_of(row, held.tags) for key, row in rows.items()}
    given = {one.key for one in wanted if one.kind == "finding"}
    items = held.register.by_keys(given | {one.finding.id for one in passages.values() if one.finding})
    for key, one in passages.items():
        found["passage", key] = _of_passage(seen, one, items.get(one.finding.id) if one.finding else None)
    for key in given & items.keys():
        found["finding", key] = _of_finding(seen, items[key])
    with_words = [(one, found[one.kind, one.key]) for one in wanted if (one.kind, one.key) in found]
    return [_placed(own, one.part, one.note) for one, own in with_words]


def _placed(own: Picked, part: str, note: str) -> Picked:
    plain = {name: getattr(own, name) for name in own.__slots__}
    return Picked(**{**plain, "part": part, "note": note})


def _of_passage(seen: Snapshot, passage: Passage, item: Item | None) -> Picked:
    own = _standing(seen, item, passage.document, passage.kind, passage.date)
    own["details"]["lead"] = passage.parent.text if passage.parent else None
    if passage.finding and passage.kind != passage.finding.kind:
        own["details"]["number"] = None
    return Picked(kind="passage", key=passage.passage_id, text=passage.text, citation=passage.citation, **own)


def _of_finding(seen: Snapshot, item: Item) -> Picked:
    register = [f"register number {item.register_number}"] if item.register_number else []
    numbers = [*register, *([f"{label(item.kind).lower()} {item.number}"] if item.number else [])]
    cited = citation(item.document.title, item.document.date, numbers, item.section, None, None)
    own = _standing(seen, item, item.document, item.kind, item.document.date)
    return Picked(kind="finding", key=item.key, text=item.text, citation=cited, **own)


def _standing(seen: Snapshot, item: Item | None, document: HitDocument, kind: str, date: str | None) -> dict[str, Any]:
    """What is picked besides the text: its place, and where its finding stood as far as its source is known."""
    stood = item.stood(None) if item else None
    printed = printed_of(item, stood) if item and stood else None
    day = item.clock if item else None
    return {
        "status": stood.status if stood else None,
        "status_date": stood.status_date if stood else None,
        "as_of": day.isoformat() if day else None,
        "generation": seen.held.generation.id,
        "details": {
            "kind": kind,
            "number": item.number if item else None,
            "finding": item.key if item else None,
            "date": date,
            "word": printed.status_word if printed else None,
            "by": printed.status_by if printed else None,
            "document": document.model_dump(),
        },
    }


def brief_record(kept: KeptBrief) -> BriefRecord:
    """A brief as a list names it."""
    return BriefRecord(**_named(kept))


def _named(kept: KeptBrief) -> dict[str, Any]:
    at, by = kept.removed or (None, None)
    return {
        "brief_id": kept.id,
        "name": kept.name,
        "items": len(kept.standing),
        "at": kept.at,
        "who": kept.who,
        "edited": kept.edited,
        "removed_at": at,
        "removed_by": by,
    }


def brief_answer(seen: Snapshot, kept: KeptBrief, receipts: Sequence[ReceiptRecord] = ()) -> BriefAnswer:
    """A brief with each item as it stands now, or where it is gone as it stood when it was put in."""
    now = {(one.kind, one.key): one for one in picked_now(seen, (Ref(i.picked.kind, i.picked.key) for i in kept.items))}
    items = [(one, _item(one, now.get((one.picked.kind, one.picked.key)))) for one in kept.items]
    answer = BriefAnswer(
        **_named(kept),
        note=kept.note,
        made_with=made_with(seen),
        results=in_parts([item for one, item in items if one.removed is None]),
        taken_out=[item for one, item in items if one.removed is not None],
        receipts=list(receipts),
    )
    return seen.shown(answer)


def in_parts(items: Sequence[BriefItem]) -> list[BriefItem]:
    """Items under their headings, each heading once, where its first item stands; within it in their order."""
    first: dict[str, int] = {}
    for at, one in enumerate(items):
        first.setdefault(one.part, at)
    return sorted(items, key=lambda one: first[one.part])


def _item(kept: KeptItem, now: Picked | None) -> BriefItem:
    then = kept.picked
    own, details = now or then, (now or then).details
    document = HitDocument(**details["document"])
    return BriefItem(
        item_id=kept.id,
        part=then.part,
        passage_id=then.key if then.kind == "passage" else None,
        finding_id=details.get("finding"),
        kind=details["kind"],
        number=details.get("number"),
        lead=then.details.get("lead"),
        text=then.text,
        citation=then.citation,
        forces=document.forces,
        date=details.get("date"),
        document=document if now else None,
        document_title=document.title,
        fictional=document.fictional,
        status=own.status,
        status_words=_status(own),
        status_date=own.status_date,
        as_of=own.as_of,
        generation=then.generation,
        gone=now is None,
        changed=[sentence for say in _CHANGES if now and (sentence := say(then, now))],
        text_now=now.text if now and now.text != then.text else None,
        note=then.note,
        at=kept.at,
        who=kept.who,
    )


def _status(one: Picked) -> str:
    if not one.status:
        return ""
    return status_words(one.status, one.status_date, one.details.get("word"), one.details.get("by"))


def _text_changed(then: Picked, now: Picked) -> str:
    return "" if then.text == now.text else "Its text is another since it was put in."


def _status_changed(then: Picked, now: Picked) -> str:
    if (then.status, then.status_date) == (now.status, now.status_date):
        return ""
    day = f", as known on {date_words(then.as_of)}" if then.as_of else ""
    return f"Its status when it was put in: {_status(then) or 'none recorded'}{day}."


def _citation_changed(then: Picked, now: Picked) -> str:
    return "" if then.citation == now.citation else f"It is cited now as: {now.citation}."


_CHANGES: tuple[Callable[[Picked, Picked], str], ...] = (_text_changed, _status_changed, _citation_changed)


def unkept(name: str, picked: Sequence[Picked], who: str = "") -> KeptBrief:
    """A brief that nobody has kept yet, to be looked at."""
    at = this_moment()
    items = tuple(KeptItem(number, at, who, one) for number, one in enumerate(picked, start=1))
    return KeptBrief(0, at, who, name, "", items, None, at)


Parts = Mapping[str, Sequence[BriefItem]]


def parts_of(items: Sequence[BriefItem]) -> Parts:
    """The items by the heading that they stand under, in their order."""
    found: dict[str, list[BriefItem]] = {}
    for one in items:
        found.setdefault(one.part, []).append(one)
    return found
