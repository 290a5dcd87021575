"""What a generation says of itself, what it was built from, which one is current, and the error of this room."""

import hashlib
import json
import os
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from corpus.errors import PrecedentError
from indexer.durable import UNFINISHED
from models.encoder import Encoder

# In a generation: its stores, and copies of the user's files of force names and of words, where there were any.
PASSAGES, LEXICAL, VECTORS, REFERENCE = "passages.sqlite", "lexical", "vectors", "reference.npy"
TAGS, POSTINGS = "tags.sqlite", "postings"
COLUMNS = "columns"  # a folder
MAP = "map.npz"  # generations of earlier builds have none
# In a data folder: compiled models, what files came to when they were parsed, and what was worked out of documents. All
# can be deleted at any time.
ENCODERS, PARSED, WORKED_OUT = "encoders", "parsed", "worked-out"
FORCES, VOCABULARY, FINDINGS = "forces.toml", "vocabulary.toml", "findings.toml"
COPIES = {
    FORCES: ("force names", "PRECEDENT_FORCES"),
    VOCABULARY: ("vocabulary", "PRECEDENT_VOCABULARY"),
    FINDINGS: ("words for findings", "PRECEDENT_FINDINGS"),
}
FORMAT_VERSION = 10
_OLDER = (2, 3, 4, 5, 6, 7, 8, 9)  # formats whose manifest has the same fields, save theme_model and without
REBUILD = "Run `precedent build` to make a new one."


class GenerationError(PrecedentError):
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
    """What a generation is made of. `inputs` are the paths given to `build`, `folder` where it was run.

    `without` are files and folders among them that were taken out. `force_from_name` is as given to `build`, `files`
    are by relative path. `content` is the SHA-256 of the inputs, the parsed documents and what of the program had a
    part in writing them: the same content need not be built again. `theme_model` is the id of the model that tagged the
    passages, None where they are not tagged. `milvus` is the mark of the collection that holds its vectors in Milvus,
    None where they are among its files.
    """

    format_version: int
    created: str
    inputs: tuple[str, ...]
    without: tuple[str, ...]
    folder: str
    force_from_name: bool
    content: str
    encoder: EncoderRecord
    theme_model: str | None
    counts: Mapping[str, int]
    document_kinds: Mapping[str, int]
    files: Mapping[str, FileRecord]
    milvus: str | None = None

    def to_json(self) -> str:
        """The manifest as it stands in manifest.json."""
        # In ASCII, because a path may hold bytes that are no UTF-8: JSON can escape them, a file cannot hold them.
        return json.dumps(asdict(self), indent=2) + "\n"

    def mark(self) -> str:
        """What the generation's name ends in, so that a manifest altered later no longer belongs to it."""
        return _mark(self.to_json().encode())


def current_id(data: Path) -> str | None:
    """The id of the generation to serve; None when nothing was ever built.

    Raises GenerationError where CURRENT cannot be read or holds anything else than a name.
    """
    path = data / "CURRENT"
    try:
        name = path.read_text("utf-8", errors="replace").strip()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise GenerationError(f"{path} cannot be read ({error.strerror}). {REBUILD}") from error
    if not re.fullmatch(r"[\w-]{1,64}", name, re.ASCII):
        raise GenerationError(f"{path} does not name a generation. {REBUILD}")
    return name


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a generation was built from: paths given, those taken out of them, and whether names of files count."""

    paths: tuple[str, ...]
    without: tuple[str, ...] = ()
    force_from_name: bool = False


def last_inputs(data: Path) -> Inputs | None:
    """The inputs of the current generation, as they are found from the working directory.

    As they were typed where the working directory is the same, else under the one of that time. None when there
    is no generation; raises GenerationError where its manifest cannot be read.
    """
    name = current_id(data)
    if name is None:
        return None
    manifest = read_manifest(data / "generations" / name, any_version=True)
    if manifest.folder == os.getcwd():
        return Inputs(manifest.inputs, manifest.without, manifest.force_from_name)
    paths, without = (
        tuple(os.path.join(manifest.folder, path) for path in given) for given in (manifest.inputs, manifest.without)
    )
    return Inputs(paths, without, manifest.force_from_name)


def last_copy(data: Path, name: str) -> Path | None:
    """The copy of a user's file (FORCES, VOCABULARY, FINDINGS) that the last generation was built with, or None.

    Where the current generation cannot be told or read, that of the newest one that can. Raises GenerationError
    where it is not as it was written: a build from it would go wrong unseen.
    """
    names = sorted((path.name for path in (data / "generations").glob("[!.]*")), reverse=True)
    with suppress(GenerationError):
        names.insert(0, current_id(data) or "")
    for folder in (data / "generations" / folder for folder in names if folder):
        try:
            written = read_manifest(folder, any_version=True).files.get(name)
        except GenerationError:
            continue
        if written is None:
            return None
        with suppress(OSError):
            if file_record(folder / name) == written:
                return folder / name
        what, setting = COPIES[name]
        raise GenerationError(
            f"The {what} that generation {folder.name} was built with are damaged. Set {setting} to your own file of"
            " them, or to none, and run `precedent build PATH`."
        )
    return None


def read_manifest(path: Path, *, any_version: bool = False) -> Manifest:
    """The manifest of the generation in folder `path`. Raises GenerationError where it is not to be trusted.

    With `any_version`, that of an older format too: its stores cannot be read, but what it was built from can.
    """
    try:
        written = (path / "manifest.json").read_bytes()
    except FileNotFoundError:
        raise GenerationError(f"Generation {path.name} has no manifest.json. {REBUILD}") from None
    except OSError as error:
        raise GenerationError(
            f"The manifest of generation {path.name} cannot be read ({error.strerror}). {REBUILD}"
        ) from error
    if not path.name.startswith(UNFINISHED) and not path.name.endswith(f"-{_mark(written)}"):
        raise GenerationError(
            f"The manifest of generation {path.name} is not as it was written: its SHA-256 differs. {REBUILD}"
        )
    try:
        found = json.loads(written)
        version = found["format_version"]
        if version == FORMAT_VERSION or (any_version and version in _OLDER):
            return _manifest(found)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise GenerationError(f"The manifest of generation {path.name} is damaged ({error!r}). {REBUILD}") from error
    raise GenerationError(
        f"Generation {path.name} has format version {version}, and this version of precedent reads"
        f" {FORMAT_VERSION}. {REBUILD}"
    )


def file_record(path: Path) -> FileRecord:
    """Size and SHA-256 of one file."""
    with path.open("rb") as file:
        return FileRecord(path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest())


def encoder_record(encoder: Encoder) -> EncoderRecord:
    """What a manifest keeps of an encoder."""
    return EncoderRecord(encoder.name, encoder.fingerprint, encoder.dtype, encoder.backend, encoder.dimension)


def _mark(written: bytes) -> str:
    return hashlib.sha256(written).hexdigest()[:8]


def _manifest(found: dict[str, Any]) -> Manifest:
    return Manifest(
        format_version=found["format_version"],
        created=found["created"],
        inputs=tuple(found["inputs"]),
        without=tuple(found.get("without", ())),
        folder=found["folder"],
        force_from_name=found["force_from_name"],
        content=found["content"],
        encoder=EncoderRecord(**found["encoder"]),
        theme_model=found.get("theme_model"),
        counts=found["counts"],
        document_kinds=found["document_kinds"],
        files={name: FileRecord(**record) for name, record in found["files"].items()},
        milvus=found.get("milvus"),
    )
