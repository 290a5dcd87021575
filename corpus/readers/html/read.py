"""Web pages, Markdown and Word documents: each becomes HTML, and the HTML is read by one walk."""

import re
from dataclasses import replace
from datetime import date

from markdown_it import MarkdownIt
from selectolax.lexbor import LexborHTMLParser

from corpus.model import CorpusError, Heading
from corpus.readers.html.page import content_of
from corpus.readers.html.tree import collapse
from corpus.readers.html.walk import text_of
from corpus.readers.html.word import html_of
from corpus.readers.plain import decode
from corpus.readers.reading import Limits, Reading, Text

_DEPTH = 5_000  # open elements at once; the parser's time grows with the square of it
_NESTED = re.compile(
    r"<(/?)(?:address|article|aside|blockquote|center|details|dialog|dir|div|dl|fieldset|figcaption|figure|footer|form|"
    r"header|hgroup|listing|main|menu|nav|ol|pre|search|section|summary|table|ul|xmp)\b",
    re.I,
)
_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w-]{3,20})""", re.I)
_KNOWN = re.compile(r"windows-125\d|iso-8859-\d+|utf-8|koi8-[ru]|macintosh|big5|gb\w+|shift_jis|euc-\w+", re.I)
_SAVED = re.compile(r"<!--\s*saved from url=\(\d+\)(https?://[^\s>]+)\s*-->", re.I)
_PUBLISHED = frozenset(
    ("article:published_time", "dc.date.issued", "dcterms.issued", "dcterms.date.issued", "datepublished")
)
_DAY = re.compile(r"\s*(\d{4})-(\d{2})-(\d{2})(?![\d-])")


def read_html(raw: bytes, limits: Limits) -> Reading:
    """The content of a web page, with its address, its date of publication, and a title where it shows none."""
    html = _page(raw)
    tree = _parsed(html)
    text = content_of(tree.body) if tree.body else Text("")
    metadata = {"url": _address(tree, html), "date": _date(tree)}
    if all(heading.level > 1 for heading in text.headings):
        title = tree.css_first("title")
        metadata["title"] = collapse(title.text()) if title else None
    return Reading((replace(text, metadata={name: value for name, value in metadata.items() if value}),))


def read_markdown(raw: bytes, limits: Limits) -> Reading:
    """A CommonMark document with tables. Emphasis and link targets are dropped; HTML in it is text like any other."""
    html = MarkdownIt("commonmark", {"html": False, "maxNesting": 40}).enable("table").render(decode(raw))
    return Reading((_whole(html),))


def read_docx(raw: bytes, limits: Limits) -> Reading:
    """A Word document with all its changes accepted: headings by style, lists, tables, notes at the end."""
    text = _whole(html_of(raw), tabs=True)
    if not any(heading.level == 1 for heading in text.headings):  # no title: the first level is that of "Heading 1"
        text = replace(text, headings=tuple(Heading(heading.start, heading.level - 1) for heading in text.headings))
    return Reading((text,))


def _whole(html: str, *, tabs: bool = False) -> Text:
    body = _parsed(html).body
    return text_of(body, tabs=tabs) if body else Text("")


def _parsed(html: str) -> LexborHTMLParser:
    depth = deepest = 0
    for tag in _NESTED.finditer(html):
        depth = max(depth - 1, 0) if tag[1] else depth + 1
        deepest = max(deepest, depth)
    if deepest > _DEPTH:
        raise CorpusError(f"has {deepest:,} elements one inside the other; save its text in another format.")
    return LexborHTMLParser(html)


def _page(raw: bytes) -> str:
    """The page's text, by its byte order mark, what it declares, or as any other text."""
    declared = _CHARSET.search(raw[:4096])
    name = declared[1].decode("ascii", errors="replace").lower() if declared else ""
    name = "windows-1252" if name in ("iso-8859-1", "us-ascii") else name
    if raw.startswith((b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")) or not _KNOWN.fullmatch(name) or b"\0" in raw:
        return decode(raw)
    try:
        return raw.decode(name)
    except (LookupError, UnicodeDecodeError):
        return decode(raw)


def _address(tree: LexborHTMLParser, html: str) -> str | None:
    """The page's own address, as it states it or as the browser that saved it noted down."""
    canonical = [link.attributes.get("href") for link in tree.css("link[rel~=canonical]")]
    stated = [meta.attributes.get("content") for meta in tree.css("meta[property='og:url']")]
    saved = _SAVED.search(html[:4096])
    found = [*canonical, *stated, saved[1] if saved else None]
    return next((url.strip() for url in found if url and re.match(r"\s*https?://\S+\s*$", url)), None)


def _date(tree: LexborHTMLParser) -> str | None:
    """The day on which the page says it was published; a day of change or of saving is none."""
    for node in tree.css("meta, time[itemprop]"):
        given = node.attributes
        names = (given.get("property"), given.get("name"), given.get("itemprop"))
        if any(name and name.lower() in _PUBLISHED for name in names):
            day = _DAY.match(given.get("content") or given.get("datetime") or "")
            if day:
                try:
                    return date(int(day[1]), int(day[2]), int(day[3])).isoformat()
                except ValueError:
                    continue
    return None
