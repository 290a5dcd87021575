"""The stores of a generation, written for documents that are parsed.

Whatever module has a part in what is written is imported from here, or from what is: `indexer.program` counts them all.
"""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from corpus.forces import Forces
from corpus.kept import Kept
from corpus.model import Document
from corpus.shelf import Lines
from corpus.vocabulary import Vocabulary
from indexer.cache import cached_encoder
from indexer.canonical import Usage
from indexer.claims import Claims, Hearing
from indexer.clock import Clock
from indexer.column_files import write_columns, write_theme_columns
from indexer.context import placed
from indexer.echo import Echoes
from indexer.embed import Embedded, Pieces, embed
from indexer.folds import Folding, findings_in
from indexer.known_phrases import known_phrases
from indexer.lexical import Fields, write_lexical
from indexer.manifest import COLUMNS, LEXICAL, MAP, PASSAGES, POSTINGS, REFERENCE, TAGS, VECTORS, GenerationError
from indexer.meaning_map import map_of, write_map
from indexer.milvus import Link
from indexer.milvus_source import write_rows
from indexer.postings import PostingsWriter
from indexer.standings import write_shorts, write_standings
from indexer.tables import Known, Written, open_tables, write_tables
from indexer.tags import tag_passages, write_tags
from indexer.vector_index import write_reference, write_vectors
from indexer.wording import Words, wording
from models.encoder import Encoder
from models.theme_model import ThemeModel

Tell = Callable[[int, int], None]
_TELL = 1_000  # documents worked on, or passages cut, between two words of progress


