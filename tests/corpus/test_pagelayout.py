"""How printed pages become text: columns, tables, running lines, paragraphs, words broken in two, headings, lists."""

import textwrap
from collections.abc import Callable, Sequence

import pytest
from prints import LAMPS, LEFT, MOTHS, STEP, TOP, Draw, headings, lines_at, paragraphs, put, read, wrapped
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas


def test_lines_become_paragraphs_where_a_gap_parts_them() -> None:
    def page(canvas: Canvas) -> None:
        y = put(canvas, wrapped(LAMPS))
        put(canvas, wrapped(MOTHS), y=y - 8)

    assert paragraphs(read(page)) == [LAMPS.strip(), MOTHS.strip()]


def test_an_indented_first_line_starts_a_paragraph() -> None:
    def page(canvas: Canvas) -> None:
        y = TOP
        for text in (LAMPS * 2, MOTHS * 2, LAMPS):
            first, *rest = wrapped(text, 430)
            y = put(canvas, rest, y=put(canvas, [first], LEFT + 16, y))

    assert paragraphs(read(page)) == [(LAMPS * 2).strip(), (MOTHS * 2).strip(), LAMPS.strip()]


def test_a_short_line_ends_a_paragraph_although_no_gap_follows() -> None:
    text = read(lines_at(*wrapped(LAMPS), *wrapped(MOTHS), *wrapped(LAMPS)))
    assert paragraphs(text) == [LAMPS.strip(), MOTHS.strip(), LAMPS.strip()]


def test_a_text_file_printed_in_one_font_has_paragraphs_and_no_headings() -> None:
    source = "HARBOUR LAMPS\n\n" + "\n\n".join("\n".join(textwrap.wrap(text, 72)) for text in (LAMPS, MOTHS, LAMPS))

    def page(canvas: Canvas) -> None:
        canvas.setFont("Courier", 10)
        put(canvas, source.replace("night by", "night   by").split("\n"), step=12)

    text = read(page)
    assert paragraphs(text) == ["HARBOUR LAMPS", LAMPS.strip(), MOTHS.strip(), LAMPS.strip()]
    assert not text.headings


def test_lines_of_an_address_stay_on_lines_of_their_own() -> None:
    text = read(lines_at("The Wardens’ Office", "Bridge Street", "Osierby", "lamps@example.org", *wrapped(LAMPS)))
    assert text.text.startswith("The Wardens’ Office\nBridge Street\nOsierby\nlamps@example.org\n\nThe lamps")


def test_columns_are_read_one_after_the_other_and_what_goes_across_them_before() -> None:
    def page(canvas: Canvas) -> None:
        canvas.setFont("Helvetica-Bold", 20)
        canvas.drawString(LEFT, TOP, "How well are the lamps of the harbour looked after?")
        canvas.setFont("Helvetica", 11)
        left, right = wrapped(LAMPS * 2 + MOTHS, 215), wrapped(MOTHS * 2 + LAMPS, 215)
        for at in range(max(len(left), len(right))):  # drawn line by line across the page
            put(canvas, left[at : at + 1], LEFT, TOP - 40 - at * STEP)
            put(canvas, right[at : at + 1], 310, TOP - 40 - at * STEP)

    whole = "How well are the lamps of the harbour looked after?"
    assert paragraphs(read(page)) == [whole, (LAMPS * 2 + MOTHS).strip(), (MOTHS * 2 + LAMPS).strip()]


def test_a_sentence_goes_on_from_column_to_column() -> None:
    def page(canvas: Canvas) -> None:
        lines = wrapped(LAMPS * 3, 215)
        put(canvas, lines[:8])
        put(canvas, lines[8:], 310)

    assert paragraphs(read(page)) == [(LAMPS * 3).strip()]


def test_text_across_the_page_between_columns_keeps_its_place() -> None:
    def page(canvas: Canvas) -> None:
        put(canvas, wrapped(LAMPS, 215))
        put(canvas, wrapped(LAMPS, 215), 310)
        put(canvas, wrapped(MOTHS, 453), y=TOP - 120)
        put(canvas, wrapped(LAMPS, 215), y=TOP - 180)
        put(canvas, wrapped(LAMPS, 215), 310, TOP - 180)

    assert paragraphs(read(page)) == [LAMPS.strip(), LAMPS.strip(), MOTHS.strip(), LAMPS.strip(), LAMPS.strip()]


def grid(canvas: Canvas, rows: Sequence[Sequence[str]], xs: Sequence[float], y: float = TOP, step: float = 20) -> float:
    """Draw the rows of a table, the cells at `xs`."""
    for row in rows:
        for x, cell in zip(xs, row, strict=True):
            canvas.drawString(x, y, cell)
        y -= step
    return y


