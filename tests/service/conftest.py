"""A served collection on the fake encoder: four forces, folds across them, every kind of missing value."""

import random
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from chromium import chromium
from fakes import FakeCollection, FakeEncoder, assessment, document, passage, record
from flask import Flask
from flask.testing import FlaskClient

from corpus.collection import load
from corpus.forces import load_forces
from corpus.model import Document, Event, Finding, GlossaryEntry
from corpus.readers.reading import Limits
from corpus.readers.worker import ReaderProcess
from indexer.build import build
from indexer.theme_store import publish_model
from models.theme_model import train_themes
from service.engine import Engine
from service.web.app import create_app
from service.work.build_job import FileFound, Job, write_job

SAMPLE = Path(__file__).parents[2] / "corpus" / "sample"
FORCES = ("essex", "kent", "gwent", "surrey")
WORDS = "missing children patrol custody abuse training vetting cyber search officers stalking records".split()  # noqa: SIM905


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page of saved searches asks all of them, however slow the machine is."""
    monkeypatch.setattr("service.web.standing_pages.PATIENCE", 600.0)


def make_documents() -> tuple[Document, ...]:
    """The same thirty-three documents every time."""
    asks = "By March 2018, all forces should review how missing children are recorded."
    records = [record(force, "8837", asks, comment=f"{force} reviewed its records.") for force in FORCES]
    papers = (_paper(number) for number in range(24))
    return (*records, assessment("essex"), *papers, _open_record(), _short_forms(), _joint_paper(), _index_page())


def _paper(number: int) -> Document:
    """A paper of random sentences, some of them said twice, some without a date or force."""
    choose = random.Random(number)
    key = f"papers/{number:02}.txt"
    date = choose.choice((None, "2007-10", "2016", "2016-05", "2018-03-22"))
    texts = [" ".join(choose.choices(WORDS, k=choose.randint(2, 9))).capitalize() + "." for _ in range(5)]
    passages = tuple(
        passage(key, i, text, kind=choose.choice(("context", "strength", "judgement")), date=date, page=i + 1)
        for i, text in enumerate([*texts, texts[0]])
    )
    force = choose.choice((None, *FORCES))
    return document(key, texts, passages=passages, date=date, force=force, kind="inspection_report")


def _open_record() -> Document:
    """A record whose status nobody set, with a text that tries to be markup, under an odd key.

    Its force is one of the bundled sample's, so that it counts as fictional.
    """
    key = "gwent/odd & <name>?#1\n2"
    text = 'The force should <script>alert(1)</script> train officers & "staff" in \'; DROP TABLE passages; --.'
    finding = Finding(f"{key}/f", "recommendation", None, text, 0, None, None, (), None, None)
    return document(
        key,
        kind="register_record",
        force="saltmere",
        title="<b>Odd</b> title",
        register_number="70707",
        notes=("The last event has no end.",),
        url="javascript:alert(1)",
        findings=(finding,),
        events=(Event("2016-02", "comment", None, "Noted.", 0),),
        passages=(
            passage(key, 0, text, kind="recommendation", finding=0),
            passage(key, 1, "Noted.", kind="comment", event=0, date="2016-02"),
        ),
    )


def _short_forms() -> Document:
    """A report with short forms: of the trade, of its own glossary (QLD), and spelled out by itself (LWT)."""
    key = "papers/short forms.txt"
    texts = (
        "The lantern watch team (LWT) looks for each missing person at once, and for days after that.",
        "In the year, the LWT lost three of its sergeants to other work and got none of them back.",
        "Of DV incidents the MARAC hears about one in ten, and the officers who went there are not asked.",
        "The QLD begins at dusk on every day of the week, and nobody had written down when it ends.",
        "QLD: quay lamp duty",
    )
    kinds = ("context", "judgement", "context", "strength", "glossary")
    passages = tuple(
        passage(key, i, text, kind=kind, date="2016", page=1)
        for i, (kind, text) in enumerate(zip(kinds, texts, strict=True))
    )
    row = GlossaryEntry("QLD", "quay lamp duty", 0)
    return document(key, texts, passages=passages, glossary=(row,), date="2016", kind="inspection_report")


def _joint_paper() -> Document:
    """A report about two forces, with one recommendation of its own and one that it quotes."""
    key = "papers/joint.txt"
    texts = (
        "Both forces look for missing children together, and for each lost runaway.",
        "Both forces should train officers in stalking records.",
        "Forces should review how custody is recorded, as we said before.",
    )
    own = Finding(f"{key}/1", "recommendation", "1", texts[1], 0, None, None, (), None, None)
    quoted = Finding(f"{key}/2", "recommendation", "9", texts[2], 0, None, None, (), "complete", None, quoted=True)
    passages = (
        passage(key, 0, texts[0], date="2019"),
        passage(key, 1, texts[1], kind="recommendation", finding=0, date="2019"),
        passage(key, 2, texts[2], kind="recommendation", finding=1, date="2019"),
    )
    return document(
        key,
        texts,
        passages=passages,
        findings=(own, quoted),
        forces=("essex", "kent"),
        date="2019",
        kind="inspection_report",
    )


def _index_page() -> Document:
    """An index page: each finding with a status in the page's own words, of which one has a day."""
    key = "index page"
    asks = ("The force should patrol at night.", "The force should count its cyber cases.", "Vetting is late.")
    stands = (("completed", None), ("in progress", "2020-02-03"), (None, None))
    kinds = ("recommendation", "area_for_improvement", "cause_of_concern")
    findings = tuple(
        Finding(f"{key}/{at}", kind, str(at + 1), text, 0, "2020-01", "By January 2020", (), *stood)  # type: ignore[arg-type]
        for at, (kind, text, stood) in enumerate(zip(kinds, asks, stands, strict=True))
    )
    passages = tuple(
        passage(key, at, one.text, kind=one.kind, finding=at, date="2019-05-01") for at, one in enumerate(findings)
    )
    return document(
        key,
        asks,
        kind="register_record",
        force="surrey",
        date="2019-05-01",
        heard="2020-03-01",
        findings=findings,
        passages=passages,
    )


