"""The page of similar findings: a text, a passage or a finding in, what others were told on the matter out."""

from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, abort, make_response, redirect, render_template, request, url_for

from service.answers.lookups import finding, forces, passage
from service.answers.similar import similar
from service.contract.exports import FORMS
from service.contract.requests import FACETS, FIXED, SimilarRequest
from service.contract.service_errors import RequestError
from service.contract.values import Values, check_names, wire_names
from service.engine import Engine
from service.web.exchange import asked_by_form, seen, sent
from service.web.hit_view import cut, with_limbs
from service.web.problem_page import said

MAX_ADDRESS = 2_000  # characters: what browsers, mail and chat programs take
_FIELDS = ("force", "status")  # facets that the form for similar findings has fields for
_TYPED = ("year_from", "year_to", "as_of")  # fields of that form that something is typed into


def add_similar_page(pages: Blueprint, engine: Engine) -> None:
    """Add the route of the page to a blueprint."""

    @pages.route("/similar", methods=["GET", "POST"])
    def similar_page() -> str | Response:
        parameters = sent()
        if not parameters.keys() & {"text", "passage_id", "finding_id"}:
            check_names(parameters, wire_names(SimilarRequest))
            if request.method == "GET":
                return _similar_form(engine, parameters)
        try:
            asked = asked_by_form(SimilarRequest, engine)
        except RequestError as error:  # what was pasted stays in its field, to be mended
            return make_response(_similar_form(engine, parameters, str(error)), HTTPStatus.BAD_REQUEST)
        if request.method == "POST" and (address := shared_address(parameters)):
            return make_response(redirect(address, HTTPStatus.SEE_OTHER))
        return _similar_page(engine, asked, parameters)


def shared_address(parameters: Values) -> str | None:
    """The address of a search for similar findings; None where its text is too long for one."""
    address = url_for("register_pages.similar_page") + "?" + urlencode(parameters, doseq=True)
    return address if len(address) <= MAX_ADDRESS else None


def _similar_form(engine: Engine, parameters: Values, sentence: str = "") -> str:
    return render_template(
        "similar.html",
        parameters=parameters,
        response=None,
        sentence=said(sentence),
        mend=sentence.partition(": ")[2] or sentence,
        wrong=next((name for name in _TYPED if sentence.startswith(f"{name} ")), "text") if sentence else None,
        **_choices(engine),
    )


def _similar_page(engine: Engine, asked: SimilarRequest, parameters: Values) -> str:
    response = similar(seen(engine), asked)
    if response is None:
        abort(HTTPStatus.NOT_FOUND)
    return render_template(
        "similar.html",
        parameters=parameters,
        response=response,
        asked=asked,
        about=_about(engine, asked),
        shared=shared_address(parameters),
        hits=with_limbs(response.results),
        also=with_limbs(response.also_said),
        nearest=[cut(hit) for hit in response.nearest],
        **_choices(engine),
    )


def _choices(engine: Engine) -> dict[str, Any]:
    named = [(row.slug, row.name) for row in forces(seen(engine)).forces if row.documents]
    return {
        "forces": sorted(named, key=lambda row: row[1]),
        "statuses": FIXED["status"],
        "forms": FORMS,
        "kept": [name for name in (*FACETS, "limit") if name not in _FIELDS],
    }


def _about(engine: Engine, asked: SimilarRequest) -> dict[str, Any] | None:
    """The passage or finding that was asked about, with the address where it stands."""
    if asked.finding_id and (found := finding(seen(engine), asked.finding_id, None)):
        address = url_for("register_pages.finding_page", key=found.id)
        return {"text": found.text, "document": found.document, "address": address}
    if asked.passage_id and (one := passage(seen(engine), asked.passage_id)):
        address = url_for("pages.document_page", key=one.document.id, hit=asked.passage_id)
        return {"text": one.text, "document": one.document, "address": address}
    return None
