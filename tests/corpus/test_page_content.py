"""What a page shows beside its text: boxes, captions, quotations, furniture – and what stands where in a table."""

import re
from collections.abc import Callable

import pytest
from webpages import COUNTED, LAMPS, LIMITS, headings, html, lines
from work import calls, ending

from corpus.readers.formats import read_bytes
from corpus.readers.html.read_markup import read_markdown
from corpus.readers.reading import Text


def marked(text: Text) -> list[tuple[str, str]]:
    return [(mark.kind, text.text[mark.start : mark.end]) for mark in text.marks]


def boxed(text: Text) -> list[tuple[int, str, str | None]]:
    """Level and text of each heading, and the last line of the box that it ends with."""
    ends = [None if h.end is None else text.text[: h.end].rstrip("\n").split("\n")[-1] for h in text.headings]
    return [(*heading, end) for heading, end in zip(headings(text), ends, strict=True)]


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ("<p><b>AFI 1</b><br>The force should<br>count its lamps.", "AFI 1\nThe force should count its lamps."),
        ("<p>Published on:<br>4 May 2018", "Published on:\n4 May 2018"),
        ("<p>Chief Constable<br>Wick Lane<br>Saltmere", "Chief Constable\nWick Lane\nSaltmere"),
        ("<p>The lamps that burn in<br>Saltmere are old.", "The lamps that burn in Saltmere are old."),
        ("<p>The force told us this:<br>lamps burn all night.", "The force told us this:\nlamps burn all night."),
        ("<p>The force should now:<br>- see lamps and<br>- wicks", "The force should now:\n- see lamps and\n- wicks"),
    ],
)  # fmt: skip
def test_a_break_inside_a_sentence_is_a_space(page: str, expected: str) -> None:
    assert lines(page) == expected


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ("<tr><th rowspan=2>North<td>Clock<td>Done<tr><td>Bell<td>Begun", "North\tClock\tDone\nNorth\tBell\tBegun"),
        ("<tr><td>a<td rowspan=0>b<tr><td>c<tr><td>d", "a\tb\nc\tb\nd\tb"),
        ("<tr><td>a<td rowspan=2 colspan=2>b<td>c<tr><td>d<td>e", "a\tb\t\tc\nd\tb\t\te"),
        ("<tr><td colspan=2>Lamps of 2018<tr><td>a<td>b", "Lamps of 2018\na\tb"),
        ("<tbody><tr><td rowspan=9>a<td>b<tbody><tr><td>c<td>d", "a\tb\nc\td"),
        ("<tr><td rowspan=99999999 colspan=x>a<td>b<tr><td>c<td>d", "a\tb\nc\td"),
    ],
)
def test_a_cell_over_several_rows_stands_in_each(rows: str, expected: str) -> None:
    assert lines(f"<table>{rows}</table>") == expected


def test_what_cells_repeat_is_bounded() -> None:
    page = f"<table><tr><td rowspan=0>{'lamp ' * 20_000}<td>a{'<tr><td>b' * 1_000}</table>"
    assert len(html(page).text) < 1_300_000


def test_a_row_of_long_columns_is_a_layout_and_a_table_of_findings_is_not() -> None:
    assert lines(f"<table><tr><td>Menu<td>{COUNTED}</table>") == f"Menu\n\n{COUNTED.strip()}"
    findings = f"<table><tr><th>Cause of concern<th>Asked<tr><td>{COUNTED}<td>Count less.</table>"
    assert lines(findings) == f"Cause of concern\tAsked\n{COUNTED.strip()}\tCount less."


def test_a_collapsed_part_is_named_by_its_summary_and_ends_with_it() -> None:
    text = html(
        "<h1>Lamps</h1><h2>Findings</h2><details><summary>North</summary><h2>Clocks</h2><p>Nine.</details>"
        "<details><summary>South</summary><p>Ten.</details><p>So much for suites."
    )
    assert boxed(text) == [
        (1, "Lamps", None), (2, "Findings", None), (3, "North", "Nine."), (4, "Clocks", "Nine."), (3, "South", "Ten."),
    ]  # fmt: skip


