"""What the parsers make of real documents, as read by eye; skipped where the shared folder is not there."""

from pathlib import Path

import pytest

from corpus.collection import load
from corpus.forces import load_forces
from corpus.model import Document

SHARED = Path(__file__).parents[2].parent / "shared"

pytestmark = pytest.mark.filterwarnings("error")
needs_shared = pytest.mark.skipif(
    not (SHARED / "corpus").is_dir(),
    reason="the real documents are not shipped: no shared folder beside the repository",
)


@pytest.fixture(scope="module")
def real() -> dict[str, Document]:
    folders = [str(SHARED / "corpus"), str(SHARED / "corpus-restated")]
    return {
        Path(d.source).name.split("_")[0] if d.source.split("/")[-2] == "corpus" else Path(d.source).stem: d
        for d in load(folders, load_forces()).documents
    }


def question(document: Document, section: int | None) -> str:
    assert section is not None
    return document.sections[section][-1]


@needs_shared
def test_nothing_of_them_is_taken_for_garbled(real: dict[str, Document]) -> None:
    assert len(real) > 10
    assert [note for document in real.values() for note in document.notes if "garbled" in note] == []


@needs_shared
def test_report_003_is_whose_and_when(real: dict[str, Document]) -> None:
    document = real["003"]
    assert (document.kind, document.force, document.date) == ("inspection_report", "essex", "2007-10")
    assert document.title == "Essex Police – HMIC Inspection Report"


@needs_shared
def test_report_003_has_each_of_its_eleven_recommendations_once_where_it_belongs(real: dict[str, Document]) -> None:
    document = real["003"]
    people = "Protecting Vulnerable People – "
    areas = ["Neighbourhood Policing"] * 3 + ["Performance Management"] * 3
    areas += [f"{people}Domestic Violence"] * 3 + [f"{people}Public Protection", f"{people}Missing Persons"]
    assert [f.number for f in document.findings] == [str(number) for number in range(1, 12)]
    assert {f.kind for f in document.findings} == {"recommendation"}
    assert [document.sections[f.section][0] for f in document.findings] == areas
    assert all(f.text.startswith("That the ") for f in document.findings)
    met = [p.finding for p in document.passages if p.kind == "recommendation"]
    assert sorted(met, key=str) == sorted([*range(11), *range(11)], key=str)


@needs_shared
def test_report_003_has_six_grades_and_none_for_the_overview(real: dict[str, Document]) -> None:
    document = real["003"]
    stated = {grade.area: (grade.grade, tuple((grade.distribution or {}).values())) for grade in document.grades}
    assert stated == {
        "Neighbourhood Policing": ("fair", (6, 14, 21, 2)),
        "Performance management": ("good", (6, 29, 8, 0)),
        "Child abuse": ("good", (3, 17, 21, 2)),
        "Domestic violence": ("poor", (1, 13, 27, 2)),
        "Public protection": ("fair", (2, 16, 23, 2)),
        "Missing persons": ("fair", (1, 21, 21, 0)),
    }
    assert len(document.grades) == 6
    assert not [grade for grade in document.grades if "Overview" in question(document, grade.section)]


@needs_shared
def test_report_003_has_six_developing_practices(real: dict[str, Document]) -> None:
    document = real["003"]
    titles = {path[2] for path in document.sections if len(path) > 2 and path[1] == "Developing Practice"}
    assert len(titles) == 6
    assert {"Divisional training of community engagement", "Monthly performance improvement meeting"} <= titles


@needs_shared
def test_report_003_has_63_glossary_rows_as_printed(real: dict[str, Document]) -> None:
    entries = {entry.term: entry.meaning for entry in real["003"].glossary}
    assert len(real["003"].glossary) == 63
    assert entries["FIR"] == "force immigration room"


@needs_shared
def test_report_003_holds_no_running_header_and_its_sentences_are_whole(real: dict[str, Document]) -> None:
    texts = [passage.text for passage in real["003"].passages]
    assert not [text for text in texts if text == "October 2007" or " local October 2007" in text]
    assert sum(text.count("October 2007") for text in texts) == 0
    assert any("provides a framework for the local policing plan." in text for text in texts)
    assert any("a number of Neighbourhood Policing-related objectives" in text for text in texts)
    assert not [text for text in texts if text.endswith("; and 20")]


@needs_shared
def test_record_000_events_status_and_closing_words(real: dict[str, Document]) -> None:
    document = real["000"]
    assert (document.kind, document.force) == ("register_record", "essex")
    assert [(e.date, e.kind, e.status) for e in document.events] == [
        ("2018-03-22", "status", "awaiting-review"),
        ("2018-04-04", "status", "being-progressed"),
        ("2018-04-04", "comment", None),
        ("2018-08-24", "comment", None),
        ("2019-02-11", "comment", None),
        ("2019-06-04", "comment", None),
    ]
    assert document.events[-1].text.endswith("can be closed as complete.")
    (finding,) = document.findings
    assert (finding.number, finding.status, finding.status_date) == ("1", "being-progressed", "2018-04-04")
    assert (finding.deadline, finding.addressees) == ("2018-10", ("all-forces",))


