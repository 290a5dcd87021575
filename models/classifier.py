"""Texts to labels: a frozen encoder's vectors, fragments of words and terms, and one linear head for each label."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from models.encoder import DocumentEncoder, ModelError
from models.examples import Example
from models.terms import Terms

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix
    from sklearn.feature_extraction.text import TfidfVectorizer

Vectors = NDArray[np.float32]
Numbers = NDArray[np.float64]
Flags = NDArray[np.bool_]
Decision = Literal["assigned", "review", "none"]

# Weights of the features beside the unit vector, and how little the heads are held back (inverse L2).
WORDS, TERMS, HEADINGS, INVERSE_L2 = 0.6, 0.5, 0.4, 5.0
FRAGMENT = 4  # characters: fragments of words stand for their forms, and cost a fifth of those of 2 to 5
_MANY = 50  # texts from which a fragment that stands in one alone is not learned
_LEAST_SLOPE = 0.01
_ALWAYS = 10.0  # score of a label that all examples have, or none
FOLDS = 5
SEED = 20_261_126
CONSTANTS = (WORDS, TERMS, HEADINGS, INVERSE_L2, FRAGMENT, FOLDS, SEED)  # what a model is made with
# A review is asked for where nothing is assigned and a theme comes at least this near its threshold (in logits).
REVIEW = 1.0
MOST = 3  # labels of a text that are no contradiction: the shipped examples have three at most


@dataclass(frozen=True, slots=True)
class Label:
    """A label to learn: what it is in words, which is an example of it as well, and terms that name it."""

    key: str
    description: str
    terms: tuple[str, ...] = ()


@dataclass(frozen=True)
class Words:
    """Weighted fragments of words. `fragments` are in their order, `rarity` is the inverse document frequency."""

    fragments: tuple[str, ...]
    rarity: Numbers

    @cached_property
    def _weigher(self) -> "TfidfVectorizer":
        weigher = _weigher(vocabulary={fragment: place for place, fragment in enumerate(self.fragments)})
        weigher.idf_ = self.rarity
        return weigher

    def known_share(self, text: str) -> float:
        """The share of a text's fragments that stand in the examples; 1 where it has none."""
        found = self._weigher.build_analyzer()(text)
        known = self._weigher.vocabulary
        return sum(fragment in known for fragment in found) / len(found) if found else 1.0

    def weights(self, texts: Sequence[str]) -> "csr_matrix":
        """Unit rows, shape (texts, fragments)."""
        return self._weigher.transform(texts)


