"""Vectors on disk: exact up to a size, coded and refined beyond; the same answers from both."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer import vector_index
from indexer.arrays import mapped
from indexer.vector_index import VectorIndex, open_vectors, write_reference, write_vectors
from indexer.vector_store import Chosen

DIMENSION = 32


def rows_of(passages: int, most: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """The passages.id of each row and unit vectors: none to `most` for each passage, near to a few centres."""
    random = np.random.default_rng(seed)
    owners = np.repeat(np.arange(1, passages + 1), random.integers(0, most + 1, passages))
    centres = random.standard_normal((20, DIMENSION))
    vectors = centres[random.integers(0, 20, len(owners))] + 0.5 * random.standard_normal((len(owners), DIMENSION))
    return owners, (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def written(folder: Path, owners: np.ndarray, vectors: np.ndarray, passages: int, batch: int = 7) -> VectorIndex:
    def batches() -> Iterator[tuple[np.ndarray, np.ndarray]]:
        for start in range(0, len(owners), batch):
            yield owners[start : start + batch], vectors[start : start + batch]

    write_vectors(folder, len(owners), DIMENSION, batches(), passages)
    return open_vectors(folder)


def best_of(owners: np.ndarray, vectors: np.ndarray, query: np.ndarray, ids: np.ndarray) -> np.ndarray:
    """The plain computation: the best row of each passage, -1 without any."""
    similar = vectors @ query
    return np.array([similar[owners == number].max(initial=-1.0) for number in ids])


@pytest.fixture(params=["exact", "coded"])
def exact_up_to(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    size = 100_000 if request.param == "exact" else 10
    monkeypatch.setattr(vector_index, "EXACT_UP_TO", size)
    return size


def test_cosines_are_those_of_the_best_row(tmp_path: Path, exact_up_to: int) -> None:
    owners, vectors = rows_of(400, 3)
    index = written(tmp_path / "vectors", owners, vectors, 400)
    assert index.exact == (exact_up_to > len(owners))
    assert index.dimension == DIMENSION
    assert np.array_equal(index.passages, np.unique(owners))
    for ids in (np.arange(1, 401), np.array([1, 5, 6, 399, 400]), np.arange(17, 18), np.zeros(0, np.int64)):
        found = index.cosines(vectors[3], ids)
        assert found.dtype == np.float32
        assert np.allclose(found, best_of(owners, vectors, vectors[3], ids), atol=2e-3)


def test_halves_are_compared_as_what_they_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vector_index, "EXACT_UP_TO", 10)
    draw = np.random.default_rng(3)
    vectors = draw.standard_normal((700, 8)).astype(np.float32)
    vectors[:40] *= np.float32(1e-5)  # below what half precision has in full
    vectors[40:50, 2:] = 0.0
    ids = np.arange(1, 701)
    write_vectors(tmp_path / "v", 700, 8, iter([(ids, vectors)]), 700, coded=False)
    index, asked = open_vectors(tmp_path / "v"), draw.standard_normal(8).astype(np.float32)
    some = ids[::2]
    assert index.rows.dtype == np.float16
    np.testing.assert_allclose(
        index.cosines(asked, some), index.rows[some - 1].astype(np.float32) @ asked, rtol=1e-5, atol=1e-6
    )


def test_rows_of_a_passage(tmp_path: Path, exact_up_to: int) -> None:
    owners, vectors = rows_of(50, 3)
    index = written(tmp_path / "vectors", owners, vectors, 50)
    for number in range(-1, 53):
        assert np.allclose(index.rows_of(number), vectors[owners == number], atol=1e-3)


def test_what_the_codes_call_near_holds_the_nearest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vector_index, "EXACT_UP_TO", 1_000)
    owners, vectors = rows_of(3_000, 2, seed=1)
    index = written(tmp_path / "vectors", owners, vectors, 3_000, batch=500)
    every = np.arange(1, 3_001)
    hits = 0
    for query in vectors[::150]:
        near = index.near(query, 400)
        assert np.all(np.diff(near) > 0)
        assert len(near) <= 400
        nearest = every[np.argsort(-index.cosines(query, every), kind="stable")[:10]]
        hits += len(np.intersect1d(near, nearest))
    assert hits >= 0.99 * 10 * len(vectors[::150])


def test_what_is_near_of_some_passages_is_found_beside_what_is_near_of_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vector_index, "EXACT_UP_TO", 1_000)
    owners, vectors = rows_of(3_000, 2, seed=2)
    index = written(tmp_path / "vectors", owners, vectors, 3_000, batch=500)
    some, few = Chosen(np.arange(1, 3_001, 20)), Chosen(np.array([7, 8]))
    for query in vectors[::500]:
        near = index.near(query, 200, some, few)
        assert np.all(np.diff(near) > 0)
        assert np.isin(index.near(query, 200), near).mean() >= 0.9  # of those that are alike by their codes any may be
        of_them = some.ids[np.argsort(-index.cosines(query, some.ids), kind="stable")[:10]]
        assert np.isin(of_them, near).mean() >= 0.9


def test_where_all_are_compared_all_are_near(tmp_path: Path) -> None:
    owners, vectors = rows_of(40, 2)
    index = written(tmp_path / "vectors", owners, vectors, 40)
    assert np.array_equal(index.near(vectors[0], 3), np.unique(owners))


@given(seed=st.integers(0, 99), ids=st.sets(st.integers(1, 60)))
@settings(max_examples=50, deadline=None)
def test_any_choice_of_passages_has_its_part_of_all(
    tmp_path_factory: pytest.TempPathFactory, seed: int, ids: set[int]
) -> None:
    owners, vectors = rows_of(60, 3, seed)
    index = written(tmp_path_factory.mktemp("some") / "vectors", owners, vectors, 60)
    query = np.random.default_rng(seed).standard_normal(DIMENSION).astype(np.float32)
    chosen = np.array(sorted(ids), np.int64)
    whole = index.cosines(query, np.arange(1, 61))
    assert np.allclose(index.cosines(query, chosen), whole[chosen - 1], atol=1e-5)


def test_fewer_vectors_than_said_are_told(tmp_path: Path) -> None:
    owners, vectors = rows_of(10, 2)
    with pytest.raises(ValueError, match="said to come"):
        write_vectors(tmp_path / "vectors", len(owners) + 1, DIMENSION, iter([(owners, vectors)]), 10)


@pytest.mark.parametrize("name", ["passages.npy", "starts.npy", "rows.npy"])
def test_files_of_two_generations_do_not_fit(tmp_path: Path, name: str) -> None:
    written(tmp_path / "one", *rows_of(10, 2), 10)
    written(tmp_path / "other", *rows_of(20, 2), 20)
    (tmp_path / "one" / name).write_bytes((tmp_path / "other" / name).read_bytes())
    with pytest.raises(ValueError, match="do not fit together"):
        open_vectors(tmp_path / "one")


def test_the_reference_is_evenly_spaced(tmp_path: Path) -> None:
    _, vectors = rows_of(5_000, 1)
    write_reference(tmp_path / "reference.npy", vectors)
    kept = np.load(tmp_path / "reference.npy", allow_pickle=False)
    assert kept.shape == (2_000, DIMENSION)
    assert np.array_equal(kept[[0, -1]], vectors[[0, -1]])


def test_a_head_that_is_damaged_is_an_error_that_is_expected(tmp_path: Path) -> None:
    np.save(tmp_path / "whole.npy", np.arange(9))
    content = (tmp_path / "whole.npy").read_bytes()
    for place in range(128):
        (tmp_path / "one.npy").write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
        with suppress(ValueError):
            mapped(tmp_path / "one.npy")


def test_codes_that_find_no_room_are_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vector_index, "EXACT_UP_TO", 10)
    opened = Path.open

    def full(path: Path, mode: str = "r", *args: Any, **more: Any) -> Any:
        return opened(Path("/dev/full") if path.suffix == ".faiss" else path, mode, *args, **more)

    monkeypatch.setattr(Path, "open", full)
    with pytest.raises(OSError, match="No space left"):
        written(tmp_path / "vectors", *rows_of(200, 2), 200)


def test_codes_that_ask_for_more_memory_than_there_is_are_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import faiss

    def greedy(path: str) -> None:
        raise MemoryError("std::bad_alloc")

    monkeypatch.setattr(vector_index, "EXACT_UP_TO", 10)
    written(tmp_path / "vectors", *rows_of(200, 2), 200)
    monkeypatch.setattr(faiss, "read_index", greedy)
    with pytest.raises(OSError, match="no memory"):
        open_vectors(tmp_path / "vectors")
