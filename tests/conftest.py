"""What all tests share: in this process a theme model is trained on few examples, and once for each content."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from fakes import few_examples

from models.encoder import Encoder
from models.examples import Example
from models.taxonomy import Taxonomy
from models.theme_model import ThemeModel, content_of, train_themes

_TRAINED: dict[str, ThemeModel] = {}


def _train_once(
    taxonomy: Taxonomy, examples: Sequence[Example], encoder: Encoder, created: str, *rest: Any
) -> ThemeModel:
    content = content_of(taxonomy, examples, encoder)
    if content not in _TRAINED:
        _TRAINED[content] = train_themes(taxonomy, examples, encoder, created, *rest)
    known = _TRAINED[content]
    stamp = "".join(character for character in created if character not in "-:")[:15]
    return replace(known, id=f"{stamp}-{content[:8]}", created=created)


@pytest.fixture(autouse=True)
def _little_to_learn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.themes.training.shipped_examples", few_examples)
    monkeypatch.setattr("service.themes.training.train_themes", _train_once)
