"""How good tags are on judged texts: of the theme model, beside two plain yardsticks; and of any labels at all."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from models.classifier import Label, encode_texts, named, train
from models.examples import Example, load_examples
from models.label_metrics import (
    LEAST,
    Flags,
    Gold,
    brier,
    brier_skill,
    calibration_error,
    compare_f1,
    macro_f1,
    scores,
    scores_of,
)
from models.theme_model import ThemeModel, judge
from service.evaluation.judged import EvaluationError, read_bytes

if TYPE_CHECKING:
    from models.encoder import Encoder

Numbers = NDArray[np.float64]

ENOUGH = 5  # sure examples that a theme needs to count in the mean over themes


@dataclass(frozen=True, slots=True)
class JudgedText:
    """A text with what each annotator said its themes are, and what it stands under."""

    text: str
    annotators: tuple[frozenset[str], ...]
    section: tuple[str, ...]


def read_judged_texts(path: Path) -> list[JudgedText]:
    """Lines of JSON: {"text", "themes_a", "themes_b", "section"}, or "themes" of one. Raises EvaluationError."""
    found = []
    for number, line in enumerate(read_bytes(path).decode("utf-8-sig", "replace").split("\n"), start=1):
        if not line.strip():
            continue
        try:
            entry = json.loads(line)
            names = ("themes",) if "themes" in entry else ("themes_a", "themes_b")
            labels = tuple(frozenset(entry[name]) for name in names)
            found.append(JudgedText(str(entry["text"] or ""), labels, tuple(entry.get("section") or ())))
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            example = '{"text": "…", "themes_a": ["missing"], "themes_b": ["missing"]}'
            raise EvaluationError(f"{path}, line {number}: {error!r}. A line is like {example}.") from error
    if not found:
        raise EvaluationError(f"{path} holds no judged text.")
    return found


def evaluate_themes(path: Path, model: ThemeModel, encoder: "Encoder") -> dict[str, Any]:
    """The theme model on a file of judged texts, with and without their section, beside keywords and definitions."""
    if model.encoder != encoder.fingerprint:
        raise EvaluationError(f"Theme model {model.id} was trained with another encoder: run `precedent themes train`.")
    rows = read_judged_texts(path)
    keys = model.classifier.labels
    unknown = {theme for row in rows for own in row.annotators for theme in own} - set(keys)
    if unknown:
        raise EvaluationError(f"{path}: {sorted(unknown)[0]!r} is no theme of {model.id}; there are {', '.join(keys)}.")
    count = max(len(row.annotators) for row in rows)
    gold = Gold.of(
        *(_flags([row.annotators[min(n, len(row.annotators) - 1)] for row in rows], keys) for n in range(count))
    )
    texts = [row.text for row in rows]
    sections = [". ".join(row.section) for row in rows]
    with_section, without = (judge(model, texts, above, encoder) for above in (sections, [""] * len(rows)))
    fewest, enough = _counted(gold)
    classifier = model.classifier
    chosen = classifier.assigned(with_section)
    plain = {
        "keywords": keyword_flags(texts, model),
        "definitions": _by_definition(texts, model, encoder, gold, enough),
    }
    decisions, _ = classifier.decisions(with_section)
    sure = [n for n, decision in enumerate(decisions) if decision == "assigned"]
    return {
        "name": path.name,
        "model": model.id,
        "texts": len(rows),
        "themes_counted": [keys[n] for n in enough],
        "fewest_examples": fewest,
        "micro": asdict(scores(chosen[:, enough], gold.part(enough))),
        "without_section": asdict(scores(classifier.assigned(without)[:, enough], gold.part(enough))),
        "all_themes": asdict(scores(chosen, gold)),
        "macro_f1": macro_f1(chosen[:, enough], gold.part(enough)),
        "calibration_error": calibration_error(with_section, gold.share),
        "calibrated_from": LEAST,
        "brier": brier(with_section, gold.share),
        "yardsticks": {
            name: {
                "f1": scores_of(flags[:, enough], gold.part(enough)),
                **asdict(compare_f1(flags[:, enough], chosen[:, enough], gold.part(enough))),
            }
            for name, flags in plain.items()
        },
        "coverage": {name: decisions.count(name) / len(rows) for name in ("assigned", "review", "none")},
        "f1_of_assigned": scores_of(chosen[sure], Gold(gold.sure[sure], gold.allowed[sure], gold.share[sure])),
        "themes": {
            keys[n]: {
                **asdict(scores(chosen[:, [n]], gold.part([n]))),
                "brier_skill": brier_skill(with_section[:, n], gold.share[:, n]),
            }
            for n in range(len(keys))
            if gold.allowed[:, n].any() or chosen[:, n].any()
        },
    }


def _counted(gold: Gold) -> tuple[int, list[int]]:
    """Which themes count in the means, by their place: those with ENOUGH examples; in a file without, fewer do."""
    examples = gold.sure.sum(axis=0)
    for fewest in (ENOUGH, 1, 0):
        enough = np.flatnonzero(examples >= fewest).tolist()
        if enough:
            break
    return fewest, enough


def keyword_flags(texts: Sequence[str], model: ThemeModel) -> Flags:
    """The keyword yardstick: a text has a theme if one of its terms stands in it."""
    return np.asarray(model.classifier.terms.counts(texts) > 0)


def _by_definition(
    texts: Sequence[str], model: ThemeModel, encoder: "Encoder", gold: Gold, columns: Sequence[int]
) -> Flags:
    """The zero-shot yardstick: near enough to a theme's definition, the nearness chosen with hindsight."""
    described = [f"{theme.label}. {theme.definition}" for theme in model.taxonomy.themes]
    similar = encode_texts(texts, encoder) @ encode_texts(described, encoder).T
    cuts = np.quantile(similar, np.linspace(0.5, 1, 101))
    best = max(cuts, key=lambda cut: scores_of((similar >= cut)[:, columns], gold.part(list(columns))))
    return np.asarray(similar >= best)


