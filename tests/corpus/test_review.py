"""Texts on which what was read was wrong, or was not there: what is asked, of whom, when, and how long it takes."""

import hashlib
from pathlib import Path

import pytest
from work import calls, ending

from corpus.forces import load_forces
from corpus.model import Document, Source
from corpus.parsers.listing import records_of
from corpus.parsers.parse import parse
from corpus.statuses import status_of_word

SAMPLE = load_forces(Path(__file__).parents[2] / "corpus/sample/forces.toml")
REPORT = "Saltmere Police: an inspection of custody\n\nPublished on 4 May 2018\n\n"
PEEL = "Saltmere Police: PEEL 2021/22\n\nOur judgments\n\n"


def source(text: str, **said: str) -> Source:
    return Source("a.txt", "a.txt", text, hashlib.sha256(text.encode()).hexdigest(), metadata=said)


def read(text: str, **said: str) -> Document:
    return parse(source(text, **said), SAMPLE)


def asked(text: str) -> list[tuple[str, str]]:
    return [(f.kind, f.text) for f in read(text).findings]


# --- Time ------------------------------------------------------------------------------------------------------------

LONG = {
    "empty lines": "\n" * 100_000,
    "marks": "#*\n" * 16_000,
    "items": "Recommendations\n\n" + "".join(f"- Thing {n} at once and more words.\n" for n in range(3_000)),
    "findings": "".join(f"Area for improvement\n\nThe force should improve thing {n} of it.\n\n" for n in range(800)),
    "rows": "".join(f"a{n}\tb\tc\n" for n in range(4_000)),
    "heads": "Recommendation\tthe force should\tstatus\n" * 1_200,
}


@pytest.mark.parametrize("name", LONG)
def test_work_grows_as_the_text_does(name: str) -> None:
    text = LONG[name]
    with ending():
        read(text)  # what is made once is not counted
    quarter, eighth = text[: len(text) // 4], text[: len(text) // 8]
    assert calls(lambda: read(quarter)) < 3 * calls(lambda: read(eighth)) + 1_000


# --- What is asked ---------------------------------------------------------------------------------------------------


def test_a_record_of_one_line_that_begins_with_a_number_asks_it() -> None:
    (finding,) = read("8837 – Owner: CI Wick\n", kind="register_record", number="4471").findings
    assert finding.text == "8837 – Owner: CI Wick"


@pytest.mark.parametrize(
    "said",
    [
        "This inspection identified no causes of concern.",
        "We found no causes of concern.",
        "We did not identify any causes of concern.",
        "This report makes no new recommendations.",
        "We have not made any recommendations.",
    ],
)
def test_that_nothing_was_found_is_no_finding(said: str) -> None:
    assert asked(f"{REPORT}Cause of concern\n\n{said}\n\nRecommendation\n\n{said}\n") == []


def test_a_concern_that_something_is_not_made_is_one() -> None:
    assert asked(f"{REPORT}Cause of concern\n\nThe force has not made arrests in time.\n")


def test_what_is_accepted_in_part_is_said_to_be() -> None:
    reply = "Response of the commissioner\n\nRecommendation 1: The force should lend radios.\n\nAccepted in part.\n"
    assert [f.status_word for f in read(reply).findings] == ["Partly accepted"]


@pytest.mark.parametrize(
    "said",
    [
        "Officers told us that supervisors should visit them.",
        "Victims felt that the police must do more.",
        "Guidance says that detainees should be seen within the hour.",
        "The law states that every cell must have a window.",
    ],
)
def test_what_others_say_should_be_is_not_asked(said: str) -> None:
    text = (
        f"{REPORT}Cause of concern: The force does not count those in its cells.\n\n{said}\n\nThe force should count.\n"
    )
    assert asked(text) == [
        ("cause_of_concern", "The force does not count those in its cells."),
        ("recommendation", "The force should count."),
    ]


# --- Of whom ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "title",
    [
        "Kent Fire and Rescue Service: effectiveness 2021/22",
        "Essex County Fire and Rescue Service",
        "A study of policing by Durham University",
        "An inspection of HMP Durham",
        "West Midlands Ambulance Service",
        "An inspection of custody at Kent Street and Essex House",
        "British Transport Police in Kent",
    ],
)
def test_another_body_or_a_place_is_no_force(title: str) -> None:
    document = parse(source(f"{title}\n\nPublished on 4 May 2018\n\nThe service is good.\n"), load_forces())
    assert (document.force, document.forces) == (None, ())


