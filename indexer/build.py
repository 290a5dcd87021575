"""Building a generation: written under a temporary name, checked, then published in two atomic steps."""

import fcntl
import hashlib
import os
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal, Protocol

from corpus.forces import Forces, load_forces
from corpus.model import Document
from corpus.vocabulary import Vocabulary, load_vocabulary, shipped_vocabulary
from indexer.cache import EmbeddingCache
from indexer.context import Placed, placed
from indexer.embed import Embedded, embed, pieces_of, write_reference, write_vectors
from indexer.generation import LEXICAL, PASSAGES, REFERENCE, VECTORS, verify_generation
from indexer.lexical import write_lexical
from indexer.manifest import (
    FORCES,
    FORMAT_VERSION,
    VOCABULARY,
    GenerationError,
    Manifest,
    current_id,
    encoder_record,
    file_record,
    read_manifest,
)
from indexer.tables import count_kinds, count_rows, open_tables, write_tables
from indexer.wording import write_wording
from models.encoder import Encoder

Stage = Literal["compare", "passages", "lexical", "sentences", "encode", "vectors", "verify", "publish"]
Progress = Callable[[Stage, int, int], None]

KEPT = 3  # generations: the one served, and two for readers that still hold one or for going back


class Documents(Protocol):
    """What is built from: a collection, seen only as its documents."""

    @property
    def documents(self) -> Sequence[Document]: ...


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did. Document keys are compared with the generation before by the SHA-256 of their source.

    `merged` gives the sources of each document that stands in more than one file. `encoded` and `cached` count
    distinct strings, `seconds` are by stage. `published` is False where nothing had changed and the current
    generation, found sound, stays.
    """

    generation: str
    published: bool
    counts: Mapping[str, int]
    document_kinds: Mapping[str, int]
    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    unchanged: tuple[str, ...]
    merged: Mapping[str, tuple[str, ...]]
    encoded: int
    cached: int
    seconds: Mapping[str, float]
    total_seconds: float


def build(
    collection: Documents,
    encoder: Encoder,
    data: Path,
    *,
    inputs: Sequence[str],
    force_from_name: bool = False,
    forces: Path | None = None,
    vocabulary: Path | None = None,
    progress: Progress | None = None,
) -> BuildReport:
    """Index `collection` into a new generation of `data` and make it the current one.

    `inputs` and `force_from_name` are what `collection` was loaded with, kept for `last_inputs`; `forces` and
    `vocabulary` are the user's files of force names and of words, of which the generation keeps copies. Whatever goes
    wrong, the generation before stays current. `progress(stage, done, total)` is called as each stage starts, in
    "sentences" as passages are cut up, and in "encode" as strings are encoded, out of the new ones (perhaps none).
    Raises GenerationError for an empty collection, while another build is at work, and when the generation cannot
    be written or does not check out; CorpusError where the vocabulary cannot be used.
    """
    if not collection.documents:
        raise GenerationError(
            "There is nothing to index. Run `precedent build PATH` with files or folders of documents."
        )
    documents = sorted(collection.documents, key=lambda d: d.key)
    try:
        data.mkdir(parents=True, exist_ok=True)
        with _lock(data):
            _clean(data)
            files = {FORCES: forces, VOCABULARY: vocabulary}
            copies = {name: path.read_bytes() for name, path in files.items() if path is not None}
            content = _content(documents, inputs, force_from_name, copies)
            words, known = load_vocabulary(vocabulary), load_forces(forces)
            asked = _Asked(tuple(inputs), os.getcwd(), force_from_name, copies, known, words, content)
            report = _build(documents, encoder, data, asked, _Clock(progress))
            # Published by now: what cannot be removed only takes up room, and the next build tries again.
            with suppress(OSError):
                _prune(data, report.generation)
            return report
    except (OSError, sqlite3.OperationalError) as error:
        raise GenerationError(
            f"The build stopped: {error}. Earlier generations and what was encoded are kept. See that {data} is"
            " writable and has room, then run `precedent build` again."
        ) from error


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the generation and its manifest keep of the call, and the SHA-256 of all that is made from it."""

    inputs: tuple[str, ...]
    folder: str
    force_from_name: bool
    copies: Mapping[str, bytes]
    forces: Forces
    vocabulary: Vocabulary
    content: str


