"""Web pages and Markdown become the text that parsers read, whatever stood round it and however it was marked up."""

import re

import papers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from webpages import COUNTED, LAMPS, LIMITS, headings, html, lines

from corpus.model import CorpusError
from corpus.readers.formats import read_bytes
from corpus.readers.html.read_markup import read_markdown


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ("<p>one</p><p>two", "one\n\ntwo"),
        ("one<div>two <b>th</b>ree</div>four", "one\n\ntwo three\n\nfour"),
        ("<p>a\n  wrapped\tline", "a wrapped line"),
        ("<p>a<br>b<br><br>c", "a\nb\n\nc"),
        ("<p>x<sup>2</sup>H<sub>2</sub>O &nbsp;£4", "x2H2O \xa0£4"),
        ("<p>the <q>lamp</q> room<wbr>s", "the “lamp” rooms"),
        ("<p>&nbsp;</p><p>b</p>", "b"),
        ("<pre>\n a\n   b\n\nc</pre>d", " a\n   b\n\nc\n\nd"),
        ("<blockquote><p>a<p>b</blockquote>", "a\n\nb"),
        ("<details><summary>S</summary>inside</details>", "S\n\ninside"),
        ("<figure><img alt=photo src=x.png><figcaption>A lamp</figcaption></figure>", "A lamp"),
        ("<form>kept<label>L</label><input value=v><select><option>o</select><button>b</button></form>", "kept"),
        ("<p>a<script>s</script><style>s</style><template>t</template><noscript>n</noscript><!-- c -->b", "ab"),
    ],
)
def test_paragraphs_and_lines(page: str, expected: str) -> None:
    assert lines(page) == expected


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ("a<ul><li>b<li>c</ul>d", "a\n\n- b\n- c\n\nd"),
        ("<ul><li>a<ul><li>b<ol><li>c</ol></ul><li>d</ul>", "- a\n   - b\n      1. c\n- d"),
        ("<ol start=3><li>a<li value=7>b<li>c</ol>", "3. a\n7. b\n8. c"),
        ("<ol type=a><li>x<li>y</ol>", "a) x\nb) y"),
        ("<ol type=I><li>x<li>y<li>z<li>w</ol>", "i. x\nii. y\niii. z\niv. w"),
        ("<ul><li><p>a</p><p>b</p></li><li><div>c<br>d</div></ul>", "- a\n   b\n- c d"),
        ("<ul><li>1. own<li>• own<li></ul>", "1. own\n• own"),
        ("<ul><li><h3>H</h3><p>a</ul>", "H\n\n- a"),
        ("<ul><li>a</ul><ul><li>b</ul>", "- a\n\n- b"),
    ],
)
def test_lists(page: str, expected: str) -> None:
    assert lines(page) == expected


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ("<table><tr><th>a<th>b<tr><td>1<td>2</table>", "a\tb\n1\t2"),
        ("<table><tr><td><p>x</p><p>y</p><td>z<br>w<ul><li>i<li>j</ul></table>", "x y\tz w i j"),
        ("<table><caption>T <b>1</b></caption><tr><td>a<td>b</table>c", "T 1\n\na\tb\n\nc"),
        ("<table><tr><td>a</td></tr><tr><td>b<p>c</td></tr></table>", "a\n\nb\n\nc"),
        ("<table><tr><td>a<td><table><tr><td>k<td>v</table></table>", "a\n\nk\tv"),
        ("<table><tr><td>menu<td><h2>H</h2><p>text</table>", "menu\n\nH\n\ntext"),
        ("<table role=presentation><tr><td>a<td>b</table>", "a\n\nb"),
        (f"<table><tr><td>menu<td>{'<p>x</p>' * 13}</table>", "menu\n\n" + "\n\n".join("x" * 13)),
        ("<dl><dt>BCU<dd>basic unit<dt>PND<dd><p>a computer</p></dl>", "BCU\tbasic unit\nPND\ta computer"),
        ("<dl><dt>Why?<dd><p>a</p><p>b</p><dt>How?<dd>c</dl>", "Why?\n\na\n\nb\n\nHow?\n\nc"),
    ],
)
def test_tables_of_data_are_rows_and_others_are_text(page: str, expected: str) -> None:
    assert lines(page) == expected


