"""What each tool tells an assistant: words from documents with their citations, or that there are none."""

from service.contract.responses import Match
from service.contract.shapes import Shape


class Done(Shape):
    """The last comment of substance: its day, and its words."""

    date: str
    text: str


class Outcome(Shape):
    """Where a finding stood with one of those who were given it, on the day `as_of`, in words and by its dates."""

    force: str
    document: str
    published: str | None
    status: str
    as_of: str | None
    closed: bool
    days_open: int | None
    deadline: str | None
    overdue: bool
    last_done: Done | None
    doubts: list[str]
    finding_id: str | None


class Quotation(Shape):
    """A text word for word, with the citation to give for it; `given` are those who were given it."""

    text: str
    citation: str
    kind: str
    match: Match | None = None
    force: str
    date: str | None
    status: str | None = None
    themes: list[str]
    fictional: bool
    passage_id: str | None = None
    finding_id: str | None
    document_id: str
    url: str | None
    given: list[Outcome]


class Told(Shape):
    """`says` is what the answer comes to, for whoever repeats it; `generation` is the state of the collection."""

    says: str
    generation: str


class QuotedAnswer(Told):
    """Quotations that answer, best first; none where nothing does, and then `match` is none. `total` counts all."""

    match: Match
    total: int
    results: list[Quotation]


class SimilarTold(QuotedAnswer):
    """`own` are those who were given the very finding; `also_said` is prose on the same matter that asks nothing.

    `total` counts similar findings up to 100.
    """

    own: list[Outcome]
    also_said: list[Quotation]


class EventTold(Shape):
    date: str
    kind: str
    status: str | None
    text: str


class FindingTold(Told):
    """A finding, where it stands, all who were given it, and its latest events, the oldest of these first."""

    finding: Quotation
    standing: Outcome
    events: list[EventTold]
    events_in_all: int


class ThemeTold(Shape):
    """A theme of the text, with the sentences that carry it."""

    theme: str
    label: str
    probability: float
    origin: str
    sentences: list[str]


class TagTold(Told):
    """The themes of a text; `citation` names the model that says so."""

    decision: str
    citation: str
    themes: list[ThemeTold]
