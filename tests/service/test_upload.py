"""Documents sent by the page: checked as a folder's are, one build at a time, and told of what came of each."""

import base64
import io
import os
import re
import signal
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from fakes import FakeEncoder
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from service.cli.settings import SETTINGS
from service.engine import Engine
from service.web.app import create_app
from service.work import build_job
from service.work.build_job import at_work, read_job
from service.work.uploads import MOST_FILES, safe_name

SCRIPT = Path(__file__).parents[1] / "fake_upload_job.py"
ROOT = SCRIPT.parents[1]
LETTER = (
    b"Kent Police: lamps\n\nPublished on 4 June 2019\n\nKent Police keeps its lamps well, and counts them at night.\n"
)
PLACE = Path("uploads") / "uploaded"


@pytest.fixture(autouse=True)
def _program(monkeypatch: pytest.MonkeyPatch) -> None:
    for row in SETTINGS:
        monkeypatch.delenv(row.name, raising=False)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), str(ROOT / "tests")]))
    monkeypatch.setattr(build_job, "PROGRAM", (sys.executable, str(SCRIPT)))


@pytest.fixture
def data(tmp_path: Path, publish: Callable[..., str]) -> Path:
    """A data folder that was built from a folder of one file."""
    from click.testing import CliRunner

    from service.cli import common
    from service.cli.main import main

    (tmp_path / "papers").mkdir()
    (tmp_path / "papers" / "old.txt").write_text("Notes\n\nEssex Police has old boats on the river.\n", "utf-8")
    before = common.encoder_for
    common.encoder_for = lambda settings: FakeEncoder()  # type: ignore[assignment,return-value]
    try:
        done = CliRunner().invoke(main, ["build", str(tmp_path / "papers"), "--data", str(tmp_path / "data")])
    finally:
        common.encoder_for = before
    assert done.exit_code == 0, done.output
    return tmp_path / "data"


@pytest.fixture
def client(data: Path) -> FlaskClient:
    return create_app(Engine(data, FakeEncoder())).test_client()


def send(client: FlaskClient, *files: tuple[str, bytes], who: str = "Ada Example") -> TestResponse:
    form = {"who": who, "file": [(io.BytesIO(content), name) for name, content in files]}
    return client.post("/upload", data=form, content_type="multipart/form-data")


def ended(client: FlaskClient, data: Path) -> str:
    """The page of the build once it is done."""
    until = time.monotonic() + 1_200  # a machine may be busy
    while at_work(data):
        page = client.get("/upload/progress").text
        assert time.monotonic() < until, page
        time.sleep(0.05)
    return client.get("/upload/progress").text


def kept(data: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (data / PLACE).glob("*")}


def test_a_file_is_read_indexed_and_told_of(client: FlaskClient, data: Path) -> None:
    response = send(client, ("letter.txt", LETTER), ("notes.md", b"# Notes\n\nKent Police has two new boats.\n"))
    assert response.status_code == 303
    assert response.location == "/upload/progress"
    page = ended(client, data)
    assert "The index now holds 3 documents" in page
    assert "Kent Police: lamps" in page
    assert "No part of it was left out" in page
    assert "Started by Ada Example" in page
    assert 'http-equiv="refresh"' not in page
    found = client.get("/api/v1/documents/uploaded/letter.txt").json or {}
    assert (found["force"], found["date"]) == ("kent", "2019-06-04")
    assert kept(data).keys() == {"letter.txt", "notes.md"}
    assert (client.get("/api/v1/documents/old.txt").json or {})["force"] == "essex", "what was there stays, by its id"
    assert [path.name for path in (data / "uploads").iterdir()] == ["uploaded"]


