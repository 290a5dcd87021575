"""An adapter trained: sentence-transformers' trainer over queries and passages, and over findings compared.

Queries are drawn to the passage that answers them and away from the others of a batch, with one beside each that a lazy
search takes for it (multiple negatives ranking; Henderson and others, 2017). Of pairs of findings, those that ask for
the same come to lie nearer than those that do not (CoSENT; Su, 2022). All of it moves a low-rank adapter alone (LoRA;
Hu and others, 2021), so that the model keeps what it knew.
"""

import json
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from models.adapter import CONFIG, WEIGHTS, ModelFiles
from models.runner import ModelError, Vectors
from models.training_pairs import TrainingData, held_back

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

Progress = Callable[[str, int, int], None]

CARD = "README.md"
MEASURED = {
    "mrr": "reciprocal rank",
    "first": "passage is the first",
    "ten": "passage is among ten",
    "pairs": "like findings are nearer",
}
_CARD = """# Adapter for {base}

A low-rank adapter (LoRA, rank {rank}) for the sentence encoder {base}, trained by `precedent encoder train`.

**For** searching, and comparing, short passages of the documents it was trained with the like of. Nothing else was
looked at; what the encoder says of people, places or events outside of them is no better founded than before.

**Learned from** {queries:,} queries of {passages:,} passages and {findings:,} pairs of findings, {epochs} times, with
seed {seed}. A tenth was held back. Each query of these against all passages, and each pair that asks for the same
against each that does not:

| | before | after |
|--|--|--|
{rows}

The same data, versions and kind of processor give the same adapter.
"""


@dataclass(frozen=True, slots=True)
class Settings:
    """How an adapter is trained. Chosen on what was held back of the shipped data, none of it on judged sets."""

    rank: int = 16
    epochs: int = 3
    batch: int = 32  # passages, each with one to be told apart from
    asked: int = 4  # queries of a passage in a batch
    rate: float = 3e-4
    scale: float = 20.0  # of cosines, in both losses
    headed: float = 1 / 3  # passages that are learned under their headings, as the index has them
    held_back: float = 0.1
    tokens: int = 128  # of a text, while training
    # Of what was learned so much is added: halfway, other texts lose nothing and judged queries gain more than all the
    # way (Wortsman and others, "Robust fine-tuning of zero-shot models", 2022; docs/measurements.md).
    kept: float = 0.5
    seed: int = 20261130


@dataclass(frozen=True, slots=True)
class Measured:
    """What is held back, measured: each query against all passages, each pair against each other one.

    `first` and `ten`: shares of queries whose passage is the first, or among ten. `pairs`: how often one that asks for
    the same is nearer than one that does not.
    """

    mrr: float
    first: float
    ten: float
    pairs: float


@dataclass(frozen=True, slots=True)
class Trained:
    """What was learned from, how long it took, and what is held back measured before and after."""

    passages: int
    queries: int
    findings: int
    seconds: float
    before: Measured
    after: Measured


def train_adapter(
    files: ModelFiles, base: str, data: TrainingData, out: Path, progress: Progress, settings: Settings | None = None
) -> Trained:
    """Train an adapter for the model in `files`, which is called `base`, and write it into the folder `out`.

    The same data and versions give the same adapter on the same kind of processor. Raises ModelError where the packages
    for training are not there, or the data are too few.
    """
    settings = settings or Settings()
    if files.adapter:
        raise ModelError(f"{base} is adapted already: train from a whole model.")
    if data.queries < settings.batch:
        raise ModelError(f"There are {data.queries} pairs of a query and a passage; {settings.batch} are the least.")
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ModelError(f"{out} cannot be a folder for the adapter ({error.strerror}): name another.") from error
    learned, kept = held_back(data, settings.held_back, settings.seed)
    model = _prepared(files, settings)
    before = measure(model, data, kept)
    started = time.monotonic()
    _train(model, learned, settings, progress)
    _keep(model, settings.kept)
    seconds = time.monotonic() - started
    found = Trained(
        passages=len(learned.passages),
        queries=learned.queries,
        findings=len(learned.findings),
        seconds=round(seconds, 1),
        before=before,
        after=measure(model, data, kept),
    )
    _write(model, base, out, settings)
    (out / CARD).write_text(card(found, base, settings), "utf-8")
    return found


