"""What was found wrong on real paper, each in words of its own: from the file to the document, one fact a test.

How a format is read is held where its reader is tested; here is what becomes of it.
"""

from io import BytesIO

import docx
import pytest
from prints import LAMPS, LEFT, TOP, made, put, wrapped
from reading import only, read, read_file, texts
from reportlab.pdfgen.canvas import Canvas

from corpus.model import Document

FRONT = "Inspection report: lamps in Kent\n\nMay 2024\n\nIntroduction\n\nInspectors counted lamps on nine nights.\n\n"


def findings(document: Document) -> list[tuple[str | None, str]]:
    """Number and text of each finding."""
    return [(finding.number, finding.text) for finding in document.findings]


def headings(document: Document) -> set[str]:
    return {heading for section in document.sections for heading in section}


def under(document: Document, heading: str) -> list[str]:
    """The passages right under a heading."""
    return [p.text for p in document.passages if document.sections[p.section][-1:] == (heading,)]


# A recommendation that is itself a heading

HEADED = (
    "# Kent lamps: response to the inspection report\n\n"
    "## Recommendation 1: The force should hang a lamp over every door by dusk.\n\nWe accept this one.\n\n"
    "## Recommendation 2: The force should write down each dark lamp.\n\nThe force does not accept it.\n"
)


def test_a_heading_that_asks_is_the_finding() -> None:
    assert findings(only(HEADED, "a.md")) == [
        ("1", "The force should hang a lamp over every door by dusk."),
        ("2", "The force should write down each dark lamp."),
    ]


def test_what_stands_below_a_heading_that_asks_is_no_part_of_it() -> None:
    kinds = {p.text: p.kind for p in only(HEADED, "a.md").passages}
    assert kinds["We accept this one."] == kinds["The force does not accept it."] == "comment"


def test_the_answers_below_two_such_headings_are_told_apart() -> None:
    said = [(f.status, f.status_word, f.status_by) for f in only(HEADED, "a.md").findings]
    assert said == [
        ("being-progressed", "Accepted", "force"),
        ("no-further-action-needed", "Not accepted", "force"),
    ]


# Sentences that no full stop ends


@pytest.mark.parametrize("end", ["", "7", ".7", " (see above)", "”", "[3]", ";"])
@pytest.mark.parametrize("name", ["a.txt", "a.md"])
def test_a_sentence_that_asks_is_a_passage_whatever_ends_it(end: str, name: str) -> None:
    sentence = f"The harbour board should say in writing what it will do about the lamps of the quay{end}"
    mark = "## " if name == "a.md" else ""
    document = only(f"# Lamps\n\n{mark}Next steps\n\nLamps burn.\n\n{sentence}\n\nThe book lies open there.\n", name)
    assert any(text.startswith("The harbour board should") for text in texts(document))
    assert not any("harbour board" in heading for heading in headings(document))


# A place that bears a force's name


@pytest.mark.parametrize(
    "line",
    [
        "Ada Wick (Independent; Staffordshire Moorlands) (Chair)",
        "12 Essex Road, London",
        "Printed at Kent House",
        "The Duke of Norfolk opened the meeting.",
    ],
)
def test_a_place_or_a_person_with_the_name_of_a_force_is_no_force(line: str) -> None:
    paper = (
        f"Committee on Lamps\n\nThe police response to the dark\n\nSecond report\n\n{line}\n\nPublished 4 May 2024\n\n"
        "Summary\n\nMany forces have no lamps.\n\nRecommendations\n\nThe Home Office should pay for oil.\n"
    )
    assert read(paper).force is None


# A letter that begins with its date

