"""One generation on disk: opening it, refusing it with a reason, and checking every byte of it."""

import sqlite3
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from indexer.arrays import mapped
from indexer.lexical import Analyzer, make_analyzer, open_lexical
from indexer.manifest import (
    COLUMNS,
    FORCES,
    LEXICAL,
    MAP,
    PASSAGES,
    POSTINGS,
    REBUILD,
    REFERENCE,
    TAGS,
    VECTORS,
    VOCABULARY,
    EncoderRecord,
    FileRecord,
    GenerationError,
    Inputs,
    Manifest,
    current_id,
    file_record,
    last_copy,
    last_inputs,
    read_manifest,
)
from indexer.meaning_map import MeaningMap, read_map
from indexer.milvus import Address, Link
from indexer.milvus_index import MilvusIndex
from indexer.milvus_rows import collection_of
from indexer.milvus_store import MilvusStore
from indexer.postings import WordPostings, open_postings
from indexer.tables import count_kinds, count_rows, open_tables
from indexer.vector_index import VectorIndex, open_vectors
from indexer.vector_store import VectorStore
from models.encoder import Encoder

if TYPE_CHECKING:
    import tantivy

__all__ = [
    "COLUMNS",
    "FORCES",
    "PASSAGES",
    "TAGS",
    "VOCABULARY",
    "Generation",
    "GenerationError",
    "Inputs",
    "Manifest",
    "current_id",
    "in_milvus",
    "last_copy",
    "last_inputs",
    "open_generation",
    "read_manifest",
    "verify_generation",
]


@dataclass(frozen=True, slots=True)
class Generation:
    """A complete, immutable build, opened. Safe to share between threads, and whole even when it is pruned.

    Open it in the process that searches it: after a FAISS search a forked child hangs.
    `tables` is passages.sqlite, read-only, held open because a build may delete the file while a request reads.
    Threads may query it at the same time, each through its own cursor, as `execute` gives: SQLite takes one
    call after the other (sqlite3.threadsafety is 3), and there is no transaction for one to disturb.
    `tags` is tags.sqlite, held in the same way; None where the passages were not tagged.
    `vectors` holds one row or more for each passage; `reference` has shape (m, dimension), m <= 2000.
    `map` is None in a generation of before there were maps.
    """

    id: str
    path: Path
    manifest: Manifest
    tables: sqlite3.Connection
    tags: sqlite3.Connection | None
    lexical: "tantivy.Index"
    postings: WordPostings
    vectors: VectorStore
    reference: NDArray[np.float32]
    map: MeaningMap | None = None

    @property
    def milvus(self) -> MilvusIndex | None:
        """Where vectors and words are kept in Milvus; None where they are among the files."""
        return self.vectors if isinstance(self.vectors, MilvusIndex) else None

    def analyzer(self) -> Analyzer:
        """The analyzer that the passages of `lexical` went through."""
        return make_analyzer()


def open_generation(data: Path, encoder: Encoder | None = None, milvus: Link | None = None) -> Generation:
    """Open the current generation of `data`; with `encoder`, only if that encoder made its vectors.

    `milvus` is the way to where the vectors of one are that has none of its own; nothing is asked there yet. Format
    version and file sizes are checked here, checksums by `verify_generation`. Raises GenerationError.
    """
    wanted = _wanted(data)
    try:
        return _open(data / "generations" / wanted, encoder, milvus)
    except GenerationError:
        # Builds may have retired it between reading CURRENT and opening it.
        newer = _wanted(data)
        if newer == wanted:
            raise
        return _open(data / "generations" / newer, encoder, milvus)


def verify_generation(path: Path) -> list[str]:
    """What is wrong with the files of the generation in folder `path`, one sentence each; nothing if they are sound."""
    try:
        manifest = read_manifest(path)
        # A store whose bytes are wrong is not opened: the libraries trust what they read.
        return _wrong_bytes(path, manifest) or _wrong_counts(path, manifest)
    except GenerationError as error:
        return [str(error)]
    except (OSError, ValueError, RuntimeError, AttributeError, sqlite3.Error) as error:
        return [f"Generation {path.name} is not what its manifest says: {error}."]


def _wanted(data: Path) -> str:
    wanted = current_id(data)
    if wanted is None:
        raise GenerationError(f"Nothing is indexed in {data} yet. Run `precedent build PATH` first.")
    return wanted