def test_what_is_wrong_with_a_file_is_said_and_the_others_go_in(client: FlaskClient, data: Path) -> None:
    sheet = b"recommendation,number,status\n" + b"The force should count its lamps each night.,1,Complete\n"
    response = send(client, ("empty.txt", b""), ("letter.txt", LETTER), ("broken.docx", b"PK no"), ("lamps.csv", sheet))
    assert response.status_code == 303
    page = ended(client, data)
    assert re.search(r"empty\.txt</h3>\s*<p><strong>Not added\.</strong> It is empty", page)
    assert re.search(r"broken\.docx</h3>\s*<p><strong>Not added\.</strong> It ", page)
    assert kept(data).keys() == {"letter.txt", "lamps.csv"}, "of what cannot be read nothing is kept"


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("empty.txt", b"", "is empty"),
        ("tool.exe", b"MZ", "is of a kind that is not read"),
        ("old.doc", b"x", "save it as .docx"),
        ("noending", b"x", "no ending"),
        ("a" * 300 + ".txt", LETTER, "300"),
        (".hidden", LETTER, "no ending"),
        ("...", LETTER, "no name"),
        ("documents.csv", b"file,force\n", "is no document"),
        ("old.txt", b"Other", "has the name of another file"),
        ("old.txt", b"Notes\n\nEssex Police has old boats on the river.\n", "with the same content"),
    ],
)  # fmt: skip
def test_a_hostile_file_gets_a_sentence(client: FlaskClient, data: Path, name: str, content: bytes, says: str) -> None:
    response = send(client, (name, content))
    assert response.status_code == 400
    alert = re.search(r'role="alert".*?>Nothing was added</h2>\s*<p>(.*?)</p>', response.text, re.S)
    assert alert
    assert says in (alert[1] if says != "300" else alert[1].replace("304", "300"))
    assert kept(data) == {}
    assert not at_work(data)


