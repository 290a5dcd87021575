"""Folds: which passages say the same, though they were printed differently or name another force.

Exact, and made of keys alone: texts of one canonical form are one fold. No text is compared with every other, so the
time grows with their number, and "says the same" holds from any text of a fold to any other. Every rule errs towards
two folds: a fold too many is a hit too many, a false one hides a recommendation.

Documents are taken in one by one, and none of their texts is kept: of a finding there remain digests, and its form once
for all that have it.
"""

import json
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from corpus.forces import Forces
from corpus.kept import Kept, recalled
from corpus.model import Document
from corpus.vocabulary import load_vocabulary
from indexer.canonical import Reading, Usage, print_form
from indexer.packed import Forms, long_digest
from indexer.slips import repaired

_DIGEST = 16  # bytes
_NONE = -1  # the form of a text without words: it says the same as no other


@dataclass(frozen=True, slots=True)
class _Saying:
    """A text to fold: that of passage `number`, to the force with slug `force`, so many lead-ins deep in a list.

    `everywhere` tells whether it folds with texts of other documents.
    """

    text: str
    number: int = 0
    force: str | None = None
    depth: int = 0
    everywhere: bool = True


@dataclass(frozen=True, slots=True)
class Folds:
    """For each passage and each finding, numbered from 1, the smallest number of those that say, or ask, the same.

    `shared` are those of the findings' numbers that stand for findings of several documents.
    """

    passages: Sequence[int]
    findings: Sequence[int]
    shared: frozenset[int]


def findings_in(document: Document) -> Iterator[str]:
    """The texts of a document that fold with those of other documents."""
    return (saying.text for saying in _sayings(document, 0) if saying.everywhere)


class Folding:
    """Folds documents that are taken in one by one, in their order.

    Findings fold with findings of all documents, other passages within their document, comments never. A list item
    says the same only under the same lead-in, a lead-in only before the same items. `forces` are the known ones, and
    `usage` has taken in what `findings_in` all documents gives. What folds within a document is taken from `kept`
    where it is known.
    """

    def __init__(self, forces: Forces, usage: Usage, kept: Kept | None = None) -> None:
        self._forces, self._kept = forces, kept
        self._folds = array("q")
        self._everywhere, self._numbers = _Texts(_reading(forces, usage, framed=True)), array("q")
        self._asking = _Asking()

    def take(self, document: Document) -> None:
        """Take in the next document."""
        first = len(self._folds) + 1
        self._folds.extend(range(first, first + len(document.passages)))
        own: list[_Saying] = []
        for saying in _sayings(document, first):
            if saying.everywhere:
                self._everywhere.take(saying)
                self._numbers.append(saying.number)
            else:
                own.append(saying)
        for saying, at in zip(own, self._within(own), strict=True):
            self._folds[saying.number - 1] = own[at].number
        self._asking.take(document, first)

    def folds(self) -> Folds:
        """The folds of all that was taken in."""
        for number, at in zip(self._numbers, self._everywhere.firsts(), strict=True):
            self._folds[number - 1] = self._numbers[at]
        return Folds(self._folds, *self._asking.folds(self._folds))

    def _within(self, sayings: Sequence[_Saying]) -> Sequence[int]:
        """For each passage of one document that is no finding, the index of the first that says the same."""
        if len(sayings) < 2:
            return range(len(sayings))
        asked = json.dumps([(saying.text, saying.force, saying.depth) for saying in sayings])
        found = recalled(self._kept, "folds", asked, lambda: _folded(sayings, self._forces, framed=False))
        return list(found)


def folded(texts: Sequence[str], forces: Forces) -> list[int]:
    """For each of `texts`, taken as findings of an unknown force, the index of the first text that says the same.

    `forces` are the known ones: for texts of an index, those that it was built with.
    """
    return _folded([_Saying(text) for text in texts], forces, framed=True)


