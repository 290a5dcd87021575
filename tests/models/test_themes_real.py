"""The shipped examples on the real encoder: how good the theme model is on texts that were written apart."""

from pathlib import Path

import numpy as np
import pytest

from models.encoder import Encoder, load_encoder
from models.examples import shipped_examples
from models.shipped import shipped_model, train_shipped
from models.taxonomy import load_taxonomy
from models.theme_model import ThemeModel, judge
from service.evaluation.theme_scores import evaluate_themes

HELD_OUT = Path(__file__).parents[1] / "data" / "themes_heldout.jsonl"
JUDGED = Path(__file__).parents[3] / "shared" / "eval" / "themes_dev.jsonl"

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def model() -> ThemeModel:
    return shipped_model()


def test_training_again_gives_the_model_that_is_shipped(model: ThemeModel, real_encoder: Encoder) -> None:
    again = train_shipped(load_encoder())  # not compiled: in full precision, as it was trained
    assert again.content == model.content, "the examples, the themes or the encoder changed: run make fit"
    assert again.figures["micro"]["f1"] == pytest.approx(model.figures["micro"]["f1"], abs=0.002)
    texts = [example.text for example in shipped_examples(load_taxonomy())[::10]]
    said, wanted = (judge(one, texts, [""] * len(texts), real_encoder) for one in (again, model))
    assert np.abs(said - wanted).max() < 0.01


def test_on_texts_written_apart(model: ThemeModel, real_encoder: Encoder) -> None:
    found = evaluate_themes(HELD_OUT, model, real_encoder)
    assert found["micro"]["f1"] >= 0.80
    assert found["calibration_error"] <= 0.10
    assert found["yardsticks"]["keywords"]["low"] > 0
    assert found["yardsticks"]["definitions"]["low"] > 0
    assert min(row["brier_skill"] for row in found["themes"].values()) > 0


@pytest.mark.skipif(not JUDGED.exists(), reason="the judged texts are not beside this checkout")
def test_on_judged_paragraphs(model: ThemeModel, real_encoder: Encoder) -> None:
    found = evaluate_themes(JUDGED, model, real_encoder)
    assert found["micro"]["f1"] >= 0.78
    assert found["themes"]["domestic-abuse"]["f1"] >= 0.93
    assert found["yardsticks"]["keywords"]["low"] > 0
    assert found["yardsticks"]["definitions"]["low"] > 0
    assert min(found["themes"][theme]["brier_skill"] for theme in found["themes_counted"]) > 0
