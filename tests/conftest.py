"""What all tests share: one thread for each library, a place for what is made once in a run, little to train on."""

import fcntl
import gc
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

os.environ["OMP_NUM_THREADS"] = "1"  # before torch and faiss are imported: their threads wait by spinning
os.environ["COLUMNS"] = "100"  # wherever the tests run, lines are as long as they are at most

import pytest
from fakes import RememberingEncoder, few_examples
from hypothesis import HealthCheck, settings

from models.encoder import Encoder, load_encoder
from models.examples import Example
from models.taxonomy import Taxonomy
from models.theme_model import ThemeModel, content_of, train_themes

# Each run of a developer tries new examples; where CI is set, as .ci/run does, they are always the same.
# Nothing is timed: a machine may be slow.
_FINE = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
settings.register_profile("developer", deadline=None, suppress_health_check=_FINE)
settings.register_profile("ci", settings.get_profile("developer"), derandomize=True, database=None, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "developer")

_TRAINED: dict[str, ThemeModel] = {}
Once = Callable[[str, Callable[[Path], None]], Path]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The slow ones first: what is left to share out between the workers at the end is short."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


@pytest.fixture(scope="module", autouse=True)
def _given_back() -> Iterator[None]:
    """Indexes that tests have opened, and their files, are given back: a process may have so many open."""
    yield
    gc.collect()


def _train_once(
    taxonomy: Taxonomy, examples: Sequence[Example], encoder: Encoder, created: str, *rest: Any
) -> ThemeModel:
    content = content_of(taxonomy, examples, encoder)
    if content not in _TRAINED:
        _TRAINED[content] = train_themes(taxonomy, examples, encoder, created, *rest)
    known = _TRAINED[content]
    stamp = "".join(character for character in created if character not in "-:")[:15]
    return replace(known, id=f"{stamp}-{content[:8]}", created=created)


@pytest.fixture(autouse=True)
def _little_to_learn(monkeypatch: pytest.MonkeyPatch) -> None:
    """In this process a theme model is trained on few examples, and once for each content."""
    monkeypatch.setattr("service.themes.training.shipped_examples", few_examples)
    monkeypatch.setattr("service.themes.training.train_themes", _train_once)


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all workers of a run have."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


@pytest.fixture(scope="session")
def once(shared: Path) -> Once:
    """Gives the folder of a name, filled by whichever worker asks for it first."""

    def folder_of(name: str, make: Callable[[Path], None]) -> Path:
        folder, part = shared / f"once-{name}", shared / f"once-{name}.part"
        with (shared / f"once-{name}.lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not folder.is_dir():
                shutil.rmtree(part, ignore_errors=True)
                part.mkdir()
                make(part)
                part.rename(folder)
        return folder

    return folder_of


@pytest.fixture(scope="session")
def real_encoder(shared: Path) -> Encoder:
    """The bundled model, which encodes a document's text once."""
    return RememberingEncoder(load_encoder(None, shared / "encoders"), shared)
