"""Training and putting a theme model to use while the service runs: one job at a time, in a thread behind the others.

A thread, because nothing may fork once vectors were searched. What the lock of a data folder refuses, because another
process is at work there, the job tells as its failure.
"""

import logging
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from corpus.errors import PrecedentError
from indexer.promote import promote
from indexer.theme_store import current_model, open_model
from models.encoder import ModelError
from service.contract.service_errors import RequestError
from service.contract.signature import this_moment
from service.engine import Engine
from service.themes.training import Flips, flips_of, train_model

_log = logging.getLogger(__name__)
_BEHIND = 15  # of 19: the processor is for those who search

State = Literal["idle", "running", "done", "failed"]
Task = Literal["train", "promote"]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a job is. `model` is the one that was trained, `flips` what it would change, `problem` why it failed.

    `fresh` tells whether the model was not there before, `in_use` whether it is the one that tags the index.
    """

    state: State = "idle"
    task: Task = "train"
    since: str = ""
    stage: str = ""
    done: int = 0
    total: int = 1
    model: str | None = None
    fresh: bool = False
    in_use: bool = False
    flips: Flips | None = None
    problem: str = ""


class TrainingJob:
    """The one job of a service."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self._progress = Progress()
        self._thread: threading.Thread | None = None

    @property
    def progress(self) -> Progress:
        """How far it is."""
        return self._progress

    def train(self) -> None:
        """Begin to train from all corrections and to see what would change. Raises RequestError while a job runs."""
        self._begin(Progress("running", "train", this_moment()), self._trained)

    def promote(self, model: str) -> None:
        """Begin to put the model to use that was trained last, and whose flips were shown. Raises RequestError."""
        shown = self._progress
        if shown.model != model or shown.flips is None:
            raise RequestError("What this model would change has not been shown: train first, and look at it.")
        self._begin(replace(shown, state="running", task="promote", since=this_moment(), stage=""), self._promoted)

    def wait(self, seconds: float) -> None:
        """Wait for the job to end."""
        if self._thread is not None:
            self._thread.join(seconds)

    def _begin(self, first: Progress, work: Callable[[], Progress]) -> None:
        with self._lock:
            if self._progress.state == "running":
                raise RequestError("A model is being trained or put to use already: wait until that has finished.")
            self._progress = first
        self._thread = threading.Thread(target=self._run, args=(work,), name="precedent-training", daemon=True)
        self._thread.start()

    def _run(self, work: Callable[[], Progress]) -> None:
        try:
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _BEHIND)
        except OSError:  # some systems do not know it of threads: then it goes beside the others
            _log.info("the training runs at the priority of the service")
        try:
            self._progress = work()
        except PrecedentError as error:
            self._progress = replace(self._progress, state="failed", problem=str(error))
        except Exception:
            _log.exception("the training failed")
            told = "The service made a mistake; the log of `precedent serve` says which."
            self._progress = replace(self._progress, state="failed", problem=told)

    def _told(self, stage: str, done: int, total: int) -> None:
        self._progress = replace(self._progress, stage=stage, done=done, total=max(1, total))

    def _trained(self) -> Progress:
        engine = self._engine
        model, fresh = train_model(engine.data, engine.encoder, progress=self._told)
        found = replace(self._progress, state="done", model=model.id, fresh=fresh)
        name = current_model(engine.data)
        if name is None or name == model.id:
            return replace(found, in_use=name == model.id)
        try:
            before = open_model(engine.data, name)
        except ModelError as error:
            told = f"The model in use cannot be compared with the new one. {error}"
            return replace(found, state="failed", problem=told)
        flips = flips_of(engine.data, engine.encoder, before, model, self._told, mask=engine.masks)
        return replace(found, flips=flips)

    def _promoted(self) -> Progress:
        engine, shown = self._engine, self._progress
        model = open_model(engine.data, shown.model or "")
        promote(engine.data, model, engine.encoder, self._told)
        return replace(shown, state="done", in_use=True)
