"""The measures by hand-worked cases, and what the bootstrap says where the answer is known."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import metrics
from models.metrics import PLACES, RETRIEVAL, Place, compare, interval, place_values, retrieval_values

A, B, RELATED = Place("a", 2), Place("b", 2), Place("r", 1)


def ranked(*found: str, **judged: int) -> dict[str, float]:
    return retrieval_values({"q": judged}, {"q": found})["q"]


def test_a_ranking_worked_by_hand() -> None:
    found = ranked("x", "other", "y", x=1, y=2)
    assert found["nDCG@10"] == pytest.approx((1 / 1 + 2 / 2) / (2 / 1 + 1 / math.log2(3)))
    assert {name: found[name] for name in RETRIEVAL[1:]} == {
        "recall@10": 1.0,
        "recall@100": 1.0,
        "MRR@10": 1.0,
        "success@5": 1.0,
    }


@pytest.mark.parametrize(
    ("rank", "values"),
    [
        (1, (1, 1, 1, 1, 1)),
        (3, (0.5, 1, 1, 1 / 3, 1)),
        (6, (1 / math.log2(7), 1, 1, 1 / 6, 0)),
        (10, (1 / math.log2(11), 1, 1, 0.1, 0)),
        (11, (0, 0, 1, 0, 0)),
        (100, (0, 0, 1, 0, 0)),
        (101, (0, 0, 0, 0, 0)),
    ],
)
def test_each_measure_stops_at_its_depth(rank: int, values: tuple[float, ...]) -> None:
    others = [f"other {number:03}" for number in range(120)]
    found = ranked(*others[: rank - 1], "x", *others[rank:], x=1)
    assert [found[name] for name in RETRIEVAL] == pytest.approx(values)


def test_recall_is_of_all_that_is_relevant() -> None:
    found = ranked("x", x=1, y=1, z=3, no=0, never=-1)
    assert found["recall@10"] == found["recall@100"] == pytest.approx(1 / 3)
    assert ranked("no", "never", x=1, no=0, never=-1) == dict.fromkeys(RETRIEVAL, 0.0)


def test_a_query_without_a_ranking_counts_as_nothing_found() -> None:
    found = retrieval_values({"q": {"x": 1}, "r": {"x": 1}, "s": {"x": 1}}, {"r": [], "s": ["x"]})
    assert found["q"] == found["r"] == dict.fromkeys(RETRIEVAL, 0.0)
    assert found["s"] == dict.fromkeys(RETRIEVAL, 1.0)


def test_the_order_of_names_does_not_decide() -> None:
    for names in (["a", "b"], ["b", "a"]):
        assert ranked(*names, a=1)["MRR@10"] == 1 / (1 + names.index("a"))


def test_a_ranking_holds_a_document_once() -> None:
    with pytest.raises(ValueError, match="twice"):
        ranked("x", "x", x=1)


def test_places_worked_by_hand() -> None:
    found = place_values([A, B, RELATED], [set(), {0}, {2}, set(), set(), {1}])
    gained = 3 / math.log2(3) + 1 / math.log2(4) + 3 / math.log2(7)
    assert found["nDCG@10"] == pytest.approx(gained / (3 + 3 / math.log2(3) + 1 / 2))
    assert {name: found[name] for name in PLACES[1:]} == {
        "success@1": 0.0,
        "success@3": 1.0,
        "success@5": 1.0,
        "MRR@10": 0.5,
        "recall@5": 0.5,
        "recall@10": 1.0,
    }


def test_a_group_counts_once() -> None:
    found = place_values([A, A, B], [{0}, {1}, {0, 1}, {2}])
    assert found["nDCG@10"] == pytest.approx((3 + 3 / math.log2(5)) / (3 + 3 / math.log2(3)))
    assert found["recall@5"] == 1.0


def test_a_hit_gains_by_the_best_that_is_new_in_it() -> None:
    found = place_values([A, B, RELATED], [{0, 1, 2}])
    assert found["nDCG@10"] == pytest.approx(3 / (3 + 3 / math.log2(3) + 1 / 2))
    assert (found["recall@5"], found["recall@10"]) == (1.0, 1.0)


def test_the_first_of_a_group_to_be_met_gives_its_grade() -> None:
    places = [Place("a", 1), Place("a", 2)]
    found = place_values(places, [{0}, {1}])
    assert found["nDCG@10"] == pytest.approx(1 / 3)
    assert (found["MRR@10"], found["recall@5"]) == (0.0, 1.0)


def test_what_is_only_related_is_no_success() -> None:
    assert place_values([RELATED], [{0}]) == {"nDCG@10": 1.0}
    found = place_values([A, RELATED], [{1}])
    assert (found["success@5"], found["MRR@10"], found["recall@10"]) == (0.0, 0.0, 0.0)


def test_ten_hits_are_looked_at_and_recall_is_of_no_more_than_those() -> None:
    many = [Place(f"g{number}", 2) for number in range(12)]
    assert place_values(many, [{number} for number in range(12)]) == dict.fromkeys(PLACES, 1.0)
    assert place_values([A], [*[set()] * 10, {0}]) == dict.fromkeys(PLACES, 0.0)
    with pytest.raises(ValueError, match="places"):
        place_values([], [{0}])


@given(
    grades=st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from((1, 2))), min_size=1, max_size=6),
    hits=st.lists(st.sets(st.integers(0, 5)), max_size=12),
)
def test_every_measure_lies_between_0_and_1(grades: list[tuple[str, int]], hits: list[set[int]]) -> None:
    places = [Place(*grade) for grade in grades]
    found = place_values(places, [{index for index in hit if index < len(places)} for hit in hits])
    assert all(0 <= value <= 1 + 1e-12 for value in found.values())
    assert found.get("success@1", 0) <= found.get("success@3", 0) <= found.get("success@5", 0)


def test_an_interval_is_what_theory_says_and_the_same_each_time() -> None:
    found = interval([0.0, 1.0] * 200)
    assert (found.mean, found.queries) == (0.5, 400)
    assert (found.low, found.high) == pytest.approx((0.5 - 1.96 * 0.025, 0.5 + 1.96 * 0.025), abs=0.003)
    assert interval([0.0, 1.0] * 200) == found


def test_intervals_of_few_values() -> None:
    assert interval([0.25]) == metrics.Interval(0.25, 0.25, 0.25, 1)
    both = interval([0.0, 1.0])
    assert (both.low, both.mean, both.high) == (0.0, 0.5, 1.0)
    with pytest.raises(ValueError, match="no value"):
        interval([])


def test_many_queries_are_drawn_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = interval([0.0, 0.5, 1.0])
    monkeypatch.setattr(metrics, "_DRAWN", 700)
    parts = interval([0.0, 0.5, 1.0])
    assert (parts.low, parts.high) == pytest.approx((whole.low, whole.high), abs=0.01)


def values(*numbers: float) -> dict[str, float]:
    return {str(number): value for number, value in enumerate(numbers)}


def test_no_change_is_chance() -> None:
    same = values(0.1, 0.9, 0.4)
    assert compare(same, same) == metrics.Comparison(0.0, 0.0, 0.0, 1.0, 3, 0)
    assert not compare(same, same).more_than_chance


def test_a_change_that_all_queries_share_is_more_than_chance() -> None:
    found = compare(values(*[0.25] * 10), values(*[0.5] * 10))
    assert (found.difference, found.low, found.high) == (0.25, 0.25, 0.25)
    assert found.chance == pytest.approx(2 / 10_001)
    assert (found.more_than_chance, found.changed) == (True, 10)
    worse = compare(values(*[0.5] * 10), values(*[0.25] * 10))
    assert (worse.difference, worse.more_than_chance) == (-0.25, True)


def test_five_queries_are_too_few_to_tell() -> None:
    for number, told in ((5, False), (6, True)):
        before, after = values(*[0.0] * 20), values(*[1.0] * number, *[0.0] * (20 - number))
        assert compare(before, after).low > 0
        assert compare(before, after).more_than_chance is told


def test_ups_and_downs_are_chance_and_only_shared_queries_count() -> None:
    before, after = values(*[0.5] * 8), values(*[0.25, 0.75] * 4)
    found = compare(before | {"gone": 1.0}, after | {"new": 0.0})
    assert (found.difference, found.queries, found.changed) == (0.0, 8, 8)
    assert found.low < 0 < found.high
    assert found.chance > 0.9
    assert not found.more_than_chance
    with pytest.raises(ValueError, match="no value"):
        compare({"a": 1.0}, {"b": 1.0})
