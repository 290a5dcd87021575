"""Register records with the faults that real ones have; every text was written for its test."""

import pytest

from corpus.forces import load_forces
from corpus.model import Document, Event, Source
from corpus.parsers.parse import parse

FORCES = load_forces()
ASK = "Lantern rounds (4471)\n\nThe force should inspect every lantern by May 2019.\n\n"


def read(text: str, name: str = "record.txt") -> Document:
    return parse(Source(name, name, text, "0"), FORCES)


def events(text: str) -> list[tuple[str, str]]:
    """(date, status or comment) of each event."""
    return [(event.date, event.status or event.text) for event in read(text).events]


def comments(body: str) -> list[str]:
    """Passages of one comment with this body."""
    document = read(f"{ASK}[on]4th May 2018 [comment]\n\n{body}\n\n[/comment][/on]")
    return [passage.text for passage in document.passages if passage.kind == "comment"]


def nested(body: str) -> list[tuple[str, str | None]]:
    """Passages of one comment, each with the passage that introduces it."""
    document = read(f"{ASK}[on]4th May 2018 [comment]\n\n{body}\n\n[/comment][/on]")
    return [
        (p.text, None if p.parent is None else document.passages[p.parent].text)
        for p in document.passages
        if p.kind == "comment"
    ]


def test_pitfall_01_events_run_on_one_line_and_comments_span_paragraphs() -> None:
    text = (
        f"{ASK}[on]1st March 2018 [status]awaiting-review[/status][/on][on]2nd March 2018 [comment]\n\n"
        "First paragraph.\n\nSecond <b>paragraph</b> & more.\n\n[/comment][/on][on]3rd March 2018 "
        "[status]complete[/status][/on]"
    )
    assert events(text) == [
        ("2018-03-01", "awaiting-review"),
        ("2018-03-02", "First paragraph.\n\nSecond <b>paragraph</b> & more."),
        ("2018-03-03", "complete"),
    ]
    assert [p.text for p in read(text).passages if p.event == 1] == [
        "First paragraph.",
        "Second <b>paragraph</b> & more.",
    ]


def test_pitfall_01_marks_may_hold_spaces_and_capitals() -> None:
    text = f"{ASK}[ On ] 1 March 2018 [ STATUS ] awaiting-review [ / status ][/ON] [on]2 March 2018[comment]Seen."
    assert events(text) == [("2018-03-01", "awaiting-review"), ("2018-03-02", "Seen.")]


def test_pitfall_01_status_and_comment_may_share_one_event() -> None:
    text = f"{ASK}[on]1st March 2018 [status]complete[/status][comment]Lit.[/comment][/on]"
    assert events(text) == [("2018-03-01", "complete"), ("2018-03-01", "Lit.")]


@pytest.mark.parametrize("ending", ["", "\n", "\n\n\n", "[/comment]", "[/comment][/on]", "\n\nPrint this document\n"])
def test_pitfall_02_the_last_event_ends_with_the_file(ending: str) -> None:
    text = f"{ASK}[on]1st March 2018 [status]awaiting-review[/status][/on][on]2nd March 2018 [comment]\n\nLast words."
    assert events(text + ending)[-1] == ("2018-03-02", "Last words.")


def test_pitfall_02_an_unclosed_event_in_the_middle_ends_where_the_next_starts() -> None:
    text = f"{ASK}[on]1st March 2018 [comment]\n\nOne.\n\n[on]2nd March 2018 [comment]\n\nTwo.\n\n[/comment][/on]"
    assert events(text) == [("2018-03-01", "One."), ("2018-03-02", "Two.")]
    assert "not closed" in " ".join(read(text).notes)


def test_pitfall_02_an_empty_last_comment_is_still_an_event() -> None:
    document = read(f"{ASK}[on]1st March 2018 [status]awaiting-review[/status][/on][on]2nd March 2018 [comment]\n\n")
    assert [(e.date, e.kind, e.text) for e in document.events][-1] == ("2018-03-02", "comment", "")
    assert all(passage.text for passage in document.passages)


