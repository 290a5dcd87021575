"""A theme model: a classifier for a taxonomy, trained from examples, kept as numbers and JSON with a card to read."""

import hashlib
import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from models.classifier import CONSTANTS, Classifier, Label, Numbers, Trained, Words, train
from models.denial import without_denials
from models.encoder import DocumentEncoder, Encoder, ModelError
from models.examples import Example
from models.label_metrics import Gold, brier_skill, calibration_error, macro_f1, scores
from models.taxonomy import Taxonomy, Theme
from models.terms import Terms

FORMAT_VERSION = 2
HEADS, MODEL, CARD, SUMS = "heads.safetensors", "model.json", "card.md", "SHA256SUMS"
_RETRAIN = "Run `precedent themes train` to make a new one."
FEWEST = 5  # examples of a theme
_ARRAYS = ("weights", "bias", "slope", "offset", "threshold")


@dataclass(frozen=True, slots=True)
class ThemeModel:
    """A trained model of the themes. `encoder` is the fingerprint of the encoder whose vectors it reads.

    `content` is the SHA-256 of all that it was made from: the same content makes the same model. `figures` are
    measured on held-out folds of its examples; `corrections` name those that were learned from.
    """

    id: str
    created: str
    content: str
    encoder: str
    taxonomy: Taxonomy
    classifier: Classifier
    figures: Mapping[str, Any]
    corrections: tuple[str, ...] = ()


# The commonest English words: a text of some length without any is in another language.
_COMMON = re.compile(
    r"the|to|and|for|with|has|have|had|been|are|were|by|that|this|its|from|not|or|all|which|they|their|we|our|should"
    r"|will|than|there|who|it|be|out|up|off|new|any|each|both|now|only|when"
)
_KNOWN = 0.75  # share of the fragments of words that the examples hold: English .8 to 1, French .65, German .46
_DOUBTED = 0.99  # of its threshold is left of the probability of a theme that is denied
_ENOUGH = 12  # words that a text needs for its language to be told


def is_foreign(model: ThemeModel, text: str) -> bool:
    """Whether a text is, by its words and their parts, not in English: themes would be guessed at."""
    words = re.findall(r"[^\W\d_]+", text.lower())
    if len(words) < _ENOUGH or sum(bool(_COMMON.fullmatch(word)) for word in words) >= len(words) / 20:
        return False
    return model.classifier.words.known_share(text) < _KNOWN


def judge(model: ThemeModel, texts: Sequence[str], headings: Sequence[str], encoder: DocumentEncoder) -> Numbers:
    """The probability of each theme in each text, shape (texts, themes); 0 for a text in another language.

    A theme that a text has only by a clause that denies it ("no cases of fraud") is in doubt: it has a little less than
    it would need. The rest is as for `Classifier.best`.
    """
    probabilities = model.classifier.best(texts, headings, encoder)
    probabilities[[place for place, text in enumerate(texts) if is_foreign(model, text)]] = 0
    chosen = model.classifier.assigned(probabilities)
    rests = {
        place: rest
        for place in np.flatnonzero(chosen.any(axis=1)).tolist()
        if (rest := without_denials(texts[place])) is not None
    }
    without = model.classifier.best(list(rests.values()), [headings[place] for place in rests], encoder)
    for place, left in zip(rests, model.classifier.assigned(without), strict=True):
        denied = chosen[place] & ~left
        probabilities[place, denied] = model.classifier.threshold[denied] * _DOUBTED
    return probabilities


def content_of(taxonomy: Taxonomy, examples: Sequence[Example], encoder: Encoder) -> str:
    """Hex SHA-256 of all that a model is made from, save the program's own code."""
    digest = hashlib.sha256(repr((FORMAT_VERSION, CONSTANTS, encoder.fingerprint, taxonomy)).encode())
    for example in examples:
        digest.update(
            repr((example.text, example.headings, sorted(example.labels), example.group)).encode(
                "utf-8", "backslashreplace"
            )
        )
    return digest.hexdigest()


