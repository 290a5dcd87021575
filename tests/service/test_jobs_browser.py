"""The fifteen commonest jobs (docs/jobs.md) in a real browser; test_jobs_by_keyboard.py does the main ones again."""

import csv
import io
import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docx
import pytest
from click.testing import CliRunner
from fakes import FakeEncoder
from openpyxl import load_workbook
from steps import DRAFT, TITLE, ask, brief_of, first_number, follow

from service.cli import common
from service.cli.main import main
from service.cli.settings import SETTINGS
from service.engine import Engine
from service.web.app import create_app
from service.work import build_job

LETTER = """Lamps on the quay

4 June 2018

Essex Police has looked at the lamps of its quays, and at those of Kent Police, which lent it three.
"""
LATER = """A later visit to the quay

Published on 2 May 2020

Essex Police has put lamps on each of its quays, and lights them at dusk.
"""


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


@pytest.fixture(scope="module")
def own(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A page of a service over one letter, where documents can be added and builds started."""
    from waitress import create_server

    tests, home = Path(__file__).parents[1], tmp_path_factory.mktemp("own")
    (home / "papers").mkdir()
    (home / "papers" / "letter.txt").write_text(LETTER, "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        for row in SETTINGS:
            patch.delenv(row.name, raising=False)
        patch.setenv("PYTHONPATH", os.pathsep.join([str(tests.parent), str(tests)]))
        patch.setattr(common, "encoder_for", lambda settings: FakeEncoder())
        patch.setattr(build_job, "PROGRAM", (sys.executable, str(tests / "fake_upload_job.py")))
        built = CliRunner().invoke(main, ["build", str(home / "papers"), "--data", str(home / "data")])
        assert built.exit_code == 0, built.output
        app = create_app(Engine(home / "data", FakeEncoder()))
        server = create_server(app, host="127.0.0.1", port=0, threads=2, asyncore_use_poll=True)
        threading.Thread(target=server.run, daemon=True).start()
        opened = browser.new_page(base_url=f"http://127.0.0.1:{server.effective_port}")
        yield opened
        opened.close()
        server.close()


def built(page: Any) -> None:
    """Wait until the build that was started is done."""
    page.get_by_role("heading", name="Done", exact=True).wait_for(timeout=600_000)


def put_in_brief(place: Any, name: str, note: str = "") -> None:
    """Fill in and send the form "Add to a brief" that stands in a place of a page."""
    place.get_by_text("Add to a brief", exact=True).first.click()
    form = place.locator("details.to-brief[open] form").first
    form.get_by_label("Brief").fill(name)
    form.get_by_label("Note, if any").fill(note)
    form.get_by_label("Your name").fill("Bea")
    follow(form.get_by_role("button", name="Add", exact=True))


def test_1_find_a_passage_read_it_in_its_place_and_cite_it(page: Any) -> None:
    ask(page, "waiting for an appropriate adult")
    hit = page.locator("article.hit").first
    hit.get_by_text("Cite", exact=True).click()
    citation = hit.locator(".citation")
    assert citation.is_visible()
    assert hit.locator("a").first.inner_text() in citation.inner_text()
    words = hit.locator("p.text").inner_text().strip("… ")[:60]
    follow(page.locator(TITLE).first)
    assert words in page.locator(".passage.found").inner_text()
    follow(page.get_by_role("link", name="Back to the results"))
    assert "appropriate" in page.url
    left = page.url.partition("#")[2]
    assert (
        page.locator("article.hit:target").get_attribute("id")
        == left
        == page.locator("article.hit").first.get_attribute("id")
    )


def test_1_one_comes_back_to_the_hit_that_was_left_with_filters_and_page(page: Any) -> None:
    page.goto("/?q=custody&force=saltmere&page_size=2&page=2")
    last = page.locator("article.hit").last
    left, title = last.get_attribute("id"), last.locator(":is(h2, h3) a")
    asked = page.url
    follow(title)
    follow(page.get_by_role("link", name="Back to the results"))
    assert page.url == f"{asked}#{left}"
    assert page.locator("article.hit:target").count() == 1
    put_in_brief(page.locator("article.hit").last, "Come back")
    assert page.get_by_role("link", name="Back to where you were").get_attribute("href").endswith(f"page=2#{left}")


def test_2_narrow_it_to_one_force_and_take_that_off(page: Any) -> None:
    ask(page, "custody")
    every = first_number(page)
    page.get_by_label("Saltmere Police").first.check()
    follow(page.get_by_role("button", name="Apply filters"))
    assert 0 < first_number(page) < every
    assert "force=saltmere" in page.url
    follow(page.locator(".chosen").get_by_role("link", name="Saltmere Police"))
    assert first_number(page) == every


def test_3_nothing_was_said(page: Any) -> None:
    ask(page, '"zebra crossing of lions"')
    assert page.locator("h1").inner_text().startswith("No match")
    assert "other words" in page.locator("main").inner_text()


def test_4_paste_a_draft(page: Any) -> None:
    page.goto("/similar")
    page.locator("textarea[name=text]").fill(DRAFT)
    follow(page.locator("main").get_by_role("button", name="Find similar"))
    assert page.locator("main tbody tr").count() >= 4
    assert page.locator("textarea[name=text]").input_value() == DRAFT


def test_5_what_became_of_the_like(page: Any) -> None:
    page.goto('/?q="every+device+that+is+waiting"&force=saltmere')
    follow(page.locator("article.hit").first.get_by_role("link", name="What became of it"))
    assert "Recommendation" in page.locator("h1").inner_text()
    assert page.locator(".events time").count() > 2
    follow(page.get_by_role("link", name="Find similar findings"))
    assert page.locator("main tbody tr").count() >= 4


def test_6_what_is_open_or_overdue(page: Any) -> None:
    page.goto("/")
    follow(page.locator("main").get_by_role("link", name="Overdue", exact=True))
    overdue = first_number(page)
    assert 0 < overdue < 36
    assert "list=overdue" in page.url
    assert page.locator("td.col-deadline").get_by_text("overdue").count() == overdue
    page.goto("/register")
    follow(page.get_by_role("navigation", name="Lists of the register").get_by_role("link", name="Open"))
    still_open = first_number(page)
    assert overdue <= still_open < 36
    follow(page.get_by_role("columnheader", name="Deadline").get_by_role("link"))
    assert page.get_by_role("columnheader", name="Deadline").get_attribute("aria-sort") == "ascending"
    page.get_by_label("Words in the record").fill("custody")
    follow(page.get_by_role("button", name="Apply", exact=True))
    total = first_number(page)
    assert 0 < total < still_open
    page.get_by_text("Save or download this list").click()
    with page.expect_download() as coming:
        page.locator("main").get_by_role("link", name="Excel").click()
    sheet = load_workbook(io.BytesIO(Path(coming.value.path()).read_bytes())).worksheets[0]
    assert sheet.max_row - 1 == total


def test_7_a_force(page: Any) -> None:
    page.goto("/forces")
    follow(page.locator("main").get_by_role("link", name="Saltmere Police").first)
    assert "Saltmere Police" in page.locator("h1").inner_text()
    assert page.locator("main").get_by_role("heading", name="Reports").count() == 1
    here = page.locator("section[aria-labelledby=register] li").first
    count = int(here.locator(".count").inner_text())
    follow(here.get_by_role("link"))
    assert first_number(page) == count


def test_8_two_forces_side_by_side(page: Any) -> None:
    page.goto("/compare")
    page.get_by_label("Force 1").select_option(label="Saltmere Police")
    page.get_by_label("Force 2").select_option(label="Carrowdale Police")
    page.get_by_label("On the question").fill("custody")
    follow(page.get_by_role("button", name="Compare"))
    columns = page.locator(".side-by-side section")
    assert columns.locator("h2").all_inner_texts() == ["Saltmere Police", "Carrowdale Police"]
    assert page.locator("table.numbers tbody tr").count() == 2


def test_9_read_a_document(page: Any) -> None:
    page.goto("/documents/wealdmarch-2017-effectiveness.txt")
    link = page.get_by_role("navigation", name="Contents of this document").get_by_role("link").last
    heading = link.inner_text()
    link.click()
    assert page.locator(":target").inner_text() == heading
    page.get_by_label("Search within this document").fill("tractors")
    follow(page.get_by_role("button", name="Find", exact=True))
    assert page.locator("mark").first.inner_text().lower().startswith("tractor")
    page.goto("/documents/wealdmarch-2017-effectiveness.txt")
    first = page.locator(".passage").first
    first.locator("summary", has_text="Cite").click()
    said = first.locator(".citation").inner_text()
    assert first.locator("p.text").inner_text()[:40] in said
    assert page.locator("h1").inner_text() in said


def test_10_what_a_text_and_a_file_of_texts_are_about(page: Any) -> None:
    page.goto("/tag")
    page.locator("textarea[name=text]").fill("People in custody were cold.")
    follow(page.get_by_role("button", name="Tag", exact=True))
    assert "Custody" in page.locator("#result").inner_text()
    rows = b"number,text\n1,People in custody were cold.\n2,Nobody was seen.\n"
    page.get_by_label("File").set_input_files({"name": "texts.csv", "mimeType": "text/csv", "buffer": rows})
    with page.expect_download() as coming:
        page.get_by_role("button", name="Tag the file").click()
    found = list(csv.DictReader(io.StringIO(Path(coming.value.path()).read_text("utf-8-sig"), newline="")))
    assert [row["number"] for row in found] == ["1", "2"]
    assert "custody" in " ".join(found[0].values()).replace("People in custody were cold.", "").lower()


def test_11_a_theme_is_wrong_and_taken_back(page: Any) -> None:
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


def test_12_a_brief_for_a_board(page: Any) -> None:
    ask(page, "custody")
    put_in_brief(page.locator("article.hit").nth(0), "For the board", "First to be put in.")
    follow(page.get_by_role("link", name="Back to where you were"))
    second = page.locator("article.hit").nth(1)
    second.get_by_text("Add to a brief", exact=True).click()
    assert second.get_by_label("Brief").input_value() == "For the board", "the brief that one is at work on"
    follow(second.get_by_role("button", name="Add", exact=True))
    page.goto("/register")
    follow(page.locator("td.col-asks a").first)
    put_in_brief(page.locator("main"), "For the board")
    before = [one["item_id"] for one in brief_of(page)["results"]]
    follow(page.get_by_role("link", name="Change order, notes and items"))
    page.get_by_label("Note on the whole").fill("For the tenth.")
    page.locator("input[name=place]").nth(2).fill("0.5")
    follow(page.get_by_role("button", name="Save changes"))
    brief = brief_of(page)
    assert [one["item_id"] for one in brief["results"]] == [before[2], before[0], before[1]]
    assert (brief["note"], [one["note"] for one in brief["results"]]) == (
        "For the tenth.",
        ["", "First to be put in.", ""],
    )
    with page.expect_download() as coming:
        page.get_by_role("link", name="Word").click()
    word = docx.Document(str(coming.value.path()))
    quotes = [one.text for one in word.paragraphs if one.style and one.style.name == "Quote"]
    sources = [
        page.request.get(
            f"/api/v1/{'passages' if one['passage_id'] else 'findings'}/{one['passage_id'] or one['finding_id']}"
        ).json()["text"]
        for one in brief["results"]
    ]
    assert quotes == sources
    assert "For the tenth." in [one.text for one in word.paragraphs]


def test_12_items_of_a_brief_are_put_in_order_by_dragging(page: Any) -> None:
    ask(page, "custody")
    for at in range(3):
        put_in_brief(page.locator("article.hit").nth(at), "By mouse", f"Put in as number {at + 1}.")
        if at < 2:
            follow(page.get_by_role("link", name="Back to where you were"))
    before = [one["item_id"] for one in brief_of(page)["results"]]
    follow(page.get_by_role("link", name="Change order, notes and items"))
    page.set_viewport_size({"width": 1280, "height": 3000})  # all of them in sight: nothing has to scroll
    drag(page, 2, 0)
    drag(page, 1, 2)
    page.set_viewport_size({"width": 1280, "height": 720})
    assert page.locator("input[name=place]").evaluate_all("all => all.map(one => one.value)") == ["1", "2", "3"]
    follow(page.get_by_role("button", name="Save changes"))
    results = brief_of(page)["results"]
    assert [one["item_id"] for one in results] == [before[2], before[1], before[0]]
    assert [one["note"] for one in results] == [f"Put in as number {number}." for number in (3, 2, 1)]


def drag(page: Any, item: int, onto: int) -> None:
    """Drag with the mouse, in steps, as a hand does: a browser begins to drag only where the mouse has moved."""
    start = page.get_by_role("button", name="Move this item").nth(item).bounding_box()
    end = page.locator("[data-item]").nth(onto).bounding_box()
    page.mouse.move(start["x"] + start["width"] / 2, start["y"] + start["height"] / 2)
    page.mouse.down()
    page.mouse.move(start["x"] + start["width"] / 2, start["y"] - 10, steps=5)
    page.mouse.move(end["x"] + end["width"] / 2, end["y"] + end["height"] / 2, steps=15)
    page.mouse.up()


def test_13_a_ready_made_brief(page: Any) -> None:
    page.goto("/briefs")
    page.locator("select[name=force]").select_option(label="Saltmere Police")
    follow(page.get_by_role("button", name="Show the brief of this force"))
    assert "Saltmere Police" in page.locator("h1").inner_text()
    assert page.locator("blockquote").count() > 1
    with page.expect_download() as coming:
        page.get_by_role("link", name="Word").click()
    assert docx.Document(str(coming.value.path())).paragraphs


def test_14_save_a_search_add_a_document_and_see_what_is_new(own: Any) -> None:
    ask(own, "lamps")
    own.get_by_text("Save or download these results").click()
    form = own.locator(".save-search")
    form.get_by_label("What to call it").fill("Lamps on quays")
    form.get_by_label("Your name").fill("Ada")
    follow(form.get_by_role("button", name="Save", exact=True))
    assert "Nothing has changed since it was saved" in own.locator("main").inner_text()
    follow(own.get_by_role("navigation").get_by_role("link", name="Add documents").first)
    file = {"name": "later.txt", "mimeType": "text/plain", "buffer": LATER.encode()}
    own.get_by_label("Files").set_input_files(file)
    assert own.get_by_label("Your name").input_value() == "Ada"
    follow(own.get_by_role("button", name="Add them"))
    built(own)
    assert "A later visit to the quay" in own.locator("main").inner_text()
    follow(own.get_by_role("link", name="What is new in saved searches"))
    assert "1 new" in own.locator(".saved li", has_text="Lamps on quays").inner_text()
    follow(own.get_by_role("link", name="Lamps on quays", exact=True))
    assert own.locator("li.new h3").get_by_role("link").all_inner_texts() == ["A later visit to the quay"]


def test_15_what_was_read_wrongly_is_corrected_and_taken_back(own: Any) -> None:
    own.goto("/documents/letter.txt")
    before = own.locator("dl.facts").inner_text()
    follow(own.get_by_role("link", name="Correct what was read").first)
    kinds = own.get_by_label("Kind").locator("option").all_inner_texts()
    assert kinds == ["Inspection report", "PEEL assessment", "Register record", "Other document"]
    own.locator("#d-force").fill("Kent Police")
    own.get_by_label("Date of publication").fill("May 2017")
    own.locator("#d-who").fill("Ada")
    follow(own.get_by_role("button", name="Keep this"))
    said = [own.locator(f"#d-{name}").input_value() for name in ("force", "date")]
    assert said == ["Kent Police", "May 2017"], "the form shows what was said, and not what was read"
    follow(own.get_by_role("button", name="Build the index now"))
    built(own)
    own.goto("/documents/letter.txt")
    facts = own.locator("dl.facts").inner_text()
    assert "Kent Police" in facts
    assert "May 2017" in facts
    assert facts != before
    own.goto("/details")
    for _ in range(2):
        follow(own.get_by_role("button", name="Undo").first)
    assert own.get_by_role("button", name="Undo").count() == 0
    assert own.locator("main").inner_text().count("still shown until the next build") == 2


def test_the_newest_first(page: Any) -> None:
    ask(page, "custody")
    total = first_number(page)
    follow(page.get_by_role("link", name="Newest", exact=True))
    assert first_number(page) == total
    assert "sort=newest" in page.url


@pytest.mark.parametrize("asked", ["/?q=custody&force=saltmere", "/register?force=saltmere"])
def test_a_list_as_a_file(page: Any, asked: str) -> None:
    page.goto(asked)
    page.get_by_text("Save or download th").first.click()
    with page.expect_download() as coming:
        page.locator("main").get_by_role("link", name="CSV").first.click()
    text = Path(coming.value.path()).read_text("utf-8-sig")
    assert len(list(csv.DictReader(io.StringIO(text, newline="")))) == first_number(page)


def test_a_program_can_ask(page: Any) -> None:
    page.goto("/")
    follow(page.get_by_role("contentinfo").get_by_role("link", name="The JSON API"))
    assert "JSON API" in page.locator("h1").inner_text()
    assert page.get_by_text("/api/v1/search").count() > 0
