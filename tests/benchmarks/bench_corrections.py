"""Time of a search with a thousand corrections in state.sqlite, against the same without any.

PYTHONPATH=.:tests python tests/benchmarks/bench_corrections.py
"""

import json
import shutil
import statistics
import tempfile
import time
from importlib import resources
from pathlib import Path

from encoders import compiled

from corpus.collection import load
from corpus.forces import load_forces
from indexer.build import build
from service.contract.requests import SearchRequest
from service.engine import Engine
from service.state.corrections import Correction
from service.themes.training import model_for

ROUNDS, COUNT = 7, 1_000
SAMPLE = Path(__file__).parents[2] / "corpus" / "sample"


def main() -> None:
    encoder, forces = compiled(), load_forces(SAMPLE / "forces.toml")
    lines = resources.files("service").joinpath("data/questions.jsonl").read_text("utf-8").splitlines()
    questions = [json.loads(line)["query"] for line in lines][:60]
    with tempfile.TemporaryDirectory(prefix="precedent-bench-") as room:
        plain, corrected = Path(room) / "plain", Path(room) / "corrected"
        collection = load([str(SAMPLE)], forces)
        build(
            collection,
            encoder,
            plain,
            inputs=[str(SAMPLE)],
            forces=SAMPLE / "forces.toml",
            themes=model_for(plain, encoder),
        )
        shutil.copytree(plain, corrected)
        engines = {"none": Engine(plain, encoder), "a thousand": Engine(corrected, encoder)}
        _correct(engines["a thousand"])
        times: dict[str, list[float]] = {name: [] for name in engines}
        for _ in range(ROUNDS):
            for question in questions:
                for name, engine in engines.items():  # in turn, so that whatever else the machine does hits both
                    began = time.perf_counter()
                    engine.search(SearchRequest(query=question))
                    times[name].append(time.perf_counter() - began)
        for name, found in times.items():
            cut = statistics.quantiles(found, n=20)
            print(f"corrections: {name:10} p50 {statistics.median(found) * 1000:6.2f} ms, p95 {cut[-1] * 1000:6.2f} ms")
        ratio = statistics.median(times["a thousand"]) / statistics.median(times["none"])
        print(f"p50 with a thousand over p50 with none: {ratio:.3f}")
        engine, began = engines["a thousand"], time.perf_counter()
        engine.snapshot()
        print(f"a snapshot: {(time.perf_counter() - began) * 1e6:.0f} µs")
        _correct(engine, 1)
        began = time.perf_counter()
        engine.snapshot()
        print(f"a snapshot after one more correction: {(time.perf_counter() - began) * 1000:.2f} ms")


def _correct(engine: Engine, count: int = COUNT) -> None:
    texts = dict(engine.snapshot().held.generation.tables.execute("SELECT key, text FROM passages").fetchall())
    keys = [*texts]
    made = [
        Correction(
            f"2026-01-01T00:{number % 3600 // 60:02}:{number % 60:02}+00:00",
            "Ada",
            keys[number % len(keys)],
            texts[keys[number % len(keys)]],
            "",
            {},
            None,
            ("missing",) if number % 3 else (),
        )
        for number in range(count)
    ]
    engine.state.add(made)


if __name__ == "__main__":
    main()
