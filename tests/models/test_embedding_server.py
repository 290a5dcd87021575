"""An encoder behind an address: what is asked of it, in which pieces, again where it is busy, and clear refusals."""

import http.server
import json
import threading
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from fakes import FakeEncoder

from models import embedding_server
from models.embedding_server import ServerEncoder
from models.encoder import ModelError, load_encoder


class Server(http.server.ThreadingHTTPServer):
    """Speaks the form of /v1/embeddings, after the answers in `first`: (status, body)."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.first: list[tuple[int, bytes]] = []
        self.asked: list[dict[str, Any]] = []
        self.keys: list[str | None] = []
        self.fake = FakeEncoder()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1#tiny"


class Handler(http.server.BaseHTTPRequestHandler):
    server: Server

    def do_POST(self) -> None:
        server = self.server
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        server.asked.append({"path": self.path, **body})
        server.keys.append(self.headers.get("Authorization"))
        if server.first:
            status, said = server.first.pop(0)
        else:
            rows = [
                {"index": at, "embedding": [3 * float(value) for value in server.fake.vector(text)]}
                for at, text in enumerate(body["input"])
            ]
            status, said = 200, json.dumps({"data": rows[::-1]}).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setattr(embedding_server, "_PAUSE", 0.0)
    running = Server()
    threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    yield running
    running.shutdown()
    running.server_close()


def test_vectors_come_in_the_order_of_the_texts_in_batches(server: Server) -> None:
    encoder = load_encoder(server.address)
    texts = [f"Text number {number} of them" for number in range(70)]
    assert np.allclose(encoder.encode_document(texts), server.fake.encode_queries(texts), atol=1e-6)
    assert [len(one["input"]) for one in server.asked] == [32, 32, 6]
    assert {(one["path"], one["model"]) for one in server.asked} == {("/v1/embeddings", "tiny")}
    assert encoder.encode_document([]).shape == (0, 64)
    assert (encoder.backend, encoder.dtype, encoder.dimension) == ("server", "float32", 64)


def test_a_fingerprint_is_of_the_models_name_and_its_vectors(server: Server) -> None:
    one, same = ServerEncoder(server.address), ServerEncoder(server.address.replace("/v1#", "/v1/embeddings#"))
    assert one.fingerprint == same.fingerprint
    assert ServerEncoder(server.address + "-two").fingerprint != one.fingerprint


def test_a_key_is_sent_from_the_environment(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    ServerEncoder(server.address).encode_queries(["A text."])
    monkeypatch.setenv("PRECEDENT_ENCODER_KEY", "secret")
    ServerEncoder(server.address).encode_queries(["A text."])
    assert server.keys == [None, "Bearer secret"]


def test_a_server_that_is_busy_is_asked_again(server: Server) -> None:
    server.first = [(503, b""), (429, b"slow down")]
    assert ServerEncoder(server.address).encode_queries(["A text."]).shape == (1, 64)
    assert len(server.asked) == 3


@pytest.mark.parametrize(
    ("answers", "why"),
    [
        ([(503, b"")] * 4, "does not answer .503"),
        ([(404, b'{"error": "no model\x1b tiny"}')], "refuses: 404.*no model"),
        ([(401, b"")], "PRECEDENT_ENCODER_KEY"),
        ([(200, b"<html>")], "something else than vectors"),
        ([(200, b'{"data": []}')], "one vector for each text"),
        ([(200, b'{"data": [{"index": 0, "embedding": [NaN, 1]}]}')], "one vector for each text"),
    ],
)
def test_what_is_no_answer_is_said(server: Server, answers: list[tuple[int, bytes]], why: str) -> None:
    server.first = list(answers)
    with pytest.raises(ModelError, match=why) as caught:
        ServerEncoder(server.address).encode_queries(["A text."])
    assert "\x1b" not in str(caught.value)


def test_a_server_that_is_not_there_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedding_server, "_PAUSE", 0.0)
    with pytest.raises(ModelError, match="See that it runs"):
        ServerEncoder("http://127.0.0.1:9/v1#tiny").encode_queries(["A text."])


@pytest.mark.parametrize("text", ["word " * 400, "unbroken" * 400, "日本語" * 900, "a b"])
def test_windows_cover_the_text_and_are_short(text: str) -> None:
    pieces = ServerEncoder("http://127.0.0.1:9/v1#tiny").windows(text)
    assert all(len(piece) <= 900 and len(piece.split()) <= 140 for piece in pieces)
    assert text.startswith(pieces[0].strip())
    assert text.strip().endswith(pieces[-1])
    assert ServerEncoder("http://127.0.0.1:9/v1#tiny").windows("") == [""]
