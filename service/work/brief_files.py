"""Briefs as files: a Word document, Markdown, CSV. Each quotation is exact, with its source."""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any

from corpus.text import for_xml
from service.contract.brief_shapes import BriefAnswer, BriefItem, Form
from service.contract.exports import table
from service.contract.labels import counted, date_words, forces_words, label
from service.work.briefs import parts_of

if TYPE_CHECKING:
    from docx.document import Document

MIMETYPES: Mapping[Form, str] = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "md": "text/markdown; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
}
FICTIONAL = "An example that comes with the program: nothing in it happened."
_MARKS = re.compile(r"([\\`*_\[\]<>#&|~])")

_COLUMNS: Mapping[str, Callable[[BriefItem], object]] = {
    "part": lambda one: one.part,
    "lead": lambda one: one.lead,
    "text": lambda one: one.text,
    "citation": lambda one: one.citation,
    "kind": lambda one: one.kind,
    "number": lambda one: one.number,
    "forces": lambda one: ", ".join(one.forces),
    "date": lambda one: one.date,
    "status": lambda one: one.status,
    "status_date": lambda one: one.status_date,
    "status_words": lambda one: one.status_words,
    "as_of": lambda one: one.as_of,
    "note": lambda one: one.note,
    "gone": lambda one: "yes" if one.gone else "",
    "changed": lambda one: " ".join(one.changed),
    "text_now": lambda one: one.text_now,
    "put_in_at": lambda one: one.at,
    "put_in_by": lambda one: one.who,
    "generation": lambda one: one.generation,
    "fictional": lambda one: "yes" if one.fictional else "",
    "document": lambda one: one.document_title,
    "passage_id": lambda one: one.passage_id,
    "finding_id": lambda one: one.finding_id,
}

Names = Callable[[str], str]
"""The name of a force to show, by its slug."""


def brief_file(brief: BriefAnswer, form: Form, names: Names, at: str) -> bytes:
    """A brief as a file of this form, made at this moment."""
    if form == "docx":
        return _word(brief, names, at)
    if form == "md":
        return "".join(_markdown(brief, names, at)).encode("utf-8")
    return "".join(table(brief.results, _COLUMNS, "csv", rank=True)).encode("utf-8")


def file_stem(brief: BriefAnswer) -> str:
    """What the file of a brief is called, without its ending."""
    words = re.sub(r"[^a-z0-9]+", "-", brief.name.lower()).strip("-")[:60].strip("-")
    return f"brief-{words or brief.brief_id}"


def heading_of(item: BriefItem, names: Names) -> str:
    """What an item is, in a line: "Recommendation 4 – Carrowdale Police, 12 June 2018"."""
    what = f"{label(item.kind)} {item.number}" if item.number else label(item.kind)
    whose = forces_words([names(slug) for slug in item.forces]) if item.forces else ""
    return ", ".join(filter(None, [f"{what} – {whose}" if whose else what, date_words(item.date)]))


def facts_of(item: BriefItem) -> list[tuple[str, str]]:
    """What is said below a quotation, by its name: source, status, what is otherwise since, and the note."""
    day = f"; as known on {date_words(item.as_of)}" if item.as_of and item.status else ""
    gone = "No longer in the index: it stands here as it was put in" if item.gone else ""
    put = f", on {date_words(item.at[:10])}" if gone else ""
    rows = [
        ("Source", item.citation),
        ("Status", f"{item.status_words[:1].upper()}{item.status_words[1:]}{day}" if item.status else ""),
        ("Gone", f"{gone}{put}." if gone else ""),
        ("Changed", " ".join(item.changed)),
        ("Text now", item.text_now or ""),
        ("Fictional", FICTIONAL if item.fictional else ""),
        ("Note", item.note),
    ]
    return [(name, words) for name, words in rows if words]


def made_words(brief: BriefAnswer, at: str) -> list[str]:
    """What a brief was made from, in sentences: its receipt."""
    made, day = brief.made_with, date_words(at[:10])
    themes = f"themes by {made.theme_model_id}" if made.theme_model_id else "no themes"
    sentences = [
        f"Made on {day} at {_time(at)} from index {made.generation}; encoder {made.encoder_id}, {themes},"
        f" match strength {made.strength_id}. {counted(len(brief.results), 'item')}.",
        "Quotations stand as in the source when they were put in. A status is the last one recorded, true of the day"
        " that is given with it.",
    ]
    sentences += [
        f"Receipt {one.receipt_id}, kept by {one.who} on {date_words(one.at[:10])}: `precedent verify"
        f" {one.receipt_id}` repeats it."
        for one in brief.receipts
    ]
    return sentences if brief.receipts else [*sentences, "No receipt of it was kept."]


def _time(at: str) -> str:
    return datetime.fromisoformat(at).strftime("%H:%M UTC")


def _markdown(brief: BriefAnswer, names: Names, at: str) -> Iterator[str]:
    yield f"# {_escaped(brief.name)}\n\n"
    if brief.note:
        yield f"{_escaped(brief.note)}\n\n"
    number = 0
    for part, items in parts_of(brief.results).items():
        if part:
            yield f"## {_escaped(part)}\n\n"
        for item in items:
            number += 1
            yield f"{'###' if part else '##'} {number}. {_escaped(heading_of(item, names))}\n\n"
            if item.lead:
                yield f"{_escaped(item.lead)}\n\n"
            yield f"{quoted(item.text)}\n\n"
            for name, words in facts_of(item):
                yield f"- {name}: {_escaped(words)}\n" if name != "Text now" else f"- {name}:\n\n{quoted(words)}\n"
            yield "\n"
    yield "---\n\n"
    for sentence in made_words(brief, at):
        yield f"{_escaped(sentence)}\n\n"


