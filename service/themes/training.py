"""Training theme models from the shipped examples, a user's own and people's corrections; what a new one changes."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from indexer.cache import cached_encoder
from indexer.generation import PASSAGES, GenerationError, current_id
from indexer.tables import open_tables
from indexer.tags import tag_passages
from indexer.theme_store import (
    EXAMPLES,
    THEMES,
    copied,
    current_model,
    model_ids,
    open_model,
    prune_models,
    publish_model,
    training,
)
from models.encoder import ModelError
from models.examples import Example, checked, load_examples, shipped_examples
from models.shipped import shipped_model
from models.taxonomy import Taxonomy, load_taxonomy
from models.theme_model import ThemeModel, content_of, train_themes
from service.contract.contacts import mask as masked_text
from service.memory.theme_tags import said
from service.state.corrections import Correction, State, holding, learnable

if TYPE_CHECKING:
    from models.encoder import Encoder

Progress = Callable[[str, int, int], None]

_TOLD = 64  # texts between two words on how far training is: whole batches of an encoder


@dataclass(frozen=True, slots=True)
class Flip:
    """A passage whose assigned themes two models do not agree on: theme keys, sorted."""

    passage: str
    text: str
    title: str
    before: tuple[str, ...]
    after: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Flips:
    """What another model changes. `gained` and `lost` count passages by theme, out of `passages`."""

    before: str
    after: str
    passages: int
    flips: tuple[Flip, ...]
    gained: Mapping[str, int]
    lost: Mapping[str, int]


def train_model(
    data: Path,
    encoder: "Encoder",
    themes: Path | None = None,
    examples: Path | None = None,
    progress: Progress | None = None,
) -> tuple[ThemeModel, bool]:
    """A model from the shipped examples, the user's and the corrections that hold; and whether it is a new one.

    `themes` and `examples` are the user's files, by default those that the current model was trained with. The same
    content gives the model that is there. One process trains at a time, and a model is there whole or not at all.
    Raises ModelError, naming the line, for what cannot be learned from.
    """
    try:
        with training(data):
            return _trained(data, encoder, themes, examples, progress)
    except OSError as error:
        raise ModelError(
            f"The training stopped: {error}. The models there were are kept. See that {data} is writable and has room,"
            " then run it again."
        ) from error


def _trained(
    data: Path, encoder: "Encoder", themes: Path | None, examples: Path | None, progress: Progress | None
) -> tuple[ThemeModel, bool]:
    files = {THEMES: themes or _former(data, THEMES), EXAMPLES: examples or _former(data, EXAMPLES)}
    taxonomy = load_taxonomy(files[THEMES])
    corrections = State(data).all()
    learned = _examples(taxonomy, files[EXAMPLES], corrections)
    content = content_of(taxonomy, learned, encoder)
    for name in reversed(model_ids(data)):
        with suppress(ModelError):  # damaged, or of another version: made anew
            model = open_model(data, name)
            if model.content == content:
                return model, False
    if shipped_model().content == content:
        publish_model(data, shipped_model(), {})
        return shipped_model(), True
    created = datetime.now(UTC).isoformat(timespec="seconds")
    told = cast("Encoder", _Telling(encoder, progress)) if progress else encoder
    model = train_themes(taxonomy, learned, told, created, learnable(corrections))
    copies = {THEMES: files[THEMES], f"{EXAMPLES}{_suffix(files[EXAMPLES])}": files[EXAMPLES]}
    publish_model(data, model, {name: path.read_bytes() for name, path in copies.items() if path})
    prune_models(data)
    return model, True


class _Telling:
    """An encoder that tells how far it is; its batches, and so its vectors, are those of the encoder alone."""

    def __init__(self, encoder: "Encoder", progress: Progress) -> None:
        self._encoder, self._progress = encoder, progress

    def __getattr__(self, name: str) -> Any:
        return getattr(self._encoder, name)

    def encode_document(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """The vectors of texts, the longest first, as the encoder takes them."""
        order = sorted(range(len(texts)), key=lambda at: len(texts[at]), reverse=True)
        made = []
        for first in range(0, len(order), _TOLD):
            self._progress("train", first, len(order))
            made.append(self._encoder.encode_document([texts[at] for at in order[first : first + _TOLD]]))
        vectors = np.empty((len(texts), self._encoder.dimension), np.float32)
        vectors[order] = np.concatenate(made) if made else vectors
        return vectors


def _suffix(path: Path | None) -> str:
    return ".csv" if path and path.suffix.lower() == ".csv" else ".jsonl"


def model_for(data: Path, encoder: "Encoder", progress: Progress | None = None) -> ThemeModel:
    """The model to tag a build with: that of the current generation where it fits the encoder, else a fresh one."""
    name = current_model(data)
    if name is not None:
        try:
            model = open_model(data, name)
            if model.encoder == encoder.fingerprint:
                return model
        except ModelError:
            pass  # gone, damaged or of another version: made anew
    return train_model(data, encoder, progress=progress)[0]


def flips_of(
    data: Path, encoder: "Encoder", before: ThemeModel, after: ThemeModel, progress: Progress, *, mask: bool = True
) -> Flips:
    """Which passages of the current generation get other themes from `after` than from `before`.

    With `mask`, people's contact details are left out of the texts.
    """
    for model in (before, after):
        if model.encoder != encoder.fingerprint:
            raise ModelError(f"Theme model {model.id} was trained with another encoder: there is nothing to compare.")
    name = current_id(data)
    if name is None:
        raise GenerationError(f"Nothing is indexed in {data} yet. Run `precedent build PATH` first.")
    with (
        closing(open_tables(data / "generations" / name / PASSAGES)) as tables,
        cached_encoder(data, encoder) as cached,
    ):
        sets = []
        for model in (before, after):
            told = tag_passages(tables, model, cached, lambda done, total: progress("themes", done, total))
            assigned = (row for tagged in told for row in model.classifier.assigned(tagged.probabilities))
            keys = np.array(model.classifier.labels)
            sets.append([tuple(sorted(keys[row].tolist())) for row in assigned])
        rows = tables.execute(
            "SELECT p.key, p.text, d.title FROM passages p JOIN documents d ON d.id = p.document ORDER BY p.id"
        ).fetchall()
    shown = masked_text if mask else str
    flips = tuple(
        Flip(row["key"], shown(row["text"]), shown(row["title"]), old, new)
        for row, old, new in zip(rows, *sets, strict=True)
        if old != new
    )
    gained = Counter(theme for flip in flips for theme in set(flip.after) - set(flip.before))
    lost = Counter(theme for flip in flips for theme in set(flip.before) - set(flip.after))
    return Flips(before.id, after.id, len(rows), flips, dict(gained), dict(lost))


def _former(data: Path, name: str) -> Path | None:
    """The user's file that the newest model was trained with."""
    return next((copied(data, model, name) for model in reversed(model_ids(data))), None)


def _examples(taxonomy: Taxonomy, own: Path | None, corrections: Sequence[Correction]) -> list[Example]:
    """What to learn from. A correction of a text that is among the examples takes its place."""
    corrected = list(_of_corrections(corrections, taxonomy))
    said = {" ".join(example.text.casefold().split()) for example in corrected}
    examples = [*shipped_examples(taxonomy), *(checked(load_examples(own), taxonomy) if own else ())]
    kept = [example for example in examples if " ".join(example.text.casefold().split()) not in said]
    return checked([*kept, *corrected], taxonomy)


def _of_corrections(corrections: Iterable[Correction], taxonomy: Taxonomy) -> Iterator[Example]:
    """The one that holds for each text. Those of one document are one group."""
    for correction in holding(corrections).values():
        themes = said(correction, taxonomy)
        if themes is None:
            continue
        group = f"correction: {correction.document or correction.id}"
        yield Example(
            correction.text, frozenset(themes), group, correction.section, where=f"correction {correction.id}"
        )
