"""Encoders compared on judged queries: each indexes the same documents, and is asked the same."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from corpus.collection import Collection
from indexer.build import build
from indexer.manifest import ENCODERS
from models.encoder import Encoder, load_encoder
from service.engine import Engine
from service.evaluation.calibrate import calibrate
from service.evaluation.queries import Progress, evaluate_queries, evaluate_similar
from service.evaluation.runs import Change, Means, Run, compare_runs, summary
from service.memory.strength import calibrated, load_strength, save_strength

Measure = Callable[[Path, Engine, Progress], Run]


@dataclass(frozen=True, slots=True)
class Tried:
    """What one encoder came to: means by measure, and what lies between the first encoder and it (None for that)."""

    name: str
    means: Means
    change: Change | None


def compare_encoders(
    encoders: Sequence[str | None],
    file: Path,
    similar: bool,
    collection: Collection,
    inputs: Sequence[str],
    data: Path,
    progress: Progress,
    *,
    forces: Path | None = None,
    vocabulary: Path | None = None,
) -> list[Tried]:
    """Ask every judged query of `file` of an index of `collection` by each encoder; None is the bundled one.

    `similar`: the file holds findings to look for the like of. `forces` and `vocabulary` are the user's files. The
    indexes stay in `data`/evaluate, with match strength fitted to each encoder, so that a second run is quick. Raises
    EvaluationError, ModelError, GenerationError and StrengthError.
    """
    measure: Measure = evaluate_similar if similar else evaluate_queries
    runs = []
    for name in encoders:
        encoder = load_encoder(name, data / ENCODERS)
        home = data / "evaluate" / f"encoder-{encoder.fingerprint[:16]}"
        build(collection, encoder, home, inputs=inputs, forces=forces, vocabulary=vocabulary, progress=progress)
        _fit(encoder, home, progress)
        runs.append(measure(file, Engine(home, encoder, mask_contacts=False), progress))
    return [
        Tried(run["measured"]["encoder"]["name"], summary(run["queries"]), compare_runs(runs[0], run) if at else None)
        for at, run in enumerate(runs)
    ]


def _fit(encoder: Encoder, home: Path, progress: Progress) -> None:
    """Match strength for an encoder that has none yet."""
    if calibrated(load_strength(home, encoder), encoder):
        return
    for file, found in calibrate(encoder, progress).items():
        save_strength(home, found.strength, file)
