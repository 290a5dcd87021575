"""The steps that tests of pages in a real browser are made of: by mouse, and by keyboard alone."""

import re
from typing import Any

DRAFT = (
    "Within six months, chief constables should make sure that every device that is waiting for examination is on one "
    "list, with the name of the officer in charge of the case and the reason for the examination."
)
TITLE = "article.hit :is(h2, h3) a"
ACTIVE = """selector => { const one = document.activeElement;
    return [one.matches(selector), (one.labels?.[0]?.textContent || one.ariaLabel || one.textContent || "").trim()] }"""


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


def brief_of(page: Any) -> dict[str, Any]:
    """The brief whose page is open, as the API has it."""
    number = re.findall(r"/briefs/(\d+)", page.url)[0]
    found: dict[str, Any] = page.request.get(f"/api/v1/briefs/{number}").json()
    return found
