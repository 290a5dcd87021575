"""The pages of receipts: the list, and one with what is otherwise now; and the forms that keep one."""

from flask import Blueprint, Response, abort, render_template, url_for

from service.contract.brief_shapes import BriefReceiptForm, SearchReceiptForm, SimilarReceiptForm, TagReceiptForm
from service.contract.values import Request
from service.engine import Engine
from service.state.kept_receipts import Receipts
from service.web.exchange import asked_by_form, nothing_asked, refuse_foreign, seen, seen_off, sent
from service.web.receipt_making import all_repeats
from service.work.receipts import keep, receipt_records, verify

_FORMS: dict[str, type[Request]] = {
    "search": SearchReceiptForm,
    "similar": SimilarReceiptForm,
    "brief": BriefReceiptForm,
    "tag": TagReceiptForm,
}


def receipt_pages_blueprint(engine: Engine) -> Blueprint:
    """The routes of these pages."""
    pages = Blueprint("receipt_pages", __name__)
    receipts = Receipts(engine.data)
    pages.before_request(refuse_foreign)

    @pages.get("/receipts")
    def receipts_page() -> str:
        nothing_asked()
        return render_template("receipts.html", receipts=receipt_records(seen(engine), receipts))

    @pages.get("/receipts/<number>")
    def receipt_page(number: str) -> str:
        nothing_asked()
        kept = receipts.one(number)
        if kept is None:
            abort(404)
        return render_template("receipt.html", answer=verify(seen(engine), kept, all_repeats(engine.data)))

    @pages.post("/receipts/<any(search, similar, brief, tag):kind>")
    def keep_page(kind: str) -> Response:
        asked_by_form(_FORMS[kind], engine)  # a field that is not known is refused
        parameters = sent()
        who, why = ("".join(parameters.get(name, ())[:1]) for name in ("who", "why"))
        number = keep(seen(engine), receipts, all_repeats(engine.data), kind, parameters, who, why)
        return seen_off(url_for("receipt_pages.receipt_page", number=number), who)

    return pages
