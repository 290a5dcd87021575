"""The JSON API, version 1: tagging texts, the themes and their counts, and the corrections as a file to keep."""

from flask import Blueprint, Response

from service.contract.exports import Form, theme_table
from service.contract.picture_shapes import CountsRequest
from service.contract.requests import TagRequest
from service.contract.theme_responses import TagResponse, ThemeCounts, ThemesAnswer
from service.engine import Engine
from service.state.correction_csv import corrections_table
from service.themes.tagging import tag_texts, text_of
from service.themes.theme_counts import By, theme_counts, themes
from service.web.api import PREFIX
from service.web.exchange import answered, asked, asked_by_body, attachment, nothing_asked, seen
from service.web.openapi import described


def themes_blueprint(engine: Engine) -> Blueprint:
    """The routes of themes under /api/v1."""
    api = Blueprint("themes_api", __name__, url_prefix=PREFIX)

    @api.post("/tag")
    @described("The themes of texts, and the sentences that carry them", TagResponse, body=TagRequest)
    def tag() -> Response:
        request = asked_by_body(TagRequest, engine, '{"texts": ["The force should …"]}')
        texts = [text_of(text) for text in request.texts]
        return answered(tag_texts(seen(engine), texts, evidence=request.evidence))

    @api.get("/themes")
    @described("The themes, and how many results have each", ThemesAnswer)
    def taxonomy() -> Response:
        nothing_asked()
        return answered(themes(seen(engine)))

    @api.get("/themes/<any(force, year):by>")
    @described("How many results have each theme, by force or by year", ThemeCounts, query=CountsRequest)
    def counts(by: By) -> Response:
        return answered(theme_counts(seen(engine), by, asked(CountsRequest, engine).count))

    @api.get("/themes/<any(force, year):by>.<any(csv, json):form>")
    @described("How many results have each theme, by force or by year", query=CountsRequest)
    def download_counts(by: By, form: Form) -> Response:
        made = theme_counts(seen(engine), by, asked(CountsRequest, engine).count)
        return attachment(theme_table(made, form), f"themes-by-{by}", form)

    @api.get("/corrections.csv")
    @described("Every correction, undone ones too")
    def corrections() -> Response:
        nothing_asked()
        return attachment(corrections_table(engine.state.all()), "corrections", "csv")

    return api
