"""What each part of the ranking is worth: python tests/benchmarks/bench_ablation.py [--only NAME …] [--no-public]

Each part is switched off (or another one tried in its place), and every query asked again: those that come with the
program, over the sample, and, where the shared folder lies beside the checkout, the judged queries and findings on the
real documents (three sets of each, pooled) and the public collections. nDCG@10, its difference to the whole with a 95 %
interval (paired bootstrap), and how long a judged query takes.
"""

import argparse
import contextlib
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
from encoders import compiled

from corpus.collection import load
from corpus.forces import load_forces
from indexer import embed
from indexer.build import build
from indexer.lexical import Fields, fields_of
from indexer.manifest import ENCODERS
from models.encoder import Encoder, load_encoder
from models.metrics import compare
from service.answers import retrieve as ranking
from service.answers import search as asking
from service.engine import Engine
from service.evaluation.calibrate import calibrate
from service.evaluation.encoders import Measure
from service.evaluation.queries import evaluate_queries, evaluate_retrieval, evaluate_similar
from service.evaluation.runs import Run
from service.memory.strength import Strength, save_strength, shipped_strength

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared"
SAMPLE = ROOT / "corpus" / "sample"
PUBLIC = ("cranfield", "med", "cacm")
FIRST = ("corpus", "corpus-restated")  # the documents that the first judged sets were pooled over
JUDGED = {"dev": FIRST, "dev2a": (*FIRST, "corpus-forms"), "dev2b": (*FIRST, "corpus-forms")}
RRF = 60
STOCK = "all-MiniLM-L6-v2"
FEEDBACK, SHARE = 2, 0.3  # passages that a query is moved towards, and how far

Patches = Callable[[], "contextlib.AbstractContextManager[Any]"]


def setting(**values: object) -> Patches:
    return lambda: patch.multiple("service.answers.retrieve", **values)


def without_headings(placed: Any, encoder: Encoder) -> list[tuple[str, ...]]:
    return [(window, window) for window, _ in PIECES(replace(placed, headings=()), encoder)]


def no_headings_for_words(placed: Any) -> Fields:
    whole = fields_of(placed)
    return whole._replace(parts=whole.parts[-1:], names=whole.names[-1:])


def by_rank(scores: Any) -> Any:
    ranks = np.empty(len(scores))
    ranks[np.argsort(-scores, kind="stable")] = np.arange(1, len(scores) + 1)
    return np.where(scores > 0, RRF / (RRF + ranks), 0.0)


def fed_back(opened: Any, question: Any, vector: Any, *given: Any) -> Any:
    """Pseudo-relevance feedback: the query moved towards the vectors of its first hits."""
    found = ranking.retrieve(opened, question, vector, *given)
    first = found.ids[np.argsort(-found.score, kind="stable")[:FEEDBACK]].tolist()
    mean = np.mean([opened.generation.vectors.rows_of(i).mean(axis=0) for i in first], axis=0)
    moved = vector + SHARE * mean
    moved = (moved / np.linalg.norm(moved)).astype(np.float32)
    return ranking.retrieve(opened, question, moved, *given)


def unexpanded(query: str, lexicon: Any, **_: object) -> Any:
    return UNDERSTAND(query, lexicon, expand=False)


DENSE, LEXICAL, UNDERSTAND, PIECES = ranking._dense, ranking._lexical, asking.understand, embed.pieces_of
QUERY_TIME: Mapping[str, Patches] = {
    "words alone": setting(DENSE_WEIGHT=0.0),
    "meaning alone": setting(DENSE_WEIGHT=1.0),
    "reciprocal ranks (k = 60)": setting(
        _dense=lambda *args: by_rank(DENSE(*args)), _lexical=lambda held: by_rank(LEXICAL(held))
    ),
    "no vocabulary for queries": lambda: patch.object(asking, "understand", unexpanded),
    "its words not encoded": setting(ENCODED_OTHERS=0),
    "short passages in full": lambda: patch(
        "service.answers.retrieve.substance_of", lambda content: np.ones(len(content))
    ),
    "with feedback of 2 hits": lambda: patch.object(asking, "retrieve", fed_back),
    "no match set": lambda: patch(
        "service.memory.opened.load_strength", lambda *_: replace(shipped_strength(), member=0.0, weak=0.0)
    ),
}
INDEX_TIME: Mapping[str, Patches] = {
    "no headings in vectors": lambda: patch("indexer.embed.pieces_of", without_headings),
    "no headings for words": lambda: patch("indexer.wording.fields_of", no_headings_for_words),
    "no meanings of short forms": lambda: patch("indexer.wording.meanings", lambda d, _: [()] * len(d.passages)),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """nDCG@10 of each query that has an answer, and the seconds that asking them all took."""

    values: Mapping[str, float]
    seconds: float

    @property
    def mean(self) -> float:
        return float(np.mean(list(self.values.values())))

    def __str__(self) -> str:
        return f"{self.mean:.3f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--no-public", action="store_true", help="leave the public collections out")
    given = parser.parse_args()
    only, public = given.only, () if given.no_public else PUBLIC
    encoder = compiled()
    with tempfile.TemporaryDirectory(prefix="precedent-bench-") as room:
        base = Path(room, "whole")
        measured(base, encoder, public)  # encodes what is to be encoded
        whole = measured(base, encoder, public)
        print("| | " + " | ".join(whole) + " | ms |\n|--|" + "--|" * (len(whole) + 1))
        print(f"| **whole** | {' | '.join(f'**{one}**' for one in whole.values())} | {milliseconds(whole):.1f} |")
        for name, patches in {**QUERY_TIME, **INDEX_TIME}.items():
            if only and name not in only:
                continue
            home = base if name in QUERY_TIME else copied(base, Path(room, "changed"))
            with patches():
                row(name, whole, measured(home, encoder, public))
        if not only or STOCK in only:
            stock = load_encoder(STOCK, Path(room, "stock", ENCODERS))
            fitted = {file: found.strength for file, found in calibrate(stock, quiet).items()}
            row("the encoder as published", whole, measured(Path(room, "stock"), stock, public, fitted))


