"""What PDFs hold, and what is said of those that cannot be read."""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from papers import to_pdf
from prints import LAMPS, LEFT, MOTHS, STEP, TOP, Draw, lines_at, made, paragraphs, put, read, wrapped
from reading import FORCES
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfbase.pdfmetrics import registerFont, stringWidth
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from corpus.model import CorpusError, Document, Source
from corpus.parsers.parse import parse
from corpus.readers.html.read_markup import read_markdown
from corpus.readers.pdf.flow import text_of
from corpus.readers.pdf.page_layout import Page, Run
from corpus.readers.pdf.read_pdf import read_pdf
from corpus.readers.reading import Limits, Text

WORDS = ["a wharf", "• wharf lamps", "1. The wharf is dark.", "wharf", "Lamps of the wharf and its seven moths", "old-"]


def test_bullets_that_are_drawn_or_come_from_a_symbol_font_are_bullets() -> None:
    def page(canvas: Canvas) -> None:
        put(canvas, ["The force should:"])
        for at, words in enumerate(["count lamps;", "count moths; and"]):
            canvas.circle(LEFT + 8, TOP - 22 - at * 20 + 4, 2, fill=1)
            put(canvas, [words], LEFT + 20, TOP - 22 - at * 20)
        canvas.setFont("ZapfDingbats", 9)
        canvas.drawString(LEFT + 6, TOP - 62, "n")
        canvas.setFont("Helvetica", 11)
        put(canvas, ["say so."], LEFT + 20, TOP - 62)

    assert read(page).text == "The force should:\n\n- count lamps;\n- count moths; and\n- say so.\n"


def test_a_watermark_and_writing_at_the_side_are_left_out() -> None:
    def page(canvas: Canvas) -> None:
        put(canvas, wrapped(LAMPS))
        for x, y, angle, size, words in (
            (200, 400, 45, 80, "DRAFT"),
            (90, 710, 0, 80, "DRAFT"),
            (30, 400, 90, 9, "Not to be published"),
        ):
            canvas.saveState()
            canvas.translate(x, y)
            canvas.rotate(angle)
            canvas.setFont("Helvetica", size)
            canvas.drawString(0, 0, words)
            canvas.restoreState()
        put(canvas, wrapped(MOTHS), y=TOP - 80)

    reading = read_pdf(made(page), Limits())
    assert paragraphs(reading.texts[0]) == [LAMPS.strip(), MOTHS.strip()]
    (said,) = reading.left_out
    assert said.where == "page 1"
    assert said.reason.endswith("which were not read: “DRAFT DRAFT Not to be published”.")


def sideways(words: str) -> Draw:
    """A page of text with a few words at a right angle to it."""

    def draw(canvas: Canvas) -> None:
        put(canvas, wrapped(LAMPS + words))
        canvas.translate(30, 400)
        canvas.rotate(90)
        put(canvas, [words], 0, 0)

    return draw


def test_of_sideways_words_only_those_are_named_that_no_other_page_has() -> None:
    stamped = read_pdf(made(*[sideways(f"Copy {number}") for number in (1, 2, 3)], sideways("To be filed")), Limits())
    assert [part.where for part in stamped.left_out] == ["page 4"]
    assert "To be filed" in stamped.left_out[0].reason


@pytest.mark.parametrize("lean", [0.21, -0.38, 1.0])
def test_slanted_letters_are_read_on_their_line(lean: float) -> None:
    first, second, *rest = wrapped(LAMPS)

    def page(canvas: Canvas) -> None:
        put(canvas, [first])
        canvas.saveState()
        canvas.transform(1, 0, lean, 1, LEFT, TOP - STEP)
        canvas.drawString(0, 0, second)
        canvas.restoreState()
        put(canvas, rest, y=TOP - 2 * STEP)

    assert paragraphs(read(page)) == [LAMPS.strip()]


