"""The JSON API, version 1: what people look for and do not find, and the words that they added."""

from flask import Blueprint, Response

from service.contract.exports import Form
from service.contract.vocabulary_shapes import UnmetAnswer, UnmetRequest, VocabularyAnswer
from service.engine import Engine
from service.web.api import PREFIX
from service.web.exchange import answered, asked, attachment, nothing_asked, seen
from service.web.openapi import described
from service.work.added_words import entries
from service.work.unmet_questions import unmet_answer, unmet_table


def vocabulary_blueprint(engine: Engine) -> Blueprint:
    """The routes of these under /api/v1."""
    api = Blueprint("vocabulary_api", __name__, url_prefix=PREFIX)

    @api.get("/unmet")
    @described("What people look for and do not find", UnmetAnswer, query=UnmetRequest)
    def unmet() -> Response:
        return answered(unmet_answer(seen(engine), engine.unmet, asked(UnmetRequest, engine).days))

    @api.get("/unmet.<any(csv, json):form>")
    @described("Every question that was not answered well", query=UnmetRequest)
    def download_unmet(form: Form) -> Response:
        return attachment(unmet_table(engine.unmet, asked(UnmetRequest, engine).days, form), "not-found", form)

    @api.get("/vocabulary")
    @described("The words that people added to the vocabulary", VocabularyAnswer)
    def vocabulary() -> Response:
        nothing_asked()
        return answered(entries(seen(engine), engine.vocabulary))

    return api
