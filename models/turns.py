"""Who may use an encoder now: one at a time, and questions before batches of documents."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Turns:
    """One call at a time, in which a question waits for one batch at most, however many batches wait as well."""

    def __init__(self) -> None:
        self._free = threading.Condition()
        self._busy = False
        self._questions = 0  # that wait

    @contextmanager
    def question(self) -> Iterator[None]:
        """Hold the turn for a question."""
        with self._free:
            self._questions += 1
            try:
                self._free.wait_for(lambda: not self._busy)
                self._busy = True
            finally:
                self._questions -= 1
        with self._held():
            yield

    @contextmanager
    def batch(self) -> Iterator[None]:
        """Hold the turn for a batch, when no question waits."""
        with self._free:
            self._free.wait_for(lambda: not self._busy and not self._questions)
            self._busy = True
        with self._held():
            yield

    @contextmanager
    def _held(self) -> Iterator[None]:
        try:
            yield
        finally:
            with self._free:
                self._busy = False
                self._free.notify_all()
