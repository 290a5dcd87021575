"""A plain BERT in numpy, text by text: slow, and the same on every processor. A compiled one is held against it.

After the paper (Devlin and others, 2018), as `models/bert_graph.py` has it for OpenVINO.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]


def vectors(
    config: Mapping[str, Any], weights: Mapping[str, Any], pooling: str, texts: Sequence[Sequence[int]]
) -> Array:
    """The vectors of texts given as token ids, shape (texts, dimension); `pooling` is "mean" or "cls"."""
    tokens = [_tokens(config, weights, np.asarray(ids)) for ids in texts]
    return np.array([x[0] if pooling == "cls" else x.mean(axis=0) for x in tokens], np.float32)


def _tokens(config: Mapping[str, Any], weights: Mapping[str, Any], ids: NDArray[np.int64]) -> Array:
    from scipy.special import erf

    heads, epsilon = int(config["num_attention_heads"]), float(config["layer_norm_eps"])

    def number(name: str) -> Array:
        return np.asarray(weights[name], np.float32)

    def linear(x: Array, name: str) -> Array:
        return x @ number(f"{name}.weight").T + number(f"{name}.bias")

    def normal(x: Array, name: str) -> Array:
        spread: Array = (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + epsilon)
        return spread * number(f"{name}.weight") + number(f"{name}.bias")

    def by_head(x: Array, name: str) -> Array:
        return linear(x, name).reshape(len(ids), heads, -1).swapaxes(0, 1)

    rows = {name: number(f"embeddings.{name}_embeddings.weight") for name in ("word", "token_type", "position")}
    x: Array = normal(rows["word"][ids] + rows["token_type"][0] + rows["position"][: len(ids)], "embeddings.LayerNorm")
    for at in range(int(config["num_hidden_layers"])):
        layer = f"encoder.layer.{at}"
        query, key, value = (by_head(x, f"{layer}.attention.self.{name}") for name in ("query", "key", "value"))
        score = query @ key.swapaxes(1, 2) / query.shape[-1] ** 0.5
        weight = np.exp(score - score.max(-1, keepdims=True))
        seen = (weight / weight.sum(-1, keepdims=True) @ value).swapaxes(0, 1).reshape(x.shape)
        x = normal(x + linear(seen, f"{layer}.attention.output.dense"), f"{layer}.attention.output.LayerNorm")
        wide = linear(x, f"{layer}.intermediate.dense")
        wide = wide * (1 + np.asarray(erf(wide / np.sqrt(np.float32(2))))) / 2
        x = normal(x + linear(wide, f"{layer}.output.dense"), f"{layer}.output.LayerNorm")
    return x
