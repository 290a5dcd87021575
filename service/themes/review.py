"""What people do with themes: tag texts, go through what is in doubt, correct it, and see what is said where."""

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from models.encoder import ModelError
from models.taxonomy import load_taxonomy
from service.contract.requests import RequestError
from service.contract.responses import (
    CorrectionRecord,
    Passage,
    QueueItem,
    QueueResponse,
    TaggedText,
    TagResponse,
    ThemeCounts,
    ThemeModelRecord,
    ThemesAnswer,
)
from service.memory import passage_rows
from service.memory.opened import Opened
from service.state.corrections import Corrected, Correction, learnable
from service.themes.tagging import Tagger, Text

if TYPE_CHECKING:
    from models.taxonomy import Taxonomy
    from models.theme_model import ThemeModel
    from service.engine import Engine

Ids = NDArray[np.int64]
Numbers = NDArray[np.float64]

QUEUE = 20  # passages of the queue shown at a time
_POOL = 300  # the most doubtful passages, among which unlike ones are looked for
_UNLIKE = 0.7  # how much of its use a passage loses that is just like one that stands before it
_SKIPPED = ("glossary", "grade")
NO_MODEL = "There is no theme model to tag with. Run `precedent themes train`, then `precedent build`."


class Themes:
    """Themes over an engine: its generation, its model and people's corrections. Safe to use from several threads."""

    def __init__(self, engine: "Engine") -> None:
        self._engine = engine

    def tag(self, texts: Sequence[Text], *, evidence: bool = True) -> TagResponse:
        """The themes of texts. Raises ModelError where there is no model."""
        model = _model(self._engine.current())
        tagger = Tagger(model, self._engine.encoder, self._engine.state.corrected())
        return {"model": _record(model), "results": tagger.tag(texts, evidence)}

    def tag_passage(self, key: str) -> tuple[Passage, TaggedText] | None:
        """A passage with the themes it has and the sentences that carry them; None for one that is not there."""
        opened = self._engine.current()
        passage = passage_rows.passage_by_key(opened.generation.tables, key)
        if passage is None:
            return None
        lead = f"{passage['parent']['text']} " if passage["parent"] else ""
        inherits = {tag["theme"]: tag["probability"] for tag in opened.tags.of(key) if tag["origin"] == "inherited"}
        asked = Text(lead + passage["text"], tuple(passage["section"]), "", inherits, key)
        number = passage_rows.number_by_key(opened.generation.tables, key) or 0
        # As it is shown elsewhere: the correction may be that of another place where the same is said.
        person = opened.tags.corrected.get(number)
        corrected = Corrected(0, {key: person} if person else {}, {})
        tagged = Tagger(_model(opened), self._engine.encoder, corrected).tag([asked])[0]
        for theme in tagged["themes"]:
            theme["evidence"] = [
                {"start": max(0, span["start"] - len(lead)), "end": span["end"] - len(lead)}
                for span in theme["evidence"]
                if span["end"] > len(lead)
            ]
        return self._engine.shown(passage), tagged

    def themes(self) -> ThemesAnswer:
        """Every theme with what it means, and how many results have it in the current index."""
        opened = self._engine.current()
        model = opened.tags.model
        assigned, inherited = _totals(opened)
        return {
            "model": _record(model) if model else None,
            "themes": [
                {
                    "theme": theme.key,
                    "label": theme.label,
                    "definition": theme.definition,
                    "not_this": theme.not_this,
                    "terms": list(theme.terms),
                    "assigned": assigned.get(theme.key, 0),
                    "inherited": inherited.get(theme.key, 0),
                }
                for theme in _taxonomy(opened).themes
            ],
        }

    def counts(self, by: str) -> ThemeCounts:
        """For each theme and each value of the facet `by` (force or year), the results that are assigned the theme.

        What is about several forces counts for each. `inherited` counts the results besides that only take it over.
        """
        opened = self._engine.current()
        column = opened.columns.facets[by]
        values_of: dict[int, list[str]] = {}
        for place, code in zip(column.of.tolist(), column.codes.tolist(), strict=True):
            values_of.setdefault(place, []).append(column.values[code])
        cells: dict[str, dict[str, set[int]]] = {"own": {}, "all": {}}
        for place, tags in opened.tags.shown.items():
            fold = int(opened.columns.fold[place])
            for tag, value in product(tags, values_of[place]):
                name = f"{tag['theme']}\n{value}"
                cells["all"].setdefault(name, set()).add(fold)
                if tag["origin"] != "inherited":
                    cells["own"].setdefault(name, set()).add(fold)
        present = {name.split("\n")[1] for name in cells["all"]}
        values = [value for value in column.values if value in present]
        own = {name: len(folds) for name, folds in cells["own"].items()}
        more = {name: len(folds) - own.get(name, 0) for name, folds in cells["all"].items()}
        return {
            "by": by,
            "values": values,
            "rows": [
                {
                    "theme": theme.key,
                    "label": theme.label,
                    "assigned": [own.get(f"{theme.key}\n{value}", 0) for value in values],
                    "inherited": [more.get(f"{theme.key}\n{value}", 0) for value in values],
                }
                for theme in _taxonomy(opened).themes
            ],
        }

    def queue(self, size: int = QUEUE) -> QueueResponse:
        """The passages that it helps most to look at: in doubt, unlike one another, and not yet looked at.

        By maximal marginal relevance (Carbonell and Goldstein, SIGIR 1998), with doubt as relevance.
        """
        opened = self._engine.current()
        model = _model(opened)
        waiting, doubts = _doubtful(opened)
        chosen = _unlike(opened, waiting[: max(_POOL, size)], doubts[: max(_POOL, size)], size)
        passages = passage_rows.passages_by_id(opened.generation.tables, [int(n) for n in chosen])
        items: list[QueueItem] = [
            {
                "passage": {**passage, "themes": opened.tags.of(passage["passage_id"])},
                "parent": _asked_by(opened, passage) or None,
            }
            for passage in passages
        ]
        response: QueueResponse = {"model": _record(model), "waiting": len(waiting), "items": items}
        return self._engine.shown(response)

    def correct(self, *, who: str, themes: Sequence[str], why: str = "", passage: str = "", text: str = "") -> int:
        """Keep what a person says the themes of a passage or of a text are; the correction's id.

        Raises RequestError for an unknown theme or passage, and without a name.
        """
        opened = self._engine.current()
        model = _model(opened)
        if unknown := sorted(set(themes) - set(model.taxonomy.keys)):
            raise RequestError(f"{unknown[0]!r} is no theme; there are {', '.join(model.taxonomy.keys)}.")
        if not who.strip():
            raise RequestError("Give your name: a correction is kept with who made it.")
        found = passage_rows.passage_by_key(opened.generation.tables, passage) if passage else None
        if passage and found is None:
            raise RequestError("This passage is no longer in the index; nothing was corrected.")
        if found is None and not text.strip():
            raise RequestError("There is no text to correct.")
        before = _shown(opened, found) if found else self._tagged(text)
        correction = Correction(
            at=now(),
            who=who.strip()[:200],
            passage=passage or None,
            text=found["text"] if found else text,
            document=found["document"]["title"] if found else "",
            before=before,
            model=model.id,
            after=tuple(sorted(set(themes))),
            why=why.strip()[:2000],
            section=tuple(found["section"]) if found else (),
        )
        return self._engine.state.add([correction])[0]

    def undo(self, number: int, who: str) -> CorrectionRecord | None:
        """Have a correction no longer hold; None where there is none that holds."""
        if not who.strip():
            raise RequestError("Give your name: what is undone is kept with who undid it.")
        undone = self._engine.state.undo(number, who.strip()[:200], now())
        return _correction_record(undone, self._engine.current()) if undone else None

    def corrections(self) -> list[CorrectionRecord]:
        """Every correction ever made, the latest first, each with whether its passage is still indexed."""
        opened = self._engine.current()
        found = [_correction_record(one, opened) for one in reversed(self._engine.state.all())]
        return self._engine.shown(found)

    def kept(self) -> list[Correction]:
        """Every correction as it is kept, oldest first."""
        return self._engine.state.all()

    def waiting_to_be_learned(self) -> int:
        """The corrections that the model in use has not been trained with."""
        model = self._engine.current().tags.model
        return len(learnable(self._engine.state.all()) ^ set(model.corrections if model else ()))

    def _tagged(self, text: str) -> dict[str, str]:
        themes = self.tag([Text(text)], evidence=False)["results"][0]["themes"]
        return {theme["theme"]: theme["origin"] for theme in themes if theme["assigned"]}


