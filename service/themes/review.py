"""What is in doubt and what people say of it: the queue to go through, corrections, and undoing them."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.theme_model import ThemeModel
from service.contract.requests import MAX_WHY
from service.contract.service_errors import RequestError
from service.contract.signature import signed, this_moment
from service.contract.theme_responses import CorrectionRecord, QueueItem, QueueResponse
from service.memory.opened import Opened
from service.memory.passage_rows import number_by_key, passage_of, row_by_key, rows_by_id, texts_by_id
from service.memory.snapshot import Snapshot
from service.state.corrections import Correction, State, learnable
from service.themes.tagging import Text, tag_texts, theme_model
from service.themes.theme_counts import model_record

Ids = NDArray[np.int64]
Numbers = NDArray[np.float64]

QUEUE = 20  # passages of the queue shown at a time
_POOL = 300  # the most doubtful passages, among which unlike ones are looked for
_UNLIKE = 0.7  # how much of its use a passage loses that is just like one that stands before it
_SKIPPED = ("glossary", "grade")
# A quarter is a distance of 1.4 logits from the threshold: beyond that, hardly one in ten is wrong.
_DOUBTS = "SELECT passage, doubt FROM decisions WHERE doubt >= 0.25 ORDER BY doubt DESC, passage"


def queue(seen: Snapshot, size: int = QUEUE) -> QueueResponse:
    """The passages that it helps most to look at: in doubt, unlike one another, and not yet looked at.

    By maximal marginal relevance (Carbonell and Goldstein, SIGIR 1998), with doubt as relevance. Raises ModelError
    where nothing is tagged.
    """
    held, model = seen.held, theme_model(seen)
    waiting, doubts = _doubtful(held)
    pool = max(_POOL, size)
    chosen = _unlike(held, waiting[:pool], doubts[:pool], size)
    items = [
        QueueItem(passage=passage_of(row, held.tags), parent=_asked_by(held, int(place)) or None)
        for place, row in zip(chosen, rows_by_id(held.generation.tables, chosen), strict=True)
    ]
    return seen.shown(QueueResponse(model=model_record(model), waiting=len(waiting), items=items))


def correct(
    seen: Snapshot,
    state: State,
    *,
    who: str,
    themes: Sequence[str],
    why: str = "",
    passage: str | None = None,
    text: str = "",
) -> int:
    """Keep what a person says the themes of a passage or of a text are; the correction's id.

    Raises RequestError for an unknown theme or passage, and without a name.
    """
    model = theme_model(seen)
    if unknown := sorted(set(themes) - set(model.taxonomy.keys)):
        raise RequestError(f"{unknown[0]!r} is no theme; there are {', '.join(model.taxonomy.keys)}.")
    row = row_by_key(seen.held.generation.tables, passage) if passage else None
    if passage and row is None:
        raise RequestError("This passage is no longer in the index; nothing was corrected.")
    if row is None and not text.strip():
        raise RequestError("There is no text to correct.")
    found = passage_of(row, seen.held.tags) if row else None
    correction = Correction(
        at=this_moment(),
        who=signed(who, "a correction is kept with who made it"),
        passage=passage or None,
        text=found.text if found else text,
        document=found.document.title if found else "",
        before={tag.theme: tag.origin for tag in found.themes} if found else _tagged(seen, text),
        model=model.id,
        after=tuple(sorted(set(themes))),
        why=why.strip()[:MAX_WHY],
        section=tuple(found.section) if found else (),
    )
    return state.add([correction])[0]


def undo(seen: Snapshot, state: State, number: int, who: str) -> CorrectionRecord | None:
    """Have a correction no longer hold; None where there is none that holds."""
    name = signed(who, "what is undone is kept with who undid it")
    undone = state.undo(number, name, this_moment())
    return seen.shown(_record(undone, seen.held)) if undone else None


def corrections(seen: Snapshot, state: State) -> list[CorrectionRecord]:
    """Every correction ever made, the latest first, each with whether its passage is still indexed."""
    return [seen.shown(_record(one, seen.held)) for one in reversed(state.all())]


def unlearned(model: ThemeModel | None, state: State) -> int:
    """The corrections that the model in use has not been trained with."""
    return len(learnable(state.all()) ^ set(model.corrections if model else ()))


def _tagged(seen: Snapshot, text: str) -> dict[str, str]:
    found = tag_texts(seen, [Text(text)], evidence=False).results[0].themes
    return {theme.theme: theme.origin for theme in found if theme.assigned}


def _asked_by(held: Opened, place: int) -> str:
    """The text of the recommendation that a comment is about; empty for anything else."""
    asked = held.tags.assigned.asked(place) or ()
    texts = texts_by_id(held.generation.tables, asked)
    return "\n".join(texts[one] for one in asked)


def _doubtful(opened: Opened) -> tuple[Ids, Numbers]:
    """The passages in doubt, one of each fold, and how much; the greatest doubt first."""
    tags = opened.generation.tags
    if tags is None:
        return np.zeros(0, np.int64), np.zeros(0)
    columns = opened.columns
    found = np.fromiter(map(tuple, tags.execute(_DOUBTS)), [("passage", np.int64), ("doubt", np.float64)])
    found = found[~columns.facets["finding"].has(_SKIPPED, found["passage"])]
    done = columns.fold[np.fromiter(opened.tags.corrected, np.int64)]
    found = found[~np.isin(columns.fold[found["passage"]], done)]
    _, first = np.unique(columns.fold[found["passage"]], return_index=True)
    waiting = found[np.sort(first)]
    return waiting["passage"], waiting["doubt"]


def _unlike(opened: Opened, waiting: Ids, doubts: Numbers, size: int) -> list[int]:
    """Some of the passages, each in doubt and unlike those before it."""
    if not len(waiting):
        return []
    means = opened.generation.vectors.means(waiting).astype(np.float64)
    means /= np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-9)
    nearest = np.zeros(len(waiting))
    left = np.ones(len(waiting), np.bool_)
    chosen: list[int] = []
    for _ in range(min(size, len(waiting))):
        best = int(np.argmax(np.where(left, doubts * (1 - _UNLIKE * nearest), -1)))
        left[best] = False
        chosen.append(int(waiting[best]))
        nearest = np.maximum(nearest, means @ means[best])
    return chosen


def _record(correction: Correction, held: Opened) -> CorrectionRecord:
    passage = correction.passage
    return CorrectionRecord(
        id=correction.id,
        at=correction.at,
        who=correction.who,
        passage_id=passage,
        text=correction.text,
        title=correction.document,
        before=sorted(correction.before),
        after=list(correction.after),
        why=correction.why,
        model=correction.model,
        undone_at=correction.undone_at,
        undone_by=correction.undone_by,
        gone=passage is not None and number_by_key(held.generation.tables, passage) is None,
    )
