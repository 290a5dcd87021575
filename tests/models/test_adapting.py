"""Training an adapter: the same twice, measured before and after, and refused where it cannot be."""

import builtins
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from models.adapter import CONFIG, WEIGHTS, read_adapter
from models.adapting import CARD, Settings, train_adapter
from models.encoder import STOCK, find_model
from models.runner import ModelError
from models.training_pairs import FindingPair, QueriedPassage, TrainingData
from service.cli.main import main

SMALL = Settings(rank=2, epochs=2, batch=4, asked=2, tokens=24, held_back=0.25)
MATTERS = ["custody", "burglary", "missing children", "firearms", "vetting", "roads", "dogs", "stalking"] * 2
DATA = TrainingData(
    tuple(
        QueriedPassage(
            f"p{at}", f"The force should look at {matter} in {2001 + at}.", ("Report",), (f"{matter}?", f"why {at}")
        )
        for at, matter in enumerate(MATTERS)
    ),
    tuple(FindingPair(f"Review {one} {at}.", f"Look at {one} again.", at % 2 == 0) for at, one in enumerate(MATTERS)),
)


def quiet(*_: object) -> None:
    """Progress that nobody looks at."""


def test_too_little_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="32 are the least"):
        train_adapter(find_model(STOCK), STOCK, TrainingData(DATA.passages[:2]), tmp_path, quiet)


def test_what_is_adapted_already_and_a_file_for_a_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="adapted already"):
        train_adapter(find_model(None), "bundled", DATA, tmp_path, quiet, SMALL)
    (tmp_path / "file").write_text("")
    with pytest.raises(ModelError, match="cannot be a folder"):
        train_adapter(find_model(STOCK), STOCK, DATA, tmp_path / "file", quiet, SMALL)


@pytest.mark.slow
@pytest.mark.filterwarnings("default")
def test_passages_without_pairs_of_findings_are_enough(tmp_path: Path) -> None:
    pytest.importorskip("peft")
    found = train_adapter(find_model(STOCK), STOCK, TrainingData(DATA.passages), tmp_path, quiet, SMALL)
    assert (found.findings, found.after.pairs) == (0, 0.0)
    assert found.after.ten > 0


def test_without_the_packages_for_training_it_says_which(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = builtins.__import__

    def without(name: str, *rest: Any, **more: Any) -> Any:
        if name == "accelerate":
            raise ImportError(name=name)
        return whole(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ModelError, match=r"accelerate.*precedent\[train\]"):
        train_adapter(find_model(STOCK), STOCK, DATA, tmp_path, quiet, SMALL)


@pytest.mark.slow
@pytest.mark.filterwarnings("default")
def test_training_is_the_same_twice(tmp_path: Path) -> None:
    pytest.importorskip("peft")
    said: list[tuple[str, int, int]] = []
    first, second = (
        train_adapter(find_model(STOCK), STOCK, DATA, tmp_path / name, lambda *it: said.append(it), SMALL)
        for name in ("one", "two")
    )
    assert (first.before, first.after, first.passages) == (second.before, second.after, second.passages)
    assert (tmp_path / "one" / WEIGHTS).read_bytes() == (tmp_path / "two" / WEIGHTS).read_bytes()
    added = read_adapter(tmp_path / "one")
    assert len(added) == 36
    assert any(abs(value).max() > 0 for value in added.values())
    assert json.loads((tmp_path / "one" / CONFIG).read_text())["base_model_name_or_path"] == STOCK
    assert f"{first.queries} queries of {first.passages} passages" in (tmp_path / "one" / CARD).read_text()
    assert said[-1][1] == said[-1][2]


def test_the_command_says_what_is_wrong_with_a_file(tmp_path: Path) -> None:
    (tmp_path / "mine.jsonl").write_text("no JSON\n")
    told = CliRunner().invoke(
        main, ["encoder", "train", str(tmp_path / "mine.jsonl"), "--out", str(tmp_path / "out"), "--alone"]
    )
    assert told.exit_code == 2
    assert "Line 1 of" in told.output
    assert not (tmp_path / "out").exists()
