"""What many at once cost each other: python tests/benchmarks/bench_beside.py

Searches on a running server, alone and while another process builds; many clients at once against what the encoder
does that has nothing else to do; and four builds at once against four in a row.
"""

import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from importlib import resources
from pathlib import Path

from bench_start import HOME, PRECEDENT, run
from encoders import SAMPLE, compiled, paragraphs, processor, seconds
from peer import Peer

SEARCHES, PAPERS, BUILDS = 150, 40, 4
CLIENTS, ROUNDS = 32, 5


def main() -> None:
    print(processor())
    with tempfile.TemporaryDirectory(prefix="precedent-bench-") as room:
        beside(Path(room, "served"), Path(room, "other"), papers(Path(room, "papers")))
        crowded(Path(room, "served"))
        at_once(Path(room))


def papers(folder: Path) -> Path:
    """Papers to build from, long enough for the searches to be asked meanwhile."""
    folder.mkdir()
    texts = paragraphs(50 * PAPERS)
    for number in range(PAPERS):
        (folder / f"{number:02}.txt").write_text("\n\n".join(texts[50 * number : 50 * number + 50]) + "\n")
    return folder


@contextmanager
def serving(data: Path) -> Iterator[str]:
    """The address of a server, ready."""
    command = [*PRECEDENT, "serve", "--port", "0", "--data", str(data)]
    server = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=HOME)
    try:
        assert server.stderr is not None
        line = next(line for line in server.stderr if "Serving on" in line)
        address = line.split("Serving on ")[1].split()[0].rstrip(".,")
        asked(address, 30)
        yield address
    finally:
        server.kill()
        server.wait()


def beside(served: Path, other: Path, folder: Path) -> None:
    """Print p50 and p95 of searches alone and beside a build."""
    run(*PRECEDENT, "build", SAMPLE, "--data", served)
    shutil.copytree(served / "encoders", other / "encoders")
    with serving(served) as address:
        alone = asked(address, SEARCHES)
        build = subprocess.Popen(
            [*PRECEDENT, "build", str(folder), "--data", str(other)],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, cwd=HOME,
        )  # fmt: skip
        assert build.stderr is not None
        next(line for line in build.stderr if "encode" in line)
        meanwhile = asked(address, SEARCHES)
        still = build.poll() is None
        build.communicate()
    print(f"searches alone: p50 {at(alone, 50):.1f} ms, p95 {at(alone, 95):.1f}")
    ended = "" if still else " (the build ended before the searches)"
    ratio = at(meanwhile, 95) / at(alone, 95)
    print(
        f"beside a build: p50 {at(meanwhile, 50):.1f} ms, p95 {at(meanwhile, 95):.1f}; ratio of p95 {ratio:.2f}{ended}"
    )


def crowded(served: Path) -> None:
    """Print the searches a second of many clients at once, and the queries a second of the encoder alone."""
    lines = resources.files("service").joinpath("data/questions.jsonl").read_text("utf-8").splitlines()
    queries = [json.loads(line)["query"] for line in lines]
    alone, plainly = "the encoder alone, asked by as many,", "plain sentence-transformers, one after the other,"
    told: dict[str, list[float]] = {"searches": [], alone: [], plainly: []}
    with serving(served) as address, Peer() as plain, ThreadPoolExecutor(CLIENTS) as clients:

        def search(query: str) -> None:
            parameters = urllib.parse.urlencode({"q": query})
            urllib.request.urlopen(f"{address}/api/v1/search?{parameters}").read()  # whatever is no answer raises

        def encode(query: str) -> None:
            compiled().encode_queries([query])

        for _ in range(ROUNDS):
            took = seconds(lambda: list(clients.map(search, queries)))
            told["searches"].append(len(queries) / took)
            took = seconds(lambda: list(clients.map(encode, queries)))
            told[alone].append(len(queries) / took)
            took = sum(plain.encode([one]) for one in queries)
            told[plainly].append(len(queries) / took)
    for name, rates in told.items():
        of = statistics.median(one / other for one, other in zip(told["searches"], rates, strict=True))
        print(f"{CLIENTS} clients at once: {name} {statistics.median(rates):.0f} a second; searches are {of:.2f} of it")


def asked(address: str, count: int) -> list[float]:
    """Milliseconds of each of so many searches."""
    taken = []
    for number in range(count):
        began = time.perf_counter()
        urllib.request.urlopen(f"{address}/api/v1/search?q=abstraction+of+officers+{number}").read()
        taken.append(1000 * (time.perf_counter() - began))
    return taken


def at(values: list[float], percent: int) -> float:
    return statistics.quantiles(values, n=100)[percent - 1]


def at_once(room: Path) -> None:
    """Print how long four builds of the sample take, at once and in a row."""

    def command(name: str, number: int) -> list[str]:
        return [*PRECEDENT, "build", str(SAMPLE), "--data", str(room / f"{name}-{number}")]

    began = time.perf_counter()
    for number in range(BUILDS):
        run(*command("row", number))
    row = time.perf_counter() - began
    began = time.perf_counter()
    builds = [
        subprocess.Popen(command("once", number), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=HOME)
        for number in range(BUILDS)
    ]
    assert [build.wait() for build in builds] == [0] * BUILDS
    once = time.perf_counter() - began
    print(f"{BUILDS} builds of the sample: in a row {row:.0f} s, at once {once:.0f}, ratio {once / row:.2f}")


if __name__ == "__main__":
    sys.exit(main())
