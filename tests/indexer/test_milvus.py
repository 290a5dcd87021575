"""A generation in Milvus answers as a scan over all would, and its alias stands for a whole collection at any time."""

import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from milvus_rows_made import SHAPE, TERMS, Made

from indexer import milvus_rows
from indexer.milvus import Address, Link, MilvusError, Result, parse_address
from indexer.milvus_rows import Rows, alias_of, collection_of, current_mark, write_collection
from indexer.milvus_store import MilvusStore, all_hold, has_any, has_one, lies_between

pytest.importorskip("milvus_lite")

TESTS = Path(__file__).parents[1]
ROOM = os.environ | {"PYTHONPATH": f"{TESTS.parent}{os.pathsep}{TESTS}"}
MADE = Made(400)
COUNT = 40
PASSAGES = np.arange(1, MADE.count + 1)


@pytest.fixture(scope="module")
def link(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Link]:
    made = Link(parse_address(f"milvus:{tmp_path_factory.mktemp('milvus')}/index.db"))
    yield made
    made.close()


@pytest.fixture(scope="module")
def store(link: Link) -> MilvusStore:
    write_collection(link, Path("/data/read"), "read", MADE)
    return open_store(link, Path("/data/read"), "read")


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(milvus_rows, "BATCH", 100)


def open_store(link: Link, data: Path, mark: str) -> MilvusStore:
    return MilvusStore(link, collection_of(data, mark))


def vector(seed: int) -> np.ndarray:
    made = np.random.default_rng(seed).normal(size=SHAPE.dimension).astype(np.float32)
    return made / np.linalg.norm(made)


def best(scores: np.ndarray, passes: np.ndarray, count: int = COUNT) -> list[int]:
    """The passages, ascending, with the best scores of those that pass."""
    order = np.argsort(-scores, kind="stable")
    return sorted((order[passes[order]][:count] + 1).tolist())


def holding(name: str, codes: set[int]) -> np.ndarray:
    return np.array([bool(codes & set(own)) for own in MADE.columns[name]])


EXPRESSIONS = [
    ("", np.ones(MADE.count, bool)),
    (has_one("status", {1, 4}), np.isin(MADE.columns["status"], [1, 4])),
    (has_any("force", {0, 3}), holding("force", {0, 3})),
    (lies_between("year", 2012, 2018), (MADE.columns["year"] >= 2012) & (MADE.columns["year"] <= 2018)),
    (lies_between("date", None, 5), MADE.columns["date"] <= 5),
    ("findable == true", MADE.columns["findable"]),
    (
        all_hold([has_any("theme", {2}), "", has_one("status", range(5)), "quoted == false"]),
        holding("theme", {2}) & (MADE.columns["status"] < 5) & ~MADE.columns["quoted"],
    ),
    (has_one("status", ()), np.zeros(MADE.count, bool)),
    (has_any("theme", ()), np.zeros(MADE.count, bool)),
]


@pytest.mark.parametrize(("expression", "passes"), EXPRESSIONS, ids=[text for text, _ in EXPRESSIONS])
def test_the_nearest_are_those_of_a_scan_over_all(store: MilvusStore, expression: str, passes: np.ndarray) -> None:
    expected = MADE.cosines(vector(1))
    ids, cosines = store.near(vector(1), COUNT, expression)
    assert ids.tolist() == best(expected, passes)
    assert np.allclose(cosines, expected[ids - 1], atol=1e-5)
    assert store.size(expression) == passes.sum()


@pytest.mark.parametrize(("expression", "passes"), EXPRESSIONS, ids=[text for text, _ in EXPRESSIONS])
def test_words_count_as_the_sum_of_their_weights(store: MilvusStore, expression: str, passes: np.ndarray) -> None:
    weights = {7: 1.0, 8: 1.0, 99: 2.0}
    expected = MADE.by_words(weights)
    ids, scores = store.by_words(weights, COUNT, expression)
    assert ids.tolist() == best(expected, passes & (expected > 0))
    assert np.allclose(scores, expected[ids - 1], atol=1e-4)


