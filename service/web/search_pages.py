"""The search page, and what templates say values with. Plain HTML, no script."""

from http import HTTPStatus
from math import ceil
from pathlib import PurePath
from urllib.parse import urlencode

from flask import Blueprint, Response, make_response, render_template, request, url_for

from service.answers.lookups import grade_area, place_of
from service.answers.search import search
from service.contract.excerpts import shown
from service.contract.exports import FORMS, Form
from service.contract.labels import (
    SHORT_LISTS,
    WHOSE,
    addressee,
    date_words,
    label,
    nowhere_words,
    short_date,
    status_words,
)
from service.contract.register_responses import given_to, given_words
from service.contract.requests import FACETS, MAX_QUERY, SearchRequest
from service.contract.responses import FacetValue, SearchResponse
from service.contract.service_errors import RequestError
from service.contract.values import Values
from service.engine import Engine
from service.web.document_pages import add_document_pages, anchor, passage_url
from service.web.exchange import asked_by_form, seen, sent
from service.web.hit_view import cut, told_apart
from service.web.offer_words import in_register_words, register_address, values_words
from service.web.overview_pages import start
from service.work.unmet_questions import count

__all__ = ["FACET_TITLES", "anchor", "cut", "file_name", "nearby_pages", "pages_blueprint", "passage_url"]

FACET_TITLES = {
    "force": "Force",
    "finding": "Kind of passage",
    "theme": "Theme",
    "document_kind": "Kind of document",
    "status": "Status",
    "grade": "Grade",
    "year": "Year",
}
EXAMPLES = (
    "devices waiting for examination",  # on the sample, whose answers a new user sees first, all three have good ones
    "risk assessment of missing children",
    '"domestic abuse" training',
)
AT_ONCE = 8  # values of a facet
_PAGES_SHOWN = 2
_KEPT = ("sort", "expand", "explain", "page_size")  # what links set and the form has no field for


def pages_blueprint(engine: Engine) -> Blueprint:
    """The routes of the pages."""
    pages = Blueprint("pages", __name__)
    _add_words(pages, engine)

    @pages.get("/")
    def search_page() -> str | Response:
        if not request.args:
            return _start(engine)
        parameters = sent()
        try:
            return _search_page(engine, asked_by_form(SearchRequest, engine), parameters)
        except RequestError as error:  # what was typed stays in its field, to be mended
            query = next(iter(parameters.get("q", ())), "")[:MAX_QUERY]
            return make_response(_start(engine, query, str(error)), HTTPStatus.BAD_REQUEST)

    add_document_pages(pages, engine)
    return pages


def _add_words(pages: Blueprint, engine: Engine) -> None:
    """What templates say values with, as this request sees them."""
    pages.add_app_template_filter(label, "label")
    pages.add_app_template_filter(date_words, "date_words")
    pages.add_app_template_filter(short_date, "short_date")
    pages.add_app_template_filter(lambda name: SHORT_LISTS[name], "short_list")
    pages.add_app_template_filter(shown, "shown")
    pages.add_app_template_filter(addressee, "addressee")
    pages.add_app_template_filter(file_name, "file_name")
    pages.add_app_template_filter(given_to, "given_to")
    pages.add_app_template_filter(given_words, "given_words")
    pages.add_app_template_filter(lambda words: words[:1].upper() + words[1:], "capitalize_first")
    pages.add_app_template_filter(lambda words: words.rstrip(". "), "no_stop")
    pages.add_app_template_filter(lambda by: f"as {WHOSE.get(by, by)}", "whose")
    pages.add_app_template_filter(lambda theme: seen(engine).held.tags.label(theme), "theme_label")
    pages.add_app_template_filter(lambda slug: slug and seen(engine).force_label(slug), "force_label")
    pages.add_app_template_filter(lambda slugs: seen(engine).forces_label(slugs), "forces_label")
    pages.add_app_template_global(lambda: seen(engine).held.tags.model is not None, "is_tagged")
    pages.add_app_template_global(status_words, "status_words")
    pages.add_app_template_filter(nowhere_words)
    pages.add_app_template_global(lambda *section: grade_area(seen(engine), *section), "grade_area")
    pages.add_app_template_global(lambda passage_id: place_of(seen(engine), passage_id), "place_of")


def _start(engine: Engine, query: str = "", sentence: str = "") -> str:
    return start(engine, EXAMPLES, query, sentence)


def file_name(source: str) -> str:
    """The name of a file, without the folders of this machine that it lies in."""
    return PurePath(source).name or source


