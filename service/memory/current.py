"""Which generation is served: the current one, taken up by itself when it changes, and kept where it cannot be."""

import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from indexer.generation import GenerationError, current_id
from models.encoder import ModelError
from service.memory.opened import Opened, open_for

if TYPE_CHECKING:
    from indexer.milvus import Link
    from models.encoder import Encoder
    from service.memory.strength import Strength

AGAIN = 30.0  # seconds after which a generation that was refused is tried once more: the cause may have gone


@dataclass(frozen=True, slots=True)
class _Refused:
    """A generation that could not be taken up: its id, why, and when to try again (monotonic seconds)."""

    id: str | None
    why: str
    again: float


class Current:
    """Holds the generation that `data` names as current, opened for questions. Safe to use from several threads."""

    def __init__(
        self, data: Path, encoder: "Encoder", strength: "Strength | None", milvus: "Link | None" = None
    ) -> None:
        self._data, self._encoder, self._strength, self._milvus = data, encoder, strength, milvus
        self._opening = threading.Lock()
        self._open: Opened | None = None
        self._refused: _Refused | None = None

    @property
    def refused(self) -> str | None:
        """Why a newer generation is not served, where there is one."""
        return self._refused.why if self._refused else None

    def opened(self) -> Opened:
        """What to serve now. Raises GenerationError where there is nothing, or nothing that can be used."""
        held = self._open
        if held is not None and self._settled(held):
            return held
        # Who has something to serve does not wait for who is opening the next one.
        if not self._opening.acquire(blocking=held is None):
            assert held is not None  # noqa: S101 - only then does acquire not wait
            return held
        try:
            return self._take_up()
        finally:
            self._opening.release()

    def _settled(self, held: Opened) -> bool:
        """Whether `held` is what to serve for now: it is current, or what is current was refused a moment ago."""
        refused = self._refused
        if refused is not None and time.monotonic() < refused.again and refused.id == self._wanted():
            return True
        return refused is None and self._wanted() == held.generation.id

    def _wanted(self) -> str | None:
        try:
            return current_id(self._data)
        except GenerationError:
            return None

    def _take_up(self) -> Opened:
        held, wanted = self._open, self._wanted()
        if held is not None and self._settled(held):
            return held
        if held is None or wanted != held.generation.id:
            try:
                self._open = held = open_for(self._data, self._encoder, self._strength, self._milvus)
            except (GenerationError, ModelError) as error:
                if held is None:
                    raise
                self._refused = _Refused(wanted, str(error), time.monotonic() + AGAIN)
                return held
        self._refused = None
        return held
