"""Letters, replies and committee papers: whose words stand in them, and what is no request of an inspectorate."""

import pytest
from reading import only, read, texts

from corpus.model import Document

COUNT = "The force should count every lamp on the quay before winter."
TELL = "The force should tell the harbour office which lamps are out."
TRAIN = "The force should train its wardens in the care of wicks."
ASKED = (COUNT, TELL, TRAIN)


def said(document: Document) -> list[tuple[str | None, str | None, str | None]]:
    """Status, printed word and whose word it is, of each finding."""
    return [(f.status, f.status_word, f.status_by) for f in document.findings]


def comments(document: Document) -> list[tuple[int | None, str]]:
    """The passages of what is said to findings: which finding, and the words."""
    return [(p.finding, p.text) for p in document.passages if p.kind == "comment"]


# A letter's head and foot


def letter(body: str, *, greeting: str = "Dear Ada", closing: str = "Yours sincerely", enclosed: str = "") -> Document:
    return read(
        "Lantern House\n2 Wick Lane\nLampton LA4 0ZZ\n\n4 May 2021\n\nAda Wick, Chief Constable, Kent Police\n"
        f"Cy Taper, Director of Services\n\n{greeting}\n\nYour lamps and their oil\n\n{body}\n\n{closing}\n\n"
        f"Bo Lantern\nHM Inspector of Lamps\n\ncc Dot Tallow{enclosed}"
    )


def test_of_a_letter_only_its_body_is_passages() -> None:
    document = letter("We came in March and saw the lamps of the quay.\n\nMost of them were lit on every night.")
    assert texts(document) == [
        "We came in March and saw the lamps of the quay.",
        "Most of them were lit on every night.",
    ]
    assert (document.title, document.date, document.force) == ("Your lamps and their oil", "2021-05-04", "kent")


def test_how_much_of_a_letter_is_left_out_is_said() -> None:
    (note,) = letter("We came in March and saw the lamps of the quay.").notes
    assert "its date, addressees, greeting and signature" in note


@pytest.mark.parametrize(
    "greeting", ["Dear Chief Constable", "Dear Ada,", "Dear Home Secretary:", "Dear local partnership"]
)
@pytest.mark.parametrize("closing", ["Yours sincerely,", "Yours faithfully", "Kind regards", "With best wishes"])
def test_a_letter_is_known_by_its_greeting_and_its_closing(greeting: str, closing: str) -> None:
    document = letter("We came in March and saw the lamps of the quay.", greeting=greeting, closing=closing)
    assert texts(document) == ["We came in March and saw the lamps of the quay."]


@pytest.mark.parametrize("heading", ["Annex A", "Appendix", "Enclosure: the lamps", "Annex: what we ask"])
def test_what_is_enclosed_is_read(heading: str) -> None:
    document = letter("We came in March.", enclosed=f"\n\n{heading}\n\nRecommendations\n\n- {COUNT}\n")
    assert [f.text for f in document.findings] == [COUNT]


def test_an_addressee_is_a_force_and_a_copy_is_none() -> None:
    document = read(
        f"To: Ada Wick, Chief Constable, Kent Police\n\n4 May 2021\n\nDear Ada\n\nLamps\n\n{COUNT}\n\nYours\n"
    )
    assert document.force == "kent"


# A reply, and what it replies to


def test_a_commissioner_s_reply_accepts_in_part_or_not() -> None:
    document = read(
        "4 May 2021\n\nThe Home Secretary\n\nDear Home Secretary\n\nResponse to the inspection of lamps in Kent\n\n"
        f"Under section 55 I write to you.\n\nRecommendation 1: {COUNT}\n\nAccepted. The count is done by June.\n\n"
        f"Recommendation 2: {TELL}\n\nThe Chief Constable partly accepts this. A list goes out.\n\n"
        f"Recommendation 3: {TRAIN}\n\nWe do not accept this. Wicks are dear.\n\nYours sincerely\n\nAda Wick\n"
        "Police and Crime Commissioner for Kent\n"
    )
    assert (document.kind, document.force) == ("other", "kent")
    assert said(document) == [
        ("being-progressed", "Accepted", "commissioner"),
        ("being-progressed", "Partly accepted", "commissioner"),
        ("no-further-action-needed", "Not accepted", "commissioner"),
    ]
    assert comments(document) == [
        (0, "Accepted. The count is done by June."),
        (1, "The Chief Constable partly accepts this. A list goes out."),
        (2, "We do not accept this. Wicks are dear."),
    ]


REPLY = "Kent Police response to the inspection of lamps\n\n"


@pytest.mark.parametrize(
    ("answer", "status", "word"),
    [
        ("Accepted. Oil is bought.", "being-progressed", "Accepted"),
        ("We accept this in part. There is little oil.", "being-progressed", "Partly accepted"),
        ("We do not agree. There is no oil.", "no-further-action-needed", "Not accepted"),
        ("This has been completed.", "complete", "Completed"),
        ("This is already in place.", "complete", "Completed"),
        ("Thank you for the lamps.", None, None),
    ],
)
def test_what_is_quoted_is_the_finding_and_what_follows_is_the_answer(
    answer: str, status: str | None, word: str | None
) -> None:
    document = read(f"{REPLY}“{COUNT}”\n\n{answer}\n\n“{TELL}”\n\nAgreed.\n")
    assert [f.text for f in document.findings] == [COUNT, TELL]
    assert (document.findings[0].status, document.findings[0].status_word) == (status, word)
    assert document.findings[1].status_word == "Accepted"