@dataclass(frozen=True)
class Classifier:
    """Trained heads. All arrays have one row for each of `labels`, in their order.

    A head's score s is w·x + b; its probability 1 / (1 + exp(-(slope·s + offset))) (Platt, 1999), and it is assigned
    from `threshold` on. With `exclusive`, each text has one label at most: the best one.
    """

    labels: tuple[str, ...]
    exclusive: bool
    words: Words
    terms: Terms
    weights: Vectors
    bias: Numbers
    slope: Numbers
    offset: Numbers
    threshold: Numbers

    def probabilities(self, texts: Sequence[str], headings: Sequence[str], vectors: Vectors) -> Numbers:
        """Calibrated probabilities, shape (texts, labels), of texts under headings, with their unit vectors."""
        found = _sigmoid(self.scores(texts, headings, vectors) * self.slope + self.offset)
        return _shared(found) if self.exclusive else found

    def best(self, texts: Sequence[str], headings: Sequence[str], encoder: DocumentEncoder) -> Numbers:
        """Calibrated probabilities of texts of any length, shape (texts, labels): those of the window that has most.

        `headings` are what each text stands under, "" for nothing.
        """
        cut = [encoder.windows(text) for text in texts]
        if not cut:
            return np.zeros((0, len(self.labels)))
        flat = [window for own in cut for window in own]
        above = [heading for heading, own in zip(headings, cut, strict=True) for _ in own]
        starts = np.cumsum([0, *(len(own) for own in cut[:-1])])
        found = np.maximum.reduceat(self.probabilities(flat, above, encoder.encode_document(flat)), starts, axis=0)
        return _shared(found) if self.exclusive else found

    def scores(self, texts: Sequence[str], headings: Sequence[str], vectors: Vectors) -> Numbers:
        """The heads' scores before calibration, shape (texts, labels)."""
        of_vectors, of_words, of_terms = self._of_each
        found = vectors @ of_vectors + self.words.weights(texts) @ of_words
        if len(of_terms):
            found = found + _terms(self.terms, texts, headings) @ of_terms
        return np.asarray(found + self.bias, np.float64)

    @cached_property
    def _of_each(self) -> tuple[Vectors, Vectors, Vectors]:
        """The weights of vectors, words and terms, shape (features, labels); those of words scaled by WORDS."""
        terms = 2 * len(self.labels) if any(self.terms.of_labels) else 0  # in the text, and in what it stands under
        words = len(self.words.fragments)
        dimension = self.weights.shape[1] - words - terms
        of_vectors, of_words, of_terms = np.split(self.weights.T, [dimension, dimension + words])
        return of_vectors, np.ascontiguousarray(WORDS * of_words, np.float32), of_terms

    def assigned(self, probabilities: Numbers) -> Flags:
        """Which labels are assigned, shape (texts, labels)."""
        chosen = probabilities >= self.threshold
        if self.exclusive:
            best = np.zeros_like(chosen)
            best[np.arange(len(best)), probabilities.argmax(axis=1)] = True
            chosen &= best
        return chosen

    def decisions(self, probabilities: Numbers) -> tuple[list[Decision], Numbers]:
        """For each text whether labels are assigned, in doubt or none, and how great the greatest doubt is, 0 to 1.

        The doubt of a label falls with the distance of its score from that of its threshold, in logits. A text with
        more labels than MOST is for review as well, and in full doubt: its heads contradict one another.
        """
        distance = _logit(probabilities) - _logit(self.threshold)
        doubt = np.exp(-np.abs(distance)).max(axis=1)
        near = np.flatnonzero((distance >= -REVIEW).any(axis=1))
        decisions: list[Decision] = ["none"] * len(distance)
        for place in near.tolist():
            decisions[place] = "review"
        counts = self.assigned(probabilities).sum(axis=1)
        for place in np.flatnonzero(counts).tolist():
            decisions[place] = "assigned" if counts[place] <= MOST else "review"
        return decisions, np.where(counts > MOST, 1.0, doubt)


@dataclass(frozen=True, slots=True)
class Trained:
    """A classifier, and what its heads said of each example when they had not seen its group: (examples, labels)."""

    classifier: Classifier
    held_out: Numbers
    truth: Flags


def train(
    examples: Sequence[Example], labels: Sequence[Label], encoder: DocumentEncoder, *, exclusive: bool = False
) -> Trained:
    """Heads for `labels` from `examples`, the labels' descriptions and their terms.

    Logistic regression for each label, calibrated by the logistic curve of its held-out scores (folds by group) and
    cut where held-out F1 is best. The same examples, labels and encoder give the same heads. Raises ModelError for a
    label without an example, and without examples of two groups.
    """
    truth = _truth(examples, labels)
    groups = np.unique([example.group for example in examples], return_inverse=True)[1]
    _check(truth, groups, labels)
    texts = [example.text for example in examples]
    said = [(text, row) for row, label in enumerate(labels) for text in (label.description, *label.terms)]
    everything = [*texts, *(text for text, _ in said)]
    known = np.vstack([truth, np.eye(len(labels), dtype=np.bool_)[[row for _, row in said]]])
    words = _learn_words(everything)
    terms = Terms(tuple(label.terms for label in labels))
    headings = [*(". ".join(example.headings) for example in examples), *("" for _ in said)]
    features = _features(everything, headings, encode_texts(everything, encoder), words, terms)
    held_out = _held_out(features, known, groups)
    weights, bias = _fit(features, known)
    slope, offset = _calibrated(held_out, truth)
    probabilities = _sigmoid(held_out * slope + offset)
    if exclusive:
        probabilities = _shared(probabilities)
        threshold = np.full(len(labels), _one_cut(probabilities, truth))
    else:
        threshold = _thresholds(probabilities, truth)
    classifier = Classifier(
        tuple(label.key for label in labels), exclusive, words, terms, weights, bias, slope, offset, threshold
    )
    return Trained(classifier, probabilities, truth)


