"""A query as typed, made into words to look for. Nothing in it is syntax but quotation marks."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import tantivy

MAX_LENGTH = 2000
# Words a question is put with name nothing that an answer must contain. They still count in BM25, where they
# weigh little; left out there, partial matches gained too much (judged queries: nDCG@10 .468 -> .433).
_ASKING_WORDS = (
    "what when where which who whom whose why how do does did done has have had having am were been being "
    "should would could can may might must shall i me my you your he him his she her we us our its them "
    "from than so about any each some very just also here there"
)
_ASKING = _ASKING_WORDS.split(" ")
_PHRASE = re.compile('["“”]([^"“”]+)["“”]')
_POSSESSIVE = re.compile(r"['’]s\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Question:
    """`text` is what is encoded; `words` and `phrases` are the concepts that an answer may contain.

    All are in the form of the lexical index (lower case, stemmed). `tokens` are what is scored: the
    words inside and outside quotation marks, and those that the question is put with.
    """

    text: str
    tokens: tuple[str, ...]
    words: tuple[str, ...]
    phrases: tuple[tuple[str, ...], ...]

    @property
    def empty(self) -> bool:
        """Whether nothing was asked at all (as against something without a word in it)."""
        return not self.text

    @property
    def shown(self) -> tuple[str, ...]:
        """The tokens to mark in a hit: those that name something, not those that the question is put with."""
        return _once([*self.words, *(token for phrase in self.phrases for token in phrase)])


def clean(query: str) -> str:
    """The query without control characters and with single spaces."""
    kept = "".join(" " if c.isspace() else c for c in query if c.isspace() or not control(c))
    return " ".join(kept.split())


def understand(query: str, analyzer: "tantivy.TextAnalyzer") -> Question:
    """Words and quoted phrases of a query, through the analyzer that the passages went through.

    Common words are left out unless the query has no other; inside quotation marks they count.
    """
    text = clean(query)
    plain = _POSSESSIVE.sub(" ", text)
    phrases = tuple(dict.fromkeys(tuple(analyzer.analyze(phrase)) for phrase in _PHRASE.findall(text)))
    phrases = tuple(phrase for phrase in phrases if phrase)
    words = _once(_content_analyzer(_ASKING).analyze(_POSSESSIVE.sub(" ", _PHRASE.sub(" ", text))))
    single = [phrase[0] for phrase in phrases if len(phrase) == 1]
    tokens = _once([*_content_analyzer([]).analyze(plain), *single]) or _once(analyzer.analyze(plain))
    return Question(text, tokens, words if words or phrases else tokens, phrases)


def _content_analyzer(without: list[str]) -> "tantivy.TextAnalyzer":
    # The chain of the lexical index, with common words taken out before stemming: the list is of whole words.
    from tantivy import Filter, TextAnalyzerBuilder, Tokenizer

    chain = TextAnalyzerBuilder(Tokenizer.simple())
    for step in (Filter.lowercase(), Filter.ascii_fold(), Filter.stopword("english"), Filter.custom_stopword(without)):
        chain = chain.filter(step)
    return chain.filter(Filter.stemmer("english")).build()


def control(character: str) -> bool:
    """Whether a character is a control character or half of one."""
    return unicodedata.category(character) in {"Cc", "Cs"}


def _once(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(words))
