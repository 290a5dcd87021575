"""The pages of pictures: records by year and status, the map by meaning, and what lies in a region of it."""

from http import HTTPStatus
from math import ceil
from urllib.parse import urlencode

from flask import Blueprint, abort, render_template, url_for

from corpus.model import STATUSES
from service.answers.lookups import forces
from service.answers.pictures import meaning_map, region_passages, status_counts
from service.contract.exports import FORMS
from service.contract.labels import label
from service.contract.picture_shapes import MapRegion, RegionRequest, StatusCounts
from service.contract.requests import RegisterListRequest
from service.contract.values import UNKNOWN, Values
from service.engine import Engine
from service.web.exchange import asked_by_form, seen, sent
from service.web.search_pages import nearby_pages
from service.web.svg import Picture, bubble_map, stacked_bars

_KNOWN_KINDS = {**{status: f"bar-{at}" for at, status in enumerate(STATUSES, start=1)}, UNKNOWN: "bar-7"}
_OTHER_KIND = "bar-6"
_LINES = 2  # words that are written into a region


def picture_pages_blueprint(engine: Engine) -> Blueprint:
    """The routes of these pages."""
    pages = Blueprint("picture_pages", __name__)

    @pages.get("/pictures")
    def pictures_page() -> str:
        asked, parameters = asked_by_form(RegisterListRequest, engine), sent()
        now = seen(engine)
        found, drawn = status_counts(now, asked), meaning_map(now)
        kinds = [_KNOWN_KINDS.get(status, _OTHER_KIND) for status in found.statuses]
        named = [(row.slug, row.name) for row in forces(now).forces if row.documents]
        return render_template(
            "pictures.html",
            asked=asked,
            parameters=parameters,
            forces=sorted(named, key=lambda row: row[1]),
            found=found,
            kinds=kinds,
            bars=stacked_bars([label(row.year) for row in found.years], [row.counts for row in found.years], kinds),
            words=_words(found),
            links=_links(found, parameters),
            downloads=_downloads(parameters),
            map=drawn,
            bubbles=_bubbles(drawn.regions),
            forms=FORMS,
        )

    @pages.get("/pictures/map/<int(max=999):number>")
    def region_page(number: int) -> str:
        page = asked_by_form(RegionRequest, engine).page
        drawn = seen(engine).held.generation.map
        found = region_passages(seen(engine), number, page) if drawn else None
        if found is None:
            abort(HTTPStatus.NOT_FOUND)
        last = max(1, ceil(found.region.count / found.page_size))
        return render_template("region.html", found=found, last=last, pages=nearby_pages(page, last))

    return pages


def _words(found: StatusCounts) -> list[list[str]]:
    """What each part of a bar says."""
    return [
        [f"{label(row.year)}, {name}: {count:,}" for name, count in zip(found.labels, row.counts, strict=True)]
        for row in found.years
    ]


def _links(found: StatusCounts, parameters: Values) -> list[list[str]]:
    """The list of the register that each part of a bar counts."""
    kept = {name: values for name, values in parameters.items() if name not in ("year", "status")}
    return [
        [
            url_for("register_pages.register_page")
            + "?"
            + urlencode({**kept, "year": row.year, "status": status}, doseq=True)
            for status in found.statuses
        ]
        for row in found.years
    ]


def _downloads(parameters: Values) -> list[tuple[str, str]]:
    asked = f"?{urlencode(parameters, doseq=True)}" if parameters else ""
    return [(form.upper(), url_for("picture_api.download_status", form=form) + asked) for form in FORMS]


def _bubbles(regions: list[MapRegion]) -> Picture:
    lines = [[*region.words[:_LINES], f"{region.count:,}"] for region in regions]
    return bubble_map([(region.x, region.y) for region in regions], [region.count for region in regions], lines)