def test_comments_and_filled_form_fields_are_named_and_empty_ones_are_not() -> None:
    def field(value: str) -> Draw:
        def draw(canvas: Canvas) -> None:
            put(canvas, wrapped(LAMPS))
            canvas.acroForm.textfield(name=f"n{value}", value=value, x=100, y=500, width=200, height=20)
            canvas.acroForm.checkbox(name=f"c{value}", x=100, y=300, size=20)
            canvas.linkURL("https://lamps.example", (0, 0, 9, 9))

        return draw

    def noted(canvas: Canvas) -> None:
        put(canvas, wrapped(LAMPS))
        canvas.textAnnotation("Ask the wardens. " * 99, (0, 0, 9, 9))

    left_out = read_pdf(made(field(""), field("In May"), noted, field("")), Limits()).left_out
    assert [part.where for part in left_out] == ["pages 2-3"]
    assert "comments or form fields" in left_out[0].reason


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_page_that_is_turned_is_read_upright(turn: int) -> None:
    def page(canvas: Canvas) -> None:
        canvas.setPageRotation(turn)
        canvas.translate(300, 420)
        canvas.rotate(turn)
        put(canvas, wrapped(LAMPS, 400), -250, 100)
        put(canvas, wrapped(MOTHS, 400), -250, 0)

    assert paragraphs(read(page)) == [LAMPS.strip(), MOTHS.strip()]


def unseen(canvas: Canvas, lines: Sequence[str], y: float = TOP) -> None:
    text = canvas.beginText(LEFT, y)
    text.setTextRenderMode(3)
    for line in lines:
        text.textLine(line)
    canvas.drawText(text)


def test_the_layer_that_text_recognition_puts_over_a_scan_is_read() -> None:
    def scan(canvas: Canvas) -> None:
        canvas.rect(50, 50, 500, 700, fill=1)
        unseen(canvas, wrapped(LAMPS))

    assert paragraphs(read(scan)) == [LAMPS.strip()]


def test_hidden_text_and_text_beyond_the_page_are_not_read() -> None:
    def page(canvas: Canvas) -> None:
        put(canvas, wrapped(LAMPS))
        unseen(canvas, ["Not for publication"], 300)
        put(canvas, ["beyond"], 700, 500)
        put(canvas, ["below"], y=-40)

    assert paragraphs(read(page)) == [LAMPS.strip()]


def test_a_raised_number_stands_in_brackets_behind_its_word() -> None:
    def page(canvas: Canvas) -> None:
        first, *rest = wrapped(LAMPS)
        put(canvas, [first, *rest[:-1]])
        put(canvas, rest[-1:], y=TOP - STEP * len(rest))
        canvas.setFont("Helvetica", 7)
        canvas.drawString(LEFT + stringWidth(first, "Helvetica", 11), TOP + 4, "3")

    first, *rest = wrapped(LAMPS)
    assert paragraphs(read(page)) == [" ".join([first + "[3]", *rest])]


def rising(canvas: Canvas, *parts: tuple[str, bool], x: float = LEFT, y: float = TOP) -> None:
    """Draw the parts of a line as one object, the raised ones smaller."""
    text = canvas.beginText(x, y)
    for words, raised in parts:
        text.setFont("Helvetica", 7 if raised else 11)
        text.setRise(4 if raised else 0)
        text.textOut(words)
    canvas.drawText(text)


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ([("in prisons.", False), ("12", True), (" The", False)], "in prisons.[12] The"),
        ([("the wardens", False), ("3", True), (" said", False)], "the wardens[3] said"),
        ([("of May 2019.", False), ("4,7", True), (" Then", False)], "of May 2019.[4,7] Then"),
        ([("a yard of 40m", False), ("2", True), (" of moths", False)], "a yard of 40m2 of moths"),
        ([("on the 3", False), ("rd", True), (" of May", False)], "on the 3rd of May"),
        ([("at Gate B12 of", False), (" the yard", False)], "at Gate B12 of the yard"),
    ],
)
def test_only_a_raised_number_refers_to_a_note(parts: Sequence[tuple[str, bool]], expected: str) -> None:
    text = read(lambda canvas: (rising(canvas, *parts), put(canvas, wrapped(LAMPS), y=TOP - 60)))
    assert paragraphs(text)[0] == expected


