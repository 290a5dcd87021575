"""Files and folders that are there whole or not at all, whenever the program is killed or the power goes.

Each is written under another name beside its place, had on disk, and renamed: within one folder that is one step for
the system. Then the folder is had on disk, which holds the new name.
"""

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

UNFINISHED = ".tmp-"  # what a name starts with until all of it is there


def write_whole(path: Path, content: str | bytes) -> None:
    """Make `content`, text as UTF-8, the whole content of a file, which otherwise stays as it was.

    Raises OSError where it cannot be written. Only a kill leaves an unfinished file behind, named `.tmp-NAME-…`.
    """
    unfinished = path.with_name(f"{UNFINISHED}{path.name}-{secrets.token_hex(4)}")  # another's is another file
    try:
        unfinished.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
        sync(unfinished)
        unfinished.replace(path)
    except BaseException:
        with suppress(OSError):
            unfinished.unlink()
        raise
    sync(path.parent)


@contextmanager
def unfinished(folder: Path) -> Iterator[Path]:
    """A new, empty `folder` to write into, in place of any that a killed process left there.

    It is removed where the block fails. A block that ends well has given it to `put_in_place`.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        yield folder
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def put_in_place(folder: Path, place: Path) -> None:
    """Have all of a finished folder on disk, then call it `place`, in the same folder, where nothing may stand yet."""
    for path in [*folder.rglob("*"), folder]:
        sync(path)
    folder.rename(place)
    sync(place.parent)


def sync(path: Path) -> None:
    """Have the system write a file or folder to disk now."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
