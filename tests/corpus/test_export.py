"""Exports of the register as CSV: what stands in the rows comes out as records, and what cannot is reported."""

import datetime
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rows import ASK, FORCES, HEADER, LIMITS, documents, events, left, only, row, table

from corpus.model import CorpusError, Source
from corpus.parsers.merge import merge
from corpus.parsers.parse import parse
from corpus.readers.export.read_exports import read_csv


def test_rows_of_one_number_are_one_record_in_order_of_their_days() -> None:
    document = only(
        read_csv(
            table(
                row(date="22 March 2018", status="awaiting-review"),
                row(date="2018-05-04", status="Being progressed", comment="Half are lit.\n\nOil is scarce."),
                row(date="04/04/2018", comment="Wicks were bought."),
            ),
            LIMITS,
        )
    )
    assert (document.key, document.kind, document.force, document.register_number) == (
        "kent/4471",
        "register_record",
        "kent",
        "4471",
    )
    assert (document.title, document.date) == ("Lanterns", "2018-03-02")
    assert events(document) == [
        ("2018-03-22", "awaiting-review"),
        ("2018-04-04", "Wicks were bought."),
        ("2018-05-04", "being-progressed"),
        ("2018-05-04", "Half are lit.\n\nOil is scarce."),
    ]
    (finding,) = document.findings
    assert (finding.text, finding.status, finding.deadline) == (ASK, "being-progressed", "2019-05")
    assert finding.addressees == ("all-forces",)
    assert [p.text for p in document.passages if p.kind == "comment"] == [
        "Wicks were bought.",
        "Half are lit.",
        "Oil is scarce.",
    ]
    assert not document.notes


CELLS = [
    '=HYPERLINK("http://lamps.example","click")', "+cmd|' /C calc'!A0", "'=1+1", "@SUM(A1)", "-2+3", '"quoted"',
    "[comment]", "[/comment]", "[on]4 May 2018", "[/on]", "[status]complete[/status]", "[ On ]", "[sic] 4 May 2018",
    "4 May 2018", "4th May 2018 complete", "04/05/2018", "May 2018", "3 May 2018 awaiting-review", "complete",
    "Inspection report", "Lanterns inspection", "Recommendation 7", "Recommendation", "17", "Page 3 of 4",
    "https://lamps.example/recommendation/essex/9999/", "404 Page not found", "- oil was bought",
    "1. Moths counted", "2. Custody", "   - quay lanterns", "a) ladder", "Patrol time:", "Jan 24%", "GRADE\tFAIR",
    "Essex Police", "The force should buy matches", "because of wind and", "weather was bad", "8837 – Owner: CI Wick",
    "lamplighters walked the harbour in the evening and counted every lantern twice", "…", "—", "{braces}",
    "semi;colon, comma", "tab\there", "na\u00efve \u00a3400", "soft\u00adhyphen", "non\u00a0breaking", "line\u2028sep",
]  # fmt: skip
LINES = st.lists(
    st.one_of(st.just("• wicks;"), st.lists(st.sampled_from(CELLS), min_size=1, max_size=3, unique=True).map(" ".join)),
    max_size=8,
)
TEXTS = LINES.flatmap(lambda lines: st.sampled_from(["\n", "\n\n", "\r\n"]).map(lambda end: end.join(lines)))
MEANS = {
    "awaiting-review": "awaiting-review",
    "Complete": "complete",
    "no further action needed": "no-further-action-needed",
    "in progress": "being-progressed",
}
ROWS = st.lists(
    st.tuples(
        st.sampled_from(["4471", "4472", "4473"]),
        st.dates(datetime.date(1990, 1, 1), datetime.date(2030, 1, 1)),
        st.sampled_from(["", *MEANS]),
        TEXTS,
    ),
    min_size=1,
    max_size=6,
)


def said(text: str) -> str:
    """Letters and digits of a text, in order."""
    return re.sub(r"[\W_]+", "", text)


