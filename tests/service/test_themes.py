"""Themes end to end on the fake encoder: tags of a build, corrections on top of them, the queue, tagging, promotion."""

import random
import shutil
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import WORDS, make_documents
from fakes import FakeCollection, FakeEncoder, document, passage, record
from flask.testing import FlaskClient
from numpy.typing import NDArray

from corpus.model import Document
from corpus.text import sentences
from indexer.build import build
from indexer.column_files import THEME_FILES
from indexer.generation import current_id, verify_generation
from indexer.promote import promote
from indexer.theme_store import current_model, publish_model
from models.encoder import ModelError
from models.examples import LONGEST, Example
from models.taxonomy import Taxonomy, Theme
from models.theme_model import ThemeModel, train_themes
from service.contract.requests import MAX_TEXTS
from service.engine import Engine
from service.memory.theme_tags import Assigned
from service.state.corrections import State
from service.themes.review import corrections, queue
from service.themes.tagging import EMPTY, FOREIGN
from service.themes.training import flips_of
from service.web.app import create_app

THEMES = Taxonomy(
    (
        Theme("missing", "Missing people", "Looking for missing children.", ("missing", "missing children")),
        Theme("custody", "Custody", "Cells and detained people.", ("custody",), "a sentence in prison"),
        Theme("training", "Training", "What officers are taught.", ("training", "vetting")),
    ),
    {"cells": "custody", "horses": None},
)
SAID: dict[str | None, list[str]] = {
    "missing": "missing children looks for lost runaway".split(),  # noqa: SIM905
    "custody": "custody cell detention detained prisoners stalking".split(),  # noqa: SIM905
    "training": "training train courses vetting skills officers".split(),  # noqa: SIM905
    None: "patrol cyber search plans abuse records".split(),  # noqa: SIM905
}
OTHER = "patrol cyber search records abuse stalking officers the force should review how plans are clear".split()  # noqa: SIM905
LOOKS = "The force should look for missing children."
CELLS = "Custody cells and detained prisoners were cold."
DULL = "The weather is fine today, and it is dull."
FRENCH = "Les enfants disparus sont cherchés par tous les agents du service pendant plusieurs nuits d’hiver."
OWN = {"who": "Ada"}


class QuickEncoder(FakeEncoder):
    """The fake encoder, which remembers words."""

    known: dict[str, NDArray[np.float64]] = {}  # noqa: RUF012

    def _word(self, word: str) -> NDArray[np.float64]:
        name = f"{self.fingerprint} {word}"
        if name not in self.known:
            self.known[name] = super()._word(word)
        return self.known[name]


def examples(seed: int = 5) -> list[Example]:
    """Sixty texts of ten documents: three themes, and a quarter with none."""
    choose, found = random.Random(seed), []
    for number in range(60):
        theme = [*SAID][number % 4]
        words = [*choose.choices(OTHER, k=5), *choose.choices(SAID[theme], k=3)]
        choose.shuffle(words)
        labels = frozenset([theme] if theme else [])
        found.append(
            Example(
                f"{' '.join(words).capitalize()} {number}.",
                labels,
                f"document {number % 10}",
                ((theme or "Plans").title(),),
            )
        )
    return found


def documents() -> tuple[Document, ...]:
    """Those of the other tests, with comments that know what they are about."""
    return tuple(map(_with_comments, make_documents()))


def _with_comments(made: Document) -> Document:
    passages = tuple(replace(p, finding=0) if p.kind == "comment" else p for p in made.passages)
    return replace(made, passages=passages)


def index(data: Path, made: Sequence[Document], model: ThemeModel) -> str:
    return build(FakeCollection(tuple(made)), QuickEncoder(), data, inputs=["papers"], themes=model).generation


@pytest.fixture(scope="module")
def model() -> ThemeModel:
    return train_themes(THEMES, examples(), QuickEncoder(), "2026-01-01T00:00:00+00:00")


@pytest.fixture(scope="module")
def other(model: ThemeModel) -> ThemeModel:
    """Another model: for it, texts about patrol are about custody."""
    more = [
        Example(f"Officers patrol {n}.", frozenset(["custody"]), f"document {n % 10}", where="more") for n in range(12)
    ]
    found = train_themes(THEMES, [*examples(), *more], QuickEncoder(), "2026-02-02T00:00:00+00:00")
    assert found.id != model.id
    return found


@pytest.fixture(scope="module")
def indexed(tmp_path_factory: pytest.TempPathFactory, model: ThemeModel, other: ThemeModel) -> Path:
    """A tagged index, which no test changes."""
    data = tmp_path_factory.mktemp("themes")
    index(data, documents(), model)
    publish_model(data, model, {})
    publish_model(data, other, {})
    return data


@pytest.fixture(scope="module")
def served(indexed: Path) -> Engine:
    return Engine(indexed, QuickEncoder())


@pytest.fixture(scope="module")
def reading(served: Engine) -> FlaskClient:
    """Asks and corrects nothing."""
    return create_app(served).test_client()


