"""The pages of the register: a recommendation and what became of it, the like of it, the register, and forces."""

import datetime
from http import HTTPStatus
from math import ceil
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, abort, render_template, url_for

from service.answers.force_profile import force_profile
from service.answers.lookups import finding, forces, picture
from service.answers.register import register
from service.answers.similar import similar
from service.contract.exports import FORMS
from service.contract.register_responses import FindingAnswer
from service.contract.requests import DayRequest, RegisterRequest, SimilarRequest
from service.contract.values import UNKNOWN, Values
from service.engine import Engine
from service.web.exchange import asked_by_form, nothing_asked, seen, sent
from service.web.hit_view import with_limbs
from service.web.search_pages import nearby_pages
from service.web.similar_pages import add_similar_page

REGISTER_TITLES = {
    "list": "To look into",
    "status": "Status",
    "signal": "What comments say",
    "force": "Force",
    "owner": "Owner",
    "year": "Year published",
}
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
        return _register_page(engine, asked_by_form(RegisterRequest, engine), sent())

    @pages.get("/forces")
    def forces_page() -> str:
        nothing_asked()
        rows = [row for row in forces(seen(engine)).forces if row.documents]
        return render_template("forces.html", forces=sorted(rows, key=lambda row: row.name))

    @pages.get("/forces/<slug>")
    def force_page(slug: str) -> str:
        found = force_profile(seen(engine), slug, asked_by_form(DayRequest, engine).as_of)
        if found is None:
            abort(HTTPStatus.NOT_FOUND)
        parameters = sent()
        downloads = _downloads("register_api.download_force", parameters, slug=slug)
        return render_template("force.html", force=found, parameters=parameters, downloads=downloads)

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
        downloads=_downloads("register_api.download_members", parameters, key=found.id),
    )


def _register_page(engine: Engine, asked: RegisterRequest, parameters: Values) -> str:
    response = register(seen(engine), asked)
    last = max(1, ceil(response.total / asked.page_size))
    listed = {name: values for name, values in parameters.items() if name not in ("page", "page_size")}
    return render_template(
        "register.html",
        asked=asked,
        parameters=parameters,
        response=response,
        facets=[(name, title, response.facets[name]) for name, title in REGISTER_TITLES.items()],
        chosen=asked.any(),
        last=last,
        pages=[(number, _address({**parameters, "page": [str(number)]})) for number in nearby_pages(asked.page, last)],
        downloads=_downloads("register_api.download_register", listed),
        unknown=UNKNOWN,
    )


def _downloads(endpoint: str, parameters: Values, **values: Any) -> list[tuple[str, str]]:
    asked = f"?{urlencode(parameters, doseq=True)}" if parameters else ""
    return [(form.upper(), url_for(endpoint, form=form, **values) + asked) for form in FORMS]


def _address(parameters: Values) -> str:
    return url_for("register_pages.register_page") + "?" + urlencode(parameters, doseq=True)