def test_cells_of_a_table_stay_in_their_rows() -> None:
    rows = [("", "Excellent", "Good", "Poor"), ("Lamps", "4", "17", "3"), ("Moths at the slipway", "5", "24", "1")]

    def page(canvas: Canvas) -> None:
        y = put(canvas, wrapped(LAMPS))
        y = grid(canvas, rows, (LEFT, 250, 330, 400), y - 10)
        put(canvas, wrapped(MOTHS), y=y - 10)

    text = read(page)
    assert "\n\n\tExcellent\tGood\tPoor\nLamps\t4\t17\t3\nMoths at the slipway\t5\t24\t1\n\n" in text.text


def test_a_cell_of_several_lines_is_one_cell() -> None:
    def page(canvas: Canvas) -> None:
        y = grid(canvas, [("Recommendation", "Progress", "Due")], (LEFT, 250, 450))
        for ask, answer in ((LAMPS, MOTHS), (MOTHS, LAMPS), (LAMPS, "None yet.")):
            lower = put(canvas, wrapped(answer, 180), 250, y)
            canvas.drawString(450, y, "March 2016")
            y = min(put(canvas, wrapped(ask, 160), LEFT, y), lower) - 6

    rows = [(LAMPS, MOTHS), (MOTHS, LAMPS), (LAMPS, "None yet.")]
    expected = [f"{ask.strip()}\t{answer.strip()}\tMarch 2016" for ask, answer in rows]
    assert read(page).text.strip("\n").split("\n") == ["Recommendation\tProgress\tDue", *expected]


def test_a_table_s_head_that_the_next_page_repeats_stands_once() -> None:
    head = ("Day", "Lamps")
    first = [(f"{day} May", str(day)) for day in range(1, 30)]
    second = [(f"{day} June", str(day)) for day in range(1, 9)]
    text = read(
        lambda canvas: grid(canvas, [head, *first], (LEFT, 250)),
        lambda canvas: grid(canvas, [head, *second], (LEFT, 250)),
    )
    assert text.text.split("\n")[29:32] == ["29 May\t29", "1 June\t1", "2 June\t2"]


def furnished(
    bodies: Sequence[Sequence[str]], header: Callable[[int], str], footer: Callable[[int], str]
) -> list[Draw]:
    def page(number: int, body: Sequence[str]) -> Draw:
        def draw(canvas: Canvas) -> None:
            canvas.setFont("Helvetica", 9)
            canvas.drawString(LEFT, 810, header(number))
            canvas.drawCentredString(300, 30, footer(number))
            canvas.setFont("Helvetica", 11)
            put(canvas, body)

        return draw

    return [page(number, body) for number, body in enumerate(bodies, 1)]


LONG = wrapped((LAMPS + MOTHS) * 12)


def test_a_sentence_goes_on_over_the_page_and_what_pages_repeat_is_dropped() -> None:
    bodies = [LONG[:13], LONG[13:26], LONG[26:39], LONG[39:]]
    pages = furnished(bodies, lambda _: "Lamps of the harbour", lambda number: f"Page {number} of 4")
    text = read(*pages)
    assert text.text == f"Lamps of the harbour\n\n{' '.join(LONG)}\n"
    assert [text.text[start:].split(" ")[:2] for start in text.pages[1:]] == [
        body[0].split(" ")[:2] for body in bodies[1:]
    ]
    assert text.pages[0] == 0


def justified(*lines: str) -> Draw:
    """A page with lines stretched to 450 points, unless they are much shorter."""

    def draw(canvas: Canvas) -> None:
        for at, line in enumerate(lines):
            rest = 450 - stringWidth(line, "Helvetica", 11)
            text = canvas.beginText(LEFT, TOP - at * STEP)
            text.setWordSpace(rest / line.count(" ") if rest < 80 else 0)
            text.textOut(line)
            canvas.drawText(text)

    return draw


def test_a_paragraph_goes_on_although_a_sentence_ends_with_the_page_where_lines_are_justified() -> None:
    first = [*wrapped(LAMPS)[:-1], "and hangs it by the door of the office, which is open until the late tide comes."]
    second = wrapped(MOTHS)
    assert len(paragraphs(read(justified(*first), justified(*second)))) == 1
    assert len(paragraphs(read(lines_at(*first), lines_at(*second)))) == 2


