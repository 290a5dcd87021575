"""What comments say of closure, by the rules and by the model: right of those called, and right of those there are.

`PYTHONPATH=. python tests/benchmarks/bench_closure.py FILE...`, with lines as in tests/data/closure_comments.jsonl;
before them come the comments that the model learned from, each by a model that had not seen it.
"""

import json
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from corpus.closure import SIGNALS
from indexer.claims import Claims, claims_by_model, claims_by_rules
from indexer.closure_training import examples, learn
from models.closure_model import shipped_closure
from models.encoder import load_encoder


def of(claims: Claims, texts: Sequence[str]) -> list[str]:
    """What comments say, "none" where they say nothing or that the matter is open."""
    says = [claim.says if (claim := claims[text]) else "none" for text in texts]
    return [one if one in SIGNALS else "none" for one in says]


def table(name: str, meant: Sequence[str], said: Sequence[str]) -> None:
    """Print precision and recall of each signal in counts."""
    pairs = Counter(zip(meant, said, strict=True))
    parts = []
    for signal in (*SIGNALS, "none"):
        right = pairs[signal, signal]
        called = sum(count for (_, one), count in pairs.items() if one == signal)
        there = sum(count for (one, _), count in pairs.items() if one == signal)
        parts.append(f"{signal} {right}/{called} {right}/{there}")
    agreed = sum(one == other for one, other in zip(meant, said, strict=True))
    print(f"  {name:8} {agreed}/{len(meant)} right | {' | '.join(parts)}")


def main() -> None:
    """Print all."""
    encoder = load_encoder()
    known = examples()
    meant = [one.says if one.says in SIGNALS else "none" for one in known]
    texts = [one.text for one in known]
    print("its own comments, on folds")
    table("rules", meant, of(claims_by_rules(texts), texts))
    table("model", meant, [one if one in SIGNALS else "none" for one in learn(encoder).held_out])
    pooled: dict[str, list[str]] = {name: [] for name in ("meant", "rules", "model", "both")}
    for path in sys.argv[1:]:
        rows = [json.loads(line) for line in Path(path).read_text("utf-8").splitlines()]
        texts = [row["text"] for row in rows]
        meant = [row.get("signal") or row["closure"] for row in rows]
        rules = of(claims_by_rules(texts), texts)
        model = of(claims_by_model(texts, shipped_closure(), encoder), texts)
        both = [one if one != "none" else other for one, other in zip(model, rules, strict=True)]
        print(Path(path).name)
        for name, said in (("rules", rules), ("model", model), ("both", both)):
            table(name, meant, said)
            pooled[name] += said
        pooled["meant"] += meant
    print("all of these")
    for name in ("rules", "model", "both"):
        table(name, pooled["meant"], pooled[name])


if __name__ == "__main__":
    main()