def encode_texts(texts: Sequence[str], encoder: DocumentEncoder) -> Vectors:
    """Unit vectors of texts of any length: the mean of their windows. Shape (texts, dimension)."""
    windows = [encoder.windows(text) for text in texts]
    flat = encoder.encode_document([window for own in windows for window in own])
    means = np.add.reduceat(flat, np.cumsum([0, *(len(own) for own in windows[:-1])]), axis=0)
    return np.asarray(means / np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-9), np.float32)


def _truth(examples: Sequence[Example], labels: Sequence[Label]) -> Flags:
    return np.array([[label.key in example.labels for label in labels] for example in examples], np.bool_)


def _check(truth: Flags, groups: NDArray[np.int64], labels: Sequence[Label]) -> None:
    if not len(truth) or groups.max() == 0:
        raise ModelError("There is nothing to learn from: examples of at least two documents are needed.")
    bare = [label.key for number, label in enumerate(labels) if not truth[:, number].any()]
    if bare:
        raise ModelError(
            f"There is no example of {', '.join(bare)}. Add some to the examples, or remove or merge it in the themes."
        )


def _weigher(**options: Any) -> "TfidfVectorizer":
    from sklearn.feature_extraction.text import TfidfVectorizer

    return TfidfVectorizer(analyzer="char_wb", ngram_range=(FRAGMENT, FRAGMENT), sublinear_tf=True, **options)


def _learn_words(texts: Sequence[str]) -> Words:
    try:
        weigher = _weigher(min_df=2 if len(texts) >= _MANY else 1).fit(texts)
    except ValueError as error:
        raise ModelError(f"There is nothing to learn from: no text of the examples holds words ({error}).") from error
    return Words(tuple(weigher.get_feature_names_out()), np.asarray(weigher.idf_, np.float64))


def _terms(terms: Terms, texts: Sequence[str], headings: Sequence[str]) -> Vectors:
    """How often terms stand in each text, and in what it stands under; shape (texts, 2 × labels)."""
    own, above = np.log1p(terms.counts(texts)), np.log1p(terms.counts(headings))
    return np.asarray(np.hstack([TERMS * own, HEADINGS * above]), np.float32)


def _features(
    texts: Sequence[str], headings: Sequence[str], vectors: Vectors, words: Words, terms: Terms
) -> "csr_matrix":
    from scipy.sparse import csr_matrix, hstack

    parts = [csr_matrix(vectors), words.weights(texts) * WORDS]
    if any(terms.of_labels):
        parts.append(csr_matrix(_terms(terms, texts, headings)))
    return hstack(parts).tocsr()


def _fit(features: "csr_matrix", truth: Flags) -> tuple[Vectors, Numbers]:
    from sklearn.linear_model import LogisticRegression

    weights = np.zeros((truth.shape[1], features.shape[1]), np.float32)
    bias = np.zeros(truth.shape[1])
    for label in range(truth.shape[1]):
        if truth[:, label].all() or not truth[:, label].any():
            bias[label] = _ALWAYS if truth[:, label].all() else -_ALWAYS
            continue
        # A third of the time of the default solver. It holds the intercept back too, the less the more it is scaled.
        head = LogisticRegression(C=INVERSE_L2, solver="liblinear", intercept_scaling=10.0, max_iter=1_000)
        head.fit(features, truth[:, label])
        weights[label], bias[label] = head.coef_[0], head.intercept_[0]
    return weights, bias


