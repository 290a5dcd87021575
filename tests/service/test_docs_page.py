"""The page of the API: an example of each operation that works as it stands, and forms that ask the service."""

import json
import shlex
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from fakes import FakeEncoder
from flask import Flask
from test_snapshot import model, tagged
from waitress import create_server

from service.engine import Engine
from service.web.api_examples import Example, examples, ids_of
from service.web.app import create_app

__all__ = ["model", "tagged"]  # fixtures

BASE = "http://localhost"


@pytest.fixture(scope="module")
def app(tagged: Path) -> Flask:
    return create_app(Engine(tagged, FakeEncoder()))


@pytest.fixture(scope="module")
def made(app: Flask, tagged: Path) -> dict[tuple[str, str], Example]:
    described = app.test_client().get("/api/v1/openapi.json").get_json()
    return examples(described, BASE, ids_of(Engine(tagged, FakeEncoder()).snapshot()))


def test_every_example_is_answered(app: Flask, made: dict[tuple[str, str], Example]) -> None:
    """As a shell would take it apart; all but what changes something is answered, and no address has a gap.

    What people keep has ids that only they have, and an example says no more than is needed: it may keep nothing.
    """
    kept = tuple(f"/api/v1/{name}" for name in ("briefs", "receipts", "searches", "vocabulary", "details"))
    client = app.test_client()
    for (path, method), example in made.items():
        words = shlex.split(example.curl)
        address = urlsplit(words[-1])
        assert "{" not in words[-1], path
        if path.startswith("/api/v1/corrections/"):
            continue
        target = f"{address.path}?{address.query}"
        if example.kind == "application/json":
            response = client.post(target, data=words[words.index("-d") + 1], content_type=example.kind)
            assert json.loads(words[words.index("-d") + 1]) == json.loads(example.body or "")
        elif method == "post":
            sent = dict(word.split("=", 1) for word in words if "=" in word and not word.startswith("http"))
            response = client.post(target, data=sent)
        else:
            response = client.get(target)
        assert response.status_code in ((200, 404, 409) if path.startswith(kept) else (200,)), (
            path,
            method,
            response.get_data(as_text=True)[:300],
        )


def test_the_page_shows_every_example_without_a_script(app: Flask, made: dict[tuple[str, str], Example]) -> None:
    page = app.test_client().get("/api/v1/docs").get_data(as_text=True)
    assert page.count("<h4>Example of ") == len(made)
    assert page.count('<form class="try" hidden') == len(made)


def test_the_page_is_there_before_anything_is_indexed(tmp_path: Path) -> None:
    response = create_app(Engine(tmp_path, FakeEncoder())).test_client().get("/api/v1/docs")
    assert response.status_code == 200
    assert "/api/v1/documents/{id}" in response.get_data(as_text=True)


@pytest.fixture(scope="module")
def address(app: Flask) -> Iterator[str]:
    server = create_server(app, host="127.0.0.1", port=0, threads=2, asyncore_use_poll=True)
    threading.Thread(target=server.run, daemon=True).start()
    yield f"http://127.0.0.1:{server.effective_port}"
    server.close()


def test_a_form_asks_and_shows_what_comes_back(browser: Any, address: str) -> None:
    page = browser.new_page()
    elsewhere: list[str] = []
    page.on("request", lambda sent: None if sent.url.startswith(address) else elsewhere.append(sent.url))
    page.goto(f"{address}/api/v1/docs")

    def tried(path: str, method: str = "GET") -> Any:
        return page.locator(f'form.try[data-path="{path}"][data-method="{method}"]')

    def sent(form: Any, status: str) -> str:
        form.get_by_role("button", name="Send").click()
        form.get_by_text(f"Status {status}").wait_for()
        return str(form.locator(".answer").inner_text())

    search = tried("/api/v1/search")
    search.get_by_label("q", exact=True).fill("missing children")
    search.get_by_label("force").fill("kent\nessex")
    search.get_by_label("page_size").fill("1")
    shown = sent(search, "200 OK")
    assert "content-type: application/json" in shown
    assert "force=kent&force=essex" in shown
    assert '"page_size": 1' in shown
    search.get_by_label("page_size").fill("0")
    assert "give a whole number from 1 to 100" in sent(search, "400 BAD REQUEST")
    batch = tried("/api/v1/search/batch", "POST")
    assert '"results"' in sent(batch, "200 OK")
    odd = tried("/api/v1/documents/{id}")
    odd.get_by_label("id").fill("gwent/odd & <name>?#1")
    assert "There is no document" in sent(odd, "404 NOT FOUND")
    table = tried("/api/v1/export/{table}.parquet")
    assert "bytes, which is not text" in sent(table, "200 OK")
    assert elsewhere == []
    page.close()
