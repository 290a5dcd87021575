"""Grades, in every form in which they are printed, and what looks like one and is none."""

import pytest
from reading import only, read

from corpus.model import Document
from corpus.parsers.grades import direction_of, grade_of, is_ungraded, same_area, scale_of, spoken

PEEL = "Kent PEEL 2016\n\nLegitimacy\n\nHow fairly does the force lend its lamps?\n\n"
SUMMARY = "Kent Police\n\nPEEL 2018/19\n\nSummary of judgements\n\n"
END = "\n\nThe force has lamps of its own.\n"


def grades(document: Document) -> dict[str, str]:
    return {grade.area: grade.grade for grade in document.grades}


def answer(text: str) -> list[tuple[str, str | None, str | None]]:
    """Grade, direction and grade before of a PEEL question that is answered by these lines."""
    return [(g.grade, g.direction, g.before) for g in read(f"{PEEL}{text}{END}").grades]


# Alone on a line


@pytest.mark.parametrize(
    ("line", "grade", "direction", "before"),
    [
        ("Good", "good", None, None),
        ("GOOD.", "good", None, None),
        ("Grade: Good", "good", None, None),
        ("Graded requires improvement", "requires improvement", None, None),
        ("Overall judgement: Outstanding", "outstanding", None, None),
        ("Requires improvement – declined", "requires improvement", "declined", None),
        ("Fair (improving)", "fair", "improving", None),
        ("Good, direction of travel: stable", "good", "stable", None),
        ("Good (2014: inadequate)", "good", None, "inadequate"),
        ("Good / previously requires improvement", "good", None, "requires improvement"),
    ],
)
def test_a_line_may_be_a_grade_with_its_direction_or_the_one_before(
    line: str, grade: str, direction: str | None, before: str | None
) -> None:
    found = grade_of(line)
    assert found is not None
    assert (found.grade, found.direction, found.before) == (grade, direction, before)
    assert answer(line) == [(grade, direction, before)]


@pytest.mark.parametrize("line", ["Good practice", "A good lamp", "Good Friday", "Poorly lit", "2 good", ""])
def test_a_line_that_holds_more_than_a_grade_is_none(line: str) -> None:
    assert grade_of(line) is None


def test_a_direction_may_stand_on_the_next_line() -> None:
    assert direction_of("Direction of travel: improving") == "improving"
    assert answer("Good\n\nImproving") == [("good", "improving", None)]


def test_a_second_grade_right_below_is_that_of_before() -> None:
    assert answer("Good\n\nRequires improvement") == [("good", None, "requires improvement")]


@pytest.mark.parametrize(
    "line", ["Not graded", "To be graded", "Ungraded", "This question was not graded", "N/A", "Not yet graded"]
)
def test_what_was_not_graded_has_no_grade(line: str) -> None:
    assert is_ungraded(line)
    assert answer(line) == []


def test_a_question_right_below_its_pillar_gives_the_pillar_its_grade() -> None:
    assert grades(read(f"{PEEL}Good{END}")) == {"Legitimacy": "good"}


def test_a_badge_beside_a_heading_grades_it_and_the_sentence_says_it_again() -> None:
    page = (
        "<main><h1>PEEL 2021: Kent Police</h1><h2>Lamps</h2><p><span class='badge'>Good</span></p>"
        "<p>Kent Police is good at lamps.</p><h2>Oil</h2><div>Adequate</div><p>There is oil.</p>"
        "<h2>Moths</h2><p>Not graded</p><p>There are moths.</p></main>"
    )
    assert grades(only(f"<!DOCTYPE html><html><body>{page}</body></html>", "a.html")) == {
        "Lamps": "good",
        "Oil": "adequate",
    }


# Tables


@pytest.mark.parametrize(
    "table",
    [
        "Lamps\tGood\nOil\tInadequate",
        "Area\tGrade\nLamps\tGood\nOil\tInadequate",
        "Lamps Good\nOil Inadequate",
        "Outstanding\tGood\tRequires improvement\tInadequate\n\tLamps\t\tOil",
    ],
)
def test_a_table_grades_by_rows_or_by_columns_and_where_its_tabs_are_lost(table: str) -> None:
    assert grades(read(f"{SUMMARY}{table}{END}")) == {"Lamps": "good", "Oil": "inadequate"}


def test_a_row_has_its_grade_and_its_direction() -> None:
    document = read(f"{SUMMARY}Area\tGrade\tDirection\nLamps\tGood\tImproved\nOil\tFair\tStable{END}")
    assert [(g.area, g.grade, g.direction) for g in document.grades] == [
        ("Lamps", "good", "improved"),
        ("Oil", "fair", "stable"),
    ]


