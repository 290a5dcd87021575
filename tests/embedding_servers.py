"""Little embedding servers on 127.0.0.1 that answer as a FakeEncoder does, and can be busy, dead, slow or different."""

import http.server
import json
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Any

import pytest
from fakes import FakeEncoder

from models import server_pool


class EmbeddingServer(http.server.ThreadingHTTPServer):
    """Speaks the form of /v1/embeddings, after the answers in `first`: (status, body) or (status, body, headers).

    `dies_after` is the requests after which it says no more than goodbye. With `gate` each request waits until that is
    open, which it is when `opens_at` are there. With `drips` an answer comes in single bytes and ends when that is set.
    `most` is the most requests that were under way at once.
    """

    request_queue_size = 64
    daemon_threads = True

    def __init__(self, seed: int = 0) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.first: list[tuple[Any, ...]] = []
        self.asked: list[dict[str, Any]] = []
        self.keys: list[str | None] = []
        self.fake = FakeEncoder(seed)
        self.dies_after: int | None = None
        self.gate: threading.Event | None = None
        self.opens_at = 0
        self.drips: threading.Event | None = None
        self.changed = threading.Condition()
        self.under_way = self.most = 0

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"

    @property
    def address(self) -> str:
        return f"{self.base}#tiny"

    def texts(self) -> list[str]:
        """All texts that it was asked for, in the order in which they came."""
        return [text for one in self.asked for text in one["input"]]


class Handler(http.server.BaseHTTPRequestHandler):
    server: EmbeddingServer

    def do_POST(self) -> None:
        server = self.server
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with server.changed:
            if server.dies_after is not None and len(server.asked) >= server.dies_after:
                self.close_connection = True
                return
            server.asked.append({"path": self.path, **body})
            server.keys.append(self.headers.get("Authorization"))
            answer = server.first.pop(0) if server.first else None
            server.under_way += 1
            server.most = max(server.most, server.under_way)
            if server.gate and server.under_way >= server.opens_at:
                server.gate.set()
        if server.gate:
            server.gate.wait(600)
        status, said, *more = answer or (200, self._vectors(body["input"]))
        # Before the answer: whoever has it may ask for more at once.
        with server.changed:
            server.under_way -= 1
        self.send_response(status)
        self.send_header("Content-Length", str(len(said)))
        for name, value in more[0].items() if more else ():
            self.send_header(name, value)
        self.end_headers()
        if server.drips:
            return self._drip(server.drips)
        self.wfile.write(said)
        return None

    def _drip(self, ended: threading.Event) -> None:
        with suppress(OSError):
            while not ended.wait(0.01):
                self.wfile.write(b" ")

    def _vectors(self, texts: list[str]) -> bytes:
        rows = [
            {"index": at, "embedding": [3 * float(value) for value in self.server.fake.vector(text)]}
            for at, text in enumerate(texts)
        ]
        return json.dumps({"data": rows[::-1]}).encode()

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def running(*servers: EmbeddingServer) -> Iterator[str]:
    """Servers that run; gives the setting that names them all."""
    with ExitStack() as stack:
        for server in servers:
            threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
            stack.callback(server.server_close)
            stack.callback(server.shutdown)
        yield ",".join(server.base for server in servers) + "#tiny"


def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """No pauses between the tries."""
    monkeypatch.setattr(server_pool, "_PAUSE", 0.0)
