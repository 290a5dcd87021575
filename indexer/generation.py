"""One generation on disk: opening it, refusing it with a reason, and checking every byte of it."""

import hashlib
import json
import re
import sqlite3
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from indexer.embed import open_vectors
from indexer.lexical import make_analyzer, open_lexical
from indexer.tables import count_kinds, count_rows, open_tables
from models.encoder import Encoder

if TYPE_CHECKING:
    import tantivy

FORMAT_VERSION = 1
PASSAGES, LEXICAL, VECTORS, REFERENCE = "passages.sqlite", "lexical", "vectors.faiss", "reference.npy"
_REBUILD = "Run `precedent build` to make a new one."


class GenerationError(Exception):
    """A generation that cannot be made, found or used; the message says what happened and what to do."""


@dataclass(frozen=True, slots=True)
class EncoderRecord:
    """The encoder that made a generation's vectors."""

    name: str
    fingerprint: str
    dtype: str
    backend: str
    dimension: int


@dataclass(frozen=True, slots=True)
class FileRecord:
    """A file of a generation: bytes and hex SHA-256."""

    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a generation is made of. `inputs` are the paths given to `build`, `files` are by relative path.

    `content` is the SHA-256 of the inputs and the parsed documents: the same content need not be built again.
    """

    format_version: int
    created: str
    inputs: tuple[str, ...]
    content: str
    encoder: EncoderRecord
    counts: Mapping[str, int]
    document_kinds: Mapping[str, int]
    files: Mapping[str, FileRecord]

    def to_json(self) -> str:
        """The manifest as it stands in manifest.json."""
        return json.dumps(asdict(self), indent=2, ensure_ascii=False) + "\n"


@dataclass(frozen=True, slots=True)
class Generation:
    """A complete, immutable build, opened. Safe to share between threads.

    Open it in the process that searches it: after a FAISS search a forked child hangs.
    `vectors` is a FAISS index whose ids are passages.id; `reference` has shape (m, dimension), m <= 2000.
    """

    id: str
    path: Path
    manifest: Manifest
    lexical: "tantivy.Index"
    vectors: Any
    reference: NDArray[np.float32]

    def connect(self) -> sqlite3.Connection:
        """A new read-only connection to passages.sqlite, for the calling thread to use and close."""
        return open_tables(self.path / PASSAGES)

    def analyzer(self) -> "tantivy.TextAnalyzer":
        """The analyzer that the passages of `lexical` went through."""
        return make_analyzer()


def current_id(data: Path) -> str | None:
    """The id of the generation to serve; None when there is none."""
    try:
        return (data / "CURRENT").read_text("utf-8", errors="replace").strip() or None
    except FileNotFoundError:
        return None


def open_generation(data: Path, encoder: Encoder | None = None) -> Generation:
    """Open the current generation of `data`; with `encoder`, only if that encoder made its vectors.

    Format version and file sizes are checked here, checksums by `verify_generation`. Raises GenerationError.
    """
    wanted = _wanted(data)
    try:
        return _open(data / "generations" / wanted, encoder)
    except GenerationError:
        # Builds may have retired it between reading CURRENT and opening it.
        newer = _wanted(data)
        if newer == wanted:
            raise
        return _open(data / "generations" / newer, encoder)


def read_manifest(path: Path) -> Manifest:
    """The manifest of the generation in folder `path`. Raises GenerationError where it cannot be read."""
    try:
        found = json.loads((path / "manifest.json").read_text("utf-8"))
        version = found["format_version"]
        if version == FORMAT_VERSION:
            return _manifest(found)
    except FileNotFoundError:
        raise GenerationError(f"Generation {path.name} has no manifest.json. {_REBUILD}") from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise GenerationError(f"The manifest of generation {path.name} is damaged ({error!r}). {_REBUILD}") from error
    raise GenerationError(
        f"Generation {path.name} has format version {version}, and this version of precedent reads"
        f" {FORMAT_VERSION}. {_REBUILD}"
    )


def verify_generation(path: Path) -> list[str]:
    """What is wrong with the generation in folder `path`, one sentence each; nothing if it is sound."""
    try:
        manifest = read_manifest(path)
    except GenerationError as error:
        return [str(error)]
    # A store whose bytes are wrong is not opened: the libraries trust what they read.
    return _wrong_bytes(path, manifest) or _wrong_counts(path, manifest)


def file_record(path: Path) -> FileRecord:
    """Size and SHA-256 of one file."""
    with path.open("rb") as file:
        return FileRecord(path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest())


def encoder_record(encoder: Encoder) -> EncoderRecord:
    """What a manifest keeps of an encoder."""
    return EncoderRecord(encoder.name, encoder.fingerprint, encoder.dtype, encoder.backend, encoder.dimension)


def _wanted(data: Path) -> str:
    wanted = current_id(data)
    if wanted is None:
        raise GenerationError(f"Nothing is indexed in {data} yet. Run `precedent build PATH` first.")
    if not re.fullmatch(r"[\w-]+", wanted):
        raise GenerationError(f"{data / 'CURRENT'} does not name a generation. {_REBUILD}")
    return wanted


def _open(path: Path, encoder: Encoder | None) -> Generation:
    manifest = read_manifest(path)
    for name, record in manifest.files.items():
        _check_size(path, name, record)
    if encoder is not None:
        _check_encoder(path, manifest.encoder, encoder)
    try:
        lexical = open_lexical(path / LEXICAL)
        vectors = open_vectors(path / VECTORS)
        reference = np.load(path / REFERENCE, allow_pickle=False)
    except (OSError, ValueError, RuntimeError) as error:
        raise _damaged(path, str(error)) from error
    return Generation(path.name, path, manifest, lexical, vectors, reference)


def _check_size(path: Path, name: str, record: FileRecord) -> None:
    try:
        size = (path / name).stat().st_size
    except FileNotFoundError:
        raise _damaged(path, f"{name} is missing") from None
    if size != record.size:
        raise _damaged(path, f"{name} has {size} bytes and should have {record.size}")


def _damaged(path: Path, what: str) -> GenerationError:
    return GenerationError(
        f"Generation {path.name} is damaged: {what}. `precedent doctor` lists what is wrong. {_REBUILD}"
    )


def _check_encoder(path: Path, made_by: EncoderRecord, encoder: Encoder) -> None:
    if (made_by.fingerprint, made_by.dimension) != (encoder.fingerprint, encoder.dimension):
        raise GenerationError(
            f"Generation {path.name} was made with the encoder {made_by.name} ({made_by.fingerprint[:12]}),"
            f" and {encoder.name} ({encoder.fingerprint[:12]}) cannot be compared with its vectors."
            " Run `precedent build` to index again with this encoder, or set the former one."
        )


def _manifest(found: dict[str, Any]) -> Manifest:
    return Manifest(
        format_version=found["format_version"],
        created=found["created"],
        inputs=tuple(found["inputs"]),
        content=found["content"],
        encoder=EncoderRecord(**found["encoder"]),
        counts=found["counts"],
        document_kinds=found["document_kinds"],
        files={name: FileRecord(**record) for name, record in found["files"].items()},
    )


def _wrong_bytes(path: Path, manifest: Manifest) -> list[str]:
    problems = []
    for name, record in manifest.files.items():
        try:
            found = file_record(path / name)
        except FileNotFoundError:
            problems.append(f"{name} is missing from generation {path.name}.")
            continue
        if found != record:
            problems.append(f"{name} of generation {path.name} is not as it was written: its SHA-256 differs.")
    return problems


def _wrong_counts(path: Path, manifest: Manifest) -> list[str]:
    import faiss

    generation = _open(path, None)
    connection = generation.connect()
    try:
        integrity = [row[0] for row in connection.execute("PRAGMA integrity_check")]
        counts, kinds = count_rows(connection), count_kinds(connection)
        ids = [row[0] for row in connection.execute("SELECT id FROM passages ORDER BY id")]
    finally:
        connection.close()
    vector_ids = faiss.vector_to_array(generation.vectors.id_map)
    counts["vectors"] = len(vector_ids)
    words = generation.lexical.searcher().num_docs
    checks = [
        (integrity == ["ok"], f"{PASSAGES} fails SQLite's integrity check: {'; '.join(integrity)}."),
        (counts == manifest.counts, f"The manifest counts {manifest.counts}, the stores hold {counts}."),
        (
            kinds == manifest.document_kinds,
            f"The manifest counts {manifest.document_kinds}, there are {kinds}.",
        ),
        (words == len(ids), f"{PASSAGES} holds {len(ids)} passages and {LEXICAL} {words}."),
        (np.array_equal(np.unique(vector_ids), ids), f"{VECTORS} and {PASSAGES} hold different passages."),
    ]
    return [problem for holds, problem in checks if not holds]
