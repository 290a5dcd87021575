"""Adapters: read as PEFT has them, refused where they are something else, and told apart by their fingerprint."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save_file

from models.adapter import CONFIG, WEIGHTS, ModelFiles, base_of, is_adapter, read_adapter
from models.encoder import ADAPTER, BUNDLED, STOCK, find_model, fingerprint, load_encoder
from models.runner import ModelError

LAYER = "encoder.layer.0.attention.self.query"
PLAIN = {"peft_type": "LORA", "r": 2, "lora_alpha": 4, "base_model_name_or_path": STOCK}
MEGABYTES = 5  # an adapter in the repository is smaller


def write(folder: Path, config: dict[str, Any] = PLAIN, *, up: bool = True, size: int = 384) -> Path:
    random = np.random.default_rng(5)
    halves = {"A": random.normal(size=(2, size)), "B": random.normal(size=(size, 2))}
    folder.mkdir(exist_ok=True)
    (folder / CONFIG).write_text(json.dumps(config))
    named = {f"base_model.model.{LAYER}.lora_{half}.weight": m.astype(np.float16) for half, m in halves.items()}
    save_file({name: value for name, value in named.items() if up or "lora_A" in name}, folder / WEIGHTS)
    return folder


def test_what_is_added_is_up_by_down_by_alpha_over_rank(tmp_path: Path) -> None:
    added = read_adapter(write(tmp_path))
    assert list(added) == [f"{LAYER}.weight"]
    from safetensors.numpy import load_file

    halves = {name[-8]: value.astype(np.float32) for name, value in load_file(tmp_path / WEIGHTS).items()}
    np.testing.assert_allclose(added[f"{LAYER}.weight"], 2 * halves["B"] @ halves["A"], rtol=1e-5)
    assert is_adapter(tmp_path)
    assert base_of(tmp_path) == STOCK
    assert ModelFiles(tmp_path).added() == {}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"peft_type": "IA3"}, "no plain LoRA"),
        ({"use_dora": True}, "use_dora"),
        ({"bias": "all"}, "no plain LoRA"),
        ({"r": 0}, "cannot be read"),
        ({"lora_alpha": None}, "cannot be read"),
    ],
)
def test_an_adapter_of_another_kind_is_refused(tmp_path: Path, change: dict[str, Any], says: str) -> None:
    write(tmp_path, {**PLAIN, **change})
    with pytest.raises(ModelError, match=says):
        read_adapter(tmp_path)


def test_a_damaged_adapter_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="other half"):
        read_adapter(write(tmp_path, up=False))
    (tmp_path / WEIGHTS).write_bytes(b"no weights")
    with pytest.raises(ModelError, match="cannot be read"):
        read_adapter(tmp_path)
    (tmp_path / CONFIG).write_text("{")
    with pytest.raises(ModelError, match="cannot be read"):
        base_of(tmp_path)
    (tmp_path / CONFIG).write_text("{}")
    with pytest.raises(ModelError, match="which model"):
        base_of(tmp_path)


def test_an_adapter_names_the_model_that_it_is_for(tmp_path: Path) -> None:
    found = find_model(str(write(tmp_path / "one")))
    assert found == ModelFiles(find_model(STOCK).folder, tmp_path / "one")
    other = write(tmp_path / "two", {**PLAIN, "base_model_name_or_path": str(tmp_path / "one")})
    with pytest.raises(ModelError, match="another adapter"):
        find_model(str(other))


def test_an_adapter_changes_the_fingerprint(tmp_path: Path) -> None:
    stock, adapted = find_model(STOCK), find_model(str(write(tmp_path)))
    assert fingerprint(stock) != fingerprint(adapted)
    before = fingerprint(adapted)
    write(tmp_path, {**PLAIN, "lora_alpha": 8})
    assert fingerprint(adapted) != before


def test_the_shipped_adapter_is_small_and_for_the_stock_model() -> None:
    assert base_of(ADAPTER) == STOCK
    assert sum(path.stat().st_size for path in ADAPTER.iterdir()) < MEGABYTES * 1_000_000
    assert find_model(None) == ModelFiles(find_model(STOCK).folder, ADAPTER)


@pytest.mark.slow
def test_the_shipped_adapter_moves_vectors_and_compiled_ones_alike(shared: Path) -> None:
    texts = ["abstraction of neighbourhood officers", "The force should review how it abstracts its officers."]
    compiled, by_torch, stock = load_encoder(None, shared / "encoders"), load_encoder(None), load_encoder(STOCK)
    assert (compiled.name, stock.name) == (BUNDLED, STOCK)
    made, same, other = (one.encode_queries(texts) for one in (compiled, by_torch, stock))
    assert (made * same).sum(axis=1).min() > 0.999
    assert (made * other).sum(axis=1).max() < 0.99


@pytest.mark.slow
def test_an_adapter_for_another_model_is_refused(tmp_path: Path) -> None:
    encoder = load_encoder(str(write(tmp_path / "small", size=64)), tmp_path / "encoders")
    with pytest.raises(ModelError, match="another model"):
        encoder.encode_queries(["A text."])
