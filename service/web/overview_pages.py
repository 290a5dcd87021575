"""The start page, which says what there is and where to begin, and the list of documents."""

from collections.abc import Sequence
from math import ceil
from urllib.parse import urlencode

from flask import Blueprint, render_template, url_for

from corpus.model import FINDABLE
from service.answers.overview import documents, overview
from service.contract.overview_shapes import DOCUMENT_FACETS, DocumentsRequest
from service.contract.values import Values
from service.engine import Engine
from service.memory.snapshot import Snapshot
from service.web.exchange import asked_by_form, seen, sent
from service.work.lately import brought, lately

TITLES = {"document_kind": "Kind", "force": "Force", "year": "Year"}
_PAGES_SHOWN = 2


def overview_pages_blueprint(engine: Engine) -> Blueprint:
    """The routes of these pages; the start page is a search without words."""
    pages = Blueprint("overview_pages", __name__)

    @pages.get("/documents")
    def documents_page() -> str:
        asked, parameters = asked_by_form(DocumentsRequest, engine), sent()
        response = documents(seen(engine), asked)
        last = max(1, ceil(response.total / asked.page_size))
        return render_template(
            "documents.html",
            asked=asked,
            response=response,
            facets=[(name, TITLES[name], response.facets[name]) for name in DOCUMENT_FACETS],
            chosen=_chosen(seen(engine), asked, parameters),
            last=last,
            pages=[(number, _address({**parameters, "page": [str(number)]})) for number in _near(asked.page, last)],
        )

    return pages


def start(engine: Engine, examples: Sequence[str], query: str, sentence: str) -> str:
    """The start page; with a sentence, that of a search that could not be made, with what was typed."""
    now = seen(engine)
    return render_template(
        "start.html",
        found=overview(now),
        lately=lately(engine, now),
        brought=brought(now),
        findings=FINDABLE,
        examples=examples,
        query=query,
        sentence=sentence,
        q_error=sentence,
    )


def _chosen(now: Snapshot, asked: DocumentsRequest, parameters: Values) -> list[tuple[str, str]]:
    """Each filter that is on: its words, and the address of the list without it."""
    return [
        (
            f"{TITLES[facet]}: {now.value_label(facet, value)}",
            _address({**parameters, facet: [own for own in parameters[facet] if own != value], "page": []}),
        )
        for facet in DOCUMENT_FACETS
        for value in asked.chosen(facet)
    ]


def _near(page: int, last: int) -> list[int]:
    near = range(page - _PAGES_SHOWN, page + _PAGES_SHOWN + 1)
    return sorted({1, last, *(number for number in near if 1 <= number <= last)})


def _address(parameters: Values) -> str:
    asked = urlencode(parameters, doseq=True)
    return url_for("overview_pages.documents_page") + (f"?{asked}" if asked else "")