def _held_out(features: "csr_matrix", truth: Flags, groups: NDArray[np.int64]) -> Numbers:
    """Scores of the examples by heads that saw neither them nor others of their group; descriptions are seen by all."""
    from sklearn.model_selection import GroupKFold

    count = len(groups)
    described = np.arange(count, len(truth))
    scores = np.zeros((count, truth.shape[1]))
    folds = GroupKFold(min(FOLDS, int(groups.max()) + 1), shuffle=True, random_state=SEED)
    for seen, unseen in folds.split(np.zeros(count), groups=groups):
        rows = np.concatenate([seen, described])
        weights, bias = _fit(features[rows], truth[rows])
        scores[unseen] = features[unseen] @ weights.T + bias
    return scores


def _calibrated(scores: Numbers, truth: Flags) -> tuple[Numbers, Numbers]:
    from sklearn.linear_model import LogisticRegression

    slope, offset = np.ones(truth.shape[1]), np.zeros(truth.shape[1])
    for n in np.flatnonzero(~truth.all(axis=0)).tolist():
        # Each example counts for both answers, by Platt's targets: with few examples, less sure than they are.
        yes = truth[:, n].sum()
        targets = np.where(truth[:, n], (yes + 1) / (yes + 2), 1 / (len(truth) - yes + 2))
        twice, answer = np.vstack([scores[:, [n]]] * 2), np.repeat([True, False], len(truth))
        curve = LogisticRegression(C=1e3).fit(twice, answer, sample_weight=np.concatenate([targets, 1 - targets]))
        # A curve that falls would turn the label around.
        slope[n], offset[n] = max(curve.coef_[0, 0], _LEAST_SLOPE), curve.intercept_[0]
    return slope, offset


def _thresholds(probabilities: Numbers, truth: Flags) -> Numbers:
    """For each label the probability to assign from: half way between its own best cut for F1 and that of all together.

    Its own, found on some dozens of examples, is as much chance as fact.
    """
    own = np.array([_best_cut(probabilities[:, n], truth[:, n]) for n in range(truth.shape[1])])
    return (own + _best_cut(probabilities.ravel(), truth.ravel())) / 2


def _one_cut(probabilities: Numbers, truth: Flags) -> float:
    """Where each text has one label at most: the probability under which its best label is not assigned.

    The cut that is fair to both: the mean of the share of texts with a label that get theirs, and of texts without one
    that get none, is greatest. 0 where every text has a label.
    """
    best, named = probabilities.max(axis=1), truth.any(axis=1)
    if named.all():
        return 0.0
    right = truth[np.arange(len(truth)), probabilities.argmax(axis=1)]
    cuts = np.quantile(best, np.linspace(0, 1, 401))
    gains = [right[named][best[named] >= cut].sum() / named.sum() + np.mean(best[~named] < cut) for cut in cuts]
    return float(cuts[int(np.argmax(gains))])


def _best_cut(probabilities: Numbers, truth: Flags) -> float:
    order = np.argsort(-probabilities, kind="stable")
    found = np.cumsum(truth[order])
    f1 = 2 * found / (np.arange(1, len(order) + 1) + truth.sum())
    best = int(np.argmax(f1))
    here = probabilities[order[best]]
    after = probabilities[order[best + 1]] if best + 1 < len(order) else 0.0
    return float((here + after) / 2)


def _shared(probabilities: Numbers) -> Numbers:
    """Probabilities of labels of which a text has one at most: together they are 1 at most."""
    return np.asarray(probabilities / np.maximum(probabilities.sum(axis=1, keepdims=True), 1))


def _sigmoid(scores: Numbers) -> Numbers:
    return np.asarray(1 / (1 + np.exp(-np.clip(scores, -60, 60))))


def _logit(probabilities: Numbers) -> Numbers:
    inside = np.clip(probabilities, 1e-9, 1 - 1e-9)
    return np.asarray(np.log(inside / (1 - inside)))


def named(key: str) -> str:
    """A label's key as words, which describe it where nothing else does."""
    return " ".join(re.findall(r"[^\W_]+", key)) or key
