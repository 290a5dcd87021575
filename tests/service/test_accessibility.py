"""Every page under axe-core in a real browser: light, dark and narrow; that none overflows, and that keys reach all.

Pages are found from the application, those with an id in their address by following links: a new page is covered by
itself. What is said of a failure is the page, the mode, axe-core's rule and the element.
"""

import io
from dataclasses import dataclass, field
from html.parser import HTMLParser
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from werkzeug.exceptions import HTTPException

AXE = find_spec("axe_playwright_python")

pytestmark = pytest.mark.skipif(
    AXE is None, reason="axe-playwright-python is not installed; requirements-dev.txt has it"
)

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
ALL_RULES: dict[str, Any] = {"runOnly": {"type": "tag", "values": TAGS}, "rules": {"target-size": {"enabled": True}}}
# Colours of a narrow page are those of a wide one.
BUT_COLOUR = {**ALL_RULES, "rules": {**ALL_RULES["rules"], "color-contrast": {"enabled": False}}}
BY_COLOUR = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
MODES = ("light", "dark", "390")
NARROW = 320
PASTED = "The force should make sure that people in custody do not wait long for an appropriate adult."
# States of pages besides the one that an address without anything asked for shows.
STATES = (
    "/?q=custody+waiting&explain=true",
    "/?q=custody&force=saltmere&sort=newest",
    '/?q="zebra+crossing+of+lions"',
    "/?q=custody&page_size=900",
    "/?q=&page=900",
    "/documents?force=saltmere&document_kind=register_record",
    "/documents?page=99",
    "/register?list=overdue&force=saltmere",
    "/register?as_of=1990",
    "/register?as_of=soon",
    f"/similar?text={PASTED}",
    "/similar?text=+&as_of=soon",
    f"/tag?text={PASTED}",
    "/queue?skip=9999",
    "/compare?force=saltmere&force=carrowdale",
    "/briefs/ready?force=saltmere",
    "/briefs/ready?theme=custody&year=2019",
    "/vocabulary?typed=waiting&kind=means&other=delay&example=waiting",
    "/documents/wealdmarch-2015-vulnerability.docx?part=2",
    "/documents/wealdmarch-2015-vulnerability.docx?find=children&like=true",
    "/register?text=custody&columns=number&columns=asks&columns=themes",
    "/nothing",
)
# Pages with an id that no link leads to: none, for `sample_app` has something of all that people make.
UNREACHED: frozenset[str] = frozenset()
ON_ONE_PAGE = """async (options) => (await axe.run(document, {...options, resultTypes: ["violations"]})).violations
    .flatMap(rule => rule.nodes.map(node => [rule.id, String(node.target), node.failureSummary || ""]))"""
# Of a long list or table only the first are looked at: the others are made alike, and axe-core takes its time.
SHORTEN = """longest => document.querySelectorAll("main *").forEach(one =>
    [...one.children].filter((child, at) => at >= longest && child.tagName == one.children[longest - 1].tagName)
        .forEach(child => child.remove()))"""
LONGEST = 8
# Marks what Tab can reach and counts it: links, buttons, fields and summaries that are seen, and regions that scroll.
REACHABLE = """() => [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex='0']")]
    .filter(one => one.checkVisibility({visibilityProperty: true}) && one.type != "hidden" && !one.disabled).length"""
FOCUSED = """() => { const one = document.activeElement; const first = !one.dataset.reached; one.dataset.reached = "1";
    const seen = getComputedStyle(one); const box = one.getBoundingClientRect();
    return [first, one.outerHTML.slice(0, 120), seen.outlineStyle != "none" && parseFloat(seen.outlineWidth) >= 2,
            box.width > 0 && box.right > 0] }"""
LEFT_OUT = """() => [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex='0']")]
    .filter(one => one.checkVisibility({visibilityProperty: true}) && one.type != "hidden" && !one.disabled
        && !one.dataset.reached).map(one => one.outerHTML.slice(0, 120))"""