def _sayings(document: Document, first: int) -> Iterator[_Saying]:
    """What folds of a document, whose passages are numbered from `first`."""
    for number, (passage, (text, depth)) in enumerate(zip(document.passages, _wholes(document), strict=True), first):
        if passage.kind != "comment":
            everywhere = passage.finding is not None and passage.kind != "glossary"
            yield _Saying(text, number, document.force, depth, everywhere)


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
    usage = Usage()
    for saying in sayings:
        usage.take(saying.text)
    texts = _Texts(_reading(forces, usage, framed=framed))
    for saying in sayings:
        texts.take(saying)
    return list(texts.firsts())


def _reading(forces: Forces, usage: Usage, *, framed: bool) -> Reading:
    return Reading(forces, _trade() | usage.expansions, usage.compounds, framed)


class _Texts:
    """Texts taken in one by one to be folded: of each the number of its form, its depth, and a digest of its print."""

    def __init__(self, reading: Reading) -> None:
        self._reading, self._forms = reading, Forms()
        self._of, self._depths, self._prints = array("i"), array("i"), bytearray()

    def take(self, saying: _Saying) -> None:
        form = self._reading.form(saying.text, saying.force)
        printed = print_form(saying.text)
        self._of.append(self._forms.add(form) if printed and form.keys else _NONE)
        self._depths.append(saying.depth)
        self._prints += long_digest(f"print {saying.depth} {printed}")

    def firsts(self) -> "array[int]":
        """For each text the index of the first of its fold."""
        known = repaired(self._forms)
        meant = {number: long_digest(f"words {joined}") for number, joined in known.items()}
        first_of: dict[bytes, int] = {}
        root = array("q", range(len(self._of)))
        for at, (number, depth) in enumerate(zip(self._of, self._depths, strict=True)):
            if number == _NONE:
                continue
            if (words := meant.get(number)) is None:
                words = meant[number] = long_digest(f"words {self._forms[number].joined}")
            # What differs in capitals and stops alone is the same, whatever the capitals made of it: hence both keys.
            printed = bytes(self._prints[at * _DIGEST : (at + 1) * _DIGEST])
            for key in (printed, words + depth.to_bytes(2, "little")):
                one, other = _root(root, first_of.setdefault(key, at)), _root(root, at)
                root[max(one, other)] = min(one, other)
        for at in range(len(root)):
            root[at] = _root(root, at)
        return root


class _Asking:
    """What the findings of documents ask: of each its kind, its document, and the passages that ask."""

    def __init__(self) -> None:
        self._kinds: list[str] = []
        self._documents, self._ends, self._passages = array("i"), array("q"), array("q")

    def take(self, document: Document, first: int) -> None:
        asking: list[list[int]] = [[] for _ in document.findings]
        for number, passage in enumerate(document.passages, first) if asking else ():
            if passage.finding is not None and passage.kind == document.findings[passage.finding].kind:
                asking[passage.finding].append(number)
        at = self._documents[-1] + 1 if self._documents else 0
        for finding, own in zip(document.findings, asking, strict=True):
            self._kinds.append(finding.kind)
            self._documents.append(at)
            self._passages.extend(own)
            self._ends.append(len(self._passages))

    def folds(self, passages: Sequence[int]) -> "tuple[array[int], frozenset[int]]":
        """For each finding the smallest number of those that ask the same, and which of these are of several documents.

        Two findings do where the passages that ask are, by their folds in `passages`, the same ones in all; what a
        document says around them does not count.
        """
        first_of: dict[bytes, int] = {}
        found, shared, start = array("q"), set(), 0
        for number, (kind, end) in enumerate(zip(self._kinds, self._ends, strict=True), start=1):
            said = sorted({passages[own - 1] for own in self._passages[start:end]})
            start = end
            first = first_of.setdefault(long_digest(f"{kind} {said}"), number) if said else number
            found.append(first)
            if self._documents[first - 1] != self._documents[number - 1]:
                shared.add(first)
        return found, frozenset(shared)


def _root(root: "array[int]", at: int) -> int:
    while root[at] != at:
        root[at] = at = root[root[at]]
    return at


@cache
def _trade() -> dict[str, str]:
    """What short forms stand for in the trade, where they have one meaning."""
    senses = load_vocabulary().senses
    return {short: known[0].means.casefold() for short, known in senses.items() if len(known) == 1 and len(short) > 2}
