"""How fast the encoder is here, against plain sentence-transformers: python tests/benchmarks/bench_encode.py [MODEL]

Both in turn on the same paragraphs, and the matrix products that such texts cost at least.
"""

import argparse
import statistics

import numpy as np
from encoders import compiled, paragraphs, plain, processor, seconds

PARAGRAPHS, ROUNDS, QUERIES = 4_000, 2, 60
ROWS = 1_024  # of a matrix: a batch of 16 texts of 64 tokens


def main() -> None:
    """Print texts a second, their ratio, how near the vectors are, and what a query takes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", nargs="?")
    model = parser.parse_args().model
    encoder, other, texts = compiled(model), plain(model), paragraphs(PARAGRAPHS)
    print(f"{processor()}; {encoder.backend}, documents in {encoder.dtype}")
    encoder.encode_document(texts[:64])
    other.encode(texts[:64], show_progress_bar=False)
    ours, theirs = [], []
    for number in range(ROUNDS * 4):
        part = texts[number % 4 :: 4]
        theirs.append(len(part) / seconds(lambda: other.encode(part, show_progress_bar=False)))  # noqa: B023
        ours.append(len(part) / seconds(lambda: encoder.encode_document(part)))  # noqa: B023
    ratios = [one / two for one, two in zip(ours, theirs, strict=True)]
    tokens = np.mean([len(one.ids) for one in encoder._runner.tokens.of(texts)])
    print(f"{PARAGRAPHS:,} paragraphs of {tokens:.0f} tokens, {len(ours)} parts in turn:")
    print(f"  ours {told(ours, 0)} texts/s, plain {told(theirs, 0)}, ratio {told(ratios, 2)}")
    for dtype in {encoder.dtype, "float32"}:
        print(f"  matrix products alone, {dtype}: {products(dtype, float(tokens)):.0f} texts/s")
    exact = other.encode(texts[:256], normalize_embeddings=True, show_progress_bar=False)
    cosine = (exact * encoder.encode_document(texts[:256])).sum(axis=1)
    print(f"  cosine of documents {cosine.min():.6f} at least")
    ours, theirs = [], []
    for number in range(QUERIES):
        query = f"missing children at risk of exploitation {number}"
        theirs.append(1000 * seconds(lambda: other.encode([query], show_progress_bar=False)))  # noqa: B023
        ours.append(1000 * seconds(lambda: encoder.encode_queries([query])))  # noqa: B023
    ratio = statistics.median(one / two for one, two in zip(ours, theirs, strict=True))
    print(f"one query: ours {told(ours, 1)} ms, plain {told(theirs, 1)}, ratio {ratio:.2f}")


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
