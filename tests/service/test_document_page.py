"""A document's page in parts, the search within it, citations, and results that are told apart."""

import html
import re
from itertools import pairwise
from urllib.parse import quote

import pytest
from conftest import Publish
from fakes import FakeEncoder, assessment, document, fitted, passage, record
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from test_pages import read

from corpus.model import Document, Finding, Passage
from indexer.lexical import make_analyzer
from service.answers.document_parts import PASSAGES, part_with, parts_of, whole
from service.answers.lookups import document as look_up
from service.answers.within import like_within
from service.contract.document_responses import SectionRecord
from service.contract.labels import full_citation, quotation
from service.contract.responses import HitDocument
from service.contract.responses import Passage as Answered
from service.engine import Engine
from service.web.app import create_app
from service.web.document_pages import anchor
from service.web.similar_pages import MAX_ADDRESS

KEY = "reports/long & wide?.txt"
CHAPTERS = 6
EACH = 70  # passages of a chapter
SUBJECTS = ("patrol", "custody", "vetting", "stalking", "training", "records")


def long_report() -> Document:
    """A report of six chapters with 420 passages, a recommendation in two limbs, and an area for improvement."""
    sections: list[tuple[str, ...]] = [()]
    passages: list[Passage] = [passage(KEY, 0, "This report was written in one summer.", date="2019-05", page=1)]
    limbs = ("keeps lanterns in each van; and", "counts lanterns each night.")
    findings = (
        Finding(
            f"{KEY}/1", "recommendation", "7", f"The force should make sure that it {limbs[0]} {limbs[1]}", 1, *_STANDS
        ),
        Finding(f"{KEY}/2", "area_for_improvement", None, limbs[1], 1, *_STANDS),
    )
    for chapter in range(CHAPTERS):
        for half in ("Strengths", "Work to do"):
            sections.append((f"Chapter {chapter + 1}", half))
            for number in range(EACH // 2):
                at = len(passages)
                text = f"Officer {at} wrote that {SUBJECTS[at % len(SUBJECTS)]} took {at % 11} days of {chapter} weeks."
                passages.append(passage(KEY, at, text, section=len(sections) - 1, date="2019-05", page=number))
    last = len(sections) - 1
    for text, more in (
        ("The force should make sure that it:", {}),
        (limbs[0], {"parent": len(passages)}),
        (limbs[1], {"parent": len(passages), "finding": 1, "kind": "area_for_improvement"}),
    ):
        asked = {"finding": 0, "kind": "recommendation"} | more
        passages.append(passage(KEY, len(passages), text, section=last, date="2019-05", **asked))  # type: ignore[arg-type]
    return document(
        KEY,
        [one.text for one in passages],
        kind="inspection_report",
        title="Lanterns at night",
        force="kent",
        date="2019-05",
        sections=tuple(sections),
        passages=tuple(passages),
        findings=findings,
    )


_STANDS = (None, None, (), "being-progressed", "2019-08-02")


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory, publish: Publish) -> Engine:
    data = tmp_path_factory.mktemp("reports")
    asks = "By March 2018, all forces should review how missing children are recorded."
    others = (record("essex", "8837", asks), record("gwent", "8837", asks), assessment("surrey"))
    publish(data, (long_report(), *others))
    fitted(data)
    return Engine(data, FakeEncoder())


@pytest.fixture(scope="module")
def pages(reports: Engine) -> FlaskClient:
    return create_app(reports).test_client()


def shown(text: str) -> list[str]:
    """The anchors of the passages of a page, in order."""
    return re.findall(r'<div id="(p-[0-9a-f]{12})" class="passage', text)


def sections_of(lengths: list[tuple[int, int]]) -> list[SectionRecord]:
    """Sections with so many passages, of chapters with these numbers."""
    about = HitDocument(
        id="d", title="d", kind="other", force=None, forces=[], date=None, source="d", url=None, fictional=False
    )
    blank = dict.fromkeys(("date", "grade", "page", "offsets", "parent", "finding", "fold"))
    made, at = [], 0
    for number, (chapter, length) in enumerate(lengths):
        path = [f"chapter {chapter}", f"section {number}"]
        own = [
            Answered(
                **blank,
                passage_id=str(at + one),
                text="",
                kind="context",
                document=about,
                section=path,
                citation="",
                themes=[],
            )
            for one in range(length)
        ]
        made.append(SectionRecord(path=path, passages=own))
        at += length
    return made


