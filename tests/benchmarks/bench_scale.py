"""What a question, an opening and a build cost as the index grows: indexes of 10,000, 100,000 and 1,000,000 passages.

    PYTHONPATH=.:tests:tests/benchmarks python tests/benchmarks/bench_scale.py [PASSAGES …] [--folder FOLDER]

An index is built in a process of its own, whose peak of memory is measured, out of made documents (made_papers.py); one
that stands in the folder is used again. Up to 200,000 texts are encoded; beyond, vectors are drawn near to those of
their sentences (partly_real.py). Another process opens it and asks questions one at a time, each with its facets and
folds: without a filter, with one that keeps a fortieth and with one that keeps a thousandth. Those are told whole and
less the encoding of the question. Recall is that of the ten nearest vectors, against all of them. What the processors
worked is told beside what a clock shows: it holds on a busy machine too. Memory is told as the process's own and as
pages of mapped files. The slopes are those of log against log: 1 is in proportion.
"""

import argparse
import json
import math
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from encoders import compiled
from fakes import FakeEncoder
from made_papers import FIRST_YEAR, FORCES, SEED, YEARS, Papers, forces_file, said
from memory import MIB, Peak, resident
from partly_real import PartlyReal, Timed

from indexer.build import build
from indexer.generation import open_generation
from models.encoder import Encoder
from models.shipped import shipped_model
from service.contract.requests import SearchRequest
from service.engine import Engine
from service.memory.snapshot import Snapshot

