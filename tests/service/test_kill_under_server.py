"""Builds killed at random moments under a server that is being queried: every answer is of one generation."""

import json
import multiprocessing
import os
import random
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest
from fake_precedent import run_into
from fakes import fitted

from service.state.corrections import Correction, State

SCRIPT = Path(__file__).parents[1] / "fake_precedent.py"
PATHS = os.pathsep.join([str(SCRIPT.parents[1]), str(SCRIPT.parent)])
KILLS = int(os.environ.get("PRECEDENT_TEST_KILLS", "20"))
PAPERS = 9
Versions = tuple[int, ...]
"""The version of each paper; a version is changed by writing the paper anew."""


def lines_of(version: int) -> set[int]:
    """The lines of a paper: some versions are longer, so that totals tell states apart as well."""
    return set(range(7 + version % 4))


def write(folder: Path, number: int, version: int) -> None:
    """A paper whose every passage tells its number and version."""
    lines = [f"Unit {number} wrote line {line} of version {version} about custody." for line in lines_of(version)]
    (folder / f"paper-{number}.txt").write_text("\n\n".join(lines), "utf-8")


Start = Callable[..., BaseProcess]


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Start:
    """Starts a command in a process forked from one that has loaded all that a build needs."""
    monkeypatch.setenv("PYTHONPATH", PATHS)
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload(["warm_precedent"])

    def begin(*arguments: str) -> BaseProcess:
        process = processes.Process(target=run_into, args=(tmp_path / "said.txt", arguments))
        process.start()
        return process

    return begin


@contextmanager
def serving(data: Path) -> Iterator[str]:
    """The address of a server over `data`."""
    command = [sys.executable, str(SCRIPT), "serve", "--port", "0", "--data", str(data)]
    environment = os.environ | {"PYTHONPATH": PATHS}
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment)
    try:
        assert process.stderr is not None
        line = next(line for line in process.stderr if "Serving on" in line)
        yield re.findall(r"http://\S+", line)[0]
    finally:
        process.kill()
        process.communicate()


def ask(address: str, query: str) -> dict[str, object]:
    parameters = urllib.parse.urlencode({"q": query, "page_size": 100})
    with urllib.request.urlopen(f"{address}/api/v1/search?{parameters}", timeout=600) as response:
        answer: dict[str, object] = json.load(response)
    return answer


def whole(answer: dict[str, object]) -> Versions:
    """The versions of the papers that `answer` comes from; fails where one has passages of several, or is not whole."""
    results = answer["results"]
    assert isinstance(results, list)
    said = " ".join(hit["text"] for hit in results)
    told = [tuple(map(int, found)) for found in re.findall(r"Unit (\d+) wrote line (\d+) of version (\d+) ", said)]
    papers = {number: version for number, _, version in told}
    expected = {(number, line, version) for number, version in papers.items() for line in lines_of(version)}
    assert (len(papers), set(told)) == (PAPERS, expected), f"one answer from several generations: {sorted(told)}"
    assert answer["total"] == len(results) == len(expected)
    assert sum(value["count"] for value in answer["facets"]["document_kind"]) == len(expected)  # type: ignore[index]
    return tuple(papers[number] for number in range(PAPERS))


class Visitor(threading.Thread):
    """Asks the server without pause; `seen` holds each answer's versions in turn, `failures` what went wrong."""

    def __init__(self, address: str) -> None:
        super().__init__(daemon=True)
        self.address, self.leave = address, threading.Event()
        self.seen: list[Versions] = []
        self.failures: list[str] = []

    def run(self) -> None:
        while not self.leave.is_set():
            try:
                self.seen.append(whole(ask(self.address, random.choice(["custody", ""]))))
            except (AssertionError, OSError) as error:
                self.failures.append(repr(error))
            time.sleep(0.02)


def corrected(number: int) -> Correction:
    """What a person says of a text while builds die."""
    return Correction("2026-11-30T10:00:00+00:00", "Ada", None, f"Text {number}.", "", {}, None, ("missing",))


@pytest.mark.slow
def test_builds_of_one_changed_paper_killed_under_a_server(tmp_path: Path, start: Start) -> None:
    chance = random.Random(2007)
    folder, data = tmp_path / "papers", tmp_path / "data"
    folder.mkdir()
    fitted(data)  # all that have the word are found
    now = [0] * PAPERS
    for number in range(PAPERS):
        write(folder, number, 0)
    written = {tuple(now)}  # what the folder has ever been

    def changed() -> None:
        number = chance.randrange(PAPERS)
        now[number] += 1
        write(folder, number, now[number])
        written.add(tuple(now))

    def build() -> BaseProcess:
        return start("build", "--replace", str(folder), "--data", str(data))

    def built() -> float:
        """How long a build took that nobody stopped."""
        process, began = build(), time.monotonic()
        process.join()
        assert process.exitcode == 0, (tmp_path / "said.txt").read_text("utf-8")
        return time.monotonic() - began

    built()  # trains a model, which no other does
    changed()
    length = built()
    with serving(data) as address:
        visitor = Visitor(address)
        visitor.start()
        killed = ended = 0
        while killed < KILLS:
            changed()
            process, began = build(), time.monotonic()
            State(data).add([corrected(killed + ended)])
            # Every fifth is left alone: how long a build takes depends on what else the machine does.
            process.join(length * chance.uniform(0, 1.2) if (killed + ended) % 5 < 4 else None)
            process.kill()
            process.join()
            if process.exitcode == -signal.SIGKILL:
                killed += 1
            else:  # it had ended
                assert process.exitcode == 0, (tmp_path / "said.txt").read_text("utf-8")
                length = time.monotonic() - began
                ended += 1
        built()
        # The request that notices a new generation opens it; others are answered from the old one meanwhile.
        assert any(visitor.seen[-1:] == [tuple(now)] or time.sleep(0.05) for _ in range(12_000))
        visitor.leave.set()
        visitor.join()
    assert not visitor.failures
    assert set(visitor.seen) <= written, "an answer is of a state that the folder never had"
    assert all(sum(one) <= sum(other) for one, other in pairwise(visitor.seen)), "a server went back"
    assert len(set(visitor.seen)) > 1, "the server took up new states while it ran"
    assert [one.text for one in State(data).all()] == [corrected(at).text for at in range(killed + ended)]
