"""What a query says beside its subject: a force, year, kind, status or number of a record; a slip of the keyboard."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from corpus.english import dictionary
from service.columns import UNKNOWN
from service.question import PHRASE, Question, clean

if TYPE_CHECKING:
    from corpus.forces import Forces

_SAYS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "finding": (
        ("recommendation", r"recommendations?"),
        ("area_for_improvement", r"areas? for improvement|AFIs?"),
        ("cause_of_concern", r"causes? of concern"),
        ("strength", r"strengths?"),
        ("work_in_progress", r"work in progress"),
        ("developing_practice", r"(?:developing|good|promising|innovative) practices?"),
        ("comment", r"comments?|updates?"),
        ("grade", r"grad(?:es?|ed|ings?)"),
    ),
    "document_kind": (
        ("inspection_report", r"inspection reports?"),
        ("peel_assessment", r"PEEL"),
        ("register_record", r"register"),
    ),
    "status": (
        ("awaiting-review", r"awaiting[- ]review"),
        ("will-be-progressed", r"will[- ]be[- ]progressed"),
        ("being-progressed", r"being[- ]progressed|in progress|still open|outstanding recommendations?"),
        ("complete", r"completed?|closed|signed off|finished"),
        ("no-further-action-needed", r"no[- ]further[- ]action(?:[- ]needed)?"),
    ),
    "grade": (
        ("requires improvement", r"requires improvement"),
        *(
            (grade, rf"(?:graded|rated|judged|grade of) {grade}")
            for grade in ("outstanding", "good", "adequate", "inadequate", "excellent", "fair", "poor")
        ),
    ),
}
_PATTERNS = {
    facet: tuple((value, re.compile(rf"(?<!\w)(?:{pattern})(?!\w)", re.IGNORECASE)) for value, pattern in says)
    for facet, says in _SAYS.items()
}
_YEAR = re.compile(r"(?<![\w.,/-])(?:19|20)\d\d(?![\w/-])")
_NUMBER = re.compile(r"(?<![\w.,])\d{3,6}(?!\w|[.,]\d)")
_WORD = re.compile(r"(?<![^\W_])[^\W\d_]{4,}(?![^\W_])")


def suggested_filters(query: str, forces: "Forces", held: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """The filters that a query names, by facet, of the values `held` by the index; no more than an offer."""
    text = clean(query)
    found = {"force": [mention.slug for mention in forces.mentions(text)], "year": _YEAR.findall(text)}
    for facet, patterns in _PATTERNS.items():
        found[facet] = [value for value, pattern in patterns if pattern.search(text)]
    known = {facet: set(values) - {UNKNOWN} for facet, values in held.items()}
    kept = {name: [v for v in dict.fromkeys(values) if v in known.get(name, ())] for name, values in found.items()}
    return {facet: values for facet, values in kept.items() if values}


def numbers(query: str) -> list[str]:
    """The numbers of a query that may be a record's, each once."""
    return list(dict.fromkeys(_NUMBER.findall(clean(query))))


@dataclass(frozen=True, slots=True)
class Spelling:
    """The words of an index with the number of their places, to guess what a word that is not among them meant.

    Words of the vocabulary are among them, in no place where the index has none.
    """

    counts: Mapping[str, int]
    _words: Mapping[str, Sequence[str]] = field(init=False, repr=False)  # by first letter

    def __post_init__(self) -> None:
        words: dict[str, list[str]] = {}
        for word in self.counts:
            words.setdefault(word[0], []).append(word)
        object.__setattr__(self, "_words", words)

    def guesses(self, question: Question) -> Iterator[tuple[str, str]]:
        """Each word of the question that is neither known nor English, with the nearest that is known.

        Nearest by letters added, dropped, changed or exchanged with the next (optimal string alignment): one, or two
        of eight letters or more; of equals the one in most places. The first letter has to be right.
        """
        for concept in question.concepts:
            if concept.others or concept.typed in question.phrases:
                continue
            for word in _WORD.findall(concept.shown):
                doubtful = word.lower() not in self.counts and word.lower() not in dictionary()
                if doubtful and (near := self._nearest(word.lower())):
                    yield word, near

    def _nearest(self, word: str) -> str | None:
        from rapidfuzz import process
        from rapidfuzz.distance import OSA

        slips = 2 if len(word) >= 8 else 1
        known = self._words.get(word[0], ())
        found = process.extract(word, known, scorer=OSA.distance, score_cutoff=slips, limit=None)
        likely = [(distance, -self.counts[near], near) for near, distance, _ in found]
        return min(likely)[2] if likely else None


def corrected(query: str, guesses: Sequence[tuple[str, str]]) -> str:
    """The query with its doubtful words exchanged outside quotation marks, however they are capitalised."""
    nearest = {word.lower(): near for word, near in guesses}
    words = "|".join(map(re.escape, nearest)) or "(?!)"
    pattern = re.compile(rf"{PHRASE.pattern}|(?<![^\W_])(?:{words})(?![^\W_])", re.IGNORECASE)
    return pattern.sub(lambda found: nearest.get(found[0].lower(), found[0]), clean(query))
