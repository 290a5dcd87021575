"""An encoder behind an address: what is asked of it, in which pieces, again where it is busy, and clear refusals."""

import threading
from collections.abc import Iterator

import numpy as np
import pytest
from embedding_servers import EmbeddingServer, hurried, running

from models import embedding_request, server_pool
from models.embedding_server import ServerEncoder
from models.encoder import ModelError, load_encoder


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[EmbeddingServer]:
    hurried(monkeypatch)
    started = EmbeddingServer()
    with running(started):
        yield started


def test_vectors_come_in_the_order_of_the_texts_in_batches(server: EmbeddingServer) -> None:
    encoder = load_encoder(server.address)
    texts = [f"Text number {number} of them" for number in range(70)]
    assert np.allclose(encoder.encode_document(texts), server.fake.encode_queries(texts), atol=1e-6)
    assert sorted(len(one["input"]) for one in server.asked) == [6, 32, 32]
    assert {(one["path"], one["model"]) for one in server.asked} == {("/v1/embeddings", "tiny")}
    assert encoder.encode_document([]).shape == (0, 64)
    assert (encoder.backend, encoder.dtype, encoder.dimension) == ("server", "float32", 64)


def test_a_fingerprint_is_of_the_models_name_and_its_vectors(server: EmbeddingServer) -> None:
    one, same = ServerEncoder(server.address), ServerEncoder(server.address.replace("/v1#", "/v1/embeddings#"))
    assert one.fingerprint == same.fingerprint
    assert ServerEncoder(server.address + "-two").fingerprint != one.fingerprint


def test_a_key_is_sent_from_the_environment(server: EmbeddingServer, monkeypatch: pytest.MonkeyPatch) -> None:
    ServerEncoder(server.address).encode_queries(["A text."])
    monkeypatch.setenv("PRECEDENT_ENCODER_KEY", "secret")
    ServerEncoder(server.address).encode_queries(["A text."])
    assert server.keys == [None, "Bearer secret"]


@pytest.mark.parametrize("key", ["two\nlines", "schlüssel"])
def test_a_key_that_cannot_be_sent_is_refused_and_not_shown(
    server: EmbeddingServer, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    monkeypatch.setenv("PRECEDENT_ENCODER_KEY", key)
    with pytest.raises(ModelError, match="PRECEDENT_ENCODER_KEY") as caught:
        ServerEncoder(server.address).encode_queries(["A text."])
    assert key not in str(caught.value)
    assert server.asked == []


def test_a_key_that_the_server_repeats_is_not_shown(server: EmbeddingServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRECEDENT_ENCODER_KEY", "s3cret")
    server.first = [(401, b"no such key: s3cret")]
    with pytest.raises(ModelError, match="no such key: …") as caught:
        ServerEncoder(server.address).encode_queries(["A text."])
    assert "s3cret" not in str(caught.value)


def test_a_server_that_is_busy_is_asked_again(server: EmbeddingServer) -> None:
    server.first = [(503, b""), (429, b"slow down")]
    assert ServerEncoder(server.address).encode_queries(["A text."]).shape == (1, 64)
    assert len(server.asked) == 3


def test_the_time_that_a_server_asks_for_is_given(server: EmbeddingServer, monkeypatch: pytest.MonkeyPatch) -> None:
    paused: list[float] = []
    monkeypatch.setattr(server_pool.time, "sleep", paused.append)
    server.first = [(503, b"", {"Retry-After": "7"})]
    ServerEncoder(server.address).encode_queries(["A text."])
    assert len(paused) == 1
    assert 0 < paused[0] <= 7
    server.first = [(429, b"", {"Retry-After": "Wed, 01 Jan 2200 00:00:00 GMT"})]
    with pytest.raises(ModelError, match=r"429.*asks for"):
        ServerEncoder(server.address).encode_queries(["A text."])
    assert len(paused) == 1


def test_proxies_are_not_asked_for_this_machine(server: EmbeddingServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    assert ServerEncoder(server.address).encode_queries(["A text."]).shape == (1, 64)


def test_nothing_is_sent_on_to_another_address(server: EmbeddingServer) -> None:
    other = EmbeddingServer()
    with running(other):
        server.first = [(307, b"", {"Location": f"{other.base}/embeddings"})]
        with pytest.raises(ModelError, match="refuses: 307"):
            ServerEncoder(server.address).encode_queries(["A text."])
    assert other.asked == []


def test_an_answer_that_does_not_end_is_not_waited_for(
    server: EmbeddingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each byte comes within the time limit of one, so only that of the whole answer ends it."""
    monkeypatch.setattr(embedding_request, "_PATIENCE", 0.2)
    server.drips = threading.Event()
    with pytest.raises(ModelError, match="does not answer"):
        ServerEncoder(server.address).encode_queries(["A text."])
    server.drips.set()


@pytest.mark.parametrize(
    "address",
    ["http://user:s3cret@127.0.0.1/v1", "http://127.0.0.1/v1?key=s3cret", "http:///v1", "http://host:port/v1"],
)
def test_an_address_that_cannot_be_used_is_refused_without_what_is_secret(address: str) -> None:
    with pytest.raises(ModelError, match="PRECEDENT_ENCODER") as caught:
        load_encoder(f"{address}#tiny")
    assert "s3cret" not in str(caught.value)


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
def test_what_is_no_answer_is_said(server: EmbeddingServer, answers: list[tuple[int, bytes]], why: str) -> None:
    server.first = list(answers)
    with pytest.raises(ModelError, match=why) as caught:
        ServerEncoder(server.address).encode_queries(["A text."])
    assert "\x1b" not in str(caught.value)


def test_a_server_that_is_not_there_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    hurried(monkeypatch)
    with pytest.raises(ModelError, match="See that it runs"):
        ServerEncoder("http://127.0.0.1:9/v1#tiny").encode_queries(["A text."])


@pytest.mark.parametrize("text", ["word " * 400, "unbroken" * 400, "日本語" * 900, "a b"])
def test_windows_cover_the_text_and_are_short(text: str) -> None:
    pieces = ServerEncoder("http://127.0.0.1:9/v1#tiny").windows(text)
    assert all(len(piece) <= 900 and len(piece.split()) <= 140 for piece in pieces)
    assert text.startswith(pieces[0].strip())
    assert text.strip().endswith(pieces[-1])
    assert ServerEncoder("http://127.0.0.1:9/v1#tiny").windows("") == [""]
