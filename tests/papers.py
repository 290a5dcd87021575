"""One Markdown paper as the files in which such papers are found: plain text, web page, Word document, PDF.

    python tests/papers.py SOURCE.md TARGET.pdf|.docx|.html|.txt

Understood are headings, paragraphs, nested lists, pipe tables, quotations and emphasis; the content is the
same in every format, and the same source gives the same bytes.
"""

import re
import sys
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from html import escape
from io import BytesIO
from pathlib import Path

from docx import Document as WordDocument
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph as WordParagraph
from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode
from reportlab.lib import colors
from reportlab.lib.enums import TA_JUSTIFY, TA_LEFT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, PageTemplate, Paragraph, Table, TableStyle

WRITTEN = datetime(2019, 3, 1, 9, 0, 0)
Run = tuple[str, str]  # text; "" or "b" or "i"


@dataclass(frozen=True)
class Block:
    """A heading, paragraph, quote, item (depth from 1; its number or "") or table. `fresh`: the first of its list."""

    kind: str
    runs: tuple[Run, ...] = ()
    level: int = 0
    number: str = ""
    rows: tuple[tuple[tuple[Run, ...], ...], ...] = ()
    fresh: bool = False

    @property
    def text(self) -> str:
        """The words without emphasis."""
        return _words(self.runs)


def blocks_of(markdown: str) -> list[Block]:
    """The paper's blocks in order."""
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    return list(_blocks(SyntaxTreeNode(parser.parse(markdown)), "paragraph"))


def _blocks(node: SyntaxTreeNode, kind: str) -> Iterator[Block]:
    for child in node.children:
        if child.type == "heading":
            yield Block("heading", _runs(child), int(child.tag[1]))
        elif child.type == "paragraph":
            yield Block(kind, _runs(child))
        elif child.type in ("bullet_list", "ordered_list"):
            yield from _items(child, 1)
        elif child.type == "table":
            rows = (row for part in child.children for row in part.children)
            yield Block("table", rows=tuple(tuple(_runs(cell) for cell in row.children) for row in rows))
        elif child.type == "blockquote":
            yield from _blocks(child, "quote")


def _items(node: SyntaxTreeNode, depth: int) -> Iterator[Block]:
    first = int(str(node.attrs.get("start", 1)))
    for at, item in enumerate(node.children):
        number = f"{first + at}." if node.type == "ordered_list" else ""
        for child in item.children:
            if child.type == "paragraph":
                yield Block("item", _runs(child), depth, number, fresh=at == 0)
            else:
                yield from _items(child, depth + 1)


def _runs(node: SyntaxTreeNode, mark: str = "") -> tuple[Run, ...]:
    runs: list[Run] = []
    for child in node.children:
        if child.type in ("softbreak", "hardbreak"):
            runs.append((" ", mark))
        elif child.children:
            runs += _runs(child, {"strong": "b", "em": "i"}.get(child.type, mark))
        elif child.content:
            runs.append((child.content, mark))
    return tuple(runs)


def _words(runs: tuple[Run, ...]) -> str:
    return "".join(text for text, _ in runs)


def _tagged(runs: tuple[Run, ...], tags: dict[str, str]) -> str:
    marked = ((escape(text, quote=False), tags.get(mark)) for text, mark in runs)
    return "".join(f"<{tag}>{text}</{tag}>" if tag else text for text, tag in marked)


def to_txt(markdown: str) -> bytes:
    """Plain text: a paragraph a line, headings bare, bullets with a hyphen, table cells parted by tabs."""
    parts: list[str] = []
    before = ""
    for block in blocks_of(markdown):
        glue = "\n" if before == block.kind == "item" else "\n\n"
        parts.append((glue if parts else "") + _plain(block))
        before = block.kind
    return ("".join(parts) + "\n").encode()