def words(text: str) -> list[str]:
    """The longer words of a text: a list's markers are none."""
    return re.findall(r"[^\W\d_]{4,}", text.replace("\u00ad", "").lower())


@settings(max_examples=150)
@given(ROWS, st.dictionaries(st.sampled_from(["4471", "4472", "4473"]), TEXTS.filter(said)), st.booleans())
def test_what_stands_in_the_cells_comes_out(
    rows: list[tuple[str, datetime.date, str, str]], asked: dict[str, str], titled: bool
) -> None:
    made = [
        row(
            number=number,
            report="Lanterns inspection" if titled else "",
            recommendation=asked.get(number, ASK),
            date=f"{day:%d/%m/%Y}",
            status=status,
            comment=comment,
        )
        for number, day, status, comment in rows
    ]
    found = {d.register_number: d for d in documents(read_csv(table(*made), LIMITS))}
    for number in {number for number, *_ in rows}:
        document = found[number]
        expected: list[tuple[str, str]] = []
        for _, day, status, comment in (r for r in rows if r[0] == number):
            expected += [(day.isoformat(), MEANS[status])] if status else []
            expected += [(day.isoformat(), said(comment))] if said(comment) else []
        entered = [(e.date, e.status or said(e.text)) for e in document.events if e.status or said(e.text)]
        assert sorted(entered) == sorted(expected)
        assert [date for date, _ in entered] == sorted(date for date, _ in expected)
        assert (document.key, document.force, document.url) == (f"kent/{number}", "kent", None)
        if any("garbled" in note for note in document.notes):
            continue
        for index, event in enumerate(document.events):
            passages = [p.text for p in document.passages if p.event == index]
            assert words(" ".join(passages)) == words(event.text)
        findings = " ".join(f.text for f in document.findings)
        shown = [p.text for p in document.passages if p.event is None]
        head = " ".join([findings, *shown, *(h for section in document.sections for h in section)])
        assert set(words(asked.get(number, ASK))) <= set(words(head)) | {"recommendation"}
        if "Recommendation" not in asked.get(number, ""):
            assert set(words(findings)) == set(words(asked.get(number, ASK)))
            assert len(document.findings) == 1


@settings(max_examples=100)
@given(st.text(max_size=300), st.booleans())
def test_whatever_stands_below_the_header_is_read_or_told(text: str, inside: bool) -> None:
    body = f'kent,4471,Lanterns,2018,"{text}",,4 May 2018,complete,"{text}"' if inside else text
    raw = table() + body.encode("utf-8", "replace")
    if b"\0" in raw:
        return
    reading = read_csv(raw, LIMITS)
    found = documents(reading)
    assert all(document.kind == "register_record" for document in found)
    assert found or reading.left_out or not re.sub(r"[\W_]+", "", body)


def test_a_number_is_one_record_for_each_force() -> None:
    found = documents(read_csv(table(row(date="4 May 2018", comment="Lit."), row(force="essex")), LIMITS))
    assert [(d.key, len(d.events)) for d in found] == [("kent/4471", 1), ("essex/4471", 0)]


def test_rows_without_a_number_belong_together_by_force_and_recommendation() -> None:
    other = "The force should count moths."
    reading = read_csv(
        table(
            row(number="", date="4 May 2018", comment="Lit."),
            row(number="", recommendation=other, date="5 May 2018", comment="Nine."),
            row(number="", force="KENT", date="6 May 2018", status="complete"),
        ),
        LIMITS,
    )
    assert [(len(d.events), d.register_number, d.findings[0].text) for d in documents(reading)] == [
        (2, None, ASK),
        (1, None, other),
    ]
    assert len({text.name for text in reading.texts}) == 2


def test_the_number_of_a_report_is_no_register_number() -> None:
    reading = read_csv(
        table(row(number="3", date="4 May 2018", comment="Lit."), row(number="3", report="Moths"), row(number="12a")),
        LIMITS,
    )
    found = documents(reading)
    assert [(d.title, d.register_number, d.findings[0].number) for d in found] == [
        ("Lanterns: recommendation 3", None, "3"),
        ("Moths: recommendation 3", None, "3"),
        ("Lanterns: recommendation 12a", None, "12a"),
    ]
    assert [d.key for d in found] == [f"t.csv/{text.name}" for text in reading.texts]


