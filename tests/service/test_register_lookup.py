"""Findings are looked up when they are asked for: the same as if all had been read, and nothing is read before."""

import datetime
import json
import sqlite3
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fakes import FakeEncoder, document, record
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from plain_register import chosen, counted, plain_items, plain_records, sorted_plainly
from test_snapshot import model, tagged

from corpus.collection import load
from corpus.forces import load_forces
from corpus.model import Document
from corpus.text import natural_key
from corpus.vocabulary import Vocabulary
from indexer.build import build
from indexer.lexical import make_analyzer
from indexer.manifest import PASSAGES
from indexer.tables import open_tables
from service.answers import force_profile as profiles
from service.answers.force_counts import forces_table
from service.answers.overview import documents, overview
from service.answers.register import register, register_rows
from service.contract.overview_shapes import DocumentsRequest
from service.contract.requests import LISTS, REGISTER_FACETS, REGISTER_SORTS, RegisterListRequest, RegisterRequest
from service.contract.values import UNKNOWN
from service.engine import Engine
from service.memory import finding_index
from service.memory.finding_index import Item, Register
from service.memory.snapshot import Snapshot
from service.memory.spelling import Spelling
from service.query.lexicon import Lexicon
from service.query.question import understand

__all__ = ["model", "tagged"]  # fixtures

SAMPLE = Path(__file__).parents[2] / "corpus" / "sample"
DAYS = (None, datetime.date(2018, 12, 31), datetime.date(2019, 6, 30))
VALUES = {
    "force": ["saltmere", "carrowdale", "kent", UNKNOWN],
    "status": ["open", "complete", "being-progressed", UNKNOWN],
    "signal": ["requested", "decided", "none"],
    "list": list(LISTS),
    "theme": ["custody", UNKNOWN],
    "year": ["2017", "2018", "2019"],
}
WORDS = ("record", "custody", "supt", "should", "zzz", "\ud800")
Publish = Callable[..., str]
Plain = tuple[Snapshot, list[Item]]


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Plain:
    """The sample documents with all their findings, read plainly."""
    data, forces = tmp_path_factory.mktemp("sample"), load_forces(SAMPLE / "forces.toml")
    build(load([str(SAMPLE)], forces), FakeEncoder(), data, inputs=[str(SAMPLE)])
    return read(Engine(data, FakeEncoder(), forces))


@pytest.fixture(scope="module")
def themed(tagged: Path) -> Plain:
    """Documents with themes, some of them corrected."""
    return read(Engine(tagged, FakeEncoder()))


@pytest.fixture(params=["sample", "themed"])
def plain(request: pytest.FixtureRequest) -> Plain:
    return request.getfixturevalue(request.param)


def read(engine: Engine) -> Plain:
    seen = engine.snapshot()
    built = datetime.date.fromisoformat(seen.held.generation.manifest.created[:10])
    return seen, plain_items(seen.held.generation.tables, built)


def test_every_finding_is_as_if_all_had_been_read(plain: Plain) -> None:
    seen, items = plain
    looked_up = seen.held.register
    assert list(looked_up.items(item.id for item in items)) == items != []
    for item in items:
        assert looked_up.by_key(item.key) == looked_up.by_id(item.id) == item
        assert looked_up.same(item) == tuple(one for one in items if one.fold == item.fold)
        own = [one for one in items if one.document.id == item.document.id]
        assert looked_up.beside(item) == ((item,) if item.several else tuple(own))
        assert item.listed == (item.id in {one.id for one in items if not one.quoted and (one.main or not one.tracked)})
    assert looked_up.by_key("nothing") is None
    assert looked_up.by_key("\ud800") is None


def test_a_comment_is_that_of_what_its_document_asks_for(plain: Plain) -> None:
    seen, items = plain
    comments = {e.id: (item, e) for item in sorted(items, key=lambda item: item.main) for e in item.entries}
    assert comments
    for number, told in comments.items():
        assert seen.held.register.comment(number) == told


def test_what_any_finding_ever_had_is_known(plain: Plain) -> None:
    seen, items = plain
    statuses = {e.status for item in items for e in item.entries if e.status}
    assert set(seen.held.register.statuses) == statuses | {item.status.status for item in items if item.status}
    owners = {owner for item in items for _, owner in item.owners} | {item.printed.owner for item in items}
    assert set(seen.held.register.owners) == owners - {None}
    days = [entry.date for item in items for entry in item.entries]
    assert days
    newest = seen.held.register.newest
    assert {item.clock for item in items if item.heard is None} <= {newest}


