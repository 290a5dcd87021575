"""What the start page tells of people's work: changes nobody has read, details that wait, questions without answer."""

from dataclasses import dataclass

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


def _questions(engine: Engine) -> tuple[str, ...]:
    if not engine.unmet.on:
        return ()
    return tuple(one.question for one in engine.unmet.questions(days_back(DAYS))[:MOST])
