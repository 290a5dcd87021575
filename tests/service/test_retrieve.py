"""From a question to the match set: its words, its meaning, and how the strength of a match is judged and fitted."""

import json
import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from fakes import FakeEncoder, document, fitted
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from corpus.model import GlossaryEntry
from corpus.vocabulary import Sense, Vocabulary
from indexer.lexical import make_analyzer
from models.encoder import Encoder
from service.answers.retrieve import (
    DENSE_WEIGHT,
    ENCODED_OTHERS,
    FULL_BM25,
    Retrieved,
    best_of_folds,
    candidates,
    encode,
    everything,
    nearest,
    retrieve,
)
from service.cli import common
from service.cli.doctor import examine
from service.cli.main import main
from service.cli.terminal import calibration_lines
from service.contract.requests import SearchRequest
from service.contract.service_errors import StrengthError
from service.engine import Engine
from service.evaluation.calibrate import GOOD, MEMBER, MISSED, Asked, Calibration, fit
from service.memory.facets import SHORT, substance_of
from service.memory.opened import Opened, open_for
from service.memory.strength import (
    SEARCH,
    SIMILAR,
    TYPICAL,
    Strength,
    calibrated,
    load_strength,
    luck,
    own_strength,
    save_strength,
    shipped_strength,
)
from service.memory.word_index import LEAST, MORE, Held
from service.query.lexicon import OTHER, Lexicon
from service.query.question import Question, understand

LANTERN, BOTH, WICK, OIL_LAMP, OIL, WARDEN, NEW, SHORT_FORM, SPELLED = range(9)  # places, in the order of the texts
TEXTS = (
    "Every lantern on the northern pier is checked by the warden at dusk and once more at dawn.",
    "A lantern without its wick is of no more use to a boat than the moon behind a cloud.",
    "Each wick is trimmed at dusk by whoever happens to pass the store with a pair of scissors.",
    "One oil lamp burns on the quay through the night, and nobody has been told to fill it.",
    "The oil that the lamp needs is dear, and the trap that catches moths by the tide is dearer.",
    "The warden counts the boats that come in after dark and writes their number in a book.",
    "New warden.",
    "The TWC rows out whenever a boat is seen to drift, and has done so for forty years now.",
    "Quay lamp duty falls to whoever drew the shortest straw on the first Monday of the month.",
    *(
        f"Page {page} of the ledger lists ropes, sails and tar in a hand that nobody can read now."
        for page in range(60)
    ),
)
VOCABULARY = Vocabulary(
    {"QLD": (Sense("QLD", "quay lamp duty"),), "XQD": (Sense("XQD", "extra quiet day"),)},
    {
        "lantern": ("wick", "oil lamp", "moth trap", "zeppelin"),
        "XQD": ("day off",),
        "pier": ("quay", "dawn", "dusk"),
        "page": ("moon",),
    },
)
LEXICON = Lexicon(VOCABULARY, make_analyzer())
# On the fake encoder a text shares words with a question or its cosine is about 0.
PLAIN = Strength("", -3.0, 4.0, 4.0, 0.2, 0.4, 0.7)


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory, publish: Callable[..., str]) -> Opened:
    """Papers of one passage; a glossary says what TWC stands for."""
    data = tmp_path_factory.mktemp("words")
    glossary = {SHORT_FORM: (GlossaryEntry("TWC", "tide water crew", 0),)}
    papers = [document(f"p{i:02}", [text], glossary=glossary.get(i - 1, ())) for i, text in enumerate(TEXTS, start=1)]
    publish(data, tuple(papers))
    return open_for(data, FakeEncoder(), PLAIN)


def asked(opened: Opened, query: str, *, expand: bool = True) -> Question:
    return opened.words.occurring(understand(query, LEXICON, expand=expand))


def held(opened: Opened, query: str, *, expand: bool = True) -> Held:
    return opened.words.held(asked(opened, query, expand=expand), opened.columns.ids)


def found(opened: Opened, query: str, strength: Strength = PLAIN) -> Retrieved:
    question = asked(opened, query)
    vector = encode(question, FakeEncoder())
    looked_at = candidates(opened, question, vector)
    return retrieve(opened, question, vector, looked_at, np.ones(len(looked_at.ids), np.bool_), strength)


