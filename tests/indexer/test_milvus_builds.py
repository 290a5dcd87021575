"""A build into Milvus is whole or not at all, sends what is not there yet, and keeps what is still served."""

import json
import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from fakes import FakeCollection, FakeEncoder, document

from indexer import milvus_rows, milvus_source
from indexer.build import BuildReport, build
from indexer.generation import open_generation, read_manifest, verify_generation
from indexer.lexical import ALL
from indexer.milvus import Link, MilvusError, parse_address
from indexer.milvus_rows import Rows, collection_of, current_mark
from indexer.milvus_source import GenerationRows, mark_of
from indexer.postings import SCORED, open_postings
from models.encoder import Encoder

pytest.importorskip("milvus_lite", reason="milvus-lite is not installed")

TESTS = Path(__file__).parents[1]


@pytest.fixture
def link(tmp_path: Path) -> Iterator[Link]:
    made = Link(parse_address(f"milvus:{tmp_path}/index.db"))
    yield made
    made.close()


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(milvus_rows, "BATCH", 20)


def built(data: Path, link: Link | None, count: int = 50, what: str = "lamps", **more: Encoder) -> BuildReport:
    """A build of so many documents, some of two windows."""
    made = tuple(
        document(f"{at}.txt", [f"The force counts its {what} in place {at}. " + "Each night. " * (at % 3 * 20)])
        for at in range(count)
    )
    return build(FakeCollection(made), more.get("encoder") or FakeEncoder(), data, inputs=["papers"], milvus=link)


def whole(data: Path, link: Link) -> str:
    """The id of the generation that is served, once it has been found whole, here and in Milvus."""
    generation = open_generation(data, milvus=link)
    assert verify_generation(generation.path) == []
    assert generation.milvus
    assert generation.milvus.problem() is None
    generation.tables.close()
    return generation.id