def test_a_numbered_heading_on_top_of_each_page_is_no_running_header() -> None:
    def page(number: int) -> Draw:
        return lambda canvas: put(
            canvas, wrapped(LAMPS + MOTHS * number), y=put(canvas, [f"Recommendation {number}"]) - 6
        )

    text = read(*(page(number) for number in range(1, 5)))
    assert [line for line in paragraphs(text) if "Recommendation" in line] == [
        f"Recommendation {n}" for n in range(1, 5)
    ]


def test_headers_that_alternate_or_change_with_the_chapter_are_dropped() -> None:
    def header(number: int) -> str:
        return f"{number} Annual lamp report" if number % 2 else f"{'Bulbs' if number < 9 else 'Moths'} {number}"

    bodies = [wrapped(f"{at * 7} wardens came. {LAMPS * 4}") for at in range(16)]
    text = read(*furnished(bodies, header, lambda _: "October 2007"))
    assert text.text.startswith("1 Annual lamp report\n\n0 wardens")
    assert text.text.count("report") == 1
    assert not any(word in text.text for word in ("Bulbs", "Moths", "2007"))


def test_a_header_in_small_print_is_dropped_although_it_stands_on_two_pages_only() -> None:
    bodies = [wrapped(f"{at * 7} wardens came. {LAMPS * 4}") for at in range(6)]
    text = read(*furnished(bodies, lambda number: "Lamp report" if number in (3, 5) else "", lambda _: ""))
    assert "report" not in text.text


def test_title_and_date_of_the_first_page_stay() -> None:
    def cover(canvas: Canvas) -> None:
        canvas.setFont("Helvetica-Bold", 24)
        put(canvas, ["Lamps of the harbour"], y=500)
        canvas.setFont("Helvetica", 9)
        put(canvas, ["Lamps of the harbour"], y=810)
        put(canvas, ["October 2007"], y=30)

    bodies = [f"{place} has its own. {LAMPS}".strip() for place in ("Fleetwick", "Osierby", "Wrenstock", "Marram")]
    rest = furnished([wrapped(body) for body in bodies], lambda _: "Lamps of the harbour", lambda _: "October 2007")
    assert paragraphs(read(cover, *rest)) == ["Lamps of the harbour", "October 2007", *bodies]


def test_a_heading_that_stands_on_top_of_several_pages_is_no_running_header() -> None:
    def page(number: int) -> Draw:
        def draw(canvas: Canvas) -> None:
            canvas.setFont("Helvetica-Bold", 16)
            canvas.drawString(
                LEFT, TOP, "Areas for improvement" if number % 4 == 0 else f"Lamp {'ABCDEFGHIJKL'[number]}"
            )
            canvas.setFont("Helvetica", 11)
            put(canvas, wrapped(f"{number} wardens came. {LAMPS}"), y=TOP - 30)

        return draw

    text = read(*(page(number) for number in range(12)))
    assert text.text.count("Areas for improvement") == 3
    assert len(text.headings) == 12


def test_a_footnote_stands_behind_the_sentence_that_goes_on_over_the_page() -> None:
    def noted(body: Sequence[str], notes: Sequence[str]) -> Draw:
        def draw(canvas: Canvas) -> None:
            put(canvas, body)
            canvas.setFont("Helvetica", 8)
            put(canvas, notes, y=90, step=10)

        return draw

    notes = ["1 The book is kept at Osierby.", "2 Counted in May."]
    text = read(noted(LONG[:20], notes), noted(LONG[20:], []))
    assert paragraphs(text)[0] == " ".join(LONG)
    assert text.text.endswith("\n\n[1] The book is kept at Osierby.\n[2] Counted in May.\n")


def test_a_footnote_at_the_foot_of_a_column_is_not_inside_the_sentence() -> None:
    def page(canvas: Canvas) -> None:
        lines = wrapped(LAMPS * 3, 215)
        put(canvas, lines[:8])
        put(canvas, lines[8:], 310)
        canvas.setFont("Helvetica", 8)
        put(canvas, ["1 The book is kept at Osierby."], y=TOP - 8 * STEP - 30)

    assert paragraphs(read(page)) == [(LAMPS * 3).strip(), "[1] The book is kept at Osierby."]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (("Each neighbourhood has a neigh-", "bourhood lamp."), "Each neighbourhood has a neighbourhood lamp."),
        (("The term of a long-", "term lamp is long."), "The term of a long-term lamp is long."),
        (("A long-term lamp or a long-", "term moth."), "A long-term lamp or a long-term moth."),
        (("Counting came pre-", "and post-event."), "Counting came pre- and post-event."),
        (("The Anglo-", "Saxon lamp of 2006-", "07 was dark."), "The Anglo-Saxon lamp of 2006-07 was dark."),
        (("An e-", "mail about lamps."), "An e-mail about lamps."),
        (("The violence is gang-", "related."), "The violence is gang-related."),
        (("It is the day of pre-", "publication."), "It is the day of pre-publication."),
        (
            ("The re-", "inspection and the establish-", "ment of posts."),
            "The re-inspection and the establishment of posts.",
        ),
        (
            ("Nobody in the establish-", "ment knew in the mean-", "time."),
            "Nobody in the establishment knew in the meantime.",
        ),
        (("Nobody at Wex-", "brough knew."), "Nobody at Wexbrough knew."),
        (("The session of 2024–", "25 was dark."), "The session of 2024–25 was dark."),
    ],
)
def test_words_broken_at_the_end_of_a_line(lines: Sequence[str], expected: str) -> None:
    assert paragraphs(read(lines_at(*lines))) == [expected]


