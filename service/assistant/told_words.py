"""What a tool tells as plain text, for assistants that read no structured answers: quotations with citations."""

from collections.abc import Iterator, Sequence

from service.contract.labels import date_words
from service.contract.tool_responses import (
    FindingTold,
    Outcome,
    Quotation,
    QuotedAnswer,
    SimilarTold,
    TagTold,
    Told,
)

_GIVEN = 5  # of those who were given a finding, told in words; the structured answer has all


def told_words(told: Told) -> str:
    """The whole answer in words: first what it comes to, then each quotation with its citation."""
    lines = [told.says]
    if isinstance(told, FindingTold):
        lines += [*_quotation("", told.finding), *_events(told)]
    if isinstance(told, QuotedAnswer):
        for number, one in enumerate(told.results, start=1):
            lines += _quotation(f"{number}. ", one)
    if isinstance(told, SimilarTold):
        lines += [f"Given this very finding: {_outcome(one)}" for one in told.own[:_GIVEN]]
        if told.also_said:
            lines += ["", "Also said in reports, which asks for nothing:"]
        for one in told.also_said:
            lines += _quotation("- ", one)
    if isinstance(told, TagTold):
        lines += _themes(told)
    return "\n".join(lines)


def _quotation(before: str, one: Quotation) -> Iterator[str]:
    yield ""
    yield f'{before}"{one.text}"'
    yield f"   Citation: {one.citation}{' (a fictional example)' if one.fictional else ''}"
    about = [one.kind, one.force, *([one.status] if one.status and not one.given else []), *one.themes]
    yield f"   {' | '.join(about)}"
    for given in one.given[:_GIVEN]:
        yield f"   - {_outcome(given)}"
    if len(one.given) > _GIVEN:
        yield f"   - and {len(one.given) - _GIVEN} more"
    ids = {"passage_id": one.passage_id, "finding_id": one.finding_id}
    yield f"   {'; '.join(f'{name}: {value}' for name, value in ids.items() if value)}"


def _outcome(one: Outcome) -> str:
    known = [f"as known on {date_words(one.as_of)}"] if one.as_of else []
    overdue = [f"overdue since {date_words(one.deadline)}"] if one.overdue and one.deadline else []
    last = [f'last done {date_words(one.last_done.date)}: "{_one_line(one.last_done.text)}"'] if one.last_done else []
    published = f", {date_words(one.published)}" if one.published else ""
    where = f"{one.force} ({one.document}{published})"
    return f"{where}: {'; '.join([one.status, *known, *overdue, *one.doubts, *last])}"


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _events(told: FindingTold) -> Iterator[str]:
    if told.events:
        yield ""
        yield f"The latest {len(told.events)} of {told.events_in_all} events:"
    for one in told.events:
        status = f" {one.status}" if one.status else ""
        words = f": {_one_line(one.text)}" if one.text else ""
        yield f"   {date_words(one.date)}, {one.kind}{status}{words}"


def _themes(told: TagTold) -> Sequence[str]:
    lines = [
        f"- {one.label} ({one.theme}), {one.probability:.2f}, by {one.origin}"
        + "".join(f'\n   "{sentence}"' for sentence in one.sentences)
        for one in told.themes
    ]
    return [*lines, f"Citation: {told.citation}"]
