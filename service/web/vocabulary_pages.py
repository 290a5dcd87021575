"""The pages for reviewers: what people look for and do not find, and the words that are added for it."""

from flask import Blueprint, Response, render_template, url_for

from service.contract.exports import FORMS
from service.contract.requests import WhoForm
from service.contract.service_errors import RequestError
from service.contract.signature import signed, this_moment
from service.contract.vocabulary_shapes import EntryForm, UnmetRequest
from service.engine import Engine
from service.web.exchange import asked_by_form, refuse_foreign, seen, seen_off, who
from service.work.added_words import add, entries, entry_of, preview
from service.work.unmet_questions import unmet_answer

PERIODS = ((7, "a week"), (30, "30 days"), (90, "90 days"), (400, "400 days"))


def vocabulary_pages_blueprint(engine: Engine) -> Blueprint:
    """The routes of these pages."""
    pages = Blueprint("vocabulary_pages", __name__)
    pages.before_request(refuse_foreign)

    @pages.get("/unmet")
    def unmet_page() -> str:
        asked = asked_by_form(UnmetRequest, engine)
        answer = unmet_answer(seen(engine), engine.unmet, asked.days)
        return render_template("unmet.html", answer=answer, days=asked.days, periods=PERIODS, forms=FORMS)

    @pages.get("/vocabulary")
    def vocabulary_page() -> str | tuple[str, int]:
        form = asked_by_form(EntryForm, engine)
        if not form.typed or not form.other:
            return _page(engine, form)
        try:
            entry = entry_of(form, this_moment())
        except RequestError as error:  # what was typed stays in its field, to be mended
            return _page(engine, form, sentence=str(error)), 400
        return _page(engine, form, preview=preview(seen(engine), engine.unmet, entry, form.example))

    @pages.post("/vocabulary")
    def add_page() -> Response:
        form = asked_by_form(EntryForm, engine)
        add(engine.vocabulary, entry_of(form, this_moment()))
        return seen_off(url_for("vocabulary_pages.vocabulary_page", _anchor="entries"), form.who)

    @pages.post("/vocabulary/<int(max=999999999):number>/undo")
    def undo_page(number: int) -> Response:
        form = asked_by_form(WhoForm, engine)
        if engine.vocabulary.undo(number, signed(form.who, "it is kept with what was undone"), this_moment()) is None:
            raise RequestError("This entry is not there, or was undone already.")
        return seen_off(url_for("vocabulary_pages.vocabulary_page", _anchor="entries"), form.who)

    return pages


def _page(engine: Engine, form: EntryForm, **shown: object) -> str:
    found = entries(seen(engine), engine.vocabulary).entries
    return render_template("vocabulary.html", form=form, entries=found, who=form.who or who(), **shown)