LOST = [
    (
        "closing tags only",
        "1st March 2018 awaiting-review[/status][/on]2nd March 2018 being-progressed[/status][/on]"
        "3rd March 2018\n\nLit.\n\n[/comment][/on]",
    ),
    (
        "no tags inside [on]",
        "[on]1st March 2018 awaiting-review[/on][on]2nd March 2018 being-progressed[/on][on]3rd March 2018\n\nLit.",
    ),
    (
        "one opening mark lost",
        "[on]1st March 2018 [status]awaiting-review[/status][/on]2nd March 2018 [status]being-progressed[/status][/on]"
        "[on]3rd March 2018 [comment]\n\nLit.",
    ),
    (
        "lines with a status",
        "1st March 2018 awaiting-review\n2nd March 2018 – being-progressed\n3rd March 2018\nLit.\n",
    ),
    ("dates with slashes", "01/03/2018 awaiting-review\n02/03/2018 being-progressed\n03/03/2018\nLit.\n"),
    ("bare date lines", "1 March 2018\nawaiting-review\n\n2 March 2018\nbeing-progressed\n\n3 March 2018\nLit.\n"),
    ("dates and a colon", "1 March 2018: awaiting-review\n2 March 2018: being-progressed\n3 March 2018:\nLit.\n"),
]


@pytest.mark.parametrize("marks", [marks for _, marks in LOST], ids=[name for name, _ in LOST])
def test_pitfall_03_events_are_read_from_dates_where_mark_up_is_lost(marks: str) -> None:
    document = read(ASK + marks)
    assert document.kind == "register_record"
    assert [(e.date, e.status or e.text) for e in document.events] == [
        ("2018-03-01", "awaiting-review"),
        ("2018-03-02", "being-progressed"),
        ("2018-03-03", "Lit."),
    ]
    assert document.findings[0].status == "being-progressed"


def test_pitfall_03_a_record_without_any_mark_up_is_its_whole_text() -> None:
    document = read(ASK + "The county has nine hundred lanterns and one ladder.")
    assert document.kind == "register_record"
    assert document.events == ()
    assert [f.register_number for f in [document]] == ["4471"]
    assert "nine hundred" in " ".join(p.text for p in document.passages)
    assert any("No dated events" in note for note in document.notes)


def test_pitfall_03_a_record_with_marks_but_no_date_shows_no_marks() -> None:
    document = read("Lanterns\n\nThe force should buy a ladder.\n\n[on][comment]Bought.[/comment][/on]")
    assert document.events == ()
    assert [p.text for p in document.passages] == ["The force should buy a ladder.", "Bought."]


@pytest.mark.parametrize(
    ("marks", "kinds"),
    [
        (
            "[on]5 May 2018 [status]complete[/status][/on][on]5 May 2018 [comment]Lit.[/comment][/on]",
            ["status", "comment"],
        ),
        (
            "[on]5 May 2018 [comment]Lit.[/comment][/on][on]5 May 2018 [status]complete[/status][/on]",
            ["comment", "status"],
        ),
    ],
)
def test_pitfall_04_events_of_one_day_keep_the_order_of_the_file(marks: str, kinds: list[str]) -> None:
    assert [event.kind for event in read(ASK + marks).events] == kinds


def status_after(*statuses: str) -> tuple[str | None, str | None]:
    marks = "".join(f"[on]{day} May 2018 [status]{status}[/status][/on]" for day, status in enumerate(statuses, 1))
    finding = read(ASK + marks).findings[0]
    return finding.status, finding.status_date


