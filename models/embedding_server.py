"""An encoder behind one address or several: what speaks the OpenAI form of `/v1/embeddings`, as
text-embeddings-inference, vLLM and Ollama do.
"""

import hashlib
import re
import threading
from collections import deque
from collections.abc import Generator, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cached_property
from urllib.parse import urlsplit

import numpy as np

from models.embedding_request import KEY, Server
from models.runner import ModelError, Vectors
from models.server_pool import ServerPool
from models.windows import cut

_BATCH = 32  # what text-embeddings-inference takes at once unless it is told otherwise
_AHEAD = 2  # batches that are taken for each request under way, so that one slow answer keeps no server waiting
_ROOM = 140  # words in a piece: some 200 tokens of English, which every encoder takes whole
_LETTERS = 900  # and letters, where words are long

Batch = Sequence[str]


def is_address(name: str) -> bool:
    """Whether the name of an encoder is the address of a server."""
    return name.startswith(("http://", "https://"))


class ServerEncoder:
    """An encoder at `ADDRESS#MODEL` or `ADDRESS,ADDRESS#MODEL`; what follows # is the name servers know the model by.

    The model is told apart by that name and the length of its vectors alone: a server cannot be asked what its weights
    are, so another model needs another name. A key, where one is wanted, is in the environment as KEY. Raises
    ModelError for an address that cannot be used.
    """

    backend = "server"
    dtype = "float32"

    def __init__(self, name: str) -> None:
        self.name = name
        servers = _servers(name)
        self._model = servers[0].model
        self._pool = ServerPool(servers)

    @cached_property
    def dimension(self) -> int:
        """Length of a vector. Asks the servers once, and raises ModelError where they do not give the same vectors."""
        return self._pool.dimension()

    @cached_property
    def fingerprint(self) -> str:
        """Hex SHA-256 of the model's name and the length of its vectors, wherever the servers are."""
        return hashlib.sha256(f"server\0{self._model}\0{self.dimension}".encode()).hexdigest()

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """L2-normalised vectors, shape (len(texts), dimension), of the server that answers first, ahead of builds."""
        made = [self._pool.first(texts[start : start + _BATCH]) for start in range(0, len(texts), _BATCH)]
        return np.concatenate(made) if made else np.empty((0, self.dimension), np.float32)

    def warm(self) -> None:
        """Nothing is to be made ready."""

    def encode_document(self, texts: Sequence[str]) -> Vectors:
        """L2-normalised vectors, shape (len(texts), dimension), in the order of `texts`."""
        if len(texts) <= _BATCH:
            return self.encode_queries(texts)
        return next(vectors for _, vectors in self.encode_batches([texts]))

    def encode_batches(self, batches: Iterable[Batch]) -> Generator[tuple[Batch, Vectors], None, None]:
        """Each batch with its vectors, in order, made by all servers at once.

        No more batches are taken than keep the servers at work. Raises ModelError where no server answers for minutes.
        """
        self._pool.begin()
        stopped, source = threading.Event(), iter(batches)
        taken: deque[tuple[Batch, list[Future[Vectors]]]] = deque()
        workers = ThreadPoolExecutor(self._pool.room, "embedding")
        try:
            while True:
                while sum(len(asked) for _, asked in taken) < _AHEAD * self._pool.room:
                    if (batch := next(source, None)) is None:
                        break
                    parts = [batch[start : start + _BATCH] for start in range(0, len(batch), _BATCH)]
                    taken.append((batch, [workers.submit(self._pool.share, part, stopped) for part in parts]))
                if not taken:
                    return
                batch, asked = taken.popleft()
                made = [one.result() for one in asked]
                yield batch, np.concatenate(made) if made else np.empty((0, self.dimension), np.float32)
        finally:
            self._pool.stop(stopped)
            workers.shutdown(wait=False, cancel_futures=True)

    def windows(self, text: str) -> list[str]:
        """Pieces of `text` by its words: the server's tokens are not known."""
        words = [match.span() for match in re.finditer(r"\S+", text)]
        # A word as long as a piece is taken apart: it may be many tokens.
        short = [(at, min(at + _LETTERS, end)) for start, end in words for at in range(start, end, _LETTERS)]
        if len(short) <= _ROOM and len(text) <= _LETTERS:
            return [text]
        return cut(text, short, _ROOM, lambda piece: len(piece) <= _LETTERS) if short else [text]


def _servers(name: str) -> list[Server]:
    """The servers of a setting. Raises ModelError for one that cannot be used, without what may be secret in it."""
    parts = [part.partition("#") for part in re.split(r"[\s,]+(?=https?://)", name.strip())]
    models = {model for _, _, model in parts if model} or {""}
    if len(models) > 1:
        raise ModelError(
            f"PRECEDENT_ENCODER names the models {', '.join(sorted(models))}: one index is made by one model. Give the"
            " addresses with commas between them, and the model's name once, behind a # at the end."
        )
    addresses = dict.fromkeys(_address(address.rstrip(", ")) for address, _, _ in parts)
    return [Server(address, *models) for address in addresses]


def _address(address: str) -> str:
    try:
        parts = urlsplit(address)
        usable = bool(parts.hostname) and (parts.port or 1) > 0 and "@" not in parts.netloc and not parts.query
    except ValueError:
        usable = False
    if not usable or not (address.isascii() and address.isprintable()) or " " in address:
        raise ModelError(
            "PRECEDENT_ENCODER holds an address that cannot be used. Give it as http://host:port/v1, without a user, a"
            f" password or a question mark in it: a key belongs into {KEY}."
        )
    return address.rstrip("/").removesuffix("/embeddings") + "/embeddings"
