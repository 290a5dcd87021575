"""What is not found is counted without names, and words that people add hold at once, through builds, until undone."""

import csv
import io
import json
import shutil
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from conftest import make_documents
from fakes import FakeEncoder
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.vocabulary import PEOPLE, load_vocabulary, own_part, with_text
from service.cli import common
from service.cli.main import main
from service.cli.settings import read_settings
from service.contract.requests import ListRequest, SearchRequest
from service.contract.service_errors import RequestError, StateError
from service.contract.vocabulary_shapes import EntryForm
from service.engine import Engine
from service.state.unmet_counts import KEPT_DAYS, UnmetCounts, counted_form
from service.state.vocabulary_entries import Entry, VocabularyEntries, toml_of
from service.web.app import create_app
from service.work.added_words import add, entry_of, preview

AT = "2026-01-01T00:00:00+00:00"
TODAY = datetime.now(UTC).date()
Publish = Callable[..., str]


def entry(kind: str, typed: str, other: str, who: str = "Ada") -> Entry:
    return entry_of(EntryForm(kind=kind, typed=typed, other=other, who=who), AT)


@pytest.fixture
def engine(data: Path, tmp_path: Path) -> Engine:
    """The collection of all tests, without what people did in them."""
    copied = shutil.copytree(data, tmp_path / "data", ignore=shutil.ignore_patterns("*.sqlite-*", "unmet*", "state*"))
    return Engine(copied, FakeEncoder())


@pytest.fixture
def client(engine: Engine) -> FlaskClient:
    return create_app(engine).test_client()


def asked(client: FlaskClient) -> dict[str, int]:
    return {one["question"]: one["times"] for one in client.get("/api/v1/unmet").get_json()["questions"]}


def test_what_nothing_answers_is_counted_from_pages_and_api(client: FlaskClient) -> None:
    for address in ("/?q=Zebra+crossings%3F", "/api/v1/search?q=zebra++crossings", "/?q=zebra+crossings"):
        assert client.get(address).status_code == 200
    assert asked(client) == {"zebra crossings": 3}


@pytest.mark.parametrize(
    "address",
    [
        "/?q=zebra&force=kent",
        "/?q=zebra&page=2",
        "/?q=zebra&year_from=2010",
        "/?q=",
        "/api/v1/search.csv?q=zebra",
        "/?q=zebra&page=none",
    ],
)
def test_filters_later_pages_and_files_are_not_counted(client: FlaskClient, address: str) -> None:
    client.get(address)
    assert asked(client) == {}


def test_what_is_answered_well_is_not_counted(engine: Engine, client: FlaskClient) -> None:
    good = next(w for w in ("missing", "patrol", "custody") if engine.search(SearchRequest(query=w)).match == "good")
    client.get(f"/?q={good}")
    assert asked(client) == {}


def test_numbers_and_contact_details_are_dots(tmp_path: Path) -> None:
    counts = UnmetCounts(tmp_path)
    counts.count("Call 0161 496 0000 or jo.bloggs@force.example about 8837", "none")
    (one,) = counts.questions(TODAY)
    assert one.question.startswith("call •")
    assert not any(c.isdigit() for c in one.question)
    assert "bloggs" not in (tmp_path / "unmet.sqlite").read_bytes().decode("latin-1").lower()


@given(st.text(max_size=300))
@settings(max_examples=100)
def test_the_counted_form_holds_no_digit_and_stays_as_it_is(question: str) -> None:
    form = counted_form(question)
    assert not any(c.isdecimal() for c in form)
    assert len(form) <= 200
    assert form == " ".join(form.split()) or len(form) == 200


def test_old_days_are_forgotten(tmp_path: Path) -> None:
    counts = UnmetCounts(tmp_path)
    counts.count("old", "none", TODAY - timedelta(days=KEPT_DAYS + 1))
    counts.count("kept", "weak", TODAY - timedelta(days=KEPT_DAYS))
    assert len(counts.questions(date.min)) == 2
    counts.count("new", "none", TODAY)
    assert [one.question for one in counts.questions(date.min)] == ["new", "kept"]