@pytest.fixture
def data(indexed: Path, tmp_path: Path) -> Path:
    """A copy of the index, to change."""
    return Path(shutil.copytree(indexed, tmp_path / "data"))


@pytest.fixture
def engine(data: Path) -> Engine:
    return Engine(data, QuickEncoder())


@pytest.fixture
def client(engine: Engine) -> FlaskClient:
    return create_app(engine).test_client()


def search(client: FlaskClient, **parameters: Any) -> Any:
    response = client.get("/api/v1/search", query_string={"q": "", "page_size": 100, **parameters})
    assert response.status_code == 200, response.get_data(as_text=True)
    return response.get_json()


def hits(client: FlaskClient, **parameters: Any) -> list[Any]:
    first = search(client, **parameters)
    more = [search(client, page=n, **parameters)["results"] for n in range(2, 2 + (first["total"] - 1) // 100)]
    return [*first["results"], *(hit for results in more for hit in results)]


def facet(client: FlaskClient, **parameters: Any) -> dict[str, int]:
    return {row["value"]: row["count"] for row in search(client, **parameters)["facets"]["theme"]}


def tagged(client: FlaskClient, *texts: Any, **body: Any) -> list[Any]:
    response = client.post("/api/v1/tag", json={"texts": texts, **body})
    assert response.status_code == 200, response.get_data(as_text=True)
    return response.get_json()["results"]


def correct(client: FlaskClient, themes: Sequence[str], **form: str) -> int:
    response = client.post("/corrections", data={**OWN, "theme": list(themes), **form})
    assert response.status_code == 303, response.get_data(as_text=True)
    return State(_folder(client)).all()[-1].id


def _folder(client: FlaskClient) -> Path:
    return client.application.extensions["data"]


@pytest.fixture(autouse=True)
def _know_folder(request: pytest.FixtureRequest) -> None:
    if "client" in request.fixturenames:
        client = request.getfixturevalue("client")
        client.application.extensions["data"] = request.getfixturevalue("data")


def themes_of(engine: Engine, key: str) -> list[tuple[str, str]]:
    passage = engine.passage(key)
    assert passage is not None
    return [(tag.theme, tag.origin) for tag in passage.themes]


def assigned_in(data: Path) -> dict[str, set[str]]:
    """Themes by passages.key, as the current generation's files have them."""
    folder = data / "generations" / str(current_id(data))
    with closing(sqlite3.connect(folder / "passages.sqlite")) as tables:
        found: dict[str, set[str]] = {key: set() for (key,) in tables.execute("SELECT key FROM passages")}
        tables.execute("ATTACH ? AS t", (str(folder / "tags.sqlite"),))
        for key, theme in tables.execute(
            "SELECT p.key, t.theme FROM passages p JOIN t.tags t ON t.passage = p.id WHERE t.assigned"
        ):
            found[key].add(theme)
    return found


# What a build writes


def test_every_passage_has_a_decision(served: Engine, model: ThemeModel) -> None:
    generation = served.snapshot().held.generation
    assert generation.tags is not None
    ids = {row[0] for row in generation.tables.execute("SELECT id FROM passages")}
    decided = {row["passage"]: row for row in generation.tags.execute("SELECT * FROM decisions")}
    assert decided.keys() == ids
    assert all(0 <= row["doubt"] <= 1 for row in decided.values())
    assigned = {row[0] for row in generation.tags.execute("SELECT passage FROM tags WHERE assigned")}
    assert {n for n, row in decided.items() if row["decision"] == "assigned"} == assigned
    assert {row["decision"] for row in decided.values()} == {"assigned", "review", "none"}
    assert [row[0] for row in generation.tags.execute("SELECT id FROM model")] == [model.id]
    assert generation.manifest.theme_model == model.id


def test_themes_looked_up_together_are_those_of_each(served: Engine) -> None:
    generation = served.snapshot().held.generation
    assert generation.tags is not None
    every = range(1, generation.manifest.counts["passages"] + 1)
    one_by_one, together = (Assigned(generation.tables, generation.tags) for _ in range(2))
    together.look_up(every)
    asked = [together.at(place) for place in every]
    assert asked == [one_by_one.at(place) for place in every]
    assert {place: found for place, found in zip(every, asked, strict=True) if found} == together.between(1, len(every))
    assert {tag.origin for found in asked for tag in found} == {"model", "inherited"}


@pytest.mark.parametrize(
    "asked", [{}, {"q": "missing children"}, {"force": "kent"}, {"theme": "custody", "year": "2016"}]
)
def test_the_count_of_a_theme_is_the_total_when_it_is_chosen(reading: FlaskClient, asked: dict[str, str]) -> None:
    counted = facet(reading, **asked)
    assert {"missing", "custody"} <= counted.keys()
    assert asked or counted.keys() == {"missing", "custody", "training", "unknown"}
    for theme, count in counted.items():
        found = search(reading, **{**asked, "theme": theme})
        assert found["total"] == count, theme
    chosen = hits(reading, **{**asked, "theme": "missing"})
    assert all("missing" in {tag["theme"] for tag in hit["themes"]} for hit in chosen if not hit["fold"])
    assert not any(hit["themes"] for hit in hits(reading, **{**asked, "theme": "unknown"}))


def test_an_unknown_theme_is_refused(reading: FlaskClient) -> None:
    response = reading.get("/api/v1/search?theme=mising")
    assert response.status_code == 400
    assert "missing" in response.get_data(as_text=True)


def test_the_list_of_themes_counts_as_the_facet_does(reading: FlaskClient, model: ThemeModel) -> None:
    answer, counted = reading.get("/api/v1/themes").get_json(), facet(reading)
    assert answer["model"]["id"] == model.id
    assert [row["theme"] for row in answer["themes"]] == ["missing", "custody", "training"]
    for row in answer["themes"]:
        assert row["assigned"] + row["inherited"] == counted[row["theme"]]
    assert sum(row["inherited"] for row in answer["themes"]) > 0


@pytest.mark.parametrize("by", ["force", "year"])
def test_counts_by_a_facet_are_what_a_search_with_it_finds(reading: FlaskClient, by: str) -> None:
    answer = reading.get(f"/api/v1/themes/{by}").get_json()
    for row in answer["rows"]:
        for value, own, more in zip(answer["values"], row["assigned"], row["inherited"], strict=True):
            origins = [
                {tag["origin"] for tag in hit["themes"] if tag["theme"] == row["theme"]}
                for hit in hits(reading, theme=row["theme"], **{by: value})
                if not hit["fold"]
            ]
            assert own >= sum(1 for one in origins if one == {"model"}), (row["theme"], value)
            assert more >= sum(1 for one in origins if one == {"inherited"}), (row["theme"], value)
        assert sum(row["assigned"]) > 0


@pytest.mark.parametrize("by", ["force", "year"])
def test_the_table_of_themes_counts_as_the_facet_does_for_each_of_several_forces(reading: FlaskClient, by: str) -> None:
    answer = reading.get(f"/api/v1/themes/{by}").get_json()
    for row in answer["rows"]:
        facets = reading.get("/api/v1/search", query_string={"theme": row["theme"]}).get_json()["facets"]
        counted = {one["value"]: one["count"] for one in facets[by]}
        told = dict(zip(answer["values"], map(sum, zip(row["assigned"], row["inherited"], strict=True)), strict=True))
        assert {value: number for value, number in told.items() if number} == counted


def test_a_comment_without_a_theme_takes_over_its_recommendations(served: Engine, reading: FlaskClient) -> None:
    assert themes_of(served, "kent:8837#0") == [("missing", "model")]
    assert themes_of(served, "kent:8837#1") == [("missing", "inherited")]
    found = {hit["passage_id"]: hit for hit in hits(reading, theme="missing", finding="comment")}
    assert [tag["origin"] for tag in found["kent:8837#1"]["themes"]] == ["inherited"]


def test_a_comment_with_a_theme_keeps_it(tmp_path: Path, model: ThemeModel) -> None:
    index(tmp_path, [_with_comments(record("kent", "1", LOOKS, comment=CELLS))], model)
    publish_model(tmp_path, model, {})
    engine = Engine(tmp_path, QuickEncoder())
    assert themes_of(engine, "kent:1#0") == [("missing", "model")]
    assert themes_of(engine, "kent:1#1") == [("custody", "model")]


def test_a_comment_takes_over_nothing_of_what_stands_around_its_recommendation(
    tmp_path: Path, model: ThemeModel
) -> None:
    made = _with_comments(record("kent", "1", LOOKS, comment="Kent reviewed its records."))
    around = passage(made.key, 2, CELLS, finding=0, date="2017-11")
    index(tmp_path, [replace(made, passages=(*made.passages, around))], model)
    publish_model(tmp_path, model, {})
    engine = Engine(tmp_path, QuickEncoder())
    assert themes_of(engine, "kent:1#2") == [("custody", "model")]
    assert themes_of(engine, "kent:1#1") == [("missing", "inherited")]


# Corrections


def test_a_correction_is_seen_at_once_and_is_undone(engine: Engine, client: FlaskClient) -> None:
    key = next(hit["passage_id"] for hit in hits(client, theme="missing") if not hit["fold"])
    before, listed = facet(client), client.get("/api/v1/themes").get_json()["themes"]
    had = themes_of(engine, key)
    assert ("custody", "model") not in had

    number = correct(client, ["custody"], passage_id=key, why="A cell.")
    assert themes_of(engine, key) == [("custody", "person")]
    hit = next(hit for hit in hits(client, theme="custody") if hit["passage_id"] == key)
    assert [(tag["theme"], tag["origin"], tag["probability"]) for tag in hit["themes"]] == [("custody", "person", 1.0)]
    assert key not in {hit["passage_id"] for hit in hits(client, theme="missing")}
    counted = facet(client)
    assert counted["custody"] == before["custody"] + 1
    assert counted["missing"] == before["missing"] - 1
    assert search(client, theme="custody")["total"] == counted["custody"]
    assigned = {row["theme"]: row["assigned"] for row in client.get("/api/v1/themes").get_json()["themes"]}
    assert assigned["custody"] == next(row["assigned"] for row in listed if row["theme"] == "custody") + 1

    assert client.post(f"/corrections/{number}/undo", data={"who": "Bea"}).status_code == 303
    assert themes_of(engine, key) == had
    assert facet(client) == before
    assert client.get("/api/v1/themes").get_json()["themes"] == listed
    assert client.post(f"/corrections/{number}/undo", data={"who": "Bea"}).status_code == 400
    kept = engine.state.all()
    assert [(one.who, one.why, one.undone_by, dict(one.before)) for one in kept] == [
        ("Ada", "A cell.", "Bea", dict(had))
    ]


def test_a_person_may_say_that_there_is_no_theme(engine: Engine, client: FlaskClient) -> None:
    key = next(hit["passage_id"] for hit in hits(client, theme="missing") if not hit["fold"])
    before = facet(client)
    correct(client, [], passage_id=key)
    assert themes_of(engine, key) == []
    assert key in {hit["passage_id"] for hit in hits(client, theme="unknown")}
    assert facet(client)["unknown"] == before["unknown"] + 1


def test_the_latest_correction_of_a_passage_holds(engine: Engine, client: FlaskClient) -> None:
    correct(client, ["custody"], passage_id="kent:8837#0")
    last = correct(client, ["training", "missing"], passage_id="kent:8837#0")
    assert themes_of(engine, "kent:8837#0") == [("missing", "person"), ("training", "person")]
    client.post(f"/corrections/{last}/undo", data=OWN)
    assert themes_of(engine, "kent:8837#0") == [("custody", "person")]


def test_the_same_words_of_a_fold_are_corrected_together(engine: Engine, client: FlaskClient) -> None:
    before = facet(client)
    correct(client, ["custody"], passage_id="kent:8837#0")
    for force in ("essex", "kent", "gwent", "surrey"):
        assert themes_of(engine, f"{force}:8837#0") == [("custody", "person")]
    assert facet(client)["custody"] - before["custody"] == 1 + 4  # the fold, and each comment that takes it over


def test_a_corrected_recommendation_changes_what_comments_take_over(engine: Engine, client: FlaskClient) -> None:
    number = correct(client, ["custody", "training"], passage_id="kent:8837#0")
    assert themes_of(engine, "kent:8837#1") == [("custody", "inherited"), ("training", "inherited")]
    assert "kent:8837#1" in {hit["passage_id"] for hit in hits(client, theme="training", finding="comment")}
    client.post(f"/corrections/{number}/undo", data=OWN)
    assert themes_of(engine, "kent:8837#1") == [("missing", "inherited")]
    correct(client, [], passage_id="kent:8837#1")
    assert themes_of(engine, "kent:8837#1") == []
    assert themes_of(engine, "essex:8837#1") == [("missing", "inherited")]


@pytest.mark.parametrize("fresh", [True, False])
def test_a_correction_survives_a_rebuild(
    data: Path, engine: Engine, client: FlaskClient, model: ThemeModel, fresh: bool
) -> None:
    correct(client, ["custody"], passage_id="kent:8837#0")
    before = current_id(data)
    index(data, [document("a new one.txt", ["Something new."]), *documents()], model)
    assert current_id(data) != before
    now = Engine(data, QuickEncoder()) if fresh else engine
    assert now.passage("a new one.txt#0") is not None
    assert themes_of(now, "kent:8837#0") == [("custody", "person")]


def test_a_correction_whose_passage_vanished_is_told_of(
    data: Path, engine: Engine, client: FlaskClient, model: ThemeModel
) -> None:
    correct(client, ["custody"], passage_id="papers/03.txt#1")
    correct(client, ["custody"], text="A text that was pasted.")
    assert [one.gone for one in corrections(engine.snapshot(), engine.state)] == [False, False]
    assert "no longer in the index" not in client.get("/corrections").get_data(as_text=True)
    index(data, [made for made in documents() if made.key != "papers/03.txt"], model)
    assert [one.gone for one in corrections(engine.snapshot(), engine.state)] == [False, True]
    page = client.get("/corrections").get_data(as_text=True)
    assert "From papers/03.txt, no longer in the index" in page
    assert search(client)["total"] > 0
    index(data, documents(), model)
    assert themes_of(engine, "papers/03.txt#1") == [("custody", "person")]


def test_a_corrected_text_is_tagged_as_the_person_said(client: FlaskClient) -> None:
    assert tagged(client, LOOKS)[0]["decision"] == "assigned"
    correct(client, ["training"], text=LOOKS)
    found, again = tagged(client, LOOKS, LOOKS.upper().replace(" ", "\n"))
    for one in (found, again):
        assert (one["decision"], one["doubt"]) == ("assigned", 0)
        assert [row["theme"] for row in one["themes"] if row["assigned"]] == ["training"]
        assert one["themes"][0] | {"label": ""} == {
            "theme": "training",
            "label": "",
            "probability": 1.0,
            "assigned": True,
            "origin": "person",
            "evidence": [],
            "supported": None,
        }
    correct(client, [], text=LOOKS)
    assert tagged(client, LOOKS)[0]["decision"] == "none"


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"who": "Ada", "theme": "cells", "text": LOOKS}, "cells"),
        ({"who": " ", "theme": "custody", "text": LOOKS}, "name"),
        ({"who": "Ada", "theme": "custody", "text": " "}, "no text"),
        ({"who": "Ada", "theme": "custody", "passage_id": "papers/none.txt#0"}, "no longer in the index"),
        ({"who": "Ada", "theme": "custody", "text": "x" * (LONGEST + 1)}, "100,001"),
        ({"who": "Ada", "themes": "custody", "text": LOOKS}, "themes"),
    ],
)
def test_what_cannot_be_corrected_is_refused(client: FlaskClient, data: Path, form: dict[str, str], words: str) -> None:
    response = client.post("/corrections", data=form)
    assert response.status_code == 400
    assert words in unescape(response.get_data(as_text=True))
    assert State(data).all() == []