def test_unicode_s_raised_digits_refer_to_notes_but_not_behind_units() -> None:
    registerFont(TTFont("Vera", "Vera.ttf"))

    def page(canvas: Canvas) -> None:
        canvas.setFont("Vera", 11)
        put(canvas, ["The yard² has 40 m² of lamps.¹ It is dark."])

    assert paragraphs(read(page)) == ["The yard[2] has 40 m² of lamps.[1] It is dark."]


def test_ligatures_are_spelled_out_and_printed_soft_hyphens_are_hyphens() -> None:
    registerFont(TTFont("Vera", "Vera.ttf"))  # reportlab brings it along

    def page(canvas: Canvas) -> None:
        canvas.setFont("Vera", 11)
        put(canvas, ["Moths \ufb01nd long\u00adterm \ufb02ames\u00a0in a har\u00ad", "bour; every harbour has them."])

    assert paragraphs(read(page)) == ["Moths find long-term flames in a harbour; every harbour has them."]


def test_what_lies_outside_the_crop_box_is_not_read() -> None:
    def page(canvas: Canvas) -> None:
        canvas.setCropBox((50, 400, 330, 842))
        put(canvas, wrapped(LAMPS, 230))
        put(canvas, ["cut off"], 400)
        put(canvas, ["cut off"], y=300)

    assert paragraphs(read(page)) == [LAMPS.strip()]


def test_a_table_that_stands_sideways_is_read_after_the_page() -> None:
    def page(canvas: Canvas) -> None:
        put(canvas, wrapped(LAMPS * 3))
        canvas.translate(420, 100)
        canvas.rotate(90)
        for at in range(9):
            put(canvas, [f"{at} May"], 0, -20 * at)
            put(canvas, [f"{at * 7} moths"], 100, -20 * at)

    first, table = paragraphs(read(page))
    assert first == (LAMPS * 3).strip()
    assert table.split("\n") == [f"{at} May\t{at * 7} moths" for at in range(9)]


def test_a_browser_s_stamps_are_dropped_and_the_address_is_kept() -> None:
    address = "https://inspectorate.example/lamps/recommendation/6318/"

    def page(number: int) -> Draw:
        def draw(canvas: Canvas) -> None:
            put(canvas, wrapped(LAMPS if number == 1 else MOTHS))
            canvas.setFont("Helvetica", 8)
            put(canvas, ["11/22/2018, 8:11 AM"], 24, 820)
            put(canvas, ["Lamps – Inspectorate"], 300, 820)
            put(canvas, [address], 24, 20)
            put(canvas, [f"{number}/2"], 550, 20)

        return draw

    text = read(page(1), page(2))
    assert paragraphs(text) == [LAMPS.strip(), MOTHS.strip()]
    assert text.metadata == {"url": address}


def test_pages_that_are_pictures_are_named_and_blank_ones_are_not() -> None:
    def picture(canvas: Canvas) -> None:
        canvas.rect(100, 100, 200, 200, fill=1)

    written, blank = lines_at(*wrapped(LAMPS)), lines_at()
    reading = read_pdf(made(written, blank, picture, written, picture, picture, picture), Limits())
    assert [part.where for part in reading.left_out] == ["page 3", "pages 5-7"]
    assert all("text recognition" in part.reason for part in reading.left_out)
    pages = reading.texts[0].pages
    assert len(pages) == 7
    assert pages[1] == pages[3] == len(LAMPS.strip()) + 2


PAGE = made(lines_at(*wrapped(LAMPS)), lines_at(*wrapped(MOTHS)))


