"""Hyphens at the ends of lines, and soft ones: which belong to the word, and which only divide it."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise

from corpus.english import frequencies

SOFT = "\u00ad"
_LETTERS = r"[^\W\d_]+"
_FIRST = re.compile(_LETTERS)
_BROKEN = re.compile(rf"(?<![^\W\d_])({_LETTERS})[-{SOFT}]$")
_WORD = re.compile(rf"{_LETTERS}(?:-{_LETTERS})*")
_INSIDE = re.compile(rf"(?<![^\W\d_]){_LETTERS}(?:{SOFT}{_LETTERS})+")
_HANGING = ("and", "or", "to")  # "pre- and post-"
_PREFIXES = frozenset(["anti", "bi", "co", "ex", "inter", "intra", "mid", "multi", "non", "post", "pre", "re", "semi"])
_APART = frozenset(["multi", "non", "self"])  # what they begin is written with a hyphen
_RARE = 0.01  # a whole word this much rarer than its halves is seldom meant: "prepublication"


class Hyphens:
    """Whether a hyphen belongs to its word: the document's own words decide, then the list of English words."""

    def __init__(self, texts: Sequence[str]) -> None:
        broken = [(above, below) for above, below in pairwise(texts) if above[-1:] in "-\u00ad" and below[:1].islower()]
        soft = any(SOFT in text for text in texts)
        self._words = _words(texts) if broken or soft else Counter[str]()
        self._divides = any(self._clear(*_halves(above, below)) for above, below in broken)

    def join(self, above: str, below: str) -> str:
        """`above` and `below`, two lines or two halves of one, as one line."""
        if not above[-2:-1].isalnum() or above[-1] not in ("-", "–", SOFT):
            return f"{above} {below}"
        if above[-1] == "–":  # "2024–" above "25"
            return above + below
        follows = _FIRST.match(below)
        if follows and follows[0] in _HANGING and above[-1] == "-":
            return f"{above} {below}"
        divided = self._divided(*_halves(above, below), soft=above[-1] == SOFT)
        return above[:-1] + ("" if divided else "-") + below

    def spelled(self, text: str) -> str:
        """`text` without soft hyphens but at its end: the word is whole, or has a hyphen."""
        if SOFT not in text:
            return text
        whole = _INSIDE.sub(self._softly, text)
        return whole[:-1].replace(SOFT, "") + whole[-1:]

    def _softly(self, word: re.Match[str]) -> str:
        one, *others = word[0].split(SOFT)
        divided = len(others) > 1 or self._divided(one, others[0], soft=True)
        return ("" if divided else "-").join((one, *others))

    def _divided(self, one: str, other: str, *, soft: bool) -> bool:
        if len(one) < 2 or not other or (other[0].isupper() and not one.isupper()):
            return False
        whole, parted = self._counts(one, other)
        if whole or parted:
            return whole > parted
        return self._clear(one, other) or ((soft or self._divides) and self._usual(one, other))

    def _counts(self, one: str, other: str) -> tuple[int, int]:
        """How often the document writes the word whole, and how often with a hyphen."""
        return self._words[(one + other).casefold()], self._words[f"{one}-{other}".casefold()]

    def _clear(self, one: str, other: str) -> bool:
        """Whether only the whole can be a word: the document has it whole, or one of the halves is none."""
        if len(one) < 2 or not other:
            return False
        whole, parted = self._counts(one, other)
        if whole or parted:
            return whole > parted
        return not (self._known(one) or one.casefold() in _PREFIXES) or not self._known(other)

    def _known(self, part: str) -> bool:
        return part.casefold() in frequencies() or self._words[part.casefold()] > 0

    @staticmethod
    def _usual(one: str, other: str) -> bool:
        """Whether the whole is an English word that is not far rarer than the rarer of its halves."""
        one, other = one.casefold(), other.casefold()
        listed = frequencies()
        halves = [listed[half] for half in (one, other) if half in listed]
        return one not in _APART and listed.get(one + other, 0) > _RARE * min(halves, default=0)


def _halves(above: str, below: str) -> tuple[str, str]:
    broken, follows = _BROKEN.search(above), _FIRST.match(below)
    return broken[1] if broken else "", follows[0] if follows else ""


def _words(texts: Iterable[str]) -> Counter[str]:
    """How often each word stands inside a line; halves of words at the ends of lines are none."""
    words: Counter[str] = Counter()
    broken = False
    for text in texts:
        ends = text[-1:] in ("-", SOFT)
        plain = text.casefold().rstrip(SOFT)
        if SOFT in plain:
            plain = " ".join(word for word in plain.split() if SOFT not in word)
        found = _WORD.findall(plain)[1 if broken else 0 :]
        broken = ends
        words.update(found[:-1] if ends else found)
        words.update(part for word in found if "-" in word for part in word.split("-"))
    return words