def test_findings_are_found_by_their_force_owner_and_number(plain: Plain) -> None:
    seen, items = plain
    looked_up = seen.held.register
    for slug in {slug for item in items for slug in item.document.forces}:
        assert list(looked_up.of_force(slug)) == [item for item in items if slug in item.document.forces]
    last = {item.id: item.owner_on(datetime.date.max) for item in items}
    for owner in looked_up.owners:
        assert [one.id for one in looked_up.owned([owner])] == [number for number, own in last.items() if own == owner]
    numbered = looked_up.numbered(lambda kind, number: kind == "recommendation" and number > "2")
    wanted = [item for item in items if item.number and item.kind == "recommendation" and item.number > "2"]
    assert [(one.id, one.title, list(one.forces)) for one in numbered] == [
        (item.id, item.document.title, item.document.forces) for item in wanted
    ]


asked_at_random = st.fixed_dictionaries(
    {},
    optional={
        **{name: st.lists(st.sampled_from(v), min_size=1, max_size=2, unique=True) for name, v in VALUES.items()},
        "text": st.lists(st.sampled_from(WORDS), max_size=2).map(" ".join),
        "sort": st.sampled_from(REGISTER_SORTS),
        "as_of": st.sampled_from(DAYS),
    },
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(asked=asked_at_random)
def test_the_register_is_as_if_all_records_had_been_looked_at(plain: Plain, asked: dict[str, Any]) -> None:
    seen, items = plain
    request = RegisterRequest.model_construct(
        **{name: tuple(value) if isinstance(value, list) else value for name, value in asked.items()}, page_size=7
    )
    records = plain_records(seen, items, request.as_of)
    wanted = [one.item.key for one in sorted_plainly(seen, chosen(records, request), request.sort)]
    answer = register(seen, request)
    assert answer.total == len(wanted)
    assert [row.finding_id for row in answer.results] == wanted[:7]
    assert [row.finding_id for row in register_rows(seen, request)] == wanted
    for name in REGISTER_FACETS:
        assert {row.value: row.count for row in answer.facets[name]} == counted(records, request, name)


def test_forces_and_the_start_page_count_all_records_and_findings(plain: Plain) -> None:
    seen, items = plain
    records, table = plain_records(seen, items, None), forces_table(seen)
    for row in [*table.forces, table.not_known]:
        own = [one for one in records if row.slug in (one.item.document.forces or [UNKNOWN])]
        assert (row.records, row.closed) == (len(own), sum(one.stood.closed for one in own))
        assert (row.overdue, row.no_status) == (
            sum(one.overdue for one in own),
            sum(one.stood.status is None for one in own),
        )
    assert table.total.records == overview(seen).records == len(records)
    listed = RegisterListRequest()
    assert {row.value: row.count for row in overview(seen).lists} == counted(records, listed, "list")
    assert sum(row.findings for row in table.years) == sum(item.listed for item in items)


def test_what_may_recur_is_the_same_however_few_are_compared_at_a_time(
    sample: Plain, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen, _ = sample
    monkeypatch.setattr(profiles, "LIKELY", 0.01)
    whole = profiles.force_profile(seen, "saltmere", None)
    monkeypatch.setattr(profiles, "BLOCK", 3)
    some = profiles.force_profile(seen, "saltmere", None)
    assert whole is not None
    assert whole.recurring
    assert whole == some


def test_pages_of_documents_hold_each_once_with_the_totals_of_their_values(plain: Plain) -> None:
    seen, _ = plain
    asked = DocumentsRequest(page_size=3)
    total = documents(seen, asked).total
    pages = [documents(seen, DocumentsRequest(page_size=3, page=n)).results for n in range(1, -(-total // 3) + 1)]
    found = [one for page in pages for one in page]
    assert len({one.id for one in found}) == len(found) == total == overview(seen).documents
    by_title = sorted(found, key=lambda one: (one.title, one.id))
    assert found == sorted(by_title, key=lambda one: one.date or "", reverse=True)
    assert overview(seen).newest == [one for one in found if one.date][:5]
    for name, rows in documents(seen, asked).facets.items():
        for row in rows:
            assert documents(seen, DocumentsRequest(**{name: (row.value,)})).total == row.count


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_slip_is_guessed_as_from_all_words_at_once(sample: Plain, data: st.DataObject) -> None:
    tables, known = sample[0].held.generation.tables, Lexicon(Vocabulary({}, {}), make_analyzer())
    words = dict(map(tuple, tables.execute("SELECT word, places FROM words").fetchall()))
    own = {"custody": 0, "zemmish": 0}
    word = data.draw(st.sampled_from(sorted(words | own)))
    at = data.draw(st.integers(1, len(word)))
    typed = word[:at] + data.draw(st.text("aeiouxz", max_size=2)) + word[at + data.draw(st.integers(0, 2)) :]
    asked = understand(typed, known)
    assert list(Spelling(own, tables).guesses(asked)) == list(Spelling(own | words).guesses(asked))


def test_short_forms_are_those_of_all_passages_most_used_first(sample: Plain) -> None:
    tables = sample[0].held.generation.tables
    rows = tables.execute("SELECT meanings FROM wording").fetchall()
    counts = Counter(tuple(pair) for row in rows for pair in json.loads(row["meanings"]))
    listed = [tuple(row) for row in tables.execute("SELECT short, means, passages FROM shorts ORDER BY rowid")]
    assert listed == sorted(((*pair, n) for pair, n in counts.items()), key=lambda one: (-one[2], one[0], one[1])) != []


class Steps:
    """Counts what SQLite does on a connection."""

    def __init__(self, tables: sqlite3.Connection) -> None:
        self.tables, self.taken = tables, 0
        tables.set_progress_handler(self._one, 1)

    def _one(self) -> int:
        self.taken += 1
        return 0

    def of(self, asked: Callable[[sqlite3.Connection], object]) -> int:
        before = self.taken
        asked(self.tables)
        return self.taken - before


def papers(count: int) -> tuple[Document, ...]:
    asks = (f"The force should count its {('lamps', 'boats', 'ropes', 'tar')[n % 4]}, {n}." for n in range(count))
    return (
        record("kent", "1", "The force should train its zemmish officers."),
        *(record("essex", str(100 + n), asked, comment=f"Did {n}.") for n, asked in enumerate(asks)),
    )


def test_nothing_is_walked_through_before_it_is_asked_for(tmp_path: Path, publish: Publish) -> None:
    """Opening, and one finding, cost the same whatever else there is."""
    known = Lexicon(Vocabulary({}, {}), make_analyzer())
    asked: list[Callable[[sqlite3.Connection], object]] = [
        Register,
        lambda tables: Spelling({}, tables),
        lambda tables: Register(tables).by_key("kent:1/recommendation"),
        lambda tables: list(Spelling({}, tables).guesses(understand("zemish", known))),
    ]
    taken = []
    for count in (3, 60):
        name = publish(tmp_path, papers(count))
        with closing(open_tables(tmp_path / "generations" / name / PASSAGES)) as tables:
            steps = Steps(tables)
            taken.append([steps.of(one) for one in asked])
    assert taken[0] == taken[1]


def test_a_page_makes_the_findings_that_it_shows(
    tmp_path: Path, publish: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(tmp_path, papers(60))
    made: list[int] = []
    item_of = finding_index._item
    monkeypatch.setattr(finding_index, "_item", lambda row, *rest: made.append(row["id"]) or item_of(row, *rest))
    answer = register(Engine(tmp_path, FakeEncoder()).snapshot(), RegisterRequest(page_size=5, sort="asks"))
    assert (answer.total, len(answer.results)) == (61, 5)
    assert len(made) == 5


def test_a_printed_status_named_open_counts_once(tmp_path: Path, publish: Publish) -> None:
    publish(tmp_path, tuple(_printing(n, status) for n, status in enumerate(("open", None, "complete"))))
    answer = register(Engine(tmp_path, FakeEncoder()).snapshot(), RegisterRequest())
    assert {row.value: row.count for row in answer.facets["status"]} == {"open": 2, UNKNOWN: 1, "complete": 1}


def _printing(number: int, status: str | None) -> Document:
    """A record that prints a status, without any event."""
    made = record(f"force-{number}", str(number), f"The force should count its lamps, {number} of them.")
    finding = replace(made.findings[0], status=status, status_date=None)
    return replace(made, events=(), passages=made.passages[:1], findings=(finding,))


def test_numbers_stand_in_their_order_however_long() -> None:
    texts = ["2", "9", "010", "11", "9" * 5_000, "a", "a 9", "a 10", "ab"]
    assert sorted(texts, key=natural_key) == texts
    assert natural_key("No 07") == natural_key(" no 7 ")


def test_a_document_without_a_date_comes_last(tmp_path: Path, publish: Publish) -> None:
    dates = {"a": None, "b": "2019", "c": "2020-05"}
    publish(tmp_path, tuple(replace(document(key, [f"About {key}."]), date=date) for key, date in dates.items()))
    found = documents(Engine(tmp_path, FakeEncoder()).snapshot(), DocumentsRequest()).results
    assert [one.date for one in found] == ["2020-05", "2019", None]