def places(mask: Any) -> list[int]:
    return [int(place) for place in np.flatnonzero(mask)]


def rarity(opened: Opened, word: str) -> float:
    return opened.words.rarities(LEXICON.stems(word))[LEXICON.stems(word)[0]]


# Words.


def test_a_word_is_as_rare_as_bm25_has_it(opened: Opened) -> None:
    total = len(TEXTS)
    for word, holding in (("warden", 3), ("lantern", 2), ("zyzzyva", 0)):
        assert rarity(opened, word) == pytest.approx(math.log(1 + (total - holding + 0.5) / (holding + 0.5)))


def test_coverage_is_1_where_all_concepts_stand_and_else_a_share_by_rarity(opened: Opened) -> None:
    lantern, warden = rarity(opened, "lantern"), rarity(opened, "warden")
    coverage = held(opened, "who is the warden of the lantern").coverage
    assert coverage[LANTERN] == pytest.approx(1, abs=1e-6)
    assert coverage[WARDEN] == pytest.approx(warden / (lantern + warden), abs=1e-6)
    assert coverage[BOTH] == pytest.approx(lantern / (lantern + warden), abs=1e-6)
    assert places(coverage) == [LANTERN, BOTH, WICK, OIL_LAMP, WARDEN, NEW]


def test_a_word_of_the_vocabulary_counts_its_share_once(opened: Opened) -> None:
    coverage = held(opened, "lantern").coverage
    assert_allclose(coverage[[WICK, OIL_LAMP]], OTHER, atol=1e-6)
    assert coverage[BOTH] == pytest.approx(1, abs=1e-6)  # it has both "lantern" and "wick"
    assert coverage[OIL] == 0  # its "oil" and "lamp" do not stand together
    assert places(held(opened, "lantern", expand=False).coverage) == [LANTERN, BOTH]


def test_other_words_score_their_share_of_what_they_score_when_typed(opened: Opened) -> None:
    lantern, wick = held(opened, "lantern").bm25, held(opened, "wick").bm25
    typed = held(opened, "lantern", expand=False).bm25
    assert lantern[WICK] == pytest.approx(OTHER * wick[WICK], rel=1e-5)
    assert lantern[BOTH] == pytest.approx(max(typed[BOTH], OTHER * wick[BOTH]), rel=1e-5)


def test_other_words_count_for_little_beside_a_word_that_stands_nearly_everywhere(opened: Opened) -> None:
    common, rare = rarity(opened, "page"), rarity(opened, "moon")
    assert MORE * common < rare
    full = OTHER * held(opened, "moon").bm25[BOTH] * MORE * common / rare
    assert held(opened, "page").bm25[BOTH] == pytest.approx(full, rel=1e-5)


def test_a_word_that_occurs_nowhere_counts_as_missing(opened: Opened) -> None:
    warden, unknown = rarity(opened, "warden"), rarity(opened, "zyzzyva")
    both = held(opened, "warden zyzzyva")
    assert both.coverage[WARDEN] == pytest.approx(warden / (warden + unknown), abs=1e-6)
    assert (both.bound, both.words) == (pytest.approx(warden + unknown), 2)
    nothing = held(opened, "zyzzyva")
    assert not nothing.coverage.any()
    assert not nothing.bm25.any()


def test_a_word_that_stands_nearly_everywhere_is_little_of_an_answer(opened: Opened) -> None:
    ledger, least = rarity(opened, "ledger"), LEAST * rarity(opened, "zyzzyva")
    assert ledger < least < rarity(opened, "warden")
    alone = held(opened, "ledger")
    assert alone.share[-1] == pytest.approx(1, abs=1e-6)
    assert alone.coverage[-1] == pytest.approx(ledger / least, abs=1e-6)


def test_a_word_typed_again_counts_again(opened: Opened) -> None:
    once, twice = held(opened, "warden lantern"), held(opened, "warden lantern warden")
    lantern, warden = rarity(opened, "lantern"), rarity(opened, "warden")
    assert twice.bound == pytest.approx(once.bound + warden)
    assert twice.coverage[WARDEN] == pytest.approx(2 * warden / (2 * warden + lantern), abs=1e-6)
    assert twice.bm25[WARDEN] == pytest.approx(2 * once.bm25[WARDEN], rel=1e-5)
    assert_allclose(found(opened, "warden lantern " * 3).lexical, found(opened, "warden lantern").lexical, rtol=1e-5)