def quoted(text: str) -> str:
    """A text as a quotation in Markdown that reads back as it stands: in a fence where it holds marks."""
    block = "\n".join(f"> {line}" for line in text.split("\n"))
    if _reads_back(block, text):
        return block
    fence = "`" * max([3, *(len(run) + 1 for run in re.findall("`+", text))])
    return "\n".join(f"> {line}" for line in [f"{fence}text", *text.split("\n"), fence])


def _reads_back(block: str, text: str) -> bool:
    """Whether a reader of Markdown finds in a block one paragraph with just this text."""
    from markdown_it import MarkdownIt

    if re.search(r"~~|\w@\w|https?:|www\.|\$", text):  # what some readers make more of
        return False
    tokens = MarkdownIt("commonmark").parse(block)
    kinds = [one.type for one in tokens]
    if kinds != ["blockquote_open", "paragraph_open", "inline", "paragraph_close", "blockquote_close"]:
        return False
    inner = tokens[2].children or []
    read = "".join("\n" if one.type == "softbreak" else one.content for one in inner)
    return {one.type for one in inner} <= {"text", "softbreak"} and read == text


def _escaped(text: str) -> str:
    """A text of ours or of a reader, in one paragraph, of which nothing is a mark."""
    return _MARKS.sub(r"\\\1", re.sub(r"\s*\n\s*", " ", text))


def _word(brief: BriefAnswer, names: Names, at: str) -> bytes:
    import docx

    made = docx.Document()
    _set_up(made, brief, at)
    made.add_heading(for_xml(brief.name), 0)
    if brief.note:
        made.add_paragraph(for_xml(brief.note))
    number = 0
    for part, items in parts_of(brief.results).items():
        if part:
            made.add_heading(for_xml(part), 1)
        for item in items:
            number += 1
            made.add_heading(for_xml(f"{number}. {heading_of(item, names)}"), 2)
            if item.lead:
                made.add_paragraph(for_xml(item.lead), style="Lead")
            made.add_paragraph(for_xml(item.text), style="Quote")
            facts = facts_of(item)
            for name, words in facts:
                line = made.add_paragraph(style="Fact")
                line.paragraph_format.keep_with_next = name != facts[-1][0]
                line.add_run(f"{name}: ").bold = True
                line.add_run(for_xml(words))
    made.add_heading("What this was made from", 1)
    for sentence in made_words(brief, at):
        made.add_paragraph(for_xml(sentence), style="Fact")
    file = BytesIO()
    made.save(file)
    return file.getvalue()


def _set_up(made: "Document", brief: BriefAnswer, at: str) -> None:
    """A4, one plain face, the language, the number of each page, and whose document it is."""
    from docx.enum.style import WD_STYLE_TYPE
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Cm, Pt, RGBColor

    page = made.sections[0]
    page.page_width, page.page_height = Cm(21), Cm(29.7)
    page.left_margin = page.right_margin = page.top_margin = page.bottom_margin = Cm(2.2)
    styles: Any = made.styles
    plain = styles["Normal"]
    _face(plain, Pt(11))
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), "en-GB")
    plain.element.get_or_add_rPr().append(language)
    ink = RGBColor(0x1B, 0x21, 0x26)
    for name, size in (("Title", Pt(20)), ("Heading 1", Pt(15)), ("Heading 2", Pt(11.5))):
        _face(styles[name], size)
        styles[name].font.color.rgb = ink
        styles[name].paragraph_format.keep_with_next = True
    quote = styles["Quote"]
    quote.font.italic, quote.font.color.rgb = False, ink
    quote.paragraph_format.left_indent = Cm(0.6)
    quote.paragraph_format.space_before, quote.paragraph_format.space_after = Pt(3), Pt(5)
    quote.paragraph_format.keep_together = quote.paragraph_format.keep_with_next = True
    _rule(quote)
    lead = styles.add_style("Lead", WD_STYLE_TYPE.PARAGRAPH)
    lead.base_style = plain
    lead.paragraph_format.left_indent = Cm(0.6)
    lead.paragraph_format.space_after, lead.paragraph_format.keep_with_next = Pt(2), True
    fact = styles.add_style("Fact", WD_STYLE_TYPE.PARAGRAPH)
    fact.base_style = plain
    fact.font.size = Pt(9.5)
    fact.paragraph_format.left_indent = Cm(0.6)
    fact.paragraph_format.space_after = Pt(1)
    foot = page.footer.paragraphs[0]
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    foot.add_run(for_xml(f"{brief.name[:80]} – page "))
    foot._p.append(field)
    made.core_properties.title, made.core_properties.author = for_xml(brief.name)[:255], for_xml(brief.who)[:255]
    made.core_properties.comments = ""
    made.core_properties.language = "en-GB"
    made.core_properties.created = made.core_properties.modified = datetime.fromisoformat(at)


def _face(style: Any, size: Any) -> None:
    from docx.oxml.ns import qn

    style.font.name, style.font.size = "Arial", size
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for name in list(fonts.attrib):
        if name.endswith("Theme"):
            del fonts.attrib[name]
    for name in ("w:hAnsi", "w:cs", "w:eastAsia"):
        fonts.set(qn(name), "Arial")


def _rule(style: Any) -> None:
    """A line at the left of a quotation."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    borders, left = OxmlElement("w:pBdr"), OxmlElement("w:left")
    for name, value in (("val", "single"), ("sz", "12"), ("space", "8"), ("color", "8FA3B0")):
        left.set(qn(f"w:{name}"), value)
    borders.append(left)
    style.element.get_or_add_pPr().insert(0, borders)
