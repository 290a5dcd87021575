"""Folding the titles of UK petitions: PYTHONPATH=. python tests/benchmarks/bench_folds.py [FOLDER] [--shown N]

FOLDER (by default the shared one beside the checkout) holds corpus.jsonl and exact_duplicate_groups.jsonl, the titles
that are the same after lower-casing and dropping punctuation. Further folds are printed to be read: each that does not
say the same is a mistake.
"""

import argparse
import json
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from corpus.forces import load_forces
from indexer.folds import folded

SHIPPED = load_forces()
PETITIONS = Path(__file__).parents[2].parent / "shared" / "bench" / "uk_petitions"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=PETITIONS)
    parser.add_argument("--shown", type=int, default=20)
    asked = parser.parse_args()
    petitions = rows(asked.folder / "corpus.jsonl")
    groups = [group["ids"] for group in rows(asked.folder / "exact_duplicate_groups.jsonl")]
    began = time.perf_counter()
    firsts = folded([petition["text"] for petition in petitions], SHIPPED)
    print(f"{len(petitions):,} titles: {time.perf_counter() - began:.1f} s")
    first_of = {petition["_id"]: first for petition, first in zip(petitions, firsts, strict=True)}
    whole = sum(len({first_of[id_] for id_ in ids}) == 1 for ids in groups)
    print(f"{whole} of {len(groups)} groups folded")
    further = beyond(petitions, first_of, groups)
    print(f"{len(further)} folds say more")
    step = max(1, len(further) // max(1, asked.shown))
    for texts in further[::step][: asked.shown]:
        print(" | ".join(texts))


def beyond(
    petitions: Sequence[dict[str, str]], first_of: dict[str, int], groups: Sequence[Sequence[str]]
) -> list[list[str]]:
    """The texts of each fold that holds more than one group or a title of none; each group's by one of its titles."""
    stands_for = {id_: ids[0] for ids in groups for id_ in ids}
    folds: dict[int, dict[str, str]] = defaultdict(dict)
    for petition in petitions:
        folds[first_of[petition["_id"]]].setdefault(stands_for.get(petition["_id"], petition["_id"]), petition["text"])
    return [list(texts.values()) for texts in folds.values() if len(texts) > 1]


def rows(path: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


if __name__ == "__main__":
    main()
