"""What the short forms in a document stand for there: by its own words, its glossary, and then the trade's."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from corpus.english import singular
from corpus.model import Document, Passage
from corpus.vocabulary import Sense, Vocabulary

_WORD = re.compile(r"[^\W_][\w&/+-]*")
_BRACKETED = re.compile(r"\(([A-Z][A-Za-z&]{1,9}?)s?\)")
_SMALL = {"and", "of", "the", "for", "in", "to", "on", "a", "at", "with", "by"}

Meaning = tuple[str, str]
"""A short form as printed, and what it stands for."""


def meanings(document: Document, vocabulary: Vocabulary) -> list[tuple[Meaning, ...]]:
    """For each passage of `document` the meanings of the short forms in it, each once, in the order of the text.

    Where the text spells a form out with the short one in brackets, that holds for the document. Else of the
    glossary's meaning and the vocabulary's the one that the text itself uses; else the glossary's; else the only one
    of the vocabulary, or of several the one whose `near` words stand most in the passage, then in the document.
    What stays open has no meaning.
    """
    own = _own(document, vocabulary)
    spread: Counter[str] | None = None
    found = []
    for passage in document.passages:
        resolved: dict[str, str] = {}
        for short in shorts_in(passage.text, own.keys() | vocabulary.senses.keys()):
            if short in resolved:
                continue
            means = own.get(short)
            if means is None:
                senses = vocabulary.senses[short]
                if len(senses) > 1 and spread is None:
                    spread = Counter(word for p in document.passages for word in _standing(p.text))
                means = _fitting(senses, _near(document, passage), spread or Counter())
            if means is not None:
                resolved[short] = means
        found.append(tuple(resolved.items()))
    return found


def shorts_in(text: str, known: "Mapping[str, object] | set[str]") -> Iterator[str]:
    """The short forms of `known` that stand in a text as words of their own, a plural's s aside."""
    for match in _WORD.finditer(text):
        yield from _shorts_of(match[0], known)


def _shorts_of(word: str, known: "Mapping[str, object] | set[str]") -> Iterator[str]:
    """The word where it is a short form, else those that it is joined of: A&E, FCR/PND, DV-trained."""
    for form in (word, word[:-1] if word.endswith("s") else word):
        if form in known:
            yield form
            return
    joint = next((joint for joint in "/+&-" if joint in word), None)
    for part in word.split(joint) if joint else ():
        yield from _shorts_of(part, known)


def spelled_out(text: str) -> dict[str, str]:
    """Short forms that a text gives in brackets after their words: "force information room (FIR)".

    After Schwartz and Hearst (2003), strictly: the words' initials have to be its letters, small words aside.
    """
    found: dict[str, str] = {}
    for match in _BRACKETED.finditer(text):
        letters = [letter.lower() for letter in match[1] if letter.isalpha()]
        before = text[max(0, match.start() - 160) : match.start()]
        words = re.findall(r"[^\W_][\w'’]*|[.;:()]", before)
        for length in range(len(letters), min(len(letters) + 4, len(words)) + 1):
            chosen = words[-length:]
            initials = [word[0].lower() for word in chosen]
            large = [word[0].lower() for word in chosen if word.lower() not in _SMALL]
            if letters in (initials, large) and chosen[0].lower() not in _SMALL:
                found.setdefault(match[1], " ".join(chosen).lower())
                break
    return found


def _own(document: Document, vocabulary: Vocabulary) -> dict[str, str]:
    """The meanings that the document itself settles."""
    texts = [passage.text for passage in document.passages if passage.kind != "glossary"]
    body = "\n".join(texts)
    plain = f" {' '.join(_words(body))} "

    def used(means: str) -> int:
        return plain.count(f" {' '.join(_words(means))} ")

    own = {}
    for entry in document.glossary:
        candidates = [entry.meaning, *(sense.means for sense in vocabulary.senses.get(entry.term, ()))]
        own[entry.term] = max(candidates, key=used)  # the first of equals, so the glossary's where none is used
    return own | spelled_out(body)


def _fitting(senses: Sequence[Sense], near: set[str], spread: Mapping[str, int]) -> str | None:
    if len(senses) == 1:
        return senses[0].means
    here = [len(sense.near & near) for sense in senses]
    anywhere = [sum(spread.get(word, 0) for word in sense.near) for sense in senses]
    for weights in (here, anywhere):
        ranked = sorted(zip(weights, (sense.means for sense in senses), strict=True), reverse=True)
        if ranked[0][0] > ranked[1][0]:
            return ranked[0][1]
    return None


def _near(document: Document, passage: Passage) -> set[str]:
    parent = document.passages[passage.parent].text if passage.parent is not None else ""
    return set(_standing(" ".join([passage.text, parent, document.title, *document.sections[passage.section]])))


def _standing(text: str) -> Iterator[str]:
    """The words of a text, and in the singular those that are in the plural, as `near` words are."""
    for word in _words(text):
        yield word
        if (one := singular(word)) != word:
            yield one


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.lower())
