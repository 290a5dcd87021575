"""An adapter: what is added to a few weight matrices of a sentence-transformers model, far smaller than the model.

It is of low rank (LoRA; Hu and others, 2021), in the files that PEFT writes. Added once, when a model is loaded or
compiled, it costs nothing at run time.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.runner import ModelError

WEIGHTS, CONFIG = "adapter_model.safetensors", "adapter_config.json"
_PREFIX, _DOWN, _UP = "base_model.model.", ".lora_A.weight", ".lora_B.weight"
# What PEFT may do besides that changes what is added, and is not done here.
_OTHERS = ("use_dora", "use_rslora", "modules_to_save", "rank_pattern", "alpha_pattern", "lora_bias")

Added = dict[str, NDArray[np.float32]]
"""What is added to weights, by their names in the model; each of the shape of its weight."""


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """Where a model lies: a sentence-transformers folder, and the folder of the adapter that is added to it, if any."""

    folder: Path
    adapter: Path | None = None

    def added(self) -> Added:
        """What the adapter adds; nothing without one. Raises ModelError for one that cannot be used."""
        return read_adapter(self.adapter) if self.adapter else {}


def is_adapter(folder: Path) -> bool:
    """Whether a folder holds an adapter and no whole model."""
    return (folder / CONFIG).is_file() and not (folder / "modules.json").exists()


def base_of(folder: Path) -> str:
    """The name or folder of the model that an adapter was made for. Raises ModelError where it does not say."""
    name = _config(folder).get("base_model_name_or_path")
    if not name or not isinstance(name, str):
        raise ModelError(f"{folder / CONFIG} does not say which model it is for (base_model_name_or_path).")
    return name


def read_adapter(folder: Path) -> Added:
    """What the adapter in `folder` adds to each weight: up · down · alpha / rank. Raises ModelError."""
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    config = _config(folder)
    unknown = [name for name in _OTHERS if config.get(name)]
    if config.get("peft_type") != "LORA" or config.get("bias", "none") != "none" or unknown:
        raise ModelError(f"The adapter in {folder} is no plain LoRA ({', '.join(unknown) or config.get('peft_type')}).")
    try:
        scale = float(config["lora_alpha"]) / int(config["r"])
        found = load_file(folder / WEIGHTS)
        names = [name.removesuffix(_DOWN) for name in found if name.endswith(_DOWN)]
        if 2 * len(names) != len(found):
            raise ValueError("a matrix without its other half")
        return {
            f"{name.removeprefix(_PREFIX)}.weight": np.float32(scale)
            * (_half(found, name, _UP) @ _half(found, name, _DOWN))
            for name in names
        }
    except (OSError, SafetensorError, ValueError, KeyError, TypeError, ZeroDivisionError) as error:
        raise ModelError(f"The adapter in {folder} cannot be read ({error}): train it anew.") from error


def _half(found: Any, name: str, which: str) -> NDArray[np.float32]:
    return np.asarray(found[name + which], np.float32)


def _config(folder: Path) -> dict[str, Any]:
    try:
        found = json.loads((folder / CONFIG).read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(f"The adapter in {folder} cannot be read ({error}): train it anew.") from error
    return found if isinstance(found, dict) else {}
