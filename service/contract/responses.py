"""The shapes of what the service answers: the JSON contract, in types."""

from typing import Literal

from pydantic import Field

from service.contract.shapes import Shape

Match = Literal["good", "weak", "none"]


class FacetValue(Shape):
    value: str
    label: str
    count: int


class HitDocument(Shape):
    """A document as a hit names it; `fictional` marks those that come with the program to try it out.

    `force` is the one that it is about; `forces` are all of them where there are several. `register_number` is the
    number of a record of the register.
    """

    id: str
    title: str
    kind: str
    force: str | None
    forces: list[str]
    date: str | None
    source: str
    url: str | None
    fictional: bool
    register_number: str | None = None


class PrintedStatus(Shape):
    """How a status stands in the document: `status_word` is what is printed where that is another word.

    `status_by` says whose word it is where not the inspectorate's: force, commissioner or committee. `target` is the
    day that a tracker sets itself, `owner` who answers for it in the force. A `quoted` finding belongs to an earlier
    report.
    """

    status_word: str | None = None
    status_by: str | None = None
    target: str | None = None
    quoted: bool = False
    owner: str | None = None


class HitFinding(PrintedStatus):
    id: str
    kind: str
    number: str | None
    status: str | None
    status_date: str | None
    deadline: str | None
    closure_signal: str | None


class MemberDocument(Shape):
    id: str
    title: str
    source: str
    register_number: str | None = None


class FoldMember(Shape):
    passage_id: str
    finding_id: str | None
    force: str | None
    forces: list[str]
    document: MemberDocument
    status: str | None
    status_date: str | None


class Fold(Shape):
    id: str
    members: list[FoldMember]


class Ranks(Shape):
    dense: int
    lexical: int | None


class Weights(Shape):
    dense: float
    lexical: float


class Expansion(Shape):
    """Words that were typed, and others for them."""

    typed: str = Field(alias="from")
    to: str


class Explanation(Shape):
    """`dense` and `lexical` are `cosine` and `bm25` scaled by constants of the query; ranks are among what was found.

    The score is their sum by `weights`, times `substance`, which is under 1 for a very short passage, and `named`
    on top, which lifts a finding whose number or owner the query names above all that is not named. `coverage` is
    the share of the query that the passage holds, `evidence` how likely a passage of that cosine and coverage answers;
    `expansions` are the words of the vocabulary that it holds.
    """

    cosine: float
    bm25: float
    dense: float
    lexical: float
    weights: Weights
    substance: float
    named: float
    coverage: float
    evidence: float
    ranks: Ranks
    expansions: list[Expansion]


class ThemeTag(Shape):
    theme: str
    probability: float
    origin: Literal["model", "inherited", "person"]


class Parent(Shape):
    """The passage that introduces a list item."""

    passage_id: str
    text: str


class Passage(Shape):
    """A passage with its place. Shared by hits and look-ups.

    `date` is a comment's own, else the document's; `offsets` are characters of the document's text as it was
    read, None for a comment that stands only in another copy of the record.
    """

    passage_id: str
    text: str
    kind: str
    date: str | None
    grade: str | None
    document: HitDocument
    section: list[str]
    page: int | None
    offsets: list[int] | None
    parent: Parent | None
    citation: str
    finding: HitFinding | None
    themes: list[ThemeTag]
    fold: Fold | None


class Hit(Passage):
    """Offsets are characters of `text`; `explain` is None unless it was asked for."""

    score: float
    match: Match
    highlights: list[list[int]]
    best_sentence: list[int]
    explain: Explanation | None


class DidYouMean(Shape):
    """The query with its unknown words exchanged for the nearest that the index has, and which these are."""

    query: str
    words: list[Expansion]


class RegisterOffer(Shape):
    """Filters of the register that a query names, by field of a request of the register, and the records they leave."""

    filters: dict[str, list[str]]
    total: int


class SearchResponse(Shape):
    """`total` counts hits, `documents` those that they stand in, `strong` the hits that are good matches.

    Where `complete` is false, because not every passage of a large index was looked at, there are at least so many, as
    in the counts of the facets. `expansions` are the words looked for besides those typed; `records` are register
    records named by number.

    `in_register` is the list of the register that the query speaks of ("not closed", "overdue"), if it does. `owners`
    are those who answer for the findings among the first hits, where the query asks who does. `nowhere` are names,
    short forms and rare words of the query of which, and of what they stand for, the index has nothing: then no match
    is good.
    """

    query: str
    expansions: list[Expansion]
    did_you_mean: DidYouMean | None
    nowhere: list[str]
    match: Match
    total: int
    complete: bool
    page: int
    page_size: int
    results: list[Hit]
    nearest: list[Hit]
    facets: dict[str, list[FacetValue]]
    suggested_filters: dict[str, list[str]]
    records: list[HitDocument]
    in_register: RegisterOffer | None
    owners: list[FacetValue]
    documents: int
    strong: int


class ForceRecord(Shape):
    slug: str
    name: str
    documents: int


class ForcesAnswer(Shape):
    forces: list[ForceRecord]


class Liveness(Shape):
    status: Literal["ok"]


class Readiness(Shape):
    """`problem` says why a newer generation is not served, where there is one.

    `calibrated` says whether match strength is fitted to the encoder. `milvus` is the address of the Milvus that keeps
    the vectors, which answers and holds all of them; null where they are in files.
    """

    status: Literal["ok", "stale"]
    generation: str
    created: str
    counts: dict[str, int]
    calibrated: bool
    problem: str | None
    milvus: str | None = None


class Problem(Shape):
    """An error, as RFC 9457 has it; `detail` is a sentence that says what to do."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
