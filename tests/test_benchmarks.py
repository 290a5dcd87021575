"""The benchmarks of size, tried at a small one: what they measure is told, and made documents are what they say."""

import importlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fakes import FakeEncoder

from indexer.generation import open_generation, verify_generation
from indexer.lexical import ALL, Fields
from indexer.postings import FIELDS, PostingsWriter, open_postings
from service.contract.requests import RegisterRequest, SearchRequest
from service.contract.responses import SearchResponse
from service.engine import Engine


@pytest.fixture(autouse=True)
def benchmarks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(Path(__file__).parent / "benchmarks")


@pytest.fixture(scope="module")
def scale(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, float]]:
    """An index of some hundred passages, as the benchmark builds it, and what it tells of the build."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(Path(__file__).parent / "benchmarks")
        import bench_scale

        home = tmp_path_factory.mktemp("scale") / "200"
        return home, bench_scale.made(home, 200, FakeEncoder(), real=100)


def test_a_build_and_its_questions_are_told(scale: tuple[Path, dict[str, float]]) -> None:
    import bench_scale

    home, built = scale
    found = built | bench_scale.asked(home, FakeEncoder(), 10)
    assert found["passages"] >= 200
    assert found["build peak MiB"] >= found["build peak own MiB"] > 0
    assert found["disk MiB"] == pytest.approx(sum(found[f"disk {path.name} MiB"] for path in current(home).iterdir()))
    assert found["any p95"] >= found["any p50"] >= found["less encoding p50"] > 0
    assert found["any keeps folds"] > found["1/40 keeps folds"] >= found["1/1000 keeps folds"]
    assert found["recall@10"] == 1.0  # so few are all compared
    assert found["own MiB"] > 0
    assert set(bench_scale.SLOPES) <= found.keys()


def test_an_index_is_multiplied(scale: tuple[Path, dict[str, float]], tmp_path: Path) -> None:
    import bench_scale
    import multiply_index

    home, built = scale
    made = multiply_index.multiplied(home, 3, tmp_path)
    size = int(built["passages"])
    assert made.counts["passages"] == 3 * size
    few = f"lexical {size}."
    assert verify_generation(current(tmp_path)) == [f"passages.sqlite holds {3 * size} passages and {few}"]
    one, three = (Engine(folder, FakeEncoder(), count_unmet=False) for folder in (home, tmp_path))
    (said,) = one.snapshot().held.generation.tables.execute("SELECT text FROM passages WHERE id = 5").fetchone()
    for query in (said, ""):
        before, after = (engine.search(SearchRequest(query=query, page_size=100)) for engine in (one, three))
        assert after.total >= before.total > 0
        assert len({hit.passage_id for hit in after.results}) == len(after.results)
    assert after.total == 3 * before.total  # of the empty question, which everything answers
    assert after.documents == 3 * before.documents
    assert counts(after) == {name: {value: 3 * n for value, n in own.items()} for name, own in counts(before).items()}
    records, threefold = (engine.register(RegisterRequest()) for engine in (one, three))
    assert threefold.total == 3 * records.total > 0
    held = three.snapshot().held
    for number in range(1, 3 * size + 1, size // 7):
        (own,) = held.generation.tables.execute("SELECT document, fold, finding FROM passages WHERE id = ?", (number,))
        columns = held.columns
        assert tuple(own) == (columns.document[number], columns.fold[number], columns.finding[number] or None)
    found = bench_scale.standing(tmp_path) | bench_scale.asked(tmp_path, FakeEncoder(), 5, profile=True)
    assert found["passages"] == 3 * size
    assert found["part of any: scoring"] > 0


def test_words_of_a_multiplied_index_are_as_those_of_one_that_is_built(tmp_path: Path) -> None:
    from multiply_index import _write_postings

    phrases = [("boat", "harbour"), ("harbour", "harbour"), ("quay", "boat")]
    texts = ["lantern harbour harbour", "lantern", "boat harbour", "boat boat lantern quay"]
    for times in (1, 4):
        with PostingsWriter(tmp_path / str(times), phrases) as postings:
            for text in texts * times:
                list(postings.noting([Fields([text], [""], [], [])]))
    _write_postings(tmp_path / "1", tmp_path / "made", 4, len(texts))
    built, made = open_postings(tmp_path / "4"), open_postings(tmp_path / "made")
    assert len(made.of(ALL, "boat harbour").ids) == 4
    for word in ("lantern", "harbour", "boat", "quay", "none", *map(" ".join, phrases)):
        for name in FIELDS:
            assert made.count(name, word) == built.count(name, word)
            assert np.array_equal(made.of(name, word).ids, built.of(name, word).ids)
            assert made.of(name, word).scores == pytest.approx(built.of(name, word).scores, rel=1e-5)


def test_a_table_tells_how_steeply_figures_rise() -> None:
    import bench_scale

    rows = {size: {"passages": float(size), "build s": 3.0 * size, "recall@10": 1.0} for size in (10, 100, 1_000)}
    assert "| build s | 30.00 | 300.00 | 3,000.00 | 1.00 |" in bench_scale.table(rows)
    assert "| recall@10 | 1.00 | 1.00 | 1.00 |  |" in bench_scale.table(rows)


def test_made_documents_are_always_the_same_and_refer_to_what_they_hold() -> None:
    from made_papers import Papers

    papers = Papers(1_000)
    every = list(papers)
    assert every == list(Papers(1_000)) == papers[:]
    assert papers.passages == sum(len(one.passages) for one in every) >= 1_000
    keys = [one.key for one in every]
    assert keys == sorted(set(keys))
    assert {one.kind for one in every} == {"inspection_report", "peel_assessment", "register_record"}
    for one in every:
        for passage in one.passages:
            assert one.text[passage.start : passage.end] == passage.text
            assert passage.finding is None or one.findings[passage.finding].text == passage.text
            assert passage.event is None or one.events[passage.event].text == passage.text


def test_a_share_of_texts_is_encoded_and_the_others_are_near_their_sentences() -> None:
    from partly_real import PartlyReal

    known = ["The force counts lanterns.", "Boats are kept in the harbour.", "Nobody was asked."]
    texts = [f"{known[0]} {known[1]} Paper {number} is kept." for number in range(40)]
    encoder = FakeEncoder()
    whole, half, none = (PartlyReal(encoder, known, share).encode_document(texts) for share in (1.0, 0.5, 0.0))
    real = encoder.encode_queries(texts)
    assert np.array_equal(whole, real)
    same = (half == real).all(axis=1)
    assert 5 < same.sum() < 35
    assert np.array_equal(half[~same], none[~same])
    assert np.array_equal(PartlyReal(encoder, known, 0.5).encode_document(texts[::-1]), half[::-1])
    assert len(np.unique(none, axis=0)) == len(texts)
    assert np.linalg.norm(none, axis=1) == pytest.approx(1, abs=1e-5)
    own = encoder.encode_queries(known)
    assert ((none @ own[0]) > 0.3).all()


class Slow:
    """Another system, which takes a second for everything."""

    def search(self, query: str, system: str) -> float:
        return 1.0

    def crowd(self, queries: Sequence[str], at_once: int, system: str) -> list[float]:
        return [1.0] * (len(queries) + 1)


def test_systems_are_compared_over_the_texts_of_an_index(scale: tuple[Path, dict[str, float]], tmp_path: Path) -> None:
    import bench_peers

    home, _ = scale
    generation = open_generation(home)
    count, texts, vectors = bench_peers.handed_over(generation, tmp_path)
    lines = [json.loads(line) for line in texts.read_text("utf-8").splitlines()]
    assert len(set(lines)) == len(lines) == count
    assert np.load(vectors).shape == (count, FakeEncoder.dimension)
    peer: Any = Slow()
    systems = {
        bench_peers.OURS: bench_peers.ours(Engine(home, FakeEncoder(), count_unmet=False)),
        "slow": bench_peers.beside(peer, "slow"),
    }
    found = bench_peers.compared(systems, ["missing children", "vetting", "call handling"])
    assert found["slow"] == {
        "p50": 1_000, "p95": 1_000, "16 at once p50": 1_000, "16 at once p95": 1_000, "16 at once, a second": 3,
    }  # fmt: skip
    lines = bench_peers.told({**found, bench_peers.OURS: dict.fromkeys(found["slow"], 100.0)})
    assert lines[-1] == "| slow | 1000.0 (0.10) | 1000.0 (0.10) | 1000.0 (0.10) | 1000.0 (0.10) | 3.0 (33.33) |"


def test_a_crowd_is_timed_one_by_one_and_together() -> None:
    from peer import crowded

    asked: list[str] = []
    *each, whole = crowded(asked.append, ["a", "b", "c"], 2)
    assert sorted(asked) == ["a", "b", "c"]
    assert len(each) == 3
    assert whole >= max(each) >= 0


def current(home: Path) -> Path:
    """The folder of the index that is served."""
    return home / "generations" / (home / "CURRENT").read_text().strip()


def counts(answer: SearchResponse) -> dict[str, dict[str, int]]:
    """By facet the count of each of its values."""
    return {name: {row.value: row.count for row in rows} for name, rows in answer.facets.items()}


@pytest.mark.parametrize(
    "path", sorted((Path(__file__).parent / "benchmarks").glob("bench_*.py")), ids=lambda p: p.stem
)
def test_a_benchmark_finds_what_it_measures(path: Path) -> None:
    importlib.import_module(path.stem)


def test_what_an_ablation_switches_off_is_there() -> None:
    import bench_ablation

    for switched_off in {**bench_ablation.QUERY_TIME, **bench_ablation.INDEX_TIME}.values():
        with switched_off():
            pass