class KeptReaders:
    """Lets the processes that read files outlive a build, for the next one; only one that is stopped ends."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.idle: list[tuple[Limits, subprocess.Popen[bytes]]] = []
        self.busy: set[ReaderProcess] = set()
        self._start, self._ask = ReaderProcess._start, ReaderProcess._ask
        self._kill, self._close = ReaderProcess.kill, ReaderProcess.close

    def start(self, reader: ReaderProcess) -> "subprocess.Popen[bytes]":
        return self._taken(reader._limits) or self._start(reader)

    def _taken(self, limits: Limits) -> "subprocess.Popen[bytes] | None":
        """A process that waits, for one reader alone: a build's two start theirs at the same time."""
        with self.lock:
            for place, (own, child) in enumerate(self.idle):
                if own == limits and child.poll() is None:
                    del self.idle[place]
                    return child
        return None

    def ask(self, reader: ReaderProcess, request: Mapping[str, Any]) -> dict[str, Any]:
        self.busy.add(reader)
        try:
            return self._ask(reader, request)
        finally:
            self.busy.discard(reader)

    def kill(self, reader: ReaderProcess) -> None:
        if reader in self.busy:
            self._kill(reader)

    def close(self, reader: ReaderProcess) -> None:
        if reader not in self.busy and reader._child is not None and reader._child.poll() is None:
            with self.lock:
                self.idle.append((reader._limits, reader._child))
            reader._child = None
        self._close(reader)

    def end(self) -> None:
        for limits, child in self.idle:
            reader = ReaderProcess(limits)
            reader._child = child
            self._close(reader)


@pytest.fixture(scope="session")
def _kept() -> Iterator[KeptReaders]:
    kept = KeptReaders()
    yield kept
    kept.end()


@pytest.fixture(autouse=True)
def _kept_readers(monkeypatch: pytest.MonkeyPatch, _kept: KeptReaders) -> None:
    """Starting two processes costs a small build more than all the rest; tests/corpus looks at how they end."""
    monkeypatch.setattr(ReaderProcess, "_start", lambda reader: _kept.start(reader))
    monkeypatch.setattr(ReaderProcess, "_ask", lambda reader, request: _kept.ask(reader, request))
    monkeypatch.setattr(ReaderProcess, "kill", lambda reader: _kept.kill(reader))
    monkeypatch.setattr(ReaderProcess, "close", lambda reader: _kept.close(reader))