def test_counts_add_up_over_threads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.state.unmet_counts._PATIENCE", 600.0)  # else a machine that is slow loses some
    counts = UnmetCounts(tmp_path)
    work = [threading.Thread(target=lambda: [counts.count("q", "none") for _ in range(20)]) for _ in range(4)]
    for one in work:
        one.start()
    for one in work:
        one.join()
    assert counts.questions(TODAY)[0].times == 80


def test_a_file_that_cannot_be_written_breaks_no_search(engine: Engine, client: FlaskClient) -> None:
    (engine.data / "unmet.sqlite").write_text("no database at all, but long enough to be taken for one" * 20)
    assert client.get("/?q=zebra").status_code == 200
    assert client.get("/api/v1/search?q=zebra").status_code == 200
    with pytest.raises(StateError, match="may be deleted"):
        engine.unmet.questions(TODAY)


def test_another_that_writes_holds_up_a_search_for_a_moment_only(engine: Engine, client: FlaskClient) -> None:
    client.get("/?q=zebra")
    with closing(sqlite3.connect(engine.data / "unmet.sqlite")) as other:
        other.execute("BEGIN IMMEDIATE")
        assert client.get("/?q=zebra").status_code == 200
        other.rollback()
    assert asked(client) == {"zebra": 1}


def test_counting_is_switched_off(engine: Engine) -> None:
    off = Engine(engine.data, FakeEncoder(), count_unmet=False)
    silent = create_app(off).test_client()
    silent.get("/?q=zebra")
    assert not (engine.data / "unmet.sqlite").exists()
    assert silent.get("/api/v1/unmet").get_json()["counting"] is False
    assert "switched off" in silent.get("/unmet").get_data(as_text=True)
    assert read_settings({"PRECEDENT_COUNT": "off"}).count is False
    assert read_settings({}).count is True


def test_the_page_and_the_file_list_questions_and_words(client: FlaskClient) -> None:
    client.get("/?q=%3D1%2B1+zebra")
    client.get("/?q=zebra+stripes")
    client.get('/?q="stripes+of+it"')
    page = client.get("/unmet").get_data(as_text=True)
    assert 'href="/vocabulary?typed=zebra"' in page
    answer = client.get("/api/v1/unmet?days=7").get_json()
    words = {one["word"]: one for one in answer["words"]}
    assert words["zebra"] == {"word": "zebra", "times": 2, "indexed": False}
    assert words.keys() == {"zebra", "stripes"}, "words that name nothing are none to explain"
    rows = list(csv.DictReader(io.StringIO(client.get("/api/v1/unmet.csv").get_data(as_text=True).lstrip("\ufeff"))))
    assert sorted(row["question"] for row in rows) == ['"stripes of it"', "'=•+• zebra", "zebra stripes"]


def test_added_words_hold_at_once_and_undone_no_more(engine: Engine, client: FlaskClient) -> None:
    before = engine.search(SearchRequest(query="wanderers"))
    assert before.total == 0
    sent = {"kind": "means", "typed": "wanderers", "other": "missing children", "who": "Ada", "why": "they say so"}
    assert client.post("/vocabulary", data=sent).status_code == 303
    after = client.get("/api/v1/search?q=wanderers").get_json()
    assert after["total"] > 0
    assert {"from": "wanderers", "to": "missing children"} in after["expansions"]
    (kept,) = client.get("/api/v1/vocabulary").get_json()["entries"]
    assert (kept["who"], kept["why"]) == ("Ada", "they say so")
    assert client.post("/vocabulary", data=sent).status_code == 400
    assert client.post(f"/vocabulary/{kept['id']}/undo", data={"who": "Ben"}).status_code == 303
    assert engine.search(SearchRequest(query="wanderers")) == before
    assert "Undone</strong> by Ben" in client.get("/vocabulary").get_data(as_text=True)
    assert client.post(f"/vocabulary/{kept['id']}/undo", data={"who": "Ben"}).status_code == 400


