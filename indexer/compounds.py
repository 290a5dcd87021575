"""Compounds that are written as one word here and as two there: found in the passages, not in a list."""

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise

from corpus.english import dictionary, singular

_LETTERS = r"[^\W\d_]"
_HYPHENED = re.compile(rf"(?<![\w-]){_LETTERS}+(?:[-‐‑]{_LETTERS}+)+(?![\w-])")
_WORD = re.compile(rf"(?<![\w-]){_LETTERS}+(?![\w-])")
_PART = 2  # letters of each part, at least, where no hyphen parts them


def compounds(texts: Iterable[str]) -> dict[str, str]:
    """Compounds in small letters as one word, with the words that they are written in as well, in order.

    What is hyphened somewhere is one; so is a word that is not English, where two words that make it stand side by
    side. An English word is none without a hyphen: "into" is not "in to".
    """
    listed = [text.lower() for text in texts]
    words: set[str] = set()
    found: dict[str, str] = {}
    for text in listed:
        words.update(_WORD.findall(text))
        for hyphened in _HYPHENED.findall(text):
            parts = re.split(r"[-‐‑]", hyphened)
            found.setdefault("".join(parts), " ".join(parts))
    cuts = {pair: singular(word) for word in words - dictionary() for pair in _cuts(word, words)}
    for text in listed if cuts else ():
        for pair in _side_by_side(text):
            if pair in cuts:
                found.setdefault(cuts[pair], " ".join(pair))
    return dict(sorted(found.items()))


def _cuts(word: str, words: set[str]) -> Iterator[tuple[str, str]]:
    one = singular(word)
    for at in range(_PART, len(one) - _PART + 1):
        if one[:at] in words and one[at:] in words:
            yield one[:at], one[at:]


def _side_by_side(text: str) -> Iterator[tuple[str, str]]:
    for run in re.findall(rf"{_LETTERS}+(?: {_LETTERS}+)+", text):
        yield from pairwise(run.split(" "))
