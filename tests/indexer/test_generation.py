"""A generation is opened whole or refused with a sentence that names the command to run."""

import json
import shutil
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from fakes import FakeCollection, FakeEncoder, document, documents

from indexer.build import build
from indexer.generation import (
    GenerationError,
    current_id,
    open_generation,
    read_manifest,
    verify_generation,
)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with one generation of the small mixed collection."""
    build(FakeCollection(documents()), FakeEncoder(), tmp_path / "data", inputs=["papers"])
    return tmp_path / "data"


def path_of(data: Path) -> Path:
    return data / "generations" / (current_id(data) or "")


def rewrite(path: Path, **changes: object) -> None:
    """Change fields of the manifest in generation folder `path`."""
    manifest = json.loads((path / "manifest.json").read_text())
    (path / "manifest.json").write_text(json.dumps(manifest | changes))


def test_what_was_built_is_what_opens(data: Path) -> None:
    generation = open_generation(data, FakeEncoder())
    assert generation.id == current_id(data)
    assert generation.manifest.inputs == ("papers",)
    assert generation.manifest.encoder.dimension == 64
    assert generation.manifest.counts == {
        "documents": 4,
        "sections": 9,
        "passages": 13,
        "findings": 3,
        "events": 4,
        "folds": 11,
        "vectors": 18,
    }
    assert generation.manifest.document_kinds == {"other": 1, "peel_assessment": 1, "register_record": 2}
    assert verify_generation(generation.path) == []


def test_the_three_stores_know_a_passage_by_one_id(data: Path) -> None:
    import tantivy

    generation = open_generation(data)
    rows = generation.connect().execute("SELECT id, text FROM passages").fetchall()
    leaders = next(row["id"] for row in rows if "Leaders" in row["text"])
    query = tantivy.Query.term_query(generation.lexical.schema, "text", *generation.analyzer().analyze("Leader"))
    searcher = generation.lexical.searcher()
    hits = searcher.search(query).hits
    assert searcher.fast_field_values("id", [address for _, address in hits]) == [leaders]
    vector = FakeEncoder().encode_query("Leaders are visible and plans are clear.")
    cosines, ids = generation.vectors.search(vector[None], 1)
    assert ids[0, 0] == leaders
    assert cosines[0, 0] == pytest.approx(1, abs=1e-3)


def test_a_long_passage_has_several_vectors_under_one_id(data: Path) -> None:
    generation = open_generation(data)
    vector = FakeEncoder().encode_query("Crime data integrity.")
    _, ids = generation.vectors.search(vector[None], 3)
    assert len(set(ids[0])) == 1


def test_the_reference_is_a_sample_of_the_vectors(data: Path) -> None:
    generation = open_generation(data)
    assert generation.reference.shape == (18, 64)
    cosines, _ = generation.vectors.search(generation.reference, 1)
    assert np.allclose(cosines, 1, atol=1e-3)


def test_connections_are_read_only_and_leave_nothing_behind(data: Path) -> None:
    generation = open_generation(data)
    before = sorted(generation.path.iterdir())
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        generation.connect().execute("DELETE FROM passages")
    assert sorted(generation.path.iterdir()) == before


def test_several_threads_share_a_generation(data: Path) -> None:
    generation = open_generation(data)
    vector = FakeEncoder().encode_query("missing children")
    answers = []

    def ask() -> None:
        for _ in range(20):
            count = generation.connect().execute("SELECT count(*) FROM passages").fetchone()[0]
            answers.append(
                (count, generation.lexical.searcher().num_docs, *generation.vectors.search(vector[None], 3)[1][0])
            )

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 80
    assert len(set(answers)) == 1


def test_nothing_built_yet_names_the_command(tmp_path: Path) -> None:
    assert current_id(tmp_path) is None
    with pytest.raises(GenerationError, match="`precedent build PATH`"):
        open_generation(tmp_path)


def truncate(path: Path) -> None:
    (path / "vectors.faiss").write_bytes(b"short")


def remove(path: Path) -> None:
    next((path / "lexical").glob("*.term")).unlink()


def age(path: Path) -> None:
    rewrite(path, format_version=0)


def lose_manifest(path: Path) -> None:
    (path / "manifest.json").unlink()


def garble_manifest(path: Path) -> None:
    (path / "manifest.json").write_text('{"format_version": 1}')


@pytest.mark.parametrize(
    ("harm", "reason"),
    [
        (truncate, "vectors.faiss has 5 bytes .*`precedent doctor`"),
        (remove, r"\.term is missing.*`precedent doctor`"),
        (age, "format version 0.*`precedent build`"),
        (lose_manifest, "no manifest.json.*`precedent build`"),
        (garble_manifest, "manifest .* is damaged.*`precedent build`"),
        (shutil.rmtree, "no manifest.json.*`precedent build`"),
    ],
)
def test_a_damaged_generation_is_refused(data: Path, harm: Callable[[Path], None], reason: str) -> None:
    harm(path_of(data))
    with pytest.raises(GenerationError, match=reason):
        open_generation(data)
    assert verify_generation(path_of(data)) != []


def test_a_pointer_outside_the_generations_is_refused(data: Path) -> None:
    (data / "CURRENT").write_text("../../elsewhere")
    with pytest.raises(GenerationError, match="`precedent build`"):
        open_generation(data)


def test_another_encoder_is_refused(data: Path) -> None:
    with pytest.raises(GenerationError, match=r"made with the encoder fake .*`precedent build`"):
        open_generation(data, FakeEncoder(seed=1))


@pytest.mark.parametrize("name", ["passages.sqlite", "vectors.faiss", "reference.npy"])
def test_one_changed_byte_is_found(data: Path, name: str) -> None:
    path = path_of(data) / name
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    assert verify_generation(path_of(data)) == [
        f"{name} of generation {current_id(data)} is not as it was written: its SHA-256 differs."
    ]


def test_counts_that_disagree_are_found(data: Path) -> None:
    counts = dict(read_manifest(path_of(data)).counts)
    rewrite(path_of(data), counts=counts | {"passages": 14})
    assert "The manifest counts" in verify_generation(path_of(data))[0]


def test_stores_that_disagree_are_found(data: Path) -> None:
    first = path_of(data)
    build(FakeCollection((document("one.txt", ["A text."]),)), FakeEncoder(), data, inputs=["papers"])
    second = path_of(data)
    shutil.copy(first / "vectors.faiss", second / "vectors.faiss")
    files = json.loads((second / "manifest.json").read_text())["files"]
    files["vectors.faiss"] = json.loads((first / "manifest.json").read_text())["files"]["vectors.faiss"]
    rewrite(second, files=files)
    assert any("different passages" in problem for problem in verify_generation(second))


def test_a_generation_retired_while_it_is_opened_gives_way_to_the_next(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    new, answers = current_id(data), ["20200101T000000000000Z-retired0"]
    monkeypatch.setattr("indexer.generation.current_id", lambda _: answers.pop() if answers else new)
    assert open_generation(data).id == new