Publish = Callable[..., str]


@pytest.fixture(scope="session")
def publish() -> Publish:
    """Builds documents into a data folder and returns the id of the generation."""

    def build_into(data: Path, documents: tuple[Document, ...], encoder: FakeEncoder | None = None) -> str:
        report = build(FakeCollection(documents), encoder or FakeEncoder(), data, inputs=["papers"])
        return report.generation

    return build_into


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory, publish: Publish) -> Path:
    """A data folder with the collection in it, which no test changes."""
    folder = tmp_path_factory.mktemp("data")
    publish(folder, make_documents())
    return folder


@pytest.fixture(scope="session")
def engine(data: Path) -> Engine:
    return Engine(data, FakeEncoder())


@pytest.fixture(scope="session")
def client(engine: Engine) -> FlaskClient:
    return create_app(engine).test_client()


@pytest.fixture(scope="session")
def sample_app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The application over the sample documents, tagged, on the fake encoder, with something of all that people keep.

    A search was saved while the collection was smaller: what came since is unread.
    """
    from test_themes import THEMES, QuickEncoder, examples

    folder, forces, encoder = tmp_path_factory.mktemp("sample"), load_forces(SAMPLE / "forces.toml"), QuickEncoder()
    model = train_themes(THEMES, examples(), encoder, "2026-01-01T00:00:00+00:00")
    few, every = str(SAMPLE / "saltmere-2007-inspection.txt"), str(SAMPLE)
    build(load([few], forces), encoder, folder, inputs=[few], themes=model)
    app = create_app(Engine(folder, encoder, forces))
    _send(app, "/searches", kind="search", q="custody", title="Custody", who="Ada")
    build(load([every], forces), encoder, folder, inputs=[every], themes=model)
    publish_model(folder, model, {})
    _keep_some(app, folder)
    return app


def _send(app: Flask, address: str, **fields: str) -> None:
    assert app.test_client().post(address, data=fields).status_code == 303, address


def _keep_some(app: Flask, folder: Path) -> None:
    """A correction, a brief, a receipt, a detail, a question without answer, a word and a build."""
    client = app.test_client()
    hit = client.get("/api/v1/search?q=custody").get_json()["results"][0]["passage_id"]
    row = client.get("/api/v1/register?page_size=1").get_json()["results"][0]
    _send(app, "/corrections", text="People in custody wait long.", theme="custody", who="Ada")
    _send(app, "/briefs/items", passage_id=hit, brief_name="Custody", note="Ask who counts the hours.", who="Ada")
    _send(app, "/briefs/items", finding_id=row["finding_id"], brief_name="Custody", who="Ada")
    _send(app, "/receipts/search", q="custody", why="The meeting of May", who="Ada")
    _send(app, f"/documents/{row['document']['id']}/details", title="Another title", who="Ada")
    _send(app, "/vocabulary", typed="quadrant lamps", kind="means", other="four lamps", why="Said so", who="Ada")
    client.get('/?q="quadrant+lamps+of+glass"')
    document = {"key": row["document"]["id"], "title": "A record", "kind": "register_record", "forces": ["saltmere"]}
    counts = {"date": "2019", "passages": 3, "findings": {"recommendation": 1}, "events": 2, "notes": ["One is odd."]}
    files = (
        FileFound("a.csv", ({**document, **counts},), ("A row without a text.",)),
        FileFound("b.exe", refused="is of no kind that is read."),
    )
    began, held = "2026-01-01T00:00:00+00:00", {"documents": 3, "passages": 30}
    write_job(folder, Job("Ada", began, "done", files=files, counts=held, published=True))


@pytest.fixture(scope="session")
def sample_address(sample_app: Flask) -> Iterator[str]:
    """Where that application is served."""
    from waitress import create_server

    server = create_server(sample_app, host="127.0.0.1", port=0, threads=2, asyncore_use_poll=True)
    threading.Thread(target=server.run, daemon=True).start()
    yield f"http://127.0.0.1:{server.effective_port}"
    server.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Chromium; skipped where there is none."""
    with chromium() as opened:
        yield opened