@dataclass(slots=True)
class _Clock:
    """Tells the caller how far the build is, and remembers how long each stage took."""

    progress: Progress | None
    seconds: dict[str, float] = field(default_factory=dict)
    started: float = field(default_factory=time.monotonic)

    @contextmanager
    def stage(self, name: Stage) -> Iterator[Callable[[int, int], None]]:
        """One stage: yields what to call with (done, total) as it goes on."""

        def tell(done: int, total: int) -> None:
            if self.progress:
                self.progress(name, done, total)

        began = time.monotonic()
        tell(0, 1)
        yield tell
        self.seconds[name] = time.monotonic() - began


def _build(documents: list[Document], encoder: Encoder, data: Path, asked: _Asked, clock: _Clock) -> BuildReport:
    before = _former(data)
    with clock.stage("compare"):
        same = _unchanged(data, asked.content, encoder)
    if same:
        name, manifest = same
        return _report(name, manifest, before, documents, None, clock)
    created = datetime.now(UTC)
    folder = data / "generations" / f".tmp-{_stamp(created, data)}"
    folder.mkdir(parents=True)
    try:
        for name, written in asked.copies.items():
            (folder / name).write_bytes(written)
        embedded = _write(folder, documents, encoder, data, asked, clock)
        manifest = _describe(folder, encoder, created, asked, len(embedded.ids))
        with clock.stage("verify"):
            if problems := verify_generation(folder):
                raise GenerationError(f"The new generation was not published. {' '.join(problems)}")
        with clock.stage("publish"):
            name = _publish(folder, manifest, data)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return _report(name, manifest, before, documents, embedded, clock)


_STAMP = "%Y%m%dT%H%M%S%fZ"


def _stamp(created: datetime, data: Path) -> str:
    """The time that a generation's name starts with: after those of all before it, even if the clock went back."""
    later = [created]
    for path in (data / "generations").glob("*-*"):
        with suppress(ValueError, OverflowError):  # a folder of another name, or at the end of time
            stamp = datetime.strptime(path.name.split("-")[0], _STAMP).replace(tzinfo=UTC)
            later.append(stamp + timedelta(microseconds=1))
    return max(later).strftime(_STAMP)


def _content(
    documents: Sequence[Document], inputs: Sequence[str], force_from_name: bool, copies: Mapping[str, bytes]
) -> str:
    """SHA-256 of all that a generation is made from, save the encoder."""
    digest = hashlib.sha256(repr((tuple(inputs), force_from_name, copies, shipped_vocabulary())).encode())
    for document in documents:
        digest.update(repr(document).encode("utf-8", "backslashreplace"))
    return digest.hexdigest()


def _unchanged(data: Path, content: str, encoder: Encoder) -> tuple[str, Manifest] | None:
    """Id and manifest of the current generation if it is sound and made from just this; looks at no model."""
    try:
        name = current_id(data)
        if name is None:
            return None
        path = data / "generations" / name
        manifest = read_manifest(path)
    except GenerationError:
        return None
    same = manifest.content == content and manifest.encoder.fingerprint == encoder.fingerprint
    return (name, manifest) if same and not verify_generation(path) else None


def _report(
    name: str,
    manifest: Manifest,
    before: Mapping[str, str],
    documents: Sequence[Document],
    embedded: Embedded | None,
    clock: _Clock,
) -> BuildReport:
    now = {d.key: d.sha256 for d in documents}
    both = before.keys() & now.keys()
    return BuildReport(
        generation=name,
        published=embedded is not None,
        counts=manifest.counts,
        document_kinds=manifest.document_kinds,
        added=tuple(sorted(now.keys() - before.keys())),
        changed=tuple(sorted(key for key in both if before[key] != now[key])),
        removed=tuple(sorted(before.keys() - now.keys())),
        unchanged=tuple(sorted(key for key in both if before[key] == now[key])),
        merged={d.key: (d.source, *d.other_sources) for d in documents if d.other_sources},
        encoded=embedded.encoded if embedded else 0,
        cached=embedded.cached if embedded else 0,
        seconds=clock.seconds,
        total_seconds=time.monotonic() - clock.started,
    )


