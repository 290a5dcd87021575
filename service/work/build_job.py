"""A build that a page started: one at a time across processes, in a process of its own, with what it says as it goes.

The process holds a lock that it was handed, so that nobody else starts one, and so that one that was killed is told
from one that is still at work.
"""

import fcntl
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import IO, Any

from indexer.durable import write_whole
from service.contract.service_errors import RequestError
from service.work.uploads import PLACE, UPLOADS

JOB, LOCK = "job.json", "job.lock"  # in the data folder
PROGRAM = (sys.executable, "-P", "-m", "service.cli.upload_job")
_TRIES, _PAUSE = 10, 0.05  # for the lock; seconds
BUSY = "A build that was started here is still at work: wait until it is done, then try again."


@dataclass(frozen=True, slots=True)
class FileFound:
    """What came of one file that was sent: its documents in short, what was left out, or why nothing was read."""

    name: str
    documents: tuple[Mapping[str, Any], ...] = ()
    left_out: tuple[str, ...] = ()
    refused: str = ""


@dataclass(frozen=True, slots=True)
class Job:
    """A build: `state` is "running", "done", "failed" or "stopped"; `problem` says in a sentence why it failed.

    `stage`, `done` and `total` tell how far it is, `files` what came of the files that it was started for, `counts`
    what the index holds after it; `published` is False where it found nothing new.
    """

    who: str
    began: str
    state: str = "running"
    stage: str = ""
    done: int = 0
    total: int = 0
    ended: str = ""
    problem: str = ""
    files: tuple[FileFound, ...] = ()
    counts: Mapping[str, int] | None = None
    published: bool = False
    names: tuple[str, ...] = ()


def write_job(data: Path, job: Job) -> None:
    """Have pages see how a job stands; whole or not at all."""
    write_whole(data / JOB, json.dumps(asdict(job), ensure_ascii=True) + "\n")


def read_job(data: Path) -> Job | None:
    """The last job, or None; one that says that it runs and whose process is gone was stopped."""
    try:
        found = json.loads((data / JOB).read_text("utf-8"))
        files = tuple(
            FileFound(one["name"], tuple(one["documents"]), tuple(one["left_out"]), one["refused"])
            for one in found["files"]
        )
        job = Job(**{**found, "files": files, "names": tuple(found["names"])})
    except (OSError, ValueError, KeyError, TypeError):
        return None
    if job.state == "running" and not at_work(data):
        with suppress(OSError, ValueError, KeyError, TypeError):  # it may have ended just now
            if json.loads((data / JOB).read_text("utf-8"))["state"] != "running":
                return read_job(data)
        problem = "The build was stopped before it was done. The index is as it was before; start it again."
        return replace(job, state="stopped", problem=problem)
    return job


def at_work(data: Path) -> bool:
    """Whether a build that a page started runs now."""
    try:
        with (data / LOCK).open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return False


def left_behind(data: Path) -> list[str]:
    """The names of the files that were kept for the last build, where that one did not end well."""
    last = read_job(data)
    names = last.names if last and last.state in ("stopped", "failed") else ()
    return [name for name in names if (data / UPLOADS / PLACE / name).is_file()]


@contextmanager
def job_lock(data: Path) -> Iterator[IO[bytes]]:
    """The lock that a build holds: inside, nobody else starts one. Raises RequestError while one is at work."""
    data.mkdir(parents=True, exist_ok=True)
    with (data / LOCK).open("ab") as lock:
        for left in reversed(range(_TRIES)):
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except OSError:  # a page that looks whether one is at work holds it for a moment
                if not left:
                    raise RequestError(BUSY) from None
                time.sleep(_PAUSE)
        yield lock


def start_job(data: Path, lock: IO[bytes], job: Job, given: Sequence[str] = ()) -> None:
    """Start a build, which takes over the lock; `given` are the names of files that were kept for it."""
    write_job(data, replace(job, names=tuple(given)))
    child = subprocess.Popen(  # noqa: S603 - our own interpreter and module
        [*PROGRAM, os.fspath(data)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        pass_fds=(lock.fileno(),),  # it holds the lock as long as it lives
        start_new_session=True,  # Ctrl-C for the service ends no build
    )
    threading.Thread(target=child.wait, daemon=True).start()
