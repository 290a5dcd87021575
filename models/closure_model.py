"""A closure model: what the sentences of a comment say of the end of its recommendation, with what probability.

Multinomial logistic regression over a sentence's vector and that of the sentence before, its words, and the cues that
rules hear in it. Trained by scikit-learn from comments written for this, run by numpy, kept as numbers and JSON.
"""

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache, cached_property
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from models.encoder import Vectors

if TYPE_CHECKING:
    from sklearn.linear_model import LogisticRegression

Numbers = NDArray[np.float64]

NOTHING = "none"  # said by a sentence that says nothing of closure
SAYS = (NOTHING, "requested", "decided", "superseded", "parked", "open")
# Weights of the features and how little the model is held back (inverse L2), chosen on folds of the comments.
VECTOR, BEFORE, WORDS, CUES, INVERSE_L2 = 2.0, 1.0, 1.5, 0.45, 1.0
FEWEST = 3  # sentences that a word, which is no number, has to stand in to be learned
FOLDS = 10
SEED = 20_261_130
CONSTANTS = (SAYS, VECTOR, BEFORE, WORDS, CUES, INVERSE_L2, FEWEST, FOLDS, SEED)
FOLDER = Path(__file__).parent / "data"
_WEIGHTS, _RECORD = "closure_model.safetensors", "closure_model.json"
_NUMBER = re.compile(r"\d")
_TEMPERATURES = np.geomspace(0.25, 4, 81)


@dataclass(frozen=True, slots=True)
class Sentences:
    """Sentences to judge, one row each: unit vectors of them and of the sentences before (zeros where there is none),
    shape (sentences, dimension), their words, and which cues stand in them, shape (sentences, cues).
    """

    vectors: Vectors
    before: Vectors
    words: Sequence[Sequence[str]]
    cues: NDArray[np.bool_]


@dataclass(frozen=True)
class ClosureModel:
    """A trained model. `weights` has a row for each of SAYS, over vector, vector before, `words` and `cues`.

    `content` is the SHA-256 of all that it was made from, `encoder` the fingerprint of the encoder whose vectors it
    reads. Scores are divided by `temperature`; from the probability in `threshold` on each of SAYS is taken as said.
    """

    content: str
    encoder: str
    words: tuple[str, ...]
    cues: tuple[str, ...]
    temperature: float
    threshold: Mapping[str, float]
    weights: Vectors
    bias: Numbers

    @cached_property
    def _places(self) -> dict[str, int]:
        return {word: place for place, word in enumerate(self.words)}

    def probabilities(self, sentences: Sentences) -> Numbers:
        """Calibrated probabilities, shape (sentences, SAYS); a row is 1 in all."""
        scores = features(sentences, self._places) @ self.weights.T + self.bias
        return _softmax(scores / self.temperature)

    def said(self, sentences: Sentences) -> list[tuple[str, float] | None]:
        """What each sentence says of closure and how likely that is; None for nothing, or nothing likely enough."""
        return said_by(self.probabilities(sentences), self.threshold)


def said_by(probabilities: Numbers, threshold: Mapping[str, float]) -> list[tuple[str, float] | None]:
    """The likeliest of SAYS in each row, with its probability; None for nothing and for what is under its threshold."""
    best = [
        (SAYS[place], float(row[place])) for row, place in zip(probabilities, probabilities.argmax(axis=1), strict=True)
    ]
    return [one if one[0] != NOTHING and one[1] >= threshold[one[0]] else None for one in best]


def features(sentences: Sentences, places: Mapping[str, int]) -> Vectors:
    """What the model reads, shape (sentences, 2 × dimension + words + cues); `places` are those of known words."""
    words = np.zeros((len(sentences.words), len(places)), np.float32)
    for row, own in enumerate(sentences.words):
        words[row, [places[word] for word in own if word in places]] = 1
    words /= np.sqrt(np.maximum(words.sum(axis=1, keepdims=True), 1))
    cues = sentences.cues.astype(np.float32)
    parts = [VECTOR * sentences.vectors, BEFORE * sentences.before, WORDS * words, CUES * cues]
    return np.hstack(parts).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Trained:
    """A model without thresholds yet, and the probabilities of each sentence by models that saw none of its comment."""

    model: ClosureModel
    held_out: Numbers


def train_closure(
    sentences: Sentences,
    says: Sequence[str | None],
    weights: Sequence[float],
    comments: Sequence[int],
    cues: tuple[str, ...],
    content: str,
    encoder: str,
) -> Trained:
    """Learn what sentences say, each as much as it weighs; None of `says` is not learned from, only judged.

    `comments` are those they stand in. The probabilities are calibrated on folds of whole comments.
    """
    from sklearn.model_selection import GroupKFold

    counts = Counter(chain.from_iterable(set(own) for own in sentences.words))
    words = tuple(sorted(word for word, count in counts.items() if count >= FEWEST and not _NUMBER.search(word)))
    rows = features(sentences, {word: place for place, word in enumerate(words)})
    known = np.array([one is not None for one in says])
    truth = np.array([SAYS.index(one or NOTHING) for one in says])
    counted = np.array(weights)
    scores = np.zeros((len(rows), len(SAYS)))
    for seen, unseen in GroupKFold(FOLDS, shuffle=True, random_state=SEED).split(rows, groups=comments):
        seen = seen[known[seen]]
        scores[unseen] = _fit(rows[seen], truth[seen], counted[seen]).decision_function(rows[unseen])
    losses = [_loss(scores[known] / temperature, truth[known], counted[known]) for temperature in _TEMPERATURES]
    temperature = float(_TEMPERATURES[int(np.argmin(losses))])
    head = _fit(rows[known], truth[known], counted[known])
    coefficients = np.ascontiguousarray(head.coef_, np.float32)  # what is not contiguous is written wrong
    bias = np.asarray(head.intercept_, np.float64)
    model = ClosureModel(content, encoder, words, cues, temperature, {}, coefficients, bias)
    return Trained(model, _softmax(scores / temperature))


def _fit(rows: Vectors, truth: NDArray[np.int64], counted: Numbers) -> "LogisticRegression":
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(C=INVERSE_L2, max_iter=3_000).fit(rows, truth, sample_weight=counted)


def _softmax(scores: Numbers) -> Numbers:
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))


def _loss(scores: Numbers, truth: NDArray[np.int64], counted: Numbers) -> float:
    return -float(counted @ np.log(_softmax(scores)[np.arange(len(truth)), truth] + 1e-12))


def save_closure(model: ClosureModel, folder: Path = FOLDER) -> None:
    """Write the two files of a model."""
    from safetensors.numpy import save

    (folder / _WEIGHTS).write_bytes(save({"weights": model.weights, "bias": model.bias}))
    record = {name: value for name, value in asdict(model).items() if name not in ("weights", "bias")}
    (folder / _RECORD).write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", "utf-8")


def load_closure(folder: Path) -> ClosureModel:
    """The model whose files stand in `folder`."""
    from safetensors.numpy import load

    record, arrays = json.loads((folder / _RECORD).read_text("utf-8")), load((folder / _WEIGHTS).read_bytes())
    words, cues = (tuple(record.pop(name)) for name in ("words", "cues"))
    return ClosureModel(words=words, cues=cues, weights=arrays["weights"], bias=arrays["bias"], **record)


@cache
def shipped_closure() -> ClosureModel:
    """The model that comes with the program."""
    return load_closure(FOLDER)
