"""A generation as the engine holds it: opened once, with all that questions need in memory."""

import re
import sqlite3
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from corpus.model import CorpusError
from indexer.generation import COLUMNS, FORCES, VOCABULARY, Generation, GenerationError, open_generation
from indexer.milvus import Link
from indexer.theme_store import open_model
from models.encoder import ModelError
from service.memory.asked_sentences import AskedSentences
from service.memory.facets import Columns, Facet, open_columns
from service.memory.finding_index import Register
from service.memory.phrases import Phrases
from service.memory.spelling import Spelling
from service.memory.strength import SIMILAR, Strength, load_strength
from service.memory.theme_tags import Tags, overlaid, read_tags, with_tags
from service.memory.word_index import WordIndex
from service.query.lexicon import Lexicon
from service.state.corrections import Corrected
from service.state.vocabulary_entries import NOTHING_TAUGHT, Taught, toml_of

if TYPE_CHECKING:
    from corpus.forces import Forces
    from corpus.vocabulary import Vocabulary
    from models.encoder import Encoder
    from models.theme_model import ThemeModel


@dataclass(frozen=True, slots=True)
class Opened:
    """What a request holds to its end: one generation, and what was made of it. Safe to share between threads.

    `assigned` is the facet of themes without corrections, `asked` fills as pages on forces are asked for. `vocabulary`
    is that of the files, `taught` what people added to it: `lexicon` and `spelling` have both.
    """

    generation: Generation
    columns: Columns
    forces: "Forces"
    lexicon: Lexicon
    words: WordIndex
    spelling: Spelling
    strength: Strength
    similar_strength: Strength
    register: Register
    tags: Tags
    assigned: Facet
    asked: AskedSentences
    vocabulary: "Vocabulary"
    taught: Taught = NOTHING_TAUGHT


def open_for(data: Path, encoder: "Encoder", strength: Strength | None = None, milvus: Link | None = None) -> Opened:
    """Open the current generation of `data` for questions; `strength` in place of the calibration on disk.

    `milvus` is the way to where its vectors are, if they are there.
    Raises GenerationError for one that cannot be used.
    """
    from corpus.forces import load_forces
    from corpus.vocabulary import load_vocabulary

    generation = open_generation(data, encoder, milvus)
    files = {name: generation.path / name if name in generation.manifest.files else None for name in _COPIED}
    try:
        columns = open_columns(generation.path / COLUMNS)
        # What people added stands in state.sqlite, where it may have been undone since the build.
        vocabulary = load_vocabulary(files[VOCABULARY], people=False)
        return Opened(
            generation=generation,
            columns=columns,
            forces=load_forces(files[FORCES]),
            lexicon=_lexicon(generation, vocabulary),
            words=WordIndex(generation.postings, Phrases(generation.lexical, generation.postings), columns.size),
            spelling=_spelling(generation.tables, vocabulary),
            strength=strength or load_strength(data, encoder),
            similar_strength=strength or load_strength(data, encoder, SIMILAR),
            register=Register(generation.tables),
            tags=read_tags(generation, _theme_model(data, generation)),
            assigned=columns.facets["theme"],
            asked=AskedSentences(),
            vocabulary=vocabulary,
        )
    except CorpusError as error:
        raise GenerationError(f"A file that generation {generation.id} was built with is damaged: {error}") from error
    except (sqlite3.Error, OSError, ValueError, KeyError) as error:
        raise GenerationError(
            f"The passages of generation {generation.id} cannot be read ({error}): "
            "run `precedent doctor`, then `precedent build`."
        ) from error


_COPIED = (FORCES, VOCABULARY)


def corrected_by(opened: Opened, corrected: Corrected) -> Opened:
    """The same generation with its themes as people have corrected them."""
    tags = overlaid(opened.tags, corrected, opened.generation.tables)
    return replace(opened, tags=tags, columns=with_tags(opened.columns, opened.assigned, tags))


def taught_by(opened: Opened, taught: Taught) -> Opened:
    """The same generation with the vocabulary as people have added to it: for questions, which is all that it does."""
    from corpus.vocabulary import with_text

    vocabulary = with_text(opened.vocabulary, toml_of(taught.entries), "of the words that people added")
    meant = {one.typed: one.other for one in taught.entries if one.kind == "meant"}
    spelling = _spelling(opened.generation.tables, vocabulary)
    return replace(
        opened,
        lexicon=_lexicon(opened.generation, vocabulary),
        spelling=replace(spelling, meant=meant),
        taught=taught,
    )


def _lexicon(generation: Generation, vocabulary: "Vocabulary") -> Lexicon:
    from corpus.vocabulary import with_shorts

    known = with_shorts(vocabulary, _shorts(generation.tables))
    return Lexicon(known, generation.analyzer(), _compounds(generation.tables))


def _theme_model(data: Path, generation: Generation) -> "ThemeModel | None":
    """The model that tagged a generation; None where it is gone: what it said still stands in the tags."""
    name = generation.manifest.theme_model
    try:
        model = open_model(data, name) if name else None
    except ModelError:
        return None
    return model if model and model.encoder == generation.manifest.encoder.fingerprint else None


def _spelling(tables: sqlite3.Connection, vocabulary: "Vocabulary") -> Spelling:
    known = " ".join([*vocabulary.finds, *vocabulary.senses]).lower()
    return Spelling(dict.fromkeys(re.findall(r"[^\W\d_]{4,}", known), 0), tables)


def _compounds(tables: sqlite3.Connection) -> dict[str, str]:
    return dict(map(tuple, tables.execute("SELECT closed, apart FROM compounds")))


def _shorts(tables: sqlite3.Connection) -> list[tuple[str, str]]:
    """The short forms that the documents have a meaning for, each with it, those of most passages first."""
    return list(map(tuple, tables.execute("SELECT short, means FROM shorts ORDER BY passages DESC, short, means")))
