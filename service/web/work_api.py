"""The JSON API, version 1: people's work sent by programs. What is well formed and cannot be done is a conflict."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response

from service.contract.brief_shapes import BriefAnswer, ReceiptAnswer
from service.contract.correction_requests import UndoRequest
from service.contract.detail_shapes import DetailsForm
from service.contract.service_errors import RequestError
from service.contract.signature import this_moment
from service.contract.standing_shapes import ChangesAnswer
from service.contract.vocabulary_shapes import EntryForm, VocabularyAnswer
from service.contract.work_requests import (
    BriefItemsRequest,
    DetailsAnswer,
    DetailsRequest,
    EntryRequest,
    ReadChangesRequest,
    ReceiptRequest,
    SaveSearchRequest,
)
from service.engine import Engine
from service.state.details import Details
from service.state.kept_briefs import Briefs
from service.state.kept_receipts import Receipts
from service.web.api import PREFIX
from service.web.exchange import answered, asked_by_body, found, nothing_asked, problem, refuse_foreign, seen
from service.web.openapi import described
from service.web.receipt_making import all_repeats
from service.work.added_words import add, entries, entry_of
from service.work.briefs import Ref, brief_answer, kept_brief, put
from service.work.correcting import detail_records, say, undo_detail
from service.work.receipts import keep, receipt_answer, receipts_of
from service.work.standing_answers import changes_answer
from service.work.standing_searches import NOTHING_ASKED, save

_SIGNED = '{"who": "…"}'
_NUMBER = "<int(max=999999999):number>"


def work_blueprint(engine: Engine) -> Blueprint:
    """The routes that keep people's work under /api/v1."""
    api = Blueprint("work_api", __name__, url_prefix=PREFIX)
    api.before_request(refuse_foreign)
    _add_briefs(api, engine)
    _add_searches(api, engine)
    _add_words(api, engine)
    _add_details(api, engine)
    return api


def _done(act: Callable[[], Any], what: str = "document", key: str = "") -> Response:
    """What came of an act; 409 where it cannot be done, and 404 where there is nothing to do it to."""
    try:
        return found(act(), what, key)
    except RequestError as error:
        return problem(HTTPStatus.CONFLICT, str(error))


def _add_briefs(api: Blueprint, engine: Engine) -> None:
    briefs, receipts = Briefs(engine.data), Receipts(engine.data)

    @api.post("/briefs")
    @described("Put passages and findings into a brief", BriefAnswer, body=BriefItemsRequest)
    def put_items() -> Response:
        request = asked_by_body(BriefItemsRequest, engine, '{"name": "…", "passage_id": ["…"], "who": "…"}')
        refs = [Ref("passage", key, note=request.note) for key in request.passage_id]
        refs += [Ref("finding", key, note=request.note) for key in request.finding_id]

        def act() -> BriefAnswer:
            number, _ = put(seen(engine), briefs, request.name, refs, request.who)
            kept = kept_brief(briefs, number)
            return brief_answer(seen(engine), kept, receipts_of(receipts, kept))

        return _done(act)

    @api.post("/receipts")
    @described("Ask, and keep a receipt of what came", ReceiptAnswer, body=ReceiptRequest)
    def keep_receipt() -> Response:
        request = asked_by_body(ReceiptRequest, engine, '{"kind": "search", "asked": {"q": ["…"]}, "who": "…"}')

        def act() -> ReceiptAnswer | None:
            repeat = all_repeats(engine.data)
            number = keep(seen(engine), receipts, repeat, request.kind, request.asked, request.who, request.why)
            kept = receipts.one(number)
            return receipt_answer(seen(engine), kept) if kept else None

        return _done(act)


def _add_searches(api: Blueprint, engine: Engine) -> None:
    def changes(number: int) -> ChangesAnswer | None:
        return changes_answer(seen(engine), engine.saved, number, NOTHING_ASKED)

    @api.post("/searches")
    @described("Save a search, to be told what new indexes bring for it", ChangesAnswer, body=SaveSearchRequest)
    def save_search() -> Response:
        request = asked_by_body(SaveSearchRequest, engine, '{"asked": {"q": ["…"]}, "who": "…"}')
        kept = {"title": request.title, "who": request.who, "at": this_moment()}
        return _done(lambda: changes(save(seen(engine), engine.saved, request.kind, request.asked, **kept).id))

    @api.post(f"/searches/{_NUMBER}/read")
    @described("Mark changes of a saved search as read", ChangesAnswer, body=ReadChangesRequest)
    def read_changes(number: int) -> Response:
        request = asked_by_body(ReadChangesRequest, engine, '{"upto": 1, "who": "…"}')
        engine.saved.mark_read([number], request.upto, request.who.strip(), this_moment())
        return _done(lambda: changes(number), "saved search", str(number))

    @api.post(f"/searches/{_NUMBER}/delete")
    @described("Have a saved search be asked no longer", ChangesAnswer, body=UndoRequest)
    def delete_search(number: int) -> Response:
        request = asked_by_body(UndoRequest, engine, _SIGNED)
        there = changes(number)
        deleted = there is not None and engine.saved.delete(number, request.who.strip(), this_moment())
        return _done(lambda: there if deleted else None, "saved search", str(number))


def _add_words(api: Blueprint, engine: Engine) -> None:
    @api.post("/vocabulary")
    @described("Add words to the vocabulary", VocabularyAnswer, body=EntryRequest)
    def add_words() -> Response:
        request = asked_by_body(EntryRequest, engine, '{"typed": "…", "other": "…", "who": "…"}')

        def act() -> VocabularyAnswer:
            add(engine.vocabulary, entry_of(EntryForm(**request.model_dump()), this_moment()))
            return entries(seen(engine), engine.vocabulary)

        return _done(act)

    @api.post(f"/vocabulary/{_NUMBER}/undo")
    @described("Have words no longer hold", VocabularyAnswer, body=UndoRequest)
    def undo_words(number: int) -> Response:
        request = asked_by_body(UndoRequest, engine, _SIGNED)
        undone = engine.vocabulary.undo(number, request.who.strip(), this_moment())
        return _done(lambda: undone and entries(seen(engine), engine.vocabulary), "entry", str(number))


def _add_details(api: Blueprint, engine: Engine) -> None:
    details = Details(engine.data)

    def every() -> DetailsAnswer:
        return seen(engine).shown(DetailsAnswer(details=detail_records(seen(engine), details)))

    @api.get("/details")
    @described("What people said of documents, and whether it holds yet", DetailsAnswer)
    def all_details() -> Response:
        nothing_asked()
        return answered(every())

    @api.post("/details")
    @described("Say what a document is, from the next build on", DetailsAnswer, body=DetailsRequest)
    def say_details() -> Response:
        request = asked_by_body(DetailsRequest, engine, '{"document": "…", "date": "2019-06-04", "who": "…"}')
        form = DetailsForm(**request.model_dump(exclude={"document"}))
        return _done(
            lambda: every() if say(seen(engine), details, request.document, form) else None,
            *("document", request.document),
        )

    @api.post(f"/details/{_NUMBER}/undo")
    @described("Have what was said of a document no longer hold", DetailsAnswer, body=UndoRequest)
    def undo_details(number: int) -> Response:
        request = asked_by_body(UndoRequest, engine, _SIGNED)
        return _done(lambda: every() if undo_detail(details, number, request.who) else None, "statement", str(number))