def card(found: Trained, base: str, settings: Settings) -> str:
    """What an adapter is, for whoever opens its folder; Markdown."""
    rows = "\n".join(
        f"| {label} | {getattr(found.before, name):.3f} | {getattr(found.after, name):.3f} |"
        for name, label in MEASURED.items()
    )
    return _CARD.format(**asdict(found), **asdict(settings), base=base, rows=rows)


def measure(model: "SentenceTransformer", data: TrainingData, kept: TrainingData) -> Measured:
    """What is held back against all passages of `data`."""

    def encoded(texts: Sequence[str]) -> Vectors:
        return np.asarray(model.encode(list(texts), normalize_embeddings=True, show_progress_bar=False), np.float32)

    place = {passage.id: number for number, passage in enumerate(data.passages)}
    asked = [(query, place[passage.id]) for passage in kept.passages for query in passage.queries]
    rank = np.zeros(0)
    if asked:
        found = encoded([query for query, _ in asked]) @ encoded([passage.text for passage in data.passages]).T
        own = found[np.arange(len(asked)), [right for _, right in asked]]
        rank = (found > own[:, None]).sum(axis=1)
    near, apart = [np.zeros(0)] * 2
    if kept.findings:
        one, other = (encoded([getattr(pair, side) for pair in kept.findings]) for side in ("one", "other"))
        alike, same = (one * other).sum(axis=1), np.array([pair.same for pair in kept.findings])
        near, apart = alike[same], alike[~same]
    return Measured(
        mrr=_mean(1 / (1 + rank)),
        first=_mean(rank < 1),
        ten=_mean(rank < 10),
        pairs=_mean(near[:, None] > apart[None]),
    )


def _mean(values: Any) -> float:
    return round(float(np.mean(values)), 3) if np.size(values) else 0.0


def _prepared(files: ModelFiles, settings: Settings) -> "SentenceTransformer":
    """The model with a new adapter, which alone is trained."""
    from models.torch_runner import load_model, stay_offline

    stay_offline()
    try:
        import accelerate  # noqa: F401
        import datasets  # noqa: F401
        from peft import LoraConfig, TaskType
    except ImportError as error:
        raise ModelError(
            f"Training needs packages that are not here ({error.name}): pip install 'precedent[train]'."
        ) from error
    import torch

    torch.manual_seed(settings.seed)
    model = load_model(files)
    model.max_seq_length = min(int(model.max_seq_length or 512), settings.tokens)
    layers = {name.rsplit(".", 1)[-1] for name, part in model[0].model.named_modules() if _is_linear(name, part)}
    model.add_adapter(
        LoraConfig(
            task_type=TaskType.FEATURE_EXTRACTION,
            r=settings.rank,
            lora_alpha=2 * settings.rank,
            lora_dropout=0.05,
            target_modules=sorted(layers),
            exclude_modules=".*pooler.*",
        )
    )
    return model


def _is_linear(name: str, part: Any) -> bool:
    return type(part).__name__ == "Linear" and "pooler" not in name


def _train(model: "SentenceTransformer", data: TrainingData, settings: Settings, progress: Progress) -> None:
    from sentence_transformers import SentenceTransformerTrainer, SentenceTransformerTrainingArguments
    from sentence_transformers.base.sampler import BatchSamplers
    from sentence_transformers.sentence_transformer.losses import CoSENTLoss
    from transformers import TrainerCallback

    class Told(TrainerCallback):  # type: ignore[misc]
        def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
            progress("train", state.global_step, state.max_steps)

    sets = {"queries": _query_rows(data, settings), "findings": _finding_rows(data, settings)}
    losses = {"queries": _several_queries(model, settings), "findings": CoSENTLoss(model, scale=settings.scale)}
    given = {name: found for name, found in sets.items() if len(found)}
    arguments = SentenceTransformerTrainingArguments(
        output_dir=None,
        num_train_epochs=1,  # the rows are those of all epochs
        per_device_train_batch_size=settings.batch,
        learning_rate=settings.rate,
        lr_scheduler_type="cosine",
        warmup_steps=0.1,
        batch_sampler=BatchSamplers.NO_DUPLICATES,
        seed=settings.seed,
        bf16=_has_bfloat16(),
        use_cpu=True,
        save_strategy="no",
        report_to="none",
        disable_tqdm=True,
    )
    SentenceTransformerTrainer(
        model=model,
        args=arguments,
        train_dataset=given,
        loss={name: losses[name] for name in given},
        callbacks=[Told()],
    ).train()