def test_a_short_form_finds_what_it_stands_for(engine: Engine) -> None:
    assert engine.search(SearchRequest(query="QZX")).total == 0
    add(engine.vocabulary, entry("short", "QZX", "missing children"))
    found = engine.search(SearchRequest(query="QZX"))
    assert found.total > 0
    assert [(one.typed, one.to) for one in found.expansions] == [("QZX", "missing children")]


def test_what_was_meant_is_asked_back_even_of_a_word_that_is_known(engine: Engine) -> None:
    add(engine.vocabulary, entry("meant", "custard", "custody"))
    add(engine.vocabulary, entry("meant", "lost kids", "missing children"))
    meant = engine.search(SearchRequest(query="Custard and lost  kids")).did_you_mean
    assert meant is not None
    assert meant.query == "custody and missing children"
    assert engine.search(SearchRequest(query='"custard"')).did_you_mean is None
    assert engine.search(SearchRequest(query="custards")).did_you_mean is None


def test_nothing_is_read_again_while_nothing_is_written(engine: Engine) -> None:
    add(engine.vocabulary, entry("means", "wanderers", "missing children"))
    first = engine.snapshot()
    assert engine.snapshot().held.lexicon is first.held.lexicon
    add(engine.vocabulary, entry("means", "other", "custody"))
    assert engine.snapshot().held.lexicon is not first.held.lexicon


def test_themes_and_words_are_laid_over_one_generation_together(engine: Engine, publish: Publish) -> None:
    add(engine.vocabulary, entry("means", "wanderers", "missing children"))
    assert engine.search(SearchRequest(query="wanderers")).total > 0
    publish(engine.data, make_documents()[:-3])
    assert engine.search(SearchRequest(query="wanderers")).total > 0


@pytest.mark.parametrize(
    ("kind", "typed", "other"),
    [
        ("means", "", "b"),
        ("means", "a", " "),
        ("means", "a", "A"),
        ("means", "a" * 101, "b"),
        ("means", "?", "b"),
        ("means", 'say "it"', "b"),
        ("short", "A B", "b"),
        ("other", "a", "b"),
    ],
)
def test_an_entry_that_cannot_be_is_refused(kind: str, typed: str, other: str, client: FlaskClient) -> None:
    with pytest.raises(RequestError):
        entry(kind, typed, other)
    sent = {"kind": kind, "typed": typed, "other": other, "who": "Ada"}
    assert client.post("/vocabulary", data=sent).status_code == 400
    assert client.get("/api/v1/vocabulary").get_json() == {"entries": []}


def test_an_entry_needs_a_name_and_comes_from_no_other_site(client: FlaskClient) -> None:
    sent = {"kind": "means", "typed": "a", "other": "b"}
    assert client.post("/vocabulary", data=sent).status_code == 400
    answer = client.post("/vocabulary", data={**sent, "who": "Ada"}, headers={"Origin": "http://elsewhere"})
    assert answer.status_code == 403


def test_a_preview_tells_what_an_entry_then_does(engine: Engine, client: FlaskClient) -> None:
    client.get("/?q=wanderers+at+night")
    made = entry("means", "wanderers", "missing children")
    found = preview(engine.snapshot(), engine.unmet, made, "the wanderers")
    assert [one.question for one in found.questions] == ["the wanderers", "wanderers at night"]
    first = found.questions[0]
    assert first.before < first.after
    before = [hit.passage_id for hit in engine.all_hits(ListRequest(query="the wanderers"))]
    assert len(first.new) == 3
    assert engine.search(SearchRequest(query="the wanderers")).total == first.before, "a preview keeps nothing"
    page = client.get("/vocabulary?kind=means&typed=wanderers&other=missing+children&example=the+wanderers")
    assert "The first that come new" in page.get_data(as_text=True)
    add(engine.vocabulary, made)
    after = [hit.passage_id for hit in engine.all_hits(ListRequest(query="the wanderers"))]
    assert len(after) == first.after
    assert [key for key in after if key not in before][:3] == [one.passage_id for one in first.new]


