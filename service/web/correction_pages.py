"""The pages that correct themes: the queue of what is in doubt, and every correction with a way to undo it."""

from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, abort, make_response, redirect, render_template, request, url_for

from service.contract.excerpts import pieces
from service.contract.requests import RequestError, check_names
from service.contract.responses import TaggedText
from service.themes.review import Themes
from service.web.register_pages import sent
from service.web.theme_api import parse_text

_WHO = "precedent-who"  # cookie: the name that a reviewer gave last
_YEAR = 365 * 24 * 3600
_LIKELY = 0.05  # themes under this are listed only among the others


def correction_pages_blueprint(themes: Themes) -> Blueprint:
    """The routes of these pages."""
    pages = Blueprint("correction_pages", __name__)

    @pages.before_request
    def own() -> None:
        if request.method == "POST" and not _is_own():
            abort(HTTPStatus.FORBIDDEN)

    @pages.get("/queue")
    def queue() -> str:
        parameters = sent()
        check_names(parameters, ("skip",))
        skip = _number(parameters.get("skip", ["0"])[0])
        response = themes.queue(skip + 1)
        items = response["items"][skip:]
        item = items[0] if items else None
        tagged = themes.tag_passage(item["passage"]["passage_id"]) if item else None
        return render_template(
            "queue.html",
            response=response,
            item=item,
            skip=skip,
            who=who(),
            unlearned=themes.waiting_to_be_learned(),
            **(tagged_context(tagged[0]["text"], tagged[1]) if tagged else {}),
        )

    @pages.get("/corrections")
    def corrections() -> str:
        check_names(request.args, ())
        found = themes.corrections()
        return render_template(
            "corrections.html", corrections=found, unlearned=themes.waiting_to_be_learned(), who=who()
        )

    @pages.post("/corrections")
    def correct() -> Response:
        parameters = sent()
        check_names(parameters, ("passage_id", "text", "theme", "who", "why", "back", "skip"))
        one = {name: parameters.get(name, [""])[0] for name in ("passage_id", "text", "who", "why", "back")}
        text = parse_text(one["text"].replace("\r\n", "\n"), "The text").text
        themes.correct(
            who=one["who"], themes=parameters.get("theme", ()), why=one["why"], passage=one["passage_id"], text=text
        )
        if one["back"] != "queue":
            return _seen(url_for("correction_pages.corrections"), one["who"])
        # What was skipped stays skipped: the one that was corrected is in the queue no longer.
        skip = _number(parameters.get("skip", ["0"])[0])
        return _seen(url_for("correction_pages.queue", skip=skip or None), one["who"])

    @pages.post("/corrections/<int(max=999999999):number>/undo")
    def undo(number: int) -> Response:
        parameters = sent()
        check_names(parameters, ("who",))
        name = parameters.get("who", [""])[0]
        if themes.undo(number, name) is None:
            raise RequestError("This correction is not there, or was undone already.")
        return _seen(url_for("correction_pages.corrections"), name)

    return pages


def _is_own() -> bool:
    """Whether a form was sent from a page of this service: no other site may correct in a reader's name."""
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if site is not None:
        return site in ("same-origin", "none")
    return origin is None or urlsplit(origin).netloc == request.host


def who() -> str:
    """The name that this reader gave with the last correction."""
    return request.cookies.get(_WHO, "")[:200]


def _seen(address: str, who: str) -> Response:
    """On to the next page, with the name kept for the next correction."""
    response = make_response(redirect(address, HTTPStatus.SEE_OTHER))
    response.set_cookie(_WHO, who.strip()[:200], max_age=_YEAR, httponly=True, samesite="Strict")
    return response


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 3):
        raise RequestError("skip is a number from 0 to 999.")
    return int(text)


def tagged_context(text: str, tagged: TaggedText) -> dict[str, Any]:
    """What templates show of a tagged text: its themes, those that come near, the others, and the text in pieces."""
    rows = tagged["themes"]
    shown = [row for row in rows if row["assigned"] or row["origin"] == "inherited"]
    near = [row for row in rows if row not in shown and row["probability"] >= _LIKELY]
    spans = [(span["start"], span["end"]) for row in shown for span in row["evidence"]]
    return {
        "tagged": tagged,
        "shown_themes": shown,
        "near_themes": near,
        "all_themes": sorted(rows, key=lambda row: row["label"]),
        "pieces": pieces(text, sorted(set(spans)), None),
    }
