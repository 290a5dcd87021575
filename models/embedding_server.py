"""An encoder behind an address: what speaks the OpenAI form of `/v1/embeddings`, as text-embeddings-inference, vLLM
and Ollama do.
"""

import hashlib
import json
import os
import re
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np

from models.runner import ModelError, Vectors
from models.windows import cut

KEY = "PRECEDENT_ENCODER_KEY"
_BATCH = 32  # what text-embeddings-inference takes at once unless it is told otherwise
_ROOM = 140  # words in a piece: some 200 tokens of English, which every encoder takes whole
_LETTERS = 900  # and letters, where words are long
_TRIES = 4
_PAUSE = 0.5  # seconds before the second try; each pause is twice the one before
_PATIENCE = 60.0  # seconds for an answer
_MOST = 64_000_000  # bytes of an answer


def is_address(name: str) -> bool:
    """Whether the name of an encoder is the address of a server."""
    return name.startswith(("http://", "https://"))


class ServerEncoder:
    """An encoder at `ADDRESS#MODEL`, of which the part after # is the name that the server knows its model by.

    The model is told apart by that name and the length of its vectors alone: a server cannot be asked what its weights
    are, so another model needs another name. A key, where one is wanted, is in the environment as KEY.
    """

    backend = "server"
    dtype = "float32"

    def __init__(self, name: str) -> None:
        self.name = name
        address, _, self._model = name.partition("#")
        self._address = address.rstrip("/").removesuffix("/embeddings") + "/embeddings"

    @cached_property
    def dimension(self) -> int:
        """Length of a vector. Asks the server once."""
        return int(self._ask(["A text."]).shape[1])

    @cached_property
    def fingerprint(self) -> str:
        """Hex SHA-256 of the model's name and the length of its vectors."""
        return hashlib.sha256(f"server\0{self._model}\0{self.dimension}".encode()).hexdigest()

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """L2-normalised vectors, shape (len(texts), dimension)."""
        return self.encode_document(texts)

    def warm(self) -> None:
        """Nothing is to be made ready."""

    def encode_document(self, texts: Sequence[str]) -> Vectors:
        """L2-normalised vectors, shape (len(texts), dimension), in the order of `texts`."""
        made = [self._ask(texts[start : start + _BATCH]) for start in range(0, len(texts), _BATCH)]
        return np.concatenate(made) if made else np.empty((0, self.dimension), np.float32)

    def windows(self, text: str) -> list[str]:
        """Pieces of `text` by its words: the server's tokens are not known."""
        words = [match.span() for match in re.finditer(r"\S+", text)]
        # A word as long as a piece is taken apart: it may be many tokens.
        short = [(at, min(at + _LETTERS, end)) for start, end in words for at in range(start, end, _LETTERS)]
        if len(short) <= _ROOM and len(text) <= _LETTERS:
            return [text]
        return cut(text, short, _ROOM, lambda piece: len(piece) <= _LETTERS) if short else [text]

    def _ask(self, texts: Sequence[str]) -> Vectors:
        body = {"input": [text or " " for text in texts], "model": self._model, "encoding_format": "float"}
        answer = self._answer(json.dumps(body).encode())
        try:
            rows = sorted(json.loads(answer)["data"], key=lambda row: row["index"])
            vectors = np.array([row["embedding"] for row in rows], np.float32)
        except (ValueError, KeyError, TypeError) as error:
            raise ModelError(
                f"The embedding server at {self._address} answers with something else than vectors ({error!r})."
                " Give PRECEDENT_ENCODER the address that ends in /v1, and behind a # the model's name."
            ) from error
        if vectors.ndim != 2 or len(vectors) != len(texts) or not np.isfinite(vectors).all():
            raise ModelError(f"The embedding server at {self._address} does not give one vector for each text.")
        unit: Vectors = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), np.float32(1e-12))
        return unit

    def _answer(self, body: bytes) -> bytes:
        """The server's answer, asked for again where it is busy or away for the moment."""
        headers = {"Content-Type": "application/json"}
        if key := os.environ.get(KEY):
            headers["Authorization"] = f"Bearer {key}"
        why = ""
        for attempt in range(_TRIES):
            if attempt:
                time.sleep(_PAUSE * 2 ** (attempt - 1))
            request = urllib.request.Request(self._address, body, headers)  # noqa: S310 - http or https, see is_address
            try:
                with urllib.request.urlopen(request, timeout=_PATIENCE) as answer:  # noqa: S310
                    return _read(answer, self._address)
            except urllib.error.HTTPError as error:
                why = f"{error.code} {error.reason}"
                if error.code not in (429, 500, 502, 503, 504):
                    raise ModelError(
                        f"The embedding server at {self._address} refuses: {why}. {_said(error)}Check the address and"
                        f" the model's name in PRECEDENT_ENCODER, and the key in {KEY}."
                    ) from error
            except (urllib.error.URLError, TimeoutError, ConnectionError) as error:
                why = str(getattr(error, "reason", error))
        raise ModelError(
            f"The embedding server at {self._address} does not answer ({why}), asked {_TRIES} times. See that it runs,"
            " then try again."
        )


def _read(answer: Any, address: str) -> bytes:
    read: bytes = answer.read(_MOST + 1)
    if len(read) > _MOST:
        raise ModelError(f"The embedding server at {address} answers with more than {_MOST:,} bytes.")
    return read


def _said(error: urllib.error.HTTPError) -> str:
    """What the server says of an error, as far as it is a line of text."""
    try:
        said = error.read(300).decode("utf-8", "replace")
    except OSError:
        return ""
    line = " ".join("".join(c if c.isprintable() else " " for c in said).split())
    return f"It says: {line} " if line else ""
