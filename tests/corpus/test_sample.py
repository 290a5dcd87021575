"""The sample documents are what their readme says, and parse to what a person reads in them."""

import re
from collections import Counter
from pathlib import Path

import pytest

from corpus.collection import load
from corpus.forces import load_forces
from corpus.model import Document, Source
from corpus.parsers.parse import parse
from corpus.readers.formats import read_bytes
from corpus.readers.reading import Limits
from corpus.text import normalise

SAMPLE = Path(__file__).parents[2] / "corpus" / "sample"

# key: kind, force, date, findings, events, first letters of the grades, status
SAMPLES = {
    "carrowdale-2016-legitimacy.txt": ("peel_assessment", "carrowdale", "2016", 8, 0, "R G G G", None),
    "carrowdale-2018.html": ("peel_assessment", "carrowdale", "2019-05-02", 10, 0, "I R G G R", None),
    "carrowdale/3479": ("register_record", "carrowdale", "2016-11-17", 1, 8, "", "complete"),
    "carrowdale/3807": ("register_record", "carrowdale", "2017-03-09", 1, 9, "", "complete"),
    "carrowdale/4281": ("register_record", "carrowdale", "2017-09-26", 2, 9, "", "being-progressed"),
    "carrowdale/4671": ("register_record", "carrowdale", "2018-02-15", 1, 7, "", "complete"),
    "carrowdale/5111": ("register_record", "carrowdale", "2018-06-12", 1, 9, "", "complete"),
    "carrowdale/5207": ("register_record", "carrowdale", "2018-07-05", 1, 7, "", "being-progressed"),
    "carrowdale/5702": ("register_record", "carrowdale", "2018-09-25", 1, 6, "", "being-progressed"),
    "carrowdale/5833": ("register_record", "carrowdale", "2019-01-24", 1, 8, "", "will-be-progressed"),
    "carrowdale/6195": ("register_record", "carrowdale", "2019-04-30", 1, 6, "", "being-progressed"),
    "ostrey-and-vale-2014-crime-data.txt": ("peel_assessment", "ostrey-and-vale", "2014", 5, 0, "R G", None),
    "ostrey-and-vale-2021.md": ("peel_assessment", "ostrey-and-vale", "2021", 8, 0, "A R R O A G A", None),
    "ostrey-and-vale/3494": ("register_record", "ostrey-and-vale", "2016-11-17", 1, 9, "", "being-progressed"),
    "ostrey-and-vale/3822": ("register_record", "ostrey-and-vale", "2017-03-09", 1, 9, "", "complete"),
    "ostrey-and-vale/4296": ("register_record", "ostrey-and-vale", "2017-09-26", 2, 9, "", "complete"),
    "ostrey-and-vale/4875": ("register_record", "ostrey-and-vale", "2017-12-14", 1, 8, "", "being-progressed"),
    "ostrey-and-vale/5126": ("register_record", "ostrey-and-vale", "2018-06-12", 1, 7, "", "being-progressed"),
    "ostrey-and-vale/5846": ("register_record", "ostrey-and-vale", "2019-01-24", 1, 8, "", "being-progressed"),
    "ostrey-and-vale/6210": ("register_record", "ostrey-and-vale", "2019-04-30", 1, 8, "", "complete"),
    "ostrey-and-vale/6415": ("register_record", "ostrey-and-vale", "2019-07-18", 1, 7, "", "no-further-action-needed"),
    "ostrey-and-vale/6421": ("register_record", "ostrey-and-vale", "2019-07-18", 1, 8, "", "complete"),
    "saltmere-2007-inspection.txt": ("inspection_report", "saltmere", "2007-11", 5, 0, "G F F P", None),
    "saltmere-2014-domestic-abuse.pdf": ("inspection_report", "saltmere", "2014-03-27", 9, 0, "", None),
    "saltmere/3488": ("register_record", "saltmere", "2016-11-17", 1, 8, "", "complete"),
    "saltmere/3816": ("register_record", "saltmere", "2017-03-09", 1, 9, "", "complete"),
    "saltmere/4290": ("register_record", "saltmere", "2017-09-26", 2, 7, "", "being-progressed"),
    "saltmere/4417": ("register_record", "saltmere", "2015-09-24", 1, 9, "", "no-further-action-needed"),
    "saltmere/4684": ("register_record", "saltmere", "2018-02-15", 1, 10, "", "being-progressed"),
    "saltmere/5120": ("register_record", "saltmere", "2018-06-12", 1, 9, "", "complete"),
    "saltmere/5219": ("register_record", "saltmere", "2018-07-05", 1, 8, "", "complete"),
    "saltmere/5561": ("register_record", "saltmere", "2018-11-08", 1, 9, "", "being-progressed"),
    "saltmere/6204": ("register_record", "saltmere", "2019-04-30", 1, 7, "", "being-progressed"),
    "wealdmarch-2015-vulnerability.docx": ("inspection_report", "wealdmarch", "2015-12-15", 9, 0, "", None),
    "wealdmarch-2017-effectiveness.txt": ("peel_assessment", "wealdmarch", "2017", 6, 0, "G R O", None),
    "wealdmarch/3501": ("register_record", "wealdmarch", "2016-11-17", 1, 8, "", "complete"),
    "wealdmarch/3829": ("register_record", "wealdmarch", "2017-03-09", 1, 7, "", "being-progressed"),
    "wealdmarch/4303": ("register_record", "wealdmarch", "2017-09-26", 2, 7, "", "complete"),
    "wealdmarch/5133": ("register_record", "wealdmarch", "2018-06-12", 1, 6, "", "being-progressed"),
    "wealdmarch/5238": ("register_record", "wealdmarch", "2018-07-05", 1, 8, "", "complete"),
    "wealdmarch/5460": ("register_record", "wealdmarch", "2018-09-25", 1, 7, "", "no-further-action-needed"),
    "wealdmarch/5572": ("register_record", "wealdmarch", "2018-11-08", 1, 9, "", "being-progressed"),
    "wealdmarch/6217": ("register_record", "wealdmarch", "2019-04-30", 1, 6, "", "being-progressed"),
    "wealdmarch/6588": ("register_record", "wealdmarch", "2019-09-26", 1, 8, "", "being-progressed"),
}  # fmt: skip