def _search_page(engine: Engine, asked: SearchRequest, parameters: Values) -> str:
    response = search(seen(engine), asked)
    count(engine.unmet, asked, response)
    last = max(1, ceil(response.total / asked.page_size))
    query = response.query
    kept = {name: parameters[name] for name in _KEPT if name in parameters}
    return render_template(
        "search.html",
        query=query,
        asked=asked,
        response=response,
        hits=told_apart(response.results),
        nearest=[cut(hit) for hit in response.nearest],
        facets=[(name, title, *_folded(response, asked, name)) for name, title in FACET_TITLES.items()],
        chosen=_chosen(engine, asked, parameters),
        kept=[(name, value) for name, values in kept.items() for value in values],
        unfiltered=_address({"q": [query], **kept}) if asked.any() else None,
        last=last,
        pages=_page_links(parameters, asked.page, last),
        sorts=[
            (title, _address(_with(parameters, sort=name)), asked.sort == name)
            for name, title in (("relevance", "Best match"), ("newest", "Newest"))
        ],
        also=_also(response),
        unexpanded=_address(_with(parameters, expand="false")),
        expanded=None if asked.expand else _address(_with(parameters, expand=[])),
        meant=_meant(response, parameters),
        offers=_offers(engine, response, parameters),
        in_register=in_register_words(seen(engine), response),
        owners=[(row.label, row.count, register_address({"owner": [row.value]})) for row in response.owners],
        downloads=[(form.upper(), _download(form, parameters)) for form in FORMS],
        explained=_address(_with(parameters, explain=[] if asked.explain else "true")),
    )


def _folded(response: SearchResponse, asked: SearchRequest, facet: str) -> tuple[list[FacetValue], list[FacetValue]]:
    """The values of a facet that are shown at once, with all that are chosen, and the rest."""
    rows, chosen = response.facets[facet], asked.chosen(facet)
    at_once = [row for at, row in enumerate(rows) if at < AT_ONCE or row.value in chosen]
    rest = [row for row in rows if row not in at_once]
    return (at_once, rest) if len(rest) > 1 else (rows, [])


def _also(response: SearchResponse) -> list[tuple[str, list[str]]]:
    """What was typed, each with the other words that were looked for."""
    also: dict[str, list[str]] = {}
    for expansion in response.expansions:
        also.setdefault(expansion.typed, []).append(expansion.to)
    return list(also.items())


def _meant(response: SearchResponse, parameters: Values) -> tuple[str, str] | None:
    """The query as it may have been meant, and the address of its search."""
    meant = response.did_you_mean
    return (meant.query, _address(_with(parameters, q=meant.query))) if meant else None


def _offers(engine: Engine, response: SearchResponse, parameters: Values) -> list[tuple[str, str]]:
    """Filters that the query names: words, and the address of the same search with it; statuses all in one."""
    return [
        (
            f"{FACET_TITLES[facet]}: {values_words(seen(engine), facet, own)}",
            _address(_with(parameters, **{facet: [*parameters.get(facet, ()), *own]})),
        )
        for facet, values in response.suggested_filters.items()
        for own in ([values] if facet == "status" else [[value] for value in values])
    ]


def _value(engine: Engine, facet: str, value: str) -> str:
    return seen(engine).value_label(facet, value)


def _download(form: Form, parameters: Values) -> str:
    listed = {name: values for name, values in parameters.items() if name not in ("page", "page_size")}
    return url_for("api.download", form=form) + "?" + urlencode(listed, doseq=True)


def _chosen(engine: Engine, asked: SearchRequest, parameters: Values) -> list[tuple[str, str]]:
    """Each filter that is on: its words, and the address of the same search without it."""
    links = []
    for facet in FACETS:
        for value in asked.chosen(facet):
            words = _value(engine, facet, value)
            rest = [v for v in parameters[facet] if v != value]
            links.append((f"{FACET_TITLES[facet]}: {words}", _address(_with(parameters, **{facet: rest}))))
    for name, words in (("year_from", "From"), ("year_to", "To")):
        year = getattr(asked, name)
        if year is not None:
            links.append((f"{words} {year}", _address(_with(parameters, **{name: []}))))
    return links


def _page_links(parameters: Values, page: int, last: int) -> list[tuple[int, str]]:
    return [(number, _address({**parameters, "page": [str(number)]})) for number in nearby_pages(page, last)]


def nearby_pages(page: int, last: int) -> list[int]:
    """The numbers of the pages to link to: the first, the last, and those around the one that is shown."""
    near = range(page - _PAGES_SHOWN, page + _PAGES_SHOWN + 1)
    return sorted({1, last, *(number for number in near if 1 <= number <= last)})


def _with(parameters: Values, **changes: str | list[str]) -> Values:
    """The parameters with some changed, from the first page on."""
    changed = {name: [value] if isinstance(value, str) else value for name, value in changes.items()}
    return {**{name: values for name, values in parameters.items() if name != "page"}, **changed}


def _address(parameters: Values) -> str:
    # With an empty query kept in, the address never falls back to the start page.
    return url_for("pages.search_page") + "?" + urlencode({"q": [""], **parameters}, doseq=True)
