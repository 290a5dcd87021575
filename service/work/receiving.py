"""Documents taken in, from a page or a program: kept, a build started with them, and what came of it told."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from service.contract.contacts import mask
from service.contract.service_errors import RequestError
from service.contract.signature import this_moment
from service.work.build_job import FileFound, Job, job_lock, start_job
from service.work.uploads import Sent, receive


def begin(data: Path, who: str, sent: Sequence[Sent]) -> None:
    """Keep files and start a build with them. Raises RequestError where none was kept, or a build is at work."""
    try:
        with job_lock(data) as lock:  # before anything is kept: no file waits for a build that never comes
            kept, refused = receive(data, list(sent))
            if not kept:
                raise RequestError(" ".join(f"{one.name} {one.reason}" for one in refused))
            files = tuple(FileFound(one.name, refused=one.reason) for one in refused)
            start_job(data, lock, Job(who, this_moment(), files=files), kept)
    except OSError as error:
        raise RequestError(
            f"The service cannot keep files or start a build ({error.strerror or error}): tell whoever runs it,"
            " then send them again."
        ) from error


def told(job: Job, *, masked: bool) -> dict[str, Any]:
    """A build as it is told, without people's contact details where they are `masked`."""
    found = asdict(job)
    if not masked:
        return found
    found["problem"] = mask(job.problem)
    for file in found["files"]:
        file["refused"] = mask(file["refused"])
        file["left_out"] = [mask(line) for line in file["left_out"]]
        for one in file["documents"]:
            one["title"] = mask(one["title"])
            one["notes"] = [mask(note) for note in one["notes"]]
    return found
