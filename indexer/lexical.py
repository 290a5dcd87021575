"""The lexical index of a generation: tantivy, passages by their words."""

import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from indexer.context import Placed

if TYPE_CHECKING:
    import tantivy

TEXT, ALL, MEANT = "text", "all", "meant"
# Postings are held in memory up to this many bytes and then flushed as a segment: enough for one segment
# of some million passages. It is a ceiling, not an allocation.
_HEAP = 1_000_000_000


def make_analyzer(*, stop: bool = False, without: Sequence[str] = ()) -> "tantivy.TextAnalyzer":
    """The one way from text to terms, for passages and for queries: lower case, unaccented, stemmed.

    With `stop`, English words that name nothing are left out, and those of `without`, which are in lower case.
    """
    from tantivy import Filter, TextAnalyzerBuilder, Tokenizer

    # Words are left out before they are stemmed: the lists are of whole words.
    left_out = (Filter.stopword("english"), Filter.custom_stopword(list(without))) if stop else ()
    builder = TextAnalyzerBuilder(Tokenizer.simple())
    for step in (Filter.lowercase(), Filter.ascii_fold(), *left_out, Filter.stemmer("english")):
        builder = builder.filter(step)
    return builder.build()


def write_lexical(folder: Path, passages: Iterable[Placed]) -> None:
    """Write passages 1, 2, 3, … as a new index into `folder`, which is made.

    The field TEXT holds a passage's own words; ALL also its headings and the words that introduce it; MEANT what its
    short forms stand for. No phrase runs from one part into the next.
    """
    import tantivy

    schema = tantivy.SchemaBuilder()
    schema.add_unsigned_field("id", stored=True, indexed=True, fast=True)
    schema.add_text_field(TEXT, tokenizer_name="precedent")
    schema.add_text_field(ALL, tokenizer_name="precedent")
    schema.add_text_field(MEANT, tokenizer_name="precedent")
    folder.mkdir()
    index = tantivy.Index(schema.build(), path=str(folder))
    index.register_tokenizer("precedent", make_analyzer())
    try:
        _fill(index, passages)
    except ValueError as error:  # all that tantivy raises, a full disk included
        raise OSError(f"the lexical index could not be written ({error})") from error
    for path in folder.iterdir():
        if path.suffix == ".lock":
            path.unlink()
        else:
            path.chmod(0o644)  # tantivy keeps meta.json to its owner, and another user may be the one who serves


def _fill(index: "tantivy.Index", passages: Iterable[Placed]) -> None:
    import tantivy

    writer = index.writer(heap_size=_HEAP, num_threads=1)  # two threads gave unstable order
    for number, placed in enumerate(passages, start=1):
        document = tantivy.Document()  # filled field by field: its keywords would make `id` a signed integer
        document.add_unsigned("id", number)
        document.add_text(TEXT, placed.passage.text)
        for part in read_with(placed):
            document.add_text(ALL, part)
        for _, means in placed.meanings:
            document.add_text(MEANT, means)
        writer.add_document(document)
    writer.commit()
    writer.wait_merging_threads()


def read_with(placed: Placed) -> tuple[str, ...]:
    """A passage's text and what it is read with, part by part."""
    return (*placed.headings, placed.lead, placed.passage.text)


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
    index.register_tokenizer("precedent", make_analyzer())
    return index
