"""The JSON API, version 1: forces side by side, and the numbers of the pictures."""

from flask import Blueprint, Response

from service.answers.compare import compare
from service.answers.pictures import meaning_map, status_counts
from service.contract.compare_shapes import CompareAnswer, CompareRequest
from service.contract.exports import Form, compare_table, map_table, status_table
from service.contract.picture_shapes import MapAnswer, StatusCounts
from service.contract.requests import RegisterListRequest
from service.engine import Engine
from service.web.api import PREFIX
from service.web.exchange import answered, asked, attachment, nothing_asked, seen
from service.web.openapi import described


def picture_blueprint(engine: Engine) -> Blueprint:
    """The routes of these under /api/v1."""
    api = Blueprint("picture_api", __name__, url_prefix=PREFIX)

    @api.get("/compare")
    @described("What each of several forces was told, and what became of it", CompareAnswer, query=CompareRequest)
    def side_by_side() -> Response:
        return answered(compare(seen(engine), asked(CompareRequest, engine)))

    @api.get("/compare.<any(csv, json):form>")
    @described("The findings of forces side by side", query=CompareRequest)
    def download_compare(form: Form) -> Response:
        made = compare(seen(engine), asked(CompareRequest, engine))
        return attachment(compare_table(made, form), "compare", form)

    @api.get("/register-by-year")
    @described("Records of the register by year and status", StatusCounts, query=RegisterListRequest)
    def by_status() -> Response:
        return answered(status_counts(seen(engine), asked(RegisterListRequest, engine)))

    @api.get("/register-by-year.<any(csv, json):form>")
    @described("Records of the register by year and status", query=RegisterListRequest)
    def download_status(form: Form) -> Response:
        made = status_counts(seen(engine), asked(RegisterListRequest, engine))
        return attachment(status_table(made, form), "register-by-year", form)

    @api.get("/map")
    @described("The regions of the index by meaning", MapAnswer)
    def regions() -> Response:
        nothing_asked()
        return answered(meaning_map(seen(engine)))

    @api.get("/map.<any(csv, json):form>")
    @described("The regions of the index by meaning")
    def download_map(form: Form) -> Response:
        nothing_asked()
        return attachment(map_table(meaning_map(seen(engine)), form), "map", form)

    return api
