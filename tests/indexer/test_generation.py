"""A generation is opened whole or refused with a sentence that names the command to run."""

import hashlib
import json
import shutil
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from fakes import FakeCollection, FakeEncoder, Vectors, document, documents

from corpus.acronyms import meanings
from corpus.vocabulary import load_vocabulary
from indexer.build import build
from indexer.context import placed
from indexer.embed import OWN, pieces_of
from indexer.generation import (
    Generation,
    GenerationError,
    Inputs,
    current_id,
    last_inputs,
    open_generation,
    read_manifest,
    verify_generation,
)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with one generation of the small mixed collection."""
    build(FakeCollection(documents()), FakeEncoder(), tmp_path / "data", inputs=["papers"])
    return tmp_path / "data"


def cosines(generation: Generation, vector: Vectors) -> Vectors:
    """The best inner product of each passage, by its id."""
    vectors = generation.vectors
    return np.append(np.float32(-1), vectors.cosines(vector, np.arange(1, generation.manifest.counts["passages"] + 1)))


def path_of(data: Path) -> Path:
    return data / "generations" / (current_id(data) or "")


def rewrite(path: Path, **changes: object) -> Path:
    """Change fields of the manifest in the current generation's folder `path`, as if it was built so: its new path."""
    manifest = json.dumps(json.loads((path / "manifest.json").read_text()) | changes)
    (path / "manifest.json").write_text(manifest)
    name = f"{path.name.rpartition('-')[0]}-{hashlib.sha256(manifest.encode()).hexdigest()[:8]}"
    (path.parents[1] / "CURRENT").write_text(name)
    return path.rename(path.with_name(name))


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
    rows = generation.tables.execute("SELECT id, text FROM passages").fetchall()
    leaders = next(row["id"] for row in rows if "Leaders" in row["text"])
    query = tantivy.Query.term_query(generation.lexical.schema, "text", *generation.analyzer().analyze("Leader"))
    searcher = generation.lexical.searcher()
    hits = searcher.search(query).hits
    assert searcher.fast_field_values("id", [address for _, address in hits]) == [leaders]
    vector = FakeEncoder().vector("Leaders are visible and plans are clear.")
    found = cosines(generation, vector)
    assert found.argmax() == leaders
    assert found.max() > 0.8


def test_each_window_of_a_passage_has_a_row_under_its_id(data: Path) -> None:
    generation = open_generation(data)
    rows = dict(zip(*np.unique(generation.vectors.owners, return_counts=True), strict=True))
    for number, text in generation.tables.execute("SELECT id, text FROM passages"):
        assert rows[number] == len(FakeEncoder().windows(text))


def test_the_reference_is_a_sample_of_the_vectors(data: Path) -> None:
    generation = open_generation(data)
    assert generation.reference.shape == (generation.manifest.counts["vectors"], 64)
    for vector in generation.reference:
        assert generation.vectors.cosines(vector, generation.vectors.passages).max() == pytest.approx(
            float(vector @ vector), abs=1e-3
        )


def test_connections_are_read_only_and_leave_nothing_behind(data: Path) -> None:
    generation = open_generation(data)
    before = sorted(generation.path.iterdir())
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        generation.tables.execute("DELETE FROM passages")
    assert sorted(generation.path.iterdir()) == before


def test_several_threads_share_a_generation(data: Path) -> None:
    generation = open_generation(data)
    vector = FakeEncoder().vector("missing children")
    texts = dict(generation.tables.execute("SELECT id, text FROM passages").fetchall())
    answers = []

    def ask() -> None:
        for number in list(texts) * 20:
            [row] = generation.tables.execute("SELECT text FROM passages WHERE id = ?", (number,))
            found = row["text"] == texts[number], generation.lexical.searcher().num_docs
            answers.append((*found, cosines(generation, vector).tobytes()))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 4 * 20 * 13
    assert set(answers) == {(True, 13, cosines(generation, vector).tobytes())}


