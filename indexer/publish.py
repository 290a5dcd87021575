"""How a generation is put in place: by one build at a time, whole or not at all, and the oldest removed."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from indexer.durable import UNFINISHED, put_in_place, write_whole
from indexer.manifest import GenerationError, Manifest

KEPT = 3  # generations: the one served, and two for readers that still hold one or for going back
_STAMP = "%Y%m%dT%H%M%S%fZ"


def stamp(created: datetime, data: Path) -> str:
    """The time that a generation's name starts with: after those of all before it, even if the clock went back."""
    later = [created]
    for path in (data / "generations").glob("*-*"):
        with suppress(ValueError, OverflowError):  # a folder of another name, or at the end of time
            stamp = datetime.strptime(path.name.split("-")[0], _STAMP).replace(tzinfo=UTC)
            later.append(stamp + timedelta(microseconds=1))
    return max(later).strftime(_STAMP)


def publish(folder: Path, manifest: Manifest, data: Path) -> str:
    """Give the finished `folder` its name and make it the current generation; the id is returned."""
    name = f"{folder.name.removeprefix(UNFINISHED)}-{manifest.mark()}"
    put_in_place(folder, folder.with_name(name))
    write_whole(data / "CURRENT", name + "\n")
    return name


def prune(data: Path, current: str) -> None:
    """Remove the oldest generations, never the `current` one, until KEPT are left."""
    folders = [p for p in (data / "generations").iterdir() if p.is_dir() and not p.name.startswith(".")]
    others = sorted(p for p in folders if p.name != current)
    for path in others[: max(0, len(others) - (KEPT - 1))]:
        # Renamed first, so that a generation is there whole or not at all.
        _remove(path.rename(path.with_name(f"{UNFINISHED}{path.name}")))


def clean(data: Path) -> None:
    """Remove what builds that died left behind. Only under the lock: no other build is at work."""
    for path in [*(data / "generations").glob(f"{UNFINISHED}*"), *data.glob(f"{UNFINISHED}*")]:
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


@contextmanager
def building(data: Path) -> Iterator[None]:
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