@given(
    lengths=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 40)), max_size=12),
    most=st.integers(1, 60),
)
def test_parts_hold_each_passage_once_in_order_and_no_part_too_many(lengths: list[tuple[int, int]], most: int) -> None:
    sections = sections_of(lengths)
    parts = parts_of(sections, most)
    every = [one.passage_id for section in sections for one in section.passages]
    assert [one.passage_id for part in parts for one in part.passages] == every
    assert all(len(list(part.passages)) <= most for part in parts)
    assert [one.passage_id for one in whole(sections).passages] == every
    for at, part in enumerate(parts):
        assert all(part_with(parts, one.passage_id) == at for one in part.passages)
    assert part_with(parts, "nowhere") is None
    names = [one.name for part in parts for one in part.headings]
    assert len(names) == len(set(names))
    assert names == [one.name for one in whole(sections).headings]
    for part in parts:  # a heading is never more than one level below the one before it
        depths = [-1, *(one.depth for piece in part.pieces for one in piece.headings)]
        assert all(two <= one + 1 for one, two in pairwise(depths))


def test_the_parts_of_a_page_are_the_whole_of_it(pages: FlaskClient, reports: Engine) -> None:
    address = "/documents/" + quote(KEY)
    found = look_up(reports.snapshot(), KEY)
    assert found is not None
    every = [anchor(one.passage_id) for section in found.sections for one in section.passages]
    parts, text = [], read(pages, address)[0]
    while True:
        parts.append(shown(text))
        following = re.search(r'<a rel="next" href="([^"]*)"', text)
        if following is None:
            break
        text, _ = read(pages, html.unescape(following[1]))
    assert len(parts) >= 3
    assert [one for part in parts for one in part] == every
    assert max(map(len, parts)) <= PASSAGES
    assert shown(read(pages, f"{address}?whole=true")[0]) == every
    assert shown(read(pages, f"{address}?part=99")[0]) == parts[-1]


def test_every_passage_is_reached_at_its_address_in_whatever_part(pages: FlaskClient, reports: Engine) -> None:
    found = look_up(reports.snapshot(), KEY)
    assert found is not None
    first, page = read(pages, "/documents/" + quote(KEY))
    here, there = set(shown(first)), {}
    for tag, attrs in page.tags:
        if tag == "a" and attrs.get("class") == "elsewhere":
            there[attrs["id"]] = str(attrs["href"])
    for one in [one for section in found.sections for one in section.passages][::29]:
        name = anchor(one.passage_id)
        opened, _ = read(pages, f"/documents/{quote(KEY)}?hit={quote(one.passage_id)}")
        assert name in shown(opened)
        assert re.search(rf'<div id="{name}" class="passage[^"]*found"', opened)
        assert (name in here) != (name in there)
        if name in there:  # the anchor alone names it: the page leads on to its part
            address, _, fragment = there[name].partition("#")
            assert fragment == name
            assert name in shown(read(pages, address)[0])


def test_contents_lead_to_headings_that_are_there(pages: FlaskClient) -> None:
    for part in (1, 2, 3):
        text, page = read(pages, f"/documents/{quote(KEY)}?part={part}")
        links = re.findall(r'<li class="depth-\d[^>]*><a href="([^"]*)"', text)
        assert len(links) >= 2 * CHAPTERS
        for link in {html.unescape(one) for one in links}:
            address, _, name = link.partition("#")
            ids = page.values("id") if not address else read(pages, address)[1].values("id")
            assert name in ids


def test_headings_are_in_order(pages: FlaskClient) -> None:
    addresses = [f"/documents/{quote(KEY)}{more}" for more in ("", "?part=2", "?whole=true", "?find=custody&like=true")]
    for address in (*addresses, "/?q=custody", "/?q=%22no+such+phrase%22", "/similar?text=count+lanterns"):
        levels = [int(tag[1]) for tag, _ in read(pages, address)[1].tags if re.fullmatch(r"h[1-6]", tag)]
        assert levels[0] == 1
        assert all(two <= one + 1 for one, two in pairwise(levels)), (address, levels)


@pytest.mark.parametrize("query", ["custody", "vetting days", "Officers wrote", "lanterns", '"took 3 days"', "zebra"])
def test_search_within_finds_exactly_the_passages_with_the_words(
    pages: FlaskClient, reports: Engine, query: str
) -> None:
    found = look_up(reports.snapshot(), KEY)
    assert found is not None
    stems = make_analyzer().analyze
    words = list(stems(query.strip('"')))
    every = [one for section in found.sections for one in section.passages]

    def holds(text: str) -> bool:
        own = list(stems(text))
        if query.startswith('"'):
            return any(own[at : at + len(words)] == words for at in range(len(own)))
        return set(words) <= set(own)

    expected = [one.passage_id for one in every if holds(one.text)]
    text, page = read(pages, f"/documents/{quote(KEY)}?find={quote(query)}")
    links = [link for link in page.values("href") if "hit=" in link]
    assert [link.partition("#")[2] for link in links] == [anchor(one) for one in expected]
    assert (f"{len(expected)} of {len(every)} passages" in text) == bool(expected)
    if expected:
        assert "<mark>" in text
        opened, _ = read(pages, links[0].partition("#")[0])
        assert re.search(r'class="passage[^"]* found"', opened)
    else:
        assert f"No passage of {len(every)} holds" in text


