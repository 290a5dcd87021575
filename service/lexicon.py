"""The vocabulary as a query looks it up: which words of it answer what was typed."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from corpus.english import singular
from corpus.vocabulary import Sense, Vocabulary

if TYPE_CHECKING:
    import tantivy

MAX_ALSO = 12  # other words for one concept: each is a search of its own
POSSESSIVE = re.compile(r"['’]s\b", re.IGNORECASE)

Stems = tuple[str, ...]
"""Words in the form of the lexical index: lower case, unaccented, stemmed."""


@dataclass(frozen=True, slots=True)
class Other:
    """Words of the vocabulary that answer what was typed. `meaning`: they spell out a short form that was typed."""

    text: str
    stems: Stems
    meaning: bool


class Lexicon:
    """A vocabulary in a form to look up words as they are typed. Safe to share between threads.

    Words are compared in small letters and in the singular, not by their stems: to the stemmer an operator is
    operating.
    """

    def __init__(self, vocabulary: Vocabulary, analyzer: "tantivy.TextAnalyzer") -> None:
        self.analyzer = analyzer
        self._senses = vocabulary.senses
        self._small: dict[tuple[str, ...], tuple[Sense, ...]] = {}
        cased = {short for short, senses in vocabulary.senses.items() if any(sense.capitals for sense in senses)}
        for short, senses in vocabulary.senses.items():
            if short not in cased:
                small = tuple(word.lower() for word, _ in tokens(short, analyzer))  # A&E is two words
                self._small[small] = (*self._small.get(small, ()), *senses)
        self._finds: dict[tuple[str, ...], tuple[str, ...]] = {}
        for words, others in vocabulary.finds.items():
            key = (words,) if words in cased else self._key(words)
            self._finds[key] = (*self._finds.get(key, ()), *others)
        self.longest = max(map(len, [*self._finds, *self._small]), default=1)

    def others(self, words: Sequence[str], near: set[str]) -> tuple[Other, ...]:
        """What else answers these words, in the vocabulary's order and at most MAX_ALSO; nothing where it has none.

        A short form finds what it stands for (of several senses the one that fits `near`, the other words of the
        query in small letters and in the singular, else all of them), then what that finds.
        """
        meanings = tuple(self._meanings(words, near))
        found: dict[Stems, Other] = {}
        own = self.stems(" ".join(words))
        for text in self._spelled_out(self._found(words, meanings)):
            stems = self.stems(text)
            if stems and stems != own:
                found.setdefault(stems, Other(text, stems, text in meanings))
        return tuple(found.values())[:MAX_ALSO]

    def stems(self, words: str) -> Stems:
        """Words in the form of the lexical index."""
        return tuple(self.analyzer.analyze(words))

    def _found(self, words: Sequence[str], meanings: Sequence[str]) -> Iterator[str]:
        yield from meanings
        # In small letters, or as printed where in small letters it is another word.
        for key in dict.fromkeys([tuple(map(singular, words)), *_forms(words)]):
            yield from self._finds.get(key, ())
        for meaning in meanings:
            yield from self._finds.get(self._key(meaning), ())

    def _spelled_out(self, others: Iterable[str]) -> Iterator[str]:
        """The words, and behind all of them what the short forms among them stand for."""
        listed = list(others)
        yield from listed
        for other in listed:
            senses = self._senses.get(other, ())
            if len(senses) == 1:
                yield senses[0].means

    def _meanings(self, words: Sequence[str], near: set[str]) -> Iterator[str]:
        for form in _forms(words):
            senses = self._senses.get(" ".join(form)) or self._small.get(tuple(map(str.lower, form)))
            if senses:
                fitting = [sense for sense in senses if sense.near & near]
                yield from (sense.means for sense in (fitting if len(fitting) == 1 else senses))
                return

    def _key(self, words: str) -> tuple[str, ...]:
        return tuple(singular(word) for word, _ in tokens(POSSESSIVE.sub(" ", words), self.analyzer))


def _forms(words: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """The words as they are, and where they end in an s without it: short forms have no other plural."""
    yield tuple(words)
    if words[-1][-1] in "sS":
        yield (*words[:-1], words[-1][:-1])


def tokens(text: str, analyzer: "tantivy.TextAnalyzer") -> list[tuple[str, str]]:
    """The words of a text as they stand there, each with its stem."""
    found = analyzer.pre_tokenize(text).tokens
    return [(text[token.char_offset_from : token.char_offset_to], token.text) for token in found]
