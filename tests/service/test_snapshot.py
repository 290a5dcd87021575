"""One snapshot a request, what a correction costs, and that no view makes the others wait."""

import random
import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest
from conftest import make_documents
from fakes import FakeCollection, FakeEncoder, Vectors, document, record
from flask.testing import FlaskClient

from indexer.build import build
from indexer.generation import current_id
from indexer.theme_store import publish_model
from models.examples import Example
from models.taxonomy import Taxonomy, Theme
from models.theme_model import ThemeModel, train_themes
from service.contract.requests import SearchRequest
from service.engine import Engine
from service.memory import theme_tags
from service.memory.asked_sentences import BATCH
from service.memory.opened import corrected_by
from service.memory.passage_rows import number_by_key
from service.state.corrections import Correction, State
from service.web.app import create_app

ADDRESSES = (
    "/?q=missing+children+kent&explain=true",
    "/?q=",
    "/documents/peel-essex.txt?hit=peel-essex.txt%233&q=missing",
    "/similar?text=The+force+should+look+for+missing+children.",
    "/similar?finding_id=" + quote("kent:8837/recommendation"),
    "/findings/" + quote("kent:8837/recommendation"),
    "/register?force=kent",
    "/forces",
    "/forces/kent",
    "/themes",
    "/queue",
    "/corrections",
    "/passage-themes/" + quote("kent:8837#0"),
    "/tag?text=Custody+cells.",
    "/api/v1/search?q=missing",
    "/api/v1/search.csv?q=missing",
    "/api/v1/similar?text=missing+children",
    "/api/v1/register",
    "/api/v1/forces/kent",
    "/api/v1/documents/peel-essex.txt",
    "/api/v1/themes/force",
    "/api/v1/docs",
)


@pytest.fixture(scope="module")
def model() -> ThemeModel:
    themes = Taxonomy(
        (
            Theme("missing", "Missing people", "Looking for missing children.", ("missing",)),
            Theme("custody", "Custody", "Cells and detained people.", ("custody",)),
        ),
        {},
    )
    texts = {"missing": "Missing children were found", "custody": "Custody cells were cold", "": "Plans are clear"}
    examples = [
        Example(f"{texts[theme]} {n}.", frozenset([theme] if theme else []), f"document {n % 5}", where="here")
        for n, theme in enumerate([*texts] * 12)
    ]
    return train_themes(themes, examples, FakeEncoder(), "2026-01-01T00:00:00+00:00")


@pytest.fixture(scope="module")
def tagged(tmp_path_factory: pytest.TempPathFactory, model: ThemeModel) -> Path:
    data = tmp_path_factory.mktemp("tagged")
    build(FakeCollection(make_documents()), FakeEncoder(), data, inputs=["papers"], themes=model)
    publish_model(data, model, {})
    State(data).add([correction("kent:8837#0", ["custody"])])
    return data


@pytest.fixture(scope="module")
def tagged_client(tagged: Path) -> FlaskClient:
    return create_app(Engine(tagged, FakeEncoder())).test_client()