ELSEWHERE = (
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Origin": "http://evil.example"},
    {"Origin": "http://localhost.evil.example"},
    {"Origin": "http://localhost:81"},
    {"Origin": "null"},
    {"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"},
)


@pytest.mark.parametrize("headers", ELSEWHERE)
def test_another_site_can_neither_correct_nor_undo(client: FlaskClient, data: Path, headers: dict[str, str]) -> None:
    form = {**OWN, "theme": "custody", "text": LOOKS}
    assert client.post("/corrections", data=form, headers=headers).status_code == 403
    assert not (data / "state.sqlite").exists()
    number = correct(client, ["custody"], text=LOOKS)
    assert client.post(f"/corrections/{number}/undo", data=OWN, headers=headers).status_code == 403
    assert [one.undone_at for one in State(data).all()] == [None]


@pytest.mark.parametrize(
    "headers", [{}, {"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "none"}, {"Origin": "http://localhost"}]
)
def test_its_own_pages_correct(client: FlaskClient, data: Path, headers: dict[str, str]) -> None:
    form = {**OWN, "theme": "custody", "text": LOOKS, "back": "queue"}
    response = client.post("/corrections", data=form, headers=headers)
    assert (response.status_code, response.headers["Location"]) == (303, "/queue")
    cookie = response.headers["Set-Cookie"]
    assert all(part in cookie for part in ("precedent-who=Ada", "HttpOnly", "SameSite=Strict"))
    assert [one.after for one in State(data).all()] == [("custody",)]


# The queue


def test_the_queue_has_each_fold_once_and_nothing_done(engine: Engine, client: FlaskClient) -> None:
    first = queue(engine.snapshot(), 1000)
    keys = [item.passage.passage_id for item in first.items]
    assert len(keys) == first.waiting >= 8
    opened = engine.snapshot().held
    fold_of = dict(map(tuple, opened.generation.tables.execute("SELECT key, fold FROM passages")))
    folds = [fold_of[key] for key in keys]
    assert len(set(folds)) == len(folds)
    assert not {item.passage.kind for item in first.items} & {"glossary", "grade"}

    for key in keys[:3]:
        correct(client, ["custody"], passage_id=key)
    later = queue(engine.snapshot(), 1000)
    assert later.waiting == first.waiting - 3
    assert {item.passage.passage_id for item in later.items} == set(keys[3:])
    client.post("/corrections/1/undo", data=OWN)
    assert queue(engine.snapshot(), 1000).waiting == first.waiting - 2


def test_the_queue_looks_for_unlike_passages(tmp_path: Path, model: ThemeModel) -> None:
    """Five texts of the same words are in the greatest doubt, one of other words in less: it comes second."""
    alike, unlike = _in_doubt(model)
    texts = [" ".join(words).capitalize() + "." for words in (alike[n:] + alike[:n] for n in range(5))]
    index(tmp_path, [document(f"{n}.txt", [text]) for n, text in enumerate([*texts, unlike])], model)
    publish_model(tmp_path, model, {})
    found = queue(Engine(tmp_path, QuickEncoder()).snapshot(), 3)
    assert found.waiting == 6
    shown = [item.passage.text for item in found.items]
    assert shown[0] in texts
    assert shown[1] == unlike
    assert shown[2] in texts


def _in_doubt(model: ThemeModel) -> tuple[list[str], str]:
    """Five different words in great doubt, and a text without any of them in less than that, yet in doubt."""
    choose, encoder = random.Random(3), QuickEncoder()
    words = [*WORDS, "plans", "clear", "review", "cell", "courses"]
    tried = [choose.sample(words, 5) for _ in range(600)]
    texts = [" ".join(own).capitalize() + "." for own in tried]
    found = model.classifier.best(texts, [""] * len(texts), encoder)
    doubts = model.classifier.decisions(found)[1]
    best = int(np.argmax(doubts))
    less = [
        n
        for n in range(len(tried))
        if doubts[best] * 0.6 < doubts[n] < doubts[best] * 0.95 and not set(tried[n]) & set(tried[best])
    ]
    return tried[best], texts[less[0]]


# Tagging


def test_what_is_said_of_a_text(reading: FlaskClient, model: ThemeModel) -> None:
    response = reading.post("/api/v1/tag", json={"texts": [f"{DULL} {LOOKS}", CELLS, DULL]}).get_json()
    assert response["model"].keys() == {"id", "created", "examples", "micro_f1"}
    assert response["model"]["id"] == model.id
    looks, cells, dull = response["results"]
    assert [one["decision"] == "assigned" for one in (looks, cells, dull)] == [True, True, False]
    for one in (looks, cells, dull):
        assert one.keys() == {"decision", "doubt", "note", "themes"}
        assert {row["theme"] for row in one["themes"]} == {"missing", "custody", "training"}
        probabilities = [row["probability"] for row in one["themes"]]
        assert probabilities == sorted(probabilities, reverse=True)
        assert all(0 <= value <= 1 for value in probabilities)
        assert one["note"] is None
    assert [row["theme"] for row in looks["themes"] if row["assigned"]] == ["missing"]
    assert [row["theme"] for row in cells["themes"] if row["assigned"]] == ["custody"]
    assert not [row for row in dull["themes"] if row["assigned"]]
    (span,) = looks["themes"][0]["evidence"]
    assert f"{DULL} {LOOKS}"[span["start"] : span["end"]] == LOOKS


SENTENCES = (LOOKS, CELLS, DULL, "Officers train.", "Plans are clear.")
MIXED = tuple(" ".join(random.Random(number).choices(SENTENCES, k=6)) for number in range(12))


def test_without_the_sentences_that_carry_it_a_text_lacks_the_theme(reading: FlaskClient, model: ThemeModel) -> None:
    rests, threshold = [], dict(zip(model.classifier.labels, model.classifier.threshold, strict=True))
    for text, found in zip(MIXED, tagged(reading, *MIXED), strict=True):
        whole = sentences(text)
        for row in found["themes"]:
            spans = [(span["start"], span["end"]) for span in row["evidence"]]
            assert set(spans) <= set(whole)
            assert all(0 <= start < end <= len(text) for start, end in spans)
            assert (row["supported"] is not None) == bool(spans) == row["assigned"]
            if row["supported"]:
                rest = " ".join(text[start:end] for start, end in whole if (start, end) not in spans)
                rests.append((row["theme"], rest))
    assert len(rests) > 12
    assert any(rest for _, rest in rests)
    for (theme, rest), found in zip(rests, tagged(reading, *(rest for _, rest in rests)), strict=True):
        row = next(row for row in found["themes"] if row["theme"] == theme)
        assert not row["assigned"], rest
        assert row["probability"] <= threshold[theme] + 1e-4


def test_evidence_may_be_left_out(reading: FlaskClient) -> None:
    plain, full = tagged(reading, *MIXED, evidence=False), tagged(reading, *MIXED)
    for one, other in zip(plain, full, strict=True):
        assert not any(row["evidence"] or row["supported"] is not None for row in one["themes"])
        assert [(r["theme"], r["probability"]) for r in one["themes"]] == [
            (r["theme"], r["probability"]) for r in other["themes"]
        ]


def test_a_comment_takes_over_what_it_is_about(reading: FlaskClient) -> None:
    taken, own, alone = tagged(reading, {"text": DULL, "parent": LOOKS}, {"text": CELLS, "parent": LOOKS}, DULL)
    assert [(row["theme"], row["origin"], row["assigned"]) for row in taken["themes"][:1]] == [
        ("missing", "inherited", False)
    ]
    assert {row["origin"] for row in own["themes"]} == {row["origin"] for row in alone["themes"]} == {"model"}


def test_headings_count(reading: FlaskClient) -> None:
    text = "It is cold there at night."
    bare, below = tagged(reading, text, {"text": text, "section": ["Custody", "Custody"]})
    of = [{row["theme"]: row["probability"] for row in one["themes"]} for one in (bare, below)]
    assert of[1]["custody"] > of[0]["custody"]
    assert tagged(reading, {"text": text, "section": "Custody. Custody"}) == [below]


@pytest.mark.parametrize("text", ["", "  \n\t"])
def test_an_empty_text_has_no_theme(reading: FlaskClient, text: str) -> None:
    (found,) = tagged(reading, text)
    assert (found["decision"], found["note"]) == ("none", EMPTY)
    assert [row["probability"] for row in found["themes"]] == [0, 0, 0]


def test_a_text_in_french_is_not_guessed_at(reading: FlaskClient) -> None:
    found, short = tagged(reading, FRENCH, "enfants disparus")
    assert (found["decision"], found["note"], short["note"]) == ("none", FOREIGN, None)
    assert [row["probability"] for row in found["themes"]] == [0, 0, 0]


def test_a_text_may_have_a_hundred_thousand_characters(reading: FlaskClient) -> None:
    text = f"{LOOKS} {DULL} ".ljust(LONGEST - 1, "a") + "."
    assert len(text) == LONGEST
    long = (f"{DULL} " * 3000)[: LONGEST - len(LOOKS)] + LOOKS
    found, at_the_end = tagged(reading, text, long)
    assert [row["theme"] for row in found["themes"] if row["assigned"]] == ["missing"]
    assert [row["theme"] for row in at_the_end["themes"] if row["assigned"]] == ["missing"]
    for one, own in ((found, text), (at_the_end, long)):
        spans = [span for row in one["themes"] for span in row["evidence"]]
        assert all(0 <= span["start"] < span["end"] <= len(own) for span in spans)
    response = reading.post("/api/v1/tag", json={"texts": [DULL, text + "x"]})
    assert response.status_code == 400
    assert "texts[1] has 100,001 characters" in response.get_json()["detail"]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (["a"], "texts"),
        ({}, "texts"),
        ({"texts": []}, "texts"),
        ({"texts": "one"}, "texts"),
        ({"texts": ["a"], "text": "b"}, "'text' is not a parameter"),
        ({"texts": ["a"], "evidence": "yes"}, "evidence"),
        ({"texts": ["a", 1]}, "texts[1]"),
        ({"texts": ["a", "b", None]}, "texts[2]"),
        ({"texts": [{"parent": "a"}]}, "texts[0]"),
        ({"texts": ["a", {"text": ["b"]}]}, "texts[1]"),
        ({"texts": [{"text": "a", "heading": "b"}]}, "texts[0]: 'heading'"),
        ({"texts": ["a", {"text": "a", "parent": 5}]}, "texts[1].parent"),
        ({"texts": ["a", {"text": "a", "section": [1]}]}, "texts[1].section"),
        ({"texts": ["a", {"text": "a", "section": {"a": 1}}]}, "texts[1].section"),
        ({"texts": [{"text": "a", "parent": "b" * (LONGEST + 1)}]}, "texts[0].parent has 100,001"),
        ({"texts": ["a"] * (MAX_TEXTS + 1)}, "257"),
    ],
)
def test_a_body_that_cannot_be_tagged_is_refused(reading: FlaskClient, body: Any, words: str) -> None:
    response = reading.post("/api/v1/tag", json=body)
    assert response.status_code == 400
    assert words in response.get_json()["detail"]
    assert response.get_json()["detail"].endswith(".")


