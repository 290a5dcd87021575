"""How well match strength tells questions with an answer from others.

PYTHONPATH=. python tests/benchmarks/bench_none.py

Needs the shared folder beside the checkout. The judged queries on the real documents, with and without an answer; the
questions of the public collections put to their own (answered), and to the sample, the real documents and each other
(not answered: 600 of these, drawn by a fixed seed). Area under the ROC curve of the best evidence that an index has,
with a 95 % bootstrap interval, and what the operating points do.
"""

import json
import random
import tempfile
from pathlib import Path

import numpy as np
from encoders import compiled

from corpus.collection import load
from corpus.forces import load_forces
from indexer.build import build
from models.encoder import Encoder
from service.answers.retrieve import candidates, encode, retrieve
from service.memory.opened import Opened, open_for
from service.memory.strength import shipped_strength
from service.query.question import understand

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared"
PUBLIC = ("cranfield", "med", "cacm")
CROSSED, SEED, RESAMPLES = 600, 7, 5_000


def main() -> None:
    encoder = compiled()
    with tempfile.TemporaryDirectory(prefix="precedent-bench-") as room:
        opened = {name: made(Path(room, name), paths, encoder) for name, paths in collections().items()}
        report(evidences(opened, encoder))


def collections() -> dict[str, list[Path]]:
    public = {name: [SHARED / "bench" / name / "corpus.jsonl"] for name in PUBLIC}
    return {"real": [SHARED / "corpus", SHARED / "corpus-restated"], "sample": [ROOT / "corpus" / "sample"], **public}


def made(home: Path, paths: list[Path], encoder: Encoder) -> Opened:
    inputs = [str(path) for path in paths]
    build(load(inputs, load_forces()), encoder, home, inputs=inputs)
    return open_for(home, encoder)


def evidences(opened: dict[str, Opened], encoder: Encoder) -> dict[str, list[float]]:
    """The best evidence for each question, by what it is asked of."""
    asked = {name: lines(SHARED / "bench" / name / "queries.jsonl", "text") for name in PUBLIC}
    judged = SHARED / "eval" / "queries_dev.jsonl"
    answered, unanswered = ([row["query"] for row in rows(judged) if bool(row["gold"]) is has] for has in (True, False))
    crossed = [(to, q) for name, queries in asked.items() for q in queries for to in opened if to != name]
    random.Random(SEED).shuffle(crossed)

    def best(name: str, query: str) -> float:
        return strength(opened[name], encoder, query)

    return {
        "judged, answered": [best("real", query) for query in answered],
        "judged, not answered": [best("real", query) for query in unanswered],
        "public, of their own": [best(name, q) for name, queries in asked.items() for q in queries],
        "crossed, of police texts": [best(to, q) for to, q in crossed[:CROSSED] if to in ("real", "sample")],
        "crossed, of each other": [best(to, q) for to, q in crossed[:CROSSED] if to not in ("real", "sample")],
    }


def strength(opened: Opened, encoder: Encoder, query: str) -> float:
    question = opened.words.occurring(understand(query, opened.lexicon))
    vector = encode(question, encoder)
    looked_at = candidates(opened, question, vector)
    found = retrieve(opened, question, vector, looked_at, np.ones(len(looked_at.ids), np.bool_), opened.strength)
    return float(found.evidence.max())


def report(found: dict[str, list[float]]) -> None:
    points = shipped_strength()
    for name, values in found.items():
        array = np.array(values)
        none, good = (array < points.weak).mean(), (array >= points.good).mean()
        print(f"{name}: {len(values)} questions; called none {none:.1%}, good {good:.1%}")
    crossed = found["crossed, of police texts"] + found["crossed, of each other"]
    answered, unanswered = found["judged, answered"], found["judged, not answered"]
    print("AUROC, judged queries alone:", auroc(answered, unanswered))
    print("AUROC, judged queries and crossed ones:", auroc(answered, unanswered + crossed))
    print("AUROC, all:", auroc(answered + found["public, of their own"], unanswered + crossed))


def auroc(answered: list[float], unanswered: list[float]) -> str:
    from sklearn.metrics import roc_auc_score

    draw = np.random.default_rng(SEED)

    def area(yes: list[float], no: list[float]) -> float:
        return float(roc_auc_score([1] * len(yes) + [0] * len(no), [*yes, *no]))

    def again(values: list[float]) -> list[float]:
        return [values[i] for i in draw.integers(0, len(values), len(values))]

    low, high = np.quantile([area(again(answered), again(unanswered)) for _ in range(RESAMPLES)], [0.025, 0.975])
    return f"{area(answered, unanswered):.3f} ({low:.3f} to {high:.3f}), {len(answered)} against {len(unanswered)}"


def rows(path: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def lines(path: Path, name: str) -> list[str]:
    return [row[name] for row in rows(path)]


if __name__ == "__main__":
    main()