FORCES = {"saltmere", "wealdmarch", "carrowdale", "ostrey-and-vale"}


@pytest.fixture(scope="module")
def sample() -> dict[str, Document]:
    collection = load([str(SAMPLE)], load_forces(SAMPLE / "forces.toml"))
    return {document.key: document for document in collection.documents}


def test_the_sample_is_what_its_readme_says(sample: dict[str, Document]) -> None:
    assert set(sample) == set(SAMPLES)
    kinds = Counter(document.kind for document in sample.values())
    assert kinds == {"inspection_report": 3, "peel_assessment": 5, "register_record": 36}
    assert "Forty-four documents" in (SAMPLE / "README.md").read_text("utf-8")
    assert {document.force for document in sample.values()} == FORCES


@pytest.mark.parametrize("key", SAMPLES)
def test_sample_documents(sample: dict[str, Document], key: str) -> None:
    document = sample[key]
    assert (
        document.kind,
        document.force,
        document.date,
        len(document.findings),
        len(document.events),
        " ".join(grade.grade[0].upper() for grade in document.grades),
        next((f.status for f in document.findings if f.status), None),
    ) == SAMPLES[key]


def test_sample_recommendations_stand_in_their_sections_and_know_their_deadlines(sample: dict[str, Document]) -> None:
    report = sample["saltmere-2007-inspection.txt"]
    assert [f.number for f in report.findings] == ["1", "2", "3", "4", "5"]
    assert report.findings[2].deadline == "2008-04"
    document = sample["wealdmarch-2015-vulnerability.docx"]
    deadlines = [f.deadline for f in document.findings if f.kind == "recommendation"]
    assert deadlines == ["2016-03-31", "2016-06-15", "2015-12-15", "2016-03-15", "2016-09", "2016-01-15", "2016-06-30"]


def test_a_national_recommendation_reads_the_same_in_all_four_records(sample: dict[str, Document]) -> None:
    asked: dict[str, list[str]] = {}
    for document in sample.values():
        if re.search(r": recommendation \d$", document.title):
            text = next(f.text for f in document.findings if f.kind == "recommendation")
            asked.setdefault(document.title, []).append(normalise(text))
    assert len(asked) == 5
    assert all(len(texts) == 4 and len(set(texts)) == 1 for texts in asked.values())


def test_no_paragraph_of_the_sample_is_repeated_save_the_national_ones(sample: dict[str, Document]) -> None:
    counts = Counter(
        normalise(passage.text)
        for document in sample.values()
        for passage in document.passages
        if passage.kind == "comment" or (document.kind != "register_record" and passage.kind != "recommendation")
    )
    assert [text for text, count in counts.items() if count > 1 and len(text.split()) > 12] == []


@pytest.mark.parametrize("key", ["saltmere-2014-domestic-abuse.pdf", "wealdmarch-2015-vulnerability.docx"])
def test_the_set_documents_say_what_their_sources_say(sample: dict[str, Document], key: str) -> None:
    source = Path(__file__).parents[1] / "papers" / f"{key.split('.')[0]}.md"
    (text,) = read_bytes(source.read_bytes(), source.name, Limits()).texts
    written = parse(Source(key, key, text.text, "0", text.headings), load_forces(SAMPLE / "forces.toml"))
    assert [passage.text for passage in sample[key].passages] == [passage.text for passage in written.passages]
