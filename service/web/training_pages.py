"""The page that trains a theme model on corrections, shows what it would change, and puts it to use."""

from http import HTTPStatus

from flask import Blueprint, Response, make_response, redirect, render_template, url_for

from service.contract.requests import TrainedModel
from service.engine import Engine
from service.themes.review import unlearned
from service.themes.training_job import TrainingJob
from service.web.exchange import asked_by_form, nothing_asked, refuse_foreign, seen

_SHOWN = 50  # flips that are shown in words


def training_pages_blueprint(engine: Engine) -> Blueprint:
    """The routes of this page."""
    pages = Blueprint("training_pages", __name__)
    pages.before_request(refuse_foreign)
    job = TrainingJob(engine)

    @pages.get("/training")
    def training_page() -> str:
        nothing_asked()
        now, progress = seen(engine), job.progress
        flips = progress.flips
        return render_template(
            "training.html",
            progress=progress,
            part=min(100, round(100 * progress.done / progress.total)),
            model=now.held.tags.model,
            unlearned=unlearned(now.held.tags.model, engine.state),
            flips=flips.flips[:_SHOWN] if flips else [],
            changed=sorted({*flips.gained, *flips.lost}) if flips else [],
        )

    @pages.post("/training")
    def train() -> Response:
        job.train()
        return _back()

    @pages.post("/training/promote")
    def promote() -> Response:
        job.promote(asked_by_form(TrainedModel, engine).model)
        return _back()

    # Whoever has the application can wait for the job.
    pages.record_once(lambda state: state.app.extensions.update(training=job))
    return pages


def _back() -> Response:
    return make_response(redirect(url_for("training_pages.training_page"), HTTPStatus.SEE_OTHER))
