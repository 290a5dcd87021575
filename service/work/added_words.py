"""Words that people add to the vocabulary: checked, shown in what they would change, kept, and taken back."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import cast, get_args

import numpy as np

from service.answers.search import result_ids, search
from service.contract.requests import MAX_WHY, ListRequest, SearchRequest
from service.contract.responses import Passage
from service.contract.service_errors import RequestError
from service.contract.signature import signed
from service.contract.vocabulary_shapes import EntryForm, EntryRecord, Preview, PreviewedQuestion, VocabularyAnswer
from service.memory.opened import taught_by
from service.memory.passage_rows import passage_of, rows_by_id
from service.memory.snapshot import Snapshot
from service.state.unmet_counts import KEPT_DAYS, UnmetCounts
from service.state.vocabulary_entries import Entry, EntryKind, VocabularyEntries, with_one_more
from service.work.unmet_questions import days_back

MAX_WORDS = 100  # characters of what is typed, and of what it finds
PREVIEWED = 10  # questions that are asked with an entry and without
_FIRST = 3  # new results that are shown of each


def entry_of(form: EntryForm, at: str) -> Entry:
    """The entry that a form describes. Raises RequestError for one that cannot be."""
    typed, other = (" ".join(text.split()) for text in (form.typed, form.other))
    if form.kind not in get_args(EntryKind):
        raise RequestError(f"kind is {form.kind[:40]!r}: it can be {', '.join(get_args(EntryKind))}.")
    for text, name in ((typed, "What people type"), (other, "What is meant by it")):
        if not re.search(r"\w", text) or len(text) > MAX_WORDS or not text.isprintable():
            raise RequestError(f"{name} is a word or a few, of at most {MAX_WORDS} characters: give them.")
    if '"' in typed or "“" in typed:
        raise RequestError("What people type in quotation marks is looked for as it stands: leave the marks out.")
    if form.kind == "short" and " " in typed:
        raise RequestError("A short form has no spaces: give several words as words that find others.")
    if typed.casefold() == other.casefold():
        raise RequestError("Both are the same: give other words.")
    return Entry(cast(EntryKind, form.kind), typed, other, form.who, at, form.why.strip()[:MAX_WHY])


def add(kept: VocabularyEntries, entry: Entry) -> int:
    """Keep an entry; its id. Raises RequestError without a name, and for one that holds already."""
    who = signed(entry.who, "words are kept with who added them")
    known = {(one.kind, one.typed.casefold(), one.other.casefold()) for one in kept.taught().entries}
    if (entry.kind, entry.typed.casefold(), entry.other.casefold()) in known:
        raise RequestError("This was added already: look for it in the list.")
    return kept.add(replace(entry, who=who))


def entries(seen: Snapshot, kept: VocabularyEntries) -> VocabularyAnswer:
    """Every entry ever made, the latest first."""
    return seen.shown(VocabularyAnswer(entries=[record(one) for one in reversed(kept.all())]))


def record(one: Entry) -> EntryRecord:
    """An entry as it is told."""
    return EntryRecord(**{name: getattr(one, name) for name in EntryRecord.model_fields})


def preview(seen: Snapshot, counts: UnmetCounts, entry: Entry, example: str = "") -> Preview:
    """What an entry would change for an example and for the most frequent questions that hold what is typed."""
    held = seen.held
    then = replace(seen, held=taught_by(held, with_one_more(held.taught, entry)))
    since = days_back(KEPT_DAYS)
    typed = re.compile(rf"(?<![^\W_]){re.escape(entry.typed)}s?(?![^\W_])", re.IGNORECASE)
    asked = [one.question for one in counts.questions(since) if typed.search(one.question)]
    chosen = list(dict.fromkeys([*([example.strip()] if example.strip() else []), *asked]))[:PREVIEWED]
    if not chosen:
        chosen = [entry.typed]
    found = Preview(
        questions=[_previewed(seen, then, question) for question in chosen],
        others=max(0, len(asked) - PREVIEWED),
    )
    return seen.shown(found)


def _previewed(seen: Snapshot, then: Snapshot, question: str) -> PreviewedQuestion:
    """A question asked with an entry and without; where another is offered for it, that one after it."""
    fold = seen.held.columns.fold
    back = search(then, SearchRequest(query=question, page_size=1)).did_you_mean
    before = result_ids(seen, ListRequest(query=question))
    after = result_ids(then, ListRequest(query=back.query if back else question))
    new = after[~np.isin(fold[after], fold[before])]
    return PreviewedQuestion(
        question=question,
        before=len(before),
        after=len(after),
        added=len(new),
        dropped=int((~np.isin(fold[before], fold[after])).sum()),
        asked_back=back.query if back else None,
        new=list(_passages(then, [int(one) for one in new[:_FIRST]])),
    )


def _passages(seen: Snapshot, ids: Sequence[int]) -> Iterator[Passage]:
    for row in rows_by_id(seen.held.generation.tables, ids):
        yield passage_of(row, seen.held.tags)
