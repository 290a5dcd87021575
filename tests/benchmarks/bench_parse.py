"""Reading and parsing against encoding, in one run: what share of a build the documents' own side takes.

    PYTHONPATH=.:tests python tests/benchmarks/bench_parse.py [PAPER.md …]

Each paper is written as text, HTML, Word and PDF; each form is read and parsed (rounds of all in turn, the middle
one counts), and the passages are encoded by the bundled encoder. Alone on the machine, please.
"""

import statistics
import sys
import tempfile
import time
from pathlib import Path

import papers
from encoders import compiled

from corpus.collection import Collection, load
from corpus.forces import load_forces

ROOT = Path(__file__).parents[2]
ROUNDS = 5
COPIES = 10  # of each paper, each with a line of its own, so that reading starts no process anew for one file


def main() -> None:
    sources = [Path(name) for name in sys.argv[1:]] or sorted((ROOT / "tests" / "papers").glob("*.md"))
    forces = load_forces(ROOT / "corpus" / "sample" / "forces.toml")
    with tempfile.TemporaryDirectory() as home:
        folders = write(sources, Path(home))
        seconds: dict[str, list[float]] = {name: [] for name in folders}
        made: dict[str, Collection] = {}
        for _ in range(ROUNDS):
            for name, folder in folders.items():
                began = time.perf_counter()
                made[name] = load([str(folder)], forces)
                seconds[name].append(time.perf_counter() - began)
    encoding = encode(made[".txt"])
    print(f"encoding: {encoding * 1000:.2f} ms a passage")
    print("| form | documents/s | passages/s | seconds a MB of text | share of reading, parsing and encoding |")
    print("|--|--|--|--|--|")
    for name, collection in made.items():
        took = statistics.median(seconds[name])
        documents, passages = len(collection.documents), sum(len(d.passages) for d in collection.documents)
        size = sum(len(d.text) for d in collection.documents) / 1e6
        share = took / (took + passages * encoding)
        print(f"| {name} | {documents / took:,.0f} | {passages / took:,.0f} | {took / size:.2f} | {share:.1%} |")


def write(sources: list[Path], home: Path) -> dict[str, Path]:
    """One folder for each form, with all papers in it."""
    forms = {
        ".txt": papers.to_txt,
        ".html": papers.to_html,
        ".docx": papers.to_docx,
        ".pdf": lambda paper: papers.to_pdf(paper, "Inspection"),
    }
    for suffix, make in forms.items():
        folder = home / suffix[1:]
        folder.mkdir()
        for source in sources:
            for copy in range(COPIES):
                paper = f"{source.read_text('utf-8')}\n\nThis is copy {copy} of the paper.\n"
                (folder / f"{source.stem}-{copy}{suffix}").write_bytes(make(paper))
    return {suffix: home / suffix[1:] for suffix in forms}


def encode(collection: Collection) -> float:
    """Seconds that a passage takes to encode, loading the encoder aside."""
    texts = [p.text for d in collection.documents[::COPIES] for p in d.passages]
    encoder = compiled()
    encoder.encode_document(texts[:64])
    began = time.perf_counter()
    encoder.encode_document(texts)
    return (time.perf_counter() - began) / len(texts)


if __name__ == "__main__":
    main()