def test_a_document_that_divides_no_words_keeps_its_hyphens() -> None:
    text = read(lines_at(*wrapped(LAMPS), *wrapped(MOTHS), "a well-", *wrapped("honed count " + LAMPS + MOTHS * 9)))
    assert "a well-honed count" in text.text


def styled(canvas: Canvas, parts: Sequence[tuple[str, float, Sequence[str]]], y: float = TOP) -> None:
    """Draw (font, size, lines), a gap between them."""
    for font, size, lines in parts:
        canvas.setFont(font, size)
        y = put(canvas, lines, y=y, step=size * 1.25) - size * 0.8


def test_headings_are_ranked_by_their_print_and_a_wrapped_one_is_one() -> None:
    def page(canvas: Canvas) -> None:
        body = ("Helvetica", 11, wrapped(LAMPS))
        title = wrapped("How well are the lamps of the harbour road and of the slipway looked after?", 450, 22)
        styled(
            canvas,
            [
                ("Helvetica-Bold", 22, title),
                ("Helvetica-Bold", 15, ["1. Lamps"]),
                body,
                ("Helvetica-Bold", 11, ["At the bridge"]),
                body,
                ("Helvetica-Bold", 15, ["2. Moths"]),
                body,
                ("Helvetica-Bold", 11, ["Table 1: moths by year"]),
                ("Helvetica-Bold", 11, ["The wardens were asked to count them:"]),
                body,
            ],
        )

    assert headings(read(page)) == [
        (1, "How well are the lamps of the harbour road and of the slipway looked after?"),
        (2, "1. Lamps"),
        (3, "At the bridge"),
        (2, "2. Moths"),
    ]


def test_bold_lines_of_the_body_s_size_are_headings_only_beside_larger_ones() -> None:
    body = ("Helvetica", 11, wrapped(LAMPS))
    bold = ("Helvetica-Bold", 11, ["At the bridge"])
    larger = ("Helvetica-Bold", 14, ["Lamps"])
    assert headings(read(lambda canvas: styled(canvas, [bold, body, bold, body]))) == []
    assert headings(read(lambda canvas: styled(canvas, [larger, body, bold, body, larger, body]))) == [
        (1, "Lamps"),
        (2, "At the bridge"),
        (1, "Lamps"),
    ]


def test_of_a_title_page_only_the_title_is_a_heading() -> None:
    def cover(canvas: Canvas) -> None:
        cover = [
            ("Helvetica-Bold", 28, ["Lamps"]),
            ("Helvetica", 20, ["Saltmere Police"]),
            ("Helvetica", 16, ["May 2007"]),
        ]
        styled(canvas, cover, 600)

    def chapter(canvas: Canvas) -> None:
        styled(canvas, [("Helvetica-Bold", 18, ["Findings"]), ("Helvetica", 11, wrapped(LAMPS * 2))])

    assert headings(read(cover, chapter, chapter)) == [(1, "Lamps"), (2, "Findings"), (2, "Findings")]


def test_list_items_keep_their_numbers_and_their_depth() -> None:
    def page(canvas: Canvas) -> None:
        put(canvas, ["The force should:"])
        y = TOP - 20
        for depth, marker, words in [
            (0, "•", LAMPS),
            (1, "–", "ask the wardens; and"),
            (1, "–", "count again;"),
            (0, "•", "count moths; and"),
        ]:
            canvas.drawString(LEFT + 18 * depth, y, marker)
            y = put(canvas, wrapped(words, 400), LEFT + 18 + 18 * depth, y)
        put(canvas, ["1. Lamps", "2. Moths"], y=y - 10)

    assert read(page).text == (
        f"The force should:\n\n- {LAMPS}\n   - ask the wardens; and\n   - count again;\n- count moths; and\n"
        "1. Lamps\n2. Moths\n"
    ).replace(f"{LAMPS}\n", f"{LAMPS.strip()}\n")
