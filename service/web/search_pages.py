"""The web pages: the search page and one page for each document. Plain HTML, no script."""

import hashlib
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from math import ceil
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, abort, g, render_template, request, url_for

from corpus.model import EvidenceField
from corpus.stated import NO_FORCE
from service.answers.decisions import decided_force, decisions
from service.contract.document_responses import DocumentAnswer, SectionRecord
from service.contract.excerpts import excerpt, pieces, shown
from service.contract.exports import FORMS, Form
from service.contract.filters import FACETS
from service.contract.labels import WHOSE, addressee, date_words, label, status_words
from service.contract.requests import LISTED, check_names, parse_search
from service.contract.responses import Hit, Passage, SearchResponse
from service.engine import Engine, SearchRequest
from service.memory.theme_tags import Tags
from service.query.question import MAX_LENGTH

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
    "officers taken away from neighbourhood policing",
    "risk assessment of missing children",
    '"domestic abuse" training',
)
SHOWN_LENGTH = 900
_PAGES_SHOWN = 2
_KEPT = ("sort", "expand", "explain", "page_size")  # what links set and the form has no field for
_TOP = 3  # the level of a document's outermost headings: the page has two above

Heading = tuple[int, str, str]  # level, anchor, text

Parameters = Mapping[str, Sequence[str]]


def pages_blueprint(engine: Engine) -> Blueprint:
    """The routes of the pages."""
    pages = Blueprint("pages", __name__)
    pages.add_app_template_filter(label, "label")
    pages.add_app_template_filter(date_words, "date_words")
    pages.add_app_template_filter(shown, "shown")
    pages.add_app_template_filter(addressee, "addressee")
    pages.add_app_template_filter(anchor, "anchor")
    pages.add_app_template_filter(lambda words: words[:1].upper() + words[1:], "capitalize_first")
    pages.add_app_template_global(lambda: _tags(engine).model is not None, "is_tagged")
    pages.add_app_template_global(status_words, "status_words")
    pages.add_app_template_global(passage_url, "passage_url")
    pages.add_app_template_filter(lambda theme: _tags(engine).label(theme), "theme_label")
    pages.add_app_template_filter(lambda slug: slug and engine.force_label(slug), "force_label")
    pages.add_app_template_filter(engine.forces_label, "forces_label")
    pages.add_app_template_filter(lambda by: f"as {WHOSE.get(by, by)}", "whose")

    @pages.get("/")
    def search() -> str:
        # An empty field of a form is sent as an empty value: it asks for nothing.
        sent = request.args.to_dict(flat=False)
        parameters = {name: kept for name, values in sent.items() if (kept := [v for v in values if v.strip()])}
        if not sent:
            return render_template("start.html", examples=EXAMPLES, counts=engine.health()["counts"], query="")
        return _search_page(engine, parameters)

    @pages.get("/documents/<key:key>")
    def document(key: str) -> str:
        check_names(request.args, ("hit", "q", "expand"))
        found = engine.document(key)
        if found is None:
            abort(HTTPStatus.NOT_FOUND)
        query, expand = request.args.get("q", "")[:MAX_LENGTH], request.args.get("expand") != "false"
        return _document_page(engine, found, request.args.get("hit"), query, expand)

    return pages


def _tags(engine: Engine) -> Tags:
    """The themes as this request sees them: looked up once for each."""
    if "tags" not in g:
        g.tags = engine.current().tags
    found: Tags = g.tags
    return found


def anchor(key: str) -> str:
    """The anchor of a passage on its document's page: short, and lasting because the passage's key is."""
    return "p-" + hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def passage_url(document: str, passage: str, query: str = "", expand: bool = True) -> str:
    """The address of a passage on its document's page, which marks it and the query's words in it."""
    only = None if expand else "false"
    return url_for("pages.document", key=document, hit=passage, q=query or None, expand=only, _anchor=anchor(passage))


def _search_page(engine: Engine, parameters: Parameters) -> str:
    asked = parse_search(parameters, engine)
    response = engine.search(asked)
    last = max(1, ceil(response["total"] / asked.page_size))
    query = response["query"]
    kept = {name: parameters[name] for name in _KEPT if name in parameters}
    return render_template(
        "search.html",
        query=query,
        asked=asked,
        response=response,
        hits=[cut(hit) for hit in response["results"]],
        nearest=[cut(hit) for hit in response["nearest"]],
        facets=[(name, title, response["facets"][name]) for name, title in FACET_TITLES.items()],
        chosen=_chosen(engine, asked, parameters),
        kept=[(name, value) for name, values in kept.items() for value in values],
        unfiltered=_address({"q": [query], **kept}) if asked.filters.any() else None,
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
        downloads=[(form.upper(), _download(form, parameters)) for form in FORMS],
        explained=_address(_with(parameters, explain=[] if asked.explain else "true")),
    )


def _also(response: SearchResponse) -> list[tuple[str, list[str]]]:
    """What was typed, each with the other words that were looked for."""
    also: dict[str, list[str]] = {}
    for expansion in response["expansions"]:
        also.setdefault(expansion["from"], []).append(expansion["to"])
    return list(also.items())