def test_an_area_and_what_is_done_there_is_its_force() -> None:
    for title in ("Kent: inspection of road policing", "PEEL 2017: Merseyside", "Kent Street Crime Team inspection"):
        document = parse(source(f"{title}\n\nThe force is good.\n"), load_forces())
        assert document.force in ("kent", "merseyside")


# --- When ------------------------------------------------------------------------------------------------------------


def test_the_day_on_which_something_else_was_published() -> None:
    text = "Saltmere Police inspection\n\nThe guidance, published 4 May 2011, says so.\n\nIssued 3 June 2019\n"
    assert read(text).date == "2019-06-03"


def test_a_day_long_before_the_year_of_the_title() -> None:
    assert read("Saltmere Police inspection 2019\n\nThe force is old.\n\n1 April 1974\n\nIt is.\n").date == "2019"


# --- How far it has come ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "word",
    [
        "Complete except for IT",
        "Complete apart from training",
        "Complete: 3 of 5 actions",
        "4/5 actions complete",
        "Closed in error",
        "Complete. HMICFRS disagree",
        "Completion expected",
        "Complete by March 2022",
        "Business as usual once trained",
        "Resolved to continue",
    ],
)
def test_a_status_word_goes_no_further_than_it_says(word: str) -> None:
    assert status_of_word(word) == "being-progressed"


@pytest.mark.parametrize(
    "word", ["Closed 3/12", "Closed 12/3/19", "Complete: 5 of 5 actions", "Completed by Supt Wick"]
)
def test_a_day_and_a_name_beside_a_status_word(word: str) -> None:
    assert status_of_word(word) == "complete"


# --- Index pages and lists of records --------------------------------------------------------------------------------


def test_a_status_is_of_what_stands_above_it() -> None:
    first, second, third = (f"The force should {what} in each of its cells." for what in ("count", "lend", "light"))
    page = f"Recommendations tracker\n\n7742\n\n{first}\n\nComplete\n\n7743\n\n{second}\n\nOpen\n\n7744\n\n{third}\n"
    assert [(f.number, f.text, f.status) for f in read(page).findings] == [
        ("7742", first, "complete"),
        ("7743", second, "open"),
    ]


def record(number: int, asks: str, *statuses: str) -> str:
    events = "".join(f"[on]{day} May 2019 [status]{status}[/status][/on]" for day, status in enumerate(statuses, 1))
    return f"Recommendation {number}\n\n{asks}\n\n{events}\n\n"


def test_a_record_without_a_status_among_others_is_one() -> None:
    page = "".join(
        [
            record(7742, "The force should count.", "complete"),
            record(7743, "The force should lend."),
            record(7744, "The force should light.", "awaiting-review"),
        ]
    )
    found = [read(part.text) for part in records_of(source(page))]
    assert [(d.register_number, d.findings[0].text, d.findings[0].status) for d in found] == [
        ("7742", "The force should count.", "complete"),
        ("7743", "The force should lend.", None),
        ("7744", "The force should light.", "awaiting-review"),
    ]


def test_one_number_asked_of_two_forces_is_two_records() -> None:
    page = record(7742, "Saltmere Police should count.", "complete") + "".join(
        [
            record(7743, "Saltmere Police should lend.", "complete"),
            record(7742, "Carrowdale Police should count.", "awaiting-review"),
        ]
    )
    parts = records_of(source(page))
    assert [part.key for part in parts] == ["a.txt/7742", "a.txt/7743", "a.txt/7742 (2)"]
    assert [read(part.text).force for part in parts] == ["saltmere", "saltmere", "carrowdale"]


# --- Lists, tables, numbers ------------------------------------------------------------------------------------------


def test_an_area_for_improvement_in_a_paragraph_of_its_own() -> None:
    two = "The force should count. It does not.\n\nThe force should lend. It has much.\n"
    assert [text for _, text in asked(f"{REPORT}Areas for improvement\n\n{two}")] == [
        "The force should count. It does not.",
        "The force should lend. It has much.",
    ]


def test_what_introduces_a_list_asks_all_of_it() -> None:
    text = f"{REPORT}Areas for improvement\n\nThe force should:\n\n- count; and\n- lend.\n\nWe return next year.\n"
    assert asked(text) == [("area_for_improvement", "The force should:\ncount; and\nlend.")]


def test_no_cell_of_a_table_of_findings_is_lost() -> None:
    table = "Area\tFound\tRecommendation\nCells\tNobody counts.\tThe force should count.\nRadios\tSome lend.\t\n"
    document = read(f"{REPORT}{table}")
    assert [f.text for f in document.findings] == ["The force should count."]
    assert [p.text for p in document.passages][-3:] == [
        "The force should count.",
        "Cells\tNobody counts.",
        "Radios\tSome lend.",
    ]


