"""A whole search against encoding its query alone, and against txtai's hybrid search of the same texts.

    PYTHONPATH=.:tests:tests/benchmarks python tests/benchmarks/bench_search.py [DATA …] [--txtai PYTHON]

Each DATA is a data folder with an index. Without any, three are made: of the sample, of the petitions of the shared
folder beside the checkout, where it is, and of 100,000 paragraphs of sentences of the sample, whose vectors are the
means of those of their sentences. With `--txtai`, a Python that has txtai, these are searched by it too. Yardsticks and
searches take turns, so that all see the same machine; the others run in a process of their own, in float32. Queries
are of the kinds that people type; each is asked once without a filter and once with one, with facets and folds.
"""

import argparse
import json
import statistics
import sys
import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
from encoders import compiled, paragraphs, processor, seconds
from numpy.typing import NDArray
from peer import Peer

from corpus.collection import load
from corpus.forces import load_forces
from corpus.text import sentences
from indexer.build import build
from indexer.generation import open_generation
from service.contract.requests import SearchRequest
from service.engine import Engine

ROOT = Path(__file__).parents[2]
PETITIONS = ROOT.parent / "shared" / "bench" / "uk_petitions" / "corpus.jsonl"
WARM = 20
MANY, IN_ONE = 100_000, 50  # paragraphs, and of them in a document
SINCE = 2012  # the filter leaves about half of them


class MeanEncoder:
    """The compiled encoder, but that a document's vector is the mean of those of its sentences, each encoded once."""

    def __init__(self) -> None:
        self._known: dict[str, NDArray[np.float32]] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(compiled(), name)

    def windows(self, text: str) -> list[str]:
        return [text]

    def encode_document(self, texts: Sequence[str]) -> NDArray[np.float32]:
        parts = [[text[start:end] for start, end in sentences(text)] for text in texts]
        new = list({part for own in parts for part in own} - self._known.keys())
        self._known.update(zip(new, compiled().encode_document(new), strict=True) if new else ())
        means = np.array([np.mean([self._known[part] for part in own], axis=0) for own in parts])
        return np.asarray(means / np.linalg.norm(means, axis=1, keepdims=True), np.float32)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, nargs="*")
    parser.add_argument("--txtai")
    asked = parser.parse_args()
    print(processor())
    with tempfile.TemporaryDirectory(prefix="precedent-bench-") as room, ExitStack() as stack:
        plain = stack.enter_context(Peer())
        for folder in asked.data or made(Path(room)):
            measure(folder, {"encoding alone": lambda query: plain.encode([query])})
        if not asked.data:
            yardsticks = {"encoding alone": lambda query: plain.encode([query])}
            texts = paragraphs(MANY)
            many = papers(Path(room), texts)
            if asked.txtai:
                txtai = stack.enter_context(Peer(asked.txtai))
                yardsticks["txtai hybrid"] = txtai.search
                txtai.index(*given(Path(room), texts))
            measure(many, yardsticks)


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


def papers(room: Path, texts: Sequence[str]) -> Path:
    """An index of papers of these paragraphs."""
    folder = room / "papers"
    folder.mkdir()
    for number, start in enumerate(range(0, len(texts), IN_ONE)):
        head = f"Inspection of force {number}\n\nPublished {1 + number % 28} March {2000 + number % 25}\n\n"
        (folder / f"{number:05}.txt").write_text(head + "\n\n".join(texts[start : start + IN_ONE]) + "\n")
    print(f"indexing {len(texts):,} paragraphs", file=sys.stderr)
    collection = load([str(folder)], load_forces())
    build(collection, MeanEncoder(), room / "many", inputs=[str(folder)])
    return room / "many"


def given(room: Path, texts: Sequence[str]) -> tuple[Path, Path]:
    """The texts and their vectors, as files for another program."""
    lines, vectors = room / "texts.jsonl", room / "vectors.npy"
    lines.write_text("".join(json.dumps(text) + "\n" for text in texts))
    np.save(vectors, MeanEncoder().encode_document(texts))
    return lines, vectors


def measure(folder: Path, yardsticks: dict[str, Callable[[str], float]]) -> None:
    engine = Engine(folder, compiled())
    questions = resources.files("service").joinpath("data/questions.jsonl").read_text("utf-8").splitlines()
    queries = [json.loads(line)["query"] for line in questions]
    asked = {
        "a search": lambda query: SearchRequest(query=query),
        f"one from {SINCE} on": lambda query: SearchRequest(query=query, year_from=SINCE),
    }
    taken: dict[str, list[float]] = {name: [] for name in (*asked, *yardsticks)}
    for number, query in enumerate([*queries[-WARM:], *queries]):
        for name, request in asked.items():
            once = seconds(lambda request=request, q=query: engine.search(request(q)))  # type: ignore[misc]
            taken[name] += [once] if number >= WARM else []
        for name, other in yardsticks.items():
            once = other(query)
            taken[name] += [once] if number >= WARM else []
    passages = open_generation(folder).manifest.counts["passages"]
    print(f"{folder.name}: {passages:,} passages, {len(queries)} queries, encoded in {compiled().dtype}")
    for name, values in taken.items():
        print(f"  {name}: p50 {1000 * at(values, 0.5):.1f} ms, p95 {1000 * at(values, 0.95):.1f}")
    for name in asked:
        told = [
            f"of {other} p50 {at(taken[name], 0.5) / at(taken[other], 0.5):.2f},"
            f" p95 {at(taken[name], 0.95) / at(taken[other], 0.95):.2f}"
            for other in yardsticks
        ]
        print(f"  {name} is {'; '.join(told)}")


def at(values: Sequence[float], quantile: float) -> float:
    return statistics.quantiles(values, n=1000)[int(quantile * 1000) - 1]


if __name__ == "__main__":
    main()
