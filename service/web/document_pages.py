"""One document's page: a part of its text at a time, its contents, and a search within it."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs, urlsplit

from flask import Blueprint, abort, render_template, request, url_for

from corpus.model import EvidenceField
from corpus.stated import NO_FORCE
from service.answers.decisions import decided_force, decisions
from service.answers.document_parts import Heading, Part, part_with, parts_of, whole
from service.answers.lookups import document, matched
from service.answers.within import like_within, places_within
from service.contract.document_responses import DocumentAnswer
from service.contract.excerpts import pieces
from service.contract.labels import full_citation, label
from service.contract.requests import MAX_QUERY, DocumentView
from service.contract.responses import Passage
from service.engine import Engine
from service.web.exchange import asked_by_form, seen
from service.web.hit_view import EXCERPT, cut, shortened

_TOP = 3  # the level of a document's outermost headings: the page has two above
_LISTED = 2  # levels of headings that the contents list
MANY = 60  # entries of the contents, from which on those of other parts are the outermost headings alone


def add_document_pages(pages: Blueprint, engine: Engine) -> None:
    """Add the route of a document's page to a blueprint, and what addresses of passages are made with."""
    pages.add_app_template_filter(anchor, "anchor")
    pages.add_app_template_filter(hit_anchor, "hit_anchor")
    pages.add_app_template_global(passage_url, "passage_url")
    pages.add_app_template_filter(lambda passage: cited(engine, passage), "cited")

    @pages.get("/documents/<key:key>")
    def document_page(key: str) -> str:
        view = asked_by_form(DocumentView, engine)
        found = document(seen(engine), key)
        if found is None:
            abort(HTTPStatus.NOT_FOUND)
        return _found_page(engine, found, view) if view.find.strip() else _document_page(engine, found, view)


def anchor(key: str) -> str:
    """The anchor of a passage on its document's page: short, and lasting because the passage's key is."""
    return "p-" + hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def hit_anchor(key: str) -> str:
    """The anchor of a passage in a list of results, to come back to."""
    return f"hit-{anchor(key)}"


def passage_url(document: str, passage: str, query: str = "", expand: bool = True, external: bool = False) -> str:
    """The address of a passage on its document's page, which opens the part that holds it and marks it."""
    asked: dict[str, Any] = {"hit": passage, "q": query or None, "expand": None if expand else "false"}
    return url_for("pages.document_page", key=document, _anchor=anchor(passage), _external=external, **asked)


def cited(engine: Engine, passage: Any) -> str:
    """A passage as a report would cite it, with a few of its words and its address. A hit will do, or its fields."""
    one = passage if isinstance(passage, dict) else dict(passage)
    about = one["document"]
    forces = seen(engine).forces_label(about.forces) if about.forces else ""
    address = passage_url(about.id, one["passage_id"], external=True)
    return full_citation(forces, one["citation"], one["text"], address)


def _document_page(engine: Engine, document: DocumentAnswer, view: DocumentView) -> str:
    now, query = seen(engine), view.query[:MAX_QUERY]
    parts = parts_of(document.sections)
    with_hit = part_with(parts, view.hit) if view.hit is not None else None
    at = min(view.part or 1, len(parts)) - 1 if with_hit is None else with_hit
    opened = whole(document.sections) if view.whole else parts[at]
    here = {passage.passage_id for passage in opened.passages}
    passages = [passage for part in parts for passage in part.passages]
    places: dict[str, str] = {}
    for passage in passages:
        if passage.finding:
            places.setdefault(passage.finding.id, passage.passage_id)
    kept: dict[str, Any] = {"q": query or None, "expand": None if view.expand else "false"}

    def part_url(number: int, name: str | None = None) -> str:
        return url_for("pages.document_page", key=document.id, part=number, _anchor=name, **kept)

    def place_url(passage_id: str) -> str:
        return f"#{anchor(passage_id)}" if passage_id in here else passage_url(document.id, passage_id)

    return render_template(
        "document.html",
        document=document,
        **_decided(engine, document),
        numbers={one.id: f"{label(one.kind)} {one.number}:" for one in document.findings if one.number},
        sections=[(_levels(piece.headings), piece.passages) for piece in opened.pieces],
        contents=_contents(parts, None if view.whole else at, part_url),
        parts=[(part_url(n), _part_name(part), n == at + 1) for n, part in enumerate(parts, start=1)],
        part=at + 1,
        whole=view.whole or len(parts) == 1,
        whole_url=url_for("pages.document_page", key=document.id, whole="true", **kept),
        elsewhere=[] if view.hit else _elsewhere(parts, here, part_url),
        first=view.whole or at == 0,
        total=len(passages),
        places=places,
        place_url=place_url,
        hit=view.hit,
        marked={
            passage.passage_id: pieces(passage.text, matched(now, query, view.hit, expand=view.expand), None)
            for passage in passages
            if view.hit is not None and passage.passage_id == view.hit
        },
        query=query,
        back=_back({**kept, "q": query}, view.hit),
    )


