"""What themes cost and what each part of them is worth, each beside a yardstick of the same run.

    PYTHONPATH=.:tests python tests/benchmarks/bench_themes.py PART FOLDER

banking77   FOLDER holds train.csv and test.csv: ten draws of eight texts a label, beside plain logistic regression
clinc150    FOLDER holds train.csv, val.csv, oos_train.csv and oos_val.csv: labels, and texts that have none
goemotions  FOLDER holds train.csv and test.csv: several labels a text, 16 examples a label
curve       FOLDER is a file of judged texts: F1 by the number of examples of a theme
ablation    FOLDER is a file of judged texts: what was added to plain logistic regression, part by part
speed       tagging beside encoding, on the shipped examples; FOLDER is not looked at
"""

import csv
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from encoders import compiled

import models.classifier as heads
from models.classifier import Label, named, train
from models.encoder import Encoder
from models.examples import Example, shipped_examples
from models.label_metrics import Gold, compare_f1, scores
from models.metrics import compare
from models.taxonomy import load_taxonomy
from models.theme_model import ThemeModel, judge, train_themes
from service.evaluation.theme_scores import measured, read_judged_texts
from service.themes.tagging import Tagger, Text

DRAWS, EACH, SEED = 10, 8, 20261126
ENOUGH = 5


