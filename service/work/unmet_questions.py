"""What people look for and do not find: their questions, and the words of these that the vocabulary does not have."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta

from service.contract.exports import Form, table
from service.contract.requests import SearchRequest
from service.contract.responses import SearchResponse
from service.contract.vocabulary_shapes import UnmetAnswer, UnmetRecord, UnmetWord
from service.memory.snapshot import Snapshot
from service.query.question import telling, understand
from service.state.unmet_counts import UnmetCounts, UnmetQuestion

SHOWN = 200  # questions and words that are listed
_READ = 1_000  # questions whose words are looked at
_WORD = re.compile(r"[^\W\d_]{2,}")


def count(counts: UnmetCounts, asked: SearchRequest, response: SearchResponse) -> None:
    """Count a search that nothing answers well: with filters, or of a later page, it says nothing of the collection."""
    if asked.page == 1 and not asked.any():
        counts.count(asked.query, response.match)


def days_back(days: int) -> date:
    """The first of the last so many days."""
    return datetime.now(UTC).date() - timedelta(days=days)


def unmet_answer(seen: Snapshot, counts: UnmetCounts, days: int) -> UnmetAnswer:
    """What was not found in the last days, the most frequent first."""
    since = days_back(days)
    questions = counts.questions(since)
    answer = UnmetAnswer(
        counting=counts.on,
        since=since.isoformat(),
        questions=[_record(one) for one in questions[:SHOWN]],
        words=list(_words(seen, questions[:_READ]))[:SHOWN],
    )
    return seen.shown(answer)


def unmet_table(counts: UnmetCounts, days: int, form: Form) -> Iterator[str]:
    """Every question that was not answered well in the last days, as a file."""
    rows = [_record(one) for one in counts.questions(days_back(days))]
    columns = {name: lambda row, name=name: getattr(row, name) for name in UnmetRecord.model_fields}
    return table(rows, columns, form)


def _record(one: UnmetQuestion) -> UnmetRecord:
    return UnmetRecord(
        question=one.question, times=one.times, none=one.none, weak=one.weak, first=one.first, last=one.last
    )


def _words(seen: Snapshot, questions: Sequence[UnmetQuestion]) -> Iterator[UnmetWord]:
    """The words that nothing in the vocabulary answers, those that no document has first, then the most frequent."""
    times: Counter[str] = Counter()
    stems: dict[str, str] = {}
    for one in questions:
        for concept in understand(one.question, seen.held.lexicon).concepts:
            if concept.others:
                continue
            for word in filter(telling, set(_WORD.findall(concept.shown))):
                times[word] += one.times
                stems[word] = concept.typed[0] if len(concept.typed) == 1 else ""
    found = [
        UnmetWord(word=word, times=n, indexed=not (stems[word] and seen.held.words.unknown(stems[word])))
        for word, n in times.items()
    ]
    yield from sorted(found, key=lambda one: (one.indexed, -one.times, one.word))