def _open(path: Path, encoder: Encoder | None, milvus: Link | None = None) -> Generation:
    manifest = read_manifest(path)
    for name, record in manifest.files.items():
        _check_size(path, name, record)
    if encoder is not None:
        _check_encoder(path, manifest.encoder, encoder)
    try:
        tables = open_tables(path / PASSAGES)
        tables.execute("SELECT id FROM passages LIMIT 1")  # SQLite looks at a file no sooner
        tags = open_tables(path / TAGS) if manifest.theme_model else None
        if tags:
            tags.execute("SELECT passage FROM decisions LIMIT 1")
        lexical = open_lexical(path / LEXICAL)
        postings = open_postings(path / POSTINGS)
        vectors = in_milvus(path.parents[1], manifest, milvus) or open_vectors(path / VECTORS)
        reference = mapped(path / REFERENCE)
        drawn = read_map(path / MAP) if MAP in manifest.files else None
    except OSError as error:
        raise GenerationError(f"Generation {path.name} cannot be opened: {error}. {REBUILD}") from error
    except (ValueError, KeyError, RuntimeError, zipfile.BadZipFile, sqlite3.Error) as error:
        raise _damaged(path, str(error)) from error
    return Generation(path.name, path, manifest, tables, tags, lexical, postings, vectors, reference, drawn)


def in_milvus(data: Path, manifest: Manifest, link: Link | None) -> MilvusIndex | None:
    """Where the vectors of a generation of `data` are in Milvus; None where they are among its files."""
    if manifest.milvus is None:
        return None
    store = MilvusStore(link or Link(Address("")), collection_of(data, manifest.milvus))
    return MilvusIndex(store, manifest.counts["vectors"], manifest.counts["passages"], manifest.encoder.dimension)


def _check_size(path: Path, name: str, record: FileRecord) -> None:
    try:
        size = (path / name).stat().st_size
    except FileNotFoundError:
        raise _damaged(path, f"{name} is missing") from None
    except OSError as error:
        raise _damaged(path, f"{name} cannot be read ({error.strerror})") from error
    if size != record.size:
        raise _damaged(path, f"{name} has {size} bytes and should have {record.size}")


def _damaged(path: Path, what: str) -> GenerationError:
    return GenerationError(
        f"Generation {path.name} is damaged: {what}. `precedent doctor` lists what is wrong. {REBUILD}"
    )


def _check_encoder(path: Path, made_by: EncoderRecord, encoder: Encoder) -> None:
    if (made_by.fingerprint, made_by.dimension) != (encoder.fingerprint, encoder.dimension):
        raise GenerationError(
            f"Generation {path.name} was made with the encoder {made_by.name} ({made_by.fingerprint[:12]}),"
            f" and {encoder.name} ({encoder.fingerprint[:12]}) cannot be compared with its vectors."
            " Run `precedent build` to index again with this encoder, or set the former one."
        )


def _wrong_bytes(path: Path, manifest: Manifest) -> list[str]:
    problems = []
    for name, record in manifest.files.items():
        try:
            found = file_record(path / name)
        except FileNotFoundError:
            problems.append(f"{name} is missing from generation {path.name}.")
            continue
        except OSError as error:
            problems.append(f"{name} of generation {path.name} cannot be read: {error.strerror}.")
            continue
        if found != record:
            problems.append(f"{name} of generation {path.name} is not as it was written: its SHA-256 differs.")
    return problems


def _wrong_counts(path: Path, manifest: Manifest) -> list[str]:
    generation = _open(path, None)
    integrity = [row[0] for row in generation.tables.execute("PRAGMA integrity_check")]
    counts, kinds = count_rows(generation.tables), count_kinds(generation.tables)
    ids = _numbers(generation.tables, "SELECT id FROM passages ORDER BY id")
    vectors = generation.vectors
    owners = vectors.owners if isinstance(vectors, VectorIndex) else None
    counts["vectors"] = manifest.counts.get("vectors", 0) if owners is None else len(owners)
    words = generation.lexical.searcher().num_docs
    checks = [
        (integrity == ["ok"], f"{PASSAGES} fails SQLite's integrity check: {'; '.join(integrity)}."),
        (counts == manifest.counts, f"The manifest counts {manifest.counts}, the stores hold {counts}."),
        (kinds == manifest.document_kinds, f"The manifest counts {manifest.document_kinds}, there are {kinds}."),
        (words == len(ids), f"{PASSAGES} holds {len(ids)} passages and {LEXICAL} {words}."),
    ]
    if owners is not None:
        checks.append((np.array_equal(np.unique(owners), ids), f"{VECTORS} and {PASSAGES} hold different passages."))
    if generation.tags:
        tagged = _numbers(generation.tags, "SELECT passage FROM decisions ORDER BY passage")
        models = [row[0] for row in generation.tags.execute("SELECT id FROM model")]
        checks += [
            (np.array_equal(tagged, ids), f"{TAGS} and {PASSAGES} hold different passages."),
            (models == [manifest.theme_model], f"{TAGS} is of the model {models}, not {manifest.theme_model}."),
        ]
    return [problem for holds, problem in checks if not holds]


def _numbers(database: sqlite3.Connection, query: str) -> NDArray[np.int64]:
    """The one column of a query, without a Python object for each row."""
    return np.fromiter((row[0] for row in database.execute(query)), np.int64)
