"""The pages: what they show, that links lead where they say, and that no document can put code into them."""

import html
import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote

import pytest
from fakes import FakeEncoder
from flask.testing import FlaskClient
from test_invariants import VALUES

from corpus.collection import load
from corpus.forces import load_forces
from indexer.build import build
from service.cli.main import main
from service.contract.requests import FACETS
from service.engine import Engine
from service.web.app import create_app
from service.web.search_pages import FACET_TITLES, anchor

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
    "/?q=DV+misssing+kent+70707&explain=true",
    "/?q=DV&expand=false",
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
def test_pages_hold_no_script_of_their_own_and_no_style_and_are_well_made(client: FlaskClient, address: str) -> None:
    text = client.get(address).get_data(as_text=True)
    page = Page(text)
    names = [tag for tag, _ in page.tags]
    assert not {"style", "iframe", "object"} & set(names)
    scripts = [attrs.get("src") or "" for tag, attrs in page.tags if tag == "script"]
    assert all(source.startswith("/static/") for source in scripts)
    assert re.search(r"<script[^>]*>[^<]", text) is None
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
    inside = {
        "year_from",
        "year_to",
        "brief_name",
        "note",
        "title",
        "who",
        "why",
        "like",
    }  # these stand inside their label
    assert {attrs["name"] for attrs in loose} <= inside


def test_the_start_page_counts_what_is_indexed(client: FlaskClient) -> None:
    text, page = read(client, "/")
    assert ">33<" in text.replace(" ", "")
    for link in page.values("href"):
        if link.startswith("/?"):
            read(client, link)


def link_of(text: str, words: str) -> str:
    """Where the first link with these words leads."""
    found = re.search(rf'<a href="([^"]*)"[^>]*>(?:<span[^>]*>[^<]*</span>)*{re.escape(words)}', text)
    assert found, words
    return html.unescape(found[1])


def offers_in(text: str) -> str:
    """The list of filters that the query names, as HTML; "" where none is offered."""
    return "".join(re.findall(r'<ul class="chosen offers".*?</ul>', text, re.DOTALL))


def hidden_fields(page: Page) -> dict[str | None, str | None]:
    """Those that the form of the search itself sends along."""
    fields = [attrs for _, attrs in page.tags if attrs.get("type") == "hidden" and attrs.get("form") == "search"]
    return {attrs["name"]: attrs["value"] for attrs in fields}


def test_other_words_are_shown_and_a_link_leaves_them_out_and_in_again(client: FlaskClient) -> None:
    text, _ = read(client, "/?q=DV+officers&year=2016&page=1")
    assert "Other words were looked for too" in text
    assert re.search(r"<dt>DV</dt><dd>domestic violence; [^<]*domestic abuse[^<]*</dd>", text)
    off = link_of(text, "Look for no other words than mine")
    assert off == "/?q=DV+officers&year=2016&expand=false"
    plain, _ = read(client, off)
    assert "Other words were looked for too" not in plain
    assert "Only the words you typed were looked for" in plain
    on = link_of(plain, "Look for others that mean the same too")
    assert on == "/?q=DV+officers&year=2016"
    assert "Other words were looked for too" in read(client, on)[0]


def test_a_query_that_has_no_other_words_says_nothing_of_them(client: FlaskClient) -> None:
    text, _ = read(client, "/?q=zebra")
    assert "Other words" not in text
    assert "Only the words you typed" not in text


def test_the_form_keeps_what_was_chosen_by_links(client: FlaskClient) -> None:
    for query in ("custody", '"no such phrase"'):  # the second finds nothing, and has no filters to show
        asked = f"/?q={quote(query)}&expand=false&explain=true&sort=newest&page_size=5&page=1"
        kept = {"expand": "false", "explain": "true", "sort": "newest", "page_size": "5"}
        assert hidden_fields(read(client, asked)[1]) == kept
    assert hidden_fields(read(client, "/?q=custody")[1]) == {}


def test_a_slip_of_the_keyboard_is_offered_with_the_filters_kept(client: FlaskClient) -> None:
    text, _ = read(client, "/?q=misssing+children&force=kent&page=1")
    assert "Did you mean" in text
    meant = link_of(text, "missing children")
    assert meant == "/?q=missing+children&force=kent"
    assert "Did you mean" not in read(client, meant)[0]


