"""The JSON API: true to its description, strict about what it is asked, and never at a loss."""

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from fakes import FakeEncoder
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st
from work import calls

from service.contract.requests import SearchRequest
from service.contract.values import wire_names
from service.engine import Engine
from service.web.app import create_app
from service.web.openapi import openapi

HOSTILE = (
    "",
    " ",
    "x" * 10_000,
    "word " * 2000,
    "\x00",
    "a\x00b\x1b[31m",
    "\U0001f600",
    "AND",
    "OR NOT",
    '"',
    '""',
    '"unbalanced',
    "*",
    "?",
    "force:",
    "text:essex AND",
    "'; DROP TABLE passages; --",
    "<script>alert(1)</script>",
    "../../etc/passwd",
    "%00%ff",
    "\u202e\ufeff\u200b",
    "e\u0301" * 50,
    "(((((",
    "{\\",
    "~" * 100,
)


NAMES = tuple(wire_names(SearchRequest))


def check(described: dict[str, Any], schema: dict[str, Any], value: Any, where: str = "answer") -> None:
    """Whether a value is what a schema of the description says; enough of JSON Schema for ours."""
    if "$ref" in schema:
        schema = described["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    if "anyOf" in schema:
        kinds = [option.get("type", "object") for option in schema["anyOf"]]
        option = schema["anyOf"][kinds.index("null" if value is None else next(k for k in kinds if k != "null"))]
        return check(described, option, value, where)
    kinds = {"string": str, "integer": int, "number": float, "boolean": bool, "array": list, "object": dict}
    if schema["type"] == "null":
        assert value is None, where
        return None
    assert isinstance(value, kinds[schema["type"]]), where
    assert value in schema.get("enum", [value]), where
    for number, item in enumerate(value if schema["type"] == "array" else ()):
        check(described, schema["items"], item, f"{where}[{number}]")
    if "properties" in schema:
        assert set(value) == set(schema["required"]), where
        for name, item in value.items():
            check(described, schema["properties"][name], item, f"{where}.{name}")
    elif "additionalProperties" in schema:
        for name, item in value.items():
            check(described, schema["additionalProperties"], item, f"{where}.{name}")
    return None


def problem(response: Any, status: int) -> str:
    """The sentence of an error, which must have the one shape that all have."""
    assert response.status_code == status
    assert response.mimetype == "application/problem+json"
    body = response.get_json()
    assert set(body) == {"type", "title", "status", "detail"}
    assert body["status"] == status
    return str(body["detail"])


@pytest.fixture(scope="module")
def api(client: FlaskClient) -> dict[str, Any]:
    return openapi(client.application)


@pytest.mark.parametrize(
    ("path", "address"),
    [
        ("/api/v1/search", "/api/v1/search?q=missing+children&explain=true"),
        ("/api/v1/search", "/api/v1/search?q=%3F"),
        ("/api/v1/documents/{id}", "/api/v1/documents/" + quote("gwent/odd & <name>?#1\n2")),
        ("/api/v1/documents/{id}", "/api/v1/documents/peel-essex.txt"),
        ("/api/v1/passages/{id}", "/api/v1/passages/" + quote("kent:8837#0")),
        ("/api/v1/findings/{id}", "/api/v1/findings/" + quote("kent:8837/recommendation")),
        ("/api/v1/forces", "/api/v1/forces"),
        ("/api/v1/themes", "/api/v1/themes"),
        ("/api/v1/openapi.json", "/api/v1/openapi.json"),
        ("/health/live", "/health/live"),
        ("/health/ready", "/health/ready"),
    ],
)
def test_what_is_served_is_what_is_described(client: FlaskClient, api: dict[str, Any], path: str, address: str) -> None:
    response = client.get(address)
    assert (response.status_code, response.mimetype) == (200, "application/json")
    schema = api["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    check(api, schema, response.get_json())


def test_every_route_is_described_and_every_parameter(client: FlaskClient, api: dict[str, Any]) -> None:
    rules = client.application.url_map.iter_rules()
    served = {
        r.rule.replace("<key:key>", "{id}").replace("<slug>", "{slug}").replace("<receipt>", "{receipt}")
        for r in rules
        if r.rule.startswith(("/api", "/health"))
    }
    served = {rule.replace("<any(force, year):by>", "{by}") for rule in served}
    served = {rule.replace("<int(max=999999999):number>", "{number}") for rule in served}
    served = {rule.replace("<any(passages, findings, events, tags):table>", "{table}") for rule in served}
    forms = ("jsonl", "csv", "parquet")
    served |= {rule.replace("<any(jsonl, csv, parquet):form>", form) for rule in served for form in forms}
    served |= {rule.replace("<any(csv, json):form>", form) for rule in served for form in ("csv", "json")}
    served = {rule for rule in served if "<" not in rule}
    served.discard("/api/v1/docs")  # a page for people
    assert served == set(api["paths"])
    names = {parameter["name"] for parameter in api["paths"]["/api/v1/search"]["get"]["parameters"]}
    assert names == set(NAMES)


def test_the_contract_of_a_search(client: FlaskClient) -> None:
    body = client.get("/api/v1/search?q=missing+children&force=kent&page_size=2").get_json()
    assert list(body) == [
        *(
            "query",
            "expansions",
            "did_you_mean",
            "nowhere",
            "match",
            "total",
            "complete",
            "page",
            "page_size",
            "results",
            "nearest",
        ),
        *("facets", "suggested_filters", "records", "in_register", "owners", "documents", "strong"),
    ]
    assert list(body["facets"]) == ["force", "document_kind", "finding", "theme", "status", "grade", "year"]
    assert [row["value"] for row in body["facets"]["theme"]] == ["unknown"]  # this index is not tagged
    contract = {
        *("passage_id", "text", "kind", "score", "match", "highlights", "best_sentence", "document", "section"),
        *("page", "citation", "finding", "themes", "fold"),
    }
    for hit in body["results"]:
        assert contract <= set(hit)
        assert {"id", "title", "kind", "force", "date", "source", "url"} <= set(hit["document"])
        for start, end in [*hit["highlights"], hit["best_sentence"]]:
            assert 0 <= start < end <= len(hit["text"])


@pytest.mark.parametrize("query", HOSTILE)
def test_a_hostile_query_is_answered_or_refused(client: FlaskClient, query: str) -> None:
    response = client.get("/api/v1/search", query_string={"q": query})
    if len(query) > 2000:
        assert "2,000" in problem(response, 400)
    else:
        assert response.status_code == 200
        json.loads(response.get_data(as_text=True))
    assert client.get("/", query_string={"q": query, "sort": "newest"}).status_code == response.status_code


@settings(max_examples=150)
@given(
    parameters=st.lists(
        st.tuples(st.sampled_from([*NAMES, "other"]), st.text(max_size=30) | st.sampled_from(["1", "kent", "2016"])),
        max_size=5,
    )
)
def test_no_parameters_are_too_much(client: FlaskClient, parameters: list[tuple[str, str]]) -> None:
    from werkzeug.datastructures import MultiDict

    for path in ("/api/v1/search", "/"):
        assert client.get(path, query_string=MultiDict(parameters)).status_code in {200, 400}


@settings(max_examples=100)
@given(key=st.text(min_size=1, max_size=30))
def test_no_key_is_too_much(client: FlaskClient, key: str) -> None:
    for place in ("api/v1/documents", "api/v1/passages", "api/v1/findings", "documents"):
        assert client.get(f"/{place}/{quote(key)}").status_code in {200, 308, 404}


def test_every_id_that_a_search_gives_leads_somewhere(client: FlaskClient) -> None:
    hits = client.get("/api/v1/search?page_size=100").get_json()["results"]
    assert any("\n" in hit["document"]["id"] for hit in hits)
    for hit in hits:
        document = quote(hit["document"]["id"])
        assert client.get(f"/documents/{document}").status_code == 200
        assert client.get(f"/api/v1/documents/{document}").get_json()["id"] == hit["document"]["id"]
        found = client.get(f"/api/v1/passages/{quote(hit['passage_id'])}").get_json()
        assert found["passage_id"] == hit["passage_id"]
        if hit["finding"]:
            assert client.get(f"/api/v1/findings/{quote(hit['finding']['id'])}").status_code == 200


def test_a_service_on_loopback_answers_only_for_its_own_name(engine: Engine) -> None:
    client = create_app(engine, ["localhost", "127.0.0.1"]).test_client()
    assert client.get("/health/live", headers={"Host": "127.0.0.1:8000"}).status_code == 200
    refused = client.get("/health/live", headers={"Host": "elsewhere.example"})
    assert refused.status_code == 400
    assert refused.mimetype == "application/problem+json"
    assert client.get("/", headers={"Host": "elsewhere.example"}).status_code == 400


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ("forces=kent", "the nearest is force"),
        ("force=kentt", "the nearest is kent"),
        ("document_kind=report", "inspection_report"),
        ("finding=recommendations", "the nearest is recommendation"),
        ("status=done", "being-progressed"),
        ("grade=brilliant", "outstanding"),
        ("theme=nonsense", "is not a value of theme"),
        ("sort=oldest", "newest"),
        ("page=0", "from 1"),
        ("page=1e3", "whole number"),
        ("page_size=101", "from 1 to 100"),
        ("page_size=0", "from 1 to 100"),
        ("page_size=%D9%A1", "whole number"),
        ("year_from=soon", "whole number"),
        ("year_from=", "whole number"),
        ("year=next", "unknown"),
        ("year_from=2018&year_to=2016", "exchange them"),
        ("explain=yes", "true"),
        ("q=a&q=b", "give it once"),
    ],
)
def test_what_cannot_be_used_is_refused_with_what_to_do(client: FlaskClient, asked: str, sentence: str) -> None:
    detail = problem(client.get(f"/api/v1/search?{asked}"), 400)
    assert sentence in detail
    page = client.get(f"/?{asked}&q=a")
    assert page.mimetype == "text/html"
    assert page.status_code == (200 if asked == "year_from=" else 400)


