"""Pages that list recommendations with their statuses, and pages of several records of the register."""

from collections.abc import Sequence

import pytest
from reading import only, read, read_file

from corpus.model import Document, Source
from corpus.parsers.listing import records_of

COUNT = "The force should count every lamp on the quay before winter."
TELL = "The force should tell the harbour office which lamps are out."
TRAIN = "The force should train its wardens in the care of wicks."
ASKED = (COUNT, TELL, TRAIN)
STATUSES = ("Closed", "In progress", "Superseded by 2")
TOP = "Kent Police: recommendations tracker\n\nShowing 3 of 3\n\n"


def listed(document: Document) -> list[tuple[str | None, str, str | None, str | None]]:
    """Number, text, status and the printed word of each finding."""
    return [(f.number, f.text, f.status, f.status_word) for f in document.findings]


def entries(pattern: str, statuses: Sequence[str] = STATUSES) -> Document:
    """An index page on which each recommendation is printed by `pattern`."""
    made = zip((1, 2, 3), statuses, ASKED, strict=True)
    return read(TOP + "\n\n".join(pattern.format(n=n, status=s, text=t) for n, s, t in made))


# By lines


@pytest.mark.parametrize(
    ("pattern", "number"),
    [
        ("R-2022-{n}\n{status}\n{text}", "R-2022-{}"),
        ("R-2022-{n}\n\n{status}\n\nKent Police\n\n{text}", "R-2022-{}"),
        ("Rec {n}\n{status}\n{text}", "{}"),
        ("Recommendation {n}\n\nStatus: {status}\n\n{text}", "{}"),
        ("{status}\n\n{text}\n\nIssued 4 May 2022", ""),
    ],
)
def test_number_and_status_may_stand_above_what_is_asked(pattern: str, number: str) -> None:
    document = entries(pattern)
    assert document.kind == "register_record"
    assert listed(document) == [
        (number.format(n) or None, text, word.lower(), word)
        for n, text, word in zip((1, 2, 3), ASKED, STATUSES, strict=True)
    ]


@pytest.mark.parametrize(
    "pattern",
    [
        "{text}\n\n{status}",
        "{text}\n{status}\nIssued 4 May 2022",
        "{text}\n\nStatus: {status}\n",
        "{text}\n\n**{status}**",
    ],
)
def test_the_status_may_stand_below_what_is_asked(pattern: str) -> None:
    assert [(f.text, f.status) for f in entries(pattern).findings] == [
        (text, word.lower()) for text, word in zip(ASKED, STATUSES, strict=True)
    ]


def test_a_status_between_number_and_text_is_no_finding() -> None:
    document = entries("Rec {n}\n{status}\n{text}")
    assert len(document.findings) == 3
    assert [p.kind for p in document.passages if p.text in STATUSES] == ["context"] * 3


def test_statuses_are_kept_in_small_letters_as_printed() -> None:
    words = ("CLOSED BY HMICFRS", "Open – overdue", "Awaiting review")
    document = entries("{status}\n\n{text}", words)
    assert [(f.status, f.status_word, f.status_by) for f in document.findings] == [
        (word.lower(), word, None) for word in words
    ]


def test_the_day_by_which_it_is_due_stands_beside_it() -> None:
    document = entries("{status}\n{text}\nIssued 4 May 2022\nDue 10 May 2023")
    assert [(f.deadline, f.deadline_text) for f in document.findings] == [("2023-05-10", "10 May 2023")] * 3


def test_one_status_beside_one_recommendation_makes_no_list() -> None:
    document = read(f"Inspection of lamps in Kent\n\nRecommendation 1\n\n{COUNT}\n\nClosed\n")
    assert document.kind == "inspection_report"
    assert [f.text for f in document.findings] == [COUNT]


def test_findings_without_statuses_make_no_index_page() -> None:
    text = "Inspection of lamps in Kent\n\nRecommendations\n\n" + "\n\n".join(ASKED)
    document = read(text)
    assert document.kind == "inspection_report"
    assert {f.status for f in document.findings} == {None}


# By a table

ROWS = "".join(
    f"<tr><td>R{n}</td><td>{text}</td><td>4 May 2020</td><td>{word}</td></tr>"
    for n, text, word in zip((1, 2, 3), ASKED, STATUSES, strict=True)
)
TABLE = f"<table><tr><th>Ref</th><th>Recommendation</th><th>By when</th><th>Status</th></tr>{ROWS}</table>"