def test_a_preview_of_what_was_meant_follows_it(engine: Engine) -> None:
    (one,) = preview(engine.snapshot(), engine.unmet, entry("meant", "wanderers", "missing")).questions
    assert one.asked_back == "missing"
    assert one.after == engine.search(SearchRequest(query="missing")).total > one.before


words = st.text(st.characters(blacklist_categories=("Cs",)), min_size=1, max_size=30)


@given(words, words, st.sampled_from(["means", "short"]))
@settings(max_examples=100)
def test_every_entry_that_is_kept_is_read_from_the_file_of_a_build(typed: str, other: str, kind: str) -> None:
    try:
        one = entry(kind, typed, other)
    except RequestError:
        return
    found = with_text(load_vocabulary(), toml_of([one]), "here")
    known = found.finds[one.typed] if kind == "means" else [sense.means for sense in found.senses[one.typed]]
    assert one.other in known


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], Path]:
    """Builds by the command line, and gives the generation's copy of the vocabulary."""
    monkeypatch.setattr(common, "encoder_for", lambda settings: FakeEncoder())
    monkeypatch.setattr("service.themes.training.model_for", lambda *_: None)
    monkeypatch.delenv("PRECEDENT_VOCABULARY", raising=False)
    papers, data = tmp_path / "papers", tmp_path / "data"
    papers.mkdir()
    (papers / "one.txt").write_text("Kent Police\n\nOfficers look for missing children with the QZX at night.\n")

    def build() -> Path:
        done = CliRunner().invoke(main, ["build", str(papers), "--data", str(data), "--json"])
        assert done.exit_code == 0, done.output
        name = json.loads(done.output.splitlines()[-1])["generation"]
        return data / "generations" / name / "vocabulary.toml"

    return build


def test_a_build_takes_the_words_that_hold_and_drops_those_undone(
    built: Callable[[], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not built().exists()
    own = tmp_path / "own.toml"
    own.write_text('[[words]]\nsay = ["lantern"]\nfinds = ["lamp"]\n')
    monkeypatch.setenv("PRECEDENT_VOCABULARY", str(own))
    kept = VocabularyEntries(tmp_path / "data")
    number = add(kept, entry("short", "QZX", "quiet zebra crossing"))
    add(kept, entry("meant", "custard", "custody"))
    text = built().read_text("utf-8")
    assert own_part(text).rstrip() == own.read_text().rstrip()
    assert load_vocabulary(built()).senses["QZX"][0].means == "quiet zebra crossing"
    assert "QZX" not in load_vocabulary(built(), people=False).senses
    assert "custard" not in text
    monkeypatch.delenv("PRECEDENT_VOCABULARY")
    assert built().read_text("utf-8") == text, "the copy of the last build is taken, and nothing twice"
    kept.undo(number, "Ben", AT)
    last = built().read_text("utf-8")
    assert PEOPLE not in last
    assert load_vocabulary(built()).finds["lantern"] == ("lamp",)


def test_after_a_build_a_short_form_answers_its_meaning(built: Callable[[], Path], tmp_path: Path) -> None:
    built()
    engine = Engine(tmp_path / "data", FakeEncoder())
    asked_for = ListRequest(query="quiet zebra crossing", explain=True)

    def by_words() -> float:
        (hit,) = engine.all_hits(asked_for, matching=False)
        assert hit.explain is not None
        return hit.explain.bm25

    assert by_words() == 0
    add(engine.vocabulary, entry("short", "QZX", "quiet zebra crossing"))
    built()
    assert by_words() > 0


def test_made_up_questions_fill_no_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.state.unmet_counts._MOST_PAGES", 4)
    counts = UnmetCounts(tmp_path)
    words = ["".join(chr(97 + int(digit)) for digit in str(at)) * 20 for at in range(300)]
    for one in words:
        counts.count(one, "none")
    counts.count(words[0], "none")
    found = counts.questions(date(2020, 1, 1))
    assert 0 < len(found) < len(words)
    assert found[0].times == 2, "those that are there are counted on"
    assert (tmp_path / "unmet.sqlite").stat().st_size <= 4 * 4096