LETTER = (
    "6 January 2023\n\nAda Wick, Director of Children's Services, Lampton\nBo Lantern, Chief Constable of Kent Police\n"
    "Cy Taper, Head of Schools\n\nDear Lampton Safeguarding Partnership\n\n"
    "Joint targeted area inspection of Lampton\n\n"
    "This letter summarises the findings of the joint inspection of the response to need and risk in Lampton.\n\n"
    "Headline findings\n\nChildren get help on the day.\n\nWhat needs to improve?\n\n"
    "- The timeliness of meetings about lamps.\n- The oversight of the book of lamps.\n\n"
    "Strengths\n\n- A daily walk along the quay.\n\nMain findings\n\nOfficers know the signs.\n\n"
    "Yours sincerely\n\nDot Tallow\nNational Director, Inspection of Lamps\n"
)


def test_a_letter_has_its_subject_as_title_and_its_date_as_date() -> None:
    document = read(LETTER)
    assert (document.title, document.date) == ("Joint targeted area inspection of Lampton", "2023-01-06")
    assert document.kind == "inspection_report"


def test_what_needs_to_improve_is_an_area_for_improvement_though_it_does_not_ask() -> None:
    found = [(f.kind, f.text) for f in read(LETTER).findings]
    assert found == [
        ("area_for_improvement", "The timeliness of meetings about lamps."),
        ("area_for_improvement", "The oversight of the book of lamps."),
    ]


def test_strengths_stand_beside_what_needs_to_improve_and_not_below() -> None:
    document = read(LETTER)
    (strength,) = (p for p in document.passages if p.kind == "strength")
    assert strength.text == "A daily walk along the quay."
    assert document.sections[strength.section] == ("Headline findings", "Strengths")


@pytest.mark.parametrize("words", ["Ada Wick", "Cy Taper", "Dear", "Yours", "Dot Tallow", "6 January"])
def test_addressees_greeting_and_signature_are_no_passages(words: str) -> None:
    document = read(LETTER)
    assert not [text for text in texts(document) if words in text]
    assert any("It is a letter" in note for note in document.notes)


# What asks without "should"


def test_imperatives_below_recommendations_are_findings_with_their_numbers() -> None:
    asked = [
        "Strengthen the watch over the lamps so that each is seen at night.",
        "Ensure that every visitor gets a lamp.",
        "Reduce the pile of broken wicks.",
    ]
    listed = "\n".join(f"{n}. {text}" for n, text in enumerate(asked, 1))
    document = read(f"{FRONT}Recommendations\n\n{listed}\n\nConclusion\n\nThe force has asked us back.\n")
    assert findings(document) == [("1", asked[0]), ("2", asked[1]), ("3", asked[2])]


def test_we_recommend_counts_behind_a_reason_and_in_the_next_paragraph() -> None:
    first = "Since the wicks are wet, we recommend that wardens be taught to dry them."
    reason, second = "Nobody could say who reads the book.", "We recommend that a sergeant read it in every watch."
    document = read(f"{FRONT}Recommendation 1: {first}\n\nRecommendation 2: {reason}\n\n{second}\n")
    assert findings(document) == [("1", first), ("2", f"{reason}\n{second}")]


# In what words a date is told


@pytest.mark.parametrize(
    ("line", "date"),
    [
        ("Inspection dates: 12 September 2016 to 6 October 2016\n\nReport published: 25 November 2016", "2016-11-25"),
        ("It was published on 14 April 2025.", "2025-04-14"),
        ("26/11/2024", "2024-11-26"),
        ("Published on:\n\nMonday 29 March 2021", "2021-03-29"),
        ("Date of publication: 2020-07-03", "2020-07-03"),
        ("9th June 2019", "2019-06-09"),
        ("First published: 9 June 2019 | Page last updated: 3 May 2022", "2019-06-09"),
    ],
)
def test_the_day_of_publication_is_found_in_every_wording(line: str, date: str) -> None:
    paper = (
        f"Re-inspection of lamps in Lampton\n\n{line}\n\nExecutive summary\n\nMost lamps are lit, and few are not.\n"
    )
    assert read(paper).date == date


# A record of the register that lost its headings

