"""A query as typed, made into the things it names. Nothing in it is syntax but quotation marks."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

from corpus.english import singular
from indexer.lexical import make_analyzer
from service.lexicon import POSSESSIVE, Lexicon, Other, Stems, tokens

if TYPE_CHECKING:
    import tantivy

MAX_LENGTH = 2000
# Words a question is put with: they name nothing that an answer could hold.
_ASKING_WORDS = (
    "what when where which who whom whose why how do does did done has have had having am were been being "
    "should would could can may might must shall i me my you your he him his she her we us our its them "
    "from than so about any each some very just also here there"
)
_ASKING = _ASKING_WORDS.split(" ")
PHRASE = re.compile('["“”]([^"“”]+)["“”]')
_PROPER = re.compile(r"\d{3,}|(?=\S*[^\W\d_])\S*\d\S*|\S*[a-z]\S*[A-Z]\S*|[A-Z]{2,}s?")


@dataclass(frozen=True, slots=True)
class Concept:
    """One thing that a query names: its words as typed and in the form of the lexical index, and how often.

    `typed` are those of its words that name something ("stop", "search"), `whole` all of them in their order. `others`
    are the words of the vocabulary that answer it as well.
    """

    shown: str
    typed: Stems
    whole: Stems
    count: int = 1
    others: tuple[Other, ...] = ()

    @property
    def proper(self) -> bool:
        """Whether it is a number, a short form or a name such as ViSOR: what holds it is meant, and nothing else."""
        return bool(_PROPER.fullmatch(self.shown)) or any(other.meaning for other in self.others)


@dataclass(frozen=True, slots=True)
class Question:
    """`text` is the query, cleaned; `concepts` are what it names, `phrases` what must stand in every answer.

    A phrase is a concept too. `expanded` says whether other words, and short forms that stand for the same, count.
    """

    text: str
    concepts: tuple[Concept, ...] = ()
    phrases: tuple[Stems, ...] = ()
    expanded: bool = True

    @property
    def proper(self) -> bool:
        """Whether all that is asked for are numbers, short forms and names."""
        return bool(self.concepts) and all(concept.proper for concept in self.concepts)

    @property
    def empty(self) -> bool:
        """Whether nothing was asked at all (as against something without a word in it)."""
        return not self.text


def clean(query: str) -> str:
    """The query without control characters and with single spaces."""
    kept = "".join(" " if c.isspace() else c for c in query if c.isspace() or not control(c))
    return " ".join(kept.split())


def understand(query: str, lexicon: Lexicon, *, expand: bool = True) -> Question:
    """What a query names: concepts outside quotation marks, and the phrases inside them.

    Common words, and those that a question is put with, name nothing; inside quotation marks they count, and nothing
    stands for them. Runs of words that the vocabulary knows are one concept, the longest first; without `expand` it
    knows none.
    """
    text = clean(query)
    quoted = {lexicon.stems(phrase): phrase for phrase in PHRASE.findall(text)}
    quoted.pop((), None)
    plain = POSSESSIVE.sub(" ", PHRASE.sub(" ", text))
    concepts = [*_concepts(plain, lexicon, expand), *(Concept(shown, stems, stems) for stems, shown in quoted.items())]
    return Question(text, _counted(concepts), tuple(quoted), expand)


def _concepts(text: str, lexicon: Lexicon, expand: bool) -> Iterator[Concept]:
    words = tokens(text, lexicon.analyzer)
    near = {form for word, _ in words for form in (word.lower(), singular(word))}
    at = 0
    while at < len(words):
        known = _known(words[at : at + lexicon.longest], lexicon, near) if expand else None
        if known is not None:
            yield known
            at += len(known.whole)
            continue
        word, stem = words[at]
        if _names(word):
            yield Concept(word, (stem,), (stem,))
        at += 1


def _known(words: Sequence[tuple[str, str]], lexicon: Lexicon, near: set[str]) -> Concept | None:
    """The longest run of words, from the first on, that the vocabulary has others for."""
    for length in range(len(words), 0, -1):
        shown = [word for word, _ in words[:length]]
        others = lexicon.others(shown, near)
        if others:
            whole = tuple(stem for _, stem in words[:length])
            typed = tuple(stem for word, stem in words[:length] if _names(word))
            return Concept(" ".join(shown), typed or whole, whole, 1, others)
    return None


@cache
def _content_analyzer() -> "tantivy.TextAnalyzer":
    return make_analyzer(stop=True, without=_ASKING)


def telling(text: str) -> list[str]:
    """The words of a text that name something, in the form of the lexical index."""
    return list(_content_analyzer().analyze(text))


def _names(word: str) -> bool:
    """Whether a word names something, as against words that a sentence or a question is put together with."""
    return bool(telling(word))


def _counted(concepts: Sequence[Concept]) -> tuple[Concept, ...]:
    """Each concept once, with the number of times it is named."""
    first: dict[Stems, Concept] = {}
    for concept in concepts:
        known = first.get(concept.whole)
        first[concept.whole] = replace(known, count=known.count + 1) if known else concept
    return tuple(first.values())


def control(character: str) -> bool:
    """Whether a character is a control character or half of one."""
    return unicodedata.category(character) in {"Cc", "Cs"}