def _meant(response: SearchResponse, parameters: Parameters) -> tuple[str, str] | None:
    """The query as it may have been meant, and the address of its search."""
    meant = response["did_you_mean"]
    return (meant["query"], _address(_with(parameters, q=meant["query"]))) if meant else None


def _offers(engine: Engine, response: SearchResponse, parameters: Parameters) -> list[tuple[str, str]]:
    """Filters that the query names: words, and the address of the same search with it."""
    return [
        (
            f"{FACET_TITLES[facet]}: {_value(engine, facet, value)}",
            _address(_with(parameters, **{facet: [*parameters.get(facet, ()), value]})),
        )
        for facet, values in response["suggested_filters"].items()
        for value in values
    ]


def _value(engine: Engine, facet: str, value: str) -> str:
    return engine.value_label(facet, value)


def _download(form: Form, parameters: Parameters) -> str:
    listed = {name: values for name, values in parameters.items() if name in LISTED}
    return url_for("api.download", form=form) + "?" + urlencode(listed, doseq=True)


def cut(hit: Hit) -> dict[str, Any]:
    """A hit with its text cut into pieces, and cut down around its best sentence where it is long."""
    text, best = hit["text"], hit["best_sentence"]
    start, end = excerpt(text, best, SHOWN_LENGTH)

    def moved(span: Sequence[int]) -> tuple[int, int]:
        return max(0, span[0] - start), max(0, min(span[1], end) - start)

    only_sentence = best[0] == 0 and best[1] == len(text)
    cut = pieces(
        text[start:end],
        [moved(span) for span in hit["highlights"] if span[1] > start and span[0] < end],
        None if only_sentence or not hit["highlights"] else moved(best),
    )
    return {**hit, "pieces": cut, "cut_before": start > 0, "cut_after": end < len(text)}


def _chosen(engine: Engine, asked: SearchRequest, parameters: Parameters) -> list[tuple[str, str]]:
    """Each filter that is on: its words, and the address of the same search without it."""
    links = []
    for facet in FACETS:
        for value in asked.filters.chosen(facet):
            words = _value(engine, facet, value)
            rest = [v for v in parameters[facet] if v != value]
            links.append((f"{FACET_TITLES[facet]}: {words}", _address(_with(parameters, **{facet: rest}))))
    for name, words in (("year_from", "From"), ("year_to", "To")):
        year = getattr(asked.filters, name)
        if year is not None:
            links.append((f"{words} {year}", _address(_with(parameters, **{name: []}))))
    return links


def _page_links(parameters: Parameters, page: int, last: int) -> list[tuple[int, str]]:
    return [(number, _address({**parameters, "page": [str(number)]})) for number in nearby_pages(page, last)]


def nearby_pages(page: int, last: int) -> list[int]:
    """The numbers of the pages to link to: the first, the last, and those around the one that is shown."""
    near = range(page - _PAGES_SHOWN, page + _PAGES_SHOWN + 1)
    return sorted({1, last, *(number for number in near if 1 <= number <= last)})


def _with(parameters: Parameters, **changes: str | list[str]) -> Parameters:
    """The parameters with some changed, from the first page on."""
    changed = {name: [value] if isinstance(value, str) else value for name, value in changes.items()}
    return {**{name: values for name, values in parameters.items() if name != "page"}, **changed}


def _address(parameters: Parameters) -> str:
    # With an empty query kept in, the address never falls back to the start page.
    return url_for("pages.search") + "?" + urlencode({"q": [""], **parameters}, doseq=True)


def _document_page(engine: Engine, document: DocumentAnswer, hit: str | None, query: str, expand: bool) -> str:
    passages = [passage for section in document["sections"] for passage in section["passages"]]
    places: dict[str, str] = {}
    for passage in passages:
        if passage["finding"]:
            places.setdefault(passage["finding"]["id"], passage["passage_id"])
    sections = _with_headings(document["sections"])
    about = decided_force(document["forces"], document["evidence"])
    decided: dict[EvidenceField, str] = {
        "kind": document["kind"],
        "force": about,
        "date": document["date"] or "",
        "title": document["title"],
    }
    return render_template(
        "document.html",
        document=document,
        reasons=decisions(decided, document["evidence"], engine.force_label),
        about_none=about == NO_FORCE,
        numbers={one["id"]: f"{label(one['kind'])} {one['number']}:" for one in document["findings"] if one["number"]},
        sections=sections,
        contents=[(name, text) for headings, _ in sections for level, name, text in headings if level == _TOP],
        places=places,
        hit=hit,
        marked={
            passage["passage_id"]: pieces(passage["text"], engine.matched(query, passage, expand=expand), None)
            for passage in passages
            if passage["passage_id"] == hit
        },
        query=query,
        back=url_for("pages.search", q=query, expand=None if expand else "false"),
    )


def _with_headings(sections: list[SectionRecord]) -> list[tuple[list[Heading], list[Passage]]]:
    """Each section's passages under those headings of its path that the section before did not have."""
    shown = []
    previous: list[str] = []
    for number, section in enumerate(sections):
        path = section["path"]
        shared = 0
        while shared < min(len(path), len(previous)) and path[shared] == previous[shared]:
            shared += 1
        headings = [(min(_TOP + level, 6), f"s-{number}-{level}", path[level]) for level in range(shared, len(path))]
        shown.append((headings, section["passages"]))
        previous = path
    return shown
