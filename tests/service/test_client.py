"""The Python client: what the service answers in its types, what it refuses as its sentence, over a real connection."""

import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fakes import FakeEncoder
from flask.testing import FlaskClient
from test_snapshot import model, tagged
from waitress import create_server

from service.client import Precedent, ServiceError
from service.contract.bulk_shapes import ROWS, TABLES, Table
from service.contract.service_errors import RequestError
from service.contract.shapes import to_json
from service.engine import Engine
from service.web.app import create_app

__all__ = ["model", "tagged"]  # fixtures

ASKS = "By March 2018, all forces should review how missing children are recorded."


@pytest.fixture(scope="module")
def app(tagged: Path) -> Any:
    return create_app(Engine(tagged, FakeEncoder()))


@pytest.fixture(scope="module")
def address(app: Any) -> Iterator[str]:
    server = create_server(app, host="127.0.0.1", port=0, threads=2, asyncore_use_poll=True)
    threading.Thread(target=server.run, daemon=True).start()
    yield f"http://127.0.0.1:{server.effective_port}"
    server.close()


@pytest.fixture(scope="module")
def service(address: str) -> Precedent:
    return Precedent(address)


CALLS: tuple[tuple[Callable[[Precedent], Any], str], ...] = (
    (lambda it: it.search("missing children", force=["kent", "essex"], page_size=3), "search?q=missing children"
     "&force=kent&force=essex&page_size=3"),
    (lambda it: it.search(expand=False, year_from=2016, year="2018"), "search?expand=false&year_from=2016&year=2018"),
    (lambda it: it.register(force="kent", as_of="2018-02"), "register?force=kent&as_of=2018-02-28"),
    (lambda it: it.finding("kent:8837/recommendation", "2018-02"), "findings/kent:8837/recommendation?as_of=2018-02"),
    (lambda it: it.passage("kent:8837#0"), "passages/kent:8837%230"),
    (lambda it: it.document("gwent/odd & <name>?#1\n2"), "documents/gwent/odd & <name>%3F%231%0A2"),
    (lambda it: it.forces(), "forces"),
    (lambda it: it.force("kent"), "forces/kent"),
    (lambda it: it.similar(ASKS), f"similar?text={ASKS}"),
    (lambda it: it.similar(passage_id="kent:8837#0", limit=2), "similar?passage_id=kent:8837%230&limit=2"),
    (lambda it: it.themes(), "themes"),
    (lambda it: it.theme_counts("year"), "themes/year"),
)  # fmt: skip


@pytest.mark.parametrize(("call", "path"), CALLS)
def test_an_answer_is_what_the_service_wrote(
    service: Precedent, app: Any, call: Callable[[Precedent], Any], path: str
) -> None:
    client: FlaskClient = app.test_client()
    assert to_json(call(service)) == client.get(f"/api/v1/{path}").get_data(as_text=True)


def test_several_searches_and_texts(service: Precedent) -> None:
    found = service.search_batch([{"q": "custody"}, {"q": "missing", "force": ["kent"]}])
    assert found == [service.search("custody"), service.search("missing", force=["kent"])]
    both = service.tag(["Custody cells were cold.", {"text": "Noted.", "parent": "Custody cells were cold."}])
    assert [len(one.themes) for one in both.results] == [2, 2]
    assert both.results[0].themes[0].theme == "custody"


def test_pages_are_all_of_a_search(service: Precedent) -> None:
    hits = [hit.passage_id for page in service.pages("missing", page_size=7) for hit in page.results]
    assert len(hits) == len(set(hits)) == service.search("missing").total > 7


@pytest.mark.parametrize("table", TABLES)
def test_tables_come_row_by_row(service: Precedent, table: Table) -> None:
    rows = list(service.export(table))
    assert len(rows) == service.export_about().rows[table]
    assert all(type(row) is ROWS[table] for row in rows)


def test_a_refusal_is_the_sentence_of_the_service(service: Precedent) -> None:
    with pytest.raises(ServiceError, match="the nearest is kent") as refused:
        service.search("custody", force="kant")
    assert refused.value.status == 400
    with pytest.raises(ServiceError, match="There is no finding 'nowhere'") as missing:
        service.finding("nowhere")
    assert missing.value.status == 404


@pytest.mark.parametrize(
    ("call", "why"),
    [
        (lambda it: it.search("custody", page_size=500), "from 1 to 100"),
        (lambda it: it.search("custody", forces="kent"), "the nearest is force"),
        (lambda it: it.search_batch([{"q": "a"}, {"page": 0}]), "page is"),
        (lambda it: it.similar(), "one of them"),
        (lambda it: it.tag([]), "texts"),
    ],
)
def test_what_cannot_be_asked_is_told_before_it_is_sent(call: Callable[[Precedent], Any], why: str) -> None:
    with pytest.raises(RequestError, match=why):
        call(Precedent("http://127.0.0.1:9"))


def test_without_a_service_it_says_where_none_is(address: str) -> None:
    with pytest.raises(ServiceError, match="does not answer") as away:
        Precedent("http://127.0.0.1:9", timeout=600).ready()
    assert away.value.status is None
    with pytest.raises(ServiceError, match="no address"):
        Precedent("file:///etc/passwd")
    with pytest.raises(ServiceError, match="There is nothing at this address"):
        Precedent(f"{address}/api/v1/nowhere").ready()
    assert Precedent(f"{address}/").ready().status == "ok"


def test_it_needs_nothing_heavy() -> None:
    import subprocess
    import sys

    shown = (  # what is there before is of the measuring of coverage
        "import sys; before = {*sys.modules}; import service.client; "
        "print(*{'flask', 'torch', 'faiss', 'sqlite3', 'tantivy'} & ({*sys.modules} - before))"
    )
    root = Path(__file__).parents[2]
    loaded = subprocess.run([sys.executable, "-c", shown], cwd=root, capture_output=True, text=True, check=True)
    assert loaded.stdout.split() == []


@pytest.mark.parametrize(
    "answer",
    [
        b"no HTTP at all\r\n\r\n",
        b"HTTP/1.1 520 \r\nContent-Length: 0\r\n\r\n",
        b'HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{"status":',
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    ],
)
def test_an_answer_that_is_none_or_breaks_off_is_told(answer: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            for _ in range(2):
                connection, _ = listening.accept()
                with connection:
                    connection.recv(65_536)
                    connection.sendall(answer)

        threading.Thread(target=serve, daemon=True).start()
        broken = Precedent(f"http://127.0.0.1:{listening.getsockname()[1]}", timeout=600)
        with pytest.raises(ServiceError):
            broken.ready()
        with pytest.raises(ServiceError):
            list(broken.export("tags"))
