"""What each hostile file comes to, in time and memory: PYTHONPATH=.:tests python tests/benchmarks/bench_hostile.py"""

import os
import tempfile
import time
from pathlib import Path

from hostile import ATTACKS, NAMES

from corpus.readers import Limits, read_paths


def main() -> None:
    print("| file | seconds | peak MB | outcome |")
    print("|--|--|--|--|")
    for attack in (attack for attack in ATTACKS if attack.name not in NAMES):
        with tempfile.TemporaryDirectory() as home:
            attack.make(Path(home, attack.name))
            seconds, memory, outcome = measured(home)
        name = attack.name.encode("utf-8", "replace").decode()
        print(f"| `{name}` | {seconds:.1f} | {memory:.0f} | {outcome} |")


def measured(home: str) -> tuple[float, float, str]:
    """Seconds, most MB and outcome of reading a folder; in a fork, so that its children's peak is no other's."""
    readable, writable = os.pipe()
    began = time.monotonic()
    child = os.fork()
    if not child:
        sources, skipped = read_paths([home], Limits())
        said = [f"left out: {f'{entry.part}, ' if entry.part else ''}{entry.reason}" for entry in skipped]
        os.write(writable, "; ".join([*(["read"] if sources else []), *said])[:400].encode())
        os._exit(0)
    os.close(writable)
    _, _, used = os.wait4(child, 0)
    with open(readable, "rb") as pipe:
        return time.monotonic() - began, used.ru_maxrss / 1024, pipe.read().decode()


if __name__ == "__main__":
    main()