def test_search_within_by_meaning_stays_in_the_document(pages: FlaskClient, reports: Engine) -> None:
    now = reports.snapshot()
    for query in ("missing children", "count lanterns each night", "zebra"):
        hits, answered = like_within(now, KEY, query)
        assert hits
        assert {hit.document.id for hit in hits} == {KEY}
        assert all((hit.match != "none") == answered for hit in hits)
        text, page = read(pages, f"/documents/{quote(KEY)}?find={quote(query)}&like=true")
        links = [link.partition("#")[2] for link in page.values("href") if "hit=" in link]
        assert links[-len(hits) :] == [anchor(hit.passage_id) for hit in hits]
        assert ("best first" in text) == answered
        assert ("nothing in this document answers this" in text) != answered
    assert not like_within(now, KEY, "zebra")[1]
    assert like_within(now, KEY, "count lanterns each night")[1]


def test_one_control_finds_by_meaning_and_keeps_what_was_chosen(pages: FlaskClient) -> None:
    for more, checked in (("", ""), ("?find=custody", ""), ("?find=custody&like=true", " checked")):
        form = read(pages, f"/documents/{quote(KEY)}{more}")[0].split('class="find-within"')[1].split("</form>")[0]
        assert re.findall(r"<button[^>]*>([^<]+)</button>", form) == ["Find"]
        assert re.findall(r'<input type="checkbox" name="like" value="true"( checked)?>', form) == [checked]


def test_a_citation_holds_force_number_quotation_and_address(pages: FlaskClient, reports: Engine) -> None:
    found = look_up(reports.snapshot(), KEY)
    assert found is not None
    (limb,) = [one for s in found.sections for one in s.passages if one.text.startswith("keeps lanterns")]
    text, _ = read(pages, f"/documents/{quote(KEY)}?hit={quote(limb.passage_id)}")
    citations = [html.unescape(one) for one in re.findall(r'<p class="citation">(.*?)</p>', text, re.DOTALL)]
    assert len(citations) == len(shown(text))
    (own,) = [one for one in citations if "keeps lanterns" in one]
    assert own.startswith("Kent Police: Lanterns at night, May 2019, recommendation 7, Chapter 6 › Work to do")
    assert "“keeps lanterns in each van; and”" in own
    address = own.rpartition(" ")[2]
    assert address.startswith("http://localhost/documents/")
    opened, _ = read(pages, address.removeprefix("http://localhost").partition("#")[0])
    assert address.partition("#")[2] in shown(opened)
    record_text, _ = read(pages, "/documents/essex:8837")
    assert "Essex Police: essex:8837, November 2017, register number 8837, recommendation 8837" in record_text


def test_a_citation_names_a_force_once_and_cuts_between_words() -> None:
    assert full_citation("Kent Police", "Kent Police report, 2019", "Lamps.", "http://a").startswith(
        "Kent Police report"
    )
    long = "lantern " * 60
    assert quotation(long) == "lantern " * 20 + "…"
    assert quotation("one\n two") == "one two"


def test_a_finding_stands_beside_the_passage_that_it_was_made_from(pages: FlaskClient) -> None:
    text, _ = read(pages, f"/documents/{quote(KEY)}?part=4")
    beside = re.findall(r'<p class="made-of-it">(.*?)</p>', text, re.DOTALL)
    assert len(beside) == 2  # once for the recommendation, though two passages are of it
    assert "Recommendation 7" in beside[0]
    assert "Being progressed, set 2 August 2019" in beside[0]
    link = re.search(r'href="([^"]*)"', beside[0])
    assert link is not None
    assert "Recommendation 7" in read(pages, html.unescape(link[1]))[0]
    assert "Area for improvement" in beside[1]


def test_totals_say_what_is_counted(pages: FlaskClient) -> None:
    body = pages.get("/api/v1/search?q=custody").get_json()
    assert 0 < body["documents"] <= body["total"]
    assert 0 <= body["strong"] <= body["total"]
    every = pages.get(f"/api/v1/search?q=custody&page_size={min(100, body['total'])}").get_json()["results"]
    if body["total"] <= 100:
        assert body["documents"] == len({hit["document"]["id"] for hit in every})
        assert body["strong"] == sum(hit["match"] == "good" for hit in every)
    text, _ = read(pages, "/?q=custody")
    assert f"in {body['documents']} document" in text
    all_of_it = pages.get("/api/v1/search").get_json()
    assert all_of_it["documents"] == 4


