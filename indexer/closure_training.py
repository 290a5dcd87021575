"""The closure model that comes with the program: what training makes of its comments and the bundled encoder.

`make fit` writes it anew, after the comments, the rules or the encoder were changed; a test fails until then.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

import numpy as np

from corpus.closure import Heard, claim_of, cue_names, hear
from indexer.claims import HeardComment, claims_in, sentences_of
from models.closure_model import CONSTANTS, NOTHING, SAYS, ClosureModel, Numbers, said_by, save_closure, train_closure
from models.encoder import DocumentEncoder, Encoder, load_encoder
from models.shipped import as_questions

_DATA = Path(__file__).parents[1] / "models" / "data"
COMMENTS = _DATA / "closure" / "comments.jsonl"
# Passages that were written for the encoder: what ordinary comments say, at length. Those that say something of closure
# do not count: what the rules hear, and the ones listed.
ORDINARY = tuple(_DATA / "training" / f"{name}.jsonl" for name in ("letters", "register", "trackers"))
SAYING = _DATA / "closure" / "saying_something.txt"
TRAPS = 1 / 3  # of all comments that traps count as: nearly half of those written are, and fewer of real ones
# Of the comments that are called so on folds, at least.
PRECISION = {"decided": 0.9, "requested": 0.85, "superseded": 0.9, "parked": 0.9}
_LEAST, _NEVER = 0.3, 1.01


@dataclass(frozen=True, slots=True)
class Example:
    """A comment with what it says, carried by the sentence that holds the character `start`, and what it counts."""

    text: str
    says: str
    start: int
    weight: float


def examples() -> list[Example]:
    """The comments to learn from, those written for this first."""
    rows = _rows(COMMENTS)
    traps = sum(row["trap"] for row in rows)
    weight = TRAPS / (1 - TRAPS) * (len(rows) - traps) / traps
    written = [Example(row["text"], row["says"], row.get("from", 0), weight if row["trap"] else 1.0) for row in rows]
    saying = frozenset(SAYING.read_text("utf-8").split())
    texts = [row["text"] for path in ORDINARY for row in _rows(path) if row["id"] not in saying]
    return [*written, *(Example(text, NOTHING, 0, 1.0) for text in texts if claim_of(text) is None)]


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def content_of(encoder: Encoder) -> str:
    """Hex SHA-256 of all that the model is made from, save the code."""
    learned = [(one, hear(one.text)) for one in examples()]
    made_of = (CONSTANTS, PRECISION, _LEAST, encoder.fingerprint, cue_names(), learned)
    return hashlib.sha256(repr(made_of).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Learned:
    """A model, and for each example what models said of it that had not seen it."""

    model: ClosureModel
    held_out: tuple[str, ...]


def learn(encoder: Encoder) -> Learned:
    """Train the model. The same comments, rules and encoder give the same."""
    known = examples()
    heard = [HeardComment(one.text, tuple(hear(one.text))) for one in known]
    sentences = sentences_of(heard, cast(DocumentEncoder, as_questions(encoder)))
    said = [says for one, comment in zip(known, heard, strict=True) for says in _labels(one, comment.sentences)]
    comments = [number for number, comment in enumerate(heard) for _ in comment.sentences]
    weights = [known[comment].weight for comment in comments]
    content = content_of(encoder)
    trained = train_closure(sentences, said, weights, comments, cue_names(), content, encoder.fingerprint)
    folds = _Folds(tuple(known), tuple(heard), trained.held_out)
    threshold = folds.thresholds()
    return Learned(replace(trained.model, threshold=threshold), tuple(folds.read(threshold)))


def _labels(example: Example, sentences: Sequence[Heard]) -> list[str | None]:
    """What each sentence of an example says; None where that is not known: what came before may say what was asked."""
    if example.says == NOTHING:
        return [NOTHING] * len(sentences)
    at = max(place for place, one in enumerate(sentences) if one.span[0] <= example.start)
    return [example.says if place == at else None if one.says else NOTHING for place, one in enumerate(sentences)]


@dataclass(frozen=True, slots=True)
class _Folds:
    """Comments, as written and as heard, and the probabilities of their sentences by models that had not seen them."""

    examples: tuple[Example, ...]
    heard: tuple[HeardComment, ...]
    probabilities: Numbers

    def read(self, threshold: Mapping[str, float]) -> list[str]:
        """What each comment is said to say with these thresholds."""
        claims = claims_in(self.heard, said_by(self.probabilities, threshold))
        return [claim.says if claim else NOTHING for claim in claims]

    def thresholds(self) -> dict[str, float]:
        """For each that may be said the least probability from which it is said precisely enough."""
        found = dict.fromkeys(SAYS[1:], 0.5)
        for says, precision in PRECISION.items():
            found[says] = _NEVER
            for least in np.arange(_LEAST, 0.99, 0.01).round(2).tolist():
                read = self.read(found | {says: least})
                called = [one for one, said in zip(self.examples, read, strict=True) if said == says]
                right = sum(one.weight for one in called if one.says == says)
                if right >= precision * sum(one.weight for one in called) > 0:
                    found[says] = least
                    break
        return found


def main() -> None:
    """Write the model into the program's own folder."""
    save_closure(learn(load_encoder()).model)


if __name__ == "__main__":
    main()