def evaluate_classifier(train_file: Path, test_file: Path, encoder: "Encoder", none: str = "") -> dict[str, Any]:
    """Heads for any labels, learned from one file and tried on another; both CSV (text, label) or JSON Lines.

    A text without a label, or with the label `none`, has none: it is learned from, and the right answer is no label.
    Where every text has one label at most, one at most is given.
    """
    learned, tried = (_without(load_examples(path), none) for path in (train_file, test_file))
    keys = sorted({label for example in learned for label in example.labels})
    if not keys or not tried:
        raise EvaluationError(f"{test_file if keys else train_file} holds no text with a label.")
    unseen = sorted({label for example in tried for label in example.labels} - set(keys))
    if unseen:
        raise EvaluationError(f"{test_file}: there is no example of {unseen[0]!r} in {train_file}; add one.")
    exclusive = max(len(example.labels) for example in [*learned, *tried]) <= 1
    trained = train(learned, [Label(key, named(key)) for key in keys], encoder, exclusive=exclusive)
    texts = [example.text for example in tried]
    classifier = trained.classifier
    found = classifier.best(texts, [""] * len(texts), encoder)
    truth = _flags([example.labels for example in tried], keys)
    return {"train": train_file.name, "test": test_file.name, **measured(found, classifier.assigned(found), truth)} | {
        "learned_from": len(learned),
        "labels": len(keys),
        "exclusive": exclusive,
        "threshold": float(classifier.threshold[0]) if exclusive else None,
        "per_label": {
            key: asdict(scores(classifier.assigned(found)[:, [n]], Gold.of(truth[:, [n]])))
            for n, key in enumerate(keys)
            if len(keys) <= 50
        },
    }