def test_a_phrase_stands_in_the_text_word_by_word(opened: Opened) -> None:
    assert places(held(opened, '"oil lamp"').phrases) == [OIL_LAMP]
    assert places(held(opened, '"oil lamp" "the lamp"').phrases) == []
    assert places(held(opened, '"p04"').phrases) == []  # a title
    assert held(opened, "oil lamp").phrases.all()
    assert held(opened, '"tide water crew"').phrases.any() == np.False_  # it is what TWC stands for, not what is said


def test_other_words_that_do_not_occur_are_left_out_and_meanings_stay(opened: Opened) -> None:
    (lantern,) = asked(opened, "lantern").concepts
    assert [other.text for other in lantern.others] == ["wick", "oil lamp"]  # "moth" and "trap" are apart
    (short,) = asked(opened, "XQD").concepts
    assert [(other.text, other.meaning) for other in short.others] == [("extra quiet day", True)]


def test_a_short_form_and_its_words_find_each_other(opened: Opened) -> None:
    assert places(held(opened, "QLD").coverage) == [SPELLED]
    spelled = held(opened, "tide water crew")
    assert spelled.coverage[SHORT_FORM] == pytest.approx(OTHER, abs=1e-6)
    assert spelled.coverage.argmax() == SHORT_FORM
    assert held(opened, "tide water crew", expand=False).coverage[SHORT_FORM] == 0
    assert found(opened, "tide water crew").members[SHORT_FORM]
    assert found(opened, "QLD").members[SPELLED]


# Scores and the match set.


@pytest.mark.parametrize("query", ["warden of the lantern", "oil", '"oil lamp" dusk', "zyzzyva", "warden warden moon"])
def test_the_score_is_what_its_explanation_says(opened: Opened, query: str) -> None:
    one, words = found(opened, query), held(opened, query)
    vector = encode(asked(opened, query), FakeEncoder())
    mean, best = float((opened.generation.reference @ vector).mean()), one.cosine.max()
    assert_allclose(one.dense, np.clip((one.cosine - mean) / (best - mean), 0, 1), atol=1e-6)
    assert one.dense.max() == pytest.approx(1)
    assert_allclose(one.lexical, words.bm25 / (FULL_BM25 * words.bound / words.words**0.5), rtol=1e-6)
    fused = substance_of(opened.columns.content[1:]) * (DENSE_WEIGHT * one.dense + (1 - DENSE_WEIGHT) * one.lexical)
    assert_allclose(one.score, fused, atol=1e-6)
    chance = luck(float((opened.generation.reference @ vector).std()), len(TEXTS))
    likely = PLAIN.evidence(substance_of(opened.columns.content[1:]) * one.cosine - chance, one.coverage)
    assert_allclose(one.evidence, likely)


def test_a_short_passage_counts_less(opened: Opened) -> None:
    worth = substance_of(np.array([0, 1, 3, SHORT - 1, SHORT, 10 * SHORT]))
    assert list(worth) == sorted(worth)
    assert (worth[0], worth[-2], worth[-1]) == (0, 1, 1)
    one = found(opened, "warden")
    assert one.cosine[NEW] > one.cosine[WARDEN]
    assert one.bm25[NEW] > one.bm25[WARDEN]
    assert one.score[NEW] < DENSE_WEIGHT * one.dense[NEW] + (1 - DENSE_WEIGHT) * one.lexical[NEW]
    assert substance_of(opened.columns.content[1:])[NEW] < substance_of(opened.columns.content[1:])[WARDEN]


def test_an_empty_question_finds_everything_that_exists() -> None:
    one = everything(np.array([3, 7]))
    assert (places(one.members), places(one.good), list(one.score)) == ([0, 1], [0, 1], [0, 0])
    assert one.complete


@pytest.mark.parametrize("query", ["?!", "… – ()", '""', "\U0001f600"])
def test_punctuation_finds_nothing_and_still_has_something_nearest(opened: Opened, query: str) -> None:
    sure = replace(PLAIN, intercept=50.0)
    one = found(opened, query, sure)
    assert not asked(opened, query).empty
    assert one.evidence.min() > sure.good
    assert not one.members.any()
    assert len(set(one.score)) > 1


