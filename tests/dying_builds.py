"""Builds that are killed at a chosen step: python dying_builds.py, and a line "STEP DATA TEXT…" in JSON for each.

With PRECEDENT_INDEX they keep vectors and words in that Milvus, in small batches. Each is a process of its own, forked
from this one, which has what takes long to import. On standard output it says each step before it takes it: a stage and
how far it is, and whatever it does to a file. At step STEP, from 1, it dies as if by another's `kill -9`; 0 lets it
live. Then stands "end" and how it ended.
"""

import json
import os
import signal
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

import faiss  # noqa: F401 - before the fork, as tantivy
import tantivy  # noqa: F401
from fakes import FakeCollection, FakeEncoder, document
from folding import folds_of

from corpus.english import dictionary
from corpus.forces import load_forces
from corpus.sample_marks import fictional
from indexer import build as building
from indexer import milvus_rows
from indexer.milvus import Link, parse_address
from indexer.program import program_hash

WRITES = os.O_WRONLY | os.O_RDWR
CHANGES = ("os.mkdir", "os.remove", "os.rename", "os.rmdir")


def dying_at(step: int) -> Callable[[str], None]:
    """What is called at each step; at that one it does not return.

    Counted from the first stage on: before it a build clears away what a killed one left, be it much or nothing.
    """
    steps = 0

    def at(what: str) -> None:
        nonlocal steps
        if steps == 0 and not what.startswith("compare"):
            return
        steps += 1
        os.write(sys.stdout.fileno(), f"{what}\n".encode())
        if steps == step:
            os.kill(os.getpid(), signal.SIGKILL)

    return at


def watched(at: Callable[[str], None]) -> None:
    """From now on call `at` before a file or folder is opened for writing, had on disk, made, renamed or removed."""

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        if event in CHANGES:
            at(f"{event} {Path(os.fsdecode(arguments[event == 'os.rename'])).name}")  # type: ignore[arg-type]
        elif event == "open" and isinstance(arguments[0], str) and int(arguments[2]) & WRITES:  # type: ignore[call-overload]
            at(f"open {Path(arguments[0]).name}")

    def fsync(handle: int) -> None:
        at("fsync")
        synced(handle)

    synced, os.fsync = os.fsync, fsync
    sys.addaudithook(hook)


def run(step: int, data: str, *texts: str) -> None:
    """One build of a document for each text."""
    at = dying_at(step)
    made = tuple(document(f"{i}.txt", [text]) for i, text in enumerate(texts))

    def progress(stage: str, done: int, total: int) -> None:
        at(f"{stage} {done} {total}")

    address = os.environ.get("PRECEDENT_INDEX")
    milvus = Link(parse_address(address)) if address else None
    milvus_rows.BATCH = 20
    watched(at)
    building.build(FakeCollection(made), FakeEncoder(), Path(data), inputs=["papers"], milvus=milvus, progress=progress)


def warm() -> None:
    """Read the rules and words that a build reads, once for all of them; no vector or index, which start threads."""
    building.load_vocabulary = cache(building.load_vocabulary)
    building.load_vocabulary(None)
    program_hash()
    fictional((), "")
    dictionary()
    folds_of([document("0.txt", ["The force should light its lamps."])], load_forces())
    FakeEncoder().encode_document(["A lamp."])


def main() -> None:
    """Do what is asked on standard input, to its end."""
    warm()
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            try:
                run(*json.loads(line))
            finally:
                os._exit(sys.exc_info()[0] is not None)
        _, status = os.waitpid(child, 0)
        print("end", os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    main()
