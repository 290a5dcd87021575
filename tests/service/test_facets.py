"""The columns of a build against the rows that they are made of, and corrections that lie over a facet."""

import json
import shutil
import sqlite3
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import make_documents
from fakes import FakeCollection, FakeEncoder, document, passage
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.dates import last_day
from corpus.model import Document, Event, Finding
from indexer import column_files
from indexer.build import build
from indexer.column_files import holders_of, write_columns, write_theme_columns
from indexer.generation import COLUMNS, PASSAGES, current_id
from indexer.tables import open_tables
from service.contract.requests import FACETS, Filters
from service.contract.values import UNKNOWN
from service.memory.facets import Columns, Facet, Holders, Runs, open_columns

THEMES = ("custody", "missing", "vetting")
Values = dict[int, set[str]]
_ROWS = """
SELECT p.*, w.content, f.fold AS asks, f.quoted, f.status, d.kind AS document_kind,
       (SELECT json_group_array(force) FROM document_forces WHERE document = d.id) AS forces
FROM passages p JOIN documents d ON d.id = p.document JOIN wording w ON w.passage = p.id
     LEFT JOIN findings f ON f.id = p.finding ORDER BY p.id
"""


def commented() -> Document:
    """A record with comments on what it asks for."""
    key = "saltmere:9"
    texts = ("The force should review how calls are answered.", "Forces should train call handlers.")
    findings = tuple(
        Finding(f"{key}/{at}", "recommendation", str(at), text, 0, None, None, (), None, None)
        for at, text in enumerate(texts)
    )
    notes = ("A review was begun.", "The training is planned.", "Both were done.", "All of it was looked at.")
    about = (0, 1, 0, None)
    return document(
        key,
        kind="register_record",
        force="saltmere",
        findings=findings,
        events=tuple(Event("2021-03", "comment", None, note, 0, own) for note, own in zip(notes, about, strict=True)),
        passages=(
            *(passage(key, at, text, kind="recommendation", finding=at) for at, text in enumerate(texts)),
            *(
                passage(key, at + 2, note, kind="comment", event=at, finding=own, date="2021-03")
                for at, (note, own) in enumerate(zip(notes, about, strict=True))
            ),
        ),
    )


@pytest.fixture(scope="module")
def generation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("data")
    build(FakeCollection((*make_documents(), commented())), FakeEncoder(), data, inputs=["papers"])
    return data / "generations" / str(current_id(data))


@pytest.fixture(scope="module")
def rows(generation: Path) -> list[dict[str, Any]]:
    return [dict(row) for row in open_tables(generation / PASSAGES).execute(_ROWS)]


@pytest.fixture(scope="module")
def tags(rows: list[dict[str, Any]]) -> sqlite3.Connection:
    """Themes for some of the passages, of which not all are assigned."""
    made = sqlite3.connect(":memory:")
    made.execute("CREATE TABLE tags (passage INTEGER, theme TEXT, probability REAL, assigned INTEGER)")
    chance = np.random.default_rng(5)
    entries = [(row["id"], theme) for row in rows for theme in THEMES if chance.random() < 0.4]
    likely = chance.random(len(entries)).round(2).tolist()
    made.executemany(
        "INSERT INTO tags VALUES (?, ?, ?, ?)", [(*one, p, p > 0.4) for one, p in zip(entries, likely, strict=True)]
    )
    return made


@pytest.fixture(scope="module")
def columns(generation: Path, tags: sqlite3.Connection, tmp_path_factory: pytest.TempPathFactory) -> Columns:
    """Written a few passages at a time."""
    folder = tmp_path_factory.mktemp("columns") / COLUMNS
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(column_files, "BATCH", 4)
        write_columns(folder, open_tables(generation / PASSAGES))
        write_theme_columns(folder, open_tables(generation / PASSAGES), tags)
    return open_columns(folder)


@pytest.fixture(scope="module")
def plain(rows: list[dict[str, Any]], tags: sqlite3.Connection) -> dict[str, Values]:
    """The values of each passage, by facet."""
    read = {
        "document_kind": lambda row: [row["document_kind"]],
        "finding": lambda row: [row["kind"]],
        "status": lambda row: [row["status"]],
        "grade": lambda row: [row["grade"]],
        "year": lambda row: [row["date"][:4] if row["date"] else None],
        "force": lambda row: json.loads(row["forces"]),
    }
    found = {
        name: {row["id"]: {value for value in of(row) if value} or {UNKNOWN} for row in rows}
        for name, of in read.items()
    }
    return {**found, "theme": {place: own or {UNKNOWN} for place, own in themes_of(rows, tags).items()}}


