"""A query as typed, made into the things it names. Nothing in it is syntax but quotation marks."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from itertools import pairwise, takewhile

from corpus.english import dictionary, singular
from corpus.text import control
from indexer.lexical import Analyzer, make_analyzer
from indexer.name_words import in_capitals, name_form, written_as_name
from service.query.lexicon import POSSESSIVE, Lexicon, Other, Stems, tokens

MAX_LENGTH = 2000
# Words a question is put with: they name nothing that an answer could hold.
_ASKING_WORDS = (
    "what when where which who whom whose why how do does did done has have had having am were been being "
    "should would could can may might must shall i me my you your he him his she her we us our its them "
    "from than so about any each some very just also here there"
)
# Words that join others: prepositions and particles, words of quantity and degree, conjunctions, light verbs. Each is
# rare in reports beside what people type, and would weigh as a word that names something ("pulled off their beat").
# Where one belongs to a term ("stop over", "out of court"), the vocabulary knows the whole.
_JOINING_WORDS = (
    "off up down over under out onto upon across along around round behind below beneath beside besides between beyond "
    "by during inside near outside per since through throughout toward towards until till via within without against "
    "above among amongst before after "
    "both every few less many more most much several own only other others another such all "
    "again already always almost else even ever however instead maybe now often once perhaps quite rather really soon "
    "still too yet well away "
    "although because though unless whereas whether while "
    "get gets got getting go goes going gone went let lets"
)
_ASKING = [*_ASKING_WORDS.split(" "), *_JOINING_WORDS.split(" ")]
PHRASE = re.compile('["“”]([^"“”]+)["“”]')
_JOINED = re.compile(r"[/&.:_–-]")  # marks inside of a number or a reference
_BESIDE = {" ", "-", "‐", "‑"}  # between the parts of a compound
_PROPER = re.compile(r"\d{3,}|(?=\S*[^\W\d_])\S*\d\S*|\S*[a-z]\S*[A-Z]\S*|[A-Z]{2,}[a-z]*")


@dataclass(frozen=True, slots=True)
class Concept:
    """One thing that a query names: its words as typed and in the form of the lexical index, and how often.

    `typed` are those of its words that name something ("stop", "search"), `whole` all of them in their order. `others`
    are the words of the vocabulary that answer it as well, `spellings` may be others for the same, where they occur.

    `absent` tells of a short form that stands nowhere in the index, whose meaning is among `others`.

    With `together`, `typed` has to stand side by side. `name` is a common word that is written as a name ("Prevent",
    "PROtect"), `sure` whether it is one; else the index decides.
    """

    shown: str
    typed: Stems
    whole: Stems
    count: int = 1
    others: tuple[Other, ...] = ()
    spellings: tuple[Other, ...] = ()
    together: bool = False
    name: str = ""
    sure: bool = False
    absent: bool = False

    @property
    def proper(self) -> bool:
        """Whether it is a number, a short form or a name such as ViSOR: what holds it is meant, and nothing else."""
        number = len(self.typed) == 1 and re.fullmatch(r"\d{3,}", self.typed[0])
        return bool(self.together or number or _PROPER.fullmatch(self.shown)) or any(o.meaning for o in self.others)


@dataclass(frozen=True, slots=True)
class Question:
    """`text` is the query, cleaned; `concepts` are what it names, `phrases` what must stand in every answer.

    A phrase is a concept too. `expanded` says whether other words, and short forms that stand for the same, count.
    `exact` is the whole query, where it is several words with a number among them.
    """

    text: str
    concepts: tuple[Concept, ...] = ()
    phrases: tuple[Stems, ...] = ()
    expanded: bool = True
    exact: Stems = ()

    @property
    def proper(self) -> bool:
        """Whether all that is asked for are numbers, short forms and names."""
        return bool(self.concepts) and all(concept.proper for concept in self.concepts)

    @property
    def empty(self) -> bool:
        """Whether nothing was asked at all (as against something without a word in it)."""
        return not self.text


@lru_cache(1_024)  # all that is offered beside the hits cleans the same query
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
    every = lexicon.stems(PHRASE.sub(r"\1", text))
    exact = every if len(every) > 1 and any(stem[0].isdigit() for stem in every) else ()
    return Question(text, _counted(concepts), tuple(quoted), expand, exact)


@dataclass(frozen=True, slots=True)
class _Word:
    """A word of a query: as typed, its stem, whether it names something, and what stands between it and the next.

    `name` is the word where it is written as a name is and is a common word as well, `sure` whether it can be no more
    than the first word of a sentence.
    """

    shown: str
    stem: str
    names: bool
    after: str
    name: str = ""
    sure: bool = False


def _concepts(text: str, lexicon: Lexicon, expand: bool) -> Iterator[Concept]:
    words = _words(text, lexicon)
    near = {form for word in words for form in (word.shown.lower(), singular(word.shown))}
    at = 0
    while at < len(words):
        known = _known(words[at : at + lexicon.longest], lexicon, near) if expand else None
        runs = [known, _reference(words[at:])]
        found = max((run for run in runs if run is not None), key=lambda run: len(run.whole), default=None)
        if found is not None:
            yield found
            at += len(found.whole)
            continue
        word = words[at]
        if word.names:
            spellings = tuple(_spelt(words, at, lexicon)) if expand else ()
            stems = (word.stem,)
            yield Concept(word.shown, stems, stems, spellings=spellings, name=word.name, sure=word.sure)
        at += 1


def _words(text: str, lexicon: Lexicon) -> list[_Word]:
    """The words of a query with what their surroundings tell."""
    found = lexicon.analyzer.tokens(text)
    shown = [text[slice(*token.span)] for token in found]
    after = [text[one.span[1] : two.span[0]] for one, two in pairwise(found)] + [""] * bool(found)
    mixed = any(word.islower() for word in shown)
    words = []
    for at, (token, word) in enumerate(zip(found, shown, strict=True)):
        capitals = in_capitals(word) and (not word.isupper() or mixed or len(shown) == 1)
        common = (capitals or written_as_name(word)) and name_form(word).lower() in dictionary()
        numbered = shown[at + 1 : at + 2] and shown[at + 1].isdigit()
        sure = common and bool(numbered or (mixed and at > 0))
        words.append(_Word(word, token.term, sure or bool(telling(word)), after[at], word if common else "", sure))
    return words


def _reference(words: Sequence[_Word]) -> Concept | None:
    """A number with all that is joined to it (42/118823/19, AR-7), from the first word on."""
    count = 1 + sum(1 for _ in takewhile(lambda word: _JOINED.fullmatch(word.after), words[:-1]))
    run = words[:count]
    if count == 1 or not any(word.stem[:1].isdigit() for word in run):
        return None
    shown = "".join(word.shown + word.after for word in run[:-1]) + run[-1].shown
    stems = tuple(word.stem for word in run)
    return Concept(shown, stems, stems, together=True)


def _known(words: Sequence[_Word], lexicon: Lexicon, near: set[str]) -> Concept | None:
    """The longest run of words, from the first on, that the vocabulary has others for."""
    for length in range(len(words), 0, -1):
        shown = [word.shown for word in words[:length]]
        others = lexicon.others(shown, near)
        if others:
            whole = tuple(word.stem for word in words[:length])
            typed = tuple(word.stem for word in words[:length] if word.names)
            capitals = length == 1 and in_capitals(words[0].name)
            name = words[0].name if capitals else ""
            said = [shown, *([word for word, _ in tokens(other.text, lexicon.analyzer)] for other in others)]
            spellings = tuple(other for run in said for other in lexicon.closed(run))
            return Concept(" ".join(shown), typed or whole, whole, 1, others, spellings, name=name, sure=capitals)
    return None


def _spelt(words: Sequence[_Word], at: int, lexicon: Lexicon) -> Iterator[Other]:
    """A word in two, and as one with the word before it and behind."""
    yield from lexicon.apart(words[at].stem if words[at].stem.isdigit() else words[at].shown)
    for first, second in pairwise(words[max(0, at - 1) : at + 2]):
        if first.after in _BESIDE:
            yield from lexicon.together(first.shown, second.shown, first.after != " ")


@cache
def _content_analyzer() -> Analyzer:
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
