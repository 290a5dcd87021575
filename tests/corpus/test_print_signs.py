"""What signs of print mean: bullets of any look, numbers at the start of lines, notes, contents, bold sentences."""

from collections.abc import Sequence

import pytest
from prints import LAMPS, LEFT, MOTHS, STEP, TOP, Draw, headings, lines_at, paragraphs, put, read, wrapped
from reportlab.pdfbase.pdfmetrics import registerFont
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

ITEMS = (LAMPS.strip(), MOTHS.strip(), "Count the moths.")
LISTED = "The force should:\n\n" + "".join(f"- {item}\n" for item in ITEMS)


def listed(sign: str, font: str = "Helvetica", size: float = 11, gap: float = 18) -> Draw:
    """A list of `ITEMS` behind `sign`; with no `gap` it stands in front of the words as a word does."""

    def draw(canvas: Canvas) -> None:
        put(canvas, ["The force should:"])
        y = TOP - 24.0
        for item in ITEMS:
            canvas.setFont(font, size)
            if gap:
                canvas.drawString(LEFT + 10, y, sign)
            canvas.setFont(font if not gap else "Helvetica", 11)
            first, *rest = wrapped(item, 400)
            put(canvas, [first if gap else f"{sign} {first}"], LEFT + 10 + gap, y)
            y = put(canvas, rest, LEFT + 10 + (gap or 9), y - STEP) - 6

    return draw


@pytest.mark.parametrize("sign", ["ƒ", "Ø", "§", "¤", "»", "o", "+", ">", "¬", "·", "–", "*"])
def test_a_sign_that_hangs_before_the_words_is_a_bullet(sign: str) -> None:
    registerFont(TTFont("Vera", "Vera.ttf"))  # reportlab brings it along
    assert read(listed(sign, "Vera" if ord(sign) > 255 else "Helvetica")).text == LISTED


@pytest.mark.parametrize("sign", ["Ø", "§", "»", "¤"])
def test_a_sign_that_begins_line_after_line_is_a_bullet(sign: str) -> None:
    assert read(listed(sign, gap=0)).text == LISTED


def test_letters_from_a_font_of_their_own_are_bullets() -> None:
    assert read(listed("n", "Courier")).text == LISTED


@pytest.mark.parametrize("size", [8, 16, 20])
def test_a_bullet_may_be_larger_or_smaller_than_the_words(size: float) -> None:
    assert read(listed("•", size=size)).text == LISTED


@pytest.mark.parametrize("line", ["© The wardens 2019", "§ 12 of the harbour act", "A yard is dark.", "£ 40 a lamp"])
def test_a_sign_that_belongs_to_the_words_stays(line: str) -> None:
    assert paragraphs(read(lines_at(line, "", *wrapped(LAMPS))))[0] == line


@pytest.mark.parametrize(
    ("above", "below"),
    [
        ("10. The wardens had planned to say so in the book that hangs by the door of the office on", "31 July 2024."),
        (
            "11. Moths have grown in number in each of the years in which they were counted, from 120 in",
            "2014–15 to 140.",
        ),
        ("12. Lamps came to about", "1,200 in May."),
        (
            "They were counted on the second of the two days that the wardens had set aside for it, being",
            "12. The end.",
        ),
        (
            "10. The number of the lamps that were dark in the night of the great storm was by then up to",
            "20. The end.",
        ),
    ],
)
def test_a_number_at_the_start_of_a_line_is_no_marker_amid_a_sentence(above: str, below: str) -> None:
    assert paragraphs(read(lines_at(above, below, "", *wrapped(LAMPS), "", *wrapped(MOTHS))))[0] == f"{above} {below}"


def test_numbers_that_follow_one_another_begin_items() -> None:
    text = read(lines_at("1. Lamps without an end", "2. Moths without an end", "3. Wardens", "", *wrapped(LAMPS)))
    assert text.text.startswith("1. Lamps without an end\n2. Moths without an end\n3. Wardens\n")


