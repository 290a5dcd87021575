"""Words that are surely names by how they are written: PROtect, ACT, and Prevent inside a sentence."""

import re
import unicodedata
from collections.abc import Iterator, Sequence

from corpus.english import dictionary

_WORD = re.compile(r"[^\W\d_]+")
# Of the words of a text so many have to be in small letters for a capital in it to tell anything: a heading has fewer.
_PROSE = 0.7
_RUN = 3  # words in capitals, one behind the other: that is shouting
_OPENS = re.compile(r"(?:^|[.!?:;•▪–—\n*-])[\s'\"‘’“”(\[]*$")
_BEFORE = 12  # characters before a word that tell whether a sentence begins with it


def written_as_name(word: str) -> bool:
    """Whether a word is written as a name is: with a capital, then in small letters."""
    return word[:1].isupper() and word[1:].islower()


def in_capitals(word: str) -> bool:
    """Whether a word has two capitals or more, as PROtect, ViSOR and ACT do."""
    return sum(map(str.isupper, word)) > 1


def name_form(word: str) -> str:
    """A name in the form in which it is looked up: capitals as they are, no accents, no plural behind capitals."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c))
    return plain[:-1] if plain[-1:] == "s" and len(plain) > 2 and plain[:-1].isupper() else plain


def certain_names(text: str) -> list[str]:
    """The words of a text that are surely names and could be common words as well, as `name_form` has them.

    They have two capitals or more, or a capital where no sentence begins and no other capital stands beside. In a
    heading or a text in capitals nothing is sure.
    """
    found = list(_WORD.finditer(text))
    words = [match[0] for match in found]
    small = sum(map(str.islower, words))
    if not small:
        return []
    prose = small >= _PROSE * len(words)
    return [
        name_form(word)
        for at, word in enumerate(words)
        if not word.islower()
        and name_form(word).lower() in dictionary()
        and (not _shouted(words, at) if in_capitals(word) else prose and _alone(text, found, at))
    ]


def _shouted(words: Sequence[str], at: int) -> bool:
    """Whether a word is one of several in capitals."""
    run = 1 + sum(1 for _ in _caps(words[at + 1 :])) + sum(1 for _ in _caps(words[:at][::-1]))
    return run >= _RUN and words[at].isupper()


def _caps(words: Sequence[str]) -> Iterator[str]:
    for word in words[:_RUN]:
        if not (len(word) > 1 and word.isupper()):
            return
        yield word


def _alone(text: str, found: Sequence[re.Match[str]], at: int) -> bool:
    """Whether a word with a capital begins no sentence and has no other such word right beside it."""
    here = found[at]
    if not written_as_name(here[0]) or _OPENS.search(text[max(0, here.start() - _BEFORE) : here.start()]):
        return False
    beside = [found[place] for place in (at - 1, at + 1) if 0 <= place < len(found)]
    return not any(_joined(text, here, other) and other[0][:1].isupper() for other in beside)


def _joined(text: str, one: re.Match[str], other: re.Match[str]) -> bool:
    first, second = sorted((one, other), key=re.Match.start)
    return text[first.end() : second.start()] in (" ", "-", "’", "'")