BARE = (
    "https://www.justiceinspectorates.gov.uk/hmicfrs/recommendation/hampshire/8787/\n\nCause of concern\n\n"
    "Too few lamps are mended. The number of dark streets is a cause of concern.\n\n"
    "• So that people can see, the force should at once mend more lamps. • So that it knows why, the force should "
    "at once ask what breaks them. • Besides, lamps should no longer be counted from a coach.\n\n"
    "The force has answered well to our inspection of 2016 and has done all of it.\n\n"
    "This recommendation is complete\n"
)


def test_a_bare_record_is_of_its_address_and_closed_in_words() -> None:
    document = read(BARE)
    assert (document.kind, document.force, document.register_number) == ("register_record", "hampshire", "8787")
    assert {finding.status for finding in document.findings} == {"complete"}


def test_a_bare_record_has_a_cause_of_concern_and_the_three_things_asked_for() -> None:
    concern, asked = read(BARE).findings
    assert (concern.kind, asked.kind) == ("cause_of_concern", "recommendation")
    assert [line.split(",")[0] for line in asked.text.split("\n")] == [
        "So that people can see",
        "So that it knows why",
        "Besides",
    ]


def test_the_reply_in_a_bare_record_is_a_comment_and_not_what_is_asked() -> None:
    document = read(BARE)
    (reply,) = (p for p in document.passages if "answered well" in p.text)
    assert reply.kind == "comment"
    assert not any("answered well" in finding.text for finding in document.findings)


# Each heading types what stands under it


@pytest.mark.parametrize(
    ("heading", "kind"),
    [
        ("Key strengths", None),
        ("Areas for priority action", "cause_of_concern"),
        ("What needs to improve?", "area_for_improvement"),
        ("Areas for improvement:", "area_for_improvement"),
        ("Area for improvement 1", "area_for_improvement"),
        ("AFI 1", "area_for_improvement"),
        ("Areas for improvement (AFIs)", "area_for_improvement"),
        ("Cause of concern 1", "cause_of_concern"),
        ("Areas of concern", "cause_of_concern"),
        ("Accelerated cause of concern", "cause_of_concern"),
        ("Areas requiring improvement", "area_for_improvement"),
        ("Priorities for further improvement", "area_for_improvement"),
        ("Priority actions", "cause_of_concern"),
    ],
)
def test_an_item_is_of_the_kind_that_its_heading_says(heading: str, kind: str | None) -> None:
    item = "The force should mend the lamps of Tar Street by day."
    document = read(f"{FRONT}{heading}\n\n- {item}\n\nNext steps\n\nWe shall come again.\n")
    assert [(f.kind, f.text) for f in document.findings] == ([(kind, item)] if kind else [])
    (placed,) = (p for p in document.passages if p.text == item)
    assert placed.kind == (kind or "strength")


def test_an_item_goes_on_over_its_line_though_other_paragraphs_are_not_wrapped() -> None:
    items = "■ Wardens do not write in the book whether a lamp\nis lit at dusk.\n■ The timeliness of oil.\n"
    document = read(f"{FRONT}Areas for improvement\n{items}\nNext steps\n\n{'The quay is long and dark. ' * 12}\n")
    assert [f.text for f in document.findings] == [
        "Wardens do not write in the book whether a lamp is lit at dusk.",
        "The timeliness of oil.",
    ]


# Pages of the web


def page(body: str) -> Document:
    return only(f"<!DOCTYPE html><html><body><main><h1>Lamps of Kent</h1>{body}</main></body></html>", "a.html")


def test_a_source_line_below_a_table_is_no_heading() -> None:
    table = "<table><tr><th>Lamp</th><th>Cost</th></tr><tr><td>Tar Street</td><td>7.4</td></tr></table>"
    document = page(f"<h2>Costs</h2>{table}<p>Source: Lamp Office, own count</p><p>Oil moves with the price.</p>")
    assert headings(document) == {"Costs"}
    assert under(document, "Costs")[-2:] == ["Source: Lamp Office, own count", "Oil moves with the price."]


