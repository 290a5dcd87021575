"""Word documents: what Word shows is what is read, and a file that is none is refused in plain words."""

import zipfile
from collections.abc import Callable
from io import BytesIO

import docx
import papers
import pytest
from docx.enum.style import WD_STYLE_TYPE

from corpus.model import CorpusError
from corpus.readers.formats import read_bytes
from corpus.readers.html.read_markup import read_docx
from corpus.readers.reading import Limits, Text

LIMITS = Limits()
MAIN = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"
NUMBERED = (
    '<w:p><w:pPr><w:numPr><w:ilvl w:val="{}"/><w:numId w:val="{}"/></w:numPr></w:pPr><w:r><w:t>{}</w:t></w:r></w:p>'
)


def package(body: str, *, namespace: str = MAIN, **parts: str) -> bytes:
    """A Word document of this body; `parts` are numbering, styles, footnotes."""
    target = BytesIO()
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("word/document.xml", f'<w:document xmlns:w="{namespace}"><w:body>{body}</w:body></w:document>')
        links = "".join(f'<Relationship Id="{n}" Type="{relation}{n}" Target="{n}.xml"/>' for n in parts)
        made.writestr("word/_rels/document.xml.rels", f"<Relationships>{links}</Relationships>")
        for name, content in parts.items():
            made.writestr(f"word/{name}.xml", f'<w:{name} xmlns:w="{namespace}">{content}</w:{name}>')
    return target.getvalue()


def paragraph(words: str, style: str = "") -> str:
    styled = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f"<w:p>{styled}<w:r><w:t>{words}</w:t></w:r></w:p>"


def level(at: int, form: str, text: str, more: str = "") -> str:
    return f'<w:lvl w:ilvl="{at}"><w:numFmt w:val="{form}"/><w:lvlText w:val="{text}"/>{more}</w:lvl>'


def lists(*levels: str, overrides: str = "") -> str:
    """One abstract list with these levels, used by the lists 1 and 2; the second has the overrides."""
    return (
        f'<w:abstractNum w:abstractNumId="7">{"".join(levels)}</w:abstractNum>'
        '<w:num w:numId="1"><w:abstractNumId w:val="7"/></w:num>'
        f'<w:num w:numId="2"><w:abstractNumId w:val="7"/>{overrides}</w:num>'
    )


def read(raw: bytes) -> Text:
    (text,) = read_docx(raw, LIMITS).texts
    return text


def shown(raw: bytes) -> str:
    return read(raw).text.strip("\n")


def headings(text: Text) -> list[tuple[int, str]]:
    return [(heading.level, text.text[heading.start :].split("\n")[0]) for heading in text.headings]


def made_with(fill: Callable[..., object]) -> bytes:
    document = docx.Document()
    fill(document)
    target = BytesIO()
    document.save(target)
    return target.getvalue()


def test_a_paper_holds_just_what_its_plain_text_holds() -> None:
    markdown = (
        "# Lamps\n\nPublished 4 May 2018\n\n## Counting\n\nThe force *counts* them.\n\n1. one\n   - two\n   - three\n"
        "2. four\n\n### More\n\n3. five\n\n|a|b|\n|-|-|\n|1|2|\n\n> six\n\n- seven\n"
    )
    text = read(papers.to_docx(markdown))
    assert text.text.encode() == papers.to_txt(markdown)
    assert headings(text) == [(1, "Lamps"), (2, "Counting"), (3, "More")]
    assert papers.to_docx(markdown) == papers.to_docx(markdown)


def test_without_a_title_headings_are_as_they_are() -> None:
    text = read(papers.to_docx("## One\n\na\n\n### Two\n\nb\n"))
    assert headings(text) == [(1, "One"), (2, "Two")]


def test_a_style_that_builds_on_a_heading_or_states_its_level_is_one() -> None:
    def fill(document: docx.document.Document) -> None:
        chapter = document.styles.add_style("Force Chapter", WD_STYLE_TYPE.PARAGRAPH)
        chapter.base_style = document.styles["Heading 1"]
        document.add_paragraph("Lamps", style="Force Chapter")
        document.add_paragraph("Wicks", style="Heading 2")
        document.add_paragraph("By the inspectorate", style="Subtitle")

    assert headings(read(made_with(fill))) == [(1, "Lamps"), (2, "Wicks")]
    styles = '<w:style w:styleId="x"><w:name w:val="Own"/><w:pPr><w:outlineLvl w:val="2"/></w:pPr></w:style>'
    assert headings(read(package(paragraph("Oil", "x"), styles=styles))) == [(3, "Oil")]


