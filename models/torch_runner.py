"""A sentence-transformers model run by torch: what is compiled from, and what runs where that cannot be done."""

import os
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from models.adapter import ModelFiles
from models.runner import ModelError, Tokens, Vectors

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer


def stay_offline() -> None:
    """Nothing is fetched: huggingface_hub and transformers read this when they are first imported."""
    os.environ["HF_HUB_OFFLINE"] = os.environ["TRANSFORMERS_OFFLINE"] = "1"


def load_model(files: ModelFiles, **options: Any) -> "SentenceTransformer":
    """A model with its adapter added. Raises ModelError where it cannot be loaded without its own code."""
    folder = files.folder
    stay_offline()
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    logging.disable_progress_bar()
    logging.set_verbosity_error()
    try:
        model = SentenceTransformer(
            str(folder),
            device="cpu",
            trust_remote_code=False,
            local_files_only=True,
            model_kwargs={"use_safetensors": True, **options},  # other weight files are pickles
        )
    except (OSError, ValueError, ImportError, RuntimeError, KeyError) as error:
        raise ModelError(
            f"The model in {folder} cannot be loaded: {error}. It needs to be a sentence-transformers model"
            " with safetensors weights that runs without code of its own."
        ) from error
    if not getattr(model.tokenizer, "is_fast", False):
        raise ModelError(f"The model in {folder} has no tokenizer.json; add one or choose another model.")
    _add(model, files)
    return model


def _add(model: "SentenceTransformer", files: ModelFiles) -> None:
    """Add what the adapter has to the weights of the first module."""
    import torch

    weights = dict(model[0].model.named_parameters())
    with torch.no_grad():
        for name, added in files.added().items():
            if name not in weights or weights[name].shape != added.shape:
                raise ModelError(f"The adapter in {files.adapter} is for another model than {files.folder}: {name}.")
            weights[name] += torch.from_numpy(added)


def tokens_of(model: "SentenceTransformer") -> Tokens:
    """How the model sees a text of a document."""
    prompt = model.prompts.get("document") or ""
    return Tokens(model.tokenizer.backend_tokenizer.to_str(), prompt, int(model.max_seq_length or 512))


class TorchRunner:
    """A model in memory. Documents are encoded under bfloat16 autocast where the processor has it.

    The weights stay float32 and serve queries as they are, so a single copy of the model gives fast builds and exact
    queries.
    """

    backend = "torch"
    at_once = 1

    def __init__(self, files: ModelFiles) -> None:
        self._model = load_model(files)
        self.tokens = tokens_of(self._model)
        self.dimension = int(self._model.get_embedding_dimension() or 0)

    @cached_property
    def dtype(self) -> str:
        """What documents are encoded in; where the processor only emulates bfloat16, float32 is faster."""
        import torch

        capable = getattr(torch.cpu, "_is_avx512_bf16_supported", None)
        has = bool(capable and capable()) and bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())
        return "bfloat16" if has else "float32"

    def queries(self, texts: Sequence[str]) -> Vectors:
        """Vectors of shape (len(texts), dimension), in float32."""
        return np.asarray(self._model.encode_query(list(texts), show_progress_bar=False), np.float32)

    def documents(self, batches: Sequence[Sequence[str]]) -> list[Vectors]:
        """Vectors of a batch, the only one, shape (texts, dimension)."""
        import torch

        with torch.autocast("cpu", torch.bfloat16, enabled=self.dtype == "bfloat16"):
            return [self._encoded(list(batch)) for batch in batches]

    def _encoded(self, texts: list[str]) -> Vectors:
        made = self._model.encode_document(texts, batch_size=len(texts), show_progress_bar=False)
        return np.asarray(made, np.float32)
