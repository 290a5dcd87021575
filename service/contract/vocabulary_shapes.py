"""What is not found, and words that people add to the vocabulary: what is asked, and what is answered."""

from pydantic import Field

from service.contract.requests import Query
from service.contract.responses import Passage
from service.contract.shapes import Shape
from service.contract.values import Request, Skip


class UnmetRequest(Request):
    """How far back what was not found is counted."""

    days: Skip = Field(90, description="The last so many days.")


class EntryForm(Request):
    """The form that adds words, or shows what they would change: `kind` is means, short or meant."""

    kind: str = "means"
    typed: Query = ""
    other: Query = ""
    example: Query = ""
    who: str = ""
    why: Query = ""


class UnmetRecord(Shape):
    """A question that was not answered well: how often nothing (`none`) or only weak matches answered it."""

    question: str
    times: int
    none: int
    weak: int
    first: str
    last: str


class UnmetWord(Shape):
    """A word of such questions for which the vocabulary has no other; `indexed` says whether a document has it."""

    word: str
    times: int
    indexed: bool


class UnmetAnswer(Shape):
    """What was not found since a day; `counting` says whether it is counted at all."""

    counting: bool
    since: str
    questions: list[UnmetRecord]
    words: list[UnmetWord]


class EntryRecord(Shape):
    """Words that a person added: `typed` finds, stands for, or is asked back about as, `other`."""

    id: int
    kind: str
    typed: str
    other: str
    who: str
    at: str
    why: str
    undone_at: str | None
    undone_by: str | None


class VocabularyAnswer(Shape):
    """Every entry ever made, the latest first."""

    entries: list[EntryRecord]


class PreviewedQuestion(Shape):
    """What an entry changes for a question: results before and after, how many come and go, and the first that come.

    `asked_back` is the question that would be offered for it.
    """

    question: str
    before: int
    after: int
    added: int
    dropped: int
    asked_back: str | None
    new: list[Passage]


class Preview(Shape):
    """What an entry would change: for the example, and for questions that were not answered and hold its words."""

    questions: list[PreviewedQuestion]
    others: int
