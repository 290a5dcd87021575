"""Files of which a person says something are read once more, with what is said: all others stay as they were read."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from corpus.kept import Kept
from corpus.model import CorpusError
from corpus.readers.folder import Documents, Placed, real_path
from corpus.readers.reading import Limits
from corpus.readers.worker import Job, Words, reading


def read_again(
    read: Documents,
    people: Mapping[str, Mapping[str, str]],
    words: Words,
    limits: Limits | None = None,
    *,
    said: Mapping[Path, Mapping[str, str]] | None = None,
    kept: Kept | None = None,
) -> Documents:
    """`read`, with those documents parsed anew of which `people` say something, by the key of their source."""
    limits = limits or Limits()
    jobs: dict[str, Job] = {}
    for key, own in people.items():
        path, name = read.files[key]
        job = jobs.get(name) or Job(path, name, (said or {}).get(real_path(path), {}))
        jobs[name] = replace(job, people={**job.people, key: own})
    again: dict[str, Placed] = {}
    with reading(list(jobs.values()), limits, words, kept) as readings:
        for came in readings:
            parsed = () if isinstance(came, CorpusError) else came.parsed
            again |= {
                one.key: Placed(one.key, one.document.key, read.shelf.put(one.document))
                for one in parsed
                if one.key in people and one.document
            }
    return replace(read, found=[again.get(one.source, one) for one in read.found])
