"""Files are read in a process of their own, which can be stopped: by its memory, by its time, or by a crash.

The child also parses what it has read, where it is told by what names and words: a parser that takes too long is
stopped as a reader is. Parent and child talk in lines of JSON: a request one way, what came of it the other way.
"""

import hashlib
import json
import os
import resource
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from functools import cache, lru_cache
from pathlib import Path
from queue import SimpleQueue
from types import TracebackType
from typing import TYPE_CHECKING, Any, BinaryIO

from corpus.model import CorpusError, Document, Heading, Mark, Source
from corpus.readers.formats import mapping_of, read_bytes
from corpus.readers.reading import MEGABYTE, Explained, LeftOut, Limits, Reading, Text
from corpus.text import key_step

if TYPE_CHECKING:
    from pydantic import TypeAdapter

    from corpus.forces import Forces
    from corpus.parsers.grammar import Grammar

_PROGRAM = "from corpus.readers.worker import main; main()"
_ENVIRONMENT = ("PATH", "LANG", "LC_ALL", "TMPDIR", "LD_LIBRARY_PATH")
_CHUNK = 1 << 20
_ANSWER = 40  # bytes of JSON that a character of text takes at most, with its share of all that is made of it
_TOO_MUCH = "needs more memory to read than one file may have; split it, or save its text alone."
_BROKE = "broke the program that reads it; it may be damaged: open it and save it anew."
_AT_ONCE = 2
SAID_IN = "documents.csv"  # where people state what a document is
_GRACE = 5  # seconds after which a child that nobody stopped ends by itself


@dataclass(frozen=True, slots=True)
class Words:
    """By what a text is parsed: the TOML texts that a user adds to the force names and to the grammar of findings."""

    forces: str = ""
    findings: str = ""
    force_from_name: bool = False


@dataclass(frozen=True, slots=True)
class Job:
    """A file to read and parse: the key that its document will have, and what people say of it beside the file."""

    path: Path
    key: str
    said: Mapping[str, str] = field(default_factory=dict)


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
        return self._ask({"path": os.fspath(path.absolute())})  # this process may have moved since the child began

    def parse(self, job: Job, words: Words) -> Read:
        """Read one file and parse what it holds. Raises CorpusError as `read` does."""
        said = {"key": job.key, "said": dict(job.said), "words": asdict(words)}
        return self._ask({"path": os.fspath(job.path.absolute()), **said})

    def _ask(self, request: Mapping[str, Any]) -> Read:
        if self._child is not None and self._child.poll() is not None:
            self.close()  # it ended while idle: no file's fault
        child = self._child = self._child or self._start()
        assert child.stdin is not None  # noqa: S101 - both are pipes
        try:
            child.stdin.write(json.dumps(request).encode() + b"\n")
            answer = json.loads(self._answer(child))
            if "error" not in answer:
                return Read(_reading(answer), answer["sha256"], _parsed(answer["parsed"]))
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
def reading(jobs: Sequence[Job], limits: Limits, words: Words | None = None) -> Iterator[Iterator[Read | CorpusError]]:
    """What comes of each file, in order: read, or why it could not be. Two processes read at a time.

    With `words` they parse what they read.
    """
    readers = [ReaderProcess(limits) for _ in range(_AT_ONCE)]
    idle: SimpleQueue[ReaderProcess] = SimpleQueue()
    for reader in readers:
        idle.put(reader)

    def read(job: Job) -> Read | CorpusError:
        reader = idle.get()
        try:
            return reader.parse(job, words) if words else reader.read(job.path)
        except CorpusError as error:
            return error
        finally:
            idle.put(reader)

    pool = ThreadPoolExecutor(_AT_ONCE)
    try:
        yield pool.map(read, jobs)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        for reader in readers:
            reader.kill()
        pool.shutdown()
        for reader in readers:
            reader.close()


def _reading(answer: dict[str, Any]) -> Reading:
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
    documents = _documents()
    return tuple(
        Parsed(one["key"], one["name"], one["document"] and documents.validate_python(one["document"]), one["problem"])
        for one in found
    )


@cache
def _documents() -> "TypeAdapter[Document]":
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


def _plain(reading: Reading, sha256: str) -> dict[str, Any]:
    texts = [
        {
            "text": text.text,
            "headings": [[heading.start, heading.level, heading.end] for heading in text.headings],
            "pages": text.pages,
            "metadata": dict(text.metadata),
            "name": text.name,
            "marks": [[mark.start, mark.end, mark.kind] for mark in text.marks],
        }
        for text in reading.texts
    ]
    left = [[part.where, part.reason] for part in reading.left_out]
    explained = [*map(asdict, reading.explained)]
    return {"texts": texts, "left_out": left, "explained": explained, "sha256": sha256, "parsed": []}


