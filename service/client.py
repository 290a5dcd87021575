"""A client of the JSON API for programs, in the same types: `Precedent("http://127.0.0.1:8000").search("…")`.

Answers are the shapes that the service writes, checked as they are read. It needs pydantic and the standard library.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from http.client import HTTPException
from io import BufferedReader
from typing import IO, Any, TypeVar
from urllib.error import HTTPError
from urllib.parse import quote, urlencode, urlsplit
from urllib.request import ProxyHandler, Request, build_opener

from pydantic import ValidationError

from corpus.errors import PrecedentError
from service.contract.batch_shapes import BatchQuery, BatchRequest, BatchResponse
from service.contract.bulk_shapes import ROWS, ExportAnswer, Table
from service.contract.document_responses import DocumentAnswer
from service.contract.register_responses import (
    FindingAnswer,
    ForceAnswer,
    ForcesTable,
    RegisterResponse,
    SimilarResponse,
)
from service.contract.requests import (
    DayRequest,
    RegisterRequest,
    SearchRequest,
    SimilarRequest,
    TagRequest,
    TextToTag,
)
from service.contract.responses import Passage, Problem, Readiness, SearchResponse
from service.contract.shapes import Shape
from service.contract.theme_responses import TagResponse, ThemeCounts, ThemesAnswer
from service.contract.values import Request as Asked
from service.contract.values import read_object

Answer = TypeVar("Answer", bound=Shape)
_KEPT = "-._~/"  # of an id in an address


class ServiceError(PrecedentError):
    """The service did not answer, or refused; the message is its sentence, and `status` what HTTP says, or None."""

    def __init__(self, sentence: str, status: int | None = None) -> None:
        super().__init__(sentence)
        self.status = status


class Precedent:
    """A service at an address. Safe to use from several threads: each call is a request of its own.

    Each method raises RequestError for what cannot be asked, before anything is sent where that can be told here, and
    ServiceError for whatever the service, or the way to it, says. Filters are those of the API, by their names there:
    `search("custody", force=["essex"], year_from=2016)`.
    """

    def __init__(self, address: str, timeout: float = 60.0) -> None:
        if urlsplit(address).scheme not in ("http", "https"):
            raise ServiceError(f"{address!r} is no address of a service: give one such as http://127.0.0.1:8000.")
        self._address, self._timeout = address.rstrip("/"), timeout
        self._opener = build_opener(ProxyHandler({}))  # the service is near; no other machine is asked on the way

    def search(self, query: str = "", **filters: Any) -> SearchResponse:
        """A page of a search; `page`, `page_size`, `sort`, `expand` and `explain` may be given too."""
        asked = read_object(SearchRequest, {"query": query, **filters}, "")
        return self._got(SearchResponse, "/api/v1/search", _parameters(asked))

    def pages(self, query: str = "", **filters: Any) -> Iterator[SearchResponse]:
        """Every page of a search, asked for one by one."""
        page = 0
        while True:
            page += 1
            found = self.search(query, page=page, **filters)
            yield found
            if page * found.page_size >= found.total:
                return

    def search_batch(self, queries: Sequence[Mapping[str, Any]]) -> list[SearchResponse]:
        """Several searches at once, each with `q` and filters of its own; the answers in their order."""
        asked = [read_object(BatchQuery, dict(one), f"queries[{at}]") for at, one in enumerate(queries)]
        body = read_object(BatchRequest, {"queries": asked}, "")
        return self._sent(BatchResponse, "/api/v1/search/batch", body).results

    def similar(self, text: str | None = None, **asked: Any) -> SimilarResponse:
        """Findings like a text, or like `passage_id` or `finding_id`, and what became of them."""
        body = read_object(SimilarRequest, {"text": text, **asked}, "")
        return self._sent(SimilarResponse, "/api/v1/similar", body)

    def register(self, **filters: Any) -> RegisterResponse:
        """A page of the register."""
        asked = read_object(RegisterRequest, filters, "")
        return self._got(RegisterResponse, "/api/v1/register", _parameters(asked))

    def finding(self, finding_id: str, as_of: str | None = None) -> FindingAnswer:
        """One finding, and what became of it."""
        return self._got(FindingAnswer, f"/api/v1/findings/{quote(finding_id, _KEPT)}", _day(as_of))

    def passage(self, passage_id: str) -> Passage:
        """One passage."""
        return self._got(Passage, f"/api/v1/passages/{quote(passage_id, _KEPT)}")

    def document(self, document_id: str) -> DocumentAnswer:
        """One document, whole."""
        return self._got(DocumentAnswer, f"/api/v1/documents/{quote(document_id, _KEPT)}")

    def forces(self) -> ForcesTable:
        """Every force, with its records by where they stand."""
        return self._got(ForcesTable, "/api/v1/forces")

    def force(self, slug: str, as_of: str | None = None) -> ForceAnswer:
        """What has been said of a force over the years."""
        return self._got(ForceAnswer, f"/api/v1/forces/{quote(slug, '')}", _day(as_of))

    def tag(self, texts: Sequence[str | Mapping[str, Any]], *, evidence: bool = True) -> TagResponse:
        """The themes of texts: of each a text, or a mapping with `text`, `section` and `parent`."""
        made = [one if isinstance(one, str) else read_object(TextToTag, dict(one), "texts") for one in texts]
        body = read_object(TagRequest, {"texts": [_plain(one) for one in made], "evidence": evidence}, "")
        return self._sent(TagResponse, "/api/v1/tag", body)

    def themes(self) -> ThemesAnswer:
        """The themes, and how many results have each."""
        return self._got(ThemesAnswer, "/api/v1/themes")

    def theme_counts(self, by: str) -> ThemeCounts:
        """How many results have each theme, by `force` or `year`."""
        return self._got(ThemeCounts, f"/api/v1/themes/{quote(by, '')}")

    def ready(self) -> Readiness:
        """What is served."""
        return self._got(Readiness, "/health/ready")

    def export_about(self) -> ExportAnswer:
        """What a bulk export is of."""
        return self._got(ExportAnswer, "/api/v1/export")

    def export(self, table: Table) -> Iterator[Shape]:
        """Every row of a table – passages, findings, events, tags – as they come."""
        if table not in ROWS:
            raise ServiceError(f"There is no table {table!r}; there are {', '.join(ROWS)}.")
        with self._opened(Request(f"{self._address}/api/v1/export/{table}.jsonl")) as answer:  # noqa: S310 - see __init__
            for line in self._read(answer):
                if line.strip():
                    yield _made(ROWS[table], line)

    def _got(self, shape: type[Answer], path: str, parameters: Sequence[tuple[str, str]] = ()) -> Answer:
        asked = f"?{urlencode(parameters)}" if parameters else ""
        with self._opened(Request(f"{self._address}{path}{asked}")) as answer:  # noqa: S310 - see __init__
            return _made(shape, b"".join(self._read(answer)))

    def _sent(self, shape: type[Answer], path: str, body: Asked) -> Answer:
        sent = body.model_dump_json(by_alias=True, exclude_unset=True).encode()
        request = Request(f"{self._address}{path}", sent, {"Content-Type": "application/json"})  # noqa: S310
        with self._opened(request) as answer:
            return _made(shape, b"".join(self._read(answer)))

    def _opened(self, request: Request) -> IO[bytes]:
        try:
            opened: IO[bytes] = self._opener.open(request, timeout=self._timeout)
        except HTTPError as error:
            with error:
                raise ServiceError(_sentence(error), error.code) from None
        except (OSError, HTTPException) as error:
            raise self._silent(error) from error
        return opened

    def _read(self, answer: IO[bytes]) -> Iterator[bytes]:
        """The lines of an answer. Raises ServiceError where it breaks off."""
        try:
            yield from BufferedReader(answer)  # type: ignore[type-var]  # by itself it takes a broken end for the end
        except (OSError, HTTPException) as error:
            raise self._silent(error) from error

    def _silent(self, error: Exception) -> ServiceError:
        why = getattr(error, "reason", error)
        return ServiceError(f"{self._address} does not answer ({why}): see that `precedent serve` runs.")


def _plain(one: str | TextToTag) -> str | dict[str, Any]:
    return one if isinstance(one, str) else one.model_dump(exclude_unset=True)


def _day(as_of: str | None) -> list[tuple[str, str]]:
    return _parameters(read_object(DayRequest, {"as_of": as_of}, ""))


def _parameters(asked: Asked) -> list[tuple[str, str]]:
    """What was given, as an address says it: a list by naming it again."""
    given = asked.model_dump(mode="json", by_alias=True, exclude_unset=True)
    pairs = [(name, one) for name, own in given.items() for one in (own if isinstance(own, list) else [own])]
    return [(name, json.dumps(one) if isinstance(one, bool) else str(one)) for name, one in pairs if one is not None]


def _made(shape: type[Answer], answer: bytes) -> Answer:
    try:
        return shape.model_validate_json(answer)
    except ValidationError as error:
        raise ServiceError(
            f"This is no answer of this version of Precedent ({error.error_count()} parts differ, the first at"
            f" {error.errors()[0]['loc']}): use the client that comes with the service."
        ) from None


def _sentence(error: HTTPError) -> str:
    """What the service says of an error."""
    try:
        return Problem.model_validate_json(error.read(100_000)).detail
    except (ValidationError, OSError, HTTPException):
        return f"The service answers with {error.code} {error.reason} and does not say why."
