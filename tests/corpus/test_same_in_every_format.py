"""The same paper as plain text, web page, Word document, Markdown and PDF is the same document."""

import re
from collections.abc import Callable
from pathlib import Path

import papers
import pytest

from corpus.forces import load_forces
from corpus.model import Document, Source
from corpus.parsers.parse import parse
from corpus.readers.formats import read_bytes
from corpus.readers.reading import Limits

ROOT = Path(__file__).parents[2]
FORCES = load_forces(ROOT / "corpus/sample/forces.toml")
PLAIN = ("txt",)  # formats that mark no heading and no box
FORMATS: dict[str, Callable[[str], bytes]] = {
    "txt": papers.to_txt,
    "html": papers.to_html,
    "docx": papers.to_docx,
    "pdf": lambda markdown: papers.to_pdf(markdown, papers.blocks_of(markdown)[0].text),
}
RECORD, PEEL, REPORT = "saltmere-register-6318", "wealdmarch-2019-legitimacy", "saltmere-2014-domestic-abuse"
BOXED = "wealdmarch-2015-vulnerability"
DOT = re.compile(r"(?m)^( *)• ")


def source(paper: str) -> str:
    return (ROOT / f"tests/papers/{paper}.md").read_text("utf-8")


def parsed(raw: bytes, ending: str) -> Document:
    (text,) = read_bytes(raw, f"paper.{ending}", Limits()).texts
    return parse(Source("paper", "paper", text.text, "0", text.headings, text.pages, text.metadata), FORCES)


def shape(document: Document, *, levels: bool = True) -> dict[str, object]:
    """All that a reader of the document is shown. Without `levels`: of a section, only its own heading."""
    return {
        "about": (document.kind, document.force, document.date, document.register_number),
        "passages": [
            (document.sections[p.section] if levels else document.sections[p.section][-1:], p.kind, p.text, p.date)
            for p in document.passages
        ],
        "lists": [None if p.parent is None else document.passages[p.parent].text for p in document.passages],
        "findings": [(f.kind, f.number, f.text, f.deadline, f.addressees, f.status) for f in document.findings],
        "events": [(e.date, e.kind, e.status, DOT.sub(r"\1- ", e.text)) for e in document.events],
        "grades": [(g.area, g.grade) for g in document.grades],
        "notes": document.notes,
    }


@pytest.mark.parametrize("ending", FORMATS)
@pytest.mark.parametrize("paper", [RECORD, PEEL, REPORT, BOXED])
def test_a_paper_is_the_same_document_in_every_format(paper: str, ending: str) -> None:
    if paper == BOXED and ending in PLAIN:
        pytest.skip("plain text does not say where the box of a cause of concern ends")
    levels = not (paper == REPORT and ending in PLAIN)  # nor of what level a heading is
    markdown = source(paper)
    expected = shape(parsed(markdown.encode(), "md"), levels=levels)
    assert shape(parsed(FORMATS[ending](markdown), ending), levels=levels) == expected


@pytest.mark.parametrize(
    ("paper", "about", "findings", "events"),
    [
        (RECORD, ("register_record", "saltmere", "2020-09-04", "6318"), 1, 7),
        (PEEL, ("peel_assessment", "wealdmarch", "2019", None), 5, 0),
        (REPORT, ("inspection_report", "saltmere", "2014-03-27", None), 9, 0),
    ],
)
def test_what_the_papers_are(paper: str, about: tuple[str | None, ...], findings: int, events: int) -> None:
    document = parsed(source(paper).encode(), "md")
    assert shape(document)["about"] == about
    assert (len(document.findings), len(document.events)) == (findings, events)
    assert document.notes == ()