def test_pitfall_05_the_last_status_counts_and_not_the_highest() -> None:
    assert status_after("awaiting-review", "complete", "being-progressed") == ("being-progressed", "2018-05-03")
    assert status_after("being-progressed", "awaiting-review") == ("awaiting-review", "2018-05-02")
    assert status_after("complete", "complete") == ("complete", "2018-05-02")
    assert (
        status_after("awaiting-review", "will-be-progressed", "no-further-action-needed")[0]
        == "no-further-action-needed"
    )


def test_pitfall_05_the_last_status_in_the_file_counts_even_if_an_earlier_date_follows() -> None:
    marks = "[on]9 May 2018 [status]complete[/status][/on][on]8 May 2018 [status]awaiting-review[/status][/on]"
    assert read(ASK + marks).findings[0].status == "awaiting-review"


@pytest.mark.parametrize(
    "words",
    [
        "This recommendation can be closed as complete.",
        "complete",
        "Complete; file accordingly.",
        "Status is now complete",
        "The lantern plan is not complete.",
        "I request that it be filed as complete.",
    ],
)
def test_pitfall_06_words_in_a_comment_never_change_the_status(words: str) -> None:
    start = f"{ASK}[on]4 May 2018 [status]being-progressed[/status][/on]"
    for marks in (f"[on]9 May 2018 [comment]{words}[/comment][/on]", f"[on]9 May 2018 [comment]\n\n{words}"):
        finding = read(start + marks).findings[0]
        assert (finding.status, finding.status_date) == ("being-progressed", "2018-05-04")


@pytest.mark.parametrize(
    "words", ["complete [/comment]", "Complete review of lanterns.[/comment]", "Completed[/comment]"]
)
def test_pitfall_07_a_claim_without_its_opening_tag_is_no_status(words: str) -> None:
    document = read(f"{ASK}[on]4 May 2018 [status]being-progressed[/status][/on][on]9 May 2018 {words}[/on]")
    assert document.findings[0].status == "being-progressed"
    assert document.events[-1].kind == "comment"


@pytest.mark.parametrize(
    "dated",
    [
        "We met on 26 April 2018 and again 10/4/18.",
        "Peter Lamplighter.040119.",
        "Checked between Nov 17 and Jan 18\n\n4 June 2018\n\nwas the last day.",
        "On 1 May 2018 [sic] it was dark.",
        "Published\n3 May 2018\n",
    ],
)
def test_pitfall_08_dates_inside_a_comment_start_no_event(dated: str) -> None:
    text = f"{ASK}[on]4 May 2018 [comment]\n\n{dated}\n\n[/comment][/on][on]9 May 2018 [status]complete[/status][/on]"
    assert [event[0] for event in events(text)] == ["2018-05-04", "2018-05-09"]


def test_pitfall_08_an_impossible_date_starts_no_event() -> None:
    text = f"{ASK}[on]30 May 2018 [comment]Dark.[/comment][/on][on]31 February 2018 [comment]Light.[/comment][/on]"
    assert {date for date, _ in events(text)} == {"2018-05-30"}


def test_pitfall_09_quoted_speech_stays_in_its_comment() -> None:
    body = 'The team writes:\n\n"Lanterns are lit. This is complete."\n\nI agree.'
    document = read(f"{ASK}[on]4 May 2018 [comment]\n\n{body}\n\n[/comment][/on]")
    assert [(e.kind, e.text) for e in document.events] == [("comment", body)]


def test_pitfall_14_romans_glued_to_a_word_a_full_stop_or_a_bracket_come_apart() -> None:
    body = (
        "  1. Lighting the quayi. Wardens carry lamps.ii. Every boat is lit (save one)iii. Oil is bought in "
        "bulkiv. Wicks are trimmed weekly (i.e. often)v. Moths are counted\n  2. Darknessi. None is left.ii. All is lit"
    )
    assert nested(body) == [
        ("Lighting the quay", None),
        ("Wardens carry lamps.", "Lighting the quay"),
        ("Every boat is lit (save one)", "Lighting the quay"),
        ("Oil is bought in bulk", "Lighting the quay"),
        ("Wicks are trimmed weekly (i.e. often)", "Lighting the quay"),
        ("Moths are counted", "Lighting the quay"),
        ("Darkness", None),
        ("None is left.", "Darkness"),
        ("All is lit", "Darkness"),
    ]


