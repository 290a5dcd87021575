"""A sentence-transformers model compiled once, for a run time that imports neither torch nor sentence-transformers.

The whole of it, pooling and normalising too, becomes one OpenVINO graph. What the graph says is compared with what the
model says before it is kept, so a model that does not survive the way is known by that.
"""

import fcntl
import hashlib
import json
import logging
import secrets
import shutil
import sys
import warnings
from collections.abc import Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from models.processors import usable
from models.runner import ModelError, Tokens, Vectors

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sentence_transformers import SentenceTransformer

GRAPH, WEIGHTS, RECORD = "model.xml", "model.bin", "encoder.json"
_FORMAT = 1
_UNFINISHED = ".tmp-"
_ALIKE = 0.9999  # the cosine of a vector of the graph with that of the model, at least
_PROBES = (
    "A text.",
    "The force should make sure that every missing child is looked for, and that what was done is written down.",
    "Seven words, then: a figure (12.5 %). " * 12,
)


def compile_into(folder: Path, store: Path, name: str) -> Path:
    """The folder `name` of `store` with the model in `folder` compiled, made where it is not there or damaged.

    It can be removed at any time. Raises ModelError where the model cannot be loaded or cannot be compiled, OSError
    where `store` cannot be written.
    """
    place = store / name
    if is_sound(place):
        return place
    store.mkdir(parents=True, exist_ok=True)
    with (store / "compile.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if is_sound(place):
            return place
        for left in store.glob(f"{_UNFINISHED}*"):
            shutil.rmtree(left, ignore_errors=True)
        part = store / f"{_UNFINISHED}{secrets.token_hex(4)}"
        part.mkdir()
        try:
            _compile(folder, part)
            shutil.rmtree(place, ignore_errors=True)
            part.rename(place)
        finally:
            shutil.rmtree(part, ignore_errors=True)
    return place


def is_sound(place: Path) -> bool:
    """Whether a compiled model stands in `place` as it was written."""
    try:
        record = json.loads((place / RECORD).read_text("utf-8"))
        return bool(record["format"] == _FORMAT) and all(
            _sum(place / file) == record["sums"][file] for file in (GRAPH, WEIGHTS)
        )
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _sum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _compile(folder: Path, part: Path) -> None:
    from models.torch_runner import load_model, tokens_of

    with _quiet():
        model = load_model(folder, attn_implementation="eager")  # the others branch on what a trace cannot see
        tokens = tokens_of(model)
        names = _traced(model, part)
        record: dict[str, Any] = {
            "format": _FORMAT,
            "inputs": names,
            "dimension": int(model.get_embedding_dimension() or 0),
            "prompts": {kind: model.prompts.get(kind) or "" for kind in ("query", "document")},
            "limit": tokens.limit,
            "pad": int(model.tokenizer.pad_token_id or 0),
            "tokenizer": tokens.tokenizer,
            "sums": {file: _sum(part / file) for file in (GRAPH, WEIGHTS)},
        }
        (part / RECORD).write_text(json.dumps(record), "utf-8")
        said = np.asarray(model.encode_query(list(_PROBES), show_progress_bar=False), np.float32)
    made = CompiledRunner(part).queries(_PROBES)
    cosine = (said * made).sum(axis=1) / (np.linalg.norm(said, axis=1) * np.linalg.norm(made, axis=1))
    if not cosine.min() >= _ALIKE:
        raise ModelError(f"The model in {folder} gives other vectors when it is compiled (cosine {cosine.min():.4f}).")


def _traced(model: "SentenceTransformer", part: Path) -> list[str]:
    """Write the graph; the names of its inputs in their order."""
    import torch

    class Whole(torch.nn.Module):  # type: ignore[misc]
        def __init__(self, names: list[str]) -> None:
            super().__init__()
            self.model, self.names = model, names

        def forward(self, *inputs: Any) -> Any:
            return self.model(dict(zip(self.names, inputs, strict=True)))["sentence_embedding"]

    made = model.tokenizer(list(_PROBES[:2]), return_tensors="pt", padding=True)
    names = [name for name in ("input_ids", "attention_mask", "token_type_ids") if name in made]
    openvino = _openvino()
    from openvino.frontend import FrontEndManager
    from openvino.frontend.pytorch.ts_decoder import TorchScriptPythonDecoder

    try:
        decoder = TorchScriptPythonDecoder(Whole(names).eval(), example_input=tuple(made[name] for name in names))
        front = FrontEndManager().load_by_framework("pytorch")
        openvino.save_model(front.convert(front.load(decoder)), part / GRAPH, compress_to_fp16=False)
    except Exception as error:  # of many kinds: whatever tracing and converting run into
        raise ModelError(f"The model cannot be compiled: {error}") from error
    return names


@contextmanager
def _quiet() -> "Iterator[None]":
    """Without what the libraries say of each other while one traces the other."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)


def _openvino() -> Any:
    # Its converter reports each import to its maker, unless the module that does so cannot be imported.
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]
    import openvino

    return openvino


class CompiledRunner:
    """A compiled model, in memory in one precision or two: documents in bfloat16 where the processor multiplies it."""

    backend = "openvino"

    def __init__(self, place: Path) -> None:
        record = json.loads((place / RECORD).read_text("utf-8"))
        self._place = place
        self._prompts: dict[str, str] = record["prompts"]
        self._inputs: list[str] = record["inputs"]
        self._pad: int = record["pad"]
        self.dimension: int = record["dimension"]
        self.tokens = Tokens(record["tokenizer"], self._prompts["document"], record["limit"])

    @cached_property
    def dtype(self) -> str:
        """What documents are encoded in."""
        has = "BF16" in self._core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")
        return "bfloat16" if has else "float32"

    @cached_property
    def _core(self) -> Any:
        return _openvino().Core()

    @cached_property
    def _exact(self) -> Any:
        return self._request("f32")

    @cached_property
    def _fast(self) -> Any:
        return self._exact if self.dtype == "float32" else self._request("bf16")

    def _request(self, precision: str) -> Any:
        options = {
            "INFERENCE_PRECISION_HINT": precision,
            "PERFORMANCE_HINT": "LATENCY",
            "INFERENCE_NUM_THREADS": usable(),
            "NUM_STREAMS": 1,
            "ENABLE_CPU_PINNING": False,  # two programs would be bound to the same processors
        }
        return self._core.compile_model(self._place / GRAPH, "CPU", options).create_infer_request()

    def queries(self, texts: Sequence[str]) -> Vectors:
        """Vectors of shape (len(texts), dimension), in float32."""
        return self._run(self._exact, [self._prompts["query"] + text for text in texts])

    def documents(self, texts: Sequence[str]) -> Vectors:
        """Vectors of a batch, shape (len(texts), dimension)."""
        return self._run(self._fast, [self._prompts["document"] + text for text in texts])

    def _run(self, request: Any, texts: Sequence[str]) -> Vectors:
        encoded = self.tokens.of(texts)
        longest = max(len(one.ids) for one in encoded)
        given = {name: np.zeros((len(texts), longest), np.int64) for name in self._inputs}
        given["input_ids"][:] = self._pad
        for row, one in enumerate(encoded):
            given["input_ids"][row, : len(one.ids)] = one.ids
            given["attention_mask"][row, : len(one.ids)] = 1
            if "token_type_ids" in given:
                given["token_type_ids"][row, : len(one.ids)] = one.type_ids
        made = request.infer([given[name] for name in self._inputs])
        return np.array(next(iter(made.values())), np.float32)
