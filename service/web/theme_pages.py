"""The pages of themes: paste and tag, a passage's themes, and what is said where."""

from http import HTTPStatus
from typing import Any, get_args

from flask import Blueprint, Response, abort, make_response, render_template

from service.contract.exports import FORMS
from service.contract.requests import TextForm
from service.contract.service_errors import RequestError
from service.contract.theme_responses import ThemeCounts
from service.engine import Engine
from service.memory.snapshot import Snapshot
from service.themes.tagging import Text, tag_passage, tag_texts
from service.themes.theme_counts import By, theme_counts, themes
from service.web.correction_pages import tagged_context
from service.web.exchange import asked_by_form, nothing_asked, seen, sent, who
from service.web.search_pages import passage_url

_SHADES = 5


def themes_pages_blueprint(engine: Engine) -> Blueprint:
    """The routes of these pages."""
    pages = Blueprint("themes_pages", __name__)

    @pages.route("/tag", methods=["GET", "POST"])
    def tag_page() -> str | Response:
        try:
            return _tag_page(engine, asked_by_form(TextForm, engine))
        except RequestError as error:  # what was pasted stays in its field, to be mended
            typed = {name: next(iter(sent().get(name, ())), "") for name in ("text", "parent")}
            page = render_template("tag.html", tagged=None, sentence=str(error), **typed)
            return make_response(page, HTTPStatus.BAD_REQUEST)

    @pages.get("/passage-themes/<key:key>")
    def passage_page(key: str) -> str:
        nothing_asked()
        found = tag_passage(seen(engine), key)
        if found is None:
            abort(HTTPStatus.NOT_FOUND)
        passage, tagged = found
        return render_template(
            "passage_themes.html",
            passage=passage,
            address=passage_url(passage.document.id, key),
            who=who(),
            **tagged_context(passage.text, tagged),
        )

    @pages.get("/themes")
    def themes_page() -> str:
        nothing_asked()
        now = seen(engine)
        tables = [_shaded(theme_counts(now, by), now) for by in get_args(By)]
        return render_template("themes.html", answer=themes(now), tables=tables, forms=FORMS)

    return pages


def _tag_page(engine: Engine, asked: TextForm) -> str:
    text, parent = (typed.replace("\r\n", "\n") for typed in (asked.text, asked.parent))
    if not text:
        return render_template("tag.html", text="", parent=parent, tagged=None)
    response = tag_texts(seen(engine), [Text(text, (), parent)])
    return render_template(
        "tag.html",
        text=text,
        parent=parent,
        model=response.model,
        who=who(),
        **tagged_context(text, response.results[0]),
    )


def _shaded(counts: ThemeCounts, now: Snapshot) -> dict[str, Any]:
    """A table of counts with a shade from 0 to 5 for each cell, by its share of the greatest count."""
    greatest = max((n for row in counts.rows for n in row.assigned), default=0)
    return {
        **dict(counts),
        "labels": [now.value_label(counts.by, value) for value in counts.values],
        "shades": [[-(-_SHADES * n // greatest) if greatest else 0 for n in row.assigned] for row in counts.rows],
    }
