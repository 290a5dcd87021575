"""A build killed at any step leaves the old generation or the new one, and the next build works."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from fakes import FakeCollection, FakeEncoder, document

from indexer.build import build
from indexer.generation import open_generation, verify_generation

SCRIPT = Path(__file__).parents[1] / "dying_builds.py"
ROOT = SCRIPT.parents[1]
PUBLISHED = "os.rename CURRENT"  # the one step before which the old generation is served and after which the new one is
STAGES = ("compare", "closure", "passages", "lexical", "windows", "encode", "vectors", "verify", "publish")


class Builds:
    """Builds in processes of their own, one after the other, each of which may be killed at one of its steps."""

    def __init__(self, data: Path) -> None:
        self._data = data
        environment = os.environ | {"PYTHONPATH": str(ROOT)}
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(
            [sys.executable, str(SCRIPT)], stdin=pipe, stdout=pipe, text=True, env=environment
        )

    def run(self, texts: set[str], kill: int = 0) -> list[str]:
        """The steps that a build of `texts` took, to its end or until it was killed at step `kill`, from 1."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps([kill, str(self._data), *sorted(texts)]) + "\n")
        self.process.stdin.flush()
        steps = []
        for line in self.process.stdout:
            if line.startswith("end "):
                assert line == f"end {-signal.SIGKILL if kill else 0}\n"
                return steps
            steps.append(line.removesuffix("\n"))
        raise AssertionError("the process that starts the builds has ended")


@pytest.fixture
def builds(tmp_path: Path) -> Iterator[Builds]:
    made = Builds(tmp_path)
    yield made
    made.process.kill()
    made.process.communicate()


def served(data: Path) -> set[str]:
    """The texts of the generation that is served, once it has been found whole."""
    generation = open_generation(data, FakeEncoder())
    assert verify_generation(generation.path) == []
    with closing(generation.tables) as tables:
        return {row["text"] for row in tables.execute("SELECT text FROM passages")}


def rebuild(data: Path, text: str) -> set[str]:
    """A build of one text that nobody kills. It leaves nothing behind but generations, three at most."""
    build(FakeCollection((document("0.txt", [text]),)), FakeEncoder(), data, inputs=["papers"])
    names = [path.name for path in (data / "generations").iterdir()]
    assert len(names) <= 3
    assert not any(name.startswith(".") for name in names)
    assert not list(data.glob(".*"))
    return {text}


def chosen(steps: list[str]) -> list[int]:
    """The steps to kill a build at, from 1: one in each stage, and before, between and after those of publication.

    A run of steps of one kind, as files are had on disk or removed, is hit at both its ends.
    """
    kinds = [step.split()[0] for step in steps]
    publish = kinds.index("publish")
    stages = {len(kinds) - kinds[::-1].index(stage) for stage in STAGES}
    ends = {at for at in range(publish + 1, len(kinds)) if kinds[at] != kinds[at - 1]}
    return sorted({*stages, *ends, *(at + 1 for at in ends), len(kinds)})


@pytest.mark.slow
def test_a_kill_at_no_step_leaves_a_mixture(tmp_path: Path, builds: Builds) -> None:
    for number in range(3):  # so that every build has one to remove
        old = rebuild(tmp_path, f"What is there before all, number {number}.")
    steps = builds.run({f"Text {i} of the build that lives." for i in range(3)})
    old = rebuild(tmp_path, "What is there before the first kill.")
    kills, published = chosen(steps), steps.index(PUBLISHED) + 1
    assert sum(kill <= published for kill in kills) > len(STAGES) + 5
    assert sum(kill > published for kill in kills) > 3
    for kill in kills:
        new = {f"Text {i} of a build killed at step {kill}." for i in range(3)}
        last = builds.run(new, kill)[-1]
        assert last.split()[0] == steps[kill - 1].split()[0]
        assert served(tmp_path) == (old if kill <= published else new), last
        if kill > published:  # what an earlier kill left the next build has to clear away
            old = rebuild(tmp_path, f"What is there after a kill at step {kill}.")
    assert rebuild(tmp_path, "Afterwards.") == served(tmp_path)


def test_a_build_killed_while_it_encodes_goes_on_from_there(tmp_path: Path) -> None:
    texts = {f"Text {i} of a hundred." for i in range(100)}
    whole, killed = Builds(tmp_path / "whole"), Builds(tmp_path / "killed")
    try:
        halfway = whole.run(texts).index("encode 128 200")  # each text by itself and under its title
        assert killed.run(texts, halfway + 1)[-1] == "encode 128 200"
    finally:
        for builds in (whole, killed):
            builds.process.kill()
            builds.process.communicate()
    encoder = FakeEncoder()
    made = tuple(document(f"{i}.txt", [text]) for i, text in enumerate(sorted(texts)))
    report = build(FakeCollection(made), encoder, tmp_path / "killed", inputs=["papers"])
    assert (len(encoder.encoded), report.encoded, report.cached) == (72, 72, 128)