def _back(asked: dict[str, Any], hit: str | None) -> str:
    """The address of the results that a reader comes from, at the hit that was left: as far as the browser tells it.

    It tells the page just before this one; of one further back only the words of the search are known.
    """
    came, own = urlsplit(request.referrer or ""), url_for("pages.search_page")
    same = came.netloc == request.host and came.path == own and parse_qs(came.query).get("q") == [asked["q"]]
    address = f"{own}?{came.query}" if same else url_for("pages.search_page", **asked)
    return f"{address}#{hit_anchor(hit)}" if hit else address


def _decided(engine: Engine, document: DocumentAnswer) -> dict[str, Any]:
    """What the document was read as, and why."""
    about = decided_force(document.forces, document.evidence)
    decided: dict[EvidenceField, str] = {
        "kind": document.kind,
        "force": about,
        "date": document.date or "",
        "title": document.title,
    }
    reasons = decisions(decided, document.evidence, seen(engine).force_label)
    return {"reasons": reasons, "about_none": about == NO_FORCE}


def _levels(headings: Sequence[Heading]) -> list[tuple[int, Heading]]:
    return [(min(_TOP + heading.depth, 6), heading) for heading in headings]


def _contents(parts: Sequence[Part], at: int | None, part_url: Any) -> list[dict[str, Any]]:
    """The headings of the whole document in order: those of the part `at` lead down the page, others to their part.

    Without `at`, all of them are on the page.
    """
    listed = [
        (number, one) for number, part in enumerate(parts) for one in part.headings if one.depth < _LISTED and one.text
    ]
    if len(listed) > MANY:
        listed = [(number, one) for number, one in listed if one.depth == 0 or number == at]
    return [
        {
            "text": one.text,
            "depth": one.depth,
            "address": f"#{one.name}" if at is None or number == at else part_url(number + 1, one.name),
            "here": number == at,
        }
        for number, one in listed
    ]


def _part_name(part: Part) -> str:
    """What a part begins with."""
    return next((piece.headings[0].text for piece in part.pieces if piece.headings), "")


def _elsewhere(parts: Sequence[Part], here: set[str], part_url: Any) -> Iterator[tuple[str, int, str]]:
    """The passages that are in other parts: anchor, number of the part and address.

    An address may name a passage by its anchor alone, of which a server is not told.
    """
    for number, part in enumerate(parts, start=1):
        for passage in part.passages:
            if passage.passage_id not in here:
                name = anchor(passage.passage_id)
                yield name, number, part_url(number, name)


def _found_page(engine: Engine, document: DocumentAnswer, view: DocumentView) -> str:
    now, query = seen(engine), view.find.strip()
    places = places_within(now, document, query)
    like, answered = like_within(now, document.id, query, expand=view.expand) if view.like else ([], False)
    by_chapter = Counter(_chapter(place.passage) for place in places)
    return render_template(
        "document_found.html",
        document=document,
        find=query,
        like=view.like,
        places=[{"passage": place.passage, **shortened(place.passage.text, place.spans, EXCERPT)} for place in places],
        chapters=[(chapter, count) for chapter, count in by_chapter.items() if chapter] if len(by_chapter) > 1 else [],
        hits=[cut(hit) for hit in like],
        answered=answered,
        total=sum(len(section.passages) for section in document.sections),
        by_words=url_for("pages.document_page", key=document.id, find=query),
        by_meaning=url_for("pages.document_page", key=document.id, find=query, like="true"),
    )


def _chapter(passage: Passage) -> str:
    return passage.section[0] if passage.section else ""
