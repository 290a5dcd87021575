"""Every operation of the API as a stranger's program would use it: the description and the validation agree.

schemathesis makes requests that fit the description, which have to be answered, and others that do not, which have to
be refused; every answer must have the status, the content type and the shape that are described.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from fakes import FakeEncoder
from flask import Flask
from hypothesis import HealthCheck, Phase, assume, given, settings
from schemathesis.config import SchemathesisConfig
from schemathesis.generation import GenerationMode
from test_snapshot import model, tagged

from service.engine import Engine
from service.web.app import create_app
from service.web.openapi import openapi

__all__ = ["model", "tagged"]  # fixtures

EXAMPLES = int(os.environ.get("PRECEDENT_EXAMPLES", "25"))  # of each operation; 200 for a landing
# What does not fit is refused: as wrong (400), as nowhere to be found (404, 405), or as too much at once (413).
CHECKS = {"negative_data_rejection": {"expected-statuses": ["400", "403", "404", "405", "413"]}}
SOURCES = ("text", "passage_id", "finding_id")
OPERATIONS = [
    (path, method, one)
    for path, operations in openapi(create_app(Engine(Path("nowhere"), FakeEncoder())))["paths"].items()
    for method, one in operations.items()
]
FITTING = [(path, method, GenerationMode.POSITIVE) for path, method, _ in OPERATIONS]
# An operation that takes nothing, or an id alone, which may be any text, can be sent nothing that is wrong. Forms are
# left to test_similar: sent within the process, a field that is a list in the case does not arrive as one.
UNFITTING = [
    (path, method, GenerationMode.NEGATIVE)
    for path, method, one in OPERATIONS
    if "application/json" in one.get("requestBody", {}).get("content", {})
    or any(row["in"] == "query" or "enum" in row["schema"] for row in one.get("parameters", ()))
]


@pytest.fixture(scope="module")
def app(tagged: Path) -> Iterator[Flask]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("service.work.build_job.PROGRAM", ("/bin/true",))  # documents are taken, and nothing is built
        yield create_app(Engine(tagged, FakeEncoder()))


@pytest.fixture(scope="module")
def api(app: Flask) -> Any:
    """The description as it is served, with the values of the index."""
    served = app.test_client().get("/api/v1/openapi.json").get_json()
    found = schemathesis.openapi.from_dict(served, config=SchemathesisConfig.from_dict({"seed": 1, "checks": CHECKS}))
    found.app = app
    return found


@pytest.mark.parametrize(("path", "method", "mode"), [*FITTING, *UNFITTING])
def test_an_operation_is_as_it_is_described(api: Any, path: str, method: str, mode: GenerationMode) -> None:
    operation = api[path][method]

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=[*HealthCheck],
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def check(case: Any) -> None:
        _told_apart(case, path, fits=mode is GenerationMode.POSITIVE)
        assume(mode is GenerationMode.POSITIVE or not _asks_nothing(case, path))
        case.call_and_validate()

    check()


def _asks_nothing(case: Any, path: str) -> bool:
    """Whether all that is wrong was sent empty, where an address takes a form: that asks for nothing."""
    if not path.startswith("/api/v1/similar.") or not isinstance(case.query, dict):
        return False
    return all(value in ("", [""], [], {}) or name in SOURCES for name, value in case.query.items())


def _told_apart(case: Any, path: str, *, fits: bool) -> None:
    """What a query string cannot say: "one of these three" (a body can), and that one year is not after another.

    Of a request that does not fit, what is taken away of others may be what is wrong with it, and stays.
    """
    inner = case.body.get("queries") if isinstance(case.body, dict) else None
    for sent in (case.query, case.body, *(inner if isinstance(inner, list) else ())):
        if fits and isinstance(sent, dict) and {"year_from", "year_to"} <= sent.keys():
            del sent["year_to"]
    if path.startswith("/api/v1/similar") and case.method.upper() == "GET" and isinstance(case.query, dict):
        given_ones = [name for name in SOURCES if case.query.get(name)]
        for name in given_ones[1:] if fits else ():
            del case.query[name]
        if not given_ones:
            case.query["text"] = "a"