SIZES = (10_000, 100_000, 1_000_000)
REAL = 200_000  # texts that are encoded
QUESTIONS, WARM, COMPARED = 200, 20, 50  # asked, asked before, and compared with what is nearest of all
NEAREST, AMONG, AT_ONCE = 10, 2_000, 100_000  # found; among so many by their codes; vectors compared at a time
# Figures of which the slope is told, by what they are called in the table.
SLOPES = ("any p50", "any p95", "less encoding p50", "own MiB", "mapped MiB", "opening s", "disk MiB", "build s")
Row = dict[str, float]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", type=int, nargs="*", default=list(SIZES))
    parser.add_argument("--folder", type=Path, default=Path("scale"), help="kept, and used again")
    parser.add_argument("--real", type=int, default=REAL, help="texts that are encoded")
    parser.add_argument("--questions", type=int, default=QUESTIONS)
    parser.add_argument("--fake", action="store_true", help="an encoder that needs no model, to try this file")
    parser.add_argument("--part", choices=("build", "ask"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    encoder: Callable[[], Encoder] = FakeEncoder if given.fake else compiled
    if given.part:
        home, size = given.folder / str(given.sizes[0]), given.sizes[0]
        print(
            json.dumps(
                made(home, size, encoder(), given.real)
                if given.part == "build"
                else asked(home, encoder(), given.questions)
            )
        )
        return
    rows = {size: measured(given, size) for size in sorted(given.sizes)}
    (given.folder / "scale.json").write_text(json.dumps(rows, indent=1))
    print("\n".join(table(rows)))


def measured(given: argparse.Namespace, size: int) -> Row:
    """All figures of one size; those of a build that stands in the folder are taken from there."""
    home = given.folder / str(size)
    home.mkdir(parents=True, exist_ok=True)
    kept = home / "built.json"
    if not kept.exists():
        kept.write_text(json.dumps(apart(given, "build", size)))
    return json.loads(kept.read_text()) | apart(given, "ask", size)


def apart(given: argparse.Namespace, part: str, size: int) -> Row:
    """What a process of its own tells of one part."""
    command = [sys.executable, __file__, str(size), "--part", part, "--folder", str(given.folder)]
    command += ["--real", str(given.real), "--questions", str(given.questions), *(["--fake"] if given.fake else [])]
    print(f"{size:,} passages: {part}", file=sys.stderr)
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    found: Row = json.loads(done.stdout.splitlines()[-1])
    return found


def made(home: Path, size: int, encoder: Encoder, real: int) -> Row:
    """Build an index of `size` passages in `home`: seconds by stage, MiB of the peak, and of each store on the disk."""
    home.mkdir(parents=True, exist_ok=True)
    # Two strings a passage: by itself, and under its headings.
    partly = PartlyReal(encoder, said().sentences, real / (2 * size))
    with Peak() as peak:
        papers, themes, began, worked = Papers(size), shipped_model(), time.perf_counter(), time.process_time()
        report = build(
            papers, partly, home, inputs=["papers"], forces=forces_file(home),
            themes=themes if themes and themes.encoder == encoder.fingerprint else None,
        )  # fmt: skip
        took = {"build s": time.perf_counter() - began, "build processor s": time.process_time() - worked}
    stages = {f"build {name} s": seconds for name, seconds in report.seconds.items()}
    counts = {name: float(report.counts[name]) for name in ("passages", "documents", "findings", "folds")}
    peaks = {"build peak own MiB": peak.own, "build peak MiB": peak.whole}
    return counts | took | peaks | stages | stores(home / "generations" / report.generation)


def stores(generation: Path) -> Row:
    """MiB of each file or folder at the top of a generation, and of all."""
    sizes: Row = {}
    for path in generation.rglob("*"):
        if path.is_file():
            name = f"disk {path.relative_to(generation).parts[0]} MiB"
            sizes[name] = sizes.get(name, 0.0) + path.stat().st_size / MIB
    return {**sizes, "disk MiB": sum(sizes.values())}


def asked(home: Path, encoder: Encoder, count: int) -> Row:
    """Open the index in `home` and ask: seconds of the opening, ms of questions, MiB, and recall."""
    timed = Timed(encoder)
    timed.warm()
    questions = drawn_questions(count)
    timed.encode_queries(questions[:2])
    engine, before, began = Engine(home, timed, count_unmet=False), resident(), time.perf_counter()
    now = engine.snapshot()
    found = {"opening s": time.perf_counter() - began, "before own MiB": before["own"]}
    found |= {f"opened {name} MiB": size for name, size in resident().items()}
    for query in questions[:WARM]:
        engine.search(SearchRequest(query=query))
    found |= searched(engine, timed, questions, now)
    found |= {f"{name} MiB": size for name, size in resident().items()}
    return found | {"recall@10": recall(home, timed, questions[:COMPARED])}


def drawn_questions(count: int) -> list[str]:
    """Questions of the program's own, of the training texts, and words of one sentence, as 2 : 2 : 1."""
    draw = random.Random(SEED)
    words = [" ".join(draw.sample(one.strip(".!?").split(), 4)) for one in draw.sample(said().prose, count)]
    kinds = (said().questions[:400], said().questions[400:], words)
    parts = [draw.sample(kind, -(-count * share // 5)) for kind, share in zip(kinds, (2, 2, 1), strict=True)]
    return draw.sample(mixed := [query for part in parts for query in part], min(count, len(mixed)))


def searched(engine: Engine, timed: Timed, questions: Sequence[str], now: Snapshot) -> Row:
    """p50 and p95 in ms of each kind of search, and how many passages its filter keeps; the kinds take turns."""
    draw = random.Random(SEED)
    force, years = draw.choice(FORCES).lower(), range(FIRST_YEAR, FIRST_YEAR + YEARS)
    filters: dict[str, Mapping[str, Any]] = {
        "any": {},
        "1/40": {"force": (force,)},
        "1/1000": {"force": (force,), "year": (str(draw.choice(years)),)},
    }
    taken: dict[str, list[float]] = {name: [] for name in filters}
    own: dict[str, list[float]] = {name: [] for name in filters}
    worked: dict[str, list[float]] = {name: [] for name in filters}
    for query in questions:
        for name, chosen in filters.items():
            before, began, work = timed.seconds, time.perf_counter(), time.process_time()
            engine.search(SearchRequest(query=query, **chosen))
            whole = time.perf_counter() - began
            taken[name].append(1_000 * whole)
            worked[name].append(1_000 * (time.process_time() - work))
            own[name].append(1_000 * (whole - (timed.seconds - before)))
    found: Row = {}
    for name, chosen in filters.items():
        found[f"{name} keeps folds"] = engine.search(SearchRequest(**chosen)).total
        found |= {f"{name} p50": at(taken[name], 0.5), f"{name} p95": at(taken[name], 0.95)}
        found[f"{name} processor p50"] = at(worked[name], 0.5)
        less = "less encoding" if name == "any" else f"{name} less encoding"
        found |= {f"{less} p50": at(own[name], 0.5), f"{less} p95": at(own[name], 0.95)}
    return found


def at(values: Sequence[float], quantile: float) -> float:
    """The value below which that share of `values` lies."""
    return statistics.quantiles(values, n=1_000, method="inclusive")[int(1_000 * quantile) - 1]


def recall(home: Path, encoder: Encoder, questions: Sequence[str]) -> float:
    """The share of the ten passages nearest in meaning, of all, that are among those that are compared."""
    generation = open_generation(home)
    vectors, every = generation.vectors, np.arange(1, generation.manifest.counts["passages"] + 1)
    shares = []
    for vector in encoder.encode_queries(questions):
        exact = np.concatenate([vectors.cosines(vector, ids) for ids in np.split(every, every[AT_ONCE::AT_ONCE])])
        best = every[np.argsort(-exact, kind="stable")[:NEAREST]]
        shares.append(float(np.isin(best, vectors.near(vector, AMONG)).mean()))
    return statistics.fmean(shares)


def slope(sizes: Sequence[float], values: Sequence[float]) -> float:
    """How steeply log(values) rises with log(sizes): 0 is not at all, 1 in proportion."""
    if len(sizes) < 2 or min(values) <= 0:
        return math.nan
    return statistics.linear_regression([math.log(size) for size in sizes], [math.log(one) for one in values]).slope


def table(rows: Mapping[int, Row]) -> list[str]:
    """Lines of a table: a figure a line, a size a column, and how steeply it rises."""
    names = list(dict.fromkeys(name for row in rows.values() for name in row))
    lines = ["| | " + " | ".join(f"{size:,}" for size in rows) + " | slope |", "|--|" + "--|" * (len(rows) + 1)]
    sizes = [row["passages"] for row in rows.values()]
    for name in names:
        cells = [f"{row[name]:,.2f}" if name in row else "" for row in rows.values()]
        values = [row.get(name, 0.0) for row in rows.values()]
        steep = f"{slope(sizes, values):.2f}" if name in SLOPES else ""
        lines.append(f"| {name} | {' | '.join(cells)} | {steep} |")
    return lines


if __name__ == "__main__":
    main()