@pytest.mark.parametrize("tag", ["div class='box afi'", "div class=callout--wide", "aside", "blockquote", "fieldset"])
def test_headings_end_with_their_box(tag: str) -> None:
    text = html(f"<h2>Lamps</h2><{tag}><h3>Good practice</h3><p>Wicks are cut.</{tag.split()[0]}><p>Oil is bought.")
    assert boxed(text) == [(2, "Lamps", None), (3, "Good practice", "Wicks are cut.")]


def test_a_box_of_a_heading_alone_and_a_plain_div_end_nothing() -> None:
    text = html("<div class=box><h2>Lamps</h2></div><p>a</p><div class=row><h3>Wicks</h3><p>b</p></div><p>c</p>")
    assert boxed(text) == [(2, "Lamps", None), (3, "Wicks", None)]


@pytest.mark.parametrize(
    "box",
    [
        "<div class=afi><p>Area for improvement</p>{}</div>",
        "<div class=afi><p>Area for improvement<br>{}</p></div>",
        "<aside><p><b>Area for improvement</b></p>{}</aside>",
        "<table><tr><th>Area for improvement</th></tr><tr><td>{}</td></tr></table>",
        "<table><tr><th colspan=2>Area for improvement</th></tr><tr><td>{}</td><td>May</td></tr></table>",
    ],
)
def test_the_first_line_of_a_box_may_be_its_name(box: str) -> None:
    text = html(f"<h2>Lamps</h2>{box.format('The force should trim wicks.')}<p>Oil is bought.")
    ((_, _, none), (level, name, end)) = boxed(text)
    assert (none, level, name) == (None, 3, "Area for improvement")
    assert (end or "").startswith("The force should trim wicks.")


def test_a_line_that_stands_in_no_box_names_none() -> None:
    assert headings(html("<h2>Lamps</h2><p>Area for improvement</p><p>The force should trim wicks.")) == [(2, "Lamps")]
    assert headings(html("<h2>Lamps</h2><blockquote><p>Recommendation 1</p><p>Trim wicks.</blockquote>")) == [
        (2, "Lamps")
    ]


def test_captions_quotations_notes_and_bold_lines_are_marked() -> None:
    text = html(
        "<h2>Lamps</h2><table><caption>Table 1</caption><tr><td>a<td>b</table><p>Source: the survey</p>"
        "<figure><img><figcaption>A lamp</figcaption></figure><p>Note: of May</p><p>Source: nobody</p>"
        "<blockquote><p>It burns.<p>All night.</blockquote><p><b>Wicks</b></p><p><b>Oil</b> is bought."
        "<ol class=footnotes><li>Of 2018.</ol>"
    )
    assert marked(text) == [
        ("caption", "Table 1"), ("caption", "Source: the survey"), ("caption", "A lamp"), ("caption", "Note: of May"),
        ("caption", "Source: nobody"), ("quote", "It burns.\n\nAll night."), ("strong", "Wicks"),
        ("note", "1. Of 2018."),
    ]  # fmt: skip
    assert marked(html("<p>a</p><p>Source: the survey</p>")) == []


def test_marks_and_ends_keep_their_places_below_a_title_from_above() -> None:
    text = html(f"<h1>Title</h1><main>{LAMPS}<aside><h2>Wicks</h2><p>Cut.</aside><blockquote>Quoted.</blockquote>")
    assert boxed(text) == [(1, "Title", None), (2, "Wicks", "Cut.")]
    assert marked(text) == [("quote", "Quoted.")]


@pytest.mark.parametrize(
    ("heading", "kept"),
    [
        ("44. The fees move money from some to others. So the value is none.", False),
        ("2.5.101 The Panel looked at all of the numbers again.", False),
        ("Lamps burn. They burn all night.", False),
        ("4. Lamps and wicks", True),
        ("1. How well does the force count the lamps that it has?", True),
        ("The force should count its lamps.", True),
        ("The force does not count its lamps often enough", True),
        ("St. Saltmere", True),
    ],
)
def test_sentences_that_are_marked_as_headings_are_text(heading: str, kept: bool) -> None:
    text = html(f"<h1>Lamps</h1><h3>{heading}</h3><p>a</p>")
    assert text.text == f"Lamps\n\n{heading}\n\na\n"
    assert (len(text.headings) == 2) == kept


