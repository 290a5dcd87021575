"""Trackers as people keep them: what each column and row is found to be, in conventions of many kinds."""

import io
import random
from collections.abc import Sequence

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rows import LIMITS, documents, events, left, table

from corpus.model import CorpusError
from corpus.readers.export.read import read_csv, read_xlsx
from corpus.readers.reading import Explained, Reading, Text, explained_lines

COUNT = "The force should count every lantern on the quay before winter."
TELL = "The force should tell the harbour office which lamps are out."
TRAIN = "Lamplighters should be trained in the care of wicks."
DARK = "Lanterns go out in the night, and nobody knows which of them or why."


def read(header: Sequence[str], *rows: Sequence[str]) -> Reading:
    width = len(header)
    return read_csv(table(*([*row, *[""] * (width - len(row))] for row in rows), header=header), LIMITS)


def stated(text: Text, *names: str) -> tuple[str | None, ...]:
    return tuple(text.metadata.get(name) for name in names)


def roles(reading: Reading) -> dict[str, str]:
    (told,) = reading.explained
    return {header: role for header, role, _ in told.columns}


def undated(text: Text) -> str:
    return text.text[int(text.metadata["undated"]) :].strip() if "undated" in text.metadata else ""


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


# --- Columns --------------------------------------------------------------------------------------------------------


def test_a_recommendation_is_known_by_what_it_asks_and_the_rest_by_header_or_cells() -> None:
    reading = read(
        ["No", "Pillar", "Kommentar der Leitung", "Zustand", "Lead", "Grund und Stand der Arbeit"],
        ["AFI 3", "People", COUNT, "In progress", "CI Oil", "Forty of the ninety lanterns were counted by June."],
        ["AFI 4", "People", TELL, "Complete", "CI Oil", "The office has had a list on every Monday since."],
        ["Rec 5", "People", TRAIN, "Complete", "CI Oil", "A course was held for all of the nine lamplighters."],
    )
    assert roles(reading) == {
        "Pillar": "",
        "Lead": "",
        "No": "number",
        "Kommentar der Leitung": "recommendation",
        "Zustand": "status",
        "Grund und Stand der Arbeit": "comment",
    }
    assert [stated(text, "finding_kind", "status") for text in reading.texts] == [
        ("area_for_improvement", "being-progressed"),
        ("area_for_improvement", "complete"),
        ("recommendation", "complete"),
    ]


def test_a_name_means_what_the_cells_under_it_show() -> None:
    one = read(
        ["Recommendation", "Description", "Closed"], ["1", COUNT, "Yes"], ["2", TELL, "4 May 2018"], ["4", TRAIN, ""]
    )
    assert (roles(one)["Recommendation"], roles(one)["Description"]) == ("number", "recommendation")
    two = read(
        ["Text", "Update", "Closed"],
        [COUNT, "4 May 2018", "Complete"],
        [TELL, "5 May 2018", "Open"],
        [TRAIN, "", "Open"],
    )
    assert roles(two) == {"Text": "recommendation", "Update": "date", "Closed": "status"}


def test_rows_that_are_counted_are_no_numbers_of_recommendations() -> None:
    reading = read(["No", "Recommendation", "Status"], ["1", COUNT, "Open"], ["2", TELL, "Open"], ["3", TRAIN, "Open"])
    assert [text.metadata.get("number_printed") for text in reading.texts] == [None, None, None]
    assert "column “No”" in left(reading)


def test_two_columns_that_nothing_tells_apart_are_left_out_and_said() -> None:
    reading = read(
        ["Recommendation", "Status", "Date (force)", "Date (office)"], [COUNT, "Open", "4 May 2018", "5 May 2018"]
    )
    assert stated(reading.texts[0], "status", "status_date") == ("being-progressed", None)
    assert all("could be the date as well" in left(reading)[f"column “Date ({who})”"] for who in ("force", "office"))


def test_days_of_several_kinds_are_kept_apart() -> None:
    reading = read(
        ["Recommendation", "Report date", "Last reviewed", "Target", "Revised target", "Date completed", "Status"],
        [COUNT, "4 May 2018", "1 Aug 2019", "31/03/2019", "30/06/2019", "", "Open"],
        [TELL, "4 May 2018", "", "31/03/2019 30/09/2019", "", "2 July 2019", "Complete"],
    )
    names = ("date", "heard", "target", "target_revised", "closed", "status_date")
    assert [stated(text, *names) for text in reading.texts] == [
        ("2018-05-04", "2019-08-01", "2019-03-31", "2019-06-30", None, None),
        ("2018-05-04", "2019-07-02", "2019-03-31", "2019-09-30", "2019-07-02", "2019-07-02"),
    ]
    assert all(finding.deadline is None for d in documents(reading) for finding in d.findings)


