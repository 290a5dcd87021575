"""The JSON API, version 1: briefs, and receipts with what is otherwise now."""

from flask import Blueprint, Response

from service.contract.brief_shapes import BriefAnswer, BriefsAnswer, ReceiptAnswer, ReceiptsAnswer, VerifyAnswer
from service.contract.signature import this_moment
from service.engine import Engine
from service.state.kept_briefs import Briefs
from service.state.kept_receipts import Receipts
from service.web.api import PREFIX
from service.web.exchange import answered, found, nothing_asked, seen
from service.web.openapi import described
from service.web.receipt_making import all_repeats
from service.work.brief_files import MIMETYPES, brief_file, file_stem
from service.work.briefs import brief_answer, brief_record
from service.work.receipts import receipt_answer, receipt_records, receipts_of, verify


def brief_api_blueprint(engine: Engine) -> Blueprint:
    """The routes of briefs and receipts under /api/v1."""
    api = Blueprint("brief_api", __name__, url_prefix=PREFIX)
    briefs, receipts = Briefs(engine.data), Receipts(engine.data)

    def answer(number: int) -> BriefAnswer | None:
        kept = briefs.one(number)
        return brief_answer(seen(engine), kept, receipts_of(receipts, kept)) if kept else None

    @api.get("/briefs")
    @described("Every brief that was not taken away", BriefsAnswer)
    def all_briefs() -> Response:
        nothing_asked()
        rows = [brief_record(one) for one in briefs.all() if one.removed is None]
        return answered(seen(engine).shown(BriefsAnswer(briefs=rows)))

    @api.get("/briefs/<int(max=999999999):number>")
    @described("One of the briefs, each item as it stands now", BriefAnswer)
    def one_brief(number: int) -> Response:
        nothing_asked()
        return found(answer(number), "brief", str(number))

    @api.get("/briefs/<int(max=999999999):number>.csv")
    @described("One of the briefs, as CSV")
    def brief_csv(number: int) -> Response:
        nothing_asked()
        return found(answer(number), "brief", str(number), _csv)

    def _csv(made: BriefAnswer) -> Response:
        headers = {"Content-Disposition": f'attachment; filename="precedent-{file_stem(made)}.csv"'}
        pieces = brief_file(made, "csv", seen(engine).force_label, this_moment())
        return Response(pieces, content_type=MIMETYPES["csv"], headers=headers)

    @api.get("/receipts")
    @described("Every receipt", ReceiptsAnswer)
    def all_receipts() -> Response:
        nothing_asked()
        return answered(ReceiptsAnswer(receipts=receipt_records(seen(engine), receipts)))

    @api.get("/receipts/<receipt>")
    @described("One of the receipts", ReceiptAnswer)
    def one_receipt(receipt: str) -> Response:
        nothing_asked()
        return found(receipts.one(receipt), "receipt", receipt, lambda one: answered(receipt_answer(seen(engine), one)))

    @api.get("/receipts/<receipt>/verify")
    @described("A receipt repeated, and what is otherwise now", VerifyAnswer)
    def verified(receipt: str) -> Response:
        nothing_asked()
        repeat = all_repeats(engine.data)
        return found(receipts.one(receipt), "receipt", receipt, lambda one: answered(verify(seen(engine), one, repeat)))

    return api