def test_where_nothing_is_likely_enough_nothing_is_found(opened: Opened) -> None:
    question = "warden dusk zeppelin"  # no passage holds all of it
    likely = found(opened, question).evidence
    weak = float(likely.max()) + 1e-6
    assert (likely >= PLAIN.member).any()
    none = found(opened, question, replace(PLAIN, weak=weak, good=1.0))
    assert not none.members.any()
    assert not none.good.any()


def test_what_holds_all_that_is_asked_for_is_found_however_unlike_it_is(opened: Opened) -> None:
    unlikely = replace(PLAIN, intercept=-50.0)
    holding = found(opened, "warden", unlikely)
    assert holding.members.any()
    assert not holding.good.any()
    assert_allclose(holding.evidence[holding.members], unlikely.weak)
    assert not found(opened, "warden zeppelin", unlikely).members.any()


def test_beside_one_that_is_likely_enough_all_that_are_likely_are_found(opened: Opened) -> None:
    likely = np.sort(found(opened, "warden dusk").evidence)[::-1]
    best, third, fifth = (float(likely[place]) for place in (0, 2, 4))
    one = found(opened, "warden dusk", replace(PLAIN, weak=best, member=fifth, good=third))
    assert_allclose(np.sort(one.evidence[one.members])[::-1], likely[:5])
    assert_allclose(np.sort(one.evidence[one.good])[::-1], likely[:3])


def test_only_what_holds_a_quoted_phrase_can_answer(opened: Opened) -> None:
    sure = replace(PLAIN, member=0.0, weak=0.0)
    query = 'warden dusk northern pier checked "oil lamp"'
    assert places(found(opened, query, sure).members) == [OIL_LAMP]
    # Others are likelier than the one passage that has the phrase: where it is not likely enough, none is found.
    likely = found(opened, query).evidence
    weak = float(likely[OIL_LAMP]) + 1e-6
    assert likely.max() > weak
    assert not found(opened, query, replace(sure, weak=weak)).members.any()


def test_a_number_or_short_form_is_found_where_it_stands_and_nowhere_else(opened: Opened) -> None:
    doubtful = replace(PLAIN, intercept=-8.0)
    assert places(found(opened, "TWC", doubtful).good) == [SHORT_FORM]
    assert places(found(opened, "QLD", doubtful).good) == [SPELLED]
    for query in ("TWD", "40117", "warden drift"):
        assert not found(opened, query, doubtful).members.any()


