"""The application factory: everything is handed in, nothing happens on import."""

import logging
from functools import partial
from http import HTTPStatus

from flask import Flask, Response, make_response, request
from flask.globals import request_ctx
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.routing import BaseConverter

from corpus.errors import PrecedentError
from service.contract.service_errors import status_of
from service.engine import Engine
from service.web.api import api_blueprint, health_blueprint
from service.web.brief_api import brief_api_blueprint
from service.web.brief_pages import brief_pages_blueprint
from service.web.bulk_api import bulk_blueprint
from service.web.compare_pages import compare_pages_blueprint
from service.web.correction_api import corrections_blueprint
from service.web.correction_pages import correction_pages_blueprint
from service.web.detail_pages import detail_pages_blueprint
from service.web.exchange import problem, who
from service.web.help_pages import help_pages_blueprint
from service.web.overview_pages import overview_pages_blueprint
from service.web.picture_api import picture_blueprint
from service.web.picture_pages import picture_pages_blueprint
from service.web.places import add_places
from service.web.problem_page import problem_page
from service.web.receipt_pages import receipt_pages_blueprint
from service.web.register_api import register_blueprint, similar_blueprint
from service.web.register_pages import register_pages_blueprint
from service.web.search_pages import pages_blueprint
from service.web.standing_api import standing_blueprint
from service.web.standing_pages import standing_pages_blueprint
from service.web.theme_api import themes_blueprint
from service.web.theme_pages import themes_pages_blueprint
from service.web.training_pages import training_pages_blueprint
from service.web.upload_api import upload_blueprint
from service.web.upload_pages import upload_pages_blueprint
from service.web.vocabulary_api import vocabulary_blueprint
from service.web.vocabulary_pages import vocabulary_pages_blueprint
from service.web.work_api import work_blueprint

_log = logging.getLogger(__name__)

MOST_BODY = 1_048_576  # bytes: a text may be sent, which is refused with reasons if it is long; files have more
HEADERS = {
    # Pages hold no script and no style of their own, only files of ours: whatever a document's text may contain,
    # nothing of it runs. Every page does its job without them too.
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
    "img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Without an origin in it, a form sent over plain HTTP could not be told from one of another site.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_SENTENCES = {
    HTTPStatus.NOT_FOUND: "There is nothing at this address: go back to the search page and start from there.",
    HTTPStatus.METHOD_NOT_ALLOWED: "This address is not asked in this way: go back to the page you came from.",
    HTTPStatus.FORBIDDEN: "This came from another site and was refused. Do it from Precedent's own page.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "This is more than is taken at once: send less.",
    HTTPStatus.INTERNAL_SERVER_ERROR: "The service made a mistake; the log of `precedent serve` says which.",
}


class _KeyConverter(BaseConverter):
    """An id of the index in an address: it may hold slashes, and a file's name any character."""

    regex = r"(?s:.+)"
    part_isolating = False


def create_app(engine: Engine, trusted_hosts: list[str] | None = None, *, uploads: bool = True) -> Flask:
    """The web application over an engine: pages, API and health.

    With `trusted_hosts`, requests for any other host are refused: a page elsewhere that has its own name
    resolve to this machine must not read a service that listens on loopback. With `uploads`
    documents may be sent and builds be started.
    """
    app = Flask("service.web")
    # Ids of documents may hold two slashes in a row.
    app.url_map.merge_slashes = False
    app.url_map.converters["key"] = _KeyConverter
    app.config["PROVIDE_AUTOMATIC_OPTIONS"] = False
    app.config["TRUSTED_HOSTS"] = trusted_hosts
    app.config["MAX_CONTENT_LENGTH"] = MOST_BODY
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    for blueprint in (
        *(api_blueprint, similar_blueprint, register_blueprint, themes_blueprint, health_blueprint),
        *(brief_api_blueprint, brief_pages_blueprint, receipt_pages_blueprint, work_blueprint),
        *(bulk_blueprint, corrections_blueprint),
        *(pages_blueprint, register_pages_blueprint, themes_pages_blueprint, correction_pages_blueprint),
        *(picture_blueprint, picture_pages_blueprint, compare_pages_blueprint, training_pages_blueprint),
        *(detail_pages_blueprint, partial(upload_pages_blueprint, allowed=uploads)),
        partial(upload_blueprint, allowed=uploads),
        *(standing_blueprint, standing_pages_blueprint, vocabulary_blueprint, vocabulary_pages_blueprint),
        *(overview_pages_blueprint, help_pages_blueprint),
    ):
        app.register_blueprint(blueprint(engine))
    add_places(app, engine)
    app.add_template_global(who, "name_given")
    app.register_error_handler(PrecedentError, lambda error: _refuse(status_of(error), str(error)))
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _mistake)
    app.after_request(_secure)
    return app


def _secure(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    return response


def _http_error(error: HTTPException) -> Response:
    if error.code is None or error.code < HTTPStatus.BAD_REQUEST:
        return make_response(error.get_response())
    status = HTTPStatus(error.code)
    response = _refuse(status, _SENTENCES.get(status, error.description or status.phrase))
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        response.headers["Allow"] = ", ".join(sorted(error.valid_methods))
    return response


def _mistake(error: Exception) -> Response:
    _log.error("no answer to %s %s", request.method, request.path, exc_info=error)
    status = HTTPStatus.INTERNAL_SERVER_ERROR
    return _refuse(status, _SENTENCES[status])


def _refuse(status: HTTPStatus, sentence: str) -> Response:
    # Without an adapter (a host that is not trusted) no page can be made: it could not name its own addresses.
    if request.path.startswith(("/api", "/health")) or request_ctx.url_adapter is None:
        return problem(status, sentence)
    return make_response(problem_page(status, sentence), status)
