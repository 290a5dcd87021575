"""The parts of Precedent that every page leads to."""

from dataclasses import dataclass

from flask import Flask, request, url_for

from corpus.errors import PrecedentError
from service.engine import Engine
from service.web.exchange import seen


@dataclass(frozen=True)
class Place:
    """A page that the navigation leads to, and the endpoints of the pages that belong under it.

    One with `tagged` is there only where passages have themes.
    """

    label: str
    endpoint: str
    under: tuple[str, ...] = ()
    tagged: bool = False


@dataclass(frozen=True)
class Link:
    """A place on one page: `current` is what aria-current says of it, if anything."""

    label: str
    address: str
    current: str


GROUPS: tuple[tuple[str, tuple[Place, ...]], ...] = (
    (
        "Look up",
        (
            Place("Register", "register_pages.register_page", ("register_pages.finding_page",)),
            Place("Find similar", "register_pages.similar_page"),
            Place("Forces", "register_pages.forces_page", ("register_pages.force_page",)),
            Place("Compare", "compare_pages.compare_page"),
            Place("Pictures", "picture_pages.pictures_page", ("picture_pages.region_page",)),
        ),
    ),
    (
        "Themes",
        (
            Place("Themes", "themes_pages.themes_page", ("themes_pages.passage_page",)),
            Place("Tag texts", "themes_pages.tag_page"),
            Place(
                "Review",
                "correction_pages.queue_page",
                ("correction_pages.corrections_page", "training_pages.training_page"),
                tagged=True,
            ),
            Place("Not found", "vocabulary_pages.unmet_page", ("vocabulary_pages.vocabulary_page",)),
        ),
    ),
    (
        "My work",
        (
            Place(
                "Briefs",
                "brief_pages.briefs_page",
                (
                    "brief_pages.brief_page",
                    "brief_pages.edit_page",
                    "brief_pages.ready_page",
                    "receipt_pages.receipts_page",
                    "receipt_pages.receipt_page",
                ),
            ),
            Place("Saved searches", "standing_pages.searches_page", ("standing_pages.search_changes",)),
            Place("Documents", "overview_pages.documents_page", ("pages.document_page",)),
            Place(
                "Add documents",
                "upload_pages.upload_page",
                ("upload_pages.job_page",),
            ),
            Place("Corrected details", "detail_pages.details_page", ("detail_pages.document_details_page",)),
        ),
    ),
    ("Help", (Place("Help", "help_pages.help_page", ("help_pages.accessibility_page",)),)),
)


def add_places(app: Flask, engine: Engine) -> None:
    """Lets templates ask for the navigation's links by `nav_groups()`."""
    app.add_template_global(lambda: nav_groups(engine), "nav_groups")


def nav_groups(engine: Engine) -> list[tuple[str, list[Link]]]:
    """The groups of the navigation as this page shows them."""
    tagged = _is_tagged(engine)
    return [(title, [_link(one) for one in group if tagged or not one.tagged]) for title, group in GROUPS]


def _is_tagged(engine: Engine) -> bool:
    try:
        return seen(engine).held.tags.model is not None
    except PrecedentError:  # no index: the page says so
        return False


def _link(place: Place) -> Link:
    here = request.endpoint
    current = "page" if here == place.endpoint else "true" if here in place.under else ""
    return Link(place.label, url_for(place.endpoint), current)
