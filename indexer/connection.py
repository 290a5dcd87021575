"""A connection to SQLite that threads share, and that nobody has to close."""

import sqlite3
from contextlib import suppress


class _Shared(sqlite3.Connection):
    """Is closed when the last who holds it lets go of it: a request may hold a generation longer than it is current."""

    def __del__(self) -> None:
        with suppress(sqlite3.ProgrammingError):  # it was never opened
            self.close()


def connect_shared(database: str, *, uri: bool = False, timeout: float = 5.0) -> sqlite3.Connection:
    """A connection for any number of threads.

    Without a cache of statements: Python 3.12 and 3.13 give one cached statement to two threads, and each gets the
    other's rows or an error. That costs some 7 µs a statement.
    """
    return sqlite3.connect(
        database, uri=uri, timeout=timeout, check_same_thread=False, cached_statements=0, factory=_Shared
    )
