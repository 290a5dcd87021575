"""The theme models of a data folder: each is there whole or not at all, and one is trained at a time."""

import fcntl
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from indexer.durable import UNFINISHED, put_in_place, unfinished
from indexer.manifest import GenerationError, current_id, read_manifest
from models.encoder import ModelError
from models.theme_model import ThemeModel, load_model, save_model

THEMES, EXAMPLES = "themes.toml", "examples"  # copies of the user's files in a model's folder; the last as it was
KEPT = 5  # models, besides those of generations
_ID = re.compile(r"[\w-]{1,64}", re.ASCII)


def model_ids(data: Path) -> list[str]:
    """The ids of the theme models there are, oldest first."""
    return sorted(path.name for path in (data / "models").glob("[!.]*") if path.is_dir())


def open_model(data: Path, name: str) -> ThemeModel:
    """The theme model of that id. Raises ModelError where there is none or it is damaged."""
    if not _ID.fullmatch(name) or name not in model_ids(data):
        known = ", ".join(model_ids(data)) or "none yet"
        raise ModelError(f"There is no theme model {name!r} in {data}; there are: {known}.")
    return load_model(data / "models" / name)


def current_model(data: Path) -> str | None:
    """The id of the theme model that the current generation is tagged with; None without one."""
    try:
        name = current_id(data)
        return read_manifest(data / "generations" / name, any_version=True).theme_model if name else None
    except GenerationError:
        return None


def copied(data: Path, name: str, file: str) -> Path | None:
    """The copy of the user's file THEMES or EXAMPLES that a model was trained with; None without one."""
    return next((path for path in sorted((data / "models" / name).glob(f"{file}*")) if path.is_file()), None)


def publish_model(data: Path, model: ThemeModel, copies: Mapping[str, bytes]) -> None:
    """Write a model with `copies` of the files it was made from; it is there whole or not at all."""
    place = data / "models" / model.id
    with unfinished(place.with_name(f"{UNFINISHED}{model.id}")) as folder:
        for name, written in copies.items():
            (folder / name).write_bytes(written)
        save_model(model, folder)
        load_model(folder)  # what cannot be read again is not published
        shutil.rmtree(place, ignore_errors=True)  # a damaged one that is made anew
        put_in_place(folder, place)


def prune_models(data: Path) -> None:
    """Remove all but the newest KEPT models and those that a generation was tagged with."""
    used = {_model_of(path) for path in (data / "generations").glob("[!.]*")}
    for name in [name for name in model_ids(data) if name not in used][:-KEPT]:
        shutil.rmtree(data / "models" / name, ignore_errors=True)


@contextmanager
def training(data: Path) -> Iterator[None]:
    """Hold the right to train in `data`. Raises ModelError while another process does."""
    data.mkdir(parents=True, exist_ok=True)
    with (data / "train.lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ModelError(
                f"Another process is training in {data}. Wait until it has finished, or stop it."
            ) from None
        for path in (data / "models").glob(f"{UNFINISHED}*"):
            shutil.rmtree(path, ignore_errors=True)
        yield


def _model_of(generation: Path) -> str | None:
    try:
        return read_manifest(generation, any_version=True).theme_model
    except GenerationError:
        return None
