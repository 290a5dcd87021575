"""The stages of a build: how far it is, told as it goes on, and how long each took."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal

Stage = Literal[
    "compare",
    "closure",
    "passages",
    "lexical",
    "windows",
    "encode",
    "vectors",
    "themes",
    "milvus",
    "verify",
    "publish",
]
Progress = Callable[[Stage, int, int], None]


@dataclass(slots=True)
class Clock:
    """Tells the caller how far the build is, and remembers how long each stage took."""

    progress: Progress | None
    seconds: dict[str, float] = field(default_factory=dict)
    started: float = field(default_factory=time.monotonic)

    @contextmanager
    def stage(self, name: Stage) -> Iterator[Callable[[int, int], None]]:
        """One stage: yields what to call with (done, total) as it goes on."""

        def tell(done: int, total: int) -> None:
            if self.progress:
                self.progress(name, done, total)

        began = time.monotonic()
        tell(0, 1)
        yield tell
        self.seconds[name] = time.monotonic() - began
