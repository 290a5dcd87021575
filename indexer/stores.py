"""The stores of a generation, written for documents that are parsed.

Whatever module has a part in what is written is imported from here, or from what is: `indexer.program` counts them all.
"""

import shutil
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from corpus.forces import Forces
from corpus.kept import Kept
from corpus.model import Document
from corpus.vocabulary import Vocabulary
from indexer.cache import cached_encoder
from indexer.claims import claims_of
from indexer.clock import Clock
from indexer.column_files import write_columns, write_theme_columns
from indexer.context import placed
from indexer.embed import Embedded, embed, pieces_of
from indexer.lexical import write_lexical
from indexer.manifest import COLUMNS, LEXICAL, MAP, PASSAGES, POSTINGS, REFERENCE, TAGS, VECTORS, GenerationError
from indexer.meaning_map import map_of, write_map
from indexer.milvus import Link
from indexer.milvus_source import write_rows
from indexer.postings import PostingsWriter
from indexer.standings import write_shorts, write_standings
from indexer.tables import Known, open_tables, write_tables
from indexer.tags import tag_passages, write_tags
from indexer.vector_index import write_reference, write_vectors
from indexer.wording import wording, write_wording
from models.encoder import Encoder
from models.theme_model import ThemeModel


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
    folder: Path, documents: list[Document], given: Given, encoder: Encoder, data: Path, clock: Clock
) -> Embedded:
    """Write the stores of a generation into `folder`; everything numbers passages from 1 in the order of `documents`.

    What is encoded goes into the cache of `data` as well. Raises GenerationError where no document holds a passage.
    """
    kept = given.kept
    with clock.stage("passages"):
        worded = [wording(document, given.vocabulary, kept) for document in documents]
        read = [tuple(placed(document, words.meanings)) for document, words in zip(documents, worded, strict=True)]
    if not any(read):
        raise GenerationError(
            "There is nothing to index: no document holds a passage. Check the files given to `precedent build`."
        )
    with clock.stage("closure") as tell, cached_encoder(data, encoder) as cached:
        claims = claims_of(documents, encoder, cached, tell)
    with clock.stage("passages"):
        write_tables(folder / PASSAGES, documents, given.forces, given.known, kept, claims)
        write_wording(folder / PASSAGES, worded, read)
        write_shorts(folder / PASSAGES)
        write_standings(folder / PASSAGES, datetime.now(UTC).date())
        with closing(open_tables(folder / PASSAGES)) as tables:
            write_columns(folder / COLUMNS, tables)
    with clock.stage("lexical"):
        with PostingsWriter(folder / POSTINGS) as postings:
            every = (fields for words in worded for fields in words.fields)
            write_lexical(folder / LEXICAL, postings.noting(every))
        del worded  # as large as all texts together
    with clock.stage("windows") as tell:
        pieces = pieces_of([one for own in read for one in own], encoder, tell)
    with clock.stage("encode") as tell, cached_encoder(data, encoder) as cached:
        embedded = embed(pieces, cached, tell)
    with clock.stage("vectors"):
        count, dimension = embedded.vectors.shape
        batch = iter([(embedded.ids, embedded.vectors)])
        write_vectors(folder / VECTORS, count, dimension, batch, passages=len(pieces))
        write_reference(folder / REFERENCE, embedded.vectors)
        write_map(folder / MAP, map_of(embedded, [one.text for own in read for one in own]))
    if given.themes:
        write_themes(folder, given.themes, encoder, data, clock, kept)
    return embedded


def move_to_milvus(link: Link, data: Path, mark: str, folder: Path, clock: Clock) -> None:
    """Write vectors, words and columns in `folder` to Milvus; vectors are kept there alone.

    Raises MilvusError, and then the generations before are as they were, in Milvus too.
    """
    write_rows(link, data, mark, folder, clock)
    shutil.rmtree(folder / VECTORS)


def write_themes(folder: Path, themes: ThemeModel, encoder: Encoder, data: Path, clock: Clock, kept: Kept) -> None:
    """Write what a model says of the passages that stand in `folder`."""
    with clock.stage("themes") as tell, closing(open_tables(folder / PASSAGES)) as tables:
        with cached_encoder(data, encoder) as cached:
            tagged = tag_passages(tables, themes, cached, tell, kept)
        write_tags(folder / TAGS, themes, tagged)
        with closing(open_tables(folder / TAGS)) as tags:
            write_theme_columns(folder / COLUMNS, tables, tags)