@pytest.mark.parametrize(
    "body",
    [
        "They came by taxi. The lamps, i.e. The old ones, were lit.",
        "He bought a Fiat Uno Mk ii. It was dark.",
        "Records on ViSOR, iQuanta, SharePoint and QoSC were read by SharePoint users.",
        "PowerPoint slides went to PCSOs and DCIs; see www.quaysideLamps.example or Lamp.LightHouse@quay.example",
        "McAdam and MacDonald of PCCs and the NHSEngland desk.",
    ],
)
def test_pitfall_14_what_only_looks_glued_survives(body: str) -> None:
    assert comments(body) == [body]


def test_pitfall_14_sentences_glued_together_come_apart() -> None:
    assert comments("Lamps are litOil is boughtSharePoint knows") == [
        "Lamps are lit",
        "Oil is bought",
        "SharePoint knows",
    ]
    assert comments('"CompletedEvery wick is trimmedNo moth is seen."') == [
        '"Completed',
        "Every wick is trimmed",
        'No moth is seen."',
    ]


def test_pitfall_14_sentences_come_apart_only_in_comments() -> None:
    glued = "The force should light lampsOil should be bought by May 2019."
    document = read(f"Lanterns (4471)\n\n{glued}\n\n[on]4 May 2018 [comment]Lamps are litOil is bought[/comment][/on]")
    assert [p.text for p in document.passages if p.kind == "recommendation"] == [glued]
    report = read(f"Inspection report\n\nStrengths\n\n{glued} It has done so since the spring.")
    assert [p.text for p in report.passages] == [f"{glued} It has done so since the spring."]


def test_pitfall_14_bullets_without_a_space_before_come_apart_under_their_lead_in() -> None:
    assert nested("Staff learn• Lighting • Trimming •Filling") == [
        ("Staff learn", None),
        ("Lighting", "Staff learn"),
        ("Trimming", "Staff learn"),
        ("Filling", "Staff learn"),
    ]


def test_pitfall_14_second_level_markers_and_a_colon_before_a_dash() -> None:
    body = "Work goes on:\n• lamps\n  o quay lamps\n  o street lamps\n• oil\n◦a review\n:-the process"
    assert nested(body) == [
        ("Work goes on:", None),
        ("lamps", "Work goes on:"),
        ("quay lamps", "lamps"),
        ("street lamps", "lamps"),
        ("oil", "Work goes on:"),
        ("a review", "oil"),
        ("the process", "a review"),
    ]


def test_pitfall_17_parts_of_one_recommendation_are_one_finding_with_the_lead_in_as_parent() -> None:
    document = read(
        "Lanterns (4471)\n\nThe force should make sure that:\n• In order, lamps are lit; • To improve, oil is bought; "
        "and • In addition, moths are kept out\n\n[on]4 May 2018 [status]awaiting-review[/status][/on]"
    )
    asked = [p for p in document.passages if p.kind == "recommendation"]
    assert [p.text for p in asked] == [
        "The force should make sure that:",
        "In order, lamps are lit;",
        "To improve, oil is bought; and",
        "In addition, moths are kept out",
    ]
    lead = document.passages.index(asked[0])
    assert [p.parent for p in asked] == [None, lead, lead, lead]
    assert len(document.findings) == 1
    assert {p.finding for p in asked} == {0}
    assert document.findings[0].text == "\n".join(p.text for p in asked)


def test_pitfall_17_of_two_deadlines_the_later_counts_and_both_are_quoted() -> None:
    document = read(
        "Lanterns (4471)\n\nThe force should, within three months, light lamps.\n\nThe force should, within six "
        "months, buy oil.\n\n[on]4 May 2018 [status]awaiting-review[/status][/on]"
    )
    (finding,) = document.findings
    assert (finding.deadline, finding.deadline_text) == ("2018-11-04", "within three months; within six months")


