"""The fifteen commonest jobs (docs/jobs.md) in a real browser; the main ones by keyboard alone and without script."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

DRAFT = (
    "Within six months, chief constables should make sure that every device that is waiting for examination is on one "
    "list, with the name of the officer in charge of the case and the reason for the examination."
)
TITLE = "article.hit :is(h2, h3) a"
ACTIVE = """selector => { const one = document.activeElement;
    return [one.matches(selector), (one.labels?.[0]?.textContent || one.ariaLabel || one.textContent || "").trim()] }"""


@pytest.fixture(scope="module")
def page(browser: Any, sample_address: str) -> Iterator[Any]:
    """A page that fails the test when the console reports an error or anything but the service is asked."""
    opened = browser.new_page(base_url=sample_address)
    troubles: list[str] = []
    opened.on("console", lambda said: troubles.append(said.text) if said.type == "error" else None)
    opened.on("request", lambda sent: None if sent.url.startswith(sample_address) else troubles.append(sent.url))
    yield opened
    opened.close()
    assert troubles == []


@pytest.fixture
def keys(browser: Any, sample_address: str) -> Iterator[Any]:
    """The start page in a browser without script, for what is done by keyboard alone."""
    context = browser.new_context(base_url=sample_address, java_script_enabled=False)
    opened = context.new_page()
    opened.goto("/")
    yield opened
    context.close()


def follow(link: Any) -> None:
    with link.page.expect_navigation():
        link.click()


def press(page: Any, key: str = "Enter") -> None:
    with page.expect_navigation():
        page.keyboard.press(key)


def tab_to(page: Any, words: str = "", selector: str = "*") -> None:
    """Go on with Tab until what has the focus matches and has these words."""
    for _ in range(250):
        page.keyboard.press("Tab")
        matches, said = page.evaluate(ACTIVE, selector)
        if matches and words in said:
            return
    raise AssertionError(f"Tab does not reach {words or selector}")


def ask(page: Any, query: str) -> None:
    page.goto("/")
    page.get_by_role("searchbox").fill(query)
    press(page)


def first_number(page: Any) -> int:
    return int(page.locator("h1").inner_text().split()[0].replace(",", ""))


def test_1_find_a_passage_and_cite_it(page: Any) -> None:
    ask(page, "waiting for an appropriate adult")
    hit = page.locator("article.hit").first
    hit.get_by_text("Cite", exact=True).click()
    citation = hit.locator(".citation")
    assert citation.is_visible()
    assert hit.locator("a").first.inner_text() in citation.inner_text()


def test_2_narrow_it_to_one_force(page: Any) -> None:
    ask(page, "custody")
    every = first_number(page)
    page.get_by_label("Saltmere Police").first.check()
    follow(page.get_by_role("button", name="Apply filters"))
    assert 0 < first_number(page) < every
    assert "force=saltmere" in page.url


def test_3_the_newest_first(page: Any) -> None:
    ask(page, "custody")
    total = first_number(page)
    follow(page.get_by_role("link", name="Newest", exact=True))
    assert first_number(page) == total
    assert "sort=newest" in page.url


def test_4_nothing_was_said(page: Any) -> None:
    ask(page, '"zebra crossing of lions"')
    assert page.locator("h1").inner_text().startswith("No match")
    assert "other words" in page.locator("main").inner_text()


def test_5_a_passage_in_its_document(page: Any) -> None:
    ask(page, "abstraction of a neighbourhood officer")
    follow(page.locator(TITLE).first)
    assert page.locator(".passage.found").count() == 1
    follow(page.get_by_role("link", name="Back to the results"))
    assert "abstraction" in page.url


def test_6_paste_a_draft(page: Any) -> None:
    page.goto("/similar")
    page.locator("textarea[name=text]").fill(DRAFT)
    follow(page.locator("main").get_by_role("button", name="Find similar"))
    assert page.locator("main tbody tr").count() >= 4
    assert page.locator("textarea[name=text]").input_value() == DRAFT


def test_7_what_became_of_the_like(page: Any) -> None:
    page.goto('/?q="every+device+that+is+waiting"&force=saltmere')
    follow(page.locator("article.hit").first.get_by_role("link", name="What became of it"))
    assert "Recommendation" in page.locator("h1").inner_text()
    assert page.locator(".events time").count() > 2
    follow(page.get_by_role("link", name="Find similar findings"))
    assert page.locator("main tbody tr").count() >= 4


def test_8_what_is_overdue(page: Any) -> None:
    page.goto("/")
    follow(page.locator("main").get_by_role("link", name="Overdue", exact=True))
    assert 0 < first_number(page) < 36
    assert "list=overdue" in page.url
    assert page.locator("main").get_by_text("Overdue: was due by").count() == first_number(page)


def test_9_where_one_force_stands(page: Any) -> None:
    page.goto("/register")
    every = first_number(page)
    page.get_by_label("Saltmere Police").first.check()
    follow(page.get_by_role("button", name="Apply filters"))
    assert 0 < first_number(page) < every


def test_10_a_force(page: Any) -> None:
    page.goto("/forces")
    follow(page.locator("main").get_by_role("link", name="Saltmere Police").first)
    assert "Saltmere Police" in page.locator("h1").inner_text()
    assert page.locator("main").get_by_role("heading", name="Reports").count() == 1


def test_11_to_13_tag_a_text_correct_it_and_take_it_back(page: Any) -> None:
    page.goto("/tag")
    page.locator("textarea[name=text]").fill("Detained prisoners were cold in their custody cell.")
    follow(page.get_by_role("button", name="Tag", exact=True))
    assert "Custody" in page.locator("#result").inner_text()
    page.get_by_text("This is wrong").click()
    page.get_by_role("checkbox", name="Custody").first.uncheck()
    page.get_by_label("Your name").first.fill("Bea")
    follow(page.get_by_role("button", name="Save"))
    mine = page.locator(".corrections li", has_text="Detained prisoners").first
    assert "Bea" in mine.inner_text()
    follow(mine.get_by_role("button", name="Undo"))
    assert "Undone" in page.locator(".corrections li", has_text="Detained prisoners").first.inner_text()


@pytest.mark.parametrize("asked", ["/?q=custody&force=saltmere", "/register?force=saltmere"])
def test_14_a_list_as_a_file(page: Any, asked: str) -> None:
    page.goto(asked)
    with page.expect_download() as coming:
        page.get_by_role("link", name="CSV").first.click()
    text = Path(coming.value.path()).read_text("utf-8-sig")
    assert len(list(csv.DictReader(io.StringIO(text, newline="")))) == first_number(page)


def test_15_let_a_program_ask(page: Any) -> None:
    page.goto("/")
    follow(page.get_by_role("contentinfo").get_by_role("link", name="The JSON API"))
    assert "JSON API" in page.locator("h1").inner_text()
    assert page.get_by_text("/api/v1/search").count() > 0


def test_search_narrow_and_open_by_keyboard_without_script(keys: Any) -> None:
    tab_to(keys, "Search inspection reports")
    keys.keyboard.type("custody")
    press(keys)
    every = first_number(keys)
    tab_to(keys, "Saltmere Police", "input[type=checkbox]")
    keys.keyboard.press("Space")
    tab_to(keys, "Apply filters")
    press(keys)
    assert 0 < first_number(keys) < every
    tab_to(keys, selector=TITLE)
    press(keys)
    assert keys.locator(".passage.found").count() == 1


def test_what_is_overdue_by_keyboard_without_script(keys: Any) -> None:
    tab_to(keys, "Register", "nav a")
    press(keys)
    tab_to(keys, "Overdue", "input[name=list][value=overdue]")
    keys.keyboard.press("Space")
    tab_to(keys, "Apply filters")
    press(keys)
    assert 0 < first_number(keys) < 36


def test_paste_a_draft_by_keyboard_without_script(keys: Any) -> None:
    tab_to(keys, "Find similar", "nav a")
    press(keys)
    tab_to(keys, selector="textarea[name=text]")
    keys.keyboard.insert_text(DRAFT)
    tab_to(keys, "Find similar", "button")
    press(keys)
    assert keys.locator("main tbody tr").count() >= 4
