"""The process of a build that a page started: python -m service.cli.upload_job DATA.

It tells in DATA/job.json how far it is and what came of each file; of those that cannot be read nothing is kept.
"""

import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corpus.errors import PrecedentError
from service.cli.build_commands import built, read_documents
from service.cli.common import Failure, behind_others, settings_for
from service.contract.signature import this_moment
from service.work.build_job import FileFound, Job, read_job, write_job
from service.work.uploads import PLACE, UPLOADS, discard

if TYPE_CHECKING:
    from corpus.collection import Collection
    from corpus.model import Document

_BETWEEN = 0.5  # seconds


@dataclass(slots=True)
class _Told:
    """Writes down how far a build is, a few times a second at most."""

    data: Path
    job: Job
    _said: float = field(default=0.0)

    def __call__(self, stage: str, done: int, total: int) -> None:
        if stage != self.job.stage or time.monotonic() - self._said >= _BETWEEN:
            self.job = replace(self.job, stage=stage, done=done, total=total)
            self._said = time.monotonic()
            write_job(self.data, self.job)

    def close(self) -> None:
        """Nothing is left open."""


def main(data: Path) -> None:
    """Build the index of a data folder, with what was uploaded, and tell what came of it."""
    job = read_job(data)
    if job is None or job.state != "running":
        return
    told = _Told(data, job)
    try:
        ended = _build(data, told)
    except (PrecedentError, Failure) as error:
        ended = replace(told.job, state="failed", problem=str(error))
    except OSError as error:
        problem = f"A file cannot be read or written ({error.strerror or error}): see that the disk has room."
        ended = replace(told.job, state="failed", problem=problem)
    except Exception:
        problem = "The build met a mistake of the program; `precedent build` on the machine of the service shows it."
        ended = replace(told.job, state="failed", problem=problem)
    write_job(data, replace(ended, ended=this_moment()))


def _build(data: Path, told: _Told) -> Job:
    from indexer.growing import added
    from indexer.manifest import Inputs, last_inputs

    settings = settings_for(data)
    place = data / UPLOADS
    inputs = last_inputs(data) or Inputs(())
    if told.job.names and (place / PLACE).is_dir():
        inputs = added(inputs, [str(place.absolute())])
    if not inputs.paths:
        raise Failure("There is nothing to build from yet: send a document first.")
    told("read", 0, 1)
    with behind_others():
        collection = read_documents(settings, inputs, told)
        read = [*_found(data, collection, told.job.names)]
        told.job = replace(told.job, files=(*told.job.files, *read))
        for one in read:
            if one.refused:
                discard(data, one.name)
        if not collection.documents:
            raise Failure("Nothing of what was sent could be read, and the index is as it was.")
        report = built(settings, inputs, collection, told)
    return replace(told.job, state="done", counts=dict(report.counts), published=report.published)


def _found(data: Path, collection: "Collection", names: tuple[str, ...]) -> Iterator[FileFound]:
    """What each file that was sent came to."""
    paths = {(data / UPLOADS / PLACE / name).absolute(): name for name in names}
    held: dict[Path, list[dict[str, Any]]] = {path: [] for path in paths}
    for one in collection.documents:  # once: each lies on disk
        for path in {*map(Path, (one.source, *one.other_sources))} & held.keys():
            held[path].append(_short(one))
    for path, name in paths.items():
        own = held[path]
        left = [entry for entry in collection.skipped if Path(entry.path) == path]
        whole = next((entry.reason for entry in left if not entry.part), "")
        if not own and not whole:
            whole = next((entry.reason for entry in left), "holds no text that is read.")
        parts = tuple(f"{entry.part}: {entry.reason}" for entry in left if entry.part)
        yield FileFound(name, tuple(own), parts, "" if own else whole)


def _short(document: "Document") -> dict[str, Any]:
    """A document in short: what it was read as, and how much is in it."""
    return {
        "key": document.key,
        "title": document.title,
        "kind": document.kind,
        "date": document.date,
        "forces": list(document.forces or ((document.force,) if document.force else ())),
        "passages": len(document.passages),
        "findings": dict(Counter(one.kind for one in document.findings)),
        "events": len(document.events),
        "notes": list(document.notes),
    }


if __name__ == "__main__":
    main(Path(sys.argv[1]))
