"""Pictures and the tables beside them: every number is the total of the list that it leads to, and nothing moves."""

import csv
import io
import re
import shutil
from collections import Counter
from dataclasses import replace
from html import unescape
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import make_documents
from fakes import FakeCollection, FakeEncoder, record
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st
from test_snapshot import model

from corpus.forces import load_forces
from corpus.model import Document
from indexer.build import build
from indexer.embed import Embedded
from indexer.generation import open_generation, verify_generation
from indexer.manifest import MAP, read_manifest
from indexer.meaning_map import MeaningMap, map_of, read_map, write_map
from models.theme_model import ThemeModel
from service.answers.pictures import meaning_map, region_passages
from service.contract.picture_shapes import COUNTS
from service.engine import Engine
from service.web.app import create_app
from service.web.svg import SHADES, WIDTH, bubble_map, heat_map, shade, stacked_bars

__all__ = ["model"]  # fixtures

CELL = re.compile(r'<a href="([^"]+)" tabindex="-1" aria-label="([^"]+)">')


@pytest.fixture(scope="module")
def themed(model: ThemeModel, tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """The collection with two records besides that nobody has closed, tagged."""
    data = tmp_path_factory.mktemp("pictures")
    made = (*make_documents(), *(_open(force) for force in ("essex", "kent")))
    build(FakeCollection(made), FakeEncoder(), data, inputs=["papers"], themes=model)
    return create_app(Engine(data, FakeEncoder())).test_client()


def _open(force: str) -> Document:
    made = record(
        force, "9901", "By March 2018, all forces should look for missing children.", comment=f"{force} began."
    )
    finding = replace(made.findings[0], status="being-progressed")
    event = replace(made.events[1], status="being-progressed")
    return replace(made, findings=(finding,), events=(made.events[0], event))


def total(client: FlaskClient, address: str) -> int:
    """How many there are in the list at the address of a page."""
    path, _, query = unescape(address).partition("?")
    answer = client.get(f"/api/v1/{'register' if path == '/register' else 'search'}?{query}").get_json()
    return int(answer["total"])


def number(words: str) -> int:
    """The number that the words of a part of a picture say."""
    return int(re.search(r": ([\d,]+)(?:, .*)?$", words)[1].replace(",", ""))  # type: ignore[index]


@pytest.mark.parametrize("count", COUNTS)
def test_each_cell_of_themes_is_the_total_of_its_list(themed: FlaskClient, count: str) -> None:
    cells = CELL.findall(themed.get(f"/themes?count={count}").text)
    assert cells
    assert [number(unescape(words)) for _, words in cells] == [total(themed, href) for href, _ in cells]


def test_what_is_open_was_asked_for_and_that_is_among_all(themed: FlaskClient) -> None:
    tables = [themed.get(f"/api/v1/themes/force?count={count}").get_json() for count in COUNTS]
    sums = [{(row["theme"]): row["total"] for row in table["rows"]} for table in tables]
    for more, fewer in pairwise(sums):
        assert all(fewer[theme] <= n for theme, n in more.items())
    assert sum(sums[0].values()) > sum(sums[1].values()) > 0


@pytest.mark.parametrize("count", COUNTS)
@pytest.mark.parametrize("by", ["force", "year"])
def test_the_file_of_themes_has_the_numbers_of_the_page(themed: FlaskClient, by: str, count: str) -> None:
    sent = themed.get(f"/api/v1/themes/{by}.csv?count={count}").get_data().decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(sent)))
    answer = themed.get(f"/api/v1/themes/{by}?count={count}").get_json()
    assert [int(row["assigned"]) for row in rows] == [n for row in answer["rows"] for n in row["assigned"]]
    page = themed.get(f"/themes?count={count}").text
    section = page[page.index(f'id="by-{by}"') :].split("</section>")[0]
    drawn = sorted(number(unescape(words)) for _, words in CELL.findall(section))
    assert drawn == sorted(n for row in rows if (n := int(row["assigned"]) + int(row["inherited"])))


def test_what_is_counted_is_one_of_three(themed: FlaskClient) -> None:
    answer = themed.get("/api/v1/themes/force?count=everything")
    assert (answer.status_code, "passages, findings, open" in answer.get_json()["detail"]) == (400, True)


@pytest.mark.parametrize("query", ["", "force=kent", "as_of=2018-02-01", "force=surrey&as_of=2020"])
def test_each_part_of_a_bar_is_the_total_of_its_list(client: FlaskClient, query: str) -> None:
    cells = CELL.findall(client.get(f"/pictures?{query}").text)
    bars = [(href, words) for href, words in cells if "/register" in href]
    assert bars
    assert [number(unescape(words)) for _, words in bars] == [total(client, href) for href, _ in bars]


