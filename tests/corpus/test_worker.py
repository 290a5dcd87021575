"""A file is read in a process that can be stopped, and what stops it costs that file only."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from corpus.model import CorpusError
from corpus.readers.formats import read_bytes
from corpus.readers.reading import MEGABYTE, Limits
from corpus.readers.worker import ReaderProcess


@pytest.fixture
def good(tmp_path: Path) -> Path:
    path = tmp_path / "good.txt"
    path.write_text("Lamps burn – always.", "utf-8")
    return path


@pytest.fixture
def stuck(tmp_path: Path) -> Path:
    """A pipe that nobody writes to: opening it waits for ever."""
    path = tmp_path / "stuck.txt"
    os.mkfifo(path)
    return path


def child_of(reader: ReaderProcess) -> int:
    assert reader._child is not None
    return reader._child.pid


def read_good(reader: ReaderProcess, good: Path) -> None:
    assert reader.read(good).reading.texts[0].text == "Lamps burn – always."


def test_one_process_reads_all_files_and_ends_with_the_block(good: Path) -> None:
    with ReaderProcess(Limits()) as reader:
        read_good(reader, good)
        child = child_of(reader)
        read_good(reader, good)
        assert child_of(reader) == child
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)


def test_a_relative_path_is_of_the_folder_one_is_in_now(good: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with ReaderProcess(Limits()) as reader:
        read_good(reader, good)
        monkeypatch.chdir(good.parent)
        read_good(reader, Path(good.name))


def test_a_file_that_takes_too_long_is_given_up(good: Path, stuck: Path) -> None:
    with ReaderProcess(Limits(seconds=15)) as reader:
        with pytest.raises(CorpusError, match="took longer than 15 seconds"):
            reader.read(stuck)
        read_good(reader, good)


def test_a_reader_that_crashes_costs_its_file_only(good: Path, stuck: Path) -> None:
    with ReaderProcess(Limits()) as reader:
        read_good(reader, good)

        def crash(child: int) -> None:
            with stuck.open("wb"):  # waits until somebody reads it
                os.kill(child, signal.SIGSEGV)

        threading.Thread(target=crash, args=(child_of(reader),)).start()
        with pytest.raises(CorpusError, match="broke the program that reads it"):
            reader.read(stuck)
        read_good(reader, good)
        killed = child_of(reader)
        os.kill(killed, signal.SIGKILL)
        os.waitid(os.P_PID, killed, os.WEXITED | os.WNOWAIT)
        read_good(reader, good)


def test_what_a_library_prints_is_no_answer(good: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    noisy = "import os; from corpus.readers import child; read = child.read_bytes\n"
    noisy += "def loud(*given):\n    print('lamps'); os.write(1, b'moths'); return read(*given)\n"
    noisy += "child.read_bytes = loud; child.main()"
    monkeypatch.setattr("corpus.readers.worker._PROGRAM", noisy)
    with ReaderProcess(Limits()) as reader:
        read_good(reader, good)
        read_good(reader, good)


def test_an_answer_that_makes_no_sense_costs_its_file_only(good: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("corpus.readers.worker._PROGRAM", "print(input() and 'lamps')")
    with ReaderProcess(Limits()) as reader:
        with pytest.raises(CorpusError, match="broke"):
            reader.read(good)
        monkeypatch.undo()
        read_good(reader, good)


def test_memory_is_bounded(tmp_path: Path, good: Path) -> None:
    large = tmp_path / "large.txt"
    large.write_bytes(b"Lamps burn. " * 7_000_000)
    with ReaderProcess(Limits(memory=200 * MEGABYTE, characters=100_000_000)) as reader:
        with pytest.raises(CorpusError, match=r"needs more memory|broke the program"):
            reader.read(large)
        read_good(reader, good)


def test_a_reader_cannot_write_files(good: Path) -> None:
    program = (
        "import sys; from corpus.readers import child; "
        "sys.stdin.close(); sys.stdin = open('/dev/null'); child.main(); open(sys.argv[2], 'w').write('x' * 9)"
    )
    made = good.with_name("made")
    limits = '{"size": 1000, "pages": 1, "characters": 1000, "seconds": 600, "memory": 2000000000}'
    kept = {name: value for name, value in os.environ.items() if name != "COVERAGE_PROCESS_CONFIG"}
    subprocess.run([sys.executable, "-c", program, limits, made], capture_output=True, check=False, env=kept)
    assert made.read_bytes() == b""


def test_a_reader_left_alone_ends_by_itself(good: Path) -> None:
    reader = ReaderProcess(Limits())
    read_good(reader, good)
    child = reader._child
    assert child is not None
    assert child.stdin is not None
    child.stdin.close()  # as when the parent was killed
    assert child.wait(timeout=600) == 0
    assert child.stdout is not None
    child.stdout.close()
    reader._child = None


def test_characters_of_any_plane_come_through(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("🔥" * 300_000, "utf-8")
    with ReaderProcess(Limits(characters=300_000)) as reader:
        assert reader.read(path).reading.texts[0].text == "🔥" * 300_000


def test_what_cannot_be_stored_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_bytes("Lamps\ud800 burn".encode("utf-16", "surrogatepass"))
    with ReaderProcess(Limits()) as reader:
        assert reader.read(path).reading.texts[0].text == "Lamps\ufffd burn"


def test_all_that_a_reader_finds_comes_back(tmp_path: Path) -> None:
    page = tmp_path / "a.html"
    page.write_text("<h1>Lamps</h1><aside><h2>Wicks</h2><blockquote>Cut.</blockquote></aside><p>Oil.", "utf-8")
    with ReaderProcess(Limits()) as reader:
        assert reader.read(page).reading == read_bytes(page.read_bytes(), "a.html", Limits())
    (text,) = read_bytes(page.read_bytes(), "a.html", Limits()).texts
    assert text.headings[1].end is not None
    assert text.marks
