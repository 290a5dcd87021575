"""What the start page tells of late: what the last index brought, and of people's work what waits for somebody."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from indexer.manifest import PASSAGES
from service.contract.contacts import mask
from service.contract.service_errors import StateError
from service.engine import Engine
from service.memory.snapshot import Snapshot
from service.state.details import Details
from service.work.correcting import detail_records, waiting
from service.work.unmet_questions import days_back

DAYS, MOST = 30, 5  # how far back questions are looked at, and how many are told


@dataclass(frozen=True, slots=True)
class Lately:
    """Unread changes of saved searches, details that the next build takes up, and questions nothing answered well."""

    unread: int = 0
    waiting: int = 0
    questions: tuple[str, ...] = ()


def lately(engine: Engine, seen: Snapshot) -> Lately:
    """What happened; nothing of it where the file that holds it cannot be read, which its own page says."""
    try:
        kept = {one.id for one in engine.saved.all() if one.undone_at is None}
        unread = sum(sum(kinds.values()) for number, kinds in engine.saved.unread().items() if number in kept)
        return Lately(unread, len(waiting(detail_records(seen, Details(engine.data)))), _questions(engine))
    except StateError:
        return Lately()


@dataclass(frozen=True, slots=True)
class Brought:
    """What an index brought beside the one before, which is of the day `since`: how many documents, and some new ones.

    `first` are ids and titles of the newest of those that are new. Each document of a file that changed is amended.
    """

    since: str
    first: tuple[tuple[str, str], ...]
    new: int
    amended: int
    gone: int


def brought(seen: Snapshot) -> Brought | None:
    """What the index brought; None where the one before it is no longer kept, or cannot be read."""
    now = seen.held.generation
    kept = [one.name for one in now.path.parent.iterdir() if one.name < now.id and not one.name.startswith(".")]
    found = _compared(now.path, max(kept)) if kept else None
    if found is None or not seen.masks:
        return found
    return replace(found, first=tuple((key, mask(title)) for key, title in found.first))


@lru_cache(4)  # neither changes any more
def _compared(path: Path, before: str) -> Brought | None:
    try:
        since = datetime.strptime(before[:8], "%Y%m%d").date().isoformat()
        now, then = (_documents(folder / PASSAGES) for folder in (path, path.with_name(before)))
    except (sqlite3.Error, ValueError):  # one of an older format, or no index at all
        return None
    new = [(key, title) for key, (_, title) in now.items() if key not in then]
    amended = sum(1 for key, (content, _) in now.items() if key in then and then[key][0] != content)
    return Brought(since, tuple(new[:MOST]), len(new), amended, len(then.keys() - now.keys()))


def _documents(path: Path) -> dict[str, tuple[str, str]]:
    """What each document is made of and its title, by its id: the latest first."""
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as tables:
        rows = tables.execute("SELECT key, sha256, title FROM documents ORDER BY date IS NULL, date DESC, key")
        return {key: (content, title) for key, content, title in rows}


def _questions(engine: Engine) -> tuple[str, ...]:
    if not engine.unmet.on:
        return ()
    return tuple(one.question for one in engine.unmet.questions(days_back(DAYS))[:MOST])