def test_hits_of_one_report_are_told_apart(pages: FlaskClient) -> None:
    text, _ = read(pages, "/?q=custody&page_size=5")
    places = re.findall(r"passage ([\d,]+) of ([\d,]+)", text)
    assert len(places) == len(set(places)) == 5
    assert {total for _, total in places} == {str(CHAPTERS * EACH + 4)}
    assert "1 of 5 places in this document" in text
    assert re.search(r'<p class="where">Chapter \d › (Strengths|Work to do), page \d+</p>', text)


def test_a_grade_says_what_it_is_of(pages: FlaskClient) -> None:
    text, _ = read(pages, "/?q=looks+for+missing+children&finding=area_for_improvement")
    assert "Its section is graded good: vulnerability" in text
    assert "Graded good" not in text
    assert "graded" not in read(pages, "/?q=leaders+are+visible&document_kind=peel_assessment&grade=unknown")[0]


def test_weak_matches_are_said_at_the_top_and_at_the_hit(pages: FlaskClient) -> None:
    weak = next(
        query
        for query in ("lanterns whistles", "custody whistles", "vetting zebras daily", "children whistles")
        if pages.get("/api/v1/search", query_string={"q": query}).get_json()["match"] == "weak"
    )
    text, _ = read(pages, f"/?q={quote(weak)}")
    assert "Weak matches only." in text
    assert "that may answer" in text
    assert text.count('<li class="tag weak-match">') == text.count("<article")


def test_long_facets_are_folded_and_what_is_chosen_stays_in_sight(client: FlaskClient) -> None:
    text, _ = read(client, "/?q=&sort=newest")
    assert "more-values" not in text
    for field in re.findall(r"<fieldset>(.*?)</fieldset>", text, re.DOTALL):
        assert field.partition("more-values")[0].count("<input") <= 9


def test_a_pasted_text_gets_an_address_that_can_be_shared(pages: FlaskClient) -> None:
    sent = {"text": "The force should count its lanterns & vans.", "force": ["", "kent"], "as_of": ""}
    response = pages.post("/similar", data=sent)
    assert response.status_code == 303
    address = response.headers["Location"]
    assert len(address) <= MAX_ADDRESS
    text, _ = read(pages, address)
    assert html.escape(sent["text"]) in text  # type: ignore[arg-type]
    assert "The address of this search" in text
    assert 'value="kent" selected' in text
    long = pages.post("/similar", data={"text": "The force should count its lanterns. " * 80})
    assert long.status_code == 200
    assert "too long to stand in an address" in long.get_data(as_text=True)


def test_an_error_stands_at_its_field_with_what_was_typed(pages: FlaskClient) -> None:
    sent = {"text": "Count lanterns.", "year_from": "soon", "force": "kent"}
    response = pages.post("/similar", data=sent)
    text = response.get_data(as_text=True)
    assert response.status_code == 400
    assert re.search(r'name="year_from"[^>]*value="soon" aria-invalid="true" aria-describedby="year_from-error"', text)
    assert text.count('id="year_from-error"') == 1
    assert "Count lanterns." in text
    assert 'value="kent" selected' in text
    empty = pages.post("/similar", data={"text": " "})
    assert empty.status_code == 400
    assert 'aria-invalid="true"' in empty.get_data(as_text=True)


def test_limbs_of_one_recommendation_are_folded_under_it(pages: FlaskClient) -> None:
    asked = "/similar?text=each+force+counts+lanterns+each+night+and+keeps+lanterns+in+a+van"
    text, _ = read(pages, asked)
    apart = [html.unescape(one) for one in re.findall(r'<p class="text">(.*?)</p>', text, re.DOTALL)]
    whole_text = re.sub(r"<[^>]*>", "", html.unescape(text))
    assert "keeps lanterns" in whole_text
    assert "counts lanterns" in whole_text
    assert "1 other part of the same recommendation or list is similar too" in whole_text
    assert sum("lanterns" in re.sub(r"<[^>]*>", "", one) for one in apart) == 1


def test_a_passage_opens_its_own_part_whatever_else_is_asked(pages: FlaskClient) -> None:
    first = f"{KEY}#0"
    page = pages.get(f"/documents/{quote(KEY)}", query_string={"hit": first, "part": "3"}).text
    assert anchor(first) in shown(page)