def test_context_before_the_first_request_is_no_recommendation() -> None:
    document = read(
        "Lanterns (4471)\n\nOf ninety lamps, nine were lit.\n\nThe force should light the rest.\n\n"
        "[on]4 May 2018 [status]awaiting-review[/status][/on]"
    )
    assert [p.kind for p in document.passages] == ["context", "context", "recommendation"]
    assert document.findings[0].text == "The force should light the rest."


def owner(lines: str, head: str = "Lanterns\n\nRecommendation 3\n\nAll forces should light lamps.\n\n") -> Document:
    return read(f"{head}[on]4 May 2018 [comment]\n\n{lines}\n\n[/comment][/on]")


def test_pitfall_26_the_register_number_may_show_in_an_owner_comment() -> None:
    document = owner("7731 – Owner: CI Lamplighter")
    assert (document.register_number, document.findings[0].number) == ("7731", "3")
    assert owner("7731 - owner is CI Lamplighter").register_number == "7731"


def test_pitfall_26_other_numbers_in_a_comment_are_no_register_number() -> None:
    assert owner("7731 lamps, owner unknown").register_number is None
    assert owner("Of 7731 – Owner").register_number is None
    two = "7731 – Owner: CI Lamplighter\n\n[/comment][/on][on]5 May 2018 [comment]\n\n7732 – Owner: CI Wick"
    assert owner(two).register_number is None


def test_pitfall_26_a_year_in_a_title_is_no_register_number() -> None:
    marks = "The force should light lamps.\n\n[on]4 May 2018 [status]complete[/status][/on]"
    assert read(f"Lanterns inspection (2016)\n\n{marks}").register_number is None
    assert read(f"Lanterns inspection (2016) (6612)\n\n{marks}").register_number == "6612"


HEAD = "The force should light lamps.\n\n[on]4 May 2018 [status]complete[/status][/on]"


def test_pitfall_27_a_commissioned_inspection_leaves_the_force_open() -> None:
    document = read(f"Lanterns: An inspection of Kent Police commissioned by the commissioner (6612)\n\n{HEAD}")
    assert document.force is None
    assert "commissioned" in " ".join(document.notes)


def test_pitfall_27_the_page_address_wins_over_title_and_text() -> None:
    address = "https://inspectorate.example/hmicfrs/recommendation/dorset/6612/"
    document = read(f"404 Page not found\n{address}\n\nKent Police: lanterns (9912)\n\n{HEAD}")
    assert (document.key, document.force, document.register_number, document.url) == (
        "dorset/6612",
        "dorset",
        "6612",
        address,
    )


def test_pitfall_27_a_title_against_its_text_leaves_the_force_open_with_a_note() -> None:
    said = " ".join(["Dorset Police lit lamps."] * 4)
    document = read(f"Kent Police: lanterns (6612)\n\n{HEAD}[on]5 May 2018 [comment]{said}[/comment][/on]")
    assert document.force is None
    assert any("Kent Police" in note and "Dorset Police" in note for note in document.notes)


def test_pitfall_27_a_file_name_counts_only_when_asked() -> None:
    source = Source("in/lamps_kent.txt", "lamps_kent.txt", f"Lanterns (6612)\n\n{HEAD}", "0")
    assert parse(source, FORCES).force is None
    assert parse(source, FORCES, force_from_name=True).force == "kent"


def test_an_event_points_at_its_place_in_the_text() -> None:
    text = f"{ASK}[on]1st March 2018 [status]awaiting-review[/status][/on][on]2nd March 2018 [comment]\n\nSeen.\n"

    def at(event: Event) -> str:
        return text[event.start : event.start + len(event.text or event.status or "")]

    assert [at(event) for event in read(text).events] == ["awaiting-review", "Seen."]