@needs_shared
def test_record_000_strands_and_their_roman_items_come_apart(real: dict[str, Document]) -> None:
    document = real["000"]
    lead = next(i for i, p in enumerate(document.passages) if p.text.startswith("Assessment of ESX"))
    strands = {i: p.text for i, p in enumerate(document.passages) if p.parent == lead}
    assert list(strands.values()) == [
        "Engaging Communities",
        "Solving Problems",
        "Targeting Activity",
        "Promoting the right culture",
        "Building analytical capability",
        "Developing Officers Staff and Volunteers",
    ]
    items = {strand: [p.text for p in document.passages if p.parent == i] for i, strand in strands.items()}
    assert [len(found) for found in items.values()] == [3, 4, 2, 2, 2, 3]
    romans = [text for strand, found in items.items() if strand != "Promoting the right culture" for text in found]
    assert len(romans) == 14
    assert not [text for text in romans if text.startswith(("i", "v"))]
    assert any("(i.e.; involving landowners" in text for text in romans)


@needs_shared
def test_record_002_is_complete_and_named_by_its_owner_comment(real: dict[str, Document]) -> None:
    document = real["002"]
    assert (document.key, document.force, document.register_number) == ("west-midlands/8837", "west-midlands", "8837")
    assert len(document.events) == 7
    assert (document.findings[0].status, document.findings[0].status_date) == ("complete", "2019-01-04")
    assert [e.kind for e in document.events[-2:]] == ["comment", "status"]


@needs_shared
def test_page_004_questions_areas_for_improvement_and_stated_grades(real: dict[str, Document]) -> None:
    document = real["004"]
    assert (document.kind, document.force, document.date) == ("peel_assessment", "essex", "2016")
    questions = list(dict.fromkeys(h for path in document.sections for h in path if h.endswith("?")))
    assert len(questions) == 6
    assert questions[0] == "How effective is the force at keeping people safe and reducing crime?"
    assert [f.kind for f in document.findings] == ["area_for_improvement"] * 9
    assert document.findings[-1].text.startswith("The force should engage routinely with partner agencies")
    assert [(question(document, g.section), g.grade) for g in document.grades] == [
        (questions[1], "good"),
        (questions[2], "good"),
        (questions[5 - 1], "good"),
    ]
    assert "serious and organised crime" in questions[4]


# file: kind, force, date, register number, passages, findings, events, status, its date
RESTATED = {
    "peel2017_kent_effectiveness": ("peel_assessment", "kent", "2017", None, 14, 1, 0, None, None),
    "peel2018_avon_somerset_legitimacy": ("peel_assessment", "avon-and-somerset", "2018", None, 11, 2, 0, None, None),
    "reg_devon_and_cornwall_6989": ("register_record", None, "2017-02-09", None, 16, 1, 7, "complete", "2018-04-27"),
    "reg_force_essex_9443": ("register_record", None, "2019-04-10", "9443", 6, 2, 3, "being-progressed", "2019-06-04"),
    "reg_lancashire_8817": ("register_record", None, "2018-03-22", None, 11, 1, 3, "being-progressed", "2018-08-16"),
    "reg_theme_audit_7319": ("register_record", "merseyside", "2017-02-09", "7319", 9, 1, 8, "complete", "2018-05-17"),
    "reg_theme_cautions_5811": ("register_record", None, "2014-11-18", "5811", 7, 1, 5, "complete", "2018-05-18"),
    "reg_theme_scrutiny_3827": (
        "register_record", None, "2013-07-09", "3827", 3, 1, 3, "no-further-action-needed", "2016-09-30",
    ),
    "reg_theme_vetting_6129": (
        "register_record", None, "2016-12-08", "6129", 10, 1, 7, "being-progressed", "2018-01-29",
    ),
    "reg_west_midlands_8796": (
        "register_record", "west-midlands", "2017-03-02", "8796", 6, 2, 3, "being-progressed", "2018-05-08",
    ),
}  # fmt: skip


@needs_shared
@pytest.mark.parametrize("name", RESTATED)
def test_restated_documents(real: dict[str, Document], name: str) -> None:
    document = real[name]
    asked = next((f for f in document.findings if f.kind == "recommendation"), None)
    assert (
        document.kind,
        document.force,
        document.date,
        document.register_number,
        len(document.passages),
        len(document.findings),
        len(document.events),
        asked.status if asked else None,
        asked.status_date if asked else None,
    ) == RESTATED[name]


@needs_shared
def test_restated_pages_state_two_grades_each(real: dict[str, Document]) -> None:
    for name in ("peel2017_kent_effectiveness", "peel2018_avon_somerset_legitimacy"):
        assert [grade.grade for grade in real[name].grades] == ["good", "good"]


@needs_shared
def test_restated_record_8796_holds_three_parts_side_by_side(real: dict[str, Document]) -> None:
    document = real["reg_west_midlands_8796"]
    lead = next(i for i, p in enumerate(document.passages) if p.text.endswith("make sure that:"))
    assert len([p for p in document.passages if p.parent == lead]) == 3