@pytest.mark.parametrize("printed", ["8837", "8837.0", "#8837", "'8837", '="8837"', " 8837 "])
def test_a_number_reads_alike_however_it_is_kept(printed: str) -> None:
    assert only(read_csv(table(row(number=printed)), LIMITS)).key == "kent/8837"


def test_a_number_that_is_no_plain_one_makes_a_key_of_one_step() -> None:
    document = only(read_csv(table(row(number="../2019/12 b")), LIMITS))
    assert (document.key, document.register_number) == ("kent/..%2F2019%2F12 b", "../2019/12 b")


def test_a_recommendation_that_brings_its_own_headings_keeps_them() -> None:
    text = "Cause of concern\nLanterns go out.\nRecommendation 4\nForces should:\n- buy oil; and\n- trim wicks."
    document = only(read_csv(table(row(recommendation=text)), LIMITS))
    assert [(f.kind, f.number, f.text) for f in document.findings] == [
        ("cause_of_concern", None, "Lanterns go out."),
        ("recommendation", "4", "Forces should:\nbuy oil; and\ntrim wicks."),
    ]
    assert document.title == "Lanterns: recommendation 4"


def test_short_lines_of_a_recommendation_are_no_headings() -> None:
    document = only(read_csv(table(row(recommendation=f"Custody\n\n{ASK}\n\nMoths\n\nCount them")), LIMITS))
    assert [f.text for f in document.findings] == [f"Custody\n{ASK}\nMoths\nCount them"]
    assert document.sections[0] == ("Lanterns", "Recommendation")


def test_a_long_title_of_a_report_is_a_heading_and_no_passage() -> None:
    title = "Lanterns after dark: what the forces of four counties know of who lit them, when, why and with what"
    document = only(read_csv(table(row(report=title)), LIMITS))
    assert (document.title, document.sections) == (title, ((title, "Recommendation"),))
    assert [p.text for p in document.passages] == [ASK]


@pytest.mark.parametrize(
    ("printed", "asked"),
    [
        ("Chief constables; NPCC", ("chief-constables", "npcc")),
        ("Chief Constable of Kent Police", ("force",)),
        ("Kent Police, the College of Policing", ("college", "force")),
        ("Force and PCC", ("pcc", "force")),
        ("somebody", ("force",)),
        ("", ("force",)),
    ],
)
def test_the_addressee_of_the_table_counts_where_it_is_known(printed: str, asked: tuple[str, ...]) -> None:
    assert only(read_csv(table(row(addressee=printed)), LIMITS)).findings[0].addressees == asked


def test_short_lines_under_a_caption_are_its_list() -> None:
    text = "Lit each month:\nJan 24%\nFeb 27%\n\nNobody counted in March."
    document = only(read_csv(table(row(date="4 May 2018", comment=text)), LIMITS))
    comments = [p for p in document.passages if p.kind == "comment"]
    assert [p.text for p in comments] == ["Lit each month:", "Jan 24%", "Feb 27%", "Nobody counted in March."]
    assert [p.parent is not None for p in comments] == [False, True, True, False]


def test_a_copy_of_the_record_as_text_is_the_same_document() -> None:
    export = only(
        read_csv(
            table(
                row(date="4 May 2018", status="awaiting-review", comment="Half are lit.\nOil is scarce."),
                row(date="9 May 2018", comment="[comment] is no mark here."),
            ),
            LIMITS,
        )
    )
    text = (
        f"Lanterns: Kent Police (4471)\n\n{ASK}\n\n[on]4th May 2018 [status]awaiting-review[/status][/on]"
        "[on]4th May 2018 [comment]\n\nHalf are lit.\n\nOil is scarce.\n\n[/comment][/on]"
        "[on]1st June 2018 [status]complete[/status][/on]"
    )
    page = parse(Source("page.txt", "page.txt", text, "1"), FORCES)
    assert page.key == export.key
    for copies in ([export, page], [page, export]):
        merged, _ = merge(copies)
        assert [date for date, _ in events(merged)] == ["2018-05-04", "2018-05-04", "2018-05-09", "2018-06-01"]
        assert merged.findings[0].status == "complete"


