"""The pages of the register: a recommendation and what became of it, the like of it, the register, and forces."""

import datetime
from http import HTTPStatus
from math import ceil
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, abort, current_app, render_template, url_for

from service.answers.force_counts import forces_table
from service.answers.force_profile import force_profile
from service.answers.lookups import finding, picture
from service.answers.register import register
from service.answers.similar import similar
from service.contract.exports import FORMS
from service.contract.register_responses import FindingAnswer
from service.contract.register_titles import COLUMN_TITLES, order_words
from service.contract.requests import REGISTER_COLUMNS, DayRequest, ForcesView, RegisterView, SimilarRequest
from service.contract.values import UNKNOWN, Values
from service.engine import Engine
from service.state.details import Details
from service.web import register_table
from service.web.exchange import asked_by_form, seen, sent
from service.web.hit_view import with_limbs
from service.web.search_pages import nearby_pages
from service.web.similar_pages import add_similar_page
from service.work.correcting import detail_records

_DETAILS = "detail_pages.document_details_page"  # where a person says which force a document is about
PRECEDENTS = 5  # similar findings on a recommendation's own page


def register_pages_blueprint(engine: Engine) -> Blueprint:
    """The routes of these pages."""
    pages = Blueprint("register_pages", __name__)

    add_similar_page(pages, engine)

    @pages.get("/findings/<key:key>")
    def finding_page(key: str) -> str:
        as_of = asked_by_form(DayRequest, engine).as_of
        found = finding(seen(engine), key, as_of)
        if found is None:
            abort(HTTPStatus.NOT_FOUND)
        return _finding_page(engine, found, as_of, sent())

    @pages.get("/register")
    def register_page() -> str:
        return _register_page(engine, asked_by_form(RegisterView, engine), sent())

    @pages.get("/forces")
    def forces_page() -> str:
        return _forces_page(engine, asked_by_form(ForcesView, engine))

    @pages.get("/forces/<slug>")
    def force_page(slug: str) -> str:
        found = force_profile(seen(engine), slug, asked_by_form(DayRequest, engine).as_of)
        if found is None:
            abort(HTTPStatus.NOT_FOUND)
        parameters = sent()
        downloads = _downloads("register_api.download_force", parameters, book="register_api.force_book", slug=slug)
        bars = register_table.bars(found.years)
        return render_template(
            "force.html", force=found, parameters=parameters, downloads=downloads, bars=bars, unknown=UNKNOWN
        )

    return pages


def _finding_page(engine: Engine, found: FindingAnswer, as_of: datetime.date | None, parameters: Values) -> str:
    alike = similar(seen(engine), SimilarRequest(finding_id=found.id, as_of=as_of, limit=PRECEDENTS))
    echoes = {(echo.date, echo.passage_id): echo for echo in found.echoes}
    return render_template(
        "finding.html",
        finding=found,
        parameters=parameters,
        as_of=as_of,
        events=[
            (event, echoes.get((event.date, event.passages[0] if event.passages else None))) for event in found.events
        ],
        picture=picture(seen(engine), found.id, as_of),
        similar=alike,
        hits=with_limbs(alike.results) if alike else [],
        downloads=_downloads(
            "register_api.download_members", parameters, book="register_api.members_book", key=found.id
        ),
    )


def _register_page(engine: Engine, asked: RegisterView, parameters: Values) -> str:
    response = register(seen(engine), asked)
    last = max(1, ceil(response.total / asked.page_size))
    listed = {name: values for name, values in parameters.items() if name not in ("page", "page_size", "columns")}
    return render_template(
        "register.html",
        asked=asked,
        parameters=parameters,
        response=response,
        columns=register_table.shown_columns(asked),
        headings=register_table.headings(asked, parameters),
        every_column=[(name, COLUMN_TITLES[name]) for name in REGISTER_COLUMNS],
        orders=register_table.orders(asked),
        order=order_words(asked.sort),
        quick=register_table.quick_links(asked, response, parameters),
        chips=register_table.chips(seen(engine), asked, parameters),
        facets=register_table.facets(asked, response),
        last=last,
        pages=[(number, _address({**parameters, "page": [str(number)]})) for number in nearby_pages(asked.page, last)],
        downloads=_downloads("register_api.download_register", listed, book="register_api.register_book"),
        unknown=UNKNOWN,
    )


def _forces_page(engine: Engine, asked: ForcesView) -> str:
    found = forces_table(seen(engine))
    return render_template(
        "forces.html",
        forces=register_table.sorted_forces(found.forces, asked.sort),
        table=found,
        headings=register_table.force_headings(asked.sort),
        bars=register_table.bars(found.years),
        correctable=_DETAILS in current_app.view_functions,
        details=_DETAILS,
        said=_said_forces(engine),
    )


def _said_forces(engine: Engine) -> dict[str, str]:
    """The forces that people named since the index was built, by document."""
    records = detail_records(seen(engine), Details(engine.data))
    return {one.document: one.after for one in records if one.field == "force" and one.state == "next-build"}


def _downloads(endpoint: str, parameters: Values, book: str = "", **values: Any) -> list[tuple[str, str]]:
    asked = f"?{urlencode(parameters, doseq=True)}" if parameters else ""
    excel = [("Excel", url_for(book, **values) + asked)] if book else []
    return [*excel, *((form.upper(), url_for(endpoint, form=form, **values) + asked) for form in FORMS)]


def _address(parameters: Values) -> str:
    return url_for("register_pages.register_page") + "?" + urlencode(parameters, doseq=True)
