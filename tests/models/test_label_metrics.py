"""The measures of labels by hand-worked cases, and what the bootstrap says where the answer is known."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.label_metrics import (
    F1Difference,
    Flags,
    Gold,
    brier,
    brier_skill,
    calibration_error,
    compare_f1,
    macro_f1,
    scores,
    scores_of,
)


def flags(*rows: str) -> Flags:
    """Rows of labels, written as "1.1"."""
    return np.array([[mark == "1" for mark in row] for row in rows], np.bool_)


FIRST, SECOND = flags("11", "1.", ".1", ".."), flags("1.", "11", ".1", "..")
CHOSEN = flags("11", "..", "11", "1.")


def test_two_annotators_make_sure_and_allowed() -> None:
    gold = Gold.of(FIRST, SECOND)
    assert (gold.sure == flags("1.", "1.", ".1", "..")).all()
    assert (gold.allowed == flags("11", "11", ".1", "..")).all()
    assert gold.share.tolist() == [[1, 0.5], [1, 0.5], [0, 1], [0, 0]]
    one = Gold.of(FIRST)
    assert (one.sure == FIRST).all()
    assert (one.allowed == FIRST).all()
    assert (one.share == FIRST).all()


def test_scores_worked_by_hand() -> None:
    found = scores(CHOSEN, Gold.of(FIRST, SECOND))
    # Five are chosen, three of them allowed; three are sure, two of them chosen.
    assert (found.precision, found.recall) == (pytest.approx(3 / 5), pytest.approx(2 / 3))
    assert found.f1 == pytest.approx(2 * 0.6 * (2 / 3) / (0.6 + 2 / 3))
    assert found.examples == 3
    assert scores_of(CHOSEN, Gold.of(FIRST, SECOND)) == found.f1


def test_the_scores_of_each_label_and_their_plain_mean() -> None:
    gold = Gold.of(FIRST, SECOND)
    first, second = (scores(CHOSEN[:, [n]], gold.part([n])) for n in (0, 1))
    assert (first.precision, first.recall, first.examples) == (pytest.approx(1 / 3), pytest.approx(1 / 2), 2)
    assert (second.precision, second.recall, second.examples) == (1, 1, 1)
    assert (first.f1, second.f1) == (pytest.approx(0.4), 1)
    assert macro_f1(CHOSEN, gold) == pytest.approx(0.7)


def test_a_part_keeps_the_order_asked_for() -> None:
    part = Gold.of(FIRST, SECOND).part([1, 0])
    assert (part.sure == flags(".1", ".1", "1.", "..")).all()
    assert part.share[0].tolist() == [0.5, 1]
    assert (part.allowed == flags("11", "11", "1.", "..")).all()


def test_what_only_one_annotator_gave_may_be_chosen_or_not() -> None:
    gold = Gold.of(FIRST, SECOND)
    for choice in (gold.sure, gold.allowed, FIRST, SECOND):
        found = scores(choice, gold)
        assert (found.precision, found.recall, found.f1) == (1, 1, 1)
        assert (found.low, found.high) == (1, 1)
        assert macro_f1(choice, gold) == 1


def test_what_is_undefined_is_0() -> None:
    none, gold = np.zeros_like(FIRST), Gold.of(FIRST)
    for found in (scores(none, gold), scores(FIRST, Gold.of(none)), scores(none, Gold.of(none)), scores(~FIRST, gold)):
        assert (found.precision, found.recall, found.f1, found.low, found.high) == (0, 0, 0, 0, 0)


def test_the_interval_is_the_same_each_time_and_narrows() -> None:
    draw = np.random.default_rng(7)
    truth = draw.random((800, 2)) < 0.5
    chosen = truth ^ (draw.random((800, 2)) < 0.2)
    few, many = scores(chosen[:50], Gold.of(truth[:50])), scores(chosen, Gold.of(truth))
    assert few == scores(chosen[:50], Gold.of(truth[:50]))
    assert few.low < few.f1 < few.high
    assert many.low < many.f1 < many.high
    assert many.high - many.low < (few.high - few.low) / 2


def test_the_interval_is_what_theory_says() -> None:
    # Everything is right to choose or nothing is: precision is the share p, recall 1, F1 = 2p / (1 + p).
    truth = np.arange(400)[:, None] % 2 == 0
    found = scores(np.ones_like(truth), Gold.of(truth))
    ends = [0.5 - 1.96 * 0.025, 0.5 + 1.96 * 0.025]
    assert found.f1 == pytest.approx(2 / 3)
    assert [found.low, found.high] == pytest.approx([2 * p / (1 + p) for p in ends], abs=0.006)


def test_the_same_choice_differs_by_nothing() -> None:
    assert compare_f1(CHOSEN, CHOSEN, Gold.of(FIRST, SECOND)) == F1Difference(0, 0, 0, 0)
    assert not compare_f1(CHOSEN, CHOSEN, Gold.of(FIRST, SECOND)).more_than_chance


def test_a_difference_is_after_less_before_and_counts_texts_that_changed() -> None:
    gold = Gold.of(FIRST, SECOND)
    found = compare_f1(CHOSEN, FIRST, gold)
    assert found.difference == pytest.approx(1 - scores_of(CHOSEN, gold))
    assert found.changed == 3
    assert found.low <= found.difference <= found.high
    back = compare_f1(FIRST, CHOSEN, gold)
    assert (back.difference, back.low, back.high) == pytest.approx((-found.difference, -found.high, -found.low))
    assert found == compare_f1(CHOSEN, FIRST, gold)


def test_few_changes_are_chance_and_many_the_same_way_are_not() -> None:
    truth = np.ones((30, 1), np.bool_)
    for changed, told in ((5, False), (6, True)):
        before = truth.copy()
        before[:changed] = False
        found = compare_f1(before, truth, Gold.of(truth))
        assert found.low > 0
        assert (found.changed, found.more_than_chance) == (changed, told)
        assert compare_f1(truth, before, Gold.of(truth)).more_than_chance is told


def test_ups_and_downs_are_chance() -> None:
    truth = np.ones((40, 1), np.bool_)
    before, after = truth.copy(), truth.copy()
    before[:10], after[10:20] = False, False
    found = compare_f1(before, after, Gold.of(truth))
    assert (found.difference, found.changed) == (0, 20)
    assert found.low < 0 < found.high
    assert not found.more_than_chance


def test_calibration_error_worked_by_hand() -> None:
    p = np.array([[0.05, 0.12, 0.18], [0.55, 0.55, 1.0], [0.92, 0.0, 0.09]])
    share = np.array([[1.0, 0.0, 0.5], [1.0, 0.0, 1.0], [0.0, 1.0, 1.0]])
    # Six pairs count. By bin: |0.30 - 0.5|, |1.10 - 1|, |1.92 - 1|.
    assert calibration_error(p, share) == pytest.approx((0.2 + 0.1 + 0.92) / 6)
    # From 0 on: the bin below 0.1 has 0.14 of probability and 3 right.
    assert calibration_error(p, share, least=0.0) == pytest.approx((2.86 + 0.2 + 0.1 + 0.92) / 9)


def test_probabilities_that_hold_have_no_error() -> None:
    p = np.repeat([0.25, 0.75], 4)
    assert calibration_error(p, np.array([1, 0, 0, 0, 1, 1, 1, 0.0])) == 0
    assert calibration_error(p, 1 - p.round()) == pytest.approx(0.75)
    assert calibration_error(np.full(3, 0.01), np.ones(3)) == 0


def test_brier_skill() -> None:
    share = np.array([1.0, 0, 0, 0])
    assert brier(np.full(4, 0.5), share) == 0.25
    assert brier_skill(np.full(4, 0.25), share) == pytest.approx(0)
    assert brier_skill(share, share) == 1
    assert brier_skill(np.full(4, 0.5), share) == pytest.approx(1 - 0.25 / 0.1875)
    assert brier_skill(np.array([0.75, 0.25, 0.25, 0.25]), share) == pytest.approx(1 - 0.0625 / 0.1875)
    assert brier_skill(np.full(4, 0.5), np.zeros(4)) == 0


MARKS = st.lists(st.tuples(*[st.booleans()] * 6), min_size=1, max_size=12).map(lambda rows: np.array(rows, np.bool_))


@given(MARKS)
def test_every_measure_lies_between_0_and_1(marks: Flags) -> None:
    chosen, gold = marks[:, :2], Gold.of(marks[:, 2:4], marks[:, 4:])
    found = scores(chosen, gold)
    assert all(0 <= value <= 1 + 1e-9 for value in (found.precision, found.recall, found.f1, found.low, found.high))
    assert found.low <= found.high
    assert min(found.precision, found.recall) - 1e-9 <= found.f1 <= max(found.precision, found.recall) + 1e-9
    assert 0 <= calibration_error(gold.share, chosen.astype(float)) <= 1
