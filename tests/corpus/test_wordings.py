"""Headings, tables and dates that say what the known ones say in other words."""

import pytest
from reading import only, read
from rows import documents
from rows import read as tracker

from corpus.parsers.grammar import shipped

COUNT = "The force should count every lamp on the quay before winter."
TELL = "The force should tell the harbour office which lamps are out."
TITLE = "Kent Police: an inspection of lamps\n\nPublished on 4 May 2018\n\n"


@pytest.mark.parametrize(
    ("heading", "kind"),
    [
        ("Our areas for improvement (2)", "area_for_improvement"),
        ("Where improvement is called for", "area_for_improvement"),
        ("What the partnership needs to improve", "area_for_improvement"),
        ("Points for action", "area_for_improvement"),
        ("Our recommendations in full", "recommendation"),
        ("What we recommended", "recommendation"),
    ],
)
def test_a_heading_in_other_words_opens_findings(heading: str, kind: str) -> None:
    document = read(f"{TITLE}{heading}\n\n• {COUNT}\n• {TELL}\n")
    assert [(f.kind, f.text) for f in document.findings] == [(kind, COUNT), (kind, TELL)]


@pytest.mark.parametrize("heading", ["Improvement since our last visit", "How lamps improved", "Requires improvement"])
def test_it_opens_none_where_nothing_below_bears_it_out(heading: str) -> None:
    assert read(f"{TITLE}{heading}\n\nThe lamps were brighter than they had been for many years.\n").findings == ()


def test_what_a_paper_asks_of_its_members_opens_no_findings() -> None:
    paper = "Audit committee\n\nAgenda item 4\n\n4 May 2018\n\nRECOMMENDATION\n\nThat members note the report.\n\n"
    assert read(f"{paper}The office should be told of the lamps in time.\n").findings == ()


def test_a_statement_may_begin_with_there_is_no() -> None:
    below = "• There is no list of lamps, so that nobody counts them.\n• There is no oil in the store at night."
    document = read(f"{TITLE}Areas for improvement\n\n{below}\n")
    assert len(document.findings) == 2
    assert read(f"{TITLE}Areas for improvement\n\nThere were no areas for improvement.\n").findings == ()


def test_grades_may_stand_over_their_areas() -> None:
    page = "PEEL 2021/22: Kent Police\n\nPublished on 4 May 2022\n\nWe graded four areas.\n\n"
    listed = "Outstanding\nNone\nGood\nCounting lamps\nTrimming wicks\nInadequate\nSelling oil\n\nWe say more below.\n"
    assert [(g.area, g.grade) for g in read(page + listed).grades] == [
        ("Counting lamps", "good"),
        ("Trimming wicks", "good"),
        ("Selling oil", "inadequate"),
    ]


def test_a_graded_question_ends_a_list_of_findings() -> None:
    text = (
        f"{TITLE}Areas for improvement\n\n• {COUNT}\n• {TELL}\n\nHow effective is the force at oil?\n\nGood\n\nIt is.\n"
    )
    document = read(text)
    assert len(document.findings) == 2
    assert [(g.area, g.grade) for g in document.grades] == [("How effective is the force at oil", "good")]


def test_a_table_names_the_kind_of_each_finding_in_another_cell() -> None:
    head = "| Type | HMICFRS says | Status |\n|--|--|--|\n"
    rows = f"| Area for improvement | {COUNT} | Closed |\n| PEEL 2018/19 CoC | {TELL} | Open |\n"
    document = only(f"# Kent Police: what was asked\n\n{head}{rows}", "a.md")
    assert [f.kind for f in document.findings] == ["area_for_improvement", "cause_of_concern"]


def test_a_row_without_a_finding_is_not_lost() -> None:
    table = f"| No | Recommendation |\n|--|--|\n| 1 | {COUNT} |\n| 2 | {TELL} |\n| Total two | |\n"
    document = only(f"# A report of lamps\n\n{table}", "a.md")
    assert any("Total two" in passage.text for passage in document.passages)


def test_whether_it_is_accepted_says_less_than_a_reply_that_opens_with_done() -> None:
    head = "| No. | Recommendation | Accepted? | What the force will do |\n|--|--|--|--|\n"
    rows = f"| 1 | {COUNT} | Yes | Done since 1 May. All 40 were counted. |\n| 2 | {TELL} | Yes | A list follows. |\n"
    document = only(f"# Response of Kent Police to an inspection of lamps\n\n{head}{rows}", "a.md")
    assert [f.status for f in document.findings] == ["complete", "being-progressed"]


@pytest.mark.parametrize(
    ("name", "kind"),
    [("Recommendation or AFI", "recommendation"), ("HMICFRS recommendations", "recommendation"), ("Owner", None)],
)
def test_a_column_may_be_named_by_two_kinds_or_by_whose_they_are(name: str, kind: str | None) -> None:
    assert shipped().found_in(name) == kind


def test_a_column_may_be_of_a_day() -> None:
    assert shipped().role_of("Position at 30 June") == "status"


def test_deadlines_of_quoted_findings_do_not_count_from_the_later_report() -> None:
    quoted = f"Our report said that, within three months, Kent Police should:\n\n• count its lamps; and\n• {TELL}"
    (finding,) = read(f"{TITLE}We came back in March to see how the lamps were kept.\n\n{quoted}\n").findings
    assert finding.quoted
    assert finding.deadline is None
    assert finding.deadline_text


def test_a_date_in_brackets_behind_another_report_is_not_the_paper_s() -> None:
    lines = "\n\n".join(f"{n}. The lamps of quay {n} were counted." for n in range(1, 14))
    below = f"{lines}\n\nOpen from PEEL (published 27 September 2019)\n"
    assert read(f"Audit committee\n\nAgenda item 4\n18 June 2020        Public\n\n{below}").date == "2020-06-18"


def test_years_of_two_digits_in_a_record() -> None:
    text = f"4471: Lamps\n\n{COUNT}\n\n[on]05/04/18 [status]being-progressed[/status][/on]\n"
    (event,) = read(text).events
    assert (event.date, event.status) == ("2018-04-05", "being-progressed")


def test_colours_beside_status_words_are_not_the_status() -> None:
    rows = ([f"K-{n}", f"{COUNT} {n}", "Closed", "R"] for n in range(4))
    reading = tracker(["Ref", "Recommendation", "Status", "RAG"], *rows)
    assert [document.findings[0].status for document in documents(reading)] == ["complete"] * 4


def test_a_column_named_comment_is_one_whatever_its_cells_hold() -> None:
    reading = tracker(["Number", "Recommendation", "Comment"], ["1", COUNT, "Recommendation"], ["2", TELL, ""])
    texts = [passage.text for document in documents(reading) for passage in document.passages]
    assert "Recommendation" in texts
