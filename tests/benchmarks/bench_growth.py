"""What a build costs when little changed: PYTHONPATH=.:tests python tests/benchmarks/bench_growth.py [PAPERS]

Papers of 50 passages are indexed from nothing, again with nothing new, and with one more. Encoding, which takes most of
a first build and none of the others, is not done but counted: the vectors are made up, and the time that the encoder
takes for as many texts, measured on a part, is added to the first.
"""

import hashlib
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from encoders import compiled, paragraphs, processor, seconds
from fakes import FakeEncoder

from corpus.collection import load
from corpus.forces import load_forces
from indexer.build import BuildReport, build
from models.shipped import shipped_model

PASSAGES = 50
ONE_MORE = "The force should keep a list of the lanterns of its harbour, and look at each of them in every month.\n"


class MadeUp(FakeEncoder):
    """Vectors as long as those of the bundled encoder, out of nothing but the text's hash."""

    dimension = 384

    def windows(self, text: str) -> list[str]:
        return [text]

    def vector(self, text: str) -> np.ndarray:
        seed = int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")
        drawn = np.random.default_rng(seed).standard_normal(self.dimension)
        return (drawn / np.linalg.norm(drawn)).astype(np.float32)


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 400
    texts = paragraphs(PASSAGES * count)
    sample = texts[:: max(1, len(texts) // 1_000)]
    compiled().encode_document(sample[:64])
    each = seconds(lambda: compiled().encode_document(sample)) / len(sample)
    print(f"{processor()}; {1 / each:.0f} texts/s")
    with tempfile.TemporaryDirectory(prefix="precedent-bench-") as room:
        data, papers = Path(room, "data"), Path(room, "papers")
        papers.mkdir()
        data.mkdir()
        for number in range(count):
            head = f"Inspection of force {number}\n\nPublished {1 + number % 28} March {2000 + number % 25}\n\n"
            own = texts[PASSAGES * number : PASSAGES * (number + 1)]
            body = "\n\n".join(f"{text} Item {number}/{at}." for at, text in enumerate(own))
            (papers / f"{number:05}.txt").write_text(head + body + "\n")
        encoder = MadeUp()
        first, report = built(papers, data, encoder)
        encoded = report.encoded * each
        whole = first + encoded
        print(
            f"{report.counts['passages']:,} passages: {first:.1f} s, and {encoded:.0f} s for {report.encoded:,} texts"
        )
        again, report = built(papers, data, encoder)
        print(f"nothing new: {again:.2f} s, {again / whole:.2%} of that; published: {report.published}")
        (papers / "one-more.txt").write_text(ONE_MORE)
        more, report = built(papers, data, encoder)
        stages = {name: round(taken, 1) for name, taken in report.seconds.items()}
        print(f"one document more: {more:.1f} s, {more / whole:.2%}; {stages}")


def built(papers: Path, data: Path, encoder: MadeUp) -> tuple[float, BuildReport]:
    """Seconds of reading and building, and the report."""
    began = time.perf_counter()
    collection = load([str(papers)], load_forces(), kept=data / "parsed")
    report = build(collection, encoder, data, inputs=[str(papers)], themes=shipped_model())
    return time.perf_counter() - began, report


if __name__ == "__main__":
    main()
