"""What routes share: one snapshot a request, requests read from what was sent, answers, files and errors."""

from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Response, abort, g, make_response, redirect, request

from service.contract.exports import MIMETYPES, Form
from service.contract.requests import MAX_WHO
from service.contract.responses import Problem
from service.contract.service_errors import RequestError
from service.contract.shapes import to_json
from service.contract.values import Asked, NoParameters, Values, filled, read, read_json
from service.contract.workbooks import XLSX
from service.engine import Engine
from service.memory.snapshot import Snapshot

Found = TypeVar("Found")
_WHO = "precedent-who"  # cookie: the name that somebody gave last
_YEAR = 365 * 24 * 3600


def seen(engine: Engine) -> Snapshot:
    """What this request sees, taken once however often it is asked for. Raises GenerationError for nothing."""
    if "seen" not in g:
        g.seen = engine.snapshot()
    found: Snapshot = g.seen
    return found


def asked(model: type[Asked], engine: Engine) -> Asked:
    """The request in the address. Raises RequestError."""
    return read(model, request.args.to_dict(flat=False), seen(engine).known)


def asked_by_form(model: type[Asked], engine: Engine) -> Asked:
    """The request in the address or a form, whose empty fields ask for nothing. Raises RequestError."""
    return read(model, request.values.to_dict(flat=False), seen(engine).known, blank=True)


def asked_by_body(model: type[Asked], engine: Engine, example: str) -> Asked:
    """The request in a JSON body. Raises RequestError."""
    nothing_asked()
    if not request.is_json:
        raise RequestError(f"Send JSON with its type, application/json, such as {example}.")
    return read_json(model, request.get_data(), seen(engine).known)


def nothing_asked() -> None:
    """Raises RequestError where an address without parameters has some."""
    read(NoParameters, request.args.to_dict(flat=False))


def sent() -> Values:
    """What a form sent, or an address holds, without empty fields."""
    return filled(request.values.to_dict(flat=False))


def answered(body: Any, status: int = HTTPStatus.OK) -> Response:
    """A JSON response."""
    return Response(to_json(body), status=status, mimetype="application/json")


def problem(status: int, detail: str) -> Response:
    """An error as RFC 9457 has it; `detail` is a sentence that says what to do."""
    body = Problem(title=HTTPStatus(status).phrase, status=status, detail=detail)
    return Response(to_json(body), status=status, mimetype="application/problem+json")


def attachment(pieces: Iterable[str], name: str, form: Form) -> Response:
    """A whole list as a file to keep."""
    headers = {"Content-Disposition": f'attachment; filename="precedent-{name}.{form}"'}
    return Response(pieces, content_type=MIMETYPES[form], headers=headers)


def book(made: bytes, name: str) -> Response:
    """A whole list as an Excel workbook to keep."""
    headers = {"Content-Disposition": f'attachment; filename="precedent-{name}.xlsx"'}
    return Response(made, content_type=XLSX, headers=headers)


def found(record: Found | None, what: str, key: str, made: Callable[[Found], Response] = answered) -> Response:
    """The response `made` of a record, or 404."""
    if record is not None:
        return made(record)
    shown = key if len(key) <= 200 else key[:200] + "…"
    return problem(
        HTTPStatus.NOT_FOUND,
        f"There is no {what} {shown!r} in the current index: take an id from a search, as it is given there.",
    )


def refuse_foreign() -> None:
    """Before a request: no other site may send a form in a reader's name."""
    if request.method != "POST":
        return
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    own = (
        site in ("same-origin", "none")
        if site is not None
        else origin is None or urlsplit(origin).netloc == request.host
    )
    if not own:
        abort(HTTPStatus.FORBIDDEN)


def who() -> str:
    """The name that this reader gave last."""
    return request.cookies.get(_WHO, "")[:MAX_WHO]


def seen_off(address: str, who: str) -> Response:
    """On to the next page, with the name kept for the next time."""
    response = make_response(redirect(address, HTTPStatus.SEE_OTHER))
    response.set_cookie(_WHO, who.strip()[:MAX_WHO], max_age=_YEAR, httponly=True, samesite="Strict")
    return response
