"""Web pages, Markdown and Word documents: each becomes HTML, and the HTML is read by one walk."""

import re
from collections.abc import Iterator
from dataclasses import replace
from html import escape
from itertools import islice

from markdown_it import MarkdownIt
from selectolax.lexbor import LexborHTMLParser, LexborNode

from corpus.model import CorpusError
from corpus.readers.front_matter import front_matter
from corpus.readers.html.furniture import furniture_of
from corpus.readers.html.page_content import content_of
from corpus.readers.html.published import date_of
from corpus.readers.html.tree import ELEMENTS, HEADINGS, collapse, events
from corpus.readers.html.tree_walk import text_of
from corpus.readers.html.word import word_of
from corpus.readers.plain import decode, visible
from corpus.readers.reading import LeftOut, Limits, Reading, Text

_DEPTH = 5_000  # open elements at once; the parser's time grows with the square of it
_NESTED = re.compile(
    r"<(/?)(?:address|article|aside|blockquote|center|details|dialog|dir|div|dl|fieldset|figcaption|figure|footer|form|"
    r"header|hgroup|listing|main|menu|nav|ol|pre|search|section|summary|table|ul|xmp)\b",
    re.I,
)
_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w-]{3,20})""", re.I)
_KNOWN = re.compile(r"windows-125\d|iso-8859-\d+|utf-8|koi8-[ru]|macintosh|big5|gb\w+|shift_jis|euc-\w+", re.I)
_SAVED = re.compile(r"<!--\s*saved from url=\(\d+\)(https?://[^\s>]+)\s*-->", re.I)


def read_html(raw: bytes, limits: Limits) -> Reading:
    """The content of a web page, with its address, its date of publication, and a title where it shows none."""
    html = _page(raw)
    tree = _parsed(html)
    text, trail = content_of(tree.body) if tree.body else (Text(""), "")
    metadata = {"url": _address(tree, html), "date": date_of(tree), "trail": visible(trail)}
    if all(heading.level > 1 for heading in text.headings):
        metadata["title"] = _title(tree)
    else:
        metadata["page_title"] = _title(tree)
    return Reading((replace(text, metadata={name: value for name, value in metadata.items() if value}),))


def read_markdown(raw: bytes, limits: Limits) -> Reading:
    """A CommonMark document with tables and HTML, and what its front matter states. Emphasis and links are dropped."""
    front = front_matter(decode(raw))
    body = _parsed(_RENDERER.render(front.text)).body
    if body is None:
        return Reading((), front.left_out)
    furniture = furniture_of(body)
    text = text_of(body, furniture.dropped)
    metadata = {"trail": furniture.trail, "linked": " ".join(islice(_linked(body), 5))}
    found = {name: value for name, value in metadata.items() if value}
    return Reading((replace(text, metadata={**found, **front.metadata}),), front.left_out)


def _linked(body: LexborNode) -> Iterator[str]:
    """Addresses to which the page that was saved as Markdown leads above its title: its own may be among them."""
    for node, entering in events(body):
        if node.tag in HEADINGS:
            return
        address = (node.attributes.get("href") or "") if entering and node.tag == "a" else ""
        if re.fullmatch(r"https?://\S{1,500}", address):
            yield address


def read_docx(raw: bytes, limits: Limits) -> Reading:
    """A Word document with all its changes accepted: headings by style, lists, tables, notes at the end."""
    word = word_of(raw)
    body = _parsed(word.html).body
    text = text_of(body, tabs=True) if body else Text("")
    if not any(heading.level == 1 for heading in text.headings):  # no title: the first level is that of "Heading 1"
        text = replace(text, headings=tuple(replace(h, level=h.level - 1) for h in text.headings))
    hidden = f"{word.hidden:,} of its words" if word.hidden > 1 else "one of its words"
    why = "set as hidden text, which Word does not print, and left out; show it in Word if it is to be read."
    return Reading((text,), (LeftOut(hidden, why),) if word.hidden else ())


def _allowed(content: str) -> str:
    """HTML in Markdown: elements that HTML knows stay; <name withheld> is words in brackets."""
    return _ELEMENT.sub(lambda tag: tag[0] if tag[1].lower() in ELEMENTS else escape(tag[0]), content)


def _renderer() -> MarkdownIt:
    made = MarkdownIt("commonmark", {"html": True, "maxNesting": 40}).enable("table")
    for rule in ("html_inline", "html_block"):
        made.add_render_rule(rule, lambda _, tokens, at, *__: _allowed(tokens[at].content))
    return made


_ELEMENT = re.compile(r"</?([A-Za-z][\w-]*)[^<>]*>")
_RENDERER = _renderer()


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


def _title(tree: LexborHTMLParser) -> str | None:
    """The title that the page states for others that show it, else that of its window."""
    stated = tree.css_first("meta[property='og:title']")
    window = tree.css_first("title")
    found = [stated.attributes.get("content") if stated else None, window.text() if window else None]
    return next((title for given in found if given and (title := visible(collapse(given)))), None)
