"""The embedding cache is never trusted further than it can be checked, and never stops a build."""

import sqlite3
from pathlib import Path

import numpy as np
import pytest
from fakes import FakeEncoder

from indexer.cache import CachedEncoder, EmbeddingCache, cached_encoder
from indexer.generation import GenerationError

TEXTS = [f"Text number {i}" for i in range(1200)]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A cache that holds TEXTS."""
    path = tmp_path / "embeddings.sqlite"
    with EmbeddingCache(path, FakeEncoder()) as cache:
        cache.put(TEXTS, FakeEncoder().encode_document(TEXTS))
    return path


def known(path: Path, encoder: FakeEncoder | None = None) -> int:
    with EmbeddingCache(path, encoder or FakeEncoder()) as cache:
        return len(cache.get(TEXTS))


def test_vectors_come_back_as_they_went(path: Path) -> None:
    with EmbeddingCache(path, FakeEncoder()) as cache:
        found = cache.get([*TEXTS[::-1], "unknown"])
    assert set(found) == set(TEXTS)
    assert np.array_equal(np.stack([found[t] for t in TEXTS]), FakeEncoder().encode_document(TEXTS))


def test_a_key_is_text_model_precision_and_backend(path: Path) -> None:
    assert known(path, FakeEncoder(seed=1)) == 0
    for field in ("dtype", "backend"):
        encoder = FakeEncoder()
        setattr(encoder, field, "other")
        assert known(path, encoder) == 0


def test_vectors_of_the_wrong_size_or_length_are_not_known(path: Path) -> None:
    with sqlite3.connect(path) as database:
        keys = [row[0] for row in database.execute("SELECT key FROM embeddings LIMIT 4")]
        for key, bad in zip(keys, (b"", b"\0" * 128, b"\0" * 256, np.full(64, np.nan, "<f4").tobytes()), strict=True):
            database.execute("UPDATE embeddings SET vector = ? WHERE key = ?", (bad, key))
    database.close()
    assert known(path) == len(TEXTS) - 4


def test_a_file_that_is_no_database_is_set_aside(path: Path) -> None:
    path.write_bytes(b"no database at all" * 100)
    assert known(path) == 0
    assert path.with_name("embeddings.sqlite.broken").read_bytes().startswith(b"no database")


@pytest.mark.parametrize("application", [0, 0x50524543])
def test_somebody_elses_database_is_set_aside(tmp_path: Path, application: int) -> None:
    path = tmp_path / "embeddings.sqlite"
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE embeddings (theirs)")
        database.execute(f"PRAGMA application_id = {application}")
    database.close()
    assert known(path) == 0
    assert path.with_name("embeddings.sqlite.broken").exists()


def test_damage_found_later_starts_an_empty_cache(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    path.write_bytes(content)
    with EmbeddingCache(path, FakeEncoder()) as cache:
        assert cache.get(TEXTS) == {}
        cache.put(TEXTS[:3], FakeEncoder().encode_document(TEXTS[:3]))
        assert set(cache.get(TEXTS)) == set(TEXTS[:3])


def test_a_cache_that_another_program_holds_is_not_thrown_aside(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("indexer.cache._PATIENCE", 0.05)
    other = sqlite3.connect(path, isolation_level=None)
    with EmbeddingCache(path, FakeEncoder()) as cache:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(GenerationError, match=r"locked.*`precedent build`"):
            cache.get(TEXTS)
        with pytest.raises(GenerationError, match=r"locked.*`precedent build`"):
            known(path)
    other.close()
    assert known(path) == len(TEXTS)
    assert not path.with_name("embeddings.sqlite.broken").exists()


def test_a_cache_that_is_a_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(GenerationError, match="unable to open"):
        known(tmp_path)
    assert tmp_path.is_dir()


def test_a_cached_encoder_encodes_nothing_twice_and_counts(tmp_path: Path) -> None:
    encoder, plain = FakeEncoder(), FakeEncoder()
    asked = ["A lamp.", "A very long lamp.", "A lamp."]
    with cached_encoder(tmp_path, encoder) as cached:
        assert np.array_equal(cached.encode_document(asked), plain.encode_document(asked))
        assert encoder.encoded == ["A very long lamp.", "A lamp."]  # the longest first
        assert (cached.encoded, cached.cached) == (2, 0)
        assert cached.encode_document([]).shape == (0, 64)
        assert cached.windows("word " * 60) == plain.windows("word " * 60)
    with cached_encoder(tmp_path, encoder) as cached:
        found = cached.encode_document([*asked, "Another."])
        assert np.array_equal(found, plain.encode_document([*asked, "Another."]))
        assert (cached.encoded, cached.cached) == (1, 2)
    assert encoder.encoded[2:] == ["Another."]


def test_a_cached_encoder_keeps_each_batch_and_tells_how_far_it_is(path: Path) -> None:
    new = [f"New text {i}" for i in range(300)]
    told: list[tuple[int, int]] = []

    def stop(done: int, total: int) -> None:
        told.append((done, total))
        if done > 200:
            raise KeyboardInterrupt

    encoder = FakeEncoder()
    with EmbeddingCache(path, encoder) as cache:
        with pytest.raises(KeyboardInterrupt):
            CachedEncoder(encoder, cache).vectors([*TEXTS, *new, *new], stop)
        assert told == [(0, 300), (128, 300), (256, 300)]
        assert len(cache.get(new)) == 256
