"""A collection that grows: paths added to what a generation was built from, taken out of it, and what would be lost."""

import json
import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from indexer.generation import PASSAGES
from indexer.manifest import GenerationError, Inputs, current_id, read_manifest
from indexer.tables import open_tables


@dataclass(frozen=True, slots=True)
class Indexed:
    """A document of the current generation, with the real paths of the files it stands in."""

    key: str
    title: str
    files: tuple[str, ...]


def indexed(data: Path) -> list[Indexed]:
    """The documents of the current generation, of an older format too; none where there is none to read."""
    try:
        name = current_id(data)
        if name is None:
            return []
        folder = data / "generations" / name
        home = read_manifest(folder, any_version=True).folder
        with closing(open_tables(folder / PASSAGES)) as tables:
            rows = tables.execute("SELECT key, title, source, other_sources FROM documents ORDER BY key").fetchall()
    except (GenerationError, sqlite3.DatabaseError):
        return []
    return [Indexed(row["key"], row["title"], tuple(_files(row, home))) for row in rows]


def _files(row: sqlite3.Row, home: str) -> Iterator[str]:
    for source in (row["source"], *json.loads(row["other_sources"])):
        yield os.path.realpath(os.path.join(home, source))


def added(last: Inputs, paths: Sequence[str]) -> Inputs:
    """The inputs with `paths` among them; what was taken out of one of these is part of it again."""
    new = [path for path in paths if not any(_holds(known, path) for known in last.paths)]
    without = [path for path in last.without if not any(_holds(given, path) for given in paths)]
    return Inputs((*last.paths, *dict.fromkeys(new)), tuple(without), last.force_from_name)


def removed(last: Inputs, paths: Sequence[str], documents: Sequence[Indexed]) -> Inputs:
    """The inputs without `paths`: inputs, folders that hold some, or what lies inside an input, which is kept out.

    Raises GenerationError for a path that nothing of the collection stands under.
    """
    for path in paths:
        known = any(_holds(path, given) or (_holds(given, path) and os.path.exists(path)) for given in last.paths)
        if not known and not list(within(documents, [path])):
            raise GenerationError(
                f"{path} is no part of the collection, so there is nothing to take out. It was built from"
                f" {', '.join(last.paths)}."
            )
    kept = tuple(given for given in last.paths if not any(_holds(path, given) for path in paths))
    out = [path for path in (*last.without, *paths) if any(_holds(given, path) for given in kept)]
    return Inputs(kept, tuple(dict.fromkeys(out)), last.force_from_name)


def within(documents: Iterable[Indexed], paths: Sequence[str]) -> Iterator[Indexed]:
    """The documents of which every file stands under one of `paths`."""
    return (one for one in documents if all(any(_holds(path, file) for path in paths) for file in one.files))


def dropped(documents: Iterable[Indexed], inputs: Sequence[str]) -> Iterator[Indexed]:
    """The documents that a build from `inputs` alone would leave out: no file of theirs stands under any of them."""
    return (one for one in documents if not any(_holds(given, file) for given in inputs for file in one.files))


def _holds(outer: str, inner: str) -> bool:
    """Whether a path is another one, or a folder above it."""
    return Path(os.path.realpath(inner)).is_relative_to(os.path.realpath(outer))