def test_filters_that_a_query_names_are_offered_until_they_are_on(client: FlaskClient) -> None:
    asked = "/?q=Kent+recommendations+of+2016&sort=newest&force=essex"
    offers = offers_in(read(client, asked)[0])
    assert link_of(offers, "Force: Kent Police") == f"{asked}&force=kent"
    assert link_of(offers, "Kind of passage: Recommendation") == f"{asked}&finding=recommendation"
    assert link_of(offers, "Year: 2016") == f"{asked}&year=2016"
    chosen, _ = read(client, link_of(offers, "Force: Kent Police"))
    assert "Force: Kent Police" in chosen
    assert "Force: Kent Police" not in offers_in(chosen)
    assert offers_in(read(client, "/?q=custody")[0]) == ""


def test_a_number_leads_to_its_records(client: FlaskClient) -> None:
    text, page = read(client, "/?q=who+owns+8837")
    assert "Records of that number:" in text
    for force in ("essex", "kent", "gwent", "surrey"):
        assert f"/documents/{force}:8837" in page.values("href")
    assert "(Kent Police)" in text
    assert "Record of that number" in read(client, "/?q=70707")[0]
    assert "of that number" not in read(client, "/?q=8838")[0]


def test_links_to_files_keep_the_search_but_not_its_page(client: FlaskClient) -> None:
    asked = "q=custody&force=kent&force=essex&sort=newest&expand=false"
    _, page = read(client, f"/?{asked}&page=1&page_size=5")
    files = [str(attrs["href"]) for tag, attrs in page.tags if tag == "a" and "download" in attrs]
    assert files == [f"/api/v1/search.csv?{asked}", f"/api/v1/search.json?{asked}"]
    api = client.get(f"/api/v1/search?{asked}&page_size=100").get_json()
    assert api["results"]
    assert client.get(files[1]).get_json()["results"] == api["results"]


def test_how_a_hit_was_scored_is_shown_on_request(client: FlaskClient) -> None:
    text, _ = read(client, "/?q=DV+incidents&finding=context")
    assert "Likely to answer" not in text
    shown, _ = read(client, link_of(text, "Show how each was scored"))
    (hit, *_) = client.get("/api/v1/search?q=DV+incidents&finding=context&explain=true").get_json()["results"]
    explain, first = hit["explain"], shown[shown.index('<dl class="explain"') :]
    assert f"<dd>{hit['score']:.3f}: meaning {explain['dense']:.3f}, words {explain['lexical']:.3f}" in first
    assert f"{explain['evidence'] * 100:.0f}%: cosine {explain['cosine']:.3f}" in first
    assert f"{explain['coverage'] * 100:.0f}% of the query stands in it" in first
    assert f"{explain['ranks']['dense']} by meaning, {explain['ranks']['lexical']} by words" in first
    assert "MARAC (for DV)" in first
    assert shown.count('<dl class="explain"') == shown.count("<article")
    assert "Likely to answer" not in read(client, link_of(shown, "Hide how each was scored"))[0]


def test_words_for_the_same_are_marked(client: FlaskClient) -> None:
    text, page = read(client, "/?q=DV&finding=context")
    for words in ("DV", "MARAC", "domestic abuse"):
        assert f"<mark>{words}</mark>" in text
    (link,) = {link for link in page.values("href") if anchor("papers/short forms.txt#2") in link}
    assert "<mark>MARAC</mark>" in read(client, link.partition("#")[0])[0]
    plain, _ = read(client, "/?q=DV&finding=context&expand=false")
    assert "<mark>DV</mark>" in plain
    assert "<mark>MARAC</mark>" not in plain