def row(name: str, whole: Mapping[str, Asked], changed: Mapping[str, Asked]) -> None:
    print(f"| {name} | {' | '.join(cells(whole, changed))} | {milliseconds(changed):.1f} |", flush=True)


def measured(
    home: Path, encoder: Encoder, public: Sequence[str], fitted: Mapping[str, Strength] | None = None
) -> dict[str, Asked]:
    """What each set comes to; indexes that are in `home` are used as they are."""
    sample = opened(home / "sample", [SAMPLE], SAMPLE / "forces.toml", encoder, fitted)
    found = {"sample": pooled([(evaluate_queries, questions(home), sample)])}
    if SHARED.is_dir():
        engines = {
            parts: opened(home / str(len(parts)), [SHARED / part for part in parts], None, encoder, fitted)
            for parts in set(JUDGED.values())
        }
        for name, measure in (("queries", evaluate_queries), ("similar", evaluate_similar)):
            found[name] = pooled(
                [(measure, SHARED / "eval" / f"{name}_{one}.jsonl", engines[parts]) for one, parts in JUDGED.items()]
            )
        for name in public:
            run = evaluate_retrieval(SHARED / "bench" / name, home / "public", encoder, quiet)
            found[name] = Asked(values(run), 0.0)
    return found


def pooled(asked: Sequence[tuple[Measure, Path, Engine]]) -> Asked:
    started, all_values = time.perf_counter(), dict[str, float]()
    for measure, file, engine in asked:
        run = measure(file, engine, quiet)
        all_values |= {f"{file.stem} {name}": value for name, value in values(run).items()}
    return Asked(all_values, time.perf_counter() - started)


def milliseconds(found: Mapping[str, Asked]) -> float:
    """For a query that has an answer, of the judged ones or, without those, of the sample's."""
    asked = found.get("queries", found["sample"])
    return 1_000 * asked.seconds / len(asked.values)


def opened(
    home: Path, paths: list[Path], forces: Path | None, encoder: Encoder, fitted: Mapping[str, Strength] | None
) -> Engine:
    inputs = [str(path) for path in paths]
    build(load(inputs, load_forces(forces)), encoder, home, inputs=inputs, forces=forces)
    for file, strength in (fitted or {}).items():
        save_strength(home, strength, file)
    return Engine(home, encoder, mask_contacts=False)


def questions(home: Path) -> Path:
    """The program's own questions that have an answer."""
    lines = (ROOT / "service" / "data" / "questions.jsonl").read_text("utf-8").splitlines(keepends=True)
    home.mkdir(parents=True, exist_ok=True)
    path = home / "questions.jsonl"
    path.write_text("".join(line for line in lines if '"gold": []' not in line), "utf-8")
    return path


def copied(base: Path, home: Path) -> Path:
    """A folder with what was encoded, and without the indexes."""
    shutil.rmtree(home, ignore_errors=True)
    for cache in base.rglob("embeddings.sqlite"):
        target = home / cache.relative_to(base)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(cache, target)
    return home


def cells(whole: Mapping[str, Asked], changed: Mapping[str, Asked]) -> Iterator[str]:
    for name, asked in changed.items():
        found = compare(whole[name].values, asked.values)
        print(f"{name} {found}", file=sys.stderr)
        yield f"{asked} ({found.difference:+.3f}: {found.low:+.3f} to {found.high:+.3f})"


def values(run: Run) -> dict[str, float]:
    return {query["id"]: query["values"]["nDCG@10"] for query in run["queries"] if "nDCG@10" in query["values"]}


def quiet(*_: object) -> None:
    """Progress that nobody looks at."""


if __name__ == "__main__":
    main()