@pytest.mark.parametrize(
    ("sent", "kind"),
    [
        (b"not json", "application/json"),
        (b"[" * 100_000, "application/json"),
        (b'{"texts": ["a"]}', "text/plain"),
        (b"\xff\xfe", "application/json"),
        (b"", "application/json"),
    ],
)
def test_what_is_no_json_is_refused(reading: FlaskClient, sent: bytes, kind: str) -> None:
    response = reading.post("/api/v1/tag", data=sent, content_type=kind)
    assert response.status_code == 400
    assert "application/json" in response.get_json()["detail"]


# Another model


def test_promoting_shares_all_but_the_tags_and_goes_back(
    data: Path, engine: Engine, client: FlaskClient, model: ThemeModel, other: ThemeModel
) -> None:
    before, said = data / "generations" / str(current_id(data)), assigned_in(data)
    correct(client, ["training"], passage_id="kent:8837#0")
    after = data / "generations" / promote(data, other, QuickEncoder())
    assert after.name == current_id(data) != before.name
    assert verify_generation(after) == []
    assert (current_model(data), len(verify_generation(before))) == (other.id, 0)
    names = {path.relative_to(after).as_posix() for path in after.rglob("*") if path.is_file()}
    assert names == {path.relative_to(before).as_posix() for path in before.rglob("*") if path.is_file()}
    written = {name for name in names if not (after / name).samefile(before / name)}
    assert written == {"tags.sqlite", "manifest.json", *(f"columns/{name}" for name in THEME_FILES)}
    shared = names - written
    assert {(after / name).stat().st_nlink for name in shared} == {2}

    now = assigned_in(data)
    assert now != said
    assert client.get("/api/v1/themes").get_json()["model"]["id"] == other.id
    assert themes_of(engine, "kent:8837#0") == [("training", "person")]
    assert promote(data, other, QuickEncoder()) == after.name  # nothing to do

    back = promote(data, model, QuickEncoder())
    assert back > after.name
    assert assigned_in(data) == said
    assert client.get("/api/v1/themes").get_json()["model"]["id"] == model.id


