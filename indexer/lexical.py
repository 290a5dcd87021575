"""The lexical index of a generation: tantivy, passages by their words."""

import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from corpus.figures import figures
from corpus.text import Span
from indexer.context import Placed
from indexer.name_words import certain_names, written_as_name

if TYPE_CHECKING:
    import tantivy

TEXT, ALL, MEANT, NAMES, WRITTEN = "text", "all", "meant", "names", "written"
_FIELDS = {TEXT: "precedent", ALL: "precedent", MEANT: "precedent", NAMES: "names", WRITTEN: "written"}
_WORD = re.compile(r"[^\W\d_]+")
# Postings are held in memory up to this many bytes and then flushed as a segment: enough for one segment
# of some million passages. It is a ceiling, not an allocation.
_HEAP = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Token:
    """A word of a text, or a figure in its one spelling: where it stands, and its term."""

    span: Span
    term: str


class Analyzer:
    """The one way from text to terms, for passages and for queries. Safe to share between threads."""

    def __init__(self, analyzer: "tantivy.TextAnalyzer") -> None:
        self._analyzer = analyzer

    def analyze(self, text: str) -> list[str]:
        """The terms of a text, in order."""
        return list(self._analyzer.analyze(plain(text)))

    def tokens(self, text: str) -> list[Token]:
        """The terms of a text with their places in it."""
        found: list[Token] = []
        at = 0
        for (start, end), spelt in [*figures(text), ((len(text), len(text)), "")]:
            between = self._analyzer.pre_tokenize(text[at:start]).tokens
            found += [Token((at + t.char_offset_from, at + (t.char_offset_to or 0)), t.text) for t in between]
            found += [Token((start, end), term) for term in self._analyzer.analyze(spelt)]
            at = end
        return found


@lru_cache(2048)  # headings stand over many passages
def plain(text: str) -> str:
    """A text with its figures in their one spelling."""
    return "".join(_plain(text))


def _plain(text: str) -> Iterator[str]:
    at = 0
    for (start, end), spelt in figures(text):
        yield f"{text[at:start]} {spelt} "
        at = end
    yield text[at:]


def make_analyzer(*, stop: bool = False, without: Sequence[str] = ()) -> Analyzer:
    """An analyzer: figures in one spelling, lower case, unaccented, stemmed.

    With `stop`, English words that name nothing are left out, and those of `without`, which are in lower case.
    """
    # Words are left out before they are stemmed: the lists are of whole words.
    from tantivy import Filter

    left_out = (Filter.stopword("english"), Filter.custom_stopword(list(without))) if stop else ()
    return Analyzer(_steps(*left_out, Filter.stemmer("english")))


def _steps(*more: "tantivy.Filter") -> "tantivy.TextAnalyzer":
    from tantivy import Filter, TextAnalyzerBuilder, Tokenizer

    builder = TextAnalyzerBuilder(Tokenizer.simple())
    for step in (Filter.lowercase(), Filter.ascii_fold(), *more):
        builder = builder.filter(step)
    return builder.build()


def _tokenizers() -> dict[str, "tantivy.TextAnalyzer"]:
    from tantivy import Filter, TextAnalyzerBuilder, Tokenizer

    written = TextAnalyzerBuilder(Tokenizer.simple()).build()
    return {"precedent": _steps(Filter.stemmer("english")), "names": _steps(), "written": written}


def field_analyzers() -> dict[str, "tantivy.TextAnalyzer"]:
    """What makes terms of the texts of each field."""
    known = _tokenizers()
    return {field: known[name] for field, name in _FIELDS.items()}


def _register(index: "tantivy.Index") -> None:
    for name, tokenizer in _tokenizers().items():
        index.register_tokenizer(name, tokenizer)


def name_term(word: str) -> str:
    """A name in the form of the field NAMES: not stemmed."""
    return "".join(_names().analyze(word))


@cache
def _names() -> "tantivy.TextAnalyzer":
    return _steps()


class Fields(NamedTuple):
    """What is indexed of a passage: the parts it is read with, the text last, the names in each, and meanings.

    `written` are those words of the parts that are surely names and could be common words.
    """

    parts: Sequence[str]
    names: Sequence[str]
    meant: Sequence[str]
    written: Sequence[str]


def fields_of(placed: Placed) -> Fields:
    """What is indexed of a passage, figures in one spelling: headings, words that introduce it, text."""
    parts = (*placed.headings, placed.lead, placed.passage.text)
    names = [" ".join(filter(written_as_name, _WORD.findall(part))) for part in parts]
    written = sorted({name for part in parts for name in certain_names(part)})
    return Fields([plain(part) for part in parts], names, [plain(means) for _, means in placed.meanings], written)


def write_lexical(folder: Path, passages: Iterable[Fields]) -> None:
    """Write passages 1, 2, 3, … as a new index into `folder`, which is made.

    The field TEXT holds a passage's own words; ALL also its headings and the words that introduce it; MEANT what its
    short forms stand for; NAMES those words of ALL that are written as names, unstemmed; WRITTEN those that are surely
    names, with their capitals. No phrase runs from one part into the next.
    """
    import tantivy

    schema = tantivy.SchemaBuilder()
    schema.add_unsigned_field("id", stored=True, indexed=True, fast=True)
    for field, tokenizer in _FIELDS.items():
        schema.add_text_field(field, tokenizer_name=tokenizer)
    folder.mkdir()
    index = tantivy.Index(schema.build(), path=str(folder))
    _register(index)
    try:
        _fill(index, passages)
    except ValueError as error:  # all that tantivy raises, a full disk included
        raise OSError(f"the lexical index could not be written ({error})") from error
    for path in folder.iterdir():
        if path.suffix == ".lock":
            path.unlink()
        else:
            path.chmod(0o644)  # tantivy keeps meta.json to its owner, and another user may be the one who serves


def _fill(index: "tantivy.Index", passages: Iterable[Fields]) -> None:
    import tantivy

    writer = index.writer(heap_size=_HEAP, num_threads=1)  # two threads gave unstable order
    for number, (parts, names, meant, written) in enumerate(passages, start=1):
        document = tantivy.Document()  # filled field by field: its keywords would make `id` a signed integer
        document.add_unsigned("id", number)
        document.add_text(TEXT, parts[-1])
        for field, texts in ((ALL, parts), (NAMES, names), (MEANT, meant), (WRITTEN, written)):
            for text in texts:
                document.add_text(field, text)
        writer.add_document(document)
    writer.commit()
    writer.wait_merging_threads()


def open_lexical(folder: Path) -> "tantivy.Index":
    """Open the index in `folder` for searching, from several threads. Raises ValueError if damaged.

    Nothing is written into `folder`, and searches go on when it is deleted.
    """
    import tantivy

    # tantivy makes a lock file where it opens an index, so it is shown the files elsewhere. It maps them into
    # memory at once and needs the links no longer. A thread of its own may soon come back to lock and look for
    # changes: with the folder renamed it finds nothing, and cannot make a file in what is being removed.
    with tempfile.TemporaryDirectory(prefix="precedent-") as room:
        links = Path(room, "links")
        links.mkdir()
        for path in folder.iterdir():
            if path.suffix != ".lock":
                links.joinpath(path.name).symlink_to(path.resolve())
        index = tantivy.Index.open(str(links))
        links.rename(links.with_name("done"))
    _register(index)
    return index