def test_register_markup_stands_across_line_breaks_and_paragraphs() -> None:
    page = (
        "<p>[on]12th June 2018 [status]awaiting-review[/status][/on][on]13th June 2018 [comment]<br><br>\nNew</p>"
        "<p>More<br/>[/comment][/on]</p>"
    )
    assert lines(page) == (
        "[on]12th June 2018 [status]awaiting-review[/status][/on][on]13th June 2018 [comment]\n\nNew\n\n"
        "More\n[/comment][/on]"
    )


def test_headings_are_marked_where_they_start() -> None:
    text = html(f"<h1>A <i>b</i></h1><p>x</p><ul><li>y</ul><h3>C<br>d</h3>{LAMPS}<h2> </h2><h2><button>E</button></h2>")
    assert headings(text) == [(1, "A b"), (3, "C d"), (2, "E")]


def test_a_heading_that_was_never_closed_does_not_swallow_the_page() -> None:
    text = html(f"<h2>Lamps{LAMPS}<p>They burn.")
    assert COUNTED.strip() in text.text
    assert (2, "Lamps") in headings(text)
    assert all(len(heading) < 100 for _, heading in headings(text))


WORDPRESS = f"""<body class="single cookies-not-set"><div id="page" class="site">
<div id="cookie-law-info-bar"><span>This site uses cookies {"and more of them " * 90}</span></div>
<header id="masthead" class="site-header"><p class="site-title"><a href="/">The inspectorate</a></p>
<form><label>Search</label><input></form><nav><ul><li><a>Reports</a></ul></nav></header>
<p id="breadcrumbs"><span><a>Home</a> / <a>Reports</a> / Lamps</span></p>
<main id="main"><article><header class="entry-header"><h1>Lamps</h1><p>Published on 4 May 2018</p></header>{LAMPS}
<ul class="share-list"><li><a href="#">Facebook</a></ul><p><a href="#">Print this page</a></p>
<footer class="entry-footer"><span>Posted in <a>Reports</a></span></footer></article></main>
<div id="secondary" class="widget-area"><h2>Related</h2><ul><li><a>Moths</a></ul></div>
<footer id="colophon"><p>{"All rights of the Crown. " * 30}</p></footer></div>"""
GOVERNMENT = f"""<body class="js-enabled"><div id="global-cookie-message" role="region"><h2>Cookies</h2>
<p>{"We use some cookies. " * 60}</p><button>Accept</button></div><a href="#content">Skip to main content</a>
<div role="banner"><a>Government</a><nav><h2>Menu</h2><ul><li><a>{"Benefits and births " * 40}</a></ul></nav></div>
<div class="contextual-breadcrumbs"><ol><li><a>Home</a></ol></div>
<div role="main"><h1>Lamps</h1><dl><dt>Published<dd>4 May 2018</dl>
<nav class="contents-list"><ol><li><a href=#a>Counting</a></ol></nav>{LAMPS}
<div class="gem-share-links"><h2>Share this page</h2><ul><li><a>Share on Facebook</a></ul></div></div>
<div role="contentinfo"><h2>Services</h2><p>{"All under the open licence. " * 20}</p></div>"""
OLD = f"""<body><div id="header"><a href="/">Home</a></div><div id="nav"><ul><li><a>One</a><li><a>Two</a></ul></div>
<div id="main"><h1>Lamps</h1><p>Published 4 May 2018</p>{LAMPS}<div style="display:none">Loading</div></div>
<div id="sidebar"><a>Moths</a> <a>Wicks</a></div><div id="footer">Copyright 2007</div>"""


@pytest.mark.parametrize("page", [WORDPRESS, GOVERNMENT, OLD], ids=["wordpress", "government", "old"])
def test_what_stands_round_the_content_is_left_out(page: str) -> None:
    words = lines(page).replace("Published on", "Published")
    assert re.sub(r"\s+", " ", words) == f"Lamps Published 4 May 2018 {COUNTED.strip()}"