def measured(found: Numbers, chosen: Flags, truth: Flags) -> dict[str, Any]:
    """What is measured of probabilities and the labels chosen by them, both of shape (texts, labels)."""
    gold = Gold.of(truth)
    figures: dict[str, Any] = {
        "texts": len(truth),
        "micro": asdict(scores(chosen, gold)),
        "macro_f1": macro_f1(chosen, gold),
        "brier": brier(found, gold.share),
    }
    if truth.sum(axis=1).max() != 1:
        return {**figures, "calibration_error": calibration_error(found, gold.share)}
    best: NDArray[np.int64] = found.argmax(axis=1)
    has: NDArray[np.bool_] = truth.sum(axis=1) > 0
    right = truth[np.arange(len(truth)), best]
    figures["accuracy"] = float(right[has].mean())
    figures["accuracy_given"] = float((right & (chosen.sum(axis=1) > 0))[has].mean())
    figures["calibration_error"] = calibration_error(found.max(axis=1)[has], right[has].astype(float), 0.0)
    if not has.all():
        from sklearn.metrics import roc_auc_score

        figures["none_recall"] = float((chosen.sum(axis=1) == 0)[~has].mean())
        figures["auroc_none"] = float(roc_auc_score(~has, -found.max(axis=1)))
    return figures


def _without(examples: Sequence[Example], none: str) -> list[Example]:
    return [
        Example(one.text, one.labels - {none} if none else one.labels, one.group, one.headings, one.parent, one.where)
        for one in examples
    ]


def _flags(labels: Sequence[frozenset[str]], keys: Sequence[str]) -> Flags:
    return np.array([[key in own for key in keys] for own in labels], np.bool_)


def theme_lines(found: Mapping[str, Any]) -> list[str]:
    """An evaluation of themes in words."""
    lines = [f"{found['name']}: {found['texts']:,} texts, model {found['model']}", ""]
    lines.append(
        f"{'':26} {'F1':>5}  {'95 % interval':15} {'precision':>9} {'recall':>7} {'examples':>8} {'Brier skill':>11}"
    )
    for name, row in (
        (f"{len(found['themes_counted'])} themes of {found['fewest_examples']} or more", found["micro"]),
        ("without section", found["without_section"]),
        ("all themes", found["all_themes"]),
        *sorted(found["themes"].items(), key=lambda pair: -pair[1]["examples"]),
    ):
        skill = f"{row['brier_skill']:11.2f}" if "brier_skill" in row else ""
        ends = f"{row['low']:.3f} to {row['high']:.3f}"
        lines.append(
            f"{name:26} {row['f1']:5.3f}  {ends:15} {row['precision']:9.3f} {row['recall']:7.3f}"
            f" {row['examples']:8} {skill}"
        )
    lines += [
        "",
        f"macro-F1 {found['macro_f1']:.3f}; calibration error from {found['calibrated_from']:.1f} on"
        f" {found['calibration_error']:.3f}; Brier score {found['brier']:.4f}",
    ]
    for name, row in found["yardsticks"].items():
        lines.append(
            f"{name}: F1 {row['f1']:.3f}; the model is {row['difference']:+.3f} better"
            f" (95 % interval {row['low']:+.3f} to {row['high']:+.3f})"
        )
    shares = ", ".join(f"{name} {share:.0%}" for name, share in found["coverage"].items())
    return [*lines, f"{shares}; F1 of the texts with a theme assigned {found['f1_of_assigned']:.3f}"]


def classifier_lines(found: Mapping[str, Any]) -> list[str]:
    """An evaluation of a classifier in words."""
    micro = found["micro"]
    lines = [
        f"{found['labels']:,} labels learned from {found['learned_from']:,} texts of {found['train']},"
        f" tried on {found['texts']:,} of {found['test']}",
        f"micro-F1 {micro['f1']:.4f} ({micro['low']:.4f} to {micro['high']:.4f}), macro-F1 {found['macro_f1']:.4f}",
        f"calibration error {found['calibration_error']:.4f}, Brier score {found['brier']:.5f}",
    ]
    if "accuracy" in found:
        lines.append(f"accuracy {found['accuracy']:.4f}, with the threshold {found['accuracy_given']:.4f}")
    if "none_recall" in found:
        lines.append(f"texts without a label: recall {found['none_recall']:.4f}, AUROC {found['auroc_none']:.4f}")
    return lines
