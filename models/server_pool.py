"""Embedding servers that share work: which one takes the next request, how many each has, and when one is left alone.

A server starts with ROOM requests at once. One that says it is busy gets half as many and the time it asks for, one
that is away gets a single request after a pause that grows, and both win back the rest one by one. Whoever comes back
is held against the others again before it gets work: it may have come back with another model.
"""

import random
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from models.embedding_request import Server, Setback
from models.runner import ModelError, Vectors

Found = TypeVar("Found")

ROOM = 4  # requests at once at one server: it reads one and packs another while it encodes a third
TRIES, TRIES_OF_A_BUILD = 4, 12  # setbacks in a row of every server: 4 seconds, and four minutes where servers restart
_PAUSE = 0.5  # seconds after the first setback; each pause is twice the one before, and up to a half more by chance
_LONGEST = 30.0  # seconds of a pause; a server that asks for more is taken as away
_HURRY = 10.0  # seconds that a question waits for a server that asks for them
_HASTE = 1.0  # seconds after which a question is put to another server as well
_START = 15.0  # seconds that the first to answer waits for the others at the start
_SAME = 0.999  # cosine of vectors that one model gives of one text, in whatever precision and beside whatever others
_PROBE = ("The force should review how it records crime.", "Officers listened to the victim, who was at home.")


@dataclass(slots=True)
class _Standing:
    """How a server stands: its requests under way and how many it may have, and its setbacks in a row.

    By the monotonic clock it is left alone until `rest`, and asks to be until `asks`. `sure` tells whether its vectors
    have been held against the others'.
    """

    server: Server
    asked: int = 0
    room: float = ROOM
    setbacks: int = 0
    rest: float = 0.0
    asks: float = 0.0
    sure: bool = False
    why: str = ""


