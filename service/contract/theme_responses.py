"""The shapes of what the service answers about themes: tags, the queue, counts, corrections."""

from typing import Literal

from service.contract.responses import Passage
from service.contract.shapes import Shape


class Evidence(Shape):
    """A sentence that carries a theme, in characters of the text."""

    start: int
    end: int


class TaggedTheme(Shape):
    """One theme of a text. `supported` is whether the text without its evidence lacks the theme; None where there is
    none to check. An inherited theme is the recommendation's and is never assigned.
    """

    theme: str
    label: str
    probability: float
    assigned: bool
    origin: Literal["model", "inherited", "person"]
    evidence: list[Evidence]
    supported: bool | None


class TaggedText(Shape):
    """The themes of one text, likeliest first. `review`: none is assigned and one nearly is, or too many are.

    `doubt` is from 0 to 1; `note` says what keeps the text from being tagged.
    """

    decision: Literal["assigned", "review", "none"]
    doubt: float
    note: str | None
    themes: list[TaggedTheme]


class ThemeModelRecord(Shape):
    """The model that tagged. `figures` were measured on examples of documents that it had not learned from."""

    id: str
    created: str
    examples: int
    micro_f1: float


class TagResponse(Shape):
    """What `tag` answers: one result for each text, in their order."""

    model: ThemeModelRecord
    results: list[TaggedText]


class ThemeRecord(Shape):
    """A theme. `assigned` counts the results that have it, `inherited` those besides that only take it over."""

    theme: str
    label: str
    definition: str
    not_this: str
    terms: list[str]
    assigned: int
    inherited: int


class ThemesAnswer(Shape):
    """`model` is None where the index is not tagged."""

    model: ThemeModelRecord | None
    themes: list[ThemeRecord]


class ThemeRow(Shape):
    """One theme's counts, by the values of its table; `total` is of all values, each result once."""

    theme: str
    label: str
    assigned: list[int]
    inherited: list[int]
    total: int


class ThemeCounts(Shape):
    """`count` says what is counted, `filters` which filters of a search list just that, beside theme and value.

    `totals` are the results of each value, each once, whether they have one theme, several or none.
    """

    by: str
    count: str
    filters: dict[str, list[str]]
    values: list[str]
    rows: list[ThemeRow]
    totals: list[int]


class QueueItem(Shape):
    """A passage to look at; `parent` is the recommendation that it comments on."""

    passage: Passage
    parent: str | None


class QueueResponse(Shape):
    """`waiting` counts all that is in doubt."""

    model: ThemeModelRecord
    waiting: int
    items: list[QueueItem]


class CorrectionRecord(Shape):
    """What a person said; `gone` where its passage is in the index no longer."""

    id: int
    at: str
    who: str
    passage_id: str | None
    text: str
    title: str
    before: list[str]
    after: list[str]
    why: str
    model: str | None
    undone_at: str | None
    undone_by: str | None
    gone: bool


class CorrectionsAnswer(Shape):
    """A page of the corrections, the latest first."""

    total: int
    page: int
    page_size: int
    results: list[CorrectionRecord]


class PassageThemes(Shape):
    """A passage with the themes it has and the sentences that carry them."""

    passage: Passage
    tagged: TaggedText
