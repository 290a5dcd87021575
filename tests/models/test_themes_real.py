"""The shipped examples on the real encoder: how good the theme model is on texts that were written apart."""

from pathlib import Path

import pytest

from models.encoder import load_encoder
from models.examples import shipped_examples
from models.taxonomy import load_taxonomy
from models.theme_model import ThemeModel, train_themes
from service.evaluation.theme_scores import evaluate_themes

HELD_OUT = Path(__file__).parents[1] / "data" / "themes_heldout.jsonl"
JUDGED = Path(__file__).parents[3] / "shared" / "eval" / "themes_dev.jsonl"

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def model() -> ThemeModel:
    taxonomy = load_taxonomy()
    return train_themes(taxonomy, shipped_examples(taxonomy), load_encoder(), "2026-11-26T00:00:00+00:00")


def test_on_texts_written_apart(model: ThemeModel) -> None:
    found = evaluate_themes(HELD_OUT, model, load_encoder())
    assert found["micro"]["f1"] >= 0.80
    assert found["calibration_error"] <= 0.10
    assert found["yardsticks"]["keywords"]["low"] > 0
    assert found["yardsticks"]["definitions"]["low"] > 0
    assert min(row["brier_skill"] for row in found["themes"].values()) > 0


@pytest.mark.skipif(not JUDGED.exists(), reason="the judged texts are not beside this checkout")
def test_on_judged_paragraphs(model: ThemeModel) -> None:
    found = evaluate_themes(JUDGED, model, load_encoder())
    assert found["micro"]["f1"] >= 0.78
    assert found["themes"]["domestic-abuse"]["f1"] >= 0.93
    assert found["yardsticks"]["keywords"]["low"] > 0
    assert found["yardsticks"]["definitions"]["low"] > 0
    assert min(found["themes"][theme]["brier_skill"] for theme in found["themes_counted"]) > 0