def test_a_subtotal_is_no_finding() -> None:
    table = "Ref\tRecommendation\tStatus\n1\tThe force should count its cells.\tOpen\n\tSubtotal\t\n"
    assert [f.text for f in read(f"{REPORT}{table}").findings] == ["The force should count its cells."]


def test_the_number_of_a_paragraph_is_that_of_what_it_asks() -> None:
    three = "1. The force should count.\n\n2.1 The force should lend.\n\nR3. The force should go.\n"
    assert [(f.number, f.text) for f in read(f"{REPORT}Recommendations\n\n{three}").findings] == [
        ("1", "The force should count."),
        ("2.1", "The force should lend."),
        ("3", "The force should go."),
    ]


def test_the_number_of_a_paragraph_before_a_label() -> None:
    paper = "Audit committee\n\nAgenda item 5\n\nBackground\n\n2.2 Recommendation 1: the force should count.\n"
    (finding,) = read(f"{paper}\nStatus: Complete pending HMICFRS\n").findings
    assert (finding.number, finding.status, finding.quoted) == ("1", "being-progressed", False)


def test_what_members_should_do_is_no_finding() -> None:
    assert asked("Audit committee\n\nAgenda item 5\n\nRecommendations\n\n1. Members should consider the risk.\n") == []


def test_within_a_year() -> None:
    (finding,) = read(f"{REPORT}Recommendation 1\n\nWithin a year, the force should count.\n").findings
    assert (finding.deadline, finding.deadline_text) == ("2019-05-04", "Within a year")


def test_what_an_earlier_report_asked_is_quoted() -> None:
    again = "Recommendation 1\n\nThe force should count.\n\nThis has been done.\n\n"
    new = "New recommendations\n\nRecommendation 2\n\nThe force should lend.\n"
    document = read(f"{REPORT}We went there.\n\nProgress on our 2016 recommendations\n\n{again}{new}")
    assert [(f.number, f.quoted) for f in document.findings] == [("1", True), ("2", False)]


def test_what_this_years_report_asks_is_not_quoted() -> None:
    document = read(f"{REPORT}Our 2018 recommendations\n\nRecommendation 1\n\nThe force should count.\n")
    assert [f.quoted for f in document.findings] == [False]


# --- Grades ----------------------------------------------------------------------------------------------------------


def test_what_the_grades_mean_is_no_grade() -> None:
    text = f"{PEEL}How we grade\n\nOutstanding\n\nThe force does more.\n\nManaging offenders\n\nGood\n\nIt does.\n"
    assert [(g.area, g.grade) for g in read(text).grades] == [("Managing offenders", "good")]


def test_the_grade_of_another_force_is_not_this_ones() -> None:
    text = f"{PEEL}Investigating crime\n\nCarrowdale Police is outstanding at investigating crime.\n"
    assert read(text).grades == ()


# --- Nothing is lost -------------------------------------------------------------------------------------------------


def test_lines_without_a_stop_that_follow_one_another_are_said() -> None:
    lines = ["Officers lack radios on nights", "Cells are cold in winter", "Nobody checks the logs"]
    document = read(f"{REPORT}Introduction\n\nWe went there.\n\n" + "\n\n".join([*lines, "The force has a plan.\n"]))
    said = [p.text for p in document.passages] + [heading for path in document.sections for heading in path]
    assert set(lines) <= set(said)


def test_a_chapter_behind_what_a_record_asks_is_no_part_of_it() -> None:
    head = "Cells (7742)\n\nRecommendation\n\nThe force should count.\n\nBackground\n\nIt has many cells.\n\n"
    (finding,) = read(f"{head}[on]1 May 2019 [status]complete[/status][/on]\n").findings
    assert finding.text == "The force should count."


def test_two_headings_above_what_a_record_asks() -> None:
    head = "Cells (7742)\n\nReport of the year 2018\n\nPublished by us for all\n\nThe force should count.\n\n"
    document = read(f"{head}[on]1 May 2019 [status]complete[/status][/on]\n")
    assert "Report of the year 2018" in [p.text for p in document.passages]


def test_whom_it_is_for_opens_no_other_section() -> None:
    first = "To the chief constable\n\nWithin three months:\n\n- train those who count;\n- review the cells.\n\n"
    second = "To the Home Office\n\nThe Home Office should lend.\n"
    text = f"{REPORT}Introduction\n\nWe went.\n\nRecommendations\n\n{first}{second}"
    assert [text for _, text in asked(text)][-1] == "The Home Office should lend."