def test_numbers_that_word_only_computes_are_written_out() -> None:
    numbering = lists(level(0, "decimal", "%1."), level(1, "lowerLetter", "(%2)"), level(2, "lowerRoman", "%3."))
    body = "".join(
        NUMBERED.format(at, 1, words) for at, words in [(0, "a"), (1, "b"), (1, "c"), (2, "d"), (0, "e"), (1, "f")]
    )
    between = paragraph("The force then said:")
    assert shown(package(body + between + NUMBERED.format(0, 1, "g"), numbering=numbering)) == (
        "1. a\n   (a) b\n   (b) c\n      i. d\n2. e\n   (a) f\n\nThe force then said:\n\n3. g"
    )


def test_a_list_that_is_started_anew_counts_anew() -> None:
    numbering = lists(
        level(0, "decimal", "%1.", '<w:start w:val="4"/>'),
        overrides='<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride>',
    )
    body = "".join(NUMBERED.format(0, number, "x") for number in (1, 1, 2, 2, 1))
    assert shown(package(body, numbering=numbering)) == "4. x\n5. x\n1. x\n2. x\n6. x"


def test_numbers_of_paragraphs_and_headings_are_words_of_theirs() -> None:
    numbering = lists(level(0, "decimal", "Recommendation %1:"), level(1, "decimal", "%1.%2"))
    styles = (
        '<w:style w:styleId="H"><w:name w:val="heading 1"/><w:pPr><w:numPr><w:ilvl w:val="1"/><w:numId w:val="1"/>'
        "</w:numPr></w:pPr></w:style>"
    )
    body = NUMBERED.format(0, 1, "The force should dance.") + paragraph("Lamps", "H") + paragraph("Wicks", "H")
    text = read(package(body, numbering=numbering, styles=styles))
    assert text.text == "Recommendation 1: The force should dance.\n\n1.1 Lamps\n\n1.2 Wicks\n"
    assert headings(text) == [(1, "1.1 Lamps"), (1, "1.2 Wicks")]


def test_bullets_nest_by_level_and_by_style() -> None:
    numbering = lists(level(0, "bullet", "•"), level(1, "bullet", "o"))
    body = "".join(NUMBERED.format(at, 1, words) for at, words in [(0, "a"), (1, "b"), (0, "c")])
    assert shown(package(body, numbering=numbering)) == "- a\n   - b\n- c"

    def fill(document: docx.document.Document) -> None:
        for style in ("List Bullet", "List Bullet 2", "List Bullet"):
            document.add_paragraph("x", style=style)

    assert shown(made_with(fill)) == "- x\n   - x\n- x"


def test_a_box_is_text_and_a_table_is_rows() -> None:
    def fill(document: docx.document.Document) -> None:
        box = document.add_table(1, 1).cell(0, 0)
        box.paragraphs[0].text = "Cause of concern"
        box.add_paragraph("Lamps are out.")
        box.add_paragraph("By May:", style="List Bullet")
        table = document.add_table(2, 2)
        for cell, words in zip(table._cells, ["a", "b", "one\ntwo", "d"], strict=True):
            cell.text = words
        table.cell(1, 1).add_paragraph("e")

    assert shown(made_with(fill)) == "Cause of concern\n\nLamps are out.\n\n- By May:\n\na\tb\none two\td e"


def test_tracked_deletions_are_gone_and_insertions_stay() -> None:
    body = (
        "<w:p><w:r><w:t>The force </w:t></w:r><w:del><w:r><w:delText>should</w:delText></w:r></w:del>"
        "<w:ins><w:r><w:t>must</w:t></w:r></w:ins><w:r><w:t> dance.</w:t></w:r></w:p>"
        '<w:p><w:pPr><w:pStyle w:val="Heading1"/><w:rPr><w:del/></w:rPr></w:pPr><w:del><w:r><w:delText>x</w:delText>'
        "</w:r></w:del></w:p>"
    )
    assert shown(package(body)) == "The force must dance."


def test_footnotes_stand_at_the_end() -> None:
    body = '<w:p><w:r><w:t>Lamps</w:t></w:r><w:r><w:footnoteReference w:id="2"/></w:r></w:p>' + paragraph("Wicks")
    notes = f'<w:footnote w:id="2">{paragraph("Of oil.")}</w:footnote>'
    assert shown(package(body, footnotes=notes)) == "Lamps[1]\n\nWicks\n\n1. Of oil."


