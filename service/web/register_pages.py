"""The pages of the register: a recommendation and what became of it, the like of it, the register, and forces."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from math import ceil
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, abort, render_template, request, url_for

from service.answers.register import REGISTER_FACETS
from service.answers.similar import SimilarRequest
from service.contract.exports import FORMS
from service.contract.filters import UNKNOWN
from service.contract.register_responses import FindingAnswer, SimilarResponse
from service.contract.requests import (
    FIXED,
    SIMILAR_NAMES,
    check_names,
    parse_day,
    parse_register,
    parse_similar,
)
from service.engine import Engine
from service.web.search_pages import cut, nearby_pages

REGISTER_TITLES = {
    "list": "To look into",
    "status": "Status",
    "signal": "What comments say",
    "force": "Force",
    "year": "Year published",
}
PRECEDENTS = 5  # similar findings on a recommendation's own page

Parameters = Mapping[str, Sequence[str]]


def register_pages_blueprint(engine: Engine) -> Blueprint:
    """The routes of these pages."""
    pages = Blueprint("register_pages", __name__)

    @pages.route("/similar", methods=["GET", "POST"])
    def similar() -> str:
        parameters = sent()
        if not parameters.keys() & {"text", "passage_id", "finding_id"}:
            check_names(parameters, SIMILAR_NAMES)
            return render_template("similar.html", parameters=parameters, response=None, **_choices(engine))
        return _similar_page(engine, parameters)

    @pages.get("/findings/<key:key>")
    def finding(key: str) -> str:
        parameters = sent()
        check_names(parameters, ("as_of",))
        found = engine.finding(key, parse_day(parameters))
        if found is None:
            abort(HTTPStatus.NOT_FOUND)
        return _finding_page(engine, found, parameters)

    @pages.get("/register")
    def register() -> str:
        return _register_page(engine, sent())

    @pages.get("/forces")
    def forces() -> str:
        check_names(request.args, ())
        rows = [row for row in engine.forces()["forces"] if row["documents"]]
        return render_template("forces.html", forces=sorted(rows, key=lambda row: row["name"]))

    @pages.get("/forces/<slug>")
    def force(slug: str) -> str:
        parameters = sent()
        check_names(parameters, ("as_of",))
        found = engine.profile(slug, parse_day(parameters))
        if found is None:
            abort(HTTPStatus.NOT_FOUND)
        chosen = {name: parameters[name] for name in ("as_of",) if name in parameters}
        downloads = _downloads("register_api.download_force", chosen, slug=slug)
        return render_template("force.html", force=found, parameters=parameters, downloads=downloads)

    return pages


def sent() -> dict[str, list[str]]:
    """What a form sent, or an address holds; an empty field asks for nothing."""
    values = request.values.to_dict(flat=False)
    return {name: kept for name, own in values.items() if (kept := [value for value in own if value.strip()])}


def _similar_page(engine: Engine, parameters: Parameters) -> str:
    asked = parse_similar(parameters, engine)
    response = engine.similar(asked)
    if response is None:
        abort(HTTPStatus.NOT_FOUND)
    return render_template(
        "similar.html",
        parameters=parameters,
        response=response,
        asked=asked,
        about=_about(engine, asked),
        hits=_cut(response, "results"),
        nearest=_cut(response, "nearest"),
        **_choices(engine),
    )


def _choices(engine: Engine) -> dict[str, Any]:
    forces = [(row["slug"], row["name"]) for row in engine.forces()["forces"] if row["documents"]]
    return {"forces": sorted(forces, key=lambda row: row[1]), "statuses": FIXED["status"], "forms": FORMS}


def _about(engine: Engine, asked: SimilarRequest) -> dict[str, Any] | None:
    """The passage or finding that was asked about, with the address where it stands."""
    if asked.finding is not None and (finding := engine.finding(asked.finding)):
        address = url_for("register_pages.finding", key=finding["id"])
        return {"text": finding["text"], "document": finding["document"], "address": address}
    if asked.passage is not None and (passage := engine.passage(asked.passage)):
        address = url_for("pages.document", key=passage["document"]["id"], hit=asked.passage)
        return {"text": passage["text"], "document": passage["document"], "address": address}
    return None


def _cut(response: SimilarResponse, which: str) -> list[dict[str, Any]]:
    return [cut(hit) for hit in (response["results"] if which == "results" else response["nearest"])]


def _finding_page(engine: Engine, finding: FindingAnswer, parameters: Parameters) -> str:
    as_of = parse_day(parameters)
    similar = engine.similar(SimilarRequest(finding=finding["id"], as_of=as_of, limit=PRECEDENTS))
    echoes = {(echo["date"], echo["passage_id"]): echo for echo in finding["echoes"]}
    kept = {"as_of": parameters["as_of"]} if as_of else {}
    return render_template(
        "finding.html",
        finding=finding,
        parameters=parameters,
        as_of=as_of,
        events=[
            (event, echoes.get((event["date"], event["passages"][0] if event["passages"] else None)))
            for event in finding["events"]
        ],
        picture=engine.picture(finding["id"], as_of),
        similar=similar,
        hits=_cut(similar, "results") if similar else [],
        downloads=_downloads("register_api.download_members", kept, key=finding["id"]),
    )


def _register_page(engine: Engine, parameters: Parameters) -> str:
    asked = parse_register(parameters, engine)
    response = engine.register(asked)
    last = max(1, ceil(response["total"] / asked.page_size))
    listed = {name: values for name, values in parameters.items() if name in (*REGISTER_FACETS, "as_of")}
    return render_template(
        "register.html",
        asked=asked,
        parameters=parameters,
        response=response,
        facets=[(name, title, response["facets"][name]) for name, title in REGISTER_TITLES.items()],
        chosen=any(asked.chosen.values()),
        last=last,
        pages=[(number, _address({**parameters, "page": [str(number)]})) for number in nearby_pages(asked.page, last)],
        downloads=_downloads("register_api.download_register", listed),
        unknown=UNKNOWN,
    )


def _downloads(endpoint: str, parameters: Parameters, **values: Any) -> list[tuple[str, str]]:
    asked = f"?{urlencode(parameters, doseq=True)}" if parameters else ""
    return [(form.upper(), url_for(endpoint, form=form, **values) + asked) for form in FORMS]


def _address(parameters: Parameters) -> str:
    return url_for("register_pages.register") + "?" + urlencode(parameters, doseq=True)
