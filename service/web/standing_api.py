"""The JSON API, version 1: standing searches."""

from http import HTTPStatus

from flask import Blueprint, Response

from service.contract.standing_shapes import ChangesAnswer, SavedAnswer
from service.engine import Engine
from service.web.api import PREFIX
from service.web.exchange import answered, nothing_asked, problem
from service.web.openapi import described
from service.web.standing_pages import asked_again
from service.work.standing_answers import changes_answer, saved_answer


def standing_blueprint(engine: Engine) -> Blueprint:
    """The routes of standing searches under /api/v1."""
    api = Blueprint("standing_api", __name__, url_prefix=PREFIX)

    @api.get("/searches")
    @described("Saved searches, and how much is unread for each", SavedAnswer)
    def every_saved() -> Response:
        nothing_asked()
        now_seen, refreshed = asked_again(engine)
        return answered(saved_answer(now_seen, engine.saved, refreshed))

    @api.get("/searches/<int(max=999999999):number>")
    @described("What new indexes changed for one of the saved searches", ChangesAnswer)
    def one_saved(number: int) -> Response:
        nothing_asked()
        now_seen, refreshed = asked_again(engine)
        found = changes_answer(now_seen, engine.saved, number, refreshed)
        if found is None:
            return problem(HTTPStatus.NOT_FOUND, f"There is no saved search {number}: take an id from /searches.")
        return answered(found)

    return api
