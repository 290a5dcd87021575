"""The themes of a generation's passages as they are shown: what the model assigned, as corrected, and what comments
take over from the recommendation that they are about.

What the model assigned never changes while a generation is held. Corrections lie over it as a few changed passages, so
that one correction costs what it changes, however large the index.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from service.contract.responses import ThemeTag
from service.contract.values import UNKNOWN
from service.state.corrections import NOTHING, Corrected, Correction, words_hash

if TYPE_CHECKING:
    from indexer.generation import Generation
    from models.taxonomy import Taxonomy
    from models.theme_model import ThemeModel
    from service.memory.facets import Column, Columns

# Kinds of passages that say what is asked for. What stands around it tells why, and often of much else.
ASKING = ("recommendation", "area_for_improvement", "cause_of_concern")
Themes = tuple[ThemeTag, ...]


@dataclass(frozen=True, slots=True)
class Assigned:
    """What a model assigned, by passages.id, with what comments take over from it; the same for all corrections.

    `asking` gives for findings, by their number, the passages that ask for them; `asked` for comments those of what
    they are about, `comments` for those the comments.
    """

    keys: Mapping[int, str]
    own: Mapping[int, Themes]
    asking: Mapping[int, tuple[int, ...]]
    asked: Mapping[int, tuple[int, ...]]
    comments: Mapping[int, tuple[int, ...]]
    shown: Mapping[int, Themes]
    by_key: Mapping[str, Themes] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Tags:
    """Themes by passages.id, as they are shown: `assigned`, and over it `changed`, which corrections made of some.

    `corrected` gives the correction that holds for a passage, `taken` all that were taken in. `model` is None where
    nothing is tagged.
    """

    model: "ThemeModel | None"
    assigned: Assigned
    taken: Corrected = NOTHING
    corrected: Mapping[int, Correction] = field(default_factory=dict)
    changed: Mapping[int, Themes] = field(default_factory=dict)
    changed_by_key: Mapping[str, Themes] = field(default_factory=dict)
    _of_findings: dict[int, Themes] = field(init=False, default_factory=dict, repr=False)  # those asked for so far

    def of(self, key: str) -> list[ThemeTag]:
        """The themes of a passage to show, the likeliest first."""
        found = self.changed_by_key.get(key)
        return list(self.assigned.by_key.get(key, ()) if found is None else found)

    def at(self, place: int) -> Themes:
        """The themes of a passage by its number."""
        found = self.changed.get(place)
        return self.assigned.shown.get(place, ()) if found is None else found

    def of_finding(self, number: int) -> Themes:
        """The themes of what a finding asks for, by its number, the likeliest first."""
        if number not in self._of_findings:
            best: dict[str, ThemeTag] = {}
            for place in self.assigned.asking.get(number, ()):
                for tag in self.at(place):
                    if tag.theme not in best or best[tag.theme].probability < tag.probability:
                        best[tag.theme] = tag
            self._of_findings[number] = tuple(sorted(best.values(), key=lambda tag: (-tag.probability, tag.theme)))
        return self._of_findings[number]

    def shown(self) -> Iterator[tuple[int, Themes]]:
        """Every passage that has a theme, with its themes."""
        for place, found in self.assigned.shown.items():
            if place not in self.changed:
                yield place, found
        yield from ((place, found) for place, found in self.changed.items() if found)

    def label(self, theme: str) -> str:
        """The label of a theme."""
        if theme == UNKNOWN:
            return "No theme"
        return self.model.taxonomy.label(theme) if self.model else theme


def read_tags(generation: "Generation", model: "ThemeModel | None") -> Tags:
    """What the model of a generation assigned, before any correction."""
    keys: dict[int, str] = {}
    findings: dict[int, int] = {}
    asks: dict[int, list[int]] = defaultdict(list)
    for row in generation.tables.execute("SELECT id, key, kind, finding FROM passages ORDER BY id"):
        keys[row["id"]] = row["key"]
        if row["finding"] is not None and row["kind"] == "comment":
            findings[row["id"]] = row["finding"]
        elif row["finding"] is not None and row["kind"] in ASKING:
            asks[row["finding"]].append(row["id"])
    own: dict[int, list[ThemeTag]] = defaultdict(list)
    if generation.tags is not None:
        for passage, theme, probability in generation.tags.execute(
            "SELECT passage, theme, probability FROM tags WHERE assigned ORDER BY passage, probability DESC, theme"
        ):
            own[passage].append(ThemeTag(theme=theme, probability=probability, origin="model"))
    asking = {finding: tuple(places) for finding, places in asks.items()}
    asked = {comment: asking.get(finding, ()) for comment, finding in findings.items()}
    comments: dict[int, list[int]] = defaultdict(list)
    for comment, places in asked.items():
        for place in places:
            comments[place].append(comment)
    shown = {place: tuple(found) for place, found in own.items()}
    taken = {comment: tuple(_taken_over(places, shown)) for comment, places in asked.items() if comment not in shown}
    both = shown | {comment: found for comment, found in taken.items() if found}
    of_them = {place: tuple(found) for place, found in comments.items()}
    by_key = {keys[place]: found for place, found in both.items()}
    return Tags(model, Assigned(keys, shown, asking, asked, of_them, both, by_key))


def overlaid(tags: Tags, corrected: Corrected, tables: sqlite3.Connection) -> Tags:
    """The themes with `corrected` taken in, in place of those that `tags` has; only what differs is looked at."""
    before, after = tags.taken.by_passage, corrected.by_passage
    differing = [key for key in before.keys() | after.keys() if before.get(key) != after.get(key)]
    holding, changed = dict(tags.corrected), dict(tags.changed)
    touched = {place for key in differing for place in _recorrected(key, tags, corrected, tables, holding)}
    for place in touched:
        _put(changed, place, tuple(_by_person(tags, holding[place])) if place in holding else None)
    comments = {comment for place in touched for comment in tags.assigned.comments.get(place, ())}
    for comment in (comments | touched) & tags.assigned.asked.keys():
        # Whoever says that a comment has no theme says so of those it would take over as well.
        if comment not in holding and not tags.assigned.own.get(comment):
            fresh = replace(tags, changed=changed)
            asked = tags.assigned.asked[comment]
            _put(changed, comment, tuple(_taken_over(asked, {place: fresh.at(place) for place in asked})))
    by_key = {tags.assigned.keys[place]: found for place, found in changed.items()}
    return replace(tags, taken=corrected, corrected=holding, changed=changed, changed_by_key=by_key)


def with_tags(columns: "Columns", assigned: "Column", tags: Tags) -> "Columns":
    """The filterable side of a generation with the themes that are shown; `assigned` is its column without changes."""
    entries = [(place, tag.theme) for place, found in tags.changed.items() for tag in found]
    bare = [place for place, found in tags.changed.items() if not found]
    of, themes = [*(place for place, _ in entries), *bare], [*(theme for _, theme in entries), *([None] * len(bare))]
    return columns.with_facet("theme", assigned.replaced(list(tags.changed), of, themes, columns.fold))


def _put(changed: dict[int, Themes], place: int, themes: Themes | None) -> None:
    """Say that a passage has these themes; with None, that it has those the model assigned again."""
    if themes is None:
        changed.pop(place, None)
    else:
        changed[place] = themes


def _recorrected(
    key: str, tags: Tags, corrected: Corrected, tables: sqlite3.Connection, holding: dict[int, Correction]
) -> Iterator[int]:
    """The passages that a correction of the passage `key` may hold for, each with what holds for it put right.

    They are its own, and others of its fold that say it in the same words; a comment stands for itself alone.
    """
    for own in tables.execute("SELECT id, fold, kind FROM passages WHERE key = ?", (key,)).fetchall():
        alone = own["kind"] == "comment"
        where, number = ("id", own["id"]) if alone else ("fold", own["fold"])
        rows = tables.execute(f"SELECT id, key, text, kind FROM passages WHERE {where} = ?", (number,)).fetchall()  # noqa: S608
        there = [corrected.by_passage.get(row["key"]) for row in rows if row["kind"] != "comment"]
        known = [one for one in there if one is not None and _is_known(one, tags)]
        latest = {one.words: one for one in sorted(known, key=lambda one: one.id)}
        for row in rows:
            found = corrected.by_passage.get(row["key"])
            if found is None and row["kind"] != "comment":
                found = latest.get(words_hash(row["text"]))
            if found is not None and _is_known(found, tags):
                holding[row["id"]] = found
            else:
                holding.pop(row["id"], None)
            yield row["id"]


def _is_known(correction: Correction, tags: Tags) -> bool:
    """Whether any of the themes that a person gave is known today."""
    return tags.model is None or said(correction, tags.model.taxonomy) is not None


def _by_person(tags: Tags, correction: Correction) -> Iterable[ThemeTag]:
    themes = said(correction, tags.model.taxonomy) if tags.model else correction.after
    return [ThemeTag(theme=theme, probability=1.0, origin="person") for theme in themes or ()]


def said(correction: Correction, taxonomy: "Taxonomy") -> tuple[str, ...] | None:
    """The themes that a person gave, as they are called today; None where none of those given is known any more."""
    known = {*taxonomy.keys, *taxonomy.moved}
    kept = [theme for theme in correction.after if theme in known]
    return tuple(sorted(taxonomy.all_now(kept))) if kept or not correction.after else None


def _taken_over(asked: Iterable[int], shown: Mapping[int, Themes]) -> Iterable[ThemeTag]:
    best: dict[str, float] = {}
    for place in asked:
        for tag in shown.get(place, ()):
            best[tag.theme] = max(best.get(tag.theme, 0.0), tag.probability)
    ranked = sorted(best.items(), key=lambda pair: (-pair[1], pair[0]))
    return [ThemeTag(theme=theme, probability=probability, origin="inherited") for theme, probability in ranked]
