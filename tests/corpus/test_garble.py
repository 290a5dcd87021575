"""Text that cannot be read is left out with a note, and readable text never is; compound recommendations come apart."""

from pathlib import Path

import pytest

from corpus.collection import load
from corpus.forces import load_forces
from corpus.garble import garbled
from corpus.model import Document, Source
from corpus.parsers.parse import parse

SAMPLE = Path(__file__).parents[2] / "corpus" / "sample"
FORCES = load_forces()
SPACED = "Po lic e f or c e a re as and th e ir bo un da ri es h av e be en re v ie w ed."
UNREADABLE = {
    SPACED: "letters set apart",
    "T h e f o r c e s h o u l d l i g h t its lamps.": "letters set apart",
    "The team found that the s ta ff w er e c on te nt with the lamps, and said so often.": "letters set apart",
    "TThhee ffoorrccee lliigghhttss iittss llaammppss.": "text printed twice",
    "The The force force lights lights its its lamps lamps.": "text printed twice",
    "The force lights its lamps at dusk.The force lights its lamps at dusk.": "text printed twice",
    "Each police service in and , with its lamps, was seen.": "words missing",
    "We spoke to , and found that lamps in . were lit by .": "words missing",
    "(cid:36)(cid:72)(cid:85) lamps (cid:3)": "letters that cannot be told",
    "7KH IRUFH OLJKWV LWV ODPSV DW GXVN DQG SXWV WKHP RXW DW GDZQ HYHU\\ GD\\ RI LW": "letters that cannot be told",
}  # fmt: skip
READABLE = (
    "Q1 Q2 Q3 Q4",
    "April 2017 – April 2018",
    "PC 1234, PC 5678",
    "£1.2m £1.4m £1.6m £2.0m",
    "Number Rate Number Rate Number Rate Number Rate",
    "Effectiveness\tGood\tGood\tGood\tGood\tGood\tGood\tGood\tGood",
    "Ds Lamb, Dc Moth, Dc Wick and Ds Reed interviewed the victim within the hour.",
    "It acted under section 3 (b), (c), (d) and (e) of the Act.",
    "See p. 4, p. 9, p. 12 and p. 30 of our report.",
    "Mae'r heddlu yn y de ac yn y gogledd yn gweithio gyda'r gymuned.",
    "BTP, CTP, DVPN, FGM, HBV, MSHT",
    "Rank: PC PS DC DS CC ACC DCC PCSO SC",
    "PC A, DC B, DI C, T/DCI D and Supt E met at HQ on 4 May.",
    "4h 30 / 1h 20, 5h 55 / 1h 45, 3h 10 / 1h 15: 15mg/100ml, 1p's and 2p's",
    "i. to go; ii. to be; iii. to do; iv. to see us, e.g. at No 4 St Jo's Rd, W1",
    "It was very, very good that that was so, and had had an effect, effect by effect.",
    "Grades: Good Good Fair Good",
    "What is it for ? The lamps , he said , were lit by us .",
    "Something to aim for. And so on; in and out, to and from.",
    "MARAC, DASH, DVPN, DVPO, DHR, HBV, FGM, FM, MSHT, NRM, PPN, PVP, CPS and RCPP",
)


@pytest.mark.parametrize("text", UNREADABLE)
def test_pitfall_29_text_that_cannot_be_read_is_known_by_its_form(text: str) -> None:
    assert garbled(text) == UNREADABLE[text]


@pytest.mark.parametrize("text", READABLE)
def test_odd_but_readable_text_stays(text: str) -> None:
    assert garbled(text) is None


def read(text: str) -> Document:
    return parse(Source("a.txt", "a.txt", text, "0", pages=(0,)), FORCES)


REPORT = "Kent Police – Inspection Report\n\nMay 2007\n\nCustody\n\nAreas for improvement\n\nThe cells are cold.\n\n"
RECORD = "Lamps (4471)\n\nRecommendation 1\n\nForces should light lamps.\n\n"


