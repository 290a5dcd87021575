"""Match strength: how likely a passage with this likeness and these words is an answer."""

import json
from dataclasses import asdict, dataclass
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from models.encoder import Encoder

Scores = NDArray[np.float64]
FILE = "strength.json"


class StrengthError(Exception):
    """A calibration that cannot be read or made; the message says what happened and what to do."""


@dataclass(frozen=True, slots=True)
class Strength:
    """A logistic curve over cosine, coverage and size of the index, and three points on it.

    An index where no passage reaches `weak` has no answer to the question; where one does, all that reach `member`
    are shown, and those from `good` on are called good. `encoder` is the fingerprint of the encoder whose cosines it
    was fitted to.
    """

    encoder: str
    intercept: float
    cosine: float
    coverage: float
    size: float
    member: float
    weak: float
    good: float

    def evidence(self, cosine: Scores, coverage: Scores, passages: int) -> Scores:
        """The probability, 0 to 1, for each passage of an index of so many passages."""
        logit = self.intercept + self.cosine * cosine + self.coverage * coverage
        logit = logit + self.size * np.log(max(passages, 1) / 1000)
        return np.asarray(1 / (1 + np.exp(-np.clip(logit, -50, 50))))

    def to_json(self) -> str:
        """The calibration as it stands in a file."""
        return json.dumps(asdict(self), indent=2) + "\n"


def shipped_strength() -> Strength:
    """The calibration that comes with the program, for its own encoder."""
    return _parse((resources.files("service") / "data" / FILE).read_text("utf-8"), FILE)


def load_strength(data: Path, encoder: "Encoder") -> Strength:
    """The calibration for `encoder`: the one made in `data`, else the shipped one, even where it is for another.

    `calibrated` tells whether it fits. Raises StrengthError for a file that cannot be used.
    """
    path = data / FILE
    if path.is_file():
        own = _parse(path.read_text("utf-8", errors="replace"), str(path))
        if calibrated(own, encoder):
            return own
    return shipped_strength()


def save_strength(data: Path, strength: Strength) -> None:
    """Keep a calibration in `data`, whole or not at all; engines that are running take it up with the next index."""
    data.mkdir(parents=True, exist_ok=True)
    new = data / f"{FILE}.new"
    new.write_text(strength.to_json(), "utf-8")
    new.replace(data / FILE)


def calibrated(strength: Strength, encoder: "Encoder") -> bool:
    """Whether a calibration was made with this encoder."""
    return strength.encoder == encoder.fingerprint


def _parse(text: str, where: str) -> Strength:
    try:
        found = json.loads(text)
        numbers = {name: float(found[name]) for name in Strength.__slots__ if name != "encoder"}
        strength = Strength(encoder=str(found["encoder"]), **numbers)
    except (ValueError, TypeError, KeyError) as error:
        raise StrengthError(
            f"{where} is no calibration of match strength ({error!r}): delete it, or run `precedent calibrate`."
        ) from error
    if not (np.isfinite(list(numbers.values())).all() and 0 <= strength.member <= strength.weak <= strength.good <= 1):
        raise StrengthError(f"{where} holds numbers that cannot be: delete it, or run `precedent calibrate`.")
    return strength
