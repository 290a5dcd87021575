"""The pages of briefs: the list, a brief to read and print, the form that changes it, and the ready-made ones."""

import re
from collections.abc import Callable, Sequence
from typing import TypeVar
from urllib.parse import urlencode, urlsplit

from flask import Blueprint, Response, abort, g, render_template, request, url_for

from service.answers.lookups import forces
from service.contract.brief_shapes import (
    BRIEF_FORMS,
    AddForm,
    AddRegisterForm,
    AddSearchForm,
    AddSimilarForm,
    BriefAnswer,
    BriefForm,
    BriefItem,
    Form,
    NamedForm,
    ReadyForm,
    ReadyRequest,
)
from service.contract.requests import ListRequest, RegisterListRequest, SimilarRequest
from service.contract.service_errors import RequestError, StateError
from service.contract.signature import signed, this_moment
from service.contract.values import Request
from service.engine import Engine
from service.state.kept_briefs import Briefs, KeptBrief
from service.state.kept_receipts import Receipts
from service.web.exchange import asked_by_form, nothing_asked, refuse_foreign, seen, seen_off, sent
from service.work.brief_edits import Sent, edits_of, mark
from service.work.brief_files import MIMETYPES, brief_file, facts_of, file_stem, heading_of, made_words
from service.work.briefs import (
    Ref,
    begin,
    brief_answer,
    brief_record,
    check_name,
    parts_of,
    put,
    refs_of_register,
    refs_of_search,
    refs_of_similar,
    remove,
)
from service.work.ready_briefs import ready_brief
from service.work.receipts import receipts_of

Asked = TypeVar("Asked", bound=Request)
_NUMBER = "<int(max=999999999):number>"
_LAST = "precedent-brief"  # cookie: the brief that somebody began, changed or put something into last


def brief_pages_blueprint(engine: Engine) -> Blueprint:
    """The routes of these pages."""
    pages = Blueprint("brief_pages", __name__)
    briefs = Briefs(engine.data)
    pages.before_request(refuse_foreign)
    pages.add_app_template_global(lambda: _last_once(briefs), "last_brief_once")
    pages.add_app_template_global(lambda: _names_once(briefs), "brief_names_once")
    _add_reading(pages, engine, briefs)
    _add_changing(pages, engine, briefs)
    _add_putting(pages, engine, briefs)
    _add_ready(pages, engine, briefs)
    return pages


def _add_reading(pages: Blueprint, engine: Engine, briefs: Briefs) -> None:
    @pages.get("/briefs")
    def briefs_page() -> str:
        nothing_asked()
        now = seen(engine)
        kept = [now.shown(brief_record(one)) for one in briefs.all()]
        model = now.held.tags.model
        return render_template(
            "briefs.html",
            briefs=[one for one in kept if one.removed_at is None],
            removed=[one for one in kept if one.removed_at is not None],
            forces=sorted((row for row in forces(now).forces if row.documents), key=lambda row: row.name),
            themes=[(theme.key, theme.label) for theme in model.taxonomy.themes] if model else [],
            years=[value for value in now.held.columns.facets["year"].values if value.isdigit()],
        )

    @pages.get(f"/briefs/{_NUMBER}")
    def brief_page(number: int) -> str:
        back = request.args.get("back", "")
        return _brief_page(engine, _one(briefs, number), back=back if _is_ours(back) else "")

    @pages.get(f"/briefs/{_NUMBER}.<any(docx, md, csv):form>")
    def brief_download(number: int, form: Form) -> Response:
        nothing_asked()
        return _file(engine, _one(briefs, number), form)

    @pages.get(f"/briefs/{_NUMBER}/edit")
    def edit_page(number: int) -> str:
        nothing_asked()
        answer = _answer(engine, _one(briefs, number))
        return render_template("brief_edit.html", brief=answer, mark=mark, heading_of=_heading(engine))


def _add_changing(pages: Blueprint, engine: Engine, briefs: Briefs) -> None:
    @pages.post("/briefs")
    def begin_page() -> Response:
        form = asked_by_form(BriefForm, engine)
        return _to(begin(briefs, form.name, form.who), form.who)

    @pages.post(f"/briefs/{_NUMBER}/edit")
    def change_page(number: int) -> Response:
        kept, by = _one(briefs, number), signed(request.form.get("who", ""), "a change is kept with who made it")
        edits = edits_of(kept, _pair("name"), _pair("note"), _sent())
        for one in edits:
            if one.field == "name":
                check_name(briefs, one.value, number)
        if edits:
            briefs.edit(number, edits, by, this_moment())
        return _to(number, by)

    @pages.post(f"/briefs/{_NUMBER}/<any(remove, restore):what>")
    def remove_page(number: int, what: str) -> Response:
        by = asked_by_form(NamedForm, engine).who
        remove(briefs, number, by, back=what == "restore")
        return _to(number, by) if what == "restore" else seen_off(url_for("brief_pages.briefs_page"), by)

    @pages.post(f"/briefs/{_NUMBER}/items/<int(max=999999999):item>/restore")
    def restore_page(number: int, item: int) -> Response:
        by = asked_by_form(NamedForm, engine).who
        remove(briefs, number, by, item=item, back=True)
        return _to(number, by)