def own_themes(rows: list[dict[str, Any]], tags: sqlite3.Connection) -> Values:
    own: Values = {row["id"]: set() for row in rows}
    for place, theme in tags.execute("SELECT passage, theme FROM tags WHERE assigned"):
        own[place].add(theme)
    return own


def themes_of(rows: list[dict[str, Any]], tags: sqlite3.Connection) -> Values:
    """Of a comment that has none of its own, those of what it is about."""
    own = own_themes(rows, tags)
    asking = ("recommendation", "area_for_improvement", "cause_of_concern")
    asks = {
        number: {row["id"] for row in rows if row["finding"] == number and row["kind"] in asking}
        for number in {row["finding"] for row in rows if row["finding"]}
    }
    taken = {
        row["id"]: {theme for place in asks[row["finding"]] for theme in own[place]}
        for row in rows
        if row["kind"] == "comment" and row["finding"] and not own[row["id"]]
    }
    return {**own, **taken}


def test_each_column_holds_what_the_rows_say(
    columns: Columns, rows: list[dict[str, Any]], tags: sqlite3.Connection
) -> None:
    dates = sorted({row["date"] for row in rows if row["date"]})
    folds = [row["fold"] for row in rows]
    asking = ("recommendation", "area_for_improvement", "cause_of_concern")
    prose = ("judgement", "strength", "work_in_progress", "developing_practice", "context")
    own = own_themes(rows, tags)
    expected: dict[str, Iterable[int]] = {
        **{name: [row[name] or 0 for row in rows] for name in ("fold", "document", "content", "finding", "asks")},
        "quoted": [bool(row["quoted"]) for row in rows],
        "dates": [dates.index(row["date"]) if row["date"] else -1 for row in rows],
        "days": [last_day(row["date"]).toordinal() if row["date"] else 0 for row in rows],
        "years": [int(row["date"][:4]) if row["date"] else -1 for row in rows],
        "alone": [folds.count(fold) == 1 for fold in folds],
        "findable": [row["kind"] in (*asking, "comment") for row in rows],
        "comment": [row["kind"] == "comment" for row in rows],
        "prose": [row["kind"] in prose for row in rows],
        "inherited": [bool(themes) and not own[place] for place, themes in themes_of(rows, tags).items()],
    }
    assert columns.size == len(rows) + 1 == len(columns.ids) + 1
    for name, values in expected.items():
        column = getattr(columns, name)
        assert column[1:].tolist() == list(values), name
        assert not column.flags.writeable
    assert any(expected["inherited"])


def test_the_passages_of_a_document_stand_in_a_row(columns: Columns, rows: list[dict[str, Any]]) -> None:
    last = max(row["document"] for row in rows)
    assert last > 1
    for number in range(last + 2):
        assert columns.within(number).tolist() == [row["id"] for row in rows if row["document"] == number]


def test_a_facet_has_the_values_of_the_rows_in_order(columns: Columns, plain: dict[str, Values]) -> None:
    assert columns.facets.keys() == {*FACETS}
    for name, values_of in plain.items():
        facet = columns.facets[name]
        assert facet.values == (*sorted({v for own in values_of.values() for v in own} - {UNKNOWN}), UNKNOWN)
        assert facet.total() == sum(len(own - {UNKNOWN}) for own in values_of.values())
        for value in facet.values:
            assert facet.having([value]).tolist() == [place for place, own in values_of.items() if value in own]


