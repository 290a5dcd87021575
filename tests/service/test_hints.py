"""What is offered beside an answer: filters that a query names, numbers of records, and a better spelling."""

import string

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from corpus.english import dictionary
from corpus.forces import load_forces
from corpus.vocabulary import Vocabulary, load_vocabulary
from indexer.lexical import make_analyzer
from service.contract.values import UNKNOWN
from service.memory.spelling import Spelling, corrected
from service.query.lexicon import Lexicon
from service.query.offers import numbers, suggested_filters
from service.query.question import clean, understand

FORCES = load_forces()
HELD = {
    "force": [force.slug for force in FORCES.all],
    "year": [str(year) for year in range(1999, 2027)],
    "finding": [
        *("recommendation", "area_for_improvement", "cause_of_concern", "strength", "work_in_progress"),
        *("developing_practice", "comment", "grade", UNKNOWN),
    ],
    "document_kind": ["inspection_report", "peel_assessment", "register_record", "other"],
    "status": ["awaiting-review", "will-be-progressed", "being-progressed", "complete", "no-further-action-needed"],
    "grade": ["outstanding", "good", "adequate", "requires improvement", "inadequate", "excellent", "fair", "poor"],
}
PLAIN = Lexicon(Vocabulary({}, {}), make_analyzer())
SHIPPED = Lexicon(load_vocabulary(), make_analyzer())
# Words of an invented index: none of them is English.
COUNTS = {"quorvane": 7, "brindlow": 4, "brindlon": 9, "zemmish": 3, "tolf": 2, "vexlimorant": 1}


def offered(query: str) -> dict[str, list[str]]:
    return suggested_filters(query, FORCES, HELD)


def guesses(query: str, counts: dict[str, int] | None = None, words: Lexicon = PLAIN) -> list[tuple[str, str]]:
    return list(Spelling(counts or COUNTS).guesses(understand(query, words)))


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("custody in Kent", ["kent"]),
        ("custody in Gwent", ["gwent"]),
        ("kent and gwent", ["kent", "gwent"]),
        ("Kentish Town, Wessex", []),
        ("the Met on searches", ["metropolitan"]),
        ("standards that have been met", []),
        ("Met the standard?", []),
        ("GMP and MPS", ["greater-manchester", "metropolitan"]),
        ("gmp and mps", []),
        ("Essex Police or Essex", ["essex"]),
        ("Kent and Essex Serious Crime Directorate", []),
    ],
)
def test_forces(query: str, expected: list[str]) -> None:
    assert offered(query).get("force", []) == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("custody 2016", ["2016"]),
        ("2016, 2018 and 2016", ["2016", "2018"]),
        ("(2016) custody in 2018.", ["2016", "2018"]),
        ("1999", ["1999"]),
        ("12,016 crimes", []),
        ("01/02/2016", []),
        ("2016/17", []),
        ("2016-17", []),
        ("2016-05-04", []),
        ("1.2016", []),
        ("20161", []),
        ("A2016", []),
        ("2016s", []),
        ("1066 and 2116", []),
    ],
)
def test_years(query: str, expected: list[str]) -> None:
    assert offered(query).get("year", []) == expected


