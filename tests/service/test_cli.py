"""The command line: what it prints, how it ends, and that help costs nothing."""

import json
import os
import re
import socket
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from fakes import FakeEncoder, fitted
from flask.testing import FlaskClient

from models.encoder import ModelError
from service.cli import common
from service.cli.main import main
from service.cli.settings import SETTINGS, Settings, read_settings
from service.cli.terminal import Progress, duration
from service.contract.service_errors import SettingsError

ROOT = Path(__file__).parents[2]
COMMANDS = tuple(main.commands)


@pytest.fixture(autouse=True)
def _fake_encoder(monkeypatch: pytest.MonkeyPatch) -> None:
    for row in SETTINGS:
        monkeypatch.delenv(row.name, raising=False)
    monkeypatch.setattr(common, "encoder_for", lambda settings: FakeEncoder())


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def refused(*arguments: str | Path) -> str:
    """The one sentence on standard error of a command that could not do what it was asked."""
    result = run(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("precedent: ")
    assert len(result.stderr.strip().splitlines()) == 1
    return result.stderr


@pytest.fixture
def papers(tmp_path: Path) -> Path:
    folder = tmp_path / "papers"
    folder.mkdir()
    (folder / "one.txt").write_text("Custody\n\nKent Police keeps custody records well.\n", encoding="utf-8")
    (folder / "two.txt").write_text("Patrol\n\nPatrols are planned by Essex Police.\n", encoding="utf-8")
    return folder


def test_build_search_and_doctor(tmp_path: Path, papers: Path) -> None:
    data = tmp_path / "data"
    built = run("build", papers, "--data", data)
    assert built.exit_code == 0
    assert "2 documents" in built.stdout
    fitted(data)
    (papers / "two.txt").unlink()
    (papers / "three.txt").write_text("Custody\n\nCells are cold in Kent.\n", encoding="utf-8")
    changed = run("build", papers, "--data", data).stdout
    assert (
        "Since the build before: 1 new, 0 changed, 1 gone, 1 as they were.\n  - new: three.txt\n  - gone: two.txt"
        in changed
    )
    again = run("build", "--data", data, "--json")
    assert again.exit_code == 0
    report = json.loads(again.stdout)
    assert (report["encoded"], len(report["unchanged"]), report["skipped"]) == (0, 2, [])
    found = run("search", "custody records", "--data", data)
    assert found.exit_code == 0
    assert "custody records" in found.stdout
    examined = run("doctor", "--data", data)
    assert (examined.exit_code, "PROBLEM" in examined.stdout) == (0, False)


def test_search_prints_what_the_api_answers(data: Path, client: FlaskClient) -> None:
    options = ("--force", "kent", "--force", "essex", "--year-from", "2016", "--page-size", "3", "--explain")
    result = run("search", "missing children", *options, "--json", "--data", data)
    address = "/api/v1/search?q=missing+children&force=kent&force=essex&year_from=2016&page_size=3&explain=true"
    assert result.stdout == client.get(address).get_data(as_text=True) + "\n"


def test_search_in_words(data: Path) -> None:
    lines = run("search", "forces should review missing children", "--finding", "recommendation", "--data", data).stdout
    assert "complete, set 4 May 2018" in lines
    assert "Also in 3 other places." in lines
    none = run("search", '"no such phrase"', "--data", data).stdout
    assert none.startswith('No match for ""no such phrase"".')
    assert "nearest" in none


def test_what_cannot_be_done_is_one_sentence_and_exit_code_2(
    tmp_path: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "precedent build PATH" in refused("build", "--data", tmp_path)
    assert "precedent build PATH" in refused("search", "custody", "--data", tmp_path)
    assert "nowhere" in refused("build", tmp_path / "nowhere", "--data", tmp_path)
    (tmp_path / "empty").mkdir()
    assert "nothing to index" in refused("build", tmp_path / "empty", "--data", tmp_path)
    assert "whole number" in refused("search", "custody", "--page", "x", "--data", data)
    assert "kent" in refused("search", "custody", "--force", "kentt", "--data", data)
    (tmp_path / "file").write_text("", encoding="utf-8")
    monkeypatch.setenv("PRECEDENT_PORT", "many")
    assert "PRECEDENT_PORT" in refused("search", "custody", "--data", data)


def test_a_model_that_cannot_be_loaded_is_a_sentence(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(settings: Settings) -> None:
        raise ModelError("There is no model.")

    monkeypatch.setattr(common, "encoder_for", fail)
    assert "There is no model." in refused("search", "custody", "--data", data)


def test_an_index_keeps_the_forces_it_was_built_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "papers").mkdir()
    (tmp_path / "papers" / "a.txt").write_text("Notes on Lampshire Police\n\nLamps burn on the quay.", "utf-8")
    (tmp_path / "mine.toml").write_text('[[force]]\nslug = "lampshire"\nname = "Lampshire Police"\n', "utf-8")
    monkeypatch.setenv("PRECEDENT_FORCES", str(tmp_path / "mine.toml"))
    data = str(tmp_path / "data")
    assert run("build", str(tmp_path / "papers"), "--data", data).exit_code == 0
    monkeypatch.delenv("PRECEDENT_FORCES")
    assert "Nothing has changed" in run("build", "--data", data).output
    assert "Lampshire Police" in run("search", "lamps", "--force", "lampshire", "--data", data).output


def test_a_document_does_not_drive_the_terminal(tmp_path: Path) -> None:
    (tmp_path / "papers").mkdir()
    (tmp_path / "papers" / "a.txt").write_text("A red \x1b[31mlamp\x1b]0;title\x07 burns on the quay.", "utf-8")
    data = str(tmp_path / "data")
    assert run("build", str(tmp_path / "papers"), "--data", data).exit_code == 0
    printed = run("search", "lamp", "--data", data).output
    assert "lamp" in printed
    assert "\x1b" not in printed


def test_doctor_says_that_the_encoder_cannot_be_loaded(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken(FakeEncoder):
        @property
        def dimension(self) -> int:  # type: ignore[override]
            raise ModelError("The model cannot be loaded.")

    monkeypatch.setattr(common, "encoder_for", lambda settings: Broken())
    done = run("doctor", "--data", str(data))
    assert done.exit_code == 1
    assert "The model cannot be loaded." in done.output
    assert "is as it was written" in done.output


def test_a_port_that_is_taken_is_a_sentence(data: Path) -> None:
    script = ROOT / "tests" / "fake_precedent.py"  # a process of its own: waitress leaves its sockets open
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        command = [sys.executable, script, "serve", "--port", str(taken.getsockname()[1]), "--data", data]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False, timeout=600)
    assert done.returncode == 2
    assert "choose another with --host or --port" in done.stderr


def test_doctor_names_what_is_wrong_and_the_command_that_mends_it(tmp_path: Path, papers: Path) -> None:
    missing = run("doctor", "--data", tmp_path / "none", "--json")
    assert missing.exit_code == 1
    data = tmp_path / "data"
    assert run("build", papers, "--data", data).exit_code == 0
    generation = data / "generations" / (data / "CURRENT").read_text(encoding="utf-8").strip()
    vectors = generation / "vectors" / "rows.npy"
    vectors.chmod(0o644)
    content = bytearray(vectors.read_bytes())
    content[-1] ^= 1
    vectors.write_bytes(content)
    (data / "embeddings.sqlite").write_bytes(b"not a database, by any means" * 100)
    result = run("doctor", "--data", data, "--json")
    assert result.exit_code == 1
    checks = json.loads(result.stdout)["checks"]
    wrong = {check["name"]: check for check in checks if not check["ok"]}
    assert set(wrong) == {"generation", "cache", "strength"}
    assert wrong["strength"]["mend"] == f"precedent calibrate --data {data}"
    assert "vectors/rows.npy" in wrong["generation"]["message"]
    assert wrong["generation"]["mend"] == f"precedent build --data {data}"
    assert wrong["cache"]["mend"].startswith("rm ")
    (data / "CURRENT").write_text("gone\n", encoding="utf-8")
    assert "CURRENT names gone" in run("doctor", "--data", data).stdout
    assert "give the paths again" in refused("build", "--data", data)


def test_help_imports_nothing_heavy() -> None:
    heavy = ("torch", "faiss", "sentence_transformers", "transformers", "tantivy", "sklearn", "flask", "numpy")
    script = (
        "import sys; from service.cli.main import main\n"
        "try: main(['--help'], prog_name='precedent')\n"
        f"except SystemExit: print('HEAVY', [name for name in {heavy} if name in sys.modules])"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, env=environment, check=True)
    assert "HEAVY []" in result.stdout
    for name in (*COMMANDS, *(row.name for row in SETTINGS)):
        assert name in result.stdout


def test_the_version_is_told() -> None:
    result = run("--version")
    assert result.exit_code == 0
    assert result.stdout.startswith("precedent ")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_takes_data_and_has_help(name: str) -> None:
    assert "--data" in run(name, "--help").stdout


def test_the_readme_names_every_command_and_setting() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for name in COMMANDS:
        assert re.search(rf"\bprecedent {name}\b", readme), name
    for row in SETTINGS:
        assert row.name in readme, row.name


def test_settings_come_from_the_environment(tmp_path: Path) -> None:
    plain = read_settings({})
    assert (plain.data, plain.encoder, plain.forces) == (Path("./data"), None, None)
    assert (plain.host, plain.port, plain.threads) == ("127.0.0.1", 8000, 4)
    assert read_settings({"PRECEDENT_DATA": str(tmp_path), "PRECEDENT_PORT": "0"}).data == tmp_path


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PRECEDENT_PORT", "65536"),
        ("PRECEDENT_PORT", "-1"),
        ("PRECEDENT_PORT", "²"),
        ("PRECEDENT_PORT", "9" * 5000),
        ("PRECEDENT_THREADS", "0"),
        ("PRECEDENT_FORCES", "nowhere.toml"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name):
        read_settings({name: value})


def test_progress_gives_rate_and_time_left() -> None:
    stream = StringIO()
    moments = iter((0.0, 0.0, 10.0, 10.5, 20.0))
    progress = Progress(stream, lambda: next(moments))
    for stage, done, total in (("passages", 0, 1), ("encode", 0, 100), ("encode", 40, 100), ("encode", 42, 100)):
        progress(stage, done, total)
    lines = stream.getvalue().splitlines()
    assert lines == ["passages …", "encode …", "encode 40 of 100, 4 a second, 15 s left"]
    assert [duration(s) for s in (40, 200, 7500)] == ["40 s", "3 min 20 s", "2 h 5 min"]


def test_a_page_that_is_not_there_is_an_error(data: Path) -> None:
    for command in (["search", "missing"], ["register"]):
        result = run(*command, "--page", "999", "--data", str(data))
        assert (result.exit_code, result.stdout) == (2, "")
        assert "There is no page 999: the last is page" in result.stderr