class Walked(Protocol):
    """Documents in order of key, which can be walked again and again, and how many passages they have."""

    def __iter__(self) -> Iterator[Document]: ...

    def __len__(self) -> int: ...

    @property
    def passages(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Given:
    """What documents are written with: known forces, words, and the model that tags them, if any.

    `kept` has what was worked out of documents before.
    """

    forces: Forces
    vocabulary: Vocabulary
    known: Known
    themes: ThemeModel | None
    kept: Kept


def write_stores(
    folder: Path, documents: Walked, given: Given, encoder: Encoder, data: Path, clock: Clock, *, coded: bool = True
) -> Embedded:
    """Write the stores of a generation into `folder`; everything numbers passages from 1 in the order of `documents`.

    The documents are walked several times, and none is in memory longer than it is worked on. What is encoded goes into
    the cache of `data` as well. Many vectors are `coded`, unless they do not stay. Raises GenerationError where no
    document holds a passage.
    """
    if not documents.passages:
        raise GenerationError(
            "There is nothing to index: no document holds a passage. Check the files given to `precedent build`."
        )
    with clock.stage("closure") as tell, cached_encoder(data, encoder) as cached:
        heard = _hear(documents, given, Hearing(encoder, cached), tell)
    with clock.stage("passages") as tell:
        fields = _write_passages(folder, documents, given, heard, tell, data)
    with clock.stage("lexical") as tell:
        with closing(open_tables(folder / PASSAGES)) as tables:
            phrases = known_phrases(given.vocabulary, tables)
        with PostingsWriter(folder / POSTINGS, phrases) as postings:
            write_lexical(folder / LEXICAL, postings.noting(_fields(fields, documents.passages, tell)))
    del fields
    with cached_encoder(data, encoder) as cached:
        with clock.stage("windows") as tell:
            pieces = _cut(documents, Pieces(cached, data), tell)
        with clock.stage("encode") as tell:
            embedded = embed(pieces, cached, data, tell)
    with clock.stage("vectors"), closing(open_tables(folder / PASSAGES)) as tables:
        count, dimension = embedded.vectors.shape
        write_vectors(folder / VECTORS, count, dimension, embedded.batches(), documents.passages, coded=coded)
        write_reference(folder / REFERENCE, embedded.vectors)
        write_map(folder / MAP, map_of(embedded, _read_as(tables)))
    if given.themes:
        write_themes(folder, given.themes, encoder, data, clock, given.kept)
    return embedded


def move_to_milvus(link: Link, data: Path, mark: str, folder: Path, clock: Clock) -> None:
    """Write vectors, words and columns in `folder` to Milvus; vectors are kept there alone.

    Raises MilvusError, and then the generations before are as they were, in Milvus too.
    """
    write_rows(link, data, mark, folder, clock)
    shutil.rmtree(folder / VECTORS)


@dataclass(frozen=True, slots=True)
class _Heard:
    """What is known of all documents before one is written."""

    claims: Claims
    usage: Usage
    words: Words


def _hear(documents: Walked, given: Given, hearing: Hearing, tell: Tell) -> _Heard:
    usage, words = Usage(), Words()
    for document in _told(documents, tell):
        hearing.take(document)
        words.take(wording(document, given.vocabulary, given.kept))
        for text in findings_in(document):
            usage.take(text)
    return _Heard(hearing.claims(), usage, words)


def _write_passages(folder: Path, documents: Walked, given: Given, heard: _Heard, tell: Tell, data: Path) -> Lines:
    """Write passages.sqlite; the fields of the passages are returned, document by document."""
    folding, total = Folding(given.forces, heard.usage, given.kept), 2 * len(documents)
    for document in _told(documents, lambda done, _: tell(done, total)):
        folding.take(document)
    folds, fields = folding.folds(), Lines(data)

    def written() -> Iterator[Written]:
        for document in _told(documents, lambda done, of: tell(of + done, total)):
            worded = wording(document, given.vocabulary, given.kept)
            read = tuple(placed(document, worded.meanings))
            heard.words.look(worded, read)
            fields.put(worded.fields)
            yield Written(document, read, worded.terms)

    echoes = Echoes(folds, given.forces, heard.claims, data)
    write_tables(folder / PASSAGES, written(), folds, echoes, given.known, heard.claims)
    heard.words.write(folder / PASSAGES)
    write_shorts(folder / PASSAGES)
    write_standings(folder / PASSAGES, datetime.now(UTC).date())
    with closing(open_tables(folder / PASSAGES)) as tables:
        write_columns(folder / COLUMNS, tables)
    return fields


def _fields(documents: Lines, total: int, tell: Tell) -> Iterator[Fields]:
    """What is indexed of passages 1, 2, 3, …"""
    for number, own in enumerate(own for document in documents for own in document):
        if number % _TELL == 0:
            tell(number, total)
        yield Fields(*own)


def _cut(documents: Walked, pieces: Pieces, tell: Tell) -> Pieces:
    """The pieces of all passages."""
    number = 0
    for document in documents:
        for passage in placed(document, [()] * len(document.passages)):
            if number % _TELL == 0:
                tell(number, documents.passages)
            pieces.take(passage)
            number += 1
    return pieces


def _read_as(tables: sqlite3.Connection) -> Iterator[str]:
    """The texts of passages 1, 2, 3, …, each after the words that introduce it."""
    rows = "SELECT i.text, p.text FROM passages p LEFT JOIN passages i ON i.id = p.parent ORDER BY p.id"
    return (f"{lead} {text}" if lead else text for lead, text in tables.execute(rows))


def _told(documents: Walked, tell: Tell) -> Iterator[Document]:
    for number, document in enumerate(documents):
        if number % _TELL == 0:
            tell(number, len(documents))
        yield document


def write_themes(folder: Path, themes: ThemeModel, encoder: Encoder, data: Path, clock: Clock, kept: Kept) -> None:
    """Write what a model says of the passages that stand in `folder`."""
    with (
        clock.stage("themes") as tell,
        closing(open_tables(folder / PASSAGES)) as tables,
        cached_encoder(data, encoder) as cached,
    ):
        write_tags(folder / TAGS, themes, tag_passages(tables, themes, cached, tell, kept))
        with closing(open_tables(folder / TAGS)) as tags:
            write_theme_columns(folder / COLUMNS, tables, tags)
