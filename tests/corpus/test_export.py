"""Exports of the register: what stands in the rows comes out as records, and what cannot is reported."""

import csv
import datetime
import io
import re
import zipfile
from collections.abc import Sequence

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.forces import load_forces
from corpus.merge import merge
from corpus.model import CorpusError, Document, Source
from corpus.parse import parse
from corpus.readers.days import day_of, period_of
from corpus.readers.export import read_csv, read_xlsx
from corpus.readers.reading import Limits, Reading

FORCES = load_forces()
LIMITS = Limits()
HEADER = ("force", "number", "report", "published", "recommendation", "addressee", "date", "status", "comment")
ASK = "The force should inspect every lantern by May 2019."
BASE = {"force": "Kent", "number": "4471", "report": "Lanterns", "published": "2 March 2018", "recommendation": ASK}


def row(**cells: str) -> list[str]:
    """A row of record 4471, with these cells over it."""
    return [(BASE | {"addressee": "All forces"} | cells).get(name, "") for name in HEADER]


def table(*rows: Sequence[str], header: Sequence[str] = HEADER, delimiter: str = ",") -> bytes:
    target = io.StringIO()
    csv.writer(target, delimiter=delimiter).writerows([header, *rows])
    return target.getvalue().encode()


def left(reading: Reading) -> dict[str, str]:
    return {part.where: part.reason for part in reading.left_out}


def documents(reading: Reading) -> list[Document]:
    return [
        parse(Source("t.csv", f"t.csv/{t.name}", t.text, "0", t.headings, t.pages, t.metadata), FORCES)
        for t in reading.texts
    ]


def only(reading: Reading) -> Document:
    (document,) = documents(reading)
    return document


def events(document: Document) -> list[tuple[str, str]]:
    """(date, status or comment) of each event, paragraphs between blank lines."""
    return [(event.date, event.status or event.text.replace("\u00ad", "")) for event in document.events]


def test_rows_of_one_number_are_one_record_in_file_order() -> None:
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
        ("2018-05-04", "being-progressed"),
        ("2018-05-04", "Half are lit.\n\nOil is scarce."),
        ("2018-04-04", "Wicks were bought."),
    ]
    (finding,) = document.findings
    assert (finding.text, finding.status, finding.deadline) == (ASK, "being-progressed", "2019-05")
    assert finding.addressees == ("all-forces",)
    assert [p.text for p in document.passages if p.kind == "comment"] == [
        "Half are lit.",
        "Oil is scarce.",
        "Wicks were bought.",
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
ROWS = st.lists(
    st.tuples(
        st.sampled_from(["4471", "4472", "4473"]),
        st.dates(datetime.date(1990, 1, 1), datetime.date(2030, 1, 1)),
        st.sampled_from(["", "awaiting-review", "Complete", "no further action needed", "in progress"]),
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


@settings(max_examples=300, deadline=None)
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
        expected = []
        for _, day, status, comment in (r for r in rows if r[0] == number):
            expected += [(day.isoformat(), "-".join(status.lower().split()))] if status else []
            expected += [(day.isoformat(), said(comment))] if said(comment) else []
        assert [(e.date, e.status or said(e.text)) for e in document.events if e.status or said(e.text)] == expected
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
