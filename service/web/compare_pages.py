"""The page that shows forces side by side on a theme or a question."""

from urllib.parse import urlencode

from flask import Blueprint, render_template, url_for

from service.answers.compare import compare
from service.answers.lookups import forces
from service.contract.compare_shapes import CompareAnswer, CompareRequest, SharedFinding
from service.contract.exports import FORMS
from service.contract.register_responses import RegisterRow
from service.engine import Engine
from service.web.exchange import asked_by_form, seen, sent

_FIELDS = 4  # forces that the form has a field for, at least

SharedRow = tuple[SharedFinding, list[list[RegisterRow]]]


def compare_pages_blueprint(engine: Engine) -> Blueprint:
    """The route of this page."""
    pages = Blueprint("compare_pages", __name__)

    @pages.get("/compare")
    def compare_page() -> str:
        asked, parameters = asked_by_form(CompareRequest, engine), sent()
        now = seen(engine)
        named = [(row.slug, row.name) for row in forces(now).forces if row.documents]
        address = "?" + urlencode(parameters, doseq=True) if parameters else ""
        found = compare(now, asked) if len(asked.force) > 1 else None
        model = now.held.tags.model
        return render_template(
            "compare.html",
            asked=asked,
            parameters=parameters,
            forces=sorted(named, key=lambda row: row[1]),
            fields=range(max(_FIELDS, len(asked.force) + 1)),
            themes=[(theme.key, theme.label) for theme in model.taxonomy.themes] if model else [],
            found=found,
            shared=_shared(found) if found else [],
            downloads=[(form.upper(), url_for("picture_api.download_compare", form=form) + address) for form in FORMS],
        )

    return pages


def _shared(found: CompareAnswer) -> list[SharedRow]:
    """What several were given, each with the rows of each force in their order."""
    rows = {(force.slug, row.finding_id): row for force in found.forces for row in force.findings}
    slugs = [force.slug for force in found.forces]
    return [
        (one, [[rows[own.slug, own.finding_id] for own in one.given if own.slug == slug] for slug in slugs])
        for one in found.shared
    ]
