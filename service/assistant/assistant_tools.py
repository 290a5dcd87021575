"""The tools: what is asked of the collection, and the answer as quotations, or the words that there are none."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from service.answers.hits import match_of
from service.answers.lookups import finding
from service.answers.register import register
from service.answers.search import search
from service.answers.similar import similar
from service.assistant.quotations import GOOD, NOTHING, WEAK, of_finding, of_hit, of_member, of_row, of_similar, outcome
from service.contract.labels import counted
from service.contract.register_responses import given_to
from service.contract.requests import (
    Filters,
    RegisterListRequest,
    RegisterRequest,
    SearchRequest,
    SimilarRequest,
)
from service.contract.responses import Match
from service.contract.service_errors import RequestError
from service.contract.theme_responses import TaggedTheme
from service.contract.tool_requests import FindingTool, Name, RegisterTool, SearchTool, SimilarTool, TagTool
from service.contract.tool_responses import (
    EventTold,
    FindingTold,
    QuotedAnswer,
    SimilarTold,
    TagTold,
    ThemeTold,
    Told,
)
from service.contract.values import Request
from service.memory.snapshot import Snapshot
from service.query.question import understand
from service.themes.tagging import Text, tag_texts

EVENTS = 20  # the latest of a finding's
_ALIKE = 100  # similar findings that are counted
_NO_THEME = "No theme of this collection fits this text well enough; do not invent one."


@dataclass(frozen=True, slots=True)
class AssistantTool:
    """A tool as an assistant is told of it, and the function that answers it."""

    name: Name
    title: str
    description: str
    request: type[Request]
    answer: type[Told]
    asked: Callable[[Snapshot, Any], Told]


def _search(seen: Snapshot, tool: SearchTool) -> QuotedAnswer:
    if understand(tool.query, seen.held.lexicon).empty:
        raise RequestError("query names nothing to look for: give the words of a subject, or a question.")
    asked = SearchRequest(**_same(tool, Filters), query=tool.query, page=tool.page, page_size=tool.limit)
    found = search(seen, asked)
    results = [of_hit(seen, hit) for hit in found.results]
    return QuotedAnswer(
        says=_says(found.match, found.total, len(results), "passage", complete=found.complete),
        generation=seen.held.generation.id,
        match=found.match,
        total=found.total,
        results=results,
    )


def _similar(seen: Snapshot, tool: SimilarTool) -> SimilarTold:
    found = similar(seen, SimilarRequest(**{**_same(tool, SimilarRequest), "limit": _ALIKE}))
    if found is None:
        raise _missing("passage or finding", tool.finding_id or tool.passage_id or "")
    results = [of_similar(seen, hit) for hit in found.results[: tool.limit]]
    also = [of_hit(seen, hit) for hit in found.also_said[: tool.limit]]
    match = match_of(bool(results), any(one.match == "good" for one in results))
    says = _says(match, len(found.results), len(results), "finding")
    return SimilarTold(
        says=says if results else _says_besides(given_to(found.own), len(also)),
        generation=seen.held.generation.id,
        match=match,
        total=len(found.results),
        results=results,
        own=[of_member(seen, one) for one in found.own],
        also_said=also,
    )


def _finding(seen: Snapshot, tool: FindingTool) -> FindingTold:
    found = finding(seen, tool.finding_id, tool.as_of)
    if found is None:
        raise _missing("finding", tool.finding_id)
    quoted = of_finding(seen, found)
    standing = outcome(quoted.force, found.document.title, found.published, found.standing, found.id)
    latest = [EventTold(date=e.date, kind=e.kind, status=e.status, text=e.text) for e in found.events[-EVENTS:]]
    says = GOOD if found.known else "This finding was not yet published on that day; do not invent what became of it."
    return FindingTold(
        says=says,
        generation=seen.held.generation.id,
        finding=quoted,
        standing=standing,
        events=latest,
        events_in_all=len(found.events),
    )


def _register(seen: Snapshot, tool: RegisterTool) -> QuotedAnswer:
    asked = RegisterRequest(**_same(tool, RegisterListRequest), page=tool.page, page_size=tool.limit)
    found = register(seen, asked)
    match: Match = "good" if found.total else "none"
    return QuotedAnswer(
        says=_says(match, found.total, len(found.results), "record"),
        generation=seen.held.generation.id,
        match=match,
        total=found.total,
        results=[of_row(seen, row) for row in found.results],
    )


def _tag(seen: Snapshot, tool: TagTool) -> TagTold:
    text = Text(tool.text, (tool.section,) if tool.section else (), tool.parent or "")
    tagged = tag_texts(seen, [text])
    (found,) = tagged.results
    themes = [_theme(one, tool.text) for one in found.themes if one.assigned or one.origin == "inherited"]
    says = "These are the themes of this text, each with the sentences that carry it." if themes else _NO_THEME
    if found.decision == "review":
        says = f"{says} It is in doubt: a person should look at it."
    return TagTold(
        says=f"{says} {found.note}" if found.note else says,
        generation=seen.held.generation.id,
        decision=found.decision,
        citation=f"theme model {tagged.model.id}, trained {tagged.model.created[:10]}",
        themes=themes,
    )


def _theme(one: TaggedTheme, text: str) -> ThemeTold:
    return ThemeTold(
        theme=one.theme,
        label=one.label,
        probability=one.probability,
        origin=one.origin,
        sentences=[text[span.start : span.end] for span in one.evidence],
    )


def _same(asked: Request, model: type[Request]) -> dict[str, Any]:
    """The fields that a tool and a request of the API have in common, as they were given."""
    return {name: getattr(asked, name) for name in model.model_fields if name in asked.model_fields_set | {"limit"}}


def _says(match: Match, total: int, shown: int, what: str, *, complete: bool = True) -> str:
    if match == "none":
        return NOTHING
    if not shown:
        return f"There is no such page: there are {counted(total, what)}. Do not invent."
    every = counted(total, what) if complete else f"at least {counted(total, what)}"
    counts = counted(total, what) if shown == total and complete else f"{shown} of {every}"
    return f"{counts}. {WEAK if match == 'weak' else GOOD}"


def _says_besides(own: int, also: int) -> str:
    """What it comes to where no other finding is alike: what else there is, if there is anything."""
    if not own and not also:
        return NOTHING
    parts = [f"This very finding stands in {counted(own, 'document')}."] if own else []
    parts += [f"{counted(also, 'passage')} of reports may be on the matter."] if also else []
    return f"No other finding in this collection is on this matter; do not invent one. {' '.join(parts)} {GOOD}"


def _missing(what: str, key: str) -> RequestError:
    return RequestError(
        f"There is no {what} {key[:200]!r} in this collection: take an id as another tool gives it; do not invent one."
    )


TOOLS: tuple[AssistantTool, ...] = (
    AssistantTool(
        "search",
        "Search",
        "What police inspection reports and the register of recommendations say on a subject, found by meaning."
        " Gives passages word for word with citations, or says that nothing answers.",
        SearchTool,
        QuotedAnswer,
        _search,
    ),
    AssistantTool(
        "similar",
        "Similar findings",
        "Whether any force was told the same before, and what became of it: findings like a text, a passage or a"
        " finding (give one of text, passage_id, finding_id), each with all who were given it.",
        SimilarTool,
        SimilarTold,
        _similar,
    ),
    AssistantTool(
        "finding",
        "One finding",
        "One finding by its id: its text, where it stood and on which day, everyone who was given it, its events.",
        FindingTool,
        FindingTold,
        _finding,
    ),
    AssistantTool(
        "register",
        "Register",
        "Records of the register of recommendations by force, status, owner, year, what their comments say of closure,"
        " or a list to look into, as overdue.",
        RegisterTool,
        QuotedAnswer,
        _register,
    ),
    AssistantTool(
        "tag",
        "Themes of a text",
        "The policing themes of any text, with the sentences that carry each, or that none fits.",
        TagTool,
        TagTold,
        _tag,
    ),
)
