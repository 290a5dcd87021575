"""Terms found in texts: plural, hyphenated, and short forms as capitals only."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.taxonomy import load_taxonomy
from models.terms import Terms


def count(term: str, text: str) -> int:
    return int(Terms(((term,),)).counts([text])[0, 0])


@pytest.mark.parametrize(
    ("term", "text", "found"),
    [
        ("victim", "The victims were told.", 1),
        ("victims", "The victim was told.", 1),
        ("victim", "The VICTIM was told.", 1),
        ("victim", "The victim's view, the victim’s view, victims' views.", 3),
        ("victim", "Victimisation.", 0),
        ("vacancy", "Many vacancies.", 1),
        ("vacancies", "One vacancy.", 1),
        ("cost", "It costs; the cost.", 2),
        ("gas", "gas", 1),
        ("gas", "ga", 0),
        ("process", "The process.", 1),
        ("process", "The proces.", 0),
        ("anti-social behaviour", "anti social behaviour", 1),
        ("anti social behaviour", "Anti-social\nbehaviours", 1),
        ("anti-social behaviour", "anti behaviour social", 0),
        ("missing person", "missing persons", 1),
        ("missing person", "a person missing", 0),
        ("missing person", "missing", 0),
        ("victims' code", "the victims' code", 1),
        ("999", "calls to 999.", 1),
        ("999", "9990", 0),
        ("café", "Cafés", 1),
    ],
)
def test_words_of_a_term(term: str, text: str, found: int) -> None:
    assert count(term, text) == found


@pytest.mark.parametrize(
    ("term", "text", "found"),
    [
        ("MET", "They met.", 0),
        ("MET", "Met officers", 0),
        ("MET", "the MET said", 1),
        ("MARAC", "marac", 0),
        ("MARAC", "MARACs", 1),
        ("MARAC", "the MARAC's work", 1),
        ("PCSO", "PCSOs and a PCSO", 2),
        ("PIP2", "pip2", 0),
        ("PIP2", "PIP2", 1),
        ("operation SARA", "Operation SARA", 1),
        ("operation SARA", "operation Sara", 0),
        ("class A drug", "Class A drugs", 1),
        ("class A drug", "class a drugs", 1),
        ("Operation", "operation", 1),
        ("met", "MET", 1),
    ],
)
def test_short_forms_are_capitals(term: str, text: str, found: int) -> None:
    assert count(term, text) == found


def test_counts_are_by_text_and_by_label() -> None:
    terms = Terms((("victim", "code of practice"), (), ("practice", "MET")))
    found = terms.counts(["A victim, another victim, and the code of practice", "", "met at practice by the MET"])
    assert found.dtype == np.float32
    assert found.tolist() == [[3, 0, 1], [0, 0, 0], [0, 0, 2]]


def test_a_term_may_belong_to_two_labels_and_a_long_one_holds_a_short_one() -> None:
    assert Terms((("hate",), ("hate", "hate crime"))).counts(["Hate crimes."]).tolist() == [[1, 2]]


def test_the_same_term_written_twice_counts_once() -> None:
    assert count("problem solving", "problem-solving") == 1
    assert Terms((("problem solving", "problem-solving"),)).counts(["problem solving"]).tolist() == [[1]]


def test_terms_without_a_word_and_labels_without_terms_find_nothing() -> None:
    assert Terms((("-", " ", "!"), ())).counts(["- ! -", ""]).tolist() == [[0, 0], [0, 0]]
    assert Terms(()).counts(["a text"]).shape == (1, 0)
    assert Terms((("a",),)).counts([]).shape == (0, 1)


def test_every_shipped_term_is_found_in_itself_by_its_own_theme() -> None:
    themes = load_taxonomy().themes
    terms = Terms(tuple(theme.terms for theme in themes))
    for row, theme in enumerate(themes):
        assert [term for term in theme.terms if terms.counts([term])[0, row] < 1] == []


WRITTEN = st.text(alphabet=st.one_of(st.characters(), st.sampled_from("sSieyA'’-_ \n"))) | st.sampled_from(
    ["İ", "s's", "IES", "ies", "'s", "ſs", "ßs"]
)


@given(st.lists(st.lists(WRITTEN, max_size=4).map(tuple), max_size=3).map(tuple), st.lists(WRITTEN, max_size=4))
def test_whatever_is_written_it_counts(of_labels: tuple[tuple[str, ...], ...], texts: list[str]) -> None:
    found = Terms(of_labels).counts(texts)
    assert found.shape == (len(texts), len(of_labels))
    assert (found >= 0).all()


@given(st.lists(WRITTEN, min_size=1, max_size=4))
def test_a_term_with_a_word_is_found_in_itself(words: list[str]) -> None:
    text = " ".join(words)
    empty = not Terms(((text,),))._known
    assert (count(text, text) > 0) is not empty
