"""Files are read in a process of their own, which can be stopped: by its memory, by its time, or by a crash.

This is the side of the parent, `child` is the other. They talk in lines of JSON: a request one way, what came of it the
other way.
"""

import hashlib
import json
import os
import selectors
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from queue import SimpleQueue
from types import TracebackType
from typing import TYPE_CHECKING, Any

from corpus.kept import Kept
from corpus.model import CorpusError, Document, Heading, Mark
from corpus.readers.formats import mapping_bytes
from corpus.readers.reading import Explained, LeftOut, Limits, Reading, Text

if TYPE_CHECKING:
    from pydantic import TypeAdapter


_PROGRAM = "from corpus.readers.child import main; main()"
_ENVIRONMENT = ("PATH", "LANG", "LC_ALL", "TMPDIR", "LD_LIBRARY_PATH")
_CHUNK = 1 << 20
_ANSWER = 40  # bytes of JSON that a character of text takes at most, with its share of all that is made of it
_BROKE = "broke the program that reads it; it may be damaged: open it and save it anew."
_MOST = 8  # processes that read at a time: this one, which takes what they say, keeps up with no more
_AHEAD = 4  # files for each process, at most, that are read before they are asked for


@dataclass(frozen=True, slots=True)
class Words:
    """By what a text is parsed: the TOML texts that a user adds to the force names and to the grammar of findings."""

    forces: str = ""
    findings: str = ""
    force_from_name: bool = False


@dataclass(frozen=True, slots=True)
class Job:
    """A file to read and parse: the key that its document will have, and what people say of it beside the file.

    `people` is what a person says of a document of the file, by the key of its source: it wins over `said`.
    """

    path: Path
    key: str
    said: Mapping[str, str] = field(default_factory=dict)
    people: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Parsed:
    """One document of a file: the key and name of its source, and the document, or why there is none."""

    key: str
    name: str
    document: Document | None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Read:
    """What came of one file, and the SHA-256 of its bytes; `parsed` instead of its texts where that was asked for."""

    reading: Reading
    sha256: str
    parsed: tuple[Parsed, ...] = ()


class ReaderProcess:
    """A child process that reads files, started when the first is asked for and again after it was stopped.

    For one thread at a time.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._child: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "ReaderProcess":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def read(self, path: Path) -> Read:
        """Read one file. Raises CorpusError, with a reason that continues "report.pdf …", where that fails."""
        return _came_to(self._ask({"path": os.fspath(path.absolute())}))  # this process may have moved since

    def parse(self, job: Job, words: Words, kept: Kept | None = None) -> Read:
        """Read one file and parse what it holds, if `kept` does not know what came of it. Raises as `read` does."""
        said = {"key": job.key, "said": dict(job.said), "words": asdict(words)}
        if job.people:
            said["people"] = {key: dict(own) for key, own in job.people.items()}
        request = {"path": os.fspath(job.path.absolute()), **said}
        parts = _parts(request, self._limits) if kept else None
        if kept is None or parts is None:
            return _came_to(self._ask(request))
        if known := kept.get(parts):
            with suppress(ValueError, KeyError, TypeError):  # not what this program would have written
                return _came_to(json.loads(known))
        answer = self._ask(request)
        kept.put(parts, json.dumps(answer).encode())
        return _came_to(answer)

    def _ask(self, request: Mapping[str, Any]) -> dict[str, Any]:
        if self._child is not None and self._child.poll() is not None:
            self.close()  # it ended while idle: no file's fault
        child = self._child = self._child or self._start()
        assert child.stdin is not None  # noqa: S101 - both are pipes
        try:
            child.stdin.write(json.dumps(request).encode() + b"\n")
            answer: dict[str, Any] = json.loads(self._answer(child))
            if "error" not in answer:
                return answer
        except CorpusError:
            self.close()
            raise
        except (BrokenPipeError, ValueError, KeyError, TypeError) as error:  # gone, or what it says makes no sense
            self.close()
            raise CorpusError(_BROKE) from error
        if answer["spent"]:
            self.close()
        raise CorpusError(answer["error"])

    def kill(self) -> None:
        """End what is being read; may be called from another thread than the one that reads."""
        if child := self._child:
            child.kill()

    def _start(self) -> "subprocess.Popen[bytes]":
        home = str(Path(__file__).parents[2])
        kept = {name: value for name in _ENVIRONMENT if (value := os.environ.get(name))}
        return subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-P", "-X", "utf8", "-c", _PROGRAM, json.dumps(asdict(self._limits))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,  # nothing is left to be flushed when the child is gone
            env={**kept, "PYTHONPATH": home},
            start_new_session=True,  # Ctrl-C is for the parent, which stops the child itself
        )

    def _answer(self, child: "subprocess.Popen[bytes]") -> bytes:
        """The child's line. Raises CorpusError where it takes too long or ends without one."""
        assert child.stdout is not None  # noqa: S101
        until = time.monotonic() + self._limits.seconds
        parts: list[bytes] = []
        length = 0
        with selectors.DefaultSelector() as selector:
            selector.register(child.stdout, selectors.EVENT_READ)
            while not parts or not parts[-1].endswith(b"\n"):
                if not selector.select(max(0.0, until - time.monotonic())):
                    seconds = f"{self._limits.seconds:.0f} seconds"
                    raise CorpusError(f"took longer than {seconds} to read; split it, or save its text alone.")
                part = os.read(child.stdout.fileno(), _CHUNK)
                length += len(part)
                if not part or length > _ANSWER * self._limits.characters + _CHUNK:
                    raise CorpusError(_BROKE)
                parts.append(part)
        return b"".join(parts)

    def close(self) -> None:
        """End the child process, if there is one."""
        child, self._child = self._child, None
        if child is not None:
            child.kill()
            child.wait()
            for pipe in (child.stdin, child.stdout):
                if pipe is not None:
                    pipe.close()