def test_lines_under_the_words_of_a_numbered_paragraph_belong_to_it_though_one_is_short() -> None:
    def page(canvas: Canvas) -> None:
        put(canvas, ["7."])
        put(canvas, ["Work has begun.", *wrapped(LAMPS, 400)], LEFT + 25)
        put(canvas, wrapped(MOTHS), y=TOP - 120)

    assert paragraphs(read(page)) == [f"7. Work has begun. {LAMPS.strip()}", MOTHS.strip()]


def noted(body: Sequence[str], notes: Sequence[str]) -> Draw:
    def draw(canvas: Canvas) -> None:
        put(canvas, body)
        canvas.setFont("Helvetica", 8)
        put(canvas, notes, y=100, step=10)

    return draw


def test_a_date_on_the_second_line_of_a_note_is_no_note_and_the_text_names_the_notes() -> None:
    body = [*wrapped(f"So it was said.1 {LAMPS}Lamp 2 is dark; and that is all.2 {MOTHS}")]
    notes = ["1 Written evidence, National Body of Lamps,", "18 December 2024", "2 Wick and others, 3 May 2019"]
    text = read(noted(body, notes), lines_at(*wrapped(MOTHS)))
    assert "So it was said.[1] The" in text.text
    assert "Lamp 2 is dark; and that is all.[2] Moths" in text.text
    lines = text.text.split("\n")
    assert "[1] Written evidence, National Body of Lamps, 18 December 2024" in lines
    assert "[2] Wick and others, 3 May 2019" in lines
    assert not text.headings


def test_a_number_behind_a_stop_stays_where_no_note_has_it() -> None:
    assert "said.4 The" in read(noted(wrapped(f"It was said.4 {LAMPS}"), ["1 The book."])).text


CONTENTS = ["Lamps of the harbour road", "Moths at the slipway", "Wardens and their books", "Next steps"]


def chapters(contents: Draw) -> list[Draw]:
    """A contents page and the chapters that it names, a page each."""

    def chapter(title: str) -> Draw:
        def draw(canvas: Canvas) -> None:
            canvas.setFont("Helvetica-Bold", 16)
            canvas.drawString(LEFT, TOP, title)
            canvas.setFont("Helvetica", 11)
            put(canvas, wrapped(f"{title} come first. {LAMPS}"), y=TOP - 40)

        return draw

    return [contents, *map(chapter, CONTENTS)]


def entries(title: str, leader: str, numbers: Sequence[str] = "2345") -> Draw:
    def draw(canvas: Canvas) -> None:
        put(canvas, [title], y=TOP + 30)
        for at, (entry, number) in enumerate(zip(CONTENTS, numbers, strict=True)):
            if leader:
                put(canvas, [f"{entry} {leader} {number}"], y=TOP - at * STEP)
            else:
                put(canvas, [entry], y=TOP - at * STEP)
                put(canvas, [number], 480, TOP - at * STEP)

    return draw


@pytest.mark.parametrize(
    ("title", "leader"), [("Contents", "." * 40), ("", "." * 90), ("Contents", ""), ("", ""), ("Contents", "…")]
)
def test_a_contents_list_is_left_out(title: str, leader: str) -> None:
    text = read(*chapters(entries(title, leader)))
    assert text.text.startswith(f"{CONTENTS[0]}\n\n{CONTENTS[0]} come first.")
    assert "Contents" not in text.text


def test_a_contents_list_between_chapters_is_left_out() -> None:
    contents, first, *rest = chapters(entries("Contents", "", "2345"))
    text = read(first, contents, *rest)
    assert "\t" not in text.text
    assert text.text.count(CONTENTS[2]) == 2


def test_a_table_of_figures_that_rise_is_no_contents_list() -> None:
    text = read(*chapters(entries("Lamps counted", "", ["4", "9", "12", "40"])))
    assert f"{CONTENTS[1]}\t9\n" in text.text


def styled(*parts: tuple[str, float, Sequence[str]]) -> Draw:
    """(font, size, lines) one below the other, a gap between them."""

    def draw(canvas: Canvas) -> None:
        y = float(TOP)
        for font, size, lines in parts:
            canvas.setFont(font, size)
            y = put(canvas, lines, y=y, step=size * 1.25) - size * 0.8

    return draw


