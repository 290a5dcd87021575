"""Files that are sent to the service: checked, given a name that leads nowhere, and never put over another."""

import filecmp
import os
import re
import secrets
import shutil
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from corpus.readers.folder import reason_not_read
from corpus.readers.reading import MEGABYTE, Limits
from indexer.growing import indexed
from service.contract.service_errors import RequestError

UPLOADS, PLACE = "uploads", "uploaded"  # the folder that is built from, and the one in it: no other file has such a key
MOST_FILES = 20
MOST_BYTES = 200 * MEGABYTE  # of one form
MOST_NAME = 120  # characters
_ROOM = 500 * MEGABYTE  # that has to be left on the disk


@dataclass(frozen=True, slots=True)
class Sent:
    """A file as it was sent: the name that its sender gave, and what writes it at a path."""

    name: str
    save: Callable[[Path], None]


@dataclass(frozen=True, slots=True)
class Refused:
    """A file that was not kept, and why: words that go on from its name."""

    name: str
    reason: str


def safe_name(given: str) -> str:
    """The name by which a file is kept: its last step, without what drives a terminal or hides a file.

    Raises ValueError with words that go on from the name.
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", given))[-1]
    name = " ".join("".join(c for c in last if not unicodedata.category(c).startswith("C")).split()).strip(". ")
    if not Path(name).stem or not re.search(r"\w", Path(name).stem):
        raise ValueError("has no name that a file can be kept under; rename it.")
    if len(name) > MOST_NAME or len(name.encode()) > 2 * MOST_NAME:
        raise ValueError(f"has a name of {len(name)} characters, and at most {MOST_NAME} are kept; rename it.")
    return name


def receive(data: Path, sent: list[Sent]) -> tuple[list[str], list[Refused]]:
    """Keep files among the uploads: the names of those that were kept, and those that were not, with why.

    Raises RequestError where there is none, or there are too many.
    """
    if not sent:
        raise RequestError("No file was chosen: choose one or more files, then send the form.")
    if len(sent) > MOST_FILES:
        raise RequestError(f"{len(sent)} files were chosen, and at most {MOST_FILES} are taken at once: send fewer.")
    home = data / UPLOADS / PLACE
    home.mkdir(parents=True, exist_ok=True)
    if shutil.disk_usage(home).free < _ROOM:
        raise RequestError("There is too little room on the disk of the service: ask whoever runs it to make some.")
    known: dict[str, list[Path]] = {}
    for file in (Path(file) for one in indexed(data) for file in one.files):
        known.setdefault(file.name, []).append(file)
    kept: list[str] = []
    refused: list[Refused] = []
    with _incoming(data) as folder:
        for one in sent:
            try:
                name = _kept(home, folder, known, one)
                known.setdefault(name, []).append((home / name).resolve())
                kept.append(name)
            except ValueError as error:
                refused.append(Refused(_shown(one.name), str(error)))
    return kept, refused


def discard(data: Path, name: str) -> None:
    """Remove a file of which nothing could be read."""
    with suppress(OSError):
        (data / UPLOADS / PLACE / name).unlink()


@contextmanager
def _incoming(data: Path) -> Iterator[Path]:
    """A hidden folder that files are written to first; builds do not look into it."""
    folder = data / UPLOADS / f".incoming-{secrets.token_hex(6)}"
    folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _kept(home: Path, folder: Path, known: dict[str, list[Path]], one: Sent) -> str:
    name = safe_name(one.name)
    path, target = folder / name, home / name
    path.unlink(missing_ok=True)
    one.save(path)
    if reason := reason_not_read(path, Limits()):
        raise ValueError(reason)
    others = known.get(name, [])
    if target.is_file() and target.resolve() not in others:  # taken out of the index, or its build was stopped
        if filecmp.cmp(path, target, shallow=False):
            return name
        target.rename(folder.with_name(f".was-{secrets.token_hex(6)}{target.suffix}"))
    for other in (target, *others):
        if other.is_file():
            raise ValueError(_again(path, other))
    with path.open("rb") as file:
        os.fsync(file.fileno())
    try:
        os.link(path, target)  # which never puts one file over another
    except FileExistsError:
        raise ValueError(_again(path, target)) from None
    return name


def _again(path: Path, other: Path) -> str:
    if filecmp.cmp(path, other, shallow=False):
        return "is in the index already, with the same content; nothing was added."
    return (
        "has the name of another file of the index, whose content is not the same. If it is a newer copy, have the old"
        " one taken out with `precedent remove` first; else rename it."
    )


def _shown(name: str) -> str:
    """A name as its sender knows it, without what drives a terminal, and not longer than one line."""
    plain = "".join(c if not unicodedata.category(c).startswith("C") else "�" for c in name)
    return plain if len(plain) <= MOST_NAME else f"{plain[:MOST_NAME]}…"
