"""Heads trained on the fake encoder: what they learn, where they cut, and what they refuse."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from fakes import FakeEncoder

from models import classifier as module
from models.classifier import Classifier, Label, Trained, encode_texts, named, train
from models.encoder import ModelError
from models.examples import Example

WORDS = {
    "dogs": "kennel handler leash puppy scent tracker bark muzzle paws collar",
    "boats": "harbour river vessel mooring anchor sailing dinghy tide wharf ferry",
    "horses": "stable saddle bridle gallop hooves mane stirrup paddock foal rein",
}
OTHER = "letter stapler carpet window teapot corridor envelope curtain cupboard ceiling"
LABELS = [Label(key, f"All about {key}", (key[:-1],)) for key in WORDS]


def drawn(words: str, seed: int, size: int = 5) -> str:
    return " ".join(np.random.default_rng(seed).choice(words.split(), size, replace=False))


def examples(*, both: bool = True, groups: int = 8) -> list[Example]:
    """Eight texts of each label and of none, and where `both` some with two labels; each group has one of each."""
    found = []
    for n in range(8):
        for place, (key, words) in enumerate(WORDS.items()):
            found.append(Example(drawn(words, 10 * n + place), frozenset({key}), f"g{n % groups}"))
        found.append(Example(drawn(OTHER, 10 * n + 5), frozenset(), f"g{n % groups}"))
        if both:
            two = f"{drawn(WORDS['dogs'], n + 500)} {drawn(WORDS['boats'], n + 600)}"
            found.append(Example(two, frozenset({"dogs", "boats"}), f"g{n % groups}"))
    return found


def probabilities(found: Classifier, texts: Sequence[str], headings: Sequence[str] | None = None) -> np.ndarray:
    return found.probabilities(texts, headings or [""] * len(texts), encode_texts(texts, FakeEncoder()))


@pytest.fixture(scope="module")
def trained() -> Trained:
    return train(examples(), LABELS, FakeEncoder())


@pytest.fixture(scope="module")
def exclusive() -> Trained:
    return train(examples(both=False), LABELS, FakeEncoder(), exclusive=True)


NEW = [drawn(words, 999, 6) for words in WORDS.values()]
NONE = drawn(OTHER, 999, 6)
MIXED = f"{NEW[0]} {NEW[1]}"


def test_separable_labels_are_learned(trained: Trained) -> None:
    found = trained.classifier
    assert found.labels == tuple(WORDS)
    chosen = found.assigned(probabilities(found, [*NEW, NONE, MIXED]))
    assert chosen.tolist() == [*np.eye(3, dtype=bool).tolist(), [False] * 3, [True, True, False]]


def test_held_out_answers_are_as_good_and_truth_is_the_labels(trained: Trained) -> None:
    given = examples()
    assert trained.held_out.shape == trained.truth.shape == (len(given), 3)
    for row, example in zip(trained.truth, given, strict=True):
        assert {key for key, true in zip(WORDS, row, strict=True) if true} == example.labels
    assert (trained.classifier.assigned(trained.held_out) == trained.truth).mean() > 0.95
    assert ((trained.held_out >= 0) & (trained.held_out <= 1)).all()


def test_what_is_known_of_a_document_does_not_count_as_found() -> None:
    """Labels by chance, on texts that stand there twice: only who saw the other one can tell."""
    draw = np.random.default_rng(3)
    told = {}
    given = []
    for n in range(60):
        labels = frozenset(key for key in WORDS if draw.random() < 0.5)
        text = f"{n}a {n}b {n}c {n}d"
        given += [Example(text, labels, f"g{n}"), Example(f"{text} again", labels, f"g{n}")]
    apart = [replace(example, group=str(n)) for n, example in enumerate(given)]
    for name, some in (("together", given), ("apart", apart)):
        found = train(some, LABELS, FakeEncoder())
        told[name] = np.corrcoef(found.held_out.ravel(), found.truth.ravel())[0, 1]
    assert told["together"] < 0.4
    assert told["apart"] > 0.6


def test_a_group_is_never_on_both_sides(monkeypatch: pytest.MonkeyPatch) -> None:
    given = examples(groups=3)
    fits: list[np.ndarray] = []
    fit = module._fit

    def watched(features: object, truth: np.ndarray) -> object:
        fits.append(features.toarray())
        return fit(features, truth)

    monkeypatch.setattr(module, "_fit", watched)
    train(given, LABELS, FakeEncoder())
    *folds, everything = fits
    assert len(folds) == 3
    of_groups: dict[str, set[bytes]] = {}
    for example, row in zip(given, everything, strict=False):
        of_groups.setdefault(example.group, set()).add(row.tobytes())
    left_out = []
    for fold in folds:
        seen = {row.tobytes() for row in fold}
        out = {group for group, rows in of_groups.items() if not rows & seen}
        assert all(rows <= seen for group, rows in of_groups.items() if group not in out)
        assert {row.tobytes() for row in everything[len(given) :]} <= seen
        left_out += sorted(out)
    assert sorted(left_out) == ["g0", "g1", "g2"]


def test_the_same_input_gives_the_same_heads(trained: Trained) -> None:
    again = train(examples(), LABELS, FakeEncoder())
    for name in ("weights", "bias", "slope", "offset", "threshold"):
        assert np.array_equal(getattr(again.classifier, name), getattr(trained.classifier, name))
    assert again.classifier.words.fragments == trained.classifier.words.fragments
    assert np.array_equal(again.classifier.words.rarity, trained.classifier.words.rarity)
    assert np.array_equal(again.held_out, trained.held_out)
    other = train(examples(), LABELS, FakeEncoder(1)).classifier
    assert not np.array_equal(other.weights, trained.classifier.weights)


def test_without_terms_heads_are_smaller_and_still_learn() -> None:
    found = train(examples(), [Label(key, key) for key in WORDS], FakeEncoder()).classifier
    assert found.weights.shape == (3, 64 + len(found.words.fragments))
    assert found.assigned(probabilities(found, NEW)).tolist() == np.eye(3, dtype=bool).tolist()


def test_terms_count_in_a_text_and_in_its_headings(trained: Trained) -> None:
    found = trained.classifier
    assert found.weights.shape == (3, 64 + len(found.words.fragments) + 2 * 3)
    own = [replace(e, text=f"{e.text} dog") if "dogs" in e.labels else e for e in examples()]
    above = [replace(e, headings=("The", "Dogs")) if "dogs" in e.labels else e for e in examples()]
    for given, texts, headings in ((own, [NONE, f"{NONE} dogs"], ["", ""]), (above, [NONE, NONE], ["", "Dogs"])):
        without, with_term = probabilities(train(given, LABELS, FakeEncoder()).classifier, texts, headings)[:, 0]
        assert with_term > 1.5 * without


def test_a_threshold_is_the_least_probability_to_assign_from(trained: Trained) -> None:
    found = trained.classifier
    assert found.threshold.shape == (3,)
    assert ((found.threshold > 0) & (found.threshold < 1)).all()
    below = np.nextafter(found.threshold, 0)
    assert found.assigned(np.stack([found.threshold, below])).tolist() == [[True] * 3, [False] * 3]


def test_the_best_cut_worked_by_hand() -> None:
    # Two right of two at 0.8 is F1 = 4/5; three right of four at 0.5 is F1 = 6/7.
    p = np.array([0.9, 0.8, 0.6, 0.5, 0.2])
    assert module._best_cut(p, np.array([1, 1, 0, 1, 0], bool)) == pytest.approx(0.35)
    assert module._best_cut(p, np.array([1, 1, 0, 0, 0], bool)) == pytest.approx(0.7)
    assert module._best_cut(p, np.array([1, 1, 1, 1, 1], bool)) == pytest.approx(0.1)


def test_thresholds_are_half_way_to_that_of_all_together() -> None:
    p = np.array([[0.9, 0.3], [0.8, 0.28], [0.1, 0.02], [0.1, 0.02]])
    truth = np.array([[1, 1], [1, 1], [0, 0], [0, 0]], bool)
    # Their own cuts are 0.45 and 0.15; that of all eight is 0.19.
    assert module._thresholds(p, truth) == pytest.approx([(0.45 + 0.19) / 2, (0.15 + 0.19) / 2])


def test_one_cut_for_all_is_fair_to_texts_with_and_without_a_label() -> None:
    p = np.array([[0.9, 0.1], [0.2, 0.8], [0.3, 0.1], [0.2, 0.1]])
    cut = module._one_cut(p, np.array([[1, 0], [0, 1], [0, 0], [0, 0]], bool))
    assert 0.3 < cut <= 0.8
    assert module._one_cut(p[:2], np.array([[1, 0], [0, 1]], bool)) == 0


def test_exclusive_gives_one_label_at_most_and_probabilities_of_1_at_most(exclusive: Trained) -> None:
    found = exclusive.classifier
    assert found.exclusive
    assert len(set(found.threshold.tolist())) == 1
    given = probabilities(found, [*NEW, NONE, MIXED, f"{MIXED} {NEW[2]}", "", "?"])
    assert (given.sum(axis=1) <= 1 + 1e-12).all()
    assert (exclusive.held_out.sum(axis=1) <= 1 + 1e-12).all()
    chosen = found.assigned(given)
    assert (chosen.sum(axis=1) <= 1).all()
    assert chosen[:4].tolist() == [*np.eye(3, dtype=bool).tolist(), [False] * 3]
    assert found.assigned(np.array([[0.5, 0.5, 0.5], [1, 0.9, 1]])).sum(axis=1).tolist() == [1, 1]


def test_examples_of_one_document_are_refused() -> None:
    for given in ([], [replace(example, group="one") for example in examples()]):
        with pytest.raises(ModelError, match="at least two documents"):
            train(given, LABELS, FakeEncoder())


def test_a_label_without_an_example_is_named() -> None:
    more = [*LABELS, Label("cats", "Cats"), Label("mules", "Mules")]
    with pytest.raises(ModelError, match=r"no example of cats, mules\."):
        train(examples(), more, FakeEncoder())


def test_labels_that_are_not_asked_for_are_left_alone() -> None:
    found = train(examples(), LABELS[:2], FakeEncoder())
    assert found.classifier.labels == ("dogs", "boats")
    assert found.truth.shape[1] == 2


def test_a_long_text_has_the_probabilities_of_its_best_windows(trained: Trained) -> None:
    found, encoder = trained.classifier, FakeEncoder()
    long = " ".join([OTHER] * 8 + [NEW[0]] * 4 + [OTHER] * 8 + [NEW[1]] * 4 + [OTHER] * 8)
    windows = encoder.windows(long)
    assert len(windows) > 5
    (best,) = found.best([long], ["Dogs"], encoder)
    each = probabilities(found, windows, ["Dogs"] * len(windows))
    assert best == pytest.approx(each.max(axis=0))
    assert each[:, 0].argmax() != each[:, 1].argmax()


def test_texts_keep_their_own_windows_and_headings(trained: Trained) -> None:
    found, encoder = trained.classifier, FakeEncoder()
    texts = [NEW[0], " ".join([NEW[1]] * 20), NONE, " ".join([NEW[2]] * 20)]
    headings = ["", "Dogs", "Horses", ""]
    together = found.best(texts, headings, encoder)
    assert together.shape == (4, 3)
    for row, text, heading in zip(together, texts, headings, strict=True):
        assert row == pytest.approx(found.best([text], [heading], encoder)[0])
    assert found.best([], [], encoder).shape == (0, 3)


def test_a_text_is_encoded_as_the_mean_of_its_windows() -> None:
    encoder = FakeEncoder()
    long = " ".join([NEW[0]] * 20)
    found = encode_texts([NONE, long, NEW[1]], encoder)
    assert found.shape == (3, 64)
    assert np.linalg.norm(found, axis=1) == pytest.approx(1, abs=1e-5)
    mean = encoder.encode_queries(encoder.windows(long)).sum(axis=0)
    assert found[1] == pytest.approx(mean / np.linalg.norm(mean), abs=1e-6)
    assert found[[0, 2]] == pytest.approx(encoder.encode_queries([NONE, NEW[1]]), abs=1e-6)


def logistic(score: float) -> float:
    return float(1 / (1 + np.exp(-score)))


def test_decisions_and_doubt(trained: Trained) -> None:
    found = replace(trained.classifier, threshold=np.full(3, 0.5))
    near, far = logistic(-0.9), logistic(-1.1)
    given = np.array([[0.5, 0, 0], [near, near, 0], [far, far, 0], [1, near, 0], [0, 0, 0], [1, 1, 1]])
    decisions, doubt = found.decisions(given)
    assert decisions == ["assigned", "review", "none", "assigned", "none", "assigned"]
    assert doubt[:4] == pytest.approx([1, np.exp(-0.9), np.exp(-1.1), np.exp(-0.9)])
    assert ((doubt >= 0) & (doubt <= 1)).all()
    assert doubt[4] < 1e-6
    assert doubt[5] < 1e-6


def test_doubt_is_measured_from_each_labels_own_threshold(trained: Trained) -> None:
    found = replace(trained.classifier, threshold=np.array([0.2, 0.5, 0.9]))
    decisions, doubt = found.decisions(np.array([[0.2, 0, 0], [0, 0.2, 0], [0, 0, 0.85]]))
    assert decisions == ["assigned", "none", "review"]
    assert doubt == pytest.approx([1, 0.25, (0.85 / 0.15) / 9])


def test_doubt_lies_between_0_and_1_whatever_the_threshold(trained: Trained) -> None:
    for threshold in (0.0, 1e-12, 0.5, 1.0):
        found = replace(trained.classifier, threshold=np.full(3, threshold))
        for exclusive in (False, True):
            _, doubt = replace(found, exclusive=exclusive).decisions(np.random.default_rng(1).random((50, 3)))
            assert ((doubt >= 0) & (doubt <= 1)).all()


@pytest.mark.parametrize(
    ("key", "said"),
    [("domestic-abuse", "domestic abuse"), ("a_b  c", "a b c"), ("Plain", "Plain"), ("-", "-"), ("é-1", "é 1")],
)
def test_a_key_as_words(key: str, said: str) -> None:
    assert named(key) == said


def test_more_labels_than_a_text_has_are_a_contradiction() -> None:
    keys = [f"label-{n}" for n in range(5)]
    some = [
        Example(f"{word} {n} of a text", frozenset([key]), f"group {n}")
        for key, word in zip(keys, "lantern harbour orchard granite violin".split(), strict=True)  # noqa: SIM905
        for n in range(4)
    ]
    found = train(some, [Label(key, key) for key in keys], FakeEncoder()).classifier
    sure, unsure = np.full((1, 5), 0.001), np.full((1, 5), 0.999)
    three, four = sure.copy(), sure.copy()
    three[0, :3] = four[0, :4] = 0.999
    decisions, doubts = found.decisions(np.vstack([three, four, unsure]))
    assert decisions == ["assigned", "review", "review"]
    assert doubts[1] == doubts[2] == 1
    assert doubts[0] < 1
