"""What short forms stand for: spelled out in the text, in its glossary, in the vocabulary, or left open."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from fakes import document, passage
from hypothesis import given
from hypothesis import strategies as st

from corpus.acronyms import meanings, shorts_in, spelled_out
from corpus.model import Document, GlossaryEntry
from corpus.vocabulary import Sense, Vocabulary, load_vocabulary

SHIPPED = load_vocabulary()
NONE = Vocabulary({}, {})


def resolved(paper: Document, vocabulary: Vocabulary = SHIPPED) -> list[dict[str, str]]:
    return [dict(found) for found in meanings(paper, vocabulary)]


def first(*texts: str, **fields: object) -> dict[str, str]:
    """The meanings in the first passage of a paper with these passages."""
    return resolved(document("paper.txt", texts, **fields))[0]


def with_glossary(rows: dict[str, str], texts: Sequence[str]) -> Document:
    """A paper of these passages, the last a glossary with these rows."""
    listed = "; ".join(f"{term} {meaning}" for term, meaning in rows.items())
    paper = document("paper.txt", texts)
    glossary = passage("paper.txt", len(texts), listed, kind="glossary")
    return replace(
        paper,
        passages=(*paper.passages, glossary),
        glossary=tuple(GlossaryEntry(term, meaning, 0) for term, meaning in rows.items()),
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The force information room (FIR) rang.", {"FIR": "force information room"}),
        ("Two safer lane teams (SLTs) met.", {"SLT": "safer lane teams"}),
        ("the Office of Hedges and Ponds (OHP)", {"OHP": "office of hedges and ponds"}),
        ("the bureau of the river (BOTR)", {"BOTR": "bureau of the river"}),
        ("a multi-agency otter conference (MAOC)", {"MAOC": "multi agency otter conference"}),
        ("Staff of the anti-social badger unit (ASBU).", {"ASBU": "anti social badger unit"}),
        ("lamps, harness and rope (LHR)", {"LHR": "lamps harness and rope"}),
        ("the hedge desk (HD) and the otter patrol (OP)", {"HD": "hedge desk", "OP": "otter patrol"}),
        ("a hedge desk (HD); later a heron diary (HD)", {"HD": "hedge desk"}),
        ("the hedge and lane unit (H&LU)", {"H&LU": "hedge and lane unit"}),
    ],
)
def test_a_form_that_is_spelled_out(text: str, expected: dict[str, str]) -> None:
    assert spelled_out(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "The otter desk (FIR) rang.",
        "force information (FIR)",
        "room information force (FIR)",
        "the force information room was busy (FIR)",
        "It is a force. Information room (FIR)",
        "force; information room (FIR)",
        "the force information room FIR",
        "the force information room (fir)",
        "the force information room (see FIR)",
        "of information room (OIR)",
        "Three (T)",
        "(FIR) force information room",
        "",
    ],
)
def test_a_form_that_is_not_spelled_out(text: str) -> None:
    assert spelled_out(text) == {}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("FCR and PCSOs; the FCR's PND", ["FCR", "PCSO", "FCR", "PND"]),
        ("The FCRX, aFCR, fcr, Fcr, FCR2", []),
        ("FCR/PND, a DV-trained officer, PPU+CID, the A&E desk", ["FCR", "PND", "DV", "PPU", "CID", "A&E"]),
        ("A&E/CID–PPU", ["A&E", "CID", "PPU"]),
        ("(FCR), “PND”: PND- or -FCR", ["FCR", "PND", "PND", "FCR"]),
        ("CPS, CPs", ["CPS", "CP"]),
        ("keep pace with arms, a dash, a cop", []),
    ],
)
def test_short_forms_are_words_of_their_own(text: str, expected: list[str]) -> None:
    assert list(shorts_in(text, SHIPPED.senses)) == expected


def test_a_spelled_out_form_holds_for_the_whole_document_against_all_others() -> None:
    paper = with_glossary({"FCR": "ferret care register"}, ["The FCR is late.", "A fence change request (FCR) came."])
    assert [found["FCR"] for found in resolved(paper)] == ["fence change request"] * 3


@pytest.mark.parametrize(
    ("short", "wrong", "body", "right"),
    [
        ("FIR", "force immigration room", "Calls go to the force information room.", "force information room"),
        (
            "NSO",
            "neighbourhood specialist office",
            "A neighbourhood specialist officer.",
            "neighbourhood specialist officer",
        ),
    ],
)
def test_a_glossary_is_overruled_by_the_words_of_the_body(short: str, wrong: str, body: str, right: str) -> None:
    paper = with_glossary({short: wrong}, [f"The {short} is busy.", body])
    assert resolved(paper)[0] == {short: right}


def test_a_glossary_is_overruled_by_a_form_that_the_body_spells_out() -> None:
    paper = with_glossary({"QZR": "quarry zebra room"}, ["The QZR is busy.", "Ask the quarry zone room (QZR)."])
    assert resolved(paper, NONE)[0] == {"QZR": "quarry zone room"}


def test_a_glossary_does_not_bear_itself_out() -> None:
    rows = {"FIR": "force immigration room"}
    paper = with_glossary(rows, ["The FIR is busy.", "The force information room rang."])
    assert resolved(paper)[-1] == {"FIR": "force information room"}


def test_a_glossary_goes_before_the_vocabulary_where_the_body_uses_neither_or_both() -> None:
    rows = {"FCR": "ferret care register"}
    assert resolved(with_glossary(rows, ["The FCR takes calls."]))[0] == {"FCR": "ferret care register"}
    both = "A ferret care register is no force control room."
    assert resolved(with_glossary(rows, ["The FCR takes calls.", both]))[0] == {"FCR": "ferret care register"}


@pytest.mark.parametrize(
    ("text", "short", "expected"),
    [
        ("The FCR grades each call from a caller.", "FCR", "force control room"),
        ("Each call to the FCR is late.", "FCR", "force control room"),
        ("The FCR has an audit of crime recording.", "FCR", "force crime registrar"),
        ("The FCR audits records.", "FCR", "force crime registrar"),
        ("Officers search PND for intelligence.", "PND", "Police National Database"),
        ("A PND is a penalty, as a caution is.", "PND", "penalty notice for disorder"),
        ("PNDs, cautions and fines", "PND", "penalty notice for disorder"),
        ("No AA came to the custody interview.", "AA", "appropriate adult"),
        ("AA is done with activity codes for costing.", "AA", "activity analysis"),
        ("The CP plan of the child", "CP", "child protection"),
    ],
)
def test_words_in_the_passage_tell_two_senses_apart(text: str, short: str, expected: str) -> None:
    assert first(text)[short] == expected


def test_the_passages_place_counts_as_the_passage_does() -> None:
    assert first("The FCR is late.", sections=(("Crime recording",),)) == {"FCR": "force crime registrar"}
    assert first("The FCR is late.", title="Calls and operators") == {"FCR": "force control room"}
    paper = document("paper.txt", ["Operators take calls:", "the FCR is late."])
    lead, item = paper.passages
    assert resolved(replace(paper, passages=(lead, replace(item, parent=0))))[1] == {"FCR": "force control room"}


def test_the_document_tells_where_the_passage_does_not() -> None:
    calls = "An operator grades each incident."
    assert first("The FCR is late.", calls) == {"FCR": "force control room"}
    assert first("The FCR is late.", "Crime audits are good.") == {"FCR": "force crime registrar"}
    assert first("The FCR has an audit.", calls, calls) == {"FCR": "force crime registrar"}


@pytest.mark.parametrize("text", ["The FCR is late.", "The PND is late.", "The AA is late."])
def test_what_nothing_tells_apart_is_left_open(text: str) -> None:
    assert first(text) == {}


def test_a_tie_in_the_passage_and_in_the_document_is_left_open() -> None:
    two = Vocabulary(
        {"QZ": (Sense("QZ", "quarry zone", frozenset({"rope"})), Sense("QZ", "quiet zoo", frozenset({"otter"})))}, {}
    )
    assert resolved(document("paper.txt", ["QZ: rope and otter", "rope"]), two) == [{"QZ": "quarry zone"}, {}]
    assert resolved(document("paper.txt", ["QZ: rope and otter"]), two) == [{}]


def test_each_short_form_once_in_the_order_of_the_text() -> None:
    paper = document("paper.txt", ["PCSOs met the CPS; a PCSO and the BCU"])
    assert [short for short, _ in meanings(paper, SHIPPED)[0]] == ["PCSO", "CPS", "BCU"]


def test_a_passage_without_short_forms_has_no_meanings() -> None:
    assert meanings(document("paper.txt", ["Nothing short here.", "The BCU met."]), SHIPPED) == [
        (),
        (("BCU", "basic command unit"),),
    ]


PIECES = st.sampled_from([*SHIPPED.senses, "FCRs", "force control room (FCR)", "crime", "call", "and", "(", ")", "\n"])
TEXTS = st.lists(PIECES | st.text(max_size=5), max_size=12).map(" ".join) | st.text(max_size=60)


@given(st.lists(TEXTS, max_size=4), st.dictionaries(st.sampled_from(["FCR", "Q Z", "", "the"]), TEXTS, max_size=3))
def test_meanings_are_of_short_forms_that_stand_in_the_passage(texts: list[str], rows: dict[str, str]) -> None:
    paper = with_glossary(rows, texts)
    found = meanings(paper, SHIPPED)
    assert len(found) == len(paper.passages)
    for held, known in zip(paper.passages, found, strict=True):
        shorts = [short for short, _ in known]
        assert len(set(shorts)) == len(shorts)
        assert all(short in held.text for short in shorts)


@given(TEXTS)
def test_what_is_spelled_out_stands_before_its_short_form(text: str) -> None:
    for short, means in spelled_out(text).items():
        before = text[: text.rindex(f"({short}")].lower()
        assert [word for word in means.split() if word not in before] == []
        assert means[0] == short[0].lower()
