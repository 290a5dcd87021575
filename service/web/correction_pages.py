"""The pages that correct themes: the queue of what is in doubt, and every correction with a way to undo it."""

from typing import Any

from flask import Blueprint, Response, render_template, url_for

from service.contract.excerpts import pieces
from service.contract.requests import CorrectionForm, QueueView, WhoForm
from service.contract.service_errors import RequestError
from service.contract.theme_responses import TaggedText
from service.engine import Engine
from service.themes.review import correct, corrections, queue, undo, unlearned
from service.themes.tagging import tag_passage
from service.web.exchange import asked_by_form, nothing_asked, refuse_foreign, seen, seen_off, who

_LIKELY = 0.05  # themes under this are listed only among the others


def correction_pages_blueprint(engine: Engine) -> Blueprint:
    """The routes of these pages."""
    pages = Blueprint("correction_pages", __name__)

    pages.before_request(refuse_foreign)

    @pages.get("/queue")
    def queue_page() -> str:
        skip = asked_by_form(QueueView, engine).skip
        response = queue(seen(engine), skip + 1)
        items = response.items[skip:]
        item = items[0] if items else None
        tagged = tag_passage(seen(engine), item.passage.passage_id) if item else None
        return render_template(
            "queue.html",
            response=response,
            item=item,
            skip=skip,
            who=who(),
            unlearned=_unlearned(engine),
            **(tagged_context(tagged[0].text, tagged[1]) if tagged else {}),
        )

    @pages.get("/corrections")
    def corrections_page() -> str:
        nothing_asked()
        found = corrections(seen(engine), engine.state)
        return render_template("corrections.html", corrections=found, unlearned=_unlearned(engine), who=who())

    @pages.post("/corrections")
    def correct_page() -> Response:
        form = asked_by_form(CorrectionForm, engine)
        correct(
            seen(engine),
            engine.state,
            who=form.who,
            themes=form.theme,
            why=form.why,
            passage=form.passage_id,
            text=form.text.replace("\r\n", "\n"),
        )
        if form.back != "queue":
            return seen_off(url_for("correction_pages.corrections_page"), form.who)
        # What was skipped stays skipped: the one that was corrected is in the queue no longer.
        return seen_off(url_for("correction_pages.queue_page", skip=form.skip or None), form.who)

    @pages.post("/corrections/<int(max=999999999):number>/undo")
    def undo_page(number: int) -> Response:
        form = asked_by_form(WhoForm, engine)
        if undo(seen(engine), engine.state, number, form.who) is None:
            raise RequestError("This correction is not there, or was undone already.")
        return seen_off(url_for("correction_pages.corrections_page"), form.who)

    return pages


def _unlearned(engine: Engine) -> int:
    return unlearned(seen(engine).held.tags.model, engine.state)


def tagged_context(text: str, tagged: TaggedText) -> dict[str, Any]:
    """What templates show of a tagged text: its themes, those that come near, the others, and the text in pieces."""
    rows = tagged.themes
    shown = [row for row in rows if row.assigned or row.origin == "inherited"]
    near = [row for row in rows if row not in shown and row.probability >= _LIKELY]
    spans = [(span.start, span.end) for row in shown for span in row.evidence]
    return {
        "tagged": tagged,
        "shown_themes": shown,
        "near_themes": near,
        "all_themes": sorted(rows, key=lambda row: row.label),
        "pieces": pieces(text, sorted(set(spans)), None),
    }
