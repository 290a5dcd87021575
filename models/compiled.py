"""A sentence-transformers model compiled once, for a run time that imports neither torch nor sentence-transformers.

The whole of it, pooling too, becomes one OpenVINO graph: of the commonest kind made from its files, of any other traced
by torch. What a traced graph says is compared with what the model says before it is kept.
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
from contextlib import contextmanager, suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from models.adapter import ModelFiles
from models.bert_graph import read_bert
from models.processors import usable
from models.runner import ModelError, Tokens, Vectors

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sentence_transformers import SentenceTransformer

GRAPH, WEIGHTS, RECORD = "model.xml", "model.bin", "encoder.txt"  # the last: a checksum, and JSON below it
_FORMAT = 2
_UNFINISHED = ".tmp-"
# Lengths are rounded up to so many tokens: OpenVINO makes itself ready for each new shape, for up to 300 ms.
_STEP = 16
# The cosine of a vector of the graph with that of the model, at least, in float32 and in bfloat16.
_ALIKE, _NEAR = 0.9999, 0.999
_PROBES = (
    "A text.",
    "The force should make sure that every missing child is looked for, and that what was done is written down.",
    "Seven words, then: a figure (12.5 %). " * 12,
)
_SHORT = 2  # of them, the first, are encoded in a moment


def compile_into(files: ModelFiles, store: Path, name: str) -> Path:
    """The folder `name` of `store` with the model compiled, made where it is not there or damaged.

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
            _compile(files, part)
            shutil.rmtree(place, ignore_errors=True)
            part.rename(place)
        finally:
            shutil.rmtree(part, ignore_errors=True)
    return place


def is_sound(place: Path) -> bool:
    """Whether a compiled model stands in `place` as it was written."""
    try:
        record = _read_record(place)
        return bool(record["format"] == _FORMAT) and all(
            _sum(place / file) == record["sums"][file] for file in (GRAPH, WEIGHTS)
        )
    except (OSError, ValueError, KeyError, TypeError):
        return False


def unsound(store: Path) -> list[str]:
    """The names of what stands in `store` and is no compiled model as it was written."""
    return sorted(path.name for path in store.glob("[!.]*") if path.is_dir() and not is_sound(path))


def _read_record(place: Path) -> dict[str, Any]:
    """The record in `place`. Raises ValueError where it is not as it was written."""
    seal, _, written = (place / RECORD).read_text("utf-8").partition("\n")
    if hashlib.sha256(written.encode()).hexdigest() != seal:
        raise ValueError(f"{RECORD} is not as it was written")
    record: dict[str, Any] = json.loads(written)
    return record


def _sum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _compile(files: ModelFiles, part: Path) -> None:
    openvino = _openvino()
    try:
        graph, record, said = read_bert(files, _PROBES)
        openvino.save_model(graph, part / GRAPH, compress_to_fp16=False)
        _record(part, record, said)
        CompiledRunner(part).check_graph()
    except ModelError:  # UnlikeError, or it is another model than its files say
        _compile_traced(files, part)
        CompiledRunner(part).check_graph()


def _record(part: Path, record: dict[str, Any], said: Vectors) -> None:
    sums = {file: _sum(part / file) for file in (GRAPH, WEIGHTS)}
    written = json.dumps({"format": _FORMAT, **record, "said": said.tolist(), "sums": sums})
    (part / RECORD).write_text(f"{hashlib.sha256(written.encode()).hexdigest()}\n{written}", "utf-8")


def _compile_traced(files: ModelFiles, part: Path) -> None:
    from models.torch_runner import load_model, tokens_of

    with _quiet():
        model = load_model(files, attn_implementation="eager")  # the others branch on what a trace cannot see
        tokens = tokens_of(model)
        names = _traced(model, part)
        record = {
            "inputs": names,
            "dimension": int(model.get_embedding_dimension() or 0),
            "prompts": {kind: model.prompts.get(kind) or "" for kind in ("query", "document")},
            "limit": tokens.limit,
            "pad": int(model.tokenizer.pad_token_id or 0),
            "tokenizer": tokens.tokenizer,
        }
        _record(part, record, np.asarray(model.encode_query(list(_PROBES), show_progress_bar=False), np.float32))


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


@contextmanager
def _model_errors() -> "Iterator[None]":
    """Raises ModelError for whatever OpenVINO says."""
    try:
        yield
    except RuntimeError as error:
        raise ModelError(f"The compiled model cannot be run: {error}") from error


def _openvino() -> Any:
    # Its tools report each import of them to their maker, unless they cannot be imported; they are not needed.
    for name in ("openvino_telemetry", "openvino.tools.ovc"):
        sys.modules.setdefault(name, None)  # type: ignore[arg-type]
    import openvino

    return openvino


