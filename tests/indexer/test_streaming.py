"""A build in bounded memory: the same generation however much is taken at a time, and one document after the other."""

import gc
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from fakes import FakeCollection, FakeEncoder, few_examples, record

from corpus.collection import load
from corpus.forces import load_forces
from corpus.model import Document
from indexer.build import build
from indexer.generation import open_generation
from models.taxonomy import load_taxonomy
from models.theme_model import train_themes

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "corpus" / "sample"
BOUNDS = {
    "indexer.claims._BATCH": 3,
    "indexer.embed._LOOK_UP": 5,
    "indexer.embed._PASSAGES": 7,
    "indexer.embed._ROWS": 11,
    "indexer.cache._COMMIT": 2,
    "indexer.meaning_map._PART": 600,
}


def facts(data: Path) -> dict[str, object]:
    """All that a generation holds: every row of every table, its vectors, and what its words find."""
    generation = open_generation(data)
    found: dict[str, object] = {}
    for name in ("passages.sqlite", "tags.sqlite"):
        with closing(sqlite3.connect(generation.path / name)) as database:
            found[name] = list(database.iterdump())
    index, words = generation.vectors, generation.lexical
    found["vectors"] = [(number, index.rows_of(number).tobytes()) for number in index.passages.tolist()]
    found["reference"] = generation.reference.tobytes()
    for term in ("force", "victims", "custody"):
        hits = words.searcher().search(words.parse_query(term, ["all", "names", "meant", "written"]), limit=500).hits
        found[term] = [(score, words.searcher().doc(at)["id"]) for score, at in hits]
    return found | {"counts": dict(generation.manifest.counts)}


@pytest.mark.slow
def test_however_much_is_taken_at_a_time_the_generation_is_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taxonomy = load_taxonomy()
    themes = train_themes(taxonomy, few_examples(taxonomy), FakeEncoder(), "2024-01-01T00:00:00")
    forces = SAMPLE / "forces.toml"
    collection = load([str(SAMPLE)], load_forces(forces))
    first = build(collection, FakeEncoder(), tmp_path / "one", inputs=[], forces=forces, themes=themes)
    for name, least in BOUNDS.items():
        monkeypatch.setattr(name, least)
    backwards = FakeCollection(tuple(collection.documents)[::-1])
    again = build(backwards, FakeEncoder(), tmp_path / "two", inputs=[], forces=forces, themes=themes)
    one, two = facts(tmp_path / "one"), facts(tmp_path / "two")
    assert one.keys() == two.keys()
    for name in one:
        assert one[name] == two[name], name
    assert (first.encoded, first.cached) == (again.encoded, again.cached)
    drawn, other = open_generation(tmp_path / "one").map, open_generation(tmp_path / "two").map
    assert drawn is not None
    assert other is not None
    assert np.array_equal(drawn.regions, other.regions)
    assert np.allclose(drawn.places, other.places, atol=2e-4)
    assert drawn.words == other.words


class OnDemand(Sequence[Document]):
    """Records that are made when they are asked for, as many as there are."""

    def __init__(self, count: int) -> None:
        self._count = count

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, at: int) -> Document:  # type: ignore[override]
        if at >= self._count:
            raise IndexError(at)
        plain = record("kent", f"{at:04}", f"The force should count lamp {at % 7}.", comment=f"Lamp {at} is lit.")
        return replace(plain, text=plain.text * 50)


class Watched:
    """Counts the documents in memory whenever a build tells how far it is, and whenever it encodes."""

    def __init__(self) -> None:
        self.most: dict[str, int] = {}

    def __call__(self, stage: str, done: int, total: int) -> None:
        alive = sum(type(one) is Document for one in gc.get_objects())
        self.most[stage] = max(self.most.get(stage, 0), alive)


def test_few_documents_are_in_memory_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("indexer.stores._TELL", 10)
    gc.collect()
    before = sum(type(one) is Document for one in gc.get_objects())
    watched = Watched()
    build(FakeCollection(OnDemand(60)), FakeEncoder(), tmp_path, inputs=[], progress=watched)  # type: ignore[arg-type]
    assert {"closure", "passages", "lexical", "windows", "encode", "vectors"} <= watched.most.keys()
    assert max(watched.most.values()) - before < 6
