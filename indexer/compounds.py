"""Compounds that are written as one word here and as two there: found in the passages, not in a list."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from corpus.english import dictionary, singular

_LETTERS = r"[^\W\d_]"
_HYPHENED = re.compile(rf"(?<![\w-]){_LETTERS}+(?:[-‐‑]{_LETTERS}+)+(?![\w-])")
_WORD = re.compile(rf"(?<![\w-]){_LETTERS}+(?![\w-])")
_LETTERED = re.compile(rf"{_LETTERS}+")
Pair = tuple[str, str]
_PART = 2  # letters of each part, at least, where no hyphen parts them


@dataclass(frozen=True, slots=True)
class Spelt:
    """How a document writes its words, in small letters: those that stand by themselves, those that `touch` a hyphen or
    a digit, and what is hyphened by what it is as one word.

    The first two are strings with spaces between, which take a tenth of the memory of sets.
    """

    words: str
    touch: str
    hyphened: Mapping[str, str]


def spelt(texts: Iterable[str]) -> Spelt:
    """How the texts of a document write their words."""
    words: set[str] = set()
    lettered: set[str] = set()
    hyphened: dict[str, str] = {}
    for text in map(str.lower, texts):
        words.update(_WORD.findall(text))
        lettered.update(_LETTERED.findall(text))
        for found in _HYPHENED.findall(text):
            parts = re.split(r"[-‐‑]", found)
            hyphened.setdefault("".join(parts), " ".join(parts))
    return Spelt(" ".join(sorted(words)), " ".join(sorted(lettered - words)), hyphened)


class Compounds:
    """Compounds in small letters as one word, with the words that they are written in as well.

    What is hyphened somewhere is one; so is a word that is not English, where two words that make it stand side by
    side. An English word is none without a hyphen: "into" is not "in to". Documents are taken in one by one, and looked
    at again in the same order once all are.
    """

    def __init__(self) -> None:
        self._words: set[str] = set()
        self._found: dict[str, str] = {}
        self._cuts: dict[Pair, str] | None = None
        self._seconds: dict[str, list[str]] = {}

    def take(self, document: Spelt) -> None:
        """Take in how a document writes its words."""
        self._words.update(document.words.split())
        for word, parted in document.hyphened.items():
            self._found.setdefault(word, parted)

    def look(self, document: Spelt, texts: Callable[[], Iterable[str]]) -> None:
        """Look for words side by side in the texts of a document, which are asked for only where it has both words."""
        cuts = self._all_cuts()
        here = {*document.words.split(), *document.touch.split()}
        likely = {
            (first, second)
            for first in here & self._seconds.keys()
            for second in self._seconds[first]
            if second in here
        }
        if likely:
            for pair in _beside("\n".join(texts()).lower(), likely):
                self._found.setdefault(cuts[pair], " ".join(pair))

    def found(self) -> dict[str, str]:
        """The compounds of all documents, in order."""
        return dict(sorted(self._found.items()))

    def _all_cuts(self) -> dict[Pair, str]:
        """By two words of the collection the one that they make, which no dictionary has."""
        if self._cuts is None:
            words = self._words
            self._cuts = {pair: singular(word) for word in words - dictionary() for pair in _cuts(word, words)}
            for first, second in self._cuts:
                self._seconds.setdefault(first, []).append(second)
        return self._cuts


def _cuts(word: str, words: set[str]) -> Iterator[Pair]:
    one = singular(word)
    for at in range(_PART, len(one) - _PART + 1):
        if one[:at] in words and one[at:] in words:
            yield one[:at], one[at:]


def _beside(text: str, likely: set[Pair]) -> Iterator[Pair]:
    """Those of the pairs that stand side by side in a text, in its order."""
    if not any(" ".join(pair) in text for pair in likely):
        return
    for run in re.findall(rf"{_LETTERS}+(?: {_LETTERS}+)+", text):
        yield from (pair for pair in pairwise(run.split(" ")) if pair in likely)