def test_a_model_of_another_encoder_is_refused(data: Path, model: ThemeModel) -> None:
    stranger = train_themes(THEMES, examples(), FakeEncoder(1), "2026-03-03T00:00:00+00:00")
    before = current_id(data)
    with pytest.raises(ModelError, match="another encoder"):
        promote(data, stranger, QuickEncoder())
    assert (current_id(data), current_model(data)) == (before, model.id)
    assert [path.name for path in (data / "generations").iterdir()] == [before]


def test_flips_are_what_promoting_changes(data: Path, model: ThemeModel, other: ThemeModel) -> None:
    said: list[tuple[int, int]] = []
    found = flips_of(data, QuickEncoder(), model, other, lambda _, done, total: said.append((done, total)))
    before = assigned_in(data)
    promote(data, other, QuickEncoder())
    after = assigned_in(data)
    changed = {key: (before[key], after[key]) for key in before if before[key] != after[key]}
    assert {flip.passage: (set(flip.before), set(flip.after)) for flip in found.flips} == changed
    assert 0 < len(changed) < len(before)
    assert (found.before, found.after, found.passages) == (model.id, other.id, len(before))
    assert found.gained.get("custody") == sum("custody" in new - old for old, new in changed.values()) > 0
    assert found.lost.get("missing", 0) == sum("missing" in old - new for old, new in changed.values())
    assert said