def test_a_whole_page_holds_just_what_the_plain_text_holds() -> None:
    markdown = (
        f"# Lamps\n\nPublished 4 May 2018\n\n## Counting\n\n{COUNTED.strip()}\n\n1. one\n   - **two**\n\n> three\n"
    )
    assert html(papers.to_html(markdown)).text.encode() == papers.to_txt(markdown)


@pytest.mark.parametrize(
    ("page", "kept"),
    [
        (f"<main><h1>T</h1><aside><p>{COUNTED}</p></aside></main>", COUNTED),
        (f"<h1>T</h1><nav><p>{COUNTED}</p></nav>", COUNTED),
        (f"<article><p>x</p><footer><p>{COUNTED}</p></footer></article>", COUNTED),
        (f"<header><h1>Title</h1><p>May 2018</p></header>{LAMPS}", "Title\n\nMay 2018"),
        (f"<header><h2>Title</h2><p>May 2018</p></header>{LAMPS}", "Title\n\nMay 2018"),
        (f"<header><h1>Title</h1><nav><a>Home</a></nav></header><main>{LAMPS}</main>", "Title"),
        (f"<h1>T</h1><div class='accordion-section' aria-hidden=true><p>Opened</p></div>{LAMPS}", "Opened"),
        (f"<h1>T</h1><div role=tabpanel hidden><p>Tab</p></div>{LAMPS}", "Tab"),
        (f"<div class='page cookies-off'><h1>T</h1>{LAMPS}</div>", COUNTED),
        (f"<body hidden>{LAMPS}</body>", COUNTED),
        ("<div class=menu><main><p>Short.</p></main></div>", "Short."),
        (f"<section><header><h3>Sub</h3></header>{LAMPS}</section><h1>T</h1>", "Sub"),
        ("<article><h2>One</h2><p>a</p></article><article><h2>Two</h2><p>b</p></article>", "One\n\na\n\nTwo\n\nb"),
        (f"<main><p>Loading</p></main><div id=report><h1>T</h1>{LAMPS}</div>", COUNTED),
        (f"<p>{COUNTED}</p><article>{LAMPS}</article><p>The end.</p>", "The end."),
        (f"<p>Print this page of the report, we said.</p>{LAMPS}", "Print this page of the report, we said."),
    ],
)
def test_what_may_be_content_is_kept(page: str, kept: str) -> None:
    assert kept.strip() in lines(page)


_WORDS = st.lists(st.sampled_from(["lamp", "quay,", "the", "£4", "“oil”"]), min_size=1, max_size=4).map(" ".join)
_TAGS = st.sampled_from(
    ["p", "div", "ul/li", "ol/li", "blockquote", "table/tr/td", "h2", "section", "b", "dl/dt", "pre"]
)
_TREES = st.recursive(
    _WORDS,
    lambda inner: st.builds(
        lambda tags, parts: (
            "".join(f"<{tag}>" for tag in tags.split("/"))
            + " ".join(parts)
            + "".join(f"</{tag}>" for tag in reversed(tags.split("/")))
        ),
        _TAGS,
        st.lists(inner, max_size=4),
    ),
    max_leaves=12,
)


