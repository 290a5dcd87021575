"""Whatever lies in a folder, the good files of it are read and each of the others is named with the reason."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hostile import ATTACKS, GOOD, Attack

from corpus.collection import Collection, load
from corpus.forces import load_forces
from corpus.readers import Limits, Skipped
from corpus.readers.child import _read

LIMITS = Limits()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("hostile")
    for attack in ATTACKS:
        attack.make(home / attack.name)
    (home / "good.txt").write_text(GOOD, "utf-8")
    return home


@pytest.fixture(scope="module")
def collection(folder: Path) -> Collection:
    return load([str(folder)], load_forces(), limits=LIMITS)


def shown(path: Path) -> str:
    return str(path).encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def of(collection: Collection, path: Path) -> Iterator[Skipped]:
    return (entry for entry in collection.skipped if entry.path == shown(path))


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: ascii(attack.name)[:40])
def test_each_is_read_or_named_with_the_reason(attack: Attack, folder: Path, collection: Collection) -> None:
    entries = list(of(collection, folder / attack.name))
    path = str(folder / attack.name)
    documents = [document for document in collection.documents if path in (document.source, *document.other_sources)]
    if attack.reason is None:
        assert documents
    else:
        assert not documents
        assert entries
        said = " ".join(entry.reason for entry in entries)
        assert re.search(attack.reason, said)
        assert all(entry.reason.endswith(".") for entry in entries)


def test_the_good_file_among_them_is_read(folder: Path, collection: Collection) -> None:
    assert [d.passages[0].text for d in collection.documents if d.key == "good.txt"] == [GOOD]
    keys = [document.key for document in collection.documents]
    assert len(keys) == len(set(keys))
    read = {path for document in collection.documents for path in (document.source, *document.other_sources)}
    named = {entry.path for entry in collection.skipped} | read
    assert {shown(path) for path in folder.iterdir()} <= named


def test_a_formula_is_text_or_the_value_that_was_stored(folder: Path, collection: Collection) -> None:
    events = [e.text for d in collection.documents if d.source.endswith("formula.csv") for e in d.events if e.text]
    assert events == ["=cmd|'/C calc'!A0"]


MEASURED = """
import resource, sys
from corpus.readers import read_paths
read_paths([sys.argv[1]])
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024)
"""


def test_memory_stays_within_the_limit(folder: Path) -> None:
    # In a process of its own: a child's peak counts what its parent held when it started.
    root = str(Path(__file__).parents[2])
    command = [sys.executable, "-c", MEASURED, str(folder)]
    done = subprocess.run(command, capture_output=True, check=True, env=os.environ | {"PYTHONPATH": root})
    assert 0 < int(done.stdout) < LIMITS.memory


def test_an_unreadable_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    (tmp_path / "shut.txt").write_text(GOOD, "utf-8")
    monkeypatch.setattr("builtins.open", refuse)  # a test may run as root, who may read everything
    answer = _read({"path": str(tmp_path / "shut.txt")}, LIMITS)
    assert answer["error"] == "cannot be opened (Permission denied); check its permissions."