@pytest.mark.parametrize(
    ("query", "number", "short"),
    [
        ("domestic violence incidents", 2, "DV"),
        ("officers at the multi-agency risk assessment conference", 2, "MARAC"),
        ("quay lamp duty begins at dusk", 3, "QLD"),
        ("lantern watch team", 1, "LWT"),
    ],
)
def test_a_short_form_is_marked_where_its_meaning_is_asked_for(
    client: FlaskClient, query: str, number: int, short: str
) -> None:
    text, page = read(client, f"/?q={quote(query)}")
    (link,) = {link for link in page.values("href") if anchor(f"papers/short forms.txt#{number}") in link}
    assert f"<mark>{short}</mark>" in text
    assert f"<mark>{short}</mark>" not in read(client, f"/?q={quote(query)}&expand=false")[0]
    assert f"<mark>{short}</mark>" in read(client, link.partition("#")[0])[0]


def test_what_is_offered_cannot_be_code_either(client: FlaskClient) -> None:
    text, page = read(client, "/?q=" + quote('70707 misssing <script>alert("q")</script> "><b>'))
    assert "&lt;b&gt;Odd&lt;/b&gt; title</a>" in text
    assert "Did you mean" in text
    assert "<b>" not in text
    assert "script" not in {tag for tag, _ in page.tags}
    for link in (link for link in page.values("href") if link[0] != "#"):
        with client.get(link) as response:
            assert response.status_code == 200, link


def test_a_hit_leads_to_its_passage_marked_in_its_document(client: FlaskClient) -> None:
    text, page = read(client, "/?q=missing+children+recorded")
    assert "<mark>" in text
    links = [link for link in page.values("href") if link.startswith("/documents/") and "hit=" in link]
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
    assert "/?q=missing&sort=newest" in removing
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


def test_a_part_that_cannot_be_used_leaves_the_query_in_its_field(client: FlaskClient) -> None:
    text, page = read(client, "/?q=missing+children&year_from=abc", 400)
    assert "year_from is" in text
    assert "missing children" in [attrs.get("value") for tag, attrs in page.tags if tag == "input"]
    assert "/?q=missing+children" in page.values("href")
    text, page = read(client, "/similar?text=Look+for+children&as_of=soon", 400)
    assert "“As of” is &#39;soon&#39;" in text
    assert "Look for children" in text


def test_every_facet_has_a_title_an_option_and_its_place_in_the_tests() -> None:
    assert set(FACET_TITLES) == set(FACETS)
    options = {parameter.name for parameter in main.commands["search"].params}
    assert set(FACETS) <= options
    assert VALUES.keys() | {"theme"} == set(FACETS)


def test_the_form_for_similar_findings_keeps_every_filter(client: FlaskClient) -> None:
    asked = ("theme=unknown", "finding=recommendation", "grade=unknown", "year=2016", "document_kind=other", "limit=7")
    _, page = read(client, f"/similar?text=Look+for+children&{'&'.join(asked)}")
    kept = {(attrs.get("name"), attrs.get("value")) for tag, attrs in page.tags if tag == "input"}
    assert {tuple(pair.split("=")) for pair in asked} <= kept


def test_a_documents_page_shows_no_path_of_the_server(tmp_path: Path) -> None:
    papers = tmp_path / "private" / "papers"
    papers.mkdir(parents=True)
    (papers / "one.txt").write_text("Custody records are kept.\n\nPatrols are planned each day.\n", "utf-8")
    collection = load([str(papers)], load_forces())
    build(collection, FakeEncoder(), tmp_path / "data", inputs=[str(papers)])
    client = create_app(Engine(tmp_path / "data", FakeEncoder())).test_client()
    text = client.get("/documents/one.txt").get_data(as_text=True)
    assert "one.txt" in text
    assert "private" not in text


def test_the_tables_of_themes_download(client: FlaskClient) -> None:
    for form in ("csv", "json"):
        for by in ("force", "year"):
            assert client.get(f"/api/v1/themes/{by}.{form}").status_code == 200


def test_the_description_of_the_api_is_a_page_without_script_of_its_own(client: FlaskClient) -> None:
    text, page = read(client, "/api/v1/docs")
    assert "/api/v1/similar" in text
    assert "style" not in {tag for tag, _ in page.tags}
    assert [attrs["src"] for tag, attrs in page.tags if tag == "script"] == ["/static/docs.js"]
    ids = set(page.values("id"))
    assert {link[1:] for link in page.values("href") if link.startswith("#")} <= ids
