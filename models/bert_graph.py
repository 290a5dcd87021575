"""The commonest kind of sentence-transformers model as a graph, made from its files: without torch, in a second.

It is BERT (Devlin and others, 2018; post-layer-norm, absolute positions, GELU) with mean or first-token pooling, as
all-MiniLM, BGE, E5 and GTE are. Whatever a model has besides is `UnlikeError`, and is compiled by tracing.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from models.adapter import ModelFiles
from models.bert_numpy import vectors
from models.runner import ModelError, Tokens, Vectors

_PLAIN = {"architectures": ["BertModel"], "model_type": "bert", "hidden_act": "gelu"}
_MODULES = (["Transformer", "Pooling"], ["Transformer", "Pooling", "Normalize"])
_MODES = {"pooling_mode_mean_tokens": "mean", "pooling_mode_cls_token": "cls"}
INPUTS = ["input_ids", "attention_mask", "token_type_ids"]


class UnlikeError(ModelError):
    """A model that is no plain BERT with plain pooling."""


def read_bert(files: ModelFiles, probes: Sequence[str]) -> tuple[Any, dict[str, Any], Vectors]:
    """The graph of a model, what of its record the files tell, and its vectors of `probes`.

    The graph takes INPUTS, each of shape (texts, tokens), and gives vectors of shape (texts, dimension); those of the
    probes are made without it. Raises UnlikeError.
    """
    folder = files.folder
    try:
        config = _json(folder / "config.json")
        settings = _json(folder / "sentence_bert_config.json")
        general = _json(folder / "config_sentence_transformers.json")
        pooling = _pooling(folder, config, settings, general)
        from safetensors.numpy import load_file

        weights = load_file(folder / "model.safetensors")
        for name, added in files.added().items():
            weights[name] = weights[name] + added
        graph = _graph(config, weights, pooling)
        prompts = general.get("prompts") or {}
        record: dict[str, Any] = {
            "inputs": INPUTS,
            "dimension": int(config["hidden_size"]),
            "prompts": {kind: str(prompts.get(kind) or "") for kind in ("query", "document")},
            "limit": min(int(settings["max_seq_length"]), int(config["max_position_embeddings"])),
            "pad": int(config.get("pad_token_id") or 0),
            "tokenizer": (folder / "tokenizer.json").read_text("utf-8"),
        }
        tokens = Tokens(record["tokenizer"], "", record["limit"]).of([record["prompts"]["query"] + p for p in probes])
        return graph, record, vectors(config, weights, pooling, [one.ids for one in tokens])
    except Exception as error:  # whatever a file lacks or has of its own
        raise UnlikeError(f"The model in {folder} is no plain BERT ({error!r}).") from error


def _json(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return found


def _pooling(folder: Path, config: Mapping[str, Any], settings: Mapping[str, Any], general: Mapping[str, Any]) -> str:
    """ "mean" or "cls". Raises ValueError for a model with anything that the graph does not have."""
    modules = json.loads((folder / "modules.json").read_text("utf-8"))
    kinds = [module["type"].rsplit(".", 1)[-1] for module in modules]
    mode = _json(folder / modules[1]["path"] / "config.json") if len(modules) > 1 else {}
    chosen = {_MODES.get(name, name) for name, value in mode.items() if name.startswith("pooling_mode_") and value}
    chosen |= {mode["pooling_mode"]} if "pooling_mode" in mode else set()
    checks = {
        "kind": all(config.get(name) == value for name, value in _PLAIN.items()),
        "positions": config.get("position_embedding_type", "absolute") == "absolute",
        "modules": kinds in _MODULES and modules[0]["path"] == "",
        "pooling": chosen in ({"mean"}, {"cls"}) and mode.get("include_prompt", True),
        "settings": not settings.get("do_lower_case") and not general.get("default_prompt_name"),
    }
    if not all(checks.values()):
        raise ValueError(", ".join(name for name, holds in checks.items() if not holds))
    return str(chosen.pop())


def _graph(config: Mapping[str, Any], weights: Mapping[str, Any], pooling: str) -> Any:
    from openvino import Model
    from openvino import opset13 as ops

    def number(name: str) -> Any:
        return ops.constant(np.asarray(weights[name], np.float32))

    def linear(x: Any, name: str) -> Any:
        return ops.add(ops.matmul(x, number(f"{name}.weight"), False, True), number(f"{name}.bias"))

    def normal(x: Any, name: str) -> Any:
        spread = ops.mvn(x, np.array([-1]), True, float(config["layer_norm_eps"]), "inside_sqrt")
        return ops.add(ops.multiply(spread, number(f"{name}.weight")), number(f"{name}.bias"))

    def rows(name: str, ids: Any) -> Any:
        return ops.gather(number(f"embeddings.{name}_embeddings.weight"), ids, ops.constant(0))

    heads = int(config["num_attention_heads"])
    apart = ops.constant(np.array([0, 0, heads, int(config["hidden_size"]) // heads]))
    together = ops.constant(np.array([0, 0, int(config["hidden_size"])]))
    swap = ops.constant(np.array([0, 2, 1, 3]))

    def by_head(x: Any, name: str) -> Any:
        return ops.transpose(ops.reshape(linear(x, name), apart, True), swap)

    ids, mask, kinds = inputs = [ops.parameter([-1, -1], np.int64, name) for name in INPUTS]
    length = ops.gather(ops.shape_of(ids), ops.constant(1), ops.constant(0))
    places = ops.range(ops.constant(np.int64(0)), length, ops.constant(np.int64(1)), "i64")
    x = ops.add(ops.add(rows("word", ids), rows("token_type", kinds)), rows("position", places))
    x = normal(x, "embeddings.LayerNorm")
    real = ops.convert(mask, "f32")
    away = ops.multiply(ops.subtract(real, ops.constant(np.float32(1))), ops.constant(np.float32(1e9)))
    bias = ops.unsqueeze(away, ops.constant(np.array([1, 2])))
    for number_of_layer in range(int(config["num_hidden_layers"])):
        layer = f"encoder.layer.{number_of_layer}"
        query, key, value = (by_head(x, f"{layer}.attention.self.{name}") for name in ("query", "key", "value"))
        seen = ops.scaled_dot_product_attention(query, key, value, bias)
        seen = ops.reshape(ops.transpose(seen, swap), together, True)
        x = normal(ops.add(x, linear(seen, f"{layer}.attention.output.dense")), f"{layer}.attention.output.LayerNorm")
        wide = ops.gelu(linear(x, f"{layer}.intermediate.dense"), "erf")
        x = normal(ops.add(x, linear(wide, f"{layer}.output.dense")), f"{layer}.output.LayerNorm")
    if pooling == "cls":
        vectors = ops.gather(x, ops.constant(0), ops.constant(1))
    else:
        counted = ops.unsqueeze(real, ops.constant(-1))
        total = ops.reduce_sum(ops.multiply(x, counted), ops.constant(1))
        vectors = ops.divide(total, ops.reduce_sum(counted, ops.constant(1)))
    return Model([vectors], inputs)
