"""How receipts are asked again, those of themes too: for the pages, the API and the command line."""

import hashlib
from pathlib import Path

from service.contract.brief_shapes import ReceiptRow
from service.contract.service_errors import RequestError
from service.contract.values import Values
from service.memory.snapshot import Snapshot
from service.state.kept_briefs import Briefs
from service.themes.tagging import Text, tag_texts
from service.work.receipts import Came, Repeat, repeats


def all_repeats(data: Path) -> dict[str, Repeat]:
    """How each kind of receipt of a data folder is asked."""
    return repeats(Briefs(data), tagged)


def tagged(seen: Snapshot, asked: Values) -> Came:
    """The themes of a text as the rows of a receipt: those that it has, likeliest first."""
    text, parent = (next(iter(asked.get(name, ())), "") for name in ("text", "parent"))
    if not text.strip():
        raise RequestError("There is no text to tag.")
    found = tag_texts(seen, [Text(text, (), parent)], evidence=False).results[0]
    rows = [
        ReceiptRow(
            key=one.theme,
            list=one.origin,
            rank=rank,
            score=one.probability,
            match=None,
            status=None,
            status_date=None,
            text_sha256=hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest(),
            citation=one.label,
        )
        for rank, one in enumerate((t for t in found.themes if t.assigned or t.origin == "inherited"), start=1)
    ]
    return Came(rows, len(rows))
