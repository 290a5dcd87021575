"""The pages of standing searches: what is kept, what is new for each, and their Atom feeds."""

from collections.abc import Iterator
from http import HTTPStatus
from itertools import groupby

from flask import Blueprint, Response, abort, render_template, request, url_for

from service.contract.requests import ListRequest, SearchRequest, SimilarRequest, WhoForm
from service.contract.service_errors import RequestError
from service.contract.signature import signed, this_moment
from service.contract.standing_shapes import ChangeRecord, ReadForm
from service.contract.values import Request, wire_names
from service.engine import Engine
from service.memory.snapshot import Snapshot
from service.state.saved_searches import SavedSearches
from service.web.exchange import asked_by_form, nothing_asked, refuse_foreign, seen, seen_off, sent, who
from service.work.feeds import LINES, difference_words, feed, together
from service.work.standing_answers import alerts, changes_answer, deleted, saved_answer
from service.work.standing_searches import Refreshed, refresh, save

PATIENCE = 4.0  # seconds that a page asks searches again in; the next page goes on
SHOWN = 200  # changes on a page
_FORM = ("title", "who", "kind")  # what the form has besides the search itself
_NOT_KEPT = ("page", "page_size", "explain", "sort", "limit")
_DONE = "it is kept with what was done"
_NUMBER = "/searches/<int(max=999999999):number>"


def standing_pages_blueprint(engine: Engine) -> Blueprint:
    """The routes of these pages."""
    pages = Blueprint("standing_pages", __name__)
    pages.before_request(refuse_foreign)
    pages.add_app_template_global(lambda asked: list(request_fields(asked)), "saved_fields")
    pages.add_app_template_global(difference_words, "difference_words")
    _add_pages(pages, engine)
    _add_changes(pages, engine)
    _add_feeds(pages, engine)
    return pages


def _add_pages(pages: Blueprint, engine: Engine) -> None:
    """What is kept, what is new for one, and the form that keeps another."""

    @pages.get("/searches")
    def searches_page() -> str:
        nothing_asked()
        now_seen, refreshed = asked_again(engine)
        answer = saved_answer(now_seen, engine.saved, refreshed)
        return render_template("searches.html", answer=answer, deleted=deleted(now_seen, engine.saved), who=who())

    @pages.post("/searches")
    def save_search() -> Response:
        given = sent()
        title, name, kind = (next(iter(given.get(field, ())), "") for field in _FORM)
        asked = {field: values for field, values in given.items() if field not in (*_FORM, *_NOT_KEPT)}
        search = save(seen(engine), engine.saved, kind, asked, title=title, who=name, at=this_moment())
        return seen_off(url_for("standing_pages.search_changes", number=search.id), name)

    @pages.get(_NUMBER)
    def search_changes(number: int) -> str:
        nothing_asked()
        now_seen, refreshed = asked_again(engine)
        answer = changes_answer(now_seen, engine.saved, number, refreshed, SHOWN)
        if answer is None:
            abort(HTTPStatus.NOT_FOUND)
        return render_template(
            "search_changes.html",
            answer=answer,
            steps=[(own[0][0].at, own) for own in _by_generation(together(answer.changes))],
            upto=max((one.id for one in answer.changes), default=0),
            who=who(),
        )


def _add_changes(pages: Blueprint, engine: Engine) -> None:
    """The forms that mark as read, delete, and take back."""

    @pages.post(f"{_NUMBER}/read")
    def mark_read(number: int) -> Response:
        form = asked_by_form(ReadForm, engine)
        _mark_read(engine.saved, [number], form)
        return seen_off(url_for("standing_pages.search_changes", number=number), form.who)

    @pages.post("/searches/read")
    def mark_all_read() -> Response:
        form = asked_by_form(ReadForm, engine)
        _mark_read(engine.saved, [one.id for one in engine.saved.all()], form)
        return seen_off(url_for("standing_pages.searches_page"), form.who)

    @pages.post(f"{_NUMBER}/delete")
    def delete(number: int) -> Response:
        form = asked_by_form(WhoForm, engine)
        if not engine.saved.delete(number, signed(form.who, _DONE), this_moment()):
            raise RequestError("This search is not there, or was deleted already.")
        return seen_off(url_for("standing_pages.searches_page"), form.who)

    @pages.post(f"{_NUMBER}/restore")
    def restore(number: int) -> Response:
        form = asked_by_form(WhoForm, engine)
        if not engine.saved.restore(number):
            raise RequestError("This search is not there, or was not deleted.")
        return seen_off(url_for("standing_pages.search_changes", number=number), form.who)


def _add_feeds(pages: Blueprint, engine: Engine) -> None:
    """The feeds."""

    @pages.get("/searches.atom")
    def every_feed() -> Response:
        nothing_asked()
        return _feed(engine, None)

    @pages.get(f"{_NUMBER}.atom")
    def one_feed(number: int) -> Response:
        nothing_asked()
        return _feed(engine, number)


def asked_again(engine: Engine) -> tuple[Snapshot, Refreshed]:
    """What this request sees, with the searches asked again that wait for it, as far as there is time."""
    now_seen = seen(engine)
    return now_seen, refresh(now_seen, engine.saved, this_moment(), PATIENCE)


def request_fields(asked: ListRequest | SimilarRequest) -> Iterator[tuple[str, str]]:
    """The fields of a form that sends a request again, without what is only of its page."""
    known: type[Request] = SimilarRequest if isinstance(asked, SimilarRequest) else SearchRequest
    yield "kind", "similar" if isinstance(asked, SimilarRequest) else "search"
    for wire, field in wire_names(known).items():
        value = getattr(asked, field)
        if wire in _NOT_KEPT or value in (None, "", ()) or value == known.model_fields[field].default:
            continue
        for one in value if isinstance(value, tuple) else (value,):
            yield wire, str(one).lower() if isinstance(one, bool) else str(one)


def _by_generation(changes: list[tuple[ChangeRecord, int]]) -> Iterator[list[tuple[ChangeRecord, int]]]:
    for _, own in groupby(changes, key=lambda pair: pair[0].generation):
        yield list(own)


def _mark_read(saved: SavedSearches, numbers: list[int], form: ReadForm) -> None:
    if not form.upto.isascii() or not form.upto.isdigit() or len(form.upto) > 18:
        raise RequestError("Say up to which change was read: send upto, the id of a change.")
    saved.mark_read(numbers, int(form.upto), signed(form.who, _DONE), this_moment())


def _feed(engine: Engine, number: int | None) -> Response:
    now_seen, refreshed = asked_again(engine)
    known = {one.id: one for one in saved_answer(now_seen, engine.saved, refreshed).searches}
    if number is not None and number not in known:
        abort(HTTPStatus.NOT_FOUND)
    found = alerts(now_seen, engine.saved, refreshed, only=number, most=LINES, base=request.host_url)
    search = known[number] if number is not None else None
    title = f"Precedent: {search.title}" if search else "Precedent: saved searches"
    return Response(feed(title, request.base_url, found, search), content_type="application/atom+xml; charset=utf-8")