def test_a_nested_list_is_one_finding_and_its_items_stand_under_their_lead_in() -> None:
    document = page(
        "<h2>Recommendations</h2><ol><li>The force should:<ol type='a'><li>hang a lamp; and</li><li>light it.</li></ol>"
        "</li><li>The force should buy oil.</li></ol>"
    )
    assert findings(document) == [
        ("1", "The force should:\nhang a lamp; and\nlight it."),
        ("2", "The force should buy oil."),
    ]
    leads = [document.passages[p.parent].text for p in document.passages if p.parent is not None]
    assert leads == ["The force should:", "The force should:"]


def test_what_a_page_folds_away_is_read_under_its_name() -> None:
    folded = "<details><summary>The north quay</summary><p>Lamps were missing in nine places there.</p></details>"
    document = page(f"<h2>Findings</h2><p>Inspectors came in March.</p>{folded}")
    assert under(document, "The north quay") == ["Lamps were missing in nine places there."]


def test_an_old_page_keeps_its_numbered_paragraphs_and_its_quotation() -> None:
    document = page(
        "<H2>Weight of oil</H2><P>2.5.1 The panel weighed it again.</P><P>2.5.2 The warden said:</P>"
        "<BLOCKQUOTE><P>A fifth of it had gone.</P></BLOCKQUOTE><P>2.5.3 That was wrong.</P>"
    )
    assert under(document, "Weight of oil") == [
        "2.5.1 The panel weighed it again.",
        "2.5.2 The warden said:",
        "A fifth of it had gone.",
        "2.5.3 That was wrong.",
    ]


# Word and print


def word(*paragraphs: tuple[str, str]) -> Document:
    """The document of a Word file of these (style, text)."""
    made_of = docx.Document()
    for style, text in paragraphs:
        made_of.add_paragraph(text, style=style)
    target = BytesIO()
    made_of.save(target)
    return only(target.getvalue(), "a.docx")


def test_body_text_in_the_style_of_a_heading_is_a_passage() -> None:
    body = "44. Costs are taken from a count of nine lamps. They are given in the prices of last year."
    document = word(("Title", "Impact of oil"), ("Heading 1", "Costs"), ("Heading 3", body))
    assert headings(document) == {"Costs"}
    assert under(document, "Costs") == [body.removeprefix("44. ")]


def bulleted(canvas: Canvas) -> None:
    """Items whose bullets are larger than their words."""
    y = put(canvas, [*wrapped(LAMPS), "", "Priorities for improvement:", ""])
    for item in (
        "The wardens should walk in pairs.",
        "The board should count its lamps.",
        "The office should buy oil.",
    ):
        canvas.setFont("Helvetica", 16)
        canvas.drawString(LEFT, y, "•")
        canvas.setFont("Helvetica", 11)
        canvas.drawString(LEFT + 18, y, item)
        y -= 24


def titled(canvas: Canvas) -> None:
    canvas.setFont("Helvetica-Bold", 18)
    canvas.drawString(LEFT, TOP + 20, "Inspection of lamps in Lampton")
    canvas.setFont("Helvetica", 11)
    bulleted(canvas)


def test_items_with_large_bullets_are_findings_of_one_sentence() -> None:
    assert [f.text for f in only(made(titled), "a.pdf").findings] == [
        "The wardens should walk in pairs.",
        "The board should count its lamps.",
        "The office should buy oil.",
    ]


def test_a_file_of_several_records_is_several_documents() -> None:
    one = "{}\n\nThe force should {} its lamps.\n\n[on]4 May 2018 [status]complete[/status][/on]\n\n"
    listing = "Kent Police\n\n" + one.format("Lamps (4471)", "count") + one.format("Wicks (4472)", "mend")
    assert [(d.register_number, d.force) for d in read_file(listing, "a.txt")] == [("4471", "kent"), ("4472", "kent")]
