"""Building a generation: written under a temporary name, checked, then published in two atomic steps."""

import hashlib
import os
import sqlite3
import time
from collections.abc import Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from corpus.forces import load_forces
from corpus.model import Document
from corpus.vocabulary import load_vocabulary
from indexer.clock import Clock, Progress
from indexer.durable import UNFINISHED, unfinished
from indexer.embed import Embedded
from indexer.generation import in_milvus, verify_generation
from indexer.manifest import (
    FINDINGS,
    FORCES,
    FORMAT_VERSION,
    PASSAGES,
    VOCABULARY,
    GenerationError,
    Inputs,
    Manifest,
    current_id,
    encoder_record,
    file_record,
    read_manifest,
)
from indexer.milvus import Link
from indexer.milvus_rows import current_mark
from indexer.milvus_source import mark_of
from indexer.program import program_hash, worked_out
from indexer.publish import building, clean, prune, publish, stamp
from indexer.stores import Given, move_to_milvus, write_stores
from indexer.survey import Survey, survey
from indexer.tables import Known, count_kinds, count_rows, open_tables
from models.encoder import Encoder
from models.theme_model import ThemeModel


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
    without: Sequence[str] = (),
    left_out: Mapping[str, Sequence[str]] | None = None,
    force_from_name: bool = False,
    forces: Path | None = None,
    vocabulary: Path | None = None,
    findings: Path | None = None,
    themes: ThemeModel | None = None,
    milvus: Link | None = None,
    progress: Progress | None = None,
) -> BuildReport:
    """Index `collection` into a new generation of `data` and make it the current one.

    `inputs`, `without` and `force_from_name` are what `collection` was loaded with, kept for `last_inputs`; `left_out`
    says by source what of a file was not read, to be shown with its documents; `forces`, `vocabulary` and `findings`
    are the user's files of force names, of words, and of what introduces a finding, of which the generation keeps
    copies; passages are tagged by the model `themes`, or not at all without one. With `milvus`, vectors, words and
    columns are kept there. Whatever goes wrong, the generation before stays current.
    `progress(stage, done, total)` is called as each stage starts, in "closure" as documents are looked through, in
    "passages" as they are folded and written, in "windows" as passages are cut up, in "encode" as strings are encoded,
    out of the new ones (perhaps none), in "themes" as passages are tagged, and in "milvus" as rows are sent.
    Of the documents one at a time is in memory, and of their vectors as many as are encoded at a time.
    Raises GenerationError for an empty collection, while another build is at work, and when the generation cannot
    be written or does not check out; CorpusError where the vocabulary cannot be used; MilvusError.
    """
    if not collection.documents:
        raise GenerationError(
            "There is nothing to index. Run `precedent build PATH` with files or folders of documents."
        )
    documents = survey(collection.documents)
    asked_for = Inputs(tuple(inputs), tuple(without), force_from_name)
    invented = frozenset(one.key for one in documents.surveyed if one.fictional)
    known = Known({source: tuple(lines) for source, lines in (left_out or {}).items()}, invented)
    try:
        data.mkdir(parents=True, exist_ok=True)
        with building(data):
            clean(data)
            if milvus:
                current_mark(milvus, data)  # one that is away is told before anything is made
            files = {FORCES: forces, VOCABULARY: vocabulary, FINDINGS: findings}
            copies = {name: path.read_bytes() for name, path in files.items() if path is not None}
            content = _content(documents, asked_for, known, copies)
            with_these = Given(
                load_forces(forces), load_vocabulary(vocabulary), known, themes, worked_out(data, copies)
            )
            mark = mark_of(content, encoder.fingerprint) if milvus else None
            asked = _Asked(asked_for, os.getcwd(), copies, with_these, content, milvus, mark)
            report = _build(documents, encoder, data, asked, Clock(progress))
            # Published by now: what cannot be removed only takes up room, and the next build tries again.
            with suppress(OSError):
                prune(data, report.generation)
                if report.published:
                    with_these.kept.prune()
            return report
    except (OSError, sqlite3.DatabaseError) as error:
        raise GenerationError(
            f"The build stopped: {error}. Earlier generations and what was encoded are kept. See that {data} is"
            " writable and has room, then run `precedent build` again."
        ) from error


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the generation and its manifest keep of the call, and the SHA-256 of all that is made from it.

    `mark` is that of its collection in Milvus.
    """

    inputs: Inputs
    folder: str
    copies: Mapping[str, bytes]
    given: Given
    content: str
    milvus: Link | None
    mark: str | None

    @property
    def theme_id(self) -> str | None:
        return self.given.themes.id if self.given.themes else None


def _build(documents: Survey, encoder: Encoder, data: Path, asked: _Asked, clock: Clock) -> BuildReport:
    before = _former(data)
    with clock.stage("compare"):
        same = _unchanged(data, asked, encoder)
    if same:
        name, manifest = same
        return _report(name, manifest, before, documents, None, clock)
    created = datetime.now(UTC)
    with unfinished(data / "generations" / f"{UNFINISHED}{stamp(created, data)}") as folder:
        for name, written in asked.copies.items():
            (folder / name).write_bytes(written)
        embedded = write_stores(folder, documents, asked.given, encoder, data, clock, coded=asked.milvus is None)
        if asked.milvus and asked.mark:
            move_to_milvus(asked.milvus, data, asked.mark, folder, clock)
        manifest = _describe(folder, encoder, created, asked, embedded.count)
        with clock.stage("verify"):
            if problems := verify_generation(folder):
                raise GenerationError(f"The new generation was not published. {' '.join(problems)}")
        with clock.stage("publish"):
            name = publish(folder, manifest, data)
    return _report(name, manifest, before, documents, embedded, clock)


def _content(documents: Survey, inputs: Inputs, known: Known, copies: Mapping[str, bytes]) -> str:
    """SHA-256 of all that a generation is made from, save the encoder and the theme model, which have ids."""
    beside = (sorted(known.left_out.items()), sorted(known.fictional))
    digest = hashlib.sha256(repr((inputs, beside, copies, program_hash())).encode())
    for one in documents.surveyed:
        digest.update(one.digest + repr(one.heard).encode())
    return digest.hexdigest()


def _unchanged(data: Path, asked: _Asked, encoder: Encoder) -> tuple[str, Manifest] | None:
    """Id and manifest of the current generation if it is whole and made from just this; looks at no model."""
    try:
        name = current_id(data)
        if name is None:
            return None
        path = data / "generations" / name
        manifest = read_manifest(path)
    except GenerationError:
        return None
    same = (
        manifest.content == asked.content
        and manifest.encoder.fingerprint == encoder.fingerprint
        and manifest.theme_model == asked.theme_id
        and manifest.milvus == asked.mark
    )
    if not same or verify_generation(path):
        return None
    kept = in_milvus(data, manifest, asked.milvus)
    return None if kept and kept.problem() else (name, manifest)


def _report(
    name: str,
    manifest: Manifest,
    before: Mapping[str, str],
    documents: Survey,
    embedded: Embedded | None,
    clock: Clock,
) -> BuildReport:
    now = documents.hashes
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
        merged=documents.merged,
        encoded=embedded.encoded if embedded else 0,
        cached=embedded.cached if embedded else 0,
        seconds=clock.seconds,
        total_seconds=time.monotonic() - clock.started,
    )


def _describe(folder: Path, encoder: Encoder, created: datetime, asked: _Asked, vectors: int) -> Manifest:
    """Write the manifest of what stands in `folder`."""
    with closing(open_tables(folder / PASSAGES)) as tables:
        counts, kinds = count_rows(tables), count_kinds(tables)
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    manifest = Manifest(
        format_version=FORMAT_VERSION,
        created=created.isoformat(),
        inputs=asked.inputs.paths,
        without=asked.inputs.without,
        folder=asked.folder,
        force_from_name=asked.inputs.force_from_name,
        content=asked.content,
        encoder=encoder_record(encoder),
        theme_model=asked.theme_id,
        counts=counts | {"vectors": vectors},
        document_kinds=kinds,
        files={path.relative_to(folder).as_posix(): file_record(path) for path in files},
        milvus=asked.mark,
    )
    (folder / "manifest.json").write_text(manifest.to_json(), "utf-8")
    return manifest


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
