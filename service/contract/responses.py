"""The shapes of what the service answers: the JSON contract, in types. All of it is plain JSON data."""

import json
from typing import Any, Literal, TypedDict

Match = Literal["good", "weak", "none"]


class FacetValue(TypedDict):
    value: str
    label: str
    count: int


class HitDocument(TypedDict):
    """A document as a hit names it; `fictional` marks those that come with the program to try it out.

    `force` is the one that it is about; `forces` are all of them where there are several.
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


class PrintedStatus(TypedDict):
    """How a status stands in the document: `status_word` is what is printed where that is another word.

    `status_by` says whose word it is where not the inspectorate's: force, commissioner or committee. `target` is the
    day that a tracker sets itself. A `quoted` finding belongs to an earlier report.
    """

    status_word: str | None
    status_by: str | None
    target: str | None
    quoted: bool


class HitFinding(PrintedStatus):
    id: str
    kind: str
    number: str | None
    status: str | None
    status_date: str | None
    deadline: str | None
    closure_signal: str | None


class MemberDocument(TypedDict):
    id: str
    title: str
    source: str


class FoldMember(TypedDict):
    passage_id: str
    finding_id: str | None
    force: str | None
    forces: list[str]
    document: MemberDocument
    status: str | None
    status_date: str | None


class Fold(TypedDict):
    id: str
    members: list[FoldMember]


class Ranks(TypedDict):
    dense: int
    lexical: int | None


class Weights(TypedDict):
    dense: float
    lexical: float


Expansion = TypedDict("Expansion", {"from": str, "to": str})


class Explanation(TypedDict):
    """`dense` and `lexical` are `cosine` and `bm25` scaled by constants of the query; ranks are among what was found.

    The score is their sum by `weights`, times `substance`, which is under 1 for a very short passage. `coverage` is
    the share of the query that the passage holds, `evidence` how likely a passage of that cosine and coverage answers;
    `expansions` are the words of the vocabulary that it holds.
    """

    cosine: float
    bm25: float
    dense: float
    lexical: float
    weights: Weights
    substance: float
    coverage: float
    evidence: float
    ranks: Ranks
    expansions: list[Expansion]


class ThemeTag(TypedDict):
    theme: str
    probability: float
    origin: Literal["model", "inherited", "person"]


class Evidence(TypedDict):
    """A sentence that carries a theme, in characters of the text."""

    start: int
    end: int


class TaggedTheme(TypedDict):
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


class TaggedText(TypedDict):
    """The themes of one text, likeliest first. `review`: none is assigned and one nearly is, or too many are.

    `doubt` is from 0 to 1; `note` says what keeps the text from being tagged.
    """

    decision: Literal["assigned", "review", "none"]
    doubt: float
    note: str | None
    themes: list[TaggedTheme]


class ThemeModelRecord(TypedDict):
    """The model that tagged. `figures` were measured on examples of documents that it had not learned from."""

    id: str
    created: str
    examples: int
    micro_f1: float


class TagResponse(TypedDict):
    """What `tag` answers: one result for each text, in their order."""

    model: ThemeModelRecord
    results: list[TaggedText]


class Parent(TypedDict):
    """The passage that introduces a list item."""

    passage_id: str
    text: str


class Passage(TypedDict):
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


class DidYouMean(TypedDict):
    """The query with its unknown words exchanged for the nearest that the index has, and which these are."""

    query: str
    words: list[Expansion]


class SearchResponse(TypedDict):
    """`expansions` are the words looked for besides those typed; `records` are register records named by number."""

    query: str
    expansions: list[Expansion]
    did_you_mean: DidYouMean | None
    match: Match
    total: int
    page: int
    page_size: int
    results: list[Hit]
    nearest: list[Hit]
    facets: dict[str, list[FacetValue]]
    suggested_filters: dict[str, list[str]]
    records: list[HitDocument]


class ForceRecord(TypedDict):
    slug: str
    name: str
    documents: int


class ForcesAnswer(TypedDict):
    forces: list[ForceRecord]


class ThemeRecord(TypedDict):
    """A theme. `assigned` counts the results that have it, `inherited` those besides that only take it over."""

    theme: str
    label: str
    definition: str
    not_this: str
    terms: list[str]
    assigned: int
    inherited: int


class ThemesAnswer(TypedDict):
    """`model` is None where the index is not tagged."""

    model: ThemeModelRecord | None
    themes: list[ThemeRecord]


class ThemeRow(TypedDict):
    """One theme's counts, by the values of its table."""

    theme: str
    label: str
    assigned: list[int]
    inherited: list[int]


class ThemeCounts(TypedDict):
    by: str
    values: list[str]
    rows: list[ThemeRow]


class QueueItem(TypedDict):
    """A passage to look at; `parent` is the recommendation that it comments on."""

    passage: Passage
    parent: str | None


class QueueResponse(TypedDict):
    """`waiting` counts all that is in doubt."""

    model: ThemeModelRecord
    waiting: int
    items: list[QueueItem]


class CorrectionRecord(TypedDict):
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


class Liveness(TypedDict):
    status: Literal["ok"]


class Readiness(TypedDict):
    """`problem` says why a newer generation is not served, where there is one.

    `calibrated` says whether match strength is fitted to the encoder.
    """

    status: Literal["ok", "stale"]
    generation: str
    created: str
    counts: dict[str, int]
    calibrated: bool
    problem: str | None


def to_json(answer: Any) -> str:
    """The one way in which an answer is written, so that the API and the command line say the same."""
    return json.dumps(answer, ensure_ascii=False, allow_nan=False)