@pytest.mark.parametrize("title", ["Recommendations tracked: Kent Police", "Lamps of Kent Police"])
def test_a_table_with_a_status_for_each_is_a_list_of_recommendations(title: str) -> None:
    document = only(f"<!DOCTYPE html><html><body><main><h1>{title}</h1>{TABLE}</main></body></html>", "a.html")
    assert (document.kind, document.force) == ("register_record", "kent")
    assert listed(document) == [
        (f"R{n}", text, word.lower(), word) for n, text, word in zip((1, 2, 3), ASKED, STATUSES, strict=True)
    ]
    assert {f.deadline for f in document.findings} == {"2020-05-04"}


def test_a_table_in_a_report_that_nobody_gave_a_status_is_none() -> None:
    rows = "".join(f"<tr><td>{n}</td><td>{text}</td></tr>" for n, text in enumerate(ASKED, 1))
    table = f"<table><tr><th>No</th><th>Recommendation</th></tr>{rows}</table>"
    page = f"<main><h1>Inspection of lamps in Kent</h1><p>We inspected the quay.</p>{table}</main>"
    document = only(f"<!DOCTYPE html><html><body>{page}</body></html>", "a.html")
    assert document.kind == "inspection_report"
    assert [(f.number, f.text, f.status) for f in document.findings] == [
        (str(n), text, None) for n, text in enumerate(ASKED, 1)
    ]


# Several records on one page

EVENT = "[on]4 May 2018 [status]{status}[/status][/on][on]6 May 2018 [comment]Oil came.[/comment][/on]"


def records(*heads: str, above: str = "Recommendations for Kent Police\n\n") -> list[Document]:
    parts = [f"{head}\n\n{text}\n\n{EVENT.format(status='complete')}" for head, text in zip(heads, ASKED, strict=False)]
    return read_file(above + "\n\n".join(parts), "page.txt")


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("Lamps of the quay (4471)", "Wicks of the quay (4472)"),
        ("4471: Lamps of the quay", "4472: Wicks of the quay"),
        ("Recommendation 4471", "Recommendation 4472"),
        ("#4471 – Lamps", "#4472 – Wicks"),
        ("https://i.example/recommendation/kent/4471/", "https://i.example/recommendation/kent/4472/"),
    ],
)
def test_each_record_begins_at_the_line_with_its_register_number(one: str, two: str) -> None:
    found = records(one, two)
    assert [(d.key, d.register_number, d.force) for d in found] == [
        ("kent/4471", "4471", "kent"),
        ("kent/4472", "4472", "kent"),
    ]
    assert [[f.text for f in d.findings] for d in found] == [[COUNT], [TELL]]
    assert [[e.status or e.text for e in d.events] for d in found] == [["complete", "Oil came."]] * 2


def test_a_record_without_an_event_keeps_its_place_between_others() -> None:
    middle = f"4472: Wicks\n\n{TELL}\n\n"
    ends = [
        f"{n}: Lamps\n\n{text}\n\n{EVENT.format(status='complete')}\n\n" for n, text in ((4471, COUNT), (4473, TRAIN))
    ]
    found = read_file(f"Kent Police\n\n{ends[0]}{middle}{ends[1]}", "page.txt")
    assert [(d.register_number, [f.text for f in d.findings], len(d.events)) for d in found] == [
        ("4471", [COUNT], 2),
        ("4472", [TELL], 0),
        ("4473", [TRAIN], 2),
    ]


def test_a_list_of_contents_with_the_same_numbers_is_no_record() -> None:
    found = records("4471: Lamps", "4472: Wicks", above="Kent Police\n\n4471: Lamps\n4472: Wicks\n\n")
    assert [d.register_number for d in found] == ["4471", "4472"]


def test_a_comment_that_names_another_record_does_not_part_the_page() -> None:
    text = (
        f"4471: Lamps\n\n{COUNT}\n\n[on]4 May 2018 [status]complete[/status][/on][on]5 May 2018 [comment]See also:\n\n"
        "4472: Wicks\n\nwhich is done.[/comment][/on][on]6 May 2018 [comment]Oil.[/comment][/on]"
    )
    source = Source("a.txt", "a.txt", text, "0")
    assert records_of(source) == [source]


def test_a_report_is_never_parted() -> None:
    source = Source("a.txt", "a.txt", f"4471: Lamps\n\n{COUNT}\n\n4472: Wicks\n\n{TELL}", "0")
    assert records_of(source) == [source]
