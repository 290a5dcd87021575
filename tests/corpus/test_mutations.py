"""Damaged files of every format: each is parsed or named with a reason; nothing crashes, hangs or grows."""

import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import hostile
import papers
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corpus.forces import load_forces
from corpus.model import CorpusError, Source
from corpus.parsers.parse import parse
from corpus.readers.reading import MEGABYTE, Limits
from corpus.readers.worker import ReaderProcess

SAMPLE = Path(__file__).parents[2] / "corpus" / "sample"
FORCES = load_forces(SAMPLE / "forces.toml")
LIMITS = Limits(seconds=120)
FILES = 5_000
PAPER = (Path(__file__).parents[1] / "papers" / "wealdmarch-2015-vulnerability.md").read_text("utf-8")[:3_000]
LINES = "".join(
    f'{{"_id": "{n}", "title": "Lamps", "text": "Lamp {n} burns.", "date": "2018-05-04"}}\n' for n in range(9)
)
SEEDS = {
    ".txt": (SAMPLE / "register" / "saltmere-5120-appropriate-adults.txt").read_bytes(),
    ".text": papers.to_txt(PAPER),
    ".md": PAPER.encode(),
    ".html": papers.to_html(PAPER),
    ".docx": papers.to_docx(PAPER),
    ".pdf": papers.to_pdf(PAPER, "Wealdmarch"),
    ".csv": (SAMPLE / "register" / "tracker-2020.csv").read_bytes()[:4_000],
    ".xlsx": hostile.formulas(),
    ".jsonl": LINES.encode(),
}
JUNK = st.one_of(
    st.binary(max_size=8),
    st.sampled_from(
        [b"\0", b"\xff\xfe", b"<" * 300, b"[on]", b"(" * 200, b"- " * 200, b"\n" * 100, b"9" * 400, b"&#x0;"]
    ),
)
# Where (in thousandths of the file), how many bytes go, what comes in their place, and whether the rest is cut off.
EDITS = st.lists(
    st.tuples(st.integers(0, 1_000), st.integers(0, 64), JUNK, st.sampled_from([False] * 9 + [True])),
    min_size=1,
    max_size=6,
)


@pytest.fixture(scope="module")
def reader(folder: Path) -> Iterator[ReaderProcess]:
    with ReaderProcess(LIMITS) as process:
        yield process
        (folder / "last.txt").write_text("Lamps burn on the quay.", "utf-8")
        process.read(folder / "last.txt")
        assert peak(process) < LIMITS.memory / 8  # they are a ninth of the files at the least


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("mutations")


def mutated(raw: bytes, edits: list[tuple[int, int, bytes, bool]]) -> bytes:
    for place, gone, junk, cut in edits:
        at = len(raw) * place // 1_000
        raw = raw[:at] + junk + (b"" if cut else raw[at + gone :])
    return raw


@pytest.mark.slow
@pytest.mark.parametrize("suffix", sorted(SEEDS))
@settings(max_examples=FILES // len(SEEDS), suppress_health_check=list(HealthCheck))
@given(edits=EDITS)
def test_a_damaged_file_is_parsed_or_named(
    reader: ReaderProcess, folder: Path, suffix: str, edits: list[tuple[int, int, bytes, bool]]
) -> None:
    path = folder / f"file{suffix}"
    path.write_bytes(mutated(SEEDS[suffix], edits))
    try:
        read = reader.read(path)
    except CorpusError as error:
        why = str(error)
    else:
        why = ""
    if why:
        assert re.fullmatch(r"(?s)[a-z].*[.]", why)
        assert "took longer" not in why
        return
    assert read.reading.texts or read.reading.left_out
    for text in read.reading.texts:
        source = Source(str(path), path.name, text.text, read.sha256, text.headings, text.pages, text.metadata)
        document = parse(source, FORCES)
        assert document.text == text.text
        assert all(0 <= heading.start < len(text.text) for heading in text.headings)
        assert list(text.pages) == sorted(text.pages)


def peak(reader: ReaderProcess) -> int:
    """The most memory that the child has had, in bytes."""
    assert reader._child is not None
    status = Path(f"/proc/{reader._child.pid}/status").read_text("ascii")
    return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) * 1024  # type: ignore[index]


@pytest.mark.slow
def test_the_reader_did_not_grow(tmp_path: Path) -> None:
    with ReaderProcess(LIMITS) as reader:
        for left in range(1_000, 0, -10):  # thousandths of each file
            for suffix, raw in SEEDS.items():
                path = tmp_path / f"file{suffix}"
                path.write_bytes(raw[: len(raw) * left // 1_000])
                with suppress(CorpusError):
                    reader.read(path)
            if left == 900:
                before = peak(reader)
        assert peak(reader) < before + 10 * MEGABYTE