def _keep(model: "SentenceTransformer", share: float) -> None:
    """Leave so much of what the adapter adds."""
    import torch

    with torch.no_grad():
        for name, value in model[0].model.named_parameters():
            if ".lora_B." in name:
                value *= share


def _several_queries(model: "SentenceTransformer", settings: Settings) -> Any:
    """Multiple negatives ranking with several queries a passage, for which the passages are encoded once."""
    import torch

    class SeveralQueries(torch.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, features: Any, labels: Any) -> Any:
            made = [
                torch.nn.functional.normalize(self.model(one)["sentence_embedding"].float(), dim=-1) for one in features
            ]
            passages, queries = torch.cat(made[:2]), torch.cat(made[2:])
            right = torch.arange(len(made[0])).repeat(len(made) - 2)
            return torch.nn.functional.cross_entropy(settings.scale * queries @ passages.T, right)

    return SeveralQueries()


def _has_bfloat16() -> bool:
    import torch

    return bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())


def _query_rows(data: TrainingData, settings: Settings) -> Any:
    """Rows of all epochs: a passage, one that it is to be told apart from, and some of its queries."""
    from datasets import Dataset

    random_ = random.Random(settings.seed)  # noqa: S311 - a shuffle, no secret
    known = {passage.id: passage for passage in data.passages}
    rows = []
    for _ in range(settings.epochs):
        for passage in random_.sample(data.passages, len(data.passages)):
            others = [known[name] for name in passage.contrast if name in known]
            other = random_.choice(others or data.passages)
            headed = random_.random() < settings.headed
            one, two = ((it.headed if headed else it.text) for it in (passage, other))
            queries = random_.sample(passage.queries, min(settings.asked, len(passage.queries)))
            queries += random_.choices(passage.queries, k=settings.asked - len(queries))
            rows.append({"passage": one, "other": two, **{f"query{at}": query for at, query in enumerate(queries)}})
    return Dataset.from_list(rows)


def _finding_rows(data: TrainingData, settings: Settings) -> Any:
    """Rows of all epochs: two findings, in either order, and whether they ask for the same."""
    from datasets import Dataset

    random_ = random.Random(settings.seed)  # noqa: S311 - a shuffle, no secret
    rows = []
    for _ in range(settings.epochs):
        for pair in random_.sample(data.findings, len(data.findings)):
            one, other = random_.sample([pair.one, pair.other], 2)
            rows.append({"sentence1": one, "sentence2": other, "score": float(pair.same)})
    return Dataset.from_list(rows)


def _write(model: "SentenceTransformer", base: str, out: Path, settings: Settings) -> None:
    """The adapter in half precision, and the few words of its configuration that say how it is added."""
    import torch
    from safetensors.torch import save_file

    found = {name: value for name, value in model[0].model.state_dict().items() if ".lora_" in name}
    save_file(
        {_name(name): value.to(torch.float16).contiguous() for name, value in sorted(found.items())}, out / WEIGHTS
    )
    config = {
        "peft_type": "LORA",
        "task_type": "FEATURE_EXTRACTION",
        "base_model_name_or_path": base,
        "r": settings.rank,
        "lora_alpha": 2 * settings.rank,
        "bias": "none",
        "target_modules": sorted({name.split(".lora_")[0].rsplit(".", 1)[-1] for name in found}),
        "trained": asdict(settings),
    }
    (out / CONFIG).write_text(json.dumps(config, indent=2) + "\n", "utf-8")


def _name(name: str) -> str:
    """As PEFT names a matrix in its files: without the name of the adapter."""
    return "base_model.model." + name.removeprefix("base_model.model.").replace(".default.", ".")
