"""How much work something is, counted and not timed: a machine may be slow, and busy with other things."""

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

MINUTES = 10


def calls(work: Callable[[], object]) -> int:
    """How many functions are called while `work` is done, those of Python and those of its libraries alike."""
    count = 0

    def called(_: FrameType, event: str, __: Any) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(called)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count


@contextmanager
def ending() -> Iterator[None]:
    """Fails where what is done inside does not end: where it takes ten minutes of the processor.

    It is for what takes seconds where its time grows with the size, and hours where it grows with the square.
    """

    def give_up(*_: object) -> None:
        raise AssertionError(f"this did not end in {MINUTES} minutes of the processor")

    before = signal.signal(signal.SIGVTALRM, give_up)
    signal.setitimer(signal.ITIMER_VIRTUAL, 60 * MINUTES)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
