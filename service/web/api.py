"""The JSON API, version 1: search and look-ups, the description; and the health of the service."""

from http import HTTPStatus

from flask import Blueprint, Response, current_app, render_template, request

from indexer.generation import GenerationError
from indexer.milvus import MilvusError
from service.answers.force_counts import forces_table
from service.answers.lookups import document, passage
from service.answers.search import all_hits, search
from service.contract.batch_shapes import BatchRequest, BatchResponse
from service.contract.contacts import mask
from service.contract.document_responses import DocumentAnswer
from service.contract.exports import Form, hits_table
from service.contract.field_schemas import Schema
from service.contract.register_responses import ForcesTable
from service.contract.requests import ListRequest, SearchRequest
from service.contract.responses import Liveness, Passage, Readiness, SearchResponse
from service.engine import Engine
from service.web.api_examples import examples, ids_of
from service.web.exchange import answered, asked, asked_by_body, attachment, found, nothing_asked, problem, seen
from service.web.openapi import described, openapi
from service.work.unmet_questions import count

PREFIX = "/api/v1"


def api_blueprint(engine: Engine) -> Blueprint:
    """The routes under /api/v1."""
    api = Blueprint("api", __name__, url_prefix=PREFIX)

    @api.get("/search")
    @described("Search", SearchResponse, query=SearchRequest)
    def search_page() -> Response:
        request = asked(SearchRequest, engine)
        response = search(seen(engine), request)
        count(engine.unmet, request, response)
        return answered(response)

    @api.get("/search.<any(csv, json):form>")
    @described("Every hit of a search, with its citation", query=ListRequest)
    def download(form: Form) -> Response:
        return attachment(hits_table(all_hits(seen(engine), asked(ListRequest, engine)), form), "search", form)

    @api.post("/search/batch")
    @described("Several searches at once, answered in their order", BatchResponse, body=BatchRequest)
    def batch() -> Response:
        sent = asked_by_body(BatchRequest, engine, '{"queries": [{"q": "missing children"}]}')
        return answered(BatchResponse(results=[search(seen(engine), one) for one in sent.queries]))

    @api.get("/documents/<key:key>")
    @described("One of the documents", DocumentAnswer)
    def one_document(key: str) -> Response:
        nothing_asked()
        return found(document(seen(engine), key), "document", key)

    @api.get("/passages/<key:key>")
    @described("One of the passages", Passage)
    def one_passage(key: str) -> Response:
        nothing_asked()
        return found(passage(seen(engine), key), "passage", key)

    @api.get("/forces")
    @described("Every force, with its records by where they stand", ForcesTable)
    def all_forces() -> Response:
        nothing_asked()
        return answered(forces_table(seen(engine)))

    @api.get("/openapi.json")
    @described("This description")
    def description() -> Response:
        nothing_asked()
        return answered(_description(engine))

    @api.get("/docs")
    def docs() -> str:
        nothing_asked()
        found = _description(engine)
        return render_template(
            "docs.html", api=found, examples=examples(found, request.host_url.rstrip("/"), _ids(engine))
        )

    return api


def health_blueprint(engine: Engine) -> Blueprint:
    """/health/live: the process answers. /health/ready: there is an index and it is open."""
    health = Blueprint("health", __name__, url_prefix="/health")

    @health.get("/live")
    @described("The process answers", Liveness)
    def live() -> Response:
        nothing_asked()
        return answered(Liveness(status="ok"))

    @health.get("/ready")
    @described("What is served", Readiness)
    def ready() -> Response:
        nothing_asked()
        try:
            return answered(engine.health())
        except (GenerationError, MilvusError) as error:
            return problem(HTTPStatus.SERVICE_UNAVAILABLE, str(error))

    return health


def _ids(engine: Engine) -> dict[str, str]:
    """Ids to try, of what is served; none where nothing is."""
    try:
        return ids_of(seen(engine))
    except GenerationError:
        return {}


def _description(engine: Engine) -> Schema:
    """The description, with the values of the index that is served, where there is one."""
    try:
        now = seen(engine)
    except GenerationError:
        return openapi(current_app)
    # A status as it is printed may be any text, and so have a telephone number in it.
    return openapi(current_app, lambda field: [v for v in now.known(field) if not now.masks or mask(v) == v])
