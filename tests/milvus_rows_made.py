"""Rows of a collection in Milvus made at random, and a write: python milvus_rows_made.py ADDRESS DATA MARK COUNT.

It says on standard output how far it is before each step, and at the end "sent N".
"""

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer import milvus_rows
from indexer.milvus import Link, parse_address
from indexer.milvus_rows import Rows, Shape, write_collection

TERMS = 300
SHAPE = Shape(
    dimension=16,
    numbers=("fold", "date", "day", "document", "finding", "year", "status"),
    flags=("quoted", "findable"),
    lists=("force", "theme"),
)


@dataclass(frozen=True)
class Made:
    """`count` passages of one to three windows, some of them without words or values of a list."""

    count: int
    seed: int = 0
    shape: Shape = SHAPE
    passages: NDArray[np.int64] = field(init=False)
    windows: NDArray[np.int64] = field(init=False)
    vectors: NDArray[np.float32] = field(init=False)
    words: list[dict[int, float]] = field(init=False)
    columns: dict[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        rng = np.random.default_rng(self.seed)
        several = rng.integers(1, 4, self.count)
        vectors = rng.normal(size=(several.sum(), SHAPE.dimension)).astype(np.float32)
        columns: dict[str, Any] = {name: rng.integers(0, 9, self.count) for name in SHAPE.numbers}
        columns["fold"] = rng.integers(1, max(2, self.count // 2), self.count)
        columns["year"] = rng.integers(2009, 2026, self.count)
        columns["date"] = rng.integers(-1, 40, self.count)
        columns |= {name: rng.random(self.count) < 0.4 for name in SHAPE.flags}
        for name, most in (("force", 5), ("theme", 12)):
            columns[name] = [
                sorted(rng.choice(most, rng.integers(0, 4), replace=False).tolist()) for _ in range(self.count)
            ]
        self.__dict__.update(
            passages=np.repeat(np.arange(1, self.count + 1), several),
            windows=np.concatenate([np.arange(own) for own in several]),
            vectors=vectors / np.linalg.norm(vectors, axis=1, keepdims=True),
            words=[_words(rng) for _ in range(self.count)],
            columns=columns,
        )

    @property
    def size(self) -> int:
        return len(self.passages)

    def rows(self, start: int, stop: int) -> Rows:
        part = slice(start, stop)
        at = (self.passages[part] - 1).tolist()
        windows = self.windows[part]
        return Rows(
            self.passages[part],
            windows,
            self.vectors[part],
            [self.words[place] if window == 0 else {} for place, window in zip(at, windows.tolist(), strict=True)],
            {name: _taken(values, at) for name, values in self.columns.items()},
        )

    def cosines(self, vector: NDArray[np.float32]) -> NDArray[np.float32]:
        """Of every passage, by brute force."""
        best = np.full(self.count, -np.inf, np.float32)
        np.maximum.at(best, self.passages - 1, self.vectors @ vector)
        return best

    def by_words(self, weights: Mapping[int, float]) -> NDArray[np.float64]:
        """Of every passage, by brute force."""
        return np.array([sum(own.get(term, 0) * w for term, w in weights.items()) for own in self.words])


def _words(rng: np.random.Generator) -> dict[int, float]:
    terms = rng.choice(TERMS, rng.integers(0, 30), replace=False)
    return {
        int(term): float(np.float32(weight)) for term, weight in zip(terms, rng.random(len(terms)) * 9, strict=True)
    }


def _taken(values: Any, at: list[int]) -> Any:
    return values[at] if isinstance(values, np.ndarray) else [values[place] for place in at]


def main(address: str, data: str, mark: str, count: str) -> None:
    def tell(done: int, of: int) -> None:
        print(f"{done} of {of}", flush=True)

    milvus_rows.BATCH = 100  # so that there are many
    link = Link(parse_address(address))
    print("open", flush=True)
    sent = write_collection(link, Path(data), mark, Made(int(count)), tell=tell)
    print(f"sent {sent}", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
