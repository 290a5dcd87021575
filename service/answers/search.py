"""What a query was taken to mean, told beside its hits: other words, other spellings, records by their number."""

from service.contract.responses import DidYouMean, Expansion, HitDocument
from service.memory import passage_rows
from service.memory.opened import Opened
from service.memory.spelling import corrected
from service.query.offers import numbers
from service.query.question import Question


def expansions(question: Question) -> list[Expansion]:
    """Each of the words that were looked for besides those that were typed."""
    pairs = [(c.shown, other) for c in question.concepts for other in c.others]
    # Two words are both answered by their compound: it is told once.
    first = {other.text: shown for shown, other in reversed(pairs) if other.spelt}
    return [{"from": s, "to": other.text} for s, other in pairs if not other.spelt or first[other.text] == s]


def did_you_mean(opened: Opened, question: Question) -> DidYouMean | None:
    """The query as it may have been meant, where it has a word that is known nowhere and near to one that is."""
    guesses = list(opened.spelling.guesses(question))
    if not guesses:
        return None
    words: list[Expansion] = [{"from": word, "to": near} for word, near in guesses]
    return {"query": corrected(question.text, guesses), "words": words}


def named_records(opened: Opened, query: str) -> list[HitDocument]:
    """The register records whose number a query names."""
    ids = [i for number in numbers(query) for i in opened.records.get(number, ())]
    return passage_rows.documents_by_id(opened.generation.tables, ids)
