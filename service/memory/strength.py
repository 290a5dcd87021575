"""Match strength: how likely a passage with this likeness and these words is an answer."""

import json
from contextlib import suppress
from dataclasses import asdict, dataclass
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from indexer.durable import write_whole
from service.contract.service_errors import StrengthError

if TYPE_CHECKING:
    from models.encoder import Encoder

Scores = NDArray[np.float64]
# The files of the two calibrations: a finding that is looked for is longer than a question, and holds other words.
SEARCH, SIMILAR = "strength.json", "similar_strength.json"
TYPICAL = 1_000  # passages
LEAST = 0.1  # of the odds of `weak`


@dataclass(frozen=True, slots=True)
class Strength:
    """A logistic curve over cosine and coverage, and three points on it.

    An index where no passage reaches `weak` has no answer to the question; where one does, the first few are shown as
    far as they reach `least`, beyond them all that reach `member`, and those from `good` on are called good. `encoder`
    is the fingerprint of the encoder whose cosines it was fitted to.
    """

    encoder: str
    intercept: float
    cosine: float
    coverage: float
    member: float
    weak: float
    good: float

    @property
    def found(self) -> float:
        """What a passage has to reach to be found, wherever it stands in the list."""
        return max(self.weak, self.member)

    @property
    def least(self) -> float:
        """What the first few of a list reach at least."""
        odds = LEAST * self.weak / (1 - self.weak)
        return odds / (1 + odds)

    def evidence(self, cosine: Scores, coverage: Scores) -> Scores:
        """The probability, 0 to 1, for each passage; `cosine` less what `luck` gives."""
        logit = self.intercept + self.cosine * cosine + self.coverage * coverage
        return np.asarray(1 / (1 + np.exp(-np.clip(logit, -50, 50))))

    def to_json(self) -> str:
        """The calibration as it stands in a file."""
        return json.dumps(asdict(self), indent=2) + "\n"


def luck(deviation: float, passages: int) -> float:
    """How much higher the best cosine of so many passages is by chance alone than that of TYPICAL ones.

    The expected maximum of n draws of a normal distribution with this deviation is about its square root of 2 ln n
    above the mean. Without it, a question without an answer would find one in any index that is large enough.
    """
    return float(deviation * ((2 * np.log(max(passages, 2))) ** 0.5 - (2 * np.log(TYPICAL)) ** 0.5))


def shipped_strength(file: str = SEARCH) -> Strength:
    """The calibration that comes with the program, for its own encoder."""
    return _parse((resources.files("service") / "data" / file).read_text("utf-8"), file)


def load_strength(data: Path, encoder: "Encoder", file: str = SEARCH) -> Strength:
    """The calibration for `encoder`: the one made in `data`, else the shipped one, even where it is for another.

    `calibrated` tells whether it fits. A file in `data` that cannot be used is passed over: `own_strength` says why.
    """
    with suppress(StrengthError):
        own = own_strength(data, file)
        if own is not None and calibrated(own, encoder):
            return own
    return shipped_strength(file)


def own_strength(data: Path, file: str = SEARCH) -> Strength | None:
    """The calibration made in `data`, for whatever encoder. Raises StrengthError for a file that cannot be used."""
    path = data / file
    if not path.exists():
        return None
    try:
        return _parse(path.read_text("utf-8", errors="replace"), str(path))
    except OSError as error:
        raise StrengthError(f"{path} cannot be read ({error.strerror}): run `precedent calibrate`.") from error


def save_strength(data: Path, strength: Strength, file: str = SEARCH) -> None:
    """Keep a calibration in `data`, whole or not at all; engines that are running take it up with the next index."""
    data.mkdir(parents=True, exist_ok=True)
    write_whole(data / file, strength.to_json())


def calibrated(strength: Strength, encoder: "Encoder") -> bool:
    """Whether a calibration was made with this encoder."""
    return strength.encoder == encoder.fingerprint


def _parse(text: str, where: str) -> Strength:
    try:
        found = json.loads(text)
        numbers = {name: float(found[name]) for name in Strength.__slots__ if name != "encoder"}
        strength = Strength(encoder=str(found["encoder"]), **numbers)
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError) as error:
        raise StrengthError(
            f"{where} is no calibration of match strength ({error!r}): delete it, or run `precedent calibrate`."
        ) from error
    points = 0 < strength.member <= strength.good < 1 and 0 < strength.weak <= strength.good
    if not (np.isfinite(list(numbers.values())).all() and points and strength.cosine > 0 and strength.coverage > 0):
        raise StrengthError(f"{where} holds numbers that cannot be: delete it, or run `precedent calibrate`.")
    return strength
