"""How much memory a process takes: its own, and pages of files that it has mapped. Linux."""

import re
import threading
from pathlib import Path
from types import TracebackType

MIB = 2**20


def resident() -> dict[str, float]:
    """MiB that this process has in memory now: its own, and pages of files, which the system may take back."""
    rollup = Path("/proc/self/smaps_rollup").read_text()
    sizes = {name: int(size) / 1024 for name, size in re.findall(r"^(\w+):\s+(\d+) kB", rollup, re.M)}
    return {"own": sizes["Anonymous"], "mapped": sizes["Rss"] - sizes["Anonymous"]}


class Peak:
    """The most of `resident`'s own that this process has while the context lasts, looked at ten times a second."""

    def __init__(self) -> None:
        self.own = 0.0
        self._over = threading.Event()
        self._watch = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> "Peak":
        self._watch.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._watch.join()

    @property
    def whole(self) -> float:
        """MiB that this process has ever had in memory, with the pages of files."""
        return _status("VmHWM")

    def _look(self) -> None:
        while True:
            self.own = max(self.own, _status("RssAnon"))
            if self._over.wait(0.1):
                return


def _status(name: str) -> float:
    return int(re.findall(rf"{name}:\s+(\d+) kB", Path("/proc/self/status").read_text())[0]) / 1024
