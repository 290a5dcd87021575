"""Slips of the keyboard: what a word that is known nowhere may have meant."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from corpus.english import dictionary
from service.query.question import PHRASE, Question, clean

_WORD = re.compile(r"(?<![^\W_])[^\W\d_]{4,}(?![^\W_])")


@dataclass(frozen=True, slots=True)
class Spelling:
    """The words of an index with the number of their places, to guess what a word that is not among them meant.

    Words of the vocabulary are among them, in no place where the index has none. `meant` gives for words that are
    typed those that people said were meant by them, known or not.
    """

    counts: Mapping[str, int]
    meant: Mapping[str, str] = field(default_factory=dict)
    _words: Mapping[str, Sequence[str]] = field(init=False, repr=False)  # by first letter
    _told: re.Pattern[str] = field(init=False, repr=False)  # what `meant` has, as whole words

    def __post_init__(self) -> None:
        words: dict[str, list[str]] = {}
        for word in self.counts:
            words.setdefault(word[0], []).append(word)
        object.__setattr__(self, "_words", words)
        told = "|".join(map(re.escape, sorted(self.meant, key=len, reverse=True))) or "(?!)"
        object.__setattr__(self, "_told", re.compile(rf"(?<![^\W_])(?:{told})(?![^\W_])", re.IGNORECASE))

    def guesses(self, question: Question) -> Iterator[tuple[str, str]]:
        """Each word of the question that is neither known nor English, with the nearest that is known.

        Nearest by letters added, dropped, changed or exchanged with the next (optimal string alignment): one, or two
        of eight letters or more; of equals the one in most places. The first letter has to be right. First of all
        what people said was meant.
        """
        told = {found.lower() for found in self._told.findall(PHRASE.sub(" ", question.text))}
        meant = {typed.lower(): other for typed, other in self.meant.items()}
        yield from ((typed, meant[typed]) for typed in sorted(told))
        for concept in question.concepts:
            if concept.others or concept.typed in question.phrases:
                continue
            for word in _WORD.findall(concept.shown):
                if any(word.lower() in typed.split() for typed in told):
                    continue
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