BODY = ("Helvetica", 11, wrapped(LAMPS))
CHAPTER = ("Helvetica-Bold", 16, ["Lamps"])


@pytest.mark.parametrize(
    "sentence",
    [
        "Recommendation 2: That the lamps of the slipway be mended at once. (113.7)",
        "The wardens should mend the lamps of the slipway",
        "b) that moths are counted in the yard; and",
        "The lamps are dark. Nobody has mended them",
        "The lamps at the slipway are mended.[3]",
        "Source: the book of the wardens, 2019",
    ],
)
def test_a_sentence_is_no_heading_though_it_is_bold(sentence: str) -> None:
    text = read(styled(CHAPTER, BODY, ("Helvetica-Bold", 11, [sentence]), BODY, CHAPTER, BODY))
    assert [words for _, words in headings(text)] == ["Lamps", "Lamps"]
    assert sentence in text.text


@pytest.mark.parametrize("words", ["How should lamps be counted by the wardens?", "Areas for improvement", "2. Moths"])
def test_a_bold_line_that_is_no_sentence_is_a_heading(words: str) -> None:
    text = read(styled(CHAPTER, BODY, ("Helvetica-Bold", 11, [words]), BODY, CHAPTER, BODY))
    assert (2, words) in headings(text)


def test_a_grade_beside_a_heading_of_two_lines_stands_below_it() -> None:
    def page(canvas: Canvas) -> None:
        put(canvas, wrapped(LAMPS))
        canvas.setFont("Helvetica-Bold", 14)
        put(canvas, ["Leadership of the wardens and", "governance"], y=600, step=16)
        put(canvas, ["Good"], 400, 592)
        canvas.setFont("Helvetica", 11)
        put(canvas, wrapped(MOTHS), y=550)

    text = read(page)
    assert headings(text) == [(1, "Leadership of the wardens and governance")]
    assert paragraphs(text)[1:3] == ["Leadership of the wardens and governance", "Good"]


def test_a_cell_in_the_middle_beside_a_wrapped_one_is_in_its_row() -> None:
    def page(canvas: Canvas) -> None:
        put(canvas, wrapped(LAMPS))
        for at, (lines, grade) in enumerate(
            [(["Lamps"], "Good"), (["Moths and", "wardens"], "Poor"), (["Ice"], "Good")]
        ):
            y = 600 - 40 * at
            put(canvas, lines, y=y)
            put(canvas, [grade], 300, y - STEP * (len(lines) - 1) / 2)
        put(canvas, wrapped(MOTHS), y=400)

    assert "\n\nLamps\tGood\nMoths and wardens\tPoor\nIce\tGood\n\n" in read(page).text


def test_lines_of_a_large_title_that_are_set_close_are_no_stamps() -> None:
    title = ("Helvetica-Bold", 40, ["The wardens", "and their lamps", "of the harbour"])
    text = read(styled(title), styled(CHAPTER, BODY, BODY, BODY))
    assert headings(text)[0] == (1, "The wardens and their lamps of the harbour")


def test_columns_a_line_or_two_high_are_read_one_after_the_other() -> None:
    def page(canvas: Canvas) -> None:
        put(canvas, ["The board read the book of", "the wardens and"])
        put(canvas, ["agreed to buy the lamps for", "the coming year."], 330)

    assert paragraphs(read(page)) == [
        "The board read the book of the wardens and agreed to buy the lamps for the coming year."
    ]


def test_soft_hyphens_are_no_hyphens_but_where_the_word_needs_one() -> None:
    registerFont(TTFont("Vera", "Vera.ttf"))

    def page(canvas: Canvas) -> None:
        canvas.setFont("Vera", 11)
        put(canvas, ["The safe\u00adguarding of es\u00adtab\u00adlish\u00adments is single\u00aduser."])

    assert paragraphs(read(page)) == ["The safeguarding of establishments is single-user."]