def correction(
    passage: str, themes: Sequence[str], text: str = "By March 2018, all forces should review."
) -> Correction:
    return Correction("2026-01-01T00:00:00+00:00", "Ada", passage, text, "", {}, None, tuple(themes))


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_request_asks_once_what_is_current(
    tagged_client: FlaskClient, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    tagged_client.get("/health/ready")
    asked: list[str] = []
    current, corrected = "service.memory.current.current_id", "service.state.corrections.State.corrected"
    told = State.corrected
    monkeypatch.setattr(current, lambda data: asked.append("generation") or current_id(data))
    monkeypatch.setattr(corrected, lambda state: asked.append("corrections") or told(state))
    assert tagged_client.get(address).status_code == 200
    assert asked == ["generation", "corrections"]


def test_corrections_laid_over_one_by_one_are_as_laid_over_at_once(tagged: Path, tmp_path: Path) -> None:
    """Whatever was corrected, corrected again and undone: the same themes, the same counts, in any order."""
    choose = random.Random(3)
    engine = Engine(tagged, FakeEncoder())
    held = engine.snapshot().held
    texts = dict(held.generation.tables.execute("SELECT key, text FROM passages").fetchall())
    keys, every = [*texts], held.columns.ids
    state = State(tmp_path)
    step = held
    for number in range(60):
        if number % 5 == 4:
            state.undo(choose.randint(1, number), "Bea", "2026-02-02T00:00:00+00:00")
        else:
            key = choose.choice(["kent:8837#0", "kent:8837#1", "essex:8837#0", *keys])
            themes = choose.choice([[], ["custody"], ["missing"], ["custody", "missing"], ["nowhere"]])
            state.add([correction(key, themes, texts[key])])
        step = corrected_by(step, state.corrected())
        whole = corrected_by(engine._current.opened(), State(tmp_path).corrected())
        shown = step.tags.between(1, len(every))
        assert shown == whole.tags.between(1, len(every))
        assert shown == {place: found for place in every.tolist() if (found := step.tags.at(place))}
        assert step.tags.corrected.keys() == whole.tags.corrected.keys()
        themes = {place: {tag.theme for tag in shown.get(place, ())} or {"unknown"} for place in every.tolist()}
        folds = {(theme, int(held.columns.fold[place])) for place, own in themes.items() for theme in own}
        assert step.columns.counts("theme", every) == Counter(theme for theme, _ in folds)
        facet = step.columns.facets["theme"]
        assert facet.total() == sum(map(len, shown.values()))
        for theme in ("custody", "missing", "unknown"):
            having = [place for place, own in themes.items() if theme in own]
            assert facet.having([theme]).tolist() == having
            assert every[facet.has([theme], every)].tolist() == having


def test_a_correction_looks_at_what_it_changes_alone(tagged: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = Engine(tagged, FakeEncoder())
    before = engine.snapshot()
    looked: list[str] = []
    told = theme_tags._recorrected
    monkeypatch.setattr(theme_tags, "_recorrected", lambda key, *rest: looked.append(key) or told(key, *rest))
    number = engine.state.add([correction("papers/03.txt#1", ["custody"])])[0]
    after = engine.snapshot()
    assert looked == ["papers/03.txt#1"]
    assert after.held.tags.assigned is before.held.tags.assigned
    assert engine.snapshot().held is after.held  # nothing is laid over twice
    engine.state.undo(number, "Ada", "2026-01-02T00:00:00+00:00")


class CountingEncoder(FakeEncoder):
    """Remembers how many texts it was asked for at a time, as queries."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[int] = []

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        self.asked.append(len(texts))
        return super().encode_queries(texts)


@pytest.fixture
def long_force(tmp_path: Path) -> tuple[Engine, CountingEncoder]:
    """A force with sixty findings over two years."""
    words = ("custody", "patrol", "vetting", "stalking", "search", "cyber", "records", "training")
    made = []
    for number in range(60):
        own = " ".join(words[(number + at) % len(words)] for at in range(4))
        one = record("kent", str(1000 + number), f"The force should review how {own} is led, case {number}.")
        made.append(one if number % 2 else replace(one, date="2019-11"))
    encoder = CountingEncoder()
    build(FakeCollection(tuple(made)), encoder, tmp_path, inputs=["papers"])
    return Engine(tmp_path, encoder), encoder


def test_a_forces_page_encodes_once_and_a_few_at_a_time(long_force: tuple[Engine, CountingEncoder]) -> None:
    engine, encoder = long_force
    encoder.asked.clear()
    first = engine.force("kent")
    assert first is not None
    assert sum(encoder.asked) >= 60
    assert max(encoder.asked) <= BATCH  # between two batches a search comes in
    encoder.asked.clear()
    assert engine.force("kent") == first
    assert encoder.asked == []


def test_a_search_does_not_wait_for_a_forces_page(long_force: tuple[Engine, CountingEncoder]) -> None:
    """While a page on a force is at its encoding, a search goes through from its beginning to its end."""
    engine, encoder = long_force
    engine.snapshot()
    inside, done = threading.Event(), threading.Event()
    told = encoder.encode_queries

    def slow(texts: Sequence[str]) -> Vectors:
        if len(texts) == BATCH and not inside.is_set():
            inside.set()
            assert done.wait(600)
        return told(texts)

    encoder.encode_queries = slow  # type: ignore[method-assign]
    page = threading.Thread(target=engine.force, args=("kent",))
    page.start()
    assert inside.wait(600)
    assert engine.search(SearchRequest(query="custody")).total > 0
    done.set()
    page.join(600)
    assert not page.is_alive()


def test_documents_are_opened_once_for_all(tmp_path: Path) -> None:
    build(FakeCollection((document("a.txt", ["Custody."]),)), FakeEncoder(), tmp_path, inputs=["papers"])
    engine = Engine(tmp_path, FakeEncoder())
    assert engine.snapshot().held is engine.snapshot().held


def test_a_correction_of_forgotten_themes_hides_none_that_is_known(tagged: Path, tmp_path: Path) -> None:
    """Of a fold the latest holds whose themes are known today."""
    held = Engine(tagged, FakeEncoder())._current.opened()
    text = held.generation.tables.execute("SELECT text FROM passages WHERE key = 'kent:8837#0'").fetchone()[0]
    state = State(tmp_path)
    state.add([correction("kent:8837#0", ["custody"], text), correction("essex:8837#0", ["nowhere"], text)])
    tags = corrected_by(held, state.corrected()).tags
    number = number_by_key(held.generation.tables, "gwent:8837#0")
    assert number is not None
    assert [(tag.theme, tag.origin) for tag in tags.at(number)] == [("custody", "person")]