class Recording(FakeEncoder):
    """Keeps the questions that it encodes."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    def encode_queries(self, texts: Sequence[str]) -> Any:
        self.asked += texts
        return super().encode_queries(texts)


def test_a_question_is_encoded_halfway_between_as_typed_and_with_other_words(opened: Opened) -> None:
    encoder = Recording()
    vector = encode(asked(opened, "Which pier?"), encoder)
    assert encoder.asked == ["Which pier?", "Which pier? (quay, dawn)"]
    assert ENCODED_OTHERS == 2  # of three
    typed, more = FakeEncoder().encode_queries(encoder.asked)
    assert vector @ typed == pytest.approx(vector @ more, abs=1e-6)
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-6)
    assert_allclose(encode(asked(opened, "pier", expand=False), FakeEncoder()), FakeEncoder().vector("pier"), atol=1e-6)


# Strength.

UNITS = st.floats(-1, 1)
SLOPES = st.floats(0.1, 8)  # beyond, the curve is so near 1 that floats tell nothing apart


@given(slopes=st.tuples(SLOPES, SLOPES), point=st.tuples(UNITS, UNITS), more=st.floats(0.01, 1))
def test_evidence_rises_with_likeness_and_with_words(
    slopes: tuple[float, float], point: tuple[float, float], more: float
) -> None:
    strength = replace(PLAIN, cosine=slopes[0], coverage=slopes[1])
    cosine, coverage = np.array([point[0], point[0] + more, point[0]]), np.array([point[1], point[1], point[1] + more])
    here, liker, fuller = strength.evidence(cosine, coverage)
    assert 0 < here < liker <= 1
    assert here < fuller <= 1


def test_evidence_is_half_where_the_curve_crosses() -> None:
    strength = replace(PLAIN, intercept=-2.0, cosine=4.0, coverage=1.0)
    assert_allclose(
        strength.evidence(np.array([0.25, 0.5, 0.5]), np.array([1.0, 0.0, 1.0])), [0.5, 0.5, 0.73106], atol=1e-5
    )
    assert_allclose(strength.evidence(np.array([-1e6, 1e6]), np.zeros(2)), [0, 1], atol=1e-6)


def test_luck_is_how_much_higher_the_best_of_more_passages_is_by_chance() -> None:
    drawn = np.random.default_rng(3).normal(0.0, 0.1, (100, 64_000))
    more = float((drawn.max(axis=1) - drawn[:, :TYPICAL].max(axis=1)).mean())
    assert luck(0.1, 64_000) == pytest.approx(more, rel=0.2)
    assert luck(0.1, TYPICAL) == luck(0.0, 10**6) == 0
    sizes = [luck(0.1, number) for number in (2, 30, 999, 1001, 10**6)]
    assert sizes == sorted(sizes)
    assert sizes[2] < 0 < sizes[3]
    assert math.isfinite(luck(0.1, 0))


def test_what_is_shipped_rises_with_likeness_and_words() -> None:
    shipped = shipped_strength()
    assert shipped.cosine > 0
    assert shipped.coverage > 0
    assert 0 < shipped.least < shipped.weak <= shipped.found < shipped.good < 1


def test_a_calibration_comes_back_from_its_file_as_it_was(tmp_path: Path) -> None:
    encoder = FakeEncoder()
    mine = replace(PLAIN, encoder=encoder.fingerprint, intercept=-1.25)
    save_strength(tmp_path / "data", mine)
    assert load_strength(tmp_path / "data", encoder) == mine
    assert [path.name for path in (tmp_path / "data").iterdir()] == [SEARCH]
    assert calibrated(mine, encoder)


GOOD_FILE = json.loads(replace(PLAIN, encoder=FakeEncoder().fingerprint).to_json())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "7",
        "null",
        "\x00\xff",
        "[" * 100_000,
        json.dumps({name: value for name, value in GOOD_FILE.items() if name != "coverage"}),
        json.dumps({name: value for name, value in GOOD_FILE.items() if name != "encoder"}),
        json.dumps(GOOD_FILE | {"cosine": "much"}),
        json.dumps(GOOD_FILE | {"cosine": None}),
        json.dumps(GOOD_FILE | {"intercept": math.nan}),
        json.dumps(GOOD_FILE | {"intercept": 10**400}),
        json.dumps(GOOD_FILE | {"cosine": -4.0}),
        json.dumps(GOOD_FILE | {"coverage": 0.0}),
        json.dumps(GOOD_FILE | {"member": 0.95}),
        json.dumps(GOOD_FILE | {"weak": 0.9}),
        json.dumps(GOOD_FILE | {"good": 1.5}),
        json.dumps(GOOD_FILE | {"member": 0.0}),
    ],
)
def test_a_file_that_is_no_calibration_is_passed_over_and_a_sentence_says_what_to_do(tmp_path: Path, text: str) -> None:
    (tmp_path / SEARCH).write_text(text, "utf-8")
    with pytest.raises(StrengthError, match="precedent calibrate") as refused:
        own_strength(tmp_path)
    assert str(tmp_path / SEARCH) in str(refused.value)
    assert load_strength(tmp_path, FakeEncoder()) == shipped_strength()


def test_a_calibration_that_cannot_be_opened_is_passed_over_too(tmp_path: Path) -> None:
    (tmp_path / SEARCH).mkdir()
    with pytest.raises(StrengthError, match="precedent calibrate"):
        own_strength(tmp_path)
    assert load_strength(tmp_path, FakeEncoder()) == shipped_strength()
    assert own_strength(tmp_path / "nowhere") is None


def test_a_calibration_for_another_encoder_is_not_used_and_doctor_says_so(tmp_path: Path) -> None:
    def checked() -> tuple[bool, str | None]:
        (check,) = [check for check in examine(tmp_path, FakeEncoder) if check.name == "strength"]
        return check.ok, check.mend

    mend = f"precedent calibrate --data {tmp_path}"
    fitted(tmp_path, FakeEncoder(seed=1))
    assert load_strength(tmp_path, FakeEncoder()) == shipped_strength()
    assert not calibrated(shipped_strength(), FakeEncoder())
    assert checked() == (False, mend)
    (tmp_path / SEARCH).write_text("{}", "utf-8")
    assert checked() == (False, mend)
    fitted(tmp_path)
    assert checked() == (True, None)


def test_an_engine_takes_the_calibration_of_its_folder(tmp_path: Path, publish: Callable[..., str]) -> None:
    def answered() -> tuple[str, int, int]:
        answer = Engine(tmp_path, FakeEncoder()).search(SearchRequest(query="lantern burns brightly"))
        return answer.match, answer.total, len(answer.nearest)

    publish(tmp_path, (document("a", ["A lantern burns on the quay."]),))
    never = replace(PLAIN, encoder=FakeEncoder().fingerprint, intercept=-50.0)
    save_strength(tmp_path, never)
    assert answered() == ("none", 0, 1)
    always = replace(never, intercept=50.0)
    save_strength(tmp_path, always)
    assert answered() == ("good", 1, 0)
    save_strength(tmp_path, replace(never, encoder="another"))
    shipped = answered()
    (tmp_path / SEARCH).write_text("{}", "utf-8")
    assert answered() == shipped
    assert shipped[1] == 1


# Calibration.


def made_up(number: int, answerable: bool, passages: int, random: np.random.Generator) -> list[Asked]:
    """Questions whose best passage is likelier, and holds more of their words, where they are answerable."""
    asked = []
    for _ in range(number):
        cosine, coverage = random.uniform(0, 0.3, 20), random.uniform(0, 0.3, 20)
        best = random.integers(20)
        cosine[best] = random.normal(0.6 if answerable else 0.45, 0.1)
        coverage[best] = np.clip(random.normal(0.7 if answerable else 0.5, 0.2), 0, 1)
        asked.append(Asked(cosine, coverage, passages, answerable))
    return asked


def asked_of(answerable: int, others: int, random: np.random.Generator) -> list[Asked]:
    return [*made_up(answerable, True, 1000, random), *made_up(others, False, 1000, random)]


@pytest.fixture(scope="module")
def made() -> Calibration:
    return fit(asked_of(400, 400, np.random.default_rng(7)), "mine")


def test_a_fit_finds_that_likeness_and_words_speak_for_an_answer(made: Calibration) -> None:
    assert made.strength.encoder == "mine"
    assert made.strength.cosine > 3
    assert made.strength.coverage > 1
    assert (made.questions, 0.8 < made.auroc < 0.95) == (800, True)


def test_the_points_of_a_fit_are_in_order_and_where_they_should_be(made: Calibration) -> None:
    strength = made.strength
    assert 0 < strength.least < strength.weak < strength.good < 1
    assert strength.member == MEMBER < strength.good
    assert made.answerable_missed == pytest.approx(MISSED[SEARCH], abs=0.005)
    assert made.unanswerable_caught > 2 * MISSED[SEARCH]


@pytest.mark.parametrize("numbers", [(720, 80), (80, 720)])
def test_a_fit_does_not_learn_how_many_questions_have_an_answer(numbers: tuple[int, int]) -> None:
    strength = fit(asked_of(*numbers, np.random.default_rng(9)), "mine").strength
    between = strength.evidence(np.array([0.525]), np.array([0.6]))  # halfway between both kinds
    assert between[0] == pytest.approx(0.5, abs=0.12)  # .9 and .1 if all questions weighed the same


def test_an_encoder_that_tells_nothing_apart_is_refused_and_nothing_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    random = np.random.default_rng(12)
    turned = [replace(one, answerable=not one.answerable) for one in asked_of(100, 100, random)]
    alike = [replace(one, answerable=bool(place % 2)) for place, one in enumerate(made_up(200, True, 1000, random))]
    for asked in (turned, alike):
        with pytest.raises(StrengthError, match="does not tell answers"):
            fit(asked, "mine")

    def refuse(*_: object) -> Calibration:
        return fit(turned, "mine")

    monkeypatch.setattr(common, "encoder_for", lambda settings: FakeEncoder())
    monkeypatch.setattr("service.evaluation.calibrate.calibrate", refuse)
    done = CliRunner().invoke(main, ["calibrate", "--data", str(tmp_path)])
    assert (done.exit_code, done.stdout) == (2, "")
    assert "nothing was changed" in done.stderr
    assert not (tmp_path / SEARCH).exists()


def test_a_calibration_without_a_good_passage_can_be_kept_and_read(tmp_path: Path) -> None:
    random = np.random.default_rng(13)
    asked = [*made_up(200, True, 1000, random), *made_up(200, False, 1000, random)]
    liar = Asked(np.array([0.9]), np.array([1.0]), 1000, False)  # the likeliest of all does not answer
    strength = fit([*asked, *[liar] * 25], "mine").strength
    assert strength.good == pytest.approx(1, abs=0.001)
    save_strength(tmp_path, strength)
    assert own_strength(tmp_path) == strength


def test_from_good_on_most_questions_are_answerable() -> None:
    random = np.random.default_rng(8)
    asked = [*made_up(400, True, 1000, random), *made_up(400, False, 1000, random)]
    strength = fit(asked, "mine").strength
    slopes = strength.cosine, strength.coverage
    best = [int(np.argmax(slopes[0] * one.cosine + slopes[1] * one.coverage)) for one in asked]
    likely = [strength.evidence(one.cosine, one.coverage)[at] for one, at in zip(asked, best, strict=True)]
    good = [one.answerable for one, evidence in zip(asked, likely, strict=True) if evidence >= strength.good]
    assert len(good) > 100
    assert sum(good) / len(good) == pytest.approx(GOOD, abs=0.01)


@pytest.mark.slow
def test_calibrate_fits_the_encoder_keeps_it_and_says_how_well(
    tmp_path: Path, real_encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(common, "encoder_for", lambda settings: real_encoder)
    done = CliRunner().invoke(main, ["calibrate", "--json", "--data", str(tmp_path)])
    assert done.exit_code == 0
    both = json.loads(done.stdout)
    assert set(both) == {"strength", "similar_strength"}
    said = both["strength"]
    kept = load_strength(tmp_path, real_encoder)
    assert load_strength(tmp_path, real_encoder, SIMILAR) == Strength(**both["similar_strength"]["strength"])
    assert kept == Strength(**said["strength"])
    # As it comes with the program, whatever the processor.
    assert np.allclose([kept.weak, kept.good], [shipped_strength().weak, shipped_strength().good], atol=0.05)
    assert kept.cosine > 0
    assert kept.coverage > 0
    assert said["questions"] > 1000
    assert 0.6 < said["auroc"] < 1
    assert said["answerable_missed"] == pytest.approx(MISSED[SEARCH], abs=0.01)
    lines = "\n".join(calibration_lines({SEARCH: Calibration(**said | {"strength": kept})}, tmp_path))
    assert f"{said['auroc']:.3f}" in lines
    assert str(tmp_path / SEARCH) in lines


@pytest.mark.parametrize("folds", [2, 40, 5_000])
@pytest.mark.parametrize("grades", [1, 3, 1_000])
def test_the_nearest_of_many_are_the_first_of_all(folds: int, grades: int) -> None:
    chance = np.random.default_rng(folds + grades)
    fold = chance.integers(0, folds, 5_001)
    columns: Any = SimpleNamespace(fold=fold, alone=np.bincount(fold)[fold] == 1)
    one = replace(everything(np.arange(1, 5_001)), score=chance.integers(0, grades, 5_000).astype(float))
    for size in (1, 100, 4_000):
        some = np.sort(chance.choice(5_000, size, replace=False))
        every = best_of_folds(columns, one, some, newest=False)
        assert nearest(columns, one, some, 3).tolist() == every[:3].tolist()
        assert sorted(columns.fold[one.ids[every]]) == np.unique(columns.fold[one.ids[some]]).tolist()
        ranked = sorted(some.tolist(), key=lambda place: (-one.score[place], place))
        first = {fold[one.ids[place]]: place for place in reversed(ranked)}
        assert every.tolist() == [place for place in ranked if first[fold[one.ids[place]]] == place]