def test_the_nearest_within_some_passages(store: MilvusStore) -> None:
    within = PASSAGES[::3]
    expected, passes = MADE.cosines(vector(2)), np.isin(PASSAGES, within)
    assert store.near(vector(2), COUNT, within)[0].tolist() == best(expected, passes)
    words = MADE.by_words({5: 1.0})
    assert store.by_words({5: 1.0}, COUNT, within)[0].tolist() == best(words, passes & (words > 0))


def test_more_than_there_are_gives_all(store: MilvusStore) -> None:
    assert store.near(vector(3), 5_000)[0].tolist() == PASSAGES.tolist()
    assert store.near(vector(3), 0)[0].tolist() == []
    assert store.near(vector(3), COUNT, PASSAGES[:0])[0].tolist() == []


def test_words_that_nothing_holds_find_nothing(store: MilvusStore) -> None:
    assert store.by_words({}, COUNT)[0].tolist() == []
    assert store.by_words({TERMS + 5: 1.0}, COUNT)[0].tolist() == []


def test_cosines_are_by_position(store: MilvusStore, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = np.array([1, 5, 77, 390])
    assert np.allclose(store.cosines(vector(4), ids), MADE.cosines(vector(4))[ids - 1], atol=1e-5)
    assert store.cosines(vector(4), np.array([3, MADE.count + 9]))[1] == -1
    # What a question cannot give, because of its bound, is compared here.
    monkeypatch.setattr("indexer.milvus_store.MOST", 10)
    assert np.allclose(store.cosines(vector(4), PASSAGES), MADE.cosines(vector(4)), atol=1e-5)


def test_columns_and_rows_are_as_written(store: MilvusStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("indexer.milvus_store._ASKED", 50)
    held = store.columns(PASSAGES, list(MADE.columns))
    assert {name: list(values) for name, values in held.items()} == {
        name: list(values) for name, values in MADE.columns.items()
    }
    owners, vectors = store.rows(PASSAGES[10:20])
    own = np.isin(MADE.passages, PASSAGES[10:20])
    assert owners.tolist() == MADE.passages[own].tolist()
    assert np.allclose(vectors, MADE.vectors[own])
    assert store.rows(PASSAGES[:0])[1].size == 0
    with pytest.raises(MilvusError, match="holds no passage 401"):
        store.columns(np.array([1, 401]), ["fold"])


@pytest.mark.parametrize("facet", ["status", "theme"])
def test_a_fold_counts_once_for_a_value(store: MilvusStore, facet: str) -> None:
    ids = PASSAGES[::2]
    values = [own if isinstance(own, list) else [own] for own in MADE.columns[facet]]
    pairs = {(MADE.columns["fold"][place - 1], code) for place in ids for code in values[place - 1]}
    expected = {code: sum(one == code for _, one in pairs) for code in {code for _, code in pairs}}
    assert store.counts(facet, ids) == expected


def test_several_threads_get_the_same(store: MilvusStore) -> None:
    expected = {seed: best(MADE.cosines(vector(seed)), np.ones(MADE.count, bool)) for seed in range(24)}
    with ThreadPoolExecutor(6) as pool:
        found = pool.map(lambda seed: store.near(vector(seed), COUNT)[0].tolist(), expected)
        assert list(found) == list(expected.values())


def test_the_alias_moves_and_the_last_three_stay(link: Link) -> None:
    data, marks = Path("/data/alias"), ["one", "two", "three", "four", "five"]
    assert current_mark(link, data) is None
    for at, mark in enumerate(marks):
        write_collection(link, data, mark, Made(20 + at), keep=marks[max(0, at - 2) : at])
        assert current_mark(link, data) == mark
    names = link.ask(lambda client: client.list_collections())
    assert {name for name in names if name.startswith(alias_of(data))} == {
        collection_of(data, mark) for mark in marks[2:]
    }
    assert open_store(link, data, "three").size() == 22
    assert open_store(link, data, "three").missing(Made(22).size) is None
    assert "holds" in (open_store(link, data, "three").missing(Made(22).size + 1) or "")
    assert "does not hold this index" in (open_store(link, data, "one").missing(1) or "")
    # Going back to one that is there sends nothing.
    assert write_collection(link, data, "three", Made(22), keep=marks) == 0
    assert current_mark(link, data) == "three"


def test_two_data_folders_share_a_milvus(link: Link) -> None:
    write_collection(link, Path("/data/a"), "same", Made(20))
    write_collection(link, Path("/data/b"), "same", Made(30))
    assert [open_store(link, Path(f"/data/{one}"), "same").size() for one in "ab"] == [20, 30]


class Stopping(Made):
    """Rows that end with an error."""

    def rows(self, start: int, stop: int) -> Rows:
        if start >= 300:
            raise InterruptedError
        return super().rows(start, stop)


def test_a_write_that_was_stopped_goes_on(link: Link) -> None:
    data = Path("/data/stopped")
    write_collection(link, data, "old", Made(20))
    with pytest.raises(InterruptedError):
        write_collection(link, data, "new", Stopping(400))
    assert current_mark(link, data) == "old"
    assert open_store(link, data, "old").size() == 20
    assert write_collection(link, data, "new", MADE) == MADE.size - 300
    assert current_mark(link, data) == "new"
    assert open_store(link, data, "new").near(vector(1), COUNT)[0].tolist() == best(
        MADE.cosines(vector(1)), np.ones(MADE.count, bool)
    )


def test_what_does_not_fit_is_made_anew(link: Link, monkeypatch: pytest.MonkeyPatch) -> None:
    data, name = Path("/data/other"), collection_of(Path("/data/other"), "m")
    write_collection(link, data, "m", Made(400))
    assert write_collection(link, data, "m", Made(100)) == Made(100).size  # more rows than there should be
    # Rows that another write has sent: the second half of what is wanted.
    link.ask(lambda client: client.delete(name, filter="passage <= 60"))
    assert write_collection(link, data, "m", Made(100)) >= Made(100).size
    assert open_store(link, data, "m").size() == 100
    fewer = replace(SHAPE, numbers=SHAPE.numbers[:-1])
    made = Made(30)
    made.columns.pop("status")
    monkeypatch.setitem(made.__dict__, "shape", fewer)
    assert write_collection(link, data, "m", made) == made.size


def test_rows_that_milvus_loses_move_no_alias(link: Link, monkeypatch: pytest.MonkeyPatch) -> None:
    data = Path("/data/lost")
    write_collection(link, data, "whole", Made(20))
    monkeypatch.setattr(milvus_rows, "_send", lambda *_: None)
    with pytest.raises(MilvusError, match="counts 0 rows where"):
        write_collection(link, data, "lost", Made(30))
    assert current_mark(link, data) == "whole"


# ── Killed ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def writing(address: str, data: Path, mark: str, count: int) -> "subprocess.Popen[str]":
    script = [sys.executable, str(TESTS / "milvus_rows_made.py"), address, str(data), mark, str(count)]
    return subprocess.Popen(script, stdout=subprocess.PIPE, text=True, env=ROOM)


@pytest.mark.slow
def test_a_write_that_is_killed_leaves_a_whole_collection(tmp_path: Path) -> None:
    address, data = f"milvus:{tmp_path}/killed.db", tmp_path / "data"
    kills = int(os.environ.get("PRECEDENT_KILLS", "3"))
    chance = random.Random(kills)
    sizes = {f"m{at // 2}": 600 + at for at in range(0, kills + 1, 2)}
    for at in range(kills + 1):
        mark = f"m{at // 2}"
        process = writing(address, data, mark, sizes[mark])
        assert process.stdout is not None
        if at == kills:
            said = process.communicate()[0].splitlines()
            assert process.returncode == 0
            assert said[-1].startswith("sent ")
        else:
            for _ in range(chance.randrange(1, 14)):
                process.stdout.readline()
            time.sleep(chance.random() * 0.3)
            process.send_signal(signal.SIGKILL)
            process.communicate()
        link = Link(parse_address(address))
        whole = current_mark(link, data)
        if whole is not None:
            assert open_store(link, data, whole).size() == sizes[whole]
        link.close()
    assert whole == mark


def test_a_collection_half_made_is_made_anew(tmp_path: Path) -> None:
    """As milvus-lite leaves it where it is killed between two of its steps."""
    link, data = Link(parse_address(f"milvus:{tmp_path}/half.db")), tmp_path / "data"
    collections = tmp_path / "half.db" / "collections"
    (collections / collection_of(data, "a")).mkdir(parents=True)
    assert write_collection(link, data, "a", Made(20)) == Made(20).size
    link.close()
    for rows in collections.rglob("*.parquet"):
        rows.write_bytes(rows.read_bytes()[:100])
    assert write_collection(link, data, "a", Made(20)) == Made(20).size
    assert open_store(link, data, "a").size() == 20
    # One of another mark is in nobody's way, and is dropped with what is not kept.
    assert write_collection(link, data, "b", Made(20), keep=["a"]) == Made(20).size
    link.close()
    for rows in (collections / collection_of(data, "a")).rglob("*.parquet"):
        rows.write_bytes(rows.read_bytes()[:100])
    assert current_mark(link, data) == "b"
    write_collection(link, data, "c", Made(20), keep=["b"])
    assert current_mark(link, data) == "c"
    assert not (collections / collection_of(data, "a")).exists()
    link.close()


# ── Away and back ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def serving(folder: Path, port: int) -> "subprocess.Popen[str]":
    script = [sys.executable, str(TESTS / "milvus_server.py"), str(folder), str(port)]
    process = subprocess.Popen(script, stdout=subprocess.PIPE, text=True, env=ROOM)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def test_a_question_that_takes_too_long_is_not_asked_again(
    link: Link, store: MilvusStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("indexer.milvus_store.ANSWERING", 0.0001)
    with pytest.raises(MilvusError, match="took too long"):
        store.near(vector(6), COUNT)
    monkeypatch.undo()
    assert len(store.near(vector(6), COUNT)[0]) == COUNT


class Faltering(Link):
    """A way that is blocked for the first `blocked` batches."""

    def __init__(self, link: Link, blocked: int) -> None:
        super().__init__(link.address)
        self.blocked = blocked

    def ask(self, question: Callable[[Any], Result]) -> Result:
        self.blocked -= 1
        if self.blocked >= 0:
            raise MilvusError("away")
        return super().ask(question)


def test_a_batch_is_sent_until_it_arrives(link: Link, store: MilvusStore, monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []
    monkeypatch.setattr("time.sleep", pauses.append)
    milvus_rows._send(Faltering(link, 4), store.collection, MADE.rows(0, 10))
    assert pauses == [1, 2, 4, 8]
    with pytest.raises(MilvusError, match="away"):
        milvus_rows._send(Faltering(link, 5), store.collection, MADE.rows(0, 10))
    assert store.size() == MADE.count


@pytest.mark.slow
def test_away_and_back_and_two_processes(tmp_path: Path, port: int) -> None:
    link, data = Link(Address(f"http://127.0.0.1:{port}", "user:hidden")), tmp_path / "data"
    with pytest.raises(MilvusError, match=r"does not answer at http://127.*Start it") as away:
        current_mark(link, data)
    assert "hidden" not in str(away.value)
    server = serving(tmp_path / "served", port)
    try:
        other = writing(f"milvus:http://127.0.0.1:{port}", data, "other", 100)
        write_collection(link, tmp_path / "mine", "own", MADE)
        assert other.communicate()[0].splitlines()[-1].startswith("sent ")
        assert current_mark(link, data) == "other"
        store = open_store(link, tmp_path / "mine", "own")
        expected = store.near(vector(5), COUNT)[0].tolist()
        server.kill()
        server.communicate()
        for _ in range(2):
            with pytest.raises(MilvusError, match="does not answer"):
                store.near(vector(5), COUNT)
        server = serving(tmp_path / "served", port)
        with ThreadPoolExecutor(4) as pool:
            assert [one.tolist() for one, _ in pool.map(lambda _: store.near(vector(5), COUNT), range(8))] == [
                expected
            ] * 8
    finally:
        link.close()
        server.kill()
        server.communicate()
