"""Slips of the keyboard and of character recognition: a word that is none, where a like text has one a letter away."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import product

import numpy as np

from corpus.english import dictionary
from indexer.canonical import SLIP_LETTERS, Form
from indexer.packed import Forms, digest

KNOWN_FROM = 3  # texts of a collection in which a word has to stand to be one, though no dictionary has it
WORDS_A_SLIP = 6  # of a text, at least, for each slip in it
_ALIKE = (("rn", "m"), ("cl", "d"), ("vv", "w"))


def repaired(forms: Forms) -> dict[int, str]:
    """The forms with slips by their numbers, each with what it is without them, all in one.

    Where a form has a word that is none, and a form that is otherwise alike has a known one there a slip away, and all
    such have the same one, that is what was meant.
    """
    seen = _seen(forms)
    found: dict[int, str] = {}
    for numbers in _alike(forms):
        blocks: dict[tuple[str, ...], dict[Form, int]] = defaultdict(dict)
        for number in numbers:
            form = forms[number]
            blocks[skeleton(form)][form] = number
        for block in blocks.values():
            if len({form.keys for form in block}) > 1:
                found.update((block[form], fixed.joined) for form, fixed in _repair(list(block), seen))
    return found


def skeleton(form: Form) -> tuple[str, ...]:
    """The keys, with no more than the first letter of each word that might hold a slip."""
    return tuple(k[0] if len(k) >= SLIP_LETTERS - 1 and k.isalpha() else k for k in form.keys)


def _alike(forms: Forms) -> Iterator[list[int]]:
    """The numbers of forms with one skeleton, where there are several."""
    marks = np.array([digest("\n".join(skeleton(form))) for form in forms], np.uint64)
    order = np.argsort(marks, kind="stable")
    ends = np.flatnonzero(np.diff(marks[order])) + 1
    return (group.tolist() for group in np.split(order, ends) if len(group) > 1)


def _seen(forms: Forms) -> Counter[str]:
    """In how many texts each word stands that no dictionary has; texts that differ in print alone are one."""
    last: dict[int, int] = {}
    for number, form in enumerate(forms):
        one = digest(form.joined)
        if (before := last.setdefault(one, number)) != number and forms[before].words < form.words:
            last[one] = number
    known = dictionary()
    return Counter(word for number in last.values() for word in set(forms[number].words) if word not in known)


def _repair(block: Sequence[Form], seen: Mapping[str, int]) -> Iterator[tuple[Form, Form]]:
    def known(word: str) -> bool:
        return word in dictionary() or seen.get(word, 0) >= KNOWN_FROM

    unsure = {at for form in block for at, word in enumerate(form.words) if word and not known(word)}
    meant: dict[int, dict[str, set[tuple[str, str]]]] = {at: defaultdict(set) for at in unsure}
    for at, form in product(unsure, block):
        if (word := form.words[at]) and known(word):
            for trace in _traces(word):
                meant[at][trace].add((word, form.keys[at]))
    for form in block:
        keys, slips = list(form.keys), 0
        for at, word in enumerate(form.words):
            if word and not known(word):
                likely = {pair for trace in _traces(word) for pair in meant[at].get(trace, ())}
                candidates = {key for other, key in likely if is_slip(word, other)}
                if len(candidates) == 1:
                    keys[at], slips = candidates.pop(), slips + 1
        if 0 < slips <= len(keys) // WORDS_A_SLIP:
            yield form, Form(tuple(keys), form.words)


def _traces(word: str) -> set[str]:
    """What two words a slip apart have one of in common: with any letter left out, or letters that print alike as one.

    After Garbe's symmetric delete spelling correction (2012).
    """
    return {word} | {word[:at] + word[at + 1 :] for at in range(len(word))} | {word.replace(*a) for a in _ALIKE}


def is_slip(one: str, other: str) -> bool:
    """Whether two words that begin alike differ by one letter (Damerau's four errors) or by letters that print alike.

    A difference at the very end is no slip: there the words of one stem differ ("detainee", "detainer").
    """
    if one == other or one[0] != other[0] or one[:-1] in (other, other[:-1]) or one == other[:-1]:
        return False
    if any(one.replace(*alike) == other.replace(*alike) for alike in _ALIKE):
        return True
    start = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    a, b = one[start:], other[start:]
    swapped = len(a) > 1 and len(b) > 1 and a[:2] == b[1::-1] and a[2:] == b[2:]
    return swapped or a[1:] == b[1:] or a[1:] == b or a == b[1:]
