"""Terms that name a label, found in a text: plural or singular, hyphenated or not, short forms as capitals only."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

_WORD = re.compile(r"\w+(?:['’]\w+)*")


@dataclass(frozen=True)
class Terms:
    """The terms of each label, in the order of the labels."""

    of_labels: tuple[tuple[str, ...], ...]

    @cached_property
    def _known(self) -> dict[str, list[tuple[tuple[str, ...], tuple[bool, ...], int]]]:
        """By first word: the words of each term, which of them have to be capitals, and the label's number."""
        known: dict[str, list[tuple[tuple[str, ...], tuple[bool, ...], int]]] = {}
        for label, terms in enumerate(self.of_labels):
            found = [tuple(_WORD.findall(term)) for term in terms]
            for plain, capitals in dict.fromkeys((tuple(map(_singular, w)), tuple(map(_capitals, w))) for w in found):
                if plain:
                    known.setdefault(plain[0], []).append((plain, capitals, label))
        return known

    def counts(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """How often terms of each label stand in each text; shape (texts, labels)."""
        found = np.zeros((len(texts), len(self.of_labels)), np.float32)
        if self._known:
            for row, text in enumerate(texts):
                for label in self._found(text):
                    found[row, label] += 1
        return found

    def _found(self, text: str) -> Iterator[int]:
        words = _WORD.findall(text)
        plain = [_singular(word) for word in words]
        for start, word in enumerate(plain):
            for term, capitals, label in self._known.get(word, ()):
                end = start + len(term)
                if tuple(plain[start:end]) == term and all(
                    _capitals(said) for said, needed in zip(words[start:end], capitals, strict=True) if needed
                ):
                    yield label


def _capitals(word: str) -> bool:
    return word.removesuffix("s").isupper() and len(word) > 1


def _singular(word: str) -> str:
    if word.endswith("s") and word[:-1].isalpha() and word[:-1].isupper():  # PCs
        return word[:-1].lower()
    word = word.lower().removesuffix("'s").removesuffix("’s")
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("ches", "shes", "sses", "xes")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith("ss") and len(word) > 3 else word