class Remembering:
    """An encoder that encodes each text once."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder, self._known = encoder, {}
        self.fingerprint, self.windows = encoder.fingerprint, encoder.windows

    def encode_document(self, texts: Sequence[str]) -> np.ndarray:
        new = list(dict.fromkeys(text for text in texts if text not in self._known))
        if new:
            self._known.update(zip(new, self._encoder.encode_document(new), strict=True))
        return np.array([self._known[text] for text in texts], np.float32)


def table(path: Path) -> list[Example]:
    with path.open(encoding="utf-8", newline="") as file:
        return [
            Example(row["text"], frozenset(row["label"].split("|")), f"{path.name} {number}")
            for number, row in enumerate(csv.DictReader(file))
        ]


def drawn(examples: Sequence[Example], each: int, draw: np.random.Generator) -> list[Example]:
    """At least `each` examples of every label, in an order of chance."""
    order = [examples[n] for n in draw.permutation(len(examples))]
    chosen: dict[str, list[Example]] = {}
    for example in order:
        for label in example.labels:
            chosen.setdefault(label, [])
            if len(chosen[label]) < each:
                chosen[label].append(example)
    return list({id(one): one for own in chosen.values() for one in own}.values())


def answers(learned: Sequence[Example], tried: Sequence[Example], encoder: Remembering, *, exclusive: bool):
    keys = sorted({label for one in learned for label in one.labels})
    classifier = train(learned, [Label(key, named(key)) for key in keys], encoder, exclusive=exclusive).classifier
    texts = [one.text for one in tried]
    found = classifier.best(texts, [""] * len(texts), encoder)
    truth = np.array([[key in one.labels for key in keys] for one in tried], np.bool_)
    return found, classifier.assigned(found), truth


def plain(learned: Sequence[Example], tried: Sequence[Example], encoder: Remembering) -> np.ndarray:
    """Whether plain logistic regression on the vectors (C = 1) gets each right."""
    from sklearn.linear_model import LogisticRegression

    vectors = [encoder.encode_document([one.text for one in some]) for some in (learned, tried)]
    head = LogisticRegression(max_iter=1_000).fit(vectors[0], [min(one.labels) for one in learned])
    return head.predict(vectors[1]) == np.array([min(one.labels) for one in tried])


def banking77(folder: Path, encoder: Remembering) -> None:
    learned, tried = table(folder / "train.csv"), table(folder / "test.csv")
    encoder.encode_document([one.text for one in [*learned, *tried]])
    ours, theirs = [], []
    for number in range(DRAWS):
        few = drawn(learned, EACH, np.random.default_rng(SEED + number))
        found, _, truth = answers(few, tried, encoder, exclusive=True)
        ours.append(float(truth[np.arange(len(truth)), found.argmax(axis=1)].mean()))
        theirs.append(float(plain(few, tried, encoder).mean()))
        print(f"draw {number}: ours {ours[-1]:.4f}, plain {theirs[-1]:.4f}", flush=True)
    gain = compare(dict(enumerate(theirs)), dict(enumerate(ours)))  # type: ignore[arg-type]
    print(f"{EACH} a label: ours {np.mean(ours):.4f} (sd {np.std(ours):.4f}), plain {np.mean(theirs):.4f}")
    print(f"gain {gain.difference:+.4f} ({gain.low:+.4f} to {gain.high:+.4f} over draws)")
    found, chosen, truth = answers(learned, tried, encoder, exclusive=True)
    full = measured(found, chosen, truth)
    print(
        f"all {len(learned):,}: ours {full['accuracy']:.4f}, calibration error {full['calibration_error']:.4f},"
        f" plain {plain(learned, tried, encoder).mean():.4f}"
    )


def clinc150(folder: Path, encoder: Remembering) -> None:
    none = [replace(one, labels=frozenset()) for one in table(folder / "oos_train.csv")]
    tried = [*table(folder / "val.csv"), *(replace(one, labels=frozenset()) for one in table(folder / "oos_val.csv"))]
    found, chosen, truth = answers([*table(folder / "train.csv"), *none], tried, encoder, exclusive=True)
    for name, value in measured(found, chosen, truth).items():
        print(name, value)


def goemotions(folder: Path, encoder: Remembering) -> None:
    learned, tried = table(folder / "train.csv"), table(folder / "test.csv")
    values = []
    for number in range(3):
        few = drawn(learned, 16, np.random.default_rng(SEED + number))
        values.append(measured(*answers(few, tried, encoder, exclusive=False)))
        print(f"draw {number}: {len(few)} texts, macro-F1 {values[-1]['macro_f1']:.4f}", flush=True)
    print(f"16 a label: macro-F1 {np.mean([one['macro_f1'] for one in values]):.4f}")


def judged(path: Path, keys: Sequence[str]):
    rows = read_judged_texts(path)
    ends = ([row.annotators[n] for row in rows] for n in (0, -1))
    gold = Gold.of(*(np.array([[key in own for key in keys] for own in one], np.bool_) for one in ends))
    columns = [n for n in range(len(keys)) if gold.sure[:, n].sum() >= ENOUGH]
    return [row.text for row in rows], [". ".join(row.section) for row in rows], gold.part(columns), columns


def flags(model: ThemeModel, texts: Sequence[str], above: Sequence[str], encoder: Remembering) -> np.ndarray:
    return model.classifier.assigned(judge(model, texts, above, encoder))


def curve(path: Path, encoder: Remembering) -> None:
    taxonomy = load_taxonomy()
    texts, above, gold, columns = judged(path, taxonomy.keys)
    examples = shipped_examples(taxonomy)
    bare = [one for one in examples if not one.labels]
    for each in (5, 10, 20, 40, 1_000):
        values = []
        for number in range(1 if each == 1_000 else 3):
            draw = np.random.default_rng(SEED + number)
            some = drawn([one for one in examples if one.labels], each, draw)
            some += [bare[n] for n in draw.permutation(len(bare))[: max(1, len(bare) * len(some) // len(examples))]]
            model = train_themes(taxonomy, some, encoder, "2026-11-26T00:00:00")
            values.append(scores(flags(model, texts, above, encoder)[:, columns], gold).f1)
        print(f"{each:5} a theme, {len(some):5} texts: F1 {np.mean(values):.3f} {np.round(values, 3)}", flush=True)


def ablation(path: Path, encoder: Remembering) -> None:
    taxonomy = load_taxonomy()
    texts, above, gold, columns = judged(path, taxonomy.keys)
    examples, none = shipped_examples(taxonomy), [""] * len(texts)
    described = replace(taxonomy, themes=tuple(replace(theme, terms=()) for theme in taxonomy.themes))
    whole = flags(train_themes(taxonomy, examples, encoder, "2026-11-26T00:00:00"), texts, above, encoder)[:, columns]
    print(f"{'all of it':40} {scores(whole, gold).f1:.3f}")
    cases = (
        ("without headings", taxonomy, none, {"HEADINGS": 0.0}),
        ("without fragments of words", taxonomy, above, {"WORDS": 0.0}),
        ("without counts of terms", taxonomy, above, {"TERMS": 0.0, "HEADINGS": 0.0}),
        ("without terms at all", described, none, {}),
        ("plain: vectors alone, C = 1", described, none, {"WORDS": 0.0, "INVERSE_L2": 1.0}),
    )
    kept = {name: getattr(heads, name) for name in ("WORDS", "TERMS", "HEADINGS", "INVERSE_L2")}
    for name, themes, headings, changed in cases:
        vars(heads).update({**kept, **changed})
        part = flags(train_themes(themes, examples, encoder, "2026-11-26T00:00:00"), texts, headings, encoder)
        gain = compare_f1(part[:, columns], whole, gold)
        print(
            f"{name:40} {scores(part[:, columns], gold).f1:.3f}; all of it {gain.difference:+.3f}"
            f" ({gain.low:+.3f} to {gain.high:+.3f})",
            flush=True,
        )
    vars(heads).update(kept)


def speed(encoder: Encoder) -> None:
    taxonomy = load_taxonomy()
    examples = shipped_examples(taxonomy)
    model = train_themes(taxonomy, examples, encoder, "2026-11-26T00:00:00")
    texts = [one.text for one in examples]
    tagger, asked = Tagger(model, encoder), [Text(text) for text in texts]
    rates: dict[str, list[float]] = {"encoding": [], "tagging": [], "with evidence": []}
    for _ in range(3):
        for name, work in (
            ("encoding", lambda: encoder.encode_document(texts)),
            ("tagging", lambda: tagger.tag(asked, evidence=False)),
            ("with evidence", lambda: tagger.tag(asked, evidence=True)),
        ):
            began = time.perf_counter()
            work()
            rates[name].append(len(texts) / (time.perf_counter() - began))
    best = {name: max(own) for name, own in rates.items()}
    for name, rate in best.items():
        print(f"{name}: {rate:.0f} texts/s, {rate / best['encoding']:.1%} of encoding")


def main() -> None:
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    part, path, encoder = sys.argv[1], Path(sys.argv[2]), compiled()
    if part == "speed":
        speed(encoder)
        return
    parts = {one.__name__: one for one in (banking77, clinc150, goemotions, curve, ablation)}
    parts[part](path, Remembering(encoder))


if __name__ == "__main__":
    main()