@pytest.mark.parametrize(
    ("cells", "told", "status", "comments"),
    [
        ({"comment": "Lit."}, "a comment but no date", None, ["Lit."]),
        ({"status": "complete", "comment": "Lit."}, "a status and a comment but no date", "complete", ["Lit."]),
        ({"date": "31/02/2019", "comment": "Lit."}, "31/02/2019", None, ["Lit."]),
        ({"date": "03/14/2019", "status": "complete"}, "day, month, year", "complete", []),
        ({"date": "Q1 2019/20", "comment": "Lit."}, "Q1 2019/20", None, ["Lit."]),
        ({"date": "2019", "comment": "Lit."}, "2019", None, ["Lit."]),
        ({"date": "4 May 2019"}, "neither status nor comment", None, []),
        ({"date": "4 May 2019", "status": "puce"}, "puce", None, []),
    ],
)
def test_what_the_record_cannot_carry_is_told_and_the_rest_kept(
    cells: dict[str, str], told: str, status: str | None, comments: list[str]
) -> None:
    reading = read_csv(table(row(), row(**cells)), LIMITS)
    ((where, reason),) = left(reading).items()
    assert where == "row 3"
    assert told in reason
    assert reading.texts[0].metadata.get("status") == status
    document = only(reading)
    assert (document.events, document.findings[0].text) == ((), ASK)
    undated = [p for p in document.passages if p.kind == "comment"]
    assert [(p.text, p.date, p.finding) for p in undated] == [(text, None, 0) for text in comments]


def test_a_comment_without_a_day_stands_beside_the_dated_ones() -> None:
    document = only(read_csv(table(row(comment="When?"), row(date="4 May 2019", comment="Lit.")), LIMITS))
    assert events(document) == [("2019-05-04", "Lit.")]
    assert [(p.text, p.date) for p in document.passages if p.kind == "comment"] == [
        ("Lit.", "2019-05-04"),
        ("When?", None),
    ]


@pytest.mark.parametrize(("printed", "date"), [("43528", "2019-03-04"), ("May 2019", "2019-05"), ("May-19", "2019-05")])
def test_a_row_may_have_a_day_number_or_a_month(printed: str, date: str) -> None:
    reading = read_csv(table(row(date=printed, status="complete", comment="Lit.")), LIMITS)
    assert events(only(reading)) == [(date, "complete"), (date, "Lit.")]
    assert reading.texts[0].metadata["status_date"] == date
    assert not reading.left_out


def test_rows_that_belong_to_no_record_are_told() -> None:
    stray = ["", "", "", "", "", "", "4 May 2018", "complete", "Lit."]
    found = left(read_csv(table(row(), stray, ["", "", "", "", "", "", "", "", ""]), LIMITS))
    assert list(found) == ["row 3"]
    assert "neither a number nor a recommendation" in found["row 3"]


def test_a_number_given_twice_does_not_mix_two_recommendations() -> None:
    other = "Before winter, the chief constable should count every moth on the quay."
    rows = [
        row(date="3 May 2018", comment="Lit."),
        row(recommendation=other, date="4 May 2018", comment="Nine."),
        row(recommendation="As above", date="5 May 2018", comment="Out."),
    ]
    reading = read_csv(table(*rows), LIMITS)
    assert "another recommendation than row 2" in left(reading)["row 3"]
    first, second = documents(reading)
    assert (first.key, [date for date, _ in events(first)]) == ("kent/4471", ["2018-05-03", "2018-05-05"])
    assert (second.register_number, second.findings[0].text, len(second.events)) == (None, other, 1)


