"""The JSON API, version 1: tagging texts, the themes and their counts, and the corrections as a file to keep."""

from typing import Any

from flask import Blueprint, Response, request

from models.examples import LONGEST
from service.contract.requests import RequestError, check_names
from service.state.correction_csv import corrections_table
from service.themes.review import Themes
from service.themes.tagging import MAX_TEXTS, Text
from service.web.api import PREFIX, answer, attachment, plain, sent_json

_FIELDS = {"text", "section", "parent"}
_EXAMPLE = 'Send JSON with its type, application/json, such as {"texts": ["The force should …"]}.'


def themes_blueprint(themes: Themes) -> Blueprint:
    """The routes of themes under /api/v1."""
    api = Blueprint("themes_api", __name__, url_prefix=PREFIX)

    @api.post("/tag")
    def tag() -> Response:
        texts, evidence = parse_tag(sent_json())
        return answer(themes.tag(texts, evidence=evidence))

    @api.get("/themes")
    def taxonomy() -> Response:
        return plain(themes.themes())

    @api.get("/themes/<any(force, year):by>")
    def counts(by: str) -> Response:
        return plain(themes.counts(by))

    @api.get("/corrections.csv")
    def corrections() -> Response:
        check_names(request.args, ())
        return attachment(corrections_table(themes.kept()), "corrections", "csv")

    return api


def parse_tag(body: Any) -> tuple[list[Text], bool]:
    """The texts to tag and whether evidence is wanted. Raises RequestError, naming the text that is at fault."""
    if not isinstance(body, dict):
        raise RequestError(_EXAMPLE)
    if unknown := sorted(set(body) - {"texts", "evidence"}):
        raise RequestError(f"{unknown[0]!r} is not known here: there are texts and evidence.")
    texts, evidence = body.get("texts"), body.get("evidence", True)
    if not isinstance(texts, list) or not texts:
        raise RequestError(f"texts is a list of one text or more. {_EXAMPLE}")
    if len(texts) > MAX_TEXTS:
        raise RequestError(f"There are {len(texts):,} texts: send {MAX_TEXTS} at most at a time.")
    if not isinstance(evidence, bool):
        raise RequestError("evidence is true or false.")
    return [parse_text(one, f"texts[{number}]") for number, one in enumerate(texts)], evidence


def parse_text(entry: Any, where: str) -> Text:
    """A text to tag, alone or as an object with its section and the recommendation it comments on."""
    fields = {"text": entry} if isinstance(entry, str) else entry
    if not isinstance(fields, dict) or not isinstance(fields.get("text"), str):
        raise RequestError(f'{where} is neither a text nor an object such as {{"text": "…", "parent": "…"}}.')
    if unknown := sorted(set(fields) - _FIELDS - {"id"}):
        raise RequestError(f"{where}: {unknown[0]!r} is not known; there are {', '.join(sorted(_FIELDS))}.")
    parent, section = fields.get("parent") or "", fields.get("section") or []
    if not isinstance(parent, str):
        raise RequestError(f"{where}: parent is the text of the recommendation.")
    headings = [section] if isinstance(section, str) else section
    if not isinstance(headings, list) or not all(isinstance(heading, str) for heading in headings):
        raise RequestError(f"{where}: section is a heading, or a list of them.")
    for text in (fields["text"], parent, *headings):
        if any("\ud800" <= character <= "\udfff" for character in text):
            raise RequestError(f"{where} holds half a character: send it as UTF-8.")
        if len(text) > LONGEST:
            raise RequestError(f"{where} has {len(text):,} characters: a text has {LONGEST:,} at most.")
    return Text(fields["text"], tuple(headings), parent)