def test_the_columns_of_a_build_are_those_written_in_small_batches(
    generation: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(column_files, "BATCH", 3)
    write_columns(tmp_path / COLUMNS, open_tables(generation / PASSAGES))
    written = {path.name: path.read_bytes() for path in (tmp_path / COLUMNS).iterdir()}
    assert written == {path.name: path.read_bytes() for path in (generation / COLUMNS).iterdir()}
    assert open_columns(generation / COLUMNS).facets["theme"].values == (UNKNOWN,)  # nothing was tagged


@settings(max_examples=100, deadline=None)
@given(draw=st.data())
def test_what_passes_and_what_is_counted_is_as_the_rows_say(
    columns: Columns, plain: dict[str, Values], draw: st.DataObject
) -> None:
    ids = np.array(sorted(draw.draw(st.sets(st.sampled_from(columns.ids.tolist())))), np.int64)
    names = draw.draw(st.sets(st.sampled_from(FACETS), max_size=2))
    values = {name: (*columns.facets[name].values, "nothing") for name in names}
    chosen = {name: draw.draw(st.lists(st.sampled_from(own), max_size=3).map(tuple)) for name, own in values.items()}
    first, last = sorted(draw.draw(st.tuples(st.integers(2000, 2025), st.integers(2000, 2025))))
    years = draw.draw(
        st.sampled_from([{}, {"year_from": first}, {"year_to": last}, {"year_from": first, "year_to": last}])
    )
    filters = Filters.model_construct(**{**chosen, **years})

    def passes(place: int, without: str | None = None) -> bool:
        year = int(columns.years[place])
        return (
            all(name == without or not own or plain[name][place] & {*own} for name, own in chosen.items())
            and ("year_from" not in years or year >= first)
            and ("year_to" not in years or 0 <= year <= last)
        )

    assert columns.passing(filters, ids).tolist() == [passes(place) for place in ids.tolist()]
    for name in names:
        assert columns.passing(filters, ids, name).tolist() == [passes(place, name) for place in ids.tolist()]
    every = columns.chosen(filters)
    assert (every is None) == (not years and not any(chosen.values()))
    assert every is None or every.tolist() == [place for place in columns.ids.tolist() if passes(place)]
    for name in FACETS:
        counts = columns.counts(name, ids)
        assert counts == counted(plain[name], ids.tolist(), columns.fold)
        assert list(counts) == [value for value in columns.facets[name].values if value in counts]


def counted(values_of: Mapping[int, set[str]], ids: Iterable[int], fold: Any) -> dict[str, int]:
    pairs = {(value, int(fold[place])) for place in ids for value in values_of[place]}
    return {value: sum(one == value for one, _ in pairs) for value, _ in pairs}


SOME = st.lists(st.sampled_from(("a", "b", "c")), max_size=2, unique=True)
OTHERS = st.dictionaries(
    st.integers(1, 8), st.lists(st.sampled_from(("a", "b", "new", "zone")), max_size=3, unique=True)
)


@settings(max_examples=200, deadline=None)
@given(
    values=st.lists(SOME, min_size=8, max_size=8),
    changed=OTHERS,
    again=OTHERS,
    fold=st.lists(st.integers(1, 8), min_size=8, max_size=8),
    ids=st.sets(st.integers(1, 8)),
    single=st.booleans(),
)
def test_values_laid_over_a_facet_count_as_if_they_were_written(
    values: list[list[str]],
    changed: dict[int, list[str]],
    again: dict[int, list[str]],
    fold: list[int],
    ids: set[int],
    single: bool,
) -> None:
    values = [own[:1] for own in values] if single else values
    numbered = ("a", "b", "c", UNKNOWN)
    codes = [[numbered.index(value) for value in own or [UNKNOWN]] for own in values]
    starts = None if single else np.cumsum([0, 0, *map(len, codes)])
    entries = np.array([code for own in codes for code in own], np.uint8)
    runs = Runs(np.concatenate([np.zeros(int(single), np.uint8), entries]), starts)
    written = Facet(numbered, numbered, runs, Holders(*holders_of(entries, 3, starts)))
    folds = np.array([0, *fold])
    alone = np.bincount(folds, minlength=9)[folds] == 1
    chosen = np.array(sorted(ids), np.int64)
    for over in ({}, changed, again):  # each in place of the one before
        facet = written.replaced(over)
        now = {place: set(over.get(place, own)) or {UNKNOWN} for place, own in enumerate(values, start=1)}
        assert facet.counts(chosen, folds[chosen], alone[chosen]) == counted(now, ids, folds)
        assert facet.total() == sum(len(own - {UNKNOWN}) for own in now.values())
        assert facet.values[-1] == UNKNOWN
        for one in (["a"], ["new"], [UNKNOWN], ["b", "zone"], [], ["nothing"]):
            assert facet.having(one).tolist() == [place for place in now if now[place] & {*one}]
            assert facet.has(one, chosen).tolist() == [bool(now[place] & {*one}) for place in chosen.tolist()]


@pytest.mark.parametrize(
    "name",
    [
        "fold",
        "years",
        "bare",
        "facet.year",
        "facet.force",
        "facet.theme.starts",
        "facet.year.holders",
        "facet.force.firsts",
    ],
)
def test_columns_of_two_generations_do_not_fit(generation: Path, tmp_path: Path, name: str) -> None:
    shutil.copytree(generation / COLUMNS, tmp_path / COLUMNS)
    path = tmp_path / COLUMNS / f"{name}.npy"
    np.save(path, np.load(path)[:-1])
    with pytest.raises(ValueError, match="do not fit together"):
        open_columns(tmp_path / COLUMNS)