def labels_of(taxonomy: Taxonomy) -> list[Label]:
    """The labels to learn for the themes of a taxonomy."""
    return [Label(theme.key, f"{theme.label}. {theme.definition}", theme.terms) for theme in taxonomy.themes]


def train_themes(
    taxonomy: Taxonomy,
    examples: Sequence[Example],
    encoder: Encoder,
    created: str,
    corrections: Collection[str] = (),
) -> ThemeModel:
    """Train a model from examples that are under today's themes. Raises ModelError where they are too few."""
    for theme in taxonomy.themes:
        own = [example for example in examples if theme.key in example.labels]
        if len(own) < FEWEST or len({example.group for example in own}) < 2:
            raise ModelError(
                f"The theme {theme.key!r} has {len(own)} examples: it needs {FEWEST} of two documents or more. Add some"
                " to your examples, or remove or merge it in your themes."
            )
    content = content_of(taxonomy, examples, encoder)
    trained = train(examples, labels_of(taxonomy), encoder)
    figures = figures_of(trained, examples)
    stamp = created.translate(str.maketrans("", "", "-:"))[:15]
    return ThemeModel(
        f"{stamp}-{content[:8]}",
        created,
        content,
        encoder.fingerprint,
        taxonomy,
        trained.classifier,
        figures,
        tuple(sorted(corrections)),
    )


def figures_of(trained: Trained, examples: Sequence[Example]) -> dict[str, Any]:
    """How the heads did on examples of documents that they had not seen."""
    gold, chosen = Gold.of(trained.truth), trained.classifier.assigned(trained.held_out)
    every = scores(chosen, gold)
    themes = {}
    for number, key in enumerate(trained.classifier.labels):
        one = scores(chosen[:, [number]], gold.part([number]))
        skill = brier_skill(trained.held_out[:, number], gold.share[:, number])
        themes[key] = {**_rounded(asdict(one)), "brier_skill": round(skill, 3)}
    return {
        "examples": len(examples),
        "documents": len({example.group for example in examples}),
        "without_theme": int((~trained.truth.any(axis=1)).sum()),
        "micro": _rounded(asdict(every)),
        "macro_f1": round(macro_f1(chosen, gold), 3),
        "calibration_error": round(calibration_error(trained.held_out, gold.share), 3),
        "themes": themes,
    }


def save_model(model: ThemeModel, folder: Path) -> None:
    """Write a model's files into `folder`, with the checksums of all that stands there then."""
    from safetensors.numpy import save_file

    classifier = model.classifier
    arrays = {name: np.ascontiguousarray(getattr(classifier, name)) for name in _ARRAYS}
    save_file({**arrays, "rarity": classifier.words.rarity}, folder / HEADS)
    record = {
        "format_version": FORMAT_VERSION,
        "id": model.id,
        "created": model.created,
        "content": model.content,
        "encoder": model.encoder,
        "themes": [asdict(theme) for theme in model.taxonomy.themes],
        "moved": dict(model.taxonomy.moved),
        "figures": model.figures,
        "corrections": model.corrections,
        "fragments": classifier.words.fragments,
    }
    (folder / MODEL).write_text(json.dumps(record, indent=1) + "\n", "utf-8")
    (folder / CARD).write_text(card(model), "utf-8")
    sums = "".join(f"{_sum(path)}  {path.name}\n" for path in sorted(folder.iterdir()))
    (folder / SUMS).write_text(sums, "utf-8")


