"""The vocabulary as a query looks it up: which words of it answer what was typed."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType

from corpus.english import dictionary, singular
from corpus.vocabulary import Sense, Vocabulary
from indexer.lexical import Analyzer

MAX_ALSO = 12  # other words for one concept: each is a search of its own
# How much a word of the vocabulary counts where a typed one counts 1, in BM25 and in coverage. Five judged sets,
# nDCG@10: .5 -> .598, .7 -> .604, .85 -> .611, 1 -> .611 with public sets lower.
OTHER = 0.85
_PART = 2  # letters of a part of a compound, at least
POSSESSIVE = re.compile(r"['’]s\b", re.IGNORECASE)

Stems = tuple[str, ...]
"""Words in the form of the lexical index: lower case, unaccented, stemmed."""


@dataclass(frozen=True, slots=True)
class Other:
    """Other words that answer what was typed.

    `meaning`: they spell out a short form that was typed; `spelt`: they are what was typed, in another spelling.
    """

    text: str
    stems: Stems
    meaning: bool
    spelt: bool = False


class Lexicon:
    """A vocabulary in a form to look up words as they are typed. Safe to share between threads.

    Words are compared in small letters and in the singular, not by their stems: to the stemmer an operator is
    operating. `compounds` are those of the index: written as one word, and the words that they are written in too.
    """

    def __init__(
        self, vocabulary: Vocabulary, analyzer: Analyzer, compounds: Mapping[str, str] = MappingProxyType({})
    ) -> None:
        self.analyzer = analyzer
        self._compounds = compounds
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
        listed = list(self._spelled_out(self._found(words, meanings)))
        if not listed:
            return ()
        found: dict[Stems, Other] = {}
        own = self.stems(" ".join(words))
        for text in listed:
            stems = self.stems(text)
            if stems and stems != own:
                found.setdefault(stems, Other(text, stems, text in meanings))
        return tuple(found.values())[:MAX_ALSO]

    def stems(self, words: str) -> Stems:
        """Words in the form of the lexical index."""
        return tuple(self.analyzer.analyze(words))

    def apart(self, word: str) -> Iterator[Other]:
        """A compound that was typed as one word, in the words it may be made of; a number, in thousands.

        Where the index writes it apart it is so made; else, if it is not English, it may be made of any two that are.
        """
        small = word.lower()
        known = self._compounds.get(small) or self._compounds.get(singular(small))
        if known:
            texts = [known]
        elif re.fullmatch(r"\d{4,6}", small):
            texts = [f"{small[:-3]} {small[-3:]}"]
        elif small.isalpha() and small not in dictionary():
            cuts = [(small[:at], small[at:]) for at in range(_PART, len(small) - _PART + 1)]
            texts = [" ".join(cut) for cut in cuts if dictionary().issuperset(cut)]
        else:
            texts = []
        yield from (Other(text, self.stems(text), False, spelt=True) for text in texts)

    def together(self, first: str, second: str, hyphen: bool) -> Iterator[Other]:
        """Two words that were typed side by side, as one: with a hyphen, or where that is no other English word."""
        one = f"{first}{second}".lower()
        number = re.fullmatch(r"\d{1,3}", first) and re.fullmatch(r"\d{3}", second)
        letters = one.isalpha() and min(len(first), len(second)) >= _PART
        known = one in self._compounds or singular(one) in self._compounds
        if number or (one.isalpha() and (hyphen or known)) or (letters and one not in dictionary()):
            yield Other(one, self.stems(one), False, spelt=True)

    def closed(self, words: Sequence[str]) -> Iterator[Other]:
        """Several words with two of them as one."""
        for at, (first, second) in enumerate(pairwise(words)):
            for one in self.together(first, second, hyphen=False):
                text = " ".join([*words[:at], one.text, *words[at + 2 :]])
                yield Other(text, self.stems(text), False, spelt=True)

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


def tokens(text: str, analyzer: Analyzer) -> list[tuple[str, str]]:
    """The words of a text as they stand there, each with its stem."""
    return [(text[slice(*token.span)], token.term) for token in analyzer.tokens(text)]
