"""The theme model that comes with the program: what training makes of the shipped examples and the bundled encoder.

With it a first build tags at once. `make fit` writes it anew, after the examples, the themes or what learns from
them were changed; a test fails until that is done.
"""

import shutil
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from models.examples import shipped_examples
from models.taxonomy import load_taxonomy
from models.theme_model import ThemeModel, load_model, save_model, train_themes

if TYPE_CHECKING:
    from models.encoder import Encoder, Vectors

FOLDER = Path(__file__).parent / "data" / "theme_model"
_BATCH = 16
CREATED = "2026-11-30T00:00:00+00:00"


@cache
def shipped_model() -> ThemeModel:
    """The model that comes with the program. Raises ModelError where it is not as it was written."""
    return load_model(FOLDER)


def train_shipped(encoder: "Encoder") -> ThemeModel:
    """The same, trained again: by vectors of questions, which torch has in full precision, alike on every processor."""
    taxonomy = load_taxonomy()
    return train_themes(taxonomy, shipped_examples(taxonomy), as_questions(encoder), CREATED)


def as_questions(encoder: "Encoder") -> "Encoder":
    """The encoder, taking documents for questions."""
    return cast("Encoder", _AsQuestions(encoder))


class _AsQuestions:
    """An encoder that takes documents for questions, as one may whose model has no words of its own before either."""

    def __init__(self, encoder: "Encoder") -> None:
        self._encoder = encoder

    def __getattr__(self, name: str) -> Any:
        return getattr(self._encoder, name)

    def encode_document(self, texts: Sequence[str]) -> "Vectors":
        """Vectors as those of questions, texts of like length together."""
        order = sorted(range(len(texts)), key=lambda at: len(texts[at]))
        vectors = np.empty((len(texts), self._encoder.dimension), np.float32)
        for first in range(0, len(order), _BATCH):
            batch = order[first : first + _BATCH]
            vectors[batch] = self._encoder.encode_queries([texts[at] for at in batch])
        return vectors


def main() -> None:
    """Write the model into the program's own folder."""
    from models.encoder import load_encoder

    model = train_shipped(load_encoder())
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir()
    save_model(replace(model, id=f"shipped-{model.content[:8]}"), FOLDER)


if __name__ == "__main__":
    main()