def _write(
    folder: Path, documents: list[Document], encoder: Encoder, data: Path, asked: _Asked, clock: _Clock
) -> Embedded:
    """Write the stores of a generation into `folder`. Everything numbers passages from 1 in this order."""
    passages: list[Placed] = [one for document in documents for one in placed(document, asked.vocabulary)]
    if not passages:
        raise GenerationError(
            "There is nothing to index: no document holds a passage. Check the files given to `precedent build`."
        )
    with clock.stage("passages"):
        write_tables(folder / PASSAGES, documents, asked.forces)
        write_wording(folder / PASSAGES, passages)
    with clock.stage("lexical"):
        write_lexical(folder / LEXICAL, passages)
    with clock.stage("sentences") as tell:
        pieces = pieces_of(passages, encoder, tell)
    with clock.stage("encode") as tell, EmbeddingCache(data / "embeddings.sqlite", encoder) as cache:
        embedded = embed(pieces, encoder, cache, tell)
    with clock.stage("vectors"):
        write_vectors(folder / VECTORS, embedded)
        write_reference(folder / REFERENCE, embedded)
    return embedded


def _describe(folder: Path, encoder: Encoder, created: datetime, asked: _Asked, vectors: int) -> Manifest:
    """Write the manifest of what stands in `folder`."""
    with closing(open_tables(folder / PASSAGES)) as tables:
        counts, kinds = count_rows(tables), count_kinds(tables)
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    manifest = Manifest(
        format_version=FORMAT_VERSION,
        created=created.isoformat(),
        inputs=asked.inputs,
        folder=asked.folder,
        force_from_name=asked.force_from_name,
        content=asked.content,
        encoder=encoder_record(encoder),
        counts=counts | {"vectors": vectors},
        document_kinds=kinds,
        files={path.relative_to(folder).as_posix(): file_record(path) for path in files},
    )
    (folder / "manifest.json").write_text(manifest.to_json(), "utf-8")
    return manifest


def _publish(folder: Path, manifest: Manifest, data: Path) -> str:
    """Give the finished `folder` its name and make it the current generation; the id is returned."""
    for path in [*folder.rglob("*"), folder]:
        _sync(path)
    name = f"{folder.name.removeprefix('.tmp-')}-{manifest.mark()}"
    folder.rename(folder.with_name(name))
    _sync(folder.parent)
    pointer = data / "CURRENT.new"
    pointer.write_text(name + "\n", "utf-8")
    _sync(pointer)
    pointer.replace(data / "CURRENT")
    _sync(data)
    return name


def _prune(data: Path, current: str) -> None:
    """Remove the oldest generations, never the `current` one, until KEPT are left."""
    folders = [p for p in (data / "generations").iterdir() if p.is_dir() and not p.name.startswith(".")]
    others = sorted(p for p in folders if p.name != current)
    for path in others[: max(0, len(others) - (KEPT - 1))]:
        # Renamed first, so that a generation is there whole or not at all.
        _remove(path.rename(path.with_name(f".tmp-{path.name}")))


def _clean(data: Path) -> None:
    """Remove what builds that died left behind. Only under the lock: no other build is at work."""
    for path in [*(data / "generations").glob(".tmp-*"), data / "CURRENT.new"]:
        _remove(path)
    if (data / "CURRENT").is_dir():
        raise GenerationError(
            f"{data / 'CURRENT'} is a folder, and the name of the current generation has to stand there. Move it away,"
            " then run `precedent build` again."
        )


def _remove(path: Path) -> None:
    """Remove whatever stands at `path`; what cannot be removed is in nobody's way and stays."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with suppress(OSError):
            path.unlink()


def _former(data: Path) -> dict[str, str]:
    """Key and SHA-256 of the documents in the current generation; none where there is none to read."""
    try:
        name = current_id(data)
        if name is None:
            return {}
        with closing(open_tables(data / "generations" / name / PASSAGES)) as tables:
            return {row["key"]: row["sha256"] for row in tables.execute("SELECT key, sha256 FROM documents")}
    except (GenerationError, sqlite3.DatabaseError):
        return {}


@contextmanager
def _lock(data: Path) -> Iterator[None]:
    """Hold the right to build into `data`; the system takes it back when this process ends in any way."""
    with (data / "build.lock").open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            holder = file.read().strip() or "process unknown"
            raise GenerationError(
                f"Another build ({holder}) is at work in {data}. Wait until it has finished, or stop it."
            ) from None
        file.truncate(0)
        file.write(f"process {os.getpid()}, started {datetime.now():%d %B %Y at %H:%M}")
        file.flush()
        yield


def _sync(path: Path) -> None:
    """Have the system write a file or folder to disk now."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