@settings(max_examples=200)
@given(_TREES)
def test_no_word_of_the_content_is_lost_or_moved(page: str) -> None:
    markers = r"(?m)^ *(?:- |\d+\. )"
    assert re.sub(markers, "", html(f"<body>{page}").text).split() == re.sub("<[^>]*>", " ", page).split()


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"<p>\xe2\x80\x9cq\xe2\x80\x9d", "“q”"),
        (b"\xef\xbb\xbf<p>\xc2\xa3", "£"),
        ("\ufeff<p>“é”".encode("utf-16-le"), "“é”"),
        (b"<p>\x93q\x94 \xa3", "“q” £"),
        (b"<meta charset=iso-8859-1><p>\x93q\x94", "“q”"),
        (b'<meta http-equiv=Content-Type content="text/html; charset=iso-8859-2"><p>\xb1', "ą"),
        (b"<meta charset=utf-8><p>\x93q\x94", "“q”"),
        (b"<meta charset=rot13><p>q", "q"),
        (b"<p>a\r\nb<pre>c\r\nd</pre>", "a b\n\nc\nd"),
    ],
)
def test_encodings(raw: bytes, expected: str) -> None:
    assert lines(raw) == expected


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ('<link rel="canonical" href="https://a.example/1/">', {"url": "https://a.example/1/"}),
        ('<meta property="og:url" content="https://a.example/2">', {"url": "https://a.example/2"}),
        ('<link rel="canonical" href="/relative">', {}),
        ('<meta property="article:published_time" content="2016-05-09T10:00:00+01:00">', {"date": "2016-05-09"}),
        ('<meta name="DC.date.issued" content="2016-05-09">', {"date": "2016-05-09"}),
        ('<meta name="dcterms.issued" content="2016-13-40">', {}),
        ('<meta name="DC.date.modified" content="2018-01-01">', {}),
        ('<meta property="article:modified_time" content="2018-01-01">', {}),
    ],
)
def test_address_and_date(head: str, expected: dict[str, str]) -> None:
    assert html(f"<html><head>{head}<title>T</title></head><h1>Lamps</h1>").metadata == expected | {"page_title": "T"}


def test_address_that_the_browser_noted_and_date_of_the_text_itself() -> None:
    text = html(
        "<!DOCTYPE html>\n<!-- saved from url=(0021)https://a.example/x/1 -->\n<html><h1>T</h1>"
        '<p>On <time itemprop="datePublished" datetime="2016-05-09">9 May</time>'
    )
    assert text.metadata == {"url": "https://a.example/x/1", "date": "2016-05-09"}


def test_the_title_of_the_window_counts_where_the_page_shows_none() -> None:
    assert html("<title> A \n b</title><h2>x</h2>").metadata == {"title": "A b"}
    assert html("<title>A</title><h1>x</h1>").metadata == {"page_title": "A"}


@pytest.mark.parametrize("tag", ["div", "ul><li", "table><tr><td", "blockquote", "pre", "dl><dd"])
def test_what_is_nested_beyond_reason_is_refused(tag: str) -> None:
    with pytest.raises(CorpusError, match="one inside the other"):
        html(f"<{tag}>" * 100_000 + "end")


@pytest.mark.parametrize("tag", ["div", "b", "span", "a href=x", "li", "ul><li"])
def test_deep_nesting_is_read_without_recursion(tag: str) -> None:
    assert lines(f"<{tag}>" * 3_000 + "end").strip() in ("end", "- end")


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("# T\n\na *b*\n**c** [d](http://e) `f`\n", "T\n\na b c d f"),
        ("a  \nb\\\nc", "a\nb\nc"),
        ("- a\n- b\n  - c\n\n3. d\n4. e\n", "- a\n- b\n   - c\n\n3. d\n4. e"),
        ("- a\n\n  more\n- b\n", "- a\n   more\n- b"),
        ("|a|b|\n|-|-|\n|1|**2**|\n", "a\tb\n1\t2"),
        ("> q1\n>\n> q2\n", "q1\n\nq2"),
        ("```\n a\n\n b\n```\n", " a\n\n b"),
        ("a <b>c</b> & ![alt](x.png)\n", "a c &"),
        ("[on]12th June 2018 [status]complete[/status][/on]\n", "[on]12th June 2018 [status]complete[/status][/on]"),
        ("<https://a.example/x>\n", "https://a.example/x"),
    ],
)
def test_markdown(source: str, expected: str) -> None:
    (text,) = read_markdown(source.encode(), LIMITS).texts
    assert text.text.strip("\n") == expected


def test_markdown_headings_keep_their_levels() -> None:
    (text,) = read_markdown(b"# A\n\n## B\n\ntext\n\nC\n-\n\n#### D\n", LIMITS).texts
    assert headings(text) == [(1, "A"), (2, "B"), (2, "C"), (4, "D")]


def test_an_empty_page_is_refused() -> None:
    with pytest.raises(CorpusError, match="holds no text"):
        read_bytes(b"<html><script>render()</script></html>", "page.html", LIMITS)