@pytest.mark.parametrize(
    ("query", "facet", "expected"),
    [
        ("recommendations on custody", "finding", ["recommendation"]),
        ("Areas for improvement", "finding", ["area_for_improvement"]),
        ("AFIs", "finding", ["area_for_improvement"]),
        ("cause of concern", "finding", ["cause_of_concern"]),
        ("strengths", "finding", ["strength"]),
        ("work in progress", "finding", ["work_in_progress"]),
        ("promising practice", "finding", ["developing_practice"]),
        ("comments", "finding", ["comment"]),
        ("was graded", "finding", ["grade"]),
        ("recommended practice", "finding", []),
        ("concern about strengthening", "finding", []),
        ("inspection reports", "document_kind", ["inspection_report"]),
        ("PEEL 2018", "document_kind", ["peel_assessment"]),
        ("the register", "document_kind", ["register_record"]),
        ("registered sex offenders, peeled", "document_kind", []),
        ("awaiting review", "status", ["awaiting-review"]),
        ("will-be-progressed", "status", ["will-be-progressed"]),
        ("still open", "status", ["awaiting-review", "will-be-progressed", "being-progressed"]),
        ("recommendations closed in spring", "status", ["complete"]),
        ("closed in spring", "status", []),
        ("No further action", "status", ["no-further-action-needed"]),
        ("incomplete, enclosed", "status", []),
        ("requires improvement", "grade", ["requires improvement"]),
        ("rated Outstanding", "grade", ["outstanding"]),
        ("judged inadequate", "grade", ["inadequate"]),
        ("good at custody, poor records", "grade", []),
        ("graded goodness", "grade", []),
    ],
)
def test_kinds_statuses_and_grades(query: str, facet: str, expected: list[str]) -> None:
    assert offered(query).get(facet, []) == expected


def test_every_status_and_grade_is_offered_by_its_own_name() -> None:
    for status in HELD["status"]:
        assert status in offered(status)["status"]
        assert status in offered(status.replace("-", " "))["status"]
    for grade in HELD["grade"]:
        assert offered(f"graded {grade}")["grade"] == [grade]


def test_only_values_that_the_index_holds_are_offered() -> None:
    query = "recommendations for Kent in 2016, complete, graded good, in the register"
    assert offered(query).keys() == HELD.keys()
    assert suggested_filters(query, FORCES, {}) == {}
    assert suggested_filters(query, FORCES, {"force": ["gwent"], "year": ["2016", UNKNOWN]}) == {"year": ["2016"]}


@pytest.mark.parametrize("query", ["", "kennels", UNKNOWN, '"'])
def test_a_query_that_names_none_is_offered_none(query: str) -> None:
    assert offered(query) == {}


@given(st.text(max_size=40))
def test_what_is_offered_is_always_held(query: str) -> None:
    held = {"force": ["kent"], "year": ["2016"], "finding": ["comment"]}
    found = suggested_filters(f"{query} Kent 2016 comments", FORCES, held)
    assert all(values and set(values) <= set(held[facet]) for facet, values in found.items())


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("8837", ["8837"]),
        ("record 8837, 123 and 8837", ["8837", "123"]),
        ("(8837) or 104417.", ["8837", "104417"]),
        ("12 or 1234567", []),
        ("12,016 and 1.2345", []),
        ("8837.5, 8837,5", []),
        ("A8837, 8837b", []),
        ("", []),
    ],
)
def test_numbers_that_may_be_a_records(query: str, expected: list[str]) -> None:
    assert numbers(query) == expected


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("qourvane", "quorvane"),
        ("quorvnae", "quorvane"),
        ("quorvne", "quorvane"),
        ("quorvaane", "quorvane"),
        ("quorvame", "quorvane"),
        ("Quorvame", "quorvane"),
        ("QUORVAME", "quorvane"),
        ("quarvame", "quorvane"),
        ("zemish", "zemmish"),
        ("tofl", "tolf"),
        ("vexlmorrant", "vexlimorant"),
    ],
)
def test_a_slip_is_guessed(typed: str, meant: str) -> None:
    assert guesses(typed) == [(typed, meant)]


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("quorvane", "it is in the index"),
        ("Quorvane", "it is in the index"),
        ("uqorvane", "the first letter is wrong"),
        ("puorvane", "the first letter is wrong"),
        ("qaurvame", "that is three slips"),
        ("zammizh", "that is two slips in a word of seven letters"),
        ("tlf", "it has under four letters"),
        ("toxx", "that is two slips"),
        ("tofl2016", "it is no plain word"),
        ("", "it is no word"),
    ],
)
def test_no_guess(typed: str, why: str) -> None:
    assert guesses(typed) == [], why


