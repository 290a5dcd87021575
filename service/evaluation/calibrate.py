"""Calibration of match strength: questions that the sample documents answer, and others that they do not."""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from corpus.collection import load
from corpus.forces import load_forces
from indexer.build import build
from service.answers.retrieve import encode
from service.answers.similar import asked_by_text, encode_asked, sought
from service.contract.requests import SimilarRequest
from service.contract.service_errors import StrengthError
from service.evaluation.judged import JudgedQuery, plain, read_judged
from service.memory.facets import Mask, substance_of
from service.memory.opened import Opened, open_for
from service.memory.strength import SEARCH, SIMILAR, Strength, luck
from service.query.question import Question, clean, understand

if TYPE_CHECKING:
    from models.encoder import Encoder

Progress = Callable[[str, int, int], None]
Numbers = NDArray[np.float64]
Vector = NDArray[np.float32]
Way = Callable[[Opened, "Encoder", str], tuple[Question, Vector, Mask]]

# Shares of the sample's documents that questions are put to: what answers some of them is in the rest. Each is drawn
# DRAWS times.
SHARES, DRAWS, SEED = (1.0, 0.5, 0.25), 3, 20261126
# A passage is called good from where this share of those questions are answerable whose best passage is as good.
GOOD = 0.9


# A passage beyond the first few is shown where it is as likely as this to answer: of 40 lists that were read, at .22 a
# fifth of the passages were on the topic, from here on a third, with the same nDCG@10 (docs/measurements.md).
MEMBER = 0.4
# A question is called unanswerable below the evidence that this share of answerable ones does not reach.
MISSED = {SEARCH: 0.08, SIMILAR: 0.1}
USELESS = 0.6  # area under the ROC curve below which an encoder is refused
_ROUNDS = 5


@dataclass(frozen=True, slots=True)
class Asked:
    """One question put to one part of the sample: what each passage offers, how many there are, and whether it answers.

    `cosine`, less what luck gives, and `coverage` are by passage.
    """

    cosine: Numbers
    coverage: Numbers
    passages: int
    answerable: bool


@dataclass(frozen=True, slots=True)
class Calibration:
    """A fitted strength and how well it tells the questions apart: area under the ROC curve, and shares at `weak`."""

    strength: Strength
    questions: int
    auroc: float
    answerable_missed: float
    unanswerable_caught: float


def calibrate(encoder: "Encoder", progress: Progress) -> dict[str, Calibration]:
    """Fit match strength for `encoder` on the questions, findings and documents that come with the program.

    One calibration for searches and one for similar findings, by the names of their files. The documents are indexed
    in a temporary folder. Logistic regression on the best passage of each question, which is found anew with each fit.
    Raises StrengthError for an encoder that does not tell them apart.
    """
    with ExitStack() as stack:
        sample, *files = (
            stack.enter_context(resources.as_file(resources.files(package).joinpath(path)))
            for package, path in (
                ("corpus", "sample"),
                ("service", "data/questions.jsonl"),
                ("service", "data/precedents.jsonl"),
            )
        )
        data = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="precedent-")))
        forces = sample / "forces.toml"
        collection = load([str(sample)], load_forces(forces))
        build(collection, encoder, data, inputs=[str(sample)], forces=forces, progress=progress)
        opened = open_for(data, encoder, _blank(encoder))
        ways = (_of_search, _of_similar)
        return {
            name: fit(
                list(_asked(opened, encoder, read_judged(file), way, progress)), encoder.fingerprint, MISSED[name]
            )
            for name, file, way in zip((SEARCH, SIMILAR), files, ways, strict=True)
        }


