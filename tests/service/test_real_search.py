"""The whole path on real documents with the real encoder: what four questions must find among their first three."""

from pathlib import Path

import pytest

from corpus.collection import load
from corpus.forces import load_forces
from indexer.build import build
from models.encoder import Encoder
from service.contract.requests import SearchRequest
from service.engine import Engine

SHARED = Path(__file__).parents[2].parent / "shared" / "corpus"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not SHARED.is_dir(), reason="the real documents are not beside this checkout, in ../shared"),
]


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory, real_encoder: Encoder) -> Engine:
    data = tmp_path_factory.mktemp("data")
    report = build(load([str(SHARED)], load_forces()), real_encoder, data, inputs=[str(SHARED)])
    assert report.counts["documents"] == 4
    return Engine(data, real_encoder)


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("DV1 backlog", "significant backlogs in most DVHCUs of DV1 forms"),
        ("when is a missing child reviewed by a senior officer", "reviewed at 24 hours and 72 hours"),
        ("neighbourhood officers taken away from their beats", "continual abstraction of officers from their beats"),
        ("neighbourhood officers taken away from their beats", "refines the recording and monitoring of abstractions"),
        ("who owns recommendation 8837", "8837 – Owner"),
    ],
)
def test_the_first_three_hits_answer(engine: Engine, question: str, answer: str) -> None:
    response = engine.search(SearchRequest(query=question, page_size=3))
    assert response.match != "none"
    assert any(answer in hit.text for hit in response.results)


def test_a_national_recommendation_is_one_hit_with_both_forces(engine: Engine) -> None:
    response = engine.search(
        SearchRequest(query="all forces should review their own approach to neighbourhood policing")
    )
    fold = response.results[0].fold
    assert fold is not None
    assert {member.force for member in fold.members} == {"essex", "west-midlands"}
    assert {member.status for member in fold.members} == {"being-progressed", "complete"}
