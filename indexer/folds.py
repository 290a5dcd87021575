"""Folds: which passages say the same, though they were printed differently or name another force.

Exact, and made of keys alone: texts of one canonical form are one fold. No text is compared with every other, so the
time grows with their number, and "says the same" holds from any text of a fold to any other. Every rule errs towards
two folds: a fold too many is a hit too many, a false one hides a recommendation.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product

from corpus.english import dictionary
from corpus.forces import Forces
from corpus.kept import Kept, recalled
from corpus.model import Document
from corpus.vocabulary import load_vocabulary
from indexer.canonical import SLIP_LETTERS, Form, Reading, compounds, expansions, print_form

KNOWN_FROM = 3  # texts of a collection in which a word has to stand to be one, though no dictionary has it
WORDS_A_SLIP = 6  # of a text, at least, for each slip in it


@dataclass(frozen=True, slots=True)
class _Saying:
    """A text to fold: that of passage `number`, to the force with slug `force`, so many lead-ins deep in a list."""

    text: str
    number: int = 0
    force: str | None = None
    depth: int = 0


def fold_ids(documents: Sequence[Document], forces: Forces, kept: Kept | None = None) -> list[int]:
    """For every passage of `documents`, numbered from 1 in their order, the smallest number in its fold.

    Findings fold with findings of all documents, other passages within their document, comments never. A list item
    says the same only under the same lead-in, a lead-in only before the same items. `forces` are the known ones. What
    folds within a document is taken from `kept` where it is known.
    """
    folds: list[int] = []
    everywhere: list[_Saying] = []
    for document in documents:
        own: list[_Saying] = []
        for passage, (text, depth) in zip(document.passages, _wholes(document), strict=True):
            folds.append(number := len(folds) + 1)
            if passage.kind != "comment":
                found = everywhere if passage.finding is not None and passage.kind != "glossary" else own
                found.append(_Saying(text, number, document.force, depth))
        _enter(folds, own, _within(own, forces, kept))
    _enter(folds, everywhere, _folded(everywhere, forces, framed=True))
    return folds


def _within(sayings: Sequence[_Saying], forces: Forces, kept: Kept | None) -> list[int]:
    """As `_folded`, for the passages of one document that are no findings."""
    if len(sayings) < 2:
        return list(range(len(sayings)))
    asked = json.dumps([(saying.text, saying.force, saying.depth) for saying in sayings])
    return list(recalled(kept, "folds", asked, lambda: _folded(sayings, forces, framed=False)))


def finding_folds(documents: Sequence[Document], folds: Sequence[int]) -> list[int]:
    """For every finding of `documents`, numbered from 1 in their order, the smallest number of those that ask the same.

    Two findings do where the passages that ask are, by `folds`, the same ones in all; what a document says around
    them does not count.
    """
    first_of: dict[tuple[str, frozenset[int]], int] = {}
    found: list[int] = []
    passed = 0
    for document in documents:
        asking: list[set[int]] = [set() for _ in document.findings]
        for at, passage in enumerate(document.passages, start=passed):
            if passage.finding is not None and passage.kind == document.findings[passage.finding].kind:
                asking[passage.finding].add(folds[at])
        passed += len(document.passages)
        for finding, said in zip(document.findings, asking, strict=True):
            number = len(found) + 1
            found.append(first_of.setdefault((finding.kind, frozenset(said)), number) if said else number)
    return found


def folded(texts: Sequence[str], forces: Forces) -> list[int]:
    """For each of `texts`, taken as findings of an unknown force, the index of the first text that says the same.

    `forces` are the known ones: for texts of an index, those that it was built with.
    """
    return _folded([_Saying(text) for text in texts], forces, framed=True)


def _enter(folds: list[int], sayings: Sequence[_Saying], firsts: Sequence[int]) -> None:
    for saying, first in zip(sayings, firsts, strict=True):
        folds[saying.number - 1] = sayings[first].number


def _wholes(document: Document) -> Iterator[tuple[str, int]]:
    """Each passage under all its lead-ins and, where it is one itself, with all its items; and how many lead-ins.

    "The force should:" says nothing by itself, and an item may ask under one lead-in for what another forbids.
    """
    passages = document.passages
    above: list[tuple[int, ...]] = []
    lines = [[passage.text] for passage in passages]
    for at, passage in enumerate(passages):
        above.append(() if passage.parent is None else (*above[passage.parent], passage.parent))
        if passage.kind != "comment":
            for lead in above[at]:
                lines[lead].append(passage.text)
    for leads, own in zip(above, lines, strict=True):
        yield "\n".join([*(passages[lead].text for lead in leads), *own]), len(leads)


def _folded(sayings: Sequence[_Saying], forces: Forces, *, framed: bool) -> list[int]:
    """For each saying the index of the first of its fold; `framed` ones may have labels and sources around them."""
    texts = [saying.text for saying in sayings]
    reading = Reading(forces, _trade() | expansions(texts), compounds(texts), framed)
    forms = [reading.form(saying.text, saying.force) for saying in sayings]
    repaired = _repaired(forms)
    first_of: dict[tuple[int, str], int] = {}
    root = list(range(len(sayings)))
    for at, (saying, form) in enumerate(zip(sayings, forms, strict=True)):
        # What differs in capitals and stops alone is the same, whatever the capitals made of it: hence both keys.
        printed = print_form(saying.text)
        for key in (f"print {printed}", f"words {repaired.get(form, form).joined}") if printed and form.keys else ():
            one, other = _root(root, first_of.setdefault((saying.depth, key), at)), _root(root, at)
            root[max(one, other)] = min(one, other)
    return [_root(root, at) for at in range(len(sayings))]


def _root(root: list[int], at: int) -> int:
    while root[at] != at:
        root[at] = at = root[root[at]]
    return at


@cache
def _trade() -> dict[str, str]:
    """What short forms stand for in the trade, where they have one meaning."""
    senses = load_vocabulary().senses
    return {short: known[0].means.casefold() for short, known in senses.items() if len(known) == 1 and len(short) > 2}


# --- slips of the keyboard and of character recognition

_ALIKE = (("rn", "m"), ("cl", "d"), ("vv", "w"))


def _repaired(forms: Iterable[Form]) -> dict[Form, Form]:
    """The forms with slips, each with its form without them.

    Where a form has a word that is none, and a form that is otherwise alike has a known one there a slip away, and all
    such have the same one, that is what was meant.
    """
    distinct = {form.joined: form for form in sorted(set(forms), key=lambda form: form.words)}
    seen = Counter(word for form in distinct.values() for word in set(form.words))
    blocks: dict[tuple[str, ...], list[Form]] = defaultdict(list)
    for form in set(forms):
        blocks[_skeleton(form)].append(form)
    return {
        form: repaired
        for block in blocks.values()
        if len({form.keys for form in block}) > 1
        for form, repaired in _repair(block, seen)
    }


def _skeleton(form: Form) -> tuple[str, ...]:
    """The keys, with no more than the first letter of each word that might hold a slip."""
    return tuple(k[0] if len(k) >= SLIP_LETTERS - 1 and k.isalpha() else k for k in form.keys)


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
