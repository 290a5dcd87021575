"""`precedent encoder evaluate`: each encoder on an index of its own of what is indexed, and what lies between them."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from fakes import STRENGTH, FakeEncoder

from service.cli import common
from service.cli.main import main
from service.evaluation import encoders
from service.evaluation.calibrate import Calibration
from service.memory.strength import SEARCH, SIMILAR

TEXTS = {
    "lamps.txt": "The force should count each lamp on the quay, and mend those that are broken before the winter.",
    "ropes.txt": "The force should buy rope that does not rot, and throw away what has been in the yard for years.",
    "gone.txt": "The force should count each lamp on the hill, and mend those that are broken before the spring.",
}


def fit(encoder: FakeEncoder, _: object) -> dict[str, Calibration]:
    """A calibration for any encoder, without the sample."""
    strength = replace(STRENGTH, encoder=encoder.fingerprint)
    return {name: Calibration(strength, 1, 1.0, 0.0, 1.0) for name in (SEARCH, SIMILAR)}


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(common, "encoder_for", lambda settings: FakeEncoder())
    monkeypatch.setattr(encoders, "load_encoder", lambda name, store: FakeEncoder(0 if name == "one" else 1))
    monkeypatch.setattr(encoders, "calibrate", fit)
    folder = tmp_path / "documents"
    folder.mkdir()
    for name, text in TEXTS.items():
        (folder / name).write_text(f"{name} of the harbour\n\n{text}\n", "utf-8")
    for command in (["build", str(folder)], ["remove", str(folder / "gone.txt")]):
        assert CliRunner().invoke(main, [*command, "--data", str(tmp_path / "data")]).exit_code == 0
    return tmp_path / "data"


@pytest.mark.parametrize("similar", [False, True])
def test_encoders_are_compared_on_what_is_indexed(data: Path, tmp_path: Path, similar: bool) -> None:
    judged = tmp_path / "judged.jsonl"
    lamps = {"source": "lamps.txt", "must": "count each lamp on the quay", "grade": 2}
    kind = "text" if similar else "query"
    rows = [{kind: "counting lamps on the quay", "gold": [lamps]}, {kind: "whales and their songs", "gold": []}]
    judged.write_text("\n".join(map(json.dumps, rows)) + "\n", "utf-8")
    options = ["--with", "one", "--with", "other", "--data", str(data), *(["--similar"] if similar else [])]
    done = CliRunner().invoke(main, ["encoder", "evaluate", str(judged), "--json", *options])
    assert done.exit_code == 0, done.output
    first, second = json.loads(done.stdout)["encoders"]
    assert first["change"] is None
    assert second["change"]["queries"] == 2
    assert first["means"]["nDCG@10"]["queries"] == first["means"]["none_detected"]["queries"] == 1
    # What was taken out of the index is in none of these either.
    homes = list((data / "evaluate").iterdir())
    assert len(homes) == 2
    for home in homes:
        [manifest] = home.glob("generations/*/manifest.json")
        assert json.loads(manifest.read_text())["counts"]["documents"] == 2
    told = CliRunner().invoke(main, ["encoder", "evaluate", str(judged), *options])
    assert "fake, against fake: nDCG@10" in told.stdout
