"""The start page, the list of documents, the navigation, and errors: numbers lead to what they count."""

import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest
from fakes import FakeEncoder, document
from flask import Flask
from flask.testing import FlaskClient

from corpus.collection import load
from corpus.forces import load_forces
from indexer.build import build
from models.encoder import Encoder
from service.contract.requests import SearchRequest
from service.engine import Engine
from service.web.app import create_app
from service.web.places import GROUPS
from service.web.search_pages import EXAMPLES

SAMPLE = Path(__file__).parents[2] / "corpus" / "sample"

# A number with the link to what it counts, in each of the ways in which the start page writes them.
COUNTED = (
    r'<dd><a href="([^"]+)">([\d,]+)<',
    r'<li><a href="([^"]+)">[^<]+</a> <span class="count">([\d,]+)</span>',
    r'<p><a href="([^"]+)">([\d,]+) passages? of findings published in',
)


def text_of(client: FlaskClient, address: str, status: int = 200) -> str:
    response = client.get(address)
    assert response.status_code == status, address
    return response.get_data(as_text=True)


def counted(page: str) -> list[tuple[str, int]]:
    found = [pair for pattern in COUNTED for pair in re.findall(pattern, page)]
    return [(unescape(address), int(number.replace(",", ""))) for address, number in found]


def total_of(client: FlaskClient, address: str) -> int:
    """The total that a list states in its heading; of the list of forces, its entries."""
    page = text_of(client, address)
    if address == "/forces":
        return len(set(re.findall(r'href="(/forces/[^"]+)"', page)))
    heading = re.search(r"<h1[^>]*>\s*([\d,]+)", page)
    assert heading, address
    return int(heading[1].replace(",", ""))


def test_every_number_of_the_start_page_is_the_total_of_its_list(sample_app: Flask) -> None:
    client = sample_app.test_client()
    page = text_of(client, "/")
    assert all(re.search(pattern, page) for pattern in COUNTED)
    numbers = counted(page)
    assert len(numbers) > 12
    assert {address.split("?")[0] for address, _ in numbers} == {"/", "/documents", "/forces", "/register"}
    for address, number in numbers:
        assert number > 0
        assert total_of(client, address) == number, address


def test_the_kinds_and_the_years_of_documents_add_up(client: FlaskClient) -> None:
    numbers = dict(counted(text_of(client, "/")))
    for facet in ("document_kind", "year"):
        assert sum(n for address, n in numbers.items() if f"/documents?{facet}=" in address) == numbers["/documents"]


