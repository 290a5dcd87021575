"""A build whose encoder is embedding servers: the same index as by one, and one that goes on where servers left it."""

from pathlib import Path

import numpy as np
import pytest
from embedding_servers import EmbeddingServer, hurried, running
from fakes import FakeCollection, document

from indexer.build import BuildReport, build
from indexer.generation import open_generation
from models.encoder import ModelError, load_encoder

PAPERS = tuple(document(f"paper-{at}.txt", [f"Thought {at} {part}." for part in range(40)]) for at in range(12))


def run(data: Path, setting: str) -> BuildReport:
    return build(FakeCollection(PAPERS), load_encoder(setting), data, inputs=["papers"])  # type: ignore[arg-type]


def test_it_does_not_matter_how_many_servers_there_are(tmp_path: Path) -> None:
    with running(EmbeddingServer()) as one, running(EmbeddingServer(), EmbeddingServer()) as two:
        first, second = run(tmp_path / "one", one), run(tmp_path / "two", two)
        assert first.encoded == second.encoded > 900
        references = [open_generation(tmp_path / name).reference for name in ("one", "two")]
        assert np.array_equal(*references)
        assert not run(tmp_path / "one", two).published


def test_a_build_whose_servers_all_die_goes_on_from_what_was_encoded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hurried(monkeypatch)
    servers = [EmbeddingServer(), EmbeddingServer()]
    with running(*servers) as setting:
        for server in servers:
            server.dies_after = 14
        with pytest.raises(ModelError, match="None of the 2 embedding servers answers"):
            run(tmp_path, setting)
        for server in servers:
            server.dies_after = None
            server.asked.clear()
        report = run(tmp_path, setting)
    # Of 28 requests two are probes; what stood in line behind those that failed may be lost.
    assert report.cached >= 128
    assert report.encoded + report.cached > 900
    again = [text for server in servers for text in server.texts()]
    assert len(again) <= report.encoded + 2 * 2 * 4
    assert len(open_generation(tmp_path).reference) == len(PAPERS) * 40