def test_tables_of_contents_links_pictures_and_comments_leave_nothing_behind() -> None:
    styles = '<w:style w:styleId="C"><w:name w:val="toc 1"/></w:style>'
    body = (
        f'{paragraph("Lamps 3", "C")}<w:p><w:hyperlink r:id="gone" xmlns:r="http://schemas.openxmlformats.org/'
        'officeDocument/2006/relationships"><w:r><w:t>a link</w:t></w:r></w:hyperlink><w:r><w:commentReference '
        'w:id="9"/></w:r><w:r><w:pict><v:shape xmlns:v="urn:schemas-microsoft-com:vml"><v:imagedata r:id="gone" '
        'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"/></v:shape></w:pict></w:r></w:p>'
    )
    assert shown(package(body, styles=styles)) == "a link"


def test_a_text_box_is_read_once_and_tabs_and_line_breaks_stay() -> None:
    box = "<w:r>{}<w:txbxContent>" + paragraph("Boxed") + "</w:txbxContent>{}</w:r>"
    twice = (
        '<mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"><mc:Choice>'
        + box.format("<w:drawing>", "</w:drawing>")
        + "</mc:Choice><mc:Fallback>"
        + box.format("<w:pict>", "</w:pict>")
        + "</mc:Fallback></mc:AlternateContent>"
    )
    body = f"<w:p>{twice}<w:r><w:t>Grade</w:t><w:tab/><w:t>Good</w:t><w:br/><w:t>Fair</w:t></w:r></w:p>"
    assert shown(package(body)).split("\n\n") == ["Grade\tGood\nFair", "Boxed"]


def test_the_typed_number_of_a_paragraph_makes_no_table_of_it() -> None:
    words = "The force should count its lamps."
    typed = "<w:p><w:r><w:t>{}</w:t><w:tab/><w:t>{}</w:t></w:r></w:p>"
    body = typed.format("2.14", words) + typed.format(4, 17)
    assert shown(package(body)) == f"2.14 {words}\n\n4\t17"


def test_the_strict_form_of_the_format_is_read() -> None:
    styles = '<w:style w:styleId="h"><w:name w:val="heading 1"/></w:style>'
    raw = package(paragraph("Lamps", "h") + paragraph("burn"), namespace=STRICT, styles=styles)
    assert headings(read(raw)) == [(1, "Lamps")]


def zipped(**members: bytes) -> bytes:
    target = BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in members.items():
            made.writestr(name, content)
    return target.getvalue()


def bomb(size: int) -> bytes:
    """A package that declares a member of this many bytes."""
    target = BytesIO()
    with zipfile.ZipFile(target, "w") as made:
        made.writestr("word/document.xml", b"x")
        made.infolist()[0].file_size = size
    return target.getvalue()


def locked() -> bytes:
    """A package whose members say that they are encrypted."""
    raw = bytearray(package(paragraph("x")))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = raw.find(signature)
        while at >= 0:
            raw[at + offset] |= 1
            at = raw.find(signature, at + 4)
    return bytes(raw)