def test_an_sqlite_that_threads_cannot_share_is_refused(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sqlite3.threadsafety", 1)
    with pytest.raises(GenerationError, match="another Python"):
        open_generation(data)


def test_a_generation_that_is_pruned_while_it_is_held_still_answers(data: Path) -> None:
    import tantivy

    generation = open_generation(data)
    for text in ("One.", "Two.", "Three."):
        build(FakeCollection((document("new.txt", [text]),)), FakeEncoder(), data, inputs=["papers"])
    assert not generation.path.exists()
    [row] = generation.tables.execute("SELECT id FROM passages WHERE text LIKE 'Leaders%'")
    query = tantivy.Query.phrase_query(
        generation.lexical.schema, "text", generation.analyzer().analyze("Leaders are visible")
    )
    searcher = generation.lexical.searcher()
    [(_, address)] = searcher.search(query).hits
    assert searcher.doc(address)["id"] == [row["id"]]
    assert cosines(generation, FakeEncoder().vector("Leaders are visible")).argmax() == row["id"]


def test_opening_writes_nothing(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def seen() -> list[tuple[Path, int, int]]:
        paths = [data, *sorted(data.rglob("*"))]
        return [(path, path.stat().st_mtime_ns, path.stat().st_mode) for path in paths]

    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(elsewhere))
    before = seen()
    assert all(mode & 0o044 == 0o044 for path, _, mode in before if path_of(data) in path.parents)
    for _ in range(100):  # tantivy's own threads disturb one opening in forty, if they can
        open_generation(data)
    assert verify_generation(path_of(data)) == []
    assert seen() == before
    assert list(elsewhere.iterdir()) == []


@pytest.mark.parametrize("exact_up_to", [0, 100_000])
def test_a_passage_has_the_mean_of_its_best_window_with_and_without_its_headings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, exact_up_to: int
) -> None:
    monkeypatch.setattr("indexer.vector_index.EXACT_UP_TO", exact_up_to)
    encoder = FakeEncoder()
    build(FakeCollection(documents()), encoder, tmp_path, inputs=["papers"])
    generation = open_generation(tmp_path)
    query = encoder.vector("Crime data about missing children")
    found = cosines(generation, query)
    expected = [-1.0]
    vocabulary = load_vocabulary()
    for made in sorted(documents(), key=lambda d: d.key):
        for one in placed(made, meanings(made, vocabulary)):
            means = [encoder.encode_document(piece) @ query @ (OWN, 1 - OWN) for piece in pieces_of(one, encoder)]
            expected.append(float(max(means)))
    assert (found.dtype, found.shape) == (np.float32, (14,))
    assert np.allclose(found, expected, atol=1e-3)