class Links(HTMLParser):
    """Addresses that a page links to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.found += [value for name, value in attrs if name == "href" and value]


@dataclass
class Looked:
    """What was found on all pages: sentences by mode, and the pages that are too wide."""

    pages: list[str]
    unreached: set[str]
    troubles: dict[str, list[str]] = field(default_factory=lambda: {mode: [] for mode in MODES})
    wide: list[str] = field(default_factory=list)


def found_pages(app: Flask) -> tuple[list[str], set[str]]:
    """An address of each page, and the endpoints of pages to which no address was found."""
    client, match = app.test_client(), app.url_map.bind("localhost").match
    rules = [rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ()) and rule.endpoint != "static"]
    queue = [rule.rule for rule in rules if not rule.arguments] + list(STATES)
    wanted = {rule.endpoint for rule in rules if rule.arguments and rule.endpoint.split(".")[0].endswith("pages")}
    pages = []
    while queue:
        asked = queue.pop(0)
        with client.get(asked) as response:
            if response.mimetype != "text/html":
                continue
            pages.append(asked)
            links = Links(response.get_data(as_text=True)).found
        for link in links:
            try:
                endpoint = match(urlsplit(link).path, method="GET")[0]
            except HTTPException:
                continue
            if endpoint in wanted and urlsplit(link).scheme == "":
                wanted.discard(endpoint)
                queue.append(link)
    return pages, wanted


@pytest.fixture(scope="module")
def looked(sample_app: Flask, sample_address: str, browser: Any) -> Looked:
    """All pages, each opened once and looked at in every mode."""
    assert AXE is not None
    assert AXE.submodule_search_locations is not None
    script = (Path(AXE.submodule_search_locations[0]) / "axe.min.js").read_text("utf-8")
    pages, unreached = found_pages(sample_app)
    looked = Looked(pages, unreached)
    context = browser.new_context(bypass_csp=True)
    context.add_init_script(script)
    page = context.new_page()
    for asked in pages:
        page.emulate_media(color_scheme="light")
        page.set_viewport_size({"width": NARROW, "height": 800})
        page.goto(sample_address + asked)
        width = page.evaluate("document.documentElement.scrollWidth")
        if width > NARROW:
            looked.wide.append(f"{asked} is {width} pixels wide")
        page.evaluate(SHORTEN, LONGEST)
        page.set_viewport_size({"width": 1280, "height": 900})
        look(page, looked, asked, "light", ALL_RULES)
        page.emulate_media(color_scheme="dark")
        look(page, looked, asked, "dark", BY_COLOUR)
        page.emulate_media(color_scheme="light")
        page.set_viewport_size({"width": 390, "height": 800})
        page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        look(page, looked, asked, "390", BUT_COLOUR)
    context.close()
    return looked


def look(page: Any, looked: Looked, asked: str, mode: str, options: dict[str, Any]) -> None:
    for rule, target, why in page.evaluate(ON_ONE_PAGE, options):
        looked.troubles[mode].append(f"{asked} | {mode} | {rule} | {target} | {' '.join(why.split())[:160]}")


def test_every_page_is_looked_at(looked: Looked) -> None:
    assert looked.unreached == UNREACHED, "make what such a page shows in the fixture `sample_app`, or link to the page"
    paths = {urlsplit(page).path for page in looked.pages}
    assert {"/", "/help", "/accessibility", "/register", "/queue", "/api/v1/docs", "/upload/progress"} <= paths
    assert {"/briefs/1", "/briefs/1/edit", "/searches/1", "/briefs/ready", "/details", "/training"} <= paths
    assert any(path.startswith("/receipts/") for path in paths)
    assert any(path.startswith("/pictures/map/") for path in paths)


@pytest.mark.parametrize("mode", MODES)
def test_no_page_has_a_fault_that_axe_finds(looked: Looked, mode: str) -> None:
    assert not looked.troubles[mode], "\n" + "\n".join(looked.troubles[mode])


def test_no_page_is_wider_than_320_pixels(looked: Looked) -> None:
    assert not looked.wide, "\n" + "\n".join(looked.wide)


def test_axe_finds_a_fault_where_there_is_one(sample_address: str, browser: Any, looked: Looked) -> None:
    assert AXE is not None
    assert AXE.submodule_search_locations is not None
    page = browser.new_page(bypass_csp=True)
    page.add_init_script(path=Path(AXE.submodule_search_locations[0]) / "axe.min.js")
    page.goto(f"{sample_address}/help")
    page.evaluate("document.querySelector('main').insertAdjacentHTML('beforeend', '<img src=x><h6>x</h6>')")
    own = Looked(["/help"], set())
    look(page, own, "/help", "light", ALL_RULES)
    assert {line.split(" | ")[2] for line in own.troubles["light"]} >= {"image-alt", "heading-order"}
    page.close()


@pytest.mark.parametrize("width", [1280, NARROW])
@pytest.mark.parametrize("asked", ["/", "/similar", "/tag", "/help", "/queue", "/documents?force=saltmere"])
def test_the_tab_key_reaches_everything_and_shows_where_it_is(
    sample_address: str, browser: Any, asked: str, width: int
) -> None:
    page = browser.new_page(viewport={"width": width, "height": 800})
    page.goto(sample_address + asked)
    page.evaluate("document.activeElement.blur()")
    unseen, order = [], []
    for _ in range(page.evaluate(REACHABLE) + 2):
        page.keyboard.press("Tab")
        first, element, outlined, visible = page.evaluate(FOCUSED)
        order.append(element)
        if first and not element.startswith("<body") and not (outlined and visible):
            unseen.append(element)
    assert page.evaluate(LEFT_OUT) == []
    assert unseen == []
    assert 'class="skip"' in order[0] or "autofocus" in page.content()
    page.close()


def test_the_menu_opens_by_keyboard_without_script(sample_address: str, browser: Any) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 800}, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{sample_address}/help")
    entry = page.locator(".menu").get_by_role("link", name="Register", exact=True)
    assert not entry.is_visible()
    page.locator(".menu summary").focus()
    page.keyboard.press("Enter")
    assert entry.is_visible()
    page.keyboard.press("Tab")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.url == f"{sample_address}/register"
    assert page.locator(".menu [aria-current=page]").text_content() == "Register"
    context.close()


def test_an_error_takes_the_focus_and_leads_to_its_field(sample_address: str, browser: Any) -> None:
    page = browser.new_page()
    page.goto(f"{sample_address}/register?as_of=soon&force=saltmere")
    assert "Error" in page.title()
    assert page.evaluate("document.activeElement.className") == "error-summary"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    wrong = page.get_by_label("As of")
    assert wrong.get_attribute("aria-invalid") == "true"
    assert "soon" in page.locator(f"#{wrong.get_attribute('aria-describedby')}").inner_text()
    assert page.get_by_label("Force").input_value() == "saltmere"
    wrong.fill("2019")
    with page.expect_navigation():
        page.get_by_role("button", name="Send it again").click()
    assert "as_of=2019&force=saltmere" in page.url
    page.close()


def test_a_printed_page_has_the_text_and_no_navigation(sample_address: str, browser: Any) -> None:
    import pypdfium2

    page = browser.new_page()
    page.goto(f"{sample_address}/?q=custody")
    title = page.locator("h1").inner_text()
    file = pypdfium2.PdfDocument(io.BytesIO(page.pdf(format="A4")))
    text = file[0].get_textpage().get_text_range()
    assert title.split()[0] in text
    assert "Find similar" not in text
    assert "Apply filters" not in text
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    page.close()
