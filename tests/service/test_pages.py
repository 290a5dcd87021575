"""The pages: what they show, that links lead where they say, and that no document can put code into them."""

import html
import re
from html.parser import HTMLParser
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from service.pages import anchor

ODD = "gwent/odd & <name>?#1\n2"


class Page(HTMLParser):
    """Tags with their attributes, ids and links of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def values(self, attribute: str) -> list[str]:
        return [value for _, attrs in self.tags if (value := attrs.get(attribute)) is not None]


def read(client: FlaskClient, address: str, status: int = 200) -> tuple[str, Page]:
    response = client.get(address)
    assert response.status_code == status
    text = response.get_data(as_text=True)
    return text, Page(text)


ADDRESSES = (
    "/",
    "/?q=missing+children",
    "/?q=&sort=newest&page=2",
    "/?q=%3F%21",
    "/?q=missing&force=kent&year_from=2016",
    "/?q=a&page_size=900",
    "/documents/peel-essex.txt",
    "/documents/" + quote(ODD),
    "/nothing",
)


@pytest.mark.parametrize("address", ADDRESSES)
def test_pages_hold_no_script_and_no_style_and_are_well_made(client: FlaskClient, address: str) -> None:
    page = Page(client.get(address).get_data(as_text=True))
    names = [tag for tag, _ in page.tags]
    assert not {"script", "style", "iframe", "object"} & set(names)
    attributes = {name for _, attrs in page.tags for name in attrs}
    assert "style" not in attributes
    assert not [name for name in attributes if name.startswith("on")]
    assert (names.count("h1"), names.count("main"), names.count("title")) == (1, 1, 1)
    ids = page.values("id")
    assert len(ids) == len(set(ids))
    inner = [link[1:] for link in page.values("href") if link.startswith("#")]
    assert set(inner) <= set(ids)
    labelled = set(page.values("for"))
    loose = [
        attrs
        for tag, attrs in page.tags
        if tag == "input" and attrs.get("type") != "hidden" and attrs.get("id") not in labelled
    ]
    assert {attrs["name"] for attrs in loose} <= {"year_from", "year_to"}  # these stand inside their label


def test_the_start_page_counts_what_is_indexed(client: FlaskClient) -> None:
    text, page = read(client, "/")
    assert ">31<" in text.replace(" ", "")
    for link in page.values("href"):
        if link.startswith("/?"):
            read(client, link)


def test_a_hit_leads_to_its_passage_marked_in_its_document(client: FlaskClient) -> None:
    text, page = read(client, "/?q=missing+children+recorded")
    assert "<mark>" in text
    links = [link for link in page.values("href") if link.startswith("/documents/")]
    assert links
    for link in links:
        address, _, fragment = link.partition("#")
        found, there = read(client, address)
        assert fragment in there.values("id")
        assert found.count('class="passage found"') == 1
    assert "<mark>missing</mark>" in read(client, links[0].partition("#")[0])[0]


def test_a_hit_shows_its_place_status_fold_and_citation(client: FlaskClient) -> None:
    text, _ = read(client, "/?q=forces+should+review+missing+children&force=kent&finding=recommendation")
    assert "complete, set 4 May 2018" in text
    assert "Kent Police" in text
    assert "Also in 3 other places" in text
    assert "register number 8837, recommendation 8837" in text


def test_filters_are_links_and_a_form_that_keep_the_rest(client: FlaskClient) -> None:
    _, page = read(client, "/?q=missing&force=kent&force=essex&year_from=2016&sort=newest")
    removing = [link for link in page.values("href") if link.startswith("/?")]
    assert "/?q=missing&force=essex&year_from=2016&sort=newest" in removing
    assert "/?q=missing&force=kent&force=essex&sort=newest" in removing
    assert "/?q=missing" in removing
    boxes = [attrs for tag, attrs in page.tags if tag == "input" and attrs.get("type") == "checkbox"]
    assert {attrs["value"] for attrs in boxes if attrs["name"] == "force" and "checked" in attrs} == {"kent", "essex"}
    assert all(attrs["form"] == "search" for attrs in boxes)


def test_pages_of_results_link_to_each_other(client: FlaskClient) -> None:
    _, page = read(client, "/?q=&sort=newest&page_size=10&page=2")
    links = [link for link in page.values("href") if "page=" in link]
    assert "/?q=&sort=newest&page_size=10&page=1" in links
    assert "/?q=&sort=newest&page_size=10&page=3" in links
    text, _ = read(client, "/?q=&page=9999")
    assert "There is no page 9999" in text


def test_no_match_says_so_and_shows_the_nearest(client: FlaskClient) -> None:
    text, _ = read(client, "/?q=%22no+such+phrase%22&force=kent")
    assert "No match" in text
    assert "Search without filters" in text
    assert text.count("<article") == 3


def test_a_hostile_document_is_shown_as_text(client: FlaskClient) -> None:
    for address in ("/documents/" + quote(ODD), "/?q=train+officers+staff&force=saltmere"):
        text, page = read(client, address)
        assert "<script>alert" not in text
        assert html.escape("<script>alert(1)</script>") in text.replace("<mark>", "").replace("</mark>", "")
        assert "&lt;b&gt;Odd&lt;/b&gt; title" in text
        assert not [link for link in page.values("href") if link.startswith("javascript:")]


def test_a_document_of_the_sample_says_that_it_is_fictional(client: FlaskClient) -> None:
    assert "Fictional example" in read(client, "/documents/" + quote(ODD))[0]
    assert "Fictional example" in read(client, "/?q=train+officers+staff&force=saltmere")[0]
    assert "Fictional example" not in read(client, "/documents/peel-essex.txt")[0]


def test_a_document_shows_grades_findings_events_notes(client: FlaskClient) -> None:
    text, _ = read(client, "/documents/peel-essex.txt")
    assert re.search(r"<th scope=.row.>vulnerability</th><td>Good</td><td>Good 20, Inadequate 2</td>", text)
    assert "Missing children</h4>" in text
    record, page = read(client, "/documents/kent:8837")
    assert "Read it below" in record
    assert anchor("kent:8837#1") in page.values("id")
    assert "Due by March 2018" in record
    assert "To chief constables" in record
    assert "The last event has no end." in read(client, "/documents/" + quote(ODD))[0]


def test_a_document_that_is_not_there(client: FlaskClient) -> None:
    text, _ = read(client, "/documents/nowhere", 404)
    assert "search page" in text
