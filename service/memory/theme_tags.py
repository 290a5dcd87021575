"""The themes of a generation's passages as they are shown: what the model assigned, as corrected, and what comments
take over from the recommendation that they are about.

What the model assigned never changes while a generation is held: it is looked up in its databases when it is asked for.
Corrections lie over it as a few changed passages, so that one correction costs what it changes, however large the
index.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from corpus.model import FINDABLE
from indexer.passage_themes import Given, taken_over, themes_between, themes_of
from service.contract.responses import ThemeTag
from service.contract.values import UNKNOWN
from service.state.corrections import NOTHING, Corrected, Correction, words_hash

if TYPE_CHECKING:
    from indexer.generation import Generation
    from models.taxonomy import Taxonomy
    from models.theme_model import ThemeModel
    from service.memory.facets import Columns, Facet

Themes = tuple[ThemeTag, ...]

_REMEMBERED = 20_000  # passages, and findings, whose themes are kept ready
# Kinds of passages that say what is asked for. What stands around it tells why, and often of much else.
_ASKING = f"SELECT id FROM passages WHERE finding = ? AND kind IN {FINDABLE} ORDER BY id"  # noqa: S608
_COMMENTS = "SELECT id FROM passages WHERE finding = ? AND kind = 'comment'"


@dataclass(frozen=True, slots=True)
class Assigned:
    """What a model assigned, with what comments take over from it; the same for all corrections.

    `tables` is passages.sqlite, `tags` tags.sqlite, None where nothing is tagged.
    """

    tables: sqlite3.Connection
    tags: sqlite3.Connection | None
    _known: dict[int, Themes] = field(init=False, default_factory=dict, repr=False)

    def at(self, place: int) -> Themes:
        """The themes of a passage by its number."""
        found = self._known.get(place)
        return self._looked_up([place])[place] if found is None else found

    def look_up(self, places: Sequence[int]) -> None:
        """Have the themes of these passages at hand for `at`."""
        if fresh := [place for place in places if place not in self._known]:
            self._looked_up(fresh)

    def _looked_up(self, places: Sequence[int]) -> dict[int, Themes]:
        given = themes_of(self.tables, self.tags, places)
        found = {place: _shown(given[place]) if place in given else () for place in places}
        if len(self._known) + len(found) > _REMEMBERED:
            self._known.clear()
        self._known.update(found)
        return found

    def between(self, first: int, last: int) -> dict[int, Themes]:
        """The themes of each passage from `first` to `last` that has any."""
        given = themes_between(self.tables, self.tags, first, last)
        return {place: _shown(own) for place, own in given.items()}

    def asking(self, finding: int) -> tuple[int, ...]:
        """The passages that say what a finding asks for."""
        return tuple(row[0] for row in self.tables.execute(_ASKING, (finding,)))

    def asked(self, place: int) -> tuple[int, ...] | None:
        """For a comment on a finding, the passages that say what is asked for; None for what is none."""
        finding, kind = self._of(place)
        return self.asking(finding) if finding is not None and kind == "comment" else None

    def comments(self, place: int) -> tuple[int, ...]:
        """For a passage that says what is asked for, the comments on it."""
        finding, kind = self._of(place)
        if finding is None or kind not in FINDABLE:
            return ()
        return tuple(row[0] for row in self.tables.execute(_COMMENTS, (finding,)))

    def _of(self, place: int) -> tuple[int | None, str | None]:
        row = self.tables.execute("SELECT finding, kind FROM passages WHERE id = ?", (place,)).fetchone()
        return (row["finding"], row["kind"]) if row else (None, None)


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
    _of_findings: dict[int, Themes] = field(init=False, default_factory=dict, repr=False)  # those asked for so far

    def at(self, place: int) -> Themes:
        """The themes of a passage by its number, the likeliest first."""
        found = self.changed.get(place)
        return self.assigned.at(place) if found is None else found

    def look_up(self, places: Sequence[int]) -> None:
        """Have the themes of these passages at hand for `at`: together they take no longer than one."""
        self.assigned.look_up(places)

    def between(self, first: int, last: int) -> dict[int, Themes]:
        """The themes of each passage from `first` to `last` that has any."""
        over = {place: found for place, found in self.changed.items() if first <= place <= last}
        return {place: found for place, found in {**self.assigned.between(first, last), **over}.items() if found}

    def of_finding(self, number: int) -> Themes:
        """The themes of what a finding asks for, by its number, the likeliest first."""
        found = self._of_findings.get(number)
        if found is None:
            found = _likeliest(tag for place in self.assigned.asking(number) for tag in self.at(place))
            if len(self._of_findings) >= _REMEMBERED:
                self._of_findings.clear()
            self._of_findings[number] = found
        return found

    def label(self, theme: str) -> str:
        """The label of a theme."""
        if theme == UNKNOWN:
            return "No theme"
        return self.model.taxonomy.label(theme) if self.model else theme


def read_tags(generation: "Generation", model: "ThemeModel | None") -> Tags:
    """What the model of a generation assigned, before any correction."""
    return Tags(model, Assigned(generation.tables, generation.tags))


def overlaid(tags: Tags, corrected: Corrected, tables: sqlite3.Connection) -> Tags:
    """The themes with `corrected` taken in, in place of those that `tags` has; only what differs is looked at."""
    before, after = tags.taken.by_passage, corrected.by_passage
    differing = [key for key in before.keys() | after.keys() if before.get(key) != after.get(key)]
    holding, changed = dict(tags.corrected), dict(tags.changed)
    touched = {place for key in differing for place in _recorrected(key, tags, corrected, tables, holding)}
    for place in touched:
        _put(changed, place, tuple(_by_person(tags, holding[place])) if place in holding else None)
    comments = {comment for place in touched for comment in tags.assigned.comments(place)}
    for comment in comments | touched:
        asked = tags.assigned.asked(comment)
        # Whoever says that a comment has no theme says so of those it would take over as well.
        if asked is not None and comment not in holding and not _has_own(tags.assigned, comment):
            fresh = replace(tags, changed=changed)
            theirs = [(tag.theme, tag.probability) for place in asked for tag in fresh.at(place)]
            _put(changed, comment, _shown(Given(taken_over(theirs), taken=True)))
    return replace(tags, taken=corrected, corrected=holding, changed=changed)


def with_tags(columns: "Columns", assigned: "Facet", tags: Tags) -> "Columns":
    """The filterable side of a generation with the themes that are shown; `assigned` is its facet without changes."""
    changed = {place: [tag.theme for tag in found] for place, found in tags.changed.items()}
    return columns.with_facet("theme", assigned.replaced(changed))


def _shown(given: Given) -> Themes:
    origin: Literal["inherited", "model"] = "inherited" if given.taken else "model"
    return tuple(ThemeTag(theme=theme, probability=found, origin=origin) for theme, found in given.themes)


def _has_own(assigned: Assigned, comment: int) -> bool:
    return any(tag.origin == "model" for tag in assigned.at(comment))


def _likeliest(tags: Iterable[ThemeTag]) -> Themes:
    """Each theme once, as likely as where it is likeliest, the likeliest first."""
    best: dict[str, ThemeTag] = {}
    for tag in tags:
        if tag.theme not in best or best[tag.theme].probability < tag.probability:
            best[tag.theme] = tag
    return tuple(sorted(best.values(), key=lambda tag: (-tag.probability, tag.theme)))


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
