"""Where Milvus is, the way to it, and what is said when it is away.

Milvus keeps vectors, words and columns beyond one machine. A file that milvus-lite keeps in this process and a cluster
are the same client with another address. Nobody but the modules `milvus_rows` and `milvus_store` asks it anything.
"""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from corpus.errors import PrecedentError

SCHEME = "milvus:"
NOT_LOADED = 101  # the code for a collection that cannot be searched yet
ANSWERING, WRITING = 15.0, 60.0  # seconds that Milvus may take for a question, and for a batch of rows
_REFUSED = 2  # the code of a client that reaches nobody
# A channel of its own for each client: those of one address share how long they wait before they try again, which
# grows to two minutes, and one made anew when Milvus is back would wait as well.
_CHANNEL = {"grpc.use_local_subchannel_pool": 1}

Result = TypeVar("Result")


class MilvusError(PrecedentError):
    """Milvus cannot be asked, or does not hold what it should; the message says what happened and what to do.

    `code` is Milvus's own of what it refuses, 0 where there is none.
    """

    def __init__(self, message: str, code: int = 0) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Address:
    """A Milvus: `uri` is a file's name that ends in .db, or http://host:port, or empty where none is named.

    The token is never shown.
    """

    uri: str
    token: str = field(default="", repr=False)

    @property
    def file(self) -> Path | None:
        """The file that milvus-lite keeps in this process; None for a server."""
        return Path(self.uri) if self.uri and "://" not in self.uri else None


def parse_address(text: str, token: str = "") -> Address:
    """The address that `milvus:./folder/file.db` or `milvus:http://host:19530` names. Raises MilvusError."""
    uri = text.removeprefix(SCHEME)
    meant = f"{SCHEME}./folder/file.db or {SCHEME}http://host:19530"
    if uri == text:
        raise MilvusError(f"An address of Milvus is {meant}.")
    if "://" not in uri:
        if not uri.endswith(".db"):
            raise MilvusError(f"{text} names no file of Milvus: its name ends in .db. An address is {meant}.")
        return Address(str(Path(uri).absolute()), token)
    try:
        parts = urlsplit(uri)
        whole = parts.scheme in ("http", "https") and parts.hostname and (parts.port is None or parts.port > 0)
    except ValueError:
        parts, whole = urlsplit(""), None
    if parts.username or parts.password:
        raise MilvusError("An address of Milvus holds no name or password. Give these as its token, name:password.")
    if not whole:
        raise MilvusError(f"This is no address of Milvus. One is {meant}.")
    return Address(uri, token)


class Link:
    """The way to one Milvus, opened when something is first asked. Safe to share between threads.

    A client whose Milvus went away is given up, and the next question opens another: nothing has to be started again.
    """

    def __init__(self, address: Address) -> None:
        self.address = address
        self._client: Any = None
        self._lock = threading.Lock()

    def ask(self, question: Callable[[Any], Result]) -> Result:
        """What `question` makes of the client. Raises MilvusError."""
        client = self._opened()
        try:
            return self._answer(client, question)
        except MilvusError:
            with self._lock:
                given_up = self._client is not client
            if not given_up:
                raise
        # Another thread found it away and closed it under this one, or this one did: it may be back already.
        return self._answer(self._opened(), question)

    def close(self) -> None:
        """Close the client, and let other processes have the file. Asked again, it opens again."""
        with self._lock:
            client, self._client = self._client, None
        if client is not None:
            client.close()
        if self.address.file:
            from milvus_lite.server_manager import server_manager_instance

            server_manager_instance.release_server(self.address.uri)

    def _answer(self, client: Any, question: Callable[[Any], Result]) -> Result:
        import grpc
        from pymilvus import MilvusException

        try:
            return question(client)
        except MilvusException as error:
            if error.code == _REFUSED or isinstance(error.code, grpc.StatusCode):
                self._give_up(client)
                raise self._away(error.message) from error
            raise self._refused(error.message, int(error.code)) from error
        except ValueError as error:  # what grpc says of a channel that another thread has closed
            self._give_up(client)
            raise self._away(str(error)) from error
        except grpc.RpcError as error:  # what pymilvus does not try again
            raise self._unanswered(error) from error

    def _opened(self) -> Any:
        with self._lock:
            if self._client is None:
                self._client = self._open()
            return self._client

    def _open(self) -> Any:
        if not self.address.uri:
            raise MilvusError(
                "This index is kept in Milvus, and PRECEDENT_INDEX does not say where. Set it, or run `precedent"
                " build` to keep the index in files."
            )
        try:
            from pymilvus import MilvusClient, MilvusException
        except ImportError:
            raise MilvusError(
                "The index is to be kept in Milvus, and the package pymilvus is not installed. Install it with"
                " `pip install --no-deps -r requirements-milvus.txt`."
            ) from None
        # They write each error as a traceback, where the errors of this module say it in a sentence.
        for name in ("pymilvus", "milvus_lite", "grpc._server"):
            logging.getLogger(name).setLevel(logging.CRITICAL)
        try:
            self._ready()
            return MilvusClient(
                self.address.uri, token=self.address.token, timeout=ANSWERING, dedicated=True, grpc_options=_CHANNEL
            )
        except (MilvusException, OSError) as error:
            raise self._away(str(getattr(error, "message", error))) from error

    def _ready(self) -> None:
        if self.address.file:
            self.address.file.parent.mkdir(parents=True, exist_ok=True)

    def _give_up(self, client: Any) -> None:
        with self._lock:
            if self._client is not client:
                return
            self._client = None
        client.close()

    def _away(self, reason: str) -> MilvusError:
        if self.address.file:
            return MilvusError(
                f"The file of Milvus {self.address.uri} cannot be opened ({self._shown(reason)}). One process can have"
                " it at a time: stop the other one, or run Milvus as a server."
            )
        return MilvusError(
            f"Milvus does not answer at {self.address.uri} ({self._shown(reason)}). Start it, or name another one in"
            " PRECEDENT_INDEX; when it is back, questions are answered again by themselves."
        )

    def _unanswered(self, error: Any) -> MilvusError:
        import grpc

        if error.code() != grpc.StatusCode.DEADLINE_EXCEEDED:
            return self._refused(f"{error.code().name}: {error.details()}", 0)
        return MilvusError(
            f"Milvus at {self.address.uri} took too long. Ask again; where that lasts, give it more processors."
        )

    def _refused(self, reason: str, code: int) -> MilvusError:
        return MilvusError(
            f"Milvus at {self.address.uri} refuses ({self._shown(reason)}). Look at it; `precedent build` writes anew"
            " what is missing there.",
            code,
        )

    def _shown(self, reason: str) -> str:
        """A reason in one line, short, and without the token."""
        line = " ".join(reason.split())
        for secret in (self.address.token, *self.address.token.split(":")):
            line = line.replace(secret, "…") if secret else line
        return line[:300]
