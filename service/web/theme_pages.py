"""The pages of themes: paste and tag, a passage's themes, and what is said where."""

from http import HTTPStatus
from typing import Any, get_args

from flask import Blueprint, Response, abort, make_response, render_template, request, url_for

from service.contract.exports import FORMS
from service.contract.picture_shapes import CountsRequest
from service.contract.requests import FileForm, TextForm
from service.contract.service_errors import RequestError
from service.contract.theme_responses import ThemeCounts, ThemeRow
from service.engine import Engine
from service.memory.snapshot import Snapshot
from service.themes.tag_files import TABLE_TYPES, read_sheet, tag_sheet, text_column, written
from service.themes.tagging import Text, tag_passage, tag_texts
from service.themes.theme_counts import By, theme_counts, themes
from service.web.correction_pages import tagged_context
from service.web.exchange import asked_by_form, nothing_asked, seen, sent, who
from service.web.search_pages import passage_url
from service.web.svg import heat_map


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

    @pages.post("/tag/file")
    def tag_file() -> Response:
        try:
            asked = asked_by_form(FileForm, engine)
            sent_file = request.files.get("file")
            sheet = read_sheet(sent_file.read() if sent_file else b"")
            tagged = tag_sheet(seen(engine), sheet, text_column(sheet, asked.column))
        except RequestError as error:
            column = next(iter(sent().get("column", ())), "")
            page = render_template("tag.html", tagged=None, text="", parent="", file_sentence=str(error), column=column)
            return make_response(page, HTTPStatus.BAD_REQUEST)
        headers = {"Content-Disposition": f'attachment; filename="precedent-tagged.{asked.form}"'}
        return Response(written(tagged, asked.form), content_type=TABLE_TYPES[asked.form], headers=headers)

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
        count = asked_by_form(CountsRequest, engine).count
        now = seen(engine)
        tables = [_heat(theme_counts(now, by, count), now) for by in get_args(By)]
        return render_template("themes.html", answer=themes(now), tables=tables, forms=FORMS, count=count)

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


def _heat(counts: ThemeCounts, now: Snapshot) -> dict[str, Any]:
    """A table of counts with its picture; each number is the total of the search that its cell leads to."""
    labels = [now.value_label(counts.by, value) for value in counts.values]
    numbers = [[n + more for n, more in zip(row.assigned, row.inherited, strict=True)] for row in counts.rows]
    words = [
        [_words(row, labels[at], at, number) for at, number in enumerate(own)]
        for row, own in zip(counts.rows, numbers, strict=True)
    ]
    links = [
        [_listed(counts, row, **{counts.by: value}) if n else "" for value, n in zip(counts.values, own, strict=True)]
        for row, own in zip(counts.rows, numbers, strict=True)
    ]
    return {
        **dict(counts),
        "labels": labels,
        "numbers": numbers,
        "words": words,
        "links": links,
        "sums": [_listed(counts, row) for row in counts.rows],
        "picture": heat_map([row.label for row in counts.rows], labels, numbers),
    }


def _words(row: ThemeRow, name: str, at: int, number: int) -> str:
    taken = row.inherited[at]
    more = f", {taken:,} of them only taken over from the recommendation" if taken else ""
    return f"{row.label}, {name}: {number:,}{more}"


def _listed(counts: ThemeCounts, row: ThemeRow, **value: str) -> str:
    """The address of the search that lists what is counted."""
    asked: dict[str, Any] = {"q": "", "theme": row.theme, **value, **counts.filters}
    return url_for("pages.search_page", **asked)
