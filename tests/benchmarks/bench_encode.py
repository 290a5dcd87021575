"""How fast the encoder is here, against plain sentence-transformers: python tests/benchmarks/bench_encode.py [MODEL]

Both in turn on the same paragraphs and queries, the plain one in a process of its own, and the matrix products that
such texts cost at least. `avx2_only.c` beside this has it measured as on a processor with AVX2 alone.
"""

import argparse
import os
import statistics
from collections.abc import Callable

import numpy as np
from encoders import compiled, paragraphs, plain, processor, seconds
from peer import Peer

PARAGRAPHS, ROUNDS, QUERIES = 4_000, 2, 100
PARTS = 8
ROWS = 1_024  # of a matrix: a batch of 16 texts of 64 tokens


def main() -> None:
    """Print texts a second, their ratio, how near the vectors are, and what a query takes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", nargs="?")
    model = parser.parse_args().model
    encoder, texts = compiled(model), paragraphs(PARAGRAPHS)
    limited = ", seen as one with AVX2 alone" if "avx2_only" in os.environ.get("LD_PRELOAD", "") else ""
    print(f"{processor()}{limited}; {encoder.backend}, texts in {encoder.dtype}")
    with Peer(model=model) as other:
        parts = [texts[number::PARTS] for number in range(PARTS)] * ROUNDS
        ours, theirs = in_turn(encoder.encode_document, other.encode, parts, texts[:64])
        one, two = ([len(part) / once for part, once in zip(parts, side, strict=True)] for side in (ours, theirs))
        tokens = float(np.mean([len(one.ids) for one in encoder._runner.tokens.of(texts)]))
        print(f"{PARAGRAPHS:,} paragraphs of {tokens:.0f} tokens, {len(parts)} parts in turn:")
        print(f"  ours {told(one, 0)} texts/s, plain {told(two, 0)}, ratio {told(ratios(theirs, ours), 2)}")
        queries = [[f"missing children at risk of exploitation {number}"] for number in range(QUERIES)]
        ours, theirs = in_turn(encoder.encode_queries, other.encode, queries, queries[0])
    one, two = ([1000 * once for once in side] for side in (ours, theirs))
    print(f"one query: ours {told(one, 1)} ms, plain {told(two, 1)}, ratio {told(ratios(ours, theirs), 2)}")
    for dtype in {encoder.dtype, "float32"}:
        print(f"matrix products alone, {dtype}: {products(dtype, tokens):.0f} texts/s")
    exact = plain(model).encode(texts[:256], normalize_embeddings=True, show_progress_bar=False)
    cosine = (exact * encoder.encode_document(texts[:256])).sum(axis=1)
    print(f"cosine of documents {cosine.min():.7f} at least")


def in_turn(
    ours: Callable[[list[str]], object], theirs: Callable[[list[str]], float], given: list[list[str]], warm: list[str]
) -> tuple[list[float], list[float]]:
    """The seconds that both take for what is given, one after the other, each ready."""
    ours(warm)
    theirs(warm)
    pairs = [(theirs(texts), seconds(lambda texts=texts: ours(texts))) for texts in given]  # type: ignore[misc]
    return [one for _, one in pairs], [other for other, _ in pairs]


def ratios(one: list[float], other: list[float]) -> list[float]:
    """Of each pair."""
    return [a / b for a, b in zip(one, other, strict=True)]


def told(values: list[float], digits: int) -> str:
    """The median and the range."""
    return f"{statistics.median(values):.{digits}f} ({min(values):.{digits}f} to {max(values):.{digits}f})"


def products(dtype: str, tokens: float, layers: int = 6, width: int = 384) -> float:
    """Texts a second that the weights' matrix products allow: four of width², two of 4·width² in each layer."""
    import torch

    kind = torch.bfloat16 if dtype == "bfloat16" else torch.float32
    x, wide = (torch.rand(ROWS, size).to(kind) for size in (width, 4 * width))
    shapes = ((width, width), (width, 4 * width), (4 * width, width))
    square, up, down = (torch.rand(*shape).to(kind) for shape in shapes)

    def layer() -> None:
        for _ in range(4):
            x @ square
        x @ up
        wide @ down

    layer()
    once = min(seconds(lambda: [layer() for _ in range(layers)]) for _ in range(20))
    return ROWS / tokens / once


if __name__ == "__main__":
    main()
