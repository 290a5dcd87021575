"""Several embedding servers: order, work side by side within bounds, those that are busy, away or of another model."""

import threading
from collections.abc import Callable, Iterator
from contextlib import closing

import numpy as np
import pytest
from embedding_servers import EmbeddingServer, hurried, running
from fakes import FakeEncoder

from models import server_pool
from models.embedding_server import ServerEncoder
from models.encoder import ModelError
from models.server_pool import ROOM

TEXTS = [f"Text number {number} of them" for number in range(32 * 24)]
Start = Callable[..., tuple[ServerEncoder, list[EmbeddingServer]]]


@pytest.fixture
def start(monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    """Starts a server of each seed; gives an encoder of them all, and them."""
    hurried(monkeypatch)
    contexts = []

    def started(*seeds: int) -> tuple[ServerEncoder, list[EmbeddingServer]]:
        servers = [EmbeddingServer(seed) for seed in seeds]
        contexts.append(running(*servers))
        return ServerEncoder(contexts[-1].__enter__()), servers

    yield started
    for context in contexts:
        context.__exit__(None, None, None)


def right(encoder: ServerEncoder) -> bool:
    """Whether the encoder gives the vectors of all TEXTS in order."""
    return np.allclose(encoder.encode_document(TEXTS), FakeEncoder().encode_queries(TEXTS), atol=1e-6)


def held(servers: list[EmbeddingServer]) -> None:
    """Let each server answer only once it has as many requests as it may have at once."""
    for server in servers:
        server.gate, server.opens_at = threading.Event(), ROOM


def test_servers_work_side_by_side_within_bounds_and_the_order_is_kept(start: Start) -> None:
    encoder, servers = start(0, 0)
    assert encoder.dimension == 64
    held(servers)
    assert right(encoder)
    # A gate opens when ROOM requests are there; none would open for one request after the other.
    assert all(server.gate and server.gate.is_set() for server in servers)
    assert [server.most for server in servers] == [ROOM, ROOM]
    assert all(len(one["input"]) <= 32 for server in servers for one in server.asked)


def test_one_server_gets_several_requests_at_once_too(start: Start) -> None:
    encoder, servers = start(0)
    held(servers)
    assert right(encoder)
    assert servers[0].most == ROOM


def test_no_more_batches_are_taken_than_keep_the_servers_at_work(start: Start) -> None:
    encoder, _ = start(0, 0)
    taken = 0

    def batches() -> Iterator[list[str]]:
        nonlocal taken
        for at in range(100):
            taken += 1
            yield [f"Batch {at}"]

    with closing(encoder.encode_batches(batches())) as made:
        for given, (batch, vectors) in enumerate(made):
            assert batch == [f"Batch {given}"]
            assert vectors.shape == (1, 64)
            assert taken - given <= 2 * 2 * ROOM
            if given == 50:
                break
    assert taken < 100


def test_a_fingerprint_does_not_tell_how_many_servers_there_are(start: Start) -> None:
    assert start(0)[0].fingerprint == start(0, 0, 0)[0].fingerprint


@pytest.mark.parametrize("form", ["{0},{1}#tiny", "{0}#tiny, {1}#tiny", "{0}/embeddings {1}/#tiny", "{0},{1},{0}#tiny"])
def test_the_forms_of_the_setting(start: Start, form: str) -> None:
    _, servers = start(0, 0)
    encoder = ServerEncoder(form.format(*(server.base for server in servers)))
    assert encoder.dimension == 64
    assert [len(server.asked) for server in servers] == [1, 1]
    assert {(one["path"], one["model"]) for server in servers for one in server.asked} == {("/v1/embeddings", "tiny")}


def test_servers_of_two_models_by_name_are_refused() -> None:
    with pytest.raises(ModelError, match="one, two"):
        ServerEncoder("http://127.0.0.1:9/v1#one,http://127.0.0.2:9/v1#two")


def test_a_server_that_gives_other_vectors_is_named(start: Start) -> None:
    encoder, servers = start(1, 0, 0)
    with pytest.raises(ModelError, match=f"server at {servers[0].base}/embeddings gives other vectors"):
        _ = encoder.dimension


def test_a_search_does_not_mix_the_vectors_of_two_models(start: Start) -> None:
    encoder, servers = start(0, 1)
    assert encoder.encode_queries(["A text."]).shape == (1, 64)
    servers[0].dies_after = 0
    with pytest.raises(ModelError, match=f"server at {servers[1].base}/embeddings gives other vectors"):
        encoder.encode_queries(["A text."])


def test_vectors_of_another_length_are_refused(start: Start) -> None:
    encoder, servers = start(0)
    assert encoder.dimension == 64
    servers[0].first = [(200, b'{"data": [{"index": 0, "embedding": [1, 2]}]}')]
    with pytest.raises(ModelError, match="2 numbers in place of 64"):
        encoder.encode_queries(["A text."])


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_server_gets_fewer_requests_and_the_time_it_asks_for(
    start: Start, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    encoder, servers = start(0, 0)
    assert encoder.dimension == 64
    rested: list[float] = []
    hold_back = server_pool.ServerPool._hold_back

    def spied(pool: server_pool.ServerPool, standing: server_pool._Standing, *more: object) -> None:
        hold_back(pool, standing, *more)  # type: ignore[arg-type]
        rested.append(standing.rest - server_pool.time.monotonic())
        assert standing.room < ROOM
        standing.rest = 0.0  # as if the time had passed

    monkeypatch.setattr(server_pool.ServerPool, "_hold_back", spied)
    servers[0].first = [(status, b"", {"Retry-After": "20"})] * 2
    assert right(encoder)
    assert len(rested) == 2
    assert max(rested) > 10
    assert len(servers[0].asked) > 3


def test_a_server_that_asks_for_long_is_left_alone_and_the_other_does_the_work(start: Start) -> None:
    encoder, servers = start(0, 0)
    assert encoder.dimension == 64
    servers[0].first = [(503, b"", {"Retry-After": "3600"})] * ROOM
    assert right(encoder)
    assert len(servers[0].asked) <= 1 + ROOM
    assert len(servers[1].asked) == 1 + 24


def test_where_all_servers_ask_for_long_it_is_said_at_once(start: Start) -> None:
    encoder, servers = start(0, 0)
    assert encoder.dimension == 64
    for server in servers:
        server.first = [(429, b"", {"Retry-After": "3600"})] * 100
    with pytest.raises(ModelError, match=r"None of the 2 .*asks for 3,600 seconds.*asks for 3,600 seconds.*is kept"):
        encoder.encode_document(TEXTS)
    assert all(len(server.asked) <= 1 + ROOM for server in servers)


def test_a_server_that_dies_leaves_its_work_to_the_others(start: Start) -> None:
    encoder, servers = start(0, 0, 0)
    servers[1].dies_after = 3
    assert right(encoder)
    assert len(servers[1].asked) == 3


def test_a_server_that_was_away_comes_back_and_is_held_against_the_others(start: Start) -> None:
    encoder, servers = start(0, 0)
    servers[1].dies_after = 0
    assert encoder.dimension == 64
    servers[1].dies_after = None
    assert right(encoder)
    assert len(servers[1].asked) > 1
    servers[1].dies_after = 0
    assert right(encoder)
    servers[1].dies_after, servers[1].fake = None, FakeEncoder(seed=1)
    with pytest.raises(ModelError, match=f"server at {servers[1].base}/embeddings gives other vectors than"):
        encoder.encode_document(TEXTS)


def test_a_server_that_comes_back_with_another_model_is_told_from_itself(start: Start) -> None:
    encoder, servers = start(0)
    assert encoder.dimension == 64
    servers[0].dies_after = 0
    with pytest.raises(ModelError, match="does not answer"):
        encoder.encode_document(TEXTS)
    servers[0].dies_after, servers[0].fake = None, FakeEncoder(seed=1)
    with pytest.raises(ModelError, match="than it did before"):
        encoder.encode_document(TEXTS)


def test_where_all_servers_die_each_is_named_and_the_next_try_begins_anew(start: Start) -> None:
    encoder, servers = start(0, 0)
    assert encoder.dimension == 64
    for server in servers:
        server.dies_after = 5
    with pytest.raises(ModelError, match="None of the 2 embedding servers answers") as caught:
        encoder.encode_document(TEXTS)
    assert all(f"{server.base}/embeddings (" in str(caught.value) for server in servers)
    for server in servers:
        server.dies_after = None
    assert right(encoder)


def test_texts_that_no_server_can_do_end_the_work(start: Start) -> None:
    encoder, servers = start(0, 0)
    assert encoder.dimension == 64
    for server in servers:
        vector = server.fake.vector

        def poisoned(text: str, vector: Callable[[str], np.ndarray] = vector) -> np.ndarray:
            if text == TEXTS[100]:
                raise ZeroDivisionError
            return vector(text)

        server.fake.vector = poisoned  # type: ignore[method-assign]
        server.handle_error = lambda *_: None  # type: ignore[method-assign]
    with pytest.raises(ModelError, match=r"answers|again and again"):
        encoder.encode_document(TEXTS)


def test_a_search_takes_the_server_that_answers(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    """One of the two does not answer before the search is over."""
    monkeypatch.setattr(server_pool, "_HASTE", 0.01)
    encoder, servers = start(0, 0)
    assert encoder.dimension == 64
    for slow in servers:
        slow.gate = threading.Event()
        slow.opens_at = 1_000
        assert np.allclose(encoder.encode_queries(["A text."]), FakeEncoder().encode_queries(["A text."]), atol=1e-6)
        slow.gate.set()
        slow.gate = None


def test_a_search_does_not_wait_for_a_build(start: Start) -> None:
    encoder, servers = start(0)
    assert encoder.dimension == 64
    server = servers[0]
    server.gate, server.opens_at = threading.Event(), ROOM + 1  # opened by the search alone
    build = threading.Thread(target=encoder.encode_document, args=(TEXTS,))
    build.start()
    with server.changed:
        while server.under_way < ROOM:
            server.changed.wait(0.01)
    assert encoder.encode_queries(["A text."]).shape == (1, 64)
    build.join()
    assert server.most == ROOM + 1


def test_work_that_is_left_early_is_not_gone_on_with(start: Start) -> None:
    encoder, servers = start(0)
    assert encoder.dimension == 64
    with closing(encoder.encode_batches([text] for text in TEXTS)) as made:
        next(made)
    assert not [one for one in threading.enumerate() if one.name.startswith("embedding") and not _ends(one)]
    assert len(servers[0].asked) <= 1 + 3 * ROOM


def _ends(thread: threading.Thread) -> bool:
    thread.join(600)
    return not thread.is_alive()
