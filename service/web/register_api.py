"""The JSON API, version 1: similar findings, the register, forces, and what became of a finding."""

import datetime

from flask import Blueprint, Response, request

from service.answers.register import REGISTER_FACETS
from service.contract.exports import Form, force_table, members_table, register_table, similar_table
from service.contract.requests import (
    MAX_PAGE_SIZE,
    SIMILAR_NAMES,
    RequestError,
    Values,
    check_names,
    fields,
    parse_day,
    parse_register,
    parse_similar,
)
from service.engine import Engine
from service.web.api import PREFIX, answer, attachment, found, sent_json


def similar_blueprint(engine: Engine) -> Blueprint:
    """What has been asked before: of a text, a passage or a finding."""
    api = Blueprint("similar_api", __name__, url_prefix=PREFIX)

    @api.post("/similar")
    def similar() -> Response:
        body = sent_json()
        if body is None:
            raise RequestError('Send JSON with its type, application/json, such as {"text": "The force should …"}.')
        return _similar(engine, fields(body, SIMILAR_NAMES), None)

    @api.get("/similar")
    def similar_to() -> Response:
        return _similar(engine, request.args.to_dict(flat=False), None)

    @api.route("/similar.<any(csv, json):form>", methods=["GET", "POST"])
    def download_similar(form: Form) -> Response:
        # A form of a page sends its text here as well, which is too long for an address, and its empty fields.
        sent = request.values.to_dict(flat=False)
        return _similar(engine, {name: own for name, own in sent.items() if any(own)}, form)

    return api


def register_blueprint(engine: Engine) -> Blueprint:
    """The register and its records, findings one by one, and forces."""
    api = Blueprint("register_api", __name__, url_prefix=PREFIX)

    @api.get("/register")
    def register() -> Response:
        return answer(engine.register(parse_register(request.args.to_dict(flat=False), engine)))

    @api.get("/register.<any(csv, json):form>")
    def download_register(form: Form) -> Response:
        asked = parse_register(request.args.to_dict(flat=False), engine, (*REGISTER_FACETS, "as_of"))
        return attachment(register_table(engine.register_rows(asked), form), "register", form)

    @api.get("/forces/<slug>")
    def force(slug: str) -> Response:
        return found(engine.profile(slug, _day()), "force", slug, plain=False)

    @api.get("/forces/<slug>.<any(csv, json):form>")
    def download_force(slug: str, form: Form) -> Response:
        profile = engine.profile(slug, _day())
        if profile is None:
            return found(None, "force", slug)
        return attachment(force_table(profile, form), f"force-{slug}", form)

    @api.get("/findings/<key:key>/members.<any(csv, json):form>")
    def download_members(key: str, form: Form) -> Response:
        finding = engine.finding(key, _day())
        if finding is None:
            return found(None, "finding", key)
        return attachment(members_table(finding["members"], form), "members", form)

    @api.get("/findings/<key:key>")
    def finding(key: str) -> Response:
        return found(engine.finding(key, _day()), "finding", key, plain=False)

    return api


def _day() -> datetime.date | None:
    """The day that an address asks about, which is its only parameter."""
    check_names(request.args, ("as_of",))
    return parse_day(request.args.to_dict(flat=False))


def _similar(engine: Engine, parameters: Values, form: Form | None) -> Response:
    # A file is of all there is, as far as a list goes.
    asked = parse_similar(parameters if form is None else {"limit": [str(MAX_PAGE_SIZE)], **parameters}, engine)
    alike = engine.similar(asked)
    if alike is None:
        return found(None, "finding" if asked.finding else "passage", asked.finding or asked.passage or "")
    return answer(alike) if form is None else attachment(similar_table(alike, form), "similar", form)
