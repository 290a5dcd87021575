"""Columns of trackers are found by their headers and by what their cells hold, in any order and spelling."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rows import COUNT, LIMITS, TELL, TRAIN, documents, left, read, roles, stated, table, undated

from corpus.model import CorpusError
from corpus.readers.export.read_exports import read_csv
from corpus.readers.reading import Explained, explained_lines


def test_a_recommendation_is_known_by_what_it_asks_and_the_rest_by_header_or_cells() -> None:
    reading = read(
        ["No", "Pillar", "Kommentar der Leitung", "Zustand", "Lead", "Grund und Stand der Arbeit"],
        ["AFI 3", "People", COUNT, "In progress", "CI Oil", "Forty of the ninety lanterns were counted by June."],
        ["AFI 4", "People", TELL, "Complete", "CI Oil", "The office has had a list on every Monday since."],
        ["Rec 5", "People", TRAIN, "Complete", "CI Oil", "A course was held for all of the nine lamplighters."],
    )
    assert roles(reading) == {
        "Pillar": "",
        "Lead": "owner",
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
        [
            ["place_urn", "published_date", "headline_findings", "needs_to_improve", "region"],
            *[["80426", "4 May 2018", "Most lamps of the quay were alight.", "Some lamps were out each night.", "N"]]
            * 3,
        ],
    ],
    ids=["figures", "prose", "nothing beside", "findings that ask for nothing"],
)
def test_what_is_no_tracker_is_refused_with_the_reason(rows: list[list[str]]) -> None:
    with pytest.raises(CorpusError, match=f"is no tracker of recommendations: .*; found: .*“{rows[0][0]}”"):
        read_csv(table(*rows[1:], header=rows[0]), LIMITS)


def test_a_column_for_each_force_makes_a_record_for_each() -> None:
    reading = read(
        ["Ref", "Recommendation", "Kent", "Essex update", "Essex", "Both"],
        ["AFI 1", COUNT, "Complete", "Half are counted, up to the lock.", "In progress", "no"],
        ["AFI 2", TELL, "", "Nobody has told them of it so far.", "Not started", "no"],
    )
    names = ("force", "number_printed", "status")
    assert [stated(text, *names) for text in reading.texts] == [
        ("Kent", "AFI 1", "complete"),
        ("Essex", "AFI 1", "being-progressed"),
        ("Essex", "AFI 2", "will-be-progressed"),
    ]
    assert [undated(text).count("Half are counted") for text in reading.texts] == [0, 1, 0]


def test_days_under_names_of_their_own_are_known_by_how_they_stand_to_the_rest() -> None:
    reading = read(
        ["Report", "Zuerst", "Recommendation", "Status", "Target", "Danach", "Zuletzt", "Sonst"],
        ["Lanterns", "4 May 2018", COUNT, "Open", "31/03/2019", "30/09/2019", "", "1 May 2019"],
        ["Lanterns", "4 May 2018", TELL, "Closed", "31/03/2019", "", "12/03/2019", "2 May 2017"],
        ["Wicks", "5 June 2018", TRAIN, "Open", "Q4 2018/19", "", "", "3 May 2019"],
    )
    named = {name: role for name, role in roles(reading).items() if name in ("Zuerst", "Danach", "Zuletzt", "Sonst")}
    assert named == {"Zuerst": "published", "Danach": "revised", "Zuletzt": "closed", "Sonst": ""}
    assert stated(reading.texts[1], "date", "closed", "status_date") == ("2018-05-04", "2019-03-12", "2019-03-12")


@pytest.mark.parametrize(("first", "role"), [("4 May 2018", "closed"), ("", "target")])
def test_a_day_of_completion_is_a_target_where_what_is_open_has_one(first: str, role: str) -> None:
    other = "" if first else "4 May 2018"
    reading = read(
        ["Ref", "Recommendation", "Status", "Completion date"],
        ["AFI 1", COUNT, "Complete", first],
        ["AFI 2", TELL, "Open", other],
    )
    assert roles(reading)["Completion date"] == role


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


@settings(max_examples=60)
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
        "  column “Lead”: is not read.",
        "  row 9: taken for a total",
        "  status “Puce”: not known (in no list)",
        "  the rows stand newest first",
    ]