def test_years_and_statuses_add_up_to_the_register(client: FlaskClient) -> None:
    found = client.get("/api/v1/register-by-year").get_json()
    assert found["total"] == client.get("/api/v1/register").get_json()["total"]
    assert [sum(row["counts"]) for row in found["years"]] == [row["total"] for row in found["years"]]
    assert sum(found["totals"]) == sum(row["total"] for row in found["years"]) == found["total"]
    sent = client.get("/api/v1/register-by-year.csv").get_data().decode("utf-8-sig")
    rows = [(row["year"], row["status"], int(row["records"])) for row in csv.DictReader(io.StringIO(sent))]
    assert rows == [
        (row["year"], *cell) for row in found["years"] for cell in zip(found["statuses"], row["counts"], strict=True)
    ]


def test_every_result_lies_in_one_region_and_each_region_lists_its_own(engine: Engine) -> None:
    seen = engine.snapshot()
    drawn = meaning_map(seen)
    assert drawn.total == seen.held.generation.manifest.counts["folds"] == sum(one.count for one in drawn.regions)
    listed: list[str] = []
    for region in drawn.regions:
        pages = [region_passages(seen, region.region, page) for page in range(1, -(-region.count // 20) + 1)]
        own = [passage.passage_id for page in pages if page for passage in page.results]
        assert len(own) == region.count
        listed += own
    assert len(set(listed)) == len(listed) == drawn.total


def test_the_regions_of_the_page_lead_to_their_passages(client: FlaskClient) -> None:
    page = client.get("/pictures").text
    regions = [(unescape(href), number(unescape(words))) for href, words in CELL.findall(page) if "/map/" in href]
    assert len(regions) == len(client.get("/api/v1/map").get_json()["regions"]) > 1
    for href, count in regions:
        assert f"{count} result" in client.get(href).text
    assert client.get("/pictures/map/999").status_code == 404


def test_a_generation_without_a_map_opens_and_says_so(data: Path, tmp_path: Path) -> None:
    """As those of before there were maps: the file is in no manifest."""
    folder = tmp_path / "data"
    shutil.copytree(data, folder)
    name = (folder / "CURRENT").read_text().strip()
    place = folder / "generations" / name
    (place / MAP).unlink()
    manifest = read_manifest(place)
    bare = type(manifest)(
        **{
            **{field: getattr(manifest, field) for field in manifest.__dataclass_fields__},
            "files": {key: own for key, own in manifest.files.items() if key != MAP},
        }
    )
    (place / "manifest.json").write_text(bare.to_json(), "utf-8")
    fresh = place.with_name(f"{name.rpartition('-')[0]}-{bare.mark()}")
    place.rename(fresh)
    (folder / "CURRENT").write_text(fresh.name)
    assert verify_generation(fresh) == []
    client = create_app(Engine(folder, FakeEncoder())).test_client()
    page = client.get("/pictures")
    assert (page.status_code, "built before there were maps" in page.text) == (200, True)
    assert client.get("/pictures/map/0").status_code == 404
    assert client.get("/api/v1/map").get_json() == {"drawn": False, "total": 0, "regions": []}


def test_the_same_documents_have_the_same_map_byte_for_byte(data: Path, publish: Any, tmp_path: Path) -> None:
    publish(tmp_path, make_documents())
    first, second = open_generation(data), open_generation(tmp_path)
    assert (first.path / MAP).read_bytes() == (second.path / MAP).read_bytes()
    assert first.map is not None
    assert np.array_equal(first.map.passages, first.vectors.passages)


def some(seed: int, count: int) -> tuple[Embedded, list[str]]:
    """Passages around five middles, of which some have two vectors, with words of their own."""
    draw = np.random.default_rng(seed)
    middles = draw.standard_normal((5, 16))
    kinds = draw.integers(5, size=count)
    ids = np.sort(np.concatenate([np.arange(1, count + 1), draw.integers(1, count + 1, size=count // 4)]))
    vectors = middles[kinds[ids - 1]] + draw.standard_normal((len(ids), 16)) / 4
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    names = ("lamps", "horses", "canals", "bridges", "towers")
    return Embedded(ids, vectors.astype(np.float32), 0, 0), [f"the {names[kind]} of the force" for kind in kinds]


def same(one: MeaningMap, other: MeaningMap) -> bool:
    """Whether two maps are one."""
    arrays = ("passages", "places", "regions", "centres")
    return one.words == other.words and all(np.array_equal(getattr(one, n), getattr(other, n)) for n in arrays)


@settings(max_examples=20)
@given(st.integers(0, 10_000), st.integers(1, 300))
def test_a_map_is_whole_and_always_the_same(seed: int, count: int) -> None:
    embedded, texts = some(seed, count)
    found = map_of(embedded, texts)
    assert same(found, map_of(embedded, list(texts)))
    assert found.passages.tolist() == list(range(1, count + 1))
    sizes = np.bincount(found.regions, minlength=len(found.words))
    assert (sizes > 0).all()
    assert sizes.sum() == count
    assert np.isfinite(found.places).all()


def test_a_region_is_told_by_words_of_its_own(tmp_path: Path) -> None:
    embedded, texts = some(3, 200)
    found = map_of(embedded, texts)
    for region, words in enumerate(found.words):
        own = [text.split()[1] for text, at in zip(texts, found.regions, strict=True) if at == region]
        assert words[0] == max(set(own), key=own.count)
    write_map(tmp_path / MAP, found)
    assert same(read_map(tmp_path / MAP), found)


def test_an_address_gives_a_region_no_words() -> None:
    embedded, _ = some(1, 60)
    found = map_of(embedded, ["write to jane.wickham@saltmere.example of lamps, www.saltmere.example/quays"] * 60)
    assert not {"jane", "wickham", "saltmere", "quays"} & {word for own in found.words for word in own}


@settings(max_examples=25)
@given(st.lists(st.lists(st.integers(0, 5_000), min_size=1, max_size=50), min_size=1, max_size=30))
def test_a_heat_map_fits_the_page_and_shows_every_number(numbers: list[list[int]]) -> None:
    wide = max(len(row) for row in numbers)
    cells = [row + [0] * (wide - len(row)) for row in numbers]
    picture = heat_map([f"Theme {n}" for n in range(len(cells))], ["Ostrey and Vale Constabulary"] * wide, cells)
    assert all(box.x + box.width <= WIDTH + 0.1 for box in picture.boxes)
    assert all(box.y + box.height <= picture.height for box in picture.boxes)
    assert [int(box.text or 0) for box in picture.boxes] == [n for row in cells for n in row]
    darkest = max(cells[box.row][box.column] for box in picture.boxes)
    for box in picture.boxes:
        assert box.kind == f"shade-{shade(cells[box.row][box.column], darkest)}"


@given(st.integers(0, 10_000), st.integers(0, 10_000), st.integers(1, 10_000))
def test_a_shade_never_falls_as_numbers_rise(one: int, other: int, greatest: int) -> None:
    low, high = sorted((min(one, greatest), min(other, greatest)))
    assert 0 <= shade(low, greatest) <= shade(high, greatest) <= SHADES
    assert (shade(low, greatest) == 0) == (low == 0)


@given(st.lists(st.lists(st.integers(0, 900), min_size=3, max_size=3), min_size=1, max_size=20))
def test_bars_are_as_long_as_their_numbers(numbers: list[list[int]]) -> None:
    picture = stacked_bars([str(n) for n in range(len(numbers))], numbers, ["a", "b", "c"])
    longest = max(sum(row) for row in numbers) or 1
    drawn = [sum(box.width for box in picture.boxes if box.row == line) for line in range(len(numbers))]
    full = max(drawn) or 1.0
    for row, width in zip(numbers, drawn, strict=True):
        assert width / full == pytest.approx(sum(row) / longest, abs=0.01)
    assert all(box.x + box.width <= WIDTH for box in picture.boxes)


@settings(max_examples=15)
@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1), st.integers(1, 500)), min_size=1, max_size=32))
def test_no_circle_of_the_map_covers_another(rows: list[tuple[float, float, int]]) -> None:
    picture = bubble_map([(x, y) for x, y, _ in rows], [n for _, _, n in rows], [["word"]] * len(rows))
    for at, one in enumerate(picture.circles):
        assert one.radius - 1 <= one.x <= WIDTH - one.radius + 1
        assert one.radius - 1 <= one.y <= picture.height - one.radius + 1
        for other in picture.circles[:at]:
            apart = ((one.x - other.x) ** 2 + (one.y - other.y) ** 2) ** 0.5
            assert apart > 0.8 * max(one.radius, other.radius)


@pytest.mark.parametrize("address", ["/pictures", "/themes", "/themes?count=open"])
def test_every_picture_has_a_title_words_and_a_table(themed: FlaskClient, address: str) -> None:
    page = themed.get(address).text
    assert page.count('<svg class="picture size-') == page.count('role="img"') == page.count("<desc id=")
    assert page.count("<table") >= page.count('role="img"')
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert "style=" not in page
    assert "<script" not in page


@pytest.mark.parametrize("query", ["", "theme=missing", "theme=unknown", "force=kent&theme=missing", "status=open"])
def test_records_by_status_are_those_of_the_register(themed: FlaskClient, query: str) -> None:
    """A record has its own status here, not that of being open besides, and its themes."""
    found = themed.get(f"/api/v1/register-by-year?{query}").get_json()
    rows = themed.get(f"/api/v1/register?page_size=100&{query}").get_json()["results"]
    assert rows
    counts = Counter(row["status"] or "unknown" for row in rows)
    assert dict(zip(found["statuses"], found["totals"], strict=True)) == counts
    assert found["total"] == len(rows)


def test_the_name_of_every_force_stands_whole_above_its_column() -> None:
    names = [force.name for force in load_forces().all]
    drawn = heat_map(["Custody"], names, [[1] * len(names)])
    assert [one.text for one in drawn.heads] == names
    assert max(box.x + box.width for box in drawn.boxes) <= drawn.width