class ServerPool:
    """Servers that give the same vectors. May be shared by several threads."""

    def __init__(self, servers: Sequence[Server]) -> None:
        self._standings = tuple(_Standing(server) for server in servers)
        self._changed = threading.Condition()
        self._probed: tuple[Server, Vectors] | None = None

    @property
    def room(self) -> int:
        """Requests that all servers together take at once."""
        return ROOM * len(self._standings)

    def dimension(self) -> int:
        """Length of a vector. Asks every server for the same texts; one that is away is held against them later.

        Raises ModelError where none answers, or where two give different vectors.
        """
        with self._changed:
            self._probed = None
        found = self._tried(self._probe_all)
        agreed = [sum(_same(own, other) for _, other in found) for _, own in found]
        best = agreed.index(max(agreed))  # of three servers the one that differs is named, whoever was first
        for standing, vectors in [found[best], *found]:
            self._compare(standing, vectors)
        return int(found[0][1].shape[1])

    def first(self, texts: Sequence[str]) -> Vectors:
        """The vectors of whoever answers first, shape (len(texts), dimension), ahead of all other work."""
        return self._tried(lambda: self._race(texts))

    def share(self, texts: Sequence[str], stopped: threading.Event) -> Vectors:
        """The vectors of one request of many, shape (len(texts), dimension), from a server that has room for it.

        Raises ModelError where every server is away, where these texts bring down whoever gets them, or when `stopped`
        is set.
        """
        alone, why = 0, ""  # setbacks of servers that had none before: they do other work
        while alone < TRIES_OF_A_BUILD:
            standing, setbacks = self._turn(stopped)
            try:
                return self._answer(standing, texts)
            except Setback as setback:
                self._hold_back(standing, setbacks, setback)
                alone, why = alone + (not setbacks), f"{standing.server.address}: {setback}"
            finally:
                with self._changed:
                    standing.asked -= 1
                    self._changed.notify_all()
        raise ModelError(
            f"The embedding servers fail again and again over the same {len(texts)} texts ({why}). See what they log,"
            " then try again. What was encoded is kept."
        )

    def begin(self) -> None:
        """Forget setbacks for which work was given up before."""
        with self._changed:
            if all(one.setbacks >= TRIES_OF_A_BUILD for one in self._standings):
                for one in self._standings:
                    one.setbacks, one.rest, one.asks = 0, 0.0, 0.0

    def stop(self, stopped: threading.Event) -> None:
        """Send home who waits for a turn with `stopped`."""
        with self._changed:
            stopped.set()
            self._changed.notify_all()

    def _turn(self, stopped: threading.Event) -> tuple[_Standing, int]:
        """A server with room for a request, counted as asked, and its setbacks so far."""
        with self._changed:
            while not stopped.is_set():
                if all(one.setbacks >= TRIES_OF_A_BUILD for one in self._standings):
                    # What is under way may still be answered; nothing more is asked until it is.
                    if not any(one.asked for one in self._standings):
                        raise self._nobody(" What was encoded is kept.")
                    self._changed.wait()
                    continue
                now = time.monotonic()
                with_room = [one for one in self._standings if one.asked < int(one.room)]
                if free := [one for one in with_room if one.rest <= now]:
                    standing = min(free, key=lambda one: (one.setbacks, one.asked / one.room))
                    standing.asked += 1
                    return standing, standing.setbacks
                self._changed.wait(min((one.rest - now for one in with_room), default=None))
        raise ModelError("Encoding was stopped.")

    def _answer(self, standing: _Standing, texts: Sequence[str]) -> Vectors:
        # One server alone has nobody to be held against until something is kept of it.
        if not standing.sure and (len(self._standings) > 1 or self._probed):
            self._compare(standing, standing.server.ask(_PROBE))
        vectors = standing.server.ask(texts)
        if self._probed and self._probed[1].shape[1] != vectors.shape[1]:
            raise self._differs(standing.server, f"{vectors.shape[1]} numbers in place of {self._probed[1].shape[1]}")
        with self._changed:
            standing.setbacks, standing.rest, standing.asks = 0, 0.0, 0.0
            standing.room = min(ROOM, standing.room + 1 / standing.room)
            self._changed.notify_all()
        return vectors

    def _hold_back(self, standing: _Standing, setbacks: int, setback: Setback) -> None:
        """Leave a server alone for a while. Requests that were under way together have one setback together."""
        with self._changed:
            if standing.setbacks != setbacks:
                return
            standing.why = str(setback)
            standing.setbacks += 1
            if setback.busy:
                standing.room = max(1.0, standing.room / 2)
            else:
                standing.room, standing.sure = 1.0, False
            asked, now = setback.wait or 0.0, time.monotonic()
            if asked > _LONGEST:
                standing.why = f"{setback}, asks for {asked:,.0f} seconds"
                standing.setbacks = max(standing.setbacks, TRIES_OF_A_BUILD)
            standing.asks, standing.rest = now + asked, now + max(_pause(setbacks), asked)

    def _tried(self, work: Callable[[], Found | None]) -> Found:
        """What `work` finds, tried again after pauses while it finds nothing because no server answers."""
        for attempt in range(TRIES):
            if attempt:
                asked = min(one.asks for one in self._standings) - time.monotonic()
                if asked > _HURRY:
                    break
                time.sleep(max(_pause(attempt - 1), asked))
            if (found := work()) is not None:
                return found
        raise self._nobody()

    def _race(self, texts: Sequence[str]) -> Vectors | None:
        """Ask one server, and one more whenever those that are asked fail or take their time."""
        now = time.monotonic()
        order = sorted(self._standings, key=lambda one: (one.rest > now, one.asked / one.room))
        if len(order) == 1:
            return self._attempt(order[0], texts)
        workers = ThreadPoolExecutor(len(order))
        waiting: set[Future[Vectors | None]] = set()
        try:
            for standing in order:
                last = standing is order[-1]
                waiting.add(workers.submit(self._attempt, standing, texts))
                while waiting:
                    done, waiting = wait(waiting, None if last else _HASTE, FIRST_COMPLETED)
                    if found := [vectors for one in done if (vectors := one.result()) is not None]:
                        return found[0]
                    if not last:
                        break
            return None
        finally:
            workers.shutdown(wait=False)

    def _attempt(self, standing: _Standing, texts: Sequence[str]) -> Vectors | None:
        """The vectors of one request out of turn, None where the server is busy or away."""
        setbacks = standing.setbacks
        try:
            return self._answer(standing, texts)
        except Setback as setback:
            self._hold_back(standing, setbacks, setback)
            return None

    def _probe_all(self) -> list[tuple[_Standing, Vectors]] | None:
        """The vectors of _PROBE of every server that gives them in time; None where no server answers."""
        workers = ThreadPoolExecutor(len(self._standings))
        asked = [workers.submit(self._probe, standing) for standing in self._standings]
        workers.shutdown(wait=False)
        for patience in (_START, None):
            wait(asked, patience)
            if found := [own for one in asked if one.done() and (own := one.result())]:
                return found
        return None

    def _probe(self, standing: _Standing) -> tuple[_Standing, Vectors] | None:
        setbacks = standing.setbacks
        try:
            return standing, standing.server.ask(_PROBE)
        except Setback as setback:
            self._hold_back(standing, setbacks, setback)
            return None

    def _compare(self, standing: _Standing, vectors: Vectors) -> None:
        """Hold a server's vectors of _PROBE against those of the first. Raises ModelError where they differ."""
        with self._changed:
            self._probed = self._probed or (standing.server, vectors)
            known = self._probed[1]
            if known.shape != vectors.shape:
                raise self._differs(standing.server, f"{vectors.shape[1]} numbers in place of {known.shape[1]}")
            if not _same(known, vectors):
                raise self._differs(standing.server, f"cosine {_cosine(known, vectors):.3f}")
            standing.sure = True

    def _differs(self, server: Server, how: str) -> ModelError:
        before = self._probed[0] if self._probed else server
        than = "it did before" if before == server else f"the one at {before.address}"
        return ModelError(
            f"The embedding server at {server.address} gives other vectors than {than} ({how}), so it runs another"
            " model or runs it otherwise. See that all servers in PRECEDENT_ENCODER run the same, then try again."
        )

    def _nobody(self, more: str = "") -> ModelError:
        if len(self._standings) == 1:
            one = self._standings[0]
            return ModelError(
                f"The embedding server at {one.server.address} does not answer ({one.why})."
                f" See that it runs, then try again.{more}"
            )
        each = "; ".join(f"{one.server.address} ({one.why or 'not asked'})" for one in self._standings)
        return ModelError(
            f"None of the {len(self._standings)} embedding servers answers: {each}. See that they run, then try"
            f" again.{more}"
        )


def _pause(setbacks: int) -> float:
    """Seconds after one more setback than `setbacks` in a row."""
    pause = min(_LONGEST, _PAUSE * 2.0 ** min(setbacks, 10))
    return pause * random.uniform(1.0, 1.5)  # noqa: S311 - so that not all come back at once


def _same(one: Vectors, other: Vectors) -> bool:
    return one.shape == other.shape and _cosine(one, other) >= _SAME


def _cosine(one: Vectors, other: Vectors) -> float:
    """The least cosine of unit vectors of the same texts."""
    return float(np.sum(one * other, axis=1).min())
