"""The pages on which what was read of a document is corrected, and all such statements with a way to undo each."""

from functools import partial
from http import HTTPStatus
from typing import get_args

from flask import Blueprint, Response, abort, make_response, render_template, url_for

from corpus.model import STATUSES, DocumentKind
from service.answers.lookups import document
from service.contract.detail_shapes import DetailRecord, DetailsForm
from service.contract.requests import WhoForm
from service.contract.service_errors import RequestError
from service.contract.values import UNKNOWN
from service.engine import Engine
from service.memory.document_rows import count_by_facet
from service.memory.snapshot import Snapshot
from service.state.details import Details
from service.web.exchange import asked_by_form, nothing_asked, refuse_foreign, seen, seen_off, who
from service.work.correcting import detail_records, say, statuses_of, undo_detail, value_words, waiting, words_to_change

STATES = {
    "holds": "Holds",
    "next-build": "Will hold from the next build",
    "until-next-build": "No longer holds; still shown until the next build",
    "undone": "Undone",
    "superseded": "Replaced by a later one",
    "gone": "Its document is no longer in the index",
}


def detail_pages_blueprint(engine: Engine) -> Blueprint:
    """The routes of these pages."""
    pages = Blueprint("detail_pages", __name__)
    details = Details(engine.data)

    pages.before_request(refuse_foreign)
    pages.add_app_template_filter(lambda state: STATES[state], "detail_state")
    pages.add_app_template_filter(
        lambda value, field: value_words(field, value, seen(engine).force_label), "detail_value"
    )

    pages.add_app_template_global(partial(_waiting_of, engine, details), "waiting_details")

    @pages.get("/details")
    def details_page() -> str:
        nothing_asked()
        records = detail_records(seen(engine), details)
        return render_template("details.html", details=records, waiting=len(waiting(records)), who=who())

    @pages.get("/documents/<key:key>/details")
    def document_details_page(key: str) -> str:
        nothing_asked()
        return _form_page(engine, details, key)

    @pages.post("/documents/<key:key>/details")
    def say_page(key: str) -> Response:
        form = asked_by_form(DetailsForm, engine)
        try:
            said = say(seen(engine), details, key, form)
        except RequestError as error:  # what was typed stays in its field, to be mended
            return make_response(_form_page(engine, details, key, form, str(error)), HTTPStatus.BAD_REQUEST)
        if said is None:
            abort(HTTPStatus.NOT_FOUND)
        return seen_off(url_for("detail_pages.document_details_page", key=key), form.who)

    @pages.post("/details/<int(max=999999999):number>/undo")
    def undo_detail_page(number: int) -> Response:
        form = asked_by_form(WhoForm, engine)
        if undo_detail(details, number, form.who) is None:
            raise RequestError("This statement is not there, or was undone already.")
        return seen_off(url_for("detail_pages.details_page"), form.who)

    return pages


def _waiting_of(engine: Engine, details: Details, key: str) -> list[DetailRecord]:
    """What people said of a document that the next build takes up."""
    return waiting(detail_records(seen(engine), details, key))


def _unknown(now: Snapshot) -> int:
    """How many documents there are whose force is not known."""
    return count_by_facet(now.held.generation.tables, "force", {}).get(UNKNOWN, 0)


def _form_page(engine: Engine, details: Details, key: str, form: DetailsForm | None = None, sentence: str = "") -> str:
    now = seen(engine)
    found = document(now, key)
    if found is None:
        abort(HTTPStatus.NOT_FOUND)
    records = detail_records(now, details, key)
    return render_template(
        "document_details.html",
        document=found,
        shown=words_to_change(now, found, details),
        form=form,
        sentence=sentence,
        kinds=get_args(DocumentKind),
        forces=sorted({one.name for one in now.forces.all}),
        statuses=STATUSES,
        has_status=statuses_of(found),
        each_finding=found.register_number is None and len(found.findings) > 1,
        details=records,
        waiting=len(waiting(records)),
        who=form.who if form else who(),
        others_unknown=_unknown(now) > (not found.forces),
    )
