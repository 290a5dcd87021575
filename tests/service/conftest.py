"""A served collection on the fake encoder: four forces, folds across them, every kind of missing value."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from fakes import FakeCollection, FakeEncoder, assessment, document, passage, record
from flask.testing import FlaskClient

from corpus.model import Document, Event, Finding, GlossaryEntry
from indexer.build import build
from service.app import create_app
from service.engine import Engine

FORCES = ("essex", "kent", "gwent", "surrey")
WORDS = "missing children patrol custody abuse training vetting cyber search officers stalking records".split()  # noqa: SIM905


def make_documents() -> tuple[Document, ...]:
    """The same thirty-one documents every time."""
    asks = "By March 2018, all forces should review how missing children are recorded."
    records = [record(force, "8837", asks, comment=f"{force} reviewed its records.") for force in FORCES]
    return (*records, assessment("essex"), *(_paper(number) for number in range(24)), _open_record(), _short_forms())


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