def bomb() -> bytes:
    """A Word file whose text of 300 MB lies packed in a few hundred KB."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        with archive.open("word/document.xml", "w", force_zip64=True) as part:
            for _ in range(300):
                part.write(b" " * 1_000_000)
    return buffer.getvalue()


@pytest.mark.slow
def test_a_bomb_is_refused_by_the_process_that_reads_it(client: FlaskClient, data: Path) -> None:
    assert send(client, ("bomb.docx", bomb()), ("letter.txt", LETTER)).status_code == 303
    page = ended(client, data)
    assert re.search(r"bomb\.docx</h3>\s*<p><strong>Not added\.</strong> It ", page)
    assert kept(data).keys() == {"letter.txt"}
    assert send(client, ("bomb.docx", bomb())).status_code == 303
    page = ended(client, data)
    assert "Not added." in page
    assert client.get("/api/v1/documents/uploaded/letter.txt").status_code == 200


@pytest.mark.parametrize(
    ("given", "safe"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("..\\..\\windows\\win.txt", "win.txt"),
        ("C:\\papers\\a b.pdf", "a b.pdf"),
        ("/etc/cron.txt", "cron.txt"),
        ("new\nline\x1b[31m.txt", "newline[31m.txt"),
        ("\u202egnitartsnoc.txt", "gnitartsnoc.txt"),
        ("  .spaced . txt. ", "spaced . txt"),
        ("лампы.txt", "лампы.txt"),
        ("nul\0.txt", "nul.txt"),
    ],
)
def test_a_name_leads_nowhere(given: str, safe: str) -> None:
    assert safe_name(given) == safe


@pytest.mark.slow
def test_a_path_in_a_name_stays_in_the_folder(client: FlaskClient, data: Path, tmp_path: Path) -> None:
    before = set(tmp_path.rglob("*.txt"))
    assert send(client, ("../../../escaped.txt", LETTER)).status_code == 303
    ended(client, data)
    fresh = set(tmp_path.rglob("*.txt")) - before
    assert fresh == {data / PLACE / "escaped.txt"}


@pytest.mark.slow
def test_a_name_twice_is_never_put_over_the_first(client: FlaskClient, data: Path) -> None:
    assert send(client, ("letter.txt", LETTER), ("letter.txt", b"Another letter about boats.")).status_code == 303
    page = ended(client, data)
    assert "has the name of another file" in page
    assert kept(data) == {"letter.txt": LETTER}
    again = send(client, ("letter.txt", LETTER))
    assert again.status_code == 400
    assert "with the same content" in again.text
    assert "has the name of another file" in send(client, ("letter.txt", b"Third.")).text
    assert kept(data) == {"letter.txt": LETTER}


def test_nothing_too_many_and_too_much_are_refused(
    client: FlaskClient, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "No file was chosen" in send(client).text
    assert "Give your name" in send(client, ("letter.txt", LETTER), who=" ").text
    many = send(client, *((f"{at}.txt", LETTER) for at in range(MOST_FILES + 1)))
    assert f"at most {MOST_FILES}" in many.text
    monkeypatch.setattr("service.web.upload_pages.MOST_BYTES", 50_000)
    large = send(client, ("large.txt", b"x" * 60_000))
    assert large.status_code == 413
    assert "together" in large.text
    assert kept(data) == {}
    assert client.post("/tag", data={"text": "x" * 2_000_000}).status_code == 413


@pytest.mark.slow
def test_one_build_at_a_time_and_one_that_is_killed_leaves_the_index(client: FlaskClient, data: Path) -> None:
    (data / "slow").touch()
    assert send(client, ("letter.txt", LETTER)).status_code == 303
    page = client.get("/upload/progress").text
    assert 'http-equiv="refresh" content="2"' in page
    assert "The index is being built" in page
    assert "A build is at work" in client.get("/upload").text
    assert "still at work" in send(client, ("second.txt", LETTER)).text
    busy = client.post("/build", data={"who": "Ben"})
    assert busy.status_code == 400
    assert kept(data).keys() == {"letter.txt"}
    os.kill(holder(data), signal.SIGKILL)
    page = ended(client, data)
    assert "The build was stopped" in page
    assert (client.get("/health/ready").json or {})["counts"]["documents"] == 1
    (data / "slow").unlink()
    assert client.post("/build", data={"who": "Ben"}).status_code == 303
    assert "The index now holds 2 documents" in ended(client, data)


def test_of_a_build_that_did_not_end_the_files_can_be_sent_again(
    client: FlaskClient, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(build_job, "PROGRAM", ("/bin/false",))
    for content in (LETTER, LETTER, b"A newer letter about boats."):
        assert send(client, ("letter.txt", content)).status_code == 303
        while at_work(data):
            time.sleep(0.01)
        assert "The build was stopped" in client.get("/upload/progress").text
        assert kept(data) == {"letter.txt": content}
        assert build_job.left_behind(data) == ["letter.txt"]
    (aside,) = (data / "uploads").glob(".was-*.txt")
    assert aside.read_bytes() == LETTER


def test_while_a_build_is_at_work_nothing_is_kept(client: FlaskClient, data: Path) -> None:
    with build_job.job_lock(data):
        assert "still at work" in send(client, ("letter.txt", LETTER)).text
    assert kept(data) == {}


def test_a_disk_that_takes_nothing_is_told(client: FlaskClient, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("service.work.uploads.os.link", full)
    response = send(client, ("letter.txt", LETTER))
    assert response.status_code == 400
    assert "No space left on device" in response.text
    assert kept(data) == {}
    assert not at_work(data)


def holder(data: Path) -> int:
    """The process that holds the lock of the job."""
    lock = str((data / "job.lock").resolve())
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if folder.name != str(os.getpid()) and any(os.readlink(fd) == lock for fd in (folder / "fd").iterdir()):
                return int(folder.name)
        except OSError:
            continue
    raise AssertionError("nobody holds it")


def test_a_build_takes_up_what_people_said(client: FlaskClient, data: Path) -> None:
    said = client.post("/documents/old.txt/details", data={"who": "Ada", "title": "Boats on the river"})
    assert said.status_code == 303
    assert "Build the index now" in client.get("/details").text
    assert client.post("/build", data={"who": "Ada"}).status_code == 303
    ended(client, data)
    job = read_job(data)
    assert job
    assert (job.state, job.published) == ("done", True)
    assert (client.get("/api/v1/documents/old.txt").json or {})["title"] == "Boats on the river"
    assert "Build the index now" not in client.get("/details").text


@pytest.mark.slow
def test_the_first_document_may_be_sent_to_an_empty_folder(tmp_path: Path) -> None:
    app = create_app(Engine(tmp_path, FakeEncoder())).test_client()
    assert app.get("/upload").status_code == 200
    assert send(app, ("letter.txt", LETTER)).status_code == 303
    assert "The index now holds 1 document with" in ended(app, tmp_path)


def test_where_it_is_turned_off_nothing_is_taken(data: Path) -> None:
    app = create_app(Engine(data, FakeEncoder()), uploads=False).test_client()
    assert "turned off" in app.get("/upload").text
    assert send(app, ("letter.txt", LETTER)).status_code == 403
    assert app.post("/build", data={"who": "Ada"}).status_code == 403
    assert kept(data) == {}


def test_another_site_cannot_send(client: FlaskClient, data: Path) -> None:
    form = {"who": "Ada", "file": (io.BytesIO(LETTER), "letter.txt")}
    response = client.post("/upload", data=form, headers={"Sec-Fetch-Site": "cross-site"})
    assert response.status_code == 403
    assert kept(data) == {}


def sent_by_program(client: FlaskClient, *files: tuple[str, bytes], who: str = "A program") -> TestResponse:
    listed = [{"name": name, "content": base64.b64encode(content).decode()} for name, content in files]
    return client.post("/api/v1/documents", json={"files": listed, "who": who})


def test_a_program_sends_documents_and_is_told_what_came_of_each(client: FlaskClient, data: Path) -> None:
    assert (client.get("/api/v1/build").json or {})["state"] == "none"
    begun = sent_by_program(client, ("letter.txt", LETTER), ("tool.exe", b"MZ"))
    assert begun.status_code == 200, begun.text
    assert kept(data) == {"letter.txt": LETTER}
    assert (begun.json or {})["who"] == "A program"
    ended(client, data)
    build = client.get("/api/v1/build").json or {}
    assert (build["state"], build["published"]) == ("done", True)
    files = {one["name"]: one for one in build["files"]}
    assert "is of a kind that is not read" in files["tool.exe"]["refused"]
    assert [one["date"] for one in files["letter.txt"]["documents"]] == ["2019-06-04"]
    assert build["counts"]["documents"] == 2


@pytest.mark.parametrize(
    ("name", "content", "status", "says"),
    [
        ("empty.txt", b"", 409, "is empty"),
        ("tool.exe", b"MZ", 409, "is of a kind that is not read"),
        ("../../old.txt", b"Other", 409, "has the name of another file"),
        ("", LETTER, 400, "name"),
    ],
)
def test_what_the_form_refuses_a_program_is_refused_too(
    client: FlaskClient, data: Path, name: str, content: bytes, status: int, says: str
) -> None:
    refused = sent_by_program(client, (name, content))
    assert refused.status_code == status
    assert says in (refused.json or {})["detail"]
    assert kept(data) == {}


def test_a_program_that_sends_nothing_too_much_or_no_file_is_refused(
    client: FlaskClient, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert sent_by_program(client).status_code == 409
    assert sent_by_program(client, ("letter.txt", LETTER), who=" ").status_code == 400
    broken = {"files": [{"name": "letter.txt", "content": "no base64!"}], "who": "A program"}
    assert client.post("/api/v1/documents", json=broken).status_code == 400
    assert sent_by_program(client, *((f"{at}.txt", LETTER) for at in range(MOST_FILES + 1))).status_code == 409
    monkeypatch.setattr("service.web.upload_api.MOST_BYTES", 50_000)
    assert sent_by_program(client, ("large.txt", b"x" * 60_000)).status_code == 413
    assert kept(data) == {}
    closed = create_app(Engine(data, FakeEncoder()), uploads=False).test_client()
    assert sent_by_program(closed, ("letter.txt", LETTER)).status_code == 403