def test_another_wording_in_a_later_row_is_told() -> None:
    later = row(recommendation=ASK.replace("every", "each"), published="2/3/2018", date="4 May 2018", comment="Lit.")
    reading = read_csv(table(row(), later), LIMITS)
    assert left(reading).keys() == {"row 3"}
    assert "another recommendation" in left(reading)["row 3"]
    assert (only(reading).findings[0].text, len(only(reading).events)) == (ASK, 1)


def test_blank_cells_take_force_and_recommendation_of_their_number_and_of_no_other() -> None:
    rows = [
        row(date="4 May 2018", comment="Lit."),
        row(force="", report="", recommendation="", date="5 May 2018", comment="Out."),
        row(number="4472", force="", recommendation="", date="6 May 2018", comment="Whose?"),
    ]
    reading = read_csv(table(*rows), LIMITS)
    first, second = documents(reading)
    assert (first.key, len(first.events)) == ("kent/4471", 2)
    assert (second.force, second.findings, len(second.events)) == (None, (), 1)
    assert "no row has the recommendation" in left(reading)["row 4"]


def test_a_publication_date_that_is_none_is_told() -> None:
    reading = read_csv(table(row(published="soon", date="4 May 2018", comment="Lit.")), LIMITS)
    assert "soon" in left(reading)["row 2"]
    assert only(reading).date is None


def test_rows_newest_first_and_oldest_first_are_one_record() -> None:
    rows = [row(date=f"{day} May 2018", status=word) for day, word in ((6, "Closed"), (5, "Open"), (4, "New"))]
    rows.insert(1, row(date="6 May 2018", comment="Before it was closed."))
    newest, oldest = read_csv(table(*rows), LIMITS), read_csv(table(*reversed(rows)), LIMITS)
    assert newest.texts == oldest.texts
    assert events(only(newest))[-2:] == [("2018-05-06", "Before it was closed."), ("2018-05-06", "complete")]
    assert newest.texts[0].metadata["status_word"] == "Closed"


def test_columns_are_known_by_the_names_that_trackers_give_them() -> None:
    header = ["Police force", "REC_NO.", "Title of\nreport", "Date published", "Recommendation (text)", "Made to"]
    header += ["Date of Entry", "Current status", "Progress/update"]
    made = table(row(date="4 May 2018", status="complete", comment="Lit."), header=header)
    assert events(only(read_csv(made, LIMITS))) == [("2018-05-04", "complete"), ("2018-05-04", "Lit.")]


def test_columns_that_are_not_read_are_told() -> None:
    made = table(
        [*row(date="4 May 2018", status="Open"), "Red", "Supt Wick", "green", "seen"],
        header=[*HEADER, "RAG", "Owner", "Door", ""],
    )
    found = left(read_csv(made, LIMITS))
    assert found["column “Door”"].startswith("is not one of the columns that are read (force, number")
    assert "means the same as column “status”" in found["column “RAG”"]
    assert "column “Owner”" not in found
    assert [text.metadata["owner"] for text in read_csv(made, LIMITS).texts] == ["Supt Wick"]
    assert "no header" in found["column “M”"]


def test_the_surest_of_two_names_for_a_column_is_read() -> None:
    made = table(["kent", "X9", ASK, "4471"], header=["Force", "Ref", "Recommendation", "Register number"])
    assert only(read_csv(made, LIMITS)).key == "kent/4471"


@pytest.mark.parametrize("header", [["Name", "Colour"], ["Force", "Comment"], ["Recommendation", "Status"]])
def test_a_table_without_the_needed_columns_is_refused_with_what_was_found(header: list[str]) -> None:
    with pytest.raises(CorpusError, match=f"“{header[0]}”.*force, number, report"):
        read_csv(table(["a", "b"], header=header), LIMITS)
    with pytest.raises(CorpusError, match="nothing"):
        read_csv(b"", LIMITS)