def test_an_english_word_is_never_doubted() -> None:
    assert "golf" in dictionary()
    assert guesses("golf golfs", {"gulf": 9, "golfx": 9}) == []


@pytest.mark.parametrize("query", ['"quorvame"', "“the quorvame desk”"])
def test_a_quoted_phrase_is_never_doubted(query: str) -> None:
    assert guesses(query) == []


def test_a_word_of_the_vocabulary_is_never_doubted() -> None:
    assert "misper" not in dictionary()
    assert guesses("misper", {"mispen": 9}, SHIPPED) == []


def test_nearer_goes_before_frequent_and_frequent_before_the_alphabet() -> None:
    assert guesses("brindlox") == [("brindlox", "brindlon")]
    assert guesses("brindlowe") == [("brindlowe", "brindlow")]
    assert guesses("brindlox", {"brindlow": 4, "brindlon": 4}) == [("brindlox", "brindlon")]


def test_the_most_frequent_is_found_among_any_number_of_near_words() -> None:
    others = {f"{letter}lorq": 5 for letter in string.ascii_lowercase if letter != "z"}
    ends = {f"zlor{letter}": 5 for letter in string.ascii_lowercase if letter not in "qv"}
    assert guesses("zlorq", {**others, **ends, "zlorv": 6}) == [("zlorq", "zlorv")]


def test_each_doubtful_word_is_guessed_in_turn() -> None:
    query = "Did quorvame, at 2016 brindlo, patrol with zemmish?"
    assert guesses(query) == [("quorvame", "quorvane"), ("brindlo", "brindlon")]


def test_an_index_without_words_guesses_nothing() -> None:
    assert list(Spelling({}).guesses(understand("quorvame", PLAIN))) == []


@pytest.mark.parametrize(
    ("query", "found", "expected"),
    [
        ("Did Quorvame, (2016) pay?", [("Quorvame", "quorvane")], "Did quorvane, (2016) pay?"),
        ('brindlo "The Brindlo-Hedge"', [("brindlo", "brindlon")], 'brindlon "The Brindlo-Hedge"'),
        ("tofl tofl tofls xtofl", [("tofl", "tolf")], "tolf tolf tofls xtofl"),
        ("tofl or quorvame", [("tofl", "tolf"), ("quorvame", "quorvane")], "tolf or quorvane"),
        ("Tofl, TOFL", [("Tofl", "tolf")], "tolf, tolf"),
        ("tofl_tofl", [("tofl", "tolf")], "tolf_tolf"),
        ("tofl tolf", [("tofl", "tolf"), ("tolf", "golf")], "tolf golf"),
        ('tofl or “tofl” or "a tofl"', [("tofl", "tolf")], 'tolf or “tofl” or "a tofl"'),
        ("(a|b) [tofl] \\1", [], "(a|b) [tofl] \\1"),
        ("  tofl \n or  not", [], "tofl or not"),
    ],
)
def test_the_rest_of_a_corrected_query_is_as_it_was_typed(
    query: str, found: list[tuple[str, str]], expected: str
) -> None:
    assert corrected(query, found) == expected


PIECES = st.sampled_from([*COUNTS, "qourvane", "tofl", "Brindlo", '"', "Otter", "2016", "_", " "]) | st.text(max_size=4)


@given(st.lists(st.tuples(PIECES, st.sampled_from(["", " "])), max_size=8).map(lambda p: "".join(a + b for a, b in p)))
@example("tofl’s Brindlo")
@example('tofl2016 "tofl" otofl')
@example('tofl "a tofl')
def test_every_guess_is_of_the_index_and_changes_the_query(query: str) -> None:
    found = guesses(query)
    for word, near in found:
        assert word in clean(query)
        assert near in COUNTS
        assert near[0] == word[0].lower()
        assert corrected(query, [(word, near)]) != corrected(query, [])
