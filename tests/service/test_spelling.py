"""A number, a reference, a compound and a name are found however a text or a query writes them."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from fakes import FakeEncoder, document

from service.answers.retrieve import encode
from service.contract.requests import SearchRequest
from service.contract.responses import Expansion
from service.engine import Engine
from service.memory.opened import Opened, open_for
from service.memory.spelling import Spelling
from service.memory.strength import Strength
from service.query.question import understand

TEXTS = {
    "money": "The force spent £1.5m on cars and £12,500 on tyres; 30% of them stood idle and 1,200 hours were lost.",
    "space": "Of the boats that were bought in that year, 3 400 hours went into the painting of their hulls alone.",
    "form": "The form is kept under 42/118823/19 and was last seen on the desk of the clerk in the year 2018/19.",
    "years": "In 2018 the clerk left, and 19 forms were found under a table in the yard some months after that day.",
    "hyphen": "Each multi-agency meeting is on a Monday, and the follow-up is left to whoever reads the e-mail first.",
    "open": "The multi agency plan is thin, and no follow up is done by the school, whose email is read by nobody.",
    "closed": "All multiagency audits have stopped since then, for want of people with the time to carry them out.",
    "camera": "The bodyworn camera of the sergeant was flat, so that nothing of the talk at the gate was recorded.",
    "town": "Patrols in Barking walk the market each evening and talk to the people who keep the stalls in it.",
    "dogs": "The barking of the dogs in the yard, which bark at night, keeps the handlers and the clerks awake.",
    "month": "The visit of May 2018 was put off for a week, because the road to the harbour was under deep water.",
    **{f"other{n}": f"Page {n} of the ledger lists ropes and tar in a hand that no clerk can read." for n in range(40)},
}
# The words alone decide: whatever is alike to the fake encoder.
PLAIN = Strength("", -6.0, 0.1, 8.0, 0.2, 0.4, 0.9)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory, publish: Callable[..., str]) -> Path:
    folder = tmp_path_factory.mktemp("spelling")
    publish(folder, tuple(document(key, [text]) for key, text in TEXTS.items()))
    return folder


@pytest.fixture(scope="module")
def engine(data: Path) -> Engine:
    return Engine(data, FakeEncoder(), strength=PLAIN)


@pytest.fixture(scope="module")
def opened(data: Path) -> Opened:
    return open_for(data, FakeEncoder(), PLAIN)


def good(engine: Engine, query: str) -> list[str]:
    """The texts that are a good match."""
    return [hit.document.title for hit in engine.search(SearchRequest(query=query)).results if hit.match == "good"]


def found(engine: Engine, query: str) -> tuple[str, list[str]]:
    """How well a query is answered, and by which of the texts, the best first."""
    answer = engine.search(SearchRequest(query=query))
    return answer.match, [hit.document.title for hit in answer.results]


@pytest.mark.parametrize(
    "query",
    ["£12,500", "12500", "£12500", "12.5k", "£12.5k", "1500000", "£1.5m", "1.5 million", "1,200 hours", "1200 hours"],
)
def test_a_number_is_found_in_every_spelling_and_is_a_good_match(engine: Engine, query: str) -> None:
    assert good(engine, query) == ["money"]


@pytest.mark.parametrize("query", ["30%", "30 %", "30 per cent", "30 percent"])
def test_a_share_is_found_in_every_spelling(engine: Engine, query: str) -> None:
    assert good(engine, query) == ["money"]


def test_thousands_behind_a_space_are_one_number(engine: Engine) -> None:
    assert found(engine, "3,400 hours")[1][0] == "space"
    assert found(engine, "3 400 hours")[1][0] == "space"
    assert found(engine, "1 200 hours")[1][0] == "money"


def test_a_reference_stands_whole(engine: Engine) -> None:
    assert found(engine, "42/118823/19") == ("good", ["form"])
    assert found(engine, "2018/19") == ("good", ["form"])
    assert found(engine, "118823/42")[0] == "none"


def test_a_number_with_the_words_around_it_is_good_where_it_stands_so(engine: Engine) -> None:
    match, titles = found(engine, "19 forms")
    assert (match, titles[0]) == ("good", "years")
    assert found(engine, "forms 19")[0] == "weak"


@pytest.mark.parametrize("query", ["multi-agency", "multi agency", "multiagency", "Multiagency"])
def test_a_compound_is_found_in_every_spelling(engine: Engine, query: str) -> None:
    assert set(found(engine, query)[1]) == {"hyphen", "open", "closed"}


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("followup", {"hyphen", "open"}),
        ("follow-up", {"hyphen", "open"}),
        ("e-mail", {"hyphen", "open"}),
        ("email", {"hyphen", "open"}),
        ("body-worn camera", {"camera"}),
        ("body worn camera", {"camera"}),
        ("bodyworn", {"camera"}),
    ],
)
def test_a_compound_that_is_written_one_way_is_found_in_the_others(
    engine: Engine, query: str, titles: set[str]
) -> None:
    assert titles <= set(found(engine, query)[1])


def test_a_compound_has_no_other_spelling_to_guess_and_is_told_once(engine: Engine) -> None:
    closed = engine.search(SearchRequest(query="followup"))
    assert closed.did_you_mean is None
    assert closed.expansions == [Expansion(typed="followup", to="follow up")]
    apart = engine.search(SearchRequest(query="multi agency audits", expand=True))
    assert [one.to for one in apart.expansions].count("multiagency") == 1


def test_another_spelling_is_not_encoded(opened: Opened) -> None:
    question = opened.words.occurring(understand("followup", opened.lexicon))
    assert [other.text for other in question.concepts[0].others] == ["follow up"]
    encoder = FakeEncoder()
    bare = replace(question, concepts=tuple(replace(concept, others=()) for concept in question.concepts))
    assert (encode(question, encoder) == encode(bare, encoder)).all()


def test_without_expansion_only_what_was_typed_counts(engine: Engine) -> None:
    answer = engine.search(SearchRequest(query="followup", expand=False))
    assert (answer.total, answer.expansions) == (0, [])


def test_a_word_that_is_cut_nowhere_is_still_guessed(opened: Opened) -> None:
    question = opened.words.occurring(understand("multiagncy", opened.lexicon))
    assert list(opened.spelling.guesses(question)) == [("multiagncy", "multiagency")]
    assert isinstance(opened.spelling, Spelling)


def test_a_name_that_is_a_common_word_goes_before_the_word(engine: Engine) -> None:
    assert found(engine, "patrols in Barking")[1][0] == "town"
    for query, first in (("Barking", "town"), ("barking", "dogs")):
        hits = engine.search(SearchRequest(query=query, explain=True)).results
        assert {hit.document.title for hit in hits} == {"town", "dogs"}
        assert max(hits, key=lambda hit: hit.explain.bm25).document.title == first


def test_a_month_that_is_a_common_word_names_something(engine: Engine, opened: Opened) -> None:
    assert [concept.shown for concept in understand("May 2018", opened.lexicon).concepts] == ["May", "2018"]
    assert [concept.shown for concept in understand("may they patrol", opened.lexicon).concepts] == ["patrol"]
    assert found(engine, "May 2018")[1][0] == "month"


def test_what_stands_in_another_spelling_is_marked_where_it_stands(engine: Engine) -> None:
    for query, marked in (("1500000", ["1.5m"]), ("30 per cent", ["30", "%"]), ("42/118823/19", ["42/118823/19"])):
        hit = next(hit for hit in engine.search(SearchRequest(query=query)).results if hit.match == "good")
        assert [hit.text[start:end] for start, end in hit.highlights] == marked


def test_words_that_join_others_name_nothing_and_a_term_keeps_them(opened: Opened) -> None:
    def named(query: str) -> list[str]:
        return [concept.shown for concept in understand(query, opened.lexicon).concepts]

    assert named("officers pulled off over there, again") == ["officers", "pulled"]
    assert "out of court" in " ".join(named("an out of court disposal"))
