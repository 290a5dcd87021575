"""The pages of themes: paste and tag, the queue of what is in doubt, corrections, and what is said where."""

from http import HTTPStatus
from typing import Any

from flask import Blueprint, abort, render_template, request

from service.contract.requests import check_names
from service.contract.responses import ThemeCounts
from service.engine import Engine
from service.themes.review import Themes
from service.web.correction_pages import tagged_context, who
from service.web.register_pages import sent
from service.web.search_pages import passage_url
from service.web.theme_api import parse_text

_SHADES = 5


def themes_pages_blueprint(engine: Engine, themes: Themes) -> Blueprint:
    """The routes of these pages."""
    pages = Blueprint("themes_pages", __name__)

    @pages.route("/tag", methods=["GET", "POST"])
    def tag() -> str:
        parameters = sent()
        check_names(parameters, ("text", "parent"))
        text, parent = (parameters.get(name, [""])[0].replace("\r\n", "\n") for name in ("text", "parent"))
        if not text:
            return render_template("tag.html", text="", parent=parent, tagged=None)
        asked = parse_text({"text": text, "parent": parent}, "The text")
        response = themes.tag([asked])
        return render_template(
            "tag.html",
            text=text,
            parent=parent,
            model=response["model"],
            who=who(),
            **tagged_context(text, response["results"][0]),
        )

    @pages.get("/passage-themes/<key:key>")
    def passage(key: str) -> str:
        check_names(request.args, ())
        found = themes.tag_passage(key)
        if found is None:
            abort(HTTPStatus.NOT_FOUND)
        passage, tagged = found
        address = passage_url(passage["document"]["id"], key)
        return render_template(
            "passage_themes.html",
            passage=passage,
            address=address,
            who=who(),
            **tagged_context(passage["text"], tagged),
        )

    @pages.get("/themes")
    def overview() -> str:
        check_names(request.args, ())
        tables = [_shaded(themes.counts(by), engine) for by in ("force", "year")]
        return render_template("themes.html", answer=themes.themes(), tables=tables)

    return pages


def _shaded(counts: ThemeCounts, engine: Engine) -> dict[str, Any]:
    """A table of counts with a shade from 0 to 5 for each cell, by its share of the greatest count."""
    greatest = max((n for row in counts["rows"] for n in row["assigned"]), default=0)
    return {
        **counts,
        "labels": [engine.value_label(counts["by"], value) for value in counts["values"]],
        "shades": [[-(-_SHADES * n // greatest) if greatest else 0 for n in row["assigned"]] for row in counts["rows"]],
    }
