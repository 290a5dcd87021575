"""The register on real documents: records 000 and 002 of one national recommendation, and where each stood."""

import datetime
from pathlib import Path

import pytest
from fakes import FakeEncoder

from corpus.collection import load
from corpus.forces import load_forces
from indexer.build import build
from service.contract.requests import RegisterRequest, SimilarRequest
from service.engine import Engine

SHARED = Path(__file__).parents[2].parent / "shared"

pytestmark = pytest.mark.skipif(
    not SHARED.is_dir(), reason="the real documents are not beside this checkout, in ../shared"
)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    data, encoder = tmp_path_factory.mktemp("data"), FakeEncoder()
    inputs = [str(SHARED / "corpus"), str(SHARED / "corpus-restated")]
    build(load(inputs, load_forces()), encoder, data, inputs=inputs)
    return Engine(data, encoder)


def finding_of(engine: Engine, name: str) -> str:
    rows = engine.register_rows(RegisterRequest())
    return next(row.finding_id for row in rows if name in row.document.source)


def test_the_two_records_are_one_fold_with_their_statuses_and_dates(engine: Engine) -> None:
    found = engine.finding(finding_of(engine, "000_"))
    assert found is not None
    # The restated record of Lancashire has the same national text.
    members = {Path(member.document.source).name[:3]: member for member in found.members}
    assert {"000", "002"} <= set(members)
    assert (members["000"].force, members["000"].status) == ("essex", "being-progressed")
    assert members["000"].status_date == "2018-04-04"
    assert (members["002"].force, members["002"].status) == ("west-midlands", "complete")
    assert (members["002"].status_date, members["002"].days_open) == ("2019-01-04", 288)
    assert found.members[0] == members["002"]  # closed with a comment that says what was done


def test_what_comments_say_against_the_status_of_000(engine: Engine) -> None:
    found = engine.finding(finding_of(engine, "000_"))
    assert found is not None
    standing = found.standing
    assert [one.words for one in standing.mismatches] == [
        "comments say closed, status being progressed since 4 April 2018"
    ]
    assert (standing.closure_signal, standing.closure_date) == ("requested", "2019-06-04")
    assert standing.closure_sentence == "This recommendation can be closed as complete."
    assert (standing.as_of, standing.deadline, standing.overdue) == ("2019-06-04", "2018-10", True)
    before = engine.finding(found.id, datetime.date(2018, 10, 31))
    assert before is not None
    assert (before.standing.overdue, before.standing.mismatches) == (False, [])


def test_the_closing_comment_of_002(engine: Engine) -> None:
    found = engine.finding(finding_of(engine, "002_"))
    assert found is not None
    closing = found.standing.closing_comment
    assert closing is not None
    assert closing.date == "2019-01-04"
    assert "it can now be closed" in closing.text


TABLE = {  # status and closure signal, read by hand
    "reg_devon_and_cornwall_6989": ("complete", "decided"),
    "reg_force_essex_9443": ("being-progressed", None),
    "reg_lancashire_8817": ("being-progressed", None),
    "reg_theme_audit_7319": ("complete", "decided"),
    "reg_theme_cautions_5811": ("complete", "decided"),
    "reg_theme_scrutiny_3827": ("no-further-action-needed", "superseded"),
    "reg_theme_vetting_6129": ("being-progressed", None),
    "reg_west_midlands_8796": ("being-progressed", None),
}


@pytest.mark.parametrize("name", list(TABLE))
def test_where_the_restated_records_stand(engine: Engine, name: str) -> None:
    found = engine.finding(finding_of(engine, name))
    assert found is not None
    assert (found.standing.status, found.standing.closure_signal) == TABLE[name]


def test_no_copy_of_the_input_is_among_the_results(engine: Engine) -> None:
    found = engine.finding(finding_of(engine, "002_"))
    assert found is not None
    similar = engine.similar(SimilarRequest(text=found.text, same_force=True, limit=100))
    assert similar is not None
    assert len(similar.own) == len(found.members)
    own = {member.document.id for member in found.members}
    assert not any(hit.document.id in own for hit in similar.results + similar.nearest)
