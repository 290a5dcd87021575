"""Another theme model for what is indexed: a generation that shares the other files of the one before."""

import os
import shutil
import sqlite3
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from indexer.clock import Clock, Progress
from indexer.column_files import THEME_FILES
from indexer.durable import UNFINISHED, unfinished
from indexer.generation import verify_generation
from indexer.manifest import COLUMNS, COPIES, TAGS, GenerationError, Manifest, current_id, file_record, read_manifest
from indexer.program import worked_out
from indexer.publish import building, clean, prune, publish, stamp
from indexer.stores import write_themes
from models.encoder import Encoder, ModelError
from models.theme_model import ThemeModel


def promote(data: Path, themes: ThemeModel, encoder: Encoder, progress: Progress | None = None) -> str:
    """Tag the current generation's passages with another model: a new generation, whose id is returned.

    It shares all files but those of themes with the one before. Raises GenerationError where there is none or it is
    damaged, or a build is at work; ModelError for a model of another encoder.
    """
    if themes.encoder != encoder.fingerprint:
        raise ModelError(
            f"Theme model {themes.id} was trained with another encoder than {encoder.name}. Run `precedent themes"
            " train` to make one for this encoder."
        )
    clock = Clock(progress)
    try:
        with building(data):
            clean(data)
            name = current_id(data)
            if name is None:
                raise GenerationError(f"Nothing is indexed in {data} yet. Run `precedent build PATH` first.")
            former = data / "generations" / name
            manifest = read_manifest(former)
            if manifest.encoder.fingerprint != encoder.fingerprint:
                raise GenerationError(
                    f"Generation {name} was made with another encoder, {manifest.encoder.name}. Run `precedent build`."
                )
            if manifest.theme_model == themes.id:
                return name
            name = _retagged(former, manifest, themes, encoder, data, clock)
            with suppress(OSError):
                prune(data, name)
            return name
    except (OSError, sqlite3.DatabaseError) as error:
        raise GenerationError(
            f"The model was not promoted: {error}. The index is as it was. See that {data} is writable and has room."
        ) from error


def _retagged(former: Path, manifest: Manifest, themes: ThemeModel, encoder: Encoder, data: Path, clock: Clock) -> str:
    created = datetime.now(UTC)
    with unfinished(data / "generations" / f"{UNFINISHED}{stamp(created, data)}") as folder:
        tagged = {TAGS, *(f"{COLUMNS}/{name}" for name in THEME_FILES)}
        for name in manifest.files.keys() - tagged:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            try:
                os.link(former / name, folder / name)
            except OSError:  # a file system without hard links
                shutil.copy2(former / name, folder / name)
        copies = {name: (folder / name).read_bytes() for name in COPIES if (folder / name).is_file()}
        write_themes(folder, themes, encoder, data, clock, worked_out(data, copies))
        files = {**manifest.files, **{name: file_record(folder / name) for name in tagged}}
        manifest = replace(manifest, created=created.isoformat(), theme_model=themes.id, files=files)
        (folder / "manifest.json").write_text(manifest.to_json(), "utf-8")
        with clock.stage("verify"):
            if problems := verify_generation(folder):
                raise GenerationError(f"The model was not promoted. {' '.join(problems)}")
        with clock.stage("publish"):
            return publish(folder, manifest, data)