DTD = '<!DOCTYPE d [<!ENTITY a "b">]>'
DEEP = "<w:tbl><w:tr><w:tc>" * 2_000 + paragraph("x") + "</w:tc></w:tr></w:tbl>" * 2_000


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "protected by a password"),
        (locked(), "protected by a password; save a copy without one"),
        (b"Lamps burn.", "no Word document"),
        (package(paragraph("x"))[:300], "damaged"),
        (zipped(mimetype=b"application/vnd.oasis.opendocument.text"), "no Word document"),
        (package("<w:p>"), "damaged"),
        (bomb(400_000_000), "would unpack to 400 MB"),
        (bomb(50_000_000), "would unpack to 50 MB"),
        (zipped(**{"word/document.xml": (DTD + "<d>&a;</d>").encode()}), "declares entities"),
        (zipped(**{"word/document.xml": (DTD + "<d>&a;</d>").encode("utf-16")}), "declares entities"),
        (package(DEEP), "too deep"),
        (package(""), "holds no text"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_be_read_is_refused_in_plain_words(raw: bytes, reason: str) -> None:
    with pytest.raises(CorpusError, match=reason):
        read_bytes(raw, "report.docx", LIMITS)


def run(words: str, properties: str = "") -> str:
    styled = f"<w:rPr>{properties}</w:rPr>" if properties else ""
    return f'<w:r>{styled}<w:t xml:space="preserve">{words}</w:t></w:r>'


def styles(*made: tuple[str, str, str, str]) -> str:
    """Styles of these types, ids, properties of text, and the styles that they build on."""
    return "".join(
        f'<w:style w:type="{kind}" w:styleId="{name}"><w:name w:val="{name}"/><w:basedOn w:val="{above}"/>'
        f"<w:rPr>{properties}</w:rPr></w:style>"
        for kind, name, properties, above in made
    )


HIDE, SHOW, ASIDE = "<w:vanish/>", '<w:vanish w:val="0"/>', '<w:rStyle w:val="Aside"/>'
HIDING = styles(("character", "Aside", HIDE, ""), ("paragraph", "Unseen", "", "Base"), ("paragraph", "Base", HIDE, ""))
UNSEEN = '<w:pPr><w:pStyle w:val="Unseen"/></w:pPr>'


@pytest.mark.parametrize(
    ("body", "hidden"),
    [
        (run("Ask legal.", HIDE) + run("Lamps burn."), "2 of its words"),
        (run("Lamps", SHOW) + run(" burn."), ""),
        (run("Lamps") + run("not", ASIDE) + run(" burn."), "one of its words"),
        (f"{UNSEEN}{run('Ask legal first.')}</w:p><w:p>{run('Lamps burn.')}", "3 of its words"),
        (UNSEEN + run("Lamps burn.", SHOW), ""),
        (f"<w:pPr><w:rPr>{HIDE}</w:rPr></w:pPr>{run('Lamps burn.')}", ""),
    ],
)
def test_hidden_text_is_left_out_and_said(body: str, hidden: str) -> None:
    reading = read_docx(package(f"<w:p>{body}</w:p>", styles=HIDING), LIMITS)
    assert [text.text for text in reading.texts] == ["Lamps burn.\n"]
    assert [part.where for part in reading.left_out] == ([hidden] if hidden else [])


def test_a_soft_break_ends_a_line_but_no_sentence() -> None:
    def broken(*lines: str) -> str:
        return f"<w:p>{'<w:r><w:br/></w:r>'.join(run(line) for line in lines)}</w:p>"

    assert shown(package(broken("The force should tell the family", "at once, and write it down."))) == (
        "The force should tell the family at once, and write it down."
    )
    asked = broken("Recommendation 1", "The force should tell the family", "at once.")
    assert shown(package(asked)) == "Recommendation 1\nThe force should tell the family at once."
    assert shown(package(broken("Wick Lane", "Saltmere"))) == "Wick Lane\nSaltmere"


def test_merged_cells_stand_in_each_row_that_they_cover() -> None:
    def cell(words: str, properties: str = "") -> str:
        return f"<w:tc><w:tcPr>{properties}</w:tcPr>{paragraph(words) if words else '<w:p/>'}</w:tc>"

    rows = (
        cell("Told in 2024", '<w:gridSpan w:val="3"/>'),
        cell("North", '<w:vMerge w:val="restart"/>') + cell("Clock") + cell("Sergeant"),
        cell("", "<w:vMerge/>") + cell("Keys") + cell("Inspector"),
    )
    body = f"<w:tbl>{''.join(f'<w:tr>{row}</w:tr>' for row in rows)}</w:tbl>"
    assert shown(package(body)) == "Told in 2024\nNorth\tClock\tSergeant\nNorth\tKeys\tInspector"


def test_a_numbered_paragraph_in_the_style_of_a_heading_is_text() -> None:
    named = '<w:style w:styleId="H"><w:name w:val="heading 3"/></w:style>'
    words = ("Costs", "44. Fees move money from holders to police. The net value is none.", "4. Lamps and wicks")
    text = read(package("".join(paragraph(line, "H") for line in words), styles=named))
    assert headings(text) == [(3, "Costs"), (3, "4. Lamps and wicks")]
    assert words[1] in text.text


def test_moved_text_stands_once_and_paragraphs_whose_mark_was_deleted_are_one() -> None:
    deleted = "<w:pPr><w:rPr><w:del/></w:rPr></w:pPr>"
    body = (
        f"<w:p><w:moveFrom>{run('Nine lamps.')}</w:moveFrom></w:p><w:p>{deleted}{run('One. ')}</w:p>"
        f"<w:p>{run('Two.')}</w:p><w:p><w:moveTo>{run('Nine lamps.')}</w:moveTo></w:p>"
    )
    assert shown(package(body)) == "One. Two.\n\nNine lamps."


def test_notes_and_bold_lines_are_marked() -> None:
    body = f'<w:p>{run("Lamps", "<w:b/>")}</w:p><w:p>{run("Oil")}<w:r><w:footnoteReference w:id="2"/></w:r></w:p>'
    text = read(package(body, footnotes=f'<w:footnote w:id="2">{paragraph("Of May.")}</w:footnote>'))
    assert [(mark.kind, text.text[mark.start : mark.end]) for mark in text.marks] == [
        ("strong", "Lamps"),
        ("note", "1. Of May."),
    ]
