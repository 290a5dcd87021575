"""The pages that take documents in: the form, the build that it starts, and what each reading found and left out."""

from collections.abc import Mapping
from http import HTTPStatus
from math import ceil
from pathlib import Path

from flask import Blueprint, Response, abort, make_response, redirect, render_template, request, url_for
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import RequestEntityTooLarge

from corpus.readers.formats import READERS
from corpus.readers.reading import MEGABYTE, Limits
from service.contract.requests import MAX_WHO, WhoForm
from service.contract.service_errors import RequestError
from service.contract.signature import signed, this_moment
from service.engine import Engine
from service.web.exchange import asked_by_form, nothing_asked, refuse_foreign, seen_off, who
from service.work.build_job import Job, at_work, job_lock, left_behind, read_job, start_job
from service.work.receiving import begin, told
from service.work.uploads import MOST_BYTES, MOST_FILES, Sent

STAGES: Mapping[str, str] = {
    "": "Starting",
    "read": "Reading the files",
    "train": "Getting the theme model ready",
    "compare": "Comparing with the index as it is",
    "passages": "Writing passages down",
    "closure": "Judging what comments say",
    "lexical": "Making words searchable",
    "windows": "Cutting passages up",
    "encode": "Working out what passages mean",
    "vectors": "Making meanings searchable",
    "milvus": "Sending them to Milvus",
    "themes": "Finding themes",
    "verify": "Checking the new index",
    "publish": "Putting it in place",
}
_REFRESH = 2  # seconds


def upload_pages_blueprint(engine: Engine, allowed: bool) -> Blueprint:
    """The routes of these pages; where uploading is not `allowed`, they say so and take nothing."""
    pages = Blueprint("upload_pages", __name__)

    pages.before_request(refuse_foreign)
    pages.add_app_template_global(lambda: allowed, "can_build")

    @pages.get("/upload")
    def upload_page() -> str:
        nothing_asked()
        return _form(engine, allowed)

    @pages.post("/upload")
    def receive_page() -> Response:
        if not allowed:
            abort(HTTPStatus.FORBIDDEN)
        request.max_content_length = MOST_BYTES
        try:
            return _received(engine)
        except RequestError as error:
            return make_response(_form(engine, allowed, str(error)), HTTPStatus.BAD_REQUEST)
        except RequestEntityTooLarge:
            most = MOST_BYTES // MEGABYTE
            sentence = f"The files have more than {most} MB together: send them one after another."
            return make_response(_form(engine, allowed, sentence, typed=False), HTTPStatus.REQUEST_ENTITY_TOO_LARGE)

    @pages.post("/build")
    def build_page() -> Response:
        if not allowed:
            abort(HTTPStatus.FORBIDDEN)
        name = signed(asked_by_form(WhoForm, engine).who, "it is shown with the build")
        again = left_behind(engine.data)
        with job_lock(engine.data) as lock:
            start_job(engine.data, lock, Job(name, this_moment()), again)
        return seen_off(url_for("upload_pages.job_page"), name)

    @pages.get("/upload/progress")
    def job_page() -> str | Response:
        nothing_asked()
        job = read_job(engine.data)
        if job is None:
            return redirect(url_for("upload_pages.upload_page"), HTTPStatus.SEE_OTHER)  # type: ignore[return-value]
        return render_template(
            "upload_progress.html",
            job=told(job, masked=engine.masks),
            stage=STAGES.get(job.stage, job.stage.capitalize()),
            refresh=_REFRESH if job.state == "running" else None,
            percent=_percent(job),
        )

    return pages


def _form(engine: Engine, allowed: bool, sentence: str = "", *, typed: bool = True) -> str:
    return render_template(
        "upload.html",
        allowed=allowed,
        sentence=sentence,
        busy=at_work(engine.data),
        last=read_job(engine.data),
        endings=sorted(READERS),
        most_files=MOST_FILES,
        most_bytes=MOST_BYTES // MEGABYTE,
        most_file=Limits().size // MEGABYTE,
        most_pages=Limits().pages,
        who=request.form.get("who", "")[:MAX_WHO] or who() if typed else who(),
    )


def _received(engine: Engine) -> Response:
    """Keep what was sent and start a build with it. Raises RequestError where nothing was kept."""
    name = signed(request.form.get("who", ""), "it is shown with what you send")
    sent = [Sent(one.filename or "", _saver(one)) for one in request.files.getlist("file") if one.filename]
    begin(engine.data, name, sent)
    return seen_off(url_for("upload_pages.job_page"), name)


def _saver(one: FileStorage):  # type: ignore[no-untyped-def]
    def save(path: Path) -> None:
        one.save(path)

    return save


def _percent(job: Job) -> int | None:
    """How much of its stage is done; None where that cannot be told."""
    return min(100, ceil(100 * job.done / job.total)) if job.total > 1 else None
