"""Trackers as people keep them: what each row is found to be, in conventions of many kinds."""

import io

import openpyxl
import pytest
from rows import COUNT, DARK, LIMITS, TELL, TRAIN, documents, events, left, read, stated, undated

from corpus.readers.export.read_exports import read_csv, read_xlsx

# --- Three trackers in conventions of their own ---------------------------------------------------------------------


def quarters() -> bytes:
    """A workbook: quarters merged over a colour and a narrative each, the force in the title, a key below."""
    book = openpyxl.Workbook()
    sheet = book.active
    for cells in (
        ["Saltmere Police: what the inspectorate asked of us"],
        ["", "", "Q1 2019/20", "", "Q2 2019/20", "", "", ""],
        ["Ref.", "What we were told to do", "BRAG", "Narrative", "BRAG", "Narrative", "By when", "Lead"],
        ["AFI 1", COUNT, "A", "Half were counted.", "B", "All were counted.", "31.3.20", "Supt Wick"],
        ["AFI 2", TELL, "R", "Nobody was told.", "A", "A list is sent on Mondays.", "End of March 2020", "CI Oil"],
        ["CoC 1", DARK, "R", "", "R", "Ladders were not bought.", "TBC", "CI Oil"],
        ["B = done and checked by the inspectorate; A = on course; R = behind"],
    ):
        sheet.append(cells)
    for merged in ("A1:H1", "C2:D2", "E2:F2", "A7:H7"):
        sheet.merge_cells(merged)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def test_a_workbook_with_a_colour_and_a_narrative_for_each_quarter() -> None:
    reading = read_xlsx(quarters(), LIMITS)
    names = ("force", "number_printed", "finding_kind", "status", "status_word", "target")
    assert [stated(text, *names) for text in reading.texts] == [
        ("Saltmere Police", "AFI 1", "area_for_improvement", "complete", "B", "2020-03-31"),
        ("Saltmere Police", "AFI 2", "area_for_improvement", "being-progressed", "A", "2020-03"),
        ("Saltmere Police", "CoC 1", "cause_of_concern", "being-progressed", "R", None),
    ]
    first = undated(reading.texts[0])
    assert first.index("Q1 2019/20 Narrative: Half were counted.") < first.index(
        "Q2 2019/20 Narrative: All were counted."
    )
    assert reading.texts[2].metadata.get("target_text") is None
    assert documents(reading)[0].events == ()


def test_a_log_in_a_cell_sections_for_reports_and_misspelt_headers() -> None:
    header = ["Recomendation", "Stauts", "Progres log", "Target date", "Revised date", "Date closed"]
    reading = read(
        header,
        ["Lanterns 2018"],
        [
            COUNT,
            "Closed",
            "12/03/19: Forty lit. 04/06/19 – All lit. 01/07/19: Checked.",
            "Apr-19",
            "w/c 17/06/19",
            "12/07/2019",
        ],
        [TELL, "In hand", "12/03/19: A letter was drafted.", "Q3 2019/20"],
        header,
        ["Wicks and oil 2019"],
        [TRAIN, "Closed locally", "No day is known for this.", "ongoing", "", "12/07/2019"],
        ["Total", "2 closed"],
    )
    one, two, three = reading.texts
    assert stated(one, "title", "status", "status_date", "target", "target_revised", "closed", "heard") == (
        *("Lanterns 2018", "complete", "2019-07-12", "2019-04", "2019-06-17", "2019-07-12", "2019-07-12"),
    )
    assert events(documents(reading)[0]) == [
        ("2019-03-12", "Forty lit."),
        ("2019-06-04", "All lit."),
        ("2019-07-01", "Checked."),
        ("2019-07-12", "complete"),
    ]
    assert stated(two, "title", "target", "target_text", "heard") == (
        *("Lanterns 2018", "2019-12", "Q3 2019/20", "2019-03-12"),
    )
    assert stated(three, "title", "status", "status_word", "status_date", "target", "target_text") == (
        *("Wicks and oil 2019", "being-progressed", "Closed locally", None, None, "ongoing"),
    )
    assert undated(three).endswith("No day is known for this.")
    assert list(left(reading)) == ["row 8"]


def test_a_board_paper_s_table_with_kinds_as_sections_and_days_in_its_headers() -> None:
    lines = (
        "Wealdmarch Constabulary,,,,\r\nReport:,Dark streets,,,\r\nPublished:,4 May 2018,,,\r\n"
        "What they want,Where we are,Position at 31/3/19,Update Jan 20,Who\r\nAreas for improvement,,,,\r\n"
        f"{COUNT},Done,Half were counted by then.,All of them are counted.,CI Oil\r\nCauses of concern,,,,\r\n"
        f'"{DARK}",On the way,Nobody counts yet.,Ladders were bought for all wards.,CI Oil\r\n"Open 1, done 1",,,,\r\n'
    )
    reading = read_csv(lines.encode(), LIMITS)
    names = ("force", "title", "date", "finding_kind", "status", "status_date", "heard")
    assert [stated(text, *names) for text in reading.texts] == [
        ("Wealdmarch Constabulary", "Dark streets", "2018-05-04", kind, status, None, "2020-01")
        for kind, status in (("area_for_improvement", "complete"), ("cause_of_concern", "being-progressed"))
    ]
    assert events(documents(reading)[0]) == [
        ("2019-03-31", "Half were counted by then."),
        ("2020-01", "All of them are counted."),
    ]


# --- Rows -----------------------------------------------------------------------------------------------------------