@pytest.mark.parametrize(
    "rows",
    [
        [["Ward", "Lamps", "Cost"], ["Quay", "40", "£900"], ["Hill", "12", "£200"]],
        [
            ["Ward", "Summary", "Published"],
            ["Quay", "There were forty lamps, and most of them were alight.", "4 May 2018"],
        ],
        [["Recommendation"], [COUNT], [TELL]],
    ],
    ids=["figures", "prose", "nothing beside"],
)
def test_what_is_no_tracker_is_refused_with_the_reason(rows: list[list[str]]) -> None:
    with pytest.raises(CorpusError, match=f"is no tracker of recommendations: .*; found: .*“{rows[0][0]}”"):
        read_csv(table(*rows[1:], header=rows[0]), LIMITS)


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


# --- The same, however it is laid out -------------------------------------------------------------------------------

SPELT = {
    "Force": ["Force", "POLICE FORCE", "force name", "Constabulary"],
    "Report": ["Report", "Report Title", "Name of report", "Inspection"],
    "Ref": ["Ref", "Rec. No.", "Reference no", "HMICFRS ref", "Recomendation number"],
    "Recommendation": [
        "Recommendation",
        "Recommendation text",
        "Reccomendation",
        "What HMICFRS said",
        "Recommendation (in full)",
    ],
    "Status": ["Status", "Current status", "RAG status", "Stauts", "Status / RAG"],
    "Update": ["Update", "Progress update", "Force comments", "Action taken", "Latest updat", "What has been done"],
    "Target": ["Target", "Due date", "Target completion date", "By when", "Target date (force)"],
    "Closed": ["Date closed", "Closure date", "Date completed", "Signed off on"],
}
CELLS = [
    [
        "Saltmere Police",
        "Lanterns",
        "AFI 1",
        COUNT,
        "Closed",
        "All of the lanterns were counted twice.",
        "Apr-19",
        "12/07/2019",
    ],
    [
        "Saltmere Police",
        "Lanterns",
        "AFI 2",
        TELL,
        "In progress",
        "A letter to the office was drafted in June.",
        "Q3 2019/20",
        "",
    ],
    [
        "Saltmere Police",
        "Wicks",
        "Rec 1",
        TRAIN,
        "Closed (superseded)",
        "Nobody lights a wick any more.",
        "TBC",
        "1 May 2020",
    ],
]


@settings(max_examples=60, deadline=None)
@given(st.permutations(range(len(SPELT))), st.randoms(use_true_random=False), st.booleans(), st.booleans())
def test_columns_in_any_order_and_spelling_read_the_same(
    order: list[int], chance: random.Random, titled: bool, repeated: bool
) -> None:
    plain = read(list(SPELT), *CELLS)
    header = [chance.choice(names) for names in SPELT.values()]
    rows = [[cells[at] for at in order] for cells in CELLS]
    shuffled = [header[at] for at in order]
    lines = [*rows[:2], shuffled, *rows[2:]] if repeated else rows
    above = [["The keeper's own list", *[""] * 7]] if titled else []
    made = table(*above[1:], *([shuffled] if titled else []), *lines, header=above[0] if titled else shuffled)
    reading = read_csv(made, LIMITS)
    assert [(text.text, {**text.metadata, "masthead": ""}) for text in reading.texts] == [
        (text.text, {**text.metadata, "masthead": ""}) for text in plain.texts
    ]
    assert len(plain.texts) == 3


def test_what_was_taken_for_what_is_told_in_plain_lines() -> None:
    told = Explained(
        "2019",
        (("Ref", "number", "by its header"), ("Lead", "", "is not read.")),
        (("row 9", "a total"),),
        (("Puce", "", "in no list"),),
        ("the rows stand newest first",),
    )
    assert explained_lines([told]) == [
        "Sheet “2019”",
        "  column “Ref”: number (by its header)",
        "  column “Lead”: not read (is not read.)",
        "  row 9: taken for a total",
        "  status “Puce”: not known (in no list)",
        "  the rows stand newest first",
    ]