def test_no_passage_flips_between_a_model_and_itself(data: Path, model: ThemeModel) -> None:
    assert flips_of(data, QuickEncoder(), model, model, lambda *_: None).flips == ()


def test_without_a_model_nothing_is_tagged_and_it_is_said(tmp_path: Path) -> None:
    build(FakeCollection(documents()), QuickEncoder(), tmp_path, inputs=["papers"])
    client = create_app(Engine(tmp_path, QuickEncoder())).test_client()
    assert set(facet(client)) == {"unknown"}
    assert client.get("/api/v1/themes").get_json()["model"] is None
    assert client.get("/themes").status_code == client.get("/corrections").status_code == 200
    for response in (client.get("/queue"), client.post("/api/v1/tag", json={"texts": ["a"]})):
        assert response.status_code == 503
        assert "precedent themes train" in unescape(response.get_data(as_text=True))


# Pages


@pytest.fixture(scope="module")
def pages(indexed: Path, tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    data = Path(shutil.copytree(indexed, tmp_path_factory.mktemp("pages") / "data"))
    client = create_app(Engine(data, QuickEncoder())).test_client()
    for form in (
        {"text": "<script>alert(1)</script> & 'more'", "who": "<b>Ada</b>", "why": "<script>"},
        {"passage_id": "gwent/odd & <name>?#1\n2#0", "who": "<script>alert(2)</script>", "theme": "custody"},
    ):
        assert client.post("/corrections", data=form).status_code == 303
    return client


@pytest.mark.parametrize(
    "address",
    ["/tag", "/themes", "/queue", "/queue?skip=3", "/queue?skip=999", "/corrections", "/passage-themes/kent:8837%231"],
)
def test_a_page_answers_and_holds_no_script(pages: FlaskClient, address: str) -> None:
    response = pages.get(address)
    assert response.status_code == 200
    page = response.get_data(as_text=True)
    assert "<h1" in page
    assert "<script" not in page
    assert "<b>" not in page
    assert " onclick" not in page
    assert "script-src 'self';" in response.headers["Content-Security-Policy"]


def test_a_pasted_text_stays_text_and_its_evidence_is_marked(pages: FlaskClient) -> None:
    text = f"<script>alert(1)</script> {DULL} {LOOKS}"
    response = pages.post("/tag", data={"text": text})
    assert response.status_code == 200
    page = response.get_data(as_text=True)
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert f"<mark>{LOOKS}</mark>" in page
    assert "Missing people" in page


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/queue?skip=-1", 400),
        ("/queue?skip=x", 400),
        ("/queue?page=2", 400),
        ("/tag?texts=a", 400),
        ("/corrections?x=1", 400),
        ("/passage-themes/none", 404),
        ("/api/v1/themes/kind", 404),
        ("/api/v1/corrections.csv?x=1", 400),
    ],
)
def test_what_a_page_cannot_answer_is_refused(pages: FlaskClient, address: str, status: int) -> None:
    assert pages.get(address).status_code == status


def test_corrections_download_as_a_file(pages: FlaskClient) -> None:
    response = pages.get("/api/v1/corrections.csv")
    assert response.status_code == 200
    assert response.mimetype == "text/csv"
    assert "attachment" in response.headers["Content-Disposition"]
    assert response.get_data(as_text=True).count("\r\n") == 3


def test_the_queue_counts_what_is_not_learned_from(client: FlaskClient) -> None:
    assert "learned from yet" not in client.get("/queue").get_data(as_text=True)
    correct(client, ["custody"], text=LOOKS)
    assert "1 correction has not been learned from yet" in client.get("/queue").get_data(as_text=True)
