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
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest
from fake_precedent import run_into

SCRIPT = Path(__file__).parents[1] / "fake_precedent.py"
PATHS = os.pathsep.join([str(SCRIPT.parents[1]), str(SCRIPT.parent)])
KILLS = 20
SIZES = {"heron": 90, "plover": 60}  # the two states of the folder: the word in every passage, the passages


def write(folder: Path, word: str) -> Path:
    """A folder whose every passage holds `word`, in documents of ten passages."""
    folder.mkdir()
    for number in range(SIZES[word] // 10):
        lines = [f"The {word} unit wrote line {line} of paper {number} about custody." for line in range(10)]
        (folder / f"paper-{number}.txt").write_text("\n\n".join(lines), "utf-8")
    return folder


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
    with urllib.request.urlopen(f"{address}/api/v1/search?{parameters}", timeout=30) as response:
        answer: dict[str, object] = json.load(response)
    return answer


def whole(answer: dict[str, object]) -> str:
    """The word of the one generation that `answer` comes from; fails on a mixture."""
    results = answer["results"]
    assert isinstance(results, list)
    words = {word for hit in results for word in SIZES if word in hit["text"]}
    assert len(words) == 1, f"one answer from several generations: {words}"
    word = words.pop()
    assert answer["total"] == len(results) == SIZES[word]
    assert sum(value["count"] for value in answer["facets"]["document_kind"]) == SIZES[word]  # type: ignore[index]
    return str(word)


class Visitor(threading.Thread):
    """Asks the server without pause; `seen` holds the word of each answer, `failures` what went wrong."""

    def __init__(self, address: str) -> None:
        super().__init__(daemon=True)
        self.address, self.leave = address, threading.Event()
        self.seen: list[str] = []
        self.failures: list[str] = []

    def run(self) -> None:
        while not self.leave.is_set():
            try:
                self.seen.append(whole(ask(self.address, random.choice(["custody", ""]))))
            except (AssertionError, OSError) as error:
                self.failures.append(repr(error))
            time.sleep(0.02)


@pytest.mark.slow
def test_twenty_killed_builds_under_a_server(tmp_path: Path, start: Start) -> None:
    chance = random.Random(2007)
    folders = {word: write(tmp_path / word, word) for word in SIZES}
    data = tmp_path / "data"

    def build(word: str) -> BaseProcess:
        return start("build", "--replace", str(folders[word]), "--data", str(data))

    def built(word: str) -> float:
        """How long a build took that nobody stopped."""
        process, began = build(word), time.monotonic()
        process.join()
        assert process.exitcode == 0, (tmp_path / "said.txt").read_text("utf-8")
        return time.monotonic() - began

    built("heron")  # trains a model, which no other does
    length = max(built("plover"), built("heron"))
    with serving(data) as address:
        visitor = Visitor(address)
        visitor.start()
        killed = number = 0
        while killed < KILLS:
            process, began = build(("plover", "heron")[number % 2]), time.monotonic()
            process.join(length * chance.uniform(0, 1.2))
            process.kill()
            process.join()
            if process.exitcode == -signal.SIGKILL:
                killed += 1
            else:  # it had ended: how long a build takes depends on what else the machine does
                assert process.exitcode == 0, (tmp_path / "said.txt").read_text("utf-8")
                length = min(length, time.monotonic() - began)
            number += 1
        for word in ("plover", "heron"):
            built(word)
            # The request that notices a new generation opens it; others are answered from the old one meanwhile.
            assert any(whole(ask(address, "custody")) == word or time.sleep(0.05) for _ in range(200))
        visitor.leave.set()
        visitor.join()
    assert not visitor.failures
    assert set(visitor.seen) == set(SIZES), "the server took up both states while it ran"
    assert len(visitor.seen) > KILLS