def test_errors_have_one_shape(client: FlaskClient) -> None:
    assert problem(client.get("/api/v1/nothing"), 404)
    assert "nowhere" in problem(client.get("/api/v1/documents/nowhere"), 404)
    assert problem(client.get("/health/nothing"), 404)
    for method in ("post", "put", "delete", "patch", "options"):
        response = getattr(client, method)("/api/v1/search")
        assert problem(response, 405)
        assert response.headers["Allow"] == "GET, HEAD"
    assert "takes none" in problem(client.get("/api/v1/forces?page=2"), 400)
    page = client.get("/nothing")
    assert (page.status_code, page.mimetype) == (404, "text/html")
    assert client.head("/api/v1/search?q=a").status_code == 200


def test_a_mistake_of_ours_is_a_problem_without_its_insides(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = Engine(data, FakeEncoder())
    for module in ("api", "search_pages"):
        monkeypatch.setattr(f"service.web.{module}.search", lambda *_: 1 / 0)
    client = create_app(engine).test_client()
    assert "division" not in problem(client.get("/api/v1/search?q=a"), 500)
    assert client.get("/?q=a").status_code == 500


def test_without_an_index_it_says_what_to_run(tmp_path: Path) -> None:
    client = create_app(Engine(tmp_path, FakeEncoder())).test_client()
    assert client.get("/health/live").status_code == 200
    assert "precedent build" in problem(client.get("/health/ready"), 503)
    assert "precedent build" in problem(client.get("/api/v1/search?q=a"), 503)
    assert "precedent build" in client.get("/").get_data(as_text=True)


@pytest.mark.parametrize("address", ["/", "/?q=a", "/api/v1/search?q=a", "/nothing", "/api/v1/x", "/static/style.css"])
def test_every_answer_carries_the_security_headers(client: FlaskClient, address: str) -> None:
    with client.get(address) as response:
        headers = response.headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"


def test_much_that_is_wrong_is_refused_at_the_first_of_it(client: FlaskClient) -> None:
    """Fifty times as many wrong values are no more work, but for the reading of the body."""

    def work(count: int) -> int:
        body = json.dumps({"text": "a", "force": [f"nowhere-{number}" for number in range(count)]})
        refused: list[int] = []
        counted = calls(
            lambda: refused.append(
                client.post("/api/v1/similar", data=body, content_type="application/json").status_code
            )
        )
        assert refused == [400]
        return counted

    work(1_000)
    assert work(50_000) < 2 * work(1_000)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b'\xef\xbb\xbf{"text": "a"}', 200),
        (b'{"text": "a", "passage_id": null, "force": null, "limit": null, "same_force": null}', 200),
        (b'{"text": "a", "year": 2016, "as_of": 2019}', 200),
        (b'{"text": "a", "year": [2016, "unknown"]}', 200),
        (b'{"passage_id": "kent:8837#0", "text": ""}', 200),
        (b'{"text": "a", "limit": "3"}', 400),
        (b'{"text": 5}', 400),
        (b"[1]", 400),
        (b"", 400),
    ],
)
def test_a_body_says_what_programs_say(client: FlaskClient, body: bytes, status: int) -> None:
    response = client.post("/api/v1/similar", data=body, content_type="application/json")
    assert response.status_code == status, response.get_data(as_text=True)
    if status == 400:
        assert not re.search(r"input should|field required|none_required", problem(response, 400))
