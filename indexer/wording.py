"""What is worked out of the words of a document: what is indexed, how much it says, and what its short forms mean."""

import re
import sqlite3
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

from corpus.acronyms import Meaning, meanings
from corpus.kept import Kept, recalled
from corpus.model import Document
from corpus.vocabulary import Vocabulary
from indexer.compounds import Compounds, Spelt, spelt
from indexer.context import Placed, placed
from indexer.lexical import Analyzer, Fields, fields_of, make_analyzer

_WORD = re.compile(r"[^\W\d_]{4,}")


@dataclass(frozen=True, slots=True)
class Wording:
    """What was worked out of the words of a document.

    Passage by passage the `meanings` of the short forms in it, the `fields` that are indexed, and in `terms` how many
    terms it has that say something; in `words` of how many passages a word of some length is part, and how it is
    `spelt`.
    """

    meanings: Sequence[Sequence[Meaning]]
    fields: Sequence[Fields]
    terms: Sequence[int]
    words: Mapping[str, int]
    spelt: Spelt


def wording(document: Document, vocabulary: Vocabulary, kept: Kept | None = None) -> Wording:
    """The wording of a document; what `kept` knows is not worked out again."""
    found = recalled(kept, "wording", repr(document), lambda: asdict(_wording(document, vocabulary)))
    known = [[(short, means) for short, means in own] for own in found["meanings"]]
    fields = [Fields(*own) for own in found["fields"]]
    return Wording(known, fields, found["terms"], found["words"], Spelt(**found["spelt"]))


def _wording(document: Document, vocabulary: Vocabulary) -> Wording:
    known = meanings(document, vocabulary)
    passages = list(placed(document, known))
    texts = list(map(_read, passages))
    return Wording(
        meanings=known,
        fields=list(map(fields_of, passages)),
        terms=[len(_content().analyze(one.passage.text)) for one in passages],
        words=dict(Counter(word for text in texts for word in set(_WORD.findall(text.lower())))),
        spelt=spelt(texts),
    )


@cache
def _content() -> Analyzer:
    return make_analyzer(stop=True)


def _read(passage: Placed) -> str:
    return " \n".join([passage.text, *passage.headings])


class Words:
    """The words of all documents, taken in one by one: in how many passages each is, and which are compounds."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._compounds = Compounds()

    def take(self, document: Wording) -> None:
        """Take in a document."""
        self._counts.update(document.words)
        self._compounds.take(document.spelt)

    def look(self, document: Wording, passages: Sequence[Placed]) -> None:
        """Look at a document again, in the same order, once all are taken in."""
        self._compounds.look(document.spelt, lambda: map(_read, passages))

    def write(self, path: Path) -> None:
        """Add the tables `words` and `compounds` to the database at `path`."""
        with closing(sqlite3.connect(path)) as database, database:
            database.executemany("INSERT INTO words VALUES (?, ?)", sorted(self._counts.items()))
            database.executemany("INSERT INTO compounds VALUES (?, ?)", self._compounds.found().items())
