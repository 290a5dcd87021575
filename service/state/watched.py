"""Something read from state.sqlite that is held, and read again only when the file has been written to."""

import sqlite3
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from service.state.state_file import StateFile

Held = TypeVar("Held")


class Watched(Generic[Held]):
    """Holds what `made` reads; safe to use from several threads. To ask whether the file changed takes microseconds."""

    def __init__(self, file: StateFile, made: Callable[[], Held], nothing: Held) -> None:
        self._file, self._made, self._nothing = file, made, nothing
        self._guard = threading.Lock()
        self._held = nothing
        self._seen: tuple[object, ...] | None = None
        self._reader: tuple[tuple[int, ...], sqlite3.Connection] | None = None

    def now(self) -> Held:
        """What the file holds now. Raises StateError where it cannot be read."""
        with self._guard, self._file.told():
            try:
                stat = self._file.path.stat()
            except (FileNotFoundError, NotADirectoryError):
                self._seen = None
                return self._nothing
            # The file too: a backup may have been put in its place.
            file = (stat.st_ino, stat.st_size, stat.st_mtime_ns)
            seen = (file, self._opened(file).execute("PRAGMA data_version").fetchone()[0])
            if seen != self._seen:
                self._held = self._made()
                self._seen = seen
            return self._held

    def _opened(self, file: tuple[int, ...]) -> sqlite3.Connection:
        """A connection that is kept, because to open one takes longer than a small search."""
        if self._reader is None or self._reader[0] != file:
            if self._reader is not None:
                self._reader[1].close()
            self._reader = None
            self._reader = (file, self._file.shared())
        return self._reader[1]
