"""Documents and results in a real browser: what is in sight, how soon results are reached, and the keyboard."""

import threading
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from test_document_page import KEY, reports

from service.answers.lookups import document as look_up
from service.engine import Engine
from service.web.app import create_app
from service.web.document_pages import anchor

__all__ = ["reports"]  # a fixture


@pytest.fixture(scope="module")
def address(reports: Engine) -> Iterator[str]:
    from waitress import create_server

    server = create_server(create_app(reports), host="127.0.0.1", port=0, threads=2, asyncore_use_poll=True)
    threading.Thread(target=server.run, daemon=True).start()
    yield f"http://127.0.0.1:{server.effective_port}"
    server.close()


def test_results_are_reached_within_three_tabs(browser: Any, address: str) -> None:
    page = browser.new_page()
    page.goto(f"{address}/?q=custody&force=kent")
    for _ in range(2):  # past the head of the page, and to the first result
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    first = page.locator("article.hit a").first.get_attribute("href")
    assert page.evaluate("document.activeElement.getAttribute('href')") == first
    order = page.evaluate(
        "document.querySelector('article.hit').compareDocumentPosition(document.querySelector('.filters'))"
    )
    assert order & 4  # the filters follow
    page.close()


@pytest.mark.parametrize("script", [True, False])
def test_an_anchor_alone_leads_to_its_part(browser: Any, address: str, reports: Engine, script: bool) -> None:
    found = look_up(reports.snapshot(), KEY)
    assert found is not None
    name = anchor(found.sections[-1].passages[-1].passage_id)
    context = browser.new_context(java_script_enabled=script)
    page = context.new_page()
    page.goto(f"{address}/documents/{quote(KEY)}#{name}")
    if not script:
        link = page.locator(f"a#{name}")
        assert link.is_visible()
        with page.expect_navigation():
            link.click()
    page.wait_for_selector(f"div#{name}")
    box = page.locator(f"div#{name}").bounding_box()
    assert 0 <= box["y"] < page.viewport_size["height"]
    context.close()


@pytest.mark.parametrize("width", [1280, 390])
def test_contents_stay_in_sight_and_targets_are_large_enough(browser: Any, address: str, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 800})
    page.goto(f"{address}/documents/{quote(KEY)}?part=2")
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight / 2)")
    contents = page.locator(".contents-column" if width == 1280 else ".contents-fold > summary")
    box = contents.bounding_box()
    assert box["y"] >= 0
    assert box["y"] + min(box["height"], 24) < 800
    small = page.evaluate(
        "[...document.querySelectorAll('.text-of a, .text-of summary, .contents-list a, .find-within button')]"
        ".filter(one => one.getClientRects().length && !one.closest('p.quiet'))"
        ".map(one => one.getBoundingClientRect()).filter(box => box.height < 24 || box.width < 24).length"
    )
    assert small == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.close()


def test_a_document_is_searched_and_cited_by_keyboard(browser: Any, address: str) -> None:
    page = browser.new_page()
    page.goto(f"{address}/documents/{quote(KEY)}")
    page.get_by_label("Search within this document").focus()
    page.keyboard.type("lanterns")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    with page.expect_navigation():
        page.locator(".places-found a").first.press("Enter")
    cite = page.locator(".passage.found summary").first
    cite.press("Enter")
    assert "“" in page.locator(".passage.found .citation").inner_text()
    page.close()
