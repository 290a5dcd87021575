"""One request to one embedding server, in the OpenAI form of `/v1/embeddings`: its time limits and what is answered."""

import email.utils
import http.client
import ipaddress
import json
import os
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import numpy as np

from models.runner import ModelError, Vectors

KEY = "PRECEDENT_ENCODER_KEY"
_CONNECT = 10.0  # seconds until somebody is there
_PATIENCE = 60.0  # seconds for an answer
_PART = 1 << 16  # bytes read at a time
_MOST = 64_000_000  # bytes of an answer
_BUSY, _AWAY = (429, 503), (408, 500, 502, 504)


class Setback(Exception):  # noqa: N818 - never leaves the encoder: it turns into a ModelError or another try
    """A server that does not answer for the moment. `wait` is the seconds that it asks for, None where it says none."""

    def __init__(self, why: str, *, busy: bool = False, wait: float | None = None) -> None:
        super().__init__(why)
        self.busy, self.wait = busy, wait


@dataclass(frozen=True, slots=True)
class Server:
    """A server at `address`, which ends in /embeddings, that knows its model by the name `model`."""

    address: str
    model: str

    def ask(self, texts: Sequence[str]) -> Vectors:
        """L2-normalised vectors, shape (len(texts), dimension), from one request.

        Raises Setback where the server is busy or away, ModelError where asking again would be of no use.
        """
        body = {"input": [text or " " for text in texts], "model": self.model, "encoding_format": "float"}
        answer = self._answer(json.dumps(body).encode())
        try:
            rows = sorted(json.loads(answer)["data"], key=lambda row: row["index"])
            vectors = np.array([row["embedding"] for row in rows], np.float32)
        except (ValueError, KeyError, TypeError) as error:
            raise ModelError(
                f"The embedding server at {self.address} answers with something else than vectors"
                f" ({type(error).__name__}). Give PRECEDENT_ENCODER the address that ends in /v1, and behind a # the"
                " model's name."
            ) from error
        if vectors.ndim != 2 or len(vectors) != len(texts) or not np.isfinite(vectors).all():
            raise ModelError(f"The embedding server at {self.address} does not give one vector for each text.")
        unit: Vectors = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), np.float32(1e-12))
        return unit

    def _answer(self, body: bytes) -> bytes:
        request = urllib.request.Request(self.address, body, _headers())  # noqa: S310 - http or https alone
        try:
            with _opener(self.address).open(request, timeout=_PATIENCE) as answer:
                return self._read(answer)
        except urllib.error.HTTPError as error:
            with error:
                raise self._refusal(error) from error
        except (OSError, http.client.HTTPException) as error:
            reason = getattr(error, "reason", None) or error
            raise Setback(_shown(str(reason)) or type(reason).__name__) from error

    def _read(self, answer: Any) -> bytes:
        until, parts, size = time.monotonic() + _PATIENCE, [], 0
        while part := answer.read1(_PART):
            parts.append(part)
            size += len(part)
            if size > _MOST:
                raise ModelError(f"The embedding server at {self.address} answers with more than {_MOST:,} bytes.")
            if time.monotonic() > until:
                raise TimeoutError(f"no whole answer in {_PATIENCE:.0f} seconds")
        if answer.length:
            raise http.client.IncompleteRead(b"", answer.length)
        return b"".join(parts)

    def _refusal(self, error: urllib.error.HTTPError) -> Exception:
        why = _shown(f"{error.code} {error.reason}")
        if error.code in (*_BUSY, *_AWAY):
            return Setback(why, busy=error.code in _BUSY, wait=_seconds(error.headers.get("Retry-After")))
        return ModelError(
            f"The embedding server at {self.address} refuses: {why}. {_said(error)}Check the address and the model's"
            f" name in PRECEDENT_ENCODER, and the key in {KEY}."
        )


def _headers() -> dict[str, str]:
    key = os.environ.get(KEY, "").strip()
    if not (key.isascii() and key.isprintable()):
        raise ModelError(f"The key in {KEY} holds what no key can hold: set it again, as one line of plain letters.")
    return {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {key}"} if key else {})


def _seconds(said: str | None) -> float | None:
    """Seconds to wait by a header Retry-After: it gives their number, or a time of day."""
    if not said:
        return None
    if said.strip().isdecimal():
        return float(said[:9])
    try:
        return max(0.0, email.utils.parsedate_to_datetime(said).timestamp() - time.time())
    except (ValueError, OverflowError):
        return None


def _said(error: urllib.error.HTTPError) -> str:
    """What the server says of an error, as far as it is text."""
    try:
        line = _shown(error.read(300).decode("utf-8", "replace"))
    except (OSError, http.client.HTTPException):
        return ""
    return f"It says: {line} " if line else ""


def _shown(said: str) -> str:
    """What somebody else says, as one line and without the key."""
    if key := os.environ.get(KEY, "").strip():
        said = said.replace(key, "…")
    return " ".join("".join(c if c.isprintable() else " " for c in said).split())


class _Prompt(http.client.HTTPConnection):
    """A connection that is there soon or not at all, whatever an answer may take."""

    def connect(self) -> None:
        patience, self.timeout = self.timeout, _CONNECT
        super().connect()
        self.sock.settimeout(patience)


class _PromptSecure(_Prompt, http.client.HTTPSConnection):
    pass


class _Http(urllib.request.HTTPHandler):
    def http_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(_Prompt, req)


class _Https(urllib.request.HTTPSHandler):
    def https_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(_PromptSecure, req)


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """Nothing is followed: what is sent holds the texts and the key, and the address is the one that was set."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


def _opener(address: str) -> urllib.request.OpenerDirector:
    """Goes through the proxies of the environment, but never to this machine itself."""
    own = [urllib.request.ProxyHandler({})] if _is_loopback(urlsplit(address).hostname or "") else []
    return urllib.request.build_opener(_Http, _Https, _NoRedirects, *own)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