def fit(asked: Sequence[Asked], fingerprint: str, missed: float = MISSED[SEARCH]) -> Calibration:
    """The curve and its points for questions asked. Each part of the collection weighs the same for both answers."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import roc_auc_score

    answers = np.array([one.answerable for one in asked])
    slopes = np.array([10.0, 3.0])
    weights = _weights(asked, answers)
    model = LogisticRegression(C=10.0)
    for _ in range(_ROUNDS):
        features = np.array([_best(one, slopes) for one in asked])
        model.fit(features, answers, sample_weight=weights)
        slopes = model.coef_[0]
    evidence = model.predict_proba(features)[:, 1]
    area = float(roc_auc_score(answers, evidence))
    if min(slopes) <= 0 or area < USELESS:
        raise StrengthError(
            f"This encoder does not tell answers from other passages (area under the ROC curve {area:.2f}): nothing was"
            " changed. Choose another with PRECEDENT_ENCODER."
        )
    weak = float(np.quantile(evidence[answers], missed))
    good = min(max(weak, _good(evidence, answers, weights)), 0.9999)  # 1 is reached by nothing
    strength = Strength(
        encoder=fingerprint,
        intercept=round(float(model.intercept_[0]), 4),
        cosine=round(float(slopes[0]), 4),
        coverage=round(float(slopes[1]), 4),
        member=round(min(MEMBER, good), 4),
        weak=round(weak, 4),
        good=round(good, 4),
    )
    return Calibration(
        strength=strength,
        questions=len(asked),
        auroc=area,
        answerable_missed=float((evidence[answers] < weak).mean()),
        unanswerable_caught=float((evidence[~answers] < weak).mean()),
    )


def _blank(encoder: "Encoder") -> Strength:
    return Strength(encoder.fingerprint, 0.0, 1.0, 1.0, 0.5, 0.5, 0.5)


def _best(asked: Asked, slopes: Numbers) -> tuple[float, float]:
    place = int(np.argmax(slopes[0] * asked.cosine + slopes[1] * asked.coverage))
    return float(asked.cosine[place]), float(asked.coverage[place])


def _weights(asked: Sequence[Asked], answers: NDArray[np.bool_]) -> Numbers:
    """Weights by which, of the questions put to collections of about one size, as many are answerable as are not.

    Otherwise the curve would learn that a large sample answers more of these questions than a small one.
    """
    sizes = np.round(np.log2([one.passages for one in asked]))
    weights = np.zeros(len(asked))
    for size in np.unique(sizes):
        for answer in (True, False):
            chosen = (sizes == size) & (answers == answer)
            weights[chosen] = (sizes == size).sum() / max(chosen.sum(), 1) / 2
    return weights


def _good(evidence: Numbers, answers: NDArray[np.bool_], weights: Numbers) -> float:
    """The least evidence from which on the share GOOD is answerable."""
    order = np.argsort(-evidence, kind="stable")
    share = np.cumsum((weights * answers)[order]) / np.cumsum(weights[order])
    enough = np.flatnonzero(share >= GOOD)
    return float(evidence[order][enough[-1]]) if len(enough) else 1.0


def _asked(
    opened: Opened, encoder: "Encoder", questions: Sequence[JudgedQuery], way: Way, progress: Progress
) -> Iterator[Asked]:
    rows = opened.generation.tables.execute(
        "SELECT p.id, p.text, p.document, d.source FROM passages p JOIN documents d ON d.id = p.document ORDER BY p.id"
    ).fetchall()
    documents = np.array([row["document"] for row in rows])
    texts = [(plain(row["text"]), Path(row["source"]).name) for row in rows]
    parts = list(_parts(documents))
    for number, one in enumerate(questions):
        progress("ask", number, len(questions))
        question, vector, universe = way(opened, encoder, one.query)
        cosine, coverage, deviation = _offered(opened, question, vector)
        gold = np.array([_answers(one, text, source) for text, source in texts])
        for part in parts:
            chosen = part & universe
            if not chosen.any():
                continue
            passages = int(chosen.sum())
            chance = luck(deviation, passages)
            yield Asked(cosine[chosen] - chance, coverage[chosen], passages, bool(gold[chosen].any()))


def _of_search(opened: Opened, encoder: "Encoder", text: str) -> tuple[Question, Vector, Mask]:
    """A question as a search asks it, its vector, and the passages it is asked of: all."""
    question = opened.words.occurring(understand(text, opened.lexicon))
    return question, encode(question, encoder), np.ones(len(opened.columns.ids), np.bool_)


def _of_similar(opened: Opened, encoder: "Encoder", text: str) -> tuple[Question, Vector, Mask]:
    """A finding as its like is looked for, its vector, and the passages among which it is."""
    _, question, _, universe = sought(opened, encoder, asked_by_text(opened, clean(text)), SimilarRequest(text=text))
    return question, encode_asked(question, encoder), universe


def _offered(opened: Opened, question: Question, vector: Vector) -> tuple[Numbers, Numbers, float]:
    """Cosine and coverage of each passage, and the deviation of the reference sample's cosines."""
    ids = opened.columns.ids
    cosine = substance_of(opened.columns.content[ids]) * opened.generation.vectors.cosines(vector, ids)
    deviation = float((opened.generation.reference @ vector).std())
    return cosine, opened.words.held(question, ids).coverage, deviation


def _answers(question: JudgedQuery, text: str, source: str) -> bool:
    wanted = zip(question.places, question.wanted, strict=True)
    return any(p.grade == 2 and source.startswith(w.source) and w.must in text for p, w in wanted)


def _parts(documents: NDArray[np.int64]) -> Iterator[NDArray[np.bool_]]:
    """Which passages belong to each part of the collection."""
    random = np.random.default_rng(SEED)
    known = np.unique(documents)
    for share in SHARES:
        for _ in range(DRAWS if share < 1 else 1):
            yield np.isin(documents, random.permutation(known)[: max(1, round(share * len(known)))])
