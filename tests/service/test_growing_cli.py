"""`precedent add`, `remove`, `build --replace` and `--explain`: what each does to what is indexed, and what it says."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from fakes import FakeEncoder

from service.cli import common
from service.cli.main import main
from service.cli.settings import SETTINGS

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _fake_encoder(monkeypatch: pytest.MonkeyPatch) -> None:
    for row in SETTINGS:
        monkeypatch.delenv(row.name, raising=False)
    monkeypatch.setattr(common, "encoder_for", lambda settings: FakeEncoder())


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """papers/one.txt and papers/two.txt are indexed in data, more/three.txt is not."""
    texts = {"papers/one.txt": "Custody is cold.", "papers/two.txt": "Patrols are planned.", "more/three.txt": "Lamps."}
    for name, text in texts.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(f"Notes\n\n{text} Nobody had written it down.\n", "utf-8")
    monkeypatch.chdir(tmp_path)
    built = run("build", "papers")
    assert built.exit_code == 0, built.output
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, [*arguments, "--data", "data"])


def keys() -> set[str]:
    done = run("build", "--json")
    assert done.exit_code == 0
    return set(json.loads(done.stdout)["unchanged"])


def test_a_build_that_would_drop_documents_says_which_and_changes_nothing(home: Path) -> None:
    refused = run("build", "more")
    assert refused.exit_code == 2
    assert "2 documents of the index are not under more and would be dropped:" in refused.stderr
    assert "  - one.txt: Notes" in refused.stderr
    assert "`precedent add more`" in refused.stderr
    assert "`precedent build --replace more`" in refused.stderr
    assert keys() == {"one.txt", "two.txt"}
    as_json = run("build", "more", "--json")
    assert json.loads(as_json.stdout) == {"generation": None, "dropped": ["one.txt", "two.txt"]}


def test_replace_drops_them_and_says_so(home: Path) -> None:
    done = run("build", "more", "--replace")
    assert done.exit_code == 0
    assert "1 new, 0 changed, 2 gone" in done.stdout
    assert keys() == {"three.txt"}


def test_a_build_of_more_or_of_the_same_drops_nothing(home: Path) -> None:
    (home / "papers" / "two.txt").unlink()
    assert "1 gone" in run("build", "papers").stdout  # deleted by whoever runs it: nothing to ask about
    assert run("build", "papers", "more").exit_code == 0
    assert keys() == {"one.txt", "three.txt"}


def test_add_keeps_what_is_there(home: Path) -> None:
    done = run("add", "more")
    assert done.exit_code == 0
    assert "1 new, 0 changed, 0 gone, 2 as they were." in done.stdout
    assert keys() == {"one.txt", "two.txt", "three.txt"}
    assert "Nothing has changed" in run("add", "more").stdout


def test_add_begins_a_collection(home: Path) -> None:
    done = CliRunner().invoke(main, ["add", "more", "--data", "fresh"])
    assert "1 document" in done.stdout


def test_remove_takes_an_input_or_a_file_out_and_says_what_went(home: Path) -> None:
    run("add", "more")
    done = run("remove", "papers/two.txt")
    assert done.exit_code == 0
    assert "Taken out of the index: 1 document; the files stay where they are." in done.stdout
    assert "gone: two.txt" in done.stdout
    assert keys() == {"one.txt", "three.txt"}
    assert "Taken out before, and not looked at: papers/two.txt." in run("build").stdout
    assert json.loads(run("remove", "more", "--json").stdout)["taken_out"] == ["three.txt"]
    assert keys() == {"one.txt"}
    assert run("add", "papers/two.txt").exit_code == 0
    assert keys() == {"one.txt", "two.txt"}


def test_remove_refuses_what_is_no_part_and_what_would_leave_nothing(home: Path) -> None:
    refused = run("remove", "more")
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert "more is no part of the collection" in refused.stderr
    everything = run("remove", "papers")
    assert everything.exit_code == 2
    assert "nothing would be left" in everything.stderr
    assert keys() == {"one.txt", "two.txt"}
    assert "precedent build PATH" in CliRunner().invoke(main, ["remove", "papers", "--data", "fresh"]).stderr


def test_a_report_says_what_was_read_and_what_was_left_open(home: Path) -> None:
    (home / "more" / "four.doc").write_text("old", "utf-8")
    (home / "more" / "five.doc").write_text("old", "utf-8")
    done = run("add", "more").stdout
    assert "They were read as 3 other documents." in done
    assert "Force left open in 3 documents, because" in done
    assert "  - one.txt" in done
    assert "documents.csv" in done
    assert "more/five.doc, more/four.doc each is of a kind that is not read (.doc)" in done
    report = json.loads(run("build", "--json").stdout)
    assert report["left_open"] == {
        "force": ["one.txt", "three.txt", "two.txt"],
        "date": ["one.txt", "three.txt", "two.txt"],
    }


def test_explain_says_what_a_file_is_read_as_and_indexes_nothing(home: Path) -> None:
    done = run("build", "--explain", "more/three.txt")
    assert done.exit_code == 0
    assert "  Kind: Other document" in done.stdout
    assert "  Force: Left open" in done.stdout
    assert "passage" in done.stdout
    found = json.loads(run("build", "--explain", "more/three.txt", "--json").stdout)
    assert [one["id"] for one in found["documents"]] == ["three.txt"]
    assert found["documents"][0]["counts"]["findings"] == 0
    assert keys() == {"one.txt", "two.txt"}


def test_explain_says_why_a_file_cannot_be_read(home: Path) -> None:
    (home / "old.doc").write_text("old", "utf-8")
    assert "open it in Word and save it as .docx" in run("build", "--explain", "old.doc").stdout
    assert "takes one file" in run("build", "--explain", "papers").stderr
    assert "leave the other paths out" in run("build", "papers", "--explain", "papers/one.txt").stderr
    assert run("build", "--explain", "nowhere.txt").exit_code == 2


def test_explain_loads_no_model_and_needs_no_index(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Notes\n\nCells are cold in winter, and nobody knows why.", "utf-8")
    script = (
        "import sys; from service.cli.main import main\n"
        "try: main(['build', '--explain', 'a.txt', '--data', 'none'], prog_name='precedent')\n"
        "except SystemExit: print('HEAVY', [n for n in ('torch', 'faiss', 'sklearn', 'tantivy') if n in sys.modules])"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=True, cwd=tmp_path)
    assert "Kind: Other document" in done.stdout
    assert "HEAVY []" in done.stdout