@pytest.mark.parametrize(
    ("raw", "limits", "reason"),
    [
        (made(lines_at(LAMPS), encrypt=StandardEncryption("secret")), Limits(), "protected by a password; save a copy"),
        (b"%PDF-1.4\nlamps", Limits(), "damaged or not a PDF"),
        (b"", Limits(), "damaged or not a PDF"),
        (PAGE[:400], Limits(), "damaged or not a PDF"),
        (PAGE, Limits(pages=1), "more than 1 pages; split it"),
        (PAGE, Limits(characters=100), "more than 100 characters"),
        (made(lines_at()), Limits(), "seems to be a scan; run text recognition"),
        (made(lambda canvas: (canvas.rotate(30), put(canvas, [LAMPS], 300, 400))), Limits(), "straighten its pages"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_reason(raw: bytes, limits: Limits, reason: str) -> None:
    with pytest.raises(CorpusError, match=reason):
        read_pdf(raw, limits)


@pytest.mark.parametrize("raw", [PAGE[:-8], PAGE.replace(b"startxref", b"startxxxx"), b"\n\n" + PAGE])
def test_damage_that_can_be_mended_is_no_hindrance(raw: bytes) -> None:
    assert paragraphs(read_pdf(raw, Limits()).texts[0]) == [LAMPS.strip(), MOTHS.strip()]


def test_a_file_that_anybody_may_open_is_read_although_it_is_encrypted() -> None:
    raw = made(lines_at(*wrapped(LAMPS)), encrypt=StandardEncryption("", "owner", canCopy=0))
    assert paragraphs(read_pdf(raw, Limits()).texts[0]) == [LAMPS.strip()]


PAPERS = sorted((Path(__file__).parents[1] / "papers").glob("*.md"))
PRINTS: list[dict[str, Any]] = [
    {},
    {"columns": 2, "font": "Times", "size": 9.5},
    {"justified": False, "hyphenated": False, "footer": "{page}"},
]


def parsed(text: Text) -> Document:
    """What the parsers make of it."""
    return parse(Source("paper", "paper", text.text, "0", text.headings, text.pages, text.metadata), FORCES)


@pytest.mark.parametrize("options", PRINTS, ids=["plain", "columns", "ragged"])
@pytest.mark.parametrize("paper", PAPERS, ids=lambda paper: paper.stem)
def test_a_paper_parses_as_its_source_does(paper: Path, options: dict[str, Any]) -> None:
    markdown = paper.read_text("utf-8")
    (source,) = read_markdown(markdown.encode(), Limits()).texts
    (printed,) = read_pdf(to_pdf(markdown, "Inspectorate of Lamps", **options), Limits()).texts
    one, other = parsed(source), parsed(printed)
    assert (other.kind, other.title, other.date) == (one.kind, one.title, one.date)
    assert other.sections == one.sections
    assert [(p.kind, p.text) for p in other.passages] == [(p.kind, p.text) for p in one.passages]
    assert [(f.number, f.deadline, f.text) for f in other.findings] == [
        (f.number, f.deadline, f.text) for f in one.findings
    ]
    assert [(e.date, e.status) for e in other.events] == [(e.date, e.status) for e in one.events]
    assert all(passage.page for passage in other.passages)


PLACES = st.sampled_from([60.0, 75.0, 310.0, 325.0]) | st.floats(-50, 600)
RUNS = st.lists(st.tuples(PLACES, st.floats(-20, 850), st.sampled_from(WORDS), st.sampled_from([8.0, 11.0, 20.0])))


@settings(max_examples=60)
@given(st.lists(RUNS, min_size=1, max_size=4))
def test_no_word_is_lost_and_pages_follow_one_another_however_runs_lie(
    pages: list[list[tuple[float, float, str, float]]],
) -> None:
    def laid(page: list[tuple[float, float, str, float]]) -> Page:
        runs = [
            Run(words, left, top, left + len(words) * size / 2, top + size, left + size, size, False)
            for left, top, words, size in page
        ]
        return Page((tuple(runs),) if runs else (), 595, 842, True)

    # A row of cells that comes again at the top of the next page is the head of a table that goes on there.
    heads = [
        sorted(words for _, top, words, _ in page if top < min(t for _, t, *_ in page) + 12) for page in pages if page
    ]
    assume(all(one != other or len(one) < 2 for one, other in pairwise(heads)))
    laid_out = [laid(page) for page in pages]
    text = text_of(laid_out)
    inner = [run for page in laid_out for layer in page.layers for run in layer if 120 < run.top < 700]
    assert text.text.count("wharf") >= sum(run.text.count("wharf") for run in inner)
    assert len(text.pages) == len(pages)
    assert text.pages[0] == 0
    assert list(text.pages) == sorted(text.pages)
    assert all(heading.start == 0 or text.text[heading.start - 1] == "\n" for heading in text.headings)