def now() -> str:
    """This moment, in UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def _model(opened: Opened) -> "ThemeModel":
    if opened.tags.model is None:
        raise ModelError(NO_MODEL)
    return opened.tags.model


def _taxonomy(opened: Opened) -> "Taxonomy":
    return opened.tags.model.taxonomy if opened.tags.model else load_taxonomy()


def _record(model: "ThemeModel") -> ThemeModelRecord:
    figures = model.figures
    return {
        "id": model.id,
        "created": model.created,
        "examples": figures["examples"],
        "micro_f1": figures["micro"]["f1"],
    }


def _shown(opened: Opened, passage: Passage) -> dict[str, str]:
    return {tag["theme"]: tag["origin"] for tag in opened.tags.of(passage["passage_id"])}


def _asked_by(opened: Opened, passage: Passage) -> str:
    """The text of the recommendation that a comment is about; empty for anything else."""
    if passage["kind"] != "comment":
        return ""
    number = passage_rows.number_by_key(opened.generation.tables, passage["passage_id"])
    asked = opened.tags.asked.get(number or 0, ())
    texts = passage_rows.texts_by_id(opened.generation.tables, asked)
    return "\n".join(texts[place] for place in asked)


def _totals(opened: Opened) -> tuple[dict[str, int], dict[str, int]]:
    own: dict[str, set[int]] = {}
    every: dict[str, set[int]] = {}
    for place, tags in opened.tags.shown.items():
        for tag in tags:
            fold = int(opened.columns.fold[place])
            every.setdefault(tag["theme"], set()).add(fold)
            if tag["origin"] != "inherited":
                own.setdefault(tag["theme"], set()).add(fold)
    assigned = {theme: len(folds) for theme, folds in own.items()}
    return assigned, {theme: len(folds) - assigned.get(theme, 0) for theme, folds in every.items()}


def _doubtful(opened: Opened) -> tuple[Ids, Numbers]:
    """The passages in doubt, one of each fold, and how much; the greatest doubt first."""
    tags, tables = opened.generation.tags, opened.generation.tables
    if tags is None:
        return np.zeros(0, np.int64), np.zeros(0)
    skipped = {row[0] for row in tables.execute(f"SELECT id FROM passages WHERE kind IN {_SKIPPED}")}  # noqa: S608
    done = {int(opened.columns.fold[place]) for place in opened.tags.corrected}
    seen: set[int] = set()
    found: list[tuple[int, float]] = []
    # A quarter is a distance of 1.4 logits from the threshold: beyond that, hardly one in ten is wrong.
    for passage, doubt in tags.execute(
        "SELECT passage, doubt FROM decisions WHERE doubt >= 0.25 ORDER BY doubt DESC, passage"
    ):
        fold = int(opened.columns.fold[passage])
        if passage not in skipped and fold not in seen and fold not in done:
            seen.add(fold)
            found.append((passage, doubt))
    return np.array([n for n, _ in found], np.int64), np.array([doubt for _, doubt in found])


def _unlike(opened: Opened, waiting: Ids, doubts: Numbers, size: int) -> list[int]:
    """Some of the passages, each in doubt and unlike those before it."""
    if not len(waiting):
        return []
    rows = [opened.generation.vectors.rows_of(int(n)) for n in waiting]
    means = np.array([own.mean(axis=0) if len(own) else np.zeros(own.shape[1]) for own in rows])
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


def _correction_record(correction: Correction, opened: Opened) -> CorrectionRecord:
    gone = correction.passage is not None and (
        passage_rows.number_by_key(opened.generation.tables, correction.passage) is None
    )
    return {
        "id": correction.id,
        "at": correction.at,
        "who": correction.who,
        "passage_id": correction.passage,
        "text": correction.text,
        "title": correction.document,
        "before": sorted(correction.before),
        "after": list(correction.after),
        "why": correction.why,
        "model": correction.model,
        "undone_at": correction.undone_at,
        "undone_by": correction.undone_by,
        "gone": gone,
    }