def _read(request: Mapping[str, Any], limits: Limits) -> dict[str, Any]:
    """The answer for one file; `spent` says that the process should not go on after it."""
    spent, path = False, request["path"]
    try:
        with open(path, "rb") as file:
            raw = file.read(limits.size + 1)
        if len(raw) > limits.size:
            raise CorpusError(f"is larger than {limits.size // MEGABYTE:,} MB; split it, or save its text alone.")
        reading, sha256 = read_bytes(raw, path, limits, _mapping(path)), hashlib.sha256(raw).hexdigest()
        if "words" not in request:
            return _plain(reading, sha256)
        parsed = [one for text in reading.texts for one in _parse(text, sha256, request)]
        return {**_plain(replace(reading, texts=()), sha256), "parsed": parsed}
    except CorpusError as error:
        why = str(error)
    except OSError as error:
        why = f"cannot be opened ({error.strerror}); check its permissions."
    except MemoryError:
        spent = True
        why = _TOO_MUCH
    except Exception as error:
        # Whatever a library makes of a broken file: the file is at fault, and the others are still to be read.
        what = f"{type(error).__name__}: {error}".splitlines()[0][:200]
        why = f"cannot be read ({what}); it may be damaged: open it and save it anew."
    return {"error": why, "spent": spent}


def _parse(text: Text, sha256: str, request: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The documents of one text, or why there is none, ready for JSON."""
    from corpus.parsers.listing import records_of

    said = {**request["said"], "said_in": SAID_IN} if request["said"] else {}
    for source in records_of(source_of(request["path"], request["key"], text, sha256, said)):
        name = source.key.removeprefix(request["key"]).strip("/")
        document, problem = _document(source, Words(**request["words"]))
        plain = document and _documents().dump_python(document)
        yield {"key": source.key, "name": name, "document": plain, "problem": problem}


def _document(source: Source, words: Words) -> tuple[Document | None, str]:
    from corpus.parsers.parse import parse

    forces, grammar = _known(words.forces, words.findings)
    try:
        document = parse(source, forces, force_from_name=words.force_from_name, grammar=grammar)
    except MemoryError:
        raise
    except Exception as error:
        # No document may keep the others from being built; a parser that fails is a fault of ours to be told of.
        what = f"{type(error).__name__}: {error}"
        return None, f"could not be taken apart ({what}): a fault in Precedent; please report it."
    if not document.passages:
        why = "its text is garbled; get a better copy" if document.garbled else "only page numbers or the like"
        return None, f"holds no passage of text: {why}."
    return document, ""


@lru_cache(2)
def _known(forces: str, findings: str) -> "tuple[Forces, Grammar]":
    from corpus.forces import forces_of
    from corpus.parsers.grammar import grammar_of

    return forces_of(forces), grammar_of(findings)


def source_of(path: str, key: str, text: Text, sha256: str, said: Mapping[str, str]) -> Source:
    """A source of a file that may hold several: each then has its name in its key, and a hash of its own."""
    key = f"{key}/{key_step(text.name)}" if text.name else key
    metadata = {**text.metadata, **said}
    return Source(path, key, text.text, own_hash(text) or sha256, text.headings, text.pages, metadata, text.marks)


def own_hash(text: Text) -> str | None:
    """SHA-256 of a document that shares its file with others; None for one that has a file of its own."""
    if not text.name:
        return None
    return hashlib.sha256(repr((text.text, sorted(text.metadata.items()))).encode()).hexdigest()


def _mapping(path: str) -> bytes | None:
    """What the mapping file beside a tracker holds; None where there is none."""
    beside = mapping_of(path)
    if not beside or not os.path.isfile(beside):
        return None
    with open(beside, "rb") as file:
        return file.read(MEGABYTE)


def _write(answers: BinaryIO, line: bytes) -> None:
    view = memoryview(line)
    while view:
        view = view[answers.write(view) :]


def main() -> None:
    """Answer for each path on standard input, within the limits given as the first argument."""
    limits = Limits(**json.loads(sys.argv[1]))
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory, limits.memory))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # no file can be written to
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)  # whatever a library prints is no answer
    for line in sys.stdin.buffer:
        signal.alarm(int(limits.seconds) + _GRACE)
        try:
            answer = json.dumps(_read(json.loads(line), limits), ensure_ascii=False).encode("utf-8", "replace")
        except MemoryError:
            answer = json.dumps({"error": _TOO_MUCH, "spent": True}).encode()
        signal.alarm(0)
        _write(answers, answer + b"\n")
