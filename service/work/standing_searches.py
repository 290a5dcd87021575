"""Standing searches: asked again of each new generation, in full, and compared with what they found before."""

import hashlib
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from service.answers.lookups import passage
from service.answers.search import all_hits
from service.answers.similar import similar
from service.contract.contacts import mask
from service.contract.register_responses import SimilarHit
from service.contract.requests import ListRequest, SimilarRequest
from service.contract.responses import Hit, Passage
from service.contract.service_errors import RequestError
from service.contract.signature import signed
from service.contract.standing_shapes import MAX_TITLE, Result, ResultMember
from service.contract.values import UNKNOWN, Known, Values, read
from service.memory.snapshot import Snapshot
from service.state.saved_searches import Change, SavedSearch, SavedSearches, SearchKind, Seen
from service.work.result_changes import Changed, compared

SIMILAR_LIMIT = 100  # similar findings that are watched: the most that can be asked for
_TEXT = 600  # characters of a result that are kept, to tell it by when it is gone
_DROPPED = {"search": ("sort", "explain"), "similar": ("limit",)}  # what changes no list that is compared


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What came of asking again: the searches still to be asked, and why some could not be, by their ids."""

    waiting: tuple[int, ...]
    problems: Mapping[int, str]


NOTHING_ASKED = Refreshed((), {})


def save(
    seen: Snapshot, saved: SavedSearches, kind: str, asked: Values, *, title: str, who: str, at: str
) -> SavedSearch:
    """Keep a search, with what it finds now as what was seen of it.

    Raises RequestError for one that cannot be asked.
    """
    if kind not in ("search", "similar"):
        raise RequestError("A saved search is a search or a question for similar findings: send kind as one of these.")
    signed_by = signed(who, "a search is kept with who saved it")
    of: SearchKind = "search" if kind == "search" else "similar"
    kept = {name: tuple(values) for name, values in asked.items() if values and name not in _DROPPED[of]}
    request = request_of(of, kept, seen.known)
    if isinstance(request, ListRequest) and not request.query.strip() and not request.any():
        raise RequestError("A search for everything is not kept: type something, or choose a filter.")
    rows = listed(seen, request)
    if rows is None:
        raise RequestError("The index has no such passage or finding: nothing was kept.")
    name = " ".join(title.split())[:MAX_TITLE] or default_title(seen, of, kept)
    search = SavedSearch(name, of, kept, signed_by, at)
    number = saved.add(search, Seen(seen.held.generation.id, tuple(map(dict, rows))))
    found = saved.one(number)
    assert found is not None  # noqa: S101 - it was just kept
    return found


def refresh(seen: Snapshot, saved: SavedSearches, at: str, seconds: float | None = None) -> Refreshed:
    """Ask each search again that was last asked of an earlier generation, and keep what changed.

    With `seconds`, no other is begun after that time. A search that cannot be asked now keeps what it found last.
    """
    now, last = seen.held.generation.id, saved.last()
    # Ids are in the order of time: who still serves an older generation asks nothing of it.
    due = [one for one in saved.all() if one.undone_at is None and one.id in last and last[one.id][0] < now]
    problems: dict[int, str] = {}
    began = time.monotonic()
    for place, search in enumerate(due):
        if seconds is not None and time.monotonic() - began > seconds:
            return Refreshed(tuple(one.id for one in due[place:]), problems)
        try:
            _ask_again(seen, saved, search, at)
        except RequestError as error:
            problems[search.id] = str(error)
    return Refreshed((), problems)


def request_of(kind: SearchKind, asked: Values, known: Known | None = None) -> ListRequest | SimilarRequest:
    """The request of a saved search. Raises RequestError for one that this version cannot read."""
    if kind == "search":
        return read(ListRequest, asked, known)
    return read(SimilarRequest, {**asked, "limit": [str(SIMILAR_LIMIT)]}, known)


def listed(seen: Snapshot, request: ListRequest | SimilarRequest) -> list[dict[str, Any]] | None:
    """Everything that a request finds, in its order, as it is compared; None where what it is about is not there."""
    if isinstance(request, ListRequest):
        return [_row(hit, _folded(hit), request.force).model_dump() for hit in all_hits(seen, request)]
    answer = similar(seen, request)
    if answer is None:
        return None
    return [_row(hit, _given(hit), request.force).model_dump() for hit in answer.results]


def default_title(seen: Snapshot, kind: SearchKind, asked: Values) -> str:
    """What a search is called that nobody gave a name."""
    words = next((" ".join(asked[name]) for name in ("q", "text") if asked.get(name)), "")
    filters = [
        seen.value_label(name, value) if name in seen.held.columns.facets else value
        for name, values in asked.items()
        if name not in ("q", "text", "passage_id", "finding_id", "expand", "same_force")
        for value in values
    ]
    if kind == "similar":
        words = f"Like: {words or ''.join([*asked.get('finding_id', ()), *asked.get('passage_id', ())])}"
    return ", ".join(filter(None, [" ".join(words.split())[:120], *filters]))[:MAX_TITLE] or "Everything"


def _ask_again(seen: Snapshot, saved: SavedSearches, search: SavedSearch, at: str) -> None:
    before = saved.seen(search.id)
    rows = listed(seen, request_of(search.kind, search.asked))
    if rows is None:
        raise RequestError("What it is about is no longer in the index: it is asked again when it is back.")
    if before is None:
        return
    generation = seen.held.generation.id
    found = list(compared(before.rows, rows))
    unseen = [one for one in found if _may_be_unseen(seen, search, one)]
    changes = [
        Change(search.id, generation, at, one.kind, {"before": one.before, "after": one.after})
        for one in found
        if one not in unseen and not _only_weaker(seen, search, one)
    ]
    kept = (dict(one.before) for one in unseen if one.before)  # so that it is no news either when it is looked at again
    saved.record(search.id, before.generation, Seen(generation, (*rows, *kept)), changes)


def _only_weaker(seen: Snapshot, search: SavedSearch, change: Changed) -> bool:
    """Whether a result was a weak match and stands in the index as it did: that it is no longer near enough is no news.

    What is near enough depends on what else there is: of a small index, weak matches come and go with every build.
    """
    before = change.before
    if change.kind != "gone" or before is None or before["match"] != "weak" or search.asked.get("theme"):
        return False
    return _stands(seen, before) is not None


def _may_be_unseen(seen: Snapshot, search: SavedSearch, change: Changed) -> bool:
    """Whether a result that is not found stands in a large index as it did: not all of that is looked at."""
    if seen.held.generation.vectors.exact or search.kind != "search" or change.kind != "gone" or change.before is None:
        return False
    now, themes = _stands(seen, change.before), set(search.asked.get("theme", ()))
    if now is None or change.before["text_sha256"] != _digest(now.text):
        return False
    return not themes or not themes.isdisjoint([tag.theme for tag in now.themes] or [UNKNOWN])


def _stands(seen: Snapshot, before: Mapping[str, Any]) -> Passage | None:
    """The passage of a result, where it stands in the index as it did then."""
    now = passage(seen, before["passage_id"])
    if now is None:
        return None
    status = (now.finding.status, now.finding.status_date) if now.finding else (None, None)
    standing = (now.kind, now.document.force, now.date, *status)
    same = standing == tuple(before[name] for name in ("kind", "force", "date", "status", "status_date"))
    return now if same else None


def _row(hit: Hit, members: Iterable[ResultMember], forces: Sequence[str]) -> Result:
    """A hit as it is compared. Of those that were given it, only those of the forces that were asked for."""
    chosen = [one for one in members if not forces or one.force in forces]
    finding, document = hit.finding, hit.document
    return Result(
        passage_id=hit.passage_id,
        finding_id=finding.id if finding and hit.kind != "comment" else None,
        kind=hit.kind,
        title=mask(document.title),
        document_id=document.id,
        force=document.force,
        date=hit.date,
        text=mask(hit.text)[:_TEXT],
        text_sha256=_digest(hit.text),
        match=hit.match,
        status=finding.status if finding else None,
        status_date=finding.status_date if finding else None,
        members=sorted(chosen, key=lambda one: one.passage_id),
    )


def _digest(text: str) -> str:
    return hashlib.sha256(mask(text).encode("utf-8", "surrogatepass")).hexdigest()


def _folded(hit: Hit) -> Iterator[ResultMember]:
    for one in hit.fold.members if hit.fold else ():
        yield ResultMember(passage_id=one.passage_id, force=one.force, status=one.status, status_date=one.status_date)


def _given(hit: SimilarHit) -> Iterator[ResultMember]:
    for one in hit.members:
        if key := one.passage_id or one.finding_id:
            yield ResultMember(passage_id=key, force=one.force, status=one.status, status_date=one.status_date)
