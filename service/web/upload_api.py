"""The JSON API, version 1: documents sent by programs, checked as those of the page, and how the build stands."""

from http import HTTPStatus

from flask import Blueprint, Response, request

from corpus.readers.reading import MEGABYTE
from service.contract.service_errors import RequestError
from service.contract.work_requests import BuildAnswer, DocumentsSent, FileReport, SentFile
from service.engine import Engine
from service.web.api import PREFIX
from service.web.exchange import answered, asked_by_body, nothing_asked, problem, refuse_foreign
from service.web.openapi import described
from service.work.build_job import Job, read_job
from service.work.receiving import begin, told
from service.work.uploads import Sent

MOST_BYTES = 64 * MEGABYTE  # of one request, which is read as a whole; the form writes down what it takes as it comes

_NOT_TAKEN = "This service takes no documents: ask whoever runs it."


def upload_blueprint(engine: Engine, allowed: bool) -> Blueprint:
    """The routes that take documents under /api/v1; where uploading is not `allowed` they take none."""
    api = Blueprint("upload_api", __name__, url_prefix=PREFIX)
    api.before_request(refuse_foreign)

    @api.post("/documents")
    @described("Send documents, and start a build with them", BuildAnswer, body=DocumentsSent)
    def send_documents() -> Response:
        if not allowed:
            return problem(HTTPStatus.FORBIDDEN, _NOT_TAKEN)
        request.max_content_length = MOST_BYTES
        given = asked_by_body(DocumentsSent, engine, '{"files": [{"name": "letter.pdf", "content": "…"}], "who": "…"}')
        try:
            begin(engine.data, given.who.strip(), [Sent(one.name, _saver(one)) for one in given.files])
        except RequestError as error:
            return problem(HTTPStatus.CONFLICT, str(error))
        return answered(_answer(engine))

    @api.get("/build")
    @described("How the build stands that was started last", BuildAnswer)
    def build_state() -> Response:
        nothing_asked()
        return answered(_answer(engine))

    return api


def _answer(engine: Engine) -> BuildAnswer:
    job = read_job(engine.data)
    found = told(job or Job("", ""), masked=engine.masks)
    files = [FileReport(**one) for one in found["files"]]
    known = {name: value for name, value in found.items() if name in BuildAnswer.model_fields}
    return BuildAnswer(**{**known, "files": files, "state": found["state"] if job else "none"})


def _saver(one: SentFile):  # type: ignore[no-untyped-def]
    return lambda path: path.write_bytes(one.bytes_of)