def _add_putting(pages: Blueprint, engine: Engine, briefs: Briefs) -> None:
    @pages.post("/briefs/items")
    def add_page() -> Response:
        form = asked_by_form(AddForm, engine)
        refs = [Ref("passage", form.passage_id, note=form.note)] if form.passage_id else []
        refs += [Ref("finding", form.finding_id, note=form.note)] if form.finding_id else []
        number, _ = put(seen(engine), briefs, form.brief_name, refs, form.who)
        return _to(number, form.who, form.back)

    @pages.post("/briefs/search")
    def add_search_page() -> Response:
        form = asked_by_form(AddSearchForm, engine)
        refs = refs_of_search(seen(engine), _only(ListRequest, form))
        return _to(put(seen(engine), briefs, form.brief_name, refs, form.who)[0], form.who)

    @pages.post("/briefs/register")
    def add_register_page() -> Response:
        form = asked_by_form(AddRegisterForm, engine)
        refs = refs_of_register(seen(engine), _only(RegisterListRequest, form))
        return _to(put(seen(engine), briefs, form.brief_name, refs, form.who)[0], form.who)

    @pages.post("/briefs/similar")
    def add_similar_page() -> Response:
        form = asked_by_form(AddSimilarForm, engine)
        refs = refs_of_similar(seen(engine), _only(SimilarRequest, form))
        return _to(put(seen(engine), briefs, form.brief_name, refs, form.who)[0], form.who)


def _add_ready(pages: Blueprint, engine: Engine, briefs: Briefs) -> None:
    @pages.get("/briefs/ready")
    def ready_page() -> str:
        return _brief_page(engine, ready_brief(seen(engine), asked_by_form(ReadyRequest, engine)), ready=True)

    @pages.get("/briefs/ready.<any(docx, md, csv):form>")
    def ready_download(form: Form) -> Response:
        return _file(engine, ready_brief(seen(engine), asked_by_form(ReadyRequest, engine)), form)

    @pages.post("/briefs/ready")
    def keep_ready_page() -> Response:
        form = asked_by_form(ReadyForm, engine)
        made = ready_brief(seen(engine), _only(ReadyRequest, form))
        refs = [Ref(one.picked.kind, one.picked.key, one.picked.part, one.picked.note) for one in made.items]
        number, _ = put(seen(engine), briefs, form.brief_name or made.name, refs, form.who)
        return _to(number, form.who)


def _to(number: int, by: str, back: str = "") -> Response:
    """On to a brief, from where there is a link back to the page that something was put in from."""
    address = url_for("brief_pages.brief_page", number=number)
    response = seen_off(f"{address}?{urlencode({'back': back})}" if back and _is_ours(back) else address, by)
    response.set_cookie(_LAST, str(number), httponly=True, samesite="Strict")
    return response


def _one(briefs: Briefs, number: int) -> KeptBrief:
    return briefs.one(number) or abort(404)


def _answer(engine: Engine, kept: KeptBrief) -> BriefAnswer:
    return brief_answer(seen(engine), kept, receipts_of(Receipts(engine.data), kept))


def _heading(engine: Engine) -> Callable[[BriefItem], str]:
    return lambda item: heading_of(item, seen(engine).force_label)


def _brief_page(engine: Engine, kept: KeptBrief, *, ready: bool = False, back: str = "") -> str:
    answer, parameters = _answer(engine, kept), dict(sent())
    if ready:
        asked = "?" + urlencode(parameters, doseq=True)
        downloads = [(form, url_for("brief_pages.ready_download", form=form) + asked) for form in BRIEF_FORMS]
    else:
        downloads = [(form, url_for("brief_pages.brief_download", number=kept.id, form=form)) for form in BRIEF_FORMS]
    return render_template(
        "brief.html",
        brief=answer,
        parts=parts_of(answer.results),
        heading_of=_heading(engine),
        facts_of=facts_of,
        made=made_words(answer, this_moment()),
        downloads=downloads,
        ready=parameters if ready else None,
        back=back,
    )


def _file(engine: Engine, kept: KeptBrief, form: Form) -> Response:
    answer = _answer(engine, kept)
    headers = {"Content-Disposition": f'attachment; filename="{file_stem(answer)}.{form}"'}
    made = brief_file(answer, form, seen(engine).force_label, this_moment())
    return Response(made, content_type=MIMETYPES[form], headers=headers)


def _only(model: type[Asked], form: Request) -> Asked:
    """What a form asks for besides what it says of the brief."""
    return model(**{name: getattr(form, name) for name in form.model_fields_set if name in model.model_fields})


def _pair(name: str) -> tuple[str, str]:
    return request.form.get(name, ""), request.form.get(f"{name}_was", "")


def _sent() -> Sequence[Sent]:
    """The items that the form sends: four fields of each, in their order."""
    own = [request.form.getlist(name) for name in ("item", "place", "item_note", "item_note_was")]
    if len({len(one) for one in own}) != 1 or not all(re.fullmatch("[0-9]{1,9}", one) for one in own[0]):
        raise RequestError("The form came incomplete: go back, load the page again, and send it once more.")
    gone = set(request.form.getlist("remove"))
    return [Sent(int(item), place, note, was, item in gone) for item, place, note, was in zip(*own, strict=True)]


def _is_ours(address: str) -> bool:
    """Whether an address leads to a page of this service."""
    parts = urlsplit(address)
    return address.startswith("/") and not address.startswith(("//", "/\\")) and not (parts.scheme or parts.netloc)


def _names_once(briefs: Briefs) -> list[str] | None:
    """The names of the briefs there are, for the first form of a page; None for the others, which share them."""
    if "brief_names" in g:
        return None
    try:
        g.brief_names = list(briefs.names().values())
    except StateError:  # a search is answered all the same
        g.brief_names = []
    found: list[str] = g.brief_names
    return found


def _last_once(briefs: Briefs) -> str:
    """The name of the brief that this reader was at work on, "" without one; looked up once for all forms of a page."""
    if "last_brief" not in g:
        number = request.cookies.get(_LAST, "")
        try:
            last = briefs.one(int(number)) if number.isascii() and number.isdigit() and len(number) < 10 else None
        except StateError:  # a search is answered all the same
            last = None
        g.last_brief = last.name if last and last.removed is None else ""
    found: str = g.last_brief
    return found
