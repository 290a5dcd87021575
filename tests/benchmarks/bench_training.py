"""What the adapter learns from how much: python tests/benchmarks/bench_training.py [--queries N …] [--no-findings]

An adapter is trained from so many of the queries that come with the program (whole passages, drawn by seed, and the
same share of the pairs of findings), or from all queries without any pair of findings, and measured as
bench_ablation.py measures: nDCG@10 on the program's own questions and, where the shared folder lies beside the
checkout, on the judged queries and findings, with the difference to the encoder as published and its 95 % interval.
Match strength is fitted to each. All queries take some twenty minutes on two cores.
"""

import argparse
import random
import tempfile
from pathlib import Path

from bench_ablation import STOCK, cells, measured, quiet

from indexer.manifest import ENCODERS
from models.adapting import train_adapter
from models.encoder import find_model, load_encoder
from models.training_pairs import TrainingData, shipped_data
from service.evaluation.calibrate import calibrate

SEED = 20261130


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--queries", nargs="*", type=int, default=[], metavar="N")
    parser.add_argument("--no-findings", action="store_true", help="all queries, and no pair of findings")
    given = parser.parse_args()
    whole = shipped_data()
    parts = {f"{count:,} queries": first(whole, count) for count in given.queries}
    if given.no_findings:
        parts["without pairs of findings"] = TrainingData(whole.passages)
    with tempfile.TemporaryDirectory(prefix="precedent-bench-") as room:
        base = asked(Path(room, STOCK), STOCK)
        print("| learned from | s | " + " | ".join(base) + " |\n|--|--|" + "--|" * len(base))
        print(f"| nothing | 0 | {' | '.join(map(str, base.values()))} |", flush=True)
        for name, data in parts.items():
            out = Path(room, name.replace(" ", "-").replace(",", ""))
            found = train_adapter(find_model(STOCK), STOCK, data, out / "adapter", quiet)
            changed = asked(out, str(out / "adapter"))
            print(f"| {name} | {found.seconds:.0f} | {' | '.join(cells(base, changed))} |", flush=True)


def first(data: TrainingData, count: int) -> TrainingData:
    """Passages in an order drawn by seed until there are so many queries, and the same share of the pairs."""
    draw = random.Random(SEED)
    passages, queries = [], 0
    for passage in draw.sample(data.passages, len(data.passages)):
        if queries >= count:
            break
        passages.append(passage)
        queries += len(passage.queries)
    pairs = round(len(data.findings) * min(1.0, queries / data.queries))
    return TrainingData(tuple(passages), tuple(draw.sample(data.findings, pairs)))


def asked(home: Path, name: str):  # type: ignore[no-untyped-def]
    """The sets asked with an encoder, match strength fitted to it."""
    encoder = load_encoder(name, home / ENCODERS)
    fitted = {file: found.strength for file, found in calibrate(encoder, quiet).items()}
    return measured(home, encoder, (), fitted)


if __name__ == "__main__":
    main()