def test_the_pages_of_documents_hold_each_document_once(client: FlaskClient) -> None:
    total = total_of(client, "/documents")
    pages = [text_of(client, f"/documents?page={number}&page_size=10") for number in range(1, total // 10 + 2)]
    listed = [link for page in pages for link in re.findall(r'<a href="(/documents/[^"]+)"', page)]
    assert len(listed) == len(set(listed)) == total
    assert "There is no page 99" in text_of(client, "/documents?page=99")
    assert "No document passes" in text_of(client, "/documents?force=gwent&document_kind=peel_assessment")


def test_a_filter_of_documents_narrows_and_is_removed_again(client: FlaskClient) -> None:
    page = text_of(client, "/documents?force=kent&document_kind=register_record")
    assert total_of(client, "/documents?force=kent&document_kind=register_record") == 1
    links = re.findall(r'<li><a href="([^"]+)">(?:Kind|Force): ', page)
    assert {unescape(link) for link in links} == {"/documents?force=kent", "/documents?document_kind=register_record"}
    assert text_of(client, "/documents?force=nowhere", 400)


def test_the_navigation_has_what_there_is_and_marks_where_one_is(client: FlaskClient, sample_app: Flask) -> None:
    known = {place.label for _, group in GROUPS for place in group if place.endpoint in sample_app.view_functions}
    for asked, marked in (("/register", "Register"), ("/help", "Help"), ("/documents/saltmere/5120", "Documents")):
        page = text_of(sample_app.test_client(), asked)
        row = page.split('<nav class="places"')[1].split("</nav>")[0]
        assert set(re.findall(r"<li><a[^>]*>([^<]+)</a>", row)) == known
        assert re.findall(r"aria-current[^>]*>([^<]+)</a>", row) == [marked]
    assert "Review" in known
    untagged = text_of(client, "/help")
    assert 'href="/queue"' not in untagged  # it would lead nowhere
    assert 'href="/register"' in untagged


def test_a_form_that_is_refused_keeps_what_was_typed(sample_app: Flask) -> None:
    client = sample_app.test_client()
    form = {"text": "Cells were <cold>.\nAnd dark.", "theme": "custody", "who": "", "why": "seen"}
    page = client.post("/corrections", data=form).get_data(as_text=True)
    assert "Cells were &lt;cold&gt;.\nAnd dark.</textarea>" in page
    assert 'method="post" action="/corrections"' in page
    wrong = re.findall(r'name="(\w+)"[^>]*aria-invalid="true"', page)
    assert wrong == ["who"]
    assert re.findall(r'href="#(field-\d+)">Give your name', page) == re.findall(r'id="(field-\d+)" name="who"', page)


@pytest.mark.parametrize(
    "asked", ["/register?as_of=soon", "/forces/saltmere?as_of=soon", "/documents?page=x&year=2018"]
)
def test_an_address_that_is_refused_names_the_field(sample_app: Flask, asked: str) -> None:
    page = text_of(sample_app.test_client(), asked, 400)
    name, value = asked.split("?")[1].split("&")[0].split("=")
    assert re.search(rf'name="{name}" value="{value}" aria-invalid="true"', page)
    assert f'action="{asked.split("?")[0]}"' in page
    assert "<title>Error: " in page


def test_a_problem_without_a_form_has_none(sample_app: Flask) -> None:
    for asked, status in (("/nothing", 404), ("/documents/nowhere?hit=3", 404), ("/forces?page=2", 400)):
        page = text_of(sample_app.test_client(), asked, status)
        assert "<h1>" in page
        assert page.count("<form") == (2 if "forces" in asked else 1)  # the search, and what can be mended


def test_the_start_page_tells_what_was_not_found_what_is_unread_and_what_waits(data: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(data, tmp_path / "data", ignore=shutil.ignore_patterns("unmet.sqlite*"))
    client = create_app(Engine(folder, FakeEncoder())).test_client()
    plain = text_of(client, "/")
    assert "What others did not find" not in plain
    assert "unread change" not in plain
    assert "next build" not in plain
    for question in ("zebra lions", "zebra lions", "ostrich farms"):
        client.get("/", query_string={"q": question})
    assert client.post("/documents/papers/00.txt/details", data={"title": "Another", "who": "Ada"}).status_code == 303
    page = text_of(client, "/")
    asked = re.findall(r'href="/\?q=((?:zebra|ostrich)[^"]*)"', page)
    assert asked == ["zebra+lions", "ostrich+farms"]
    assert '<a href="/details">1 corrected detail waits</a>' in page
    off = create_app(Engine(folder, FakeEncoder(), count_unmet=False)).test_client()
    assert "What others did not find" not in text_of(off, "/")


def test_the_start_page_tells_what_the_last_index_brought(tmp_path: Path, publish: Callable[..., str]) -> None:
    first, second = (document(name, [f"{name} burns."], title=f"About {name}") for name in ("lamps", "tapers"))
    publish(tmp_path, (first, second))
    client = create_app(Engine(tmp_path, FakeEncoder())).test_client()
    assert "New since the last index" not in text_of(client, "/")
    amended = replace(second, sha256="0" * 64)
    publish(tmp_path, (amended, document("wicks", ["Wicks burn."], title="About wicks, jo.bloggs@force.example")))
    card = text_of(client, "/").split('id="brought"')[1].split("</section>")[0]
    assert re.findall(r'href="(/documents/[^"]+)"', card) == ["/documents/wicks"]
    assert "About wicks" in card
    assert "bloggs" not in card
    assert "1 new document, 1 of files that changed, 1 no longer there." in card
    earlier = next(one for one in sorted((tmp_path / "generations").iterdir()) if one.is_dir())
    shutil.rmtree(earlier)
    assert "New since the last index" not in text_of(create_app(Engine(tmp_path, FakeEncoder())).test_client(), "/")


def test_corrected_details_are_in_the_menu(sample_app: Flask) -> None:
    page = text_of(sample_app.test_client(), "/details")
    assert re.findall(r'<a href="/details" aria-current="page">([^<]+)</a>', page) == ["Corrected details"] * 2


@pytest.mark.slow
@pytest.mark.parametrize("example", EXAMPLES)
def test_each_example_has_good_matches_in_the_sample(sample_engine: Engine, example: str) -> None:
    answer = sample_engine.search(SearchRequest(query=example))
    assert (answer.match, answer.results[0].match) == ("good", "good")
    assert answer.strong >= (2 if example == EXAMPLES[0] else 1)


@pytest.fixture(scope="module")
def sample_engine(tmp_path_factory: pytest.TempPathFactory, real_encoder: Encoder) -> Engine:
    """The sample as `make run` indexes it."""
    data, forces = tmp_path_factory.mktemp("sample"), load_forces(SAMPLE / "forces.toml")
    build(load([str(SAMPLE)], forces), real_encoder, data, inputs=[str(SAMPLE)])
    return Engine(data, real_encoder, forces)
