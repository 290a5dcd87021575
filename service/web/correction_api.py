"""The JSON API, version 1: the queue of what is in doubt, corrections of themes, and undoing them."""

from flask import Blueprint, Response

from service.contract.correction_requests import (
    CorrectionRequest,
    CorrectionsRequest,
    QueueRequest,
    UndoRequest,
)
from service.contract.theme_responses import CorrectionRecord, CorrectionsAnswer, PassageThemes, QueueResponse
from service.engine import Engine
from service.memory.passage_rows import number_by_key
from service.themes.review import correct, corrections, queue, undo
from service.themes.tagging import tag_passage
from service.web.api import PREFIX
from service.web.exchange import answered, asked, asked_by_body, found, refuse_foreign, seen
from service.web.openapi import described


def corrections_blueprint(engine: Engine) -> Blueprint:
    """The routes of corrections under /api/v1."""
    api = Blueprint("corrections_api", __name__, url_prefix=PREFIX)

    api.before_request(refuse_foreign)

    @api.get("/queue")
    @described("The passages that it helps most to look at", QueueResponse, query=QueueRequest)
    def waiting() -> Response:
        return answered(queue(seen(engine), asked(QueueRequest, engine).limit))

    @api.get("/passage-themes/<key:key>")
    @described("The themes of a passage, and the sentences that carry them", PassageThemes)
    def of_passage(key: str) -> Response:
        made = tag_passage(seen(engine), key)
        shown = PassageThemes(passage=made[0], tagged=made[1]) if made else None
        return found(shown, "passage", key)

    @api.get("/corrections")
    @described("Corrections of themes, the latest first", CorrectionsAnswer, query=CorrectionsRequest)
    def listed() -> Response:
        request = asked(CorrectionsRequest, engine)
        every = corrections(seen(engine), engine.state)
        first = (request.page - 1) * request.page_size
        return answered(
            CorrectionsAnswer(
                total=len(every),
                page=request.page,
                page_size=request.page_size,
                results=every[first : first + request.page_size],
            )
        )

    @api.post("/corrections")
    @described("Say what the themes of a passage or of a text are", CorrectionRecord, body=CorrectionRequest)
    def corrected() -> Response:
        request = asked_by_body(CorrectionRequest, engine, '{"passage_id": "…", "theme": ["missing"], "who": "…"}')
        now, passage = seen(engine), request.passage_id or None
        if passage and number_by_key(now.held.generation.tables, passage) is None:
            return found(None, "passage", passage)
        number = correct(
            *(now, engine.state),
            who=request.who,
            themes=request.themes,
            why=request.why,
            passage=passage,
            text=request.text or "",
        )
        return found(_by_id(corrections(now, engine.state), number), "correction", str(number))

    @api.post("/corrections/<int(max=999999999):number>/undo")
    @described("Have a correction no longer hold", CorrectionRecord, body=UndoRequest)
    def undone(number: int) -> Response:
        request = asked_by_body(UndoRequest, engine, '{"who": "…"}')
        return found(undo(seen(engine), engine.state, number, request.who), "correction", str(number))

    return api


def _by_id(records: list[CorrectionRecord], number: int) -> CorrectionRecord | None:
    return next((one for one in records if one.id == number), None)