def test_a_raised_link_to_a_note_stands_in_brackets() -> None:
    page = (
        "<p>Lamps.<sup><a href='#n1'>1</a></sup> Wicks<a href='#n2'><sup>2</sup></a> m<sup>2</sup> <a href='#x'>3</a>"
    )
    assert lines(page) == "Lamps.[1] Wicks[2] m2 3"


def test_marks_that_nobody_sees_are_taken_out() -> None:
    assert lines("<p>po\xadlice la\u200bmp &shy;&#8203;wi\ufeffck") == "police lamp wick"
    (text,) = read_bytes("neigh\xad\nbour \u200elamp\n".encode(), "a.txt", LIMITS).texts
    assert text.text == "neighbour lamp\n"


FURNITURE = [
    "<div class=breadcrumbs>Home &gt; Reports &gt; Lamps</div>",
    "<p>Home / Reports / Lamps</p>",
    "<ol class=breadcrumb><li>Home<li>Reports</ol>",
    "<p><a>Print this document</a> | <a>Get this report as PDF (1.2 MB)</a></p>",
    "<p>Skip to content</p>",
    "<details><summary>Contents</summary><ol><li>Counting<li>Wicks</ol></details>",
    "<h3>On this page</h3><ul><li>Counting<li>Wicks</ul>",
    "<div class=contents><b>Contents</b><ol><li>Counting</ol></div>",
    "<div><h2>Related content</h2></div><ul><li><a>Moths</a></ul>",
    "<p>Supporting documents:</p><ul><li>Lamps 2019 PDF 410 KB</ul>",
    "<p>Was this page useful? Yes / No</p>",
    "<p><em>This page was last updated on 12 February 2024 to mend a link.</em></p>",
    "<p>Page last reviewed: 3 June 2025</p>",
    "<small>Site map | Vacancies | Crown copyright</small>",
    "<ul class=direction><li><a>Previous</a><li>Page 10 of 13 <span>of this section</span><li><a>Next</a></ul>",
    "<div class=alert><p>Our consultation closes on 24 February 2025.</p></div>",
    "<div role=dialog><p>We store small files.</p></div>",
    "<p class=tools>Text size: A A A</p>",
    "<p><a href='/all'>« All reports</a></p>",
]


@pytest.mark.parametrize("furniture", FURNITURE)
@pytest.mark.parametrize("page", ["<h1>T</h1>{}{}", "<main><h1>T</h1>{}{}</main>", "<h1>T</h1>{1}{0}"])
def test_furniture_is_known_by_its_words_or_names(furniture: str, page: str) -> None:
    assert lines(page.format(furniture, LAMPS)) == f"T\n\n{COUNTED.strip()}"


@pytest.mark.parametrize(
    "content",
    [
        "<p>Home visits &gt; office visits, the force told us, in nine of ten cases.</p>",
        "<p>Print this page of the book, we were told, and nobody could.</p>",
        "<h2>Contents</h2><p>The book holds the contents of the store.</p>",
        "<h2>Contents</h2><ul><li>Lamps are kept in the store, and wicks are kept in a box beside the door of it.</ul>",
        "<div class=alert><p>The force should count its lamps.</p></div>",
        "<p>Reports | Lamps | Wicks</p>",
        "<p>Published on: 4 May 2018</p>",
        "<table><tr><td>Print<td>nine<tr><td>Share<td>ten</table>",
        "<p>Next</p>",
        "<ul><li>Contents<li>Wicks</ul>",
    ],
)
def test_content_that_resembles_furniture_is_kept(content: str) -> None:
    words = re.sub(r"\s+", " ", re.sub("<[^>]*>", " ", content)).replace("&gt;", ">").strip()
    assert re.sub(r"(?m)^- |\s+", " ", lines(f"<h1>T</h1>{content}{LAMPS}")).split() == [
        "T",
        *words.split(),
        *COUNTED.split(),
    ]


def test_what_stands_before_the_title_is_no_content_unless_it_is_much_or_belongs_to_it() -> None:
    note = "<div class=note>Figures were refreshed on 4 November 2025.</div>"
    kicker = "<p>Inspection report</p>"
    assert (
        lines(f"{note}<div>Menu and search</div>{kicker}<h1>T</h1>{LAMPS}")
        == f"Inspection report\n\nT\n\n{COUNTED.strip()}"
    )
    assert lines(f"<div>{LAMPS}</div><h1>T</h1><p>a") == f"{COUNTED.strip()}\n\nT\n\na"