def load_model(folder: Path) -> ThemeModel:
    """The model in `folder`. Raises ModelError where it is not there or not as it was written."""
    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        _check_sums(folder)
        record = json.loads((folder / MODEL).read_text("utf-8"))
        if record["format_version"] != FORMAT_VERSION:
            raise ModelError(
                f"Theme model {folder.name} has format version {record['format_version']}, and this version of"
                f" precedent reads {FORMAT_VERSION}. {_RETRAIN}"
            )
        return _model(record, load((folder / HEADS).read_bytes()))
    except FileNotFoundError as error:
        raise ModelError(f"There is no theme model in {folder}: {Path(error.filename).name} is missing.") from error
    except OSError as error:
        raise ModelError(f"Theme model {folder.name} cannot be read ({error.strerror}).") from error
    except (ValueError, KeyError, TypeError, SafetensorError) as error:
        raise ModelError(f"Theme model {folder.name} is damaged ({error!r}). {_RETRAIN}") from error


def _sum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _check_sums(folder: Path) -> None:
    """Raises ModelError for a file that is not as it was written."""
    lines = [line.partition("  ") for line in (folder / SUMS).read_text("utf-8").splitlines()]
    sums = {name: written for written, _, name in lines}
    for name in {HEADS, MODEL, CARD, *sums}:
        if sums.get(name) != _sum(folder / Path(name).name):
            raise ModelError(f"Theme model {folder.name} is damaged: {name} is not as it was written. {_RETRAIN}")


def _model(record: Mapping[str, Any], arrays: Mapping[str, Any]) -> ThemeModel:
    themes = tuple(Theme(**{**entry, "terms": tuple(entry["terms"])}) for entry in record["themes"])
    classifier = Classifier(
        labels=tuple(theme.key for theme in themes),
        exclusive=False,
        words=Words(tuple(record["fragments"]), arrays["rarity"]),
        terms=Terms(tuple(theme.terms for theme in themes)),
        **{name: arrays[name] for name in _ARRAYS},
    )
    count, width = classifier.weights.shape
    if count != len(themes) or width < len(record["fragments"]) + 2 * count:
        raise ValueError(f"weights of shape {classifier.weights.shape}")
    return ThemeModel(
        record["id"],
        record["created"],
        record["content"],
        record["encoder"],
        Taxonomy(themes, record["moved"]),
        classifier,
        record["figures"],
        tuple(record["corrections"]),
    )


def card(model: ThemeModel) -> str:
    """What the model is, what it was made from, how good it is and where it is not, in Markdown."""
    figures = model.figures
    rows = "\n".join(
        f"| {model.taxonomy.label(key)} | {row['examples']} | {row['precision']:.2f} | {row['recall']:.2f} |"
        f" {row['f1']:.2f} ({row['low']:.2f}–{row['high']:.2f}) | {row['brier_skill']:.2f} |"
        for key, row in figures["themes"].items()
    )
    micro = figures["micro"]
    return f"""# Theme model {model.id}

Tags short texts from and about police inspection with {len(model.taxonomy.themes)} themes, several to a text or none.

**Made from** {figures["examples"]:,} texts of {figures["documents"]:,} documents, {figures["without_theme"]:,} of
them without a theme, on {model.created}. The shipped ones were written for this; forces, people and places in them are
invented. Descriptions and terms of the themes are learned from as well. Encoder: {model.encoder[:12]}.

**How**: logistic regression for each theme over the encoder's vector, fragments of words and counts of terms;
calibrated and cut on held-out folds, of whole documents.

**Figures**, on documents not learned from, out of the same hands as the examples (curves and thresholds were
chosen on them too, so they flatter a little): micro-F1 {micro["f1"]:.3f}
({micro["low"]:.3f}–{micro["high"]:.3f}), macro-F1 {figures["macro_f1"]:.3f}, calibration error
{figures["calibration_error"]:.3f}.

| theme | examples | precision | recall | F1 (95 %) | Brier skill |
|--|--|--|--|--|--|
{rows}

**Limits**: English only. Texts of another trade are not known to be such. What is rare among the examples is rare in
the answers. Probabilities hold for texts like the examples; where themes are far more or far less common, they do not.
A text longer than the encoder's window has what its best window has: pages of text seem to be about much.
A text is judged by its own words, not by what its reader knows.
"""


def _rounded(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: round(value, 3) if isinstance(value, float) else value for name, value in values.items()}
