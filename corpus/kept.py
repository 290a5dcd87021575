"""Answers that took time, kept by all that has a part in them, so that they are not worked out again.

One file for each, whose name is the hash of what was asked: of a file that was read its bytes, what is said of it, the
words it is parsed by, and the program. Any of them, and the whole folder, may be removed at any time.
"""

import hashlib
import json
import os
import secrets
import zlib
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

_ROOM = Path(__file__).parent
_LIBRARIES = ("mammoth", "markdown-it-py", "pydantic", "pypdfium2", "python-calamine", "rapidfuzz", "selectolax")
_PARTS = {".py", ".toml", ".csv", ".json", ".txt"}
_SAMPLE = "sample"


class Kept:
    """The answers kept in `folder`; `salt` has a part in all of them, as this room's own code and rules have.

    Safe to use from several threads, which ask for different things.
    """

    def __init__(self, folder: Path, salt: bytes = b"") -> None:
        self.folder, self._salt = folder, salt
        self._used: set[str] = set()

    def get(self, parts: Sequence[bytes]) -> bytes | None:
        """The answer to a question made of these parts; None where there is none that is sound."""
        with suppress(OSError, zlib.error):
            answer = zlib.decompress(self._place(parts).read_bytes())  # which has a checksum
            self._used.add(self._name(parts))
            return answer
        return None

    def put(self, parts: Sequence[bytes], answer: bytes) -> None:
        """Keep an answer; where that fails it is made again the next time."""
        place = self._place(parts)
        part = place.with_name(f".{place.name}-{secrets.token_hex(4)}")
        with suppress(OSError):
            try:
                place.parent.mkdir(parents=True, exist_ok=True)
                part.write_bytes(zlib.compress(answer, 1))
                part.replace(place)
            finally:
                part.unlink(missing_ok=True)
            self._used.add(self._name(parts))

    def prune(self) -> None:
        """Remove what was neither asked for nor kept since this was made: nobody asks that any more."""
        for folder, _, names in os.walk(self.folder):
            for name in names:
                if Path(folder).name + name not in self._used:
                    with suppress(OSError):
                        Path(folder, name).unlink()

    def _place(self, parts: Sequence[bytes]) -> Path:
        name = self._name(parts)
        return self.folder / name[:2] / name[2:]

    def _name(self, parts: Sequence[bytes]) -> str:
        digest = hashlib.sha256(_program())
        for part in (self._salt, *parts):
            digest.update(len(part).to_bytes(8, "little") + part)
        return digest.hexdigest()


def recalled(kept: Kept | None, kind: str, asked: str, make: Callable[[], Any]) -> Any:
    """What JSON makes of what `make` gives: from `kept` where it knows the answer of that kind to what is asked."""
    parts = [kind.encode(), asked.encode("utf-8", "backslashreplace")]
    if kept and (known := kept.get(parts)):
        with suppress(ValueError):
            return json.loads(known)
    answer = json.dumps(make())
    if kept:
        kept.put(parts, answer.encode())
    return json.loads(answer)


def damaged(folder: Path) -> int:
    """How many answers in `folder` are not as they were written. Reads all of them."""
    return sum(not _is_sound(path) for path in folder.rglob("*") if path.is_file())


def _is_sound(path: Path) -> bool:
    try:
        return bool(zlib.decompress(path.read_bytes()))
    except (OSError, zlib.error):
        return False


@cache
def _program() -> bytes:
    """SHA-256 of what reads and parses: this room's modules and rules, and the libraries behind them."""
    digest = hashlib.sha256(repr([(name, version(name)) for name in _LIBRARIES]).encode())
    for path in sorted(_ROOM.rglob("*")):
        if path.suffix in _PARTS and _SAMPLE not in path.relative_to(_ROOM).parts:
            digest.update(f"{path.relative_to(_ROOM)} {hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return digest.digest()