def counted(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The rows of each batch that is sent from now on."""
    sent: list[int] = []
    send = milvus_rows._send

    def counting(link: Link, name: str, rows: Rows) -> None:
        send(link, name, rows)
        sent.append(len(rows.passages))

    monkeypatch.setattr(milvus_rows, "_send", counting)
    return sent


def test_vectors_are_in_milvus_alone_and_nothing_is_sent_twice(
    tmp_path: Path, link: Link, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, sent = tmp_path / "data", counted(monkeypatch)
    first = built(data, link)
    assert sum(sent) == first.counts["vectors"] > first.counts["passages"] == 50
    assert not (data / "generations" / first.generation / "vectors").exists()
    assert whole(data, link) == first.generation
    assert not built(data, link).published
    assert sum(sent) == first.counts["vectors"]
    # Kept in files from now on, and back: the rows are there still.
    files = built(data, None)
    assert files.published
    assert (data / "generations" / files.generation / "vectors").exists()
    assert built(data, link).published
    assert sum(sent) == first.counts["vectors"]


def test_rows_hold_the_postings_and_columns_of_passages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "generations" / built(tmp_path, None).generation
    monkeypatch.setattr(milvus_source, "_BLOCK", 7)
    source, postings = GenerationRows(path), open_postings(path / "postings")
    rows = source.rows(5, source.size)
    firsts = {
        int(passage): words
        for passage, window, words in zip(rows.passages, rows.windows, rows.words, strict=True)
        if window == 0
    }
    assert rows.passages.tolist() == source._owners[5:].tolist()
    assert {int(one) for one in rows.windows} == {0, 1, 2}
    for term in ("lamp", "place", "night", "12"):
        for field in SCORED:
            found, key = postings.of(field, term), postings.key(field, term)
            known = dict(zip(found.ids.tolist(), found.scores.tolist(), strict=True))
            held = {passage: words[key] for passage, words in firsts.items() if key in words}
            assert held or field != ALL
            assert held == {passage: score for passage, score in known.items() if passage in firsts}
    assert postings.key(ALL, "xqzvtk") is None
    assert all(len(words) == 0 for words, window in zip(rows.words, rows.windows, strict=True) if window)
    column = np.load(path / "columns" / "fold.npy", allow_pickle=False)
    assert rows.columns["fold"].tolist() == column[rows.passages].tolist()  # type: ignore[union-attr]


def test_a_build_that_was_stopped_goes_on(tmp_path: Path, link: Link, monkeypatch: pytest.MonkeyPatch) -> None:
    data = tmp_path / "data"
    old = built(data, link).generation
    sent = counted(monkeypatch)
    with monkeypatch.context() as patched:
        patched.setattr(GenerationRows, "rows", _stopping(GenerationRows.rows, 40))
        with pytest.raises(MilvusError, match="away"):
            built(data, link, what="torches")
    assert sum(sent) == 40
    assert whole(data, link) == old
    assert not list((data / "generations").glob(".*"))
    new = built(data, link, what="torches")
    assert sum(sent) == new.counts["vectors"]
    assert whole(data, link) == new.generation != old


def _stopping(rows, after):  # type: ignore[no-untyped-def]
    """Rows up to `after`; then Milvus is away."""

    def stopping(source: GenerationRows, start: int, stop: int) -> Rows:
        if start >= after:
            raise MilvusError("Milvus is away")
        return rows(source, start, stop)  # type: ignore[no-any-return]

    return stopping


def test_collections_stay_as_long_as_their_generations(tmp_path: Path, link: Link) -> None:
    data = tmp_path / "data"
    for what in ("lamps", "torches", "ropes", "boats", "horns"):
        built(data, link, count=12, what=what)
        assert current_mark(link, data) == read_manifest(data / "generations" / whole(data, link)).milvus
    kept = {read_manifest(path).milvus for path in (data / "generations").iterdir()}
    assert len(kept) == 3
    names = set(link.ask(lambda client: client.list_collections()))
    assert {collection_of(data, mark or "") for mark in kept} <= names
    assert len(names) == 4  # the last that was retired goes with the next build


def test_what_milvus_has_lost_is_written_anew(tmp_path: Path, link: Link) -> None:
    data = tmp_path / "data"
    first = built(data, link, count=12)
    mark = read_manifest(data / "generations" / first.generation).milvus
    assert mark
    link.ask(lambda client: client.delete(collection_of(data, mark), filter="passage == 3"))
    opened = open_generation(data, milvus=link)
    assert opened.milvus
    assert "of this index" in (opened.milvus.problem() or "")
    assert built(data, link, count=12).published
    whole(data, link)


def test_a_mark_is_of_content_and_encoder() -> None:
    marks = {mark_of(content, encoder) for content in ("a", "b") for encoder in ("c", "d")}
    assert len(marks) == 4
    assert all(mark.isalnum() for mark in marks)


# ── Killed ─────────────────────────────────────────────────────────────────────────────────────────────────────────


class Builds:
    """Builds in processes of their own, one after the other, each of which may be killed at one of its steps."""

    def __init__(self, data: Path, address: str) -> None:
        self._data = data
        room = os.environ | {"PYTHONPATH": str(TESTS.parent), "PRECEDENT_INDEX": address}
        pipe, script = subprocess.PIPE, str(TESTS / "dying_builds.py")
        self.process = subprocess.Popen([sys.executable, script], stdin=pipe, stdout=pipe, text=True, env=room)

    def run(self, texts: list[str], kill: int = 0) -> list[str]:
        """The steps that a build took, to its end or until it was killed at step `kill`, from 1."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps([kill, str(self._data), *texts]) + "\n")
        self.process.stdin.flush()
        steps = []
        for line in self.process.stdout:
            if line.startswith("end "):
                # Of what milvus-lite does in threads, a few steps more or fewer.
                assert line in (f"end {-signal.SIGKILL}\n", "end 0\n")
                return steps
            steps.append(line.removesuffix("\n"))
        raise AssertionError("the process that starts the builds has ended")


def served(data: Path, address: str) -> set[str]:
    """The texts of the generation that is served, once it has been found whole, in Milvus too."""
    link = Link(parse_address(address))
    try:
        whole(data, link)
        generation = open_generation(data, milvus=link)
        assert generation.milvus
        vector = FakeEncoder().vector("Text of the build")
        near = generation.milvus.near(vector, 1_000).tolist()
        with closing(generation.tables) as tables:
            found = {row["id"]: row["text"] for row in tables.execute("SELECT id, text FROM passages")}
        assert near == sorted(found)
        return set(found.values())
    finally:
        link.close()


@pytest.mark.slow
def test_a_kill_leaves_a_whole_index_and_the_next_build_goes_on(tmp_path: Path) -> None:
    data, address = tmp_path / "data", f"milvus:{tmp_path}/index.db"
    kills = int(os.environ.get("PRECEDENT_KILLS", "3"))
    builds, chance = Builds(data, address), random.Random(kills)
    try:
        old = [f"Text {at} of the first build." for at in range(50)]
        steps = builds.run(old)
        assert served(data, address) == set(old)
        sending = [at for at, step in enumerate(steps, 1) if step.startswith("milvus ")]
        for number in range(kills):
            new = [f"Text {at} of build {number}." for at in range(60)]
            # Half of them while rows are sent.
            first, last = (sending[0], sending[-1] + 30) if number % 2 == 0 else (1, len(steps))
            builds.run(new, chance.randint(first, last))
            assert served(data, address) in (set(old), set(new))
            builds.run(new)
            assert served(data, address) == set(new)
            old = new
    finally:
        builds.process.kill()
        builds.process.communicate()
