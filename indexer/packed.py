"""Canonical forms of all findings of a collection in little memory: each once, as the numbers of its words."""

from array import array
from collections.abc import Iterator
from hashlib import blake2b

from indexer.canonical import Form


def digest(text: str) -> int:
    """64 bits by which texts are told apart; two of a million are alike once in 37 million collections."""
    return int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")


def long_digest(text: str) -> bytes:
    """128 bits by which texts are told apart, for good."""
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


class Forms:
    """Distinct forms by number, from 0, in the order in which they came."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._words: list[str] = []
        self._packed: dict[bytes, int] = {}
        self._forms: list[bytes] = []

    def add(self, form: Form) -> int:
        """The number of a form, new or known."""
        packed = array("I", map(self._number, (*form.keys, *form.words))).tobytes()
        number = self._packed.setdefault(packed, len(self._forms))
        if number == len(self._forms):
            self._forms.append(packed)
        return number

    def __len__(self) -> int:
        return len(self._forms)

    def __getitem__(self, number: int) -> Form:
        words = [self._words[at] for at in array("I", self._forms[number])]
        half = len(words) // 2
        return Form(tuple(words[:half]), tuple(words[half:]))

    def __iter__(self) -> Iterator[Form]:
        return (self[number] for number in range(len(self)))

    def _number(self, word: str) -> int:
        number = self._numbers.setdefault(word, len(self._words))
        if number == len(self._words):
            self._words.append(word)
        return number