def test_the_last_inputs_are_found_from_any_folder(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert last_inputs(tmp_path) is None
    monkeypatch.chdir(data)
    made = FakeCollection(documents())
    given = ["papers", "/else/\udcff.txt"]
    build(made, FakeEncoder(), data, inputs=given, without=["papers/a.txt"], force_from_name=True)
    assert last_inputs(data) == Inputs(("papers", "/else/\udcff.txt"), ("papers/a.txt",), True)
    monkeypatch.chdir(tmp_path)
    assert last_inputs(data) == Inputs((f"{data}/papers", "/else/\udcff.txt"), (f"{data}/papers/a.txt",), True)
    (path_of(data) / "manifest.json").write_text("{}")
    with pytest.raises(GenerationError, match="`precedent build`"):
        last_inputs(data)


def test_nothing_built_yet_names_the_command(tmp_path: Path) -> None:
    assert current_id(tmp_path) is None
    with pytest.raises(GenerationError, match="`precedent build PATH`"):
        open_generation(tmp_path)


def truncate(path: Path) -> None:
    (path / "vectors/rows.npy").write_bytes(b"short")


def remove(path: Path) -> None:
    next((path / "lexical").glob("*.term")).unlink()


def age(path: Path) -> None:
    rewrite(path, format_version=0)


def lose_manifest(path: Path) -> None:
    (path / "manifest.json").unlink()


def lose_fields(path: Path) -> None:
    rewrite(path, encoder={})


def list_files(path: Path) -> None:
    rewrite(path, files=[])


def vouch_for_nothing(path: Path) -> None:
    (rewrite(path, files={}) / "vectors/rows.npy").write_bytes(b"no vectors")


def vouch_for_no_tables(path: Path) -> None:
    (rewrite(path, files={}) / "passages.sqlite").write_bytes(b"no database" * 100)


def alter_manifest(path: Path) -> None:
    text = (path / "manifest.json").read_text()
    (path / "manifest.json").write_text(text.replace('"papers"', '"others"'))


def manifest_to_folder(path: Path) -> None:
    (path / "manifest.json").unlink()
    (path / "manifest.json").mkdir()


def lexical_to_file(path: Path) -> None:
    shutil.rmtree(path / "lexical")
    (path / "lexical").write_text("")


def vectors_to_folder(path: Path) -> None:
    (path / "vectors/rows.npy").unlink()
    (path / "vectors/rows.npy").mkdir()


@pytest.mark.parametrize(
    ("harm", "reason"),
    [
        (truncate, "vectors/rows.npy has 5 bytes .*`precedent doctor`"),
        (remove, r"\.term is missing.*`precedent doctor`"),
        (age, "format version 0.*`precedent build`"),
        (lose_manifest, "no manifest.json.*`precedent build`"),
        (lose_fields, "manifest .* is damaged.*`precedent build`"),
        (list_files, "manifest .* is damaged.*`precedent build`"),
        (vouch_for_nothing, "is damaged: .*`precedent doctor`"),
        (vouch_for_no_tables, "is damaged: .*not a database.*`precedent doctor`"),
        (alter_manifest, "manifest .* is not as it was written.*`precedent build`"),
        (manifest_to_folder, "manifest .* cannot be read.*`precedent build`"),
        (lexical_to_file, "lexical.* cannot be read.*`precedent doctor`"),
        (vectors_to_folder, "vectors/rows.npy .*`precedent doctor`"),
        (shutil.rmtree, "no manifest.json.*`precedent build`"),
    ],
)
def test_a_damaged_generation_is_refused_and_built_again(
    data: Path, harm: Callable[[Path], object], reason: str
) -> None:
    harm(path_of(data))
    with pytest.raises(GenerationError, match=reason):
        open_generation(data)
    assert verify_generation(path_of(data)) != []
    report = build(FakeCollection(documents()), FakeEncoder(), data, inputs=["papers"])
    assert (report.published, open_generation(data).id) == (True, report.generation)


@pytest.mark.parametrize("content", ["../../elsewhere", "/etc", "..", "a\0b", "x" * 5_000, "", "a\nb"])
def test_a_pointer_that_names_no_generation_is_refused_and_mended(data: Path, content: str) -> None:
    (data / "CURRENT").write_text(content)
    for use in (current_id, open_generation, last_inputs):
        with pytest.raises(GenerationError, match=r"CURRENT does not name .*`precedent build`"):
            use(data)
    report = build(FakeCollection(documents()), FakeEncoder(), data, inputs=["papers"])
    assert open_generation(data).id == report.generation


def test_a_pointer_that_is_a_folder_is_refused_before_anything_is_built(data: Path) -> None:
    (data / "CURRENT").unlink()
    (data / "CURRENT").mkdir()
    with pytest.raises(GenerationError, match=r"CURRENT cannot be read .*`precedent build`"):
        open_generation(data)
    encoder = FakeEncoder(seed=1)
    with pytest.raises(GenerationError, match="CURRENT is a folder"):
        build(FakeCollection(documents()), encoder, data, inputs=["papers"])
    assert encoder.encoded == []


def test_another_encoder_is_refused(data: Path) -> None:
    with pytest.raises(GenerationError, match=r"made with the encoder fake .*`precedent build`"):
        open_generation(data, FakeEncoder(seed=1))


@pytest.mark.parametrize("name", ["passages.sqlite", "vectors/rows.npy", "reference.npy"])
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
    assert "The manifest counts" in verify_generation(rewrite(path_of(data), counts=counts | {"passages": 14}))[0]


def test_stores_that_disagree_are_found(data: Path) -> None:
    first = path_of(data)
    build(FakeCollection((document("one.txt", ["A text."]),)), FakeEncoder(), data, inputs=["papers"])
    second = path_of(data)
    shutil.rmtree(second / "vectors")
    shutil.copytree(first / "vectors", second / "vectors")
    files = json.loads((second / "manifest.json").read_text())["files"]
    written = json.loads((first / "manifest.json").read_text())["files"]
    files |= {name: record for name, record in written.items() if name.startswith("vectors/")}
    assert any("different passages" in problem for problem in verify_generation(rewrite(second, files=files)))


def test_a_store_of_another_make_is_a_sentence(data: Path) -> None:
    path = rewrite(path_of(data), files={})
    np.save(path / "vectors" / "rows.npy", np.zeros((2, 64), np.float32))
    [problem] = verify_generation(path)
    assert problem.startswith(f"Generation {path.name} is damaged: the files of vectors do not fit together")


def test_a_generation_retired_while_it_is_opened_gives_way_to_the_next(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    new, answers = current_id(data), ["20200101T000000000000Z-retired0"]
    monkeypatch.setattr("indexer.generation.current_id", lambda _: answers.pop() if answers else new)
    assert open_generation(data).id == new
