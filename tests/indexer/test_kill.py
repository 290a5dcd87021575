"""A build killed at any moment leaves the old generation or the new one, and the next build works."""

import os
import random
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from fakes import FakeCollection, FakeEncoder, document

from indexer.build import build
from indexer.generation import open_generation, verify_generation

SCRIPT = Path(__file__).parents[1] / "killable_build.py"
ROOT = SCRIPT.parents[1]
STEPS = 13  # lines that one build says, the last of them once it is published


def start(data: Path, texts: list[str]) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, str(SCRIPT), str(data), *texts],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )


def served(data: Path) -> set[str]:
    """The texts of the generation that is served, once it has been found whole."""
    generation = open_generation(data, FakeEncoder())
    assert verify_generation(generation.path) == []
    with closing(generation.connect()) as tables:
        return {row["text"] for row in tables.execute("SELECT text FROM passages")}


def rebuild(data: Path, text: str) -> set[str]:
    """A build of one text that nobody kills."""
    build(FakeCollection((document("0.txt", [text]),)), FakeEncoder(), data, inputs=["papers"])
    return {text}


@pytest.mark.slow
def test_twenty_kills_never_leave_a_mixture(tmp_path: Path) -> None:
    chance = random.Random(20)
    # Every step once, then more often around publication, the last step before "done".
    steps = [*range(1, STEPS + 1), *[STEPS - 1] * (20 - STEPS)]
    published = 0
    for attempt, step in enumerate(steps):
        old = rebuild(tmp_path, f"What is there before attempt {attempt}.")
        new = {f"Text {i} of attempt {attempt}." for i in range(150)}
        process = start(tmp_path, sorted(new))
        assert process.stdout is not None
        said = [process.stdout.readline() for _ in range(step)]
        time.sleep(chance.random() * 0.03)
        process.kill()
        process.communicate()
        now = served(tmp_path)
        assert now in (old, new)
        assert now == new or said[-1] != "done\n"
        published += now == new
    assert 0 < published < len(steps)
    assert rebuild(tmp_path, "Afterwards.") == served(tmp_path)
    names = [path.name for path in (tmp_path / "generations").iterdir()]
    assert len(names) <= 3
    assert not any(name.startswith(".") for name in names)
