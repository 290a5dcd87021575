"""The JSON API, version 1: search and look-ups; and the health pages."""

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, request

from indexer.generation import GenerationError
from service.contract.exports import MIMETYPES, Form, written
from service.contract.requests import LISTED, check_names, parse_search
from service.contract.responses import Liveness, to_json
from service.engine import Engine
from service.web.openapi import openapi

PREFIX = "/api/v1"


def answer(body: Mapping[str, Any], status: int = HTTPStatus.OK) -> Response:
    """A JSON response."""
    return Response(to_json(body), status=status, mimetype="application/json")


def problem(status: int, detail: str) -> Response:
    """An error as RFC 9457 has it; `detail` is a sentence that says what to do."""
    title = HTTPStatus(status).phrase
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    return Response(to_json(body), status=status, mimetype="application/problem+json")


def api_blueprint(engine: Engine) -> Blueprint:
    """The routes under /api/v1."""
    api = Blueprint("api", __name__, url_prefix=PREFIX)

    @api.get("/search")
    def search() -> Response:
        return answer(engine.search(parse_search(request.args.to_dict(flat=False), engine)))

    @api.get("/search.<any(csv, json):form>")
    def download(form: Form) -> Response:
        asked = parse_search(request.args.to_dict(flat=False), engine, names=LISTED)
        return attachment(written(engine.all_hits(asked), form), "search", form)

    @api.get("/documents/<key:key>")
    def document(key: str) -> Response:
        return found(engine.document(key), "document", key)

    @api.get("/passages/<key:key>")
    def passage(key: str) -> Response:
        return found(engine.passage(key), "passage", key)

    @api.get("/forces")
    def forces() -> Response:
        return plain(engine.forces())

    @api.get("/openapi.json")
    def description() -> Response:
        return plain(openapi())

    return api


def health_blueprint(engine: Engine) -> Blueprint:
    """/health/live: the process answers. /health/ready: there is an index and it is open."""
    health = Blueprint("health", __name__, url_prefix="/health")

    @health.get("/live")
    def live() -> Response:
        alive: Liveness = {"status": "ok"}
        return plain(alive)

    @health.get("/ready")
    def ready() -> Response:
        try:
            return plain(engine.health())
        except GenerationError as error:
            return problem(HTTPStatus.SERVICE_UNAVAILABLE, str(error))

    return health


def sent_json() -> Any:
    """The body of a request to an address without parameters; None where it is no JSON with its type."""
    check_names(request.args, ())
    try:
        return request.get_json(silent=True)
    except RecursionError:  # a list in a list in a list …
        return None


def attachment(pieces: Iterable[str], name: str, form: Form) -> Response:
    """A whole list as a file to keep."""
    headers = {"Content-Disposition": f'attachment; filename="precedent-{name}.{form}"'}
    return Response(pieces, content_type=MIMETYPES[form], headers=headers)


def plain(body: Mapping[str, Any]) -> Response:
    check_names(request.args, ())
    return answer(body)


def found(record: Mapping[str, Any] | None, what: str, key: str, *, plain: bool = True) -> Response:
    """A record, or 404; a `plain` address takes no parameters."""
    if record is None:
        shown = key if len(key) <= 200 else key[:200] + "…"
        return problem(
            HTTPStatus.NOT_FOUND,
            f"There is no {what} {shown!r} in the current index: take an id from a search, as it is given there.",
        )
    if plain:
        check_names(request.args, ())
    return answer(record)