def test_an_unreadable_paragraph_is_left_out_and_noted() -> None:
    document = read(f"{REPORT}{SPACED}\n\nThe lamps are dim.\n")
    assert [p.text for p in document.passages] == ["The cells are cold.", "The lamps are dim."]
    assert document.notes == (
        "A paragraph on page 1 is garbled (letters set apart) and was left out: "
        "“Po lic e f or c e a re as and th e ir bo …”.",
    )
    comment = read(
        f"Lamps (4471)\n\nForces should light lamps.\n\n[on]4 May 2018 [comment]{SPACED}\n\nLit.[/comment][/on]"
    )
    assert [p.text for p in comment.passages if p.kind == "comment"] == ["Lit."]
    assert "garbled" in " ".join(comment.notes)


def test_a_document_of_nothing_else_is_skipped_with_the_reason(tmp_path: Path) -> None:
    (tmp_path / "copy.txt").write_text(f"{SPACED}\n\n{SPACED}\n", "utf-8")
    (tmp_path / "good.txt").write_text("Lamps burn on the quay.\n", "utf-8")
    collection = load([str(tmp_path)], FORCES)
    assert [document.key for document in collection.documents] == ["good.txt"]
    assert [entry.reason for entry in collection.skipped] == [
        "holds no passage of text: its text is garbled; get a better copy."
    ]


LISTED = ("heat cells;", "buy lamps; and", "count blankets.")


@pytest.mark.parametrize(
    "asked",
    [
        "That the force should: (a) heat cells; (b) buy lamps; and (c) count blankets.",
        "That the force should (i) heat cells; (ii) buy lamps; and (iii) count blankets.",
        "That the force should: 1) heat cells; 2) buy lamps; and 3) count blankets.",
        "That the force should: • heat cells; • buy lamps; and • count blankets.",
    ],
)
def test_pitfall_17_parts_of_a_recommendation_are_found_apart_under_one_parent(asked: str) -> None:
    record = f"Lamps (4471)\n\nRecommendation 1\n\n{asked}\n\n[on]4 May 2018 [status]complete[/status][/on]"
    for text in (record, f"{REPORT}RECOMMENDATION 1\n\n{asked}\n\nStrengths\n\nNone.\n"):
        document = read(text)
        [finding] = [f for f in document.findings if f.kind == "recommendation"]
        at = document.findings.index(finding)
        lead, *parts = [
            (i, p) for i, p in enumerate(document.passages) if p.finding == at and p.kind == "recommendation"
        ]
        assert tuple(p.text for _, p in parts) == LISTED
        assert {p.parent for _, p in parts} == {lead[0]}
        assert all(part in finding.text for part in LISTED)


def test_pitfall_17_bullets_joined_in_one_paragraph_are_one_recommendation() -> None:
    asked = (
        "• In order to keep warm, the force should heat. • To see it should buy lamps. • In addition, it should count."
    )
    document = read(f"{REPORT}RECOMMENDATION 1\n\n{asked}\n\nStrengths\n\nNone were seen.\n")
    assert [(f.kind, f.number) for f in document.findings] == [("recommendation", "1")]
    assert [p.finding for p in document.passages if p.kind == "recommendation"] == [0, 0, 0]
    assert document.passages[-1].finding is None


@pytest.mark.parametrize(
    "said",
    [
        "The force should act on our report (recommendation 1) and the review (recommendation 2) at once.",
        "It should comply with section 1 (a) and (b) of the Act.",
        "It should comply with section 1 (a), (b) and (c) of the Act.",
        "It should look at the first (phase 1), then at the second (phase 2).",
        "It has (a) lamps and (b) oil.",
        "The force should see section 4(b) and 4(c).",
        "They should do (b) and (c).",
    ],
)
def test_letters_in_brackets_elsewhere_are_left_alone(said: str) -> None:
    assert [p.text for p in read(f"{REPORT}{said}\n").passages][1:] == [said]
