"""The main ones of the commonest jobs (docs/jobs.md) by keyboard alone, in a browser without script."""

from collections.abc import Iterator
from typing import Any

import pytest
from steps import DRAFT, TITLE, brief_of, first_number, press, tab_to


@pytest.fixture
def keys(browser: Any, sample_address: str) -> Iterator[Any]:
    """The start page in a browser without script, for what is done by keyboard alone."""
    context = browser.new_context(base_url=sample_address, java_script_enabled=False)
    opened = context.new_page()
    opened.goto("/")
    yield opened
    context.close()


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
    tab_to(keys, selector="input[name=find]")
    keys.keyboard.type("custody")
    press(keys)
    assert keys.locator("mark").count() > 0


def test_take_a_filter_off_and_cite_by_keyboard_without_script(keys: Any) -> None:
    keys.goto("/?q=custody&force=saltmere")
    narrow = first_number(keys)
    tab_to(keys, "Saltmere Police", ".chosen a")
    press(keys)
    assert first_number(keys) > narrow
    tab_to(keys, "Cite", "summary")
    keys.keyboard.press("Enter")
    assert keys.locator(".citation").first.is_visible()


def test_what_is_overdue_by_keyboard_without_script(keys: Any) -> None:
    tab_to(keys, "Register", "nav a")
    press(keys)
    every = first_number(keys)
    tab_to(keys, "Overdue", "nav a")
    press(keys)
    overdue = first_number(keys)
    assert 0 < overdue < every
    tab_to(keys, "Filters", "summary")
    keys.keyboard.press("Enter")
    tab_to(keys, "Saltmere Police", "input[name=force]")
    keys.keyboard.press("Space")
    tab_to(keys, "Apply filters", "button")
    press(keys)
    assert 0 < first_number(keys) < overdue
    assert "list=overdue" in keys.url


def test_paste_a_draft_by_keyboard_without_script(keys: Any) -> None:
    tab_to(keys, "Find similar", "nav a")
    press(keys)
    tab_to(keys, selector="textarea[name=text]")
    keys.keyboard.insert_text(DRAFT)
    tab_to(keys, "Find similar", "button")
    press(keys)
    assert keys.locator("main tbody tr").count() >= 4


def test_a_brief_by_keyboard_without_script(keys: Any) -> None:
    keys.goto("/?q=custody")
    for place in range(2):
        for _ in range(place + 1):
            tab_to(keys, "Add to a brief", "article summary")
        keys.keyboard.press("Enter")
        tab_to(keys, selector="input[name=brief_name]")
        if not place:
            keys.keyboard.type("By keys")
        tab_to(keys, selector="input[name=who]")
        keys.keyboard.type("" if place else "Kay")
        press(keys)
        if not place:
            tab_to(keys, "Back to where you were", "a")
            press(keys)
    before = [one["item_id"] for one in brief_of(keys)["results"]]
    tab_to(keys, "Change order, notes and items", "a")
    press(keys)
    tab_to(keys, selector="input[name=place]")
    keys.keyboard.press("Control+a")
    keys.keyboard.type("9")
    tab_to(keys, "Save changes", "button")
    press(keys)
    brief = brief_of(keys)
    assert (brief["name"], [one["item_id"] for one in brief["results"]]) == ("By keys", before[::-1])
    tab_to(keys, "Word", "a")