def test_titles_totals_keys_and_notes_are_no_entries_and_are_said() -> None:
    reading = read(
        ["Ref", "Recommendation", "RAG", "Update"],
        ["AFI 1", COUNT, "Green", "All are counted."],
        ["AFI 2", TELL, "Grey", "It is not ours."],
        ["Position May 2019: GREEN 1, GREY 1"],
        ["Key", "", "Green = implemented", ""],
        ["Grey", "no longer applicable"],
        ["Updates are those of the leads; the office has not looked at them."],
    )
    assert [text.metadata["status"] for text in reading.texts] == ["complete", "no-further-action-needed"]
    (told,) = reading.explained
    assert [what for _, what in told.rows] == [
        "the header",
        "a total",
        "a key to the words of the table",
        "a key to the words of the table",
        "a note",
    ]
    assert left(reading).keys() >= {"row 4", "row 5", "row 6", "row 7"}
    assert ("Green", "complete", "as the table's own key says") in told.statuses


def test_a_number_of_a_report_is_one_record_for_each_report() -> None:
    header = ["Report", "Ref", "Recommendation", "Addressed to", "Date", "Status"]
    reading = read(
        header,
        ["Lanterns", "AFI 1", COUNT, "Saltmere", "5 May 2019", "Closed"],
        ["Wicks", "AFI 1", TRAIN, "All forces", "5 May 2019", "Open"],
        ["Lanterns", "AFI 1", COUNT, "Saltmere", "4 May 2018", "Open"],
    )
    lanterns, wicks = reading.texts
    assert (lanterns.metadata["title"], wicks.metadata["title"]) == (
        "Lanterns: area for improvement 1",
        "Wicks: area for improvement 1",
    )
    assert [date for date, _ in events(documents(reading)[0])] == ["2018-05-04", "2019-05-05"]
    # Whose the tracker is, is known by the one body among its addressees; "All forces" is none.
    assert stated(lanterns, "force", "addressee", "number") == ("Saltmere", "Saltmere", None)
    assert stated(wicks, "force", "addressee", "number") == ("Saltmere", "All forces", None)


def test_a_report_that_stands_in_the_first_row_of_its_group_holds_for_all_of_it() -> None:
    header = ["Report", "Published", "Recommendation", "Status"]
    reading = read(
        header,
        ["Lanterns", "4 May 2018", f"AFI 1: {COUNT}", "Open"],
        ["", "", f"Rec 2: {TELL}", "Open"],
        ["Wicks", "May 2019", f"AFI 1: {TRAIN}", "Open"],
    )
    assert [stated(text, "title", "date", "number_printed") for text in reading.texts] == [
        ("Lanterns: area for improvement 1", "2018-05-04", "AFI 1"),
        ("Lanterns: recommendation 2", "2018-05-04", "Rec 2"),
        ("Wicks: area for improvement 1", "2019-05", "AFI 1"),
    ]
    filled = read(header, ["Lanterns", "", COUNT, "Open"], ["Lanterns", "", TELL, "Open"], ["", "", TRAIN, "Open"])
    assert [text.metadata.get("title") for text in filled.texts] == ["Lanterns", "Lanterns", None]


def test_another_service_is_no_force() -> None:
    reading = read_csv(
        f"Kent Fire and Rescue Service: action plan,,\r\nRef,Recommendation,Status\r\nAFI 1,{COUNT},Open\r\n".encode(),
        LIMITS,
    )
    assert stated(reading.texts[0], "force", "masthead") == (None, "Kent Fire and Rescue Service: action plan")


# --- Updates --------------------------------------------------------------------------------------------------------


def test_the_day_of_a_title_is_that_on_which_the_tracker_was_last_heard() -> None:
    made = f"Tracker as at 31/08/2020,,,\r\nRef,Recommendation,Status,Update\r\nAFI 1,{COUNT},Open,Half are lit.\r\n"
    assert stated(read_csv(made.encode(), LIMITS).texts[0], "heard", "status_date") == ("2020-08-31", None)


@pytest.mark.parametrize(
    ("cell", "dated", "rest"),
    [
        ("12/03/19: Lit. 04/06/19 - Out.", [("2019-03-12", "Lit."), ("2019-06-04", "Out.")], ""),
        ("4 June 2019\nOut.\n12 March 2019\nLit.", [("2019-03-12", "Lit."), ("2019-06-04", "Out.")], ""),
        ("12/03/19 Lit at last.", [("2019-03-12", "Lit at last.")], ""),
        ("Bought. 12/03/19: Lit. 04/06/19: Out.", [("2019-03-12", "Lit."), ("2019-06-04", "Out.")], "Bought."),
        ("Mar 19: Lit.\nJun 19: Out.", [("2019-03", "Lit."), ("2019-06", "Out.")], ""),
        ("It was lit on 12/03/19 - by hand.", [], "It was lit on 12/03/19 - by hand."),
        ("The lamps of 4 June 2019: nine.", [], "The lamps of 4 June 2019: nine."),
        ("xxx", [], ""),
    ],
)
def test_dated_entries_of_one_cell_come_apart(cell: str, dated: list[tuple[str, str]], rest: str) -> None:
    reading = read(["Ref", "Recommendation", "Status", "Update"], ["AFI 1", COUNT, "Open", cell])
    assert events(documents(reading)[0]) == dated
    assert undated(reading.texts[0]).removeprefix("Comments without a date").replace("\u00ad", "").strip() == rest


def test_a_row_with_a_day_of_its_own_keeps_days_that_its_comment_tells_of() -> None:
    header = ["Ref", "Recommendation", "Date", "Update"]
    reading = read(header, ["AFI 1", COUNT, "4 May 2019", "4 June 2019: the lamps will be lit."])
    assert [date for date, _ in events(documents(reading)[0])] == ["2019-05-04"]
