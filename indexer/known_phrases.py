"""The phrases that questions ask for beside what is typed: those of the vocabulary, and those that documents explain.

A build knows them, and writes them among the words of `postings.py`, so that nobody has to collect their passages.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise

from corpus.vocabulary import Vocabulary
from indexer.lexical import make_analyzer

Stems = tuple[str, ...]

_TOLD = "SELECT means FROM shorts UNION SELECT apart FROM compounds"


def known_phrases(vocabulary: Vocabulary, tables: sqlite3.Connection) -> list[Stems]:
    """All that are two words or more, each once, in the form of the lexical index.

    `tables` is passages.sqlite with its short forms and compounds.
    """
    analyzer = make_analyzer()
    said = [*vocabulary.senses, *(sense.means for senses in vocabulary.senses.values() for sense in senses)]
    said += [*vocabulary.finds, *(other for others in vocabulary.finds.values() for other in others)]
    said += [row[0] for row in tables.execute(_TOLD)]
    found = dict.fromkeys(tuple(analyzer.analyze(text)) for text in said)
    return sorted(stems for stems in found if len(stems) > 1)


def written(stems: Stems) -> str:
    """A phrase as one term: no word has a space in it."""
    return " ".join(stems)


class Phrasing:
    """Finds some phrases in texts whose words are numbered; phrases have numbers as well, by `number`."""

    def __init__(self, phrases: Iterable[Stems], number: Callable[[str], int]) -> None:
        self.words: dict[int, tuple[int, ...]] = {}
        self._begun: defaultdict[tuple[int, int], list[tuple[list[int], int]]] = defaultdict(list)
        for stems in dict.fromkeys(phrases):
            words = tuple(map(number, stems))
            phrase = number(written(stems))
            self.words[phrase] = words
            self._begun[words[0], words[1]].append((list(words), phrase))
        self._begun.default_factory = None

    def within(self, words: Sequence[int]) -> Iterator[int]:
        """The phrases of a text, each as often as it stands there."""
        begun = self._begun
        for at, pair in enumerate(pairwise(words)):
            if pair in begun:
                for whole, phrase in begun[pair]:
                    if words[at : at + len(whole)] == whole:
                        yield phrase