def test_the_page_s_place_on_its_site_is_kept_beside_the_text() -> None:
    trail = "Home > Reports > Lamps"
    assert html(f"<div id=crumbs>{trail.replace('>', '&gt;')}</div><h1>T</h1>").metadata == {"trail": trail}
    assert html("<nav aria-label=Breadcrumb><ol><li>Home<li>Reports<li>Lamps</ol></nav><h1>T</h1>").metadata == {
        "trail": trail
    }
    (text,) = read_markdown(b"[Home](/) > [Reports](/r) > Lamps\n\n# T\n", LIMITS).texts
    assert (text.text, text.metadata) == ("T\n", {"trail": trail})


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ('{"datePublished": "2016-05-09T10:00Z", "dateModified": "2020-01-01"}', {"date": "2016-05-09"}),
        ('[{"@type": "WebSite", "datePublished": "2001"}, {"datePublished": "2016-05-09"}]', {"date": "2016-05-09"}),
        ('{"dateModified": "2016-05-09"}', {}),
        ('{"datePublished": 2016}', {}),
        ("{", {}),
        ("[" * 100_000, {}),
    ],
)  # fmt: skip
def test_data_for_search_engines_says_when_a_page_was_published(data: str, expected: dict[str, str]) -> None:
    page = f"<html><head><script type='application/ld+json'>{data}</script></head><h1>Lamps</h1>"
    assert html(page).metadata == expected


def test_the_title_that_the_page_states_counts_before_that_of_its_window() -> None:
    page = "<head><meta property='og:title' content='Lamps of Saltmere'><title>Lamps – Site</title></head><h2>x</h2>"
    assert html(page).metadata == {"title": "Lamps of Saltmere"}


def test_addresses_above_the_title_of_a_page_saved_as_markdown_are_kept() -> None:
    source = b"[\xc2\xab All for this force](https://a.example/saltmere/8660/)\n\n# Lamps\n\nSeen [there](https://b.example)\n"
    (text,) = read_markdown(source, LIMITS).texts
    assert (text.text, text.metadata) == ("Lamps\n\nSeen there\n", {"linked": "https://a.example/saltmere/8660/"})


def test_html_in_markdown_is_html_and_words_in_angle_brackets_are_words() -> None:
    source = (
        b"## Lamps\n\n<details><summary>North</summary>\n\nNine.\n\n</details>\n\nBy <name withheld> & <b>us</b>.\n"
    )
    (text,) = read_markdown(source, LIMITS).texts
    assert boxed(text) == [(2, "Lamps", None), (3, "North", "Nine.")]
    assert text.text.endswith("By <name withheld> & us.\n")


def test_a_block_quote_and_escaped_brackets_of_markdown() -> None:
    (text,) = read_markdown(b"> *Of 2022:* count\n> lamps.\n\n\\[on\\]4 May 2018 \\[status\\]\n", LIMITS).texts
    assert marked(text) == [("quote", "Of 2022: count lamps.")]
    assert text.text.endswith("[on]4 May 2018 [status]\n")


@pytest.mark.parametrize(
    "page",
    [
        lambda size: f"<p>{'a lamp and<br>the wick ' * 20 * size}",
        lambda size: f"{'<i>x</i>' * 20 * size}<h1>T</h1>{LAMPS * (size // 3)}",
        lambda size: f"<table><tr>{'<th>a<h2>b</h2>c' * 10 * size}</table>",
        lambda size: f"<table>{'<tr><td rowspan=0>lamp<td>a' * 5 * size}</table>",
        lambda size: f"{'<h2>Contents</h2>' * 5 * size}<ul>{'<li>a' * 5 * size}</ul>",
        lambda size: f"{'<blockquote>' * 2 * size}{'<h3>a</h3><p>x</p>' * 5 * size}",
    ],
    ids=["breaks", "before the title", "heads", "cells over rows", "contents", "headings in boxes"],
)
def test_large_pages_take_work_in_step_with_their_size(page: Callable[[int], str]) -> None:
    html(page(3))  # what is made once
    with ending():
        html(page(1_000))
    assert calls(lambda: html(page(120))) < 3 * calls(lambda: html(page(60))) + 1_000