class CompiledRunner:
    """A compiled model, in bfloat16 where the processor multiplies that: questions on all processors, batches on one
    each.
    """

    backend = "openvino"

    def __init__(self, place: Path) -> None:
        record = _read_record(place)
        self._place = place
        self._prompts: dict[str, str] = record["prompts"]
        self._inputs: list[str] = record["inputs"]
        self._pad: int = record["pad"]
        self.dimension: int = record["dimension"]
        self._said = np.array(record["said"], np.float32)
        self.tokens = Tokens(record["tokenizer"], self._prompts["document"], record["limit"])

    def check_graph(self) -> None:
        """Raises ModelError where the graph says something else than the model it was made from."""
        [exact] = self._requests("f32", 1)
        self._hold(exact, len(_PROBES), _ALIKE)

    def check(self) -> None:
        """Raises ModelError where this processor gives other vectors than the model has.

        A library may be wrong about a processor: OpenVINO 2026.4 is where ONEDNN_MAX_CPU_ISA limits what may be used,
        and then its vectors are noise.
        """
        if self._fast is None:  # else it has been held already
            self._hold(self._question, _SHORT, _ALIKE)

    def _hold(self, request: Any, probes: int, least: float) -> None:
        """Raises ModelError where a vector of the first probes has a smaller cosine with that which the model has."""
        [made] = self._run([request], [[self._prompts["query"] + text for text in _PROBES[:probes]]])
        said = self._said[:probes]
        cosine = ((said * made).sum(axis=1) / np.linalg.norm(said, axis=1) / np.linalg.norm(made, axis=1)).min()
        if not cosine >= least:
            raise ModelError(f"Compiled, the model gives other vectors on this machine (cosine {cosine:.4f}).")

    @cached_property
    def _core(self) -> Any:
        return _openvino().Core()

    @cached_property
    def _fast(self) -> Any:
        """What answers questions in bfloat16; None where that cannot be had, or gives other vectors."""
        if "BF16" in self._core.get_property("CPU", "OPTIMIZATION_CAPABILITIES"):
            with suppress(ModelError):
                [request] = self._requests("bf16", 1)
                self._hold(request, _SHORT, _NEAR)
                return request
        return None

    @cached_property
    def _question(self) -> Any:
        # An InferRequest has a length, and so cannot be asked whether it is there.
        return self._requests("f32", 1)[0] if self._fast is None else self._fast

    @cached_property
    def _batches(self) -> list[Any]:
        """What encodes batches. Raises ModelError where it gives other vectors than the model has."""
        if self._fast is None:
            return [self._question]
        # In bfloat16 a batch on each processor is half as fast again as one on all; in float32 it is no faster.
        requests = self._requests("bf16", self.at_once)
        self._hold(requests[-1], len(_PROBES), _NEAR)
        return requests

    @cached_property
    def dtype(self) -> str:
        """What texts are encoded in."""
        return "float32" if self._fast is None else "bfloat16"

    @cached_property
    def at_once(self) -> int:
        """Batches that are run side by side."""
        return usable() if self.dtype == "bfloat16" else 1

    def _requests(self, precision: str, streams: int) -> list[Any]:
        options = {
            "INFERENCE_PRECISION_HINT": precision,
            "INFERENCE_NUM_THREADS": usable(),
            "NUM_STREAMS": streams,
            "ENABLE_CPU_PINNING": False,  # two programs would be bound to the same processors
        }
        with _model_errors():
            model = self._core.compile_model(self._place / GRAPH, "CPU", options)
            return [model.create_infer_request() for _ in range(streams)]

    def queries(self, texts: Sequence[str]) -> Vectors:
        """Vectors of shape (len(texts), dimension)."""
        [vectors] = self._run([self._question], [[self._prompts["query"] + text for text in texts]])
        return vectors

    def documents(self, batches: Sequence[Sequence[str]]) -> list[Vectors]:
        """Vectors of at most `at_once` batches, each of shape (texts, dimension)."""
        return self._run(self._batches, [[self._prompts["document"] + text for text in batch] for batch in batches])

    def _run(self, requests: Sequence[Any], batches: Sequence[Sequence[str]]) -> list[Vectors]:
        used = requests[: len(batches)]
        with _model_errors():
            for request, batch in zip(used, batches, strict=True):
                request.start_async(self._given(batch))
            for request in used:
                request.wait()
        return [np.array(request.get_output_tensor(0).data, np.float32) for request in used]

    def _given(self, texts: Sequence[str]) -> list[Any]:
        """The inputs of the graph for a batch, each of shape (texts, tokens of the longest or somewhat more)."""
        encoded = self.tokens.of(texts)
        longest = max(len(one.ids) for one in encoded)
        longest = max(longest, min(-(-longest // _STEP) * _STEP, self.tokens.limit))
        given = {name: np.zeros((len(texts), longest), np.int64) for name in self._inputs}
        given["input_ids"][:] = self._pad
        for row, one in enumerate(encoded):
            given["input_ids"][row, : len(one.ids)] = one.ids
            given["attention_mask"][row, : len(one.ids)] = 1
            if "token_type_ids" in given:
                given["token_type_ids"][row, : len(one.ids)] = one.type_ids
        return [given[name] for name in self._inputs]
