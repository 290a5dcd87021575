"""Slips of the keyboard: what a word that is known nowhere may have meant."""

import re
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from corpus.english import dictionary
from service.query.question import PHRASE, Question, clean

_NEAR = "SELECT word, places FROM words WHERE substr(word, 1, 1) = ? AND length(word) BETWEEN ? AND ?"
_BATCH = 5000  # words that are compared at a time
_WORD = re.compile(r"(?<![^\W_])[^\W\d_]{4,}(?![^\W_])")


@dataclass(frozen=True, slots=True)
class Spelling:
    """The words of an index with the number of their places, to guess what a word that is not among them meant.

    They are looked up in its `tables`; without any there are only those of the vocabulary, with the number of places
    that `vocabulary` gives. `meant` gives for words that are typed those that people said were meant by them, known or
    not.
    """

    vocabulary: Mapping[str, int]
    tables: sqlite3.Connection | None = None
    meant: Mapping[str, str] = field(default_factory=dict)
    _told: re.Pattern[str] = field(init=False, repr=False)  # what `meant` has, as whole words

    def __post_init__(self) -> None:
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
                doubtful = word.lower() not in dictionary() and not self._is_there(word.lower())
                if doubtful and (near := self._nearest(word.lower())):
                    yield word, near

    def _nearest(self, word: str) -> str | None:
        from rapidfuzz import process
        from rapidfuzz.distance import OSA

        slips = 2 if len(word) >= 8 else 1
        likely: list[tuple[int, int, str]] = []
        for known in self._alike(word, slips):
            found = process.extract(word, known.keys(), scorer=OSA.distance, score_cutoff=slips, limit=None)
            likely = sorted([*likely, *((distance, -known[near], near) for near, distance, _ in found)])[:1]
        return likely[0][2] if likely else None

    def _is_there(self, word: str) -> bool:
        if word in self.vocabulary:
            return True
        return bool(self.tables and self.tables.execute("SELECT 1 FROM words WHERE word = ?", (word,)).fetchone())

    def _alike(self, word: str, slips: int) -> Iterator[Mapping[str, int]]:
        """The known words that begin as this one and are about as long, some at a time, with their places."""
        yield {own: places for own, places in self.vocabulary.items() if own[0] == word[0]}
        if self.tables:
            rows = self.tables.execute(_NEAR, (word[0], len(word) - slips, len(word) + slips))
            while batch := rows.fetchmany(_BATCH):
                yield dict(map(tuple, batch))


def corrected(query: str, guesses: Sequence[tuple[str, str]]) -> str:
    """The query with its doubtful words exchanged outside quotation marks, however they are capitalised."""
    nearest = {word.lower(): near for word, near in guesses}
    words = "|".join(map(re.escape, nearest)) or "(?!)"
    pattern = re.compile(rf"{PHRASE.pattern}|(?<![^\W_])(?:{words})(?![^\W_])", re.IGNORECASE)
    return pattern.sub(lambda found: nearest.get(found[0].lower(), found[0]), clean(query))
