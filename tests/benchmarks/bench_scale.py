"""What a question, an opening and a build cost as the index grows: indexes of 10,000, 100,000 and 1,000,000 passages.

    PYTHONPATH=.:tests:tests/benchmarks python tests/benchmarks/bench_scale.py [PASSAGES …] [--folder FOLDER]

An index is built in a process of its own, whose peak of memory is measured, out of made documents (made_papers.py); one
that stands in the folder is only asked, one that multiply_index.py made as well: FOLDER/10000000. Up to 200,000 texts
are encoded; beyond, vectors are drawn near to those of their sentences (partly_real.py). Another process opens it and
asks questions one at a time, each with its facets and folds: without a filter, with the force that keeps nearest to a
fortieth of all passages, and with the force and year that keep nearest to a thousandth. Those are told whole and less
the encoding of the question; with --profile also what parts of a question take, each less the parts within it. Recall
is that of the ten nearest vectors, against all of them. What the processors worked is told beside what a clock shows:
it holds on a busy machine too. Memory is told as the process's own and as pages of mapped files. The slopes are those
of log against log: 1 is in proportion.
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

import numpy as np
from encoders import compiled
from fakes import FakeEncoder
from made_papers import SEED, Papers, forces_file, said
from memory import MIB, Peak, resident
from numpy.typing import NDArray
from partly_real import PartlyReal, Timed
from question_parts import Parts
from threadpoolctl import threadpool_limits

from indexer.build import build
from indexer.generation import COLUMNS, current_id, open_generation, read_manifest
from models.encoder import Encoder
from models.shipped import shipped_model
from service.answers.retrieve import near_rows
from service.contract.requests import SearchRequest
from service.engine import Engine
from service.memory.facets import Columns, open_columns

SIZES = (10_000, 100_000, 1_000_000)
REAL = 200_000  # texts that are encoded
QUESTIONS, WARM, COMPARED = 200, 20, 50  # asked, asked before, and compared with what is nearest of all
NEAREST, AT_ONCE = 10, 100_000  # found; passages whose vectors or columns are looked at at a time
# Figures of which the slope is told, by what they are called in the table.
SLOPES = (
    *("any p50", "any p95", "1/40 p50", "1/1000 p50", "less encoding p50", "less encoding p95"),
    *("own MiB", "mapped MiB", "opening s", "disk MiB", "build s"),
)
PART = "part of "  # what names of parts of a question start with
Row = dict[str, float]
Chosen = Mapping[str, tuple[str, ...]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", type=int, nargs="*", default=list(SIZES))
    parser.add_argument("--folder", type=Path, default=Path("scale"), help="kept, and used again")
    parser.add_argument("--real", type=int, default=REAL, help="texts that are encoded")
    parser.add_argument("--questions", type=int, default=QUESTIONS)
    parser.add_argument("--fake", action="store_true", help="an encoder that needs no model, to try this file")
    parser.add_argument("--profile", action="store_true", help="tell what parts of a question take")
    parser.add_argument("--part", choices=("build", "ask"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    encoder: Callable[[], Encoder] = FakeEncoder if given.fake else compiled
    if given.part:
        home, size = given.folder / str(given.sizes[0]), given.sizes[0]
        print(
            json.dumps(
                made(home, size, encoder(), given.real)
                if given.part == "build"
                else asked(home, encoder(), given.questions, profile=given.profile)
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
        kept.write_text(json.dumps(standing(home) if current_id(home) else apart(given, "build", size)))
    return json.loads(kept.read_text()) | apart(given, "ask", size)


def standing(home: Path) -> Row:
    """What can be told of an index that was not built here: how much it holds, and MiB of its stores."""
    generation = home / "generations" / (current_id(home) or "")
    return counted(read_manifest(generation).counts) | stores(generation)


def counted(counts: Mapping[str, int]) -> Row:
    """How much an index holds."""
    return {name: float(counts[name]) for name in ("passages", "documents", "findings", "folds")}


def apart(given: argparse.Namespace, part: str, size: int) -> Row:
    """What a process of its own tells of one part."""
    command = [sys.executable, __file__, str(size), "--part", part, "--folder", str(given.folder)]
    command += ["--real", str(given.real), "--questions", str(given.questions), *(["--fake"] if given.fake else [])]
    command += ["--profile"] if given.profile else []
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
    peaks = {"build peak own MiB": peak.own, "build peak MiB": peak.whole}
    return counted(report.counts) | took | peaks | stages | stores(home / "generations" / report.generation)


def stores(generation: Path) -> Row:
    """MiB of each file or folder at the top of a generation, and of all."""
    sizes: Row = {}
    for path in generation.rglob("*"):
        if path.is_file():
            name = f"disk {path.relative_to(generation).parts[0]} MiB"
            sizes[name] = sizes.get(name, 0.0) + path.stat().st_size / MIB
    return {**sizes, "disk MiB": sum(sizes.values())}


def asked(home: Path, encoder: Encoder, count: int, *, profile: bool = False) -> Row:
    """Open the index in `home` and ask: seconds of the opening, ms of questions, MiB, and recall."""
    threadpool_limits(1, "blas")  # as `precedent serve` has it
    # Before anything is measured: their pages are given back.
    filters = filters_of(open_columns(home / "generations" / (current_id(home) or "") / COLUMNS))
    timed = Timed(encoder)
    timed.warm()
    questions = drawn_questions(count)
    timed.encode_queries(questions[:2])
    engine, before, began = Engine(home, timed, count_unmet=False), resident(), time.perf_counter()
    engine.snapshot()
    found = {"opening s": time.perf_counter() - began, "before own MiB": before["own"]}
    found |= {f"opened {name} MiB": size for name, size in resident().items()}
    for query in questions[:WARM]:
        engine.search(SearchRequest(query=query))
    found |= searched(engine, timed, questions, filters)
    found |= {f"{name} MiB": size for name, size in resident().items()}
    found |= profiled(engine, questions, filters) if profile else {}
    return found | {"recall@10": recall(home, timed, questions[:COMPARED])}


def drawn_questions(count: int) -> list[str]:
    """Questions of the program's own, of the training texts, and words of one sentence, as 2 : 2 : 1."""
    draw = random.Random(SEED)
    words = [" ".join(draw.sample(one.strip(".!?").split(), 4)) for one in draw.sample(said().prose, count)]
    kinds = (said().questions[:400], said().questions[400:], words)
    parts = [draw.sample(kind, -(-count * share // 5)) for kind, share in zip(kinds, (2, 2, 1), strict=True)]
    return draw.sample(mixed := [query for part in parts for query in part], min(count, len(mixed)))


def filters_of(columns: Columns) -> dict[str, Chosen]:
    """What is chosen by each kind of search: a force, and a force and year, by the passages that have them."""
    both = _together(columns)
    forces, years = (columns.facets[name].numbered for name in ("force", "year"))
    one, two = _nearest(both.sum(axis=1), columns.size / 40), _nearest(both.ravel(), columns.size / 1_000)
    return {
        "any": {},
        "1/40": {"force": (forces[one],)},
        "1/1000": {"force": (forces[two // len(years)],), "year": (years[two % len(years)],)},
    }


def _together(columns: Columns) -> NDArray[np.int64]:
    """How many passages have each force and year, shape (forces, years)."""
    forces, years = columns.facets["force"], columns.facets["year"]
    found = np.zeros(len(forces.numbered) * len(years.numbered), np.int64)
    for first in range(1, columns.size, AT_ONCE):
        ids = np.arange(first, min(first + AT_ONCE, columns.size))
        of, force = forces.coded(ids)
        _, year = years.coded(ids)
        found += np.bincount(force * len(years.numbered) + year[of], minlength=len(found))
    return found.reshape(len(forces.numbered), -1)


def _nearest(counts: NDArray[np.int64], wanted: float) -> int:
    """The place of the number above 0 whose ratio to `wanted` is nearest to 1."""
    away = np.abs(np.log(np.maximum(counts, 1e-9) / wanted))
    return int(np.argmin(away))


def profiled(engine: Engine, questions: Sequence[str], filters: Mapping[str, Chosen]) -> Row:
    """ms that parts of a question take on average, by kind of search."""
    found: Row = {}
    for name, chosen in filters.items():
        with Parts() as parts:
            for query in questions:
                engine.search(SearchRequest(query=query, **chosen))
        found |= {f"{PART}{name}: {part}": 1_000 * took / len(questions) for part, took in parts.seconds.items()}
    return found


def searched(engine: Engine, timed: Timed, questions: Sequence[str], filters: Mapping[str, Chosen]) -> Row:
    """p50 and p95 in ms of each kind of search, and how many passages its filter keeps; the kinds take turns."""
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
        shares.append(float(np.isin(best, vectors.near(vector, near_rows(len(every)))).mean()))
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
    for name in names:
        cells = [f"{row[name]:,.2f}" if name in row else "" for row in rows.values()]
        there = [(row["passages"], row[name]) for row in rows.values() if name in row]
        steep = slope(*zip(*there, strict=True)) if name in SLOPES or name.startswith(PART) else math.nan
        lines.append(f"| {name} | {' | '.join(cells)} | {'' if math.isnan(steep) else f'{steep:.2f}'} |")
    return lines


if __name__ == "__main__":
    main()