@contextmanager
def reading(
    jobs: Sequence[Job], limits: Limits, words: Words | None = None, kept: Kept | None = None
) -> Iterator[Iterator[Read | CorpusError]]:
    """What comes of each file, in order: read, or why it could not be. At most as many read at a time as processors.

    With `words` they parse what they read, and what `kept` knows is neither read nor parsed.
    """
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    at_once = max(1, min(len(jobs), allowed, _MOST))
    readers = [ReaderProcess(limits) for _ in range(at_once)]
    idle: SimpleQueue[ReaderProcess] = SimpleQueue()
    for reader in readers:
        idle.put(reader)

    def read(job: Job) -> Read | CorpusError:
        reader = idle.get()
        try:
            return reader.parse(job, words, kept) if words else reader.read(job.path)
        except CorpusError as error:
            return error
        finally:
            idle.put(reader)

    def read_ahead() -> Iterator[Read | CorpusError]:
        # No further than this: what was read of a great folder is as large as the folder.
        waiting: deque[Future[Read | CorpusError]] = deque()
        for job in jobs:
            waiting.append(pool.submit(read, job))
            if len(waiting) > _AHEAD * at_once:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()

    pool = ThreadPoolExecutor(at_once)
    try:
        yield read_ahead()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        for reader in readers:
            reader.kill()
        pool.shutdown()
        for reader in readers:
            reader.close()


def _parts(request: Mapping[str, Any], limits: Limits) -> list[bytes] | None:
    """All that has a part in the answer to a request; None where the file cannot be read."""
    try:
        with open(request["path"], "rb") as file:
            content = hashlib.file_digest(file, "sha256").digest()
        asked = json.dumps([request, asdict(limits)], sort_keys=True).encode()
        return [asked, content, mapping_bytes(request["path"]) or b""]
    except OSError:
        return None


def _came_to(answer: Mapping[str, Any]) -> Read:
    return Read(_reading(answer), answer["sha256"], _parsed(answer["parsed"]))


def _reading(answer: Mapping[str, Any]) -> Reading:
    texts = tuple(
        Text(
            text["text"],
            tuple(Heading(*heading) for heading in text["headings"]),
            tuple(text["pages"]),
            text["metadata"],
            text["name"],
            tuple(Mark(*mark) for mark in text["marks"]),
        )
        for text in answer["texts"]
    )
    return Reading(texts, tuple(LeftOut(*part) for part in answer["left_out"]), _explained(answer["explained"]))


def _parsed(found: list[dict[str, Any]]) -> tuple[Parsed, ...]:
    if not found:
        return ()
    documents = document_form()
    return tuple(
        Parsed(one["key"], one["name"], one["document"] and documents.validate_python(one["document"]), one["problem"])
        for one in found
    )


@cache
def document_form() -> "TypeAdapter[Document]":
    """How a document is written as JSON and read again."""
    from pydantic import TypeAdapter

    return TypeAdapter(Document)


def _explained(tables: list[dict[str, Any]]) -> tuple[Explained, ...]:
    return tuple(
        Explained(
            table["table"],
            tuple((name, role, why) for name, role, why in table["columns"]),
            tuple((where, what) for where, what in table["rows"]),
            tuple((word, status, why) for word, status, why in table["statuses"]),
            tuple(table["notes"]),
        )
        for table in tables
    )