def test_a_row_has_its_grade_now_and_before() -> None:
    document = read(f"{SUMMARY}Area\t2018/19\t2016\nLamps\tGood\tInadequate{END}")
    assert [(g.grade, g.before) for g in document.grades] == [("good", "inadequate")]


@pytest.mark.parametrize(
    "table",
    [
        "Outstanding\tGood\tRequires improvement\tInadequate\n2\t20\t18\t3",
        "\tOutstanding\tGood\tRequires improvement\tInadequate\nLamps\t2\t20\t18\t3",
        "Outstanding Good Fair Poor\n2 20 18 3",
        "Lamps\tgood practice\nOil\tnine cans",
        "In 2014\tGood\nIn 2015\tFair",
    ],
)
def test_counts_and_other_years_are_no_grades(table: str) -> None:
    assert grades(read(f"{SUMMARY}{table}{END}")) == {}


def test_the_counts_of_forces_stand_beside_the_grade_of_this_one() -> None:
    document = read(
        "Kent Police: lamp inspection\n\nMay 2009\n\nLanterns\n\nGRADE\tFAIR\n\nNational grade distribution\n\n"
        f"Excellent Good Fair Poor\n\n6 14 21 2\n\nContext{END}"
    )
    (grade,) = document.grades
    assert (grade.area, grade.grade) == ("Lanterns", "fair")
    assert grade.distribution == {"excellent": 6, "good": 14, "fair": 21, "poor": 2}


def test_a_summary_that_says_another_grade_is_noted_and_the_section_s_kept() -> None:
    page = f"# PEEL 2018: Kent Police\n\n| Area | Grade |\n|--|--|\n| Lamps | Fair |\n\n## Lamps\n\nGood{END}"
    document = only(page, "a.md")
    assert grades(document) == {"Lamps": "good"}
    assert any("The summary grades Lamps fair, its own section good" in note for note in document.notes)


def test_the_scale_is_known_from_a_row_of_nothing_but_grades() -> None:
    assert scale_of(["", "Good", "Fair", "Poor", "Total"]) == ("good", "fair", "poor")
    assert scale_of(["Good", "Fair"]) == ()
    assert scale_of(["Good", "Fair", "Lamps"]) == ()


# Prose


@pytest.mark.parametrize(
    ("sentence", "found"),
    [
        ("The force is good at lamps.", [("lamps", "good")]),
        ("Kent Police is adequate at lending lamps.", [("lending lamps", "adequate")]),
        ("The force requires improvement in its care for oil.", [("its care for oil", "requires improvement")]),
        ("The force is judged to require improvement at lamps.", [("lamps", "requires improvement")]),
        ("It is good at lamps, is outstanding at oil and requires improvement in wicks.",
         [("lamps", "good"), ("oil", "outstanding"), ("wicks", "requires improvement")]),
        ("Its use of oil requires improvement, and so does its use of wicks.",
         [("Its use of oil", "requires improvement"), ("its use of wicks", "requires improvement")]),
        ("Care for the oil of the quay: inadequate.", [("Care for the oil of the quay", "inadequate")]),
        ("The force is good at lamps, as it was in 2014.", [("lamps", "good")]),
    ],
)  # fmt: skip
def test_a_sentence_may_grade_the_force(sentence: str, found: list[tuple[str, str]]) -> None:
    assert [(stated.area, stated.grade) for stated in spoken(sentence)] == found


@pytest.mark.parametrize(
    "sentence",
    [
        "Last year the force was good at lamps.",
        "In 2014 it was inadequate at lamps.",
        "The force had been good at lamps at the time.",
        "The force was good in two areas.",
        "Three forces are good at lamps.",
        "The force is not good at lamps.",
        "Lamps are good.",
        "Of 84 lamps, 27 were good and 31 required improvement.",
        "The good work of the wardens is at risk.",
    ],
)
def test_another_year_a_count_and_an_ordinary_word_grade_nothing(sentence: str) -> None:
    assert list(spoken(sentence)) == []
    assert answer(sentence) == []


def test_an_answer_is_graded_by_its_first_sentence_and_not_by_one_on_another_year() -> None:
    assert answer("The force is good at lamps. In 2014 it was inadequate at lamps.") == [("good", None, None)]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("How well does the force protect vulnerable people?", "protecting the vulnerable", True),
        ("Investigating crime", "how effectively it investigates crime", True),
        ("Investigating crime", "Preventing crime and disorder", False),
        ("", "Lamps", False),
    ],
)
def test_two_names_of_one_area_are_known_by_their_rarer_words(one: str, other: str, same: bool) -> None:
    assert same_area(one, other) == same
