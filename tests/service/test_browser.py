"""The pages in a real browser: from a question to the marked passage, and a filter on and off again."""

import csv
import io
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from chromium import chromium
from fakes import FakeEncoder

from corpus.collection import load
from corpus.forces import load_forces
from indexer.build import build
from service.engine import Engine
from service.web.app import create_app

SAMPLE = Path(__file__).parents[2] / "corpus" / "sample"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server over the sample documents, on the fake encoder."""
    from waitress import create_server

    data, forces, encoder = tmp_path_factory.mktemp("data"), load_forces(SAMPLE / "forces.toml"), FakeEncoder()
    build(load([str(SAMPLE)], forces), encoder, data, inputs=[str(SAMPLE)])
    server = create_server(
        create_app(Engine(data, encoder, forces)), host="127.0.0.1", port=0, threads=2, asyncore_use_poll=True
    )
    threading.Thread(target=server.run, daemon=True).start()
    yield f"http://127.0.0.1:{server.effective_port}"
    server.close()


@pytest.fixture(scope="module")
def page(address: str) -> Iterator[Any]:
    """A browser page that fails the test when the console reports an error or anything but `address` is asked."""
    with chromium() as browser:
        opened = browser.new_page()
        troubles: list[str] = []
        opened.on("console", lambda said: troubles.append(said.text) if said.type == "error" else None)
        opened.on("request", lambda sent: None if sent.url.startswith(address) else troubles.append(sent.url))
        yield opened
        assert troubles == []


def follow(link: Any) -> None:
    """Click, and wait until the page that it leads to has loaded: a click alone does not wait for it."""
    with link.page.expect_navigation():
        link.click()


def test_from_a_question_to_the_marked_passage(page: Any, address: str) -> None:
    page.goto(address)
    page.get_by_role("searchbox").fill("abstraction of a neighbourhood officer")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    first = page.locator("article.hit").first
    assert "abstraction" in first.inner_text()
    assert "Fictional example" in first.inner_text()
    follow(first.get_by_role("link").first)
    found = page.locator(".passage.found")
    assert found.count() == 1
    assert "abstraction" in found.locator("mark").all_inner_texts()
    assert found.get_attribute("id") == page.url.split("#")[1]
    box = found.bounding_box()
    assert box is not None
    assert 0 <= box["y"] < page.viewport_size["height"]


def test_a_filter_on_and_off_again(page: Any, address: str) -> None:
    page.goto(f"{address}/?q=custody")
    everything = page.locator("h1").inner_text()
    page.get_by_label("Wealdmarch Constabulary").check()
    follow(page.get_by_role("button", name="Apply filters"))
    assert page.locator("h1").inner_text() != everything
    assert "force=wealdmarch" in page.url
    follow(page.get_by_role("link", name="Force: Wealdmarch"))
    assert page.locator("h1").inner_text() == everything


def test_events_of_a_record_stand_in_order_with_their_dates(page: Any, address: str) -> None:
    page.goto(f"{address}/documents/saltmere/5120")
    dates = [t.get_attribute("datetime") for t in page.locator(".events time").all()]
    assert len(dates) == 9
    assert dates == sorted(dates)
    assert "Fictional example" in page.locator(".banner").inner_text()


def test_from_a_short_form_to_a_file_of_what_answers_it(page: Any, address: str) -> None:
    page.goto(address)
    page.get_by_role("searchbox").fill("saltmere DV")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    everything = page.locator("h1").inner_text()
    page.get_by_text("Other words were looked for too").click()
    also = page.locator("details.also dl")
    assert "domestic abuse" in also.inner_text()
    assert "domestic abuse" in page.locator("article.hit mark").all_inner_texts()
    follow(page.locator("details.also a"))
    assert page.locator("details.also").count() == 0
    assert page.locator("h1").inner_text() != everything
    follow(page.locator("p.also a"))
    assert page.locator("h1").inner_text() == everything
    follow(page.get_by_role("link", name="Force: Saltmere"))
    total = int(page.locator("h1").inner_text().split()[0].replace(",", ""))
    page.get_by_text("Save or download these results").click()
    with page.expect_download() as coming:
        page.get_by_role("link", name="CSV").click()
    assert coming.value.suggested_filename == "precedent-search.csv"
    rows = list(csv.DictReader(io.StringIO(Path(coming.value.path()).read_text("utf-8-sig"), newline="")))
    assert len(rows) == total
    assert {row["force"] for row in rows} == {"saltmere"}
    assert rows[0]["text"].split()[0] in page.locator("article.hit .text").first.inner_text()


def test_only_the_words_typed_stay_so_when_a_filter_is_applied(page: Any, address: str) -> None:
    page.goto(f"{address}/?q=DV&expand=false&sort=newest")
    page.get_by_label("Saltmere Police").check()
    follow(page.get_by_role("button", name="Apply filters"))
    assert "Only the words you typed" in page.locator("p.also").inner_text()
    assert "sort=newest" in page.url


def test_a_slip_of_the_keyboard_is_one_click_from_what_was_meant(page: Any, address: str) -> None:
    page.goto(f"{address}/?q=stalkng+risk&year_to=2021")
    follow(page.locator(".meant").get_by_role("link", name="stalking risk"))
    assert page.get_by_role("searchbox").input_value() == "stalking risk"
    assert "year_to=2021" in page.url
    assert page.locator(".meant").count() == 0
    assert "stalking" in [words.lower() for words in page.locator("article.hit mark").all_inner_texts()]


def test_the_job_from_a_search_to_a_precedents_closing_comment_and_back(page: Any, address: str) -> None:
    page.goto(f"{address}/?q=%22every+device+that+is+waiting%22&force=saltmere")
    follow(page.locator("article.hit").first.get_by_role("link", name="What became of it"))
    assert "Recommendation 4" in page.locator("h1").inner_text()
    assert page.locator("svg.timeline rect.band").count() > 8
    assert "Given to 4" in page.locator("#given").inner_text()
    finding = page.url
    follow(page.get_by_role("link", name="Find similar findings"))
    assert "Has anyone been told this before?" in page.locator("h1").inner_text()
    assert page.locator("#own").inner_text().endswith("given to 4")
    carrowdale = page.locator("section[aria-labelledby=own] tr", has_text="Carrowdale Police")
    assert "26 July 2017" in carrowdale.inner_text()
    follow(carrowdale.get_by_role("link", name="Read it"))
    found = page.locator(".passage.found")
    assert found.count() == 1
    assert "Closed, regional chief of staff" in found.inner_text()
    page.go_back()
    page.go_back()
    assert page.url == finding


def test_a_pasted_text_and_a_day_in_the_past(page: Any, address: str) -> None:
    page.goto(f"{address}/similar")
    page.get_by_label("Paste the text").fill(
        "Within six months, chief constables should make sure that every device that is waiting for examination is "
        "on one list, with the name of the officer in charge of the case and the reason for the examination."
    )
    page.get_by_label("As of").fill("2017-08")
    follow(page.get_by_role("button", name="Find similar"))
    own = page.locator("section[aria-labelledby=own]")
    assert own.locator("tbody tr").count() == 4
    assert "2018" not in own.inner_text()
    page.get_by_text("Save or download these results").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV").click()
    assert download.value.suggested_filename == "precedent-similar.csv"


def test_the_register_by_keyboard_and_its_lists(page: Any, address: str) -> None:
    page.goto(f"{address}/register")
    assert page.locator("h1").inner_text() == "36 records in the register"
    page.get_by_text("Filters", exact=True).focus()
    page.keyboard.press("Enter")
    page.get_by_label("Overdue", exact=False).first.focus()
    page.keyboard.press("Space")
    follow(page.get_by_role("button", name="Apply filters"))
    assert "list=" in page.url
    shown = int(page.locator("h1").inner_text().split()[0])
    assert 0 < shown < 36
    assert page.locator(".register-table tbody tr").count() == shown
    follow(page.locator(".register-table td.col-asks a").first)
    assert page.locator("#standing").count() == 1


def test_a_forces_page_leads_to_its_records_and_reports(page: Any, address: str) -> None:
    page.goto(f"{address}/forces")
    follow(page.get_by_role("link", name="Saltmere Police", exact=True))
    assert page.locator("h1").inner_text() == "Saltmere Police"
    count = int(page.locator("section[aria-labelledby=register] li .count").first.inner_text())
    follow(page.locator("section[aria-labelledby=register] li a").first)
    assert page.locator("h1").inner_text().split()[0] == str(count)