def test_lines_below_a_finding_say_its_status_target_and_progress() -> None:
    document = read(
        f"{REPLY}Recommendation 1\n\n{COUNT}\n\nOwner: Ch Supt Wick\nStatus: Amber\nTarget date: 30 June 2021\n"
        f"Update 14/02/21: Half are counted.\n\nRecommendation 2\n\n{TELL}\n\nStatus: Closed\n"
    )
    assert [(f.number, f.status, f.status_word, f.target) for f in document.findings] == [
        ("1", "being-progressed", "Amber", "2021-06-30"),
        ("2", "complete", "Closed", None),
    ]
    assert document.date is None
    assert [(e.date, e.kind, e.text, e.finding) for e in document.events] == [
        ("2021-02-14", "comment", "Half are counted.", 0)
    ]


def test_what_a_reply_answers_is_not_only_cited() -> None:
    status = f"Recommendation 1\n\n{COUNT}\n\nStatus: Amber\n"
    assert [f.quoted for f in read(f"{REPLY}{status}").findings] == [False]
    report = "Post-inspection review of lamps in Kent\n\nWe inspected the quay again in May.\n\n"
    assert [f.quoted for f in read(f"{report}{status}").findings] == [True]


@pytest.mark.parametrize(
    ("column", "cells", "expected"),
    [
        ("Accepted?", ("Yes", "In part", "No"), ("being-progressed", "being-progressed", "no-further-action-needed")),
        ("Decision", ("Accepted", "Partly accepted", "Rejected"),
         ("being-progressed", "being-progressed", "no-further-action-needed")),
        ("Status", ("Closed", "On course", "Not started"), ("complete", "being-progressed", "will-be-progressed")),
    ],
)  # fmt: skip
def test_a_table_of_a_reply_has_a_column_for_it(column: str, cells: tuple[str, ...], expected: tuple[str, ...]) -> None:
    replies = (
        "The lamps of the quay were all seen.",
        "A list goes to the office each week.",
        "The wicks are too dear.",
    )
    rows = zip((1, 2, 3), ASKED, cells, replies, strict=True)
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    head = f"<tr><th>No</th><th>Recommendation</th><th>{column}</th><th>Response</th></tr>"
    page = f"<main><h1>{REPLY.strip()}</h1><table>{head}{body}</table></main>"
    document = only(f"<!DOCTYPE html><html><body>{page}</body></html>", "a.html")
    assert [(f.number, f.text) for f in document.findings] == list(zip("123", ASKED, strict=True))
    assert tuple(f.status for f in document.findings) == expected
    assert {text: at for at, text in comments(document) if text in replies} == dict(
        zip(replies, (0, 1, 2), strict=True)
    )


def test_a_learning_recommendation_is_answered_under_its_questions() -> None:
    document = read(
        f"Learning recommendations: lamps in Kent\n\nRecommendation 1\n\nThe IOPC recommends that {COUNT[:1].lower()}"
        f"{COUNT[1:]}\n\nDo you accept the recommendation? Yes\n\nAccepted action: A count is made each week.\n"
    )
    (finding,) = document.findings
    assert (document.kind, finding.number, finding.status) == ("other", "1", "being-progressed")
    assert comments(document) == [(0, "A count is made each week.")]


# Papers for committees, and minutes

PAPER = "Report to: Kent Police and Crime Panel\n\nDate: 4 May 2021\n\nThe lamps of the quay\n\n"


@pytest.mark.parametrize(
    "asked",
    [
        "RECOMMENDATION\n\nThat the panel notes the report.",
        "Recommendations\n\nMembers are asked to:\n\n- note the report; and\n- agree that oil be bought.",
        "Recommendation: That the committee approves the oil.",
        "Recommendation 1\n\nThat the panel notes the report.\n\nRecommendation 2\n\nTo approve the oil.",
        "Recommendation\n\nIt is recommended that members note the report.",
        "Recommendations\n\n1. To note the report.\n2. To endorse the oil.",
    ],
)
def test_what_a_paper_asks_of_its_members_is_no_finding(asked: str) -> None:
    document = read(f"{PAPER}{asked}\n\n1. Background\n\nThe lamps were lit in May.\n")
    assert (document.kind, document.force, document.date) == ("other", "kent", "2021-05-04")
    assert document.findings == ()


def test_what_an_inspectorate_asked_is_a_finding_of_the_paper_beside_what_it_asks_itself() -> None:
    asked = "RECOMMENDATION\n\nThat the panel notes the report."
    document = read(f"{PAPER}{asked}\n\n2. The report\n\nRecommendation 1: {COUNT}\n\nStatus: Green\n")
    assert [(f.number, f.text, f.status_word, f.status_by) for f in document.findings] == [
        ("1", COUNT, "Green", "committee")
    ]


def test_minutes_ask_for_nothing() -> None:
    document = read(
        "Minutes: Kent Audit Committee\n\n4 May 2021\n\nPresent: Ada Wick (Chair), Bo Lantern\n\n1. Lamps\n\n"
        "The Chief Constable told members that the force should be done by June.\n\nRESOLVED that it be noted.\n\n"
        "2. Oil\n\nIt was agreed that the committee should visit the quay.\n"
    )
    assert (document.kind, document.force, document.date) == ("other", "kent", "2021-05-04")
    assert document.findings == ()