def _plain(block: Block) -> str:
    if block.kind == "table":
        return "\n".join("\t".join(_words(cell) for cell in row) for row in block.rows)
    if block.kind == "item":
        return "   " * (block.level - 1) + f"{block.number or '-'} {block.text}"
    return block.text


_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>{title} - Inspectorate of Lamps and Constabulary</title>
<link rel="canonical" href="{url}">
<style>.cookie-banner {{ position: fixed }}</style>
<script>window.dataLayer = window.dataLayer || [];</script>
</head>
<body class="page">
<div id="global-cookie-message" class="cookie-banner" role="region" aria-label="cookie banner">
<p>We use cookies to make this website work. You can accept or reject analytics cookies.</p>
<button type="button">Accept</button> <button type="button">Reject</button></div>
<a class="skip-link" href="#content">Skip to main content</a>
<header role="banner"><p>Inspectorate of Lamps and Constabulary</p>
<form role="search"><label for="q">Search this site</label><input id="q" name="q"><button>Search</button></form>
<nav aria-label="Main menu"><ul><li><a href="/">Home</a></li><li><a href="/reports">Our reports</a></li>
<li><a href="/forces">Police forces</a></li></ul></nav></header>
<nav class="breadcrumb"><ol><li><a href="/">Home</a></li><li><a href="/publications">Publications</a></li>
<li>{title}</li></ol></nav>
<div class="layout"><div id="content" class="main-column">
{body}
</div>
<aside class="sidebar"><h2>Related publications</h2><ul><li><a href="/a">Annual lamp count</a></li></ul></aside></div>
<div class="share-buttons"><p>Share this page</p>
<ul><li><a href="#">Facebook</a></li><li><a href="#">X</a></li></ul></div>
<footer><h2>Support links</h2><ul><li><a href="/privacy">Privacy</a></li><li><a href="/cookies">Cookies</a></li></ul>
<p>All content is available under the Lamp Licence</p></footer>
</body>
</html>
"""


def to_html(markdown: str, url: str = "https://inspectorate.example/publications/paper/") -> bytes:
    """A whole page with what stands round the content on such sites: banner, menus, breadcrumb, aside, footer."""
    blocks = blocks_of(markdown)
    title = next((block.text for block in blocks if block.kind == "heading"), "")
    body = "\n".join(_html(blocks))
    return _PAGE.format(title=escape(title), url=escape(url), body=body).encode()


def _html(blocks: list[Block]) -> Iterator[str]:
    open_lists: list[str] = []
    for at, block in enumerate(blocks):
        depth = block.level if block.kind == "item" else 0
        while len(open_lists) > depth or (open_lists and block.fresh and len(open_lists) == depth):
            yield f"</li></{open_lists.pop()}>"
        words = _tagged(block.runs, {"b": "strong", "i": "em"})
        if block.kind == "item":
            if len(open_lists) < depth:
                open_lists.append("ol" if block.number else "ul")
                start = f' start="{block.number[:-1]}"' if block.number not in ("", "1.") else ""
                yield f"<{open_lists[-1]}{start}>"
            else:
                yield "</li>"
            yield f"<li>{words}"
        elif block.kind == "table":
            yield _html_table(block)
        elif block.kind == "quote":
            opens = "<blockquote>" if at == 0 or blocks[at - 1].kind != "quote" else ""
            closes = "</blockquote>" if at + 1 == len(blocks) or blocks[at + 1].kind != "quote" else ""
            yield f"{opens}<p>{words}</p>{closes}"
        else:
            tag = f"h{block.level}" if block.kind == "heading" else "p"
            yield f"<{tag}>{words}</{tag}>"
    while open_lists:
        yield f"</li></{open_lists.pop()}>"


def _html_table(block: Block) -> str:
    def row(cells: tuple[tuple[Run, ...], ...], tag: str) -> str:
        return (
            "<tr>" + "".join(f"<{tag}>{_tagged(cell, {'b': 'strong', 'i': 'em'})}</{tag}>" for cell in cells) + "</tr>"
        )

    head, *rest = block.rows
    body = "\n".join(row(cells, "td") for cells in rest)
    return f"<table>\n<thead>{row(head, 'th')}</thead>\n<tbody>\n{body}\n</tbody>\n</table>"


def to_docx(markdown: str) -> bytes:
    """A Word document with the styles that Word itself offers: Title, Heading 1 to 3, List Bullet, List Number."""
    word = WordDocument()
    properties = word.core_properties
    properties.created = properties.modified = properties.last_printed = WRITTEN
    properties.author = properties.comments = ""
    list_id: dict[int, int] = {}
    for block in blocks_of(markdown):
        if block.kind == "table":
            _word_table(word, block)
            continue
        paragraph = word.add_paragraph(style=_word_style(block))
        for text, mark in block.runs:
            run = paragraph.add_run(text)
            run.bold, run.italic = mark == "b" or None, mark == "i" or None
        if block.number:
            if block.fresh or block.level not in list_id:
                list_id[block.level] = _new_list(word, paragraph, int(block.number[:-1]))
            paragraph.paragraph_format.element.get_or_add_pPr().get_or_add_numPr().get_or_add_numId().val = list_id[
                block.level
            ]
    target = BytesIO()
    word.save(target)
    return _dated(target.getvalue())


def _word_style(block: Block) -> str:
    if block.kind == "heading":
        return "Title" if block.level == 1 else f"Heading {block.level - 1}"
    if block.kind == "item":
        return ("List Number" if block.number else "List Bullet") + (f" {block.level}" if block.level > 1 else "")
    return "Quote" if block.kind == "quote" else "Normal"


def _new_list(word: "WordDocument", paragraph: WordParagraph, start: int) -> int:
    """Id of a new list that looks as the paragraph's style says and counts from `start`, as Word's "restart" does."""
    numbering = word.part.numbering_part.element
    of_style = paragraph.style.element.pPr.numPr.numId.val
    number = numbering.add_num(numbering.num_having_numId(of_style).abstractNumId.val)
    override = number.add_lvlOverride(ilvl=0)
    override.add_startOverride(start)
    return int(number.numId)


def _word_table(word: "WordDocument", block: Block) -> None:
    table = word.add_table(rows=0, cols=len(block.rows[0]), style="Table Grid")
    for at, row in enumerate(block.rows):
        cells = table.add_row().cells
        for cell, runs in zip(cells, row, strict=True):
            for text, mark in runs:
                cell.paragraphs[0].add_run(text).bold = (at == 0 or mark == "b") or None
    head = table.rows[0]._tr.get_or_add_trPr()
    repeated = OxmlElement("w:tblHeader")
    repeated.set(qn("w:val"), "true")
    head.append(repeated)


def _dated(raw: bytes) -> bytes:
    """The same zip file, each member dated `WRITTEN`."""
    target = BytesIO()
    with zipfile.ZipFile(BytesIO(raw)) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(zipfile.ZipInfo(name, WRITTEN.timetuple()[:6]), old.read(name), zipfile.ZIP_DEFLATED)
    return target.getvalue()


_FONTS = {"Helvetica": ("Helvetica", "Helvetica-Bold"), "Times": ("Times-Roman", "Times-Bold")}
_BREAKS = re.compile(r"(?<=[a-z][aeiouy][b-df-hj-np-tv-z])(?=[b-df-hj-np-tv-z][aeiouy][a-z])")


def to_pdf(
    markdown: str,
    running_header: str,
    *,
    font: str = "Helvetica",
    size: float = 10.5,
    footer: str = "Page {page}",
    columns: int = 1,
    justified: bool = True,
    hyphenated: bool = True,
) -> bytes:
    """A4 pages with a running header and a footer; long words break at the end of a line with a hyphen."""
    target = BytesIO()
    title = next((block.text for block in blocks_of(markdown) if block.kind == "heading"), "")
    left, bottom, width, height = 22 * mm, 22 * mm, A4[0] - 44 * mm, A4[1] - 48 * mm
    gutter = 8 * mm
    column = (width - gutter * (columns - 1)) / columns
    frames = [Frame(left + at * (column + gutter), bottom, column, height, 0, 0, 0, 0) for at in range(columns)]

    def furniture(canvas: Canvas, _: object) -> None:
        canvas.setFont(_FONTS[font][0], 8.5)
        canvas.drawString(left, A4[1] - 14 * mm, running_header)
        canvas.drawRightString(A4[0] - left, 12 * mm, footer.format(page=canvas.getPageNumber()))

    paper = BaseDocTemplate(target, pagesize=A4, invariant=1, title=title, author="", creator="", producer="")
    paper.addPageTemplates([PageTemplate("all", frames, onPage=furniture)])
    styles = _pdf_styles(font, size, justified, hyphenated)
    paper.build([_flowable(block, styles, column) for block in blocks_of(markdown)])
    return target.getvalue()


def _pdf_styles(font: str, size: float, justified: bool, hyphenated: bool) -> Callable[[str, int], ParagraphStyle]:
    plain, bold = _FONTS[font]

    def style(kind: str, level: int) -> ParagraphStyle:
        made = ParagraphStyle(kind, fontName=plain, fontSize=size, leading=size * 1.35, spaceAfter=size * 0.7)
        made.alignment = TA_JUSTIFY if justified and kind in ("paragraph", "item", "quote") else TA_LEFT
        made.hyphenationLang = _hyphenate if hyphenated and kind != "heading" else ""
        if kind == "heading":
            made.fontName, made.fontSize = bold, size + (10, 5, 2.5, 1)[min(level, 4) - 1]
            made.leading, made.spaceBefore, made.keepWithNext = made.fontSize * 1.2, size, 1
        elif kind == "item":
            made.leftIndent, made.bulletIndent = 16 * level, 16 * level - 13
            made.bulletFontName, made.bulletFontSize, made.spaceAfter = plain, size, size * 0.35
        elif kind == "quote":
            made.leftIndent = made.rightIndent = 14
        return made

    return style


def _hyphenate(word: str) -> list[tuple[str, str]]:
    """Pairs (before, after) of the places at which `word` may break, the last first: between two consonants."""
    places = [place.start() for place in _BREAKS.finditer(word) if 2 < place.start() < len(word) - 2]
    return [(word[:place], word[place:]) for place in reversed(places)]


def _flowable(block: Block, style: Callable[[str, int], ParagraphStyle], width: float) -> Flowable:
    if block.kind == "table":
        cells = [
            [Paragraph(_tagged(cell, {"b": "b", "i": "i"}), style("cell", 0)) for cell in row] for row in block.rows
        ]
        columns = len(block.rows[0])
        table = Table(cells, colWidths=[width / columns] * columns, repeatRows=1, spaceAfter=10)
        table.setStyle(TableStyle([("GRID", (0, 0), (-1, -1), 0.5, colors.grey), ("VALIGN", (0, 0), (-1, -1), "TOP")]))
        return table
    bullet = (block.number or "\u2022") if block.kind == "item" else None
    return Paragraph(_tagged(block.runs, {"b": "b", "i": "i"}), style(block.kind, block.level), bulletText=bullet)


def main(arguments: list[str]) -> None:
    """Write the paper SOURCE.md as TARGET, whose ending says the format."""
    source, target = map(Path, arguments)
    markdown = source.read_text("utf-8")
    made: dict[str, Callable[[], bytes]] = {
        ".txt": lambda: to_txt(markdown),
        ".html": lambda: to_html(markdown),
        ".docx": lambda: to_docx(markdown),
        ".pdf": lambda: to_pdf(markdown, blocks_of(markdown)[0].text),
    }
    target.write_bytes(made[target.suffix]())


if __name__ == "__main__":
    main(sys.argv[1:])
