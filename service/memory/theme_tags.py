"""The themes of a generation's passages as they are shown: what the model assigned, as corrected, and what comments
take over from the recommendation that they are about.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from service.contract.filters import UNKNOWN
from service.contract.responses import ThemeTag
from service.state.corrections import NOTHING, Corrected, Correction, words_hash

if TYPE_CHECKING:
    from indexer.generation import Generation
    from models.taxonomy import Taxonomy
    from models.theme_model import ThemeModel
    from service.memory.facets import Columns

# Kinds of passages that say what is asked for. What stands around it tells why, and often of much else.
ASKING = ("recommendation", "area_for_improvement", "cause_of_concern")
Shown = Mapping[int, tuple[ThemeTag, ...]]


@dataclass(frozen=True, slots=True)
class Tags:
    """Themes by passages.id. `own` is what the model assigned, `asked` gives for comments the passages that ask for
    what they are about.

    `shown` is what holds with the corrections of `version` taken in, by id and in `by_key` by passages.key;
    `corrected` gives the correction that holds for a passage. `model` is None where nothing is tagged.
    """

    model: "ThemeModel | None"
    keys: Mapping[int, str]
    own: Shown
    asked: Mapping[int, tuple[int, ...]]
    version: int
    shown: Shown
    by_key: Mapping[str, tuple[ThemeTag, ...]]
    corrected: Mapping[int, Correction]

    def of(self, key: str) -> list[ThemeTag]:
        """The themes of a passage to show, the likeliest first."""
        return list(self.by_key.get(key, ()))

    def label(self, theme: str) -> str:
        """The label of a theme."""
        if theme == UNKNOWN:
            return "No theme"
        return self.model.taxonomy.label(theme) if self.model else theme


def read_tags(generation: "Generation", model: "ThemeModel | None") -> Tags:
    """What the model of a generation assigned, before any correction."""
    keys: dict[int, str] = {}
    comments: dict[int, int] = {}
    asks: dict[int, list[int]] = defaultdict(list)
    for row in generation.tables.execute("SELECT id, key, kind, finding FROM passages ORDER BY id"):
        keys[row["id"]] = row["key"]
        if row["finding"] is not None and row["kind"] == "comment":
            comments[row["id"]] = row["finding"]
        elif row["finding"] is not None and row["kind"] in ASKING:
            asks[row["finding"]].append(row["id"])
    own: dict[int, list[ThemeTag]] = defaultdict(list)
    if generation.tags is not None:
        for passage, theme, probability in generation.tags.execute(
            "SELECT passage, theme, probability FROM tags WHERE assigned ORDER BY passage, probability DESC, theme"
        ):
            own[passage].append({"theme": theme, "probability": probability, "origin": "model"})
    asked = {comment: tuple(asks[finding]) for comment, finding in comments.items()}
    tags = Tags(model, keys, {i: tuple(t) for i, t in own.items()}, asked, -1, {}, {}, {})
    return overlaid(tags, NOTHING, generation.tables)


def overlaid(tags: Tags, corrected: Corrected, tables: sqlite3.Connection) -> Tags:
    """The themes with `corrected` taken in."""
    places = {
        place: correction
        for place, correction in _places(tags, corrected, tables)
        if tags.model is None or said(correction, tags.model.taxonomy) is not None
    }
    shown = dict(tags.own) | {place: tuple(_by_person(tags, correction)) for place, correction in places.items()}
    # Whoever says that a comment has no theme says so of those it would take over as well.
    taken = {
        comment: tuple(_taken_over(asked, shown))
        for comment, asked in tags.asked.items()
        if comment not in places and not shown.get(comment)
    }
    shown = {place: found for place, found in {**shown, **taken}.items() if found}
    by_key = {tags.keys[place]: found for place, found in shown.items()}
    return replace(tags, version=corrected.version, shown=shown, by_key=by_key, corrected=places)


def with_tags(columns: "Columns", tags: Tags) -> "Columns":
    """The filterable side of a generation with the themes that are shown."""
    entries = [(place, tag["theme"]) for place, found in tags.shown.items() for tag in found]
    return columns.with_themes([place for place, _ in entries], [theme for _, theme in entries])


def _places(tags: Tags, corrected: Corrected, tables: sqlite3.Connection) -> Iterator[tuple[int, Correction]]:
    """The passages that corrections hold for: their own, and others of its fold that say it in the same words."""
    for key, correction in sorted(corrected.by_passage.items(), key=lambda pair: pair[1].id):
        for own in tables.execute("SELECT id, fold, kind FROM passages WHERE key = ?", (key,)).fetchall():
            yield own["id"], correction
            rows = tables.execute("SELECT id, key, text FROM passages WHERE fold = ?", (own["fold"],)).fetchall()
            for row in rows if own["kind"] != "comment" else ():
                if row["key"] not in corrected.by_passage and words_hash(row["text"]) == correction.words:
                    yield row["id"], correction


def _by_person(tags: Tags, correction: Correction) -> Iterable[ThemeTag]:
    themes = said(correction, tags.model.taxonomy) if tags.model else correction.after
    return [{"theme": theme, "probability": 1.0, "origin": "person"} for theme in themes or ()]


def said(correction: Correction, taxonomy: "Taxonomy") -> tuple[str, ...] | None:
    """The themes that a person gave, as they are called today; None where none of those given is known any more."""
    known = {*taxonomy.keys, *taxonomy.moved}
    kept = [theme for theme in correction.after if theme in known]
    return tuple(sorted(taxonomy.all_now(kept))) if kept or not correction.after else None


def _taken_over(asked: Iterable[int], shown: Shown) -> Iterable[ThemeTag]:
    best: dict[str, float] = {}
    for place in asked:
        for tag in shown.get(place, ()):
            best[tag["theme"]] = max(best.get(tag["theme"], 0.0), tag["probability"])
    ranked = sorted(best.items(), key=lambda pair: (-pair[1], pair[0]))
    return [{"theme": theme, "probability": probability, "origin": "inherited"} for theme, probability in ranked]
