"""What a build does when it is stopped, refused or fed with damage, seen from the command line."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from fakes import FakeEncoder, fitted

from service.cli import common
from service.cli.main import main
from service.cli.settings import SETTINGS

TESTS = Path(__file__).parents[1]


@pytest.fixture(autouse=True)
def _fake_encoder(monkeypatch: pytest.MonkeyPatch) -> None:
    for row in SETTINGS:
        monkeypatch.delenv(row.name, raising=False)
    monkeypatch.setattr(common, "encoder_for", lambda settings: FakeEncoder())


@pytest.fixture
def papers(tmp_path: Path) -> Path:
    folder = tmp_path / "papers"
    folder.mkdir()
    (folder / "one.txt").write_text("Custody\n\nKent Police keeps custody records well.\n", encoding="utf-8")
    return folder


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def test_what_cannot_be_read_is_told_in_words_and_as_json(tmp_path: Path, papers: Path) -> None:
    (papers / "README.md").write_text("About this.", encoding="utf-8")
    (papers / "photo.jpg").write_bytes(b"\xff\xd8")
    (papers / "empty.txt").write_text("", encoding="utf-8")
    (papers / "rows.csv").write_text(
        "force,number,recommendation,date,status,comment,RAG\nkent,7001,Forces should light lamps.,,,Lit.,A\n",
        encoding="utf-8",
    )
    built = run("build", papers, "--data", tmp_path / "data")
    assert built.exit_code == 0
    lines = built.stdout.splitlines()
    assert lines[0] == "The index now holds 2 documents, 3 passages, 1 finding, 0 events."
    assert lines[1] == "They were read as 1 other document, 1 register record."
    assert lines[2] == "2 files could not be read, and nothing of them is in the index:"
    assert lines[3] == f"  - {papers}/empty.txt is empty; get it again from where it came."
    assert lines[4].startswith(f"  - {papers}/photo.jpg is of a kind that is not read (.jpg); what is read ends in")
    assert lines[5] == "Left out of files that were read:"
    assert all(line.startswith(f"  - {papers}/rows.csv, ") for line in lines[6:8])
    assert lines[8] == f"No documents, and not looked at: {papers}/README.md."
    report = json.loads(run("build", papers, "--data", tmp_path / "data", "--json").stdout)
    told = {(Path(entry["path"]).name, entry["expected"], bool(entry["part"])) for entry in report["skipped"]}
    assert told == {
        ("README.md", True, False), ("photo.jpg", False, False), ("empty.txt", False, False), ("rows.csv", False, True),
    }  # fmt: skip
    assert {entry["part"] for entry in report["skipped"]} >= {"row 2"}


def test_strict_changes_nothing_where_something_cannot_be_read(tmp_path: Path, papers: Path) -> None:
    data = tmp_path / "data"
    assert run("build", papers, "--data", data, "--strict").exit_code == 0
    before = (data / "CURRENT").read_text(encoding="utf-8")
    (papers / "two.txt").write_text("Moths fly to the lamps of Kent.", encoding="utf-8")
    (papers / ".hidden").write_text("Moths", encoding="utf-8")
    (papers / "empty.txt").write_text("", encoding="utf-8")
    refused = run("build", papers, "--data", data, "--strict")
    assert refused.exit_code == 2
    assert refused.stdout == ""
    assert "empty.txt is empty" in refused.stderr
    assert "precedent: Nothing was built" in refused.stderr
    assert (data / "CURRENT").read_text(encoding="utf-8") == before
    told = run("build", papers, "--data", data, "--strict", "--json")
    assert (told.exit_code, [entry["expected"] for entry in json.loads(told.stdout)["skipped"]]) == (2, [True, False])
    (papers / "empty.txt").unlink()
    assert run("build", papers, "--data", data, "--strict").exit_code == 0


def test_the_name_of_a_file_does_not_drive_the_terminal(tmp_path: Path, papers: Path) -> None:
    (papers / "\x1b]0;evil\a\n  - fine.jpg").write_bytes(b"\xff")
    built = run("build", papers, "--data", tmp_path / "data").stdout
    assert "\x1b" not in built
    assert "\n  - fine.jpg" not in built
    assert "fine.jpg is of a kind that is not read" in built


def test_the_data_folder_may_lie_among_the_documents(papers: Path) -> None:
    for _ in range(2):
        built = run("build", papers, "--data", papers / "data", "--strict")
        assert built.exit_code == 0
    assert "Nothing has changed" in built.stdout


def test_damaged_force_names_are_not_built_from(tmp_path: Path, papers: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    forces = tmp_path / "mine.toml"
    forces.write_text('[[force]]\nslug = "lampshire"\nname = "Lampshire Police"\n', "utf-8")
    data = tmp_path / "data"
    monkeypatch.setenv("PRECEDENT_FORCES", str(forces))
    assert run("build", papers, "--data", data).exit_code == 0
    monkeypatch.delenv("PRECEDENT_FORCES")
    [kept] = data.glob("generations/*/forces.toml")
    kept.write_text(kept.read_text("utf-8").replace("Lamp", "Damp"), "utf-8")
    refused = run("build", papers, "--data", data)
    assert refused.exit_code == 2
    assert "Set PRECEDENT_FORCES to your own file of them, or to none" in refused.stderr
    monkeypatch.setenv("PRECEDENT_FORCES", "none")
    assert run("build", papers, "--data", data).exit_code == 0
    assert len(list(data.glob("generations/*/forces.toml"))) == 1


def test_force_names_outlive_a_damaged_pointer(tmp_path: Path, papers: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    forces = tmp_path / "mine.toml"
    forces.write_text('[[force]]\nslug = "lampshire"\nname = "Lampshire Police"\n', "utf-8")
    (papers / "notes.txt").write_text("Notes on Lampshire Police\n\nLamps burn on the quay.", "utf-8")
    data = tmp_path / "data"
    monkeypatch.setenv("PRECEDENT_FORCES", str(forces))
    assert run("build", papers, "--data", data).exit_code == 0
    monkeypatch.delenv("PRECEDENT_FORCES")
    (data / "CURRENT").write_text("gone", "utf-8")
    assert run("build", papers, "--data", data).exit_code == 0
    assert "Lampshire Police" in run("search", "lamps", "--force", "lampshire", "--data", data).stdout


def test_a_record_in_two_files_is_said_to_be_merged(tmp_path: Path, papers: Path) -> None:
    head = "https://i.example/recommendation/kent/7001/\n\nForces should light lamps.\n\n"
    for name, comment in (("a.txt", "Lit."), ("b.txt", "Lit again.")):
        (papers / name).write_text(f"{head}[on]4 May 2018 [comment]{comment}[/comment][/on]", encoding="utf-8")
    built = run("build", papers, "--data", tmp_path / "data").stdout
    assert "1 document stood in several files; their entries were brought together:" in built
    assert f"  - kent/7001: {papers}/a.txt, {papers}/b.txt" in built
    (papers / "b.txt").write_text(f"{head}[on]5 May 2018 [comment]Lit again.[/comment][/on]", encoding="utf-8")
    again = json.loads(run("build", papers, "--data", tmp_path / "data", "--json").stdout)
    assert (again["changed"], list(again["merged"])) == (["kent/7001"], ["kent/7001"])


@pytest.mark.parametrize(
    ("stage", "said"),
    [
        ("encode", "There is no index yet; what was encoded is kept, and `precedent build PATH`"),
        ("publish", "is in use."),
    ],
)
def test_ctrl_c_says_what_is_kept(
    tmp_path: Path, papers: Path, monkeypatch: pytest.MonkeyPatch, stage: str, said: str
) -> None:
    function = {"encode": "indexer.stores.write_vectors", "publish": "indexer.build.prune"}[stage]

    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as stopping:
        stopping.setattr(function, interrupt)
        stopped = run("build", papers, "--data", tmp_path / "data")
    assert stopped.exit_code == 130
    assert said in stopped.stderr
    assert "Traceback" not in stopped.stderr
    report = json.loads(run("build", papers, "--data", tmp_path / "data", "--json").stdout)
    assert report["encoded"] == 0


def test_a_real_ctrl_c_stops_the_reading_too(tmp_path: Path, papers: Path) -> None:
    for number in range(3_000):
        (papers / f"{number}.txt").write_text(f"Lamp {number} burns on the quay of Kent.", encoding="utf-8")
    # Where the tests run as a shell's background job, Ctrl-C is ignored, and children take that over.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    build = subprocess.Popen(
        [sys.executable, TESTS / "fake_precedent.py", "build", papers, "--data", tmp_path / "data"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": f"{TESTS.parent}"},
    )
    signal.signal(signal.SIGINT, before)
    assert build.stderr is not None
    assert build.stderr.readline().startswith("read")
    build.send_signal(signal.SIGINT)
    _, said = build.communicate(timeout=600)
    assert build.returncode == 130
    assert "Stopped. There is no index yet" in said
    assert "Traceback" not in said


def test_a_folder_that_cannot_be_written_is_said(papers: Path) -> None:
    refused = run("build", papers, "--data", "/sys/precedent")
    assert refused.exit_code == 2
    assert "stopped" in refused.stderr
    assert "See that /sys/precedent is writable" in refused.stderr


def test_doctor_finds_one_changed_byte_in_whatever_a_build_leaves(
    tmp_path: Path, papers: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    forces = tmp_path / "mine.toml"
    forces.write_text('[[force]]\nslug = "lampshire"\nname = "Lampshire Police"\n', "utf-8")
    monkeypatch.setenv("PRECEDENT_FORCES", str(forces))
    data = tmp_path / "data"
    assert run("build", papers, "--data", data).exit_code == 0
    files = [path for path in data.rglob("*") if path.is_file() and path.suffix != ".lock"]
    fitted(data)
    assert run("doctor", "--data", data).exit_code == 0
    assert {"CURRENT", "embeddings.sqlite", "manifest.json", "passages.sqlite", "rows.npy", "forces.toml"} <= {
        path.name for path in files
    }
    with closing(sqlite3.connect(data / "embeddings.sqlite")) as cache:
        vector = cache.execute("SELECT vector FROM embeddings").fetchone()[0]
    for path in files:
        path.chmod(0o644)
        written = path.read_bytes()
        # Of the cache a byte of a vector: SQLite leaves parts of its file unused.
        place = written.index(vector) if path.name == "embeddings.sqlite" else len(written) // 2
        path.write_bytes(written[:place] + bytes([written[place] ^ 1]) + written[place + 1 :])
        found = run("doctor", "--data", data)
        assert found.exit_code == 1, path
        assert "To mend it: " in found.stdout
        path.write_bytes(written)
    assert run("doctor", "--data", data).exit_code == 0
