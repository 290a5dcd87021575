"""A closure model as numbers: what it reads, what it says, and that it is kept as it was."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from models.closure_model import (
    SAYS,
    ClosureModel,
    Sentences,
    features,
    load_closure,
    said_by,
    save_closure,
    train_closure,
)

KINDS = [says for says in SAYS for _ in range(20)]
RANDOM = np.random.default_rng(7)
VECTORS = RANDOM.standard_normal((len(KINDS), 4)).astype(np.float32)
SENTENCES = Sentences(
    VECTORS,
    np.zeros_like(VECTORS),
    [(f"word{'abcdef'[SAYS.index(says)]}", "the", "12") for says in KINDS],
    np.array([[says == one for one in SAYS] for says in KINDS]),
)


@pytest.fixture(scope="module")
def model() -> ClosureModel:
    weights = [1.0] * len(KINDS)
    names = tuple(f"says {says}" for says in SAYS)
    trained = train_closure(SENTENCES, KINDS, weights, range(len(KINDS)), names, "content", "encoder")
    assert trained.held_out.shape == (len(KINDS), len(SAYS))
    return replace(trained.model, threshold=dict.fromkeys(SAYS[1:], 0.5))


def test_probabilities_are_those_of_one_choice(model: ClosureModel) -> None:
    found = model.probabilities(SENTENCES)
    assert np.allclose(found.sum(axis=1), 1)
    assert [SAYS[place] for place in found.argmax(axis=1)] == KINDS


def test_numbers_and_words_never_seen_are_not_learned(model: ClosureModel) -> None:
    assert model.words == ("the", *(f"word{letter}" for letter in "abcdef"))
    one = Sentences(VECTORS[:1], VECTORS[:1] * 0, [("unheard", "12")], SENTENCES.cues[:1])
    assert features(one, {word: place for place, word in enumerate(model.words)})[0, 8:15].tolist() == [0] * 7


def test_what_is_under_its_threshold_is_not_said() -> None:
    rows = np.array([[0.1, 0.2, 0.7, 0, 0, 0], [0.1, 0.2, 0.6, 0.1, 0, 0], [0.8, 0.1, 0.1, 0, 0, 0]])
    assert said_by(rows, dict.fromkeys(SAYS[1:], 0.65)) == [("decided", 0.7), None, None]


def test_training_twice_gives_the_same(model: ClosureModel) -> None:
    again = train_closure(SENTENCES, KINDS, [1.0] * len(KINDS), range(len(KINDS)), model.cues, "content", "encoder")
    assert np.array_equal(again.model.weights, model.weights)
    assert again.model.temperature == model.temperature


def test_a_model_is_kept_as_it_was(model: ClosureModel, tmp_path: Path) -> None:
    save_closure(model, tmp_path)
    found = load_closure(tmp_path)
    assert np.array_equal(found.probabilities(SENTENCES), model.probabilities(SENTENCES))
    assert replace(found, weights=model.weights, bias=model.bias) == model
