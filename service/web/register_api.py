"""The JSON API, version 1: similar findings, the register, forces, and what became of a finding."""

import datetime

from flask import Blueprint, Response

from service.answers.force_profile import force_profile
from service.answers.lookups import finding
from service.answers.register import register, register_rows
from service.answers.similar import similar
from service.contract.exports import Form, force_table, members_table, register_table, similar_table
from service.contract.labels import date_words
from service.contract.register_responses import FindingAnswer, ForceAnswer, RegisterResponse, SimilarResponse
from service.contract.register_titles import asked_words
from service.contract.requests import DayRequest, RegisterListRequest, RegisterRequest, SimilarRequest
from service.contract.workbooks import (
    Asked,
    force_workbook,
    members_workbook,
    register_workbook,
    similar_workbook,
)
from service.engine import Engine
from service.memory.snapshot import Snapshot
from service.web.api import PREFIX
from service.web.exchange import answered, asked, asked_by_body, asked_by_form, attachment, book, found, seen
from service.web.openapi import described

_WHOLE = 100  # results of a file, which is of all there is, as far as a list goes


def similar_blueprint(engine: Engine) -> Blueprint:
    """What has been asked before: of a text, a passage or a finding."""
    api = Blueprint("similar_api", __name__, url_prefix=PREFIX)

    @api.get("/similar")
    @described("Similar findings, and what became of them", SimilarResponse, query=SimilarRequest)
    def similar_by_address() -> Response:
        request = asked(SimilarRequest, engine)
        return found(similar(seen(engine), request), *_named(request))

    @api.post("/similar")
    @described("Similar findings, and what became of them", SimilarResponse, body=SimilarRequest)
    def similar_by_body() -> Response:
        request = asked_by_body(SimilarRequest, engine, '{"text": "The force should …"}')
        return found(similar(seen(engine), request), *_named(request))

    @api.route("/similar.<any(csv, json):form>", methods=["GET", "POST"])
    @described("Similar findings and all who were given them", query=SimilarRequest, blank=True)
    def download_similar(form: Form) -> Response:
        # A form of a page sends its text here as well, which is too long for an address, and its empty fields.
        request = _whole(asked_by_form(SimilarRequest, engine))
        made = similar(seen(engine), request)
        return found(made, *_named(request), lambda alike: attachment(similar_table(alike, form), "similar", form))

    @api.route("/similar.xlsx", methods=["GET", "POST"])
    @described("Similar findings and all who were given them, as a workbook", query=SimilarRequest, blank=True)
    def similar_book() -> Response:
        request, now = _whole(asked_by_form(SimilarRequest, engine)), seen(engine)
        of = request.text or request.finding_id or request.passage_id or ""
        about = asked_of(now, "Similar findings", ("Like", of), _day(request.as_of))
        made = similar(now, request)
        return found(
            made, *_named(request), lambda alike: book(similar_workbook(alike, about, now.value_label), "similar")
        )

    return api


def register_blueprint(engine: Engine) -> Blueprint:
    """The register and its records, findings one by one, and forces."""
    api = Blueprint("register_api", __name__, url_prefix=PREFIX)

    @api.get("/register")
    @described("Records of the register, and where each stood", RegisterResponse, query=RegisterRequest)
    def register_page() -> Response:
        return answered(register(seen(engine), asked(RegisterRequest, engine)))

    @api.get("/register.<any(csv, json):form>")
    @described("All records that pass the filters", query=RegisterListRequest)
    def download_register(form: Form) -> Response:
        rows = register_rows(seen(engine), asked(RegisterListRequest, engine))
        return attachment(register_table(rows, form), "register", form)

    @api.get("/register.xlsx")
    @described("All records that pass the filters, as an Excel workbook", query=RegisterListRequest)
    def register_book() -> Response:
        request, now = asked(RegisterListRequest, engine), seen(engine)
        about = asked_of(now, "Records of the register", *asked_words(request, now.value_label))
        return book(register_workbook(register_rows(now, request), about, now.value_label), "register")

    @api.get("/forces/<slug>")
    @described("What has been said of a force over the years", ForceAnswer, query=DayRequest)
    def one_force(slug: str) -> Response:
        return found(force_profile(seen(engine), slug, asked(DayRequest, engine).as_of), "force", slug)

    @api.get("/forces/<slug>.<any(csv, json):form>")
    @described("The findings about a force", query=DayRequest)
    def download_force(slug: str, form: Form) -> Response:
        made = force_profile(seen(engine), slug, asked(DayRequest, engine).as_of)
        return found(made, "force", slug, lambda one: attachment(force_table(one, form), f"force-{slug}", form))

    @api.get("/forces/<slug>.xlsx")
    @described("The findings about a force, as an Excel workbook", query=DayRequest)
    def force_book(slug: str) -> Response:
        as_of, now = asked(DayRequest, engine).as_of, seen(engine)
        about = asked_of(now, "Findings about a force", ("Force", now.force_label(slug)), _day(as_of))
        made = force_profile(now, slug, as_of)
        return found(
            made, "force", slug, lambda one: book(force_workbook(one, about, now.value_label), f"force-{slug}")
        )

    @api.get("/findings/<key:key>/members.xlsx")
    @described("All who were given a finding, as an Excel workbook", query=DayRequest)
    def members_book(key: str) -> Response:
        as_of, now = asked(DayRequest, engine).as_of, seen(engine)
        about = asked_of(now, "Who was given a finding", ("Finding", key), _day(as_of))
        made = finding(now, key, as_of)
        return found(
            made, "finding", key, lambda one: book(members_workbook(one.members, about, now.value_label), "members")
        )

    @api.get("/findings/<key:key>/members.<any(csv, json):form>")
    @described("All who were given a finding", query=DayRequest)
    def download_members(key: str, form: Form) -> Response:
        made = finding(seen(engine), key, asked(DayRequest, engine).as_of)
        return found(made, "finding", key, lambda one: attachment(members_table(one.members, form), "members", form))

    @api.get("/findings/<key:key>")
    @described("One of the findings, and what became of it", FindingAnswer, query=DayRequest)
    def one_finding(key: str) -> Response:
        return found(finding(seen(engine), key, asked(DayRequest, engine).as_of), "finding", key)

    return api


def asked_of(now: Snapshot, title: str, *parts: tuple[str, str]) -> Asked:
    """What a workbook says of itself."""
    generation = now.held.generation.path.name
    return Asked(title, generation, datetime.datetime.now().replace(microsecond=0), parts)


def _day(as_of: datetime.date | None) -> tuple[str, str]:
    return "As of", date_words(as_of.isoformat()) if as_of else "the day each source was last heard of"


def _whole(request: SimilarRequest) -> SimilarRequest:
    """As much as a list has, where nobody says how much."""
    if "limit" in request.model_fields_set:
        return request
    return request.model_copy(update={"limit": _WHOLE})


def _named(request: SimilarRequest) -> tuple[str, str]:
    """What was asked about, by its kind and id, to say that it is not there."""
    return ("finding", request.finding_id) if request.finding_id else ("passage", request.passage_id or "")
